/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkuimage ADDRESS <IMAGE >UIMAGE: puts the header of a boot loader's image (U-Boot's legacy
 * format) before an uncompressed ARM kernel, which says where it is to be loaded and entered.
 *
 * A zImage unpacks itself at every boot, two thousand million instructions long. A boot loader can
 * as well have it unpacked once.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define HEADER 64U
#define MAGIC 0x27051956U
#define OS_LINUX 5U
#define ARCHITECTURE_ARM 2U
#define TYPE_KERNEL 2U

static void put(uint8_t *header, unsigned at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		header[at + (unsigned)i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint8_t *read_all(size_t *ret_size)
{
	size_t room = 1U << 20, got;
	uint8_t *data = NULL, *more;

	*ret_size = 0;
	do {
		room *= 2;
		more = realloc(data, room);
		if (!more) {
			free(data);
			return NULL;
		}
		data = more;
		got = fread(data + *ret_size, 1, room - *ret_size, stdin);
		*ret_size += got;
	} while (*ret_size == room);
	return data;
}

int main(int argc, char **argv)
{
	static const char name[8] = "linux";
	uint8_t header[HEADER] = {0};
	size_t size;
	uint8_t *data;
	uint32_t address;

	if (argc != 2 || !(data = read_all(&size)) || size == 0) {
		fputs("usage: mkuimage ADDRESS <IMAGE >UIMAGE\n", stderr);
		return EXIT_FAILURE;
	}
	address = (uint32_t)strtoul(argv[1], NULL, 0);
	put(header, 0, MAGIC);
	put(header, 12, (uint32_t)size);
	put(header, 16, address);
	put(header, 20, address);
	put(header, 24, (uint32_t)crc32(0, data, (uInt)size));
	header[28] = OS_LINUX;
	header[29] = ARCHITECTURE_ARM;
	header[30] = TYPE_KERNEL;
	memcpy(header + 32, name, sizeof name);
	put(header, 4, (uint32_t)crc32(0, header, HEADER));
	return fwrite(header, 1, HEADER, stdout) == HEADER && fwrite(data, 1, size, stdout) == size && fflush(stdout) == 0 ? EXIT_SUCCESS
	                                                                                                                   : EXIT_FAILURE;
}

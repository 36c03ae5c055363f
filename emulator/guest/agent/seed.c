/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seed HEX: feeds the bytes into the kernel's random pool, credits them, and has every generator
 * reseeded from it.
 *
 * A session starts from a snapshot, whose random pool is always the same: without this all sessions
 * would draw the same TCP sequence numbers and ports. Afterwards they are a function of the seed.
 */
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define SEED_MAX 64

struct pool_entry {
	int entropy_bits;
	int size;
	unsigned char bytes[SEED_MAX];
};

static int parse_hex(const char *text, unsigned char ret_bytes[SEED_MAX])
{
	int size = 0;

	for (; text[0] && text[1] && size < SEED_MAX; text += 2) {
		const char pair[] = {text[0], text[1], 0};
		char *end;

		ret_bytes[size++] = (unsigned char)strtoul(pair, &end, 16);
		if (*end)
			return -1;
	}
	return text[0] ? -1 : size;
}

int main(int argc, char **argv)
{
	struct pool_entry entry;
	const int fd = open("/dev/urandom", O_WRONLY);

	entry.size = argc == 2 ? parse_hex(argv[1], entry.bytes) : -1;
	if (entry.size <= 0) {
		fprintf(stderr, "usage: seed HEX (an even number of digits, at most %d)\n", 2 * SEED_MAX);
		return EXIT_FAILURE;
	}
	/* 256 bits make the generator ready whatever the seed's length: secrecy is not the aim. */
	entry.entropy_bits = 256;
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &entry) < 0 || ioctl(fd, RNDRESEEDCRNG) < 0) {
		perror("seed: /dev/urandom");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

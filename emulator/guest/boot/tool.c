/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flash erase DEVICE OFFSET SIZE, flash write DEVICE OFFSET <DATA: what mtd-utils are for, for
 * clients that are shell commands. Reading is dd's business.
 *
 * OFFSET and SIZE are numbers as in C. Writing does not erase.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "mtd.h"

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "flash: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

static bool write_input(const struct boot_flash *flash, uint32_t offset)
{
	uint8_t bytes[16 * BOOT_SECTOR];
	size_t got;

	while ((got = fread(bytes, 1, sizeof bytes, stdin)) > 0) {
		if (!boot_program(flash, offset, bytes, (uint32_t)got))
			return false;
		offset += (uint32_t)got;
	}
	return !ferror(stdin);
}

int main(int argc, char **argv)
{
	const bool erases = argc == 5 && strcmp(argv[1], "erase") == 0, writes = argc == 4 && strcmp(argv[1], "write") == 0;
	struct boot_flash flash;

	if (!erases && !writes)
		return fail("usage", "flash erase DEVICE OFFSET SIZE, flash write DEVICE OFFSET <DATA");
	const uint32_t offset = (uint32_t)strtoul(argv[3], NULL, 0);
	if (!mtd_open(argv[2], &flash))
		return fail(argv[2], strerror(errno));
	if (erases ? !boot_erase(&flash, offset, (uint32_t)strtoul(argv[4], NULL, 0)) : !write_input(&flash, offset))
		return fail(argv[2], strerror(errno));
	return EXIT_SUCCESS;
}

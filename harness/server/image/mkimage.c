/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the image that a device downloads when a scenario names none: incompressible bytes, the
 * same on every machine, as many as Azure Sphere's whole recovery image set has
 * (learn.microsoft.com, "Update OS on early Seeed boards": 16 images, 5,461,232 bytes).
 *
 * usage: mkimage FILE
 */
#include <Random123/philox.h>
#include <stdint.h>
#include <stdio.h>

#define IMAGE_SIZE 5461232U

int main(int argc, char **argv)
{
	const philox4x32_key_t key = {{0x53747574, 0x74657221}};
	char beside[4096];
	FILE *file;

	if (argc != 2 || (size_t)snprintf(beside, sizeof beside, "%s.new", argv[1]) >= sizeof beside) {
		fputs("usage: mkimage FILE\n", stderr);
		return 2;
	}
	file = fopen(beside, "wb");
	if (file == NULL) {
		perror(beside);
		return 2;
	}
	for (uint32_t written = 0; written < IMAGE_SIZE; written += 16) {
		const philox4x32_ctr_t counter = {{written, 0, 0, 0}};
		const philox4x32_ctr_t drawn = philox4x32(counter, key);
		for (uint32_t i = 0; i < 16 && written + i < IMAGE_SIZE; i++)
			fputc((int)(drawn.v[i / 4] >> (8 * (i % 4)) & 0xff), file);
	}
	if (ferror(file) | fclose(file) || rename(beside, argv[1]) != 0) {
		perror(argv[1]);
		return 2;
	}
	return 0;
}

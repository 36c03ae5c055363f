/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot DEVICE KEY: what a boot loader does between power on and the system: chooses a slot, and
 * counts a try before it is used.
 *
 * DEVICE is the flash, such as /dev/mtd0; KEY is the public key of the images, 64 hexadecimal
 * digits. Prints "KEY=value" lines, quoted for a shell:
 *
 *     BOOT_STATE      confirmed, trial, rollback, recovery
 *     BOOT_SLOT       A or B
 *     BOOT_VERSION    of the system in it
 *     BOOT_DIGEST     of that system, its SHA-256
 *     BOOT_BEHAVIOUR  of that system at its first boot
 *     BOOT_TRIES      left, in a trial
 *     BOOT_REASON     for people
 *
 * In recovery there is no slot, no version and no behaviour. The exit status is 1 if the flash
 * could not be used, with a line on standard error.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "crypto.h"
#include "mtd.h"

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static bool read_key(const char *text, uint8_t ret_key[CRYPTO_KEY])
{
	for (unsigned i = 0; i < CRYPTO_KEY; i++, text += 2) {
		const int high = digit(text[0]), low = high >= 0 ? digit(text[1]) : -1;
		if (low < 0)
			return false;
		ret_key[i] = (uint8_t)(high << 4 | low);
	}
	return *text == '\0';
}

/* Texts come from a slot whose signature is right; a shell reads them all the same. */
static void print(const char *key, const char *value)
{
	printf("%s='", key);
	for (; *value != '\0'; value++)
		if (*value == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*value);
	puts("'");
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "boot: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct slot_header header = {.version = ""};
	struct boot_crypto *crypto;
	uint8_t key[CRYPTO_KEY];
	struct boot_flash flash;
	struct choice choice;

	if (argc != 3)
		return fail("usage", "boot DEVICE KEY");
	if (!read_key(argv[2], key) || (crypto = crypto_open(key)) == NULL)
		return fail(argv[2], "no public key of 64 hexadecimal digits");
	if (!mtd_open(argv[1], &flash))
		return fail(argv[1], strerror(errno));
	if (!choose_from(&flash, crypto, &choice, &header))
		return fail(argv[1], "the flash cannot be read or written");
	print("BOOT_STATE", choice_state_name(choice.state));
	print("BOOT_REASON", choice.reason);
	if (choice.state == CHOICE_RECOVERY)
		return EXIT_SUCCESS;
	print("BOOT_SLOT", choice.slot == 0 ? "A" : "B");
	print("BOOT_VERSION", header.version);
	print("BOOT_BEHAVIOUR", header.behaviour);
	printf("BOOT_DIGEST=");
	for (unsigned i = 0; i < SLOT_HASH; i++)
		printf("%02x", header.hash[i]);
	printf("\n");
	printf("BOOT_TRIES=%u\n", choice.record.tries);
	return EXIT_SUCCESS;
}

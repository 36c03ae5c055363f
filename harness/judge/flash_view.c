/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/judge/flash_view.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/hash.h"
#include "emulator/guest/boot/choose.h"
#include "harness/server/release.h"

bool flash_view_is_genuine(const struct flash_view *view, const char *slot, char *ret_what,
                           size_t size)
{
	struct slot_header header;

	if (strcmp(slot, "A") != 0 && strcmp(slot, "B") != 0) {
		(void)snprintf(ret_what, size, "of which there is none");
		return false;
	}
	enum slot_verdict verdict = slot_verify(&view->flash, slot[0] == 'B', view->crypto,
	                                        &header);
	(void)snprintf(ret_what, size, "in which %s", slot_verdict_text(verdict));
	return verdict == SLOT_GOOD;
}

/* Whether the digest in the boot record is that of an image on offer. */
static bool has_digest(const struct flash_view *view, enum release_stage stage,
                       const uint8_t digest[RECORD_DIGEST])
{
	char text[2 * RECORD_DIGEST + 1];

	hash_hex(digest, RECORD_DIGEST, text);
	return strncmp(view->release->images[stage].sha256, text, 2 * RECORD_DIGEST) == 0;
}

/* What is missing; NULL: nothing. */
static const char *find_missing(const struct flash_view *view)
{
	struct slot_header header = {.version = ""};
	struct boot_record record;
	bool found;

	if (!record_read(&view->flash, &record, &found) || !found)
		return "there is no boot record";
	if (slot_verify(&view->flash, record.active, view->crypto, &header) != SLOT_GOOD)
		return "the slot to boot is no system";
	if (strncmp(header.version, view->version, sizeof header.version) != 0)
		return "the slot to boot holds another version";
	if (record.state != RECORD_CONFIRMED)
		return "the new system is not confirmed";
	if (!has_digest(view, RELEASE_PREREQUISITE, record.trust))
		return "the trust store is not the one on offer";
	if (!has_digest(view, RELEASE_DEPLOYMENT, record.application))
		return "the application is not the one on offer";
	return NULL;
}

bool flash_view_is_applied(const struct flash_view *view, char *ret_what, size_t size)
{
	const char *missing = find_missing(view);

	if (missing != NULL)
		(void)snprintf(ret_what, size,
		               "version %s was to be installed, and in the flash %s", view->version,
		               missing);
	return missing == NULL;
}

bool flash_view_is_bootable(const struct flash_view *view, char *ret_what, size_t size)
{
	enum slot_verdict verdicts[BOOT_SLOTS];
	struct slot_header header;
	struct boot_record record;
	struct choice choice;
	bool found;

	for (unsigned slot = 0; slot < BOOT_SLOTS; slot++)
		verdicts[slot] = slot_verify(&view->flash, slot, view->crypto, &header);
	CHECK(record_read(&view->flash, &record, &found));
	choose(found ? &record : NULL, verdicts, &choice);
	(void)snprintf(ret_what, size, "at the end a boot would find: %s", choice.reason);
	return choice.state != CHOICE_RECOVERY;
}

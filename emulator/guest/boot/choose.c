/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a slot that does not verify is never booted. Of those that do, the active one comes
 * first; a trial counts its tries down before the boot, so that a system that crashes, hangs or
 * loses power has used one up. A way back that was taken stays in the record until the system says
 * that it has told of it.
 */
#include "choose.h"

#include <stdio.h>

const char *choice_state_name(enum choice_state state)
{
	static const char *const names[] = {"confirmed", "trial", "rollback", "recovery"};

	return names[state];
}

static char name_of(unsigned slot)
{
	return slot == 0 ? 'A' : 'B';
}

static void say(struct choice *choice, const char *text, unsigned slot, enum slot_verdict verdict)
{
	(void)snprintf(choice->reason, sizeof choice->reason, "slot %c: %s%s%s", name_of(slot), text, verdict == SLOT_GOOD ? "" : ", ",
	               verdict == SLOT_GOOD ? "" : slot_verdict_text(verdict));
}

static void boot(struct choice *choice, enum choice_state state, unsigned slot)
{
	choice->state = state;
	choice->slot = slot;
}

/* The active slot is given up for the other, which verifies. */
static void roll_back(struct choice *choice)
{
	const uint8_t failed = choice->record.active;

	choice->record.active = (uint8_t)(1 - failed);
	choice->record.state = RECORD_ROLLED_BACK;
	choice->record.tries = 0;
	choice->record.failed = failed;
	choice->writes = true;
	boot(choice, CHOICE_ROLLBACK, choice->record.active);
}

static void choose_first(const enum slot_verdict verdicts[BOOT_SLOTS], struct choice *choice)
{
	const unsigned slot = verdicts[0] == SLOT_GOOD ? 0 : 1;

	choice->record = (struct boot_record){.active = (uint8_t)slot};
	choice->writes = true;
	say(choice, "there is no boot record", slot, SLOT_GOOD);
	boot(choice, CHOICE_CONFIRMED, slot);
}

static void try_it(struct choice *choice, unsigned slot, bool has_way_back)
{
	if (choice->record.tries > 0) {
		choice->record.tries--;
		choice->writes = true;
		say(choice, "a trial", slot, SLOT_GOOD);
		boot(choice, CHOICE_TRIAL, slot);
	} else if (has_way_back) {
		say(choice, "no try is left", slot, SLOT_GOOD);
		roll_back(choice);
	} else {
		say(choice, "no try is left, and there is no way back", slot, SLOT_GOOD);
		boot(choice, CHOICE_TRIAL, slot);
	}
}

void choose(const struct boot_record *record, const enum slot_verdict verdicts[BOOT_SLOTS], struct choice *ret_choice)
{
	const unsigned active = record != NULL ? record->active : 0, other = 1 - active;
	const bool good = verdicts[active] == SLOT_GOOD, other_good = verdicts[other] == SLOT_GOOD;

	*ret_choice = (struct choice){.state = CHOICE_RECOVERY};
	if (record != NULL)
		ret_choice->record = *record;
	if (!good && !other_good) {
		say(ret_choice, "neither it nor the other verifies", active, verdicts[active]);
	} else if (record == NULL) {
		choose_first(verdicts, ret_choice);
	} else if (!good) {
		say(ret_choice, "given up", active, verdicts[active]);
		roll_back(ret_choice);
	} else if (record->state == RECORD_TRIAL) {
		try_it(ret_choice, active, other_good);
	} else if (record->state == RECORD_ROLLED_BACK) {
		say(ret_choice, "the way back", active, SLOT_GOOD);
		boot(ret_choice, CHOICE_ROLLBACK, active);
	} else {
		say(ret_choice, "confirmed", active, SLOT_GOOD);
		boot(ret_choice, CHOICE_CONFIRMED, active);
	}
}

bool choose_from(const struct boot_flash *flash, const struct boot_crypto *crypto, struct choice *ret_choice,
                 struct slot_header *ret_header)
{
	enum slot_verdict verdicts[BOOT_SLOTS];
	struct slot_header headers[BOOT_SLOTS];
	struct boot_record record;
	bool found;

	if (!record_read(flash, &record, &found))
		return false;
	for (unsigned slot = 0; slot < BOOT_SLOTS; slot++)
		verdicts[slot] = slot_verify(flash, slot, crypto, &headers[slot]);
	choose(found ? &record : NULL, verdicts, ret_choice);
	if (ret_choice->state == CHOICE_RECOVERY)
		return true;
	*ret_header = headers[ret_choice->slot];
	return !ret_choice->writes || record_append(flash, &ret_choice->record);
}

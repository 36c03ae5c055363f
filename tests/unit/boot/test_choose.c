/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of a slot, as a table of all states and all verdicts. */
#include "emulator/guest/boot/choose.h"

#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_boot_choose[];

#define NONE 0xff

#define GOOD SLOT_GOOD
#define BAD SLOT_WRONG_HASH

static const struct {
	uint8_t state, active, tries; /* of the record; state NONE: there is none */
	enum slot_verdict a, b;
	const char *expected; /* state and slot; "-> record" if one is written */
} table[] = {
	{NONE, 0, 0, GOOD, BAD, "confirmed A -> A confirmed 0"},
	{NONE, 0, 0, BAD, GOOD, "confirmed B -> B confirmed 0"},
	{NONE, 0, 0, GOOD, GOOD, "confirmed A -> A confirmed 0"},
	{NONE, 0, 0, BAD, BAD, "recovery"},
	{RECORD_CONFIRMED, 0, 0, GOOD, GOOD, "confirmed A"},
	{RECORD_CONFIRMED, 1, 0, GOOD, GOOD, "confirmed B"},
	{RECORD_CONFIRMED, 1, 0, BAD, GOOD, "confirmed B"},
	{RECORD_CONFIRMED, 1, 0, GOOD, BAD, "rollback A -> A rolled-back 0 failed B"},
	{RECORD_CONFIRMED, 0, 0, BAD, GOOD, "rollback B -> B rolled-back 0 failed A"},
	{RECORD_CONFIRMED, 0, 0, BAD, BAD, "recovery"},
	{RECORD_TRIAL, 1, 3, GOOD, GOOD, "trial B -> B trial 2"},
	{RECORD_TRIAL, 1, 1, GOOD, GOOD, "trial B -> B trial 0"},
	{RECORD_TRIAL, 1, 0, GOOD, GOOD, "rollback A -> A rolled-back 0 failed B"},
	{RECORD_TRIAL, 1, 3, BAD, GOOD, "trial B -> B trial 2"},
	{RECORD_TRIAL, 1, 0, BAD, GOOD, "trial B"},
	{RECORD_TRIAL, 1, 3, GOOD, BAD, "rollback A -> A rolled-back 0 failed B"},
	{RECORD_TRIAL, 0, 3, BAD, BAD, "recovery"},
	{RECORD_ROLLED_BACK, 0, 0, GOOD, GOOD, "rollback A"},
	{RECORD_ROLLED_BACK, 0, 0, GOOD, BAD, "rollback A"},
	{RECORD_ROLLED_BACK, 0, 0, BAD, GOOD, "rollback B -> B rolled-back 0 failed A"},
	{RECORD_ROLLED_BACK, 0, 0, BAD, BAD, "recovery"},
};

static void render(const struct choice *choice, char *text, size_t size)
{
	static const char *const states[] = {"confirmed", "trial", "rolled-back"};
	size_t used = (size_t)snprintf(text, size, "%s", choice_state_name(choice->state));

	if (choice->state != CHOICE_RECOVERY)
		used += (size_t)snprintf(text + used, size - used, " %c", 'A' + (int)choice->slot);
	if (choice->writes)
		used += (size_t)snprintf(text + used, size - used, " -> %c %s %u", 'A' + choice->record.active,
		                         states[choice->record.state], choice->record.tries);
	if (choice->writes && choice->record.state == RECORD_ROLLED_BACK)
		(void)snprintf(text + used, size - used, " failed %c", 'A' + choice->record.failed);
}

static void every_state_with_every_verdict(void)
{
	char text[128];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct boot_record record = {.sequence = 9,
		                                   .state = table[i].state,
		                                   .active = table[i].active,
		                                   .tries = table[i].tries,
		                                   .failed = (uint8_t)(1 - table[i].active),
		                                   .trust = {1},
		                                   .application = {2}};
		const enum slot_verdict verdicts[] = {table[i].a, table[i].b};
		struct choice choice;
		choose(table[i].state == NONE ? NULL : &record, verdicts, &choice);
		render(&choice, text, sizeof text);
		TEST_SAME_TEXT(text, table[i].expected);
		CU_ASSERT(choice.reason[0] != '\0');
		/* What is installed beside the slots is not forgotten. */
		CU_ASSERT(table[i].state == NONE || (choice.record.trust[0] == 1 && choice.record.application[0] == 2));
		/* Never a slot that does not verify. */
		CU_ASSERT(choice.state == CHOICE_RECOVERY || verdicts[choice.slot] == SLOT_GOOD);
	}
}

static void the_reason_says_what_is_wrong_with_a_slot(void)
{
	const struct boot_record record = {.state = RECORD_CONFIRMED, .active = 1};
	struct choice choice;

	choose(&record, (const enum slot_verdict[]){SLOT_GOOD, SLOT_WRONG_SIGNATURE}, &choice);
	CU_ASSERT_STRING_EQUAL(choice.reason, "slot B: given up, its signature is wrong");
}

const CU_TestInfo tests_boot_choose[] = {
	{"every state with every verdict", every_state_with_every_verdict},
	{"the reason says what is wrong with a slot", the_reason_says_what_is_wrong_with_a_slot},
	CU_TEST_INFO_NULL,
};

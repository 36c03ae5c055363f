/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "emulator/enc28j60/chip.h"
#include "tests/chip/fixture.h"

static struct chip_fixture f;

static void every_finding_has_id_text_and_source(void)
{
	chip_fixture_init(&f, NULL);
	for (unsigned i = 0; i < FINDING_COUNT; i++) {
		chip_clear_events(&f);
		stutter_enc_report_finding(&f.chip, (enum enc28j60_finding)i, ENC28J60_ECON1, i);
		const struct stutter_enc28j60_event *event = &f.events[0];

		CU_ASSERT_EQUAL_FATAL(f.event_count, 1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(event->id);
		CU_ASSERT_PTR_NOT_NULL_FATAL(event->text);
		CU_ASSERT_PTR_NOT_NULL_FATAL(event->section);
		CU_ASSERT(event->kind >= STUTTER_ENC28J60_EVENT_NOTE &&
		          event->kind <= STUTTER_ENC28J60_EVENT_NOT_MODELLED);
		CU_ASSERT_EQUAL(event->now_ns, f.now_ns);
		CU_ASSERT_EQUAL(event->value, i);
		CU_ASSERT_STRING_EQUAL(event->reg, "ECON1");
	}
}

static void ids_are_unique(void)
{
	chip_fixture_init(&f, NULL);
	for (unsigned i = 0; i < FINDING_COUNT; i++)
		stutter_enc_report_finding(&f.chip, (enum enc28j60_finding)i, ENC28J60_NO_REGISTER,
		                           0);
	for (unsigned i = 0; i < FINDING_COUNT; i++)
		CU_ASSERT_EQUAL(chip_count_id(&f, f.events[i].id), 1);
	CU_ASSERT_PTR_NULL(f.events[0].reg);
}

const CU_TestInfo tests_findings[] = {
	{"every finding has id text and source", every_finding_has_id_text_and_source},
	{"ids are unique", ids_are_unique},
	CU_TEST_INFO_NULL,
};

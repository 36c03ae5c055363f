/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "emulator/enc28j60/chip.h"
#include "rig.h"

static struct rig rig;

static void every_finding_has_id_text_and_source(void)
{
	rig_start(&rig, NULL);
	for (unsigned i = 0; i < FINDING_COUNT; i++) {
		rig_forget(&rig);
		stutter_enc_report_finding(&rig.chip, (enum enc28j60_finding)i, ENC28J60_ECON1, i);
		const struct stutter_enc28j60_event *event = &rig.events[0];

		CU_ASSERT_EQUAL_FATAL(rig.event_count, 1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(event->id);
		CU_ASSERT_PTR_NOT_NULL_FATAL(event->text);
		CU_ASSERT_PTR_NOT_NULL_FATAL(event->section);
		CU_ASSERT(event->kind >= STUTTER_ENC28J60_EVENT_NOTE &&
		          event->kind <= STUTTER_ENC28J60_EVENT_NOT_MODELLED);
		CU_ASSERT_EQUAL(event->now_ns, rig.now_ns);
		CU_ASSERT_EQUAL(event->value, i);
		CU_ASSERT_STRING_EQUAL(event->reg, "ECON1");
	}
}

static void ids_are_unique(void)
{
	rig_start(&rig, NULL);
	for (unsigned i = 0; i < FINDING_COUNT; i++)
		stutter_enc_report_finding(&rig.chip, (enum enc28j60_finding)i,
		                           ENC28J60_NO_REGISTER, 0);
	for (unsigned i = 0; i < FINDING_COUNT; i++)
		CU_ASSERT_EQUAL(rig_count_id(&rig, rig.events[i].id), 1);
	CU_ASSERT_PTR_NULL(rig.events[0].reg);
}

const CU_TestInfo tests_findings[] = {
	{"every_finding_has_id_text_and_source", every_finding_has_id_text_and_source},
	{"ids_are_unique", ids_are_unique},
	CU_TEST_INFO_NULL,
};

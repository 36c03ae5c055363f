/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of NICs: each row is complete, and every name in it exists. */
#include <string.h>

#include "lib/fault/site.h"
#include "emulator/nic/enc28j60.h"
#include "tests/nic/minimal.h"
#include "harness/scenario/sense.h"
#include "tests/test.h"
#include "tests/unit/fault/made.h"

extern const CU_TestInfo tests_nic_models[];

static bool is_whole(const struct nic_model *model)
{
	return model->name && model->part && model->summary && model->prefix &&
	       model->bit_ns >= 10 && model->state_size > 0 && model->sites && model->init &&
	       model->brown_out && model->transfer && model->receive && model->sent &&
	       model->set_link && model->set_carrier && model->run && model->next &&
	       model->int_asserted && model->can_interrupt && model->rx_fill;
}

static void every_model_is_complete(void)
{
	CU_ASSERT_PTR_NOT_NULL(nic_models[0]);
	for (size_t i = 0; nic_models[i] != NULL; i++) {
		CU_ASSERT(is_whole(nic_models[i]));
		CU_ASSERT_STRING_EQUAL(nic_models[i]->name, nic_names[i]);
		CU_ASSERT_PTR_EQUAL(nic_find(nic_names[i]), nic_models[i]);
	}
	CU_ASSERT(is_whole(&minimal_nic));
	CU_ASSERT_PTR_NULL(nic_find("enc28j61"));
}

/* So that scenarios can have faults there. */
static void every_site_is_an_address_of_faults(void)
{
	for (size_t i = 0; nic_models[i] != NULL; i++)
		for (const char *const *site = nic_models[i]->sites; *site != NULL; site++) {
			const enum site found = site_find(*site, strlen(*site));
			CU_ASSERT_FATAL(found < SITES);
			CU_ASSERT_EQUAL(fault_sites[found].layer, LAYER_BOARD);
			CU_ASSERT_EQUAL(strncmp(*site, nic_models[i]->prefix,
			                        strlen(nic_models[i]->prefix)),
			                0);
		}
}

/* Whoever breaks one of these has a fault that can never happen, or happens to the wrong chip. */
static void a_fault_at_a_site_of_a_nic_says_which(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct action *action = action_at(i);
		const char *owner = NULL;
		for (size_t k = 0; nic_models[k] != NULL; k++)
			for (const char *const *site = nic_models[k]->sites; *site; site++)
				if (strcmp(*site, fault_sites[action->site].name) == 0)
					owner = nic_models[k]->name;
		if (owner != NULL || action->nic != NULL)
			CU_ASSERT_FATAL(owner != NULL && action->nic != NULL);
		if (owner != NULL)
			CU_ASSERT_STRING_EQUAL(owner, action->nic);
	}
}

static void a_fault_of_another_nic_is_refused(void)
{
	static struct plan plan;
	const struct fault fault = made_checked_fault("x", "at=enc.tx#1", "tx_stall", "");
	const struct fault bus = made_checked_fault("x", "at=spi.msg#1", "spi_stall", "for=1ms");
	const char *key = NULL;
	struct error err;
	char text[ERROR_TEXT_MAX * 2];

	plan.deadline_ns = UINT64_MAX;
	(void)strcpy(plan.device.name, "d");
	plan.device.nic = &nic_enc28j60;
	CU_ASSERT(sense_fault(&plan, &fault, &key, &err));
	plan.device.nic = &minimal_nic;
	CU_ASSERT_FALSE_FATAL(sense_fault(&plan, &fault, &key, &err));
	CU_ASSERT_STRING_EQUAL(key, "tx_stall");
	error_format(&err, text, sizeof text);
	TEST_CONTAINS(text,
	              "'tx_stall' is a fault of the enc28j60, and the device 'd' has the minimal");
	CU_ASSERT(sense_fault(&plan, &bus, &key, &err));
}

const CU_TestInfo tests_nic_models[] = {
	{"a fault of another NIC is refused", a_fault_of_another_nic_is_refused},
	{"every model is complete", every_model_is_complete},
	{"every site is an address of faults", every_site_is_an_address_of_faults},
	{"a fault at a site of a NIC says which", a_fault_at_a_site_of_a_nic_says_which},
	CU_TEST_INFO_NULL,
};

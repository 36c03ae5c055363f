/* SPDX-License-Identifier: GPL-2.0-or-later */
/* harness/session/catalogues.c, and what each layer asks of its faults. */
#include "emulator/board/fault.h"
#include "harness/cable/cable.h"
#include "harness/proxy/proxy.h"
#include "harness/server/service_faults.h"
#include "tests/test.h"

extern const CU_TestInfo tests_catalogues[];

static void flash_op(const void *params, struct nor_effect *chip, uint64_t *off_ns)
{
	(void)params;
	(void)chip;
	(void)off_ns;
}

static void what_a_fault_does_fits_its_site(void)
{
	static const struct board_fault board = {.flash_op = flash_op};
	static const void *const nothing[64] = {NULL};

	CU_ASSERT(catalogue_board.is_whole(&(struct action){.site = SITE_NOR_OP, .act = &board}));
	CU_ASSERT_FALSE(catalogue_board.is_whole(&(struct action){.site = SITE_NOR_READ, .act = &board}));
	CU_ASSERT_FALSE(catalogue_board.is_whole(&(struct action){.site = SITE_HTTP, .act = &board}));
	CU_ASSERT_FALSE(catalogue_server.is_whole(&(struct action){.site = SITE_HTTP, .act = nothing}));
	CU_ASSERT_FALSE(catalogue_proxy.is_whole(&(struct action){.site = SITE_FRAME, .act = nothing}));
	CU_ASSERT_FALSE(catalogue_link.is_whole(&(struct action){.site = SITE_CABLE, .act = nothing}));
}

static void each_layer_has_faults_and_all_are_whole(void)
{
	for (size_t i = 0; i < LAYERS; i++)
		CU_ASSERT(fault_catalogues[i] != NULL && fault_catalogues[i]->actions[0] != NULL);
	actions_check();
}

const CU_TestInfo tests_catalogues[] = {
	{"what a fault does fits its site", what_a_fault_does_fits_its_site},
	{"each layer has faults and all are whole", each_layer_has_faults_and_all_are_whole},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The supply breaks down: the chip is as after power on, and keeps its memory. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/effects_fixture.h"

static struct chip_fixture f, other;

static void as_after_power_on(void)
{
	chip_fixture_power_on(&other, NULL);
	for (unsigned i = 0; i < STUTTER_ENC28J60_REG_COUNT; i++)
		CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, i),
		                stutter_enc28j60_peek(&other.chip, i));
	CU_ASSERT_EQUAL(memcmp(f.chip.phy, other.chip.phy, sizeof(f.chip.phy)), 0);
	CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), f.now_ns + 300000);
}

static void a_brown_out_forgets_all_but_the_memory(void)
{
	static uint8_t memory[STUTTER_ENC28J60_SRAM_SIZE];

	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_TX, 0, (struct stutter_enc28j60_effect){0});
	chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE | EIE_TXIE);
	chip_wcr16(&f, ENC28J60_ERDPTL, 0x123);
	effects_receive(&f, 1);
	effects_receive(&f, 2);
	chip_phy_write(&f, ENC28J60_PHLCON, 0x3422);
	effects_request(&f);
	CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
	memcpy(memory, f.chip.sram, sizeof(memory));
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(f.cancel_count, 1);
	CU_ASSERT_EQUAL(memcmp(memory, f.chip.sram, sizeof(memory)), 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_EPKTCNT), 0);
	as_after_power_on();
	chip_wait(&f, 299999);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), 0);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_READY), 1);
	/* The cable is still in: the link is found anew. */
	chip_wait(&f, 64000000);
	CU_ASSERT(f.chip.link.up);
}

static void a_brown_out_ends_power_save_and_a_stall(void)
{
	effects_stall_at_the_nth(&f, true);
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(f.cancel_count, 0);
	as_after_power_on();
	effects_fixture_init(&f);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_RXEN);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	as_after_power_on();
	chip_wait(&f, 300000);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
}

/* What was settling after SRC settles no more: only the start-up is waited for. */
static void a_brown_out_after_src_waits_for_the_startup_alone(void)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_TX, 0, (struct stutter_enc28j60_effect){0});
	chip_src(&f);
	chip_wait(&f, 1000);
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	as_after_power_on();
	chip_clear_events(&f);
	chip_wait(&f, 300000);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_READY), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACLCON2), 0x37);
	CU_ASSERT_EQUAL(chip_count_id(&f, "not-ready"), 0);
}

static void a_brown_out_within_a_command_ends_it(void)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_TX, 0, (struct stutter_enc28j60_effect){0});
	stutter_enc28j60_select(&f.chip, f.now_ns);
	stutter_enc28j60_exchange(&f.chip, 0x7a, f.now_ns);
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(stutter_enc28j60_exchange(&f.chip, 0x55, f.now_ns), 0xff);
	stutter_enc28j60_deselect(&f.chip, f.now_ns);
	as_after_power_on();
}

const CU_TestInfo tests_brown_out[] = {
	{"a brown out forgets all but the memory", a_brown_out_forgets_all_but_the_memory},
	{"a brown out ends power save and a stall", a_brown_out_ends_power_save_and_a_stall},
	{"a brown out after src waits for the startup alone",
         a_brown_out_after_src_waits_for_the_startup_alone},
	{"a brown out within a command ends it", a_brown_out_within_a_command_ends_it},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host reboots and the chip does not: its RESET pin stays high and the supply stays on. The new
 * driver finds the state that the old one left, until it sends SRC (DS39662 sec. 11).
 */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

#define TX_AT 0x1a00u
#define SLOT 70u

static struct chip_fixture f;
static uint8_t frame[64];

/* A driver in operation: two packets in the ring, a frame on the wire, a PHY with its interrupt
 * on, INT low.
 */
static void leave_dirty(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
	chip_wcr(&f, ENC28J60_MAADR1, 0x42);
	chip_phy_write(&f, ENC28J60_PHCON2, PHCON2_HDLDIS);
	chip_phy_write(&f, ENC28J60_PHIE, PHIE_PGEIE | PHIE_PLNKIE);
	chip_phy_write(&f, ENC28J60_PHLCON, 0x3476);
	chip_wcr(&f, ENC28J60_ECOCON, 2);
	chip_open_ring(&f, 0, 0x19ff);
	chip_make_frame(frame, sizeof(frame), 1);
	chip_receive(&f, frame, sizeof(frame));
	chip_receive(&f, frame, sizeof(frame));
	chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE | EIE_TXIE);
	chip_wcr16(&f, ENC28J60_ERDPTL, SLOT);
	chip_load(&f, TX_AT, TX_POVERRIDE | TX_PCRCEN, frame, 60);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	chip_clear_events(&f);
}

/* The host stops in the middle of a command and continues a second later. */
static void reboot_within(const uint8_t *command, size_t length)
{
	leave_dirty();
	stutter_enc28j60_select(&f.chip, f.now_ns);
	for (size_t i = 0; i < length; i++)
		stutter_enc28j60_exchange(&f.chip, command[i], f.now_ns);
	chip_wait(&f, 1000000000);
}

static void everything_is_still_there_after_the_host_rebooted(void)
{
	leave_dirty();
	chip_wait(&f, 1000000000);
	CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 2);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 2 * SLOT);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERDPTL), SLOT);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MAADR1), 0x42);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & (ECON1_TXRTS | ECON1_RXEN),
	                ECON1_TXRTS | ECON1_RXEN);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHLCON), 0x3476);
	CU_ASSERT_EQUAL(memcmp(f.chip.sram + SLOT + 6, frame, sizeof(frame)), 0);
	/* It goes on receiving, and confirms what the old driver sent. */
	chip_receive(&f, frame, sizeof(frame));
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 3);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR) & EIR_TXIF, EIR_TXIF);
}

static void half_a_write_is_dropped_when_cs_rises(void)
{
	reboot_within((const uint8_t[]){0x40 | (ENC28J60_EIE & 0x1f)}, 1);
	stutter_enc28j60_deselect(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIE), EIE_INTIE | EIE_PKTIE | EIE_TXIE);
	CU_ASSERT_EQUAL(chip_count_id(&f, "spi-short"), 1);
}

static void half_a_write_is_dropped_when_the_next_command_begins(void)
{
	reboot_within((const uint8_t[]){0x40 | (ENC28J60_EIE & 0x1f)}, 1);
	chip_src(&f);
	CU_ASSERT_EQUAL(chip_count_id(&f, "spi-short"), 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RESET), 1);
}

/*
 * CS stays low over the reboot: without a falling edge the new driver's bytes belong to the old
 * command.
 */
static void without_a_new_select_bytes_belong_to_the_old_command(void)
{
	static const uint8_t write_buffer[] = {0x7a, 0x11};

	reboot_within(write_buffer, sizeof(write_buffer));
	stutter_enc28j60_exchange(&f.chip, 0xff, f.now_ns);
	stutter_enc28j60_deselect(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RESET), 0);
	CU_ASSERT_EQUAL(f.chip.sram[TX_AT + 61], 0x11);
	CU_ASSERT_EQUAL(f.chip.sram[TX_AT + 62], 0xff);
}

static void half_a_buffer_read_leaves_its_pointer_behind(void)
{
	static const uint8_t read_buffer[] = {0x3a, 0, 0, 0};

	reboot_within(read_buffer, sizeof(read_buffer));
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERDPTL), SLOT + 3);
}

/* An SRC that CS never ended is done when the new driver begins its first command. */
static void an_unfinished_src_takes_effect_with_the_next_select(void)
{
	reboot_within((const uint8_t[]){0xff}, 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_EPKTCNT), 2);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RESET), 1);
}

/*
 * What SRC cleans is what DS39662 table 3-2 has a reset value for; the memory and ECOCON are not
 * among it (sec. 2.3, 11.0).
 */
static void src_cleans_all_but_the_memory_and_the_clock(void)
{
	static uint8_t memory[STUTTER_ENC28J60_SRAM_SIZE];
	static struct chip_fixture fresh;

	leave_dirty();
	memcpy(memory, f.chip.sram, sizeof(memory));
	chip_src(&f);
	CU_ASSERT_EQUAL(f.cancel_count, 1);
	CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
	CU_ASSERT_FALSE(stutter_enc28j60_receiving(&f.chip));
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), 12500000);
	chip_wait(&f, 1000000);
	CU_ASSERT_EQUAL(memcmp(f.chip.sram, memory, sizeof(memory)), 0);
	chip_fixture_init(&fresh, NULL);
	for (unsigned i = 0; i < STUTTER_ENC28J60_REG_COUNT; i++)
		if (i != ENC28J60_ECOCON && (i & 0x1f) != ENC28J60_ECON1)
			CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, i),
			                stutter_enc28j60_peek(&fresh.chip, i));
	CU_ASSERT_EQUAL(memcmp(f.chip.phy, fresh.chip.phy, sizeof(fresh.chip.phy)), 0);
	/* The link is lost with the clock and found anew, so the old PHIE is not missed: it is off.
	 */
	chip_wait(&f, 64000000);
	CU_ASSERT(f.chip.link.up);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
}

/*
 * A new driver that finds the chip in power save gets no reset before it has woken it up (erratum
 * 19).
 */
static void a_chip_left_in_power_save_is_deaf_to_src_until_woken(void)
{
	leave_dirty();
	chip_transmitted(&f, NULL);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_RXEN);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	chip_wait(&f, 1000000000);
	chip_src(&f);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 2);
	CU_ASSERT_EQUAL(chip_count_id(&f, "src-power-save"), 1);
	chip_bfc(&f, ENC28J60_ECON2, ECON2_PWRSV);
	chip_wait(&f, 300000);
	chip_src(&f);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
}

const CU_TestInfo tests_reboot[] = {
	{"everything is still there after the host rebooted",
         everything_is_still_there_after_the_host_rebooted},
	{"half a write is dropped when cs rises", half_a_write_is_dropped_when_cs_rises},
	{"half a write is dropped when the next command begins",
         half_a_write_is_dropped_when_the_next_command_begins},
	{"without a new select bytes belong to the old command",
         without_a_new_select_bytes_belong_to_the_old_command},
	{"half a buffer read leaves its pointer behind",
         half_a_buffer_read_leaves_its_pointer_behind},
	{"an unfinished src takes effect with the next select",
         an_unfinished_src_takes_effect_with_the_next_select},
	{"src cleans all but the memory and the clock",
         src_cleans_all_but_the_memory_and_the_clock},
	{"a chip left in power save is deaf to src until woken",
         a_chip_left_in_power_save_is_deaf_to_src_until_woken},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errata 5, 6, 14 and 17: the ring, its flag, and a DMA beside it. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/errata_fixture.h"

static struct chip_fixture f;
static uint8_t frame[64];

static void start(unsigned erratum, bool on)
{
	errata_fixture_init(&f, erratum, on);
	chip_make_frame(frame, sizeof(frame), 1);
}

static unsigned next_at(unsigned address)
{
	return (unsigned)f.chip.sram[address] | (unsigned)f.chip.sram[address + 1] << 8;
}

static void erratum_5_corrupts_the_write_pointer(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(5, on);
		chip_open_ring(&f, 0x600, 0x1fff);
		CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), on ? 0 : 0x600);
		CU_ASSERT_EQUAL(chip_count_id(&f, "rx-writer-outside"), on);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(memcmp(f.chip.sram + (on ? 6 : 0x606), frame, sizeof(frame)), 0);
		/* The work-around: a ring at 0000h. */
		chip_clear_events(&f);
		chip_open_ring(&f, 0, 0x19ff);
		CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 0);
		CU_ASSERT_EQUAL(chip_count_id(&f, "rx-writer-outside"), 0);
	}
}

static void erratum_6_hides_pktif_from_the_host_but_not_from_int(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(6, on);
		chip_open_ring(&f, 0, 0x19ff);
		chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), on ? 0 : EIR_PKTIF);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
		CU_ASSERT(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_INT);
		CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
		chip_bfs(&f, ENC28J60_ECON2, ECON2_PKTDEC);
		CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), on ? 0 : EIR_PKTIF);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM), on);
	}
}

static void erratum_14_corrupts_next_packet_pointers_while_erxrdpt_is_even(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(14, on);
		chip_open_ring(&f, 0, 0x19ff);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(next_at(0), 70);
		CU_ASSERT_EQUAL(chip_count_id(&f, "erxrdpt-even"), 0);
		chip_wcr16(&f, ENC28J60_ERXRDPTL, 0x19fe);
		CU_ASSERT_EQUAL(chip_count_id(&f, "erxrdpt-even"), on);
		chip_receive(&f, frame, sizeof(frame));
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(next_at(70), on ? (140 ^ 2) : 140);
		CU_ASSERT_EQUAL(next_at(140), on ? (210 ^ 2) : 210);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM), on ? 2 : 0);
		chip_wcr16(&f, ENC28J60_ERXRDPTL, 0x19ff);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(next_at(210), 280);
	}
}

#define ON_WIRE_NS ((8 + 64) * 800u)
#define SUM_NS (100 * 40u)

/* Sums up 100 bytes, then gets a frame whose last bit comes so long after the sum began. */
static void sum_and_receive(bool on, bool copies, uint64_t after_ns)
{
	start(17, on);
	chip_open_ring(&f, 0, 0x19ff);
	chip_wcr16(&f, ENC28J60_EDMASTL, 0x1a00);
	chip_wcr16(&f, ENC28J60_EDMANDL, 0x1a00 + 99);
	chip_wcr16(&f, ENC28J60_EDMADSTL, 0x1b00);
	chip_clear_events(&f);
	chip_wait(&f, ON_WIRE_NS);
	chip_bfs(&f, ENC28J60_ECON1, copies ? ECON1_DMAST : ECON1_DMAST | ECON1_CSUMEN);
	stutter_enc28j60_receive(&f.chip, frame, sizeof(frame), f.now_ns += after_ns);
}

static void erratum_17_loses_a_frame_to_a_checksum_beside_it(void)
{
	static const struct {
		uint64_t after_ns;
		bool lost;
	} rows[] = {
		{0, false},
		{1, true},
		{SUM_NS / 2, true},
		{SUM_NS + ON_WIRE_NS - 1, true},
		{SUM_NS + ON_WIRE_NS, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sum_and_receive(ON, false, rows[i].after_ns);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_IGNORED),
		                rows[i].lost);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), !rows[i].lost);
		CU_ASSERT_EQUAL(chip_count_id(&f, "dma-receiving"), 1);
		sum_and_receive(OFF, false, rows[i].after_ns);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
		CU_ASSERT_EQUAL(chip_count_id(&f, "dma-receiving"), 0);
		sum_and_receive(ON, true, rows[i].after_ns);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	}
}

const CU_TestInfo tests_errata_receive[] = {
	{"erratum 5 corrupts the write pointer", erratum_5_corrupts_the_write_pointer},
	{"erratum 6 hides pktif from the host but not from int",
         erratum_6_hides_pktif_from_the_host_but_not_from_int},
	{"erratum 14 corrupts next packet pointers while erxrdpt is even",
         erratum_14_corrupts_next_packet_pointers_while_erxrdpt_is_even},
	{"erratum 17 loses a frame to a checksum beside it",
         erratum_17_loses_a_frame_to_a_checksum_beside_it},
	CU_TEST_INFO_NULL,
};

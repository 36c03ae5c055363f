/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f;
static uint8_t frame[64];

/* The equation of DS39662 figure 12-1, on what the host can read. */
static bool equation_holds(void)
{
	uint8_t pending = stutter_enc28j60_peek(&f.chip, ENC28J60_EIR) &
	                  stutter_enc28j60_peek(&f.chip, ENC28J60_EIE) & 0x7b;
	bool pin = pending && (stutter_enc28j60_peek(&f.chip, ENC28J60_EIE) & EIE_INTIE);

	return stutter_enc28j60_int_asserted(&f.chip) == pin &&
	       stutter_enc28j60_can_interrupt(&f.chip) ==
	               (!pin && (stutter_enc28j60_peek(&f.chip, ENC28J60_EIE) & EIE_INTIE)) &&
	       (stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT) >> 7) == (pending != 0);
}

/* Each source alone: raised, seen at the pin only when enabled, gone when cleared. */
static void raise_packet(void)
{
	chip_receive(&f, frame, sizeof(frame));
}

static void clear_packet(void)
{
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PKTDEC);
}

static void raise_dma(void)
{
	chip_wcr16(&f, ENC28J60_EDMANDL, 9);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST);
	chip_wait(&f, 10 * 80);
}

static void clear_dma(void)
{
	chip_bfc(&f, ENC28J60_EIR, EIR_DMAIF);
}

static void raise_link(void)
{
	stutter_enc28j60_set_link(&f.chip, false, f.now_ns);
	stutter_enc28j60_set_link(&f.chip, true, f.now_ns);
}

static void clear_link(void)
{
	chip_phy_read(&f, ENC28J60_PHIR);
}

static void raise_tx(void)
{
	chip_load(&f, 0x1a00, TX_POVERRIDE | TX_PCRCEN, frame, 60);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	chip_transmitted(&f, NULL);
}

static void clear_tx(void)
{
	chip_bfc(&f, ENC28J60_EIR, EIR_TXIF);
}

static void raise_tx_error(void)
{
	chip_load(&f, 0x1a00, TX_POVERRIDE | TX_PCRCEN, frame, 60);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	chip_transmitted(&f, &(struct stutter_enc28j60_tx_status){.late_collision = true});
	chip_bfc(&f, ENC28J60_EIR, EIR_TXIF);
}

static void clear_tx_error(void)
{
	chip_bfc(&f, ENC28J60_EIR, EIR_TXERIF);
}

static void raise_rx_error(void)
{
	chip_wcr16(&f, ENC28J60_ERXRDPTL, 1);
	chip_receive(&f, frame, sizeof(frame));
}

static void clear_rx_error(void)
{
	chip_bfc(&f, ENC28J60_EIR, EIR_RXERIF);
}

static const struct {
	uint8_t flag;
	void (*raise)(void);
	void (*clear)(void);
} sources[] = {
	{EIR_PKTIF, raise_packet, clear_packet},      {EIR_DMAIF, raise_dma, clear_dma},
	{EIR_LINKIF, raise_link, clear_link},         {EIR_TXIF, raise_tx, clear_tx},
	{EIR_TXERIF, raise_tx_error, clear_tx_error}, {EIR_RXERIF, raise_rx_error, clear_rx_error},
};

static void start(void)
{
	chip_fixture_init_ideal(&f);
	chip_make_frame(frame, sizeof(frame), 1);
	chip_phy_write(&f, ENC28J60_PHIE, PHIE_PLNKIE | PHIE_PGEIE);
	chip_phy_write(&f, ENC28J60_PHCON2, PHCON2_HDLDIS);
	chip_phy_read(&f, ENC28J60_PHIR);
	chip_open_ring(&f, 0, 0x19ff);
}

static void each_source_reaches_the_pin_only_when_enabled(void)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		start();
		chip_wcr(&f, ENC28J60_EIE, (uint8_t)(EIE_INTIE | (0x7b & ~sources[i].flag)));
		CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
		sources[i].raise();
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), sources[i].flag);
		CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
		chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | sources[i].flag);
		CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
		chip_bfc(&f, ENC28J60_EIE, EIE_INTIE);
		CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
		CU_ASSERT(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_INT);
		chip_bfs(&f, ENC28J60_EIE, EIE_INTIE);
		CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
		sources[i].clear();
		CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	}
}

static void equation_holds_after_every_step_of_any_order(void)
{
	uint32_t state = 42;

	start();
	for (unsigned i = 0; i < 5000; i++) {
		unsigned which = chip_random(&state) % 6;

		switch (chip_random(&state) % 3) {
		case 0:
			sources[which].raise();
			break;
		case 1:
			sources[which].clear();
			break;
		default:
			chip_wcr(&f, ENC28J60_EIE, (uint8_t)(chip_random(&state) & 0xfb));
		}
		CU_ASSERT_FATAL(equation_holds());
	}
}

static void linkif_needs_both_phy_enables(void)
{
	static const uint16_t enables[] = {0, PHIE_PLNKIE, PHIE_PGEIE};

	for (size_t i = 0; i < 3; i++) {
		start();
		chip_phy_write(&f, ENC28J60_PHIE, enables[i]);
		raise_link();
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
		CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHIR), PHIR_PLNKIF);
	}
	start();
	raise_link();
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHIR), PHIR_PLNKIF | PHIR_PGIF);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHIR), 0);
}

static void bfc_cannot_clear_packet_and_link_flags(void)
{
	start();
	raise_link();
	raise_packet();
	chip_bfc(&f, ENC28J60_EIR, 0x7b);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF | EIR_LINKIF);
}

const CU_TestInfo tests_interrupt[] = {
	{"each source reaches the pin only when enabled",
         each_source_reaches_the_pin_only_when_enabled},
	{"equation holds after every step of any order",
         equation_holds_after_every_step_of_any_order},
	{"linkif needs both phy enables", linkif_needs_both_phy_enables},
	{"bfc cannot clear packet and link flags", bfc_cannot_clear_packet_and_link_flags},
	CU_TEST_INFO_NULL,
};

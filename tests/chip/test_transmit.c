/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f;
static uint8_t body[4096];

static void start(void)
{
	chip_fixture_init_ideal(&f);
	chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
	chip_phy_write(&f, ENC28J60_PHCON2, PHCON2_HDLDIS);
	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)(i * 3 + 2);
	body[0] = 0x02;
	body[12] = 0x08;
	body[13] = 0x00;
	chip_clear_events(&f);
}

static void send(uint8_t control, size_t length)
{
	chip_load(&f, 0x1a00, control, body, length);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
}

static uint64_t vector_at(unsigned at)
{
	uint64_t vector = 0;

	for (unsigned i = 0; i < 7; i++)
		vector |= (uint64_t)f.chip.sram[(at + i) & 0x1fff] << 8 * i;
	return vector;
}

static uint64_t expected_vector(size_t length, uint32_t bits)
{
	return (uint64_t)length << 32 | bits | (uint32_t)length;
}

static void frame_goes_out_padded_with_fcs_and_vector(void)
{
	start();
	chip_wcr(&f, ENC28J60_MACON3, 0x20 | MACON3_TXCRCEN);
	send(0, 42);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	CU_ASSERT_EQUAL(f.sent_length, 64);
	CU_ASSERT_EQUAL(memcmp(f.sent, body, 42), 0);
	CU_ASSERT_EQUAL(f.sent[42] | f.sent[59], 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_fcs(f.sent, 64), STUTTER_ENC28J60_FCS_RESIDUE);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS, ECON1_TXRTS);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS, 0);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT), ESTAT_CLKRDY);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 43), expected_vector(64, TSV_DONE | TSV_LENGTH_RANGE));
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ETXSTL), 0x1a00);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ETXNDL), 0x1a00 + 42);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_START), 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), 1);
	CU_ASSERT_EQUAL(f.events[f.event_count - 1].address, 0x1a00 + 43);
	CU_ASSERT_EQUAL(f.event_count, 2);
}

static size_t sent_length_for(uint8_t macon3, uint8_t control, size_t length)
{
	chip_wcr(&f, ENC28J60_MACON3, macon3);
	send(control, length);
	chip_transmitted(&f, NULL);
	return f.sent_length;
}

static void padding_follows_macon3(void)
{
	static const struct {
		uint8_t padcfg;
		size_t plain, vlan;
	} rows[] = {
		{0, 44, 44}, {1, 64, 64}, {2, 44, 44}, {3, 68, 68},
		{4, 44, 44}, {5, 64, 68}, {6, 44, 44}, {7, 68, 68},
	};

	start();
	for (size_t i = 0; i < 8; i++) {
		uint8_t macon3 = (uint8_t)(rows[i].padcfg << 5 | MACON3_TXCRCEN);

		body[12] = 0x08;
		CU_ASSERT_EQUAL(sent_length_for(macon3, 0, 40), rows[i].plain);
		body[12] = 0x81;
		CU_ASSERT_EQUAL(sent_length_for(macon3, 0, 40), rows[i].vlan);
		CU_ASSERT_EQUAL(sent_length_for(macon3, 0, 100), 104);
	}
}

static void control_byte_overrides_macon3(void)
{
	start();
	CU_ASSERT_EQUAL(sent_length_for(0x20 | MACON3_TXCRCEN, TX_POVERRIDE, 40), 40);
	CU_ASSERT_EQUAL(sent_length_for(0x20 | MACON3_TXCRCEN, TX_POVERRIDE | TX_PCRCEN, 40), 44);
	CU_ASSERT_EQUAL(sent_length_for(0, TX_POVERRIDE | TX_PPADEN, 40), 60);
	CU_ASSERT_EQUAL(sent_length_for(0, TX_POVERRIDE | TX_PPADEN | TX_PCRCEN, 40), 64);
	CU_ASSERT_EQUAL(sent_length_for(0, TX_PPADEN | TX_PCRCEN, 40), 40);
}

static void a_frame_that_brings_its_fcs_has_it_checked(void)
{
	start();
	chip_put_fcs(body, 100);
	sent_length_for(0, 0, 100);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 101), expected_vector(100, TSV_DONE | TSV_LENGTH_RANGE));
	body[99] ^= 1;
	sent_length_for(0, 0, 100);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 101),
	                expected_vector(100, TSV_DONE | TSV_LENGTH_RANGE | TSV_CRC_ERROR));
	CU_ASSERT_EQUAL(memcmp(f.sent, body, 100), 0);
}

static void a_proprietary_header_is_left_out_of_the_fcs(void)
{
	start();
	CU_ASSERT_EQUAL(sent_length_for(MACON3_TXCRCEN | MACON3_PHDREN, 0, 104), 108);
	CU_ASSERT_EQUAL(memcmp(f.sent, body, 104), 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_fcs(f.sent + 4, 104), STUTTER_ENC28J60_FCS_RESIDUE);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 105), expected_vector(108, TSV_DONE | TSV_LENGTH_RANGE));
	/* And one that brings its FCS is checked so. */
	chip_put_fcs(body + 4, 100);
	sent_length_for(MACON3_PHDREN, 0, 104);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 105), expected_vector(104, TSV_DONE | TSV_LENGTH_RANGE));
	sent_length_for(0, 0, 104);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 105),
	                expected_vector(104, TSV_DONE | TSV_LENGTH_RANGE | TSV_CRC_ERROR));
	sent_length_for(MACON3_PHDREN, 0, 3);
	CU_ASSERT_EQUAL(f.sent_length, 3);
}

static void mac_registers_tell_how_it_sends(void)
{
	struct stutter_enc28j60_mac mac;

	start();
	mac = stutter_enc28j60_mac(&f.chip);
	CU_ASSERT(!mac.full_duplex && !mac.defer_forever && !mac.no_backoff &&
	          !mac.no_backoff_after_pressure);
	CU_ASSERT_EQUAL(mac.retries_max, 15);
	CU_ASSERT_EQUAL(mac.window_bytes, 64);
	chip_wcr(&f, ENC28J60_MACON4, MACON4_DEFER);
	CU_ASSERT(stutter_enc28j60_mac(&f.chip).defer_forever);
	chip_wcr(&f, ENC28J60_MACON4, MACON4_NOBKOFF);
	mac = stutter_enc28j60_mac(&f.chip);
	CU_ASSERT(mac.no_backoff && !mac.no_backoff_after_pressure && !mac.defer_forever);
	chip_wcr(&f, ENC28J60_MACON4, MACON4_BPEN);
	mac = stutter_enc28j60_mac(&f.chip);
	CU_ASSERT(!mac.no_backoff && mac.no_backoff_after_pressure);
	chip_wcr(&f, ENC28J60_MACLCON1, 3);
	chip_wcr(&f, ENC28J60_MACLCON2, 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_mac(&f.chip).retries_max, 3);
	CU_ASSERT_EQUAL(stutter_enc28j60_mac(&f.chip).window_bytes, 9);
	/* The values that the data sheet recommends make the gaps of IEEE 802.3. */
	chip_wcr(&f, ENC28J60_MABBIPG, 0x12);
	chip_wcr16(&f, ENC28J60_MAIPGL, 0x0c12);
	mac = stutter_enc28j60_mac(&f.chip);
	CU_ASSERT(mac.gap_bits == 96 && mac.gap1_bits == 64 && mac.gap2_bits == 96);
	chip_phy_write(&f, ENC28J60_PHCON1, PHCON1_PDPXMD);
	chip_wcr(&f, ENC28J60_MABBIPG, 0x15);
	mac = stutter_enc28j60_mac(&f.chip);
	CU_ASSERT(mac.full_duplex && mac.gap_bits == 96);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_NOT_MODELLED), 0);
}

static void vector_tells_what_the_frame_is(void)
{
	start();
	memset(body, 0xff, 6);
	body[12] = 0x00;
	body[13] = 0x64;
	sent_length_for(MACON3_TXCRCEN | MACON3_FRMLNEN, 0, 114);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 115), expected_vector(118, TSV_DONE | TSV_BROADCAST));
	body[0] = 0x01;
	sent_length_for(MACON3_TXCRCEN | MACON3_FRMLNEN, 0, 115);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 116),
	                expected_vector(119, TSV_DONE | TSV_MULTICAST | TSV_LENGTH_CHECK));
	sent_length_for(MACON3_TXCRCEN, 0, 115);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 116), expected_vector(119, TSV_DONE | TSV_MULTICAST));
	body[12] = 0x88;
	body[13] = 0x08;
	body[14] = 0;
	body[15] = 1;
	sent_length_for(MACON3_TXCRCEN, 0, 60);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 61) >> 48, TSV_HIGH_CONTROL | TSV_HIGH_PAUSE);
}

static void frame_and_vector_wrap_at_the_end_of_memory(void)
{
	start();
	for (unsigned at = 0x1fb0; at < 0x2000; at++) {
		chip_load(&f, (uint16_t)at, TX_POVERRIDE | TX_PCRCEN, body, 60);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
		chip_transmitted(&f, NULL);
		CU_ASSERT_EQUAL_FATAL(f.sent_length, 64);
		CU_ASSERT_EQUAL_FATAL(memcmp(f.sent, body, 60), 0);
		CU_ASSERT_EQUAL_FATAL(vector_at(at + 61),
		                      expected_vector(64, TSV_DONE | TSV_LENGTH_RANGE));
	}
}

static void too_long_a_frame_is_cut_and_aborted(void)
{
	start();
	chip_wcr(&f, ENC28J60_MACON3, MACON3_TXCRCEN);
	send(0, 1515);
	CU_ASSERT_EQUAL(f.sent_length, 1518);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF | EIR_TXERIF);
	CU_ASSERT(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_TXABRT);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 1516),
	                expected_vector(1518, TSV_GIANT | TSV_LENGTH_RANGE));
	send(0, 1514);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), 1);
	send(TX_POVERRIDE | TX_PCRCEN | TX_PHUGEEN, 1515);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(f.sent_length, 1519);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 1516),
	                expected_vector(1519, TSV_DONE | TSV_GIANT | TSV_LENGTH_RANGE));
}

static void errors_on_the_wire_are_in_vector_and_flags(void)
{
	static const struct {
		struct stutter_enc28j60_tx_status status;
		uint32_t bits;
		uint8_t estat;
	} rows[] = {
		{{.collisions = 3, .deferred = true}, TSV_DONE | 3u << 16 | TSV_DEFER, 0},
		{{.collisions = 16, .excessive_collisions = true},
	         15u << 16 | TSV_EXCESSIVE_COLLISION,
	         ESTAT_TXABRT},
		{{.collisions = 1, .late_collision = true},
	         1u << 16 | TSV_LATE_COLLISION,
	         ESTAT_TXABRT | ESTAT_LATECOL},
		{{.deferred = true, .excessive_deferral = true}, TSV_EXCESSIVE_DEFER, ESTAT_TXABRT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start();
		send(TX_POVERRIDE | TX_PCRCEN, 100);
		chip_transmitted(&f, &rows[i].status);
		CU_ASSERT_EQUAL(vector_at(0x1a00 + 101),
		                expected_vector(104, rows[i].bits | TSV_LENGTH_RANGE));
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT), ESTAT_CLKRDY | rows[i].estat);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR),
		                EIR_TXIF | (rows[i].estat ? EIR_TXERIF : 0));
	}
}

static void deferral_is_endless_with_macon4_defer(void)
{
	start();
	chip_wcr(&f, ENC28J60_MACON4, MACON4_DEFER);
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	chip_transmitted(&f, &(struct stutter_enc28j60_tx_status){.excessive_deferral = true});
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
}

static void full_duplex_knows_no_collisions(void)
{
	start();
	chip_wcr(&f, ENC28J60_MACON3, MACON3_FULDPX);
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	chip_transmitted(
		&f, &(struct stutter_enc28j60_tx_status){.collisions = 2, .late_collision = true});
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 101), expected_vector(104, TSV_DONE | TSV_LENGTH_RANGE));
}

static void clearing_txrts_cancels(void)
{
	start();
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT_EQUAL(f.cancel_count, 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_CANCELLED), 1);
	CU_ASSERT_EQUAL(vector_at(0x1a00 + 101), expected_vector(104, TSV_LENGTH_RANGE));
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(f.sent_count, 2);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT_EQUAL(f.cancel_count, 1);
}

static void txrst_tears_down_without_a_flag(void)
{
	start();
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
	CU_ASSERT_EQUAL(f.cancel_count, 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1), ECON1_TXRST);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT_EQUAL(chip_count_id(&f, "txrts-reset"), 1);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT_EQUAL(f.sent_count, 2);
}

static void misuse_is_found(void)
{
	start();
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT_EQUAL(chip_count_id(&f, "txrts-busy"), 1);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_wcr(&f, ENC28J60_ETXNDL, 5);
	CU_ASSERT_EQUAL(chip_count_id(&f, "tx-register-busy"), 1);
	chip_transmitted(&f, NULL);
	send(0, 0);
	CU_ASSERT_EQUAL(chip_count_id(&f, "tx-empty"), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS, 0);
	chip_open_ring(&f, 0, 0x19ff);
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_count_id(&f, "tx-in-rx"), 0);
	chip_load(&f, 0x1f99, TX_POVERRIDE | TX_PCRCEN, body, 100);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT_EQUAL(chip_count_id(&f, "tx-in-rx"), 1);
}

static void without_a_link_the_frame_goes_nowhere_in_its_time(void)
{
	start();
	stutter_enc28j60_set_link(&f.chip, false, f.now_ns);
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	CU_ASSERT_EQUAL(f.sent_count, 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), f.now_ns + (8 + 104) * 800);
	chip_wait(&f, 112 * 800 - 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), 0);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR) & EIR_TXIF, EIR_TXIF);
}

static void loopback_is_heard_by_the_chip_alone(void)
{
	start();
	f.chip.config.errata = STUTTER_ENC28J60_ERRATUM(9);
	chip_phy_write(&f, ENC28J60_PHCON1, PHCON1_PLOOPBK);
	chip_open_ring(&f, 0, 0x19ff);
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	chip_wait(&f, 112 * 800);
	CU_ASSERT_EQUAL(f.sent_count, 0);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	CU_ASSERT_EQUAL(memcmp(f.chip.sram + 6, body, 100), 0);
	CU_ASSERT_EQUAL(chip_count_id(&f, "loopback"), 1);
	CU_ASSERT_FALSE(stutter_enc28j60_receiving(&f.chip));
}

static void half_duplex_hears_itself_unless_hdldis(void)
{
	for (unsigned disabled = 0; disabled < 2; disabled++) {
		start();
		chip_phy_write(&f, ENC28J60_PHCON2, disabled ? PHCON2_HDLDIS : 0);
		chip_open_ring(&f, 0, 0x19ff);
		send(TX_POVERRIDE | TX_PCRCEN, 100);
		chip_transmitted(&f, NULL);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), !disabled);
	}
}

static void the_wire_may_answer_within_the_call(void)
{
	start();
	f.answers_at_once = true;
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS, 0);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
}

static void a_received_pause_delays_the_next_frame(void)
{
	uint8_t pause[64] = {0x01, 0x80, 0xc2, 0, 0, 1, 2, 2, 2, 2, 2, 2, 0x88, 0x08, 0, 1, 0, 10};

	start();
	chip_open_ring(&f, 0, 0x19ff);
	chip_wcr(&f, ENC28J60_MACON3, MACON3_FULDPX);
	chip_wcr(&f, ENC28J60_MACON1, MACON1_MARXEN | MACON1_RXPAUS);
	chip_put_fcs(pause, sizeof(pause));
	chip_receive(&f, pause, sizeof(pause));
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_CONTROL), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	CU_ASSERT_EQUAL(f.sent_count, 0);
	CU_ASSERT(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS);
	chip_wait(&f, 10 * 51200);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_transmitted(&f, NULL);
	chip_wcr(&f, ENC28J60_MACON1, MACON1_MARXEN | MACON1_PASSALL);
	chip_receive(&f, pause, sizeof(pause));
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	send(TX_POVERRIDE | TX_PCRCEN, 100);
	CU_ASSERT_EQUAL(f.sent_count, 2);
}

const CU_TestInfo tests_transmit[] = {
	{"frame goes out padded with fcs and vector", frame_goes_out_padded_with_fcs_and_vector},
	{"padding follows macon3", padding_follows_macon3},
	{"control byte overrides macon3", control_byte_overrides_macon3},
	{"a frame that brings its fcs has it checked", a_frame_that_brings_its_fcs_has_it_checked},
	{"a proprietary header is left out of the fcs",
         a_proprietary_header_is_left_out_of_the_fcs},
	{"mac registers tell how it sends", mac_registers_tell_how_it_sends},
	{"vector tells what the frame is", vector_tells_what_the_frame_is},
	{"frame and vector wrap at the end of memory", frame_and_vector_wrap_at_the_end_of_memory},
	{"too long a frame is cut and aborted", too_long_a_frame_is_cut_and_aborted},
	{"errors on the wire are in vector and flags", errors_on_the_wire_are_in_vector_and_flags},
	{"deferral is endless with macon4 defer", deferral_is_endless_with_macon4_defer},
	{"full duplex knows no collisions", full_duplex_knows_no_collisions},
	{"clearing txrts cancels", clearing_txrts_cancels},
	{"txrst tears down without a flag", txrst_tears_down_without_a_flag},
	{"misuse is found", misuse_is_found},
	{"without a link the frame goes nowhere in its time",
         without_a_link_the_frame_goes_nowhere_in_its_time},
	{"loopback is heard by the chip alone", loopback_is_heard_by_the_chip_alone},
	{"half duplex hears itself unless hdldis", half_duplex_hears_itself_unless_hdldis},
	{"the wire may answer within the call", the_wire_may_answer_within_the_call},
	{"a received pause delays the next frame", a_received_pause_delays_the_next_frame},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host that talks to the chip the way the Linux driver does, SPI command by SPI command: the same
 * order of registers, the same waits, the same ring (0000h to 19FFh) and transmit buffer (from
 * 1A00h). It must work, and no finding but one note must come up.
 */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

#define RX_START 0x0000u
#define RX_END 0x19ffu
#define TX_START 0x1a00u
#define MAX_FRAMELEN 1518u

static const uint8_t own[6] = {0x02, 0x04, 0xa3, 0x00, 0x00, 0x01};

struct host {
	struct chip_fixture f;
	uint8_t bank;
	uint16_t next_packet;
	unsigned received;
	unsigned transmitted;
	unsigned errors;
	uint8_t frame[2048];
	size_t frame_length;
};

static struct host host;
/* The chip and its surroundings; set before probe_and_open(). */
static struct stutter_enc28j60_config board;

static void op(uint8_t opcode, unsigned address, uint8_t value)
{
	const uint8_t bytes[2] = {(uint8_t)(opcode | (address & 0x1f)), value};

	host.f.now_ns += 3000;
	stutter_enc28j60_transfer(&host.f.chip, bytes, NULL, 2, host.f.now_ns);
}

/* The driver keeps the bank in mind and changes single bits of it. */
static void bank(unsigned index)
{
	uint8_t wanted = (uint8_t)(index >> 5);

	if ((index & 0x1f) >= 0x1b)
		return;
	for (uint8_t bit = 1; bit <= 2; bit = (uint8_t)(bit << 1))
		if ((wanted ^ host.bank) & bit)
			op(wanted & bit ? 0x80 : 0xa0, ENC28J60_ECON1, bit);
	host.bank = wanted;
}

static void write8(unsigned index, uint8_t value)
{
	bank(index);
	op(0x40, index, value);
}

static void write16(unsigned index, uint16_t value)
{
	write8(index, (uint8_t)value);
	write8(index + 1, (uint8_t)(value >> 8));
}

static void set(unsigned index, uint8_t mask)
{
	bank(index);
	op(0x80, index, mask);
}

static void clear(unsigned index, uint8_t mask)
{
	bank(index);
	op(0xa0, index, mask);
}

static uint8_t read8(unsigned index)
{
	uint8_t bytes[3] = {(uint8_t)(index & 0x1f)};
	bool dummy = (index >= 0x40 && index < 0x60) || (index >= 0x60 && index <= 0x65) ||
	             index == ENC28J60_MISTAT;
	size_t length = (index & 0x1f) < 0x1b && dummy ? 3 : 2;

	bank(index);
	host.f.now_ns += 3000;
	stutter_enc28j60_transfer(&host.f.chip, bytes, bytes, length, host.f.now_ns);
	return bytes[length - 1];
}

static uint16_t read16(unsigned index)
{
	uint8_t low = read8(index);

	return (uint16_t)(low | read8(index + 1) << 8);
}

static void poll(unsigned index, uint8_t mask, uint8_t value)
{
	uint64_t limit_ns = host.f.now_ns + 20000000;

	while ((read8(index) & mask) != value)
		CU_ASSERT_FATAL(host.f.now_ns < limit_ns);
}

static void phy_write(uint8_t address, uint16_t value)
{
	write8(ENC28J60_MIREGADR, address);
	write16(ENC28J60_MIWRL, value);
	poll(ENC28J60_MISTAT, MISTAT_BUSY, 0);
}

static uint16_t phy_read(uint8_t address)
{
	write8(ENC28J60_MIREGADR, address);
	write8(ENC28J60_MICMD, MICMD_MIIRD);
	poll(ENC28J60_MISTAT, MISTAT_BUSY, 0);
	write8(ENC28J60_MICMD, 0);
	return read16(ENC28J60_MIRDL);
}

static void receive_ring(void)
{
	host.next_packet = RX_START;
	write16(ENC28J60_ERXSTL, RX_START);
	write16(ENC28J60_ERXRDPTL, RX_END);
	write16(ENC28J60_ERXNDL, RX_END);
}

static void transmit_buffer(void)
{
	write16(ENC28J60_ETXSTL, TX_START);
	write16(ENC28J60_ETXNDL, 0x1fff);
}

static void hw_init(void)
{
	op(0xff, 0xff, 0xff);
	chip_wait(&host.f, 2000000);
	op(0x40, ENC28J60_ECON1, 0);
	host.bank = 0;
	write8(ENC28J60_ECON2, ECON2_AUTOINC | ECON2_VRPS);
	receive_ring();
	transmit_buffer();
	CU_ASSERT_EQUAL(read8(ENC28J60_EREVID), board.revision);
	write8(ENC28J60_ERXFCON, ERXFCON_UCEN | ERXFCON_CRCEN | ERXFCON_BCEN);
	write8(ENC28J60_MACON1, MACON1_MARXEN | MACON1_TXPAUS | MACON1_RXPAUS);
	write8(ENC28J60_MACON3, 0x20 | MACON3_TXCRCEN | MACON3_FRMLNEN);
	write8(ENC28J60_MACON4, MACON4_DEFER);
	write16(ENC28J60_MAIPGL, 0x0c12);
	write8(ENC28J60_MABBIPG, 0x12);
	write16(ENC28J60_MAMXFLL, MAX_FRAMELEN);
	phy_write(ENC28J60_PHLCON, 0x3476);
	phy_write(ENC28J60_PHCON1, 0);
	phy_write(ENC28J60_PHCON2, PHCON2_HDLDIS);
}

static void low_power(bool low)
{
	if (low) {
		clear(ENC28J60_ECON1, ECON1_RXEN);
		poll(ENC28J60_ESTAT, ESTAT_RXBUSY, 0);
		poll(ENC28J60_ECON1, ECON1_TXRTS, 0);
		set(ENC28J60_ECON2, ECON2_PWRSV);
	} else {
		clear(ENC28J60_ECON2, ECON2_PWRSV);
		poll(ENC28J60_ESTAT, ESTAT_CLKRDY, ESTAT_CLKRDY);
	}
}

static void hw_enable(void)
{
	phy_write(ENC28J60_PHIE, PHIE_PGEIE | PHIE_PLNKIE);
	clear(ENC28J60_EIR, 0x7b);
	write8(ENC28J60_EIE,
	       EIE_INTIE | EIE_PKTIE | EIE_LINKIE | EIE_TXIE | EIE_TXERIE | EIE_RXERIE);
	set(ENC28J60_ECON1, ECON1_RXEN);
}

static void probe_and_open(void)
{
	memset(&host, 0, sizeof(host));
	chip_fixture_power_on(&host.f, &board);
	stutter_enc28j60_set_link(&host.f.chip, true, 0);
	chip_wait(&host.f, 500000000);
	chip_clear_events(&host.f);
	hw_init();
	low_power(true);
	chip_wait(&host.f, 1000000000);
	low_power(false);
	hw_init();
	for (unsigned i = 0; i < 6; i++)
		write8((const unsigned[]){ENC28J60_MAADR1, ENC28J60_MAADR2, ENC28J60_MAADR3,
		                          ENC28J60_MAADR4, ENC28J60_MAADR5, ENC28J60_MAADR6}[i],
		       own[i]);
	hw_enable();
}

static void read_memory(uint16_t at, uint8_t *ret_bytes, size_t length)
{
	write16(ENC28J60_ERDPTL, at);
	chip_rbm(&host.f, ret_bytes, length);
}

static void take_packet(void)
{
	uint8_t header[6];
	uint16_t next, data = (uint16_t)(host.next_packet + 6);

	read_memory(host.next_packet, header, sizeof(header));
	next = (uint16_t)(header[0] | header[1] << 8);
	host.frame_length = (size_t)header[2] | (size_t)header[3] << 8;
	CU_ASSERT_FATAL(host.frame_length <= MAX_FRAMELEN && (header[4] & 0x80));
	read_memory(data > RX_END ? (uint16_t)(data - (RX_END + 1)) : data, host.frame,
	            host.frame_length);
	write16(ENC28J60_ERXRDPTL, next == RX_START ? RX_END : (uint16_t)(next - 1));
	host.next_packet = next;
	set(ENC28J60_ECON2, ECON2_PKTDEC);
	host.received++;
}

static void transmit_done(bool error)
{
	host.transmitted += !error;
	host.errors += error;
	clear(ENC28J60_ECON1, ECON1_TXRTS);
}

static void transmit_error(void)
{
	uint8_t vector[7];

	clear(ENC28J60_ECON1, ECON1_TXRTS);
	read_memory((uint16_t)(read16(ENC28J60_ETXNDL) + 1), vector, sizeof(vector));
	set(ENC28J60_ECON1, ECON1_TXRST);
	clear(ENC28J60_ECON1, ECON1_TXRST);
	transmit_buffer();
	if (vector[3] & 0x20)
		set(ENC28J60_ECON1, ECON1_TXRTS);
	else
		transmit_done(true);
	clear(ENC28J60_EIR, EIR_TXERIF | EIR_TXIF);
}

/* What the driver does when INT falls. */
static void interrupt(void)
{
	bool again = true;

	clear(ENC28J60_EIE, EIE_INTIE);
	while (again) {
		uint8_t flags = read8(ENC28J60_EIR);
		unsigned packets;

		again = flags & (EIR_LINKIF | EIR_TXIF | EIR_TXERIF | EIR_RXERIF);
		if (flags & EIR_LINKIF) {
			phy_read(ENC28J60_PHSTAT2);
			phy_read(ENC28J60_PHIR);
		}
		if ((flags & EIR_TXIF) && !(flags & EIR_TXERIF)) {
			transmit_done(read8(ENC28J60_ESTAT) & ESTAT_TXABRT);
			clear(ENC28J60_EIR, EIR_TXIF);
		}
		if (flags & EIR_TXERIF)
			transmit_error();
		if (flags & EIR_RXERIF)
			clear(ENC28J60_EIR, EIR_RXERIF);
		packets = read8(ENC28J60_EPKTCNT);
		again |= packets > 0;
		for (; packets > 0; packets--)
			take_packet();
	}
	set(ENC28J60_EIE, EIE_INTIE);
}

static void transmit(const uint8_t *body, size_t length)
{
	const uint8_t control = 0;

	write16(ENC28J60_EWRPTL, TX_START);
	write16(ENC28J60_ETXNDL, (uint16_t)(TX_START + length));
	chip_wbm(&host.f, &control, 1);
	chip_wbm(&host.f, body, length);
	set(ENC28J60_ECON1, ECON1_TXRTS);
}

static unsigned findings(void)
{
	return chip_count_kind(&host.f, STUTTER_ENC28J60_EVENT_FINDING) +
	       chip_count_kind(&host.f, STUTTER_ENC28J60_EVENT_NOT_MODELLED);
}

static void link_comes_up_by_interrupt_after_open(void)
{
	board = stutter_enc28j60_config_default();
	probe_and_open();
	CU_ASSERT_FALSE(phy_read(ENC28J60_PHSTAT2) & PHSTAT2_LSTAT);
	CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&host.f.chip));
	chip_wait(&host.f, 100000000);
	CU_ASSERT(stutter_enc28j60_int_asserted(&host.f.chip));
	interrupt();
	CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&host.f.chip));
	CU_ASSERT(phy_read(ENC28J60_PHSTAT2) & PHSTAT2_LSTAT);
	CU_ASSERT_EQUAL(findings(), 0);
	CU_ASSERT_EQUAL(chip_count_id(&host.f, "src-extra"), 2);
	CU_ASSERT_EQUAL(chip_count_kind(&host.f, STUTTER_ENC28J60_EVENT_NOTE), 2);
}

static void receive_many(void)
{
	uint8_t frame[MAX_FRAMELEN];

	probe_and_open();
	chip_wait(&host.f, 100000000);
	interrupt();
	for (unsigned i = 0; i < 1000; i++) {
		size_t length = 64 + i * 37 % (MAX_FRAMELEN - 63);

		chip_make_frame(frame, length, i);
		memcpy(frame, own, 6);
		chip_put_fcs(frame, length);
		chip_receive(&host.f, frame, length);
		CU_ASSERT_FATAL(stutter_enc28j60_int_asserted(&host.f.chip));
		interrupt();
		CU_ASSERT_EQUAL_FATAL(host.received, i + 1);
		CU_ASSERT_EQUAL_FATAL(host.frame_length, length);
		CU_ASSERT_EQUAL_FATAL(memcmp(host.frame, frame, length), 0);
		CU_ASSERT_FALSE_FATAL(stutter_enc28j60_int_asserted(&host.f.chip));
		chip_clear_events(&host.f);
	}
	frame[0] = 0x04;
	chip_put_fcs(frame, 64);
	chip_receive(&host.f, frame, 64);
	CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&host.f.chip));
}

static void a_thousand_frames_are_received_in_order(void)
{
	board = stutter_enc28j60_config_default();
	receive_many();
}

static void send_many(void)
{
	uint8_t body[1514];

	probe_and_open();
	chip_wait(&host.f, 100000000);
	interrupt();
	chip_clear_events(&host.f);
	for (unsigned i = 0; i < 200; i++) {
		size_t length = 42 + i * 31 % (sizeof(body) - 41);

		chip_make_frame(body, length, i);
		transmit(body, length);
		CU_ASSERT_EQUAL_FATAL(host.f.sent_count, i + 1);
		CU_ASSERT_EQUAL_FATAL(host.f.sent_length, (length < 60 ? 60 : length) + 4);
		CU_ASSERT_EQUAL_FATAL(memcmp(host.f.sent, body, length), 0);
		CU_ASSERT_FALSE_FATAL(stutter_enc28j60_int_asserted(&host.f.chip));
		chip_transmitted(&host.f, NULL);
		CU_ASSERT_FATAL(stutter_enc28j60_int_asserted(&host.f.chip));
		interrupt();
		CU_ASSERT_EQUAL_FATAL(host.transmitted, i + 1);
	}
	CU_ASSERT_EQUAL(findings(), 0);
}

static void frames_are_sent_and_confirmed(void)
{
	board = stutter_enc28j60_config_default();
	send_many();
}

/* Each silicon on a board that does what its errata sheet asks for. */
static void every_silicon_serves_a_driver_that_works_around_its_errata(void)
{
	static const enum stutter_enc28j60_revision revisions[] = {
		STUTTER_ENC28J60_B1, STUTTER_ENC28J60_B4, STUTTER_ENC28J60_B5, STUTTER_ENC28J60_B7};

	for (size_t i = 0; i < 2 * sizeof(revisions) / sizeof(revisions[0]); i++) {
		board = stutter_enc28j60_config_default();
		board.revision = revisions[i / 2];
		board.errata = stutter_enc28j60_errata(board.revision);
		/*
		 * At its worst too, but for link pulses, against which nothing helps but sending
		 * again.
		 */
		board.errata_worst = i % 2 ? board.errata & ~STUTTER_ENC28J60_ERRATUM(13) : 0;
		board.rbias_ohm = board.revision <= STUTTER_ENC28J60_B4 ? 2700 : 2320;
		board.spi_clock_hz = 12000000;
		receive_many();
		send_many();
	}
}

/*
 * After a late collision the driver sends again with ETXND at 1FFFh: too long a frame, whose status
 * vector lands in the ring. The chip does as told, and says so.
 */
static void retry_after_a_late_collision_writes_into_the_ring(void)
{
	uint8_t body[100] = {2};

	board = stutter_enc28j60_config_default();
	board.errata = board.errata_worst = STUTTER_ENC28J60_ERRATUM(12);
	probe_and_open();
	chip_wait(&host.f, 100000000);
	interrupt();
	chip_clear_events(&host.f);
	transmit(body, sizeof(body));
	chip_transmitted(&host.f, &(struct stutter_enc28j60_tx_status){.collisions = 1,
	                                                               .late_collision = true});
	CU_ASSERT_EQUAL(read8(ENC28J60_EIR) & (EIR_TXIF | EIR_TXERIF), EIR_TXIF | EIR_TXERIF);
	interrupt();
	CU_ASSERT_EQUAL(host.f.sent_count, 2);
	CU_ASSERT_EQUAL(host.f.sent_length, MAX_FRAMELEN);
	CU_ASSERT_EQUAL(chip_count_id(&host.f, "tx-in-rx"), 1);
	/*
	 * The driver's TXRST has ended the stall of erratum 12, and the TXERIF that came of it is
	 * cleared.
	 */
	CU_ASSERT_EQUAL(chip_count_kind(&host.f, STUTTER_ENC28J60_EVENT_ERRATUM), 2);
	CU_ASSERT_EQUAL(chip_count_id(&host.f, "tx-stalled"), 0);
	CU_ASSERT_EQUAL(read8(ENC28J60_EIR) & (EIR_TXIF | EIR_TXERIF), 0);
	chip_transmitted(&host.f, NULL);
	CU_ASSERT_EQUAL(host.f.chip.sram[0] | host.f.chip.sram[1] << 8, MAX_FRAMELEN);
}

const CU_TestInfo tests_driver[] = {
	{"link comes up by interrupt after open", link_comes_up_by_interrupt_after_open},
	{"a thousand frames are received in order", a_thousand_frames_are_received_in_order},
	{"frames are sent and confirmed", frames_are_sent_and_confirmed},
	{"every silicon serves a driver that works around its errata",
         every_silicon_serves_a_driver_that_works_around_its_errata},
	{"retry after a late collision writes into the ring",
         retry_after_a_late_collision_writes_into_the_ring},
	CU_TEST_INFO_NULL,
};

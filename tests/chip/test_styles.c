/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drivers in the styles of existing drivers, with and without work-arounds: each must move its
 * frames over the default chip, both ways, in half and full duplex, while bursts overflow the ring
 * and frames collide late. What the chip says it has stored must reach the driver intact and in
 * order, what the driver sends must leave intact and in order, and no finding may come up but those
 * that the style is known for.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "tests/chip/fixture.h"

#define FRAMES 10000u
#define LENGTH_MIN 64u
#define LENGTH_MAX 600u
#define QUEUE_MAX 256u
#define RING_SIZE 0x1000u
#define SPI_BYTE_NS 400u /* 20 MHz */
#define WIRE_BYTE_NS 800u
#define PREAMBLE_BYTES 8u
#define DEADLINE_NS UINT64_C(1000000000000)
#define MICROSECOND UINT64_C(1000)
#define MILLISECOND UINT64_C(1000000)
/* One transmission of so many collides, in half duplex. */
#define LATE_EVERY 37u
#define EXCESSIVE_EVERY 101u

static const uint8_t own[6] = {0x02, 0x04, 0xa3, 0x00, 0x00, 0x01};

struct style {
	bool looks_at_pktif;    /* instead of EPKTCNT */
	bool bit_fields_on_mac; /* BFS and BFC on MACON3, MICMD and their like */
	bool starts_even;       /* the first ERXRDPT is ERXST, as DS39662 sec. 6.1 has it */
	bool stays_even;    /* every ERXRDPT is the next-packet pointer itself: erratum 14, which is
	                       too rare to act in these frames (test_chance.c) */
	bool uses_pin;      /* and touches the registers as soon as it is high; else SRC */
	bool byte_by_byte;  /* chip select by hand, time passes within a command */
	bool copies_by_dma; /* frames go through a buffer of their own */
	bool ring_is_high;  /* the ring is not at 0000h */
	bool resets_before_send; /* TXRST before each frame, else after TXERIF */
	const char *findings[2]; /* what it may be blamed for */
};

struct queued {
	size_t length;
	unsigned seed;
};

static struct {
	struct stutter_enc28j60 chip;
	uint64_t now_ns;
	const struct style *style;
	bool full_duplex;
	/* the wire */
	uint64_t arrival_ns, sent_ns; /* when the next frame has arrived, and when the frame of the
	                                 driver has left */
	bool sending;
	unsigned arrived, lost, transmissions, collided, left;
	struct queued queue[QUEUE_MAX]; /* stored by the chip, not yet taken */
	unsigned head, count;
	unsigned acted[20]; /* errata, by number */
	unsigned blamed;
	/* the driver */
	uint8_t bank;
	uint16_t ring, buffer, scratch, next;
	bool waits;
	unsigned received, polls;
} f;

/* -- the wire -- */

static size_t length_of(unsigned seed)
{
	return LENGTH_MIN + seed * 37 % (LENGTH_MAX - LENGTH_MIN + 1);
}

static void make_frame(uint8_t *frame, unsigned seed)
{
	chip_make_frame(frame, length_of(seed), seed);
	memcpy(frame, own, sizeof(own));
	chip_put_fcs(frame, length_of(seed));
}

static void on_transmit(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	uint8_t expected[LENGTH_MAX];

	(void)ctx;
	make_frame(expected, f.left);
	CU_ASSERT_EQUAL_FATAL(frame->length, length_of(f.left));
	CU_ASSERT_EQUAL_FATAL(memcmp(frame->bytes, expected, frame->length), 0);
	f.sending = true;
	f.sent_ns = now_ns + (PREAMBLE_BYTES + frame->length) * WIRE_BYTE_NS;
}

static bool is_known_for(const char *id)
{
	for (size_t i = 0; i < sizeof(f.style->findings) / sizeof(f.style->findings[0]); i++)
		if (f.style->findings[i] && strcmp(f.style->findings[i], id) == 0)
			return true;
	return false;
}

static void on_event(void *ctx, const struct stutter_enc28j60_event *event)
{
	(void)ctx;
	if (event->kind == STUTTER_ENC28J60_EVENT_RX_ACCEPTED) {
		CU_ASSERT_FATAL(f.count < QUEUE_MAX);
		f.queue[(f.head + f.count++) % QUEUE_MAX] = (struct queued){event->length,
		                                                            f.arrived};
	}
	f.lost += event->kind == STUTTER_ENC28J60_EVENT_RX_OVERFLOW;
	for (unsigned i = 1; event->kind == STUTTER_ENC28J60_EVENT_ERRATUM && i < 20; i++) {
		char section[16];

		(void)snprintf(section, sizeof(section), "erratum %u", i);
		f.acted[i] += strcmp(section, event->section) == 0;
	}
	if (event->kind == STUTTER_ENC28J60_EVENT_FINDING && is_known_for(event->id)) {
		f.blamed++;
	} else if (event->kind == STUTTER_ENC28J60_EVENT_FINDING) {
		printf("    finding %s: %s\n", event->id, event->text);
		CU_FAIL("a finding that the style is not known for");
	}
}

static const struct stutter_enc28j60_ops ops = {.transmit = on_transmit, .event = on_event};

static void arrive(void)
{
	uint8_t frame[LENGTH_MAX];

	make_frame(frame, f.arrived);
	stutter_enc28j60_receive(&f.chip, frame, length_of(f.arrived), f.now_ns);
	f.arrived++;
	/* Bursts back to back, and a pause between two of them. */
	f.arrival_ns = f.now_ns + (PREAMBLE_BYTES + 12 + length_of(f.arrived)) * WIRE_BYTE_NS +
	               (f.arrived % 25 == 0 ? 5 * MILLISECOND : 0);
}

static void leave(void)
{
	bool late = !f.full_duplex && ++f.transmissions % LATE_EVERY == 0;
	bool excessive = !f.full_duplex && !late && f.transmissions % EXCESSIVE_EVERY == 0;
	const struct stutter_enc28j60_tx_status status = {.collisions = late        ? 1
	                                                                : excessive ? 16
	                                                                            : 0,
	                                                  .late_collision = late,
	                                                  .excessive_collisions = excessive};

	f.sending = false;
	f.collided += late || excessive;
	f.left += !late && !excessive;
	stutter_enc28j60_transmitted(&f.chip, &status, f.now_ns);
}

/* What happens on the wire until then; in half duplex one talks at a time. */
static void elapse(uint64_t ns)
{
	const uint64_t until_ns = f.now_ns + ns;

	for (;;) {
		bool sends = f.sending && f.sent_ns <= until_ns;
		bool may_arrive = f.arrived < FRAMES && f.arrival_ns <= until_ns &&
		                  (f.full_duplex || !f.sending);

		if (!sends && !may_arrive)
			break;
		sends = sends && (!may_arrive || f.sent_ns <= f.arrival_ns);
		if (f.now_ns < (sends ? f.sent_ns : f.arrival_ns))
			f.now_ns = sends ? f.sent_ns : f.arrival_ns;
		if (sends)
			leave();
		else
			arrive();
	}
	f.now_ns = until_ns;
	stutter_enc28j60_run(&f.chip, until_ns);
	CU_ASSERT_FATAL(f.now_ns < DEADLINE_NS);
}

/* -- the driver: SPI -- */

static void spi(uint8_t *bytes, size_t length)
{
	if (!f.style->byte_by_byte) {
		elapse(length * SPI_BYTE_NS);
		stutter_enc28j60_transfer(&f.chip, bytes, bytes, length, f.now_ns);
		return;
	}
	stutter_enc28j60_select(&f.chip, f.now_ns);
	for (size_t i = 0; i < length; i++) {
		elapse(SPI_BYTE_NS);
		bytes[i] = stutter_enc28j60_exchange(&f.chip, bytes[i], f.now_ns);
	}
	elapse(SPI_BYTE_NS);
	stutter_enc28j60_deselect(&f.chip, f.now_ns);
}

static void op(uint8_t opcode, unsigned index, uint8_t value)
{
	uint8_t bytes[2] = {(uint8_t)(opcode | (index & 0x1f)), value};

	spi(bytes, sizeof(bytes));
}

static void bank(unsigned index)
{
	if ((index & 0x1f) >= 0x1b || f.bank == index >> 5)
		return;
	f.bank = (uint8_t)(index >> 5);
	op(0xa0, ENC28J60_ECON1, ECON1_BSEL);
	op(0x80, ENC28J60_ECON1, f.bank);
}

static void write8(unsigned index, uint8_t value)
{
	bank(index);
	op(0x40, index, value);
}

static void write16(unsigned index, unsigned value)
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
	size_t length = stutter_enc_reg_at(index)->kind == ENC28J60_ETH ? 2 : 3;

	bank(index);
	spi(bytes, length);
	return bytes[length - 1];
}

static void read_memory(unsigned at, uint8_t *ret_bytes, size_t length)
{
	uint8_t bytes[LENGTH_MAX + 7] = {0x3a};

	write16(ENC28J60_ERDPTL, at);
	spi(bytes, length + 1);
	memcpy(ret_bytes, bytes + 1, length);
}

static void write_memory(unsigned at, const uint8_t *frame, size_t length)
{
	uint8_t bytes[LENGTH_MAX + 2] = {0x7a, 0};

	memcpy(bytes + 2, frame, length);
	write16(ENC28J60_EWRPTL, at);
	spi(bytes, length + 2);
}

static void copy(unsigned from, unsigned to, unsigned target)
{
	write16(ENC28J60_EDMASTL, from);
	write16(ENC28J60_EDMANDL, to);
	write16(ENC28J60_EDMADSTL, target);
	clear(ENC28J60_ECON1, ECON1_CSUMEN);
	set(ENC28J60_ECON1, ECON1_DMAST);
	while (read8(ENC28J60_ECON1) & ECON1_DMAST)
		elapse(10 * MICROSECOND);
	clear(ENC28J60_EIR, EIR_DMAIF);
}

/* -- the driver: set-up -- */

/* Bits of a MAC or MII register that are 0 after a reset. */
static void put_mac(unsigned index, uint8_t value)
{
	if (f.style->bit_fields_on_mac)
		set(index, value);
	else
		write8(index, value);
}

static void phy_write(uint8_t address, uint16_t value)
{
	write8(ENC28J60_MIREGADR, address);
	write16(ENC28J60_MIWRL, value);
	while (read8(ENC28J60_MISTAT) & MISTAT_BUSY)
		elapse(5 * MICROSECOND);
}

static uint16_t phy_read(uint8_t address)
{
	uint8_t low;

	write8(ENC28J60_MIREGADR, address);
	put_mac(ENC28J60_MICMD, MICMD_MIIRD);
	while (read8(ENC28J60_MISTAT) & MISTAT_BUSY)
		elapse(5 * MICROSECOND);
	if (f.style->bit_fields_on_mac)
		clear(ENC28J60_MICMD, MICMD_MIIRD);
	else
		write8(ENC28J60_MICMD, 0);
	low = read8(ENC28J60_MIRDL);
	return (uint16_t)(low | read8(ENC28J60_MIRDH) << 8);
}

static void reset(void)
{
	uint8_t src = 0xff;

	if (f.style->uses_pin) {
		stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
	} else {
		spi(&src, 1);
		elapse(MILLISECOND);
	}
	f.bank = 0;
	while (!(read8(ENC28J60_ESTAT) & ESTAT_CLKRDY))
		elapse(5 * MICROSECOND);
}

static void set_up(void)
{
	const uint8_t duplex = f.full_duplex ? MACON3_FULDPX : 0;
	const unsigned end = f.ring + RING_SIZE - 1;

	reset();
	put_mac(ENC28J60_MACON1,
	        MACON1_MARXEN | (f.full_duplex ? MACON1_TXPAUS | MACON1_RXPAUS : 0));
	put_mac(ENC28J60_MACON3, (uint8_t)(0x20 | MACON3_TXCRCEN | MACON3_FRMLNEN | duplex));
	CU_ASSERT_EQUAL(read8(ENC28J60_MACON3), 0x20 | MACON3_TXCRCEN | MACON3_FRMLNEN | duplex);
	put_mac(ENC28J60_MACON4, MACON4_DEFER);
	write16(ENC28J60_MAMXFLL, 1518);
	write8(ENC28J60_MABBIPG, f.full_duplex ? 0x15 : 0x12);
	write16(ENC28J60_MAIPGL, 0x0c12);
	for (unsigned i = 0; i < sizeof(own); i++)
		write8((const unsigned[]){ENC28J60_MAADR1, ENC28J60_MAADR2, ENC28J60_MAADR3,
		                          ENC28J60_MAADR4, ENC28J60_MAADR5, ENC28J60_MAADR6}[i],
		       own[i]);
	write16(ENC28J60_ERXSTL, f.ring);
	write16(ENC28J60_ERXNDL, end);
	write16(ENC28J60_ERXRDPTL, f.style->starts_even || f.style->stays_even ? f.ring : end);
	f.next = f.ring;
	elapse(50 * MICROSECOND);
	phy_write(ENC28J60_PHCON1, f.full_duplex ? PHCON1_PDPXMD : 0);
	phy_write(ENC28J60_PHCON2, PHCON2_HDLDIS);
	while (!(phy_read(ENC28J60_PHSTAT2) & PHSTAT2_LSTAT))
		elapse(10 * MILLISECOND);
	set(ENC28J60_ECON1, ECON1_RXEN);
}

/* -- the driver: at work -- */

static bool is_pending(void)
{
	return f.style->looks_at_pktif ? read8(ENC28J60_EIR) & EIR_PKTIF
	                               : read8(ENC28J60_EPKTCNT) > 0;
}

static unsigned in_ring(unsigned address)
{
	return address >= f.ring + RING_SIZE ? address - RING_SIZE : address;
}

static void take(void)
{
	uint8_t header[6], frame[LENGTH_MAX], expected[LENGTH_MAX];
	const struct queued oldest = f.queue[f.head];
	size_t length;

	CU_ASSERT_FATAL(f.count > 0);
	read_memory(f.next, header, sizeof(header));
	length = (size_t)header[2] | (size_t)header[3] << 8;
	CU_ASSERT_EQUAL_FATAL(length, oldest.length);
	if (f.style->copies_by_dma)
		copy(in_ring(f.next + 6u), in_ring((unsigned)(f.next + 5u + length)), f.scratch);
	read_memory(f.style->copies_by_dma ? f.scratch : in_ring(f.next + 6u), frame, length);
	make_frame(expected, oldest.seed);
	CU_ASSERT_EQUAL_FATAL(memcmp(frame, expected, length), 0);
	f.head = (f.head + 1) % QUEUE_MAX;
	f.count--;
	f.received++;
	f.next = (uint16_t)(header[0] | header[1] << 8);
	CU_ASSERT_EQUAL_FATAL(in_ring(f.next), f.next);
	write16(ENC28J60_ERXRDPTL, f.style->stays_even ? f.next
	                           : f.next == f.ring  ? f.ring + RING_SIZE - 1
	                                               : f.next - 1u);
	set(ENC28J60_ECON2, ECON2_PKTDEC);
}

static void reset_transmitter(void)
{
	set(ENC28J60_ECON1, ECON1_TXRST);
	clear(ENC28J60_ECON1, ECON1_TXRST);
	clear(ENC28J60_EIR, EIR_TXERIF | EIR_TXIF);
}

static void send(void)
{
	uint8_t frame[LENGTH_MAX];
	const unsigned length = (unsigned)length_of(f.left) - 4;

	make_frame(frame, f.left);
	if (f.style->resets_before_send)
		reset_transmitter();
	write_memory(f.style->copies_by_dma ? f.scratch : f.buffer, frame, length);
	if (f.style->copies_by_dma)
		copy(f.scratch, f.scratch + length, f.buffer);
	write16(ENC28J60_ETXSTL, f.buffer);
	write16(ENC28J60_ETXNDL, f.buffer + length);
	clear(ENC28J60_EIR, EIR_TXERIF | EIR_TXIF);
	set(ENC28J60_ECON1, ECON1_TXRTS);
	f.waits = true;
}

/*
 * A frame that was aborted is sent again by the next poll: the wire has not counted it as one that
 * has left.
 */
static void look_after_transmission(void)
{
	uint8_t flags = read8(ENC28J60_EIR);

	if (!(flags & (EIR_TXIF | EIR_TXERIF)))
		return;
	if (flags & EIR_TXERIF)
		reset_transmitter();
	clear(ENC28J60_ESTAT, ESTAT_TXABRT | ESTAT_LATECOL);
	f.waits = false;
}

static void poll(void)
{
	if (f.waits)
		look_after_transmission();
	/* The DMA would wait for a transmission, and for ever if that stalls. */
	if (!f.style->copies_by_dma || !f.waits)
		while (is_pending())
			take();
	if (read8(ENC28J60_EIR) & EIR_RXERIF)
		clear(ENC28J60_EIR, EIR_RXERIF);
	if (!f.waits && f.left < FRAMES)
		send();
	/* The host is busy with other work, and sometimes for long. */
	elapse(++f.polls % 2000 == 0 ? 20 * MILLISECOND : 20 * MICROSECOND);
}

static void run(const struct style *style, bool full_duplex)
{
	memset(&f, 0, sizeof(f));
	f.style = style;
	f.full_duplex = full_duplex;
	f.ring = style->ring_is_high ? 0x1000 : 0;
	f.buffer = style->ring_is_high ? 0 : 0x1000;
	f.scratch = f.buffer + 0x800;
	f.arrival_ns = 200 * MILLISECOND;
	stutter_enc28j60_init(&f.chip, NULL, &ops, NULL, 0);
	stutter_enc28j60_set_link(&f.chip, true, 0);
	elapse(MILLISECOND);
	set_up();
	while (f.arrived < FRAMES || f.count > 0 || f.left < FRAMES)
		poll();
	CU_ASSERT_EQUAL(f.received + f.lost, FRAMES);
	CU_ASSERT(f.lost > 10 && f.lost < FRAMES / 4);
	CU_ASSERT_EQUAL(f.left, FRAMES);
	CU_ASSERT_EQUAL(f.collided > 200, !full_duplex);
	CU_ASSERT_EQUAL(f.acted[12] > 0, !full_duplex || style->resets_before_send);
	CU_ASSERT(f.acted[6] > 0);
	CU_ASSERT_EQUAL(f.blamed > 0, style->findings[0] != NULL);
}

static void in_both_duplexes(const struct style *style)
{
	run(style, false);
	run(style, true);
}

static void polling_epktcnt(void)
{
	in_both_duplexes(&(struct style){.resets_before_send = true});
}

static void polling_pktif(void)
{
	in_both_duplexes(&(struct style){.looks_at_pktif = true});
}

static void bit_fields_on_mac_registers(void)
{
	in_both_duplexes(&(struct style){
		.bit_fields_on_mac = true, .looks_at_pktif = true, .findings = {"bit-field-mac"}});
}

static void an_even_erxrdpt_at_first(void)
{
	in_both_duplexes(&(struct style){.starts_even = true, .findings = {"erxrdpt-even"}});
}

static void an_even_erxrdpt_always(void)
{
	in_both_duplexes(&(struct style){
		.stays_even = true, .looks_at_pktif = true, .findings = {"erxrdpt-even"}});
}

static void registers_right_after_the_pin(void)
{
	in_both_duplexes(&(struct style){.uses_pin = true});
}

static void chip_select_byte_by_byte(void)
{
	in_both_duplexes(&(struct style){.byte_by_byte = true, .resets_before_send = true});
}

static void copies_by_the_dma(void)
{
	in_both_duplexes(&(struct style){.copies_by_dma = true});
}

static void a_ring_above_the_transmit_buffer(void)
{
	in_both_duplexes(&(struct style){.ring_is_high = true});
}

static void all_of_it_at_once(void)
{
	in_both_duplexes(&(struct style){.looks_at_pktif = true,
	                                 .bit_fields_on_mac = true,
	                                 .starts_even = true,
	                                 .uses_pin = true,
	                                 .byte_by_byte = true,
	                                 .copies_by_dma = true,
	                                 .findings = {"bit-field-mac", "erxrdpt-even"}});
}

const CU_TestInfo tests_styles[] = {
	{"polling epktcnt", polling_epktcnt},
	{"polling pktif", polling_pktif},
	{"bit fields on mac registers", bit_fields_on_mac_registers},
	{"an even erxrdpt at first", an_even_erxrdpt_at_first},
	{"an even erxrdpt always", an_even_erxrdpt_always},
	{"registers right after the pin", registers_right_after_the_pin},
	{"chip select byte by byte", chip_select_byte_by_byte},
	{"copies by the dma", copies_by_the_dma},
	{"a ring above the transmit buffer", a_ring_above_the_transmit_buffer},
	{"all of it at once", all_of_it_at_once},
	CU_TEST_INFO_NULL,
};

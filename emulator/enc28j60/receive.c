/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the jack into the receive ring (DS39662 sec. 7.2, 8; errata 5, 7, 9, 10, 14, 17, 18).
 *
 * How it works: a frame passes a row of gates and is stored whole or not at all:
 *
 *   receiver on? -> not a fragment? -> not above MAMXFL? -> no control frame? -> CRC? -> filters? -> EPKTCNT < 255? -> room?
 *
 * Stored is a header of six bytes (next-packet pointer, status vector 31:0, both low byte first), the frame with its FCS, and
 * perhaps a padding byte, so that the next one starts even. The writer may go up to, but not onto, the byte at ERXRDPT; one byte
 * of the ring is always free, so that "write pointer equals ERXRDPT" means empty (DS39662 example 7-2). ERXWRPT moves when the frame
 * is complete. What a refused frame leaves in free memory on silicon is not modelled.
 */
#include "chip.h"
#include "crc32.h"

#define HEADER_SIZE 6u
#define PACKETS_MAX 255u
#define TYPE_LIMIT 1500u
#define PREAMBLE_BYTES 8u
/* Even, so that the wrong pointer is one that a host may believe. */
#define NEXT_CORRUPTED 2u

static void report(struct enc28j60 *chip, enum enc28j60_event_kind kind, size_t length, uint32_t value, const char *text,
                   const char *section)
{
	enc28j60_emit(chip, (struct enc28j60_event){
				    .kind = kind,
				    .number = chip->rx.number,
				    .length = length,
				    .address = chip->rx.write_pointer,
				    .value = value,
				    .text = text,
				    .section = section,
			    });
}

bool enc28j60_receiving(const struct enc28j60 *chip)
{
	uint8_t control = chip->regs[ENC28J60_ECON1];

	return (control & ECON1_RXEN) && !(control & ECON1_RXRST) && (chip->regs[ENC28J60_MACON1] & MACON1_MARXEN) &&
	       enc28j60_phy_reaches_wire(chip);
}

/* Internal loopback is unreliable (errata 9, 10). */
static bool is_lost_in_loopback(const struct enc28j60 *chip)
{
	return enc28j60_acts(chip, enc28j60_full_duplex(chip) ? 10 : 9, chip->rx.looped);
}

/* The frame has been on the wire for as long as it is, preamble included; a checksum in that time aborts it (erratum 17). */
static bool is_aborted_by_checksum(const struct enc28j60 *chip, size_t length)
{
	uint64_t duration_ns = (PREAMBLE_BYTES + length) * ENC28J60_BYTE_NS;
	uint64_t since_ns = chip->now_ns > duration_ns ? chip->now_ns - duration_ns : 0;

	return enc28j60_has(chip, 17) && enc28j60_dma_summed_up_since(chip, since_ns);
}

/* A frame looped back by PHY or MAC does not come from the wire. */
static const char *why_ignored(const struct enc28j60 *chip, size_t length, bool from_wire)
{
	uint8_t control = chip->regs[ENC28J60_ECON1];

	if (!enc28j60_mac_runs(chip))
		return "the clock is not ready";
	if (from_wire && !enc28j60_phy_reaches_wire(chip))
		return "the PHY has no link, is off or loops back";
	if (!(control & ECON1_RXEN) && !(from_wire && chip->rx.busy))
		return "RXEN is clear";
	if (control & ECON1_RXRST)
		return "RXRST is set";
	if (!(chip->regs[ENC28J60_MACON1] & MACON1_MARXEN))
		return "MACON1.MARXEN is clear";
	if (length < ENC28J60_FRAME_MIN)
		return "a fragment without header and FCS";
	if (length > enc28j60_reg16(chip, ENC28J60_MAMXFLL) && !(chip->regs[ENC28J60_MACON3] & MACON3_HFRMEN))
		return "longer than MAMXFL";
	if (!from_wire && is_lost_in_loopback(chip))
		return "lost in loopback (errata 9, 10)";
	if (from_wire && is_aborted_by_checksum(chip, length))
		return "aborted by a checksum of the DMA (erratum 17)";
	return NULL;
}

static bool is_addressed_pause(const struct enc28j60 *chip, const uint8_t *frame)
{
	static const uint8_t group[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};
	bool to_group = true;

	for (unsigned i = 0; i < sizeof(group); i++)
		to_group &= frame[i] == group[i];
	return enc28j60_frame_is_pause(frame) && (to_group || enc28j60_filter_is_own(chip, frame));
}

/* Control frames are for the MAC, unless PASSALL hands them on (DS39662 register 6-1, sec. 10.2). */
static bool mac_keeps(struct enc28j60 *chip, const uint8_t *frame, bool crc_ok)
{
	bool full_duplex = chip->regs[ENC28J60_MACON3] & MACON3_FULDPX;

	if (!crc_ok || !enc28j60_frame_is_control(frame))
		return false;
	if (full_duplex && (chip->regs[ENC28J60_MACON1] & MACON1_RXPAUS) && is_addressed_pause(chip, frame))
		enc28j60_tx_pause(chip, (unsigned)frame[16] << 8 | frame[17]);
	return !(chip->regs[ENC28J60_MACON1] & MACON1_PASSALL);
}

/* DS39662 table 7-3. Carrier and dribble bits would need the wire to tell. */
static uint32_t status_of(const struct enc28j60 *chip, const uint8_t *frame, size_t length, bool crc_ok)
{
	bool check_length = chip->regs[ENC28J60_MACON3] & MACON3_FRMLNEN;
	bool control = enc28j60_frame_is_control(frame);
	uint32_t status = (uint32_t)length & 0xffff;

	status |= chip->rx.dropped ? RSV_LONG_OR_DROP : 0u;
	status |= crc_ok ? RSV_OK : RSV_CRC_ERROR;
	status |= check_length && enc28j60_frame_length_is_wrong(frame, length) ? RSV_LENGTH_CHECK : 0u;
	status |= enc28j60_frame_type(frame) > TYPE_LIMIT ? RSV_LENGTH_RANGE : 0u;
	status |= enc28j60_frame_is_multicast(frame) ? RSV_MULTICAST : 0u;
	status |= enc28j60_frame_is_broadcast(frame) ? RSV_BROADCAST : 0u;
	status |= control ? RSV_CONTROL : 0u;
	status |= is_addressed_pause(chip, frame) ? RSV_PAUSE : 0u;
	status |= control && !enc28j60_frame_is_pause(frame) ? RSV_UNKNOWN_OPCODE : 0u;
	status |= enc28j60_frame_is_vlan(frame) ? RSV_VLAN : 0u;
	return status;
}

/* DS39662 example 7-2: what may be written before the writer would stand on ERXRDPT, which it never meets outside the ring. */
static unsigned free_bytes(const struct enc28j60 *chip)
{
	struct enc28j60_ring ring = enc28j60_ring(chip);
	uint16_t read = enc28j60_reg16(chip, ENC28J60_ERXRDPTL);

	if (!enc28j60_ring_has(ring, read) || chip->rx.write_pointer == read)
		return ring.size - 1;
	return enc28j60_ring_distance(ring, chip->rx.write_pointer, read) - 1;
}

unsigned enc28j60_ring_fill(const struct enc28j60 *chip)
{
	/* Before reception is on, the pointers are not those of the ring that it will use. */
	if (!(chip->regs[ENC28J60_ECON1] & ECON1_RXEN))
		return 0;
	return enc28j60_ring(chip).size - 1 - free_bytes(chip);
}

static unsigned space_for(size_t length)
{
	return (unsigned)(HEADER_SIZE + length + 1) & ~1u;
}

/* A frame whose PKTIF is lost leaves the flag as it is: up for those before it, or down. */
static void count(struct enc28j60 *chip, bool unflagged)
{
	chip->rx.unflagged = unflagged && (chip->rx.packets == 0 || chip->rx.unflagged);
	chip->rx.packets++;
}

/* An even value that the host has programmed into ERXRDPT may corrupt the ring; the next-packet pointer suffers (erratum 14). */
static bool is_corrupting(const struct enc28j60 *chip)
{
	return chip->rx.is_even && enc28j60_acts(chip, 14, chip->rx.number);
}

static void store(struct enc28j60 *chip, const uint8_t *frame, size_t length, bool crc_ok, const struct enc28j60_disturbance *disturbance)
{
	struct enc28j60_ring ring = enc28j60_ring(chip);
	uint16_t start = chip->rx.write_pointer;
	uint16_t next = enc28j60_ring_add(ring, start, space_for(length));
	uint32_t status = status_of(chip, frame, length, crc_ok);
	bool corrupts = is_corrupting(chip);
	uint16_t told = next ^ disturbance->rx_next_xor ^ (corrupts ? NEXT_CORRUPTED : 0);
	const uint8_t header[HEADER_SIZE] = {
		(uint8_t)told,          (uint8_t)(told >> 8),    (uint8_t)status,
		(uint8_t)(status >> 8), (uint8_t)(status >> 16), (uint8_t)(status >> 24),
	};

	enc28j60_ring_put(chip, enc28j60_ring_put(chip, start, header, sizeof(header)), frame, length);
	report(chip, ENC28J60_EVENT_RX_ACCEPTED, length, status, "stored", "DS39662 sec. 7.2.2");
	if (corrupts)
		report(chip, ENC28J60_EVENT_ERRATUM, length, told, "its next-packet pointer is wrong, for ERXRDPT is even", "erratum 14");
	chip->rx.write_pointer = next;
	if (!disturbance->rx_uncounted)
		count(chip, disturbance->rx_pktif_lost);
	chip->regs[ENC28J60_EIR] |= disturbance->rx_rxerif ? EIR_RXERIF : 0;
	chip->rx.dropped = false;
	enc28j60_set_reg16(chip, ENC28J60_ERXWRPTL, next);
}

static void overflow(struct enc28j60 *chip, size_t length, const struct enc28j60_disturbance *disturbance, const char *text, uint8_t estat)
{
	chip->rx.dropped = true;
	chip->regs[ENC28J60_EIR] |= disturbance->rx_rxerif_lost ? 0 : EIR_RXERIF;
	chip->regs[ENC28J60_ESTAT] |= estat;
	report(chip, ENC28J60_EVENT_RX_OVERFLOW, length, free_bytes(chip), text, "DS39662 sec. 12.1.2");
	if (disturbance->rx_rxerif_lost)
		report(chip, ENC28J60_EVENT_DISTURBED, length, 0, "lost, RXERIF does not come up", NULL);
}

static void be_lost_to_a_phantom(struct enc28j60 *chip, size_t length)
{
	chip->rx.dropped = true;
	chip->rx.phantom = true;
	report(chip, ENC28J60_EVENT_DISTURBED, length, 0, "lost, PKTIF comes up all the same", "erratum 6");
}

static void tell_disturbance(struct enc28j60 *chip, size_t length, const struct enc28j60_disturbance *disturbance)
{
	if (disturbance->rx_next_xor)
		report(chip, ENC28J60_EVENT_DISTURBED, length, disturbance->rx_next_xor, "stored with a wrong next-packet pointer", NULL);
	if (disturbance->rx_uncounted)
		report(chip, ENC28J60_EVENT_DISTURBED, length, 0, "stored, EPKTCNT does not see it", NULL);
	if (disturbance->rx_rxerif)
		report(chip, ENC28J60_EVENT_DISTURBED, length, 0, "stored, RXERIF set as well", NULL);
	if (disturbance->rx_pktif_lost)
		report(chip, ENC28J60_EVENT_DISTURBED, length, 0, "stored, PKTIF does not see it", "erratum 6");
}

/* Only what the surroundings do to the chip, and the room, stand between the frame and the ring. */
static void accept(struct enc28j60 *chip, const uint8_t *frame, size_t length, bool crc_ok, const struct enc28j60_disturbance *disturbance)
{
	if (chip->rx.packets == PACKETS_MAX) {
		overflow(chip, length, disturbance, "EPKTCNT is 255", 0);
	} else if (space_for(length) > free_bytes(chip)) {
		overflow(chip, length, disturbance, "no room in the ring", ESTAT_BUFER);
	} else if (disturbance->rx_overflow) {
		overflow(chip, length, disturbance, "disturbed: lost as if there were no room", ESTAT_BUFER);
	} else if (disturbance->rx_pktif_false) {
		be_lost_to_a_phantom(chip, length);
	} else {
		tell_disturbance(chip, length, disturbance);
		store(chip, frame, length, crc_ok, disturbance);
	}
}

/* A frame that only the pattern filter keeps out may slip through (erratum 18). */
static bool slips(struct enc28j60 *chip, size_t length, bool disturbed)
{
	bool acts = enc28j60_acts(chip, 18, chip->rx.number);

	if (acts || disturbed)
		report(chip, disturbed ? ENC28J60_EVENT_DISTURBED : ENC28J60_EVENT_ERRATUM, length, 0,
		       "passes the pattern filter without the pattern", "erratum 18");
	return acts || disturbed;
}

static void filter(struct enc28j60 *chip, const uint8_t *frame, size_t length, bool crc_ok)
{
	bool passes = enc28j60_filter_accepts(chip, frame, length, false);
	bool might_slip = !passes && enc28j60_filter_accepts(chip, frame, length, true);
	struct enc28j60_disturbance disturbance = {0};

	if (passes || might_slip)
		disturbance = enc28j60_disturbed(chip, ENC28J60_SITE_RX, chip->rx.number);
	if (!passes && !(might_slip && slips(chip, length, disturbance.rx_pattern_passes))) {
		report(chip, ENC28J60_EVENT_RX_FILTERED, length, chip->regs[ENC28J60_ERXFCON], "filtered", "DS39662 sec. 8.0");
		return;
	}
	accept(chip, frame, length, crc_ok, &disturbance);
}

static void arrive(struct enc28j60 *chip, const uint8_t *frame, size_t length, bool from_wire)
{
	const char *why = why_ignored(chip, length, from_wire);
	bool crc_ok = enc28j60_frame_fcs(chip, frame, length) == ENC28J60_FCS_RESIDUE;

	chip->rx.number++;
	if (why)
		report(chip, ENC28J60_EVENT_RX_IGNORED, length, 0, why, "DS39662 sec. 7.2.1");
	else if (mac_keeps(chip, frame, crc_ok))
		report(chip, ENC28J60_EVENT_RX_CONTROL, length, 0, "control frame", "DS39662 register 6-1");
	else if (!crc_ok && (chip->regs[ENC28J60_ERXFCON] & ERXFCON_CRCEN))
		report(chip, ENC28J60_EVENT_RX_CRC, length, 0, "wrong FCS", "DS39662 register 8-1");
	else
		filter(chip, frame, length, crc_ok);
}

/* Swapped wires invert every bit, the FCS among them (erratum 7). */
static void arrive_inverted(struct enc28j60 *chip, const uint8_t *frame, size_t length)
{
	uint8_t inverted[ENC28J60_FRAME_MAX];

	for (size_t i = 0; i < length; i++)
		inverted[i] = (uint8_t)~frame[i];
	arrive(chip, inverted, length, true);
}

void enc28j60_rx_arrive(struct enc28j60 *chip, const uint8_t *frame, size_t length, bool from_wire)
{
	chip->rx.looped += !from_wire;
	if (from_wire && enc28j60_phy_inverts(chip))
		arrive_inverted(chip, frame, length);
	else
		arrive(chip, frame, length, from_wire);
}

/* Writing ERXST or ERXND sets the internal write pointer to ERXST. Silicon sometimes takes 0000h instead (erratum 5). */
void enc28j60_rx_buffer_moved(struct enc28j60 *chip)
{
	uint16_t start = enc28j60_reg16(chip, ENC28J60_ERXSTL);
	bool strays = enc28j60_acts(chip, 5, ++chip->rx.moved) && start != 0;

	if (strays)
		enc28j60_act(chip, ENC28J60_ERXWRPTL, 0, "the write pointer becomes 0000h instead of ERXST", "erratum 5");
	chip->rx.write_pointer = strays ? 0 : start;
	enc28j60_set_reg16(chip, ENC28J60_ERXWRPTL, chip->rx.write_pointer);
}

void enc28j60_rx_packet_done(struct enc28j60 *chip)
{
	chip->rx.phantom = false;
	if (chip->rx.packets == 0)
		enc28j60_find(chip, FINDING_PKTDEC_ZERO, ENC28J60_ECON2, 0);
	else
		chip->rx.packets--;
}

void enc28j60_rx_counted(struct enc28j60 *chip)
{
	chip->rx.phantom = false;
}

/* The receive logic stops; the ring, its pointers and EPKTCNT are not part of it (DS39662 sec. 11.4). */
void enc28j60_rx_reset(struct enc28j60 *chip)
{
	chip->regs[ENC28J60_ECON1] &= (uint8_t)~ECON1_RXEN;
	chip->rx.dropped = false;
	chip->rx.busy = false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the jack into the receive ring (DS39662 sec. 7.2, 8; errata 5, 7, 9, 10, 14, 17, 18).
 *
 * How it works: a frame passes a row of gates and is stored whole or not at all:
 *
 *   receiver on? -> not a fragment? -> not above MAMXFL? -> no control frame? -> CRC? -> filters?
 * -> EPKTCNT < 255? -> room?
 *
 * Stored is a header of six bytes (next-packet pointer, status vector 31:0, both low byte first),
 * the frame with its FCS, and perhaps a padding byte, so that the next one starts even. The writer
 * may go up to, but not onto, the byte at ERXRDPT; one byte of the ring is always free, so that
 * "write pointer equals ERXRDPT" means empty (DS39662 example 7-2). ERXWRPT moves when the frame is
 * complete. What a refused frame leaves in free memory on silicon is not modelled.
 */
#include "chip.h"

#define HEADER_SIZE 6u
#define PACKETS_MAX 255u
#define TYPE_LIMIT 1500u
#define PREAMBLE_BYTES 8u
/* Even, so that the wrong pointer is one that a host may believe. */
#define NEXT_CORRUPTED 2u

static void report(struct stutter_enc28j60 *chip, enum stutter_enc28j60_event_kind kind,
                   size_t length, uint32_t value, const char *text, const char *section)
{
	stutter_enc_emit(chip, (struct stutter_enc28j60_event){
				       .kind = kind,
				       .number = chip->rx.number,
				       .length = length,
				       .address = chip->rx.write_pointer,
				       .value = value,
				       .text = text,
				       .section = section,
			       });
}

bool stutter_enc28j60_receiving(const struct stutter_enc28j60 *chip)
{
	uint8_t control = chip->regs[ENC28J60_ECON1];

	return (control & ECON1_RXEN) && !(control & ECON1_RXRST) &&
	       (chip->regs[ENC28J60_MACON1] & MACON1_MARXEN) && stutter_enc_phy_reaches_wire(chip);
}

/* Internal loopback is unreliable (errata 9, 10). */
static bool is_lost_in_loopback(const struct stutter_enc28j60 *chip)
{
	return stutter_enc_acts(chip, stutter_enc28j60_full_duplex(chip) ? 10 : 9, chip->rx.looped);
}

/*
 * The frame has been on the wire for as long as it is, preamble included; a checksum in that time
 * aborts it (erratum 17).
 */
static bool is_aborted_by_checksum(const struct stutter_enc28j60 *chip, size_t length)
{
	uint64_t duration_ns = (PREAMBLE_BYTES + length) * ENC28J60_BYTE_NS;
	uint64_t since_ns = chip->now_ns > duration_ns ? chip->now_ns - duration_ns : 0;

	return stutter_enc_has(chip, 17) && stutter_enc_dma_summed_up_since(chip, since_ns);
}

/* A frame looped back by PHY or MAC does not come from the wire. */
static const char *why_ignored(const struct stutter_enc28j60 *chip, size_t length, bool from_wire)
{
	uint8_t control = chip->regs[ENC28J60_ECON1];

	if (!stutter_enc_mac_runs(chip))
		return "the clock is not ready";
	if (from_wire && !stutter_enc_phy_reaches_wire(chip))
		return "the PHY has no link, is off or loops back";
	if (!(control & ECON1_RXEN) && !(from_wire && chip->rx.busy))
		return "RXEN is clear";
	if (control & ECON1_RXRST)
		return "RXRST is set";
	if (!(chip->regs[ENC28J60_MACON1] & MACON1_MARXEN))
		return "MACON1.MARXEN is clear";
	if (length < ENC28J60_FRAME_MIN)
		return "a fragment without header and FCS";
	if (length > stutter_enc_reg16(chip, ENC28J60_MAMXFLL) &&
	    !(chip->regs[ENC28J60_MACON3] & MACON3_HFRMEN))
		return "longer than MAMXFL";
	if (!from_wire && is_lost_in_loopback(chip))
		return "lost in loopback (errata 9, 10)";
	if (from_wire && is_aborted_by_checksum(chip, length))
		return "aborted by a checksum of the DMA (erratum 17)";
	return NULL;
}

static bool is_addressed_pause(const struct stutter_enc28j60 *chip, const uint8_t *frame)
{
	static const uint8_t group[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};
	bool to_group = true;

	for (unsigned i = 0; i < sizeof(group); i++)
		to_group &= frame[i] == group[i];
	return stutter_enc_frame_is_pause(frame) &&
	       (to_group || stutter_enc_filter_is_own(chip, frame));
}

/* Control frames are for the MAC, unless PASSALL hands them on (DS39662 register 6-1, sec. 10.2).
 */
static bool mac_keeps(struct stutter_enc28j60 *chip, const uint8_t *frame, bool crc_ok)
{
	bool full_duplex = chip->regs[ENC28J60_MACON3] & MACON3_FULDPX;

	if (!crc_ok || !stutter_enc_frame_is_control(frame))
		return false;
	if (full_duplex && (chip->regs[ENC28J60_MACON1] & MACON1_RXPAUS) &&
	    is_addressed_pause(chip, frame))
		stutter_enc_tx_pause(chip, (unsigned)frame[16] << 8 | frame[17]);
	return !(chip->regs[ENC28J60_MACON1] & MACON1_PASSALL);
}

/* DS39662 table 7-3. Carrier and dribble bits would need the wire to tell. */
static uint32_t status_of(const struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length,
                          bool crc_ok)
{
	bool check_length = chip->regs[ENC28J60_MACON3] & MACON3_FRMLNEN;
	bool control = stutter_enc_frame_is_control(frame);
	uint32_t status = (uint32_t)length & 0xffff;

	status |= chip->rx.dropped ? RSV_LONG_OR_DROP : 0u;
	status |= crc_ok ? RSV_OK : RSV_CRC_ERROR;
	status |= check_length && stutter_enc_frame_length_is_wrong(frame, length)
	                  ? RSV_LENGTH_CHECK
	                  : 0u;
	status |= stutter_enc_frame_type(frame) > TYPE_LIMIT ? RSV_LENGTH_RANGE : 0u;
	status |= stutter_enc_frame_is_multicast(frame) ? RSV_MULTICAST : 0u;
	status |= stutter_enc_frame_is_broadcast(frame) ? RSV_BROADCAST : 0u;
	status |= control ? RSV_CONTROL : 0u;
	status |= is_addressed_pause(chip, frame) ? RSV_PAUSE : 0u;
	status |= control && !stutter_enc_frame_is_pause(frame) ? RSV_UNKNOWN_OPCODE : 0u;
	status |= stutter_enc_frame_is_vlan(frame) ? RSV_VLAN : 0u;
	return status;
}

/*
 * DS39662 example 7-2: what may be written before the writer would stand on ERXRDPT, which it never
 * meets outside the ring.
 */
static unsigned free_bytes(const struct stutter_enc28j60 *chip)
{
	struct enc28j60_ring ring = stutter_enc_ring(chip);
	uint16_t read = stutter_enc_reg16(chip, ENC28J60_ERXRDPTL);

	if (!stutter_enc_ring_has(ring, read) || chip->rx.write_pointer == read)
		return ring.size - 1;
	return stutter_enc_ring_distance(ring, chip->rx.write_pointer, read) - 1;
}

unsigned stutter_enc28j60_ring_fill(const struct stutter_enc28j60 *chip)
{
	/* Before reception is on, the pointers are not those of the ring that it will use. */
	if (!(chip->regs[ENC28J60_ECON1] & ECON1_RXEN))
		return 0;
	return stutter_enc_ring(chip).size - 1 - free_bytes(chip);
}

static unsigned space_for(size_t length)
{
	return (unsigned)(HEADER_SIZE + length + 1) & ~1u;
}

/* A frame whose PKTIF is lost leaves the flag as it is: up for those before it, or down. */
static void count(struct stutter_enc28j60 *chip, bool unflagged)
{
	chip->rx.unflagged = unflagged && (chip->rx.packets == 0 || chip->rx.unflagged);
	chip->rx.packets++;
}

/*
 * An even value that the host has programmed into ERXRDPT may corrupt the ring; the next-packet
 * pointer suffers (erratum 14).
 */
static bool is_corrupting(const struct stutter_enc28j60 *chip)
{
	return chip->rx.is_even && stutter_enc_acts(chip, 14, chip->rx.number);
}

static void store(struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length, bool crc_ok,
                  const struct stutter_enc28j60_effect *effect)
{
	struct enc28j60_ring ring = stutter_enc_ring(chip);
	uint16_t start = chip->rx.write_pointer;
	uint16_t next = stutter_enc_ring_add(ring, start, space_for(length));
	uint32_t status = status_of(chip, frame, length, crc_ok);
	bool corrupts = is_corrupting(chip);
	uint16_t told = next ^ effect->rx_next_xor ^ (corrupts ? NEXT_CORRUPTED : 0);
	const uint8_t header[HEADER_SIZE] = {
		(uint8_t)told,          (uint8_t)(told >> 8),    (uint8_t)status,
		(uint8_t)(status >> 8), (uint8_t)(status >> 16), (uint8_t)(status >> 24),
	};

	stutter_enc_ring_put(chip, stutter_enc_ring_put(chip, start, header, sizeof(header)), frame,
	                     length);
	report(chip, STUTTER_ENC28J60_EVENT_RX_ACCEPTED, length, status, "stored",
	       "DS39662 sec. 7.2.2");
	if (corrupts)
		report(chip, STUTTER_ENC28J60_EVENT_ERRATUM, length, told,
		       "its next-packet pointer is wrong, for ERXRDPT is even", "erratum 14");
	chip->rx.write_pointer = next;
	if (!effect->rx_uncounted)
		count(chip, effect->rx_pktif_lost);
	chip->regs[ENC28J60_EIR] |= effect->rx_rxerif ? EIR_RXERIF : 0;
	chip->rx.dropped = false;
	stutter_enc_set_reg16(chip, ENC28J60_ERXWRPTL, next);
}

static void overflow(struct stutter_enc28j60 *chip, size_t length,
                     const struct stutter_enc28j60_effect *effect, const char *text, uint8_t estat)
{
	chip->rx.dropped = true;
	chip->regs[ENC28J60_EIR] |= effect->rx_rxerif_lost ? 0 : EIR_RXERIF;
	chip->regs[ENC28J60_ESTAT] |= estat;
	report(chip, STUTTER_ENC28J60_EVENT_RX_OVERFLOW, length, free_bytes(chip), text,
	       "DS39662 sec. 12.1.2");
	if (effect->rx_rxerif_lost)
		report(chip, STUTTER_ENC28J60_EVENT_INJECTED, length, 0,
		       "lost, RXERIF does not come up", NULL);
}

static void be_lost_to_a_phantom(struct stutter_enc28j60 *chip, size_t length)
{
	chip->rx.dropped = true;
	chip->rx.phantom = true;
	report(chip, STUTTER_ENC28J60_EVENT_INJECTED, length, 0,
	       "lost, PKTIF comes up all the same", "erratum 6");
}

static void tell_injected(struct stutter_enc28j60 *chip, size_t length,
                          const struct stutter_enc28j60_effect *effect)
{
	if (effect->rx_next_xor)
		report(chip, STUTTER_ENC28J60_EVENT_INJECTED, length, effect->rx_next_xor,
		       "stored with a wrong next-packet pointer", NULL);
	if (effect->rx_uncounted)
		report(chip, STUTTER_ENC28J60_EVENT_INJECTED, length, 0,
		       "stored, EPKTCNT does not see it", NULL);
	if (effect->rx_rxerif)
		report(chip, STUTTER_ENC28J60_EVENT_INJECTED, length, 0,
		       "stored, RXERIF set as well", NULL);
	if (effect->rx_pktif_lost)
		report(chip, STUTTER_ENC28J60_EVENT_INJECTED, length, 0,
		       "stored, PKTIF does not see it", "erratum 6");
}

/* Only what the surroundings do to the chip, and the room, stand between the frame and the ring. */
static void accept(struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length, bool crc_ok,
                   const struct stutter_enc28j60_effect *effect)
{
	if (chip->rx.packets == PACKETS_MAX) {
		overflow(chip, length, effect, "EPKTCNT is 255", 0);
	} else if (space_for(length) > free_bytes(chip)) {
		overflow(chip, length, effect, "no room in the ring", ESTAT_BUFER);
	} else if (effect->rx_overflow) {
		overflow(chip, length, effect, "disturbed: lost as if there were no room",
		         ESTAT_BUFER);
	} else if (effect->rx_pktif_false) {
		be_lost_to_a_phantom(chip, length);
	} else {
		tell_injected(chip, length, effect);
		store(chip, frame, length, crc_ok, effect);
	}
}

/* A frame that only the pattern filter keeps out may slip through (erratum 18). */
static bool slips(struct stutter_enc28j60 *chip, size_t length, bool injected)
{
	bool acts = stutter_enc_acts(chip, 18, chip->rx.number);

	if (acts || injected)
		report(chip,
		       injected ? STUTTER_ENC28J60_EVENT_INJECTED : STUTTER_ENC28J60_EVENT_ERRATUM,
		       length, 0, "passes the pattern filter without the pattern", "erratum 18");
	return acts || injected;
}

static void filter(struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length, bool crc_ok)
{
	bool passes = stutter_enc_filter_accepts(chip, frame, length, false);
	bool might_slip = !passes && stutter_enc_filter_accepts(chip, frame, length, true);
	struct stutter_enc28j60_effect effect = {0};

	if (passes || might_slip)
		effect = stutter_enc_injected(chip, STUTTER_ENC28J60_SITE_RX, chip->rx.number);
	if (!passes && !(might_slip && slips(chip, length, effect.rx_pattern_passes))) {
		report(chip, STUTTER_ENC28J60_EVENT_RX_FILTERED, length,
		       chip->regs[ENC28J60_ERXFCON], "filtered", "DS39662 sec. 8.0");
		return;
	}
	accept(chip, frame, length, crc_ok, &effect);
}

static void arrive(struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length,
                   bool from_wire)
{
	const char *why = why_ignored(chip, length, from_wire);
	bool crc_ok = stutter_enc_frame_fcs(chip, frame, length) == STUTTER_ENC28J60_FCS_RESIDUE;

	chip->rx.number++;
	if (why)
		report(chip, STUTTER_ENC28J60_EVENT_RX_IGNORED, length, 0, why,
		       "DS39662 sec. 7.2.1");
	else if (mac_keeps(chip, frame, crc_ok))
		report(chip, STUTTER_ENC28J60_EVENT_RX_CONTROL, length, 0, "control frame",
		       "DS39662 register 6-1");
	else if (!crc_ok && (chip->regs[ENC28J60_ERXFCON] & ERXFCON_CRCEN))
		report(chip, STUTTER_ENC28J60_EVENT_RX_CRC, length, 0, "wrong FCS",
		       "DS39662 register 8-1");
	else
		filter(chip, frame, length, crc_ok);
}

/* Swapped wires invert every bit, the FCS among them (erratum 7). */
static void arrive_inverted(struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length)
{
	uint8_t inverted[STUTTER_ENC28J60_FRAME_MAX];

	for (size_t i = 0; i < length; i++)
		inverted[i] = (uint8_t)~frame[i];
	arrive(chip, inverted, length, true);
}

void stutter_enc_rx_arrive(struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length,
                           bool from_wire)
{
	chip->rx.looped += !from_wire;
	if (from_wire && stutter_enc_phy_inverts(chip))
		arrive_inverted(chip, frame, length);
	else
		arrive(chip, frame, length, from_wire);
}

/*
 * Writing ERXST or ERXND sets the internal write pointer to ERXST. Silicon sometimes takes 0000h
 * instead (erratum 5).
 */
void stutter_enc_rx_buffer_moved(struct stutter_enc28j60 *chip)
{
	uint16_t start = stutter_enc_reg16(chip, ENC28J60_ERXSTL);
	bool strays = stutter_enc_acts(chip, 5, ++chip->rx.moved) && start != 0;

	if (strays)
		stutter_enc_act(chip, ENC28J60_ERXWRPTL, 0,
		                "the write pointer becomes 0000h instead of ERXST", "erratum 5");
	chip->rx.write_pointer = strays ? 0 : start;
	stutter_enc_set_reg16(chip, ENC28J60_ERXWRPTL, chip->rx.write_pointer);
}

void stutter_enc_rx_packet_done(struct stutter_enc28j60 *chip)
{
	chip->rx.phantom = false;
	if (chip->rx.packets == 0)
		stutter_enc_report_finding(chip, FINDING_PKTDEC_ZERO, ENC28J60_ECON2, 0);
	else
		chip->rx.packets--;
}

void stutter_enc_rx_counted(struct stutter_enc28j60 *chip)
{
	chip->rx.phantom = false;
}

/*
 * The receive logic stops; the ring, its pointers and EPKTCNT are not part of it (DS39662
 * sec. 11.4).
 */
void stutter_enc_rx_reset(struct stutter_enc28j60 *chip)
{
	chip->regs[ENC28J60_ECON1] &= (uint8_t)~ECON1_RXEN;
	chip->rx.dropped = false;
	chip->rx.busy = false;
}

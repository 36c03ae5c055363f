/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the memory to the jack (DS39662 sec. 7.1, 11.3, 12.1.3, 12.1.4; errata 12, 13, 15).
 *
 * How it works:
 *
 *   idle     TXRTS 0->1: waiting, or at once busy
 *   waiting  TXRTS is set but the clock stands, a pause is on or the DMA has the memory; becomes
 *            busy when the last of them ends
 *   busy     the frame was rendered from the memory as it was when it became busy, and is under
 *            way: on the wire, where ops->transmit owes an answer, or, with loopback, PHY off or no
 *            link, nowhere, for as long as it takes
 *   stalled  after an abort by the wire, with erratum 12: TXRTS stays set or is set to no effect,
 *            until TXRST or a reset
 *
 * A transmission with an injected fault may stay busy for ever (struct stutter_enc28j60_effect):
 * nobody then owes an answer, and no timer runs.
 *
 * busy ends in one of four ways: done (TXIF), aborted by MAC or wire (TXIF, TXERIF, TXABRT),
 * cancelled by clearing TXRTS (TXIF, and TXERIF with erratum 12), or torn down by TXRST, reset or
 * power save (nothing). All but the last write the status vector of seven bytes behind ETXND.
 */
#include <string.h>

#include "chip.h"

#define VECTOR_SIZE 7u
#define PREAMBLE_BYTES 8u
/* Between two link pulses of a partner (IEEE 802.3 sec. 14.2.1.1: 16 ms, give or take 8). */
#define LINK_PULSE_NS 16000000u

static void report(struct stutter_enc28j60 *chip, enum stutter_enc28j60_event_kind kind,
                   uint16_t address, uint32_t value, const char *text)
{
	stutter_enc_emit(chip, (struct stutter_enc28j60_event){
				       .kind = kind,
				       .number = chip->tx.number,
				       .length = chip->tx.length,
				       .address = address,
				       .value = value,
				       .text = text,
				       .section = "DS39662 sec. 7.1",
			       });
}

static void check_memory(struct stutter_enc28j60 *chip)
{
	struct enc28j60_ring ring = stutter_enc_ring(chip);
	uint16_t last = (uint16_t)((chip->tx.end + VECTOR_SIZE) & ENC28J60_SRAM_MASK);
	unsigned span = ((unsigned)last - chip->tx.start) & ENC28J60_SRAM_MASK;
	bool swallows = (((unsigned)ring.start - chip->tx.start) & ENC28J60_SRAM_MASK) <= span;

	if (!(chip->regs[ENC28J60_ECON1] & ECON1_RXEN))
		return;
	if (swallows || stutter_enc_ring_has(ring, chip->tx.start) ||
	    stutter_enc_ring_has(ring, last))
		stutter_enc_report_finding(chip, FINDING_TX_IN_RX, ENC28J60_ETXNDL, chip->tx.end);
}

static void write_vector(struct stutter_enc28j60 *chip, uint32_t status, size_t on_wire)
{
	const uint8_t vector[VECTOR_SIZE] = {
		(uint8_t)status,         (uint8_t)(status >> 8), (uint8_t)(status >> 16),
		(uint8_t)(status >> 24), (uint8_t)on_wire,       (uint8_t)(on_wire >> 8),
		chip->tx.status_high,
	};

	for (unsigned i = 0; i < VECTOR_SIZE; i++)
		chip->sram[(chip->tx.end + 1u + i) & ENC28J60_SRAM_MASK] = vector[i];
}

/*
 * Back to idle: the memory is free for a DMA that has waited. Not so when stalled (erratum 12):
 * TXRTS stays.
 */
static void become_idle(struct stutter_enc28j60 *chip)
{
	chip->tx.busy = false;
	chip->tx.waiting = false;
	chip->tx.on_wire = false;
	memset(&chip->tx.effect, 0, sizeof(chip->tx.effect));
	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_TRANSMIT);
	if (chip->tx.stalled)
		return;
	chip->regs[ENC28J60_ECON1] &= (uint8_t)~ECON1_TXRTS;
	stutter_enc_dma_retry(chip);
	stutter_enc_flow_idle(chip);
}

static void finish(struct stutter_enc28j60 *chip, enum stutter_enc28j60_event_kind kind,
                   uint32_t status, size_t collided_bytes, const char *text)
{
	bool aborted = kind == STUTTER_ENC28J60_EVENT_TX_ABORTED;
	const struct stutter_enc28j60_effect *effect = &chip->tx.effect;
	uint16_t address = (uint16_t)((chip->tx.end + 1u) & ENC28J60_SRAM_MASK);

	status |= chip->tx.status | ((uint32_t)chip->tx.length & 0xffff);
	write_vector(chip, status, chip->tx.length + collided_bytes);
	chip->regs[ENC28J60_EIR] |= (uint8_t)((effect->tx_no_txif ? 0 : EIR_TXIF) |
	                                      (aborted || effect->tx_txerif ? EIR_TXERIF : 0));
	chip->regs[ENC28J60_ESTAT] |= aborted ? ESTAT_TXABRT : 0;
	report(chip, kind, address, status, text);
	become_idle(chip);
}

/*
 * Half duplex hears itself unless PHCON2.HDLDIS; PLOOPBK hears itself and nothing else (DS39662
 * sec. 6.6, registers 6-5, 6-6).
 */
bool stutter_enc_tx_hears_itself(const struct stutter_enc28j60 *chip)
{
	if (chip->phy[ENC28J60_PHCON1] & PHCON1_PLOOPBK)
		return true;
	return !stutter_enc28j60_full_duplex(chip) && !(chip->phy[ENC28J60_PHCON2] & PHCON2_HDLDIS);
}

static void finish_well(struct stutter_enc28j60 *chip, uint32_t status, size_t collided_bytes,
                        const char *text)
{
	size_t length = chip->tx.length;
	bool echo = stutter_enc_tx_hears_itself(chip) && (chip->regs[ENC28J60_ECON1] & ECON1_RXEN);

	finish(chip, STUTTER_ENC28J60_EVENT_TX_DONE, status | TSV_DONE, collided_bytes, text);
	if (echo)
		stutter_enc_rx_arrive(chip, chip->tx.frame, length, false);
}

/* The transmit logic hangs: TXRTS stays set until TXRST, a reset, or the host clears it. */
static void stall(struct stutter_enc28j60 *chip, bool flagged)
{
	if (flagged) {
		chip->regs[ENC28J60_EIR] |= EIR_TXIF | EIR_TXERIF;
		chip->regs[ENC28J60_ESTAT] |= ESTAT_TXABRT;
	}
	report(chip, STUTTER_ENC28J60_EVENT_INJECTED, chip->tx.start, chip->tx.status,
	       flagged ? "stalls, flags set" : "stalls without a flag");
}

/*
 * A link pulse can pass for a collision in half duplex only, and comes from a link partner (erratum
 * 13).
 */
static bool can_see_link_pulses(const struct stutter_enc28j60 *chip)
{
	bool full_duplex = (chip->regs[ENC28J60_MACON3] & MACON3_FULDPX) ||
	                   stutter_enc28j60_full_duplex(chip);

	return !full_duplex && stutter_enc_phy_reaches_wire(chip);
}

/* Whether one of the partner's pulses comes while the frame is sent. */
static bool meets_link_pulse(const struct stutter_enc28j60 *chip)
{
	uint64_t end_ns = chip->now_ns + (PREAMBLE_BYTES + chip->tx.length) * ENC28J60_BYTE_NS;

	return chip->now_ns / LINK_PULSE_NS != end_ns / LINK_PULSE_NS;
}

/* The surroundings have a pulse taken for a collision, or silicon does so by itself. */
static void hear_link_pulse(struct stutter_enc28j60 *chip)
{
	bool *pulse = &chip->tx.effect.tx_link_pulse;

	if (!can_see_link_pulses(chip)) {
		*pulse = false;
	} else if (*pulse) {
		report(chip, STUTTER_ENC28J60_EVENT_INJECTED, chip->tx.start, chip->tx.status,
		       "a link pulse is taken for a collision");
	} else if (meets_link_pulse(chip) && stutter_enc_acts(chip, 13, chip->tx.number)) {
		*pulse = true;
		stutter_enc_act(chip, ENC28J60_NO_REGISTER, chip->tx.number,
		                "a link pulse is taken for a collision", "erratum 13");
	}
}

static void be_injected(struct stutter_enc28j60 *chip)
{
	struct stutter_enc28j60_effect *effect = &chip->tx.effect;

	*effect = stutter_enc_injected(chip, STUTTER_ENC28J60_SITE_TX, chip->tx.number);
	if (effect->tx_early_txif) {
		chip->regs[ENC28J60_EIR] |= EIR_TXIF;
		report(chip, STUTTER_ENC28J60_EVENT_INJECTED, chip->tx.start, chip->tx.status,
		       "TXIF comes up before the frame is sent");
	}
	if (effect->tx_stall || effect->tx_stall_flagged)
		return;
	if (effect->tx_no_txif)
		report(chip, STUTTER_ENC28J60_EVENT_INJECTED, chip->tx.start, chip->tx.status,
		       "TXIF will be missing");
	if (effect->tx_txerif)
		report(chip, STUTTER_ENC28J60_EVENT_INJECTED, chip->tx.start, chip->tx.status,
		       "TXERIF will be set");
	hear_link_pulse(chip);
}

/*
 * The worst the pulse can do: it comes right behind the window, or with the last byte of a frame
 * too short for that.
 */
static uint64_t bytes_until_late_collision(const struct stutter_enc28j60 *chip)
{
	size_t late = stutter_enc28j60_mac(chip).window_bytes + 1u;
	size_t whole = PREAMBLE_BYTES + chip->tx.length;

	return late < whole ? late : whole;
}

bool stutter_enc_tx_reaches_wire(const struct stutter_enc28j60 *chip)
{
	return chip->ops && chip->ops->transmit && stutter_enc_phy_reaches_wire(chip) &&
	       !(chip->phy[ENC28J60_PHCON2] & PHCON2_TXDIS);
}

static struct stutter_enc28j60_frame frame_of(const struct stutter_enc28j60 *chip)
{
	return (struct stutter_enc28j60_frame){
		.kind = STUTTER_ENC28J60_FRAME_DATA,
		.number = chip->tx.number,
		.bytes = chip->tx.frame,
		.length = chip->tx.length,
	};
}

static void send(struct stutter_enc28j60 *chip)
{
	const struct stutter_enc28j60_frame frame = frame_of(chip);

	chip->tx.on_wire = stutter_enc_tx_reaches_wire(chip);
	if (chip->tx.on_wire)
		chip->ops->transmit(chip->ctx, &frame, chip->now_ns);
	else
		stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_TRANSMIT,
		                (PREAMBLE_BYTES + chip->tx.length) * ENC28J60_BYTE_NS);
}

static void start(struct stutter_enc28j60 *chip)
{
	chip->tx.waiting = false;
	chip->tx.busy = true;
	chip->tx.number++;
	chip->tx.start = stutter_enc_reg16(chip, ENC28J60_ETXSTL);
	chip->tx.end = stutter_enc_reg16(chip, ENC28J60_ETXNDL);
	stutter_enc_tx_render(chip);
	chip->tx.status_high |= chip->flow.interrupted ? TSV_HIGH_BACKPRESSURE : 0;
	chip->flow.interrupted = false;
	check_memory(chip);
	report(chip, STUTTER_ENC28J60_EVENT_TX_START, chip->tx.start, chip->tx.status, "start");
	if (chip->tx.length == 0) {
		stutter_enc_report_finding(chip, FINDING_TX_EMPTY, ENC28J60_ETXNDL, chip->tx.end);
		finish(chip, STUTTER_ENC28J60_EVENT_TX_ABORTED, 0, 0, "nothing to send");
		return;
	}
	be_injected(chip);
	if (chip->tx.effect.tx_stall || chip->tx.effect.tx_stall_flagged) {
		stall(chip, chip->tx.effect.tx_stall_flagged);
		return;
	}
	if (chip->tx.effect.tx_link_pulse) {
		stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_TRANSMIT,
		                bytes_until_late_collision(chip) * ENC28J60_BYTE_NS);
		return;
	}
	send(chip);
}

/* DMA and transmission share the way to the memory; who comes first goes first (DS39662 sec. 7.1).
 */
static bool may_start(const struct stutter_enc28j60 *chip)
{
	bool dma_runs = (chip->regs[ENC28J60_ECON1] & ECON1_DMAST) && !chip->dma.waiting;

	return stutter_enc_mac_runs(chip) && !dma_runs &&
	       !stutter_enc_armed(chip, STUTTER_ENC28J60_TIMER_PAUSE) && !chip->flow.busy &&
	       !stutter_enc_armed(chip, STUTTER_ENC28J60_TIMER_GAP);
}

void stutter_enc_tx_retry(struct stutter_enc28j60 *chip)
{
	if (chip->tx.waiting && may_start(chip) && !stutter_enc_flow_release(chip))
		start(chip);
}

void stutter_enc_tx_request(struct stutter_enc28j60 *chip)
{
	if (chip->regs[ENC28J60_ECON1] & ECON1_TXRST) {
		stutter_enc_report_finding(chip, FINDING_TXRTS_RESET, ENC28J60_ECON1,
		                           chip->regs[ENC28J60_ECON1]);
		chip->regs[ENC28J60_ECON1] &= (uint8_t)~ECON1_TXRTS;
		return;
	}
	if (chip->tx.stalled) {
		stutter_enc_report_finding(chip, FINDING_TX_STALLED, ENC28J60_ECON1,
		                           chip->regs[ENC28J60_ECON1]);
		return;
	}
	chip->tx.waiting = true;
	stutter_enc_tx_retry(chip);
}

/* Erratum 12 has two sides, which are decided apart from each other. */
enum side { SIDE_STALL, SIDE_TXERIF, SIDES };

static bool acts_12(const struct stutter_enc28j60 *chip, enum side side, unsigned number)
{
	return stutter_enc_acts(chip, 12, (uint64_t)number * SIDES + side);
}

/*
 * Clearing TXRTS or TXRST may raise TXERIF, so a host has to clear the flag afterwards (erratum
 * 12).
 */
static void may_raise_txerif(struct stutter_enc28j60 *chip, const char *text)
{
	if (!acts_12(chip, SIDE_TXERIF, ++chip->tx.released))
		return;
	chip->regs[ENC28J60_EIR] |= EIR_TXERIF;
	stutter_enc_act(chip, ENC28J60_EIR, chip->tx.number, text, "erratum 12");
}

static void withdraw(struct stutter_enc28j60 *chip)
{
	const struct stutter_enc28j60_frame frame = frame_of(chip);
	bool owed = chip->tx.on_wire;

	chip->tx.on_wire = false;
	if (owed && chip->ops->cancel)
		chip->ops->cancel(chip->ctx, &frame, chip->now_ns);
}

void stutter_enc_tx_cancel(struct stutter_enc28j60 *chip)
{
	if (chip->tx.stalled) {
		chip->regs[ENC28J60_EIR] |= EIR_TXERIF;
		stutter_enc_dma_retry(chip);
	}
	if (!chip->tx.busy && !chip->tx.waiting)
		return;
	if (chip->tx.waiting) {
		chip->tx.end = stutter_enc_reg16(chip, ENC28J60_ETXNDL);
		chip->tx.length = 0;
		chip->tx.status = 0;
		chip->tx.status_high = 0;
	}
	withdraw(chip);
	may_raise_txerif(chip, "TXERIF comes up as TXRTS is cleared");
	finish(chip, STUTTER_ENC28J60_EVENT_TX_CANCELLED, 0, 0, "TXRTS was cleared");
}

void stutter_enc_tx_reset(struct stutter_enc28j60 *chip, const char *text)
{
	bool active = chip->tx.busy || chip->tx.waiting;

	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_PAUSE);
	withdraw(chip);
	chip->tx.stalled = false;
	if (active)
		report(chip, STUTTER_ENC28J60_EVENT_TX_CANCELLED, chip->tx.start, 0, text);
	become_idle(chip);
	stutter_enc_flow_suspend(chip);
}

/* Collisions mean nothing to a full-duplex MAC (DS39662 sec. 9.2). */
static uint32_t vector_bits(const struct stutter_enc28j60_tx_status *status, bool full_duplex)
{
	uint32_t bits = 0;

	if (full_duplex)
		return 0;
	bits |= (status->collisions < 15 ? status->collisions : 15) << 16;
	bits |= status->deferred && !status->excessive_deferral ? TSV_DEFER : 0u;
	bits |= status->excessive_deferral ? TSV_EXCESSIVE_DEFER : 0u;
	bits |= status->excessive_collisions ? TSV_EXCESSIVE_COLLISION : 0u;
	bits |= status->late_collision ? TSV_LATE_COLLISION : 0u;
	return bits;
}

/* The causes of DS39662 sec. 12.1.3 that only half duplex knows. */
static const char *why_aborted_by_wire(const struct stutter_enc28j60 *chip, uint32_t bits)
{
	if (bits & TSV_EXCESSIVE_COLLISION)
		return "excessive collisions";
	if (bits & TSV_LATE_COLLISION)
		return "late collision";
	if ((bits & TSV_EXCESSIVE_DEFER) && !(chip->regs[ENC28J60_MACON4] & MACON4_DEFER))
		return "excessive deferral";
	return NULL;
}

/* After an abort in half duplex the transmit logic may stall (erratum 12). */
static void abort_by_wire(struct stutter_enc28j60 *chip, uint32_t bits, size_t collided_bytes,
                          const char *why)
{
	chip->tx.stalled = acts_12(chip, SIDE_STALL, chip->tx.number);
	finish(chip, STUTTER_ENC28J60_EVENT_TX_ABORTED, bits, collided_bytes, why);
	if (chip->tx.stalled)
		stutter_enc_act(chip, ENC28J60_NO_REGISTER, chip->tx.number,
		                "the transmit logic is stalled until TXRST, TXRTS stays set",
		                "erratum 12");
}

static bool hides_late_collision(struct stutter_enc28j60 *chip)
{
	if (!stutter_enc_acts(chip, 15, chip->tx.number))
		return false;
	stutter_enc_act(chip, ENC28J60_ESTAT, chip->tx.number, "LATECOL does not come up",
	                "erratum 15");
	return true;
}

static void end_of_wire(struct stutter_enc28j60 *chip,
                        const struct stutter_enc28j60_tx_status *status)
{
	uint32_t bits = vector_bits(status, chip->regs[ENC28J60_MACON3] & MACON3_FULDPX);
	const char *why = why_aborted_by_wire(chip, bits);

	if ((bits & TSV_LATE_COLLISION) && !hides_late_collision(chip))
		chip->regs[ENC28J60_ESTAT] |= ESTAT_LATECOL;
	if (why)
		abort_by_wire(chip, bits, status->collided_bytes, why);
	else if (chip->tx.cut)
		finish(chip, STUTTER_ENC28J60_EVENT_TX_ABORTED, bits, status->collided_bytes,
		       "longer than MAMXFL");
	else
		finish_well(chip, bits, status->collided_bytes, "sent");
}

void stutter_enc_tx_released(struct stutter_enc28j60 *chip)
{
	may_raise_txerif(chip, "TXERIF comes up as TXRST is cleared");
	stutter_enc_flow_resume(chip);
}

void stutter_enc_tx_left_mac(struct stutter_enc28j60 *chip)
{
	static const struct stutter_enc28j60_tx_status pulse = {.collisions = 1,
	                                                        .late_collision = true};

	if (chip->tx.effect.tx_link_pulse)
		end_of_wire(chip, &pulse);
	else if (chip->tx.cut)
		finish(chip, STUTTER_ENC28J60_EVENT_TX_ABORTED, 0, 0, "longer than MAMXFL");
	else
		finish_well(chip, 0, 0,
		            stutter_enc_phy_reaches_wire(chip) ? "sent to nobody"
		                                               : "nothing went on the wire");
}

void stutter_enc_tx_pause(struct stutter_enc28j60 *chip, unsigned quanta)
{
	stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_PAUSE,
	                (uint64_t)quanta * ENC28J60_PAUSE_QUANTUM_NS);
}

/*
 * Gaps count half octets of 4 bit times, and some are always there: with the values that the data
 * sheet recommends (12h or 15h, 12h, 0Ch) they are the 96 bit times of IEEE 802.3 sec. 4.4.2, and
 * their first two thirds (DS39662 register 6-4, sec. 6.5).
 */
struct stutter_enc28j60_mac stutter_enc28j60_mac(const struct stutter_enc28j60 *chip)
{
	const uint8_t *regs = chip->regs;
	bool full_duplex = stutter_enc28j60_full_duplex(chip);

	return (struct stutter_enc28j60_mac){
		.full_duplex = full_duplex,
		.defer_forever = regs[ENC28J60_MACON4] & MACON4_DEFER,
		.no_backoff = regs[ENC28J60_MACON4] & MACON4_NOBKOFF,
		.no_backoff_after_pressure = regs[ENC28J60_MACON4] & MACON4_BPEN,
		.retries_max = regs[ENC28J60_MACLCON1] & 0xfU,
		.window_bytes = (regs[ENC28J60_MACLCON2] & 0x3fU) + PREAMBLE_BYTES + 1,
		.gap_bits = ((regs[ENC28J60_MABBIPG] & 0x7fU) + (full_duplex ? 3 : 6)) * 4,
		.gap1_bits = ((regs[ENC28J60_MAIPGH] & 0x7fU) + 4) * 4,
		.gap2_bits = ((regs[ENC28J60_MAIPGL] & 0x7fU) + 6) * 4,
	};
}

void stutter_enc_tx_answer(struct stutter_enc28j60 *chip,
                           const struct stutter_enc28j60_tx_status *status)
{
	if (!chip->tx.on_wire)
		stutter_enc_die(
			chip, "no frame is on the wire to be answered for; the last was tx number",
			chip->tx.number, 0);
	end_of_wire(chip, status);
}

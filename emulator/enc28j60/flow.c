/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flow control: asking others to be quiet (DS39662 sec. 10, register 10-1; IEEE 802.3 annex 31B).
 *
 * How it works: in full duplex FCEN makes a pause frame due, once or again and again; it goes out
 * through ops->transmit like any frame when the transmitter is free, and before a frame of the host
 * that waits. It counts by itself, and has no status vector and no TXIF. In half duplex FCEN0
 * presses: preamble is sent without end, told by ops->backpressure. A frame of the host releases
 * it, waits for the gap, is sent, and after another gap the preamble goes on.
 *
 * Whatever follows a transmission waits for the gap of MABBIPG, on a timer; so nothing is sent from
 * within the answer to a frame.
 *
 * Rejected: sending pause frames through struct stutter_enc28j60_tx. Every line there is about what
 * the host sees of its frame.
 */
#include <string.h>

#include "chip.h"

#define BIT_NS 100u
#define PREAMBLE_BYTES 8u
#define BODY_SIZE (STUTTER_ENC28J60_PAUSE_SIZE - 4u)

static unsigned mode_of(const struct stutter_enc28j60 *chip)
{
	return chip->regs[ENC28J60_EFLOCON] & EFLOCON_FCEN;
}

static bool is_full_duplex(const struct stutter_enc28j60 *chip)
{
	return chip->regs[ENC28J60_MACON3] & MACON3_FULDPX;
}

static bool wants_backpressure(const struct stutter_enc28j60 *chip)
{
	return !is_full_duplex(chip) && (mode_of(chip) & EFLOCON_FCEN0);
}

static bool is_periodic(const struct stutter_enc28j60 *chip)
{
	return is_full_duplex(chip) && mode_of(chip) == EFLOCON_FCEN1;
}

static void report(struct stutter_enc28j60 *chip, uint32_t value, const char *text)
{
	stutter_enc_emit(chip, (struct stutter_enc28j60_event){
				       .kind = STUTTER_ENC28J60_EVENT_FLOW,
				       .value = value,
				       .text = text,
				       .section = is_full_duplex(chip) ? "DS39662 sec. 10.2"
	                                                               : "DS39662 sec. 10.1",
			       });
}

static void set_backpressure(struct stutter_enc28j60 *chip, bool on)
{
	if (chip->flow.backpressure == on)
		return;
	chip->flow.backpressure = on;
	report(chip, on, on ? "backpressure begins" : "backpressure ends");
	if (chip->ops && chip->ops->backpressure)
		chip->ops->backpressure(chip->ctx, on, chip->now_ns);
}

static void begin_gap(struct stutter_enc28j60 *chip)
{
	stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_GAP,
	                (uint64_t)stutter_enc28j60_mac(chip).gap_bits * BIT_NS);
}

static void render(struct stutter_enc28j60 *chip)
{
	const uint8_t *regs = chip->regs;
	const uint8_t head[] = {
		0x01,
		0x80,
		0xc2,
		0x00,
		0x00,
		0x01,
		regs[ENC28J60_MAADR1],
		regs[ENC28J60_MAADR2],
		regs[ENC28J60_MAADR3],
		regs[ENC28J60_MAADR4],
		regs[ENC28J60_MAADR5],
		regs[ENC28J60_MAADR6],
		0x88,
		0x08,
		0x00,
		0x01,
		(uint8_t)(chip->flow.quanta >> 8),
		(uint8_t)chip->flow.quanta,
	};
	uint32_t fcs;

	memset(chip->flow.frame, 0, sizeof(chip->flow.frame));
	memcpy(chip->flow.frame, head, sizeof(head));
	fcs = stutter_enc28j60_fcs(chip->flow.frame, BODY_SIZE);
	for (unsigned i = 0; i < 4; i++)
		chip->flow.frame[BODY_SIZE + i] = (uint8_t)(fcs >> 8 * i);
}

static struct stutter_enc28j60_frame frame_of(const struct stutter_enc28j60 *chip)
{
	return (struct stutter_enc28j60_frame){
		.kind = STUTTER_ENC28J60_FRAME_PAUSE,
		.number = chip->flow.number,
		.bytes = chip->flow.frame,
		.length = STUTTER_ENC28J60_PAUSE_SIZE,
	};
}

static void send_pause(struct stutter_enc28j60 *chip)
{
	struct stutter_enc28j60_frame frame;

	/* 11 ends the pause at once, the other settings begin one (DS39662 register 10-1). */
	chip->flow.quanta = mode_of(chip) == EFLOCON_FCEN
	                            ? 0
	                            : stutter_enc_reg16(chip, ENC28J60_EPAUSL);
	chip->flow.due = false;
	chip->flow.busy = true;
	chip->flow.number++;
	render(chip);
	frame = frame_of(chip);
	chip->flow.on_wire = stutter_enc_tx_reaches_wire(chip);
	if (chip->flow.on_wire)
		chip->ops->transmit(chip->ctx, &frame, chip->now_ns);
	else
		stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_CONTROL,
		                (PREAMBLE_BYTES + STUTTER_ENC28J60_PAUSE_SIZE) * ENC28J60_BYTE_NS);
}

static bool is_free(const struct stutter_enc28j60 *chip)
{
	return stutter_enc_mac_runs(chip) && !(chip->regs[ENC28J60_ECON1] & ECON1_TXRST) &&
	       !chip->tx.busy && !chip->tx.stalled && !chip->flow.busy &&
	       !stutter_enc_armed(chip, STUTTER_ENC28J60_TIMER_GAP);
}

void stutter_enc_flow_resume(struct stutter_enc28j60 *chip)
{
	if (!is_free(chip))
		return;
	if (chip->flow.due)
		send_pause(chip);
	else if (wants_backpressure(chip) && !chip->tx.waiting)
		set_backpressure(chip, true);
}

void stutter_enc_flow_gap_over(struct stutter_enc28j60 *chip)
{
	stutter_enc_flow_resume(chip);
	stutter_enc_tx_retry(chip);
}

/* The transmitter has just become free. */
void stutter_enc_flow_idle(struct stutter_enc28j60 *chip)
{
	if (chip->flow.due || chip->tx.waiting || wants_backpressure(chip))
		begin_gap(chip);
}

/* A frame of the host is to go out; tells whether it has to wait for the gap behind the preamble.
 */
bool stutter_enc_flow_release(struct stutter_enc28j60 *chip)
{
	if (!chip->flow.backpressure)
		return false;
	set_backpressure(chip, false);
	chip->flow.interrupted = true;
	begin_gap(chip);
	return true;
}

/*
 * One that is lost on the wire is gone like any frame; the settings that send one turn flow control
 * off after it.
 */
void stutter_enc_flow_sent(struct stutter_enc28j60 *chip)
{
	chip->flow.busy = false;
	chip->flow.on_wire = false;
	if (!chip->flow.due && (mode_of(chip) & EFLOCON_FCEN0) && is_full_duplex(chip))
		chip->regs[ENC28J60_EFLOCON] &= (uint8_t)~EFLOCON_FCEN;
	report(chip, chip->flow.quanta, "pause frame sent");
	stutter_enc_flow_idle(chip);
	if (stutter_enc_tx_hears_itself(chip) && (chip->regs[ENC28J60_ECON1] & ECON1_RXEN))
		stutter_enc_rx_arrive(chip, chip->flow.frame, STUTTER_ENC28J60_PAUSE_SIZE, false);
}

/* Twice in the time that a pause frame asks for, so that the others do not start again in between.
 */
void stutter_enc_flow_period_over(struct stutter_enc28j60 *chip)
{
	uint16_t quanta = stutter_enc_reg16(chip, ENC28J60_EPAUSL);

	stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_FLOW,
	                (quanta < 2 ? 1u : quanta / 2u) * (uint64_t)ENC28J60_PAUSE_QUANTUM_NS);
	chip->flow.due = chip->regs[ENC28J60_MACON1] & MACON1_TXPAUS;
	stutter_enc_flow_resume(chip);
}

static void begin_pause(struct stutter_enc28j60 *chip)
{
	if (!(chip->regs[ENC28J60_MACON1] & MACON1_TXPAUS)) {
		stutter_enc_report_finding(chip, FINDING_PAUSE_OFF, ENC28J60_EFLOCON,
		                           chip->regs[ENC28J60_EFLOCON]);
		chip->regs[ENC28J60_EFLOCON] &= (uint8_t) ~(is_periodic(chip) ? 0 : EFLOCON_FCEN);
	}
	if (is_periodic(chip)) {
		stutter_enc_flow_period_over(chip);
	} else {
		chip->flow.due = mode_of(chip) != 0;
		stutter_enc_flow_resume(chip);
	}
}

/* EFLOCON was written, the duplex mode changed, or the clock is back. */
void stutter_enc_flow_changed(struct stutter_enc28j60 *chip)
{
	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_FLOW);
	chip->flow.due = false;
	if (!wants_backpressure(chip))
		set_backpressure(chip, false);
	if (is_full_duplex(chip) && mode_of(chip))
		begin_pause(chip);
	else
		stutter_enc_flow_resume(chip);
}

/* TXRST stops what is under way; a pause frame that is cut off is due again. */
void stutter_enc_flow_suspend(struct stutter_enc28j60 *chip)
{
	const struct stutter_enc28j60_frame frame = frame_of(chip);
	bool owed = chip->flow.on_wire;

	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_GAP);
	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_CONTROL);
	set_backpressure(chip, false);
	chip->flow.due |= chip->flow.busy;
	chip->flow.interrupted = false;
	chip->flow.busy = false;
	chip->flow.on_wire = false;
	if (owed && chip->ops->cancel)
		chip->ops->cancel(chip->ctx, &frame, chip->now_ns);
}

void stutter_enc_flow_reset(struct stutter_enc28j60 *chip)
{
	const unsigned number = chip->flow.number;

	stutter_enc_flow_suspend(chip);
	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_FLOW);
	memset(&chip->flow, 0, sizeof(chip->flow));
	chip->flow.number = number;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flow control: asking others to be quiet (DS39662 sec. 10, register 10-1; IEEE 802.3 annex 31B).
 *
 * How it works: in full duplex FCEN makes a pause frame due, once or again and again; it goes out through ops->transmit like any
 * frame when the transmitter is free, and before a frame of the host that waits. It has no number, no status vector and no TXIF. In
 * half duplex FCEN0 presses: preamble is sent without end, told by ops->backpressure. A frame of the host releases it, waits for the
 * gap, is sent, and after another gap the preamble goes on.
 *
 * Whatever follows a transmission waits for the gap of MABBIPG, on a timer; so nothing is sent from within the answer to a frame.
 *
 * Rejected: sending pause frames through struct enc28j60_tx. Every line there is about what the host sees of its frame.
 */
#include <string.h>

#include "chip.h"
#include "crc32.h"

#define BIT_NS 100u
#define PREAMBLE_BYTES 8u
#define BODY_SIZE (ENC28J60_PAUSE_SIZE - 4u)

static unsigned mode_of(const struct enc28j60 *chip)
{
	return chip->regs[ENC28J60_EFLOCON] & EFLOCON_FCEN;
}

static bool is_full_duplex(const struct enc28j60 *chip)
{
	return chip->regs[ENC28J60_MACON3] & MACON3_FULDPX;
}

static bool wants_to_press(const struct enc28j60 *chip)
{
	return !is_full_duplex(chip) && (mode_of(chip) & EFLOCON_FCEN0);
}

static bool is_periodic(const struct enc28j60 *chip)
{
	return is_full_duplex(chip) && mode_of(chip) == EFLOCON_FCEN1;
}

static void report(struct enc28j60 *chip, uint32_t value, const char *text)
{
	enc28j60_emit(chip, (struct enc28j60_event){
				    .kind = ENC28J60_EVENT_FLOW,
				    .value = value,
				    .text = text,
				    .section = is_full_duplex(chip) ? "DS39662 sec. 10.2" : "DS39662 sec. 10.1",
			    });
}

static void press(struct enc28j60 *chip, bool on)
{
	if (chip->flow.presses == on)
		return;
	chip->flow.presses = on;
	report(chip, on, on ? "backpressure begins" : "backpressure ends");
	if (chip->ops && chip->ops->backpressure)
		chip->ops->backpressure(chip->ctx, on, chip->now_ns);
}

static void begin_gap(struct enc28j60 *chip)
{
	enc28j60_arm(chip, ENC28J60_TIMER_GAP, (uint64_t)enc28j60_mac(chip).gap_bits * BIT_NS);
}

static void render(struct enc28j60 *chip)
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
	fcs = enc28j60_fcs(chip->flow.frame, BODY_SIZE);
	for (unsigned i = 0; i < 4; i++)
		chip->flow.frame[BODY_SIZE + i] = (uint8_t)(fcs >> 8 * i);
}

static void send_pause(struct enc28j60 *chip)
{
	/* 11 ends the pause at once, the other settings begin one (DS39662 register 10-1). */
	chip->flow.quanta = mode_of(chip) == EFLOCON_FCEN ? 0 : enc28j60_reg16(chip, ENC28J60_EPAUSL);
	chip->flow.due = false;
	chip->flow.busy = true;
	render(chip);
	chip->flow.on_wire = enc28j60_tx_reaches_wire(chip);
	if (chip->flow.on_wire)
		chip->ops->transmit(chip->ctx, chip->flow.frame, ENC28J60_PAUSE_SIZE, chip->now_ns);
	else
		enc28j60_arm(chip, ENC28J60_TIMER_CONTROL, (PREAMBLE_BYTES + ENC28J60_PAUSE_SIZE) * ENC28J60_BYTE_NS);
}

static bool is_free(const struct enc28j60 *chip)
{
	return enc28j60_mac_runs(chip) && !(chip->regs[ENC28J60_ECON1] & ECON1_TXRST) && !chip->tx.busy && !chip->tx.stalled &&
	       !chip->flow.busy && !enc28j60_armed(chip, ENC28J60_TIMER_GAP);
}

void enc28j60_flow_resume(struct enc28j60 *chip)
{
	if (!is_free(chip))
		return;
	if (chip->flow.due)
		send_pause(chip);
	else if (wants_to_press(chip) && !chip->tx.waiting)
		press(chip, true);
}

void enc28j60_flow_gap_over(struct enc28j60 *chip)
{
	enc28j60_flow_resume(chip);
	enc28j60_tx_retry(chip);
}

/* The transmitter has just become free. */
void enc28j60_flow_idle(struct enc28j60 *chip)
{
	if (chip->flow.due || chip->tx.waiting || wants_to_press(chip))
		begin_gap(chip);
}

/* A frame of the host is to go out; tells whether it has to wait for the gap behind the preamble. */
bool enc28j60_flow_release(struct enc28j60 *chip)
{
	if (!chip->flow.presses)
		return false;
	press(chip, false);
	chip->flow.pressed = true;
	begin_gap(chip);
	return true;
}

/* One that is lost on the wire is gone like any frame; the settings that send one turn flow control off after it. */
void enc28j60_flow_sent(struct enc28j60 *chip)
{
	chip->flow.busy = false;
	chip->flow.on_wire = false;
	if (!chip->flow.due && (mode_of(chip) & EFLOCON_FCEN0) && is_full_duplex(chip))
		chip->regs[ENC28J60_EFLOCON] &= (uint8_t)~EFLOCON_FCEN;
	report(chip, chip->flow.quanta, "pause frame sent");
	enc28j60_flow_idle(chip);
	if (enc28j60_tx_hears_itself(chip) && (chip->regs[ENC28J60_ECON1] & ECON1_RXEN))
		enc28j60_rx_arrive(chip, chip->flow.frame, ENC28J60_PAUSE_SIZE, false);
}

/* Twice in the time that a pause frame asks for, so that the others do not start again in between. */
void enc28j60_flow_period_over(struct enc28j60 *chip)
{
	uint16_t quanta = enc28j60_reg16(chip, ENC28J60_EPAUSL);

	enc28j60_arm(chip, ENC28J60_TIMER_FLOW, (quanta < 2 ? 1u : quanta / 2u) * (uint64_t)ENC28J60_PAUSE_QUANTUM_NS);
	chip->flow.due = chip->regs[ENC28J60_MACON1] & MACON1_TXPAUS;
	enc28j60_flow_resume(chip);
}

static void begin_pause(struct enc28j60 *chip)
{
	if (!(chip->regs[ENC28J60_MACON1] & MACON1_TXPAUS)) {
		enc28j60_find(chip, FINDING_PAUSE_OFF, ENC28J60_EFLOCON, chip->regs[ENC28J60_EFLOCON]);
		chip->regs[ENC28J60_EFLOCON] &= (uint8_t) ~(is_periodic(chip) ? 0 : EFLOCON_FCEN);
	}
	if (is_periodic(chip)) {
		enc28j60_flow_period_over(chip);
	} else {
		chip->flow.due = mode_of(chip) != 0;
		enc28j60_flow_resume(chip);
	}
}

/* EFLOCON was written, the duplex mode changed, or the clock is back. */
void enc28j60_flow_changed(struct enc28j60 *chip)
{
	enc28j60_disarm(chip, ENC28J60_TIMER_FLOW);
	chip->flow.due = false;
	if (!wants_to_press(chip))
		press(chip, false);
	if (is_full_duplex(chip) && mode_of(chip))
		begin_pause(chip);
	else
		enc28j60_flow_resume(chip);
}

/* TXRST stops what is under way; a pause frame that is cut off is due again. */
void enc28j60_flow_suspend(struct enc28j60 *chip)
{
	bool owed = chip->flow.on_wire;

	enc28j60_disarm(chip, ENC28J60_TIMER_GAP);
	enc28j60_disarm(chip, ENC28J60_TIMER_CONTROL);
	press(chip, false);
	chip->flow.due |= chip->flow.busy;
	chip->flow.pressed = false;
	chip->flow.busy = false;
	chip->flow.on_wire = false;
	if (owed && chip->ops->cancel)
		chip->ops->cancel(chip->ctx, chip->now_ns);
}

void enc28j60_flow_reset(struct enc28j60 *chip)
{
	enc28j60_flow_suspend(chip);
	enc28j60_disarm(chip, ENC28J60_TIMER_FLOW);
	memset(&chip->flow, 0, sizeof(chip->flow));
}

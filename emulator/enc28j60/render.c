/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the MAC makes of the bytes that the host wants to send: the frame as it goes on the wire,
 * and what the status vector knows of it before that (DS39662 sec. 7.1, tables 7-1 and 7-2).
 */
#include <string.h>

#include "chip.h"

#define FCS_SIZE 4u
#define HEADER_SIZE 14u
#define TYPE_LIMIT 1500u

/* How one frame is to be sent: MACON3, or the control byte if it overrides. */
struct style {
	size_t pad_to; /* bytes before the FCS; 0 for no padding */
	bool append_fcs;
	bool huge;
};

/* MACON3.PADCFG (DS39662 register 6-2): even settings do not pad, 101 looks for a VLAN tag. */
static size_t padding_of(uint8_t macon3, bool vlan)
{
	switch (macon3 >> 5) {
	case 1:
		return 60;
	case 3:
	case 7:
		return 64;
	case 5:
		return vlan ? 64 : 60;
	default:
		return 0;
	}
}

static struct style style_of(const struct stutter_enc28j60 *chip, uint8_t control, bool vlan)
{
	uint8_t macon3 = chip->regs[ENC28J60_MACON3];
	size_t pad_to = padding_of(macon3, vlan);

	if (control & TX_POVERRIDE)
		return (struct style){
			.pad_to = (control & TX_PPADEN) ? 60 : 0,
			.append_fcs = control & TX_PCRCEN,
			.huge = control & TX_PHUGEEN,
		};
	return (struct style){.pad_to = pad_to,
	                      .append_fcs = pad_to || (macon3 & MACON3_TXCRCEN),
	                      .huge = macon3 & MACON3_HFRMEN};
}

static size_t fetch_body(struct stutter_enc28j60 *chip)
{
	size_t length = ((unsigned)chip->tx.end - chip->tx.start) & ENC28J60_SRAM_MASK;

	for (size_t i = 0; i < length; i++)
		chip->tx.frame[i] = chip->sram[(chip->tx.start + 1u + i) & ENC28J60_SRAM_MASK];
	return length;
}

static size_t pad(uint8_t *frame, size_t length, size_t pad_to)
{
	if (length >= pad_to)
		return length;
	memset(frame + length, 0, pad_to - length);
	return pad_to;
}

static size_t append_fcs(struct stutter_enc28j60 *chip, size_t length)
{
	uint32_t fcs = stutter_enc_frame_fcs(chip, chip->tx.frame, length);

	for (unsigned i = 0; i < FCS_SIZE; i++)
		chip->tx.frame[length + i] = (uint8_t)(fcs >> 8 * i);
	return length + FCS_SIZE;
}

/* What the MAC knows of the frame before it is sent (DS39662 table 7-1). */
static void classify(struct stutter_enc28j60 *chip)
{
	const uint8_t *frame = chip->tx.frame;
	size_t length = chip->tx.length;
	uint32_t status = 0;
	uint8_t high = 0;
	bool check_length = chip->regs[ENC28J60_MACON3] & MACON3_FRMLNEN;

	if (length >= ENC28J60_FRAME_MIN) {
		status |= check_length && stutter_enc_frame_length_is_wrong(frame, length)
		                  ? TSV_LENGTH_CHECK
		                  : 0u;
		status |= stutter_enc_frame_type(frame) > TYPE_LIMIT ? TSV_LENGTH_RANGE : 0u;
		status |= stutter_enc_frame_is_multicast(frame) ? TSV_MULTICAST : 0u;
		status |= stutter_enc_frame_is_broadcast(frame) ? TSV_BROADCAST : 0u;
		high |= stutter_enc_frame_is_control(frame) ? TSV_HIGH_CONTROL : 0;
		high |= stutter_enc_frame_is_pause(frame) ? TSV_HIGH_PAUSE : 0;
		high |= stutter_enc_frame_is_vlan(frame) ? TSV_HIGH_VLAN : 0;
	}
	chip->tx.status = status;
	chip->tx.status_high = high;
}

/* A frame above MAMXFL is cut off there (DS39662 figure 7-1). */
static void limit(struct stutter_enc28j60 *chip, bool huge)
{
	size_t most = stutter_enc_reg16(chip, ENC28J60_MAMXFLL);

	chip->tx.cut = false;
	if (chip->tx.length <= most)
		return;
	chip->tx.status |= TSV_GIANT;
	chip->tx.cut = !huge;
	if (chip->tx.cut)
		chip->tx.length = most;
}

void stutter_enc_tx_render(struct stutter_enc28j60 *chip)
{
	uint8_t control = chip->sram[chip->tx.start];
	size_t body = fetch_body(chip);
	bool vlan = body >= HEADER_SIZE && stutter_enc_frame_is_vlan(chip->tx.frame);
	struct style style = style_of(chip, control, vlan);
	size_t length = pad(chip->tx.frame, body, style.pad_to);
	bool crc_ok = true;

	if (style.append_fcs)
		length = append_fcs(chip, length);
	else
		crc_ok = stutter_enc_frame_fcs(chip, chip->tx.frame, length) ==
		         STUTTER_ENC28J60_FCS_RESIDUE;
	chip->tx.length = body ? length : 0;
	classify(chip);
	chip->tx.status |= crc_ok ? 0u : TSV_CRC_ERROR;
	limit(chip, style.huge);
}

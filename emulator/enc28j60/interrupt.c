/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The INT pin (DS39662 sec. 12, figure 12-1).
 *
 * How it works: nothing is kept up to date. The flags DMAIF, TXIF, TXERIF and RXERIF are stored in
 * EIR; PKTIF is "EPKTCNT is not 0" (sec. 12.1.6), unless the surroundings make it miss a frame or
 * see one that is not there, LINKIF shadows PHIR.PGIF (sec. 12.1.5); the pin is low while an
 * enabled flag is set and INTIE is. ESTAT.INT is taken as the same without INTIE, so that a host
 * that has masked the pin can still poll it.
 */
#include "chip.h"

#define FLAGS (EIR_PKTIF | EIR_DMAIF | EIR_LINKIF | EIR_TXIF | EIR_TXERIF | EIR_RXERIF)

static bool packets_are_pending(const struct stutter_enc28j60 *chip)
{
	return chip->rx.phantom || (chip->rx.packets != 0 && !chip->rx.unflagged);
}

static bool link_is_pending(const struct stutter_enc28j60 *chip)
{
	uint16_t enable = chip->phy[ENC28J60_PHIE];

	return chip->link.changed && (enable & PHIE_PLNKIE) && (enable & PHIE_PGEIE);
}

static uint8_t flags_of(const struct stutter_enc28j60 *chip)
{
	uint8_t flags = chip->regs[ENC28J60_EIR];

	if (packets_are_pending(chip))
		flags |= EIR_PKTIF;
	if (link_is_pending(chip))
		flags |= EIR_LINKIF;
	return flags;
}

/*
 * Erratum 6: PKTIF does not tell reliably, while its interrupt does. Each read of EIR is an
 * event; this is about the next one.
 */
static bool is_hidden(const struct stutter_enc28j60 *chip)
{
	return packets_are_pending(chip) && stutter_enc_acts(chip, 6, chip->eir_reads + 1);
}

uint8_t stutter_enc_eir(const struct stutter_enc28j60 *chip)
{
	return (uint8_t)(flags_of(chip) & (is_hidden(chip) ? ~EIR_PKTIF : 0xff));
}

/*
 * However often a host looks, one report a frame is enough; and one for good of a flag that never
 * tells.
 */
static bool has_been_told(const struct stutter_enc28j60 *chip)
{
	bool never_tells = chip->config.errata_worst & STUTTER_ENC28J60_ERRATUM(6);

	return chip->rx.hidden == chip->rx.number || (never_tells && chip->rx.hidden != 0);
}

void stutter_enc_eir_was_read(struct stutter_enc28j60 *chip)
{
	if (is_hidden(chip) && !has_been_told(chip)) {
		chip->rx.hidden = chip->rx.number;
		stutter_enc_act(chip, ENC28J60_EIR, chip->rx.number,
		                "PKTIF reads 0 though a packet is pending", "erratum 6");
	}
	chip->eir_reads++;
}

bool stutter_enc_int_pending(const struct stutter_enc28j60 *chip)
{
	return flags_of(chip) & chip->regs[ENC28J60_EIE] & FLAGS;
}

bool stutter_enc28j60_can_interrupt(const struct stutter_enc28j60 *chip)
{
	return (chip->regs[ENC28J60_EIE] & EIE_INTIE) && !stutter_enc_int_pending(chip);
}

bool stutter_enc28j60_int_asserted(const struct stutter_enc28j60 *chip)
{
	return (chip->regs[ENC28J60_EIE] & EIE_INTIE) && stutter_enc_int_pending(chip);
}

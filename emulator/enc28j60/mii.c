/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The MII management interface, the only way to the PHY registers (DS39662 sec. 3.3).
 *
 * How it works: one operation at a time, 10.24 us each; the timer STUTTER_ENC28J60_TIMER_MII is set
 * exactly while MISTAT.BUSY is.
 *
 *   idle      MIIRD 0->1 begins a read, a write of MIWRH begins a write, MIISCAN 0->1 begins a scan
 *   reading   the value is fetched and put into MIRD at the end; clearing MIIRD before that does
 * not call it off writing   MIWR and MIREGADR are taken when the operation begins scanning  reads
 * follow each other; NVALID until the first has ended; clearing MIISCAN lets the one under way end
 *
 * An operation begun while BUSY is set is a finding, and does nothing. So is one begun before the
 * PHY is within reach after the pin: it takes its time, reads 0 and writes nothing.
 */
#include <string.h>

#include "chip.h"

#define OPERATION_NS 10240u
/* For ever, as far as a session goes: a hundred years. */
#define STUCK_NS UINT64_C(3155760000000000000)

static bool is_busy(const struct stutter_enc28j60 *chip)
{
	return stutter_enc_armed(chip, STUTTER_ENC28J60_TIMER_MII);
}

/* Busy until a reset. */
static void get_stuck(struct stutter_enc28j60 *chip)
{
	stutter_enc_emit(chip, (struct stutter_enc28j60_event){
				       .kind = STUTTER_ENC28J60_EVENT_INJECTED,
				       .number = chip->mii.number,
				       .address = ENC28J60_MISTAT,
				       .reg = "MISTAT",
				       .text = "the operation does not end",
				       .section = "DS39662 sec. 3.3",
			       });
	stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_MII, STUCK_NS);
}

static bool begin(struct stutter_enc28j60 *chip, unsigned index, uint8_t value)
{
	if (is_busy(chip)) {
		stutter_enc_report_finding(chip, FINDING_MII_BUSY, index, value);
		return false;
	}
	chip->mii.address = chip->regs[ENC28J60_MIREGADR];
	chip->mii.is_lost = !stutter_enc_phy_runs(chip);
	if (chip->mii.is_lost)
		stutter_enc_report_finding(chip, FINDING_PHY_SETTLES,
		                           STUTTER_ENC28J60_REG_COUNT + chip->mii.address, value);
	chip->mii.number++;
	if (stutter_enc_injected(chip, STUTTER_ENC28J60_SITE_MII, chip->mii.number).mii_stuck)
		get_stuck(chip);
	else
		stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_MII, OPERATION_NS);
	return true;
}

/* The finding for a write while busy has been raised before the byte was stored. */
void stutter_enc_mii_start_write(struct stutter_enc28j60 *chip)
{
	if (is_busy(chip))
		return;
	begin(chip, ENC28J60_MIWRH, chip->regs[ENC28J60_MIWRH]);
	chip->mii.writing = true;
	chip->mii.value = stutter_enc_reg16(chip, ENC28J60_MIWRL);
}

void stutter_enc_mii_command(struct stutter_enc28j60 *chip, uint8_t before)
{
	uint8_t command = chip->regs[ENC28J60_MICMD];
	uint8_t rising = (uint8_t)(command & ~before);

	if (command & before & MICMD_MIIRD)
		stutter_enc_report_finding(chip, FINDING_MII_AGAIN, ENC28J60_MICMD, command);
	if (!(command & MICMD_MIISCAN))
		chip->mii.scanning = false;
	if (!rising || !begin(chip, ENC28J60_MICMD, command))
		return;
	chip->mii.writing = false;
	chip->mii.scanning = rising & MICMD_MIISCAN;
	chip->mii.valid = false;
}

void stutter_enc_mii_done(struct stutter_enc28j60 *chip)
{
	if (chip->mii.writing) {
		chip->mii.writing = false;
		if (!chip->mii.is_lost)
			stutter_enc_phy_write(chip, chip->mii.address, chip->mii.value);
		return;
	}
	stutter_enc_set_reg16(chip, ENC28J60_MIRDL,
	                      chip->mii.is_lost ? 0
	                                        : stutter_enc_phy_read(chip, chip->mii.address));
	chip->mii.valid = true;
	if (!chip->mii.scanning)
		return;
	chip->mii.address = chip->regs[ENC28J60_MIREGADR];
	chip->mii.is_lost = !stutter_enc_phy_runs(chip);
	stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_MII, OPERATION_NS);
}

uint8_t stutter_enc_mii_status(const struct stutter_enc28j60 *chip)
{
	bool scanning = chip->mii.scanning;

	return (uint8_t)((is_busy(chip) ? MISTAT_BUSY : 0) | (scanning ? MISTAT_SCAN : 0) |
	                 (scanning && !chip->mii.valid ? MISTAT_NVALID : 0));
}

void stutter_enc_mii_reset(struct stutter_enc28j60 *chip)
{
	const unsigned number = chip->mii.number;

	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_MII);
	memset(&chip->mii, 0, sizeof(chip->mii));
	chip->mii.number = number;
}

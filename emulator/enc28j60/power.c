/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reset, start-up and power save (DS39662 sec. 2.2, 11, 14; errata 2, 3, 4, 8, 19).
 *
 * How it works: MAC, MII and PHY need their clock. It runs when ESTAT.CLKRDY is set, no SRC is
 * settling and power save is off.
 *
 *   power on        CLKRDY 0, set after startup_ns
 *   pin             CLKRDY unaffected; only the PHY registers are out of reach, for pin_settle_ns
 * (DS39662 sec. 11.2) SRC             CLKRDY unaffected, but the PHY clock stops for src_settle_ns
 * all the same: polling CLKRDY lies (erratum 2); without the erratum SRC clears it, and it is set
 * with the clock PWRSV set       CLKRDY 0, everything but the ETH registers and the memory is out
 * of reach; SRC is not heard with erratum 19 PWRSV cleared   CLKRDY set after startup_ns
 *
 * Whenever the clock comes back, the PHY has lost the link and looks for it anew. The memory
 * survives everything but power on.
 */
#include <string.h>

#include "chip.h"

bool stutter_enc_mac_runs(const struct stutter_enc28j60 *chip)
{
	return (chip->regs[ENC28J60_ESTAT] & ESTAT_CLKRDY) &&
	       !stutter_enc_armed(chip, STUTTER_ENC28J60_TIMER_SETTLE);
}

bool stutter_enc_phy_runs(const struct stutter_enc28j60 *chip)
{
	return stutter_enc_mac_runs(chip) && !stutter_enc_armed(chip, STUTTER_ENC28J60_TIMER_PHY);
}

/* CLKRDY is 0 already: after power on, and in power save. */
static void begin_startup(struct stutter_enc28j60 *chip)
{
	stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_STARTUP, chip->config.startup_ns);
}

static void clock_is_back(struct stutter_enc28j60 *chip, const char *text)
{
	if (!stutter_enc_phy_runs(chip))
		return;
	stutter_enc_emit(chip, (struct stutter_enc28j60_event){.kind = STUTTER_ENC28J60_EVENT_READY,
	                                                       .text = text,
	                                                       .section = "DS39662 sec. 2.2"});
	stutter_enc_phy_start(chip);
	stutter_enc_flow_changed(chip);
	stutter_enc_tx_retry(chip);
}

void stutter_enc_startup_done(struct stutter_enc28j60 *chip)
{
	chip->regs[ENC28J60_ESTAT] |= ESTAT_CLKRDY;
	chip->oscillates = true;
	clock_is_back(chip, "oscillator start-up");
}

void stutter_enc_settle_done(struct stutter_enc28j60 *chip)
{
	if (chip->settles_after_src && !stutter_enc_armed(chip, STUTTER_ENC28J60_TIMER_STARTUP) &&
	    !(chip->regs[ENC28J60_ECON2] & ECON2_PWRSV))
		chip->regs[ENC28J60_ESTAT] |= ESTAT_CLKRDY;
	chip->settles_after_src = false;
	clock_is_back(chip, "reset");
}

void stutter_enc_phy_settle_done(struct stutter_enc28j60 *chip)
{
	clock_is_back(chip, "reset");
}

static void report(struct stutter_enc28j60 *chip, enum stutter_enc28j60_reset reset)
{
	static const char *const texts[] = {
		[STUTTER_ENC28J60_RESET_POWER] = "power on",
		[STUTTER_ENC28J60_RESET_PIN] = "RESET pin",
		[STUTTER_ENC28J60_RESET_SRC] = "SRC command",
	};

	stutter_enc_emit(chip, (struct stutter_enc28j60_event){
				       .kind = STUTTER_ENC28J60_EVENT_RESET,
				       .value = reset,
				       .text = texts[reset],
				       .section = "DS39662 sec. 11.0",
			       });
}

/* What the board does wrong shows with the supply (DS39662 sec. 2.4, 16.0; errata 3, 8). */
static void check_board(struct stutter_enc28j60 *chip)
{
	const struct stutter_enc28j60_config *config = &chip->config;
	const int coldest = stutter_enc_has(chip, 3) ? 0 : -40,
		  hottest = stutter_enc_has(chip, 3) ? 70 : 85;
	const uint32_t rbias = stutter_enc_has(chip, 8) ? 2700 : 2320;

	if (config->ambient_celsius < coldest || config->ambient_celsius > hottest)
		stutter_enc_report_finding(chip, FINDING_TEMPERATURE, ENC28J60_NO_REGISTER,
		                           (uint32_t)config->ambient_celsius);
	if (config->rbias_ohm != 0 && config->rbias_ohm != rbias)
		stutter_enc_report_finding(chip, FINDING_RBIAS, ENC28J60_NO_REGISTER,
		                           config->rbias_ohm);
}

/*
 * CLKRDY stays through SRC, though the clock stops; the data sheet would have a host wait for it
 * (DS39662 sec. 2.2, erratum 2).
 */
static void settle(struct stutter_enc28j60 *chip)
{
	if (!stutter_enc_has(chip, 2)) {
		chip->settles_after_src = chip->settles_after_src ||
		                          (chip->regs[ENC28J60_ESTAT] & ESTAT_CLKRDY);
		chip->regs[ENC28J60_ESTAT] &= (uint8_t)~ESTAT_CLKRDY;
	}
	stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_SETTLE, chip->config.src_settle_ns);
}

void stutter_enc_reset(struct stutter_enc28j60 *chip, enum stutter_enc28j60_reset reset)
{
	bool saving = chip->regs[ENC28J60_ECON2] & ECON2_PWRSV;

	if (reset == STUTTER_ENC28J60_RESET_SRC && saving && stutter_enc_has(chip, 19)) {
		stutter_enc_report_finding(chip, FINDING_SRC_POWER_SAVE, ENC28J60_ECON2,
		                           chip->regs[ENC28J60_ECON2]);
		return;
	}
	report(chip, reset);
	stutter_enc_dma_reset(chip);
	stutter_enc_self_test_reset(chip);
	stutter_enc_tx_reset(chip, "reset");
	stutter_enc_flow_reset(chip);
	stutter_enc_mii_reset(chip);
	stutter_enc_phy_stop(chip);
	stutter_enc_phy_reset(chip);
	memset(&chip->spi, 0, sizeof(chip->spi));
	if (reset != STUTTER_ENC28J60_RESET_POWER && saving)
		begin_startup(chip);
	stutter_enc_regs_reset(chip, reset);
	chip->rx.packets = 0;
	chip->rx.dropped = false;
	chip->rx.busy = false;
	chip->rx.unflagged = false;
	chip->rx.phantom = false;
	chip->rx.write_pointer = stutter_enc_reg16(chip, ENC28J60_ERXSTL);
	chip->rx.read_pointer_low = chip->regs[ENC28J60_ERXRDPTL];
	chip->rx.is_even = false;
	if (reset == STUTTER_ENC28J60_RESET_POWER) {
		stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_SETTLE);
		stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_PHY);
		chip->oscillates = false;
		chip->settles_after_src = false;
		check_board(chip);
		begin_startup(chip);
	} else if (reset == STUTTER_ENC28J60_RESET_PIN) {
		stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_PHY, chip->config.pin_settle_ns);
	} else {
		settle(chip);
	}
}

/*
 * Power save stops CLKOUT until the clock is ready again only with erratum 4; no reset but power on
 * touches it (DS39662 sec. 2.3).
 */
uint32_t stutter_enc28j60_clkout_hz(const struct stutter_enc28j60 *chip)
{
	static const uint32_t settings_hz[8] = {0,       25000000, 12500000, 8333333,
	                                        6250000, 3125000,  0,        0};
	bool stopped = (chip->regs[ENC28J60_ECON2] & ECON2_PWRSV) ||
	               stutter_enc_armed(chip, STUTTER_ENC28J60_TIMER_STARTUP);

	if (!chip->oscillates || (stopped && stutter_enc_has(chip, 4)))
		return 0;
	return settings_hz[chip->regs[ENC28J60_ECOCON] & 7];
}

static void enter_power_save(struct stutter_enc28j60 *chip)
{
	uint8_t busy = chip->regs[ENC28J60_ECON1] & (ECON1_RXEN | ECON1_TXRTS);

	if (busy)
		stutter_enc_report_finding(chip, FINDING_POWER_SAVE_BUSY, ENC28J60_ECON1, busy);
	stutter_enc_tx_reset(chip, "power save");
	chip->rx.busy = false;
	stutter_enc_flow_reset(chip);
	stutter_enc_mii_reset(chip);
	stutter_enc_phy_stop(chip);
	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_STARTUP);
	chip->regs[ENC28J60_ESTAT] &= (uint8_t)~ESTAT_CLKRDY;
}

/*
 * VRPS only says how much the regulator saves; it changes nothing the host can see (DS39662
 * register 3-2).
 */
void stutter_enc_power_save_changed(struct stutter_enc28j60 *chip, bool save)
{
	if (save)
		enter_power_save(chip);
	else
		begin_startup(chip);
}

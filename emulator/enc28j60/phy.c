/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PHY: its registers as rows, and the link (DS39662 table 3-3, sec. 3.3.4, 6.6, 11.5, 12.1.5).
 *
 * How it works: the cable has link pulses or not (link.cable, told from outside); the PHY has seen
 * enough of them or not (link.up). A working PHY follows the cable at once, since the caller says
 * when the PHY notices. A PHY that starts to work, after power on, a reset or power save, needs
 * config.relink_ns to find the link again. Every change of link.up latches LLSTAT low or sets
 * PLNKIF.
 */
#include "chip.h"

/*
 * How long PHCON1.PRST stays set; the data sheet only says to poll it (DS39662 sec. 11.5). An
 * assumption: five MII operations.
 */
#define PHY_RESET_NS 51200u
#define LED_SETTING_1110 0xeu

static bool is_working(const struct stutter_enc28j60 *chip)
{
	return stutter_enc_phy_runs(chip) &&
	       !(chip->phy[ENC28J60_PHCON1] & (PHCON1_PRST | PHCON1_PPWRSV));
}

static void set_link(struct stutter_enc28j60 *chip, bool up)
{
	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_LINK);
	if (chip->link.up == up)
		return;
	chip->link.up = up;
	chip->link.was_down |= !up;
	chip->link.changed = true;
	stutter_enc_emit(chip, (struct stutter_enc28j60_event){
				       .kind = STUTTER_ENC28J60_EVENT_LINK,
				       .value = up,
				       .text = up ? "link up" : "link down",
				       .section = "DS39662 sec. 12.1.5",
			       });
}

void stutter_enc_phy_set_cable(struct stutter_enc28j60 *chip, bool up)
{
	if (chip->link.cable == up)
		return;
	chip->link.cable = up;
	if (is_working(chip))
		set_link(chip, up);
}

void stutter_enc_phy_start(struct stutter_enc28j60 *chip)
{
	if (is_working(chip) && chip->link.cable && !chip->link.up)
		stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_LINK, chip->config.relink_ns);
}

void stutter_enc_phy_stop(struct stutter_enc28j60 *chip)
{
	set_link(chip, false);
}

void stutter_enc_phy_link_found(struct stutter_enc28j60 *chip)
{
	set_link(chip, true);
}

static bool link_is_up(const struct stutter_enc28j60 *chip)
{
	return chip->link.up || (chip->phy[ENC28J60_PHCON2] & PHCON2_FRCLNK);
}

/* Swapped receive wires that the PHY does not correct; its link pulses are seen all the same. */
bool stutter_enc_phy_inverts(const struct stutter_enc28j60 *chip)
{
	return chip->config.polarity_reversed && stutter_enc_has(chip, 7);
}

bool stutter_enc_phy_reaches_wire(const struct stutter_enc28j60 *chip)
{
	return is_working(chip) && link_is_up(chip) &&
	       !(chip->phy[ENC28J60_PHCON1] & PHCON1_PLOOPBK);
}

bool stutter_enc28j60_full_duplex(const struct stutter_enc28j60 *chip)
{
	return chip->phy[ENC28J60_PHCON1] & PHCON1_PDPXMD;
}

/*
 * LLSTAT latches low until it is read (DS39662 register 3-5). JBSTAT never comes up: the MAC cannot
 * jabber.
 */
static uint16_t read_status1(struct stutter_enc28j60 *chip)
{
	bool up = link_is_up(chip);
	bool steady = up && !chip->link.was_down;

	chip->link.was_down = !up;
	return (uint16_t)(chip->phy[ENC28J60_PHSTAT1] | (steady ? PHSTAT1_LLSTAT : 0));
}

void stutter_enc_phy_set_activity(struct stutter_enc28j60 *chip, bool receiving, bool colliding)
{
	chip->link.receives = receiving;
	chip->link.collides = colliding;
	chip->rx.busy = receiving && (chip->rx.busy || stutter_enc28j60_receiving(chip));
}

/*
 * Activity is what the wire tells of; a collision is one in half duplex only (DS39662 register
 * 3-6).
 */
static uint16_t activity_of(const struct stutter_enc28j60 *chip)
{
	bool sends = chip->tx.busy || chip->flow.busy || chip->flow.backpressure;
	bool hears = stutter_enc_phy_reaches_wire(chip);

	return (uint16_t)((sends ? PHSTAT2_TXSTAT : 0) |
	                  (hears && chip->link.receives ? PHSTAT2_RXSTAT : 0) |
	                  (hears && chip->link.collides && !stutter_enc28j60_full_duplex(chip)
	                           ? PHSTAT2_COLSTAT
	                           : 0));
}

static uint16_t read_status2(struct stutter_enc28j60 *chip)
{
	return (uint16_t)(activity_of(chip) | (link_is_up(chip) ? PHSTAT2_LSTAT : 0) |
	                  (stutter_enc28j60_full_duplex(chip) ? PHSTAT2_DPXSTAT : 0) |
	                  (chip->config.polarity_reversed && !stutter_enc_has(chip, 7)
	                           ? PHSTAT2_PLRITY
	                           : 0));
}

/* Reading clears PLNKIF, PGIF and with them EIR.LINKIF (DS39662 sec. 12.1.5). */
static uint16_t read_interrupt(struct stutter_enc28j60 *chip)
{
	uint16_t value = (uint16_t)((chip->link.changed ? PHIR_PLNKIF : 0) |
	                            ((stutter_enc_eir(chip) & EIR_LINKIF) ? PHIR_PGIF : 0));

	chip->link.changed = false;
	return value;
}

static void control1_written(struct stutter_enc28j60 *chip, uint16_t before)
{
	uint16_t now = chip->phy[ENC28J60_PHCON1];
	bool receiving = chip->regs[ENC28J60_ECON1] & ECON1_RXEN;

	if (receiving && ((before ^ now) & PHCON1_PDPXMD))
		stutter_enc_report_finding(chip, FINDING_DUPLEX_LIVE,
		                           STUTTER_ENC28J60_REG_COUNT + ENC28J60_PHCON1, now);
	if ((now & PHCON1_PLOOPBK) && (stutter_enc_has(chip, 9) || stutter_enc_has(chip, 10)))
		stutter_enc_report_finding(chip, FINDING_LOOPBACK,
		                           STUTTER_ENC28J60_REG_COUNT + ENC28J60_PHCON1, now);
	if (now & PHCON1_PRST) {
		stutter_enc_phy_stop(chip);
		stutter_enc_phy_reset(chip);
		chip->phy[ENC28J60_PHCON1] |= PHCON1_PRST;
		stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_PHY_RESET, PHY_RESET_NS);
	} else if (now & PHCON1_PPWRSV) {
		stutter_enc_phy_stop(chip);
	} else if (before & PHCON1_PPWRSV) {
		stutter_enc_phy_start(chip);
	}
}

static void leds_written(struct stutter_enc28j60 *chip, uint16_t before)
{
	uint16_t leds = chip->phy[ENC28J60_PHLCON];

	bool is_used = (leds >> 8 & 0xf) == LED_SETTING_1110 ||
	               (leds >> 4 & 0xf) == LED_SETTING_1110;

	(void)before;
	if (is_used && stutter_enc_has(chip, 11))
		stutter_enc_report_finding(chip, FINDING_LED_1110,
		                           STUTTER_ENC28J60_REG_COUNT + ENC28J60_PHLCON, leds);
}

/*
 * Name, reset value, written bits, reserved bits to be written as 0, source. The reserved bits of
 * PHIE, PHIR and PHLCON are not to be 0 but as they were; a test of them would find fault with
 * every driver.
 */
/* clang-format off */
static const struct enc28j60_phy_reg rows[] = {
	{ "PHCON1", ENC28J60_PHCON1, 0x0000, 0xc900, 0x0480, "DS39662 register 6-6", control1_written, NULL },
	{ "PHSTAT1", ENC28J60_PHSTAT1, 0x1800, 0x0000, 0x0000, "DS39662 register 3-5", NULL, read_status1 },
	{ "PHID1", ENC28J60_PHID1, 0x0083, 0x0000, 0x0000, "DS39662 sec. 3.3.5", NULL, NULL },
	{ "PHID2", ENC28J60_PHID2, 0x1400, 0x0000, 0x0000, "DS39662 sec. 3.3.5", NULL, NULL },
	{ "PHCON2", ENC28J60_PHCON2, 0x0000, 0x6500, 0x1aff, "DS39662 register 6-5", NULL, NULL },
	{ "PHSTAT2", ENC28J60_PHSTAT2, 0x0000, 0x0000, 0x0000, "DS39662 register 3-6", NULL, read_status2 },
	{ "PHIE", ENC28J60_PHIE, 0x0000, 0x0012, 0x0000, "DS39662 register 12-4", NULL, NULL },
	{ "PHIR", ENC28J60_PHIR, 0x0000, 0x0000, 0x0000, "DS39662 register 12-5", NULL, read_interrupt },
	{ "PHLCON", ENC28J60_PHLCON, 0x3422, 0x0ffe, 0x0000, "DS39662 register 2-2", leds_written, NULL },
};
/* clang-format on */

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

const struct enc28j60_phy_reg *stutter_enc_phy_regs(size_t *ret_count)
{
	*ret_count = ROW_COUNT;
	return rows;
}

static const struct enc28j60_phy_reg *find_row(struct stutter_enc28j60 *chip, uint8_t address,
                                               uint16_t value)
{
	if (stutter_enc_armed(chip, STUTTER_ENC28J60_TIMER_PHY_RESET) && address != ENC28J60_PHCON1)
		stutter_enc_report_finding(chip, FINDING_PHY_IN_RESET,
		                           STUTTER_ENC28J60_REG_COUNT + address, value);
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].address == address)
			return &rows[i];
	stutter_enc_report_finding(chip, FINDING_PHY_UNIMPLEMENTED,
	                           STUTTER_ENC28J60_REG_COUNT + address, value);
	return NULL;
}

uint16_t stutter_enc_phy_read(struct stutter_enc28j60 *chip, uint8_t address)
{
	const struct enc28j60_phy_reg *reg = find_row(chip, address, 0);

	if (!reg)
		return 0;
	return reg->read ? reg->read(chip) : chip->phy[address];
}

void stutter_enc_phy_write(struct stutter_enc28j60 *chip, uint8_t address, uint16_t value)
{
	const struct enc28j60_phy_reg *reg = find_row(chip, address, value);
	uint16_t before = chip->phy[address];

	if (!reg)
		return;
	if (!reg->write_mask)
		stutter_enc_report_finding(chip, FINDING_READ_ONLY,
		                           STUTTER_ENC28J60_REG_COUNT + address, value);
	if (value & reg->reserved_mask)
		stutter_enc_report_finding(chip, FINDING_PHY_RESERVED_BIT,
		                           STUTTER_ENC28J60_REG_COUNT + address, value);
	chip->phy[address] = (uint16_t)((before & ~reg->write_mask) | (value & reg->write_mask));
	if (reg->after_write)
		reg->after_write(chip, before);
}

/* PDPXMD comes from the LED wiring, when the chip senses it right (DS39662 sec. 2.6, erratum 16).
 */
void stutter_enc_phy_reset(struct stutter_enc28j60 *chip)
{
	bool misread = chip->config.led_polarity_misread && stutter_enc_has(chip, 16);

	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_PHY_RESET);
	for (size_t i = 0; i < ROW_COUNT; i++)
		chip->phy[rows[i].address] = rows[i].reset_value;
	if (chip->config.leds_select_full_duplex != misread)
		chip->phy[ENC28J60_PHCON1] |= PHCON1_PDPXMD;
	chip->link.was_down = true;
	chip->link.changed = false;
}

void stutter_enc_phy_reset_done(struct stutter_enc28j60 *chip)
{
	chip->phy[ENC28J60_PHCON1] &= (uint16_t)~PHCON1_PRST;
	stutter_enc_phy_start(chip);
}

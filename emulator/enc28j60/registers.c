/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control registers.
 *
 * How it works: every register is one row, and reading, writing, setting, clearing and resetting
 * know nothing but rows. A value is kept in chip->regs at bank * 32 + address; the five registers
 * of every bank are kept in bank 0. What a register does beyond storing is in its hooks:
 * before_write sees the value that comes and raises findings, after_write compares old and new and
 * acts, read computes bits that live elsewhere. A write that reaches no bit is no accident of the
 * caller but what silicon does.
 *
 * Rejected: storing ESTAT.RXBUSY, EIR.PKTIF, EIR.LINKIF, ESTAT.INT and MISTAT and keeping them up
 * to date. They are computed when read, so they cannot go stale.
 */
#include "chip.h"

/* Below it MAC and MII registers are unreliable (erratum 1). */
#define MAC_CLOCK_MIN_HZ 8000000u

static uint8_t read_eir(const struct stutter_enc28j60 *chip, unsigned index)
{
	(void)index;
	return stutter_enc_eir(chip);
}

static uint8_t read_estat(const struct stutter_enc28j60 *chip, unsigned index)
{
	return (uint8_t)(chip->regs[index] | (stutter_enc_int_pending(chip) ? ESTAT_INT : 0) |
	                 (chip->rx.busy ? ESTAT_RXBUSY : 0));
}

static uint8_t read_packet_count(const struct stutter_enc28j60 *chip, unsigned index)
{
	(void)index;
	return chip->rx.packets;
}

static uint8_t read_mii_status(const struct stutter_enc28j60 *chip, unsigned index)
{
	(void)index;
	return stutter_enc_mii_status(chip);
}

static uint8_t read_revision(const struct stutter_enc28j60 *chip, unsigned index)
{
	(void)index;
	return (uint8_t)chip->config.revision;
}

/* EFLOCON.FULDPXS shadows MACON3.FULDPX (DS39662 register 10-1). */
static uint8_t read_flow_control(const struct stutter_enc28j60 *chip, unsigned index)
{
	return (uint8_t)(chip->regs[index] |
	                 ((chip->regs[ENC28J60_MACON3] & MACON3_FULDPX) ? EFLOCON_FULDPXS : 0));
}

static bool is_receiving(const struct stutter_enc28j60 *chip)
{
	return chip->regs[ENC28J60_ECON1] & ECON1_RXEN;
}

static void receive_buffer_before(struct stutter_enc28j60 *chip, unsigned index, uint8_t value)
{
	if (is_receiving(chip))
		stutter_enc_report_finding(chip, FINDING_RX_BUFFER_LIVE, index, value);
}

static void receive_buffer_after(struct stutter_enc28j60 *chip, unsigned index, uint8_t before)
{
	(void)index;
	(void)before;
	stutter_enc_rx_buffer_moved(chip);
}

/* The low byte waits for the high one and cannot be read back meanwhile (DS39662 sec. 3.2). */
static void read_pointer_low_after(struct stutter_enc28j60 *chip, unsigned index, uint8_t before)
{
	chip->rx.read_pointer_low = chip->regs[index];
	chip->regs[index] = before;
}

/*
 * While reception is off a host may well pass by an even value: DS39662 sec. 6.1 itself starts with
 * ERXST.
 */
static void check_read_pointer(struct stutter_enc28j60 *chip)
{
	uint16_t pointer = stutter_enc_reg16(chip, ENC28J60_ERXRDPTL);

	if (!(pointer & 1) && stutter_enc_has(chip, 14))
		stutter_enc_report_finding(chip, FINDING_RX_EVEN_POINTER, ENC28J60_ERXRDPTL,
		                           pointer);
}

static void read_pointer_high_after(struct stutter_enc28j60 *chip, unsigned index, uint8_t before)
{
	uint16_t pointer;

	(void)before;
	chip->regs[ENC28J60_ERXRDPTL] = chip->rx.read_pointer_low;
	pointer = stutter_enc_reg16(chip, ENC28J60_ERXRDPTL);
	chip->rx.is_even = !(pointer & 1);
	if (is_receiving(chip))
		check_read_pointer(chip);
	if (is_receiving(chip) && !stutter_enc_ring_has(stutter_enc_ring(chip), pointer))
		stutter_enc_report_finding(chip, FINDING_RX_POINTER_OUTSIDE, index - 1, pointer);
}

static void filter_before(struct stutter_enc28j60 *chip, unsigned index, uint8_t value)
{
	if (is_receiving(chip) && chip->regs[index] != value)
		stutter_enc_report_finding(chip, FINDING_RX_FILTER_LIVE, index, value);
}

static void transmit_pointer_before(struct stutter_enc28j60 *chip, unsigned index, uint8_t value)
{
	if (chip->tx.busy)
		stutter_enc_report_finding(chip, FINDING_TX_REGISTER_BUSY, index, value);
}

static void dma_pointer_before(struct stutter_enc28j60 *chip, unsigned index, uint8_t value)
{
	if (chip->regs[ENC28J60_ECON1] & ECON1_DMAST)
		stutter_enc_report_finding(chip, FINDING_DMA_BUSY, index, value);
}

static void econ1_before(struct stutter_enc28j60 *chip, unsigned index, uint8_t value)
{
	uint8_t before = chip->regs[index];
	uint8_t rising = (uint8_t)(value & ~before);

	if ((rising & (ECON1_RXEN | ECON1_TXRTS)) && !stutter_enc_mac_runs(chip))
		stutter_enc_report_finding(chip, FINDING_NOT_READY_START, index, value);
	if ((before & value & ECON1_DMAST) && ((before ^ value) & ECON1_CSUMEN))
		stutter_enc_report_finding(chip, FINDING_DMA_BUSY, index, value);
}

static void check_reception(struct stutter_enc28j60 *chip)
{
	struct enc28j60_ring ring = stutter_enc_ring(chip);

	if ((ring.start & 1) || (ring.size & 1))
		stutter_enc_report_finding(chip, FINDING_RX_BUFFER_SHAPE, ENC28J60_ERXSTL,
		                           ring.start);
	check_read_pointer(chip);
	if (!stutter_enc_ring_has(ring, chip->rx.write_pointer))
		stutter_enc_report_finding(chip, FINDING_RX_WRITER_OUTSIDE, ENC28J60_ERXWRPTL,
		                           chip->rx.write_pointer);
	if (!stutter_enc_ring_has(ring, stutter_enc_reg16(chip, ENC28J60_ERXRDPTL)))
		stutter_enc_report_finding(chip, FINDING_RX_POINTER_OUTSIDE, ENC28J60_ERXRDPTL,
		                           stutter_enc_reg16(chip, ENC28J60_ERXRDPTL));
	if ((bool)(chip->regs[ENC28J60_MACON3] & MACON3_FULDPX) !=
	    stutter_enc28j60_full_duplex(chip))
		stutter_enc_report_finding(chip, FINDING_DUPLEX_MISMATCH, ENC28J60_MACON3,
		                           chip->regs[ENC28J60_MACON3]);
}

/*
 * Resets act before requests, so that TXRTS together with TXRST sends nothing (DS39662 register
 * 3-1).
 */
static void econ1_after(struct stutter_enc28j60 *chip, unsigned index, uint8_t before)
{
	uint8_t now = chip->regs[index];
	uint8_t rising = (uint8_t)(now & ~before);
	uint8_t falling = (uint8_t)(before & ~now);

	if (rising & ECON1_TXRST)
		stutter_enc_tx_reset(chip, "TXRST");
	if (falling & ECON1_TXRST)
		stutter_enc_tx_released(chip);
	if (rising & ECON1_RXRST)
		stutter_enc_rx_reset(chip);
	if (falling & ECON1_DMAST)
		stutter_enc_dma_cancel(chip);
	if ((falling & ECON1_TXRTS) && !(rising & ECON1_TXRST))
		stutter_enc_tx_cancel(chip);
	if (rising & ECON1_RXEN)
		check_reception(chip);
	if (rising & ECON1_TXRTS)
		stutter_enc_tx_request(chip);
	if (rising & ECON1_DMAST)
		stutter_enc_dma_request(chip);
}

/* PKTDEC is a push button: it acts and reads 0 (DS39662 register 3-2). */
static void econ2_after(struct stutter_enc28j60 *chip, unsigned index, uint8_t before)
{
	uint8_t changed = (uint8_t)(before ^ chip->regs[index]);

	if (chip->regs[index] & ECON2_PKTDEC) {
		chip->regs[index] &= (uint8_t)~ECON2_PKTDEC;
		stutter_enc_rx_packet_done(chip);
	}
	if (changed & ECON2_PWRSV)
		stutter_enc_power_save_changed(chip, chip->regs[index] & ECON2_PWRSV);
}

static void macon3_before(struct stutter_enc28j60 *chip, unsigned index, uint8_t value)
{
	if (is_receiving(chip) && ((chip->regs[index] ^ value) & MACON3_FULDPX))
		stutter_enc_report_finding(chip, FINDING_DUPLEX_LIVE, index, value);
}

static void macon3_after(struct stutter_enc28j60 *chip, unsigned index, uint8_t before)
{
	if ((before ^ chip->regs[index]) & MACON3_FULDPX)
		stutter_enc_flow_changed(chip);
}

static void self_test_after(struct stutter_enc28j60 *chip, unsigned index, uint8_t before)
{
	(void)index;
	(void)before;
	stutter_enc_self_test_changed(chip);
}

static void flow_control_after(struct stutter_enc28j60 *chip, unsigned index, uint8_t before)
{
	(void)index;
	(void)before;
	stutter_enc_flow_changed(chip);
}

static void mii_command_after(struct stutter_enc28j60 *chip, unsigned index, uint8_t before)
{
	(void)index;
	stutter_enc_mii_command(chip, before);
}

static void mii_write_before(struct stutter_enc28j60 *chip, unsigned index, uint8_t value)
{
	if (stutter_enc_mii_status(chip) & MISTAT_BUSY)
		stutter_enc_report_finding(chip, FINDING_MII_BUSY, index, value);
}

/* Writing the high byte starts the PHY write (DS39662 sec. 3.3.2). */
static void mii_write_high_after(struct stutter_enc28j60 *chip, unsigned index, uint8_t before)
{
	(void)index;
	(void)before;
	stutter_enc_mii_start_write(chip);
}

#define HOOKS static const struct enc28j60_reg_hooks
HOOKS eir_hooks = {.read = read_eir};
HOOKS estat_hooks = {.read = read_estat};
HOOKS econ1_hooks = {.before_write = econ1_before, .after_write = econ1_after};
HOOKS econ2_hooks = {.after_write = econ2_after};
HOOKS rx_buffer_hooks = {.before_write = receive_buffer_before,
                         .after_write = receive_buffer_after};
HOOKS read_low_hooks = {.after_write = read_pointer_low_after};
HOOKS read_high_hooks = {.after_write = read_pointer_high_after};
HOOKS tx_pointer_hooks = {.before_write = transmit_pointer_before};
HOOKS dma_pointer_hooks = {.before_write = dma_pointer_before};
HOOKS filter_hooks = {.before_write = filter_before};
HOOKS packet_count_hooks = {.read = read_packet_count};
HOOKS macon3_hooks = {.before_write = macon3_before, .after_write = macon3_after};
HOOKS self_test_hooks = {.after_write = self_test_after};
HOOKS flow_control_hooks = {.after_write = flow_control_after, .read = read_flow_control};
HOOKS mii_command_hooks = {.after_write = mii_command_after};
HOOKS mii_address_hooks = {.before_write = mii_write_before};
HOOKS mii_write_high_hooks = {.before_write = mii_write_before,
                              .after_write = mii_write_high_after};
HOOKS mii_status_hooks = {.read = read_mii_status};
HOOKS revision_hooks = {.read = read_revision};

/*
 * The table: name, kind, value after power on, bits that a reset by pin or SRC leaves alone, and
 * then what each bit is: written, only cleared, read-only or reserved. A bit in none of the four
 * columns is unimplemented and reads 0.
 *
 *  name     kind  reset keep  write clear r/o   rsvd  hooks                  source
 */
/* clang-format off */
#define REGISTERS(X) \
	X(ERDPTL,   ETH, 0xfa, 0x00, 0xff, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 3.2") \
	X(ERDPTH,   ETH, 0x05, 0x00, 0x1f, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 3.2") \
	X(EWRPTL,   ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 3.2") \
	X(EWRPTH,   ETH, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 3.2") \
	X(ETXSTL,   ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &tx_pointer_hooks,     "DS39662 sec. 7.1") \
	X(ETXSTH,   ETH, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00, &tx_pointer_hooks,     "DS39662 sec. 7.1") \
	X(ETXNDL,   ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &tx_pointer_hooks,     "DS39662 sec. 7.1") \
	X(ETXNDH,   ETH, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00, &tx_pointer_hooks,     "DS39662 sec. 7.1") \
	X(ERXSTL,   ETH, 0xfa, 0x00, 0xff, 0x00, 0x00, 0x00, &rx_buffer_hooks,      "DS39662 sec. 3.2.1") \
	X(ERXSTH,   ETH, 0x05, 0x00, 0x1f, 0x00, 0x00, 0x00, &rx_buffer_hooks,      "DS39662 sec. 3.2.1") \
	X(ERXNDL,   ETH, 0xff, 0x00, 0xff, 0x00, 0x00, 0x00, &rx_buffer_hooks,      "DS39662 sec. 3.2.1") \
	X(ERXNDH,   ETH, 0x1f, 0x00, 0x1f, 0x00, 0x00, 0x00, &rx_buffer_hooks,      "DS39662 sec. 3.2.1") \
	X(ERXRDPTL, ETH, 0xfa, 0x00, 0xff, 0x00, 0x00, 0x00, &read_low_hooks,       "DS39662 sec. 3.2.1") \
	X(ERXRDPTH, ETH, 0x05, 0x00, 0x1f, 0x00, 0x00, 0x00, &read_high_hooks,      "DS39662 sec. 3.2.1") \
	X(ERXWRPTL, ETH, 0x00, 0x00, 0x00, 0x00, 0xff, 0x00, NULL,                  "DS39662 sec. 3.2.1") \
	X(ERXWRPTH, ETH, 0x00, 0x00, 0x00, 0x00, 0x1f, 0x00, NULL,                  "DS39662 sec. 3.2.1") \
	X(EDMASTL,  ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &dma_pointer_hooks,    "DS39662 sec. 13.0") \
	X(EDMASTH,  ETH, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00, &dma_pointer_hooks,    "DS39662 sec. 13.0") \
	X(EDMANDL,  ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &dma_pointer_hooks,    "DS39662 sec. 13.0") \
	X(EDMANDH,  ETH, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00, &dma_pointer_hooks,    "DS39662 sec. 13.0") \
	X(EDMADSTL, ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &dma_pointer_hooks,    "DS39662 sec. 13.1") \
	X(EDMADSTH, ETH, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00, &dma_pointer_hooks,    "DS39662 sec. 13.1") \
	X(EDMACSL,  ETH, 0x00, 0x00, 0x00, 0x00, 0xff, 0x00, NULL,                  "DS39662 sec. 13.2") \
	X(EDMACSH,  ETH, 0x00, 0x00, 0x00, 0x00, 0xff, 0x00, NULL,                  "DS39662 sec. 13.2") \
	X(EIE,      ETH, 0x00, 0x00, 0xfb, 0x00, 0x00, 0x04, NULL,                  "DS39662 register 12-2") \
	X(EIR,      ETH, 0x00, 0x00, 0x00, 0x2b, 0x50, 0x04, &eir_hooks,            "DS39662 register 12-3") \
	X(ESTAT,    ETH, 0x00, 0x01, 0x00, 0x52, 0x85, 0x20, &estat_hooks,          "DS39662 register 12-1") \
	X(ECON2,    ETH, 0x80, 0x00, 0xe8, 0x00, 0x00, 0x10, &econ2_hooks,          "DS39662 register 3-2") \
	X(ECON1,    ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &econ1_hooks,          "DS39662 register 3-1") \
	X(EHT0,     ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.4") \
	X(EHT1,     ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.4") \
	X(EHT2,     ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.4") \
	X(EHT3,     ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.4") \
	X(EHT4,     ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.4") \
	X(EHT5,     ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.4") \
	X(EHT6,     ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.4") \
	X(EHT7,     ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.4") \
	X(EPMM0,    ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMM1,    ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMM2,    ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMM3,    ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMM4,    ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMM5,    ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMM6,    ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMM7,    ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMCSL,   ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMCSH,   ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMOL,    ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(EPMOH,    ETH, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 8.2") \
	X(ERXFCON,  ETH, 0xa1, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 register 8-1") \
	X(EPKTCNT,  ETH, 0x00, 0x00, 0x00, 0x00, 0xff, 0x00, &packet_count_hooks,   "DS39662 sec. 7.2.4") \
	X(MACON1,   MAC, 0x00, 0x00, 0x0f, 0x00, 0x00, 0x10, NULL,                  "DS39662 register 6-1") \
	X(MACON3,   MAC, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &macon3_hooks,         "DS39662 register 6-2") \
	X(MACON4,   MAC, 0x00, 0x00, 0x70, 0x00, 0x00, 0x03, NULL,                  "DS39662 register 6-3") \
	X(MABBIPG,  MAC, 0x00, 0x00, 0x7f, 0x00, 0x00, 0x00, NULL,                  "DS39662 register 6-4") \
	X(MAIPGL,   MAC, 0x00, 0x00, 0x7f, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 6.5") \
	X(MAIPGH,   MAC, 0x00, 0x00, 0x7f, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 6.5") \
	X(MACLCON1, MAC, 0x0f, 0x00, 0x0f, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 6.5") \
	X(MACLCON2, MAC, 0x37, 0x00, 0x3f, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 6.5") \
	X(MAMXFLL,  MAC, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 6.5") \
	X(MAMXFLH,  MAC, 0x06, 0x00, 0xff, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 6.5") \
	X(MICMD,    MII, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, &mii_command_hooks,    "DS39662 register 3-3") \
	X(MIREGADR, MII, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00, &mii_address_hooks,    "DS39662 sec. 3.3") \
	X(MIWRL,    MII, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &mii_address_hooks,    "DS39662 sec. 3.3.2") \
	X(MIWRH,    MII, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &mii_write_high_hooks, "DS39662 sec. 3.3.2") \
	X(MIRDL,    MII, 0x00, 0x00, 0x00, 0x00, 0xff, 0x00, NULL,                  "DS39662 sec. 3.3.1") \
	X(MIRDH,    MII, 0x00, 0x00, 0x00, 0x00, 0xff, 0x00, NULL,                  "DS39662 sec. 3.3.1") \
	X(MAADR5,   MAC, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 6.5") \
	X(MAADR6,   MAC, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 6.5") \
	X(MAADR3,   MAC, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 6.5") \
	X(MAADR4,   MAC, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 6.5") \
	X(MAADR1,   MAC, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 6.5") \
	X(MAADR2,   MAC, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &filter_hooks,         "DS39662 sec. 6.5") \
	X(EBSTSD,   ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 15.0") \
	X(EBSTCON,  ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, &self_test_hooks,      "DS39662 register 15-1") \
	X(EBSTCSL,  ETH, 0x00, 0x00, 0x00, 0x00, 0xff, 0x00, NULL,                  "DS39662 sec. 15.0") \
	X(EBSTCSH,  ETH, 0x00, 0x00, 0x00, 0x00, 0xff, 0x00, NULL,                  "DS39662 sec. 15.0") \
	X(MISTAT,   MII, 0x00, 0x00, 0x00, 0x00, 0x07, 0x08, &mii_status_hooks,     "DS39662 register 3-4") \
	X(EREVID,   ETH, 0x00, 0x00, 0x00, 0x00, 0x1f, 0x00, &revision_hooks,       "DS39662 sec. 1.0, DS80349 table 1") \
	X(ECOCON,   ETH, 0x04, 0x07, 0x07, 0x00, 0x00, 0x00, NULL,                  "DS39662 register 2-1, sec. 2.3") \
	X(EFLOCON,  ETH, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, &flow_control_hooks,   "DS39662 register 10-1") \
	X(EPAUSL,   ETH, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 10.0") \
	X(EPAUSH,   ETH, 0x10, 0x00, 0xff, 0x00, 0x00, 0x00, NULL,                  "DS39662 sec. 10.0")
/* clang-format on */

#define EVERY_BANK_FIRST 0x1bu
#define BANK_OF(index) \
	(uint8_t)((index) >= ENC28J60_EIE && (index) <= ENC28J60_ECON1 ? ENC28J60_EVERY_BANK \
	                                                               : (unsigned)(index) >> 5)

#define AS_ROW(name_, kind_, reset_, keep_, write_, clear_, read_only_, reserved_, hooks_, \
               section_) \
	{.name = #name_, \
	 .bank = BANK_OF(ENC28J60_##name_), \
	 .address = ENC28J60_##name_ & 0x1f, \
	 .kind = ENC28J60_##kind_, \
	 .reset_value = (reset_), \
	 .reset_mask = 0xff & ~(keep_), \
	 .write_mask = (write_), \
	 .clear_mask = (clear_), \
	 .read_only_mask = (read_only_), \
	 .reserved_mask = (reserved_), \
	 .hooks = (hooks_), \
	 .section = (section_)},
#define AS_POSITION(name_, ...) ROW_##name_,
#define AS_INDEX(name_, ...) [ENC28J60_##name_] = ROW_##name_ + 1,

static const struct enc28j60_reg rows[] = {REGISTERS(AS_ROW)};
enum { REGISTERS(AS_POSITION) ROW_COUNT };
/* From index to row number plus 1; 0 means that nothing is there. */
static const uint8_t row_at[STUTTER_ENC28J60_REG_COUNT] = {REGISTERS(AS_INDEX)};

const struct enc28j60_reg *stutter_enc_regs(size_t *ret_count)
{
	*ret_count = ROW_COUNT;
	return rows;
}

static const struct enc28j60_reg *row_of(unsigned index)
{
	return row_at[index] ? &rows[row_at[index] - 1] : NULL;
}

static unsigned fold_common(unsigned index)
{
	return (index & 0x1f) >= EVERY_BANK_FIRST ? index & 0x1f : index;
}

const struct enc28j60_reg *stutter_enc_reg_at(unsigned index)
{
	return index < STUTTER_ENC28J60_REG_COUNT ? row_of(fold_common(index)) : NULL;
}

unsigned stutter_enc_reg_index(const struct stutter_enc28j60 *chip, uint8_t address)
{
	return address >= EVERY_BANK_FIRST
	               ? address
	               : (chip->regs[ENC28J60_ECON1] & (unsigned)ECON1_BSEL) << 5 | address;
}

static uint8_t load(const struct stutter_enc28j60 *chip, const struct enc28j60_reg *reg,
                    unsigned index)
{
	return reg->hooks && reg->hooks->read ? reg->hooks->read(chip, index) : chip->regs[index];
}

/* With an SPI clock below 8 MHz an access to a MAC or MII register may get lost (erratum 1). */
static bool is_too_slow(struct stutter_enc28j60 *chip, unsigned index, uint8_t value)
{
	if (!stutter_enc_has(chip, 1) || chip->config.spi_clock_hz == 0 ||
	    chip->config.spi_clock_hz >= MAC_CLOCK_MIN_HZ)
		return false;
	stutter_enc_report_finding(chip, FINDING_SLOW_SPI, index, value);
	if (!stutter_enc_acts(chip, 1, ++chip->slow_accesses))
		return false;
	stutter_enc_act(chip, index, 0, "the access is lost", "erratum 1");
	return true;
}

/* A write is lost, a read gives 0. */
static bool is_out_of_reach(struct stutter_enc28j60 *chip, const struct enc28j60_reg *reg,
                            unsigned index, uint8_t value)
{
	if (reg->kind == ENC28J60_ETH)
		return false;
	if (stutter_enc_mac_runs(chip))
		return is_too_slow(chip, index, value);
	stutter_enc_report_finding(chip, FINDING_NOT_READY, index, value);
	return true;
}

static void store(struct stutter_enc28j60 *chip, const struct enc28j60_reg *reg, unsigned index,
                  uint8_t value)
{
	uint8_t before = chip->regs[index];
	uint8_t kept = (uint8_t)(before & ~(reg->write_mask | (reg->clear_mask & ~value)));

	if (value & reg->reserved_mask)
		stutter_enc_report_finding(chip, FINDING_RESERVED_BIT, index, value);
	if (reg->hooks && reg->hooks->before_write)
		reg->hooks->before_write(chip, index, value);
	chip->regs[index] = (uint8_t)(kept | (value & reg->write_mask));
	if (reg->hooks && reg->hooks->after_write)
		reg->hooks->after_write(chip, index, before);
}

uint8_t stutter_enc28j60_peek(const struct stutter_enc28j60 *chip, unsigned index)
{
	const struct enc28j60_reg *reg = stutter_enc_reg_at(index);

	return reg ? load(chip, reg, fold_common(index)) : 0;
}

uint8_t stutter_enc_reg_read(struct stutter_enc28j60 *chip, uint8_t address)
{
	unsigned index = stutter_enc_reg_index(chip, address);
	const struct enc28j60_reg *reg = row_of(index);
	uint8_t value;

	if (!reg) {
		stutter_enc_report_finding(chip, FINDING_UNIMPLEMENTED, index, 0);
		return 0;
	}
	if (is_out_of_reach(chip, reg, index, 0))
		return 0;
	value = load(chip, reg, index);
	if (index == ENC28J60_EPKTCNT)
		stutter_enc_rx_counted(chip);
	if (index == ENC28J60_EIR)
		stutter_enc_eir_was_read(chip);
	return value;
}

void stutter_enc_reg_write(struct stutter_enc28j60 *chip, uint8_t address, uint8_t value)
{
	unsigned index = stutter_enc_reg_index(chip, address);
	const struct enc28j60_reg *reg = row_of(index);

	if (!reg)
		stutter_enc_report_finding(chip, FINDING_UNIMPLEMENTED, index, value);
	else if (!(reg->write_mask | reg->clear_mask))
		stutter_enc_report_finding(chip, FINDING_READ_ONLY, index, value);
	else if (!is_out_of_reach(chip, reg, index, value))
		store(chip, reg, index, value);
}

/* BFS and BFC are a read and a write in one command, for ETH registers (DS39662 sec. 4.2.5, 4.2.6).
 */
static bool bit_field_reaches(struct stutter_enc28j60 *chip, uint8_t address, uint8_t mask)
{
	unsigned index = stutter_enc_reg_index(chip, address);
	const struct enc28j60_reg *reg = row_of(index);

	if (!reg || reg->kind == ENC28J60_ETH)
		return true;
	stutter_enc_report_finding(chip, FINDING_BIT_FIELD, index, mask);
	return chip->config.bit_field_ops_reach_mac;
}

void stutter_enc_reg_set(struct stutter_enc28j60 *chip, uint8_t address, uint8_t mask)
{
	unsigned index = stutter_enc_reg_index(chip, address);

	if (!bit_field_reaches(chip, address, mask))
		return;
	if (address == (ENC28J60_ECON1 & 0x1f) && (mask & chip->regs[ENC28J60_ECON1] & ECON1_TXRTS))
		stutter_enc_report_finding(
			chip, chip->tx.stalled ? FINDING_TX_STALLED : FINDING_TXRTS_BUSY, index,
			mask);
	stutter_enc_reg_write(chip, address, chip->regs[index] | mask);
}

void stutter_enc_reg_clear(struct stutter_enc28j60 *chip, uint8_t address, uint8_t mask)
{
	unsigned index = stutter_enc_reg_index(chip, address);

	if (bit_field_reaches(chip, address, mask))
		stutter_enc_reg_write(chip, address, (uint8_t)(chip->regs[index] & ~mask));
}

bool stutter_enc_reg_has_dummy(const struct stutter_enc28j60 *chip, uint8_t address)
{
	const struct enc28j60_reg *reg = row_of(stutter_enc_reg_index(chip, address));

	return reg && reg->kind != ENC28J60_ETH;
}

void stutter_enc_regs_reset(struct stutter_enc28j60 *chip, enum stutter_enc28j60_reset reset)
{
	for (unsigned index = 0; index < STUTTER_ENC28J60_REG_COUNT; index++) {
		const struct enc28j60_reg *reg = row_of(index);
		uint8_t mask;

		if (!reg)
			continue;
		mask = reset == STUTTER_ENC28J60_RESET_POWER ? 0xff : reg->reset_mask;
		chip->regs[index] = (uint8_t)((chip->regs[index] & ~mask) |
		                              (reg->reset_value & mask));
	}
}

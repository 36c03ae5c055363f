/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder know of each other. Nobody outside includes this. */
#ifndef ENC28J60_CHIP_H
#define ENC28J60_CHIP_H

#include "enc28j60.h"

#define ENC28J60_NEVER UINT64_MAX
#define ENC28J60_SRAM_MASK (ENC28J60_SRAM_SIZE - 1u)
/* 10BASE-T: 100 ns a bit. */
#define ENC28J60_BYTE_NS 800u
/* A pause is counted in units of 512 bit times (IEEE 802.3 annex 31B). */
#define ENC28J60_PAUSE_QUANTUM_NS 51200u

/* Ways to be reset (DS39662 sec. 11). */
enum enc28j60_reset { ENC28J60_RESET_POWER, ENC28J60_RESET_PIN, ENC28J60_RESET_SRC };

/* Rows of the table in findings.c. */
enum enc28j60_finding {
	FINDING_SPI_OPCODE,
	FINDING_SPI_CONSTANT,
	FINDING_SPI_EXTRA,
	FINDING_SPI_REPEAT,
	FINDING_SPI_SHORT,
	FINDING_SPI_DUMMY,
	FINDING_SRC_EXTRA,
	FINDING_BIT_FIELD,
	FINDING_UNIMPLEMENTED,
	FINDING_READ_ONLY,
	FINDING_RESERVED_BIT,
	FINDING_NOT_READY,
	FINDING_NOT_READY_START,
	FINDING_SLOW_SPI,
	FINDING_TEMPERATURE,
	FINDING_RBIAS,
	FINDING_RX_EVEN_POINTER,
	FINDING_RX_POINTER_OUTSIDE,
	FINDING_RX_BUFFER_LIVE,
	FINDING_RX_FILTER_LIVE,
	FINDING_RX_BUFFER_SHAPE,
	FINDING_RX_WRITER_OUTSIDE,
	FINDING_DUPLEX_LIVE,
	FINDING_DUPLEX_MISMATCH,
	FINDING_PKTDEC_ZERO,
	FINDING_TXRTS_BUSY,
	FINDING_TXRTS_RESET,
	FINDING_TX_STALLED,
	FINDING_PAUSE_OFF,
	FINDING_TX_EMPTY,
	FINDING_TX_IN_RX,
	FINDING_TX_REGISTER_BUSY,
	FINDING_TX_MEMORY_BUSY,
	FINDING_MII_BUSY,
	FINDING_MII_AGAIN,
	FINDING_PHY_UNIMPLEMENTED,
	FINDING_PHY_RESERVED_BIT,
	FINDING_PHY_IN_RESET,
	FINDING_PHY_SETTLES,
	FINDING_LED_1110,
	FINDING_LOOPBACK,
	FINDING_POWER_SAVE_BUSY,
	FINDING_SRC_POWER_SAVE,
	FINDING_DMA_BUSY,
	FINDING_DMA_ENDLESS,
	FINDING_DMA_ONE_BYTE,
	FINDING_DMA_RECEIVING,
	FINDING_SELF_TEST_BUSY,
	FINDING_COUNT,
};

/* enc28j60.c: events, time. */
_Noreturn void enc28j60_die(const struct enc28j60 *chip, const char *what, uint64_t found, uint64_t limit);
void enc28j60_emit(struct enc28j60 *chip, struct enc28j60_event event);
struct enc28j60_disturbance enc28j60_disturbed(struct enc28j60 *chip, enum enc28j60_site site, unsigned number);
void enc28j60_arm(struct enc28j60 *chip, enum enc28j60_timer timer, uint64_t delay_ns);
void enc28j60_disarm(struct enc28j60 *chip, enum enc28j60_timer timer);
bool enc28j60_armed(const struct enc28j60 *chip, enum enc28j60_timer timer);

static inline bool enc28j60_has(const struct enc28j60 *chip, unsigned erratum)
{
	return chip->config.errata & ENC28J60_ERRATUM(erratum);
}

/* errata.c: whether the chip has an erratum, and whether that acts on its number-th occasion; and the report that it does. */
bool enc28j60_acts(const struct enc28j60 *chip, unsigned erratum, uint64_t number);
void enc28j60_act(struct enc28j60 *chip, unsigned index, unsigned number, const char *text, const char *section);

/* findings.c; index is that of a control register, 0x80 + that of a PHY register, or none. */
#define ENC28J60_NO_REGISTER 0xffffu
void enc28j60_find(struct enc28j60 *chip, enum enc28j60_finding finding, unsigned index, uint32_t value);

/* registers.c */
void enc28j60_regs_reset(struct enc28j60 *chip, enum enc28j60_reset reset);
uint8_t enc28j60_reg_read(struct enc28j60 *chip, uint8_t address);
void enc28j60_reg_write(struct enc28j60 *chip, uint8_t address, uint8_t value);
void enc28j60_reg_set(struct enc28j60 *chip, uint8_t address, uint8_t mask);
void enc28j60_reg_clear(struct enc28j60 *chip, uint8_t address, uint8_t mask);
unsigned enc28j60_reg_index(const struct enc28j60 *chip, uint8_t address);
bool enc28j60_reg_has_dummy(const struct enc28j60 *chip, uint8_t address);

static inline uint16_t enc28j60_reg16(const struct enc28j60 *chip, unsigned low)
{
	return (uint16_t)(chip->regs[low] | chip->regs[low + 1] << 8);
}

static inline void enc28j60_set_reg16(struct enc28j60 *chip, unsigned low, uint16_t value)
{
	chip->regs[low] = (uint8_t)value;
	chip->regs[low + 1] = (uint8_t)(value >> 8);
}

/* buffer.c: the memory and everything that walks in it. */
struct enc28j60_ring {
	uint16_t start;
	uint16_t end;  /* included; below start if the ring spans 1FFFh */
	unsigned size; /* bytes, 1..8192 */
};
struct enc28j60_ring enc28j60_ring(const struct enc28j60 *chip);
bool enc28j60_ring_has(struct enc28j60_ring ring, uint16_t address);
uint16_t enc28j60_ring_add(struct enc28j60_ring ring, uint16_t address, unsigned count);
unsigned enc28j60_ring_distance(struct enc28j60_ring ring, uint16_t from, uint16_t to);
uint16_t enc28j60_ring_put(struct enc28j60 *chip, uint16_t address, const uint8_t *bytes, size_t length);
uint16_t enc28j60_source_next(const struct enc28j60 *chip, uint16_t address);
void enc28j60_memory_read(struct enc28j60 *chip, uint8_t *ret_bytes, size_t length);
void enc28j60_memory_write(struct enc28j60 *chip, const uint8_t *bytes, size_t length);

/* receive.c */
void enc28j60_rx_arrive(struct enc28j60 *chip, const uint8_t *frame, size_t length, bool from_wire);
void enc28j60_rx_buffer_moved(struct enc28j60 *chip);
void enc28j60_rx_packet_done(struct enc28j60 *chip);
void enc28j60_rx_counted(struct enc28j60 *chip);
void enc28j60_rx_reset(struct enc28j60 *chip);

/* filter.c */
bool enc28j60_filter_is_own(const struct enc28j60 *chip, const uint8_t *address);
bool enc28j60_filter_accepts(const struct enc28j60 *chip, const uint8_t *frame, size_t length, bool pattern_passes);

/* frame.c: what both MAC directions see in a frame of at least ENC28J60_FRAME_MIN bytes. */
#define ENC28J60_FRAME_MIN 18u
uint32_t enc28j60_frame_fcs(const struct enc28j60 *chip, const uint8_t *frame, size_t length);
bool enc28j60_frame_is_broadcast(const uint8_t *frame);
bool enc28j60_frame_is_multicast(const uint8_t *frame);
unsigned enc28j60_frame_type(const uint8_t *frame);
bool enc28j60_frame_is_control(const uint8_t *frame);
bool enc28j60_frame_is_pause(const uint8_t *frame);
bool enc28j60_frame_is_vlan(const uint8_t *frame);
bool enc28j60_frame_length_is_wrong(const uint8_t *frame, size_t length);

/* transmit.c */
void enc28j60_tx_request(struct enc28j60 *chip);
void enc28j60_tx_retry(struct enc28j60 *chip);
void enc28j60_tx_cancel(struct enc28j60 *chip);
void enc28j60_tx_reset(struct enc28j60 *chip, const char *text);
void enc28j60_tx_released(struct enc28j60 *chip);
void enc28j60_tx_answer(struct enc28j60 *chip, const struct enc28j60_tx_status *status);
void enc28j60_tx_left_mac(struct enc28j60 *chip);
void enc28j60_tx_pause(struct enc28j60 *chip, unsigned quanta);

bool enc28j60_tx_reaches_wire(const struct enc28j60 *chip);
bool enc28j60_tx_hears_itself(const struct enc28j60 *chip);

/* flow.c: pause frames and backpressure of our own. */
void enc28j60_flow_changed(struct enc28j60 *chip);
void enc28j60_flow_resume(struct enc28j60 *chip);
void enc28j60_flow_idle(struct enc28j60 *chip);
bool enc28j60_flow_release(struct enc28j60 *chip);
void enc28j60_flow_sent(struct enc28j60 *chip);
void enc28j60_flow_gap_over(struct enc28j60 *chip);
void enc28j60_flow_period_over(struct enc28j60 *chip);
void enc28j60_flow_suspend(struct enc28j60 *chip);
void enc28j60_flow_reset(struct enc28j60 *chip);

/* interrupt.c */
uint8_t enc28j60_eir(const struct enc28j60 *chip);
void enc28j60_eir_was_read(struct enc28j60 *chip);
bool enc28j60_int_pending(const struct enc28j60 *chip);

/* mii.c, phy.c */
void enc28j60_mii_reset(struct enc28j60 *chip);
void enc28j60_mii_done(struct enc28j60 *chip);
void enc28j60_mii_start_write(struct enc28j60 *chip);
void enc28j60_mii_command(struct enc28j60 *chip, uint8_t before);
uint8_t enc28j60_mii_status(const struct enc28j60 *chip);
void enc28j60_phy_reset(struct enc28j60 *chip);
void enc28j60_phy_reset_done(struct enc28j60 *chip);
void enc28j60_phy_start(struct enc28j60 *chip);
void enc28j60_phy_stop(struct enc28j60 *chip);
void enc28j60_phy_set_cable(struct enc28j60 *chip, bool up);
void enc28j60_phy_set_activity(struct enc28j60 *chip, bool receiving, bool colliding);
void enc28j60_phy_link_found(struct enc28j60 *chip);
bool enc28j60_phy_link_is_up(const struct enc28j60 *chip);
bool enc28j60_phy_inverts(const struct enc28j60 *chip);
bool enc28j60_phy_reaches_wire(const struct enc28j60 *chip);
uint16_t enc28j60_phy_read(struct enc28j60 *chip, uint8_t address);
void enc28j60_phy_write(struct enc28j60 *chip, uint8_t address, uint16_t value);

/* dma.c */
uint32_t enc28j60_checksum_add(uint32_t sum, unsigned position, uint8_t byte);
uint16_t enc28j60_checksum_end(uint32_t sum);
void enc28j60_dma_request(struct enc28j60 *chip);
void enc28j60_dma_cancel(struct enc28j60 *chip);
void enc28j60_dma_retry(struct enc28j60 *chip);
void enc28j60_dma_done(struct enc28j60 *chip);
void enc28j60_dma_reset(struct enc28j60 *chip);
bool enc28j60_dma_summed_up_since(const struct enc28j60 *chip, uint64_t since_ns);

/* self_test.c */
void enc28j60_self_test_changed(struct enc28j60 *chip);
void enc28j60_self_test_done(struct enc28j60 *chip);
void enc28j60_self_test_reset(struct enc28j60 *chip);

/* power.c: reset, start-up, power save. */
bool enc28j60_mac_runs(const struct enc28j60 *chip);
bool enc28j60_phy_runs(const struct enc28j60 *chip);
void enc28j60_reset(struct enc28j60 *chip, enum enc28j60_reset reset);
void enc28j60_startup_done(struct enc28j60 *chip);
void enc28j60_settle_done(struct enc28j60 *chip);
void enc28j60_phy_settle_done(struct enc28j60 *chip);
void enc28j60_power_save_changed(struct enc28j60 *chip, bool save);

#endif

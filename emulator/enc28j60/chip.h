/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the chip: what the files of this folder know of each other.
 *
 * All of it runs within a public call, which has brought the chip up to its now_ns; so everything
 * here happens at chip->now_ns and none of it may move that. A chip is never NULL. What the guest
 * has done wrong is no error to a caller: it is reported as a finding, and the function does what
 * silicon does.
 *
 * Names that the files share start with `stutter_enc_`. They are hidden, and local in the library.
 */
#ifndef ENC28J60_CHIP_H
#define ENC28J60_CHIP_H

#include "enc28j60.h"
#include "registers.h"
#include "tables.h"

#pragma GCC visibility push(hidden)

#define ENC28J60_NEVER UINT64_MAX
#define ENC28J60_SRAM_MASK (STUTTER_ENC28J60_SRAM_SIZE - 1u)
/* 10BASE-T: 100 ns a bit. */
#define ENC28J60_BYTE_NS 800u
/* A pause is counted in units of 512 bit times (IEEE 802.3 annex 31B). */
#define ENC28J60_PAUSE_QUANTUM_NS 51200u

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

/* -- enc28j60.c: events and time -- */

/* Ends the process: a caller broke the contract. what says which value, and its unit. */
_Noreturn void stutter_enc_die(const struct stutter_enc28j60 *chip, const char *what,
                               uint64_t found, uint64_t limit);
/* Tells the listener, if there is one. now_ns is filled in; text must be set. */
void stutter_enc_emit(struct stutter_enc28j60 *chip, struct stutter_enc28j60_event event);
/* Asks the surroundings at a site; all zero if they have nothing to say. Once for each number. */
struct stutter_enc28j60_effect stutter_enc_injected(struct stutter_enc28j60 *chip,
                                                    enum stutter_enc28j60_site site,
                                                    unsigned number);
/* Sets a timer, which may run already. When it runs out, it is off and its row is called. */
void stutter_enc_arm(struct stutter_enc28j60 *chip, enum stutter_enc28j60_timer timer,
                     uint64_t delay_ns);
/* Stops it; nothing if it is off. */
void stutter_enc_disarm(struct stutter_enc28j60 *chip, enum stutter_enc28j60_timer timer);
bool stutter_enc_armed(const struct stutter_enc28j60 *chip, enum stutter_enc28j60_timer timer);

/* Whether the chip has an erratum, 1 to 19. */
static inline bool stutter_enc_has(const struct stutter_enc28j60 *chip, unsigned erratum)
{
	return chip->config.errata & STUTTER_ENC28J60_ERRATUM(erratum);
}

/* -- errata.c -- */

/*
 * Whether the chip has an erratum, 1 to 19, and it acts on its number-th event. Asking twice
 * gives the same answer.
 */
bool stutter_enc_acts(const struct stutter_enc28j60 *chip, unsigned erratum, uint64_t number);
/*
 * Reports that one acts. index is a control register or ENC28J60_NO_REGISTER, number that of the
 * frame concerned or 0; the strings are constants.
 */
void stutter_enc_act(struct stutter_enc28j60 *chip, unsigned index, unsigned number,
                     const char *text, const char *section);

/* -- findings.c -- */

#define ENC28J60_NO_REGISTER 0xffffu
/*
 * Reports a finding or a note. index is that of a control register, STUTTER_ENC28J60_REG_COUNT +
 * that of a PHY register, or ENC28J60_NO_REGISTER; value is what was written or found.
 */
void stutter_enc_report_finding(struct stutter_enc28j60 *chip, enum enc28j60_finding finding,
                                unsigned index, uint32_t value);

/*
 * -- registers.c --
 *
 * address is that of an SPI command, 0 to 31, in the bank that ECON1 selects. The four accesses are
 * those of the host: hooks run, and what is wrong is found. The chip itself uses chip->regs.
 */
void stutter_enc_regs_reset(struct stutter_enc28j60 *chip, enum stutter_enc28j60_reset reset);
uint8_t stutter_enc_reg_read(struct stutter_enc28j60 *chip, uint8_t address);
void stutter_enc_reg_write(struct stutter_enc28j60 *chip, uint8_t address, uint8_t value);
void stutter_enc_reg_set(struct stutter_enc28j60 *chip, uint8_t address, uint8_t mask);
void stutter_enc_reg_clear(struct stutter_enc28j60 *chip, uint8_t address, uint8_t mask);
/* bank * 32 + address, whether or not a register is there; those of every bank count to bank 0. */
unsigned stutter_enc_reg_index(const struct stutter_enc28j60 *chip, uint8_t address);
/* Whether RCR sends a dummy byte first: MAC and MII registers (DS39662 sec. 4.2.1). */
bool stutter_enc_reg_has_dummy(const struct stutter_enc28j60 *chip, uint8_t address);

/* low is the index of the low byte of a 16-bit register. No hook runs. */
static inline uint16_t stutter_enc_reg16(const struct stutter_enc28j60 *chip, unsigned low)
{
	return (uint16_t)(chip->regs[low] | chip->regs[low + 1] << 8);
}

static inline void stutter_enc_set_reg16(struct stutter_enc28j60 *chip, unsigned low,
                                         uint16_t value)
{
	chip->regs[low] = (uint8_t)value;
	chip->regs[low + 1] = (uint8_t)(value >> 8);
}

/*
 * -- buffer.c: the memory and everything that walks in it --
 *
 * Every address is below STUTTER_ENC28J60_SRAM_SIZE.
 */
struct enc28j60_ring {
	uint16_t start;
	uint16_t end;  /* included; below start if the ring spans 1FFFh */
	unsigned size; /* bytes, 1..8192 */
};
/* The receive ring as ERXST and ERXND have it now. */
struct enc28j60_ring stutter_enc_ring(const struct stutter_enc28j60 *chip);
bool stutter_enc_ring_has(struct enc28j60_ring ring, uint16_t address);
/* Where a writer of received frames is count bytes after address, which may be outside the ring. */
uint16_t stutter_enc_ring_add(struct enc28j60_ring ring, uint16_t address, unsigned count);
/* How many bytes that is from one address to another; to must be in the ring. */
unsigned stutter_enc_ring_distance(struct enc28j60_ring ring, uint16_t from, uint16_t to);
/* Copies at most the ring's size of bytes from address on. Returns the address behind them. */
uint16_t stutter_enc_ring_put(struct stutter_enc28j60 *chip, uint16_t address, const uint8_t *bytes,
                              size_t length);
/* The address after one that RBM or the DMA has read. */
uint16_t stutter_enc_source_next(const struct stutter_enc28j60 *chip, uint16_t address);
/* RBM and WBM, with ERDPT and EWRPT; any number of bytes. */
void stutter_enc_memory_read(struct stutter_enc28j60 *chip, uint8_t *ret_bytes, size_t length);
void stutter_enc_memory_write(struct stutter_enc28j60 *chip, const uint8_t *bytes, size_t length);

/* -- receive.c -- */

/*
 * The last bit of a frame is there, 1 .. STUTTER_ENC28J60_FRAME_MAX bytes with FCS; from_wire is
 * false if the chip hears itself. Whatever becomes of it, it is an rx#n and one event.
 */
void stutter_enc_rx_arrive(struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length,
                           bool from_wire);
/* The host has written ERXST or ERXND, which already have the new value. */
void stutter_enc_rx_buffer_moved(struct stutter_enc28j60 *chip);
/* The host has set PKTDEC. */
void stutter_enc_rx_packet_done(struct stutter_enc28j60 *chip);
/* The host has read EPKTCNT. */
void stutter_enc_rx_counted(struct stutter_enc28j60 *chip);
/* RXRST was set. */
void stutter_enc_rx_reset(struct stutter_enc28j60 *chip);

/* -- filter.c: length bytes, FCS included, at least ENC28J60_FRAME_MIN -- */

/* Whether six bytes are the station's address. */
bool stutter_enc_filter_is_own(const struct stutter_enc28j60 *chip, const uint8_t *address);
/* pattern_passes takes the pattern filter for met, if it is on. */
bool stutter_enc_filter_accepts(const struct stutter_enc28j60 *chip, const uint8_t *frame,
                                size_t length, bool pattern_passes);

/* -- frame.c: what both MAC directions see in a frame of at least ENC28J60_FRAME_MIN bytes -- */

#define ENC28J60_FRAME_MIN 18u
/* Over length bytes, a proprietary header left out; any length. */
uint32_t stutter_enc_frame_fcs(const struct stutter_enc28j60 *chip, const uint8_t *frame,
                               size_t length);
/* Of the destination address. A broadcast is no multicast. */
bool stutter_enc_frame_is_broadcast(const uint8_t *frame);
bool stutter_enc_frame_is_multicast(const uint8_t *frame);
/* The type or length field. */
unsigned stutter_enc_frame_type(const uint8_t *frame);
/*
 * By that field: a MAC control frame (IEEE 802.3 clause 31), one that is a pause frame (annex 31B),
 * a frame with a VLAN tag.
 */
bool stutter_enc_frame_is_control(const uint8_t *frame);
bool stutter_enc_frame_is_pause(const uint8_t *frame);
bool stutter_enc_frame_is_vlan(const uint8_t *frame);
/* length includes the FCS. */
bool stutter_enc_frame_length_is_wrong(const uint8_t *frame, size_t length);

/*
 * -- transmit.c --
 *
 * The states and what may happen in each are at its head. All may be called in every state, except
 * where it says so.
 */

/* TXRTS has changed from 0 to 1. */
void stutter_enc_tx_request(struct stutter_enc28j60 *chip);
/* Something that a transmission may wait for has ended: DMA, pause, gap, clock. */
void stutter_enc_tx_retry(struct stutter_enc28j60 *chip);
/* TXRTS has changed from 1 to 0. */
void stutter_enc_tx_cancel(struct stutter_enc28j60 *chip);
/* TXRST was set, or a reset or power save begins; text says which. */
void stutter_enc_tx_reset(struct stutter_enc28j60 *chip, const char *text);
/* TXRST has changed from 1 to 0. */
void stutter_enc_tx_released(struct stutter_enc28j60 *chip);
/* The wire's answer; aborts if chip->tx.on_wire is not set. */
void stutter_enc_tx_answer(struct stutter_enc28j60 *chip,
                           const struct stutter_enc28j60_tx_status *status);
/* The timer of a frame that does not reach the wire has run out; only while it is busy. */
void stutter_enc_tx_left_mac(struct stutter_enc28j60 *chip);
/* A pause frame has come for the station: nothing starts for so many units of 512 bit times. */
void stutter_enc_tx_pause(struct stutter_enc28j60 *chip, unsigned quanta);

/* Whether what starts now goes to ops->transmit, which is set then. */
bool stutter_enc_tx_reaches_wire(const struct stutter_enc28j60 *chip);
/* Whether the chip's receiver gets what it sends. */
bool stutter_enc_tx_hears_itself(const struct stutter_enc28j60 *chip);

/* -- render.c -- */

/*
 * Renders the frame from chip->tx.start to chip->tx.end, as memory and registers are now, into
 * chip->tx: frame, length, status, status_high, cut. The length is 0 if there is nothing to send.
 */
void stutter_enc_tx_render(struct stutter_enc28j60 *chip);

/* -- flow.c: pause frames and backpressure of its own -- */

/* EFLOCON was written, the duplex mode has changed, or the clock is back. */
void stutter_enc_flow_changed(struct stutter_enc28j60 *chip);
/* Something that flow control may wait for has ended. */
void stutter_enc_flow_resume(struct stutter_enc28j60 *chip);
/* The transmitter has just become free; chip->tx.busy and chip->flow.busy say so. */
void stutter_enc_flow_idle(struct stutter_enc28j60 *chip);
/*
 * A frame of the host could start. Returns whether it has to wait, for the gap behind the preamble;
 * then stutter_enc_tx_retry() comes when that is over.
 */
bool stutter_enc_flow_release(struct stutter_enc28j60 *chip);
/* The pause frame under way has left, or the wire has given it up; only if chip->flow.busy. */
void stutter_enc_flow_sent(struct stutter_enc28j60 *chip);
/* The timers for the gap and for the next pause frame have run out. */
void stutter_enc_flow_gap_over(struct stutter_enc28j60 *chip);
void stutter_enc_flow_period_over(struct stutter_enc28j60 *chip);
/* TXRST: what is under way stops, and is due again. */
void stutter_enc_flow_suspend(struct stutter_enc28j60 *chip);
/* A reset or power save: it stops for good. */
/* Pause timers and backpressure end; what is on the wire is cancelled. Their numbers go on. */
void stutter_enc_flow_reset(struct stutter_enc28j60 *chip);

/* -- interrupt.c -- */

/* EIR as a read of it now would have it. */
uint8_t stutter_enc_eir(const struct stutter_enc28j60 *chip);
/* The host has read EIR; after stutter_enc_eir(), for the next read may differ (erratum 6). */
void stutter_enc_eir_was_read(struct stutter_enc28j60 *chip);
/* Whether an enabled flag is set, whatever INTIE says. */
bool stutter_enc_int_pending(const struct stutter_enc28j60 *chip);

/* -- mii.c -- */

/* An operation or a scan under way ends without effect. Their numbers go on. */
void stutter_enc_mii_reset(struct stutter_enc28j60 *chip);
/* The timer of the operation under way has run out. */
void stutter_enc_mii_done(struct stutter_enc28j60 *chip);
/* The host has written MIWRH. */
void stutter_enc_mii_start_write(struct stutter_enc28j60 *chip);
/* The host has written MICMD; before is its former value. */
void stutter_enc_mii_command(struct stutter_enc28j60 *chip, uint8_t before);
/* MISTAT. */
uint8_t stutter_enc_mii_status(const struct stutter_enc28j60 *chip);

/* -- phy.c -- */

/* Registers and latches; the link is not touched. */
void stutter_enc_phy_reset(struct stutter_enc28j60 *chip);
/* The timer of PHCON1.PRST has run out. */
void stutter_enc_phy_reset_done(struct stutter_enc28j60 *chip);
/* Looks for the link, unless something still keeps the PHY from working. */
void stutter_enc_phy_start(struct stutter_enc28j60 *chip);
/* It stops and loses the link. */
void stutter_enc_phy_stop(struct stutter_enc28j60 *chip);
/* The link partner's pulses come or go. */
void stutter_enc_phy_set_cable(struct stutter_enc28j60 *chip, bool up);
/* Whether a carrier is on the wire, and whether it collides with what the chip sends. */
void stutter_enc_phy_set_activity(struct stutter_enc28j60 *chip, bool receiving, bool colliding);
/* The timer for the link has run out. */
void stutter_enc_phy_link_found(struct stutter_enc28j60 *chip);
/* Whether every bit that arrives is inverted (erratum 7). */
bool stutter_enc_phy_inverts(const struct stutter_enc28j60 *chip);
/* Whether PHY and wire have a link to each other, PHCON2.FRCLNK included, and no loopback is on. */
bool stutter_enc_phy_reaches_wire(const struct stutter_enc28j60 *chip);
/* MII accesses at their end, address 0 to 31; reading may clear latches. */
uint16_t stutter_enc_phy_read(struct stutter_enc28j60 *chip, uint8_t address);
void stutter_enc_phy_write(struct stutter_enc28j60 *chip, uint8_t address, uint16_t value);

/* -- dma.c -- */

/* Adds the byte at a position, from 0, to an IP checksum; the first sum is 0. */
uint32_t stutter_enc_checksum_add(uint32_t sum, unsigned position, uint8_t byte);
/* The checksum of what was added. */
uint16_t stutter_enc_checksum_end(uint32_t sum);
/* DMAST has changed from 0 to 1. */
void stutter_enc_dma_request(struct stutter_enc28j60 *chip);
/* DMAST has changed from 1 to 0. */
void stutter_enc_dma_cancel(struct stutter_enc28j60 *chip);
/* A transmission has ended that the DMA may have waited for. */
void stutter_enc_dma_retry(struct stutter_enc28j60 *chip);
/* The timer of the DMA has run out. */
void stutter_enc_dma_done(struct stutter_enc28j60 *chip);
/* A transfer under way is given up. */
void stutter_enc_dma_reset(struct stutter_enc28j60 *chip);
/* Whether a checksum was computed at any time after since_ns, which is not after now. */
bool stutter_enc_dma_summed_up_since(const struct stutter_enc28j60 *chip, uint64_t since_ns);

/* -- self_test.c -- */

/* The host has written EBSTCON. */
void stutter_enc_self_test_changed(struct stutter_enc28j60 *chip);
/* The timer of the self-test has run out. */
void stutter_enc_self_test_done(struct stutter_enc28j60 *chip);
/* A test under way is given up. */
void stutter_enc_self_test_reset(struct stutter_enc28j60 *chip);

/* -- power.c: reset, start-up, power save -- */

/* Whether MAC and MII have their clock, and whether the PHY registers are within reach besides. */
bool stutter_enc_mac_runs(const struct stutter_enc28j60 *chip);
bool stutter_enc_phy_runs(const struct stutter_enc28j60 *chip);
/* Any reset, in any state; SRC may go unheard (erratum 19). */
void stutter_enc_reset(struct stutter_enc28j60 *chip, enum stutter_enc28j60_reset reset);
/* The timers after power on, SRC and the pin have run out. */
void stutter_enc_startup_done(struct stutter_enc28j60 *chip);
void stutter_enc_settle_done(struct stutter_enc28j60 *chip);
void stutter_enc_phy_settle_done(struct stutter_enc28j60 *chip);
/* ECON2.PWRSV has changed to save. */
void stutter_enc_power_save_changed(struct stutter_enc28j60 *chip, bool save);

#pragma GCC visibility pop

#endif

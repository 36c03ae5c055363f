/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A register-accurate model of the Microchip ENC28J60, an Ethernet controller (10BASE-T MAC and
 * PHY) behind SPI.
 *
 *                      +----------+
 *            VCAP  1 --|          |-- 28 VDD
 *             VSS  2 --|          |-- 27 LEDA
 *          CLKOUT  3 --|          |-- 26 LEDB     wiring decides PHCON1.PDPXMD at reset
 *     out    /INT  4 --|          |-- 25 VDDOSC
 *              NC  5 --|          |-- 24 OSC2
 *     out  SO/MISO 6 --| ENC28J60 |-- 23 OSC1     25 MHz
 *     in   SI/MOSI 7 --|          |-- 22 VSSOSC
 *     in      SCK  8 --|          |-- 21 VSSPLL
 *     in      /CS  9 --|          |-- 20 VDDPLL
 *     in   /RESET 10 --|          |-- 19 VDDRX
 *           VSSRX 11 --|          |-- 18 VSSTX
 *     in    TPIN- 12 --|          |-- 17 TPOUT+   out
 *     in    TPIN+ 13 --|          |-- 16 TPOUT-   out
 *           RBIAS 14 --|          |-- 15 VDDTX
 *                      +----------+
 *
 * Lifecycle: stutter_enc28j60_init() is power on; then any call in any order, each with the instant
 * at which it happens. There is no close: the chip is plain data and owns nothing. Copying the
 * struct is a snapshot; stutter_enc28j60_attach() gives the copy its own listener.
 *
 * Time: `now_ns` never goes backwards. Every call first does what was due until then, each thing at
 * its own instant. The chip has no clock; stutter_enc28j60_next() says when it next acts by itself.
 *
 * Three kinds of wrong: what the guest must not do is an event (finding), what this model lacks is
 * an event (not modelled), and a caller that breaks this contract is ended by abort() with both
 * values on standard error.
 *
 * Names: whatever this header and the library define starts with `stutter_enc28j60_` or
 * `STUTTER_ENC28J60_`, members aside. So a driver of the chip keeps its `enc28j60_init()`, its
 * `struct enc28j60` and its `ECON1_RXEN` in the same program, and in the same source. For that
 * reason no register has a name here; a register is the number that its driver has for it.
 *
 * Threads: calls for one chip must not overlap; chips know nothing of each other.
 *
 * Citations: DS39662 is the data sheet, "erratum n" is item n of the silicon errata sheet DS80349.
 */
#ifndef STUTTER_ENC28J60_H
#define STUTTER_ENC28J60_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "enc28j60_state.h"
#include "enc28j60_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @param revision the silicon
 * @return what it has, as stutter_enc28j60_config.errata (DS80349 table 2); 0 if it was never sold
 */
uint32_t stutter_enc28j60_errata(enum stutter_enc28j60_revision revision);

/**
 * @param ret_count receives the number of rows
 * @return the errata sheet, in its order
 */
const struct stutter_enc28j60_erratum *stutter_enc28j60_errata_table(size_t *ret_count);

/**
 * The chip that people have on their boards: a plain B7 whose errata act as often as on silicon,
 * wired for half duplex, at 25 degrees Celsius. For the worst case set errata_worst to what errata
 * is.
 *
 * @return a configuration to change and pass to stutter_enc28j60_init()
 */
struct stutter_enc28j60_config stutter_enc28j60_config_default(void);

/**
 * Powers the chip on. Calls ops->event.
 *
 * @param chip   overwritten whatever it held
 * @param config copied; NULL means stutter_enc28j60_config_default()
 * @param ops    kept by reference, must outlive the chip; NULL means nobody listens
 * @param ctx    passed to ops
 * @param now_ns the instant power comes up
 */
void stutter_enc28j60_init(struct stutter_enc28j60 *chip,
                           const struct stutter_enc28j60_config *config,
                           const struct stutter_enc28j60_ops *ops, void *ctx, uint64_t now_ns);

/**
 * Gives a chip, usually a copy, another listener. Nothing is called. A frame for which the former
 * listener owes an answer is now owed by this one.
 *
 * @param chip the chip
 * @param ops  as for stutter_enc28j60_init()
 * @param ctx  passed to ops
 */
void stutter_enc28j60_attach(struct stutter_enc28j60 *chip, const struct stutter_enc28j60_ops *ops,
                             void *ctx);

/**
 * Pulses the RESET pin (DS39662 sec. 11.2).
 *
 * @param chip   the chip
 * @param now_ns when the pin rises again
 */
void stutter_enc28j60_reset_pin(struct stutter_enc28j60 *chip, uint64_t now_ns);

/**
 * The supply dips: everything is as after power on, while the host knows nothing of it. The memory
 * keeps what it has, and numbers go on.
 *
 * @param chip   the chip
 * @param now_ns when the supply is back
 */
void stutter_enc28j60_brown_out(struct stutter_enc28j60 *chip, uint64_t now_ns);

/**
 * CS falls: a command begins. Selecting a selected chip begins a new command.
 *
 * @param chip   the chip
 * @param now_ns when
 */
void stutter_enc28j60_select(struct stutter_enc28j60 *chip, uint64_t now_ns);

/**
 * Exchanges one byte on SPI.
 *
 * @param chip   the chip; if CS is high it does not listen
 * @param mosi   the byte from the host
 * @param now_ns when its last bit is clocked
 * @return the byte on MISO; 0xFF where the chip does not drive the line
 */
uint8_t stutter_enc28j60_exchange(struct stutter_enc28j60 *chip, uint8_t mosi, uint64_t now_ns);

/**
 * CS rises: the command ends. Nothing happens if CS is high already.
 *
 * @param chip   the chip
 * @param now_ns when
 */
void stutter_enc28j60_deselect(struct stutter_enc28j60 *chip, uint64_t now_ns);

/**
 * A whole command at one instant: select, every byte, deselect. Equal in effect to the single
 * calls, and fast for RBM and WBM.
 *
 * @param chip     the chip
 * @param mosi     the bytes from the host
 * @param ret_miso receives as many bytes; NULL if nobody reads; may be the same memory as mosi
 * @param length   how many bytes
 * @param now_ns   when
 */
void stutter_enc28j60_transfer(struct stutter_enc28j60 *chip, const uint8_t *mosi,
                               uint8_t *ret_miso, size_t length, uint64_t now_ns);

/**
 * A frame has arrived at the jack. Whether the chip takes it is told by an event.
 *
 * @param chip   the chip
 * @param frame  destination address first, FCS included; not kept
 * @param length 1 .. STUTTER_ENC28J60_FRAME_MAX bytes
 * @param now_ns when its last bit arrived
 */
void stutter_enc28j60_receive(struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length,
                              uint64_t now_ns);

/**
 * Answers ops->transmit, for a frame of the host or a pause frame. Only while that frame is under
 * way; anything else aborts.
 *
 * @param chip   the chip
 * @param status how it ended
 * @param now_ns when its last bit left or it was given up
 */
void stutter_enc28j60_transmitted(struct stutter_enc28j60 *chip,
                                  const struct stutter_enc28j60_tx_status *status, uint64_t now_ns);

/**
 * The cable gets or loses link pulses. Telling what is already so does nothing. After power on
 * there is no link partner.
 *
 * @param chip   the chip
 * @param up     whether there is a link partner
 * @param now_ns when the PHY notices
 */
void stutter_enc28j60_set_link(struct stutter_enc28j60 *chip, bool up, uint64_t now_ns);

/**
 * What is on the wire right now, for ESTAT.RXBUSY, PHSTAT2.RXSTAT and PHSTAT2.COLSTAT (DS39662
 * registers 3-6, 12-1). A caller who never tells has them 0. One who does tells when a frame begins
 * to arrive and, after stutter_enc28j60_receive(), that it has ended: such a frame is received to
 * its end though the host clears RXEN meanwhile (DS39662 sec. 14.0).
 *
 * @param chip      the chip
 * @param receiving whether a frame of another is on the wire
 * @param colliding whether a collision is
 * @param now_ns    since when
 */
void stutter_enc28j60_set_activity(struct stutter_enc28j60 *chip, bool receiving, bool colliding,
                                   uint64_t now_ns);

/**
 * Does all that is due.
 *
 * @param chip   the chip
 * @param now_ns until when, inclusive
 */
void stutter_enc28j60_run(struct stutter_enc28j60 *chip, uint64_t now_ns);

/* The rest looks at a chip as its last call has left it, and changes nothing. */

/**
 * @param chip the chip
 * @return the next instant, in ns, at which the chip acts by itself; UINT64_MAX if never
 */
uint64_t stutter_enc28j60_next(const struct stutter_enc28j60 *chip);

/**
 * @param chip the chip
 * @return whether the INT pin is asserted, that is low
 */
bool stutter_enc28j60_int_asserted(const struct stutter_enc28j60 *chip);

/**
 * @param chip the chip
 * @return whether INT is high and can fall without the host using SPI, that is, EIE.INTIE is set
 *         (DS39662 sec. 12)
 */
bool stutter_enc28j60_can_interrupt(const struct stutter_enc28j60 *chip);

/**
 * What CLKOUT drives (DS39662 sec. 2.3, register 2-1).
 *
 * @param chip the chip
 * @return the frequency in Hz; 0 if the pin is low: disabled, a reserved setting, before the first
 *         start-up has ended, or erratum 4
 */
uint32_t stutter_enc28j60_clkout_hz(const struct stutter_enc28j60 *chip);

/**
 * @param chip the chip
 * @return PHCON1.PDPXMD: what the PHY does on the wire, whatever MACON3.FULDPX says
 */
bool stutter_enc28j60_full_duplex(const struct stutter_enc28j60 *chip);

/**
 * @param chip the chip
 * @return how the MAC sends now; to be asked when ops->transmit is called
 */
struct stutter_enc28j60_mac stutter_enc28j60_mac(const struct stutter_enc28j60 *chip);

/**
 * @param chip the chip
 * @return whether a frame on the wire now would reach the receive logic
 */
bool stutter_enc28j60_receiving(const struct stutter_enc28j60 *chip);

/**
 * @param chip the chip
 * @return how many bytes of the receive ring the host has not given free yet, by ERXRDPT (DS39662
 *         sec. 7.2.4); 0 while reception is off
 */
unsigned stutter_enc28j60_ring_fill(const struct stutter_enc28j60 *chip);

/**
 * @param chip  the chip
 * @param index bank * 32 + address
 * @return what RCR would read, the dummy byte aside; 0 where no register is
 */
uint8_t stutter_enc28j60_peek(const struct stutter_enc28j60 *chip, unsigned index);

/* The FCS of a frame that ends in its own correct FCS: the CRC residue (IEEE 802.3 sec. 3.2.9). */
#define STUTTER_ENC28J60_FCS_RESIDUE UINT32_C(0x2144df1c)

/**
 * Computes the Ethernet frame check sequence; for what sends frames to the chip, or checks them.
 *
 * @param bytes  the bytes, destination address first
 * @param length how many, in bytes; 0 is allowed
 * @return the FCS as a number; on the wire its lowest byte goes first
 */
uint32_t stutter_enc28j60_fcs(const uint8_t *bytes, size_t length);

/**
 * Continues an FCS over further bytes, so that a frame in two pieces needs no copy.
 *
 * @param fcs    what stutter_enc28j60_fcs() or this function returned for the bytes before; 0: none
 * @param bytes  the bytes that follow
 * @param length how many, in bytes
 * @return the FCS over all bytes so far
 */
uint32_t stutter_enc28j60_fcs_continue(uint32_t fcs, const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif

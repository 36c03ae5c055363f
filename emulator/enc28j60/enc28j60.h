/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A register-accurate model of the Microchip ENC28J60, an Ethernet controller (10BASE-T MAC and PHY) behind SPI.
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
 * Lifecycle: enc28j60_init() is power on; then any call in any order, each with the instant at which it happens. There is no
 * close: the chip is plain data and owns nothing. Copying the struct is a snapshot; enc28j60_attach() gives the copy its own
 * listener.
 *
 * Time: `now_ns` never goes backwards. Every call first does what was due until then, each thing at its own instant. The chip
 * has no clock; enc28j60_next() says when it next acts by itself.
 *
 * Three kinds of wrong: what the guest must not do is an event (finding), what this model lacks is an event (not modelled),
 * and a caller that breaks this contract is ended by abort() with both values on standard error.
 *
 * Citations: DS39662 is the data sheet, "erratum n" is item n of the silicon errata sheet DS80349.
 */
#ifndef ENC28J60_ENC28J60_H
#define ENC28J60_ENC28J60_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registers.h"

/* The buffer memory, in bytes (DS39662 sec. 3.2). */
#define ENC28J60_SRAM_SIZE 8192u
/* Four banks of 32 control registers; the index of a register is bank * 32 + address (DS39662 sec. 3.1). */
#define ENC28J60_REG_COUNT 128u
#define ENC28J60_PHY_COUNT 32u
/* The longest frame with FCS that can be on the wire: MAMXFL is 16 bits wide (DS39662 sec. 6.5). */
#define ENC28J60_FRAME_MAX 65535u
/* The longest frame the chip can send: all the memory, and the FCS it adds. */
#define ENC28J60_TX_FRAME_MAX (ENC28J60_SRAM_SIZE + 4u)

/* The silicon, as EREVID reports it (DS80349 table 1). */
enum enc28j60_revision {
	ENC28J60_B1 = 0x02,
	ENC28J60_B4 = 0x04,
	ENC28J60_B5 = 0x05,
	ENC28J60_B7 = 0x06,
};

/* What came with an event. */
enum enc28j60_event_kind {
	ENC28J60_EVENT_RESET,        /* text: which; value: enum enc28j60_reset */
	ENC28J60_EVENT_READY,        /* MAC, MII and PHY can be used; text: after what */
	ENC28J60_EVENT_LINK,         /* the PHY sees the link change; value: 1 up, 0 down */
	ENC28J60_EVENT_RX_ACCEPTED,  /* rx#n stored; address: its next-packet pointer lies here; value: status vector 31:0 */
	ENC28J60_EVENT_RX_FILTERED,  /* rx#n met no enabled filter, or not all of them */
	ENC28J60_EVENT_RX_CRC,       /* rx#n refused for its FCS */
	ENC28J60_EVENT_RX_OVERFLOW,  /* rx#n did not fit or EPKTCNT is 255; value: free bytes */
	ENC28J60_EVENT_RX_IGNORED,   /* rx#n never got as far as the filters: receiver off, fragment, too long; text: why */
	ENC28J60_EVENT_RX_CONTROL,   /* rx#n is a control frame the MAC kept to itself */
	ENC28J60_EVENT_TX_START,     /* tx#n; address: ETXST */
	ENC28J60_EVENT_TX_DONE,      /* tx#n; address: of the status vector; value: status vector 31:0 */
	ENC28J60_EVENT_TX_ABORTED,   /* tx#n; like TX_DONE, text: why */
	ENC28J60_EVENT_TX_CANCELLED, /* tx#n; the host gave it up; text: how */
	ENC28J60_EVENT_FLOW,      /* flow control; text: how; value: pause quanta sent, or 1 and 0 for backpressure that begins and ends */
	ENC28J60_EVENT_DISTURBED, /* silicon misbehaves because ops->disturb said so; tx#n, rx#n or an MII operation; text: how */
	ENC28J60_EVENT_ERRATUM,   /* an erratum acts; tx#n or rx#n, or a register; text: how; section: which */
	ENC28J60_EVENT_NOTE,      /* outside the data sheet's words, harmless on silicon */
	ENC28J60_EVENT_FINDING,   /* the guest, or its board, did what the data sheet forbids */
	ENC28J60_EVENT_NOT_MODELLED, /* the guest relies on what this model lacks */
};

/* Something worth a line in a trace. Strings are constants and outlive the event. */
struct enc28j60_event {
	uint64_t now_ns;
	enum enc28j60_event_kind kind;
	unsigned number;     /* tx#n or rx#n counted from 1 since power on; 0 if the event is not about a frame */
	size_t length;       /* of the frame in bytes, FCS included; 0 if none */
	uint16_t address;    /* SRAM address, or register index for NOTE, FINDING, NOT_MODELLED (PHY: 0x80 + address; 0xffff: none) */
	uint32_t value;      /* what was written or found; see the kinds */
	const char *reg;     /* name of the register concerned, NULL if none */
	const char *id;      /* NOTE, FINDING, NOT_MODELLED: stable short name such as "erxrdpt-even"; else NULL */
	const char *text;    /* for people, never NULL */
	const char *section; /* source, such as "DS39662 sec. 7.2.3", NULL if none */
};

/* Where the surroundings may make silicon misbehave. Each place counts from 1 since power on. */
enum enc28j60_site {
	ENC28J60_SITE_TX,  /* a transmission begins: enc.tx#n, the number of its events */
	ENC28J60_SITE_RX,  /* a frame has passed the filters, or might with rx_pattern_passes: enc.rx#n, the number of its events */
	ENC28J60_SITE_MII, /* an MII operation begins: enc.mii#n */
};

/* How silicon misbehaves at a site. All zero: not at all. Members of another site are ignored. */
struct enc28j60_disturbance {
	bool tx_stall; /* nothing is sent, TXRTS stays set and no flag comes, until TXRST, a reset, or the host clears TXRTS (like erratum 12) */
	bool tx_stall_flagged;  /* as tx_stall, but TXIF, TXERIF and TXABRT are set */
	bool tx_no_txif;        /* the frame is sent, TXIF is not set */
	bool tx_txerif;         /* the frame is sent, TXERIF is set as well */
	uint16_t rx_next_xor;   /* these bits of the next-packet pointer are stored wrong; what the chip itself goes on with is right */
	bool rx_overflow;       /* the frame is lost as if there were no room */
	bool rx_uncounted;      /* the frame is stored, EPKTCNT and so PKTIF do not see it */
	bool rx_rxerif;         /* the frame is stored, RXERIF is set as well */
	bool mii_stuck;         /* the operation never ends: MISTAT.BUSY stays set until a reset */
	bool tx_early_txif;     /* TXIF comes up when the transmission begins, and again when it ends */
	bool tx_link_pulse;     /* in half duplex: a link pulse is taken for a late collision, and the frame is aborted (erratum 13) */
	bool rx_pktif_lost;     /* the frame is stored and counted, PKTIF does not come up for it; if it is up already, it stays so */
	bool rx_pktif_false;    /* the frame is lost, PKTIF comes up all the same, until the host reads EPKTCNT or sets PKTDEC */
	bool rx_rxerif_lost;    /* with rx_overflow or without room: the frame is lost, RXERIF does not come up */
	bool rx_pattern_passes; /* the pattern filter takes the frame though the pattern does not match (erratum 18) */
};

/* How the MAC goes about sending, for whoever owns the wire (DS39662 sec. 6.5, registers 6-2, 6-3; IEEE 802.3 clause 4). */
struct enc28j60_mac {
	bool full_duplex;               /* nothing is deferred, nothing collides */
	bool defer_forever;             /* MACON4.DEFER: excessive deferral does not abort */
	bool no_backoff;                /* MACON4.NOBKOFF: sends again at once after a collision */
	bool no_backoff_after_pressure; /* MACON4.BPEN: the same, if it was backpressure that collided */
	unsigned retries_max;           /* MACLCON1.RETMAX: so many collisions are tried again */
	unsigned window_bytes;          /* a collision later than so many bytes, preamble included, is a late one (MACLCON2.COLWIN) */
	unsigned gap_bits;              /* MABBIPG in bit times: between two frames of its own */
	unsigned gap1_bits, gap2_bits;  /* MAIPGH, MAIPGL in bit times: after a frame of another; in the first part carrier restarts it */
};

/* What the chip asks of its surroundings. Any pointer may be NULL. transmit may call enc28j60_transmitted() with the same now_ns. */
struct enc28j60_ops {
	/*
	 * TXRTS was set, or a pause frame is due: the frame as it goes on the wire, preamble excluded, FCS included. Whoever owns
	 * the wire answers with enc28j60_transmitted(). The frame is valid during the call only.
	 */
	void (*transmit)(void *ctx, const uint8_t *frame, size_t length, uint64_t now_ns);
	/* The chip gave up that frame (TXRTS cleared, TXRST, reset, power save): no answer is wanted any more. */
	void (*cancel)(void *ctx, uint64_t now_ns);
	/*
	 * Half duplex: backpressure begins or ends, that is, preamble is sent without end (DS39662 sec. 10.1). It ends before transmit
	 * is called, by the gap of MABBIPG, and begins again as long after the answer.
	 */
	void (*backpressure)(void *ctx, bool on, uint64_t now_ns);
	void (*event)(void *ctx, const struct enc28j60_event *event);
	/* Asked at every site: fills the disturbance, which is zeroed. number is the site's. */
	void (*disturb)(void *ctx, enum enc28j60_site site, unsigned number, struct enc28j60_disturbance *ret_disturbance);
};

/* Bit of enc28j60_config.errata and of errata_worst. */
#define ENC28J60_ERRATUM(n) (UINT32_C(1) << (n))
/* Every erratum of the sheet, 1 to 19. */
#define ENC28J60_ERRATA_SWITCHABLE UINT32_C(0x000ffffe)

/* One erratum, as the sheet has it and as the model has it (errata.c). */
struct enc28j60_erratum {
	unsigned number;
	const char *module;
	uint32_t revisions;   /* bits 1 << enum enc28j60_revision */
	const char *symptom;  /* in short */
	unsigned one_in;      /* it acts on one occasion of so many, and with errata_worst on each; 1: on each in any case */
	const char *occasion; /* what an occasion is; NULL if it acts on each */
	const char *effect;   /* what it does when it acts */
	const char *source;   /* of all this, or that it is an assumption */
};

/* Which bits of the CRC point into the hash table: the data sheet does not say, and other models of the chip differ (DS39662 sec. 8.4). */
enum enc28j60_hash_index {
	ENC28J60_HASH_28_23,          /* bits 28:23 of the remainder before it is inverted */
	ENC28J60_HASH_INVERTED_31_26, /* bits 31:26 of the inverted remainder */
};

struct enc28j60_config {
	enum enc28j60_revision revision;
	bool leds_select_full_duplex; /* LEDB is wired so that PHCON1.PDPXMD resets to 1 (DS39662 sec. 2.6) */
	bool led_polarity_misread;    /* erratum 16: the chip takes that wiring for its opposite */
	bool polarity_reversed;       /* TPIN+ and TPIN- are swapped; corrected and told in PHSTAT2.PLRITY, or not (erratum 7) */
	uint32_t rbias_ohm;           /* the resistor at RBIAS; 0: the right one (DS39662 sec. 2.4, erratum 8) */
	uint32_t spi_clock_hz;        /* how fast the host clocks SCK, asynchronous to CLKOUT; 0: not told (erratum 1) */
	int ambient_celsius;          /* where the board stands (erratum 3) */
	enum enc28j60_hash_index hash_index;
	bool bit_field_ops_reach_mac; /* BFS and BFC take effect on MAC and MII registers, for which they are not specified */
	uint32_t errata;              /* ENC28J60_ERRATUM() bits that the chip has; enc28j60_errata() has those of a revision */
	uint32_t errata_worst;        /* of them, those that act whenever they can, and not as seldom as on silicon */
	uint64_t seed;                /* of the draws that decide when the others act; the same seed, the same chip */
	uint8_t sram_fill;            /* every byte of the memory after power on */
	uint64_t startup_ns;          /* oscillator start-up; DS39662 sec. 2.2: 300 us */
	uint64_t src_settle_ns;       /* how long MAC and PHY stand still after SRC; erratum 2: up to 1 ms */
	uint64_t pin_settle_ns;       /* how long the PHY registers are out of reach after the pin; DS39662 sec. 11.2: 50 us */
	uint64_t relink_ns;           /* from a working PHY to a working link: some link pulses, 16 ms apart (IEEE 802.3 sec. 14.2.1.7) */
};

/* How the attempt to send ended, told by whoever owns the wire. All zero: sent at once. */
struct enc28j60_tx_status {
	unsigned collisions;       /* collisions suffered, retries included */
	bool late_collision;       /* aborted: collision after the window */
	bool excessive_collisions; /* aborted: more than MACLCON1.RETMAX */
	bool deferred;             /* waited for the medium before sending */
	bool excessive_deferral;   /* waited longer than 24,287 bit times; aborted if MACON4.DEFER is clear */
	size_t collided_bytes;     /* bytes on the wire from the attempts that collided */
};

/* Kinds of registers: they differ in how SPI reaches them (DS39662 sec. 3.1, 4.2). */
enum enc28j60_reg_kind { ENC28J60_ETH, ENC28J60_MAC, ENC28J60_MII };

#define ENC28J60_EVERY_BANK 0xffu

struct enc28j60;

/* What a control register does beyond storing. Any pointer may be NULL. */
struct enc28j60_reg_hooks {
	void (*before_write)(struct enc28j60 *chip, unsigned index, uint8_t value);
	void (*after_write)(struct enc28j60 *chip, unsigned index, uint8_t before);
	uint8_t (*read)(const struct enc28j60 *chip, unsigned index);
};

/* One control register. Applied in one place, registers.c; a bit in none of the masks is unimplemented and reads 0. */
struct enc28j60_reg {
	const char *name;
	uint8_t bank;    /* 0..3, or ENC28J60_EVERY_BANK for 1Bh..1Fh */
	uint8_t address; /* 0..31 */
	enum enc28j60_reg_kind kind;
	uint8_t reset_value;                    /* after power on; EREVID and ESTAT.INT follow from elsewhere */
	uint8_t reset_mask;                     /* bits that a reset by pin or SRC sets to reset_value; the others keep what they have */
	uint8_t write_mask;                     /* bits a write stores */
	uint8_t clear_mask;                     /* bits that the host can clear but not set */
	uint8_t read_only_mask;                 /* bits only the chip changes */
	uint8_t reserved_mask;                  /* bits to be written as 0; setting one is a finding; they read 0 */
	const struct enc28j60_reg_hooks *hooks; /* NULL if a plain store and load is all */
	const char *section;                    /* source */
};

/* One PHY register (DS39662 table 3-3), same idea, 16 bits wide. */
struct enc28j60_phy_reg {
	const char *name;
	uint8_t address;
	uint16_t reset_value;
	uint16_t write_mask;    /* bits a write stores */
	uint16_t reserved_mask; /* bits to be written as 0; setting one is a finding */
	const char *section;
	void (*after_write)(struct enc28j60 *chip, uint16_t before); /* NULL if a plain store is all */
	uint16_t (*read)(struct enc28j60 *chip);                     /* NULL if a plain load is all; may clear what it reads */
};

/* What the chip does by itself, later. Each has one instant; UINT64_MAX means nothing is under way. */
enum enc28j60_timer {
	ENC28J60_TIMER_STARTUP,   /* ESTAT.CLKRDY gets set */
	ENC28J60_TIMER_SETTLE,    /* MAC and PHY run again after SRC */
	ENC28J60_TIMER_PHY,       /* the PHY registers are within reach again after the pin */
	ENC28J60_TIMER_LINK,      /* the PHY has seen enough link pulses */
	ENC28J60_TIMER_PHY_RESET, /* PHCON1.PRST clears itself */
	ENC28J60_TIMER_MII,       /* a PHY access ends */
	ENC28J60_TIMER_SELF_TEST, /* the memory is filled */
	ENC28J60_TIMER_DMA,       /* the DMA ends */
	ENC28J60_TIMER_TRANSMIT,  /* a frame that never reaches the wire has left the MAC */
	ENC28J60_TIMER_PAUSE,     /* a received pause ends */
	ENC28J60_TIMER_FLOW,      /* the next pause frame is due */
	ENC28J60_TIMER_CONTROL,   /* a pause frame that never reaches the wire has left the MAC */
	ENC28J60_TIMER_GAP,       /* the gap before a pause frame, before preamble, or before a frame behind preamble ends */
	ENC28J60_TIMER_COUNT,
};

/* Where an SPI command stands (DS39662 sec. 4.2). */
struct enc28j60_spi {
	bool selected;
	uint8_t opcode;  /* the three high bits of the first byte */
	uint8_t address; /* the five low bits */
	size_t count;    /* bytes exchanged since select, the opcode included */
	bool met;        /* it has touched bytes under transmission, and that has been told */
};

/* The MII management interface (DS39662 sec. 3.3). */
struct enc28j60_mii {
	bool writing;    /* else reading */
	bool scanning;   /* reads follow each other */
	bool valid;      /* MIRD holds a value read by this scan */
	bool is_lost;    /* the PHY was out of reach when the operation began */
	uint8_t address; /* MIREGADR as it was when the operation began */
	uint16_t value;  /* of a write */
	unsigned number; /* operations since power on */
};

/* The PHY's own state (DS39662 sec. 3.3.4). */
struct enc28j60_link {
	bool cable;    /* a link partner sends link pulses */
	bool up;       /* the PHY has seen them */
	bool was_down; /* what PHSTAT1.LLSTAT latches */
	bool changed;  /* PHIR.PLNKIF */
	bool receives; /* a frame is arriving, as told by enc28j60_set_activity() */
	bool collides; /* a collision is on, likewise */
};

struct enc28j60_dma {
	bool waiting; /* DMAST is set, but a transmission has the memory */
	uint64_t start_ns;
	unsigned steps; /* bytes to process */
	unsigned done;  /* bytes processed */
	bool sums_up;   /* a checksum, not a copy */
	uint16_t source;
	uint16_t target;
	uint32_t sum;
};

/* The built-in self-test (DS39662 sec. 15). */
struct enc28j60_self_test {
	bool runs;
	uint8_t control; /* EBSTCON when it started */
	uint8_t pattern; /* the next byte, unless it is the address */
	uint64_t start_ns;
	unsigned done; /* bytes written */
	uint32_t sum;
};

struct enc28j60_tx {
	bool waiting;                            /* TXRTS is set, but the DMA has the memory, a pause is on or the clock is not ready */
	bool stalled;                            /* erratum 12: TXRTS stays set, nothing is sent until TXRST or a reset */
	bool busy;                               /* the frame is under way */
	bool cut;                                /* longer than MAMXFL: only that much is sent, and it ends as aborted */
	bool on_wire;                            /* and its owner is ops->transmit, which owes an answer */
	unsigned number;                         /* of the frame under way or the last one, from 1 */
	unsigned released;                       /* how often TXRTS or TXRST was cleared (erratum 12) */
	uint16_t start;                          /* ETXST when it started */
	uint16_t end;                            /* ETXND when it started */
	struct enc28j60_disturbance disturbance; /* of the frame under way */
	uint32_t status;                         /* status vector 31:0 as far as known before the wire answers */
	uint8_t status_high;                     /* status vector 55:48 */
	size_t length;                           /* on the wire, FCS included */
	uint8_t frame[ENC28J60_TX_FRAME_MAX];
};

/* A pause frame, padded, with FCS. */
#define ENC28J60_PAUSE_SIZE 64u

/* Flow control (DS39662 sec. 10). */
struct enc28j60_flow {
	bool due;        /* a pause frame waits for the transmitter */
	bool busy;       /* it is under way */
	bool on_wire;    /* and ops->transmit owes an answer for it */
	bool presses;    /* half duplex: preamble is being sent */
	bool pressed;    /* it was released for the frame that the host wants to send */
	uint16_t quanta; /* of the pause frame under way or the last one */
	uint8_t frame[ENC28J60_PAUSE_SIZE];
};

struct enc28j60_rx {
	unsigned number;          /* frames seen so far */
	unsigned looped;          /* of them, those of the chip itself (errata 9, 10) */
	uint16_t write_pointer;   /* the internal write pointer: where the next packet goes (erratum 5 describes it) */
	uint8_t read_pointer_low; /* ERXRDPTL as written, until ERXRDPTH is (DS39662 sec. 3.2) */
	unsigned moved;           /* how often ERXST or ERXND was written (erratum 5) */
	unsigned hidden;          /* the last frame that PKTIF was told to have hidden (erratum 6) */
	bool is_even;             /* the host has programmed an even ERXRDPT (erratum 14) */
	uint8_t packets;          /* EPKTCNT */
	bool dropped;             /* a frame was lost since the last one stored: the next status vector says so */
	bool busy;                /* a frame that is arriving began while reception was on (ESTAT.RXBUSY) */
	bool unflagged;           /* disturbed: PKTIF missed the frames that are pending */
	bool phantom;             /* disturbed: PKTIF tells of a frame that is not there */
};

struct enc28j60 {
	struct enc28j60_config config;
	const struct enc28j60_ops *ops;
	void *ctx;
	uint64_t now_ns;
	uint64_t timers[ENC28J60_TIMER_COUNT];
	bool oscillates;        /* the start-up after power on is over; CLKOUT needs no more (DS39662 sec. 2.3) */
	bool settles_after_src; /* without erratum 2: CLKRDY comes back with the PHY clock */
	uint64_t summed_up_ns;  /* when the last checksum of the DMA ended (erratum 17); 0: none yet */
	unsigned slow_accesses; /* to MAC and MII registers with too slow an SPI clock (erratum 1) */
	unsigned eir_reads;     /* by the host (erratum 6) */
	struct enc28j60_spi spi;
	struct enc28j60_mii mii;
	struct enc28j60_link link;
	struct enc28j60_dma dma;
	struct enc28j60_self_test self_test;
	struct enc28j60_flow flow;
	struct enc28j60_rx rx;
	uint8_t regs[ENC28J60_REG_COUNT];
	uint16_t phy[ENC28J60_PHY_COUNT];
	uint8_t sram[ENC28J60_SRAM_SIZE];
	struct enc28j60_tx tx;
};

/**
 * @param revision the silicon
 * @return what it has, as bits for enc28j60_config.errata (DS80349 table 2); 0 for a revision that was never sold
 */
uint32_t enc28j60_errata(enum enc28j60_revision revision);

/**
 * @param ret_count receives the number of rows
 * @return the errata sheet, in its order
 */
const struct enc28j60_erratum *enc28j60_errata_table(size_t *ret_count);

/**
 * The chip that people have on their boards: a plain B7 whose errata act as often as on silicon, wired for half duplex, at 25 degrees
 * Celsius. For the worst case set errata_worst to what errata is.
 *
 * @return a configuration to change and pass to enc28j60_init()
 */
struct enc28j60_config enc28j60_config_default(void);

/**
 * Powers the chip on.
 *
 * @param chip   overwritten whatever it held
 * @param config copied; NULL means enc28j60_config_default()
 * @param ops    kept by reference, must outlive the chip; NULL means nobody listens
 * @param ctx    passed to ops
 * @param now_ns the instant power comes up
 */
void enc28j60_init(struct enc28j60 *chip, const struct enc28j60_config *config, const struct enc28j60_ops *ops, void *ctx, uint64_t now_ns);

/**
 * Gives a chip, usually a copy, another listener. Nothing is called.
 *
 * @param chip the chip
 * @param ops  as for enc28j60_init()
 * @param ctx  passed to ops
 */
void enc28j60_attach(struct enc28j60 *chip, const struct enc28j60_ops *ops, void *ctx);

/**
 * Pulses the RESET pin (DS39662 sec. 11.2).
 *
 * @param chip   the chip
 * @param now_ns when the pin rises again
 */
void enc28j60_reset_pin(struct enc28j60 *chip, uint64_t now_ns);

/**
 * The supply dips: everything is as after power on, while the host knows nothing of it. The memory keeps what it has.
 *
 * @param chip   the chip
 * @param now_ns when the supply is back
 */
void enc28j60_brown_out(struct enc28j60 *chip, uint64_t now_ns);

/**
 * CS falls: a command begins. Selecting a selected chip begins a new command.
 *
 * @param chip   the chip
 * @param now_ns when
 */
void enc28j60_select(struct enc28j60 *chip, uint64_t now_ns);

/**
 * Exchanges one byte on SPI.
 *
 * @param chip   the chip; if CS is high it does not listen
 * @param mosi   the byte from the host
 * @param now_ns when its last bit is clocked
 * @return the byte on MISO; 0xFF where the chip does not drive the line
 */
uint8_t enc28j60_exchange(struct enc28j60 *chip, uint8_t mosi, uint64_t now_ns);

/**
 * CS rises: the command ends.
 *
 * @param chip   the chip
 * @param now_ns when
 */
void enc28j60_deselect(struct enc28j60 *chip, uint64_t now_ns);

/**
 * A whole command at one instant: select, every byte, deselect. Equal in effect to the single calls, and fast for RBM and WBM.
 *
 * @param chip     the chip
 * @param mosi     the bytes from the host
 * @param ret_miso receives as many bytes; NULL if nobody reads; may be the same memory as mosi
 * @param length   how many bytes
 * @param now_ns   when
 */
void enc28j60_transfer(struct enc28j60 *chip, const uint8_t *mosi, uint8_t *ret_miso, size_t length, uint64_t now_ns);

/**
 * A frame has arrived at the jack.
 *
 * @param chip   the chip
 * @param frame  destination address first, FCS included
 * @param length 1 .. ENC28J60_FRAME_MAX bytes
 * @param now_ns when its last bit arrived
 */
void enc28j60_receive(struct enc28j60 *chip, const uint8_t *frame, size_t length, uint64_t now_ns);

/**
 * Answers ops->transmit, for a frame of the host or a pause frame. Only while that frame is under way; anything else aborts.
 *
 * @param chip   the chip
 * @param status how it ended
 * @param now_ns when its last bit left or it was given up
 */
void enc28j60_transmitted(struct enc28j60 *chip, const struct enc28j60_tx_status *status, uint64_t now_ns);

/**
 * The cable gets or loses link pulses. Telling what is already so does nothing.
 *
 * @param chip   the chip
 * @param up     whether there is a link partner
 * @param now_ns when the PHY notices
 */
void enc28j60_set_link(struct enc28j60 *chip, bool up, uint64_t now_ns);

/**
 * What is on the wire right now, for ESTAT.RXBUSY, PHSTAT2.RXSTAT and PHSTAT2.COLSTAT (DS39662 registers 3-6, 12-1). A caller who
 * never tells has them 0. One who does tells when a frame begins to arrive and, after enc28j60_receive(), that it has ended: such a
 * frame is received to its end though the host clears RXEN meanwhile (DS39662 sec. 14.0).
 *
 * @param chip      the chip
 * @param receiving whether a frame of another is on the wire
 * @param colliding whether a collision is
 * @param now_ns    since when
 */
void enc28j60_set_activity(struct enc28j60 *chip, bool receiving, bool colliding, uint64_t now_ns);

/**
 * @param chip the chip
 * @return whether the INT pin is asserted, that is low
 */
bool enc28j60_int_asserted(const struct enc28j60 *chip);

/**
 * What CLKOUT drives (DS39662 sec. 2.3, register 2-1).
 *
 * @param chip the chip
 * @return the frequency in Hz; 0 if the pin is low: disabled, a reserved setting, before the first start-up has ended, or erratum 4
 */
uint32_t enc28j60_clkout_hz(const struct enc28j60 *chip);

/**
 * @param chip the chip
 * @return PHCON1.PDPXMD: what the PHY does on the wire, whatever MACON3.FULDPX says
 */
bool enc28j60_full_duplex(const struct enc28j60 *chip);

/**
 * @param chip the chip
 * @return how the MAC sends now; to be asked when ops->transmit is called
 */
struct enc28j60_mac enc28j60_mac(const struct enc28j60 *chip);

/**
 * @param chip the chip
 * @return whether a frame on the wire now would reach the receive logic
 */
bool enc28j60_receiving(const struct enc28j60 *chip);

/**
 * @param chip the chip, which has run up to now
 * @return how many bytes of the receive ring the host has not given free yet, by ERXRDPT (DS39662 sec. 7.2.4); 0 while reception is off
 */
unsigned enc28j60_ring_fill(const struct enc28j60 *chip);

/**
 * @param chip the chip
 * @return the next instant, in ns, at which the chip acts by itself; UINT64_MAX if never
 */
uint64_t enc28j60_next(const struct enc28j60 *chip);

/**
 * Does all that is due.
 *
 * @param chip   the chip
 * @param now_ns until when, inclusive
 */
void enc28j60_run(struct enc28j60 *chip, uint64_t now_ns);

/**
 * Looks at a control register without any effect.
 *
 * @param chip  the chip
 * @param index bank * 32 + address
 * @return what RCR would read, the dummy byte aside
 */
uint8_t enc28j60_peek(const struct enc28j60 *chip, unsigned index);

/**
 * @param index bank * 32 + address
 * @return the row of a control register, NULL if nothing is implemented there
 */
const struct enc28j60_reg *enc28j60_reg_at(unsigned index);

/**
 * The control register table, in order of bank and address.
 *
 * @param ret_count receives the number of rows
 * @return the rows
 */
const struct enc28j60_reg *enc28j60_regs(size_t *ret_count);

/**
 * The PHY register table.
 *
 * @param ret_count receives the number of rows
 * @return the rows
 */
const struct enc28j60_phy_reg *enc28j60_phy_regs(size_t *ret_count);

#endif

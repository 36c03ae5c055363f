/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in a chip. It stands here so that a chip can be declared, copied and kept anywhere;
 * nobody but the chip writes to it, and what enc28j60.h has a function for is better asked there.
 */
#ifndef STUTTER_ENC28J60_STATE_H
#define STUTTER_ENC28J60_STATE_H

#include "enc28j60_types.h"

/* What the chip does by itself, later. Each has one instant; UINT64_MAX: nothing is under way. */
enum stutter_enc28j60_timer {
	STUTTER_ENC28J60_TIMER_STARTUP, /* ESTAT.CLKRDY gets set */
	STUTTER_ENC28J60_TIMER_SETTLE,  /* MAC and PHY run again after SRC */
	STUTTER_ENC28J60_TIMER_PHY,     /* the PHY registers are within reach again after the pin */
	STUTTER_ENC28J60_TIMER_LINK,    /* the PHY has seen enough link pulses */
	STUTTER_ENC28J60_TIMER_PHY_RESET, /* PHCON1.PRST clears itself */
	STUTTER_ENC28J60_TIMER_MII,       /* a PHY access ends */
	STUTTER_ENC28J60_TIMER_SELF_TEST, /* the memory is filled */
	STUTTER_ENC28J60_TIMER_DMA,       /* the DMA ends */
	STUTTER_ENC28J60_TIMER_TRANSMIT,  /* a frame that never reaches the wire has left the MAC */
	STUTTER_ENC28J60_TIMER_PAUSE,     /* a received pause ends */
	STUTTER_ENC28J60_TIMER_FLOW,      /* the next pause frame is due */
	STUTTER_ENC28J60_TIMER_CONTROL,   /* a pause frame that never does, likewise */
	STUTTER_ENC28J60_TIMER_GAP, /* the gap before flow control, or behind preamble, ends */
	STUTTER_ENC28J60_TIMER_COUNT,
};

/* Where an SPI command stands (DS39662 sec. 4.2). */
struct stutter_enc28j60_spi {
	bool selected;
	uint8_t opcode;  /* the three high bits of the first byte */
	uint8_t address; /* the five low bits */
	size_t count;    /* bytes exchanged since select, the opcode included */
	bool met;        /* it has touched bytes under transmission, and that has been told */
};

/* The MII management interface (DS39662 sec. 3.3). */
struct stutter_enc28j60_mii {
	bool writing;    /* else reading */
	bool scanning;   /* reads follow each other */
	bool valid;      /* MIRD holds a value read by this scan */
	bool is_lost;    /* the PHY was out of reach when the operation began */
	uint8_t address; /* MIREGADR as it was when the operation began */
	uint16_t value;  /* of a write */
	unsigned number; /* operations since power on */
};

/* The PHY's own state (DS39662 sec. 3.3.4). */
struct stutter_enc28j60_link {
	bool cable;    /* a link partner sends link pulses */
	bool up;       /* the PHY has seen them */
	bool was_down; /* what PHSTAT1.LLSTAT latches */
	bool changed;  /* PHIR.PLNKIF */
	bool receives; /* a frame is arriving, as told by stutter_enc28j60_set_activity() */
	bool collides; /* a collision is on, likewise */
};

struct stutter_enc28j60_dma {
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
struct stutter_enc28j60_self_test {
	bool runs;
	uint8_t control; /* EBSTCON when it started */
	uint8_t pattern; /* the next byte, unless it is the address */
	uint64_t start_ns;
	unsigned done; /* bytes written */
	uint32_t sum;
};

struct stutter_enc28j60_tx {
	bool waiting;      /* TXRTS is set, but DMA, a pause or the clock keeps it from starting */
	bool stalled;      /* erratum 12: TXRTS stays set, nothing is sent until TXRST or a reset */
	bool busy;         /* the frame is under way */
	bool cut;          /* longer than MAMXFL: only that much is sent, and it ends as aborted */
	bool on_wire;      /* and its owner is ops->transmit, which owes an answer */
	unsigned number;   /* of the frame under way or the last one, from 1 */
	unsigned released; /* how often TXRTS or TXRST was cleared (erratum 12) */
	uint16_t start;    /* ETXST when it started */
	uint16_t end;      /* ETXND when it started */
	struct stutter_enc28j60_effect effect; /* of the frame under way */
	uint32_t status;     /* status vector 31:0 as far as known before the wire answers */
	uint8_t status_high; /* status vector 55:48 */
	size_t length;       /* on the wire, FCS included */
	uint8_t frame[STUTTER_ENC28J60_TX_FRAME_MAX];
};

/* A pause frame, padded, with FCS. */
#define STUTTER_ENC28J60_PAUSE_SIZE 64u

/* Flow control (DS39662 sec. 10). */
struct stutter_enc28j60_flow {
	bool due;          /* a pause frame waits for the transmitter */
	bool busy;         /* it is under way */
	bool on_wire;      /* and ops->transmit owes an answer for it */
	bool backpressure; /* half duplex: preamble is being sent */
	bool interrupted;  /* it was released for the frame that the host wants to send */
	unsigned number;   /* of the pause frame under way or the last one, from 1 */
	uint16_t quanta;   /* that it asks for */
	uint8_t frame[STUTTER_ENC28J60_PAUSE_SIZE];
};

struct stutter_enc28j60_rx {
	unsigned number;          /* frames seen so far */
	unsigned looped;          /* of them, those of the chip itself (errata 9, 10) */
	uint16_t write_pointer;   /* where the next packet goes (erratum 5 describes it) */
	uint8_t read_pointer_low; /* ERXRDPTL as written, until ERXRDPTH is (DS39662 sec. 3.2) */
	unsigned moved;           /* how often ERXST or ERXND was written (erratum 5) */
	unsigned hidden; /* the last frame that PKTIF was told to have hidden (erratum 6) */
	bool is_even;    /* the host has programmed an even ERXRDPT (erratum 14) */
	uint8_t packets; /* EPKTCNT */
	bool dropped;    /* since the last frame stored: the next status vector says so */
	bool busy;       /* a frame is arriving, and began while RXEN was set (ESTAT.RXBUSY) */
	bool unflagged;  /* injected: PKTIF missed the frames that are pending */
	bool phantom;    /* injected: PKTIF tells of a frame that is not there */
};

struct stutter_enc28j60 {
	struct stutter_enc28j60_config config;
	const struct stutter_enc28j60_ops *ops;
	void *ctx;
	uint64_t now_ns;
	uint64_t timers[STUTTER_ENC28J60_TIMER_COUNT];
	bool oscillates; /* start-up after power on is over: enough for CLKOUT (DS39662 sec. 2.3) */
	bool settles_after_src; /* without erratum 2: CLKRDY comes back with the PHY clock */
	uint64_t summed_up_ns;  /* when the last checksum of the DMA ended (erratum 17); 0: none yet
	                         */
	unsigned
		slow_accesses; /* to MAC and MII registers with too slow an SPI clock (erratum 1) */
	unsigned eir_reads;    /* by the host (erratum 6) */
	struct stutter_enc28j60_spi spi;
	struct stutter_enc28j60_mii mii;
	struct stutter_enc28j60_link link;
	struct stutter_enc28j60_dma dma;
	struct stutter_enc28j60_self_test self_test;
	struct stutter_enc28j60_flow flow;
	struct stutter_enc28j60_rx rx;
	uint8_t regs[STUTTER_ENC28J60_REG_COUNT];
	uint16_t phy[STUTTER_ENC28J60_PHY_COUNT];
	uint8_t sram[STUTTER_ENC28J60_SRAM_SIZE];
	struct stutter_enc28j60_tx tx;
};

#endif

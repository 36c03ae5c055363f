/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types and constants of enc28j60.h: what a chip is made with, what it tells, and what it asks
 * of its surroundings. Whoever includes enc28j60.h has them.
 */
#ifndef STUTTER_ENC28J60_TYPES_H
#define STUTTER_ENC28J60_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The buffer memory, in bytes (DS39662 sec. 3.2). */
#define STUTTER_ENC28J60_SRAM_SIZE 8192u
/* Four banks of 32 control registers; a register is bank * 32 + address (DS39662 sec. 3.1). */
#define STUTTER_ENC28J60_REG_COUNT 128u
#define STUTTER_ENC28J60_PHY_COUNT 32u
/* The longest frame with FCS that can be on the wire: MAMXFL is 16 bits wide (DS39662 sec. 6.5). */
#define STUTTER_ENC28J60_FRAME_MAX 65535u
/* The longest frame the chip can send: all the memory, and the FCS it adds. */
#define STUTTER_ENC28J60_TX_FRAME_MAX (STUTTER_ENC28J60_SRAM_SIZE + 4u)

/* The silicon, as EREVID reports it (DS80349 table 1). */
enum stutter_enc28j60_revision {
	STUTTER_ENC28J60_B1 = 0x02,
	STUTTER_ENC28J60_B4 = 0x04,
	STUTTER_ENC28J60_B5 = 0x05,
	STUTTER_ENC28J60_B7 = 0x06,
};

/* Ways to be reset (DS39662 sec. 11). */
enum stutter_enc28j60_reset {
	STUTTER_ENC28J60_RESET_POWER,
	STUTTER_ENC28J60_RESET_PIN,
	STUTTER_ENC28J60_RESET_SRC,
};

/* What came with an event. */
enum stutter_enc28j60_event_kind {
	/* text: which; value: enum stutter_enc28j60_reset */
	STUTTER_ENC28J60_EVENT_RESET,
	/* MAC, MII and PHY can be used; text: after what */
	STUTTER_ENC28J60_EVENT_READY,
	/* The PHY sees the link change; value: 1 up, 0 down */
	STUTTER_ENC28J60_EVENT_LINK,
	/* rx#n is stored; address: of its next-packet pointer; value: status vector 31:0 */
	STUTTER_ENC28J60_EVENT_RX_ACCEPTED,
	/* rx#n met no enabled filter, or not all of them */
	STUTTER_ENC28J60_EVENT_RX_FILTERED,
	/* rx#n is refused for its FCS */
	STUTTER_ENC28J60_EVENT_RX_CRC,
	/* rx#n did not fit, or EPKTCNT is 255; value: free bytes */
	STUTTER_ENC28J60_EVENT_RX_OVERFLOW,
	/* rx#n never got as far as the filters: receiver off, fragment, too long; text: why */
	STUTTER_ENC28J60_EVENT_RX_IGNORED,
	/* rx#n is a control frame that the MAC kept to itself */
	STUTTER_ENC28J60_EVENT_RX_CONTROL,
	/* tx#n; address: ETXST */
	STUTTER_ENC28J60_EVENT_TX_START,
	/* tx#n; address: of the status vector; value: status vector 31:0 */
	STUTTER_ENC28J60_EVENT_TX_DONE,
	/* tx#n; like TX_DONE; text: why */
	STUTTER_ENC28J60_EVENT_TX_ABORTED,
	/* tx#n; the host gave it up; text: how */
	STUTTER_ENC28J60_EVENT_TX_CANCELLED,
	/* Flow control; text: how; value: pause quanta sent; of backpressure 1 begins, 0 ends */
	STUTTER_ENC28J60_EVENT_FLOW,
	/* Silicon misbehaves as ops->inject said; tx#n, rx#n or an MII operation; text: how */
	STUTTER_ENC28J60_EVENT_INJECTED,
	/* An erratum acts; tx#n or rx#n, or a register; text: how; section: which */
	STUTTER_ENC28J60_EVENT_ERRATUM,
	/* Outside the data sheet's words, harmless on silicon */
	STUTTER_ENC28J60_EVENT_NOTE,
	/* The guest, or its board, did what the data sheet forbids */
	STUTTER_ENC28J60_EVENT_FINDING,
	/* The guest relies on what this model lacks */
	STUTTER_ENC28J60_EVENT_NOT_MODELLED,
};

/* Something worth a line in a trace. Strings are constants and outlive the event. */
struct stutter_enc28j60_event {
	uint64_t now_ns;
	enum stutter_enc28j60_event_kind kind;
	unsigned number; /* tx#n or rx#n, from 1 since power on; 0 if it is not about a frame */
	size_t length;   /* of the frame in bytes, FCS included; 0 if none */
	/*
	 * In the memory; or of a register for NOTE, FINDING, NOT_MODELLED, and ERRATUM about one:
	 * bank * 32 + address, PHY: 0x80 + address, 0xffff: none.
	 */
	uint16_t address;
	uint32_t value;   /* what was written or found; see the kinds */
	const char *reg;  /* name of the register concerned, NULL if none */
	const char *id;   /* of a NOTE, FINDING, NOT_MODELLED: stable, as "erxrdpt-even"; or NULL */
	const char *text; /* for people, never NULL */
	const char *section; /* source, such as "DS39662 sec. 7.2.3", NULL if none */
};

/* Where the surroundings may make silicon misbehave. Each counts from 1 since power on. */
enum stutter_enc28j60_site {
	/* A transmission begins; the number is that of its events, tx#n. */
	STUTTER_ENC28J60_SITE_TX,
	/* A frame has passed the filters, or might with rx_pattern_passes; the number is rx#n. */
	STUTTER_ENC28J60_SITE_RX,
	/* An MII operation begins. */
	STUTTER_ENC28J60_SITE_MII,
};

/* How silicon misbehaves at a site. All zero: not at all. Members of another site are ignored. */
struct stutter_enc28j60_effect {
	/*
	 * Nothing is sent, TXRTS stays set and no flag comes, until TXRST, a reset, or the host
	 * clears TXRTS (like erratum 12).
	 */
	bool tx_stall;
	bool tx_stall_flagged; /* like tx_stall, but TXIF, TXERIF and TXABRT are set */
	bool tx_no_txif;       /* the frame is sent, TXIF is not set */
	bool tx_txerif;        /* the frame is sent, TXERIF is set as well */
	/* These bits of the next-packet pointer are stored wrong; the chip itself knows better. */
	uint16_t rx_next_xor;
	bool rx_overflow;   /* the frame is lost as if there were no room */
	bool rx_uncounted;  /* the frame is stored, EPKTCNT and so PKTIF do not see it */
	bool rx_rxerif;     /* the frame is stored, RXERIF is set as well */
	bool mii_stuck;     /* the operation never ends: MISTAT.BUSY stays set until a reset */
	bool tx_early_txif; /* TXIF comes up when the transmission begins, and again when it ends */
	/* Half duplex: a link pulse passes for a late collision, which aborts (erratum 13). */
	bool tx_link_pulse;
	/* The frame is stored and counted, PKTIF does not come up; if it is up, it stays up. */
	bool rx_pktif_lost;
	/* The frame is lost, PKTIF comes up, until the host reads EPKTCNT or sets PKTDEC. */
	bool rx_pktif_false;
	/* With rx_overflow or without room: the frame is lost, RXERIF does not come up. */
	bool rx_rxerif_lost;
	/* The pattern filter takes the frame though the pattern does not match (erratum 18). */
	bool rx_pattern_passes;
};

/*
 * How the MAC goes about sending, for whoever owns the wire (DS39662 sec. 6.5, registers 6-2, 6-3;
 * IEEE 802.3 clause 4). Bit times are 100 ns.
 */
struct stutter_enc28j60_mac {
	bool full_duplex;               /* nothing is deferred, nothing collides */
	bool defer_forever;             /* MACON4.DEFER: excessive deferral does not abort */
	bool no_backoff;                /* MACON4.NOBKOFF: sends again at once after a collision */
	bool no_backoff_after_pressure; /* MACON4.BPEN: likewise, if backpressure collided */
	unsigned retries_max;           /* MACLCON1.RETMAX: so many collisions are tried again */
	unsigned window_bytes;          /* MACLCON2.COLWIN: a collision after so many is late */
	unsigned gap_bits;              /* MABBIPG: between two frames of its own */
	unsigned gap1_bits;             /* MAIPGH: after a frame of another; carrier restarts it */
	unsigned gap2_bits;             /* MAIPGL: and the rest of that gap, whatever comes */
};

/* What a frame on its way to the wire is. */
enum stutter_enc28j60_frame_kind {
	STUTTER_ENC28J60_FRAME_DATA,  /* sent by the host, whatever is in it: tx#n of the events */
	STUTTER_ENC28J60_FRAME_PAUSE, /* a pause frame of the MAC's own (DS39662 sec. 10.2) */
};

struct stutter_enc28j60_frame {
	enum stutter_enc28j60_frame_kind kind;
	unsigned number;      /* among its kind, from 1 since power on; resets do not start anew */
	const uint8_t *bytes; /* as on the wire, preamble excluded, FCS included */
	size_t length;        /* 1 .. STUTTER_ENC28J60_TX_FRAME_MAX */
};

/*
 * What the chip asks of its surroundings, with the instant at which it does. Any pointer may be
 * NULL. A callback may look at the chip; it must not call what takes now_ns, with the one exception
 * below.
 */
struct stutter_enc28j60_ops {
	/*
	 * TXRTS was set, or a pause frame is due. Whoever owns the wire answers once with
	 * stutter_enc28j60_transmitted(), at the earliest from within this call with the same
	 * now_ns. There is at most one frame without an answer. Frame and bytes are valid during
	 * the call only.
	 */
	void (*transmit)(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns);
	/* That frame is given up (TXRTS cleared, TXRST, reset, power save): no answer is due. */
	void (*cancel)(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns);
	/*
	 * Half duplex: backpressure begins or ends, that is, preamble is sent without end (DS39662
	 * sec. 10.1). It ends before transmit is called, by the gap of MABBIPG, and begins again as
	 * long after the answer.
	 */
	void (*backpressure)(void *ctx, bool on, uint64_t now_ns);
	void (*event)(void *ctx, const struct stutter_enc28j60_event *event);
	/* Asked at every site: fills the effect, which is zeroed. number is the site's. */
	void (*inject)(void *ctx, enum stutter_enc28j60_site site, unsigned number,
	               struct stutter_enc28j60_effect *ret_effect);
};

/* Bit of stutter_enc28j60_config.errata and of errata_worst. */
#define STUTTER_ENC28J60_ERRATUM(n) (UINT32_C(1) << (n))
/* Every erratum of the sheet, 1 to 19. */
#define STUTTER_ENC28J60_ERRATA_SWITCHABLE UINT32_C(0x000ffffe)

/* One erratum, as the sheet has it and as the model has it (errata.c). */
struct stutter_enc28j60_erratum {
	unsigned number;
	const char *module;
	uint32_t revisions;  /* bits 1 << enum stutter_enc28j60_revision */
	const char *symptom; /* in short */
	unsigned one_in;     /* it acts once in so many times; 1, or errata_worst: each time */
	const char *event;   /* what is counted; NULL if it acts each time */
	const char *effect;  /* what it does when it acts */
	const char *source;  /* of all this, or that it is an assumption */
};

/*
 * Which bits of the CRC point into the hash table: the data sheet does not say, and other models of
 * the chip differ (DS39662 sec. 8.4).
 */
enum stutter_enc28j60_hash_index {
	STUTTER_ENC28J60_HASH_28_23,          /* of the remainder before it is inverted */
	STUTTER_ENC28J60_HASH_INVERTED_31_26, /* of the inverted remainder */
};

struct stutter_enc28j60_config {
	enum stutter_enc28j60_revision revision;
	/* LEDB is wired so that PHCON1.PDPXMD resets to 1 (DS39662 sec. 2.6). */
	bool leds_select_full_duplex;
	bool led_polarity_misread; /* that wiring is taken for its opposite (erratum 16) */
	/* TPIN+ and TPIN- are swapped; corrected and told in PHSTAT2.PLRITY, or not (erratum 7). */
	bool polarity_reversed;
	uint32_t rbias_ohm;    /* at RBIAS; 0: the right one (DS39662 sec. 2.4, erratum 8) */
	uint32_t spi_clock_hz; /* of the host, asynchronous to CLKOUT; 0: not told (erratum 1) */
	int ambient_celsius;   /* where the board stands (erratum 3) */
	enum stutter_enc28j60_hash_index hash_index;
	/* BFS and BFC take effect on MAC and MII registers, for which they are not specified. */
	bool bit_field_ops_reach_mac;
	/* STUTTER_ENC28J60_ERRATUM() bits; stutter_enc28j60_errata() has those of a revision. */
	uint32_t errata;
	uint32_t errata_worst;  /* of them, those that act whenever they can */
	uint64_t seed;          /* of the draws that decide when the others act */
	uint8_t sram_fill;      /* every byte of the memory after power on */
	uint64_t startup_ns;    /* oscillator start-up; DS39662 sec. 2.2: 300 us */
	uint64_t src_settle_ns; /* MAC and PHY stand still after SRC; erratum 2: up to 1 ms */
	uint64_t pin_settle_ns; /* PHY is out of reach after the pin; DS39662 sec. 11.2: 50 us */
	/* From a working PHY to a link: pulses, 16 ms apart (IEEE 802.3 sec. 14.2.1.7). */
	uint64_t relink_ns;
};

/* How the attempt to send ended, told by whoever owns the wire. All zero: sent at once. */
struct stutter_enc28j60_tx_status {
	unsigned collisions;       /* collisions suffered, retries included */
	bool late_collision;       /* aborted: collision after the window */
	bool excessive_collisions; /* aborted: more than MACLCON1.RETMAX */
	bool deferred;             /* waited for the medium before sending */
	bool excessive_deferral;   /* for over 24,287 bit times; aborts if MACON4.DEFER is clear */
	size_t collided_bytes;     /* bytes on the wire from the attempts that collided */
};

#endif

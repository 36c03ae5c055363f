/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An Ethernet controller as a board sees it: SPI and INT on one side, frames on the other.
 *
 * A model is a row of constants and functions, and its state is memory of state_size bytes that the
 * caller provides and does not move; init() fills it, and nothing has to be released.
 *
 * Time is in nanoseconds and never goes backwards. Every function that gets now_ns first does what
 * was due until then. A model has no clock; next() says when it next acts by itself. It draws from
 * nothing but its seed, so the same calls give the same answers.
 *
 * A new model is one file with its row, and one line in catalogue.h.
 */
#ifndef NIC_NIC_H
#define NIC_NIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** All errata of the revision, acting as often as on silicon; or whenever they can. */
#define NIC_ERRATA_SILICON UINT32_MAX
#define NIC_ERRATA_WORST (UINT32_MAX - 1)

/** What differs from one part to the next. A model leaves out what means nothing to it. */
struct nic_config {
	uint64_t seed;         /**< of what silicon does now and then */
	uint32_t spi_clock_hz; /**< of the host */
	unsigned revision;     /**< of the silicon, an index into nic_model.revisions */
	uint32_t errata;       /**< NIC_ERRATA_SILICON, NIC_ERRATA_WORST, or bits 1 << item */
	uint64_t startup_ns;   /**< from power on until its clock is ready; 0: as the part does */
	bool lax_bit_fields;   /**< bit field commands reach every register, specified or not */
};

/** How its MAC sends at present, for whoever owns the wire (IEEE 802.3 clause 4). */
struct nic_mac {
	bool full_duplex;                   /**< nothing is deferred, nothing collides */
	bool defer_forever;                 /**< excessive deferral does not abort */
	bool no_backoff;                    /**< sends again at once after a collision */
	bool no_backoff_after_backpressure; /**< likewise, if backpressure collided */
	unsigned retries_max;               /**< so many collisions are tried again */
	unsigned window_bytes; /**< a collision after so many is late, preamble included */
	unsigned gap_bits;     /**< in bit times, between two frames of its own */
	unsigned gap1_bits;    /**< after a frame of another; carrier restarts this part */
	unsigned gap2_bits;    /**< the whole gap after a frame of another */
};

/** A frame on its way to the wire. Valid during the call. */
struct nic_frame {
	const uint8_t *bytes; /**< without preamble, with FCS */
	size_t length;
	bool is_hosts; /**< else the MAC's own, such as a pause frame */
};

/** How the attempt to send a frame ended. All zero: sent at once. */
struct nic_outcome {
	unsigned collisions; /**< retries included */
	bool late_collision, excessive_collisions;
	bool deferred, excessive_deferral;
	size_t collided_bytes; /**< on the wire, in the attempts that collided */
};

/** What a model tells of, for the trace and the counters of its board. */
enum nic_event_kind {
	NIC_EVENT_RESET,
	NIC_EVENT_READY,        /**< it can be used */
	NIC_EVENT_LINK,         /**< it sees the link come or go */
	NIC_EVENT_RX_STORED,    /**< for the host to read */
	NIC_EVENT_RX_FILTERED,  /**< not for this station */
	NIC_EVENT_RX_BAD_FCS,   /**< refused */
	NIC_EVENT_RX_OVERFLOW,  /**< lost for want of room */
	NIC_EVENT_RX_IGNORED,   /**< its receiver is off, or no frame can be so short or so long */
	NIC_EVENT_RX_CONTROL,   /**< kept by the MAC */
	NIC_EVENT_TX_BEGUN,     /**< by the host */
	NIC_EVENT_TX_SENT,      /**< whole */
	NIC_EVENT_TX_ABORTED,   /**< by MAC or wire */
	NIC_EVENT_TX_CANCELLED, /**< by the host */
	NIC_EVENT_FLOW,         /**< pause frames and backpressure */
	NIC_EVENT_INJECTED,     /**< it misbehaves because nic_ops.inject said so */
	NIC_EVENT_ERRATUM,
	NIC_EVENT_NOTE,         /**< unusual, and harmless on silicon */
	NIC_EVENT_FINDING,      /**< the guest did what the data sheet forbids */
	NIC_EVENT_NOT_MODELLED, /**< the guest relies on what the model lacks */
	NIC_EVENT_KINDS
};

/** Strings are constants. */
struct nic_event {
	enum nic_event_kind kind;
	uint64_t now_ns;
	unsigned number;     /**< of an RX or TX event: from 1 since power on */
	size_t length;       /**< of its frame, FCS included */
	const char *id;      /**< of a finding or a note: its short name; else NULL */
	const char *reg;     /**< the register concerned; NULL: none */
	const char *text;    /**< for people, never NULL */
	const char *section; /**< of the data sheet; NULL: none */
};

/**
 * What a model asks of its board; none is NULL. During a call the model may be looked at, and
 * transmit may answer at once with sent(); nothing else may be called.
 */
struct nic_ops {
	/** @p frame is to go on the wire; sent() answers. There is one at a time. */
	void (*transmit)(void *ctx, const struct nic_frame *frame, const struct nic_mac *mac,
	                 uint64_t now_ns);
	/** That frame is given up; sent() must not come any more. */
	void (*cancel)(void *ctx, uint64_t now_ns);
	/** It keeps the medium busy without a frame, or stops that (half duplex). */
	void (*backpressure)(void *ctx, bool on, uint64_t now_ns);
	void (*event)(void *ctx, const struct nic_event *event);
	/**
	 * Something comes to pass at a site, for the @p number-th time since power on.
	 * @param site An index into nic_model.sites.
	 * @param ret_effect What it does wrong, of the model's own type, all zero: nothing.
	 */
	void (*inject)(void *ctx, size_t site, unsigned number, void *ret_effect);
};

struct nic_model {
	const char *name;    /**< as device files have it, e.g. "enc28j60" */
	const char *part;    /**< as its maker has it, e.g. "ENC28J60" */
	const char *summary; /**< half a sentence for the help */
	const char *prefix;  /**< of its frames in the trace, e.g. "enc" in enc.rx#7 */
	uint64_t bit_ns;     /**< of its side of the wire: 100 at 10 Mbit/s, 10 at 100 Mbit/s */
	size_t state_size;
	const char *const *revisions; /**< of its silicon, ends with NULL; NULL: it has one only */
	/** Where its board may make it misbehave: addresses such as enc.tx; ends with NULL. */
	const char *const *sites;
	uint64_t startup_ns; /**< from power on until its clock is ready */

	/**
	 * Power on. @param nic Memory of state_size bytes. @param config Copied.
	 * @param ops Kept by reference, called with @p ctx.
	 */
	void (*init)(void *nic, const struct nic_config *config, const struct nic_ops *ops,
	             void *ctx, uint64_t now_ns);
	/**
	 * The same, as a former life of the host has left it that did not switch it off: in
	 * mid-work, INT asserted. Nobody hears of that life, which has lasted warm_life_ns; @p
	 * now_ns is at least that. NULL: there is no such life.
	 */
	void (*init_warm)(void *nic, const struct nic_config *config, const struct nic_ops *ops,
	                  void *ctx, uint64_t now_ns);
	uint64_t warm_life_ns;
	/** The supply was away and is back; what was sent is cancelled. Numbers of frames go on. */
	void (*brown_out)(void *nic, uint64_t now_ns);

	/** One chip-select-low period. @p ret_miso may be @p mosi. */
	void (*transfer)(void *nic, const uint8_t *mosi, uint8_t *ret_miso, size_t length,
	                 uint64_t now_ns);
	/** The last bit of a frame has arrived, FCS included; at least a byte. */
	void (*receive)(void *nic, const uint8_t *frame, size_t length, uint64_t now_ns);
	/** Answers nic_ops.transmit. */
	void (*sent)(void *nic, const struct nic_outcome *outcome, uint64_t now_ns);
	/** The link partner's pulses come or go. */
	void (*set_link)(void *nic, bool up, uint64_t now_ns);
	/** A carrier of the other end begins, or has ended. */
	void (*set_carrier)(void *nic, bool sensed, uint64_t now_ns);
	/** Does what is due, @p now_ns included. */
	void (*run)(void *nic, uint64_t now_ns);

	/* These change nothing. */
	/** When it next acts by itself; UINT64_MAX: never. */
	uint64_t (*next)(const void *nic);
	bool (*int_asserted)(const void *nic);
	/** Whether INT is not asserted, and can become so without the host using SPI. */
	bool (*can_interrupt)(const void *nic);
	/** Bytes that it has received and the host has not taken yet. */
	unsigned (*rx_fill)(const void *nic);
};

/** All models, in the order of the reference; ends with NULL. The first is that of most boards. */
extern const struct nic_model *const nic_models[];
/** Their names, ends with NULL. */
extern const char *const nic_names[];
/** The revisions that any of them has, each once; ends with NULL. */
extern const char *const nic_revisions[];

/** @return the model called @p name, or NULL. */
const struct nic_model *nic_find(const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The parameters of every action, as plain data. What they are called and what they may be stands in the tables, action_*.c.
 */
#ifndef FAULT_PARAMS_H
#define FAULT_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "fault/flips.h"

#define FAULT_PATH_MAX 192 /**< of a file that a fault names */

struct drop_params {
	bool enabled;
};

/** What delays are drawn from; the words are tc-netem's. */
enum distribution {
	DIST_CONSTANT,
	DIST_UNIFORM,
	DIST_NORMAL,
	DIST_PARETO,
	DIST_PARETONORMAL,
	DIST_TABLE, /**< from a file */
};

struct delay_params {
	uint64_t time_ns;           /**< mean */
	uint64_t jitter_ns;         /**< uniform: from time - jitter to time + jitter; else the scale of the distribution */
	unsigned distribution;      /**< enum distribution */
	char table[FAULT_PATH_MAX]; /**< of DIST_TABLE: a file (dist.h) */
	uint64_t correlation;       /**< billionths: how often a frame takes the draw of the one before it in its flow and direction */
	bool keep_order;            /**< a frame never overtakes one that this fault delayed before it in the same direction */
};

struct outage_params {
	uint64_t for_ns; /**< from the frame that starts it on, every frame in both directions is dropped for so long */
};

/** The Gilbert-Elliott model in tc-netem's parameters (Elliott, Bell System Technical Journal 42, 1963). Billionths. */
struct gemodel_params {
	uint64_t p;          /**< from good to bad, a frame */
	uint64_t r;          /**< from bad to good, a frame */
	uint64_t one_less_h; /**< loss in the bad state, 1-h */
	uint64_t one_less_k; /**< loss in the good state, 1-k */
};

/** Bits of the frame are inverted: at places that are drawn, or at those that are given. */
struct corrupt_params {
	uint64_t bits;      /**< how many are drawn; 0: flips says which */
	unsigned part;      /**< of the frame in which they are drawn: CORRUPT_FRAME, CORRUPT_PAYLOAD */
	struct flips flips; /**< what lies behind the frame's end stays as it is */
	bool mend;          /**< checksums are made right again, so that nobody notices */
};

enum { CORRUPT_FRAME, CORRUPT_PAYLOAD };

/** The frame loses its end; one of both, the other 0. */
struct truncate_params {
	uint64_t to, by; /**< bytes; the Ethernet header always stays */
};

/** Zeros behind the frame. */
struct pad_params {
	uint64_t to; /**< bytes */
};

/** A hop that takes no datagrams longer than this. */
struct mtu_params {
	uint64_t size; /**< bytes of an IPv4 datagram */
	bool icmp;     /**< and says so (RFC 1191); false: a black hole (RFC 2923 sec. 2.1) */
	bool fragment; /**< fragments what may be; false: it is lost too, as at a bridge */
};

/** Somebody on the way answers in the name of an end. */
struct forge_params {
	unsigned what; /**< FORGE_RST and so on */
	unsigned to;   /**< FORGE_TO_SENDER, FORGE_TO_RECEIVER or FORGE_TO_BOTH */
	bool drop;     /**< the frame that is hit is lost */
};

enum { FORGE_RST, FORGE_FIN, FORGE_UNREACHABLE_NET, FORGE_UNREACHABLE_HOST, FORGE_UNREACHABLE_PORT, FORGE_TTL };
enum { FORGE_TO_SENDER, FORGE_TO_RECEIVER, FORGE_TO_BOTH };

/** A NAT gives a conversation another port. */
struct rebind_params {
	uint64_t port; /**< 0: the next one */
};

/** A firewall forgets conversations that are silent. */
struct firewall_params {
	uint64_t idle_ns;
	bool reset; /**< it answers what it does not know any more with RST */
};

/** A link that was recorded, from a file (recording.h). */
struct mahimahi_params {
	char file[FAULT_PATH_MAX];
	bool loop;
	uint64_t queue; /**< frames that may wait, each direction */
};

struct link_trace_params {
	char file[FAULT_PATH_MAX];
	uint64_t queue;
};

/** Independent or correlated loss, tc-netem's `loss random`. Billionths. */
struct loss_params {
	uint64_t percent;
	uint64_t correlation; /**< how often a frame is decided as the one before it in its flow and direction */
};

/** What p31 is if nobody says. */
#define LOSS_STATE_REST UINT64_MAX

/**
 * The Markov chain of tc-netem's `loss state` (Salsano, Ludovici and Ordine, "Definition of a general and intuitive loss model for packet networks and its
 * implementation in the Netem module in the Linux kernel").
 * In state 1 frames pass; state 4 is an isolated loss; in a burst they are lost in state 3 and pass in state 2. Billionths, a frame.
 */
struct loss_state_params {
	uint64_t p13;
	uint64_t p31; /**< LOSS_STATE_REST: 1 - p13 */
	uint64_t p32, p23, p14;
};

/** A link of less speed with a queue in front of it, a direction; tc-netem's `rate` and `limit`. */
struct rate_params {
	uint64_t rate_bps;     /**< 0: takes no time */
	uint64_t limit;        /**< frames in the queue, the one being sent included; 0: no limit */
	uint64_t bytes;        /**< of frames in the queue; 0: no limit */
	int64_t overhead;      /**< bytes more, or less, a frame */
	uint64_t cell_size;    /**< payload of a cell; 0: none */
	int64_t cell_overhead; /**< bytes more, or less, a cell */
};

/** The link gives frames out only now and then, several at once; tc-netem's `slot`. */
struct slot_params {
	uint64_t min_ns;  /**< until the next slot, uniform */
	uint64_t max_ns;  /**< 0: as min_ns */
	uint64_t packets; /**< that one slot takes; 0: no limit */
	uint64_t bytes;   /**< 0: no limit */

	/* Instead of min_ns and max_ns, as those of struct delay_params. */
	uint64_t time_ns; /**< mean; 0: not asked */
	uint64_t jitter_ns;
	unsigned distribution;
	char table[FAULT_PATH_MAX];
};

/** The frame is not held up with the others; tc-netem's `reorder`. */
struct reorder_params {
	uint64_t gap; /**< behind one, so many less 1 go the usual way */
};

/** The frame waits for others to overtake it. */
struct hold_params {
	uint64_t frames;
};

/** The frame comes several times. */
struct duplicate_params {
	uint64_t copies;     /**< more than the frame itself */
	uint64_t between_ns; /**< from the frame to its first copy and so on */
	struct flips flips;  /**< in the copies; what lies behind their end stays as it is */
};

/** Carrier flap: the link goes away at the fault's `from`. */
struct carrier_params {
	uint64_t for_ns;
};

/** The partner's port keeps a shared medium busy without a frame. */
struct babble_params {
	uint64_t for_ns;
};

/** The partner's port asks for silence, again and again (IEEE 802.3 31B). */
struct pause_params {
	uint64_t for_ns, every_ns;
	uint64_t quanta; /**< of 512 bit times */
};

/** enc.tx: something on the cable that the MAC takes for collisions. */
struct collision_params {
	uint64_t times; /**< attempts of this frame */
	uint64_t after; /**< bytes of each, preamble included */
};

/** enc.tx: the transmit logic hangs. */
struct tx_stall_params {
	bool flags; /**< TXIF, TXERIF and TXABRT are set all the same */
};

/** enc.tx: wrong flags of a frame that is sent well. */
struct tx_flags_params {
	bool lose_txif, raise_txerif;
	bool early_txif; /**< TXIF comes up when the transmission begins, and again when it ends */
};

/** enc.rx: the next-packet pointer is stored wrong. */
struct rx_pointer_params {
	uint64_t xor_bits;
};

/** enc.rx: a frame is lost for want of room. */
struct rx_overflow_params {
	bool flag; /**< RXERIF says so */
};

/** enc.rx: PKTIF does not say what is in the ring. */
struct rx_pktif_params {
	unsigned kind; /**< PKTIF_LOST or PKTIF_FALSE */
};

enum { PKTIF_LOST, PKTIF_FALSE };

/** Disturbances without parameters. */
struct plain_params {
	bool enabled;
};

/** spi.msg: one bit of a message is inverted. */
struct spi_bit_params {
	unsigned line; /**< SPI_MOSI or SPI_MISO */
	uint64_t byte; /**< from 0; beyond the message: nothing happens */
	uint64_t bit;  /**< 7 is sent first */
};

enum { SPI_MOSI, SPI_MISO };

/** spi.msg: MISO does not move. */
struct spi_stuck_params {
	unsigned level; /**< 0 or 1 */
};

/** spi.msg: the chip select rises early; the chip sees only the first bytes. */
struct spi_cut_params {
	uint64_t after;
	bool resume; /**< and falls again at once: the chip takes the other bytes as a message of their own */
};

/** spi.msg: the message takes so much longer. */
struct spi_stall_params {
	uint64_t for_ns;
};

/** spi.msg: the message takes so many times as long. */
struct spi_slow_params {
	uint64_t factor;
};

/** int.edge: the line stays where it is for some time. */
struct int_stuck_params {
	unsigned level; /**< 0 low (asserted), 1 high */
	uint64_t for_ns;
};

/** int.edge: the line rises and falls once more. */
struct int_double_params {
	uint64_t after_ns; /**< low for so long, high for as long, then as the chip drives it */
};

/** Start-up of the chip's clock. */
struct clkrdy_params {
	uint64_t after_ns;
};

/** nor.op: the supply fails during an operation of the flash. */
struct power_cut_params {
	uint64_t after; /**< this part of the operation is done then, in billionths */
	uint64_t for_ns;
};

/** nor.read: a bit of the flash has changed by itself. */
struct nor_rot_params {
	uint64_t offset;
	uint64_t bit;
};

/** nor.op: the flash stays busy. */
struct nor_stuck_params {
	uint64_t for_ns;
};

/** nor.op: the flash takes longer. */
struct nor_slow_params {
	uint64_t factor;
};

/** The answer has this status and no body worth reading. */
struct http_status_params {
	uint64_t code;
	uint64_t retry_after_ns; /**< in a Retry-After header, whole seconds; 0: none */
};

/** The answer comes late, or pauses in mid-body. */
struct http_delay_params {
	uint64_t before_ns;
	uint64_t pause_ns, at; /**< bytes of the body */
};

struct http_truncate_params {
	uint64_t at;  /**< bytes of the body */
	unsigned end; /**< TRUNCATE_CLOSE, TRUNCATE_STALL */
};

enum { TRUNCATE_CLOSE, TRUNCATE_STALL };

struct http_length_params {
	unsigned kind;  /**< LENGTH_MISSING, LENGTH_WRONG */
	uint64_t value; /**< of LENGTH_WRONG */
};

enum { LENGTH_MISSING, LENGTH_WRONG };

struct http_redirect_params {
	char to[FAULT_PATH_MAX];
	uint64_t code;
};

/** One of a few words; which these are is the action's. */
struct word_params {
	unsigned word;
};

enum { RANGE_IGNORED, RANGE_WRONG_START, RANGE_MULTIPART, RANGE_CHANGED };
enum { BODY_PORTAL, BODY_GARBAGE, BODY_EMPTY };
enum { STALL_SERVER_HELLO, STALL_CERTIFICATE, STALL_FINISHED };
enum { CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET, CERTIFICATE_OTHER_NAME, CERTIFICATE_UNKNOWN_ISSUER };
enum { DNS_SILENCE, DNS_NXDOMAIN, DNS_SERVFAIL, DNS_WRONG_ADDRESS, DNS_TRUNCATED, DNS_TTL_0 };

struct for_params {
	uint64_t for_ns;
};

struct dhcp_params {
	unsigned answer;
	uint64_t lease_ns; /**< of DHCP_SHORT_LEASE */
};

enum { DHCP_SILENCE, DHCP_NAK, DHCP_SHORT_LEASE, DHCP_OTHER_ADDRESS };

struct ntp_params {
	unsigned answer;
	uint64_t years, offset_ns; /**< of NTP_OFFSET: years of 365 days, and this much more */
	bool behind;               /**< the server's clock is behind by that; else it is ahead */
};

enum { NTP_SILENCE, NTP_KISS_OF_DEATH, NTP_OFFSET };

struct tls_alert_params {
	uint64_t code; /**< AlertDescription (RFC 8446 6) */
};

/** The host takes nothing for so long, and has forgotten its connections. */
struct server_down_params {
	uint64_t for_ns;
	unsigned how; /**< DOWN_SILENCE, DOWN_RESET */
	bool all;     /**< every host of the far end */
};

enum { DOWN_SILENCE, DOWN_RESET };

union action_params {
	struct drop_params drop;
	struct delay_params delay;
	struct outage_params outage;
	struct gemodel_params gemodel;
	struct corrupt_params corrupt;
	struct truncate_params truncate;
	struct pad_params pad;
	struct mtu_params mtu;
	struct forge_params forge;
	struct rebind_params rebind;
	struct firewall_params firewall;
	struct mahimahi_params mahimahi;
	struct link_trace_params link_trace;
	struct loss_params loss;
	struct loss_state_params loss_state;
	struct rate_params rate;
	struct slot_params slot;
	struct reorder_params reorder;
	struct hold_params hold;
	struct duplicate_params duplicate;
	struct carrier_params carrier;
	struct babble_params babble;
	struct pause_params pause;
	struct collision_params collision;
	struct tx_stall_params tx_stall;
	struct tx_flags_params tx_flags;
	struct rx_pointer_params rx_pointer;
	struct rx_overflow_params rx_overflow;
	struct rx_pktif_params rx_pktif;
	struct plain_params plain;
	struct spi_bit_params spi_bit;
	struct spi_stuck_params spi_stuck;
	struct spi_cut_params spi_cut;
	struct spi_stall_params spi_stall;
	struct spi_slow_params spi_slow;
	struct int_stuck_params int_stuck;
	struct int_double_params int_double;
	struct clkrdy_params clkrdy;
	struct power_cut_params power_cut;
	struct nor_rot_params nor_rot;
	struct nor_stuck_params nor_stuck;
	struct nor_slow_params nor_slow;
	struct http_status_params http_status;
	struct http_delay_params http_delay;
	struct http_truncate_params http_truncate;
	struct http_length_params http_length;
	struct http_redirect_params http_redirect;
	struct for_params hold_for;
	struct dhcp_params dhcp;
	struct ntp_params ntp;
	struct tls_alert_params tls_alert;
	struct server_down_params server_down;
	struct word_params word;
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A session as it was recorded: who connected to whom, when, which bytes in turns, how it ended.
 * Plain data, made from a capture (import.h) or from a file in YAML (form.h).
 *
 * A session is a list of steps in the order in which they began. A conversation (TCP, or datagrams
 * of UDP) is a list of turns; a turn is all that one side says until the other says something or it
 * falls silent by itself.
 */
#ifndef RECORDED_RECORDING_H
#define RECORDED_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** So many steps has a session, so many turns all its conversations together. */
#define RECORDING_STEPS_MAX 4096U
#define RECORDING_TURNS_MAX 100000U
/** So many bytes of what was said are kept, in all. */
#define RECORDING_BYTES_MAX (64U * 1024U * 1024U)
/** A turn and a conversation can be so long at most, whatever of it is kept. */
#define RECORDING_LENGTH_MAX (UINT64_C(1) << 40)
#define RECORDING_NAME_MAX 256
#define RECORDING_WORD_MAX 64

enum side { SIDE_DEVICE, SIDE_SERVER };

enum turn_kind {
	TURN_DATA,
	TURN_FIN, /**< the side sends nothing any more (RFC 9293 3.6) */
	TURN_RST, /**< the side ends the connection */
};

/** What a record of TLS is, as far as it can be told without its secrets. */
enum record_kind {
	RECORD_CLIENT_HELLO,
	RECORD_SERVER_HELLO,
	RECORD_CERTIFICATE,
	RECORD_HANDSHAKE,
	RECORD_CHANGE_CIPHER_SPEC,
	RECORD_ALERT,
	RECORD_APPDATA,
	/** no whole record: the end of one that began in another turn, or what was not recorded */
	RECORD_REST,
	RECORD_KINDS
};

/** Records of one kind and length in a row. */
struct record_run {
	enum record_kind kind;
	uint32_t length; /**< of each in bytes, with its header */
	uint32_t count;
};

struct turn {
	enum side side;
	enum turn_kind kind;
	/** since the turn before was over; of the first, since the connection was open */
	uint64_t after_ns;
	uint64_t length; /**< bytes in all */
	/**
	 * The first bytes, as far as they were recorded; the others are nobody knows what. Of TLS
	 * nothing is kept.
	 */
	uint8_t *known;
	size_t known_length;
	struct record_run *runs; /**< of TLS: what the turn is made of */
	size_t run_count;
};

enum step_kind { STEP_DHCP, STEP_DNS, STEP_NTP, STEP_TCP, STEP_UDP, STEP_KINDS };

/** How the opening of a TCP connection ended. */
enum opening { OPENING_ANSWERED, OPENING_REFUSED, OPENING_UNANSWERED };

struct step {
	enum step_kind kind;
	uint64_t at_ns; /**< since the session began */
	/** until the device was through with it, or as far as it was recorded */
	uint64_t takes_ns;
	/** the number of the step after whose end it began, from 1; 0: it began by itself */
	unsigned follows;
	uint64_t wait_ns; /**< how long after that */
	/**
	 * Of a host: the name by which the capture's DNS knows the address, or that was asked for;
	 * empty: none.
	 */
	char name[RECORDING_NAME_MAX];
	uint32_t address; /**< of the server, host order; of DNS: the answer. 0: none */
	uint16_t port;    /**< of the server */
	bool tls;         /**< what was said is opaque */
	enum opening opening;
	uint64_t round_trip_ns; /**< of the opening; not in the turns' times. 0: not known */
	/** of DHCP: its messages; of DNS: what came when it was no address, such as "nxdomain" */
	char said[RECORDING_WORD_MAX];
	uint64_t tries; /**< of DNS and NTP: how often it was asked */
	struct turn *turns;
	size_t turn_count;
};

/** Where the capture was made, as the times of the handshakes show. */
enum vantage_point { VANTAGE_UNKNOWN, VANTAGE_DEVICE, VANTAGE_BETWEEN, VANTAGE_SERVER };

/** Who a device is, on its own cable. */
struct owner {
	uint32_t address; /**< host order */
	bool known;       /**< the hardware address is */
	uint8_t hardware[6];
};

struct recording {
	char source[RECORDING_NAME_MAX]; /**< the capture's name */
	uint64_t began_ns;               /**< since 1970 */
	uint32_t device;                 /**< its address, host order */
	unsigned vantage;                /**< enum vantage_point */
	struct owner owner;              /**< the device, of an import; not in a file */
	struct step *steps;
	size_t step_count;
};

extern const char *const vantage_names[];
extern const char *const record_kind_names[RECORD_KINDS + 1];
extern const char *const step_kind_names[STEP_KINDS + 1];

void recording_close(struct recording *recording);

/** Adds a step with nothing in it; the pointer holds until the next call. */
struct step *recording_add(struct recording *recording);

/** Adds a turn with nothing in it; the pointer holds until the next call. */
struct turn *step_add_turn(struct step *step);

/** Adds one record to a turn. @param length As on the wire, with its header. */
void turn_add_record(struct turn *turn, enum record_kind kind, uint32_t length);

#define RECORDING_ADDRESS_MAX 16
/** "192.0.2.1". @return ret_text. */
const char *recording_address(uint32_t address, char ret_text[RECORDING_ADDRESS_MAX]);
/** @return false if @p text is no address. */
bool recording_read_address(const char *text, uint32_t *ret_address);

#endif

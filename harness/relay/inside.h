/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Inside of the relay: relay.c sends each frame where it belongs, the others do what is to be
 * done there.
 */
#ifndef RELAY_INSIDE_H
#define RELAY_INSIDE_H

#include "lib/link/packet.h"
#include "harness/relay/relay.h"
#include "harness/server/channel.h"

/** Ethernet addresses, two VLAN tags and the type. */
#define LINK_HEADER_MAX 22U
#define RELAY_NAMES_MAX 256U
#define RELAY_NAME_TEXT_MAX 256U
#define RELAY_PENDING_MAX 256U
/** Datagrams whose later fragments follow the first. */
#define RELAY_DATAGRAMS 8U

/* -- names of hosts -- */

/** What DNS has said, and texts of addresses that it has not. */
struct names {
	struct name_row {
		uint32_t address;
		char name[RELAY_NAME_TEXT_MAX];
	} rows[RELAY_NAMES_MAX];
	size_t count; /**< that were ever learned; a ring */
	char dotted[16];
};

/** Takes names and addresses from an answer of DNS; what cannot be read is passed over. */
void names_learn(struct names *names, struct bytes dns_message);
/** @return its name, or its address as text; valid until the next call. */
const char *names_of_address(struct names *names, uint32_t address);

/* -- datagrams -- */

/** What was decided about a question whose answer has not come. */
struct pending {
	enum pending_kind { PENDING_NOTHING, PENDING_DNS, PENDING_DHCP, PENDING_NTP } kind;
	uint32_t device, server;
	uint16_t port;
	uint32_t id[2]; /**< of the question: DNS's id, DHCP's xid, NTP's transmit time */
	struct dns_effects dns;
	struct ntp_effect ntp;
	struct ntp_clock clock;
	bool dhcp_silent, dhcp_refuses;
	uint64_t lease_ns;
	size_t length; /**< of the DHCP message: */
	uint8_t message[DHCP_MESSAGE_MAX];
};

struct datagrams {
	struct pending list[RELAY_PENDING_MAX];
	size_t count; /**< that were ever put there; a ring */
};

/**
 * A datagram of UDP. @return the frame, which may have changed, or NULL if it is held back (and
 * released).
 */
struct frame *datagram_pass(struct relay *relay, struct frame *frame, const struct packet *packet, enum direction direction);

/* -- flows -- */

struct exchange;

struct flow_ends {
	uint32_t device, server;
	uint16_t device_port, server_port;
};

/** A conversation of TCP that has begun since the relay did. */
struct flow {
	struct flow *chained, *older, *newer;
	struct flow_ends ends;
	uint8_t link[LINK_HEADER_MAX]; /**< what the device puts in front of its packets */
	size_t link_length;
	bool ended_here; /**< our stack has it */
	bool forgotten;  /**< its host went down */
	struct exchange *exchange;
};

#define FLOW_BUCKETS 4096U

struct flows {
	struct flow *buckets[FLOW_BUCKETS], *oldest, *newest;
	size_t count;
};

/** A packet of it has come: it is the youngest. */
struct flow *flow_find(struct flows *flows, const struct flow_ends *ends);
/** The same without a packet: it becomes no younger. */
struct flow *flow_look(struct flows *flows, const struct flow_ends *ends);
/**
 * Of a SYN: the flow begins, anew if it was there. @return it, with its exchange if that still goes
 * on.
 */
struct flow *flow_begin(struct relay *relay, const struct flow_ends *ends, struct bytes frame, size_t link_length);
void flows_close(struct flows *flows);

/* -- the relay -- */

struct relay {
	struct relay_config config;
	struct names names;
	struct datagrams datagrams;
	struct flows flows;
	struct fragmented {
		uint32_t source;
		uint16_t id;
	} fragmented[RELAY_DATAGRAMS]; /**< datagrams whose first fragment our stack has; a ring */
	size_t fragmented_count;
	/** hosts that have forgotten their connections; a ring */
	uint32_t fallen[RELAY_NAMES_MAX];
	size_t fallen_count;
	bool all_fallen;
	unsigned exchanges; /**< that were ever begun */
	unsigned active;    /**< that go on */
	bool told_of_ipv6;
};

sim_ns relay_now(const struct relay *relay);

/* -- an exchange: the two connections of a flow that is ended here -- */

/** Bytes that wait. */
struct pool {
	uint8_t *data;
	size_t begin, length, room;
};

/** One of its connections, and what is to be written to it. */
struct side {
	struct channel *channel; /**< NULL: it is not there yet, or not any more */
	struct pool out;
	bool stopped; /**< nothing is read from it, as what its bytes are has it */
	bool full;    /**< nor until the other side has room again */
	bool inside;  /**< it is being read from */
	size_t left;  /**< bytes of it that were offered and not used */
	bool ended;   /**< the other end has said that it sends no more */
	bool told;    /**< who reads its bytes knows that */
	bool shut;    /**< it was told that no more comes */
};

enum exchange_kind { EXCHANGE_NEW, EXCHANGE_WEB, EXCHANGE_SECURE, EXCHANGE_OTHER };

struct exchange {
	struct relay *relay;
	struct flow *flow;
	unsigned number;
	struct frame *syn; /**< the device's, until the real server has answered ours */
	bool up_opened;
	struct side down, up; /**< towards the device, towards the server */
	enum exchange_kind kind;
	struct web *web;
	struct secure *secure;
	bool closing;   /**< it ends once everything is written to the device */
	unsigned depth; /**< of callbacks under way */
	bool over;
};

/** Begins listening for connections to the ports. */
void exchanges_listen(struct relay *relay);

/** The device's first SYN of a flow, or one more. The flow has it from then on. */
void exchange_syn(struct relay *relay, struct flow *flow, struct frame *frame, const struct packet *packet);
/** Its connections are no more, told to nobody (silent) but the server, or with resets. */
void exchange_drop(struct exchange *exchange, bool silent);

/**
 * Around everything that is done outside of the callbacks of its connections: within, it is not
 * released.
 */
void exchange_enter(struct exchange *exchange);
void exchange_leave(struct exchange *exchange);
/** A line of the trace, with the number of the connection in front. */
void exchange_say(const struct exchange *exchange, const char *topic, const char *format, ...) __attribute__((format(printf, 3, 4)));
/**
 * Bytes for a side; they are written as it takes them. @return where they are, so that they may be
 * changed until exchange_flush().
 */
uint8_t *exchange_put(struct side *side, const void *data, size_t length);
/** Writes what was put, as much as the side takes now; the rest follows by itself. */
void exchange_flush(struct exchange *exchange, struct side *side);
/** Nothing of a side is read until exchange_resume(). */
void exchange_stop(struct side *side);
/** Ends that. What has come meanwhile is offered at once, unless the side is being read from. */
void exchange_resume(struct exchange *exchange, struct side *side);
/**
 * What has to be looked at behind everything that was done outside of the callbacks of a
 * connection.
 */
void exchange_settle(struct exchange *exchange);
/** Nothing is read any more, and both connections end when everything is written to the device. */
void exchange_close(struct exchange *exchange);
/**
 * Ends both connections: the device's in an orderly way behind what was written, or with a reset.
 */
void exchange_end(struct exchange *exchange, bool resets);
/** What is read passes from now on as it is. */
void exchange_pass(struct exchange *exchange);

/* -- what is in it -- */

/** @param exchange Borrowed. @return owned by the exchange, which closes it. */
struct web *web_open(struct exchange *exchange);
/** @param web NULL: nothing is done. */
void web_close(struct web *web);
/**
 * Bytes of the device, of the server. @return how many were used; all, unless the side is stopped.
 */
size_t web_ask(struct web *web, struct bytes data);
size_t web_answer(struct web *web, struct bytes data);
/** What web_ask() has used was taken out of TCP's window. */
void web_taken(struct web *web);
/**
 * The device, the server sends nothing more, and all that it has sent was used. What was kept of it
 * passes, though its end is not there.
 */
void web_ask_ended(struct web *web);
void web_answer_ended(struct web *web);
/** Whether nothing more will be sent to the device, though the connection stays. */
bool web_stalls(const struct web *web);

/** @param exchange Borrowed, as of web_open(); the functions mean what those of a web do. */
struct secure *secure_open(struct exchange *exchange);
void secure_close(struct secure *secure);
size_t secure_ask(struct secure *secure, struct bytes data);
size_t secure_answer(struct secure *secure, struct bytes data);
void secure_ask_ended(struct secure *secure);
void secure_answer_ended(struct secure *secure);
bool secure_stalls(const struct secure *secure);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A connection of the host as a stream of bytes: TCP, or TLS over TCP. Who uses one need not know
 * which.
 *
 * A channel belongs to its user from accepted() on until it calls channel_close() or
 * channel_abort(), or is told failed(); it is gone then. The user may close it in any of its
 * callbacks.
 */
#ifndef SERVER_CHANNEL_H
#define SERVER_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"
#include "harness/server/tls.h"

struct channel;

/** How a connection can be no more. */
enum channel_failure {
	CHANNEL_RESET,     /**< a RST has come */
	CHANNEL_GIVEN_UP,  /**< TCP has had no answer for too long */
	CHANNEL_CLOSED,    /**< both ends have ended it */
	CHANNEL_REFUSED,   /**< by this end, or by TLS on it */
	CHANNEL_FORGOTTEN, /**< as the user of another channel has wished */
};

/** What a channel tells its user. */
struct channel_ops {
	/**
	 * Bytes have come. @return how many were used; the others are offered again after
	 * channel_resume().
	 */
	size_t (*received)(void *ctx, struct bytes data);
	/** The client's TCP has acknowledged @p length more of the bytes that were written. */
	void (*sent)(void *ctx, size_t length);
	/** The client sends nothing any more; it may still read. */
	void (*ended)(void *ctx);
	/**
	 * The connection is no more. @param why The same in a few words for people; NULL of
	 * CHANNEL_FORGOTTEN.
	 */
	void (*failed)(void *ctx, enum channel_failure kind, const char *why);
};

/** Who a connection is offered to. */
struct channel_listener {
	/**
	 * Somebody has connected.
	 * @param ret_ops What the channel shall call, with the returned context.
	 */
	void *(*accepted)(void *ctx, struct channel *channel, struct channel_ops *ret_ops);
	/**
	 * Of a port with TLS: what the connection of @p user is to be like; asked when its first
	 * bytes come. @return false: it is reset. NULL for plain TCP.
	 */
	bool (*configure)(void *user, struct tls_config *ret_config);
	/** Of a port with TLS: the handshake of @p user's channel is complete. */
	void (*opened)(void *user);
	void *ctx;
};

/** The ends of a connection, host order. */
struct channel_ends {
	uint32_t local_address, remote_address;
	uint16_t local_port, remote_port;
};

/**
 * Of a relay (host_open_relay()): opens a connection on its side to the servers, as if from @p
 * ends' local end. TCP's window takes what comes at once; nothing is held back to be sent together.
 * @param opened Called once if it is answered; failed() is if not.
 */
struct channel *channel_connect(const struct channel_ends *ends, const struct channel_ops *ops, void (*opened)(void *user), void *user);

/**
 * Of a relay: connections with these ends that no channel has any more, such as those in TIME-WAIT,
 * are forgotten.
 */
void channel_forget_old(const struct channel_ends *ends);

/** This connection is forgotten without a word; failed() is not called, and the channel is gone. */
void channel_forget_one(struct channel *channel);

/** How many bytes have come while it was held. */
size_t channel_waiting(const struct channel *channel);

/** Sends small pieces at once (RFC 1122 4.2.3.4 without Nagle's algorithm). */
void channel_hurry(struct channel *channel);

/** Nothing more will be written: the other end is told so behind what was. Bytes still come. */
void channel_shut(struct channel *channel);

/** How much could be written now. */
size_t channel_room(const struct channel *channel);

/** Listens on @p port of every address of the host. @param listener Must outlive the host. */
void channel_listen(uint16_t port, const struct channel_listener *listener);

/** The ends of the connection, host order. */
uint32_t channel_address(const struct channel *channel);
uint32_t channel_remote_address(const struct channel *channel);
uint16_t channel_port(const struct channel *channel);
uint16_t channel_remote_port(const struct channel *channel);

/** The TLS on it; NULL for plain TCP, and before the first bytes. */
const struct tls *channel_tls(const struct channel *channel);

/**
 * The bytes were read, so that the client may send as many more. To be called by received() before
 * it writes anything.
 */
void channel_took(struct channel *channel, size_t length);

/** From now on nothing is received; what comes fills TCP's window. */
void channel_hold(struct channel *channel);
/** Ends that, and hands over what has come. */
void channel_resume(struct channel *channel);

/**
 * Takes back the whole window that TCP has given, as a server without memory may (RFC 9293 3.8.6
 * calls it shrinking), and gives it again.
 */
void channel_shut_window(struct channel *channel);
void channel_open_window(struct channel *channel);

/**
 * Writes as much as fits now.
 * @param more There is more to come at once (PSH is not set).
 * @param copy Whether the bytes may go before they are acknowledged.
 * @return how many bytes were taken.
 */
size_t channel_write(struct channel *channel, struct bytes data, bool more, bool copy);

/** The TCP sequence number behind all that was written, be it sent or not. */
uint32_t channel_sequence(const struct channel *channel);

/** Sends what was written. */
void channel_flush(struct channel *channel);

/** Ends it in an orderly way, what was written goes out before; or with a reset. */
void channel_close(struct channel *channel);
void channel_abort(struct channel *channel);

/**
 * All connections to @p address (0: to any) are forgotten without a word, as when a server has lost
 * its supply; failed() is called with CHANNEL_FORGOTTEN.
 */
void channel_forget(uint32_t address);

#endif

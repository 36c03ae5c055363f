/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Inside of a channel: channel.c is what every connection has, channel_connect.c those that
 * this host begins, and what of old ones is in their way.
 */
#ifndef SERVER_CHANNEL_INSIDE_H
#define SERVER_CHANNEL_INSIDE_H

#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>

#include "harness/server/channel.h"

struct mark {
	struct mark *next;
	uint64_t cipher, plain; /* places behind a write */
};

struct channel {
	struct channel *next; /* of all channels */
	const struct channel_listener *listener;
	struct channel_ops ops;
	void *user;
	struct tcp_pcb *pcb; /* NULL: gone, or: */
	bool outlives;       /* TCP has forgotten it behind both ends, the user has not */
	uint32_t address;    /* of the server's end */
	struct tls *tls;
	void (*connected)(void *user);
	bool held, ended, aborted, opened;
	unsigned depth;      /* of callbacks under way */
	struct pbuf *unread; /* what came while it was held */
	uint8_t *rest;       /* TLS: plain text that was not used */
	size_t rest_length;
	struct mark *marks, **marks_end;
	uint64_t cipher_written, cipher_acknowledged, plain_written, plain_acknowledged;
};

/** A channel on a pcb that has none. */
struct channel *channel_new(struct tcp_pcb *pcb, const struct channel_listener *listener);

/**
 * Before everything that may call the user, up to channel_leave(): within, the channel is not
 * released.
 */
void channel_enter(struct channel *channel);
/** @return what lwIP is to be told. */
err_t channel_leave(struct channel *channel);

/** The pcb is no more, or no more the channel's; outside of callbacks the channel is released. */
void channel_detach(struct channel *channel);
/** The pcb tells nobody anything any more. */
void channel_silence(struct tcp_pcb *pcb);

#endif

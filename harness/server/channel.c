/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: bytes that a held channel gets stay in a pbuf chain and in TCP's window, so there
 * is never more than a window of them. On plain TCP what is written goes to lwIP as it is, without
 * a copy if it stays. With TLS the ciphertext waits in TLS's own buffer until lwIP takes it, and is
 * copied; a mark for every write says which place in the ciphertext is which place in the plain
 * text, so that acknowledgements can be told in bytes of plain text.
 *
 * Both ends may have ended a connection whose bytes the user has not read to their end: TCP forgets
 * it when TIME-WAIT is over, and the channel stays until its user closes it.
 *
 * A channel that is closed in a callback is released when the callback has returned. lwIP wants
 * ERR_ABRT from its callback when the pcb was aborted in it.
 */
#include "harness/server/channel_inside.h"

#include <stdlib.h>
#include <string.h>

#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/server/host.h"

/* A record is begun only if it can be of some size, or is the last. */
#define RECORD_MIN 2048U

static struct channel *channels;

/* -- life -- */

static void release(struct channel *channel)
{
	struct channel **place = &channels;

	while (*place != channel)
		place = &(*place)->next;
	*place = channel->next;
	for (struct mark *mark = channel->marks, *next; mark != NULL; mark = next) {
		next = mark->next;
		free(mark);
	}
	if (channel->unread != NULL)
		pbuf_free(channel->unread);
	tls_close(channel->tls);
	free(channel->rest);
	free(channel);
}

static bool is_gone(const struct channel *channel)
{
	return channel->pcb == NULL && !channel->outlives;
}

void channel_enter(struct channel *channel)
{
	channel->depth++;
}

/* @return what the callback has to tell lwIP. */
err_t channel_leave(struct channel *channel)
{
	err_t result = channel->aborted ? ERR_ABRT : ERR_OK;

	if (--channel->depth == 0 && is_gone(channel))
		release(channel);
	return result;
}

/* lwIP's pcb is no more, or no more ours. */
void channel_detach(struct channel *channel)
{
	channel->pcb = NULL;
	channel->outlives = false;
	if (channel->depth == 0)
		release(channel);
}

/*
 * lwIP releases a pcb. With any but one in TIME-WAIT an error is told, at once before or behind
 * this.
 */
static void on_released(u8_t id, void *arg)
{
	struct channel *channel = arg;

	(void)id;
	if (channel == NULL || channel->pcb == NULL)
		return;
	channel->outlives = channel->pcb->state == TIME_WAIT;
	channel->pcb = NULL;
}

static u8_t own_arg(void)
{
	static bool is_there;
	static u8_t id;

	if (!is_there)
		id = tcp_ext_arg_alloc_id();
	is_there = true;
	return id;
}

void channel_silence(struct tcp_pcb *pcb)
{
	tcp_arg(pcb, NULL);
	tcp_ext_arg_set(pcb, own_arg(), NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
}

void channel_close(struct channel *channel)
{
	struct tcp_pcb *pcb = channel->pcb;

	if (pcb == NULL) {
		channel_detach(channel);
		return;
	}
	if (channel->tls != NULL) {
		tls_end(channel->tls);
		channel_flush(channel);
	}
	channel_silence(pcb);
	/* It fails only for want of memory, of which we have enough or none at all. */
	CHECK(tcp_close(pcb) == ERR_OK);
	channel_detach(channel);
}

void channel_abort(struct channel *channel)
{
	struct tcp_pcb *pcb = channel->pcb;

	if (pcb != NULL) {
		channel_silence(pcb);
		tcp_abort(pcb);
		channel->aborted = true;
	}
	channel_detach(channel);
}

/* Tells the user, once, that the connection is no more. */
static void fail(struct channel *channel, enum channel_failure kind, const char *why)
{
	channel->ops.failed(channel->user, kind, why);
}

void channel_forget(uint32_t address)
{
	for (struct channel *channel = channels, *next; channel != NULL; channel = next) {
		next = channel->next;
		if (channel->pcb == NULL || (address != 0 && channel->address != address))
			continue;
		channel_enter(channel);
		channel_silence(channel->pcb);
		tcp_abandon(channel->pcb, 0);
		channel->pcb = NULL;
		channel->aborted = true;
		fail(channel, CHANNEL_FORGOTTEN, NULL);
		(void)channel_leave(channel);
	}
}

/* -- writing -- */

static void push_cipher(struct channel *channel)
{
	for (;;) {
		struct bytes pending = tls_pending(channel->tls);
		size_t room = tcp_sndbuf(channel->pcb);
		size_t piece = pending.length < room ? pending.length : room;
		if (piece > 0xffff)
			piece = 0xffff;
		if (piece == 0 || tcp_write(channel->pcb, pending.data, (u16_t)piece, TCP_WRITE_FLAG_COPY) != ERR_OK)
			return;
		tls_sent(channel->tls, piece);
		channel->cipher_written += piece;
	}
}

void channel_flush(struct channel *channel)
{
	if (channel->pcb == NULL)
		return;
	if (channel->tls != NULL)
		push_cipher(channel);
	(void)tcp_output(channel->pcb);
}

static void add_mark(struct channel *channel)
{
	struct mark *mark = memory_new(sizeof *mark);

	mark->cipher = channel->cipher_written + tls_pending(channel->tls).length;
	mark->plain = channel->plain_written;
	*channel->marks_end = mark;
	channel->marks_end = &mark->next;
}

static size_t write_tls(struct channel *channel, struct bytes data)
{
	size_t room = tcp_sndbuf(channel->pcb), piece = data.length < TLS_PLAIN_MAX ? data.length : TLS_PLAIN_MAX;

	if (tls_state(channel->tls) != TLS_OPEN || tls_pending(channel->tls).length > 0 || room <= TLS_OVERHEAD)
		return 0;
	if (piece > room - TLS_OVERHEAD)
		piece = room - TLS_OVERHEAD;
	if (piece < data.length && piece < RECORD_MIN)
		return 0;
	tls_write(channel->tls, bytes_part(data, 0, piece));
	channel->plain_written += piece;
	add_mark(channel);
	push_cipher(channel);
	return piece;
}

size_t channel_write(struct channel *channel, struct bytes data, bool more, bool copy)
{
	if (channel->pcb == NULL)
		return 0;
	if (channel->tls != NULL)
		return write_tls(channel, data);
	size_t room = tcp_sndbuf(channel->pcb);
	size_t piece = data.length < room ? data.length : room;
	if (piece > 0xffff)
		piece = 0xffff;
	u8_t flags = (u8_t)((more || piece < data.length ? TCP_WRITE_FLAG_MORE : 0) | (copy ? TCP_WRITE_FLAG_COPY : 0));
	if (piece == 0 || tcp_write(channel->pcb, data.data, (u16_t)piece, flags) != ERR_OK)
		return 0;
	return piece;
}

uint32_t channel_sequence(const struct channel *channel)
{
	return channel->pcb->snd_lbb + (channel->tls != NULL ? (uint32_t)tls_pending(channel->tls).length : 0);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
	struct channel *channel = arg;
	size_t plain = length;

	(void)pcb;
	channel_enter(channel);
	if (channel->tls != NULL) {
		channel->cipher_acknowledged += length;
		uint64_t before = channel->plain_acknowledged;
		while (channel->marks != NULL && channel->marks->cipher <= channel->cipher_acknowledged) {
			struct mark *mark = channel->marks;
			channel->plain_acknowledged = mark->plain;
			channel->marks = mark->next;
			if (channel->marks == NULL)
				channel->marks_end = &channel->marks;
			free(mark);
		}
		plain = (size_t)(channel->plain_acknowledged - before);
		channel_flush(channel);
	}
	if (plain > 0)
		channel->ops.sent(channel->user, plain);
	return channel_leave(channel);
}

/* -- reading -- */

void channel_took(struct channel *channel, size_t length)
{
	if (channel->tls == NULL && channel->pcb != NULL)
		tcp_recved(channel->pcb, (u16_t)length);
}

static void read_plain(struct channel *channel, struct pbuf *packet)
{
	char data[TCP_WND + 1];
	u16_t length = pbuf_copy_partial(packet, data, TCP_WND, 0);

	pbuf_free(packet);
	size_t used = channel->ops.received(channel->user, bytes_of(data, length));
	if (used >= length || is_gone(channel))
		return;
	channel->unread = pbuf_alloc(PBUF_RAW, (u16_t)(length - used), PBUF_RAM);
	CHECK(channel->unread != NULL && pbuf_take(channel->unread, data + used, (u16_t)(length - used)) == ERR_OK);
}

static bool open_tls(struct channel *channel)
{
	struct tls_config config = {0};

	if (!channel->listener->configure(channel->user, &config)) {
		fail(channel, CHANNEL_REFUSED, "the server has reset the connection");
		channel_abort(channel);
		return false;
	}
	channel->tls = tls_open(&config);
	return true;
}

/* Hands plain text to the user; what is not used stays. */
static void offer(struct channel *channel, const uint8_t *data, size_t length)
{
	size_t used = channel->ops.received(channel->user, bytes_of(data, length));

	if (channel->pcb == NULL)
		return;
	uint8_t *rest = used < length ? memory_new(length - used) : NULL;
	if (rest != NULL && data != NULL)
		memcpy(rest, data + used, length - used);
	free(channel->rest);
	channel->rest = rest;
	channel->rest_length = length - used;
}

/* What the handshake or the end of TLS means for the user. */
static void follow_tls(struct channel *channel)
{
	switch (tls_state(channel->tls)) {
	case TLS_OPEN:
		if (!channel->opened)
			channel->listener->opened(channel->user);
		channel->opened = true;
		break;
	case TLS_FAILED:
		fail(channel, CHANNEL_REFUSED, tls_failure(channel->tls));
		channel_close(channel);
		break;
	case TLS_ENDED:
		if (!channel->ended)
			channel->ops.ended(channel->user);
		channel->ended = true;
		break;
	case TLS_SHAKING:
		break;
	}
}

static void pump(struct channel *channel)
{
	uint8_t plain[TLS_PLAIN_MAX];
	size_t length;

	while (channel->pcb != NULL && !channel->held) {
		if (channel->rest_length > 0) {
			offer(channel, channel->rest, channel->rest_length);
			continue;
		}
		length = tls_read(channel->tls, plain, sizeof plain);
		channel_flush(channel);
		follow_tls(channel);
		if (length == 0)
			return;
		if (channel->pcb != NULL)
			offer(channel, plain, length);
	}
}

static void read_cipher(struct channel *channel, struct pbuf *packet)
{
	u16_t length = packet->tot_len;

	if (channel->tls == NULL && !open_tls(channel)) {
		pbuf_free(packet);
		return;
	}
	for (const struct pbuf *part = packet; part != NULL; part = part->next)
		tls_feed(channel->tls, bytes_of(part->payload, part->len));
	pbuf_free(packet);
	tcp_recved(channel->pcb, length);
	pump(channel);
}

static void read_packet(struct channel *channel, struct pbuf *packet)
{
	if (channel->listener->configure != NULL)
		read_cipher(channel, packet);
	else
		read_plain(channel, packet);
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
	struct channel *channel = arg;

	(void)error;
	(void)pcb;
	channel_enter(channel);
	if (packet == NULL) {
		if (!channel->ended)
			channel->ops.ended(channel->user);
		channel->ended = true;
	} else if (!channel->held) {
		read_packet(channel, packet);
	} else if (channel->unread != NULL) {
		pbuf_cat(channel->unread, packet);
	} else {
		channel->unread = packet;
	}
	return channel_leave(channel);
}

void channel_hold(struct channel *channel)
{
	channel->held = true;
}

void channel_resume(struct channel *channel)
{
	struct pbuf *unread = channel->unread;

	channel_enter(channel);
	channel->held = false;
	channel->unread = NULL;
	if (channel->tls != NULL)
		pump(channel);
	if (unread != NULL && !is_gone(channel) && !channel->held)
		read_packet(channel, unread);
	else if (unread != NULL && !is_gone(channel))
		channel->unread = unread;
	else if (unread != NULL)
		pbuf_free(unread);
	(void)channel_leave(channel);
}

void channel_shut_window(struct channel *channel)
{
	if (channel->pcb == NULL)
		return;
	channel->pcb->rcv_wnd = channel->pcb->rcv_ann_wnd = 0;
	channel->pcb->rcv_ann_right_edge = channel->pcb->rcv_nxt;
	tcp_ack_now(channel->pcb);
}

void channel_open_window(struct channel *channel)
{
	if (channel->pcb == NULL)
		return;
	channel->pcb->rcv_wnd = TCP_WND_MAX(channel->pcb);
	(void)tcp_update_rcv_ann_wnd(channel->pcb);
	tcp_ack_now(channel->pcb);
	(void)tcp_output(channel->pcb);
}

/* -- accepting -- */

static void on_error(void *arg, err_t error)
{
	struct channel *channel = arg;

	if (channel == NULL)
		return;
	/* lwIP has released the pcb, or does so next. */
	channel_enter(channel);
	if (channel->pcb != NULL)
		tcp_ext_arg_set(channel->pcb, own_arg(), NULL);
	channel->pcb = NULL;
	if (error == ERR_RST)
		fail(channel, CHANNEL_RESET, "ended by a RST that came");
	else if (error == ERR_CLSD)
		fail(channel, CHANNEL_CLOSED, "closed");
	else
		fail(channel, CHANNEL_GIVEN_UP, "given up by TCP");
	(void)channel_leave(channel);
}

struct channel *channel_new(struct tcp_pcb *pcb, const struct channel_listener *listener)
{
	static const struct tcp_ext_arg_callbacks released = {on_released, NULL};
	struct channel *channel = memory_new(sizeof *channel);

	channel->next = channels;
	channels = channel;
	channel->marks_end = &channel->marks;
	channel->listener = listener;
	channel->pcb = pcb;
	channel->address = lwip_ntohl(ip_2_ip4(&pcb->local_ip)->addr);
	tcp_arg(pcb, channel);
	tcp_ext_arg_set_callbacks(pcb, own_arg(), &released);
	tcp_ext_arg_set(pcb, own_arg(), channel);
	tcp_recv(pcb, on_recv);
	tcp_sent(pcb, on_sent);
	tcp_err(pcb, on_error);
	return channel;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
	const struct channel_listener *listener = arg;

	if (error != ERR_OK || pcb == NULL)
		return ERR_VAL;
	struct channel *channel = channel_new(pcb, listener);
	channel_enter(channel);
	channel->user = listener->accepted(listener->ctx, channel, &channel->ops);
	return channel_leave(channel);
}

void channel_listen(uint16_t port, const struct channel_listener *listener)
{
	struct netif *side = host_relay_side(TO_DEVICE);
	struct tcp_pcb *pcb = tcp_new();

	CHECK(pcb != NULL);
	if (side != NULL)
		tcp_bind_netif(pcb, side);
	CHECK(tcp_bind(pcb, IP_ANY_TYPE, port) == ERR_OK);
	pcb = tcp_listen(pcb);
	CHECK(pcb != NULL);
	tcp_arg(pcb, (void *)(uintptr_t)listener);
	tcp_accept(pcb, on_accept);
}

/* -- asking -- */

uint32_t channel_address(const struct channel *channel)
{
	return channel->address;
}

uint32_t channel_remote_address(const struct channel *channel)
{
	return lwip_ntohl(ip_2_ip4(&channel->pcb->remote_ip)->addr);
}

uint16_t channel_port(const struct channel *channel)
{
	return channel->pcb->local_port;
}

uint16_t channel_remote_port(const struct channel *channel)
{
	return channel->pcb->remote_port;
}

const struct tls *channel_tls(const struct channel *channel)
{
	return channel->tls;
}

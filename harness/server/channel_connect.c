/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections that this host begins, from any address, as the relay does; and what of old ones is
 * in their way.
 */
#include "lib/base/check.h"
#include "harness/server/channel_inside.h"
#include "harness/server/host.h"

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
	struct channel *channel = arg;

	(void)pcb;
	(void)error;
	channel_enter(channel);
	channel->connected(channel->user);
	return channel_leave(channel);
}

struct channel *channel_connect(const struct channel_ends *ends, const struct channel_ops *ops, void (*opened)(void *user), void *user)
{
	static const struct channel_listener nobody = {.accepted = NULL};
	ip_addr_t local = {lwip_htonl(ends->local_address)}, remote = {lwip_htonl(ends->remote_address)};
	struct tcp_pcb *pcb = tcp_new();

	CHECK(pcb != NULL);
	struct channel *channel = channel_new(pcb, &nobody);
	channel->ops = *ops;
	channel->user = user;
	channel->connected = opened;
	tcp_nagle_disable(pcb);
	tcp_bind_netif(pcb, host_relay_side(TO_SERVER));
	/*
	 * Not by tcp_bind(), for which a port can have one connection only: the device's kernel may
	 * use one for several.
	 */
	ip_addr_copy(pcb->local_ip, local);
	pcb->local_port = ends->local_port;
	channel->address = ends->local_address;
	CHECK(tcp_connect(pcb, &remote, ends->remote_port, on_connected) == ERR_OK);
	return channel;
}

void channel_forget_one(struct channel *channel)
{
	struct tcp_pcb *pcb = channel->pcb;

	if (pcb != NULL) {
		channel_silence(pcb);
		tcp_abandon(pcb, 0);
		channel->aborted = true;
	}
	channel_detach(channel);
}

size_t channel_waiting(const struct channel *channel)
{
	return channel->unread != NULL ? channel->unread->tot_len : 0;
}

static bool has_ends(const struct tcp_pcb *pcb, const struct channel_ends *ends)
{
	return pcb->local_port == ends->local_port && pcb->remote_port == ends->remote_port &&
	       pcb->local_ip.addr == lwip_htonl(ends->local_address) && pcb->remote_ip.addr == lwip_htonl(ends->remote_address);
}

static void forget_among(struct tcp_pcb *first, const struct channel_ends *ends)
{
	for (struct tcp_pcb *pcb = first, *next; pcb != NULL; pcb = next) {
		next = pcb->next;
		if (has_ends(pcb, ends) && (pcb->callback_arg == NULL || pcb->state == SYN_RCVD))
			tcp_abandon(pcb, 0);
	}
}

void channel_forget_old(const struct channel_ends *ends)
{
	forget_among(tcp_active_pcbs, ends);
	forget_among(tcp_tw_pcbs, ends);
}

void channel_hurry(struct channel *channel)
{
	if (channel->pcb != NULL)
		tcp_nagle_disable(channel->pcb);
}

void channel_shut(struct channel *channel)
{
	if (channel->pcb != NULL)
		(void)tcp_shutdown(channel->pcb, 0, 1);
}

size_t channel_room(const struct channel *channel)
{
	return channel->pcb != NULL && tcp_sndqueuelen(channel->pcb) < TCP_SND_QUEUELEN - 8 ? tcp_sndbuf(channel->pcb) : 0;
}

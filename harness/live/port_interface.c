/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A port through libpcap. How it works: the kernel puts frames into a ring in shared memory, each
 * at once (immediate mode, else it would wait for a block of them), and libpcap's descriptor is
 * readable as long as one is there. What this port has sent would come back by the ring like all
 * that leaves the interface: the kernel is asked to leave it out (PACKET_IGNORE_OUTGOING,
 * packet(7)), so that it takes no room there, and libpcap passes over it where the kernel is too
 * old for that.
 *
 * Frames are sent by a socket of their own, which hears nothing (protocol 0) and which nobody waits
 * for: whenever a frame has left, the kernel tells those who wait for its socket that there is room
 * again, and with pcap_inject() that is the bridge, which waits for frames to read.
 */
#include "harness/live/port.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/link/frame.h"
#include "harness/live/unfinished.h"

/*
 * What waits to be read: an eighth of a second of the smallest frames of twenty links of 10 Mbit/s,
 * as a virtual machine may have to wait for its core.
 */
#define RING_BYTES (64 << 20)
/* What may wait to be sent: a burst must fit that the interface sends slowly. */
#define SEND_BYTES (4 << 20)
/* Longer frames are told of by their length only. */
#define SNAPLEN 65535

struct interface_port {
	pcap_t *pcap;
	int out;                       /* sends; -1: not open */
	struct port_counters counters; /* without what the kernel counts */
	port_take *take;
	void *ctx;
	uint8_t finished[FRAME_MAX];
	char name[PORT_NAME_MAX];
};

static uint64_t stamp_of(const struct pcap_pkthdr *header)
{
	/* With nanosecond stamps tv_usec holds nanoseconds (pcap_set_tstamp_precision(3PCAP)). */
	return (uint64_t)header->ts.tv_sec * 1000000000U + (uint64_t)header->ts.tv_usec;
}

static void take_frame(u_char *state, const struct pcap_pkthdr *header, const u_char *data)
{
	struct interface_port *port = (struct interface_port *)state;
	struct bytes frame = bytes_of(data, header->caplen);
	struct unfinished unfinished;

	if (header->caplen < header->len || header->len > FRAME_MAX) {
		port->counters.too_long++;
		return;
	}
	if (unfinished_find(frame, &unfinished)) {
		memcpy(port->finished, data, frame.length);
		unfinished_finish(port->finished, &unfinished);
		frame.data = port->finished;
	}
	port->counters.received++;
	port->take(port->ctx, frame, stamp_of(header));
}

static bool read_frames(void *state, unsigned most, port_take *take, void *ctx, struct error *err)
{
	struct interface_port *port = state;

	port->take = take;
	port->ctx = ctx;
	int result = pcap_dispatch(port->pcap, (int)most, take_frame, (u_char *)port);
	return result >= 0 || error_set(err, "%s is gone: %s", port->name, pcap_geterr(port->pcap));
}

/*
 * What has no room, or is too long for the interface, or comes while it is down, is lost as it
 * would be on a wire.
 */
static bool is_loss(int reason)
{
	return reason == EAGAIN || reason == ENOBUFS || reason == ENOMEM || reason == EMSGSIZE || reason == ENETDOWN || reason == EINTR;
}

static enum sent send_frame(void *state, struct bytes frame, struct error *err)
{
	struct interface_port *port = state;

	if (send(port->out, frame.data, frame.length, MSG_DONTWAIT) >= 0) {
		port->counters.sent++;
		return SENT_WHOLE;
	}
	port->counters.lost_out++;
	if (is_loss(errno)) {
		error_set(err, "%s", strerror(errno));
		return SENT_LOST;
	}
	error_set(err, "%s is gone: %s", port->name, strerror(errno));
	return SENT_NEVER;
}

static struct port_counters counters(void *state)
{
	struct interface_port *port = state;
	struct port_counters all = port->counters;
	struct pcap_stat stat;

	all.lost_in = all.too_long;
	if (pcap_stats(port->pcap, &stat) == 0)
		all.lost_in += (uint64_t)stat.ps_drop + stat.ps_ifdrop;
	return all;
}

static void close_port(void *state)
{
	struct interface_port *port = state;

	if (port->out >= 0)
		(void)close(port->out);
	pcap_close(port->pcap);
	free(port);
}

static const struct port_ops ops = {.read = read_frames, .send = send_frame, .counters = counters, .close = close_port};

/* -- opening -- */

static bool failed(const struct interface_port *port, int result, struct error *err)
{
	const char *more = pcap_geterr(port->pcap);

	if (result == PCAP_ERROR_PERM_DENIED)
		return error_set(err, "%s: this process may not read and send frames: it needs the capability CAP_NET_RAW (sudo)",
		                 port->name);
	return error_set(err, "%s cannot be opened: %s%s%s", port->name, pcap_statustostr(result), more[0] != '\0' ? ": " : "", more);
}

/* All of these can only fail on a handle that is already active. */
static void choose(pcap_t *pcap)
{
	CHECK_INT(pcap_set_snaplen(pcap, SNAPLEN), ==, 0);
	CHECK_INT(pcap_set_promisc(pcap, 1), ==, 0);
	CHECK_INT(pcap_set_immediate_mode(pcap, 1), ==, 0);
	CHECK_INT(pcap_set_buffer_size(pcap, RING_BYTES), ==, 0);
}

static bool open_out(struct interface_port *port, struct error *err)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(port->name)};
	const int size = SEND_BYTES;

	port->out = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (port->out < 0 || bind(port->out, (struct sockaddr *)&address, sizeof address) != 0)
		return error_set(err, "%s cannot be sent to: %s", port->name, strerror(errno));
	/* Good to have and not needed, where the kernel does not let us go beyond its limit. */
	if (setsockopt(port->out, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
		(void)setsockopt(port->out, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	return true;
}

static bool activate(struct interface_port *port, struct error *err)
{
	char text[PCAP_ERRBUF_SIZE] = "";
	const int one = 1;

	choose(port->pcap);
	if (pcap_set_tstamp_precision(port->pcap, PCAP_TSTAMP_PRECISION_NANO) != 0)
		return error_set(err, "%s has no timestamps in nanoseconds", port->name);
	int result = pcap_activate(port->pcap);
	if (result < 0)
		return failed(port, result, err);
	if (pcap_datalink(port->pcap) != DLT_EN10MB)
		return error_set(err, "%s is not Ethernet", port->name);
	if (pcap_setnonblock(port->pcap, 1, text) != 0)
		return error_set(err, "%s cannot be made non-blocking: %s", port->name, text);
	if (pcap_setdirection(port->pcap, PCAP_D_IN) != 0)
		return failed(port, PCAP_ERROR, err);
	/* Good to have and not needed: an older kernel does not know it. */
	(void)setsockopt(pcap_fileno(port->pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
	/*
	 * libpcap leaves that to us: no program that is started may have a socket that hears and
	 * sends everything.
	 */
	(void)fcntl(pcap_fileno(port->pcap), F_SETFD, FD_CLOEXEC);
	return open_out(port, err);
}

bool port_open_interface(struct port *ret_port, const char *interface, struct error *err)
{
	char text[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = if_nametoindex(interface) != 0 ? pcap_create(interface, text) : NULL;

	if (pcap == NULL)
		return error_set(err, "unknown interface '%s'%s%s", interface, text[0] != '\0' ? ": " : "", text);
	struct interface_port *port = memory_new(sizeof *port);
	port->pcap = pcap;
	port->out = -1;
	(void)snprintf(port->name, sizeof port->name, "%s", interface);
	if (!activate(port, err)) {
		close_port(port);
		return false;
	}
	*ret_port = (struct port){.ops = &ops, .state = port, .fd = pcap_get_selectable_fd(pcap)};
	(void)snprintf(ret_port->name, sizeof ret_port->name, "%s", interface);
	return true;
}

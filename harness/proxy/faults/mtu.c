/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hop with a smaller MTU. Datagrams that may be fragmented leave as fragments (RFC 791 sec. 3.2);
 * of others the sender is told (RFC 1191), or it is not: a path MTU discovery black hole (RFC 2923
 * sec. 2.1).
 */
#include <string.h>

#include "lib/link/checksum.h"
#include "harness/proxy/forged.h"
#include "harness/proxy/rule.h"

/* The shortest datagram that every hop must take whole (RFC 791 sec. 3.2). */
#define IPV4_MTU_MIN 68U
#define IPV4_HEADER_MIN 20U
#define DF 0x4000U
#define MF 0x2000U
#define OFFSET 0x1fffU
#define COPIED 0x80U /* of an option's type: it goes into every fragment (RFC 791 sec. 3.1) */

/** A hop that takes no datagrams longer than this. */
struct mtu_params {
	uint64_t size; /**< bytes of an IPv4 datagram */
	bool icmp;     /**< and says so (RFC 1191); false: a black hole (RFC 2923 sec. 2.1) */
	bool fragment; /**< fragments what may be; false: it is lost too, as at a bridge */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(mtu_params, size, "size", UNIT_NONE, NULL, IPV4_MTU_MIN, FRAME_MAX - ETHERNET_HEADER,
                           "size of the largest IPv4 datagram that fits, in bytes"),
	PARAM_ROW_BOOL(mtu_params, icmp, "icmp", "true",
                       "the sender of a datagram that does not fit and must not be fragmented is told; false: a black hole"),
	PARAM_ROW_BOOL(mtu_params, fragment, "fragment", "true",
                       "true fragments what may be; false loses it in silence, as where a bridge has the smaller MTU"),
	{0},
};

/* A datagram within a frame. */
struct datagram {
	size_t at;            /* where it begins in the frame */
	size_t header, total; /* bytes */
	unsigned flags;       /* and offset, as in its header */
};

static bool find_datagram(const struct frame *frame, struct datagram *ret_datagram)
{
	const struct packet packet = packet_parse(frame_bytes(frame));
	const uint8_t *ip = packet.body.data;

	if (!packet.is_ipv4)
		return false;
	*ret_datagram = (struct datagram){.at = (size_t)(ip - frame->data),
	                                  .header = (size_t)(ip[0] & 15) * 4,
	                                  .total = (size_t)(ip[2] << 8 | ip[3]),
	                                  .flags = (unsigned)(ip[6] << 8 | ip[7])};
	/* One that says more than there is cannot be cut right. */
	return ret_datagram->total <= packet.body.length;
}

/*
 * The options that go into every fragment, behind the fixed header; the rest becomes an end of
 * options. @return the header's length.
 */
static size_t copy_options(uint8_t *to, const uint8_t *from, size_t header)
{
	size_t used = IPV4_HEADER_MIN;

	for (size_t at = IPV4_HEADER_MIN; at < header && from[at] != 0;) {
		size_t length = from[at] == 1 ? 1 : at + 1 < header ? from[at + 1] : 0;
		if (length == 0 || (length < 2 && from[at] != 1) || length > header - at)
			break;
		if (from[at] & COPIED) {
			memcpy(to + used, from + at, length);
			used += length;
		}
		at += length;
	}
	while (used % 4 != 0)
		to[used++] = 0;
	return used;
}

/* The part of @p count bytes from @p from of what the datagram carries. */
static struct frame *fragment(const struct frame *frame, const struct datagram *datagram, size_t from, size_t count)
{
	const uint8_t *ip = frame->data + datagram->at;
	size_t carried = datagram->total - datagram->header, header = datagram->header;
	bool last = from + count == carried;
	uint8_t data[FRAME_MAX];
	uint8_t *to = data + datagram->at;

	memcpy(data, frame->data, datagram->at + datagram->header);
	if (from > 0)
		header = copy_options(to, ip, datagram->header);
	to[0] = (uint8_t)(0x40 | header / 4);
	put_be16(to + 2, (unsigned)(header + count));
	put_be16(to + 6, (datagram->flags & ~OFFSET) | (last ? 0 : MF) | ((datagram->flags & OFFSET) + (unsigned)(from / 8)));
	memcpy(to + header, ip + datagram->header + from, count);
	size_t whole = datagram->at + header + count;
	checksum_mend(data, whole);
	if (whole < FRAME_MIN) {
		memset(data + whole, 0, FRAME_MIN - whole);
		whole = FRAME_MIN;
	}
	return frame_new(data, whole);
}

/* In their order; the frame itself does not go on. */
static void fragment_all(const struct rule *rule, const struct passage *passage, const struct act *act, const struct datagram *datagram)
{
	const struct mtu_params *params = fault_params(&rule->fault);
	size_t room = ((size_t)params->size - datagram->header) / 8 * 8, carried = datagram->total - datagram->header;

	for (size_t from = 0; from < carried; from += room)
		passage_emit(passage, rule, fragment(act->frame, datagram, from, carried - from < room ? carried - from : room),
		             passage->event.direction, act->release);
}

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct mtu_params *params = fault_params(&rule->fault);
	struct frame *answer = NULL;
	struct datagram datagram;

	if (!find_datagram(act->frame, &datagram) || datagram.total <= params->size)
		return;
	if (!(datagram.flags & DF) && params->fragment)
		fragment_all(rule, passage, act, &datagram);
	else if ((datagram.flags & DF) && params->icmp)
		answer = forged_answer(frame_bytes(act->frame), FORGED_TOO_LONG, (unsigned)params->size);
	if (answer != NULL)
		passage_emit(passage, rule, answer, passage->event.direction == TO_SERVER ? TO_DEVICE : TO_SERVER, act->release);
	act_tell(act, rule);
	act->drop = true;
}

static const struct behaviour behaviour = {.apply = apply};

const struct action fault_mtu = {
	.name = "mtu",
	.summary = "longer IPv4 datagrams are fragmented, or lost if they must not be (RFC 791, RFC 1191)",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct mtu_params),
	.act = &behaviour,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A firewall that forgets. */
#include "lib/link/packet.h"
#include "harness/proxy/exact.h"
#include "harness/proxy/forged.h"

/** A firewall forgets conversations that are silent. */
struct firewall_params {
	uint64_t idle_ns;
	bool reset; /**< it answers what it does not know any more with RST */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(firewall_params, idle_ns, "idle", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "idle time after which the connection is forgotten"),
	PARAM_ROW_BOOL(firewall_params, reset, "reset", "false", "true answers whoever goes on with an RST; false with nothing"),
	{0},
};

struct firewall {
	struct map seen; /* by flow: when the last frame of it passed, plus 1 */
};

/*
 * Whether this frame may begin a conversation: a SYN, or a datagram from inside (RFC 4787 sec.
 * 4.3).
 */
static bool begins(const struct packet *packet, enum direction direction)
{
	if (packet->is_tcp)
		return (packet->tcp_flags & TCP_FLAG_SYN) && !(packet->tcp_flags & TCP_FLAG_ACK);
	return packet->protocol == IP_UDP && direction == TO_SERVER;
}

/*
 * What it loses is told as a loss or as a forged RST, so that a frozen plan needs no clock for it.
 */
static void refuse(const struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct firewall_params *params = fault_params(&rule->fault);
	struct frame *reset = params->reset ? forged_answer(frame_bytes(act->frame), FORGED_RST, 0) : NULL;

	act->applied = act->drop = true;
	if (reset == NULL)
		return;
	passage_emit(passage, rule, reset, passage->event.direction == TO_SERVER ? TO_DEVICE : TO_SERVER, act->release);
	reset_exactly(act);
}

/*
 * A conversation that it has not seen before is taken as one that it knows, as Linux does with
 * nf_conntrack_tcp_loose.
 */
static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct firewall_params *params = fault_params(&rule->fault);
	const struct packet packet = packet_parse(frame_bytes(act->frame));

	if (!packet.has_ports)
		return;
	uint64_t *seen = map_at(&((struct firewall *)rule->state)->seen, packet_flow(&packet));
	bool forgotten = *seen > 0 && act->release + 1 > *seen && act->release + 1 - *seen > params->idle_ns;
	if (forgotten && !begins(&packet, passage->event.direction))
		refuse(rule, passage, act);
	else if (act->release + 1 > *seen)
		*seen = act->release + 1;
}

static void close(struct rule *rule)
{
	map_close(&((struct firewall *)rule->state)->seen);
}

static const struct behaviour behaviour = {.apply = apply, .state_size = sizeof(struct firewall), .close = close};

const struct action fault_firewall = {
	.name = "firewall",
	.summary = "a stateful firewall forgets a silent conversation, and loses the rest of it",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct firewall_params),
	.act = &behaviour,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device does not begin one connection after the other, which a fleet of such devices would do
 * to its service all at once.
 *
 * How it works: the begun connections stand in a ring, and the one that was begun `most` before the
 * present one tells how fast they come.
 */
#include <inttypes.h>

#include "harness/judge/judge.h"

#define MOST_MAX 1000U
#define WITHIN_NS (10 * SIM_S)
/* One more than any limit. */
#define BEGUN_MAX (MOST_MAX + 1U)

static const struct param rows[] = {
	JUDGE_ROW_LIMIT("storm", UNIT_NONE, "0", MOST_MAX,
                        "at most so many TCP connections begun within any 10s; 0: off"),
	{0},
};

struct storm_notes {
	struct begun {
		sim_ns at;
		uint64_t flow;
		uint32_t sequence;
	} begun[BEGUN_MAX];   /* a ring: the last that were begun */
	uint64_t connections; /* begun */
	bool storm;           /* there were more than the limit */
	sim_ns storm_at;      /* and when that was first */
};

/*
 * A SYN that is sent again has the sequence number of the first (RFC 9293 3.8.1): it begins no
 * other connection.
 */
static bool is_known(const struct storm_notes *notes, uint64_t flow, uint32_t sequence)
{
	uint64_t known = notes->connections < BEGUN_MAX ? notes->connections : BEGUN_MAX;

	for (uint64_t i = 0; i < known; i++)
		if (notes->begun[i].flow == flow && notes->begun[i].sequence == sequence)
			return true;
	return false;
}

static void see(void *ctx, const void *params, const struct packet *packet, sim_ns now)
{
	const struct judge_limit *limit = params;
	struct storm_notes *notes = ctx;

	if (!packet->is_tcp || (packet->tcp_flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) != TCP_FLAG_SYN)
		return;
	uint64_t flow = packet_flow(packet);
	if (is_known(notes, flow, packet->tcp_seq))
		return;
	uint64_t number = notes->connections++;
	if (number >= limit->most && !notes->storm &&
	    now - notes->begun[(number - limit->most) % BEGUN_MAX].at <= WITHIN_NS) {
		notes->storm = true;
		notes->storm_at = now;
	}
	notes->begun[number % BEGUN_MAX] = (struct begun){now, flow, packet->tcp_seq};
}

static bool ask(const void *params, const void *ctx, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	const struct judge_limit *limit = params;
	const struct storm_notes *notes = ctx;

	(void)evidence;
	return !notes->storm ||
	       judge_complain(ret_complaint,
	                      "at %.6f s the device had begun %" PRIu64 " connections within 10 s",
	                      judge_seconds(notes->storm_at), limit->most + 1);
}

const struct judge judge_storm = {
	.name = "storm",
	.params = rows,
	.params_size = sizeof(struct judge_limit),
	.notes_size = sizeof(struct storm_notes),
	.concern = JUDGE_OF_CONDUCT,
	.final = true,
	.see = see,
	.ask = ask,
};

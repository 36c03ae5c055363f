/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conversations of TCP: found by their ends, forgotten by their age. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/relay/inside.h"

static struct flow **bucket_of(struct flows *flows, const struct flow_ends *ends)
{
	uint64_t key = (uint64_t)ends->device << 32 | ends->server;

	key ^= (uint64_t)ends->device_port << 16 | ends->server_port;
	key *= UINT64_C(0x9e3779b97f4a7c15);
	return &flows->buckets[key >> 52 & (FLOW_BUCKETS - 1)];
}

static bool is_same(const struct flow_ends *a, const struct flow_ends *b)
{
	return a->device == b->device && a->server == b->server && a->device_port == b->device_port && a->server_port == b->server_port;
}

static void unlink_age(struct flows *flows, struct flow *flow)
{
	*(flow->older != NULL ? &flow->older->newer : &flows->oldest) = flow->newer;
	*(flow->newer != NULL ? &flow->newer->older : &flows->newest) = flow->older;
	flow->older = flow->newer = NULL;
}

static void make_newest(struct flows *flows, struct flow *flow)
{
	flow->older = flows->newest;
	*(flows->newest != NULL ? &flows->newest->newer : &flows->oldest) = flow;
	flows->newest = flow;
}

struct flow *flow_look(struct flows *flows, const struct flow_ends *ends)
{
	struct flow *flow = *bucket_of(flows, ends);

	while (flow != NULL && !is_same(&flow->ends, ends))
		flow = flow->chained;
	return flow;
}

struct flow *flow_find(struct flows *flows, const struct flow_ends *ends)
{
	struct flow *flow = flow_look(flows, ends);

	if (flow != NULL && flow != flows->newest) {
		unlink_age(flows, flow);
		make_newest(flows, flow);
	}
	return flow;
}

static void forget_oldest(struct flows *flows)
{
	struct flow *flow = flows->oldest, **place = bucket_of(flows, &flow->ends);

	if (flow->exchange != NULL)
		exchange_drop(flow->exchange, false);
	while (*place != flow)
		place = &(*place)->chained;
	*place = flow->chained;
	unlink_age(flows, flow);
	flows->count--;
	free(flow);
}

struct flow *flow_begin(struct relay *relay, const struct flow_ends *ends, struct bytes frame, size_t link_length)
{
	struct flows *flows = &relay->flows;
	struct flow *flow = flow_find(flows, ends);

	if (flow == NULL) {
		struct flow **bucket = bucket_of(flows, ends);
		if (flows->count == RELAY_FLOWS_MAX)
			forget_oldest(flows);
		flow = memory_new(sizeof *flow);
		flow->ends = *ends;
		flow->chained = *bucket;
		*bucket = flow;
		make_newest(flows, flow);
		flows->count++;
	}
	flow->forgotten = false;
	flow->link_length = link_length;
	memcpy(flow->link, frame.data, link_length);
	return flow;
}

void flows_close(struct flows *flows)
{
	while (flows->oldest != NULL)
		forget_oldest(flows);
}

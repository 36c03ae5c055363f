/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the decisions are gone through in the order of time, with a stretch for each
 * conversation and direction. A loss begins it or goes on with it; any other decision about one of
 * its frames ends it, as that frame came through. Frames that nothing was decided about leave no
 * mark, but for a gap in the ordinals of one word.
 */
#include "harness/search/stalls.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

/* A conversation in one direction. */
struct way {
	uint16_t port;
	unsigned connection, direction;
	/* the last of its frames that is no repetition; first 0: there was none */
	struct address data;
	struct address lost; /* the last that was lost */
	struct stall stall;  /* that is under way, if it has losses */
};

struct ways {
	struct way *list;
	size_t count, room;
	struct stall *stalls; /* that were found */
	size_t stall_count, stall_room;
};

static struct way *find_way(struct ways *ways, const struct address *at, unsigned direction)
{
	for (size_t i = ways->count; i > 0; i--) {
		struct way *way = &ways->list[i - 1];
		if (way->port == at->port && way->connection == at->connection && way->direction == direction)
			return way;
	}
	return NULL;
}

static void end_stall(struct ways *ways, struct way *way)
{
	if (way->stall.losses > 1 && way->stall.for_ns >= STALL_NS) {
		if (ways->stall_count == ways->stall_room) {
			ways->stall_room = ways->stall_room > 0 ? 2 * ways->stall_room : 16;
			ways->stalls = memory_resize(ways->stalls, ways->stall_room, sizeof *ways->stalls);
		}
		ways->stalls[ways->stall_count++] = way->stall;
	}
	way->stall.losses = 0;
}

/*
 * A stretch that is long enough ends when somebody has given up and begins another conversation:
 * what is lost of the old one afterwards says nothing.
 */
static void begin_conversation(struct ways *ways)
{
	for (size_t i = 0; i < ways->count; i++)
		if (ways->list[i].stall.for_ns >= STALL_NS)
			end_stall(ways, &ways->list[i]);
}

static struct way *way_of(struct ways *ways, const struct address *at, unsigned direction)
{
	struct way *way = find_way(ways, at, direction);

	if (way != NULL)
		return way;
	if (find_way(ways, at, direction == MATCH_TO_SERVER ? MATCH_TO_DEVICE : MATCH_TO_SERVER) == NULL)
		begin_conversation(ways);
	if (ways->count == ways->room) {
		ways->room = ways->room > 0 ? 2 * ways->room : 16;
		ways->list = memory_resize(ways->list, ways->room, sizeof *ways->list);
	}
	way = &ways->list[ways->count++];
	*way = (struct way){.port = at->port, .connection = at->connection, .direction = direction};
	return way;
}

/* Whether its ends have gone on to another conversation with the same port. */
static bool is_left(const struct ways *ways, const struct way *way)
{
	for (size_t i = 0; i < ways->count; i++)
		if (ways->list[i].port == way->port && ways->list[i].connection > way->connection)
			return true;
	return false;
}

static bool is_gap(const struct address *before, const struct address *now)
{
	return before->first > 0 && before->word == now->word && before->first + 1 != now->first;
}

static void lose(struct ways *ways, struct way *way, const struct address *at, sim_ns time)
{
	struct stall *stall = &way->stall;

	if (stall->losses > 0 && is_gap(&way->lost, at))
		end_stall(ways, way);
	if (stall->losses == 0)
		*stall = (struct stall){.at = way->data.first > 0 ? way->data : *at, .direction = way->direction, .begun = time};
	stall->losses++;
	stall->for_ns = time - stall->begun;
	way->lost = *at;
}

static bool is_loss(const struct decision *decision)
{
	return strcmp(decision->action->name, "drop") == 0 && !action_is_taken_out(decision->action, &decision->params);
}

static int compare_begun(const void *a, const void *b)
{
	const struct stall *left = a, *right = b;

	return left->begun < right->begun ? -1 : left->begun > right->begun;
}

size_t stalls_find(const struct decisions *decisions, struct stall **ret_stalls)
{
	struct ways ways = {0};
	struct address at;
	struct error err;

	for (size_t i = 0; i < decisions->count; i++) {
		const struct decision *decision = &decisions->list[i];
		if (decision->action->site != SITE_FRAME || !address_parse(decision->at, &at, &err) || !at.has_flow)
			continue;
		struct way *way = way_of(&ways, &at, decision->direction);
		if (at.word != ADDRESS_TCP_RETRANSMISSION && at.first > 0)
			way->data = at;
		if (is_loss(decision) && !is_left(&ways, way))
			lose(&ways, way, &at, decision->time);
		else
			end_stall(&ways, way);
	}
	for (size_t i = 0; i < ways.count; i++)
		end_stall(&ways, &ways.list[i]);
	if (ways.stall_count > 1)
		qsort(ways.stalls, ways.stall_count, sizeof *ways.stalls, compare_begun);
	free(ways.list);
	*ret_stalls = ways.stalls;
	return ways.stall_count;
}

void stall_outage(const struct stall *stall, unsigned halvings, struct decision *ret_decision)
{
	struct address at = stall->at;

	at.first = at.first >> halvings > 0 ? at.first >> halvings : 1;
	at.last = at.first;
	*ret_decision = (struct decision){.direction = stall->direction, .time = stall->begun, .action = action_find("outage")};
	(void)address_format(&at, ret_decision->at);
	(void)snprintf(ret_decision->name, sizeof ret_decision->name, "outage");
	action_set_quantity(ret_decision->action, &ret_decision->params, "for", stall->for_ns > 0 ? stall->for_ns : 1);
}

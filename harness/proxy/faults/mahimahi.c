/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link as it was recorded: mahimahi's delivery opportunities. */
#include "lib/base/check.h"
#include "lib/fault/recording.h"
#include "harness/proxy/backlog.h"

/** A link that was recorded, from a file (recording.h). */
struct mahimahi_params {
	char file[FAULT_PATH_MAX];
	bool loop;
	uint64_t queue; /**< frames that may wait, each direction */
};

static const struct param rows[] = {
	PARAM_ROW_TEXT(mahimahi_params, file, "file", NULL,
                       "trace file; each line is the millisecond of a delivery opportunity of 1500 bytes"),
	PARAM_ROW_BOOL(mahimahi_params, loop, "loop", "true", "it begins again at its end; false: nothing passes any more"),
	BACKLOG_ROW(mahimahi_params),
	{0},
};

static bool check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct mahimahi_params *params = fault_params(fault);
	struct opportunities opportunities;

	*ret_key = "file";
	if (!opportunities_open(&opportunities, params->file, err))
		return false;
	opportunities_close(&opportunities);
	*ret_key = NULL;
	return true;
}

/*
 * Bytes of one opportunity: a datagram of 1500 bytes and the 4 bytes that a TUN device puts before
 * it, both of which mahimahi counts.
 */
#define OPPORTUNITY_BYTES 1504U
#define TUN_HEADER 4U

/* The opportunity that is used next, and what is left of it. */
struct cursor {
	uint64_t round;
	size_t index;
	size_t left;
};

struct mahimahi {
	struct opportunities opportunities;
	struct {
		struct backlog backlog;
		struct cursor cursor;
		sim_ns begun; /* of the window to which the cursor belongs */
		bool used;
	} ends[2];
};

static void open(struct rule *rule)
{
	const struct mahimahi_params *params = fault_params(&rule->fault);
	struct mahimahi *mahimahi = rule->state;
	struct error err;

	CHECK(opportunities_open(&mahimahi->opportunities, params->file, &err));
	for (size_t i = 0; i < 2; i++)
		backlog_open(&mahimahi->ends[i].backlog, params->queue);
}

static void close(struct rule *rule)
{
	struct mahimahi *mahimahi = rule->state;

	backlog_close(&mahimahi->ends[0].backlog);
	backlog_close(&mahimahi->ends[1].backlog);
	opportunities_close(&mahimahi->opportunities);
}

static bool is_over(const struct rule *rule, const struct cursor *cursor)
{
	const struct mahimahi_params *params = fault_params(&rule->fault);

	return cursor->round > 0 && !params->loop;
}

static uint64_t cursor_at(const struct opportunities *opportunities, const struct cursor *cursor)
{
	return cursor->round * opportunities->at_ns[opportunities->count - 1] + opportunities->at_ns[cursor->index];
}

static void cursor_step(const struct opportunities *opportunities, struct cursor *cursor)
{
	cursor->left = OPPORTUNITY_BYTES;
	if (++cursor->index < opportunities->count)
		return;
	cursor->index = 0;
	cursor->round++;
}

/*
 * The first opportunity after @p now, which counts from the beginning of the recording: what is
 * there at this very instant is gone already.
 */
static void cursor_seek(const struct opportunities *opportunities, struct cursor *cursor, uint64_t now)
{
	uint64_t period = opportunities->at_ns[opportunities->count - 1], phase = now % period;
	size_t low = 0, high = opportunities->count;

	/*
	 * At its end the recording begins again, at the same instant; the end belongs to the round
	 * before and is gone.
	 */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (opportunities->at_ns[middle] <= phase)
			low = middle + 1;
		else
			high = middle;
	}
	*cursor = (struct cursor){.round = now / period, .index = low, .left = OPPORTUNITY_BYTES};
}

/*
 * Takes opportunities until @p bytes have passed. @return the time of the last of them, from the
 * beginning; false if the recording is over.
 */
static bool cursor_use(const struct rule *rule, const struct opportunities *opportunities, struct cursor *cursor, size_t bytes,
                       uint64_t *ret_at)
{
	while (!is_over(rule, cursor)) {
		*ret_at = cursor_at(opportunities, cursor);
		if (bytes < cursor->left) {
			cursor->left -= bytes;
			return true;
		}
		bytes -= cursor->left;
		cursor_step(opportunities, cursor);
		if (bytes == 0)
			return true;
	}
	return false;
}

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	struct mahimahi *mahimahi = rule->state;
	struct backlog *backlog = &mahimahi->ends[passage->event.direction].backlog;
	struct cursor *cursor = &mahimahi->ends[passage->event.direction].cursor;
	sim_ns begun = window_begun(&rule->armed.window), arrives = act->release;
	uint64_t at;

	if (act->express)
		return;
	backlog_clear(backlog, arrives);
	act->applied = act->drop = backlog->count == backlog->room;
	if (act->drop)
		return;
	bool same = mahimahi->ends[passage->event.direction].used && mahimahi->ends[passage->event.direction].begun == begun;
	if (!same || backlog->count == 0)
		cursor_seek(&mahimahi->opportunities, cursor, (arrives > backlog->last ? arrives : backlog->last) - begun);
	mahimahi->ends[passage->event.direction].used = true;
	mahimahi->ends[passage->event.direction].begun = begun;
	size_t bytes = act->frame->length > ETHERNET_HEADER ? act->frame->length - ETHERNET_HEADER + TUN_HEADER : TUN_HEADER;
	act->applied = act->drop = !cursor_use(rule, &mahimahi->opportunities, cursor, bytes, &at);
	if (!act->drop)
		backlog_pass(backlog, act, begun + at, begun + at);
}

static const struct behaviour behaviour = {.apply = apply, .state_size = sizeof(struct mahimahi), .open = open, .close = close};

const struct action fault_mahimahi = {
	.name = "mahimahi",
	.summary = "the link as recorded: mahimahi's packet-delivery traces",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct mahimahi_params),
	.file = "file",
	.is_recording = true,
	.check = check,
	.act = &behaviour,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link as it was recorded: its rate, delay and loss over time. */
#include "lib/base/check.h"
#include "lib/fault/recording.h"
#include "harness/proxy/backlog.h"

#define BYTE_NS (UINT64_C(8) * SIM_S) /* at a bit a second */

struct link_trace_params {
	char file[FAULT_PATH_MAX];
	uint64_t queue;
};

static const struct param params_rows[] = {
	PARAM_ROW_TEXT(link_trace_params, file, "file", NULL,
                       "CSV with the columns time, rate, delay, loss; times from the window's opening; the last line holds on"),
	BACKLOG_ROW(link_trace_params),
	{0},
};

static bool check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct link_trace_params *params = fault_params(fault);
	struct link_rows rows;

	*ret_key = "file";
	if (!link_rows_open(&rows, params->file, err))
		return false;
	link_rows_close(&rows);
	*ret_key = NULL;
	return true;
}

struct link_trace {
	struct link_rows rows;
	struct {
		struct backlog backlog;
		sim_ns released; /* when the last frame left behind its delay */
	} ends[2];
};

static void open(struct rule *rule)
{
	const struct link_trace_params *params = fault_params(&rule->fault);
	struct link_trace *trace = rule->state;
	struct error err;

	CHECK(link_rows_open(&trace->rows, params->file, &err));
	for (size_t i = 0; i < 2; i++)
		backlog_open(&trace->ends[i].backlog, params->queue);
}

static void close(struct rule *rule)
{
	struct link_trace *trace = rule->state;

	backlog_close(&trace->ends[0].backlog);
	backlog_close(&trace->ends[1].backlog);
	link_rows_close(&trace->rows);
}

/* How many rows have begun at @p now: the last of them holds. */
static size_t rows_begun(const struct link_rows *rows, uint64_t now)
{
	size_t low = 0, high = rows->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rows->list[middle].at_ns <= now)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Until when @p bits take that begin at @p now, over all rows that come meanwhile. False: for ever,
 * at a rate of nothing.
 */
static bool serve(const struct link_rows *rows, uint64_t now, size_t bytes, uint64_t *ret_done)
{
	/* bits in billionths of a second's worth at a bit a second */
	uint64_t left = bytes * BYTE_NS;

	for (size_t next = rows_begun(rows, now); left > 0; next++) {
		const struct link_row *row = next > 0 ? &rows->list[next - 1] : NULL;
		uint64_t until = next < rows->count ? rows->list[next].at_ns : SIM_NEVER;
		if (row == NULL || !row->has_rate)
			break;
		if (row->rate_bps > 0 && (left + row->rate_bps - 1) / row->rate_bps <= until - now) {
			now += (left + row->rate_bps - 1) / row->rate_bps;
			break;
		}
		if (until == SIM_NEVER)
			return false;
		left -= row->rate_bps * (until - now);
		now = until;
	}
	*ret_done = now;
	return true;
}

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	struct link_trace *trace = rule->state;
	struct backlog *backlog = &trace->ends[passage->event.direction].backlog;
	sim_ns *released = &trace->ends[passage->event.direction].released;
	sim_ns begun = window_begun(&rule->armed.window), arrives = act->release, done;
	size_t at = rows_begun(&trace->rows, arrives - begun);
	const struct link_row *row = at > 0 ? &trace->rows.list[at - 1] : NULL;

	backlog_clear(backlog, arrives);
	bool lost = row != NULL &&
	            random_happens(rule->armed.stream, draw_what(&passage->event), draw_which(&passage->event, PURPOSE_LOSS), row->loss);
	if (act->express && !lost)
		return;
	act->applied = act->drop = lost || backlog->count == backlog->room ||
	                           !serve(&trace->rows, (arrives > backlog->last ? arrives : backlog->last) - begun, act->frame->length,
	                                  &done);
	if (act->drop)
		return;
	sim_ns leaves = begun + done + (row != NULL ? row->delay_ns : 0);
	/* A shorter delay does not make a frame overtake. */
	*released = leaves > *released ? leaves : *released;
	backlog_pass(backlog, act, begun + done, *released);
}

static const struct behaviour behaviour = {.apply = apply, .state_size = sizeof(struct link_trace), .open = open, .close = close};

const struct action fault_link_trace = {
	.name = "link_trace",
	.summary = "the link as recorded: rate, delay and loss over time",
	.site = SITE_FRAME,
	.params = params_rows,
	.params_size = sizeof(struct link_trace_params),
	.file = "file",
	.is_recording = true,
	.check = check,
	.draws = draws_always,
	.act = &behaviour,
};

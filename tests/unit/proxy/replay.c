/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/proxy/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/address/namer.h"
#include "lib/base/memory.h"
#include "tests/test.h"
#include "tests/unit/proxy/submit.h"
#include "tests/unit/proxy/chain.h"

/* What left a chain: a line a frame. */
struct run {
	struct namer *namer;
	struct proxy *proxy;
	struct decisions decisions;
	size_t dropped, delivered;
	char *text;
	size_t size;
	FILE *stream;
	const struct replay_change *changes; /* those that are still to come */
	size_t change_count;
};

/* What a plan says must be what it takes. */
static void can_be_written(const struct decision *decision)
{
	char value[PARAM_VALUE_MAX];
	struct action_params params = decision->params;
	struct error err = {0};

	for (const struct param *row = decision->action->params; row->key != NULL; row++)
		if (!param_set(row, &params, param_get(row, &decision->params, value), &err)) {
			printf("    %s: %s: %s\n", decision->action->name, row->key, err.text);
			CU_FAIL("a decision that no plan takes");
		}
}

static void decided(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	struct run *run = ctx;
	const size_t before = run->decisions.count;

	(void)frame;
	run->dropped += fate->dropped;
	keep_decisions(&run->decisions, run->proxy, event, fate);
	for (size_t i = before; i < run->decisions.count; i++)
		can_be_written(&run->decisions.list[i]);
}

static void cut(void *ctx, uint64_t place, sim_ns begun, const struct action_params *params)
{
	decisions_amend(&((struct run *)ctx)->decisions, place, begun, params);
}

static void take_what_leaves(struct run *run, sim_ns now)
{
	enum direction direction;

	while (proxy_next(run->proxy) <= now) {
		sim_ns at = proxy_next(run->proxy);
		struct frame *frame = proxy_deliver(run->proxy, at, &direction);
		fprintf(run->stream, "%llu %d:", (unsigned long long)at, (int)direction);
		for (size_t i = 0; i < frame->length; i++)
			fprintf(run->stream, "%02x", frame->data[i]);
		fputc('\n', run->stream);
		frame_free(frame);
		run->delivered++;
	}
}

static void change(struct run *run, unsigned frame, sim_ns now)
{
	if (run->change_count == 0 || run->changes->at != frame)
		return;
	proxy_change(run->proxy, run->changes->faults, run->changes->count, 1, now);
	run->changes++;
	run->change_count--;
}

/* Three frames at once, then 1.7 ms of silence; every frame has its number in it. */
static void send_all(struct run *run, unsigned frames)
{
	for (unsigned i = 0; i < frames; i++) {
		sim_ns now = SIM_S + i / 3 * 1700 * SIM_US;
		enum direction direction = i * 7 % 5 < 2 ? TO_DEVICE : TO_SERVER;
		struct frame *frame = chain_frame(1 + i * 11 % 4, direction, 60 + i * 37 % 900);
		put_be16(frame->data + 44, i);
		take_what_leaves(run, now);
		change(run, i, now);
		submit(run->namer, run->proxy, frame, direction, now);
	}
	take_what_leaves(run, SIM_NEVER - 1);
}

static void begin(struct run *run)
{
	memset(run, 0, sizeof *run);
	run->namer = namer_open();
	run->stream = open_memstream(&run->text, &run->size);
	CU_ASSERT_FATAL(run->stream != NULL);
}

static void end(struct run *run)
{
	proxy_close(run->proxy);
	namer_close(run->namer);
	(void)fclose(run->stream);
}

struct replayed replay_check(const struct fault *faults, size_t count, unsigned frames)
{
	return replay_check_changed(faults, count, frames, NULL, 0);
}

struct replayed replay_check_changed(const struct fault *faults, size_t count, unsigned frames, const struct replay_change *changes,
                                     size_t change_count)
{
	struct run first, again;

	begin(&first);
	first.changes = changes;
	first.change_count = change_count;
	first.proxy = proxy_open(faults, count, 1, (struct proxy_ops){.decided = decided, .cut = cut}, &first);
	send_all(&first, frames);
	begin(&again);
	again.proxy = proxy_open_frozen(&first.decisions, (struct proxy_ops){.decided = decided}, &again);
	send_all(&again, frames);
	for (size_t i = 0; i < first.decisions.count; i++)
		CU_ASSERT_EQUAL(proxy_counters(again.proxy, i).matched, 1);
	CU_ASSERT_EQUAL(again.decisions.count, first.decisions.count);
	CU_ASSERT_EQUAL(again.dropped, first.dropped);
	struct replayed replayed = {first.decisions.count, first.dropped, first.delivered};
	end(&first);
	end(&again);
	TEST_SAME_TEXT(again.text, first.text);
	decisions_close(&first.decisions);
	decisions_close(&again.decisions);
	free(first.text);
	free(again.text);
	return replayed;
}

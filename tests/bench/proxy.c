/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fault chain alone: what a frame costs on its way through ten rules with filters. */
#include "harness/proxy/proxy.h"
#include "tests/unit/proxy/submit.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "tests/bench/bench.h"

#define RULES 10U
#define FRAME_LENGTH 1514U
#define STEP_NS 1000000U
#define TARGET_NONE_NS 150
#define TARGET_ALL_NS 1000
#define TARGET_QUEUE 0.5
#define SMALL_LENGTH 60U
#define SMALL_STEP_NS 1000U

struct bench_proxy {
	struct namer *namer;
	struct proxy *proxy;
	sim_ns now;
	uint64_t causes;
	uint8_t data[FRAME_LENGTH];
};

static void on_decided(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	struct bench_proxy *bench = ctx;

	(void)frame;
	(void)event;
	bench->causes += fate->cause_count;
}

/* A TCP segment from 192.0.2.100 port 40000 to 192.0.2.1 port 80. */
static void make_frame(uint8_t *ret_data)
{
	static const uint8_t head[] = {2, 0,  0, 0, 0,  1, 2, 0, 0,   0, 0,    2,    8,    0,    0x45, 0, 0x05, 0xdc,
	                               0, 1,  0, 0, 64, 6, 0, 0, 192, 0, 2,    100,  192,  0,    2,    1, 0x9c, 0x40,
	                               0, 80, 0, 0, 0,  1, 0, 0, 0,   1, 0x50, 0x10, 0xff, 0xff, 0,    0, 0,    0};

	memset(ret_data, 0x55, FRAME_LENGTH);
	memcpy(ret_data, head, sizeof head);
}

/* Ten delays, each with a filter: all of this frame's port, or all of others. */
static void open_proxy(struct bench_proxy *bench, unsigned first_port, unsigned step)
{
	struct fault faults[RULES];
	const char *wrong;
	struct error err;

	memset(bench, 0, sizeof *bench);
	memset(faults, 0, sizeof faults);
	for (unsigned i = 0; i < RULES; i++) {
		params_init(match_params, &faults[i].match);
		(void)snprintf(faults[i].name, sizeof faults[i].name, "rule %u", i);
		(void)snprintf(faults[i].match.filter, sizeof faults[i].match.filter, "tcp dst port %u", first_port + i * step);
		faults[i].action = action_find("delay");
		CHECK(faults[i].action != NULL);
		params_init(faults[i].action->params, &faults[i].params);
		action_set_quantity(faults[i].action, &faults[i].params, "time", 1000);
		CHECK(fault_check(&faults[i], &wrong, &err));
	}
	bench->namer = namer_open();
	bench->proxy = proxy_open(faults, RULES, 1, (struct proxy_ops){.decided = on_decided}, bench);
	make_frame(bench->data);
}

static void pass_frame(void *ctx)
{
	struct bench_proxy *bench = ctx;
	enum direction direction;

	submit(bench->namer, bench->proxy, frame_new(bench->data, FRAME_LENGTH), TO_SERVER, bench->now);
	bench->now += STEP_NS;
	struct frame *frame = proxy_deliver(bench->proxy, bench->now, &direction);
	CHECK(frame != NULL);
	frame_free(frame);
}

/* In at one end, and whatever is due out at the other. */
static void pass_small(void *ctx)
{
	struct bench_proxy *bench = ctx;
	enum direction direction;
	struct frame *frame;

	submit(bench->namer, bench->proxy, frame_new(bench->data, SMALL_LENGTH), TO_SERVER, bench->now);
	bench->now += SMALL_STEP_NS;
	while ((frame = proxy_deliver(bench->proxy, bench->now, &direction)) != NULL)
		frame_free(frame);
}

/* One delay with jitter, and as many frames in the queue as wait in it on average. */
static double queued_ns(unsigned depth)
{
	struct bench_proxy bench;
	struct fault fault;
	double ns;

	memset(&bench, 0, sizeof bench);
	memset(&fault, 0, sizeof fault);
	params_init(match_params, &fault.match);
	(void)snprintf(fault.name, sizeof fault.name, "delay");
	fault.action = action_find("delay");
	params_init(fault.action->params, &fault.params);
	action_set_quantity(fault.action, &fault.params, "time", (uint64_t)depth * SMALL_STEP_NS);
	action_set_quantity(fault.action, &fault.params, "jitter", action_quantity(fault.action, &fault.params, "time") / 2);
	struct error err;
	CHECK(param_set(param_find(fault.action->params, "keep_order"), &fault.params, "false", &err));
	bench.namer = namer_open();
	bench.proxy = proxy_open(&fault, 1, 1, (struct proxy_ops){.decided = on_decided}, &bench);
	make_frame(bench.data);
	for (unsigned i = 0; i < depth * 2; i++)
		pass_small(&bench);
	ns = bench_call_ns(pass_small, &bench, 100000);
	proxy_close(bench.proxy);
	namer_close(bench.namer);
	return ns;
}

void bench_proxy(void)
{
	struct bench_proxy bench;

	open_proxy(&bench, 8000, 1);
	bench_report("proxy: a frame through ten rules, none matches", bench_call_ns(pass_frame, &bench, 100000), "ns", TARGET_NONE_NS,
	             true);
	CHECK_INT(bench.causes, ==, 0);
	proxy_close(bench.proxy);
	namer_close(bench.namer);
	open_proxy(&bench, 80, 0);
	bench_report("proxy: a frame through ten rules, each matches", bench_call_ns(pass_frame, &bench, 100000), "ns", TARGET_ALL_NS,
	             true);
	CHECK_INT(bench.causes, >, 0);
	proxy_close(bench.proxy);
	namer_close(bench.namer);
	bench_report("proxy: speed with 900,000 frames waiting, of that with 1,000", queued_ns(1000) / queued_ns(900000), "x", TARGET_QUEUE,
	             false);
}

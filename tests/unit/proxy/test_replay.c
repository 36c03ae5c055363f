/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frozen plan contains decisions and no draws, and repeats the run. */
#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/proxy/replay.h"
#include "tests/unit/fault/made.h"

#define FRAMES 600U

static struct replayed replay_one(const char *match, const char *action, const char *params)
{
	const struct fault fault = made_checked_fault("f", match, action, params);
	struct replayed replayed = replay_check(&fault, 1, FRAMES);

	CU_ASSERT(replayed.decisions > 0);
	return replayed;
}

static void delays_of_every_distribution_are_repeated(void)
{
	char path[512], params[640];

	(void)replay_one("", "delay", "time=20ms");
	(void)replay_one("", "delay", "time=20ms;jitter=10ms;correlation=30%");
	(void)replay_one("", "delay", "time=20ms;jitter=10ms;distribution=normal;keep_order=false");
	(void)replay_one("probability=50%;correlation=50%", "delay", "time=20ms;jitter=10ms;distribution=pareto");
	(void)replay_one("", "delay", "time=20ms;jitter=10ms;distribution=paretonormal;keep_order=false");
	(void)snprintf(path, sizeof path, "%s", test_write("t.dist", "-8192 0 0 16384\n"));
	(void)snprintf(params, sizeof params, "time=20ms;jitter=10ms;distribution=table;table=%s;keep_order=false", path);
	(void)replay_one("", "delay", params);
}

static void losses_of_every_model_are_repeated(void)
{
	CU_ASSERT(replay_one("", "loss", "percent=20%;correlation=40%").dropped > 0);
	CU_ASSERT(replay_one("", "loss_state", "p13=10%;p31=30%;p32=20%;p23=50%;p14=5%").dropped > 0);
	CU_ASSERT(replay_one("", "gemodel", "p=10%;r=30%").dropped > 0);
	CU_ASSERT(replay_one("probability=10%", "drop", "").dropped > 0);
	/* What an outage does to the frames behind the first follows from its own decision. */
	CU_ASSERT(replay_one("every=100", "outage", "for=50ms").dropped > 50);
}

static void links_and_queues_are_repeated(void)
{
	CU_ASSERT(replay_one("", "rate", "rate=2Mbit;limit=8").dropped > 0);
	CU_ASSERT(replay_one("", "rate", "rate=2Mbit;bytes=3kB;overhead=-14;cell_size=48;cell_overhead=5").dropped > 0);
	(void)replay_one("", "slot", "time=5ms;jitter=3ms;distribution=normal;packets=4");
	(void)replay_one("", "slot", "min_delay=3ms;max_delay=9ms;packets=4;bytes=2kB");
}

static void orders_and_copies_are_repeated(void)
{
	(void)replay_one("probability=30%", "reorder", "gap=3");
	(void)replay_one("probability=20%", "hold", "frames=3");
	(void)replay_one("probability=20%;correlation=50%", "duplicate", "copies=2;delay=700us");
	CU_ASSERT(replay_one("", "duplicate", "copies=3").delivered == 4 * FRAMES);
}

static void a_whole_chain_is_repeated(void)
{
	const struct fault faults[] = {
		made_checked_fault("loss", "", "loss", "percent=5%;correlation=25%"),
		made_checked_fault("hold", "probability=3%", "hold", "frames=2"),
		made_checked_fault("early", "", "delay", "time=1ms;jitter=1ms"),
		made_checked_fault("reorder", "probability=25%;correlation=50%", "reorder", "gap=5"),
		made_checked_fault("delay", "", "delay", "time=10ms;jitter=3ms;distribution=normal;keep_order=false"),
		made_checked_fault("rate", "", "rate", "rate=3Mbit;limit=40"),
		made_checked_fault("slot", "", "slot", "min_delay=1ms;max_delay=4ms"),
		made_checked_fault("copies", "probability=5%", "duplicate", "delay=1ms"),
		made_checked_fault("behind", "probability=5%", "drop", ""),
	};
	struct replayed replayed = replay_check(faults, sizeof faults / sizeof faults[0], FRAMES);

	CU_ASSERT(replayed.decisions > 2 * FRAMES);
	CU_ASSERT(replayed.dropped > 20);
}

const CU_TestInfo tests_proxy_replay[] = {
	{"delays of every distribution are repeated", delays_of_every_distribution_are_repeated},
	{"losses of every model are repeated", losses_of_every_model_are_repeated},
	{"links and queues are repeated", links_and_queues_are_repeated},
	{"orders and copies are repeated", orders_and_copies_are_repeated},
	{"a whole chain is repeated", a_whole_chain_is_repeated},
	CU_TEST_INFO_NULL,
};

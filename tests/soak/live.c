/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live proxy for ten minutes at half of what it is measured to pass: twenty links of the
 * smallest frames, through ten rules of which one drops and one delays. They go to the servers and
 * to the devices by turns. What went in is what came out and what the rule has dropped, to the last
 * frame and none twice, and its memory does not grow.
 *
 * Nothing else may run meanwhile: a machine that is too busy loses frames, which is told as what it
 * is, and is no proof.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/wire.h"
#include "tests/soak/soak.h"

#define SECONDS 600U
#define SECONDS_A_PART 10U
#define S UINT64_C(1000000000)
#define LINKS 20U
#define FRAMES_OF_A_LINK (14880U / 2)
/* Tables and queues grow to their size in the first third. */
#define PARTS_LEAST 6U
/* What the allocator may keep of a queue that was longer by chance. */
#define GROWTH_MAX (UINT64_C(64) << 10)

static struct wire wire;

static const char *scenario(void)
{
	static char text[2048];
	size_t length = (size_t)snprintf(text, sizeof text,
	                                 "name: soak\nfaults:\n- {name: lost, probability: 0.1%%, drop: true}\n"
	                                 "- {name: late, probability: 1%%, delay: {time: 5ms, jitter: 2ms, keep_order: false}}\n");

	for (unsigned i = 2; i < 10; i++)
		length += (size_t)snprintf(text + length, sizeof text - length,
		                           "- {name: rule %u, filter: udp dst port %u, nth: 4000000000, drop: true}\n", i, TRAFFIC_PORT);
	return text;
}

/* What one part adds to. */
struct totals {
	uint64_t sent, received, again, unseen;
	uint64_t warm, most; /* memory */
};

static void pass_part(struct totals *totals, unsigned part, bool warms_up)
{
	static struct traffic_result result;
	const struct traffic traffic = {.from = &wire.ends[part % 2],
	                                .to = &wire.ends[1 - part % 2],
	                                .back = part % 2 == 1,
	                                .length = 60,
	                                .devices = LINKS,
	                                .rate = (uint64_t)FRAMES_OF_A_LINK * LINKS,
	                                .for_ns = SECONDS_A_PART * S};

	traffic_pass(&traffic, &result);
	totals->sent += result.sent;
	totals->received += result.received;
	totals->again += result.again;
	totals->unseen += result.unseen;
	const uint64_t memory = wire_memory(&wire);
	if (warms_up)
		totals->warm = memory > totals->warm ? memory : totals->warm;
	totals->most = memory > totals->most ? memory : totals->most;
}

static void look_at(const struct totals *totals, const struct wire_counters *counters)
{
	const uint64_t out = totals->received + totals->unseen + counters->dropped;

	if (counters->frames != totals->sent || out != totals->sent || counters->lost_out > 0)
		soak_fail("live: of %" PRIu64 " frames %" PRIu64 " came, %" PRIu64 " had been dropped by a rule, %" PRIu64
		          " found no room on their way in and %" PRIu64 " on their way out; the proxy has seen %" PRIu64,
		          totals->sent, totals->received + totals->unseen, counters->dropped, counters->lost_in, counters->lost_out,
		          counters->frames);
	if (totals->again > 0)
		soak_fail("live: %" PRIu64 " frames came twice", totals->again);
	if (counters->dropped == 0)
		soak_fail("live: the rule that drops has dropped nothing");
	if (totals->warm == 0 || totals->most > totals->warm + GROWTH_MAX)
		soak_fail("live: the proxy's memory grew from %" PRIu64 " to %" PRIu64 " bytes", totals->warm, totals->most);
}

static void pass_all(void)
{
	const unsigned wanted = SECONDS / SECONDS_A_PART / soak_share, parts = wanted > PARTS_LEAST ? wanted : PARTS_LEAST;
	struct wire_counters counters = {0};
	struct totals totals = {0};
	const double start = soak_seconds();

	if (!wire_join_by_proxy(&wire, &(const struct wire_proxy){.scenario = scenario(), .core = wire_use_cores()})) {
		soak_fail("live: %s", wire.why);
		return;
	}
	for (unsigned part = 0; part < parts; part++)
		pass_part(&totals, part, part < parts / 3);
	if (!wire_part(&wire, &counters))
		soak_fail("live: %s", wire.why);
	look_at(&totals, &counters);
	printf("live: %" PRIu64 " frames sent, %" PRIu64 " came, %" PRIu64 " dropped by a rule, %" PRIu64
	       " KiB of memory after the first third and at most %" PRIu64 " KiB, later than asked by %.0f us (p99), in %.0f s\n",
	       totals.sent, totals.received + totals.unseen, counters.dropped, totals.warm >> 10, totals.most >> 10, counters.skew_p99_us,
	       soak_seconds() - start);
}

/* In a process of its own, which enters namespaces. */
void soak_live(void)
{
	const unsigned before = soak_failures();
	int status = 0;

	(void)fflush(stdout);
	const pid_t pid = fork();
	if (pid == 0) {
		if (wire_open(&wire))
			pass_all();
		else
			soak_fail("live: %s", wire.why);
		wire_close(&wire);
		(void)fflush(stdout);
		_exit(soak_failures() > before);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		soak_fail("live: see above");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy in wall time, beside a bridge of the kernel between the same two cables, and for TCP
 * beside proxies that one might take instead. Whoever sends and receives has one core, what joins
 * the cables another. All of it is done in rounds, and the best of them counts: what disturbs the
 * machine makes no figure better.
 */
#include <stdio.h>
#include <string.h>

#include "tests/bench/bench.h"
#include "tests/bench/waking.h"
#include "tests/bench/wire.h"

#define ROUNDS 3U
#define RULES 10U
#define S 1000000000U
#define SMALLEST 60U
#define LONGEST 1514U

/* A link of 10 Mbit/s has so many of the smallest frames a second. */
#define FRAMES_OF_A_LINK 14880U
#define LINKS 20U
#define RATE_LEAST (FRAMES_OF_A_LINK * 0.99)
#define DELAY_NS 5000000U

#define TARGET_P50_US 15
#define TARGET_P99_US 100
#define TARGET_GBPS 1
#define TARGET_DELAY_US 50

static struct wire wire;
static int proxy_core;

/* -- the plans -- */

static const char no_rules[] = "name: none\n";
static const char delay_rule[] = "name: delay\nfaults:\n- {name: slow, direction: to-server, delay: 5ms}\n";

/*
 * Ten rules of the frames' port: they look at each frame and let it pass, or each delays it by a
 * little.
 */
static const char *ten_rules(bool act)
{
	static char text[2048];
	size_t length = (size_t)snprintf(text, sizeof text, "name: ten\nfaults:\n");

	for (unsigned i = 0; i < RULES; i++)
		length += (size_t)snprintf(text + length, sizeof text - length, "- {name: rule %u, filter: udp dst port %u, %s}\n", i,
		                           TRAFFIC_PORT, act ? "delay: 100ns" : "nth: 4000000000, drop: true");
	return text;
}

/* -- one passage -- */

/* @param scenario NULL: through a bridge of the kernel. */
static bool pass(const char *scenario, struct traffic traffic, struct traffic_result *ret_result, struct wire_counters *ret_counters)
{
	traffic.from = &wire.ends[0];
	traffic.to = &wire.ends[1];
	*ret_counters = (struct wire_counters){0};
	if (scenario == NULL ? !wire_join_by_bridge(&wire)
	                     : !wire_join_by_proxy(&wire, &(const struct wire_proxy){.scenario = scenario, .core = proxy_core}))
		return false;
	const uint64_t before_ns = wire_core_ns(&wire);
	traffic_pass(&traffic, ret_result);
	const uint64_t core_ns = wire_core_ns(&wire) - before_ns;
	const bool good = wire_part(&wire, ret_counters);
	ret_counters->core_ns = (double)core_ns;
	return good;
}

static double least(double best, double value, unsigned round)
{
	return round == 0 || value < best ? value : best;
}

/* -- what it adds to the way of a frame -- */

struct delays {
	double p50_us, p99_us;
};

/* One frame at a time, a millisecond apart, which finds the proxy asleep. */
static bool add_delays(const char *scenario, unsigned round, struct delays *delays)
{
	const struct traffic traffic = {.length = SMALLEST, .rate = 1000, .window = 1, .for_ns = 2U * S};
	static struct traffic_result result;
	struct wire_counters counters;

	if (!pass(scenario, traffic, &result, &counters))
		return false;
	const struct skew_summary summary = skew_summary(&result.delays);
	delays->p50_us = least(delays->p50_us, (double)summary.p50_ns / 1e3, round);
	delays->p99_us = least(delays->p99_us, (double)summary.p99_ns / 1e3, round);
	return true;
}

static void measure_delays(void)
{
	struct delays bridge = {0}, proxy = {0};

	for (unsigned round = 0; round < ROUNDS; round++)
		if (!add_delays(NULL, round, &bridge) || !add_delays(ten_rules(false), round, &proxy)) {
			bench_missing("live: delay of a frame", wire.why);
			return;
		}
	const struct waking woken = waking_by_write(proxy_core);
	bench_figure("live: from a write until a process has read it, p50", woken.p50_us, "us");
	bench_figure("live: from a write until a process has read it, p99", woken.p99_us, "us");
	bench_figure("live: one-way delay by a bridge of the kernel, p50", bridge.p50_us, "us");
	bench_figure("live: one-way delay by a bridge of the kernel, p99", bridge.p99_us, "us");
	bench_figure("live: one-way delay by the proxy with ten rules, p50", proxy.p50_us, "us");
	bench_figure("live: one-way delay by the proxy with ten rules, p99", proxy.p99_us, "us");
	bench_report("live: added by the proxy, p50", proxy.p50_us - bridge.p50_us, "us", TARGET_P50_US, true);
	bench_report("live: added by the proxy, p99", proxy.p99_us - bridge.p99_us, "us", TARGET_P99_US, true);
}

/* -- how much passes -- */

static bool add_gbps(const char *scenario, double *best)
{
	const struct traffic traffic = {.length = LONGEST, .window = 256, .for_ns = S};
	static struct traffic_result result;
	struct wire_counters counters;

	if (!pass(scenario, traffic, &result, &counters))
		return false;
	const double gbps = (double)result.received * LONGEST * 8 / (double)result.ns;
	if (gbps > *best)
		*best = gbps;
	return true;
}

static void measure_gbps(void)
{
	double bridge = 0, passing = 0, acting = 0;

	for (unsigned round = 0; round < ROUNDS; round++)
		if (!add_gbps(NULL, &bridge) || !add_gbps(ten_rules(false), &passing) || !add_gbps(ten_rules(true), &acting)) {
			bench_missing("live: frames of 1500 bytes", wire.why);
			return;
		}
	bench_figure("live: frames of 1500 bytes by a bridge of the kernel", bridge, "Gbit/s");
	bench_report("live: the same by the proxy, ten rules, none acts", passing, "Gbit/s", TARGET_GBPS, false);
	bench_report("live: the same by the proxy, ten rules, each acts", acting, "Gbit/s", TARGET_GBPS, false);
}

struct small {
	double rate, lost, not_seen, core_us;
};

/* All rounds count: the losses of each, the lowest rate. */
static bool measure_small_by(const char *scenario, struct small *ret_small)
{
	const struct traffic traffic = {.length = SMALLEST, .devices = LINKS, .rate = (uint64_t)FRAMES_OF_A_LINK * LINKS, .for_ns = 2U * S};
	static struct traffic_result result;
	struct wire_counters counters;

	*ret_small = (struct small){.lost = 0};
	for (unsigned round = 0; round < ROUNDS; round++) {
		if (!pass(scenario, traffic, &result, &counters))
			return false;
		const double rate = (double)(result.received + result.unseen) * S / (double)traffic.for_ns / LINKS;
		ret_small->rate = round == 0 || rate < ret_small->rate ? rate : ret_small->rate;
		ret_small->lost += (double)traffic_lost(&result);
		ret_small->not_seen += (double)counters.lost_in;
		ret_small->core_us = least(ret_small->core_us, counters.core_ns / 1e3 / (double)(counters.frames > 0 ? counters.frames : 1),
		                           round);
	}
	return true;
}

static void measure_small(void)
{
	struct small bridge, proxy;

	if (!measure_small_by(NULL, &bridge) || !measure_small_by(ten_rules(false), &proxy)) {
		bench_missing("live: the smallest frames", wire.why);
		return;
	}
	bench_figure("live: smallest frames that came, of each of 20 links, by a bridge", bridge.rate, "1/s");
	bench_figure("live: lost of them", bridge.lost, "");
	bench_report("live: smallest frames that came, of each of 20 links, by the proxy", proxy.rate, "1/s", RATE_LEAST, false);
	bench_report("live: lost of them", proxy.lost, "", 0, true);
	bench_figure("live: of those the kernel had no room for (ps_drop)", proxy.not_seen, "");
	bench_figure("live: core time of one of them, ten rules", proxy.core_us, "us");
}

/* -- a delay that is asked for -- */

static void measure_delay_asked_for(void)
{
	const struct traffic traffic = {.length = SMALLEST, .rate = 1000, .for_ns = 2U * S, .expected_ns = DELAY_NS};
	static struct traffic_result result;
	struct wire_counters counters;
	double p99_us = 0, own_us = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		if (!pass(delay_rule, traffic, &result, &counters)) {
			bench_missing("live: a delay of 5 ms", wire.why);
			return;
		}
		p99_us = least(p99_us, (double)skew_summary(&result.delays).p99_ns / 1e3, round);
		own_us = least(own_us, counters.skew_p99_us, round);
	}
	bench_figure("live: a bare timer is late by, p99", waking_by_timer(proxy_core).p99_us, "us");
	bench_report("live: a delay of 5 ms is kept within, p99", p99_us, "us", TARGET_DELAY_US, true);
	bench_figure("live: the same as the proxy itself tells it (skew)", own_us, "us");
}

/* -- TCP, beside others -- */

static const char haproxy_config[] =
	"global\n  nbthread 1\n  maxconn 16\n# %s\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1m\n  timeout server 1m\n"
	"listen transfer\n  bind 192.0.2.1:5201\n  server s 198.51.100.1:5201\nlisten trips\n  bind 192.0.2.1:9\n  server s 198.51.100.1:9\n";
static const char nginx_config[] =
	"load_module /usr/lib/nginx/modules/ngx_stream_module.so;\ndaemon off;\nmaster_process off;\nerror_log stderr;\n"
	"pid %s/nginx.pid;\nevents {}\nstream {\n tcp_nodelay on;\n server { listen 192.0.2.1:5201; proxy_pass 198.51.100.1:5201; }\n"
	" server { listen 192.0.2.1:9; proxy_pass 198.51.100.1:9; }\n}\n";

static bool join_by_bridge(void)
{
	return wire_join_by_bridge(&wire);
}

static bool join_by_proxy(void)
{
	return wire_join_by_proxy(&wire, &(const struct wire_proxy){.scenario = no_rules, .core = proxy_core});
}

static bool join_by_haproxy(void)
{
	return wire_join_by_program(&wire, "haproxy -db -f %s", haproxy_config, proxy_core);
}

static bool join_by_nginx(void)
{
	return wire_join_by_program(&wire, "nginx -c %s", nginx_config, proxy_core);
}

static const struct {
	const char *name;
	bool (*join)(void);
} joints[] = {{"a bridge of the kernel", join_by_bridge},
              {"the proxy", join_by_proxy},
              {"haproxy", join_by_haproxy},
              {"nginx (stream)", join_by_nginx}};

/* Less is better if @p at_most. @return below 0 if it could not be measured. */
static double best_of_tcp(bool (*join)(void), bool trips)
{
	double best = -1;

	for (unsigned round = 0; round < 2; round++) {
		if (!join())
			return -1;
		const double value = trips ? wire_round_trip_us(&wire) : wire_transfer_gbps(&wire, 1);
		(void)wire_part(&wire, NULL);
		if (value >= 0 && (best < 0 || (trips ? value < best : value > best)))
			best = value;
	}
	return best;
}

static void measure_tcp(bool trips)
{
	char what[96];

	for (size_t i = 0; i < sizeof joints / sizeof joints[0]; i++) {
		(void)snprintf(what, sizeof what, "live: %s of TCP through %s%s", trips ? "a round trip" : "a transfer", joints[i].name,
		               trips ? ", p50" : "");
		const double value = best_of_tcp(joints[i].join, trips);
		if (value < 0)
			bench_missing(what, wire.why);
		else
			bench_figure(what, value, trips ? "us" : "Gbit/s");
	}
}

/* -- the whole -- */

static void measure_all(void)
{
	proxy_core = wire_use_cores();
	if (wire_open(&wire)) {
		measure_delays();
		measure_gbps();
		measure_small();
		measure_delay_asked_for();
		measure_tcp(true);
		measure_tcp(false);
	} else {
		bench_missing("live", wire.why);
	}
	wire_close(&wire);
}

void bench_live(void)
{
	bench_apart(measure_all);
}

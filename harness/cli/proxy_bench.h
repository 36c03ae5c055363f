/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file What `proxy` sets up to run: interfaces, a relay or a far end, the control socket, a
 *        folder.
 */
#ifndef CLI_PROXY_BENCH_H
#define CLI_PROXY_BENCH_H

#include "harness/cli/live_table.h"
#include "harness/cli/values.h"
#include "harness/live/bridge.h"
#include "harness/live/control.h"
#include "harness/live/far_end.h"
#include "harness/live/interface.h"
#include "harness/live/relayed.h"

/** What --control says for no socket at all. */
#define NO_CONTROL "none"

/** A run, as far as it has been set up; all zero: not at all. */
struct proxy_bench {
	struct paths paths;
	struct plan plan;
	bool has_plan;
	uint64_t for_ns, skew_limit_ns;
	struct interface *interfaces[2]; /* by the direction in which what is behind them sends */
	struct port ports[2];
	bool has_port[2];
	struct relay_ports web_ports;
	/* in front of the server's port; NULL: no fault is about services */
	struct relayed *relayed;
	struct far_end *far_end; /* that plays a session; NULL: there is another interface */
	struct control *control;
	bool has_control;
	char control_path[CONTROL_PATH_MAX]; /* empty: the standard one */
	const char *dir;                     /* NULL: nothing is kept */
	char folder[DEVICE_PATH_MAX];
	struct live_table table;
};

/** Sets it up, as far as it comes. @return false with @p err. */
bool proxy_bench_open(struct proxy_bench *bench, const struct cli_values *values, struct error *err);

/**
 * For bridge_options.ready: gives up what is not needed any more.
 * @param ctx A struct proxy_bench.
 */
bool proxy_bench_confine(void *ctx, struct error *err);

/**
 * Takes it down, as far as it came.
 * @return false if an interface is not as it was, of which @p wrong is told.
 */
bool proxy_bench_close(struct proxy_bench *bench, void (*wrong)(const struct error *err));

#endif

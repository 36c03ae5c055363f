/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Two cables in network namespaces of their own, and what joins them: the device's end (d0,
 * 192.0.2.100) in one namespace, the server's (s0, 192.0.2.1) in another, and their other ends (d1
 * and s1) in that of this process, where a bridge of the kernel, `stutter proxy`, or a program that
 * takes connections and makes others joins them.
 *
 * Nothing of it is seen outside, and all of it goes with this process.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/bench/traffic.h"

#define WIRE_WHY_MAX 512

struct wire {
	char folder[64]; /* for scenarios, sockets and what programs say */
	/** processes that do nothing but be in the namespaces of both ends */
	pid_t device, server;
	int spaces[2];              /* their namespaces */
	struct traffic_end ends[2]; /**< the device's and the server's */
	pid_t proxy;                /* 0: none runs */
	pid_t program;              /* 0: none runs */
	char why[WIRE_WHY_MAX];     /**< of what was not possible */
};

/** What the proxy says of itself. */
struct wire_counters {
	uint64_t frames, lost_in, lost_out;
	uint64_t dropped; /**< by rules that drop */
	double skew_p50_us, skew_p99_us;
	double core_ns; /**< for whoever takes it from wire_core_ns() */
};

/** How the proxy's process is to be run. */
struct wire_proxy {
	const char *scenario; /**< its text */
	const char *more;     /**< further options; NULL: none */
	int core;             /**< the only one that it may use; -1: any */
};

/**
 * This process, which should be a child that does nothing else, is in a network namespace of its
 * own from now on, in a user namespace if it is not root, and ends with its parent.
 * @return false with wire->why if the machine has not what that needs.
 */
bool wire_open(struct wire *wire);
void wire_close(struct wire *wire);

/** A command of the shell. @return whether it has succeeded; if not, why. */
__attribute__((format(printf, 2, 3))) bool wire_run(struct wire *wire, const char *format, ...);

/**
 * Starts a program of the shell's; "exec" should stand before it. @param where The process in whose
 * network namespace it is to run; 0: in this one. @return its process.
 */
__attribute__((format(printf, 3, 4))) pid_t wire_start(struct wire *wire, pid_t where, const char *format, ...);

/** Ends one of them. */
void wire_stop(pid_t pid);

/** Leaves this process one core. @return another one, if there is one. */
int wire_use_cores(void);

/** What joins both cables; one at a time. */
bool wire_join_by_bridge(struct wire *wire);
bool wire_join_by_proxy(struct wire *wire, const struct wire_proxy *proxy);
/**
 * @param config Of haproxy(1) or nginx(8), which is to listen on 192.0.2.1 and to connect to
 * 198.51.100.1. @param command With a %s for the path of that file.
 */
bool wire_join_by_program(struct wire *wire, const char *command, const char *config, int core);
/** @param ret_counters What the proxy has said at the end; NULL: not asked for. */
bool wire_part(struct wire *wire, struct wire_counters *ret_counters);

/**
 * A row of round trips of one byte over TCP, from the device's end to the port TRAFFIC_PORT of the
 * server's. @return their median in microseconds; below 0 with wire->why.
 */
double wire_round_trip_us(struct wire *wire);

/**
 * What a transfer over TCP (iperf3) gets through, for so many seconds. @return Gbit/s; below 0 with
 * wire->why.
 */
double wire_transfer_gbps(struct wire *wire, unsigned seconds);

/** What the proxy says now. */
bool wire_ask(struct wire *wire, struct wire_counters *ret_counters);

/** How long the proxy's process has used a core so far (/proc/PID/schedstat), in nanoseconds. */
uint64_t wire_core_ns(const struct wire *wire);

/** Bytes of memory that the proxy's process has (RSS); 0 if it is gone. */
uint64_t wire_memory(const struct wire *wire);

#endif

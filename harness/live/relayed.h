/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A real server's end of the bridge with the relay (relay/relay.h) in front of it: faults of the
 * services act on what the real server says.
 *
 *     device's port -- chain -- [ relay ] -- server's port
 *
 * How it works: the port's descriptor is an epoll(7) instance over the server's port and a timer
 * (timerfd_create(2)), which is due when a frame of the relay waits or when its stack next has
 * something to do. Time is the bridge's. What passes has the stamp with which it came to this host;
 * what the relay says has been made in that moment.
 *
 * One a process (server/host.h).
 */
#ifndef LIVE_RELAYED_H
#define LIVE_RELAYED_H

#include "harness/live/port.h"
#include "harness/live/ties.h"
#include "harness/relay/relay.h"
#include "harness/scenario/plan.h"

struct relayed;

/** Whether the faults of a plan, or of a replay its decisions, need a relay. */
bool relayed_is_needed(const struct plan *plan);

/**
 * @param plan Borrowed; of a replay the decisions act, each where it was. @param inner The real
 * server's port; closed with this one's.
 * @return to be released with relayed_close(); NULL with @p err if this machine has no descriptor
 * left.
 */
struct relayed *relayed_open(const struct plan *plan, const struct port *inner, const struct relay_ports *ports, struct error *err);

/** The port; before relayed_begin() all passes. */
struct port relayed_port(struct relayed *relayed);

/** Starts the faults, at the bridge's time 0. @param ties Copied. */
void relayed_begin(struct relayed *relayed, const struct service_ties *ties);

/**
 * The faults at work (of a replay, its decisions of services in their order), for windows that open
 * elsewhere, and for counters; after the beginning.
 */
struct armed_faults *relayed_faults(struct relayed *relayed);

void relayed_close(struct relayed *relayed);

#endif

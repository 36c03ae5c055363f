/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The emulator's far end as one end of the bridge: its hosts, names and update service
 * (server/host.h, server/service.h) in wall time, in this process.
 *
 * How it works: the far end has no descriptor, so its port's is a timer (timerfd_create(2)) that is
 * due when a frame of it waits or when its stack next has something to do. A frame for it is handed
 * over by the port's send() and looked at in the next read(), so that what it takes long for makes
 * no other frame late. Its time is the bridge's; the true time is this machine's, so that its
 * certificates are good where the client runs. If the plan has a recorded session, its servers are
 * there in place of the services of HTTP and TLS (recorded/servers.h). Faults of the layer `server`
 * act here as they do in virtual time, by the same code.
 *
 * One a process (server/host.h).
 */
#ifndef LIVE_FAR_END_H
#define LIVE_FAR_END_H

#include "harness/live/port.h"
#include "harness/live/ties.h"
#include "harness/recorded/servers.h"
#include "harness/scenario/plan.h"

struct far_end;

/**
 * @param plan Borrowed. @return to be released with far_end_close(); NULL with @p err if its image
 * or session cannot be read, or cannot be played.
 */
struct far_end *far_end_open(const struct plan *plan, struct error *err);

/**
 * The port that it is behind; it does nothing before far_end_begin(). The far end is closed by
 * far_end_close(), not with the port.
 */
struct port far_end_port(struct far_end *far_end);

/** Starts it, at the bridge's time 0. @param ties Copied. */
void far_end_begin(struct far_end *far_end, const struct service_ties *ties);

/**
 * The faults of its services, for windows that open elsewhere, and for counters; after the
 * beginning.
 */
struct armed_faults *far_end_faults(struct far_end *far_end);

/** A frame has come to the client. */
void far_end_delivered(struct far_end *far_end, struct bytes frame);

/**
 * Writes what a client needs to be known and to know the hosts into the folder @p dir: trust.pem,
 * device.pem and device.key.
 */
bool far_end_write_credentials(struct far_end *far_end, const char *dir, struct error *err);

/** What came of the plan's recorded session. @return false: it has none. */
bool far_end_played(const struct far_end *far_end, struct servers_told *ret_told);

void far_end_close(struct far_end *far_end);

#endif

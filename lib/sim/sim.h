/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Virtual time: one clock, one ordered queue of events.
 *
 * The guest owns the clock: sim_run_until() is called with the guest's time, runs every event up to
 * that instant and stops there. Events of the same instant run in the order in which they were
 * scheduled. An event belongs to whoever embeds its struct; it is scheduled at most once at a time.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Nanoseconds of virtual time since power on. */
typedef uint64_t sim_ns;

#define SIM_NEVER UINT64_MAX
#define SIM_US ((sim_ns)1000)
#define SIM_MS ((sim_ns)1000000)
#define SIM_S ((sim_ns)1000000000)

struct sim_event {
	void (*fire)(void *ctx, sim_ns now); /**< set by the owner, as is ctx */
	void *ctx;
	/**
	 * set by the owner: the least time from this event to anything that the guest can notice;
	 * see sim_next_visible()
	 */
	sim_ns lag;
	sim_ns at; /* below: the queue's own */
	uint64_t order;
	size_t place; /* in the heap, from 1; 0: not scheduled */
};

struct sim {
	sim_ns now;
	uint64_t orders;         /* how many events were ever scheduled */
	struct sim_event **heap; /* a binary heap from index 1 */
	size_t count, room;
};

/** A clock at @p now with nothing scheduled. */
void sim_open(struct sim *sim, sim_ns now);

/** Releases the queue; the events belong to others. */
void sim_close(struct sim *sim);

/**
 * Schedules @p event at @p at, which must not be in the past; moves it if it was scheduled already.
 * SIM_NEVER cancels it.
 */
void sim_schedule(struct sim *sim, struct sim_event *event, sim_ns at);

/** Takes @p event out of the queue; nothing happens if it is not in it. */
void sim_cancel(struct sim *sim, struct sim_event *event);

/** The time of the next event, or SIM_NEVER. */
sim_ns sim_next(const struct sim *sim);

/**
 * The earliest time at which the guest could notice anything, or SIM_NEVER: no event's effect
 * reaches it before.
 *
 * The guest need not call before then: events that are due earlier run, each at its own time, when
 * it does call. So a guest is woken for the end of a frame and not for its beginning.
 */
sim_ns sim_next_visible(const struct sim *sim);

/**
 * Runs all events up to and at @p until, which must not be in the past; afterwards it is @p until.
 */
void sim_run_until(struct sim *sim, sim_ns until);

#endif

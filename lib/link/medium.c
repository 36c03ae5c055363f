/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CSMA/CD for two stations.
 *
 * How it works: a station is quiet, waits, sends, or holds the medium with a carrier without a
 * frame, which is backpressure. Waiting ends at an instant that plan() works out anew whenever
 * something changes on either side: not before its back-off and the gap have passed, and not while
 * it hears the other. Whoever starts looks whether the other is at it as well; if so, a collision
 * is noted for each end that listens, at the instant at which that end hears it, and its
 * transmission is cut short to end with the jam.
 *
 *     quiet --send--> waits --step--> sends --step--> quiet      sent whole, or given up
 *                       ^                       |
 *                       +------- collided ------+
 */
#include "lib/link/medium.h"

#include <string.h>

#include "lib/base/check.h"

#define BACKOFF_LIMIT 10U
#define BYTE_BITS 8U
#define MIN_TRANSMISSION_BITS ((8U + 64U) * BYTE_BITS)

const struct medium_rules medium_standard_rules = {
	.defer_forever = true,
	.retries_max = 15,
	.window_bytes = 64,
	.gap_bits = 96,
	.gap1_bits = 64,
	.gap2_bits = 96,
};

static struct medium_station *other_of(struct medium *medium, const struct medium_station *station)
{
	return &medium->stations[station == &medium->stations[TO_SERVER] ? TO_DEVICE : TO_SERVER];
}

static enum direction direction_of(const struct medium *medium, const struct medium_station *station)
{
	return station == &medium->stations[TO_SERVER] ? TO_SERVER : TO_DEVICE;
}

static sim_ns bits_ns(const struct medium *medium, unsigned bits)
{
	return bits * medium->bit_ns;
}

static bool is_active(const struct medium_station *station)
{
	return station->state == STATION_SENDS || station->state == STATION_BACKPRESSURE;
}

static sim_ns later(sim_ns a, sim_ns b)
{
	return a > b ? a : b;
}

/*
 * What the device can notice of a step: its own end at once; of the rest nothing before a collision
 * can have been jammed.
 */
static void set_lags(struct medium *medium)
{
	struct medium_station *device = &medium->stations[TO_SERVER], *partner = &medium->stations[TO_DEVICE];

	device->step.lag = device->state == STATION_WAITS ? bits_ns(medium, MEDIUM_JAM_BITS) : 0;
	partner->step.lag = partner->state == STATION_WAITS ? medium_lag(medium) : medium->delay_ns;
}

/* When a waiting station starts; SIM_NEVER if it has to hear the other end first. */
static sim_ns start_time(struct medium *medium, const struct medium_station *station)
{
	const struct medium_station *other = other_of(medium, station);
	const struct medium_rules *rules = &station->rules;
	sim_ns start = later(medium->sim->now, station->wanted_at);
	sim_ns heard_until = other->ended_at + medium->delay_ns, heard_from = other->started_at + medium->delay_ns;
	sim_ns gap2_ns = bits_ns(medium, rules->gap2_bits), deaf_from;

	if (station->was_active)
		start = later(start, station->ended_at + bits_ns(medium, rules->gap_bits));
	if (rules->full_duplex)
		return start;
	deaf_from = start;
	if (other->was_active && heard_until + gap2_ns >= start) {
		start = heard_until + gap2_ns;
		/*
		 * In the last part of the gap it does not listen any more, so that nobody can be
		 * kept waiting for ever (4.2.3.2.1).
		 */
		deaf_from = heard_until + bits_ns(medium, rules->gap1_bits);
	}
	return is_active(other) && heard_from <= deaf_from ? SIM_NEVER : start;
}

static void plan(struct medium *medium, struct medium_station *station)
{
	if (station->state == STATION_WAITS)
		sim_schedule(medium->sim, &station->step, start_time(medium, station));
	set_lags(medium);
}

static void wait(struct medium *medium, struct medium_station *station, sim_ns from)
{
	station->state = STATION_WAITS;
	station->wanted_at = from;
	if (!station->rules.full_duplex)
		sim_schedule(medium->sim, &station->patience, from + bits_ns(medium, MEDIUM_DEFERRAL_BITS));
	plan(medium, station);
}

/*
 * The station hears at @p at that it is not alone, and stops behind a jam; what it sends is lost.
 */
static bool collide(struct medium *medium, struct medium_station *station, sim_ns at)
{
	if (station->state != STATION_SENDS || at >= station->step.at)
		return false;
	station->collided = true;
	station->late = at - station->started_at >= bits_ns(medium, station->rules.window_bytes * BYTE_BITS);
	at = later(at, station->started_at + bits_ns(medium, MEDIUM_PREAMBLE_BITS));
	sim_schedule(medium->sim, &station->step, at + bits_ns(medium, MEDIUM_JAM_BITS));
	return true;
}

/* Two transmissions meet: @first is under way when @second starts. */
static void meet(struct medium *medium, struct medium_station *first, struct medium_station *second)
{
	if (!second->rules.full_duplex) {
		first->mangled = true;
		(void)collide(medium, second, later(second->started_at, first->started_at + medium->delay_ns));
	}
	if (!first->rules.full_duplex) {
		second->mangled = true;
		(void)collide(medium, first, second->started_at + medium->delay_ns);
	}
}

static void become_active(struct medium *medium, struct medium_station *station, enum station_state state)
{
	struct medium_station *other = other_of(medium, station);

	station->state = state;
	station->started_at = medium->sim->now;
	station->collided = station->late = station->mangled = false;
	sim_cancel(medium->sim, &station->patience);
	if (state == STATION_SENDS)
		sim_schedule(medium->sim, &station->step, medium->sim->now + station->length_ns);
	else
		sim_cancel(medium->sim, &station->step);
	if (is_active(other))
		meet(medium, other, station);
	plan(medium, other);
	medium->ops.activity(medium->ctx, direction_of(medium, station), true, false, medium->sim->now);
}

static void start(struct medium *medium, struct medium_station *station)
{
	station->outcome.deferred |= station->outcome.collisions == 0 && medium->sim->now > station->wanted_at;
	become_active(medium, station, STATION_SENDS);
	if (!station->rules.full_duplex && station->effect.attempts > 0 &&
	    collide(medium, station, station->started_at + bits_ns(medium, station->effect.after_bytes * BYTE_BITS)))
		station->effect.attempts--;
}

static void become_quiet(struct medium *medium, struct medium_station *station, bool broken)
{
	station->state = STATION_QUIET;
	station->was_active = true;
	station->ended_at = medium->sim->now;
	sim_cancel(medium->sim, &station->step);
	medium->ops.activity(medium->ctx, direction_of(medium, station), false, broken, medium->sim->now);
	plan(medium, other_of(medium, station));
}

static void finish(struct medium *medium, struct medium_station *station)
{
	station->wants = station->backpressured = false;
	station->state = STATION_QUIET;
	sim_cancel(medium->sim, &station->step);
	sim_cancel(medium->sim, &station->patience);
	medium->ops.ended(medium->ctx, direction_of(medium, station), &station->outcome, medium->sim->now);
}

/* Truncated binary exponential back-off (IEEE 802.3 4.2.3.2.5). */
static sim_ns backoff(const struct medium *medium, const struct medium_station *station)
{
	unsigned collisions = station->outcome.collisions;
	unsigned exponent = collisions < BACKOFF_LIMIT ? collisions : BACKOFF_LIMIT;
	uint64_t what = station->number * 2 + direction_of(medium, station);

	if (station->rules.no_backoff || (station->backpressured && station->rules.no_backoff_after_backpressure))
		return 0;
	return random_below(medium->stream, what, collisions, UINT64_C(1) << exponent) * bits_ns(medium, MEDIUM_SLOT_BITS);
}

static void after_collision(struct medium *medium, struct medium_station *station)
{
	struct medium_outcome *outcome = &station->outcome;
	sim_ns lasted = medium->sim->now - station->started_at - bits_ns(medium, MEDIUM_PREAMBLE_BITS);

	outcome->collisions++;
	outcome->collided_bytes += (unsigned)(lasted / bits_ns(medium, BYTE_BITS));
	outcome->late_collision = station->late;
	outcome->excessive_collisions = !station->late && outcome->collisions > station->rules.retries_max;
	medium->counters.collisions++;
	medium->counters.late_collisions += outcome->late_collision;
	medium->counters.excessive_collisions += outcome->excessive_collisions;
	if (outcome->late_collision || outcome->excessive_collisions)
		finish(medium, station);
	else
		wait(medium, station, medium->sim->now + backoff(medium, station));
}

/* The first that is on its way is the next to arrive. */
static void await_arrival(struct medium *medium, struct medium_station *station)
{
	if (station->arrival_count > 0)
		sim_schedule(medium->sim, &station->arrival, station->arrivals[station->first_arrival].at);
}

static void add_arrival(struct medium *medium, struct medium_station *station)
{
	unsigned place = (station->first_arrival + station->arrival_count) % MEDIUM_ARRIVALS_MAX;

	CHECK_INT(station->arrival_count, <, MEDIUM_ARRIVALS_MAX);
	station->arrivals[place].at = medium->sim->now + medium->delay_ns;
	station->arrivals[place].intact = !station->mangled;
	station->arrival_count++;
	await_arrival(medium, station);
}

static void end(struct medium *medium, struct medium_station *station)
{
	bool collided = station->collided;

	become_quiet(medium, station, collided);
	if (collided) {
		after_collision(medium, station);
		return;
	}
	medium->counters.mangled += station->mangled;
	add_arrival(medium, station);
	station->outcome.sent = true;
	finish(medium, station);
}

static void step(struct medium *medium, struct medium_station *station)
{
	if (station->state == STATION_WAITS)
		start(medium, station);
	else
		end(medium, station);
}

static void lose_patience(struct medium *medium, struct medium_station *station)
{
	station->outcome.excessive_deferral = true;
	medium->counters.excessive_deferrals++;
	if (!station->rules.defer_forever)
		finish(medium, station);
}

static void arrive(struct medium *medium, struct medium_station *station)
{
	bool intact = station->arrivals[station->first_arrival].intact;

	station->first_arrival = (station->first_arrival + 1) % MEDIUM_ARRIVALS_MAX;
	station->arrival_count--;
	await_arrival(medium, station);
	medium->ops.arrived(medium->ctx, direction_of(medium, station), intact, medium->sim->now);
}

static void fire_device_step(void *ctx, sim_ns now)
{
	(void)now;
	step(ctx, &((struct medium *)ctx)->stations[TO_SERVER]);
}

static void fire_partner_step(void *ctx, sim_ns now)
{
	(void)now;
	step(ctx, &((struct medium *)ctx)->stations[TO_DEVICE]);
}

static void fire_device_arrival(void *ctx, sim_ns now)
{
	(void)now;
	arrive(ctx, &((struct medium *)ctx)->stations[TO_SERVER]);
}

static void fire_partner_arrival(void *ctx, sim_ns now)
{
	(void)now;
	arrive(ctx, &((struct medium *)ctx)->stations[TO_DEVICE]);
}

static void fire_device_patience(void *ctx, sim_ns now)
{
	(void)now;
	lose_patience(ctx, &((struct medium *)ctx)->stations[TO_SERVER]);
}

static void fire_partner_patience(void *ctx, sim_ns now)
{
	(void)now;
	lose_patience(ctx, &((struct medium *)ctx)->stations[TO_DEVICE]);
}

void medium_init(struct medium *medium, sim_ns bit_ns, sim_ns delay_ns, const struct medium_ops *ops, void *ctx, struct sim *sim,
                 struct random_stream stream)
{
	struct medium_station *device = &medium->stations[TO_SERVER], *partner = &medium->stations[TO_DEVICE];

	CHECK(bit_ns >= MEDIUM_100_BIT_NS);
	CHECK(delay_ns <= MEDIUM_DELAY_MAX);
	memset(medium, 0, sizeof *medium);
	medium->sim = sim;
	medium->ops = *ops;
	medium->ctx = ctx;
	medium->stream = stream;
	medium->bit_ns = bit_ns;
	medium->delay_ns = delay_ns;
	device->step = (struct sim_event){.fire = fire_device_step, .ctx = medium};
	/* The far end hears it, and its answer has to cross the cable. */
	device->arrival = (struct sim_event){.fire = fire_device_arrival, .ctx = medium, .lag = bits_ns(medium, MIN_TRANSMISSION_BITS)};
	device->patience = (struct sim_event){.fire = fire_device_patience, .ctx = medium};
	partner->step = (struct sim_event){.fire = fire_partner_step, .ctx = medium};
	partner->arrival = (struct sim_event){.fire = fire_partner_arrival, .ctx = medium};
	partner->patience = (struct sim_event){.fire = fire_partner_patience, .ctx = medium, .lag = bits_ns(medium, MIN_TRANSMISSION_BITS)};
}

void medium_close(struct medium *medium)
{
	for (int i = 0; i < 2; i++) {
		sim_cancel(medium->sim, &medium->stations[i].step);
		sim_cancel(medium->sim, &medium->stations[i].arrival);
		sim_cancel(medium->sim, &medium->stations[i].patience);
	}
}

void medium_send(struct medium *medium, enum direction direction, size_t bytes, const struct medium_rules *rules,
                 struct medium_effect effect)
{
	struct medium_station *station = &medium->stations[direction];

	CHECK(!station->wants);
	station->wants = true;
	station->rules = *rules;
	station->effect = effect;
	station->number++;
	station->length_ns = bytes * bits_ns(medium, BYTE_BITS);
	memset(&station->outcome, 0, sizeof station->outcome);
	if (station->state == STATION_BACKPRESSURE)
		station->wanted_at = medium->sim->now;
	else
		wait(medium, station, medium->sim->now);
}

void medium_cancel(struct medium *medium, enum direction direction)
{
	struct medium_station *station = &medium->stations[direction];

	station->wants = false;
	sim_cancel(medium->sim, &station->patience);
	if (station->state == STATION_SENDS) {
		become_quiet(medium, station, true);
	} else if (station->state == STATION_WAITS) {
		sim_cancel(medium->sim, &station->step);
		station->state = STATION_QUIET;
	}
}

void medium_backpressure(struct medium *medium, enum direction direction, bool on, bool full_duplex)
{
	struct medium_station *station = &medium->stations[direction];

	if (on == (station->state == STATION_BACKPRESSURE))
		return;
	if (on) {
		if (station->state == STATION_SENDS)
			become_quiet(medium, station, true);
		station->rules.full_duplex = full_duplex;
		station->backpressured = true;
		become_active(medium, station, STATION_BACKPRESSURE);
		return;
	}
	become_quiet(medium, station, true);
	if (station->wants)
		wait(medium, station, medium->sim->now);
}

sim_ns medium_lag(const struct medium *medium)
{
	return medium->stations[TO_SERVER].wants ? bits_ns(medium, MEDIUM_JAM_BITS) : bits_ns(medium, MIN_TRANSMISSION_BITS);
}

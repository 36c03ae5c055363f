/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/sim/sim.h"

#include <string.h>

#include "lib/sim/random.h"
#include "tests/test.h"

/* A list of what fired, as "a5 b5 " for a and b at 5 ns. */
struct sim_fixture {
	struct sim sim;
	char text[256];
	struct event {
		struct sim_event event;
		struct sim_fixture *f;
		char name;
		sim_ns again; /* scheduled once more so much later; 0: not */
	} a, b, c;
};

static void note(void *ctx, sim_ns now)
{
	struct event *event = ctx;

	CU_ASSERT_EQUAL(now, event->f->sim.now);
	TEST_APPEND(event->f->text, "%c%u ", event->name, (unsigned)now);
	if (event->again > 0)
		sim_schedule(&event->f->sim, &event->event, now + event->again);
}

static void sim_fixture_open(struct sim_fixture *f, sim_ns now)
{
	struct event *events[] = {&f->a, &f->b, &f->c};

	memset(f, 0, sizeof *f);
	sim_open(&f->sim, now);
	for (unsigned i = 0; i < 3; i++)
		*events[i] = (struct event){.event = {.fire = note, .ctx = events[i]}, .f = f, .name = (char)('a' + (int)i)};
}

static void events_run_by_time_and_then_as_scheduled(void)
{
	struct sim_fixture f;

	sim_fixture_open(&f, 0);
	sim_schedule(&f.sim, &f.c.event, 5);
	sim_schedule(&f.sim, &f.b.event, 5);
	sim_schedule(&f.sim, &f.a.event, 3);
	CU_ASSERT_EQUAL(sim_next(&f.sim), 3);
	sim_run_until(&f.sim, 10);
	CU_ASSERT_STRING_EQUAL(f.text, "a3 c5 b5 ");
	CU_ASSERT_EQUAL(sim_next(&f.sim), SIM_NEVER);
	CU_ASSERT_EQUAL(f.sim.now, 10);
	sim_close(&f.sim);
}

static void a_moved_event_goes_behind_those_of_its_new_time(void)
{
	struct sim_fixture f;

	sim_fixture_open(&f, 0);
	sim_schedule(&f.sim, &f.a.event, 5);
	sim_schedule(&f.sim, &f.b.event, 7);
	sim_schedule(&f.sim, &f.c.event, 7);
	sim_schedule(&f.sim, &f.a.event, 7);
	sim_schedule(&f.sim, &f.c.event, 6);
	CU_ASSERT_EQUAL(f.sim.count, 3);
	sim_run_until(&f.sim, 7);
	CU_ASSERT_STRING_EQUAL(f.text, "c6 b7 a7 ");
	sim_close(&f.sim);
}

static void scheduling_for_the_same_time_keeps_the_place(void)
{
	struct sim_fixture f;

	sim_fixture_open(&f, 0);
	sim_schedule(&f.sim, &f.a.event, 5);
	sim_schedule(&f.sim, &f.b.event, 5);
	sim_schedule(&f.sim, &f.a.event, 5);
	sim_run_until(&f.sim, 5);
	CU_ASSERT_STRING_EQUAL(f.text, "a5 b5 ");
	sim_close(&f.sim);
}

static void never_cancels_and_cancelling_twice_is_nothing(void)
{
	struct sim_fixture f;

	sim_fixture_open(&f, 0);
	sim_cancel(&f.sim, &f.a.event);
	sim_schedule(&f.sim, &f.a.event, SIM_NEVER);
	sim_schedule(&f.sim, &f.a.event, 5);
	sim_schedule(&f.sim, &f.b.event, 5);
	sim_schedule(&f.sim, &f.a.event, SIM_NEVER);
	sim_cancel(&f.sim, &f.a.event);
	CU_ASSERT_EQUAL(f.a.event.place, 0);
	sim_run_until(&f.sim, 5);
	CU_ASSERT_STRING_EQUAL(f.text, "b5 ");
	sim_close(&f.sim);
}

static void the_world_is_never_ahead_of_the_guest(void)
{
	struct sim_fixture f;

	sim_fixture_open(&f, 100);
	f.a.again = 10;
	sim_schedule(&f.sim, &f.a.event, 100);
	sim_run_until(&f.sim, 100);
	CU_ASSERT_STRING_EQUAL(f.text, "a100 ");
	sim_run_until(&f.sim, 109);
	CU_ASSERT_STRING_EQUAL(f.text, "a100 ");
	CU_ASSERT_EQUAL(f.sim.now, 109);
	sim_run_until(&f.sim, 130);
	CU_ASSERT_STRING_EQUAL(f.text, "a100 a110 a120 a130 ");
	CU_ASSERT_EQUAL(sim_next(&f.sim), 140);
	sim_close(&f.sim);
}

/* Fires once and schedules another event for the same instant. */
static void start_b(void *ctx, sim_ns now)
{
	struct sim_fixture *f = ctx;

	sim_schedule(&f->sim, &f->b.event, now);
	sim_cancel(&f->sim, &f->c.event);
}

static void what_an_event_sets_off_at_once_runs_in_the_same_instant(void)
{
	struct sim_fixture f;
	struct sim_event starter = {.fire = start_b, .ctx = &f};

	sim_fixture_open(&f, 0);
	sim_schedule(&f.sim, &starter, 4);
	sim_schedule(&f.sim, &f.a.event, 4);
	sim_schedule(&f.sim, &f.c.event, 4); /* cancelled by the starter before its turn */
	sim_run_until(&f.sim, 4);
	CU_ASSERT_STRING_EQUAL(f.text, "a4 b4 ");
	sim_close(&f.sim);
}

static void what_the_guest_can_notice_first_need_not_be_first(void)
{
	struct sim_fixture f;

	sim_fixture_open(&f, 0);
	CU_ASSERT_EQUAL(sim_next_visible(&f.sim), SIM_NEVER);
	f.a.event.lag = 100;
	f.b.event.lag = 0;
	sim_schedule(&f.sim, &f.a.event, 10);
	CU_ASSERT_EQUAL(sim_next_visible(&f.sim), 110);
	sim_schedule(&f.sim, &f.b.event, 50);
	CU_ASSERT_EQUAL(sim_next(&f.sim), 10);
	CU_ASSERT_EQUAL(sim_next_visible(&f.sim), 50);
	f.b.event.lag = 100;
	CU_ASSERT_EQUAL(sim_next_visible(&f.sim), 110);
	f.b.event.lag = 0;
	sim_schedule(&f.sim, &f.b.event, 110);
	CU_ASSERT_EQUAL(sim_next_visible(&f.sim), 110);
	sim_schedule(&f.sim, &f.b.event, 200);
	CU_ASSERT_EQUAL(sim_next_visible(&f.sim), 110);
	sim_close(&f.sim);
}

/* -- against a model: an array in which the next event is found by looking at all -- */

#define MODEL_EVENTS 200
#define MODEL_STEPS 40000

struct model {
	struct sim sim;
	struct model_event {
		struct sim_event event;
		struct model *model;
		unsigned index;
		bool expected; /* in the queue, by the model */
		sim_ns at;
		uint64_t order;
	} events[MODEL_EVENTS];
	uint64_t orders, fired;
	bool good;
};

static unsigned model_first(const struct model *m)
{
	unsigned first = MODEL_EVENTS;

	for (unsigned i = 0; i < MODEL_EVENTS; i++)
		if (m->events[i].expected && (first == MODEL_EVENTS || m->events[i].at < m->events[first].at ||
		                              (m->events[i].at == m->events[first].at && m->events[i].order < m->events[first].order)))
			first = i;
	return first;
}

static void model_fired(void *ctx, sim_ns now)
{
	struct model_event *event = ctx;
	struct model *m = event->model;

	m->good = m->good && model_first(m) == event->index && event->at == now;
	event->expected = false;
	m->fired++;
}

static void model_schedule(struct model *m, unsigned index, sim_ns at)
{
	struct model_event *event = &m->events[index];

	sim_schedule(&m->sim, &event->event, at);
	if (!event->expected || event->at != at)
		event->order = m->orders++;
	event->expected = true;
	event->at = at;
}

/* Every event knows its place and no event is before its parent. */
static bool heap_is_sound(const struct sim *sim)
{
	for (size_t i = 1; i <= sim->count; i++)
		if (sim->heap[i]->place != i || (i > 1 && sim->heap[i]->at < sim->heap[i / 2]->at))
			return false;
	return true;
}

static void any_sequence_of_operations_agrees_with_a_plain_list(void)
{
	static struct model m;
	const struct random_stream stream = random_stream(7, "sim model");
	size_t deepest = 0;

	memset(&m, 0, sizeof m);
	m.good = true;
	sim_open(&m.sim, 0);
	for (unsigned i = 0; i < MODEL_EVENTS; i++)
		m.events[i] = (struct model_event){.event = {.fire = model_fired, .ctx = &m.events[i]}, .model = &m, .index = i};
	for (uint64_t step = 0; step < MODEL_STEPS && m.good; step++) {
		unsigned index = (unsigned)random_below(stream, step, 0, MODEL_EVENTS);
		uint64_t what = random_below(stream, step, 1, 100);
		/* Few different times, so that many are equal. */
		sim_ns at = m.sim.now + random_below(stream, step, 2, 40);
		if (what < 60) {
			model_schedule(&m, index, at);
		} else if (what < 85) {
			sim_cancel(&m.sim, &m.events[index].event);
			m.events[index].expected = false;
		} else {
			sim_run_until(&m.sim, m.sim.now + random_below(stream, step, 3, 4));
		}
		unsigned first = model_first(&m);
		m.good = m.good && sim_next(&m.sim) == (first < MODEL_EVENTS ? m.events[first].at : SIM_NEVER) && heap_is_sound(&m.sim);
		deepest = m.sim.count > deepest ? m.sim.count : deepest;
	}
	CU_ASSERT(m.good);
	CU_ASSERT(m.fired > 1000);
	CU_ASSERT(deepest > 64); /* the heap grew beyond its first room */
	sim_close(&m.sim);
}

const CU_TestInfo tests_sim[] = {
	{"events run by time and then as scheduled", events_run_by_time_and_then_as_scheduled},
	{"a moved event goes behind those of its new time", a_moved_event_goes_behind_those_of_its_new_time},
	{"scheduling for the same time keeps the place", scheduling_for_the_same_time_keeps_the_place},
	{"never cancels, and cancelling twice is nothing", never_cancels_and_cancelling_twice_is_nothing},
	{"the world is never ahead of the guest", the_world_is_never_ahead_of_the_guest},
	{"what an event sets off at once runs in the same instant", what_an_event_sets_off_at_once_runs_in_the_same_instant},
	{"what the guest can notice first need not be first", what_the_guest_can_notice_first_need_not_be_first},
	{"any sequence of operations agrees with a plain list", any_sequence_of_operations_agrees_with_a_plain_list},
	CU_TEST_INFO_NULL,
};

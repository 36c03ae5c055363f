/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world paced by a wall clock, which here is a number that the test advances: without QEMU and
 * without a clock.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/session/pace.h"
#include "tests/world/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_pace[];

#define FRAMES_MAX 8
#define DATE 1800000000000000000U

/* The clock advances in wait_until(), up to the arrival of the next frame. */
struct fake_outside {
	struct outside outside;
	const struct world_fixture *f;
	sim_ns wall;
	sim_ns comes[FRAMES_MAX]; /* when frames come, rising; 0: no more */
	size_t taken;
	sim_ns sent[FRAMES_MAX]; /* the wall, when one was sent */
	size_t sent_count;
	uint64_t passed, late_ns; /* frames, and the latest */
	bool is_gone, was_ahead;
};

static uint64_t begin(void *state, sim_ns start)
{
	((struct fake_outside *)state)->wall = start;
	return DATE;
}

static sim_ns look(void *state)
{
	struct fake_outside *fake = state;

	fake->was_ahead |= fake->f->world.sim.now > fake->wall;
	return fake->wall;
}

static uint64_t put_back(void *state, uint64_t ns)
{
	((struct fake_outside *)state)->wall -= ns;
	return DATE + ns;
}

static void wait_until(void *state, sim_ns until)
{
	struct fake_outside *fake = state;
	const sim_ns comes = fake->comes[fake->taken];

	(void)look(fake);
	CU_ASSERT(until > fake->wall);
	fake->wall = comes > fake->wall && comes < until ? comes : until;
}

static void passed(void *state, uint64_t late_ns)
{
	struct fake_outside *fake = state;

	fake->passed++;
	fake->late_ns = late_ns > fake->late_ns ? late_ns : fake->late_ns;
}

static void conclude(void *state, struct verdict *verdict)
{
	(void)state;
	(void)verdict;
}

static bool read_frames(void *state, outside_take *take, void *ctx, struct error *err)
{
	static const uint8_t frame[60] = WORLD_FIXTURE_MAC;
	struct fake_outside *fake = state;

	(void)err;
	while (fake->taken < FRAMES_MAX && fake->comes[fake->taken] != 0 && fake->comes[fake->taken] <= fake->wall) {
		const sim_ns came = fake->comes[fake->taken++];
		take(ctx, bytes_of(frame, sizeof frame), came);
	}
	return true;
}

static enum sent send_frame(void *state, struct bytes frame, struct error *err)
{
	struct fake_outside *fake = state;

	(void)frame;
	if (fake->is_gone)
		return error_set(err, "gone");
	CU_ASSERT_FATAL(fake->sent_count < FRAMES_MAX);
	fake->sent[fake->sent_count++] = look(fake);
	return SENT_WHOLE;
}

static const struct outside_ops ops = {begin, look, put_back, wait_until, passed, conclude, read_frames, send_frame};

static void fake_outside_open(struct fake_outside *fake, struct world_fixture *f, const char *yaml)
{
	memset(fake, 0, sizeof *fake);
	fake->outside = (struct outside){.ops = &ops, .state = fake, .far_end = "port"};
	fake->f = f;
	world_fixture_open_with(f, yaml, &fake->outside);
}

static void pace(struct world_fixture *f, sim_ns until)
{
	struct error err;

	CU_ASSERT_TRUE(pace_run(&f->world, until, &err));
	CU_ASSERT_EQUAL(f->world.sim.now, until);
}

#define TAKES_ALL \
	"name: paced\n" \
	"faults:\n" \
	"  - {name: gone, direction: to-device, drop: true}\n"

static void virtual_time_never_runs_ahead_of_the_wall_clock(void)
{
	struct world_fixture f;
	struct fake_outside fake;

	fake_outside_open(&fake, &f, "name: paced\n");
	pace(&f, 5 * SIM_MS);
	CU_ASSERT_EQUAL(fake.wall, 5 * SIM_MS);
	pace(&f, 7 * SIM_MS);
	CU_ASSERT_EQUAL(fake.wall, 7 * SIM_MS);
	CU_ASSERT_FALSE(fake.was_ahead);
	world_fixture_close(&f);
}

static void a_frame_enters_the_world_at_the_time_of_its_arrival(void)
{
	struct world_fixture f;
	struct fake_outside fake;

	fake_outside_open(&fake, &f, TAKES_ALL);
	fake.comes[0] = 3 * SIM_MS;
	fake.comes[1] = 3 * SIM_MS + 250 * SIM_US;
	pace(&f, 5 * SIM_MS);
	TEST_CONTAINS(f.trace.text, "[  0.003000000] proxy   to-device #1 ");
	TEST_CONTAINS(f.trace.text, "[  0.003250000] proxy   to-device #2 ");
	CU_ASSERT_FALSE(fake.was_ahead);
	world_fixture_close(&f);
}

static void send_something(struct world_fixture *f)
{
	static const uint8_t payload[4] = "abc";

	world_fixture_init_nic(f);
	world_fixture_send_udp(f, UINT32_MAX, 40000, 40001, payload, sizeof payload);
}

/*
 * The guest asks 5 ms later, when the wall is at 20: what came before counts from when it came,
 * what came later from now.
 */
static void what_comes_to_a_device_that_is_behind_comes_at_its_time(void)
{
	char first[64], second[64];
	struct world_fixture f;
	struct fake_outside fake;

	fake_outside_open(&fake, &f, TAKES_ALL);
	send_something(&f);
	const sim_ns now = f.world.sim.now;
	fake.wall = now + 20 * SIM_MS;
	fake.comes[0] = now + 4 * SIM_MS;
	fake.comes[1] = now + 15 * SIM_MS;
	pace(&f, now + 5 * SIM_MS);
	(void)snprintf(first, sizeof first, "[  0.%09llu] proxy   to-device #2 ", (unsigned long long)(now + 4 * SIM_MS));
	(void)snprintf(second, sizeof second, "[  0.%09llu] proxy   to-device #3 ", (unsigned long long)(now + 5 * SIM_MS));
	TEST_CONTAINS(f.trace.text, first);
	TEST_CONTAINS(f.trace.text, second);
	CU_ASSERT_EQUAL(fake.wall, now + 20 * SIM_MS);
	world_fixture_close(&f);
}

/* Nobody waits for what has said nothing yet. */
static void before_its_first_frame_a_device_is_not_behind(void)
{
	struct world_fixture f;
	struct fake_outside fake;

	fake_outside_open(&fake, &f, "name: paced\n");
	fake.wall = 3 * SIM_S;
	pace(&f, 5 * SIM_MS);
	CU_ASSERT_EQUAL(fake.wall, 5 * SIM_MS);
	CU_ASSERT_EQUAL(f.world.passing.captures.began_ns, DATE + 3 * SIM_S - 5 * SIM_MS);
	send_something(&f);
	const sim_ns now = f.world.sim.now;
	fake.wall = now + 3 * SIM_S;
	pace(&f, now + 5 * SIM_MS);
	CU_ASSERT_EQUAL(fake.wall, now + 3 * SIM_S);
	world_booted(&f.world);
	pace(&f, now + 6 * SIM_MS);
	CU_ASSERT_EQUAL(fake.wall, now + 6 * SIM_MS);
	world_fixture_close(&f);
}

/* It leaves the chain 30 ms behind the device, whatever the device asks meanwhile. */
static void a_frame_of_the_device_leaves_when_the_wall_clock_gets_there(void)
{
	struct world_fixture f;
	struct fake_outside fake;

	fake_outside_open(&fake, &f, "name: paced\nfaults:\n  - {name: slow, direction: to-server, delay: 30ms}\n");
	send_something(&f);
	fake.wall = f.world.sim.now;
	const sim_ns sent = f.world.sim.now;
	pace(&f, sent + 25 * SIM_MS);
	CU_ASSERT_EQUAL(fake.sent_count, 0);
	pace(&f, sent + 60 * SIM_MS);
	CU_ASSERT_EQUAL_FATAL(fake.sent_count, 1);
	CU_ASSERT(fake.sent[0] > sent + 25 * SIM_MS && fake.sent[0] <= sent + 30 * SIM_MS);
	CU_ASSERT_EQUAL(fake.passed, 1);
	CU_ASSERT_EQUAL(fake.late_ns, 0);
	CU_ASSERT_FALSE(fake.was_ahead);
	world_fixture_close(&f);
}

static void how_late_a_frame_is_is_told(void)
{
	struct world_fixture f;
	struct fake_outside fake;

	fake_outside_open(&fake, &f, "name: paced\nfaults:\n  - {name: slow, direction: to-server, delay: 30ms}\n");
	send_something(&f);
	const sim_ns sent = f.world.sim.now;
	fake.wall = sent + SIM_S;
	pace(&f, sent + 60 * SIM_MS);
	CU_ASSERT_EQUAL(fake.passed, 1);
	CU_ASSERT(fake.late_ns >= SIM_S - 30 * SIM_MS && fake.late_ns <= SIM_S);
	world_fixture_close(&f);
}

static void a_far_end_that_is_gone_ends_it(void)
{
	struct world_fixture f;
	struct fake_outside fake;
	struct error err = {.text = ""};

	fake_outside_open(&fake, &f, "name: paced\nfaults:\n  - {name: slow, direction: to-server, delay: 30ms}\n");
	send_something(&f);
	fake.wall = f.world.sim.now;
	fake.is_gone = true;
	CU_ASSERT_FALSE(pace_run(&f.world, f.world.sim.now + SIM_S, &err));
	CU_ASSERT_STRING_EQUAL(err.text, "gone");
	world_fixture_close(&f);
}

static void the_trace_says_where_the_far_end_is(void)
{
	struct world_fixture f;
	struct fake_outside fake;

	fake_outside_open(&fake, &f, "name: paced\n");
	TEST_CONTAINS(f.trace.text, "on device 'reference', in wall time, with the far end behind port\n");
	CU_ASSERT_EQUAL(f.world.unix_base_ns, DATE);
	CU_ASSERT_EQUAL(f.world.passing.captures.began_ns, DATE);
	world_fixture_close(&f);
}

/*
 * Nothing that the device says to the far end can be known of the emulator's services, which are
 * not there.
 */
static void the_emulators_services_are_not_asked(void)
{
	struct complaint complaint;
	struct evidence evidence;
	struct world_fixture f;
	struct fake_outside fake;

	fake_outside_open(&fake, &f, "name: paced\n");
	evidence = world_evidence(&f.world, true);
	CU_ASSERT_PTR_NULL(judges_ask_all(&f.world.judges, &evidence, &complaint));
	f.world.outside = NULL;
	evidence = world_evidence(&f.world, true);
	CU_ASSERT_PTR_EQUAL(judges_ask_all(&f.world.judges, &evidence, &complaint), judge_find("whole"));
	f.world.outside = &fake.outside;
	world_fixture_close(&f);
}

const CU_TestInfo tests_pace[] = {
	{"virtual time never runs ahead of the wall clock", virtual_time_never_runs_ahead_of_the_wall_clock},
	{"a frame enters the world at the time of its arrival", a_frame_enters_the_world_at_the_time_of_its_arrival},
	{"what comes to a device that is behind comes at its time", what_comes_to_a_device_that_is_behind_comes_at_its_time},
	{"before its first frame a device is not behind", before_its_first_frame_a_device_is_not_behind},
	{"a frame of the device leaves when the wall clock gets there", a_frame_of_the_device_leaves_when_the_wall_clock_gets_there},
	{"how late a frame is is told", how_late_a_frame_is_is_told},
	{"a far end that is gone ends it", a_far_end_that_is_gone_ends_it},
	{"the trace says where the far end is", the_trace_says_where_the_far_end_is},
	{"the emulator's services are not asked", the_emulators_services_are_not_asked},
	CU_TEST_INFO_NULL,
};

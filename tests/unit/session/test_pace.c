/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world that is kept to a wall, which here is a number that the test moves: without QEMU, and without a clock.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/session/pace.h"
#include "tests/puppet/puppet.h"
#include "tests/test.h"

extern const CU_TestInfo tests_pace[];

#define FRAMES_MAX 8
#define DATE 1800000000000000000U

/* Time goes on when somebody waits. Frames come when it does. */
struct scene {
	struct outside outside;
	const struct puppet *puppet;
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
	((struct scene *)state)->wall = start;
	return DATE;
}

static sim_ns look(void *state)
{
	struct scene *scene = state;

	scene->was_ahead |= scene->puppet->world.sim.now > scene->wall;
	return scene->wall;
}

static uint64_t put_back(void *state, uint64_t ns)
{
	((struct scene *)state)->wall -= ns;
	return DATE + ns;
}

static void wait_until(void *state, sim_ns until)
{
	struct scene *scene = state;
	const sim_ns comes = scene->comes[scene->taken];

	(void)look(scene);
	CU_ASSERT(until > scene->wall);
	scene->wall = comes > scene->wall && comes < until ? comes : until;
}

static void passed(void *state, uint64_t late_ns)
{
	struct scene *scene = state;

	scene->passed++;
	scene->late_ns = late_ns > scene->late_ns ? late_ns : scene->late_ns;
}

static void conclude(void *state, struct verdict *verdict)
{
	(void)state;
	(void)verdict;
}

static bool read_frames(void *state, outside_take *take, void *ctx, struct error *err)
{
	static const uint8_t frame[60] = PUPPET_MAC;
	struct scene *scene = state;

	(void)err;
	while (scene->taken < FRAMES_MAX && scene->comes[scene->taken] != 0 && scene->comes[scene->taken] <= scene->wall) {
		const sim_ns came = scene->comes[scene->taken++];
		take(ctx, bytes_of(frame, sizeof frame), came);
	}
	return true;
}

static enum sent send_frame(void *state, struct bytes frame, struct error *err)
{
	struct scene *scene = state;

	(void)frame;
	if (scene->is_gone)
		return error_set(err, "gone");
	CU_ASSERT_FATAL(scene->sent_count < FRAMES_MAX);
	scene->sent[scene->sent_count++] = look(scene);
	return SENT_WHOLE;
}

static const struct outside_ops ops = {begin, look, put_back, wait_until, passed, conclude, read_frames, send_frame};

static void open_scene(struct scene *scene, struct puppet *puppet, const char *yaml)
{
	memset(scene, 0, sizeof *scene);
	scene->outside = (struct outside){.ops = &ops, .state = scene, .far_end = "port"};
	scene->puppet = puppet;
	puppet_open_with(puppet, yaml, &scene->outside);
}

static void pace(struct puppet *puppet, sim_ns until)
{
	struct error err;

	CU_ASSERT_TRUE(pace_run(&puppet->world, until, &err));
	CU_ASSERT_EQUAL(puppet->world.sim.now, until);
}

#define TAKES_ALL                                                                                                                          \
	"name: paced\n"                                                                                                                    \
	"faults:\n"                                                                                                                        \
	"  - {name: gone, direction: to-device, drop: true}\n"

static void the_world_is_never_before_the_wall(void)
{
	struct puppet puppet;
	struct scene scene;

	open_scene(&scene, &puppet, "name: paced\n");
	pace(&puppet, 5 * SIM_MS);
	CU_ASSERT_EQUAL(scene.wall, 5 * SIM_MS);
	pace(&puppet, 7 * SIM_MS);
	CU_ASSERT_EQUAL(scene.wall, 7 * SIM_MS);
	CU_ASSERT_FALSE(scene.was_ahead);
	puppet_close(&puppet);
}

static void a_frame_comes_into_the_world_when_it_came(void)
{
	struct puppet puppet;
	struct scene scene;

	open_scene(&scene, &puppet, TAKES_ALL);
	scene.comes[0] = 3 * SIM_MS;
	scene.comes[1] = 3 * SIM_MS + 250 * SIM_US;
	pace(&puppet, 5 * SIM_MS);
	TEST_CONTAINS(puppet.text, "[  0.003000000] proxy   to-device #1 ");
	TEST_CONTAINS(puppet.text, "[  0.003250000] proxy   to-device #2 ");
	CU_ASSERT_FALSE(scene.was_ahead);
	puppet_close(&puppet);
}

static void send_something(struct puppet *puppet)
{
	static const uint8_t payload[4] = "abc";

	puppet_init_chip(puppet);
	puppet_send_udp(puppet, UINT32_MAX, 40000, 40001, payload, sizeof payload);
}

/* The guest asks 5 ms later, when the wall is at 20: what came before counts from when it came, what came later from now. */
static void what_comes_to_a_device_that_is_behind_comes_at_its_time(void)
{
	char first[64], second[64];
	struct puppet puppet;
	struct scene scene;

	open_scene(&scene, &puppet, TAKES_ALL);
	send_something(&puppet);
	const sim_ns now = puppet.world.sim.now;
	scene.wall = now + 20 * SIM_MS;
	scene.comes[0] = now + 4 * SIM_MS;
	scene.comes[1] = now + 15 * SIM_MS;
	pace(&puppet, now + 5 * SIM_MS);
	(void)snprintf(first, sizeof first, "[  0.%09llu] proxy   to-device #2 ", (unsigned long long)(now + 4 * SIM_MS));
	(void)snprintf(second, sizeof second, "[  0.%09llu] proxy   to-device #3 ", (unsigned long long)(now + 5 * SIM_MS));
	TEST_CONTAINS(puppet.text, first);
	TEST_CONTAINS(puppet.text, second);
	CU_ASSERT_EQUAL(scene.wall, now + 20 * SIM_MS);
	puppet_close(&puppet);
}

/* Nobody waits for what has said nothing yet. */
static void before_its_first_frame_a_device_is_not_behind(void)
{
	struct puppet puppet;
	struct scene scene;

	open_scene(&scene, &puppet, "name: paced\n");
	scene.wall = 3 * SIM_S;
	pace(&puppet, 5 * SIM_MS);
	CU_ASSERT_EQUAL(scene.wall, 5 * SIM_MS);
	CU_ASSERT_EQUAL(puppet.world.passing.captures.began_ns, DATE + 3 * SIM_S - 5 * SIM_MS);
	send_something(&puppet);
	const sim_ns now = puppet.world.sim.now;
	scene.wall = now + 3 * SIM_S;
	pace(&puppet, now + 5 * SIM_MS);
	CU_ASSERT_EQUAL(scene.wall, now + 3 * SIM_S);
	world_booted(&puppet.world);
	pace(&puppet, now + 6 * SIM_MS);
	CU_ASSERT_EQUAL(scene.wall, now + 6 * SIM_MS);
	puppet_close(&puppet);
}

/* It leaves the chain 30 ms behind the device, whatever the device asks meanwhile. */
static void what_the_device_sends_leaves_when_the_wall_is_there(void)
{
	struct puppet puppet;
	struct scene scene;

	open_scene(&scene, &puppet, "name: paced\nfaults:\n  - {name: slow, direction: to-server, delay: 30ms}\n");
	send_something(&puppet);
	scene.wall = puppet.world.sim.now;
	const sim_ns sent = puppet.world.sim.now;
	pace(&puppet, sent + 25 * SIM_MS);
	CU_ASSERT_EQUAL(scene.sent_count, 0);
	pace(&puppet, sent + 60 * SIM_MS);
	CU_ASSERT_EQUAL_FATAL(scene.sent_count, 1);
	CU_ASSERT(scene.sent[0] > sent + 25 * SIM_MS && scene.sent[0] <= sent + 30 * SIM_MS);
	CU_ASSERT_EQUAL(scene.passed, 1);
	CU_ASSERT_EQUAL(scene.late_ns, 0);
	CU_ASSERT_FALSE(scene.was_ahead);
	puppet_close(&puppet);
}

static void how_late_a_frame_is_is_told(void)
{
	struct puppet puppet;
	struct scene scene;

	open_scene(&scene, &puppet, "name: paced\nfaults:\n  - {name: slow, direction: to-server, delay: 30ms}\n");
	send_something(&puppet);
	const sim_ns sent = puppet.world.sim.now;
	scene.wall = sent + SIM_S;
	pace(&puppet, sent + 60 * SIM_MS);
	CU_ASSERT_EQUAL(scene.passed, 1);
	CU_ASSERT(scene.late_ns >= SIM_S - 30 * SIM_MS && scene.late_ns <= SIM_S);
	puppet_close(&puppet);
}

static void a_far_end_that_is_gone_ends_it(void)
{
	struct puppet puppet;
	struct scene scene;
	struct error err = {.text = ""};

	open_scene(&scene, &puppet, "name: paced\nfaults:\n  - {name: slow, direction: to-server, delay: 30ms}\n");
	send_something(&puppet);
	scene.wall = puppet.world.sim.now;
	scene.is_gone = true;
	CU_ASSERT_FALSE(pace_run(&puppet.world, puppet.world.sim.now + SIM_S, &err));
	CU_ASSERT_STRING_EQUAL(err.text, "gone");
	puppet_close(&puppet);
}

static void the_trace_says_where_the_far_end_is(void)
{
	struct puppet puppet;
	struct scene scene;

	open_scene(&scene, &puppet, "name: paced\n");
	TEST_CONTAINS(puppet.text, "on device 'reference', in wall time, with the far end behind port\n");
	CU_ASSERT_EQUAL(puppet.world.unix_base_ns, DATE);
	CU_ASSERT_EQUAL(puppet.world.passing.captures.began_ns, DATE);
	puppet_close(&puppet);
}

/* Nothing that the device says to the far end can be known of the emulator's services, which are not there. */
static void the_emulators_services_are_not_asked(void)
{
	struct complaint complaint;
	struct evidence evidence;
	struct puppet puppet;
	struct scene scene;

	open_scene(&scene, &puppet, "name: paced\n");
	evidence = world_evidence(&puppet.world, true);
	CU_ASSERT_PTR_NULL(judges_ask_all(&puppet.world.judges, &evidence, &complaint));
	puppet.world.outside = NULL;
	evidence = world_evidence(&puppet.world, true);
	CU_ASSERT_PTR_EQUAL(judges_ask_all(&puppet.world.judges, &evidence, &complaint), judge_find("whole"));
	puppet.world.outside = &scene.outside;
	puppet_close(&puppet);
}

const CU_TestInfo tests_pace[] = {
	{"the world is never before the wall", the_world_is_never_before_the_wall},
	{"a frame comes into the world when it came", a_frame_comes_into_the_world_when_it_came},
	{"what comes to a device that is behind comes at its time", what_comes_to_a_device_that_is_behind_comes_at_its_time},
	{"before its first frame a device is not behind", before_its_first_frame_a_device_is_not_behind},
	{"what the device sends leaves when the wall is there", what_the_device_sends_leaves_when_the_wall_is_there},
	{"how late a frame is is told", how_late_a_frame_is_is_told},
	{"a far end that is gone ends it", a_far_end_that_is_gone_ends_it},
	{"the trace says where the far end is", the_trace_says_where_the_far_end_is},
	{"the emulator's services are not asked", the_emulators_services_are_not_asked},
	CU_TEST_INFO_NULL,
};

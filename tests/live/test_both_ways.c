/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One plan on the same conversation, in virtual time and in wall time: the decision about each
 * frame, by its address, is the same. The conversations are those of real programs and of a real
 * guest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/live/passed.h"
#include "tests/live/needs.h"
#include "tests/live/fixture.h"
#include "tests/session/fixture.h"
#include "tests/test.h"
#include "tests/unit/scenario/fixture.h"

extern const CU_TestInfo tests_live_both_ways[];

#define OUTPUT_MAX 16384
#define FRAMES_LEAST 300U

static char output[OUTPUT_MAX];

/* Decisions that depend on a frame's place in the conversation only. */
static const char by_place[] =
	"- {name: lost, probability: 1%, drop: true}\n"
	"- {name: bursts, direction: to-device, gemodel: {p: 1%, r: 50%}}\n"
	"- {name: often, loss: {percent: 1%, correlation: 25%}}\n"
	"- {name: twice, probability: 3%, duplicate: {copies: 2, delay: 100us}}\n"
	"- {name: flipped, probability: 2%, corrupt: {bits: 3}}\n"
	"- {name: jump, probability: 10%, reorder: {gap: 3}}\n"
	"- {name: slow, probability: 20%, delay: {time: 2ms, jitter: 1ms, keep_order: false}}\n"
	"- {name: held, direction: to-device, every: 37, hold: {frames: 2}}\n"
	"- {name: third, filter: tcp port 80, nth: 3, delay: {time: 1ms, keep_order: false}}\n"
	"- {name: syn, at: 'tcp.syn[80/1]#1', delay: {time: 1ms, keep_order: false}}\n"
	"- {name: between, from: 'http.request[80/1]#1', until: 'tcp.ack[80/1]#40', every: 5, delay: {time: 3ms, keep_order: false}}\n";

/* And what depends on when it comes, too. */
static const char by_time[] = "- {name: in order, probability: 10%, delay: {time: 2ms, jitter: 1ms}}\n"
			      "- {name: narrow, direction: to-device, rate: 100Mbit}\n"
			      "- {name: away, at: 'tcp.data[80/1]#20..60', nth: 1, outage: 5ms}\n";

static void need_all_to_have_acted(const char *decisions, const char *faults)
{
	char wanted[128];

	for (const char *at = faults; (at = strstr(at, "{name: ")) != NULL;) {
		at += strlen("{name: ");
		(void)snprintf(wanted, sizeof wanted, "by: \"%.*s\"", (int)strcspn(at, ","), at);
		TEST_CONTAINS(decisions, wanted);
	}
}

/*
 * -- what real programs say, decided live and then in virtual time; draws go by the ports of a
 * flow, so the client has always the same --
 */

static void need_programs(void)
{
	needs_namespaces();
	test_needs_program("curl");
	test_needs_program("busybox");
}

static void what_was_decided_live_is_decided_in_virtual_time(void)
{
	struct passed passed;
	struct plan plan;
	char text[4096], folder[512];

	need_programs();
	(void)snprintf(text, sizeof text, "name: live\nseed: 7\nfaults:\n%s%s", by_place, by_time);
	(void)test_write("live.yaml", text);
	test_expect_status(
		output,
		test_shell(
			output, sizeof output,
			"cd %s && mkdir www && head -c 1000000 /dev/urandom >www/f && %s exec live.yaml --out run --server 'busybox httpd "
			"-f -p 80 -h www' -- curl -sS -m 100 --local-port 41000 -o got http://server/f && cmp got www/f",
			test_folder(), test_program()),
		0);
	TEST_SAME_TEXT(plan_fixture_open(&plan, text, "box"), "");
	(void)snprintf(folder, sizeof folder, "%s/run", test_folder());
	passed_read(&passed, folder);
	char *virtually = passed_decide(&passed, &plan);
	CU_ASSERT(passed.count > FRAMES_LEAST);
	need_all_to_have_acted(passed.decisions, by_place);
	need_all_to_have_acted(passed.decisions, by_time);
	TEST_SAME_TEXT(virtually, passed.decisions);
	free(virtually);
	passed_close(&passed);
	plan_close(&plan);
}

/* -- what a guest says, decided in the emulator and then live -- */

static struct passed guest;
static struct live_fixture fixture;

/* One after the other, since the machine decides which of two ends comes first. */
static bool all_pass(struct live_fixture *f, struct bridge *bridge)
{
	static size_t fed;
	const struct bridge_status status = bridge_status(bridge);

	if (status.frames[TO_SERVER] + status.frames[TO_DEVICE] < fed || fed == guest.count)
		return fed == guest.count && status.frames[TO_SERVER] + status.frames[TO_DEVICE] == fed;
	const struct passed_frame *next = &guest.frames[fed++];
	CU_ASSERT_EQUAL_FATAL(send(f->peers[next->direction], next->frame->data, next->frame->length, 0), (ssize_t)next->frame->length);
	return false;
}

static void what_was_decided_in_the_emulator_is_decided_live(void)
{
	static live_fixture_step *const steps[] = {all_pass, NULL};
	struct passed live;
	char text[4096], folder[512];

	(void)snprintf(text, sizeof text, "name: s\nimage: image.bin\ndeadline: 10min\nfaults:\n%sexpect: {verdict: any}\n", by_place);
	session_fixture_needs("initramfs.cpio");
	session_fixture_scenario(output, sizeof output, 600000, text, "--history none", 0);
	(void)snprintf(folder, sizeof folder, "%s/r/s/seed-1", test_folder());
	passed_read(&guest, folder);
	CU_ASSERT(guest.count > FRAMES_LEAST);
	need_all_to_have_acted(guest.decisions, by_place);
	(void)snprintf(text, sizeof text, "name: s\nfaults:\n%s", by_place);
	live_fixture_open(&fixture, text);
	fixture.forgets = true;
	live_fixture_run(&fixture, steps);
	passed_read(&live, fixture.dir);
	CU_ASSERT_EQUAL(live.count, guest.count);
	TEST_SAME_TEXT(passed_without_times(live.decisions), passed_without_times(guest.decisions));
	passed_close(&live);
	passed_close(&guest);
	live_fixture_close(&fixture);
}

const CU_TestInfo tests_live_both_ways[] = {
	{"what was decided live is decided in virtual time", what_was_decided_live_is_decided_in_virtual_time},
	{"what was decided in the emulator is decided live", what_was_decided_in_the_emulator_is_decided_live},
	CU_TEST_INFO_NULL,
};

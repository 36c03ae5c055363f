/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"
#include "tests/unit/scenario/fixture.h"

static void what_a_scenario_says_and_what_it_does_not(void)
{
	struct plan plan;

	TEST_SAME_TEXT(
		plan_fixture_open(
			&plan,
			"name: full\nseed: 7\ndeadline: 3min\ndevice: box\nlink: {duplex: full, queue: 8}\n"
			"server: {lease: 1h}\nexpect: {verdict: fail, phase: download, at_most: 1min}\n"
			"faults:\n  - {name: one, direction: to-device, nth: 2, drop: true}\n  - {delay: 20ms}\n  - outage: {for: 2s}\n",
			NULL),
		"");
	CU_ASSERT_STRING_EQUAL(plan.name, "full");
	CU_ASSERT(plan.seed == 7 && plan.deadline_ns == 180 * SIM_S);
	CU_ASSERT_STRING_EQUAL(plan.device.name, "box");
	CU_ASSERT(plan.device.spi_clock_hz == 8000000 && plan.device.chip_revision == 2 && plan.device.agent.retries == 3 &&
	          !plan.device.agent.resume && plan.device.agent.backoff_ns == SIM_S && plan.device.dhcp.tries == 7);
	CU_ASSERT_STRING_EQUAL(plan.device.kernel, plan_fixture_paths.kernel);
	CU_ASSERT_STRING_EQUAL(plan.image, plan_fixture_paths.image);
	CU_ASSERT(plan.link.duplex == LINK_FULL && plan.link.queue_max == 8 && plan.link.up_at_ns == 0);
	CU_ASSERT(plan.server.lease_ns == 3600 * SIM_S && plan.server.ttl_ns == 60 * SIM_S);
	CU_ASSERT(plan.expect.verdict == EXPECT_FAIL && plan.expect.at_most_ns == 60 * SIM_S && plan.expect.at_least_ns == 0);
	CU_ASSERT_STRING_EQUAL(plan.expect.phase, "download");
	CU_ASSERT_FATAL(plan.fault_count == 3);
	CU_ASSERT_STRING_EQUAL(plan.faults[0].name, "one");
	CU_ASSERT(plan.faults[0].match.direction == MATCH_TO_DEVICE && plan.faults[0].match.nth.first == 2 &&
	          strcmp(made_value(&plan.faults[0], "enabled"), "true") == 0);
	CU_ASSERT(plan.faults[1].action == action_find("delay") &&
	          action_quantity(plan.faults[1].action, &plan.faults[1].params, "time") == 20 * SIM_MS);
	CU_ASSERT(plan.faults[1].name[0] != '\0' && strcmp(plan.faults[1].name, plan.faults[2].name) != 0);
	CU_ASSERT(action_quantity(plan.faults[2].action, &plan.faults[2].params, "for") == 2 * SIM_S);
	plan_close(&plan);
}

static void the_least_scenario_has_a_name(void)
{
	struct plan plan;

	(void)plan_fixture_open(&plan, "x: y\n", NULL);
	(void)test_write("devices/reference.yaml", "name: the one\n");
	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: least\n", NULL), "");
	CU_ASSERT(plan.seed == 1 && plan.fault_count == 0 && plan.expect.verdict == EXPECT_PASS);
	CU_ASSERT_STRING_EQUAL(plan.device.name, "the one");
	plan_close(&plan);
	plan_fixture_refuses("seed: 1\n", "s.yaml:1:1: a scenario needs 'name', a text: short name, for reports");
}

static void unknown_keys_are_told_with_their_place_and_the_nearest(void)
{
	plan_fixture_refuses_with("name: x\nfault: []\n",
	                          "s.yaml:2:1: unknown key 'fault' in a scenario; did you mean 'faults'?; allowed: name, ");
	plan_fixture_refuses_with("name: x\ndevice: box\nlink:\n  duplx: half\n", "s.yaml:4:3: unknown key 'duplx' in link; did "
	                                                                          "you mean 'duplex'?; allowed: duplex, up_at, "
	                                                                          "queue");
	plan_fixture_refuses_with("name: x\ndevice: box\nserver:\n  leese: 1h\n",
	                          "s.yaml:4:3: unknown key 'leese' in server; did you mean 'lease'?");
	plan_fixture_refuses_with("name: x\ndevice: box\nexpect:\n  verdikt: pass\n",
	                          "s.yaml:4:3: unknown key 'verdikt' in expect; did you mean 'verdict'?");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - drop: true\n    probabilty: 5%\n",
	                          "s.yaml:5:5: unknown key 'probabilty' in a fault; did you mean 'probability'?");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - delay: {tim: 5ms}\n",
	                          "s.yaml:4:13: unknown key 'tim' in delay; did you mean 'time'?");
	plan_fixture_refuses_with("name: x\ndevice:\n  name: d\n  agnet: {}\n",
	                          "s.yaml:4:3: unknown key 'agnet' in a device; did you mean 'agent'?");
	plan_fixture_refuses_with("name: x\ndevice:\n  name: d\n  agent: {retrys: 1}\n",
	                          "s.yaml:4:11: unknown key 'retrys' in agent; did you mean 'retries'?");
	plan_fixture_refuses_with("name: x\ndevice:\n  name: d\n  dhcp: {trys: 1}\n",
	                          "s.yaml:4:10: unknown key 'trys' in dhcp; did you mean 'tries'?");
}

static void values_that_do_not_fit_are_told_with_their_place(void)
{
	plan_fixture_refuses_with("name: x\ndeadline: 5\n", "s.yaml:2:11: deadline: '5' is not a duration: write a number and its unit");
	plan_fixture_refuses_with("name: x\ndeadline: 10ms\n", "s.yaml:2:11: deadline: 10ms is below the minimum of 1s");
	plan_fixture_refuses_with("name: x\nseed: -1\n", "s.yaml:2:7: seed: '-1' is not a whole number");
	plan_fixture_refuses_with("name: x\ndevice: box\nlink: {queue: 0}\n", "s.yaml:3:15: queue: 0 is below the minimum of 1");
	plan_fixture_refuses_with("name: x\ndevice: box\nexpect: {verdict: maybe}\n",
	                          "s.yaml:3:19: verdict: 'maybe' is not one of pass, fail, any");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - {drop: true, probability: 5}\n",
	                          "s.yaml:4:31: probability: '5' has no unit: write 5%");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - {drop: yes}\n",
	                          "s.yaml:4:12: drop: invalid value 'yes': expected true or false");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - delay: 20\n", "s.yaml:4:12: delay: '20' is not a duration");
	plan_fixture_refuses_with("name: x\ndevice:\n  name: d\n  mac: \"01:00:00:00:00:01\"\n",
	                          "s.yaml:4:8: mac: '01:00:00:00:00:01' is a multicast address");
	plan_fixture_refuses_with("name: [x]\n", "s.yaml:1:7: 'name' must be a text, not a list");
}

static void a_device_that_is_not_there_is_told(void)
{
	struct plan plan;

	plan_fixture_refuses_with("name: x\ndevice: bax\n", "s.yaml:2:9: no device 'bax' in ");
	plan_fixture_refuses_with("name: x\ndevice: [box]\n",
	                          "s.yaml:2:9: 'device' must be a name or a device's keys and values, not a list");
	TEST_CONTAINS(plan_fixture_open(&plan, "name: x\ndevice: box\n", "bax"), "--device: no device 'bax' in ");
	TEST_CONTAINS(plan_fixture_open(&plan, "name: x\ndevice: box\n", "./nowhere.yaml"),
	              "--device: the device ./nowhere.yaml cannot be read: No such file");
	(void)test_write("devices/broken.yaml", "name: broken\nspi_clock: 8\n");
	plan_fixture_refuses_with("name: x\ndevice: broken\n", "devices/broken.yaml:2:12: in the device named at ");
}

static void the_command_line_chooses_another_device(void)
{
	struct plan plan;
	char path[600];

	(void)snprintf(path, sizeof path, "%s", test_write("other.yaml", "name: other\n"));
	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: x\ndevice: nonesuch\n", "box"), "");
	CU_ASSERT_STRING_EQUAL(plan.device.name, "box");
	plan_close(&plan);
	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: x\ndevice: nonesuch\n", path), "");
	CU_ASSERT_STRING_EQUAL(plan.device.name, "other");
	plan_close(&plan);
}

static void files_that_are_not_there_are_told_with_a_cure(void)
{
	char text[900];
	struct plan plan;

	plan_fixture_refuses_with("name: x\ndevice: box\nimage: no.bin\n", "s.yaml:3:8: the image ");
	plan_fixture_refuses_with("name: x\ndevice: box\nimage: no.bin\n", "/no.bin cannot be read: No such file or directory");
	plan_fixture_refuses_with("name: x\ndevice: {name: d, kernel: /no/zImage}\n",
	                          "the kernel /no/zImage cannot be read: No such file or directory");
	plan_fixture_refuses_with("name: x\ndevice: {name: d, overlay: /no/over.cpio}\n", "the overlay /no/over.cpio cannot be read");
	(void)snprintf(text, sizeof text, "%s/image.bin", test_folder());
	CU_ASSERT_FATAL(unlink(text) == 0);
	TEST_CONTAINS(plan_fixture_open(&plan, "name: x\ndevice: box\n", NULL),
	              "cannot be read: No such file or directory; `make image` makes it");
	(void)test_write("image.bin", "os");
	(void)snprintf(text, sizeof text, "%s/vmlinuz", test_folder());
	CU_ASSERT_FATAL(unlink(text) == 0);
	TEST_CONTAINS(plan_fixture_open(&plan, "name: x\ndevice: box\n", NULL), "; `make guest` makes the standard one");
}

static void the_overlay_with_clients_is_the_build_s(void)
{
	static const char scenario[] = "name: x\ndevice: {name: d, overlay: clients}\n";
	struct plan plan;

	TEST_SAME_TEXT(plan_fixture_open(&plan, scenario, NULL), "");
	CU_ASSERT_STRING_EQUAL(plan.device.overlay, plan_fixture_paths.clients);
	char *text = plan_fixture_written(&plan);
	TEST_CONTAINS(text, "\n  overlay: \"clients\"\n");
	free(text);
	plan_close(&plan);
	plan_fixture_keeps(scenario);
	/* A file of that name is named by its path. */
	(void)test_write("clients", "own");
	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: x\ndevice: {name: d, overlay: ./clients}\n", NULL), "");
	CU_ASSERT_STRING_NOT_EQUAL(plan.device.overlay, plan_fixture_paths.clients);
	plan_close(&plan);
	CU_ASSERT_FATAL(unlink(plan_fixture_paths.clients) == 0);
	TEST_CONTAINS(plan_fixture_open(&plan, scenario, NULL),
	              "clients.cpio cannot be read: No such file or directory; `make guest` makes the standard one");
}

static void a_plan_that_was_written_is_read_as_the_same(void)
{
	plan_fixture_keeps("name: least\ndevice: box\n");
	plan_fixture_keeps(
		"name: all\nsummary: \"what it shows\"\nseed: 18446744073709551615\ndeadline: 61.5s\ndevice: box\n"
		"link: {duplex: full, up_at: 1500us, queue: 9}\nserver: {version: \"1.0\", lease: 90s, ttl: 0ns}\n"
		"expect: {verdict: any, phase: verify, at_least: 1s, at_most: 1h}\n"
		"faults:\n"
		"  - {name: a, direction: to-server, filter: \"udp port 53\", from: 1s, until: 2s, nth: 3, drop: true}\n"
		"  - {name: b, every: 5, probability: 12.3456789%, delay: {time: 1.000001ms, jitter: 7ns, keep_order: false}}\n"
		"  - {first: 2, outage: 1h}\n"
		"  - gemodel: {p: 0.1%, r: 20%, 1-h: 99%, 1-k: 0.0000001%}\n"
		"  - {name: c, probability: 5%, correlation: 25%, duplicate: {copies: 2, delay: 1ms}}\n"
		"  - delay: {time: 1ms, jitter: 9ms, distribution: paretonormal, correlation: 3%}\n"
		"  - loss: {percent: 1%, correlation: 30%}\n"
		"  - loss_state: {p13: 1%, p31: 20%, p32: 30%, p23: 40%, p14: 5%}\n"
		"  - loss_state: 1%\n"
		"  - rate: {rate: 1500bit, limit: 7, bytes: 9kB, overhead: -14, cell_size: 48, cell_overhead: 5}\n"
		"  - slot: {min_delay: 1ms, max_delay: 2ms, packets: 3, bytes: 4kB}\n"
		"  - reorder: {gap: 5}\n"
		"  - hold: 3\n"
		"  - {probability: 1%, corrupt: {bits: 3, part: payload, mend: true}}\n"
		"  - corrupt: {xor: \"60:80ff 54:01\"}\n"
		"  - truncate: 60\n"
		"  - pad: {to: 1600}\n"
		"  - mtu: {size: 576, icmp: false}\n"
		"  - forge: {what: unreachable_port, to: both, drop: false}\n"
		"  - {at: http.range#2, rebind: 0}\n"
		"  - firewall: {idle: 90s, reset: true}\n"
		"  - {name: link, direction: to-device, preset: edge}\n"
		"  - {from: 9s, preset: rauc-1517}\n"
		"  - {direction: to-device, netem: \"delay 10ms 2ms 5% distribution pareto reorder 25% 50% gap 5 loss state 1 rate 1mbit "
		"slot 1ms duplicate 2% 3%\"}\n");
}

/* Thousands of them have to be short; what has no standard value is always said. */
static void decisions_say_what_is_not_standard_and_come_back(void)
{
	static const char decisions[] = "decisions:\n"
					"  - {at: \"tcp.syn#1\", direction: to-server, time: 1s, by: \"a\", drop: {}}\n"
					"  - {at: \"tcp.syn#2\", direction: to-server, time: 1s, by: \"a\", delay: {time: \"5ms\"}}\n"
					"  - {at: \"tcp.syn#3\", direction: to-device, time: 1s, by: \"a\", delay: {time: \"0ns\"}}\n"
					"  - {at: \"tcp.syn#4\", direction: to-server, time: 1s, by: \"a\", duplicate: {delay: \"1ms\"}}\n"
					"  - {at: \"tcp.syn#4\", direction: to-server, time: 1s, by: \"a\", place: 3, reorder: {}}\n"
					"  - {at: \"tcp.syn#4\", direction: to-server, time: 1s, by: \"a\", hold: {frames: \"2\"}}\n"
					"  - {at: \"spi.msg#9\", direction: both, time: 1s, by: \"a\", spi_cut: {after: \"0\"}}\n"
					"  - {at: \"http.request#3\", direction: both, time: 1s, by: \"a\", carrier: {for: \"1s\"}}\n";
	char scenario[2048];
	struct plan plan;

	(void)snprintf(scenario, sizeof scenario, "name: x\ndevice: box\nmade: {tool: t}\n%s", decisions);
	TEST_SAME_TEXT(plan_fixture_open(&plan, scenario, NULL), "");
	CU_ASSERT_EQUAL_FATAL(plan.decisions.count, 8);
	char *text = plan_fixture_written(&plan);
	TEST_CONTAINS(text, decisions);
	free(text);
	plan_close(&plan);
}

static void a_fault_that_must_act_is_one_of_the_scenario(void)
{
	struct plan plan;

	plan_fixture_keeps("name: x\ndevice: box\nfaults:\n  - {name: \"a, b\", drop: true}\n  - netem: loss 1% delay 5ms\n"
	                   "expect: {verdict: fail, reason: \"no * address\", acted: [\"a, b\", netem]}\n");
	TEST_SAME_TEXT(
		plan_fixture_open(&plan, "name: x\ndevice: box\nfaults:\n  - {name: slow, delay: 5ms}\nexpect: {acted: [slow]}\n", NULL),
		"");
	CU_ASSERT_STRING_EQUAL(plan.expect.acted[0], "slow");
	plan_close(&plan);
	plan_fixture_refuses("name: x\ndevice: box\nfaults:\n  - {name: slow, delay: 5ms}\nexpect: {acted: [slwo]}\n",
	                     "s.yaml:5:18: acted: this scenario has no fault 'slwo'; did you mean 'slow'?");
	plan_fixture_refuses_with("name: x\ndevice: box\nexpect: {acted: slow}\n",
	                          "s.yaml:3:17: 'acted' must be a list of at most 16 names of faults");
	plan_fixture_refuses_with("name: x\ndevice: box\nexpect: {acted: [[slow]]}\n",
	                          "s.yaml:3:18: acted: the name of a fault must be a text");
}

/* Of a frozen plan only what happens in it is read: a table was drawn from before. */
static void a_replay_does_not_ask_for_tables(void)
{
	static const char text[] = "name: x\ndevice: box\nmade: {tool: t}\nfaults:\n"
				   "  - delay: {time: 9ms, jitter: 1ms, distribution: table, table: /nowhere/t.dist}\n"
				   "  - mahimahi: {file: /nowhere/m.trace}\ndecisions: []\n";
	struct error err = {0};
	struct plan plan;

	plan_fixture_install();
	plan_fixture_refuses_with(text, "/nowhere/t.dist");
	CU_ASSERT_FATAL(plan_open_frozen(&plan, test_write("p.yaml", text), NULL, &plan_fixture_paths, &err));
	CU_ASSERT(plan.replay && plan.fault_count == 2);
	CU_ASSERT_STRING_EQUAL(made_value(&plan.faults[0], "table"), "/nowhere/t.dist");
	plan_look(&plan);
	CU_ASSERT_STRING_EQUAL(plan.present.tables, "");
	CU_ASSERT_EQUAL(strlen(plan.present.image), 32);
	plan_close(&plan);
	CU_ASSERT_FALSE(plan_open_frozen(&plan, test_write("p.yaml", "name: x\ndevice: box\n"), NULL, &plan_fixture_paths, &err));
	TEST_CONTAINS(err.text, "this is not a frozen plan");
}

/* Each part by itself; what belongs to the device may be another if the user names one. */
static void a_frozen_plan_knows_what_it_was_made_from(void)
{
	static const struct decisions none;
	char differs[200], path[600];
	struct error err = {0};
	struct plan plan, again;

	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: x\ndevice: {name: d, overlay: clients}\n", NULL), "");
	plan_freeze(&plan, &none, "hash");
	(void)snprintf(path, sizeof path, "%s", test_write("frozen.yaml", ""));
	FILE *stream = fopen(path, "w");
	CU_ASSERT_FATAL(stream != NULL);
	plan_write(&plan, stream);
	(void)fclose(stream);
	plan_close(&plan);
	(void)test_write("clients.cpio", "another");
	(void)test_write("vmlinuz", "another");
	(void)test_write("initramfs.cpio", "another");
	(void)test_write("image.bin", "another");
	CU_ASSERT_FATAL(plan_open_frozen(&again, path, NULL, &plan_fixture_paths, &err));
	plan_look(&again);
	TEST_SAME_TEXT(plan_differs(&again, "", differs, sizeof differs), "the image, the kernel, the initramfs, the overlay");
	plan_close(&again);
	CU_ASSERT_FATAL(plan_open_frozen(&again, path, "box", &plan_fixture_paths, &err));
	plan_look(&again);
	TEST_SAME_TEXT(plan_differs(&again, "another", differs, sizeof differs), "the image");
	plan_close(&again);
}

static void texts_of_any_kind_come_back(void)
{
	plan_fixture_keeps("name: \"quote \\\" back \\\\ tab \\t hash # colon: end\"\ndevice: box\n"
	                   "summary: \"'single' {braces} [list] !tag &a *b %c\"\n");
	plan_fixture_keeps("name: \"Gr\xc3\xbc\xc3\x9f"
	                   "e \xe2\x82\xac \xf0\x9f\x98\x80\"\ndevice: box\nfaults:\n  - {name: \"- true\", drop: true}\n");
	plan_fixture_keeps("name: \" blanks around \"\ndevice: box\nsummary: \"~\"\n");
	plan_fixture_keeps("name: \"null\"\ndevice: box\nsummary: \"escape \\e bell \\a delete \\x7f\"\n");
}

/*
 * What YAML could not hold as it is (its section 5.1), or would take for the end of a line, must
 * not change on the way.
 */
static void characters_that_yaml_does_not_take_come_back(void)
{
	plan_fixture_keeps("name: \"c1 \\x9f nel \\x85 separators \\u2028\\u2029 bom \\ufeff\"\ndevice: box\n");
}

/* A plan lies in another folder than the scenario that it was made from. */
static void files_of_a_scenario_are_found_from_its_plan(void)
{
	static const char scenario[] = "name: x\nimage: files/os.bin\n"
				       "device: {name: d, kernel: files/os.bin, initramfs: ../rel/files/os.bin, overlay: files/os.bin}\n";
	struct plan plan, again;
	struct error err = {0};
	FILE *stream;

	plan_fixture_install();
	plan_fixture_folder("rel");
	plan_fixture_folder("rel/files");
	plan_fixture_folder("out");
	(void)test_write("rel/s.yaml", scenario);
	(void)test_write("rel/files/os.bin", "os");
	CU_ASSERT_FATAL(chdir(test_folder()) == 0);
	CU_ASSERT_FATAL(plan_open(&plan, "rel/s.yaml", NULL, &plan_fixture_paths, &err));
	stream = fopen("out/plan.yaml", "w");
	CU_ASSERT_FATAL(stream != NULL);
	plan_write(&plan, stream);
	CU_ASSERT_FATAL(fclose(stream) == 0);
	bool found = plan_open(&again, "out/plan.yaml", NULL, &plan_fixture_paths, &err);
	if (!found)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(found);
	CU_ASSERT_STRING_EQUAL(again.image, plan.image);
	CU_ASSERT_STRING_EQUAL(again.device.overlay, plan.device.overlay);
	plan_close(&again);
	plan_close(&plan);
}

static void a_redraw_is_read_and_kept(void)
{
	struct plan plan;

	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: x\ndevice: box\nredraw: {from: 12.345s, seed: 77}\n", NULL), "");
	CU_ASSERT(plan.redraw.asked && plan.redraw.from_ns == 12345 * SIM_MS && plan.redraw.seed == 77 && plan.seed == 1);
	char *text = plan_fixture_written(&plan);
	TEST_CONTAINS(text, "redraw:\n  from: 12345ms\n  seed: 77\n");
	free(text);
	plan_close(&plan);
	plan_fixture_keeps("name: x\ndevice: box\nredraw: {from: 0s, seed: 18446744073709551615}\n");
	/*
	 * Who does not ask for it has a plan that says nothing of it, as before there was such a
	 * thing.
	 */
	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: x\ndevice: box\n", NULL), "");
	text = plan_fixture_written(&plan);
	CU_ASSERT(!plan.redraw.asked && strstr(text, "redraw") == NULL);
	free(text);
	plan_close(&plan);
}

static void a_redraw_that_is_not_whole_is_refused(void)
{
	plan_fixture_refuses_with("name: x\ndevice: box\nredraw: {from: 1s}\n", "needs 'seed'");
	plan_fixture_refuses_with("name: x\ndevice: box\nredraw: {seed: 1}\n", "needs 'from'");
	plan_fixture_refuses_with("name: x\ndevice: box\nredraw: 12s\n", "s.yaml:3:");
	plan_fixture_refuses_with("name: x\ndevice: box\nredraw: {from: 12, seed: 1}\n", "s.yaml:3:");
	plan_fixture_refuses_with("name: x\ndevice: box\ndeadline: 1min\nredraw: {from: 1min, seed: 2}\n",
	                          "s.yaml:4:16: from: nothing is redrawn "
	                          "from 1min on, as the deadline is at "
	                          "1min");
	plan_fixture_refuses_with("name: x\ndevice: box\nredraw: {from: 12s, sead: 1}\n", "did you mean 'seed'?");
}

const CU_TestInfo tests_plan[] = {
	{"a fault that must act is one of the scenario", a_fault_that_must_act_is_one_of_the_scenario},
	{"a replay does not ask for tables", a_replay_does_not_ask_for_tables},
	{"a frozen plan knows what it was made from", a_frozen_plan_knows_what_it_was_made_from},
	{"what a scenario says and what it does not", what_a_scenario_says_and_what_it_does_not},
	{"the least scenario has a name", the_least_scenario_has_a_name},
	{"unknown keys are told with their place and the nearest", unknown_keys_are_told_with_their_place_and_the_nearest},
	{"values that do not fit are told with their place", values_that_do_not_fit_are_told_with_their_place},
	{"a device that is not there is told", a_device_that_is_not_there_is_told},
	{"the command line chooses another device", the_command_line_chooses_another_device},
	{"files that are not there are told with a cure", files_that_are_not_there_are_told_with_a_cure},
	{"the overlay with clients is the build's", the_overlay_with_clients_is_the_build_s},
	{"a plan that was written is read as the same", a_plan_that_was_written_is_read_as_the_same},
	{"decisions say what is not standard and come back", decisions_say_what_is_not_standard_and_come_back},
	{"texts of any kind come back", texts_of_any_kind_come_back},
	{"characters that YAML does not take come back", characters_that_yaml_does_not_take_come_back},
	{"files of a scenario are found from its plan", files_of_a_scenario_are_found_from_its_plan},
	{"a redraw is read and kept", a_redraw_is_read_and_kept},
	{"a redraw that is not whole is refused", a_redraw_that_is_not_whole_is_refused},
	CU_TEST_INFO_NULL,
};

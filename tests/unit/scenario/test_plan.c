/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every test has a small installation in its folder: one device called "box", and files in place of kernel, root file system and image.
 */
#include "scenario/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/test.h"

static struct places places;

static void make_folder(const char *name)
{
	char path[600];

	(void)snprintf(path, sizeof path, "%s/%s", test_folder(), name);
	CU_ASSERT_FATAL(mkdir(path, 0777) == 0);
}

static void make_places(void)
{
	memset(&places, 0, sizeof places);
	make_folder("devices");
	(void)snprintf(places.devices, sizeof places.devices, "%s/devices", test_folder());
	(void)snprintf(places.kernel, sizeof places.kernel, "%s", test_write("vmlinuz", "k"));
	(void)snprintf(places.initramfs, sizeof places.initramfs, "%s", test_write("initramfs.cpio", "i"));
	(void)snprintf(places.clients, sizeof places.clients, "%s", test_write("clients.cpio", "c"));
	(void)snprintf(places.image, sizeof places.image, "%s", test_write("image.bin", "os"));
	(void)test_write("devices/box.yaml",
	                 "name: box\nspi_clock: 8MHz\nchip_revision: B5\nagent: {retries: 3, resume: false}\ndhcp: {tries: 7}\n");
}

/* Opens a scenario of this text; tells the error, or "" if there is none. The plan stays open. */
static const char *open_text(struct plan *plan, const char *text, const char *device)
{
	static char whole[ERROR_TEXT_MAX + 300];
	struct error err = {0};
	size_t folder = strlen(test_folder()) + 1;

	if (places.devices[0] == '\0')
		make_places();
	whole[0] = '\0';
	if (plan_open(plan, test_write("s.yaml", text), device, &places, &err))
		return whole;
	(void)error_format(&err, whole, sizeof whole);
	return strncmp(whole, test_folder(), folder - 1) == 0 ? whole + folder : whole;
}

static void is_refused(const char *text, const char *error)
{
	struct plan plan;

	TEST_SAME_TEXT(open_text(&plan, text, NULL), error);
}

static void is_refused_with(const char *text, const char *part)
{
	struct plan plan;

	TEST_CONTAINS(open_text(&plan, text, NULL), part);
}

static void what_a_scenario_says_and_what_it_does_not(void)
{
	struct plan plan;

	TEST_SAME_TEXT(
		open_text(&plan,
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
	CU_ASSERT_STRING_EQUAL(plan.device.kernel, places.kernel);
	CU_ASSERT_STRING_EQUAL(plan.image, places.image);
	CU_ASSERT(plan.link.duplex == LINK_FULL && plan.link.queue_max == 8 && plan.link.up_at_ns == 0);
	CU_ASSERT(plan.server.lease_ns == 3600 * SIM_S && plan.server.ttl_ns == 60 * SIM_S);
	CU_ASSERT(plan.expect.verdict == EXPECT_FAIL && plan.expect.at_most_ns == 60 * SIM_S && plan.expect.at_least_ns == 0);
	CU_ASSERT_STRING_EQUAL(plan.expect.phase, "download");
	CU_ASSERT_FATAL(plan.fault_count == 3);
	CU_ASSERT_STRING_EQUAL(plan.faults[0].name, "one");
	CU_ASSERT(plan.faults[0].match.direction == MATCH_TO_DEVICE && plan.faults[0].match.nth.first == 2 &&
	          plan.faults[0].params.drop.enabled);
	CU_ASSERT(plan.faults[1].action == action_find("delay") && plan.faults[1].params.delay.time_ns == 20 * SIM_MS);
	CU_ASSERT(plan.faults[1].name[0] != '\0' && strcmp(plan.faults[1].name, plan.faults[2].name) != 0);
	CU_ASSERT(plan.faults[2].params.outage.for_ns == 2 * SIM_S);
	plan_close(&plan);
}

static void the_least_scenario_has_a_name(void)
{
	struct plan plan;

	(void)open_text(&plan, "x: y\n", NULL);
	(void)test_write("devices/reference.yaml", "name: the one\n");
	TEST_SAME_TEXT(open_text(&plan, "name: least\n", NULL), "");
	CU_ASSERT(plan.seed == 1 && plan.fault_count == 0 && plan.expect.verdict == EXPECT_PASS);
	CU_ASSERT_STRING_EQUAL(plan.device.name, "the one");
	plan_close(&plan);
	is_refused("seed: 1\n", "s.yaml:1:1: a scenario needs 'name', a text: short, for reports");
}

static void unknown_keys_are_told_with_their_place_and_the_nearest(void)
{
	is_refused_with("name: x\nfault: []\n", "s.yaml:2:1: 'fault' is no key of a scenario; did you mean 'faults'?; allowed: name, ");
	is_refused_with("name: x\ndevice: box\nlink:\n  duplx: half\n",
	                "s.yaml:4:3: 'duplx' is no key of link; did you mean 'duplex'?; allowed: duplex, up_at, queue");
	is_refused_with("name: x\ndevice: box\nserver:\n  leese: 1h\n", "s.yaml:4:3: 'leese' is no key of server; did you mean 'lease'?");
	is_refused_with("name: x\ndevice: box\nexpect:\n  verdikt: pass\n",
	                "s.yaml:4:3: 'verdikt' is no key of expect; did you mean 'verdict'?");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - drop: true\n    probabilty: 5%\n",
	                "s.yaml:5:5: 'probabilty' is no key of a fault; did you mean 'probability'?");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - delay: {tim: 5ms}\n",
	                "s.yaml:4:13: 'tim' is no key of delay; did you mean 'time'?");
	is_refused_with("name: x\ndevice:\n  name: d\n  agnet: {}\n", "s.yaml:4:3: 'agnet' is no key of a device; did you mean 'agent'?");
	is_refused_with("name: x\ndevice:\n  name: d\n  agent: {retrys: 1}\n",
	                "s.yaml:4:11: 'retrys' is no key of agent; did you mean 'retries'?");
	is_refused_with("name: x\ndevice:\n  name: d\n  dhcp: {trys: 1}\n", "s.yaml:4:10: 'trys' is no key of dhcp; did you mean 'tries'?");
}

static void values_that_do_not_fit_are_told_with_their_place(void)
{
	is_refused_with("name: x\ndeadline: 5\n", "s.yaml:2:11: deadline: '5' is not a duration: write a number and its unit");
	is_refused_with("name: x\ndeadline: 10ms\n", "s.yaml:2:11: deadline: 10ms is less than the least allowed, 1s");
	is_refused_with("name: x\nseed: -1\n", "s.yaml:2:7: seed: '-1' is not a whole number");
	is_refused_with("name: x\ndevice: box\nlink: {queue: 0}\n", "s.yaml:3:15: queue: 0 is less than the least allowed, 1");
	is_refused_with("name: x\ndevice: box\nexpect: {verdict: maybe}\n", "s.yaml:3:19: verdict: 'maybe' is not one of pass, fail, any");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - {drop: true, probability: 5}\n",
	                "s.yaml:4:31: probability: '5' has no unit: write 5%");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - {drop: yes}\n", "s.yaml:4:12: drop: 'yes' is neither true nor false");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - delay: 20\n", "s.yaml:4:12: delay: '20' is not a duration");
	is_refused_with("name: x\ndevice:\n  name: d\n  mac: \"01:00:00:00:00:01\"\n",
	                "s.yaml:4:8: mac: '01:00:00:00:00:01' is a group address");
	is_refused_with("name: [x]\n", "s.yaml:1:7: 'name' must be a text, not a list");
}

static void a_fault_does_one_thing(void)
{
	is_refused("name: x\ndevice: box\nfaults:\n  - drop: true\n    outage: 3s\n",
	           "s.yaml:5:5: a fault does one thing, and this one already has 'drop'");
	is_refused(
		"name: x\ndevice: box\nfaults:\n  - {name: idle, nth: 1}\n",
		"s.yaml:4:5: this fault does nothing: give it an action, such as drop, delay or outage (`stutter list faults` has them all)");
	is_refused("name: x\ndevice: box\nfaults:\n  - gemodel: 5%\n",
	           "s.yaml:4:14: gemodel needs 'r' too, so write its parameters as keys and values");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - gemodel: {p: 5%}\n", "s.yaml:4:14: gemodel needs 'r', a probability");
	is_refused("name: x\ndevice: box\nfaults: drop\n", "s.yaml:3:9: 'faults' must be a list ('- ' before each), not 'drop'");
	is_refused("name: x\ndevice: box\nfaults:\n  - drop\n", "s.yaml:4:5: a fault must be keys and values, not 'drop'");
	is_refused("name: x\ndevice: box\nfaults:\n  - {drop: true, name: [a]}\n",
	           "s.yaml:4:24: a fault's name must be a text of 1 to 63 bytes");
	is_refused("name: x\ndevice: box\nfaults:\n  - {drop: true, name: \"\"}\n",
	           "s.yaml:4:24: a fault's name must be a text of 1 to 63 bytes");
}

static void what_a_fault_says_must_make_sense(void)
{
	is_refused("name: x\ndevice: box\nfaults:\n  - drop: true\n    from: 5s\n    until: 4s\n",
	           "s.yaml:6:12: the window ends before it starts: 'until' must be later than 'from'");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - drop: true\n    filter: \"tcp and and\"\n",
	                "s.yaml:5:13: 'tcp and and' is not a pcap filter expression: ");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - drop: true\n    filter: host localhost\n",
	                "s.yaml:5:13: 'localhost' in the filter is ");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - drop: true\n    nth: 1\n    first: 2\n",
	                "s.yaml:5:10: 'nth', 'every' and 'first' exclude");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - delay: {time: 1ms, jitter: 2ms}\n",
	                "s.yaml:4:32: the jitter is larger than the delay");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - gemodel: {p: 0%, r: 0%}\n", "s.yaml:4:18: with p and r both 0");
}

static void a_device_that_is_not_there_is_told(void)
{
	struct plan plan;

	is_refused_with("name: x\ndevice: bax\n", "s.yaml:2:9: there is no device 'bax' in ");
	is_refused_with("name: x\ndevice: [box]\n", "s.yaml:2:9: 'device' must be a name or a device's keys and values, not a list");
	TEST_CONTAINS(open_text(&plan, "name: x\ndevice: box\n", "bax"), "--device: there is no device 'bax' in ");
	TEST_CONTAINS(open_text(&plan, "name: x\ndevice: box\n", "./nowhere.yaml"),
	              "--device: the device ./nowhere.yaml cannot be read: No such file");
	(void)test_write("devices/broken.yaml", "name: broken\nspi_clock: 8\n");
	is_refused_with("name: x\ndevice: broken\n", "devices/broken.yaml:2:12: in the device that ");
}

static void the_command_line_chooses_another_device(void)
{
	struct plan plan;
	char path[600];

	(void)snprintf(path, sizeof path, "%s", test_write("other.yaml", "name: other\n"));
	TEST_SAME_TEXT(open_text(&plan, "name: x\ndevice: nonesuch\n", "box"), "");
	CU_ASSERT_STRING_EQUAL(plan.device.name, "box");
	plan_close(&plan);
	TEST_SAME_TEXT(open_text(&plan, "name: x\ndevice: nonesuch\n", path), "");
	CU_ASSERT_STRING_EQUAL(plan.device.name, "other");
	plan_close(&plan);
}

static void files_that_are_not_there_are_told_with_a_cure(void)
{
	char text[900];
	struct plan plan;

	is_refused_with("name: x\ndevice: box\nimage: no.bin\n", "s.yaml:3:8: the image ");
	is_refused_with("name: x\ndevice: box\nimage: no.bin\n", "/no.bin cannot be read: No such file or directory");
	is_refused_with("name: x\ndevice: {name: d, kernel: /no/zImage}\n",
	                "the kernel /no/zImage cannot be read: No such file or directory");
	is_refused_with("name: x\ndevice: {name: d, overlay: /no/over.cpio}\n", "the overlay /no/over.cpio cannot be read");
	(void)snprintf(text, sizeof text, "%s/image.bin", test_folder());
	CU_ASSERT_FATAL(unlink(text) == 0);
	TEST_CONTAINS(open_text(&plan, "name: x\ndevice: box\n", NULL), "cannot be read: No such file or directory; `make image` makes it");
	(void)test_write("image.bin", "os");
	(void)snprintf(text, sizeof text, "%s/vmlinuz", test_folder());
	CU_ASSERT_FATAL(unlink(text) == 0);
	TEST_CONTAINS(open_text(&plan, "name: x\ndevice: box\n", NULL), "; `make guest` makes the standard one");
}

static char *written(const struct plan *plan)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	CU_ASSERT_FATAL(stream != NULL);
	plan_write(plan, stream);
	CU_ASSERT_FATAL(fclose(stream) == 0);
	return text;
}

/* Writes a plan, reads it and writes it again. */
static void comes_back_the_same(const char *scenario)
{
	struct plan plan, again;

	TEST_SAME_TEXT(open_text(&plan, scenario, NULL), "");
	CU_ASSERT_FATAL(CU_get_number_of_failures() == 0);
	char *first = written(&plan), *second;
	TEST_SAME_TEXT(open_text(&again, first, NULL), "");
	CU_ASSERT_FATAL(CU_get_number_of_failures() == 0);
	second = written(&again);
	TEST_SAME_TEXT(second, first);
	CU_ASSERT_EQUAL(again.fault_count, plan.fault_count);
	CU_ASSERT(plan.fault_count == 0 || memcmp(again.faults, plan.faults, plan.fault_count * sizeof *plan.faults) == 0);
	CU_ASSERT(memcmp(&again.device, &plan.device, sizeof plan.device) == 0);
	free(first);
	free(second);
	plan_close(&plan);
	plan_close(&again);
}

static void the_overlay_with_clients_is_the_build_s(void)
{
	static const char scenario[] = "name: x\ndevice: {name: d, overlay: clients}\n";
	struct plan plan;

	TEST_SAME_TEXT(open_text(&plan, scenario, NULL), "");
	CU_ASSERT_STRING_EQUAL(plan.device.overlay, places.clients);
	char *text = written(&plan);
	TEST_CONTAINS(text, "\n  overlay: \"clients\"\n");
	free(text);
	plan_close(&plan);
	comes_back_the_same(scenario);
	/* A file of that name is named by its path. */
	(void)test_write("clients", "own");
	TEST_SAME_TEXT(open_text(&plan, "name: x\ndevice: {name: d, overlay: ./clients}\n", NULL), "");
	CU_ASSERT_STRING_NOT_EQUAL(plan.device.overlay, places.clients);
	plan_close(&plan);
	CU_ASSERT_FATAL(unlink(places.clients) == 0);
	TEST_CONTAINS(open_text(&plan, scenario, NULL),
	              "clients.cpio cannot be read: No such file or directory; `make guest` makes the standard one");
}

static void a_plan_that_was_written_is_read_as_the_same(void)
{
	comes_back_the_same("name: least\ndevice: box\n");
	comes_back_the_same(
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
	TEST_SAME_TEXT(open_text(&plan, scenario, NULL), "");
	CU_ASSERT_EQUAL_FATAL(plan.decisions.count, 8);
	char *text = written(&plan);
	TEST_CONTAINS(text, decisions);
	free(text);
	plan_close(&plan);
}

static void netem_becomes_a_fault_for_each_of_its_words(void)
{
	static const char *const names[] = {"first", "far: loss", "far: delay", "netem: delay"};
	struct plan plan;

	TEST_SAME_TEXT(open_text(&plan,
	                         "name: x\ndevice: box\nfaults:\n"
	                         "  - {name: first, drop: true}\n"
	                         "  - {name: far, direction: to-server, filter: tcp, from: 1s, netem: \"delay 100ms loss 1%\"}\n"
	                         "  - netem: delay 1s\n",
	                         NULL),
	               "");
	CU_ASSERT_EQUAL_FATAL(plan.fault_count, 4);
	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_STRING_EQUAL(plan.faults[i].name, names[i]);
		CU_ASSERT_EQUAL(plan.faults[i].match.direction, i == 1 || i == 2 ? MATCH_TO_SERVER : MATCH_BOTH);
	}
	CU_ASSERT(strcmp(plan.faults[2].match.filter, "tcp") == 0 && plan.faults[2].match.from.ns == 1000000000);
	CU_ASSERT_EQUAL(plan.faults[2].params.delay.time_ns, 100000000);
	plan_close(&plan);
}

static void netem_that_makes_no_sense_is_refused_at_its_place(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	is_refused_with("name: x\ndevice: box\nfaults:\n  - netem: delay 10xs\n", "s.yaml:4:12: netem: '10xs' in 'delay' is not a time");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - netem: delay 1ms 2ms\n",
	                "s.yaml:4:12: netem: the jitter is larger than the delay");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - netem: delay 1ms 1ms distribution no/such.dist\n", "s.yaml:4:12: the table ");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - netem: {delay: 1ms}\n", "s.yaml:4:12: 'netem' must be a text, such as");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - {netem: delay 1ms, drop: true}\n", "s.yaml:4:24: a fault does one thing");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - {netem: delay 1ms, probability: 5%}\n",
	                "s.yaml:4:24: 'probability' has no place beside 'netem'");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - {netem: delay 1ms, filter: host foo}\n",
	                "s.yaml:4:32: 'foo' in the filter is a host name");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - {netem: delay 1ms, at: enc.tx#1}\n", "'delay' happens to frames");
	is_refused_with("name: x\ndevice: box\ndecisions:\n  - {netem: delay 1ms}\n", "'netem' is no key of a decision");
	CU_ASSERT_FATAL(stream != NULL);
	fputs("name: x\ndevice: box\nfaults:\n", stream);
	for (unsigned i = 0; i < 128; i++)
		fputs("  - netem: delay 1ms loss 1% rate 1mbit\n", stream);
	(void)fclose(stream);
	is_refused_with(text, "s.yaml:89:5: more than 256 faults");
	free(text);
}

static void a_preset_becomes_its_faults(void)
{
	static const char *const names[] = {"edge: rate", "edge: rate", "edge: delay", "bug: int_lost"};
	struct plan plan;

	TEST_SAME_TEXT(open_text(&plan,
	                         "name: x\ndevice: box\nfaults:\n  - {from: 1s, preset: edge}\n  - {name: bug, preset: zephyr-82529}\n",
	                         NULL),
	               "");
	CU_ASSERT_EQUAL_FATAL(plan.fault_count, 4);
	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_STRING_EQUAL(plan.faults[i].name, names[i]);
		CU_ASSERT_EQUAL(plan.faults[i].match.from.ns, i < 3 ? 1000000000 : 0);
	}
	plan_close(&plan);
}

static void a_preset_that_makes_no_sense_is_refused_at_its_place(void)
{
	is_refused_with("name: x\ndevice: box\nfaults:\n  - preset: egde\n",
	                "s.yaml:4:13: preset: there is no preset 'egde'; did you mean 'edge'?");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - preset: [edge]\n", "s.yaml:4:13: 'preset' must be a text, such as gprs");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - {preset: edge, drop: true}\n",
	                "s.yaml:4:20: a fault does one thing, and this one already has 'preset'");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - {netem: delay 1ms, preset: edge}\n",
	                "s.yaml:4:24: a fault does one thing, and this one already has 'netem'");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - {preset: riot-9043, direction: to-server}\n",
	                "s.yaml:4:36: 'tx_stall' is not about frames between wire and far end");
	is_refused_with("name: x\ndevice: box\ndecisions:\n  - {preset: edge}\n", "'preset' is no key of a decision");
}

static void a_recording_is_found_from_its_scenario_and_from_its_plan(void)
{
	static const char *const scenarios[] = {"name: x\ndevice: box\nfaults:\n  - mahimahi: up.trace\n",
	                                        "name: x\ndevice: box\nfaults:\n  - link_trace: {file: link.csv, queue: 7}\n"};

	(void)test_write("up.trace", "1\n2\n");
	(void)test_write("link.csv", "time,rate\n0s,1Mbit\n");
	for (size_t i = 0; i < 2; i++) {
		struct plan plan, again;
		TEST_SAME_TEXT(open_text(&plan, scenarios[i], NULL), "");
		const char *path = i == 0 ? plan.faults[0].params.mahimahi.file : plan.faults[0].params.link_trace.file;
		CU_ASSERT_EQUAL(path[0], '/');
		TEST_CONTAINS(path, i == 0 ? "/up.trace" : "/link.csv");
		char *text = written(&plan);
		TEST_SAME_TEXT(open_text(&again, text, NULL), "");
		CU_ASSERT_EQUAL(memcmp(&again.faults[0], &plan.faults[0], sizeof plan.faults[0]), 0);
		free(text);
		plan_close(&plan);
		plan_close(&again);
	}
}

static void a_recording_that_is_wrong_is_refused_with_both_places(void)
{
	(void)test_write("bad.trace", "1\n2\n1\n");
	(void)test_write("bad.csv", "time,rate\n0s,fast\n");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - mahimahi: bad.trace\n", "bad.trace:3: the time runs backwards, to 1 ms");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - link_trace: {file: bad.csv}\n", "s.yaml:4:24: ");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - link_trace: {file: bad.csv}\n", "bad.csv:2: rate: 'fast'");
	is_refused_with("name: x\ndevice: box\nfaults:\n  - link_trace: {file: none.csv}\n", "s.yaml:4:24: the recording ");
}

/* The plan of a run lies elsewhere. */
static void a_table_is_found_from_its_scenario_and_from_its_plan(void)
{
	static const char *const scenarios[] = {
		"name: x\ndevice: box\nfaults:\n  - slot: {time: 9ms, jitter: 1ms, distribution: table, table: t.dist}\n",
		"name: x\ndevice: box\nfaults:\n  - delay: {time: 9ms, jitter: 1ms, distribution: table, table: t.dist}\n",
		"name: x\ndevice: box\nfaults:\n  - netem: delay 9ms 1ms distribution t.dist\n"};
	struct plan plan;

	for (size_t i = 0; i < 3; i++) {
		(void)test_write("t.dist", "1 2 3\n");
		TEST_SAME_TEXT(open_text(&plan, scenarios[i], NULL), "");
		CU_ASSERT_FATAL(plan.fault_count == 1);
		const char *table = i == 0 ? plan.faults[0].params.slot.table : plan.faults[0].params.delay.table;
		CU_ASSERT_EQUAL(table[0], '/');
		TEST_CONTAINS(table, "/t.dist");
		plan_close(&plan);
		(void)test_write("t.dist", "1 2\n3 x\n");
		is_refused_with(scenarios[i], "/t.dist:2: 'x' is not a whole number");
	}
}

static void a_fault_that_must_act_is_one_of_the_scenario(void)
{
	struct plan plan;

	comes_back_the_same("name: x\ndevice: box\nfaults:\n  - {name: \"a, b\", drop: true}\n  - netem: loss 1% delay 5ms\n"
	                    "expect: {verdict: fail, reason: \"no * address\", acted: [\"a, b\", netem]}\n");
	TEST_SAME_TEXT(open_text(&plan, "name: x\ndevice: box\nfaults:\n  - {name: slow, delay: 5ms}\nexpect: {acted: [slow]}\n", NULL),
	               "");
	CU_ASSERT_STRING_EQUAL(plan.expect.acted[0], "slow");
	plan_close(&plan);
	is_refused("name: x\ndevice: box\nfaults:\n  - {name: slow, delay: 5ms}\nexpect: {acted: [slwo]}\n",
	           "s.yaml:5:18: acted: no fault of this scenario is called 'slwo'; did you mean 'slow'?");
	is_refused_with("name: x\ndevice: box\nexpect: {acted: slow}\n",
	                "s.yaml:3:17: 'acted' must be a list of at most 16 names of faults");
	is_refused_with("name: x\ndevice: box\nexpect: {acted: [[slow]]}\n", "s.yaml:3:18: acted: the name of a fault must be a text");
}

/* Of a frozen plan only what happens in it is read: a table was drawn from before. */
static void a_replay_does_not_ask_for_tables(void)
{
	static const char text[] = "name: x\ndevice: box\nmade: {tool: t}\nfaults:\n"
				   "  - delay: {time: 9ms, jitter: 1ms, distribution: table, table: /nowhere/t.dist}\n"
				   "  - mahimahi: {file: /nowhere/m.trace}\ndecisions: []\n";
	struct error err = {0};
	struct plan plan;

	make_places();
	is_refused_with(text, "/nowhere/t.dist");
	CU_ASSERT_FATAL(plan_open_frozen(&plan, test_write("p.yaml", text), NULL, &places, &err));
	CU_ASSERT(plan.replay && plan.fault_count == 2);
	CU_ASSERT_STRING_EQUAL(plan.faults[0].params.delay.table, "/nowhere/t.dist");
	plan_look(&plan);
	CU_ASSERT_STRING_EQUAL(plan.present.tables, "");
	CU_ASSERT_EQUAL(strlen(plan.present.image), 32);
	plan_close(&plan);
	CU_ASSERT_FALSE(plan_open_frozen(&plan, test_write("p.yaml", "name: x\ndevice: box\n"), NULL, &places, &err));
	TEST_CONTAINS(err.text, "this is no frozen plan");
}

/* Each part by itself; what belongs to the device may be another if the user names one. */
static void a_frozen_plan_knows_what_it_was_made_from(void)
{
	static const struct decisions none;
	char differs[200], path[600];
	struct error err = {0};
	struct plan plan, again;

	TEST_SAME_TEXT(open_text(&plan, "name: x\ndevice: {name: d, overlay: clients}\n", NULL), "");
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
	CU_ASSERT_FATAL(plan_open_frozen(&again, path, NULL, &places, &err));
	plan_look(&again);
	TEST_SAME_TEXT(plan_differs(&again, "", differs, sizeof differs), "the image, the kernel, the initramfs, the overlay");
	plan_close(&again);
	CU_ASSERT_FATAL(plan_open_frozen(&again, path, "box", &places, &err));
	plan_look(&again);
	TEST_SAME_TEXT(plan_differs(&again, "another", differs, sizeof differs), "the image");
	plan_close(&again);
}

static void texts_of_any_kind_come_back(void)
{
	comes_back_the_same("name: \"quote \\\" back \\\\ tab \\t hash # colon: end\"\ndevice: box\n"
	                    "summary: \"'single' {braces} [list] !tag &a *b %c\"\n");
	comes_back_the_same("name: \"Gr\xc3\xbc\xc3\x9f"
	                    "e \xe2\x82\xac \xf0\x9f\x98\x80\"\ndevice: box\nfaults:\n  - {name: \"- true\", drop: true}\n");
	comes_back_the_same("name: \" blanks around \"\ndevice: box\nsummary: \"~\"\n");
	comes_back_the_same("name: \"null\"\ndevice: box\nsummary: \"escape \\e bell \\a delete \\x7f\"\n");
}

/* What YAML could not hold as it is (its section 5.1), or would take for the end of a line, must not change on the way. */
static void characters_that_yaml_does_not_take_come_back(void)
{
	comes_back_the_same("name: \"c1 \\x9f nel \\x85 separators \\u2028\\u2029 bom \\ufeff\"\ndevice: box\n");
}

/* A plan lies in another folder than the scenario that it was made from. */
static void files_of_a_scenario_are_found_from_its_plan(void)
{
	static const char scenario[] = "name: x\nimage: files/os.bin\n"
				       "device: {name: d, kernel: files/os.bin, initramfs: ../rel/files/os.bin, overlay: files/os.bin}\n";
	struct plan plan, again;
	struct error err = {0};
	FILE *stream;

	make_places();
	make_folder("rel");
	make_folder("rel/files");
	make_folder("out");
	(void)test_write("rel/s.yaml", scenario);
	(void)test_write("rel/files/os.bin", "os");
	CU_ASSERT_FATAL(chdir(test_folder()) == 0);
	CU_ASSERT_FATAL(plan_open(&plan, "rel/s.yaml", NULL, &places, &err));
	stream = fopen("out/plan.yaml", "w");
	CU_ASSERT_FATAL(stream != NULL);
	plan_write(&plan, stream);
	CU_ASSERT_FATAL(fclose(stream) == 0);
	bool found = plan_open(&again, "out/plan.yaml", NULL, &places, &err);
	if (!found)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(found);
	CU_ASSERT_STRING_EQUAL(again.image, plan.image);
	CU_ASSERT_STRING_EQUAL(again.device.overlay, plan.device.overlay);
	plan_close(&again);
	plan_close(&plan);
}

const CU_TestInfo tests_plan[] = {
	{"a fault that must act is one of the scenario", a_fault_that_must_act_is_one_of_the_scenario},
	{"a replay does not ask for tables", a_replay_does_not_ask_for_tables},
	{"a frozen plan knows what it was made from", a_frozen_plan_knows_what_it_was_made_from},
	{"what a scenario says and what it does not", what_a_scenario_says_and_what_it_does_not},
	{"the least scenario has a name", the_least_scenario_has_a_name},
	{"unknown keys are told with their place and the nearest", unknown_keys_are_told_with_their_place_and_the_nearest},
	{"values that do not fit are told with their place", values_that_do_not_fit_are_told_with_their_place},
	{"a fault does one thing", a_fault_does_one_thing},
	{"what a fault says must make sense", what_a_fault_says_must_make_sense},
	{"a device that is not there is told", a_device_that_is_not_there_is_told},
	{"the command line chooses another device", the_command_line_chooses_another_device},
	{"files that are not there are told with a cure", files_that_are_not_there_are_told_with_a_cure},
	{"the overlay with clients is the build's", the_overlay_with_clients_is_the_build_s},
	{"a plan that was written is read as the same", a_plan_that_was_written_is_read_as_the_same},
	{"decisions say what is not standard and come back", decisions_say_what_is_not_standard_and_come_back},
	{"netem becomes a fault for each of its words", netem_becomes_a_fault_for_each_of_its_words},
	{"netem that makes no sense is refused at its place", netem_that_makes_no_sense_is_refused_at_its_place},
	{"a preset becomes its faults", a_preset_becomes_its_faults},
	{"a preset that makes no sense is refused at its place", a_preset_that_makes_no_sense_is_refused_at_its_place},
	{"a recording is found from its scenario and from its plan", a_recording_is_found_from_its_scenario_and_from_its_plan},
	{"a recording that is wrong is refused with both places", a_recording_that_is_wrong_is_refused_with_both_places},
	{"a table is found from its scenario and from its plan", a_table_is_found_from_its_scenario_and_from_its_plan},
	{"texts of any kind come back", texts_of_any_kind_come_back},
	{"characters that YAML does not take come back", characters_that_yaml_does_not_take_come_back},
	{"files of a scenario are found from its plan", files_of_a_scenario_are_found_from_its_plan},
	CU_TEST_INFO_NULL,
};

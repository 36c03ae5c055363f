/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.yaml: what is written is read back the same, and errors have their position. */
#include "harness/recorded/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"

extern const CU_TestInfo tests_form[];

static const char whole[] =
	"# A session as `stutter import` has read it from a capture; harness/recorded/README.md describes the form.\n"
	"session: 1\n"
	"source: \"a \\\"b\\\\.pcapng\"\n"
	"recorded: \"2026-11-27T19:02:03Z\"\n"
	"device: \"192.168.1.20\"\n"
	"vantage: between\n"
	"steps:\n"
	"  # 1\n"
	"  - dhcp:\n      at: 0ns\n      takes: 20ms\n      address: \"192.168.1.20\"\n      messages: \"discover offer request ack\"\n"
	"  # 2\n"
	"  - dns:\n      at: 1s\n      follows: 1\n      wait: 980ms\n      name: \"a.example\"\n      says: \"nxdomain\"\n      tries: 3\n"
	"  # 3\n"
	"  - ntp:\n      at: 2s\n      name: \"time.example\"\n      address: \"203.0.113.9\"\n"
	"  # 4\n"
	"  - tcp:\n      at: 3s\n      takes: 1234567ns\n      name: \"a.example\"\n      address: \"203.0.113.5\"\n      port: 443\n"
	"      tls: true\n      round_trip: 20ms\n      turns:\n"
	"          - {from: device, after: 1ms, bytes: 517, records: \"client_hello 517\"}\n"
	"          - {from: server, bytes: 9000, records: \"server_hello 127, appdata 1400 x6, rest 473\"}\n"
	"          - {from: server, after: 5ms, close: rst}\n"
	"  # 5\n"
	"  - tcp:\n      at: 4s\n      address: \"203.0.113.5\"\n      port: 80\n      opening: unanswered\n"
	"  # 6\n"
	"  - tcp:\n      at: 5s\n      address: \"203.0.113.5\"\n      port: 80\n      turns:\n"
	"          - {from: device, bytes: 22, text: \"GET / \\\"a\\\\b\\\"\\t\\r\\nx: y\\r\\n\"}\n"
	"          - {from: server, after: 30ms, bytes: 1000000000, text: \"HTTP/1.1 200 OK\\r\\n\\r\\n\"}\n"
	"          - {from: server, close: fin}\n"
	"          - {from: device, after: 2us, close: fin}\n"
	"  # 7\n"
	"  - udp:\n      at: 6s\n      address: \"203.0.113.5\"\n      port: 5683\n      turns:\n"
	"          - {from: device, bytes: 5, base64: \"AAEC/wA=\"}\n"
	"          - {from: server}\n";

static char *written(const struct recording *recording, const struct form_data *data)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	form_write(recording, data, stream);
	(void)fclose(stream);
	return text;
}

static void parse(struct recording *ret_recording, const char *path, const char *text)
{
	struct error err = {.text = ""};
	bool good = form_parse(ret_recording, path, text, strlen(text), &err);

	if (!good)
		printf("    %d:%d: %s\n", err.line, err.column, err.text);
	CU_ASSERT_FATAL(good);
}

static void a_session_is_written_as_it_was_read(void)
{
	struct recording recording;

	parse(&recording, "session.yaml", whole);
	char *text = written(&recording, NULL);
	TEST_SAME_TEXT(text, whole);
	CU_ASSERT_EQUAL(recording.step_count, 7);
	CU_ASSERT_EQUAL(recording.steps[3].turns[1].runs[1].count, 6);
	CU_ASSERT_EQUAL(recording.steps[5].turns[1].known_length, 19);
	free(text);
	recording_close(&recording);
}

static void what_is_long_lies_beside_it(void)
{
	struct recording recording = {.source = "x"}, again;
	char path[512];
	const size_t length = FORM_INLINE_MAX + 1;

	struct step *step = recording_add(&recording);
	*step = (struct step){.kind = STEP_TCP, .address = 0x01020304, .port = 80};
	for (int i = 0; i < 2; i++) {
		struct turn *turn = step_add_turn(step);
		*turn = (struct turn){.side = (enum side)i, .length = length + 1, .known_length = length, .known = memory_new(length)};
		memset(turn->known, 'a' + i, length);
	}
	(void)snprintf(path, sizeof path, "%s", test_write("session.yaml.data", ""));
	const struct form_data data = {fopen(path, "we"), "session.yaml.data"};
	char *text = written(&recording, &data);
	(void)fclose(data.stream);
	TEST_CONTAINS(text, "data: \"session.yaml.data\"\n");
	TEST_CONTAINS(text, "{from: server, bytes: 2050, stored: 2049+2049}");
	path[strlen(path) - strlen(".data")] = '\0';
	parse(&again, path, text);
	CU_ASSERT_EQUAL(again.steps[0].turns[1].known_length, length);
	CU_ASSERT(memcmp(again.steps[0].turns[1].known, recording.steps[0].turns[1].known, length) == 0);
	free(text);
	/* Without such a file only the beginning is kept. */
	text = written(&recording, NULL);
	CU_ASSERT_PTR_NULL(strstr(text, "stored"));
	recording_close(&again);
	parse(&again, path, text);
	CU_ASSERT_EQUAL(again.steps[0].turns[1].length, length + 1);
	CU_ASSERT_EQUAL(again.steps[0].turns[1].known_length, FORM_INLINE_MAX);
	free(text);
	recording_close(&again);
	recording_close(&recording);
}

static void what_is_wrong_is_told_with_its_place(void)
{
#define TCP "session: 1\nsteps:\n  - tcp: {address: 1.2.3.4, port: 80, turns: ["
	static const struct {
		const char *text, *why;
		int line, column;
	} wrong[] = {
		{"steps: []\n", "a session needs 'session'", 1, 1},
		{"session: 2\nsteps: []\n", "session: ", 1, 10},
		{"session: 1\n", "a session needs 'steps', a list", 1, 1},
		{"session: 1\nstep: []\n", "unknown key 'step' in a session; did you mean 'steps'?", 2, 1},
		{"session: 1\nrecorded: yesterday\nsteps: []\n", "recorded: 'yesterday' is not a time in UTC", 2, 11},
		{"session: 1\ndata: nothing-here\nsteps: []\n", "data: nothing-here cannot be read: No such file", 2, 7},
		{"session: 1\nsteps:\n  - smtp: {}\n", "unknown step 'smtp'", 3, 5},
		{"session: 1\nsteps:\n  - dns\n", "a step must be one of dhcp, dns, ntp, tcp and udp with its keys, not 'dns'", 3, 5},
		{"session: 1\nsteps:\n  - dns: {at: 1s}\n", "dns needs 'name'", 3, 10},
		{"session: 1\nsteps:\n  - dns: {name: a, follows: 1}\n", "follows: step 1 is not before this one, which is step 1", 3, 29},
		{"session: 1\nsteps:\n  - tcp: {port: 80}\n", "tcp needs 'address'", 3, 10},
		{"session: 1\nsteps:\n  - tcp: {address: 1.2.3, port: 80}\n", "address: invalid IPv4 address '1.2.3'", 3, 20},
		{"session: 1\nsteps:\n  - tcp: {address: 1.2.3.256, port: 80}\n", "invalid IPv4 address '1.2.3.256'", 3, 20},
		{"session: 1\nsteps:\n  - tcp: {address: 1.2.3.4, port: 0}\n", "port: ", 3, 35},
		{TCP "{from: me}]}\n", "from: ", 3, 54},
		{TCP "{from: device}]}\n", "a turn needs 'bytes', 'text', 'base64', 'stored' or 'close'", 3, 47},
		{TCP "{from: device, close: fin, bytes: 3}]}\n", "a turn that closes carries no data", 3, 47},
		{TCP "{from: device, bytes: 1, text: ab}]}\n", "bytes: must be at least 2, the length of the data", 3, 69},
		{TCP "{from: device, text: ab, base64: YWI=}]}\n", "'text' and 'base64' are mutually exclusive", 3, 80},
		{TCP "{from: device, base64: YWI}]}\n", "base64: invalid encoding", 3, 70},
		{TCP "{from: device, stored: 0+1}]}\n", "stored: 0+1 lies outside the data file, which has 0 bytes", 3, 70},
		{TCP "{from: device, stored: 0-1}]}\n", "stored: invalid position '0-1'", 3, 70},
		{TCP "{from: device, bytes: 9, records: \"hello 9\"}]}\n", "records: invalid record 'hello 9'", 3, 81},
		{TCP "{from: device, bytes: 9, records: \"alert 9,appdata 2\"}]}\n", "records: invalid record 'alert 9,appdata 2'", 3, 81},
		{TCP "{from: device, bytes: 9, records: \"alert 0\"}]}\n", "records: invalid record 'alert 0'", 3, 81},
	};
	struct recording recording;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct error err = {.text = ""};
		CU_ASSERT_FALSE(form_parse(&recording, "session.yaml", wrong[i].text, strlen(wrong[i].text), &err));
		TEST_CONTAINS(err.text, wrong[i].why);
		if (err.line != wrong[i].line || err.column != wrong[i].column)
			printf("    %s: %d:%d\n", wrong[i].why, err.line, err.column);
		CU_ASSERT_EQUAL(err.line, wrong[i].line);
		CU_ASSERT_EQUAL(err.column, wrong[i].column);
	}
}

const CU_TestInfo tests_form[] = {
	{"a session is written as it was read", a_session_is_written_as_it_was_read},
	{"what is long lies beside it", what_is_long_lies_beside_it},
	{"what is wrong is told with its place", what_is_wrong_is_told_with_its_place},
	CU_TEST_INFO_NULL,
};

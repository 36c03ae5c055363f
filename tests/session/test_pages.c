/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a whole session agrees with its trace. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_pages[];

static char output[16384];

/* The object in data.js; of its rows, frames and bulk transfer begin with these. */
enum { ROW_FRAME, ROW_BULK };

static json_t *read_data(void)
{
	char *text = test_read_own("r/s/seed-1/data.js");
	json_t *data = json_loads(text + strlen("stutterSession("), JSON_DISABLE_EOF_CHECK, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(data);
	free(text);
	return data;
}

static json_int_t number(const json_t *row, size_t index)
{
	return json_integer_value(json_array_get(row, index));
}

static const char *text_of(const json_t *row, size_t index)
{
	return json_string_value(json_array_get(row, index));
}

/*
 * What was done to a frame is told as in the trace: "#41 tcp.syn[80/1]#1 192.0.2.100:40934 >
 * 192.0.2.1:80 74 B: 'lost' drop -> dropped".
 */
static void check_frame(const json_t *row, const char *trace)
{
	char *told = memory_format("#%" JSON_INTEGER_FORMAT " %s %s: %s\n", number(row, 5), text_of(row, 6), text_of(row, 7),
	                           text_of(row, 8));

	TEST_CONTAINS(trace, told);
	free(told);
}

static void a_page_tells_what_the_trace_does(void)
{
	static const char scenario[] = "name: s\nimage: image.bin\ndeadline: 5min\nfaults:\n"
				       "- {name: lost, at: tcp.syn#1, drop: true}\n"
				       "- {name: late, delay: {time: 5ms, jitter: 4ms}}\n"
				       "- {name: twice, at: 'tcp.data#9', direction: to-device, duplicate: {copies: 2}}\n"
				       "- {name: bad, at: 'tcp.data#12', direction: to-device, corrupt: {bits: 3}}\n"
				       "- {name: end, at: 'tcp.data[http/3]#20', forge: {what: rst, to: both}}\n"
				       "- {name: stall, at: enc.tx#30, tx_stall: true}\n";
	json_int_t frames = 0, told = 0, made = 0, dropped = 0;
	size_t i;
	json_t *row;

	session_fixture_needs("initramfs.cpio");
	session_fixture_scenario(output, sizeof output, 102400, scenario, "--keep-going", 0);
	char *trace = test_read_own("r/s/seed-1/trace.txt"), *verdict = test_read_own("r/s/seed-1/verdict.json");
	json_t *data = read_data(), *known = json_loads(verdict, 0, NULL);
	json_array_foreach(json_object_get(data, "rows"), i, row)
	{
		if (number(row, 0) == ROW_BULK)
			frames += number(row, 4) + number(row, 6);
		if (number(row, 0) != ROW_FRAME)
			continue;
		frames += number(row, 3) != 3;
		made += number(row, 3) == 3;
		dropped += number(row, 3) == 1;
		if (text_of(row, 8)[0] == '\0')
			continue;
		check_frame(row, trace);
		told++;
	}
	CU_ASSERT_EQUAL(frames, json_integer_value(json_object_get(known, "frames")));
	CU_ASSERT(told > 20 && made == 4 && dropped == 2);
	CU_ASSERT(json_is_true(json_object_get(data, "board")) && json_array_size(json_object_get(data, "lacks")) == 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(data, "faults")), 6);
	char *page = test_read_own("r/s/seed-1/session.html");
	TEST_CONTAINS(page, "stutter replay r/s/seed-1/plan.yaml");
	TEST_CONTAINS(page, "wireshark r/s/seed-1/device.pcapng");
	json_decref(data);
	json_decref(known);
	free(trace);
	free(verdict);
	free(page);
}

/* `make picture` draws it anew. */
static void the_picture_of_the_readme_is_true(void)
{
	session_fixture_needs("initramfs.cpio");
	CU_ASSERT(
		test_shell(
			output, sizeof output,
			"scenario=$PWD/scenarios/first/flaky-link.yaml && cd %s && %s run $scenario --seeds 1..8 --history none --out flaky",
			test_folder(), test_program()) <= 1);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && %s report flaky --picture picture.svg", test_folder(), test_program()),
	                0);
	char *drawn = test_read_own("picture.svg"), *shown = test_read("reports/picture.svg");
	CU_ASSERT_PTR_NOT_NULL_FATAL(shown);
	TEST_SAME_TEXT(drawn, shown);
	free(drawn);
	free(shown);
}

const CU_TestInfo tests_pages[] = {
	{"a page tells what the trace does", a_page_tells_what_the_trace_does},
	{"the picture of the README is true", the_picture_of_the_readme_is_true},
	CU_TEST_INFO_NULL,
};

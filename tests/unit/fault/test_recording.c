/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static void opportunities_are_refused(const char *text, const char *why)
{
	struct opportunities opportunities = {.count = 7};
	struct error err = {0};
	char wanted[512];
	const char *path = test_write("up", text);

	CU_ASSERT_FALSE(opportunities_open(&opportunities, path, &err));
	CU_ASSERT_EQUAL(opportunities.count, 7);
	(void)snprintf(wanted, sizeof wanted, "%s%s", path, why);
	TEST_CONTAINS(err.text, wanted);
}

static void opportunities_are_read_in_milliseconds(void)
{
	struct opportunities opportunities;
	struct error err = {0};

	CU_ASSERT_FATAL(opportunities_open(&opportunities, test_write("up", "0\n0\n3\n3\r\n17"), &err));
	CU_ASSERT_EQUAL_FATAL(opportunities.count, 5);
	CU_ASSERT(opportunities.at_ns[0] == 0 && opportunities.at_ns[1] == 0 && opportunities.at_ns[3] == 3000000 &&
	          opportunities.at_ns[4] == 17000000);
	opportunities_close(&opportunities);
	CU_ASSERT_PTR_NULL(opportunities.at_ns);
}

static void wrong_opportunities_are_told_with_their_line(void)
{
	opportunities_are_refused("", " has no delivery opportunity after 0 ms");
	opportunities_are_refused("0\n0\n", " has no delivery opportunity after 0 ms");
	opportunities_are_refused("1\n\nx\n", ":3: expected a number of milliseconds");
	opportunities_are_refused("\n \t\n", " has no delivery opportunity after 0 ms");
	opportunities_are_refused("1\n2ms\n", ":2: expected a number of milliseconds");
	opportunities_are_refused("1\n2\n-3\n", ":3: expected a number of milliseconds");
	opportunities_are_refused("5\n4\n", ":2: the time runs backwards, to 4 ms");
	opportunities_are_refused("31536000001\n", ":1: 31536000001 ms is more than a year");
}

static void a_file_that_is_not_there_is_told(void)
{
	struct opportunities opportunities;
	struct link_rows rows;
	struct error err = {0};

	CU_ASSERT_FALSE(opportunities_open(&opportunities, "/no/such/file", &err));
	TEST_CONTAINS(err.text, "/no/such/file cannot be read: No such file or directory");
	CU_ASSERT_FALSE(link_rows_open(&rows, "/no/such/file", &err));
	TEST_CONTAINS(err.text, "/no/such/file cannot be read: No such file or directory");
	CU_ASSERT_FALSE(opportunities_open(&opportunities, "/", &err));
	TEST_CONTAINS(err.text, "cannot be read to its end: Is a directory");
	CU_ASSERT_FALSE(link_rows_open(&rows, "/", &err));
	TEST_CONTAINS(err.text, "cannot be read to its end: Is a directory");
}

static void long_recordings_are_read_up_to_their_limit(void)
{
	static char text[8 * (RECORDING_ROWS_MAX + 2)];
	struct opportunities opportunities;
	struct error err = {0};
	size_t used = 0;

	for (unsigned i = 0; i < RECORDING_ROWS_MAX; i++)
		used += (size_t)sprintf(text + used, "%u\n", i);
	CU_ASSERT_FATAL(opportunities_open(&opportunities, test_write("long", text), &err));
	CU_ASSERT_EQUAL(opportunities.count, RECORDING_ROWS_MAX);
	CU_ASSERT_EQUAL(opportunities.at_ns[RECORDING_ROWS_MAX - 1], (RECORDING_ROWS_MAX - 1) * UINT64_C(1000000));
	opportunities_close(&opportunities);
	(void)sprintf(text + used, "%u\n", RECORDING_ROWS_MAX);
	CU_ASSERT_FALSE(opportunities_open(&opportunities, test_write("long", text), &err));
	TEST_CONTAINS(err.text, "long:1000001: too many lines: at most 1000000 are allowed");
}

static void columns_come_in_any_order_and_cells_may_be_empty(void)
{
	struct link_rows rows;
	struct error err = {0};

	CU_ASSERT_FATAL(link_rows_open(
		&rows, test_write("l.csv", "loss, time ,rate,delay\n,0ns,1Mbit,\n 1% , 2s ,, 30ms\n0%,3s,0bit,0ns\n"), &err));
	CU_ASSERT_EQUAL_FATAL(rows.count, 3);
	CU_ASSERT(rows.list[0].at_ns == 0 && rows.list[0].has_rate && rows.list[0].rate_bps == 1000000 && rows.list[0].delay_ns == 0 &&
	          rows.list[0].loss == 0);
	CU_ASSERT(rows.list[1].at_ns == 2000000000 && !rows.list[1].has_rate && rows.list[1].delay_ns == 30000000 &&
	          rows.list[1].loss == 10000000);
	CU_ASSERT(rows.list[2].has_rate && rows.list[2].rate_bps == 0);
	link_rows_close(&rows);
	CU_ASSERT_FATAL(link_rows_open(&rows, test_write("l.csv", "time\n5ms"), &err));
	CU_ASSERT(rows.count == 1 && !rows.list[0].has_rate);
	link_rows_close(&rows);
}

/* As spreadsheets and editors write them. */
static void marks_quotes_and_blanks_are_taken_off(void)
{
	struct opportunities opportunities;
	struct link_rows rows;
	struct error err = {0};

	CU_ASSERT_FATAL(opportunities_open(&opportunities,
	                                   test_write("up", "\xef\xbb\xbf"
	                                                    "3 \r\n 4\t\r\n\r\n5\n\n"),
	                                   &err));
	CU_ASSERT(opportunities.count == 3 && opportunities.at_ns[0] == 3000000 && opportunities.at_ns[2] == 5000000);
	opportunities_close(&opportunities);
	CU_ASSERT_FATAL(link_rows_open(
		&rows, test_write("l.csv", "\xef\xbb\xbf\"time\", \"rate\" ,\"loss\"  \r\n\"0s\",1Mbit,\"1%\"\r\n2s , \"\",\r\n \r\n"),
		&err));
	CU_ASSERT_EQUAL_FATAL(rows.count, 2);
	CU_ASSERT(rows.list[0].rate_bps == 1000000 && rows.list[0].loss == 10000000 && rows.list[1].at_ns == 2000000000 &&
	          !rows.list[1].has_rate);
	link_rows_close(&rows);
}

static void wrong_rows_are_told_with_their_line(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", " is empty; its first line names the columns: time,rate,delay,loss"},
		{"time,rate\n", " has no data below its first line"},
		{"rate,loss\n1Mbit,0%\n", ":1: missing column 'time'"},
		{"time,speed\n", ":1: unknown column 'speed' in the first line; allowed: time, rate, delay, loss"},
		{"0s,1Mbit\n", ":1: unknown column '0s' in the first line"},
		{"time,rate,time\n", ":1: duplicate column 'time'"},
		{"time,rate\n0s,1Mbit\n1s\n", ":3: 1 cells, but the first line names 2 columns"},
		{"time,rate\n0s,1Mbit,\n", ":2: 3 cells, but the first line names 2 columns"},
		{"time,rate\n,1Mbit\n", ":2: time: "},
		{"time,rate\n0s,1000\n", ":2: rate: "},
		{"time,loss\n0s,101%\n", ":2: loss: "},
		{"time,delay\n366d,\n", ":2: time: 366d is above the maximum of 365d"},
		{"time\n1s\n1s\n", ":3: the time is not later than that of the previous line"},
		{"time\n1s\n\n1s\n", ":4: the time is not later than that of the previous line"},
		{"time,\"rate\n0s,1Mbit\n", ":1: a quoted cell must end with a quote"},
		{"time,rate\n0s,\"1Mbit\"x\n", ":2: a quoted cell must end with a quote"},
		{"\"ti\"\"me\"\n1s\n", ":1: unknown column 'ti\"me' in the first line"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct link_rows read = {.count = 7};
		struct error err = {0};
		char wanted[512];
		const char *path = test_write("l.csv", rows[i].text);
		CU_ASSERT_FALSE(link_rows_open(&read, path, &err));
		CU_ASSERT_EQUAL(read.count, 7);
		(void)snprintf(wanted, sizeof wanted, "%s%s", path, rows[i].why);
		TEST_CONTAINS(err.text, wanted);
	}
}

const CU_TestInfo tests_recording[] = {
	{"opportunities are read in milliseconds", opportunities_are_read_in_milliseconds},
	{"wrong opportunities are told with their line", wrong_opportunities_are_told_with_their_line},
	{"a file that is not there is told", a_file_that_is_not_there_is_told},
	{"long recordings are read up to their limit", long_recordings_are_read_up_to_their_limit},
	{"columns come in any order and cells may be empty", columns_come_in_any_order_and_cells_may_be_empty},
	{"wrong rows are told with their line", wrong_rows_are_told_with_their_line},
	{"marks, quotes and blanks are taken off", marks_quotes_and_blanks_are_taken_off},
	CU_TEST_INFO_NULL,
};

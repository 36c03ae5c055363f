/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/sim/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "tests/test.h"

struct sink {
	char text[8192];
	size_t length, calls;
};

static void write_sink(void *ctx, const char *line, size_t length)
{
	struct sink *sink = ctx;

	CU_ASSERT_FATAL(sink->length + length < sizeof sink->text);
	memcpy(sink->text + sink->length, line, length);
	sink->length += length;
	sink->text[sink->length] = '\0';
	sink->calls++;
}

static struct trace *open_trace(struct sink *sink)
{
	memset(sink, 0, sizeof *sink);
	return trace_open((struct trace_sink){write_sink, sink});
}

static void a_line_has_time_topic_and_text(void)
{
	static struct sink sink;
	struct trace *trace = open_trace(&sink);

	trace_line(trace, 0, "proxy", "first");
	trace_line(trace, 6264658120, "chip", "%s %d", "reset", 1);
	trace_line(trace, 1234 * SIM_S + 5, "session", "late");
	TEST_SAME_TEXT(sink.text, "[  0.000000000] proxy   first\n"
	                          "[  6.264658120] chip    reset 1\n"
	                          "[1234.000000005] session late\n");
	CU_ASSERT_EQUAL(trace_lines(trace), 3);
	CU_ASSERT_EQUAL(sink.calls, 3);
	trace_close(trace);
}

static void control_characters_cannot_forge_a_line(void)
{
	static struct sink sink;
	struct trace *trace = open_trace(&sink);

	trace_line(trace, 0, "device", "%s",
	           "a\nb\rc\td\x1b[31me\x7f"
	           "f\xc3\xa9g");
	TEST_SAME_TEXT(sink.text, "[  0.000000000] device  a?b?c?d?[31me?f\xc3\xa9g\n");
	CU_ASSERT_EQUAL(trace_lines(trace), 1);
	trace_close(trace);
}

static void a_line_that_is_too_long_ends_in_dots(void)
{
	static const size_t head = sizeof "[  0.000000000] x       " - 1;
	static struct sink sink;
	static char long_text[3000];
	struct trace *trace = open_trace(&sink);

	memset(long_text, 'y', sizeof long_text - 1);
	/* The longest that fits whole, and one more. */
	for (size_t total = TRACE_LINE_MAX - 4; total < TRACE_LINE_MAX + 4; total++) {
		sink.length = 0;
		trace_line(trace, 0, "x", "%.*s", (int)(total - head), long_text);
		bool whole = total <= TRACE_LINE_MAX - 2;
		CU_ASSERT_EQUAL(sink.length, (whole ? total : TRACE_LINE_MAX - 2) + 1);
		CU_ASSERT_EQUAL(sink.text[sink.length - 1], '\n');
		CU_ASSERT_EQUAL(memcmp(sink.text + sink.length - 4, "...", 3) == 0, !whole);
		CU_ASSERT_EQUAL(sink.text[sink.length - 5], 'y');
	}
	sink.length = 0;
	trace_line(trace, 0, "x", "%s", long_text);
	CU_ASSERT_EQUAL(sink.length, TRACE_LINE_MAX - 1);
	trace_close(trace);
}

static void the_digest_is_that_of_the_text(void)
{
	static struct sink sink;
	struct trace *trace = open_trace(&sink);
	char digest[TRACE_DIGEST_MAX], expected[TRACE_DIGEST_MAX];

	for (unsigned i = 0; i < 50; i++) {
		XXH128_canonical_t canonical;
		XXH128_canonicalFromHash(&canonical, XXH3_128bits(sink.text, sink.length));
		for (unsigned b = 0; b < 16; b++)
			(void)snprintf(expected + 2 * b, 3, "%02x", canonical.digest[b]);
		TEST_SAME_TEXT(trace_digest(trace, digest), expected);
		trace_line(trace, i * SIM_MS, "link", "line %u", i);
	}
	trace_close(trace);
}

/* XXH3-128 of nothing at all, and of one known line: as `xxhsum -H2` prints them. */
static void the_digest_is_frozen(void)
{
	static struct sink sink;
	struct trace *trace = open_trace(&sink);
	char digest[TRACE_DIGEST_MAX];

	TEST_SAME_TEXT(trace_digest(trace, digest), "99aa06d3014798d86001c324468d497f");
	trace_line(trace, 1, "a", "b");
	TEST_SAME_TEXT(trace_digest(trace, digest), "5b67dfd9c40ec2d52ab684a420999273");
	trace_close(trace);
}

static void what_is_not_modelled_is_told_and_kept(void)
{
	static struct sink sink;
	struct trace *trace = open_trace(&sink);

	CU_ASSERT_PTR_NULL(trace_first_gap(trace));
	trace_line(trace, 0, "chip", "not modelled: only text");
	CU_ASSERT_PTR_NULL(trace_first_gap(trace));
	trace_not_modelled(trace, 1, "chip", "register %d", 7);
	trace_not_modelled(trace, 2, "link", "collision");
	TEST_SAME_TEXT(trace_first_gap(trace), "register 7");
	TEST_CONTAINS(sink.text, "[  0.000000001] chip    not modelled: register 7\n[  0.000000002] link    not modelled: collision\n");
	CU_ASSERT_EQUAL(trace_lines(trace), 3);
	trace_close(trace);
}

static void no_trace_can_be_closed(void)
{
	trace_close(NULL);
	CU_PASS("closed");
}

const CU_TestInfo tests_trace[] = {
	{"a line has time, topic and text", a_line_has_time_topic_and_text},
	{"control characters cannot forge a line", control_characters_cannot_forge_a_line},
	{"a line that is too long ends in dots", a_line_that_is_too_long_ends_in_dots},
	{"the digest is that of the text", the_digest_is_that_of_the_text},
	{"the digest is frozen", the_digest_is_frozen},
	{"what is not modelled is told and kept", what_is_not_modelled_is_told_and_kept},
	{"no trace can be closed", no_trace_can_be_closed},
	CU_TEST_INFO_NULL,
};

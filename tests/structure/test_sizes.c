/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sizes of the sources, those of the tests included: functions, files and lines. */
#include "tests/test.h"

extern const CU_TestInfo tests_sizes[];

static char output[65536];

/* From the line before the brace in the first column to that with the other one. */
static void no_function_is_longer_than_60_lines(void)
{
	static const char command[] = "find lib harness emulator reports tests -name '*.[ch]' | xargs awk "
				      "'/^\\{/ { begin = FNR } /^\\}/ { if (begin && FNR - begin + 2 > 60)"
				      " print FILENAME \":\" begin; begin = 0 }'";

	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s", command), 0);
	TEST_SAME_TEXT(output, "");
}

static void no_source_is_longer_than_600_lines(void)
{
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "find lib harness emulator reports tests "
	                           "-name '*.[ch]' | xargs wc -l | awk '$1 > 600 && $2 != \"total\"'"),
	                0);
	TEST_SAME_TEXT(output, "");
}

/*
 * Tables, code and what is generated may be wider, and the lines of a macro, whose end is not their
 * own.
 */
static void comments_and_markdown_have_100_columns(void)
{
	/* The bytes of a character after its first are not counted. */
	static const char command[] = "find lib harness emulator reports tests -name '*.[ch]' | xargs awk "
				      "'{ line = $0; gsub(/\t/, \"        \", line); gsub(/[\\200-\\277]/, \"\", line) }"
				      " length(line) > 100 && line !~ /\\\\$/ && line !~ /\\*\\/ *[^ ]/ &&"
				      " line ~ /^ *(\\/\\*|\\* )|\\*\\/ *$/ { print FILENAME \":\" FNR }'; "
				      "find . \\( -path ./build -o -path ./stutter-runs -o -path ./.git -o -name REFERENCE.md \\) "
				      "-prune -o -name '*.md' -print | xargs awk 'FNR == 1 { code = 0 } /^ *```/ { code = !code }"
				      " { gsub(/[\\200-\\277]/, \"\") }"
				      " !code && length($0) > 100 && !/^[|]/ { print FILENAME \":\" FNR }'";

	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s", command), 0);
	TEST_SAME_TEXT(output, "");
}

const CU_TestInfo tests_sizes[] = {
	{"no function is longer than 60 lines", no_function_is_longer_than_60_lines},
	{"no source is longer than 600 lines", no_source_is_longer_than_600_lines},
	{"comments and Markdown have 100 columns", comments_and_markdown_have_100_columns},
	CU_TEST_INFO_NULL,
};

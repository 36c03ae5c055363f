/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a command by name, for a command with two tables that exists only here. */
#include "harness/cli/values.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

extern const CU_TestInfo tests_values[];

#define WORDS_MAX 8

static const struct cli_option common[] = {{"out", "DIR", "folder"}, {"quiet", NULL, "print nothing"}, {NULL, NULL, NULL}};
static const struct cli_option own[] = {
	{"seed", "N", "seed"}, {"seeds", "A..B", "seeds"}, {"time", "TIME", "time"}, {"resume", "DIR", "continue"}, {NULL, NULL, NULL}};
static const struct cli_command command = {"try", "THING...", "try things", NULL, {common, own}};

/* Words that are parsed may be sorted, and values borrow them. */
struct typed {
	char *words[WORDS_MAX];
	struct cli_values values;
};

static int parse(struct typed *typed, const char *const words[])
{
	int count = 0;

	typed->words[count++] = (char *)(uintptr_t) "try";
	for (; words[count - 1] != NULL; count++)
		typed->words[count] = (char *)(uintptr_t)words[count - 1];
	CU_ASSERT_FATAL(count < WORDS_MAX);
	typed->words[count] = NULL;
	return cli_parse(&command, count, typed->words, &typed->values);
}

#define PARSE(typed, ...) CU_ASSERT_EQUAL_FATAL(parse(typed, (const char *const[]){__VA_ARGS__, NULL}), CLI_GO_ON)

static void options_of_all_tables_are_read_by_name(void)
{
	struct typed typed;

	PARSE(&typed, "--seed", "5", "a", "--quiet", "--time=3s", "b");
	TEST_SAME_TEXT(cli_value(&typed.values, "seed"), "5");
	TEST_SAME_TEXT(cli_value(&typed.values, "time"), "3s");
	CU_ASSERT(cli_is_given(&typed.values, "quiet"));
	CU_ASSERT(!cli_is_given(&typed.values, "out"));
	CU_ASSERT_EQUAL(typed.values.operand_count, 2);
	TEST_SAME_TEXT(typed.values.operands[1], "b");
	CU_ASSERT_EQUAL(typed.values.behind, -1);
	PARSE(&typed, "-o", "x", "a", "--", "--seed");
	TEST_SAME_TEXT(cli_value(&typed.values, "out"), "x");
	CU_ASSERT(!cli_is_given(&typed.values, "seed"));
	CU_ASSERT_EQUAL(typed.values.behind, 1);
	cli_replace(&typed.values, "out", NULL);
	CU_ASSERT(!cli_is_given(&typed.values, "out"));
}

static void tables_are_one_after_the_other(void)
{
	static const char *const names[] = {"out", "quiet", "seed", "seeds", "time", "resume"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		TEST_SAME_TEXT(cli_option_at(&command, i)->name, names[i]);
	CU_ASSERT_PTR_NULL(cli_option_at(&command, sizeof names / sizeof names[0]));
}

/* Asking for an option that the command does not have is a programming error. */
static void a_name_that_no_table_has_aborts(void)
{
	struct typed typed;
	int status = 0;

	PARSE(&typed, "a");
	pid_t child = fork();
	if (child == 0) {
		(void)close(STDERR_FILENO);
		(void)cli_value(&typed.values, "sed");
		_exit(0);
	}
	CU_ASSERT_FATAL(waitpid(child, &status, 0) == child);
	CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void what_is_not_given_keeps_its_default(void)
{
	uint64_t number = 7, time_ns = 9;
	struct cli_seeds seeds = {.first = 1, .last = 2};
	struct typed typed;
	struct error err;

	PARSE(&typed, "a");
	CU_ASSERT(cli_read_number(&typed.values, "seed", 1, 3, &number, &err));
	CU_ASSERT(cli_read_quantity(&typed.values, "time", UNIT_DURATION, &time_ns, &err));
	CU_ASSERT(cli_read_seeds(&typed.values, &seeds, &err));
	CU_ASSERT(number == 7 && time_ns == 9);
	CU_ASSERT(!seeds.given && seeds.first == 1 && seeds.last == 2);
	PARSE(&typed, "--seed", "3", "--time", "2us");
	CU_ASSERT(cli_read_number(&typed.values, "seed", 1, 3, &number, &err));
	CU_ASSERT(cli_read_quantity(&typed.values, "time", UNIT_DURATION, &time_ns, &err));
	CU_ASSERT(cli_read_seeds(&typed.values, &seeds, &err));
	CU_ASSERT(number == 3 && time_ns == 2000);
	CU_ASSERT(seeds.given && seeds.first == 3 && seeds.last == 3);
	PARSE(&typed, "--seeds", "4..6");
	CU_ASSERT(cli_read_seeds(&typed.values, &seeds, &err) && seeds.first == 4 && seeds.last == 6);
}

static void what_cannot_be_read_is_told_and_changes_nothing(void)
{
	struct cli_seeds seeds = {.first = 1, .last = 2};
	uint64_t number = 7;
	struct typed typed;
	struct error err;

	PARSE(&typed, "--seed", "9", "--time", "2", "--seeds", "1..2");
	CU_ASSERT(!cli_read_number(&typed.values, "seed", 1, 3, &number, &err));
	TEST_SAME_TEXT(err.text, "--seed: 9 is not between 1 and 3");
	CU_ASSERT(!cli_read_quantity(&typed.values, "time", UNIT_DURATION, &number, &err));
	CU_ASSERT_EQUAL(strncmp(err.text, "--time: '2' is not a duration", 29), 0);
	CU_ASSERT_EQUAL(number, 7);
	CU_ASSERT(!cli_read_seeds(&typed.values, &seeds, &err));
	TEST_SAME_TEXT(err.text, "--seed and --seeds cannot be used together");
	CU_ASSERT(seeds.first == 1 && seeds.last == 2);
}

static void an_option_given_again_overrides_the_first(void)
{
	static const char *const anew[] = {"quiet", "time", NULL};
	struct typed begun, now;
	struct error err;

	PARSE(&begun, "--seed", "5", "--time", "1s", "a");
	PARSE(&now, "--resume", "dir", "--time", "2s", "--quiet");
	CU_ASSERT(cli_take_anew(&begun.values, &now.values, anew, "the things that it", "try", &err));
	TEST_SAME_TEXT(cli_value(&begun.values, "time"), "2s");
	TEST_SAME_TEXT(cli_value(&begun.values, "seed"), "5");
	CU_ASSERT(cli_is_given(&begun.values, "quiet") && !cli_is_given(&begun.values, "resume"));
	PARSE(&now, "--resume", "dir", "--seed", "6");
	CU_ASSERT(!cli_take_anew(&begun.values, &now.values, anew, "the things that it", "try", &err));
	TEST_SAME_TEXT(err.text, "--resume continues the try as it was begun; it takes no --seed");
	PARSE(&now, "--resume", "dir", "b");
	CU_ASSERT(!cli_take_anew(&begun.values, &now.values, anew, "the things that it", "try", &err));
	TEST_SAME_TEXT(err.text, "--resume continues with the things that it was started with; it takes no 'b'");
}

const CU_TestInfo tests_values[] = {
	{"options of all tables are read by name", options_of_all_tables_are_read_by_name},
	{"tables are one after the other", tables_are_one_after_the_other},
	{"a name that no table has aborts", a_name_that_no_table_has_aborts},
	{"what is not given keeps its default", what_is_not_given_keeps_its_default},
	{"what cannot be read is told and changes nothing", what_cannot_be_read_is_told_and_changes_nothing},
	{"an option given again overrides the first", an_option_given_again_overrides_the_first},
	CU_TEST_INFO_NULL,
};

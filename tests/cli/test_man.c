/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manual pages and completions against the tables of commands and options that they are made from.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/completion.h"
#include "tests/test.h"

extern const CU_TestInfo tests_man[];

#define OUTPUT_MAX 262144

static char output[OUTPUT_MAX];

/* What stutter prints is left in `output`. */
static void stutter(const char *words)
{
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "%s %s", test_program(), words), 0);
}

/* "web\-ports": as roff has it. */
static const char *escaped(const char *name)
{
	static char text[128];
	size_t used = 0;

	for (; *name != '\0'; name++)
		used += (size_t)snprintf(text + used, sizeof text - used, *name == '-' ? "\\-" : "%c", *name);
	return text;
}

static void make_doc(void)
{
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "cd %s && %s man --out doc", test_folder(), test_program()), 0);
}

static char *read_page(const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/doc/%s.1", test_folder(), name);
	char *text = test_read(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	return text;
}

/* -- manual pages -- */

static size_t check_options(const char *page, const struct cli_command *command)
{
	const struct cli_option *option;
	char wanted[256];
	size_t count = 0;

	for (; (option = cli_option_at(command, count)) != NULL; count++) {
		(void)snprintf(wanted, sizeof wanted, "\n.TP\n\\fB\\-\\-%s\\fR", escaped(option->name));
		TEST_CONTAINS(page, wanted);
	}
	return count + 1; /* --help */
}

static void every_option_is_in_its_page_and_no_other(void)
{
	char name[64];

	make_doc();
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
		(void)snprintf(name, sizeof name, "stutter-%s", cli_commands[i]->name);
		char *page = read_page(name);
		CU_ASSERT_EQUAL(test_count(page, "\n.TP\n\\fB\\-\\-"), check_options(page, cli_commands[i]));
		free(page);
	}
}

static void the_page_of_the_program_has_all_commands_and_options(void)
{
	char wanted[256];
	size_t options = 0;

	make_doc();
	char *page = read_page("stutter");
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
		(void)snprintf(wanted, sizeof wanted, "\n.SS %s\n", cli_commands[i]->name);
		TEST_CONTAINS(page, wanted);
		options += check_options(page, cli_commands[i]);
	}
	CU_ASSERT_EQUAL(test_count(page, "\n.SS "), CLI_COMMAND_COUNT);
	CU_ASSERT_EQUAL(test_count(page, "\n.TP\n\\fB\\-\\-"), options);
	for (const struct cli_exit *row = cli_exits; row->meaning != NULL; row++) {
		(void)snprintf(wanted, sizeof wanted, "\n.TP\n.B %d\n", row->status);
		TEST_CONTAINS(page, wanted);
	}
	static const char *const sections[] = {"NAME",        "SYNOPSIS", "DESCRIPTION", "COMMANDS",
	                                       "EXIT STATUS", "FILES",    "ENVIRONMENT", "SEE ALSO"};
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		(void)snprintf(wanted, sizeof wanted, "\n.SH %s\n", sections[i]);
		TEST_CONTAINS(page, wanted);
	}
	free(page);
}

static void pages_are_what_man_reads_without_a_warning(void)
{
	test_needs_program("groff");
	make_doc();
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "for p in %s/doc/*.1; do groff -man -ww -z -Tutf8 $p || exit 1; done", test_folder()), 0);
	TEST_SAME_TEXT(output, "");
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "groff -man -Tascii -P-c -P-b -P-u -rLL=200n %s/doc/stutter-run.1", test_folder()), 0);
	TEST_CONTAINS(output, "stutter run [OPTION]... SCENARIO|SUITE...");
	TEST_CONTAINS(output, "--seeds A..B");
	TEST_CONTAINS(output, "instead of the scenario's own.");
}

static void a_page_is_printed_by_its_name(void)
{
	stutter("man shrink");
	CU_ASSERT_EQUAL(strncmp(output, ".TH STUTTER\\-SHRINK 1 ", 22), 0);
	stutter("man");
	CU_ASSERT_EQUAL(strncmp(output, ".TH STUTTER 1 ", 14), 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s man shrnk", test_program()), EXIT_USAGE);
	TEST_SAME_TEXT(output, "stutter: man: unknown command 'shrnk'; did you mean 'shrink'?\n");
}

/* -- summaries -- */

/* As the help of other tools has them: no sentence, and no word of the third person in front. */
static void check_summary(const char *name, const char *summary)
{
	const size_t length = strcspn(summary, " ,;:"), whole = strlen(summary);
	const bool is_third = length > 3 && summary[length - 1] == 's' && summary[length - 2] != 's';
	const bool good = whole > 0 && !is_third && strchr(".", summary[whole - 1]) == NULL;

	if (!good)
		printf("    %s: %s\n", name, summary);
	CU_ASSERT(good);
}

static void summaries_begin_with_a_verb_or_a_noun(void)
{
	/* Nouns in the plural. */
	static const char *const plural[] = {"cuts", "steps", "ports", "sessions"};
	const struct cli_option *option;

	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
		check_summary(cli_commands[i]->name, cli_commands[i]->summary);
		for (size_t j = 0; (option = cli_option_at(cli_commands[i], j)) != NULL; j++) {
			bool is_plural = false;
			for (size_t k = 0; k < sizeof plural / sizeof plural[0]; k++)
				is_plural = is_plural || strncmp(option->summary, plural[k], strlen(plural[k])) == 0;
			if (!is_plural)
				check_summary(option->name, option->summary);
		}
	}
}

/* -- completions -- */

/*
 * The words of a line such as " run) _stutter_words '--jobs --help' ;;", between the quotes.
 */
static char *options_of(const char *completions, const char *command)
{
	char begin[128];

	(void)snprintf(begin, sizeof begin, "\n\t%s) _stutter_words '--", command);
	const char *at = strstr(completions, begin);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	at = strchr(at, '\'') + 1;
	return strndup(at, strcspn(at, "'"));
}

static void every_option_is_in_the_completions_and_no_other(void)
{
	const struct cli_option *option;
	char wanted[128];

	stutter("completions bash");
	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
		char *words = options_of(output, cli_commands[i]->name);
		size_t count = 0;
		for (; (option = cli_option_at(cli_commands[i], count)) != NULL; count++) {
			(void)snprintf(wanted, sizeof wanted, "--%s ", option->name);
			TEST_CONTAINS(words, wanted);
			/* And what may stand behind it. */
			(void)snprintf(wanted, sizeof wanted, "\n\t'%s --%s') ", cli_commands[i]->name, option->name);
			CU_ASSERT_EQUAL(strstr(output, wanted) != NULL, option->argument != NULL);
		}
		CU_ASSERT_EQUAL(test_count(words, "--"), count + 1);
		free(words);
	}
}

static void other_shells_know_every_option(void)
{
	const struct cli_option *option;
	char wanted[160];

	for (const struct completion_shell *shell = completion_shells + 1; shell->name != NULL; shell++) {
		char words[32];
		(void)snprintf(words, sizeof words, "completions %s", shell->name);
		stutter(words);
		for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
			for (size_t j = 0; (option = cli_option_at(cli_commands[i], j)) != NULL; j++) {
				if (strcmp(shell->name, "fish") == 0)
					(void)snprintf(wanted, sizeof wanted, "__fish_seen_subcommand_from %s' -l %s ",
					               cli_commands[i]->name, option->name);
				else
					(void)snprintf(wanted, sizeof wanted, "'--%s[", option->name);
				TEST_CONTAINS(output, wanted);
			}
	}
}

/*
 * What bash offers for the words that were typed so far, a line each; the last of them may be
 * empty.
 */
static void type(const char *const words[], size_t count)
{
	char quoted[PATH_MAX + 256] = "";

	for (size_t i = 0; i < count; i++)
		TEST_APPEND(quoted, " '%s'", words[i]);
	CU_ASSERT_EQUAL_FATAL(
		test_shell(
			output, sizeof output,
			"bash --norc -c 'source <(%s completions bash) && complete -p stutter && COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) "
			"&& _stutter && printf \"%%s\\n\" \"${COMPREPLY[@]}\"' bash%s",
			test_program(), quoted),
		0);
	static const char registered[] = "complete -F _stutter stutter\n";
	CU_ASSERT_EQUAL_FATAL(strncmp(output, registered, sizeof registered - 1), 0);
	memmove(output, output + sizeof registered - 1, strlen(output) + 2 - sizeof registered);
}

#define TYPE(...) type((const char *const[]){test_program(), __VA_ARGS__}, 1 + sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void bash_completes_what_was_begun(void)
{
	test_needs_program("bash");
	TYPE("ru");
	TEST_SAME_TEXT(output, "run\n");
	TYPE("run", "--se");
	TEST_SAME_TEXT(output, "--server\n--server-side\n--seed\n--seeds\n");
	TYPE("replay", "--se");
	TEST_SAME_TEXT(output, "--server\n--server-side\n");
	TYPE("run", "--transport", "");
	TEST_SAME_TEXT(output, "inside\nfifo\n");
	TYPE("run", "--jobs", "");
	TEST_SAME_TEXT(output, "\n");
	TYPE("list", "pre");
	TEST_SAME_TEXT(output, "presets\n");
	TYPE("history", "");
	TEST_SAME_TEXT(output, "import\nmerge\nshow\n");
	TYPE("man", "completio");
	TEST_SAME_TEXT(output, "completions\n");
	TYPE("check", "scenarios/first/clea");
	TEST_SAME_TEXT(output, "scenarios/first/clean.yaml\n");
	TYPE("check", "scenarios/fir");
	TEST_SAME_TEXT(output, "scenarios/first\n");
	TYPE("run", "--device", "refer");
	TEST_SAME_TEXT(output, "reference\n");
}

static void check_syntax(const char *shell)
{
	test_needs_program(shell);
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "cd %s && %s completions %s >c && %s -n c", test_folder(), test_program(), shell, shell),
		0);
	TEST_SAME_TEXT(output, "");
}

static void bash_reads_its_completions(void)
{
	check_syntax("bash");
}

static void zsh_reads_its_completions(void)
{
	check_syntax("zsh");
}

static void fish_reads_its_completions(void)
{
	check_syntax("fish");
}

/* -- choices -- */

/* The choices of a first operand are written by hand in the command's row. */
static void choices_of_operands_are_those_there_are(void)
{
	char words[256], topic[64];
	FILE *stream = fmemopen(words, sizeof words, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	completion_put_choices(stream, cli_list.operands);
	(void)fclose(stream);
	size_t count = 0;
	for (const char *at = words; *at != '\0'; at += strcspn(at, " "), at += strspn(at, " "), count++) {
		(void)snprintf(topic, sizeof topic, "list %.*s >/dev/null", (int)strcspn(at, " "), at);
		stutter(topic);
	}
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s list", test_program()), EXIT_USAGE);
	CU_ASSERT_EQUAL(test_count(output, ", ") + 1, count);
	words[0] = '\0';
	stream = fmemopen(words, sizeof words, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	completion_put_choices(stream, cli_completions.operands);
	(void)fclose(stream);
	for (const struct completion_shell *shell = completion_shells; shell->name != NULL; shell++)
		TEST_CONTAINS(words, shell->name);
}

const CU_TestInfo tests_man[] = {
	{"every option is in its page, and no other", every_option_is_in_its_page_and_no_other},
	{"the page of the program has all commands and options", the_page_of_the_program_has_all_commands_and_options},
	{"pages are what man reads without a warning", pages_are_what_man_reads_without_a_warning},
	{"a page is printed by its name", a_page_is_printed_by_its_name},
	{"summaries begin with a verb or a noun", summaries_begin_with_a_verb_or_a_noun},
	{"every option is in the completions, and no other", every_option_is_in_the_completions_and_no_other},
	{"other shells know every option", other_shells_know_every_option},
	{"bash completes what was begun", bash_completes_what_was_begun},
	{"bash reads its completions", bash_reads_its_completions},
	{"zsh reads its completions", zsh_reads_its_completions},
	{"fish reads its completions", fish_reads_its_completions},
	{"choices of operands are those there are", choices_of_operands_are_those_there_are},
	CU_TEST_INFO_NULL,
};

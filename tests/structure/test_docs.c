/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The READMEs against what is there: commands, options and targets that they name exist, so do
 * files and links, and no folder goes untold.
 *
 * Looked at are `code spans` and ```sh blocks; blocks of other kinds hold examples.
 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

extern const CU_TestInfo tests_docs[];

#define OUTPUT_MAX 65536
#define WORDS_MAX 32
#define PIECE_MAX 1024

/* A piece of a README that is code. */
struct piece {
	const char *readme; /* its path */
	unsigned line;
	bool is_block; /* of a ```sh block, else a span */
	char text[PIECE_MAX];
};

typedef void piece_visitor(const struct piece *piece);

static void complain(const struct piece *piece, const char *what, const char *word)
{
	printf("    %s:%u: %s '%s' (in '%s')\n", piece->readme, piece->line, what, word, piece->text);
	CU_FAIL("a README names what is not there");
}

static void set_text(struct piece *piece, const char *text, size_t length)
{
	if (length >= sizeof piece->text)
		length = sizeof piece->text - 1;
	memcpy(piece->text, text, length);
	piece->text[length] = '\0';
}

static void visit_spans(struct piece *piece, const char *line, piece_visitor *visit)
{
	const char *open, *close;

	piece->is_block = false;
	for (; (open = strchr(line, '`')) != NULL && (close = strchr(open + 1, '`')) != NULL; line = close + 1) {
		set_text(piece, open + 1, (size_t)(close - open - 1));
		visit(piece);
	}
}

static void visit_readme(const char *path, piece_visitor *visit)
{
	struct piece piece = {.readme = path};
	bool fenced = false, is_shell = false;
	char *text = test_read(path), *rest = text;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		piece.line++;
		if (strncmp(line, "```", 3) == 0) {
			is_shell = !fenced && strcmp(line, "```sh") == 0;
			fenced = !fenced;
		} else if (!fenced) {
			visit_spans(&piece, line, visit);
		} else if (is_shell) {
			piece.is_block = true;
			set_text(&piece, line, strlen(line));
			visit(&piece);
		}
	}
	CU_ASSERT(!fenced);
	free(text);
}

/* Calls for every piece of code in every README. */
static void visit_all(piece_visitor *visit)
{
	static char list[OUTPUT_MAX];
	unsigned count = 0;
	char *rest = NULL;

	CU_ASSERT_EQUAL_FATAL(
		test_shell(list, sizeof list,
	                   "find . \\( -path ./build -o -path ./.git -o -path ./stutter-runs \\) -prune -o -name README.md -print | "
	                   "sed 's|^\\./||' | sort"),
		0);
	for (char *path = strtok_r(list, "\n", &rest); path != NULL; path = strtok_r(NULL, "\n", &rest)) {
		visit_readme(path, visit);
		count++;
	}
	CU_ASSERT(count > 0);
}

/*
 * Splits at blanks and at what ends a shell command; a part of a pipe counts as words of its own.
 */
static size_t split(const char *text, char *ret_copy, size_t size, const char *ret_words[WORDS_MAX])
{
	size_t count = 0;
	char *rest = NULL;

	(void)snprintf(ret_copy, size, "%s", text);
	for (char *word = strtok_r(ret_copy, " \t", &rest); word != NULL && count < WORDS_MAX; word = strtok_r(NULL, " \t", &rest))
		ret_words[count++] = word;
	return count;
}

static bool is_word(const char *text)
{
	for (; *text != '\0'; text++)
		if (!islower((unsigned char)*text) && *text != '-')
			return false;
	return true;
}

/* -- commands -- */

static bool is_stutter(const char *word)
{
	const char *slash = strrchr(word, '/');

	return strcmp(slash != NULL ? slash + 1 : word, "stutter") == 0;
}

/* Whether the help of a command has an option. */
static bool has_option(const char *command, const char *option)
{
	char wanted[128], help[8192];

	(void)snprintf(wanted, sizeof wanted, "\n  %.*s ", (int)strcspn(option, "="), option);
	return test_shell(help, sizeof help, "%s %s --help", test_program(), command) == 0 && strstr(help, wanted) != NULL;
}

static void check_stutter(const struct piece *piece, const char *const words[], size_t count)
{
	static const char *const plain[] = {"--help", "--version", "COMMAND"};
	char wanted[128], help[8192];

	if (count == 0)
		return;
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if (strcmp(words[0], plain[i]) == 0)
			return;
	(void)snprintf(wanted, sizeof wanted, "\n  stutter %.64s ", words[0]);
	(void)test_shell(help, sizeof help, "%s --help", test_program());
	if (strstr(help, wanted) == NULL) {
		complain(piece, "stutter has no command", words[0]);
		return;
	}
	/* What stands behind "--" are another command's. */
	for (size_t i = 1; i < count && strpbrk(words[i], "|;&>") == NULL && strcmp(words[i], "--") != 0; i++)
		if (strncmp(words[i], "--", 2) == 0 && !has_option(words[0], words[i]))
			complain(piece, "this command has no option", words[i]);
}

static void check_commands(const struct piece *piece)
{
	const char *words[WORDS_MAX];
	char copy[PIECE_MAX];
	size_t count = split(piece->text, copy, sizeof copy, words);

	for (size_t i = 0; i < count; i++)
		if (is_stutter(words[i]))
			check_stutter(piece, words + i + 1, count - i - 1);
}

static void commands_and_options_exist(void)
{
	visit_all(check_commands);
}

static void check_targets(const struct piece *piece)
{
	const char *words[WORDS_MAX];
	char copy[PIECE_MAX], ignored[4096];
	size_t count = split(piece->text, copy, sizeof copy, words);

	if (count == 0 || strcmp(words[0], "make") != 0)
		return;
	for (size_t i = 1; i < count && words[i][0] != '#'; i++) {
		if (!is_word(words[i]) || words[i][0] == '-')
			continue;
		if (test_shell(ignored, sizeof ignored, "grep -qE '^%s( [^:=]*)?:' Makefile emulator/guest/guest.mk", words[i]) != 0)
			complain(piece, "make has no target", words[i]);
	}
}

static void targets_exist(void)
{
	visit_all(check_targets);
}

/* A command in a block must be one that is known here, so that none goes untested. */
static void check_block_command(const struct piece *piece)
{
	const char *words[WORDS_MAX];
	char copy[PIECE_MAX], ignored[4096], first[128];
	size_t count = split(piece->text, copy, sizeof copy, words);

	if (!piece->is_block || count == 0 || words[0][0] == '#' || is_stutter(words[0]))
		return;
	(void)snprintf(first, sizeof first, "%.100s", words[0]);
	if (strpbrk(first, "'\"$;") == NULL && test_shell(ignored, sizeof ignored, "command -v %s", first) == 0)
		return;
	if (strncmp(first, "build/", 6) != 0 && strchr(first, '=') == NULL)
		complain(piece, "this machine has no command", first);
}

static void programs_in_blocks_exist(void)
{
	visit_all(check_block_command);
}

/* -- files -- */

static bool is_path(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/")] == '\0' && text[0] != '\0';
}

static bool ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), wanted = strlen(end);

	return length > wanted && strcmp(text + length - wanted, end) == 0;
}

/*
 * Whether a path names one of our sources or folders: it begins with one of the top folders, or it
 * is a source by its ending.
 */
static bool is_ours(const char *path)
{
	static const char *const tops[] = {"lib/", "harness/", "emulator/", "scenarios/", "tests/", "reports/", "bench/"};
	static const char *const ends[] = {".c", ".h", ".sh", ".mk", ".list", ".md", ".script"};

	for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++)
		if (strncmp(path, tops[i], strlen(tops[i])) == 0)
			return true;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (ends_in(path, ends[i]))
			return true;
	return false;
}

/* Relative to the top or to the README's own folder; a bare name may lie anywhere below that. */
static bool exists_for(const char *readme, const char *path)
{
	const char *slash = strrchr(readme, '/');
	int length = slash != NULL ? (int)(slash - readme) : 1;
	char joined[PATH_MAX], found[PATH_MAX];

	(void)snprintf(joined, sizeof joined, "%.*s/%s", length, slash != NULL ? readme : ".", path);
	if (access(path, F_OK) == 0 || access(joined, F_OK) == 0)
		return true;
	return strchr(path, '/') == NULL &&
	       test_shell(found, sizeof found, "find %.*s -path ./build -prune -o -name '%s' -print", length, slash != NULL ? readme : ".",
	                  path) == 0 &&
	       found[0] != '\0';
}

static void check_path(const struct piece *piece)
{
	if (!piece->is_block && is_path(piece->text) && piece->text[0] != '/' && piece->text[0] != '.' && is_ours(piece->text) &&
	    !exists_for(piece->readme, piece->text))
		complain(piece, "there is no file", piece->text);
}

static void files_in_code_spans_exist(void)
{
	visit_all(check_path);
}

/* Scenario and device files as operands of commands in blocks. */
static void check_operands(const struct piece *piece)
{
	const char *words[WORDS_MAX];
	char copy[PIECE_MAX];
	size_t count = split(piece->text, copy, sizeof copy, words);

	for (size_t i = 0; piece->is_block && i < count; i++)
		if (is_path(words[i]) && is_ours(words[i]) && !exists_for(piece->readme, words[i]))
			complain(piece, "there is no file", words[i]);
}

static void operands_in_blocks_exist(void)
{
	visit_all(check_operands);
}

static void check_link(const char *readme, const char *target, size_t length)
{
	const char *slash = strrchr(readme, '/');
	char path[PATH_MAX];

	if (strncmp(target, "http", 4) == 0 || strncmp(target, "mailto:", 7) == 0 || target[0] == '#')
		return;
	(void)snprintf(path, sizeof path, "%.*s%.*s", slash != NULL ? (int)(slash - readme + 1) : 0, readme,
	               (int)(strcspn(target, "#") < length ? strcspn(target, "#") : length), target);
	if (access(path, F_OK) != 0)
		printf("    %s: the link to %.*s leads nowhere\n", readme, (int)length, target);
	CU_ASSERT_EQUAL(access(path, F_OK), 0);
}

static void links_have_targets(void)
{
	static char list[OUTPUT_MAX];
	char *rest = NULL;

	CU_ASSERT_EQUAL_FATAL(
		test_shell(list, sizeof list,
	                   "find . \\( -path ./build -o -path ./.git -o -path ./stutter-runs \\) -prune -o -name '*.md' -print | "
	                   "sed 's|^\\./||' | sort"),
		0);
	for (char *path = strtok_r(list, "\n", &rest); path != NULL; path = strtok_r(NULL, "\n", &rest)) {
		char *text = test_read(path);
		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		for (const char *at = text; (at = strstr(at, "](")) != NULL; at += 2)
			check_link(path, at + 2, strcspn(at + 2, ") \n"));
		free(text);
	}
}

/* -- folders -- */

/* Whether the README above names the folder: `name/`, `name`, or as a link. */
static bool is_told_above(const char *folder)
{
	const char *slash = strrchr(folder, '/');
	char readme[PATH_MAX], name[3][PATH_MAX];
	bool found = false;

	if (slash == NULL)
		return false;
	(void)snprintf(readme, sizeof readme, "%.*s/README.md", (int)(slash - folder), folder);
	(void)snprintf(name[0], sizeof name[0], "`%s/", slash + 1);
	(void)snprintf(name[1], sizeof name[1], "`%s`", slash + 1);
	(void)snprintf(name[2], sizeof name[2], "(%s/", slash + 1);
	char *text = test_read(readme);
	for (size_t i = 0; text != NULL && i < 3; i++)
		found = found || strstr(text, name[i]) != NULL;
	free(text);
	return found;
}

static void check_folder(const char *folder)
{
	char readme[PATH_MAX];

	(void)snprintf(readme, sizeof readme, "%s/README.md", folder);
	bool told = access(readme, R_OK) == 0 || is_told_above(folder);
	if (!told)
		printf("    %s has no README.md and is not named in the one above\n", folder);
	CU_ASSERT(told);
}

static void every_folder_is_described(void)
{
	static const char *const tops[] = {"emulator", "harness", "lib", "reports", "scenarios", "tests"};
	static char list[OUTPUT_MAX];
	char readme[64], *rest = NULL;

	for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
		(void)snprintf(readme, sizeof readme, "%s/README.md", tops[i]);
		if (access(readme, R_OK) != 0)
			printf("    there is no %s\n", readme);
		CU_ASSERT_EQUAL(access(readme, R_OK), 0);
	}
	CU_ASSERT_EQUAL_FATAL(
		test_shell(
			list, sizeof list,
			"find emulator harness lib -mindepth 1 -maxdepth 2 -type d; find reports scenarios tests -mindepth 1 -maxdepth 1 "
			"-type d"),
		0);
	for (char *folder = strtok_r(list, "\n", &rest); folder != NULL; folder = strtok_r(NULL, "\n", &rest))
		check_folder(folder);
}

/* A README tells what flows in, what flows out and what to read first. */
static void readmes_of_modules_name_inputs_outputs_and_the_first_file(void)
{
	static char list[OUTPUT_MAX];
	char *rest = NULL;

	/* The device files are data. */
	CU_ASSERT_EQUAL_FATAL(
		test_shell(list, sizeof list,
	                   "ls emulator/README.md harness/README.md emulator/*/README.md harness/*/README.md | grep -v ^emulator/devices/"),
		0);
	for (char *path = strtok_r(list, "\n", &rest); path != NULL; path = strtok_r(NULL, "\n", &rest)) {
		char *text = test_read(path);
		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		static const char *const heads[] = {"**In:**", "**Out:**", "**Read first:**"};
		for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
			if (strstr(text, heads[i]) == NULL)
				printf("    %s lacks %s\n", path, heads[i]);
			CU_ASSERT_PTR_NOT_NULL(strstr(text, heads[i]));
		}
		free(text);
	}
}

/* The example of a device is shown whole, and stays what it is: a slow test runs it. */
static void the_example_of_a_device_is_shown_as_it_is(void)
{
	static const char *const files[] = {"fetch-with-wget", "wget.list", "wget.yaml"};
	char path[PATH_MAX];
	char *readme = test_read("emulator/devices/README.md");

	CU_ASSERT_PTR_NOT_NULL_FATAL(readme);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		(void)snprintf(path, sizeof path, "emulator/devices/example/%s", files[i]);
		char *text = test_read(path);
		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		TEST_CONTAINS(readme, text);
		free(text);
	}
	free(readme);
}

const CU_TestInfo tests_docs[] = {
	{"commands and options exist", commands_and_options_exist},
	{"targets exist", targets_exist},
	{"programs in blocks exist", programs_in_blocks_exist},
	{"files in code spans exist", files_in_code_spans_exist},
	{"operands in blocks exist", operands_in_blocks_exist},
	{"links have targets", links_have_targets},
	{"every folder is described", every_folder_is_described},
	{"READMEs of modules name inputs, outputs and the first file", readmes_of_modules_name_inputs_outputs_and_the_first_file},
	{"the example of a device is shown as it is", the_example_of_a_device_is_shown_as_it_is},
	CU_TEST_INFO_NULL,
};

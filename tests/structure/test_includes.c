/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The structure of the sources: who may include whom, what must not be called below the session,
 * and what every file must have.
 */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/judge/catalogue.h"
#include "lib/fault/action.h"
#include "tests/test.h"

extern const CU_TestInfo tests_includes[];

#define OUTPUT_MAX 262144
#define NAMES_MAX 32
#define COMMAND_LINES_MAX 150

/*
 * A folder of sources and what its files may include beside their own folder: folders, or single
 * headers.
 */
struct module {
	const char *folder;
	/*
	 * reads no clock, opens no socket, prints nothing, draws nothing from a global source, does
	 * not exit
	 */
	bool pure;
	const char *allowed[NAMES_MAX];
};

#define WORLD "base", "sim", "link", "address", "fault", "verdict", "cable", "proxy", "server", "judge", "scenario", "board", "nic", "nor"

/* Without the top folder; a module stands behind all that it may include, so there is no circle. */
static const struct module modules[] = {
	{"base", true, {NULL}},
	{"sim", true, {"base", NULL}},
	{"link", true, {"base", "sim", NULL}},
	{"address", true, {"base", "link", "llhttp.h", NULL}},
	{"fault", true, {"base", "sim", "address", "link", NULL}},
	{"filter", true, {"base", "address", "fault", NULL}},
	{"cable", true, {"base", "sim", "link", "address", "fault", NULL}},
	{"proxy", true, {"base", "sim", "link", "address", "fault", "filter", NULL}},
	/* What a plan says of the far end is plain data, below whoever serves it. */
	{"server/names.h", true, {NULL}},
	{"server/service_config.h", true, {"base", NULL}},
	{"server", true, {"base", "sim", "link", "address", "fault", NULL}},
	{"judge", true, {"base", "sim", "link", "address", "fault", "filter", "server", "guest/boot", "guest/language", NULL}},
	{"scenario",
         true,
         {"base", "sim", "link", "address", "fault", "verdict", "server/names.h", "server/service_config.h", "judge", "machines", "nic",
          "guest/language", "guest/boot/layout.h", "guest/boot/slot.h", "guest/module/protocol.h", NULL}},
	{"machines", true, {NULL}},
	{"enc28j60", true, {NULL}},
	{"nor", true, {NULL}},
	{"nic", true, {"enc28j60", NULL}},
	/* What a board does is the same for every NIC; a fault may be about one. */
	{"board/faults", true, {"base", "sim", "link", "fault", "board", "nic", "nor", NULL}},
	{"board", true, {"base", "sim", "link", "address", "fault", "nic/nic.h", "nor", NULL}},
	{"qemu", false, {"base", "machines", "guest/module/protocol.h", NULL}},
	{"verdict", true, {"base", "sim", "fault", NULL}},
	{"reports", true, {"base", "sim", "link", "address", "fault", "verdict", "statistics", NULL}},
	{"statistics", true, {"base", NULL}},
	{"history", false, {"base", NULL}},
	{"recorded", true, {"base", "sim", "link", "address", "server", "judge", "scenario", "guest/player/words.h", NULL}},
	{"session",
         false,
         {WORLD, "recorded", "qemu", "guest/module/protocol.h", "guest/boot", "guest/language", "reports", "relay", NULL}},
	{"relay", true, {"base", "sim", "link", "fault", "proxy", "server", NULL}},
	{"live",
         false,
         {"base", "sim", "link", "address", "fault", "verdict", "proxy", "server", "relay", "judge", "scenario", "reports", "session",
          "recorded", NULL}},
	{"pool", false, {WORLD, "qemu", "session", "live", NULL}},
	{"campaign", false, {WORLD, "recorded", "session", "reports", "pool", "live", "history", NULL}},
	{"gate", false, {WORLD, "session", "reports", "pool", "campaign", "statistics", NULL}},
	{"search", false, {WORLD, "qemu", "session", "reports", "pool", "campaign", "statistics", NULL}},
	{"cli",
         false,
         {WORLD, "recorded", "session", "reports", "pool", "campaign", "search", "statistics", "gate", "history", "qemu", "live", "relay",
          "packages.h", "guest/player/play.h", "guest/language", NULL}},
};

/*
 * A failed check and a lack of memory end the process wherever they happen; the chips, which need
 * libc only, have checks of their own.
 */
static const char *const abort_paths[] = {"lib/base/check.c", "lib/base/memory.c", "emulator/enc28j60/enc28j60.c", "emulator/nor/nor.c"};

static const char *const impure[] = {"clock_gettime", "gettimeofday", "time",      "clock",   "printf",    "vprintf",    "puts",
                                     "putchar",       "perror",       "stdout",    "stderr",  "exit",      "_exit",      "abort",
                                     "rand",          "random",       "srand",     "drand48", "getrandom", "arc4random", "getentropy",
                                     "socket",        "connect",      "nanosleep", "sleep",   "usleep"};

static char output[OUTPUT_MAX];

/* -- reading sources -- */

/*
 * The lines that a shell command prints, one by one: for (line = first_line(...); line != NULL;
 * line = next_line()).
 */
static char *lines_left;

static char *next_line(void)
{
	return strtok_r(NULL, "\n", &lines_left);
}

static char *first_line(const char *command)
{
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "%s", command), 0);
	return strtok_r(output, "\n", &lines_left);
}

static size_t count_lines(const char *command)
{
	size_t lines = 0;

	for (const char *line = first_line(command); line != NULL; line = next_line())
		lines++;
	return lines;
}

/* Everything that is ours: what neither the build nor a run made. */
#define OUR_FILES "find . \\( -path ./build -o -path ./.git -o -path ./stutter-runs \\) -prune -o -type f -print"

/* The top folders of sources; each may include those before it. */
static const char *const tops[] = {"lib/", "emulator/", "reports/", "harness/"};
#define TOPS (sizeof tops / sizeof tops[0])

/* Which of them a path begins with; TOPS: none. */
static size_t top_of(const char *path)
{
	size_t top = 0;

	while (top < TOPS && strncmp(path, tops[top], strlen(tops[top])) != 0)
		top++;
	return top;
}

/* A path without its top folder; reports is a module by itself. */
static const char *below_top(const char *path)
{
	const size_t top = top_of(path);

	return top < TOPS && strcmp(tops[top], "reports/") != 0 ? path + strlen(tops[top]) : path;
}

static bool is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The module of a source, by its folder; NULL if it is in none. */
static const struct module *module_of(const char *path)
{
	for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++)
		if (is_below(below_top(path), modules[i].folder))
			return &modules[i];
	return NULL;
}

static bool may_include(const struct module *module, const char *header)
{
	header = below_top(header);
	/* A bare name is the folder's own, unless it is one that the build makes. */
	if ((strchr(header, '/') == NULL && strcmp(header, "packages.h") != 0) || is_below(header, module->folder))
		return true;
	for (size_t i = 0; module->allowed[i] != NULL; i++)
		if (is_below(header, module->allowed[i]))
			return true;
	return false;
}

static void check_includes(const char *path, const struct module *module, const char *text)
{
	char header[256];

	for (const char *at = text; (at = strstr(at, "#include \"")) != NULL;) {
		at += strlen("#include \"");
		size_t length = strcspn(at, "\"\n");
		CU_ASSERT_FATAL(length < sizeof header);
		memcpy(header, at, length);
		header[length] = '\0';
		bool good = may_include(module, header) &&
		            (strchr(header, '/') == NULL || top_of(header) == TOPS || top_of(header) <= top_of(path));
		if (!good)
			printf("    %s includes %s, which %s may not\n", path, header, module->folder);
		CU_ASSERT(good);
	}
}

/* Overwrites comments, texts and characters with blanks, so that only code is left. */
static void blank_out(char *text)
{
	for (char *at = text; *at != '\0'; at++) {
		const char *end = NULL;
		size_t closing = 0;
		if (at[0] == '/' && at[1] == '*') {
			end = strstr(at + 2, "*/");
			closing = 2;
		} else if (at[0] == '/' && at[1] == '/') {
			end = strchr(at, '\n');
		} else if (*at == '"' || *at == '\'') {
			closing = 1;
			for (end = at + 1; *end != *at && *end != '\0'; end++)
				end += *end == '\\' && end[1] != '\0';
		} else {
			continue;
		}
		char *stop = end != NULL ? at + (end - at) + closing : at + strlen(at);
		for (; at < stop && *at != '\0'; at++)
			if (*at != '\n')
				*at = ' ';
		at--;
	}
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool uses(const char *code, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = code; (at = strstr(at, name)) != NULL; at += length) {
		bool whole = (at == code || !is_name(at[-1])) && !is_name(at[length]);
		bool member = at > code && (at[-1] == '.' || (at[-1] == '>' && at - 1 > code && at[-2] == '-'));
		const char *after = at + length + strspn(at + length, " ");
		bool stream = strcmp(name, "stdout") == 0 || strcmp(name, "stderr") == 0;
		if (whole && !member && (stream || *after == '('))
			return true;
	}
	return false;
}

static bool is_abort_path(const char *path)
{
	for (size_t i = 0; i < sizeof abort_paths / sizeof abort_paths[0]; i++)
		if (strcmp(path, abort_paths[i]) == 0)
			return true;
	return false;
}

static void check_purity(const char *path, char *text)
{
	blank_out(text);
	for (size_t i = 0; i < sizeof impure / sizeof impure[0]; i++) {
		bool used = uses(text, impure[i]);
		if (used)
			printf("    %s uses %s\n", path, impure[i]);
		CU_ASSERT(!used);
	}
}

/* Calls @p check for every source that is in a module. @return how many there were. */
static unsigned each_source(void (*check)(const char *path, const struct module *module, char *text))
{
	unsigned count = 0;

	for (char *path = first_line("find lib harness emulator reports -name '*.[ch]' | sort"); path != NULL; path = next_line()) {
		const struct module *module = module_of(path);
		if (module == NULL)
			continue;
		char *text = test_read(path);
		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		check(path, module, text);
		free(text);
		count++;
	}
	return count;
}

/* -- the tests -- */

static void check_direction(const char *path, const struct module *module, char *text)
{
	check_includes(path, module, text);
}

static void dependencies_point_one_way(void)
{
	CU_ASSERT(each_source(check_direction) > 100);
}

/*
 * Every folder with sources stands in the table, so that a new one gets its rule; the guest's
 * sources are compiled for the device.
 */
static void every_folder_has_its_rule(void)
{
	for (char *path = first_line(
		     "find lib harness emulator reports -name '*.[ch]' | grep -v -e ^emulator/guest/ -e ^harness/server/image/ | sort");
	     path != NULL; path = next_line()) {
		if (module_of(path) == NULL)
			printf("    %s: its folder is not in tests/structure/test_includes.c\n", path);
		CU_ASSERT_PTR_NOT_NULL(module_of(path));
	}
	for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
		char command[256];
		(void)snprintf(command, sizeof command, "ls -d lib/%s harness/%s emulator/%s %s 2>/dev/null | head -1", modules[i].folder,
		               modules[i].folder, modules[i].folder, modules[i].folder);
		CU_ASSERT_PTR_NOT_NULL(first_line(command));
	}
}

static void check_pure(const char *path, const struct module *module, char *text)
{
	/* A tool of the build, not a part of the program. */
	if (module->pure && !is_abort_path(path) && strncmp(path, "harness/server/image/", 21) != 0)
		check_purity(path, text);
}

static void no_clock_no_output_no_randomness_below_the_session(void)
{
	CU_ASSERT(each_source(check_pure) > 100);
}

/*
 * Modules above the session read clocks and start processes, but what is shown is the command
 * line's.
 */
static void check_silent(const char *path, const struct module *module, char *text)
{
	static const char *const silent[] = {"campaign", "gate", "history", "search"}, *const loud[] = {"printf",  "vprintf", "puts",
	                                                                                                "putchar", "perror",  "stdout",
	                                                                                                "stderr",  "exit"};

	for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
		if (strcmp(module->folder, silent[i]) != 0)
			continue;
		blank_out(text);
		for (size_t j = 0; j < sizeof loud / sizeof loud[0]; j++) {
			const bool used = uses(text, loud[j]);
			if (used)
				printf("    %s uses %s\n", path, loud[j]);
			CU_ASSERT(!used);
		}
	}
}

static void only_the_command_line_prints_or_exits(void)
{
	CU_ASSERT(each_source(check_silent) > 100);
}

/* Neither by itself nor by what it includes. */
static void a_plan_needs_no_server(void)
{
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "cc -M -I. -D_GNU_SOURCE harness/scenario/*.c | "
	                           "grep -oE '(harness/server|openssl|lwip)/[a-z_]+\\.h' | sort -u"),
	                0);
	TEST_SAME_TEXT(output, "harness/server/names.h\nharness/server/service_config.h\n");
}

static void the_chips_need_libc_only(void)
{
	static const char *const libc[] = {"stdbool.h", "stddef.h", "stdint.h",   "string.h",
	                                   "stdlib.h",  "stdio.h",  "inttypes.h", "limits.h"};

	for (char *line = first_line("grep -ho '#include <[^>]*>' emulator/enc28j60/*.[ch] emulator/nic/*.[ch] "
	                             "emulator/nor/*.[ch] | sort -u");
	     line != NULL; line = next_line()) {
		bool known = false;
		for (size_t i = 0; i < sizeof libc / sizeof libc[0]; i++)
			known = known || strncmp(line + strlen("#include <"), libc[i], strlen(libc[i])) == 0;
		if (!known)
			printf("    a chip has %s\n", line);
		CU_ASSERT(known);
	}
	/* Its own headers by their bare names, so that the folder can be taken away as it is. */
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "! grep -n '#include \"[^\"]*/' emulator/enc28j60/*.[ch] emulator/nor/*.[ch]"),
	                0);
	TEST_SAME_TEXT(output, "");
}

static void every_source_has_its_licence(void)
{
	static const char command[] = OUR_FILES
		" | grep -E -e '\\.(c|h|sh|mk|yaml|script|list)$' -e '/(Makefile|Kbuild|init)$' | sort | while read -r f; do "
		"head -n 2 \"$f\" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || echo \"$f\"; done";

	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s", command), 0);
	TEST_SAME_TEXT(output, "");
}

static void no_file_names_a_mirror(void)
{
	/* In two pieces, or this file would be found. */
	static const char command[] = OUR_FILES " | xargs grep -IlE '(deb|security|ftp|snapshot|cdn-aws|httpredir)[a-z.]*\\.debian"
						"\\.org|archive\\.ubuntu"
						"\\.com'; true";

	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s", command), 0);
	TEST_SAME_TEXT(output, "");
}

static void every_golden_trace_has_its_file(void)
{
	char path[PATH_MAX];
	unsigned calls = 0;

	for (char *name = first_line("grep -rhoE 'test_golden\\(\"[^\"]+\"' tests --include='*.c' | cut -d '\"' -f 2 | sort -u");
	     name != NULL; name = next_line()) {
		(void)snprintf(path, sizeof path, "tests/golden/%s", name);
		if (access(path, R_OK) != 0)
			printf("    there is no %s; `make golden` makes it\n", path);
		CU_ASSERT_EQUAL(access(path, R_OK), 0);
		calls++;
	}
	CU_ASSERT(calls > 0);
}

static void every_golden_file_is_used(void)
{
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output,
	                   "for f in tests/golden/*.txt; do grep -rqF \"\\\"$(basename $f)\\\"\" tests --include='*.c' || echo $f; done"),
		0);
	TEST_SAME_TEXT(output, "");
}

/*
 * A command NAME is harness/cli/NAME.c, which is small, and a line of commands.h; and no other file
 * is one.
 */
static void every_command_is_a_small_file_in_the_catalogue(void)
{
	char path[PATH_MAX], defined[64];

	for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
		(void)snprintf(path, sizeof path, "harness/cli/%s.c", cli_commands[i]->name);
		(void)snprintf(defined, sizeof defined, "const struct cli_command cli_%s = {", cli_commands[i]->name);
		char *text = test_read(path);
		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		TEST_CONTAINS(text, defined);
		size_t lines = 0;
		for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
			lines++;
		if (lines > COMMAND_LINES_MAX)
			printf("    %s has %zu lines, over %d\n", path, lines, COMMAND_LINES_MAX);
		CU_ASSERT(lines <= COMMAND_LINES_MAX);
		free(text);
	}
	CU_ASSERT_EQUAL(count_lines("grep -lrE '^const struct cli_command cli_' harness emulator reports"), CLI_COMMAND_COUNT);
}

static void expect_definition(const char *folder, const char *type, const char *prefix, const char *name)
{
	char path[PATH_MAX], defined[128];

	(void)snprintf(path, sizeof path, "%s/%s.c", folder, name);
	(void)snprintf(defined, sizeof defined, "\nconst struct %s %s_%s = {", type, prefix, name);
	char *text = test_read(path);
	const bool good = text != NULL && strstr(text, defined) != NULL;
	if (!good)
		printf("    %s has no %s\n", path, name);
	CU_ASSERT(good);
	free(text);
}

/*
 * A fault NAME is NAME.c in its layer's folder, and in its layer's catalogue; what else lies there
 * would be compiled and never armed.
 */
static void every_fault_is_a_file_in_its_catalogue(void)
{
	static const char *const folders[LAYERS] = {
		[LAYER_PROXY] = "harness/proxy/faults",
		[LAYER_LINK] = "harness/cable/faults",
		[LAYER_BOARD] = "emulator/board/faults",
		[LAYER_SERVER] = "harness/server/faults",
	};

	for (size_t i = 0; i < actions_count(); i++)
		expect_definition(folders[action_layer(action_at(i))], "action", "fault", action_at(i)->name);
	CU_ASSERT_EQUAL(count_lines("grep -rhE '^const struct action fault_' lib harness emulator reports --include='*.c'"),
	                actions_count());
	CU_ASSERT_EQUAL(count_lines("ls harness/*/faults/* emulator/*/faults/* | grep -v /catalogue.c"), actions_count());
}

static void every_judge_is_a_file_in_the_catalogue(void)
{
#define JUDGE_FILE(name) expect_definition("harness/judge", "judge", "judge", #name);
	JUDGES(JUDGE_FILE)
	CU_ASSERT_EQUAL(count_lines("grep -rhE '^const struct judge judge_' lib harness emulator reports --include='*.c'"), JUDGES_COUNT);
}

/* Who includes whom, a pair a line; a bare name is a file of the same folder. */
#define INCLUDES \
	"find lib harness emulator reports -name '*.[ch]' | xargs grep -H '^#include \"' | " \
	"sed -E 's|^(.*/)([^/:]+):#include \"([^\"/]*)\".*|\\1\\2 \\1\\3|; s|:#include \"([^\"]*)\".*| \\1|'"

static void no_files_include_each_other_in_a_circle(void)
{
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s", "{ " INCLUDES " | tsort; } 2>&1 >/dev/null"), 0);
	TEST_SAME_TEXT(output, "");
}

/* Folders below others are folders of their own. */
static void no_folders_include_each_other_in_a_circle(void)
{
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s",
	                           "{ " INCLUDES " | sed -E 's#/[^/ ]*( |$)#\\1#g' | sort -u | tsort; } 2>&1 >/dev/null"),
	                0);
	TEST_SAME_TEXT(output, "");
}

const CU_TestInfo tests_includes[] = {
	{"dependencies point one way", dependencies_point_one_way},
	{"every folder has its rule", every_folder_has_its_rule},
	{"no clock, no output, no randomness below the session", no_clock_no_output_no_randomness_below_the_session},
	{"only the command line prints or exits", only_the_command_line_prints_or_exits},
	{"a plan needs no server", a_plan_needs_no_server},
	{"the chips need libc only", the_chips_need_libc_only},
	{"every source has its licence", every_source_has_its_licence},
	{"no file names a mirror", no_file_names_a_mirror},
	{"every command is a small file in the catalogue", every_command_is_a_small_file_in_the_catalogue},
	{"every fault is a file in its catalogue", every_fault_is_a_file_in_its_catalogue},
	{"every judge is a file in the catalogue", every_judge_is_a_file_in_the_catalogue},
	{"no files include each other in a circle", no_files_include_each_other_in_a_circle},
	{"no folders include each other in a circle", no_folders_include_each_other_in_a_circle},
	{"every golden trace has its file", every_golden_trace_has_its_file},
	{"every golden file is used", every_golden_file_is_used},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkinitramfs as a command: same bytes every time, a well-formed archive, errors with file and
 * line. Runs the program that the build made: $STUTTER_BUILD/guest/mkinitramfs, or
 * build/guest/mkinitramfs.
 */
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

extern const CU_TestInfo tests_guest_mkinitramfs[];

#define OUTPUT_MAX 65536

static char folder[64];

static bool prepare(const char *manifest)
{
	const char *build = getenv("STUTTER_BUILD");
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/guest/mkinitramfs", build ? build : "build");
	if (access(path, X_OK) != 0)
		test_skip("no %s; `make guest` builds it", path);
	snprintf(folder, sizeof(folder), "/tmp/mkinitramfs.XXXXXX");
	if (!mkdtemp(folder))
		return false;
	snprintf(path, sizeof(path), "%s/list", folder);
	out = fopen(path, "w");
	fputs(manifest, out);
	fclose(out);
	snprintf(path, sizeof(path), "%s/data", folder);
	out = fopen(path, "w");
	fputs("hello", out);
	fclose(out);
	return true;
}

/* Runs the program with what it says going to FOLDER/said. Returns its exit status. */
static int run(const char *output)
{
	const char *build = getenv("STUTTER_BUILD");
	char command[512];
	int status;

	snprintf(command, sizeof(command), "%s/guest/mkinitramfs %s/%s %s/list here=%s word=e 2>%s/said", build ? build : "build", folder,
	         output, folder, folder, folder);
	status = system(command);
	return WEXITSTATUS(status);
}

static size_t read_file(const char *name, char *bytes, size_t size)
{
	char path[256];
	size_t got;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "rb");
	got = in ? fread(bytes, 1, size - 1, in) : 0;
	bytes[got] = 0;
	if (in)
		fclose(in);
	return got;
}

static void clean(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command) != 0)
		printf(" (cannot remove %s) ", folder);
}

static unsigned long field(const char *header, int index)
{
	char digits[9] = "";

	memcpy(digits, header + 6 + 8 * index, 8);
	return strtoul(digits, NULL, 16);
}

/* Walks the archive and writes "name mode size;" of every entry. */
static void describe(const char *bytes, size_t size, char *ret_text, size_t text_size)
{
	size_t at = 0, length = 0;

	ret_text[0] = 0;
	while (at + 110 < size && memcmp(bytes + at, "070701", 6) == 0) {
		const unsigned long mode = field(bytes + at, 1), time = field(bytes + at, 5), file_size = field(bytes + at, 6),
				    name = field(bytes + at, 11);

		length += (size_t)snprintf(ret_text + length, text_size - length, "%s %lo %lu;", bytes + at + 110, mode, file_size);
		CU_ASSERT_EQUAL(time, 0);
		if (strcmp(bytes + at + 110, "TRAILER!!!") == 0)
			return;
		at = (at + 110 + name + 3) & ~3UL;
		at = (at + file_size + 3) & ~3UL;
	}
}

static const char good[] =
	"# comment\ndir /d 755\nfile /d/a data 644\nfile /d/b @here/data 600 # again\nslink /l@word@ d/@word@\nnod /c 600 c 5 1\n";

static void the_same_list_gives_the_same_bytes(void)
{
	static char first[OUTPUT_MAX], second[OUTPUT_MAX];
	size_t size;

	if (!prepare(good))
		return;
	CU_ASSERT_EQUAL(run("one"), 0);
	CU_ASSERT_EQUAL(run("two"), 0);
	size = read_file("one", first, sizeof(first));
	CU_ASSERT_TRUE(size > 0 && size % 512 == 0);
	CU_ASSERT_EQUAL(read_file("two", second, sizeof(second)), size);
	CU_ASSERT_EQUAL(memcmp(first, second, size), 0);
	clean();
}

static void the_archive_holds_what_was_listed(void)
{
	static char bytes[OUTPUT_MAX];
	char text[1024];
	size_t size;

	if (!prepare(good))
		return;
	CU_ASSERT_EQUAL(run("one"), 0);
	size = read_file("one", bytes, sizeof(bytes));
	describe(bytes, size, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "d 40755 0;d/a 100644 5;d/b 100600 5;le 120777 3;c 20600 0;TRAILER!!! 0 0;");
	clean();
}

static void cpio_reads_the_archive(void)
{
	char command[256], said[256];

	test_needs_program("cpio");
	if (!prepare(good))
		return;
	CU_ASSERT_EQUAL(run("one"), 0);
	snprintf(command, sizeof(command), "cpio -it --quiet <%s/one >%s/said 2>&1", folder, folder);
	CU_ASSERT_EQUAL(system(command), 0);
	read_file("said", said, sizeof(said));
	CU_ASSERT_STRING_EQUAL(said, "d\nd/a\nd/b\nle\nc\n");
	clean();
}

static void mistakes_are_told_with_file_and_line(void)
{
	static const struct {
		const char *manifest;
		const char *said;
	} cases[] = {
		{"dir /d 755\nfile /x/a data 644\n", ":2: no folder '/x' was listed before '/x/a'"},
		{"file /a nothing 644\n", ":1: cannot read '"},
		{"file /a @there/x 644\n", ":1: no argument there=VALUE was given for '@there/x'"},
		{"dir /@there@ 755\n", ":1: no argument there=VALUE was given for '@there@'"},
		{"\ndir /a 799\n", ":2: '799' is no octal number"},
		{"link /a b\n", ":1: expected 'dir PATH MODE'"},
		{"dir /a 755\ndir /a 755\n", ":2: '/a' was listed before"},
		{"dir a 755\n", ":1: path 'a' must begin with /"},
	};
	char said[1024];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!prepare(cases[i].manifest))
			return;
		CU_ASSERT_EQUAL(run("one"), 1);
		read_file("said", said, sizeof(said));
		CU_ASSERT_PTR_NOT_NULL(strstr(said, cases[i].said));
		clean();
	}
}

const CU_TestInfo tests_guest_mkinitramfs[] = {
	{"the same list gives the same bytes", the_same_list_gives_the_same_bytes},
	{"the archive holds what was listed", the_archive_holds_what_was_listed},
	{"cpio reads the archive", cpio_reads_the_archive},
	{"mistakes are told with file and line", mistakes_are_told_with_file_and_line},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The chip as a library in other programs: what is installed, and that it does not clash with the
 * names of its users.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_library[];

#define HEADERS "emulator/enc28j60/enc28j60*.h"
/* What a user has in the environment; pkg-config may be the one that bring_pkg_config() makes. */
#define ENVIRONMENT "D=%s; export PKG_CONFIG_PATH=$D/usr/lib/pkgconfig PATH=$PATH:$D; "

static char output[16384];

/* Installs the library below the test's folder. */
static void install(void)
{
	int status =
		test_shell(output, sizeof output,
	                   "unset MAKEFLAGS MFLAGS; make -s --no-print-directory B=%s DESTDIR= "
	                   "PREFIX=%s/usr install-library",
	                   test_build(), test_folder());

	if (status != 0)
		printf("%s", output);
	CU_ASSERT_EQUAL_FATAL(status, 0);
}

/* Where pkg-config is missing, what is needed of it: two fields of the one .pc file. */
static void bring_pkg_config(void)
{
	const char *path = test_write("pkg-config", "#!/bin/sh\n"
	                                            "pc=$PKG_CONFIG_PATH/$3.pc\n"
	                                            "prefix=$(sed -n 's/^prefix=//p' $pc)\n"
	                                            "sed -n \"s|\\${libdir}|$prefix/lib|\n"
	                                            "s|\\${includedir}|$prefix/include|\n"
	                                            "s/^Cflags: //p; s/^Libs: //p\" $pc\n");

	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "chmod +x %s", path), 0);
}

/* The line of the chip's README that builds a program. */
static void build_line(char *ret_line, size_t size)
{
	char *text = test_read("emulator/enc28j60/README.md");
	const char *line = text != NULL ? strstr(text, "\ncc ") : NULL;

	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	size_t length = strcspn(line + 1, "\n");
	CU_ASSERT_FATAL(length < size);
	memcpy(ret_line, line + 1, length);
	ret_line[length] = '\0';
	free(text);
}

static void the_readme_builds_an_emulator_with_its_own_driver(void)
{
	char line[256];

	install();
	bring_pkg_config();
	build_line(line, sizeof line);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           ENVIRONMENT "mkdir $D/build && cp -r tests $D && cd $D && "
	                                       "%s && build/emulator",
	                           test_folder(), line),
	                0);
	TEST_SAME_TEXT(output, "revision 6, RXEN set\n"
	                       "data frame 1 of 64 bytes\n"
	                       "received 60 bytes: hello\n");
}

static void the_library_has_no_name_without_the_prefix(void)
{
	install();
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "nm -g --defined-only %s/usr/lib/libstutter-enc28j60.a | "
	                           "awk 'NF == 3 { print $3 }' | grep -v '^stutter_enc28j60_'",
	                           test_folder()),
	                1);
	TEST_SAME_TEXT(output, "");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "nm -g --defined-only %s/usr/lib/libstutter-enc28j60.a | "
	                           "grep -c ' T stutter_enc28j60_'",
	                           test_folder()),
	                0);
	CU_ASSERT(atoi(output) > 20);
}

/* Compiling the sources into a program causes no clash either. */
static void its_sources_have_no_name_without_the_prefix(void)
{
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "nm -g --defined-only %s/obj/library/*.o | "
	                           "awk 'NF == 3 { print $3 }' | "
	                           "grep -vE '^stutter_enc(28j60)?_'",
	                           test_build()),
	                1);
	TEST_SAME_TEXT(output, "");
}

/* Tags, macros and constants. The guards are the only macros without a value. */
static void the_headers_have_no_name_without_the_prefix(void)
{
	CU_ASSERT_EQUAL(
		test_shell(
			output, sizeof output,
			"grep -hoE '^(#define|struct|enum) +[A-Za-z0-9_]+|^\t[A-Z][A-Z0-9_]+' " HEADERS
			" | sed 's/^[a-z#]* *//; s/^\t//' | grep -viE '^stutter_enc28j60(_|$)'"),
		1);
	TEST_SAME_TEXT(output, "");
}

static void the_headers_are_cpp_as_well(void)
{
	test_needs_program("c++");
	install();
	bring_pkg_config();
	(void)test_write("user.cpp",
	                 "#include <stutter/enc28j60.h>\n"
	                 "int main()\n"
	                 "{\n"
	                 "\tstatic stutter_enc28j60 chip;\n"
	                 "\tstutter_enc28j60_init(&chip, nullptr, nullptr, nullptr, 0);\n"
	                 "\treturn stutter_enc28j60_next(&chip) == 300000 ? 0 : 1;\n"
	                 "}\n");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           ENVIRONMENT
	                           "cd $D && c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror "
	                           "-o user user.cpp "
	                           "$(pkg-config --cflags --libs stutter-enc28j60) && ./user",
	                           test_folder()),
	                0);
	TEST_SAME_TEXT(output, "");
}

const CU_TestInfo tests_library[] = {
	{"the README builds an emulator with its own driver",
         the_readme_builds_an_emulator_with_its_own_driver},
	{"the library has no name without the prefix", the_library_has_no_name_without_the_prefix},
	{"its sources have no name without the prefix",
         its_sources_have_no_name_without_the_prefix},
	{"the headers have no name without the prefix",
         the_headers_have_no_name_without_the_prefix},
	{"the headers are C++ as well", the_headers_are_cpp_as_well},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What every test may use. A test is a CUnit function named as a sentence; it runs in a process of
 * its own, with a time limit.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <CUnit/CUnit.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * Ends the test as skipped, for something that this machine lacks. The reason is printed and
 * counted.
 */
_Noreturn void test_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** The same unless there is a program of this name, such as "curl". */
void test_needs_program(const char *name);
/** The same unless Debian's Python has this module. */
void test_needs_python(const char *module);

/** The absolute path of the stutter program under test. */
const char *test_program(void);
/** The path of the build folder. */
const char *test_build(void);

/** A fresh folder for this test, removed when it has passed. */
const char *test_folder(void);
/** The path of a file in that folder, valid until the next call. */
const char *test_path(const char *name);

/**
 * Runs a shell command. @param ret_output What it wrote on both outputs, as far as it fits. @return
 * its exit status, or 128 + signal.
 */
int test_shell(char *ret_output, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/**
 * Ends the test unless a command, which printed @p output, ended with the status @p expected;
 * prints all three if not.
 */
void test_expect_status(const char *output, int status, int expected);

/** Writes @p text to a file below test_folder(). @return its path, valid until the next call. */
const char *test_write(const char *name, const char *text);

/** Reads a whole file as text; NULL if it cannot be read. To be released with free(). */
char *test_read(const char *path);
/**
 * Reads a file below test_folder() as text; fails the test if it cannot be read. To be released
 * with free().
 */
char *test_read_own(const char *name);
/** Whether there is something of this name below test_folder(). */
bool test_exists(const char *name);

/** How many times @p part occurs in @p text, without overlap. */
unsigned test_count(const char *text, const char *part);

/** Fails unless @p text contains @p part; prints both. */
#define TEST_CONTAINS(text, part) test_contains(__FILE__, __LINE__, (text), (part))
void test_contains(const char *file, int line, const char *text, const char *part);
/** The same for the text of a file below test_folder(). */
#define TEST_FILE_CONTAINS(name, part) test_file_contains(__FILE__, __LINE__, (name), (part))
void test_file_contains(const char *file, int line, const char *name, const char *part);

/** Fails unless both texts are equal; prints the first line that differs. */
#define TEST_SAME_TEXT(actual, expected) test_same_text(__FILE__, __LINE__, (actual), (expected))
void test_same_text(const char *file, int line, const char *actual, const char *expected);

/** Appends to the text in an array; fails the test if there is no room for it. */
#define TEST_APPEND(array, ...) test_append((array), sizeof(array), __VA_ARGS__)
void test_append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
void test_append_list(char *text, size_t size, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

/**
 * Compares @p text with tests/golden/@p name. With STUTTER_GOLDEN=write in the environment
 * (`make golden`) the file is written instead.
 */
void test_golden(const char *name, const char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file For suites that run whole sessions: what sessions need of the machine, and commands that
 * run them.
 */
#ifndef TESTS_SESSION_FIXTURE_H
#define TESTS_SESSION_FIXTURE_H

#include <jansson.h>
#include <limits.h>
#include <stddef.h>

/**
 * Skips the test unless there is a QEMU, and @p file, such as "initramfs.cpio", in the build folder
 * of the guest.
 */
void session_fixture_needs(const char *file);

/**
 * Runs stutter in the test's folder, where small.bin is an image that takes little time to
 * download.
 * @param words A format for the arguments. @return the exit status.
 */
int session_fixture_run(char *ret_output, size_t size, const char *words, ...) __attribute__((format(printf, 3, 4)));

/**
 * Runs the text @p scenario as s.yaml in the test's folder, with the report in r; fails the test
 * unless the exit status is @p status.
 * @param image Size of image.bin beside it, all zeros.
 */
void session_fixture_scenario(char *ret_output, size_t size, unsigned image, const char *scenario, const char *options, int status);

/** The path of a file of the sources, for a command that runs elsewhere; it must exist. */
const char *session_fixture_absolute(const char *path, char ret_path[PATH_MAX]);

/** A JSON file of the test's folder; fails the test if it cannot be read. */
json_t *session_fixture_load(const char *name);

/** A text of a session's verdict.json; "" if it has none. Four of them are valid at a time. */
const char *session_fixture_verdict(const char *session, const char *key);

/** A file of a session's folder, to be released with free(). */
char *session_fixture_file(const char *session, const char *name);

#endif

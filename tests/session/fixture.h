/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file For suites that run whole sessions: what sessions need of the machine, and commands that
 * run them.
 */
#ifndef TESTS_SESSION_FIXTURE_H
#define TESTS_SESSION_FIXTURE_H

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

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What the suites share that start whole sessions: what these need, and where to find what they leave behind. */
#ifndef TESTS_SESSION_STARTED_H
#define TESTS_SESSION_STARTED_H

#include <stddef.h>

/** Skips the test unless there are QEMU and @p file, such as "initramfs.cpio", in the guest's build folder. */
void started_needs(const char *file);

/**
 * Runs stutter in the test's folder, in which small.bin lies, an image that is soon downloaded.
 * @param words A format of what follows the program's name. @return its exit status.
 */
int started_run(char *ret_output, size_t size, const char *words, ...) __attribute__((format(printf, 3, 4)));

/** Ends the test unless a command that printed @p output came to the exit status that is expected; prints both. */
void started_expect(const char *output, int status, int expected);

/**
 * Runs s.yaml, which is of this text, in the test's folder with image.bin beside it, and leaves the report in r; fails the test if the exit status is another.
 * @param image How many bytes that image has, all zero.
 */
void started_scenario(char *ret_output, size_t size, unsigned image, const char *scenario, const char *options, int status);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What the suites share that start whole sessions: what these need, and where to find what they leave behind. */
#ifndef TESTS_SESSION_STARTED_H
#define TESTS_SESSION_STARTED_H

/** Skips the test unless there are QEMU and @p file, such as "initramfs.cpio", in the guest's build folder. */
void started_needs(const char *file);

/** The absolute path of the stutter program, for commands that run elsewhere; valid for as long as the test. */
const char *started_program(void);

/** Reads a file below test_folder() as text; fails the test if it cannot be read. To be released with free(). */
char *started_read(const char *name);

#endif

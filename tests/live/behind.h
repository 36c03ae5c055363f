/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file A server and a client of the user's with a scenario's faults between them, as `stutter exec` runs them; for tests. */
#ifndef TESTS_LIVE_BEHIND_H
#define TESTS_LIVE_BEHIND_H

/** The scenario of the runs that follow: these faults, in YAML's flow style, one a line that begins with "- ". */
void behind_faults(const char *faults);

/** Writes a file of random bytes into the test's folder. */
void behind_file(const char *name, unsigned bytes);

/** Makes an nginx that serves the test's folder at port 80, and at 443 with a certificate of its own. @return the command that starts it. */
const char *behind_nginx(void);

/** Runs a shell's command behind the faults, in the test's folder, and leaves the session's folder there as `out`. @return its exit status. */
int behind_run(const char *server, const char *command, ...) __attribute__((format(printf, 2, 3)));

/** What it has printed, and stutter. */
const char *behind_output(void);

/** Fails unless a file in the test's folder is equal to another from its byte @p from on. */
void behind_same(const char *file, const char *other, unsigned from);

#endif

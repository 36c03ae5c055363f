/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file A server and a client with the faults of a scenario between them, as `stutter exec` runs
 * them.
 */
#ifndef TESTS_LIVE_EXEC_FIXTURE_H
#define TESTS_LIVE_EXEC_FIXTURE_H

/**
 * Writes the scenario for the following runs. @param rest Behind the name and the device. @return
 * its path, valid until the next call.
 */
const char *exec_fixture_scenario(const char *rest);

/**
 * Sets the faults for the following runs: YAML in flow style, one fault per line, each beginning
 * with "- ".
 */
void exec_fixture_faults(const char *faults);

/** Writes a file of random bytes into the test's folder. */
void exec_fixture_file(const char *name, unsigned bytes);

/**
 * Configures an nginx that serves the test's folder on ports 80 and 443, the latter with a
 * certificate made for it. @return the command that starts it.
 */
const char *exec_fixture_nginx(void);

#define EXEC_FIXTURE_BODY 800000U
/** The same with one file, body.bin, of EXEC_FIXTURE_BODY bytes, for curl. */
const char *exec_fixture_web_server(void);

/** Runs `stutter exec` with these words, in the test's folder. @return its exit status. */
int exec_fixture_exec(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Runs a shell command as the client, in the test's folder, with the session's folder in `out`.
 * @return its exit status.
 */
int exec_fixture_run(const char *server, const char *command, ...) __attribute__((format(printf, 2, 3)));

/** The output of the last run: that of the command and of stutter. */
const char *exec_fixture_output(void);

/** Fails unless a file in the test's folder equals @p other from the latter's byte @p from on. */
void exec_fixture_same(const char *file, const char *other, unsigned from);

#endif

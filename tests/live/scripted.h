/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A bench for `stutter proxy`, as a script has it: its namespace has d1 and s1, whose other ends are in those of the device (192.0.2.100) and the server (192.0.2.1).
 *
 * `device CMD` and `server CMD` run something there, `begin SCENARIO OPTION...` starts the proxy and waits until it answers, `end` stops it and prints its exit status,
 * `ping COUNT` asks the server from the device and prints how many answers came, `ctl` is `stutter ctl`, and `same IF` tells all that must be as before of an interface.
 */
#ifndef TESTS_LIVE_SCRIPTED_H
#define TESTS_LIVE_SCRIPTED_H

#define SCRIPTED_OUTPUT_MAX 32768

/** What the last script has printed. */
extern char scripted_output[SCRIPTED_OUTPUT_MAX];

/** Runs a script on such a bench, in the test's folder; skips the test where there can be none. @return its exit status. */
int scripted_run(const char *script);

#endif

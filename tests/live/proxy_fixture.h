/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Network namespaces for scripts that run `stutter proxy`: one with the interfaces d1 and s1, whose
 * other ends are in the namespaces of a device (192.0.2.100) and a server (192.0.2.1).
 *
 * `device CMD` and `server CMD` run a command there, `begin SCENARIO OPTION...` starts the proxy
 * and waits until it answers, `end` stops it and prints its exit status, `ping COUNT` pings the
 * server from the device and prints how many answers came, `ctl` is `stutter ctl`, and `same IF`
 * prints all settings of an interface that the proxy must restore.
 */
#ifndef TESTS_LIVE_PROXY_FIXTURE_H
#define TESTS_LIVE_PROXY_FIXTURE_H

#define PROXY_FIXTURE_OUTPUT_MAX 32768

/** The output of the last script. */
extern char proxy_fixture_output[PROXY_FIXTURE_OUTPUT_MAX];

/**
 * Runs a script there, in the test's folder; skips the test if the machine does not allow it.
 * @return its exit status.
 */
int proxy_fixture_run(const char *script);

#endif

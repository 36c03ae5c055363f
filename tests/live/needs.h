/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Requirements of tests in wall time. Without them the test is skipped with the reason. */
#ifndef TESTS_LIVE_NEEDS_H
#define TESTS_LIVE_NEEDS_H

/** Network namespaces, and TAP interfaces in them, for the current user. */
void needs_namespaces(void);

#endif

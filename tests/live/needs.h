/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What tests in wall time need of a machine; where it is not there, they skip the test with the reason. */
#ifndef TESTS_LIVE_NEEDS_H
#define TESTS_LIVE_NEEDS_H

/** Network namespaces, and TAP interfaces in them, for whoever runs the test. */
void needs_namespaces(void);

#endif

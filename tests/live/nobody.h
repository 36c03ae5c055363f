/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Gives up the privileges of a test. */
#ifndef TESTS_LIVE_NOBODY_H
#define TESTS_LIVE_NOBODY_H

/**
 * A process of root runs as the user nobody from now on, with a /dev/net/tun as udev(7) creates it.
 * Skips the test if that is not possible.
 */
void nobody_be(void);

#endif

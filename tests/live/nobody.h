/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What a test does to be somebody without privileges. */
#ifndef TESTS_LIVE_NOBODY_H
#define TESTS_LIVE_NOBODY_H

/** If this process is root's, it is nobody's from now on, with a /dev/net/tun as udev(7) makes it. Skips the test where that cannot be. */
void nobody_be(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A crash in QEMU's process says where it happened, so that one of ours is told from one of QEMU's.
 */
#ifndef INSIDE_CRASH_H
#define INSIDE_CRASH_H

#include "emulator/qemu/page.h"

/** From now on crashes of this thread are noted, on a stack of their own. */
void crash_watch(void);

/** Where they are noted. */
void crash_note_in(struct qemu_page *page);

#endif

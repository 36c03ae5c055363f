/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The libraries that QEMU is started with, as the build has made them: this program needs no file
 * beside it.
 */
#include "lib/base/carry.h"
#include "emulator/qemu/process.h"

CARRY("process_lockstep", LOCKSTEP_FILE);
CARRY("process_inside", INSIDE_FILE);

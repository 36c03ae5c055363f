/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/machines/machine.h"

#include <stddef.h>

/*
 * The machines, by the name of their object and by that of their folder. A new one is one line
 * more.
 */
#define MACHINES(M) M(arm_virt, "arm-virt")

#define DECLARE(object, folder) extern const struct machine machine_##object;
MACHINES(DECLARE)

#define OBJECT(object, folder) &machine_##object,
const struct machine *const machines[] = {MACHINES(OBJECT) NULL};

#define NAME(object, folder) folder,
const char *const machine_names[] = {MACHINES(NAME) NULL};

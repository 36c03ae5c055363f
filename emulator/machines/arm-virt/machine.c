/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's ARM "virt" with a Cortex-A7: no such board was ever built, and stock kernels run on it. */
#include "emulator/machines/machine.h"

#include <stddef.h>

/*
 * Without highmem=off a 32-bit kernel cannot place the PCI window and finds no PCI device; a write
 * to pvpanic stops the machine at one exact instruction.
 */
static const char *const words[] = {
	"-M",
	"virt,gic-version=3,highmem=off,dtb-randomness=off",
	"-cpu",
	"cortex-a7",
	"-nodefaults",
	"-nographic",
	"-no-user-config",
	"-seed",
	"1",
	"-semihosting-config",
	"enable=on,target=native",
	"-device",
	"pvpanic-pci",
	"-action",
	"panic=pause",
	NULL,
};

const struct machine machine_arm_virt = {
	.name = "arm-virt",
	.program = "qemu-system-arm",
	.package = "qemu-system-arm",
	.words = words,
	.console = "ttyAMA0",
	.icount_shift = 2,
};

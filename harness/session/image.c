/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine that a device is. */
#include "harness/session/session.h"

struct qemu_image session_image(const struct device *device)
{
	return (struct qemu_image){
		.machine = machines[device->machine],
		.kernel = device->kernel,
		.initramfs = device->initramfs,
		.overlay = device->overlay[0] != '\0' ? device->overlay : NULL,
		.memory_mb = (unsigned)(device->memory >> 20),
	};
}

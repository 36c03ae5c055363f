/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaves the tables of device names out of a module, which only depmod and udev read. Debian's
 * kbuild tools that run on amd64 hold an entry of such a table of a 32-bit ARM kernel to be 200
 * bytes, and refuse it, since it is 196. To be included before all else (-include).
 */
#include <linux/module.h>

#undef MODULE_DEVICE_TABLE
#define MODULE_DEVICE_TABLE(type, name)

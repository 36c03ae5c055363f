/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file The flash of the device, by its MTD character device. */
#ifndef BOOT_MTD_H
#define BOOT_MTD_H

#include "flash.h"

/**
 * @return false with errno if there is no such device. There is no close: a program ends with its
 * flash.
 */
bool mtd_open(const char *path, struct boot_flash *ret_flash);

#endif

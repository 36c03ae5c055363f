/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What kernels before 6.13 call otherwise: spi-stutter.c is written with today's names. */
#ifndef STUTTER_COMPAT_H
#define STUTTER_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/spi/spi.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define spi_get_chipselect(spi, index) ((spi)->chip_select)
#define devm_spi_alloc_host devm_spi_alloc_master
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define hrtimer_setup(timer, fired, clock, mode) \
	do { \
		hrtimer_init(timer, clock, mode); \
		(timer)->function = fired; \
	} while (0)
#endif

#endif

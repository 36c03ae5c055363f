/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file All suites, in the order in which they run: the quick ones first, those that start QEMU last. */
#ifndef TESTS_SUITES_H
#define TESTS_SUITES_H

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>

/* name, array, slow (starts QEMU: not for `make check`) */
#define SUITES(S)                                                                                                                          \
	S("session/world", tests_world, false)                                                                                             \
	S("chip/crc32", tests_crc32, false)   \
	S("chip/registers", tests_registers, false)   \
	S("chip/buffer", tests_buffer, false)   \
	S("chip/dma", tests_dma, false)   \
	S("chip/driver", tests_driver, false)   \
	S("chip/enc28j60", tests_enc28j60, false)   \
	S("chip/filter", tests_filter, false)   \
	S("chip/findings", tests_findings, false)   \
	S("chip/frame", tests_frame, false)   \
	S("chip/interrupt", tests_interrupt, false)   \
	S("chip/mii", tests_mii, false)   \
	S("chip/phy", tests_phy, false)   \
	S("chip/power", tests_power, false)   \
	S("chip/receive", tests_receive, false)   \
	S("chip/traffic", tests_traffic, false)   \
	S("chip/transmit", tests_transmit, false)   \
	S("guest/policy", tests_guest_policy, false)                                                                                       \
	S("guest/manifest", tests_guest_manifest, false)                                                                                   \
	S("guest/range", tests_guest_range, false)                                                                                         \
	S("guest/mkinitramfs", tests_guest_mkinitramfs, false)                                                                             \
	S("qemu/qemu", tests_qemu, true)

#define SUITE_DECLARE(name, array, slow) extern const CU_TestInfo array[];
SUITES(SUITE_DECLARE)
#undef SUITE_DECLARE

struct suite {
	const char *name;
	const CU_TestInfo *tests;
	bool slow;
};

#define SUITE_ROW(name, array, slow) {name, array, slow},
static const struct suite suites[] = {SUITES(SUITE_ROW){NULL, NULL, false}};
#undef SUITE_ROW

#endif

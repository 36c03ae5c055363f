/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Names of a session's captures, and whose view each is. */
#ifndef VERDICT_FILES_H
#define VERDICT_FILES_H

#include <stdint.h>

/**
 * 2026-01-01T00:00:00Z: the far end's clock at virtual time 0, as the device's own at power on.
 * Nanoseconds since 1970.
 */
#define WORLD_UNIX_BASE_NS (1767225600U * UINT64_C(1000000000))

#define CAPTURES_DEVICE "device.pcapng"
#define CAPTURES_SERVER "server.pcapng"

/** Where frames were seen: each capture is one end's view. */
enum vantage { AT_DEVICE, AT_SERVER };

#endif

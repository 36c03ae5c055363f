/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Why an interface may not be taken, with the cure. Nothing here changes anything.
 */
#ifndef LIVE_REFUSAL_H
#define LIVE_REFUSAL_H

#include <stdbool.h>

#include "lib/base/error.h"
#include "harness/live/netlink.h"
#include "harness/live/settings.h"

/**
 * Finds an interface and looks whether it can be an end of the bridge at all: it is there, it is
 * Ethernet by cable, nothing else passes its frames on, and this process may change it.
 * @param ret_index Its number.
 * @return false with @p err.
 */
bool refusal_by_kind(const char *name, struct nl_sock *socket, int *ret_index, struct error *err);

/**
 * Looks whether this machine itself needs it: a default route over it, or an established TCP
 * connection from one of its addresses. @return false with @p err.
 */
bool refusal_by_use(const struct settings *settings, struct nl_sock *socket, struct error *err);

/**
 * Looks whether an offload that joins frames stays on: of those that are @p fixed, or of all that
 * are on. @return false with @p err.
 */
bool refusal_by_offload(const char *name, const struct offloads *offloads, bool fixed, struct error *err);

#endif

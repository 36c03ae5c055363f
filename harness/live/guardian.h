/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A small process that outlives this one and puts right what it has changed, however it ends.
 *
 * How it works: the guardian is a fork of this process that has what is to be restored in its
 * memory. It waits for a byte over a socket pair, or for the end of this process over a pidfd
 * (pidfd_open(2)), which no signal can prevent; what else inherited the socket does not matter. It
 * is in a session of its own and ignores the signals of terminals before guardian_start() returns,
 * so Ctrl-C, a hang-up and a stop do not reach it. It keeps no descriptor but those that it is told
 * of and standard error, and no capability but CAP_NET_ADMIN.
 *
 * What kills it together with this process, such as the end of a container or of a whole control
 * group, leaves things as they are.
 */
#ifndef LIVE_GUARDIAN_H
#define LIVE_GUARDIAN_H

#include <stdbool.h>

#include "lib/base/error.h"

struct guardian;

/**
 * Puts things right. Called in the guardian, at most once.
 * @return false with @p err, which is then told on standard error.
 */
typedef bool guardian_restore(void *ctx, struct error *err);

/**
 * Starts one. From here on @p restore is called when guardian_restore_now() is, or when this
 * process has ended.
 * @param keep A descriptor that stays open until it has restored, such as a lock; -1 for none.
 * @return NULL with @p err if no process can be made.
 */
struct guardian *guardian_start(guardian_restore *restore, void *ctx, int keep, struct error *err);

/**
 * Lets it restore, waits until it has, and releases it. @return false with @p err if it was no
 * longer there, or could not restore all (it has told what).
 */
bool guardian_restore_now(struct guardian *guardian, struct error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What this process gives up once everything is set up: frames of strangers are all that it reads
 * from then on.
 *
 * The order: interface_take() and port_open_x(), which need privileges; confine_user(); make the
 * run's folder and the control socket, which belong to the user then; confine_process(). Nothing
 * can be taken back, and children inherit it, but for guardians that have been started.
 */
#ifndef LIVE_CONFINE_H
#define LIVE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

/**
 * Gives up all capabilities (capabilities(7)) and, when started by sudo, becomes the user who
 * called it, with that user's groups. Root without sudo stays the owner of root's files, which
 * confine_process() then keeps from being written.
 * @return false with @p err.
 */
bool confine_user(struct error *err);

struct confinement {
	/** where files may still be made, written and removed, each there; ends with NULL */
	const char *const *folders;
	/** whether processes may be sent signals, such as a command that was started before */
	bool signals;
};

/**
 * Gives up what the live loop does not need. System calls (seccomp(2)): no new process, program,
 * socket or connection, nothing of interfaces, mounts, namespaces or tracing, no memory that can be
 * executed; what is refused fails with EPERM. Files (landlock(7), where the kernel has it): nothing
 * is written outside of @p confinement->folders. Reading goes on as the user's rights allow. A
 * build with sanitizers keeps its system calls.
 * @return false with @p err: a folder is not there, or the kernel has no seccomp filters.
 */
bool confine_process(const struct confinement *confinement, struct error *err);

#endif

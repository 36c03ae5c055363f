/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What QEMU and the guest's console said last, for an error's text.
 */
#ifndef QEMU_EXPLAIN_H
#define QEMU_EXPLAIN_H

#include <limits.h>
#include <stdbool.h>

#include "lib/base/error.h"

/** The names of both files in a session's folder. */
#define EXPLAIN_CONSOLE "console.log"
#define EXPLAIN_LOG "qemu.log"

/**
 * Adds the last lines of both files to @p err; a file that cannot be read has none. @return false.
 */
bool explain(const char *log, const char *console, struct error *err);

/** The same for a session's folder. */
bool explain_in(const char *dir, struct error *err);

#endif

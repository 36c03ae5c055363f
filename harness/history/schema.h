/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The tables of a history, and how an older one becomes one of today.
 *
 * SQLite's application_id says that a file is a history, its user_version which one. A table is
 * never changed but by a step that is added at the end.
 */
#ifndef HISTORY_SCHEMA_H
#define HISTORY_SCHEMA_H

#include "harness/history/store.h"

/** The version that this program writes. */
#define SCHEMA_VERSION 4

/**
 * Makes the tables if the file is empty, and takes the steps that it lacks. @return false if it is
 * no history, or a newer one.
 */
bool schema_prepare(struct history *history, struct error *err);

/**
 * Within a transaction that writes: whether the tables are still those that this program knows. A
 * newer one may have changed them since the file was opened.
 */
bool schema_check(struct history *history, struct error *err);

/**
 * Whether the file that was attached as `other` is a history of this version. @param path For the
 * error.
 */
bool schema_check_other(struct history *history, const char *path, struct error *err);

#endif

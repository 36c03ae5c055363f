/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file A picture of a run (SVG 1.1, without scripts, styles and links): the first cause with its
 * sessions, and the first of these from its first loss or problem on.
 */
#ifndef REPORTS_SESSION_PICTURE_H
#define REPORTS_SESSION_PICTURE_H

#include "reports/run/cause.h"

/** Writes it to the file @p path, which is replaced. */
bool picture_write(const char *path, const struct causes *causes, struct error *err);

#endif

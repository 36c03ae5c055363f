/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file A report as a text, for its tests. */
#ifndef TESTS_UNIT_REPORTS_WRITTEN_H
#define TESTS_UNIT_REPORTS_WRITTEN_H

#include "reports/run/reports.h"

/** @return what @p write writes, valid until the next call. */
const char *written_by(void (*write)(FILE *stream, const struct causes *causes), const struct causes *causes);

#endif

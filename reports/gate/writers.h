/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file The files of a gate, each into an open stream. */
#ifndef REPORTS_GATE_WRITERS_H
#define REPORTS_GATE_WRITERS_H

#include "reports/gate/told.h"

void told_json(FILE *stream, const struct told_gate *told);
void told_page(FILE *stream, const struct told_gate *told);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a gate, as page.c fills it in. */
#include "lib/base/carry.h"

CARRY("gate_html", "reports/gate/gate.html");

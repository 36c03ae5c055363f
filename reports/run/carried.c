/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page, as page.c fills it in. */
#include "lib/base/carry.h"

CARRY("page_html", "reports/run/page.html");
CARRY("page_css", "reports/run/page.css");
CARRY("page_js", "reports/run/page.js");

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a search, as page.c fills it in. */
#include "lib/base/carry.h"

CARRY("search_html", "reports/search/search.html");

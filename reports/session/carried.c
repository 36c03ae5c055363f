/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What page.c and session.c write, and the plotting library as Debian installs it
 * (harness/packages).
 */
#include "reports/session/carried.h"

#include "lib/base/carry.h"

CARRY("session_html", "reports/session/session.html");
CARRY("session_css", "reports/session/session.css");
CARRY("session_js", "reports/session/session.js");
CARRY("ladder_js", "reports/session/ladder.js");
CARRY("compare_html", "reports/session/compare.html");
CARRY("compare_js", "reports/session/compare.js");
CARRY("dygraph_js", DYGRAPHS_DIR "/dygraph.min.js");
CARRY("dygraph_css", DYGRAPHS_DIR "/dygraph.min.css");
CARRY("synchronizer_js", DYGRAPHS_DIR "/extras/synchronizer.js");

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file The files of which the pages of sessions are made, as the program carries them; each ends
 * with a zero.
 */
#ifndef REPORTS_SESSION_CARRIED_H
#define REPORTS_SESSION_CARRIED_H

extern const char session_html[], session_css[], session_js[], ladder_js[], compare_html[], compare_js[];
/** Debian's libjs-dygraphs. */
extern const char dygraph_js[], dygraph_css[], synchronizer_js[];

#endif

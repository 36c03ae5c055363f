/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The folder of a run, read for a history: summary.json, or while that is not written, the
 * verdict.json of each session that it has.
 *
 * A run ended when the last of its sessions did. Where none says when that was: as long after the
 * run's start as the longest of them took, or if that is not known either, when the file was
 * written.
 */
#ifndef HISTORY_IMPORT_H
#define HISTORY_IMPORT_H

#include "harness/history/history.h"

/** A run that was read, and owns its texts. */
struct import {
	struct history_run run;
	struct history_session *sessions;
	char **texts;
	size_t text_count;
};

/**
 * @param ret_import To be released with import_close(). @return false if it is no run's, which has
 * a run.json or a summary.json, or cannot be read.
 */
bool import_open(struct import *ret_import, const char *dir, struct error *err);

void import_close(struct import *import);

#endif

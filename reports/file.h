/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A report's file, written whole or not at all: beside its place first, then renamed. And the
 * folders for them.
 */
#ifndef REPORTS_FILE_H
#define REPORTS_FILE_H

#include <stdio.h>

#include "lib/base/error.h"

struct report_file {
	char path[768], beside[780];
	FILE *stream;
};

/** Begins the file @p dir/@p name. */
bool report_file_open(struct report_file *file, const char *dir, const char *name, struct error *err);

/** Puts it in its place. On failure nothing is left beside it and what was there before stays. */
bool report_file_close(struct report_file *file, struct error *err);

/** Writes a text as the file @p dir/@p name. */
bool report_file_write(const char *dir, const char *name, const char *text, struct error *err);

/** Copies a file of text to @p dir/@p name. */
bool report_file_copy(const char *from, const char *dir, const char *name, struct error *err);

/** Makes the folder @p dir/@p name, unless it is there. @p dir must be. */
bool report_folder_make(const char *dir, const char *name, struct error *err);

#endif

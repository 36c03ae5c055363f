/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A session as a file in YAML, session.yaml: README.md describes it. What form_write() writes,
 * form_read() reads to the same session.
 */
#ifndef RECORDED_FORM_H
#define RECORDED_FORM_H

#include <stdio.h>

#include "harness/recorded/recording.h"
#include "harness/scenario/yaml.h"

/** The version of the form. */
#define FORM_VERSION 1U
/** What a side says in one turn stands in the file itself up to so many bytes. */
#define FORM_INLINE_MAX 2048U

/** Where the longer turns are put. */
struct form_data {
	FILE *stream;     /**< NULL: nowhere, only their beginnings and lengths are kept */
	const char *name; /**< of that file, as session.yaml names it: relative to its own folder */
};

/** The largest file of data that is read. */
#define FORM_DATA_MAX RECORDING_BYTES_MAX

/**
 * Writes a text in quotation marks, as YAML reads it. What is no UTF-8, YAML cannot have: question
 * marks are in its place.
 */
void form_quote(const char *text, FILE *stream);

void form_write(const struct recording *recording, const struct form_data *data, FILE *stream);

/** Reads @p path, and the file of data that it names. @return false with @p err and its place. */
bool form_read(struct recording *ret_recording, const char *path, struct error *err);

/** The same from a text; @p path is for errors, and where the file of data is looked for. */
bool form_parse(struct recording *ret_recording, const char *path, const char *text, size_t length, struct error *err);

#endif

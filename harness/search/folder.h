/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The folder of a search: search.json with the words that the search was begun with and what came
 * of it, results.jsonl (results.h), index.html, and what the search adds.
 */
#ifndef SEARCH_FOLDER_H
#define SEARCH_FOLDER_H

#include <jansson.h>

#include "harness/campaign/resume.h"
#include "harness/search/search.h"

struct search_folder {
	char dir[DEVICE_PATH_MAX];
	json_t *json; /**< search.json: the search adds members to it */
	json_t *told; /**< its `told`, which is borrowed and empty (reports/search/told.h) */
};

/**
 * Reads the words that the search in @p dir was begun with.
 * @param ret_words To be released with resume_free().
 */
bool search_folder_words(const char *dir, const char *command, struct resume_words *ret_words, struct error *err);

/** Whether words can be kept, so that the search can go on with them. */
bool search_folder_can_keep(const struct resume_words *words, struct error *err);

/**
 * Takes the folder, which is there, for as long as the process lives, and writes down how the
 * search begins.
 * @param ret_folder To be released with search_folder_close(), whatever is returned.
 */
bool search_folder_open(struct search_folder *ret_folder, const char *dir, const char *command, const struct resume_words *words,
                        struct error *err);

/** Tells of an error that the search has ended with, in front of all that was told. */
void search_folder_tell_error(struct search_folder *folder, const struct error *err);

/**
 * Writes search.json and index.html.
 * @param status The exit status.
 * @param is_whole It was not cut short.
 * @param goes_on It may come to something else if it is gone on with.
 */
bool search_folder_end(struct search_folder *folder, const struct search *search, int status, bool is_whole, bool goes_on,
                       struct error *err);

void search_folder_close(struct search_folder *folder);

#endif

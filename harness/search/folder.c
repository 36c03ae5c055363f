/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/file.h"
#include "reports/member.h"
#include "reports/search/told.h"

/* -- how it was begun -- */

bool search_folder_words(const char *dir, const char *command, struct resume_words *ret_words, struct error *err)
{
	char path[DEVICE_PATH_MAX + 32];
	json_error_t why;

	if (strlen(dir) >= DEVICE_PATH_MAX)
		return error_set(err, "--resume: the name is too long");
	(void)snprintf(path, sizeof path, "%s/" SEARCH_FILE, dir);
	json_t *json = json_load_file(path, 0, &why);
	if (json == NULL)
		return error_set(err, "--resume: %s is not the folder of a search: %s: %s", dir, path, why.text);
	const json_t *words = json_object_get(json, "arguments");
	const size_t count = json_array_size(words);
	if (strcmp(member_text(json, "command"), command) != 0 || count == 0) {
		error_set(err, "--resume: %s was begun by `stutter %s`, not by `stutter %s`", dir, member_text(json, "command"), command);
		json_decref(json);
		return false;
	}
	*ret_words = resume_words_of(words);
	json_decref(json);
	return true;
}

/* JSON takes UTF-8 alone; without one of its words a search would go on as another. */
bool search_folder_can_keep(const struct resume_words *words, struct error *err)
{
	bool good = true;

	for (int i = 0; i < words->count && good; i++) {
		json_t *word = json_string(words->list[i]);
		good = word != NULL ||
		       error_set(err, "'%s' is not UTF-8, so --resume could not continue with it: rename the file", words->list[i]);
		json_decref(word);
	}
	return good;
}

/* -- the file -- */

static bool write_json(struct search_folder *folder, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, folder->dir, SEARCH_FILE, err))
		return false;
	(void)json_dumpf(folder->json, file.stream, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	(void)fputc('\n', file.stream);
	return report_file_close(&file, err);
}

static void begin_json(struct search_folder *folder, const char *command, const struct resume_words *words)
{
	json_t *list = json_array();

	for (int i = 0; i < words->count; i++)
		(void)json_array_append_new(list, json_string(words->list[i]));
	folder->json = json_object();
	folder->told = told_new();
	(void)json_object_set_new(folder->json, "version", json_integer(SEARCH_VERSION));
	(void)json_object_set_new(folder->json, "command", json_string(command));
	(void)json_object_set_new(folder->json, "arguments", list);
	(void)json_object_set_new(folder->json, "told", folder->told);
}

/*
 * Two at work on one folder would write over each other. The lock is the process's, and goes with
 * it.
 */
static bool lock_folder(const char *dir, struct error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	error_set(err, errno == EWOULDBLOCK ? "another process is working on the search in %s" : "%s cannot be locked", dir);
	if (fd >= 0)
		(void)close(fd);
	return false;
}

bool search_folder_open(struct search_folder *ret_folder, const char *dir, const char *command, const struct resume_words *words,
                        struct error *err)
{
	*ret_folder = (struct search_folder){.json = NULL};
	(void)snprintf(ret_folder->dir, sizeof ret_folder->dir, "%s", dir);
	if (!lock_folder(dir, err))
		return false;
	begin_json(ret_folder, command, words);
	return write_json(ret_folder, err);
}

/* -- the end -- */

static void tell_counts(struct search_folder *folder, const struct search *search, bool is_whole, bool goes_on)
{
	const struct search_counts counts = search_counts(search);
	json_t *json = json_object();

	(void)json_object_set_new(json, "run", json_integer((json_int_t)counts.run));
	(void)json_object_set_new(json, "known", json_integer((json_int_t)counts.cached));
	(void)json_object_set_new(json, "checked", json_integer((json_int_t)counts.checked));
	(void)json_object_set_new(folder->json, "sessions", json);
	(void)json_object_set_new(folder->json, "whole", json_boolean(is_whole));
	if (goes_on)
		told_text(folder->told, "The search was stopped before it finished; `stutter %s --resume %s` continues it.",
		          member_text(folder->json, "command"), folder->dir);
	told_text(folder->told, "%zu sessions were run, %zu results were known; %zu were checked against a session from power on.",
	          counts.run, counts.cached, counts.checked);
}

/* The error is what comes first, whatever was told already. */
void search_folder_tell_error(struct search_folder *folder, const struct error *err)
{
	char *text = memory_new(ERROR_TEXT_MAX);
	json_t *first = told_new();

	(void)error_format(err, text, ERROR_TEXT_MAX);
	told_result(first, TOLD_UNKNOWN, "The search ended with an error: %s", text);
	told_text(first, "%s", text);
	(void)json_array_insert(folder->told, 0, json_array_get(first, 0));
	(void)json_object_set(folder->json, "error", json_object_get(json_array_get(first, 1), "text"));
	json_decref(first);
	free(text);
}

bool search_folder_end(struct search_folder *folder, const struct search *search, int status, bool is_whole, bool goes_on,
                       struct error *err)
{
	tell_counts(folder, search, is_whole, goes_on);
	(void)json_object_set_new(folder->json, "status", json_integer(status));
	return write_json(folder, err) && search_page_write(folder->json, folder->dir, err);
}

void search_folder_close(struct search_folder *folder)
{
	if (folder->json != NULL)
		json_decref(folder->json);
	folder->json = NULL;
}

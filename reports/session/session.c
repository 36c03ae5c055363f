/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/session/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/memory.h"
#include "reports/file.h"
#include "reports/json.h"
#include "reports/session/carried.h"
#include "reports/session/story.h"

#define ASSETS "assets"
/*
 * Written last of all that a session leaves; of one that was killed, the folder's caretaker writes
 * it.
 */
#define NEWEST "verdict.json"

/* -- one session -- */

static bool write_story(const char *dir, const char *name, void (*write)(FILE *stream, const struct story *story),
                        const struct story *story, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, name, err))
		return false;
	write(file.stream, story);
	return report_file_close(&file, err);
}

bool session_page(const struct run *run, const struct run_session *session, struct error *err)
{
	char *dir = memory_format("%s/%s", run->dir, session->folder);
	struct story story;

	story_read(&story, run, session);
	/* The page last: its age tells that of both. */
	bool good = write_story(dir, SESSION_DATA, story_write_data, &story, err) &&
	            write_story(dir, SESSION_PAGE, story_write_page, &story, err);
	story_close(&story);
	free(dir);
	return good;
}

/*
 * A folder of somebody else's making may name any place; pages are written below the run's own
 * only.
 */
static bool is_below(const char *folder)
{
	if (folder[0] == '/' || folder[0] == '\0')
		return false;
	for (const char *at = folder; at != NULL; at = strchr(at, '/')) {
		at += *at == '/';
		if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
			return false;
	}
	return true;
}

static bool age_of(const struct run *run, const struct run_session *session, const char *name, struct timespec *ret_changed)
{
	char *path = memory_format("%s/%s/%s", run->dir, session->folder, name);
	struct stat status;
	bool there = stat(path, &status) == 0;

	if (there)
		*ret_changed = status.st_mtim;
	free(path);
	return there;
}

/* Of another version of the program, which the shared scripts may not understand any more. */
static bool is_current(const struct run *run, const struct run_session *session)
{
	char *path = memory_format("%s/%s/" SESSION_DATA, run->dir, session->folder),
	     *wanted = memory_format(SESSION_DATA_BEGIN, SESSION_DATA_VERSION);
	char begin[64] = "";
	FILE *stream = fopen(path, "re");

	if (stream != NULL) {
		begin[fread(begin, 1, sizeof begin - 1, stream)] = '\0';
		(void)fclose(stream);
	}
	bool current = strncmp(begin, wanted, strlen(wanted)) == 0;
	free(path);
	free(wanted);
	return current;
}

/* Without a verdict the page is never done. */
static bool is_made(const struct run *run, const struct run_session *session)
{
	struct timespec page, verdict;

	return age_of(run, session, SESSION_PAGE, &page) && age_of(run, session, NEWEST, &verdict) &&
	       (page.tv_sec > verdict.tv_sec || (page.tv_sec == verdict.tv_sec && page.tv_nsec >= verdict.tv_nsec)) &&
	       is_current(run, session);
}

/* Whether there is something to make a page of, which nobody writes any more. */
static bool can_be_made(const struct run *run, const struct run_session *session)
{
	return is_below(session->folder) && (session->json != NULL || !run->goes_on) && run_has(run, session, ".");
}

/* -- what they share -- */

static bool write_assets(const char *run_dir, struct error *err)
{
	static const struct {
		const char *name, *text;
	} assets[] = {{"session.css", session_css},        {"session.js", session_js}, {"ladder.js", ladder_js},
	              {"compare.js", compare_js},          {"dygraph.js", dygraph_js}, {"dygraph.css", dygraph_css},
	              {"synchronizer.js", synchronizer_js}};
	char *dir = memory_format("%s/" ASSETS, run_dir);
	bool good = report_folder_make(run_dir, ASSETS, err);

	for (size_t i = 0; i < sizeof assets / sizeof assets[0] && good; i++)
		good = report_file_write(dir, assets[i].name, assets[i].text, err);
	free(dir);
	return good;
}

/* The sessions to choose from, for compare.html. */
static bool write_list(const struct run *run, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, run->dir, ASSETS "/sessions.js", err))
		return false;
	fputs("stutterRun(", file.stream);
	struct json json = {.stream = file.stream, .compact = true};
	json_array_begin(&json, NULL);
	for (size_t i = 0; i < run->count; i++) {
		const struct run_session *session = &run->sessions[run->by_scenario[i]];
		if (!is_below(session->folder) || !run_has(run, session, SESSION_DATA))
			continue;
		json_array_begin(&json, NULL);
		json_text(&json, NULL, session->folder);
		json_text(&json, NULL, session->scenario);
		json_text(&json, NULL, session->device);
		json_text(&json, NULL, session->seed);
		json_text(&json, NULL, run_outcome_name(session));
		json_array_end(&json);
	}
	json_array_end(&json);
	fputs(");\n", file.stream);
	return report_file_close(&file, err);
}

bool session_pages(const struct run *run, size_t *ret_made, struct error *err)
{
	size_t made = 0;

	if (!write_assets(run->dir, err))
		return false;
	for (size_t i = 0; i < run->count; i++) {
		const struct run_session *session = &run->sessions[i];
		if (!can_be_made(run, session) || is_made(run, session))
			continue;
		if (!session_page(run, session, err))
			return false;
		made++;
	}
	*ret_made = made;
	return write_list(run, err) && report_file_write(run->dir, SESSION_COMPARE, compare_html, err);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "search/states.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/memory.h"
#include "session/verdict.h"

/* -- states of a trace -- */

static bool has(const char *line, size_t length, const char *word)
{
	return memmem(line, length, word, strlen(word)) != NULL;
}

/* What says nothing of a state: counters and digests at the end, and what the faults themselves did. Behind the line come others. */
static bool is_passed_over(const char *line, size_t length)
{
	static const char *const sources[] = {"proxy ", "spi ", "wire ", "fault ", "disturb ", "cable "};

	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
		if (strncmp(line, sources[i], strlen(sources[i])) == 0)
			return true;
	return has(line, length, ", digest ") || has(line, length, " by '") || has(line, length, ": fault '") ||
	       has(line, length, " frames received, ") || strncmp(line, "session '", 9) == 0 ||
	       (strncmp(line, "link ", 5) == 0 && has(line, length, " collisions, "));
}

/* The hash of a line without its amounts. */
static uint64_t hash_line(const char *line, size_t length)
{
	char text[256];
	size_t used = 0;

	for (size_t i = 0; i < length && used + 1 < sizeof text; i++) {
		if (!isdigit((unsigned char)line[i]))
			text[used++] = line[i];
		else if (used == 0 || text[used - 1] != '0')
			text[used++] = '0';
	}
	return XXH3_64bits(text, used);
}

static int compare(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* A line and how often it came, by powers of two. */
static uint64_t state_of(uint64_t line, size_t times)
{
	uint64_t pair[2] = {line, 0};

	for (; times > 1; times >>= 1)
		pair[1]++;
	return XXH3_64bits(pair, sizeof pair);
}

size_t states_of_trace(const char *trace, uint64_t **ret_list)
{
	uint64_t *list = NULL;
	size_t count = 0, room = 0, states = 0;

	while (*trace != '\0') {
		const size_t whole = strcspn(trace, "\n");
		const char *time = memchr(trace, ']', whole), *line = time != NULL ? time + 2 : NULL;
		const size_t length = line != NULL && line < trace + whole ? (size_t)(trace + whole - line) : 0;
		if (trace[0] == '[' && length > 0 && !is_passed_over(line, length)) {
			if (count == room) {
				room = room > 0 ? 2 * room : 64;
				list = memory_resize(list, room, sizeof *list);
			}
			list[count++] = hash_line(line, length);
		}
		trace += whole + (trace[whole] == '\n');
	}
	if (count > 0)
		qsort(list, count, sizeof *list, compare);
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i; next < count && list[next] == list[i];)
			next++;
		list[states++] = state_of(list[i], next - i);
	}
	if (states > 0)
		qsort(list, states, sizeof *list, compare);
	*ret_list = list;
	return states;
}

/* -- those of all sessions -- */

static uint64_t key_of(const char *key)
{
	return XXH3_64bits(key, strlen(key));
}

static struct states_line *find(const struct states *states, uint64_t key)
{
	for (size_t i = 0; i < states->count; i++)
		if (states->lines[i].key == key)
			return &states->lines[i];
	return NULL;
}

static void remember(struct states *states, uint64_t key, uint64_t *list, size_t count)
{
	if (states->count == states->room) {
		states->room = states->room > 0 ? 2 * states->room : 64;
		states->lines = memory_resize(states->lines, states->room, sizeof *states->lines);
	}
	states->lines[states->count++] = (struct states_line){key, list, count};
}

/* "KEY STATE STATE ...", all in hexadecimal; a line that a kill has cut off is passed over. */
static void read_line(struct states *states, const char *line, size_t length)
{
	uint64_t *list = memory_new((length / 2 + 1) * sizeof *list);
	size_t count = 0;
	char *end;

	if (length < 18 || line[length - 1] != '.') {
		free(list);
		return;
	}
	const uint64_t key = strtoull(line, &end, 16);
	while (*end == ' ' && isxdigit((unsigned char)end[1]))
		list[count++] = strtoull(end + 1, &end, 16);
	remember(states, key, list, count);
}

void states_open(struct states *states, const char *dir)
{
	*states = (struct states){.path = memory_format("%s/" STATES_FILE, dir)};
	char *text = memory_file(states->path);

	/* What was cut off stays a line of its own, that nobody reads. */
	states->is_cut = text != NULL && text[0] != '\0' && text[strlen(text) - 1] != '\n';
	for (const char *at = text; at != NULL && *at != '\0';) {
		const size_t length = strcspn(at, "\n");
		read_line(states, at, length);
		at += length + (at[length] == '\n');
	}
	free(text);
}

void states_close(struct states *states)
{
	for (size_t i = 0; i < states->count; i++)
		free(states->lines[i].list);
	free(states->lines);
	free(states->path);
	map_close(&states->known);
	memset(states, 0, sizeof *states);
}

static bool append(struct states *states, uint64_t key, const uint64_t *list, size_t count, struct error *err)
{
	FILE *stream = fopen(states->path, "ae");
	bool good = stream != NULL && fprintf(stream, "%s%016" PRIx64, states->is_cut ? "\n" : "", key) > 0;

	for (size_t i = 0; i < count && good; i++)
		good = fprintf(stream, " %016" PRIx64, list[i]) > 0;
	good = good && fputs(" .\n", stream) != EOF;
	if (stream != NULL)
		good = fclose(stream) == 0 && good;
	states->is_cut = !good;
	return good || error_set(err, "%s cannot be written: %s", states->path, strerror(errno));
}

bool states_note(struct states *states, const char *key, const char *session_dir, struct error *err)
{
	char *path = memory_format("%s/trace.txt", session_dir);
	uint64_t *list;

	if (find(states, key_of(key)) != NULL) {
		free(path);
		return true;
	}
	char *trace = memory_file(path);
	const size_t count = states_of_trace(trace != NULL ? trace : "", &list);
	free(trace);
	free(path);
	remember(states, key_of(key), list, count);
	return append(states, key_of(key), list, count, err);
}

size_t states_new(struct states *states, const char *key)
{
	const struct states_line *line = find(states, key_of(key));
	size_t fresh = 0;

	for (size_t i = 0; line != NULL && i < line->count; i++)
		fresh += (*map_at(&states->known, line->list[i]))++ == 0;
	return fresh;
}

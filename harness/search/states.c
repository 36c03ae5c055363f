/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/states.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

static bool has(const char *line, size_t length, const char *word)
{
	return memmem(line, length, word, strlen(word)) != NULL;
}

/*
 * What says nothing of a state: counters and digests at the end, and what the faults themselves
 * did. Behind the line come others.
 */
static bool is_passed_over(const char *line, size_t length)
{
	static const char *const sources[] = {"proxy ", "spi ", "wire ", "fault "};

	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
		if (strncmp(line, sources[i], strlen(sources[i])) == 0)
			return true;
	return has(line, length, ", digest ") || has(line, length, " by '") || has(line, length, ": fault '") ||
	       has(line, length, " frames received, ") || strncmp(line, "session '", 9) == 0 ||
	       (strncmp(line, "link ", 5) == 0 && has(line, length, " collisions, "));
}

/* A line without its amounts. */
static void normal_of(const char *line, size_t length, char ret_text[REACH_TEXT_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < length && used + 1 < REACH_TEXT_MAX; i++) {
		if (!isdigit((unsigned char)line[i]))
			ret_text[used++] = line[i];
		else if (used == 0 || ret_text[used - 1] != '0')
			ret_text[used++] = '0';
	}
	ret_text[used] = '\0';
}

void states_parse(const char *trace, struct reach *ret_reach)
{
	char text[REACH_TEXT_MAX];

	*ret_reach = (struct reach){.count = 0};
	while (*trace != '\0') {
		const size_t whole = strcspn(trace, "\n");
		const char *time = memchr(trace, ']', whole), *line = time != NULL ? time + 2 : NULL;
		const size_t length = line != NULL && line < trace + whole ? (size_t)(trace + whole - line) : 0;
		if (trace[0] == '[' && length > 0 && !is_passed_over(line, length)) {
			normal_of(line, length, text);
			reach_count(ret_reach, text, 1);
		}
		trace += whole + (trace[whole] == '\n');
	}
	reach_settle(ret_reach);
}

void states_read(const char *dir, struct reach *ret_reach)
{
	char *path = memory_format("%s/trace.txt", dir), *trace = memory_file(path);

	states_parse(trace != NULL ? trace : "", ret_reach);
	free(trace);
	free(path);
}

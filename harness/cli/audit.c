/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

/*
 * "[  7.026983568] chip    finding ID REG: TEXT (SOURCE)": everything behind the topic is the same
 * each time it happens.
 */
#define TIME_WIDTH 16
#define TOPIC "chip    "

struct entry {
	char *text; /* from the kind on */
	char first[TIME_WIDTH + 1];
	size_t times;
};

struct audit {
	struct entry *entries; /* in the order in which they came first */
	size_t count;
};

static bool is_of_interest(const char *text)
{
	static const char *const kinds[] = {"finding ", "note ", "not modelled:"};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strncmp(text, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

static void add(struct audit *audit, const char *time, const char *text)
{
	for (size_t i = 0; i < audit->count; i++)
		if (strcmp(audit->entries[i].text, text) == 0) {
			audit->entries[i].times++;
			return;
		}
	audit->entries = memory_resize(audit->entries, audit->count + 1, sizeof *audit->entries);
	struct entry *entry = &audit->entries[audit->count++];
	*entry = (struct entry){.text = memory_text(text), .times = 1};
	memcpy(entry->first, time, TIME_WIDTH);
}

static void read_trace(struct audit *audit, FILE *trace)
{
	char line[TRACE_LINE_MAX + 1];

	while (fgets(line, sizeof line, trace) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strlen(line) <= TIME_WIDTH || strncmp(line + TIME_WIDTH, TOPIC, strlen(TOPIC)) != 0)
			continue;
		const char *text = line + TIME_WIDTH + strlen(TOPIC);
		if (is_of_interest(text))
			add(audit, line, text);
	}
}

void audit_print(const struct job *job)
{
	char path[DEVICE_PATH_MAX + 16];
	struct audit audit = {NULL, 0};

	(void)snprintf(path, sizeof path, "%s/trace.txt", job->dir);
	FILE *trace = fopen(path, "re");
	printf("\nAudit of the driver in %s:", job->name);
	if (trace == NULL) {
		printf(" %s cannot be read: %s\n", path, strerror(errno));
		return;
	}
	read_trace(&audit, trace);
	(void)fclose(trace);
	if (audit.count == 0)
		puts(" nothing that the datasheet forbids.");
	else
		printf("\n%7s  %-*s  %s\n", "times", TIME_WIDTH - 1, "first at", "what");
	for (size_t i = 0; i < audit.count; i++) {
		printf("%7zu  %.*s  %s\n", audit.entries[i].times, TIME_WIDTH - 1, audit.entries[i].first, audit.entries[i].text);
		free(audit.entries[i].text);
	}
	free(audit.entries);
}

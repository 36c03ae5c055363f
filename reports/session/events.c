/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/session/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/fault/site.h"

/*
 * Where each topic of the trace belongs; others are the far end's. `skip`: the captures tell it
 * better, or it is about the whole.
 */
static const struct {
	const char *topic;
	enum lane lane;
	bool skip;
} topics[] = {
	{"proxy", LANE_PROXY, true},   {"spi", LANE_DEVICE, true},     {"wire", LANE_PROXY, true},
	{"link", LANE_PROXY, false},   {"device", LANE_DEVICE, false}, {"chip", LANE_DEVICE, false},
	{"flash", LANE_DEVICE, false}, {"power", LANE_DEVICE, false},  {"session", LANE_DEVICE, false},
};

/* What the proxy says of frames that it makes, of which the captures tell only that they arrive. */
#define FORGED " forged by '"

static const char *const problems[] = {FORGED,      " retry ",  " failed", "result fail",    "finding ",
                                       "disturbed", "overflow", " torn ",  "not modelled: ", "lost, "};

/* Reads "[  6.264658120] proxy   TEXT"; the topic gets its end in the line. */
static bool split_line(char *line, struct event *ret_event)
{
	char *at = line + 1;

	if (line[0] != '[')
		return false;
	const uint64_t s = strtoull(at, &at, 10);
	if (*at != '.')
		return false;
	ret_event->at = s * SIM_S + strtoull(at + 1, &at, 10);
	if (at[0] != ']' || at[1] != ' ')
		return false;
	char *text = at + 2 + strcspn(at + 2, " ");
	if (*text == '\0')
		return false;
	*text++ = '\0';
	ret_event->topic = at + 2;
	ret_event->text = text + strspn(text, " ");
	return true;
}

static bool is_problem(const char *topic, const char *text)
{
	if (strcmp(topic, "fault") == 0 || (strcmp(topic, "power") == 0 && strcmp(text, "off") == 0))
		return true;
	for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++)
		if (strstr(text, problems[i]) != NULL)
			return true;
	return false;
}

/* -- sections -- */

static void begin_section(struct events *events, const char *name, unsigned attempt, sim_ns at)
{
	if (events->section_count > 0)
		events->sections[events->section_count - 1].to = at;
	if (events->section_count == EVENTS_SECTIONS_MAX)
		return;
	struct section *section = &events->sections[events->section_count++];
	*section = (struct section){.attempt = attempt, .from = at, .to = at, .how = ""};
	(void)snprintf(section->name, sizeof section->name, "%s", name);
}

/* @param text What is reported of a phase: "download retry 1: REASON". */
static void take_phase(struct events *events, const char *text, sim_ns at)
{
	struct section *last = &events->sections[events->section_count - 1];
	char name[sizeof last->name];
	const char *what = text + strcspn(text, " ");

	(void)snprintf(name, sizeof name, "%.*s", (int)(what - text), text);
	what += *what == ' ';
	if (strncmp(what, "begin", 5) == 0) {
		begin_section(events, name, 1, at);
		return;
	}
	if (strcmp(last->name, name) != 0)
		return;
	last->end = strncmp(what, "ok", 2) == 0 ? SECTION_OK : SECTION_FAILED;
	last->how = what;
	if (strncmp(what, "retry ", 6) == 0)
		begin_section(events, name, last->attempt + 1, at);
}

static void take_section(struct events *events, const struct event *event)
{
	if (events->section_count == 0)
		begin_section(events, "power on", 1, event->at);
	if (strcmp(event->topic, "device") == 0 && strncmp(event->text, "phase ", 6) == 0)
		take_phase(events, event->text + 6, event->at);
	else if (strcmp(event->topic, "power") == 0)
		begin_section(events, strcmp(event->text, "off") == 0 ? "no power" : "power on", 1, event->at);
	else if (strcmp(event->topic, "session") == 0 && strncmp(event->text, "the device has booted again", 27) == 0)
		begin_section(events, "booted again", 1, event->at);
}

/* -- the whole -- */

/* A fault of the cable has no place before its name. */
static enum lane lane_of_fault(const char *text)
{
	const enum site site = site_find(text, strcspn(text, "#"));

	if (text[0] == '\'')
		return LANE_PROXY;
	return site < SITES && fault_sites[site].layer == LAYER_BOARD ? LANE_DEVICE : LANE_SERVER;
}

/* @return false if it is not wanted. */
static bool place(struct event *event)
{
	event->lane = strcmp(event->topic, "fault") == 0 ? lane_of_fault(event->text) : LANE_SERVER;
	for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
		if (strcmp(topics[i].topic, event->topic) != 0)
			continue;
		event->lane = topics[i].lane;
		return !topics[i].skip || strstr(event->text, FORGED) != NULL;
	}
	return true;
}

/*
 * Most lines are the proxy's, of which only the time is wanted; those that begin with "#" are about
 * the run.
 */
static void take_line(struct events *events, char *line, size_t *room)
{
	struct event event = {.at = 0};

	if (!split_line(line, &event))
		return;
	if (events->start == SIM_NEVER)
		events->start = event.at;
	events->end = event.at;
	if (!place(&event))
		return;
	event.problem = is_problem(event.topic, event.text);
	if (events->count == *room) {
		*room = *room > 0 ? 2 * *room : 256;
		events->list = memory_resize(events->list, *room, sizeof *events->list);
	}
	events->list[events->count++] = event;
	take_section(events, &event);
}

void events_read(struct events *ret_events, const char *path)
{
	size_t room = 0;

	memset(ret_events, 0, sizeof *ret_events);
	ret_events->start = SIM_NEVER;
	ret_events->file = memory_file(path);
	ret_events->there = ret_events->file != NULL;
	for (char *line = ret_events->file; line != NULL && *line != '\0';) {
		char *end = strchr(line, '\n');
		/* The last line of a session that was killed may be torn. */
		if (end == NULL)
			break;
		*end = '\0';
		take_line(ret_events, line, &room);
		line = end + 1;
	}
	if (ret_events->start == SIM_NEVER)
		ret_events->start = 0;
	if (ret_events->section_count > 0)
		ret_events->sections[ret_events->section_count - 1].to = ret_events->end;
}

void events_close(struct events *events)
{
	free(events->list);
	free(events->file);
	events->list = NULL;
	events->file = NULL;
}

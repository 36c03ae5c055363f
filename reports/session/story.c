/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/session/story.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/verdict/files.h"

/* Faults of board and cable say in the trace what they do: "enc.tx#7: 'NAME' tx_stall". */
static void take_faults(struct story *story)
{
	for (size_t i = 0; i < story->events.count; i++) {
		const struct event *event = &story->events.list[i];
		const char *text = strcmp(event->topic, "fault") == 0 ? strchr(event->text, '\'') : NULL;
		if (text != NULL)
			(void)rules_take(&story->rules, bytes_of(text, strlen(text)), series_at(&story->series, event->at));
	}
}

void story_read(struct story *ret_story, const struct run *run, const struct run_session *session)
{
	char *dir = memory_format("%s/%s", run->dir, session->folder);
	char *trace = memory_format("%s/trace.txt", dir), *series = memory_format("%s/series.csv", dir);

	*ret_story = (struct story){.run = run, .session = session};
	events_read(&ret_story->events, trace);
	series_open(&ret_story->series, series, ret_story->events.start, ret_story->events.end);
	crossings_read(&ret_story->crossings, dir, &ret_story->series, &ret_story->rules);
	take_faults(ret_story);
	ladder_make(&ret_story->ladder, &ret_story->crossings, &ret_story->events);
	free(series);
	free(trace);
	free(dir);
}

void story_close(struct story *story)
{
	ladder_close(&story->ladder);
	crossings_close(&story->crossings);
	rules_close(&story->rules);
	series_close(&story->series);
	events_close(&story->events);
}

const char *story_lack(const struct story *story, size_t index)
{
	const struct crossings *crossings = &story->crossings;
	const struct {
		bool lacks;
		const char *words;
	} list[] = {
		{story->session->json == NULL, "There is no verdict, so what came out is not known."},
		{!story->events.there, "There is no trace.txt, so phases and events are missing."},
		{!crossings->has[0], "There is no device.pcapng, so frames of the device are missing, and when frames came to it."},
		{!crossings->has[1], "There is no server.pcapng, so frames of the far end are missing, and when frames came to it."},
		{crossings->captures[0].torn, "device.pcapng ends in the middle of a frame; what follows is missing."},
		{crossings->captures[1].torn, "server.pcapng ends in the middle of a frame; what follows is missing."},
		{!story->series.knows_board,
	         "There is no series.csv, which a session writes at its end; so SPI load, interrupts, ring fill and flash operations are not known."},
	};

	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		if (list[i].lacks && index-- == 0)
			return list[i].words;
	return NULL;
}

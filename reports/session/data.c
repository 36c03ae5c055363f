/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * data.js: a call of stutterSession() (assets/ladder.js) with one object, since a page from disk
 * may not read other files, but may run them. Times are whole microseconds since power on.
 * reports/README.md says what is in it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/link/packet.h"
#include "reports/json.h"
#include "reports/session/session.h"
#include "reports/session/story.h"

static void put_time(struct json *json, const char *key, sim_ns at)
{
	json_number(json, key, at / SIM_US);
}

static void put_part(struct json *json, struct bytes part)
{
	char *text = memory_format("%.*s", (int)part.length, (const char *)part.data);

	json_text(json, NULL, text);
	free(text);
}

/* Buckets in which nothing was are left out; the first number says which it is. */
static void put_series(struct json *json, const struct series *series)
{
	static const struct series_row nothing;

	json_array_begin(json, "series");
	for (size_t i = 0; i < series->count; i++) {
		const struct series_row *row = &series->rows[i];
		if (memcmp(row, &nothing, sizeof nothing) == 0)
			continue;
		const uint64_t values[] = {i,
		                           row->delivered[TO_DEVICE],
		                           row->delivered[TO_SERVER],
		                           row->waiting,
		                           row->retransmissions,
		                           row->messages,
		                           row->bytes,
		                           row->interrupts,
		                           row->ring,
		                           row->operations};
		json_array_begin(json, NULL);
		for (size_t k = 0; k < sizeof values / sizeof values[0]; k++)
			json_number(json, NULL, values[k]);
		json_array_end(json);
	}
	json_array_end(json);
}

static void put_sections(struct json *json, const struct events *events)
{
	json_array_begin(json, "sections");
	for (size_t i = 0; i < events->section_count; i++) {
		const struct section *section = &events->sections[i];
		json_array_begin(json, NULL);
		json_text(json, NULL, section->name);
		json_number(json, NULL, section->attempt);
		put_time(json, NULL, section->from);
		put_time(json, NULL, section->to);
		json_number(json, NULL, (uint64_t)section->end);
		json_text(json, NULL, section->how);
		json_array_end(json);
	}
	json_array_end(json);
}

static void put_rules(struct json *json, const struct rules *rules)
{
	json_array_begin(json, "faults");
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];
		json_object_begin(json, NULL);
		json_text(json, "name", rule->name);
		json_text(json, "action", rule->action);
		json_number(json, "count", rule->count);
		json_array_begin(json, "bands");
		for (size_t k = 0; k < rule->band_count; k++) {
			json_array_begin(json, NULL);
			json_number(json, NULL, rule->bands[k].first);
			json_number(json, NULL, rule->bands[k].last);
			json_number(json, NULL, rule->bands[k].count);
			json_array_end(json);
		}
		json_array_end(json);
		json_object_end(json);
	}
	json_array_end(json);
}

/* -- the ladder -- */

static void put_frame(struct json *json, const struct crossing *crossing)
{
	char name[ADDRESS_TEXT_MAX] = "", ends[PACKET_TEXT_MAX];

	put_time(json, NULL, crossing->sent);
	json_number(json, NULL, (uint64_t)crossing->direction);
	json_number(json, NULL, (uint64_t)crossing->fate);
	put_time(json, NULL, crossing->arrived != SIM_NEVER ? crossing->arrived - crossing->sent : 0);
	json_number(json, NULL, crossing->id);
	json_text(json, NULL, crossing->is_named ? address_format(&crossing->at, name) : name);
	json_text(json, NULL, crossing->is_named ? packet_render_ends(crossing->data, ends) : packet_render(crossing->data, ends));
	put_part(json, crossing->comment);
}

static void put_bulk(struct json *json, const struct ladder_row *row)
{
	const struct address *at = &row->crossing->at;
	char flow[32];

	(void)snprintf(flow, sizeof flow, "%u/%u", at->port, at->connection);
	put_time(json, NULL, row->crossing->sent);
	put_time(json, NULL, row->to);
	json_text(json, NULL, flow);
	for (size_t i = 0; i < 2; i++) {
		json_number(json, NULL, row->frames[i]);
		json_number(json, NULL, row->bytes[i]);
	}
	json_number(json, NULL, row->delayed);
	json_number(json, NULL, row->lost);
	json_number(json, NULL, row->retransmissions);
}

static void put_event(struct json *json, const struct event *event)
{
	put_time(json, NULL, event->at);
	json_number(json, NULL, (uint64_t)event->lane);
	json_number(json, NULL, event->problem);
	json_text(json, NULL, event->topic);
	json_text(json, NULL, event->text);
}

static void put_ladder(struct json *json, const struct ladder *ladder)
{
	json_array_begin(json, "rows");
	for (size_t i = 0; i < ladder->count; i++) {
		const struct ladder_row *row = &ladder->rows[i];
		json_array_begin(json, NULL);
		json_number(json, NULL, (uint64_t)row->kind);
		if (row->kind == LADDER_FRAME)
			put_frame(json, row->crossing);
		else if (row->kind == LADDER_BULK)
			put_bulk(json, row);
		else if (row->kind == LADDER_EVENT)
			put_event(json, row->event);
		else
			json_number(json, NULL, row->frames[0]);
		json_array_end(json);
	}
	json_array_end(json);
}

/* When the first thing went wrong, of which the verdict says "at 44.374 s: ...". */
static void put_problem(struct json *json, const struct run_session *session)
{
	const char *text = json_string_value(json_object_get(session->json, "first_trouble"));
	double s;

	if (text != NULL && sscanf(text, "at %lf s", &s) == 1 && s >= 0 && s < 1e9)
		json_number(json, "problem", (uint64_t)(s * 1e6));
}

void story_write_data(FILE *stream, const struct story *story)
{
	const struct run_session *session = story->session;
	struct json json = {.stream = stream, .compact = true};
	const char *lack;

	fputs("stutterSession(", stream);
	json_object_begin(&json, NULL);
	json_number(&json, "version", SESSION_DATA_VERSION);
	json_text(&json, "folder", session->folder);
	json_text(&json, "scenario", session->scenario);
	json_text(&json, "device", session->device);
	json_text(&json, "seed", session->seed);
	json_text(&json, "outcome", run_outcome_name(session));
	json_text(&json, "reason", session->reason);
	json_text(&json, "phase", session->phase);
	json_text(&json, "judge", session->judge);
	json_text(&json, "digest", session->digest);
	put_time(&json, "start", story->series.start);
	put_time(&json, "end", story->events.end);
	put_time(&json, "bucket", story->series.bucket_ns);
	json_number(&json, "buckets", story->series.count);
	json_bool(&json, "board", story->series.knows_board);
	put_problem(&json, session);
	json_array_begin(&json, "lacks");
	for (size_t i = 0; (lack = story_lack(story, i)) != NULL; i++)
		json_text(&json, NULL, lack);
	json_array_end(&json);
	put_sections(&json, &story->events);
	put_rules(&json, &story->rules);
	put_series(&json, &story->series);
	put_ladder(&json, &story->ladder);
	json_object_end(&json);
	fputs(");\n", stream);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/hunt_told.h"

#include <inttypes.h>
#include <stdio.h>

#include "reports/search/told.h"

/* -- what it shows -- */

uint64_t hunt_inconclusive(const struct hunt *hunt)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < hunt->round_count; i++)
		sum += hunt->rounds[i].inconclusive;
	return sum;
}

uint64_t hunt_unclear(const struct hunt *hunt)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < hunt->round_count; i++)
		sum += hunt->rounds[i].unclear;
	return sum;
}

bool hunt_shows(const struct hunt *hunt)
{
	return hunt->find_count > 0 || (hunt->sessions > hunt_inconclusive(hunt) && hunt->cut_failures == 0 && hunt_unclear(hunt) == 0);
}

const char *hunt_say_control(const struct hunt_find *find, size_t number, const char *device, char *ret_text, size_t size)
{
	char ending[VERDICT_TEXT_MAX + 128];

	(void)ending_say(&find->control, ending, sizeof ending);
	if (!find->control_ran)
		(void)snprintf(ret_text, size, "The shrunk plan of failure %zu was not run on %s, the control device.", number, device);
	else if (find->control.kind == VERDICT_PASS)
		(void)snprintf(ret_text, size, "The shrunk plan of failure %zu passes on %s, the control device.", number, device);
	else if (find->control.kind == VERDICT_FAIL)
		(void)snprintf(ret_text, size,
		               "The shrunk plan of failure %zu fails on %s, the control device, too, where the plan as it was drawn "
		               "passes: %s.",
		               number, device, ending);
	else
		(void)snprintf(ret_text, size, "What the shrunk plan of failure %zu does on %s, the control device, is not known: %s.",
		               number, device, ending);
	return ret_text;
}

/* -- in words -- */

static void tell_finds(json_t *told, const struct hunt *hunt)
{
	static const char *const columns[] = {"", "how it failed", "the last fault that acted", "plans", "the first of them", "plan", NULL};
	char text[640];

	if (hunt->find_count == 0)
		return;
	told_heading(told, "Failures");
	json_t *table = told_table(told, "Different failures, in the order in which they were found", columns);
	for (size_t i = 0; i < hunt->find_count; i++) {
		const struct hunt_find *find = &hunt->finds[i];
		json_t *row = told_row(table);
		told_cell(row, TOLD_PLAIN, NULL, "%zu", i + 1);
		told_cell(row, TOLD_BAD, find->session[0] != '\0' ? find->session : NULL, "%s",
		          ending_say(&find->ending, text, sizeof text));
		told_cell(row, TOLD_PLAIN, NULL, "%s", find->kind[0] != '\0' ? find->kind : "none");
		told_cell(row, TOLD_PLAIN, NULL, "%" PRIu64, find->times);
		told_cell(row, TOLD_PLAIN, NULL, "round %" PRIu64 ": %s", find->round, find->first);
		told_cell(row, find->is_frozen ? TOLD_PLAIN : TOLD_UNKNOWN, find->plan, "%s, %s", find->plan,
		          find->is_frozen   ? "which fails so again when it is replayed"
		          : find->was_tried ? "with its faults and seed: its decisions alone do not fail so"
		                            : "whose replay was not run, or showed nothing");
	}
}

static void tell_shrunk(json_t *told, const struct hunt_options *wish, const struct hunt *hunt)
{
	char text[1024];

	for (size_t i = 0; i < hunt->find_count; i++) {
		const struct hunt_find *find = &hunt->finds[i];
		if (find->shrunk[0] == '\0')
			continue;
		told_link(told, find->shrunk, "Failure %zu %s", i + 1, find->sentence);
		if (wish->control != NULL)
			told_text(told, "%s", hunt_say_control(find, i + 1, wish->control->device.name, text, sizeof text));
	}
}

static void tell_growth(json_t *told, const struct hunt *hunt)
{
	static const char *const columns[] = {"round",
	                                      "sessions",
	                                      "new",
	                                      "reached in all",
	                                      "plans to go on from",
	                                      "failures",
	                                      "also on the control device",
	                                      "not clear",
	                                      "different failures in all",
	                                      NULL};

	if (hunt->round_count == 0)
		return;
	told_heading(told, "Rounds");
	json_t *table = told_table(told, "What sessions reached: phases, retries, connections, chip, kernel, far end", columns);
	for (size_t i = 0; i < hunt->round_count; i++) {
		const struct hunt_round *round = &hunt->rounds[i];
		const uint64_t numbers[] = {i + 1,         round->sessions, round->news,         round->items,
		                            round->corpus, round->failures, round->also_control, round->unclear + round->inconclusive,
		                            round->finds};
		json_t *row = told_row(table);
		for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
			told_cell(row, TOLD_PLAIN, NULL, "%" PRIu64, numbers[k]);
	}
}

static void tell_result(json_t *told, const struct plan *plan, const struct hunt_options *wish, const struct hunt *hunt)
{
	const char *device = plan->device.name;
	const char *judge = wish->judge;

	if (hunt->find_count > 0)
		told_result(told, TOLD_BAD, "%zu different failure%s of %s in %" PRIu64 " sessions%s%s.", hunt->find_count,
		            hunt->find_count == 1 ? "" : "s", device, hunt->sessions, judge != NULL ? ", by judge " : "",
		            judge != NULL ? judge : "");
	else
		told_result(told, hunt->is_whole && hunt_shows(hunt) ? TOLD_GOOD : TOLD_UNKNOWN,
		            "No failure of %s%s%s%s was found in %" PRIu64 " sessions.", device, judge != NULL ? " by judge " : "",
		            judge != NULL ? judge : "", wish->control != NULL ? " that the control device does not have" : "",
		            hunt->sessions);
	if (hunt_inconclusive(hunt) > 0)
		told_text(told, "%" PRIu64 " of the sessions were inconclusive: they neither passed nor failed.", hunt_inconclusive(hunt));
	if (hunt_unclear(hunt) > 0)
		told_text(told,
		          "%" PRIu64 " times a plan failed whose session on the control device was not run to its end or was inconclusive: "
		          "they do not count.",
		          hunt_unclear(hunt));
	if (hunt->cut_sessions > 0)
		told_text(told,
		          "The last round was cut short: of its %" PRIu64 " sessions that came to their end %" PRIu64
		          " failed, and were not looked into.",
		          hunt->cut_sessions, hunt->cut_failures);
	if (wish->control != NULL)
		told_text(
			told,
			"Each plan that counts does not fail on %s, the control device, as it was drawn. Plans that fail as one before did were "
			"not run there.",
			wish->control->device.name);
	else
		told_text(
			told,
			"There was no control device: whether another device would survive what made this one fail is not known (--control).");
}

/* -- search.json -- */

static void put(json_t *json, const char *key, uint64_t number)
{
	(void)json_object_set_new(json, key, json_integer((json_int_t)number));
}

static json_t *rounds_json(const struct hunt *hunt)
{
	json_t *list = json_array();

	for (size_t i = 0; i < hunt->round_count; i++) {
		const struct hunt_round *round = &hunt->rounds[i];
		json_t *json = json_object();
		put(json, "sessions", round->sessions);
		put(json, "inconclusive", round->inconclusive);
		put(json, "failures", round->failures);
		put(json, "also_control", round->also_control);
		put(json, "unclear", round->unclear);
		put(json, "new", round->news);
		put(json, "reached", round->items);
		put(json, "corpus", round->corpus);
		put(json, "found", round->finds);
		(void)json_array_append_new(list, json);
	}
	return list;
}

/* What the control device did with the shrunk plan; null: it was not run there. */
static json_t *control_json(const struct hunt_find *find)
{
	if (!find->control_ran)
		return json_null();
	json_t *json = json_object();
	(void)json_object_set_new(json, "verdict", json_string(verdict_name(find->control.kind)));
	(void)json_object_set_new(json, "judge", json_string(find->control.judge));
	(void)json_object_set_new(json, "phase", json_string(find->control.phase));
	(void)json_object_set_new(json, "reason", json_string(find->control.reason));
	return json;
}

static json_t *finds_json(const struct hunt *hunt)
{
	json_t *list = json_array();
	char signature[32];

	for (size_t i = 0; i < hunt->find_count; i++) {
		const struct hunt_find *find = &hunt->finds[i];
		json_t *json = json_object();
		(void)snprintf(signature, sizeof signature, "%016" PRIx64, find->signature);
		(void)json_object_set_new(json, "signature", json_string(signature));
		(void)json_object_set_new(json, "judge", json_string(find->ending.judge));
		(void)json_object_set_new(json, "phase", json_string(find->ending.phase));
		(void)json_object_set_new(json, "reason", json_string(find->ending.reason));
		(void)json_object_set_new(json, "digest", json_string(find->ending.digest));
		(void)json_object_set_new(json, "kind", json_string(find->kind));
		(void)json_object_set_new(json, "first", json_string(find->first));
		(void)json_object_set_new(json, "plan", json_string(find->plan));
		(void)json_object_set_new(json, "session", json_string(find->session));
		(void)json_object_set_new(json, "replayed", json_boolean(find->was_tried));
		(void)json_object_set_new(json, "frozen", json_boolean(find->is_frozen));
		(void)json_object_set_new(json, "sentence", json_string(find->sentence));
		(void)json_object_set_new(json, "shrunk", json_string(find->shrunk));
		(void)json_object_set_new(json, "shrunk_on_control", control_json(find));
		put(json, "plans", find->times);
		put(json, "round", find->round);
		(void)json_array_append_new(list, json);
	}
	return list;
}

json_t *hunt_json(const struct hunt *hunt, const struct plan *plan, const struct hunt_options *wish)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "device", json_string(plan->device.name));
	(void)json_object_set_new(json, "control", wish->control != NULL ? json_string(wish->control->device.name) : json_null());
	(void)json_object_set_new(json, "judge", wish->judge != NULL ? json_string(wish->judge) : json_null());
	put(json, "seed", wish->seed);
	put(json, "sessions", hunt->sessions);
	put(json, "reached", hunt->corpus.map.count);
	put(json, "corpus", hunt->corpus.count);
	(void)json_object_set_new(json, "rounds", rounds_json(hunt));
	(void)json_object_set_new(json, "finds", finds_json(hunt));
	return json;
}

/* -- the whole -- */

void hunt_tell(const struct hunt *hunt, const struct plan *plan, const struct hunt_options *wish, json_t *told)
{
	tell_result(told, plan, wish, hunt);
	tell_finds(told, hunt);
	tell_shrunk(told, wish, hunt);
	tell_growth(told, hunt);
}

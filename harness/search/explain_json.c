/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an explanation is in search.json. */
#include <stdlib.h>

#include "harness/search/explain_told.h"
#include "harness/search/explain_words.h"

static void set_number(json_t *object, const char *name, uint64_t number)
{
	(void)json_object_set_new(object, name, json_integer((json_int_t)number));
}

static json_t *json_of_tally(const struct tally *tally)
{
	const struct interval interval = tally_interval(tally);
	json_t *json = json_object();

	set_number(json, "passed", tally->passed);
	set_number(json, "failed_alike", tally->same);
	set_number(json, "failed_otherwise", tally->other);
	set_number(json, "inconclusive", tally->unknown);
	set_number(json, "low_billionths", interval.low);
	set_number(json, "high_billionths", interval.high);
	return json;
}

static json_t *json_of_cut(const struct cut *cut)
{
	json_t *json = json_of_tally(&cut->tally);

	set_number(json, "at_ns", cut->at_ns);
	return json;
}

static json_t *json_of_weights(const struct plan *plan, const struct explanation *explanation)
{
	json_t *list = json_array();

	for (size_t i = 0; i < explanation->weights.count; i++) {
		const struct weight *weight = &explanation->weights.list[i];
		json_t *json = json_object();
		(void)json_object_set_new(json, "fault", json_string(weight->name));
		(void)json_object_set_new(json, "first", json_string(plan->decisions.list[weight->first].at));
		set_number(json, "first_ns", plan->decisions.list[weight->first].time);
		set_number(json, "last_ns", plan->decisions.list[weight->last].time);
		set_number(json, "count", weight->count);
		(void)json_object_set_new(json, "effect", json_string(weight_effect_name(weight->effect)));
		if (weight->effect != WEIGHT_UNTRIED) {
			set_number(json, "unfound", weight->ending.unfound_before);
			(void)json_object_set_new(
				json, "later_ns",
				json_integer((json_int_t)weight->ending.virtual_ns - (json_int_t)explanation->failing.ending.virtual_ns));
		}
		(void)json_array_append_new(list, json);
	}
	return list;
}

static json_t *json_of_rates(const struct weights *weights)
{
	json_t *list = json_array();

	for (size_t i = 0; i < weights->rate_count; i++) {
		json_t *json = json_of_tally(&weights->rates[i].tally);
		(void)json_object_set_new(json, "without", json_string(weights->rates[i].name));
		(void)json_array_append_new(list, json);
	}
	return list;
}

static json_t *json_of_curve(const struct explanation *explanation)
{
	const struct cut_curve *curve = &explanation->curve;
	json_t *json = json_object(), *cuts = json_array();
	char *sentence = explain_sentence(explanation);

	(void)json_object_set_new(json, "sentence", json_string(sentence));
	set_number(json, "start_ns", curve->start_ns);
	set_number(json, "end_ns", curve->end_ns);
	for (size_t i = 0; i < curve->count; i++)
		(void)json_array_append_new(cuts, json_of_cut(&curve->list[i]));
	(void)json_object_set_new(json, "cuts", cuts);
	if (curve->has_proof)
		(void)json_object_set_new(json, "lost", json_of_cut(&curve->proof));
	if (cut_last_passed(curve) > 0)
		(void)json_object_set_new(json, "saved", json_of_cut(&curve->list[cut_last_passed(curve) - 1]));
	free(sentence);
	return json;
}

static json_t *json_of_neighbour(const struct neighbour *neighbour)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "what", json_string(neighbour->trial.name));
	(void)json_object_set_new(json, "folder", json_string(neighbour->trial.dir));
	set_number(json, "differs_at_ns", neighbour->all.at_ns[0]);
	set_number(json, "heard_at_ns", neighbour->heard.at_ns[0]);
	return json;
}

json_t *explain_json(const struct explanation *explanation, const struct plan *plan)
{
	char *weights = explain_say_weights(plan, &explanation->weights);
	json_t *json = json_object();

	(void)json_object_set_new(json, "curve", json_of_curve(explanation));
	(void)json_object_set_new(json, "decisions", json_of_weights(plan, explanation));
	(void)json_object_set_new(json, "rates", json_of_rates(&explanation->weights));
	if (explanation->neighbour.found)
		(void)json_object_set_new(json, "neighbour", json_of_neighbour(&explanation->neighbour));
	(void)json_object_set_new(json, "weights_sentence", json_string(weights));
	free(weights);
	return json;
}

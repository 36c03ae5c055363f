/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stutter hunt: random search for failures. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/unit.h"
#include "cli/cli.h"
#include "cli/search.h"
#include "judge/judge.h"
#include "search/hunt.h"

/* Sessions of drawn plans, if nobody says how many. */
#define MOST 1000
/* Different failures after which a hunt ends, if nobody says how many. */
#define FIRST 5

static const struct cli_option options[] = {
	{"seed", "N", "seed of the hunt: another one draws other plans (default: 1)"},
	{"first", "N", "end the hunt after N different failures; 0: never (default: 5)"},
	{"most", "N", "run at most N sessions of drawn plans, not counting those on the control device (default: 1000)"},
	{"judge", "NAME", "look only for failures found by this judge, such as hang (default: any failure)"},
	{"control", "D", "good device: a failure counts only if the same plan does not fail there"},
	{"keep-faults", NULL, "keep the scenario's own faults (default: only those that are drawn)"},
	{"shrink", NULL, "shrink each different failure at the end, as `stutter shrink` does"},
	{NULL, NULL, NULL},
};

/* What a hunt is made from. */
struct order {
	struct plan plan, control;
	bool has_control;
	struct hunt_options options;
};

/* -- reading -- */

/* Whether the scenario asks this judge: one that is switched off finds nothing. */
static bool check_judge(const struct plan *plan, const char *name, struct error *err)
{
	const struct judge *judge = judge_find(name);
	char names[512] = "";
	size_t used = 0;

	if (judge != NULL)
		return judge_is_on(&plan->expect.judges, judge) ||
		       error_set(err, "--judge %s: the scenario does not ask this judge; switch it on under `expect:`", name);
	for (size_t i = 0; i < JUDGES_COUNT && used < sizeof names; i++)
		used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", judge_catalogue[i]->name);
	return error_set(err, "--judge: there is no judge '%s'; there are %s", name, names);
}

static bool read_options(const struct cli_values *values, struct order *order, struct error *err)
{
	uint64_t seed = 1, first = FIRST, most = MOST;

	if (!cli_read_number(values, "seed", 0, UINT32_MAX, &seed, err) || !cli_read_number(values, "first", 0, UINT32_MAX, &first, err) ||
	    !cli_read_number(values, "most", 1, UINT32_MAX, &most, err))
		return false;
	if (values->operand_count != 1)
		return error_set(err, values->operand_count == 0 ? "hunt needs a scenario, such as scenarios/first/clean.yaml"
		                                                 : "hunt takes one scenario at a time");
	order->options = (struct hunt_options){.seed = seed,
	                                       .first = (size_t)first,
	                                       .most = most,
	                                       .judge = cli_value(values, "judge"),
	                                       .shrink = cli_is_given(values, "shrink"),
	                                       .keep_faults = cli_is_given(values, "keep-faults")};
	return true;
}

static bool read_control(struct cli_search *cli, struct order *order, struct error *err)
{
	const char *device = cli_value(&cli->values, "device"), *control = cli_value(&cli->values, "control");

	if (control == NULL)
		return true;
	/* The same words, but for the device. */
	cli_replace(&cli->values, "device", control);
	order->has_control = cli_search_read(cli, cli->values.operands[0], false, &order->control, err);
	cli_replace(&cli->values, "device", device);
	if (!order->has_control)
		return error_context(err, "--control");
	order->options.control = &order->control;
	return strcmp(order->plan.device.name, order->control.device.name) != 0 ||
	       error_set(err, "--control %s: the control device is the device itself; name another, or leave --control out", control);
}

/* @return whether all is well; order->plan is to be closed then. */
static bool read_all(struct cli_search *cli, struct order *order, struct error *err)
{
	if (!read_options(&cli->values, order, err) || !cli_search_read(cli, cli->values.operands[0], false, &order->plan, err))
		return false;
	bool good = read_control(cli, order, err) && (order->options.judge == NULL || check_judge(&order->plan, order->options.judge, err));
	if (good && order->plan.expect.verdict == EXPECT_FAIL && order->plan.fault_count == 0)
		good = error_set(err, "%s expects a failure of a session without faults: there is nothing to hunt for", order->plan.path);
	if (good && order->options.keep_faults && order->plan.fault_count + CANDIDATE_FAULTS_MAX > FAULTS_MAX)
		good = error_set(err, "--keep-faults: %s has %zu faults; beside those that are drawn there is room for %d",
		                 order->plan.path, order->plan.fault_count, FAULTS_MAX - CANDIDATE_FAULTS_MAX);
	if (!good) {
		plan_close(&order->plan);
		if (order->has_control)
			plan_close(&order->control);
	}
	return good;
}

/* -- telling -- */

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

static void tell_shrunk(json_t *told, const struct order *order, const struct hunt *hunt)
{
	char text[1024];

	for (size_t i = 0; i < hunt->find_count; i++) {
		const struct hunt_find *find = &hunt->finds[i];
		if (find->shrunk[0] == '\0')
			continue;
		told_link(told, find->shrunk, "Failure %zu %s", i + 1, find->sentence);
		if (order->has_control)
			told_text(told, "%s", hunt_say_control(find, i + 1, order->control.device.name, text, sizeof text));
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

static void tell_result(json_t *told, const struct order *order, const struct hunt *hunt)
{
	const char *device = order->plan.device.name;
	const char *judge = order->options.judge;

	if (hunt->find_count > 0)
		told_result(told, TOLD_BAD, "%zu different failure%s of %s in %" PRIu64 " sessions%s%s.", hunt->find_count,
		            hunt->find_count == 1 ? "" : "s", device, hunt->sessions, judge != NULL ? ", by judge " : "",
		            judge != NULL ? judge : "");
	else
		told_result(told, hunt->is_whole && hunt_shows(hunt) ? TOLD_GOOD : TOLD_UNKNOWN,
		            "No failure of %s%s%s%s was found in %" PRIu64 " sessions.", device, judge != NULL ? " by judge " : "",
		            judge != NULL ? judge : "", order->has_control ? " that the control device does not have" : "", hunt->sessions);
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
	if (order->has_control)
		told_text(
			told,
			"Each plan that counts does not fail on %s, the control device, as it was drawn. Plans that fail as one before did were "
			"not run there.",
			order->control.device.name);
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

static void write_json(json_t *search, const struct order *order, const struct hunt *hunt)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "device", json_string(order->plan.device.name));
	(void)json_object_set_new(json, "control", order->has_control ? json_string(order->control.device.name) : json_null());
	(void)json_object_set_new(json, "judge", order->options.judge != NULL ? json_string(order->options.judge) : json_null());
	put(json, "seed", order->options.seed);
	put(json, "sessions", hunt->sessions);
	put(json, "reached", hunt->corpus.map.count);
	put(json, "corpus", hunt->corpus.count);
	(void)json_object_set_new(json, "rounds", rounds_json(hunt));
	(void)json_object_set_new(json, "finds", finds_json(hunt));
	(void)json_object_set_new(search, "hunt", json);
}

/* -- the command -- */

static int status_of(const struct hunt *hunt)
{
	if (hunt->find_count > 0)
		return EXIT_FAILED;
	return hunt_shows(hunt) ? EXIT_PASSED : EXIT_INCONCLUSIVE;
}

static int hunt_and_tell(struct cli_search *cli, const struct order *order)
{
	struct error err = {.text = ""};
	struct hunt hunt;
	char title[256];

	(void)snprintf(title, sizeof title, "Hunt for failures of %s in %s", order->plan.device.name, order->plan.name);
	(void)json_object_set_new(cli->json, "title", json_string(title));
	const bool good = hunt_run(cli->search, cli->dir, &cli->reading.places, &order->plan, &order->options, &hunt, &err);
	write_json(cli->json, order, &hunt);
	tell_result(cli->told, order, &hunt);
	tell_finds(cli->told, &hunt);
	tell_shrunk(cli->told, order, &hunt);
	tell_growth(cli->told, &hunt);
	const int code = good ? cli_search_end(cli, status_of(&hunt)) : cli_search_fail(cli, &err, EXIT_INCONCLUSIVE);
	hunt_close(&hunt);
	return code;
}

static int run_hunt(const struct cli_values *values)
{
	struct error err = {.text = ""};
	struct cli_search cli;
	struct order order = {.has_control = false};
	int code = cli_search_open(&cli, &cli_hunt, values);

	if (code == CLI_GO_ON && !read_all(&cli, &order, &err))
		code = cli_fail(&err);
	else if (code == CLI_GO_ON) {
		code = cli_search_begin(&cli);
		if (code == CLI_GO_ON)
			code = hunt_and_tell(&cli, &order);
		plan_close(&order.plan);
		if (order.has_control)
			plan_close(&order.control);
	}
	cli_search_close(&cli);
	return code;
}

const struct cli_command cli_hunt = {
	"hunt", "SCENARIO", "search for failures at random, guided by what sessions reach", run_hunt, {cli_search_options, options}};

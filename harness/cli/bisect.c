/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `bisect`: which revision brought a failure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/unit.h"
#include "cli/search.h"
#include "search/bisect.h"
#include "statistics/binomial.h"

static const struct cli_option options[] = {
	{"repo", "DIR", "build the revisions of this git repository"},
	{"good", "REV", "older revision, at which the plan passes"},
	{"bad", "REV", "revision at which it fails (default: HEAD)"},
	{"build", "COMMAND",
         "run COMMAND by sh in a checkout of each revision: it writes a device file to $STUTTER_DEVICE, and beside it what that names; "
         "$STUTTER_REVISION is the commit"},
	{"incremental", NULL, "keep in the checkout what an earlier build has left"},
	{"devices", "FILE",
         "bisect the devices listed in FILE instead of a repository: oldest first, a name or a path per line (or name them after the "
         "plan)"},
	{"least", "SHARE", "share of decisions that must be found for a session to count (default: 100%)"},
	{"by-chance", NULL, "run the plan's faults with other seeds again and again, as is always done for what is no frozen plan"},
	{"any-failure", NULL, "by chance: count every failure, not only those like the bad end's"},
	{"confidence", "SHARE", "by chance: required confidence (default: 95%)"},
	{"batch", "N", "by chance: sessions per batch; the result depends on it (default: 4)"},
	{"build-cost", "N", "by chance: cost of a build, in sessions (default: 4)"},
	{"most", "N", "by chance: give up after N sessions (default: 2000)"},
	{NULL, NULL, NULL},
};

/* What the command line asks for. */
struct wish {
	struct cli_search cli;
	struct bisect_options bisect;
	struct revisions revisions;
	struct builds builds;
	bool has_builds;
	char good[REPOSITORY_HASH_MAX], bad[REPOSITORY_HASH_MAX];
};

/* -- options -- */

static bool read_numbers(struct wish *wish, struct error *err)
{
	struct bisect_options *bisect = &wish->bisect;
	const struct cli_values *values = &wish->cli.values;
	uint64_t batch = 4, cost = 4, most = 2000;

	bisect->least = UNIT_PROBABILITY_ONE;
	bisect->belief.confidence = UNIT_PROBABILITY_ONE / 100 * 95;
	if (!cli_read_number(values, "batch", 1, BELIEF_BATCH_MAX, &batch, err) ||
	    !cli_read_number(values, "build-cost", 0, 100000, &cost, err) ||
	    !cli_read_number(values, "most", 1, SAMPLE_MAX - BELIEF_BATCH_MAX, &most, err) ||
	    !cli_read_quantity(values, "least", UNIT_PROBABILITY, &bisect->least, err) ||
	    !cli_read_quantity(values, "confidence", UNIT_PROBABILITY, &bisect->belief.confidence, err))
		return false;
	if (bisect->belief.confidence < UNIT_PROBABILITY_ONE / 2 || bisect->belief.confidence >= UNIT_PROBABILITY_ONE)
		return error_set(err, "--confidence: %s is not between 50%% and 99.99%%", cli_value(&wish->cli.values, "confidence"));
	bisect->belief.batch = (unsigned)batch;
	bisect->belief.build_cost = (unsigned)cost;
	bisect->belief.most = most;
	return true;
}

/* A plan of a session is run as it is, unless the user wants chance; a scenario leaves it no choice. */
static bool read_plan(struct wish *wish, struct error *err)
{
	const struct cli_values *values = &wish->cli.values;
	struct bisect_options *bisect = &wish->bisect;
	struct error of_scenario = {.text = ""};
	struct plan plan;

	if (values->operand_count < 1)
		return error_set(err, "it takes a plan of a session, or a scenario; see `stutter bisect --help`");
	bisect->plan = values->operands[0];
	bisect->places = &wish->cli.reading.places;
	bisect->may_differ = cli_is_given(values, "anyway");
	bisect->any_failure = cli_is_given(values, "any-failure");
	bisect->by_chance = cli_is_given(values, "by-chance");
	const bool is_wanted = bisect->by_chance;
	if (!is_wanted && bisect_read_plan(bisect, NULL, &plan, err)) {
		plan_close(&plan);
		return true;
	}
	bisect->by_chance = true;
	if (!bisect_read_plan(bisect, NULL, &plan, &of_scenario)) {
		*err = of_scenario;
		return false;
	}
	/* A frozen plan with something wrong in its decisions is no scenario. */
	const bool is_scenario = is_wanted || plan.made.tool[0] == '\0';
	plan_close(&plan);
	return is_scenario;
}

/* What an option is for, and whether that is asked for. An option that does nothing would be taken for one that does. */
static bool check_fit(const struct wish *wish, struct error *err)
{
	const bool by_chance = wish->bisect.by_chance, builds = cli_is_given(&wish->cli.values, "repo");
	const struct {
		const char *option;
		bool fits;
		const char *with;
	} rules[] = {
		{"least", !by_chance, "a frozen plan without --by-chance"},
		{"any-failure", by_chance, "a scenario or --by-chance"},
		{"confidence", by_chance, "a scenario or --by-chance"},
		{"batch", by_chance, "a scenario or --by-chance"},
		{"build-cost", by_chance && builds, "--repo, and a scenario or --by-chance"},
		{"most", by_chance, "a scenario or --by-chance"},
		{"incremental", builds, "--repo"},
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (cli_is_given(&wish->cli.values, rules[i].option) && !rules[i].fits)
			return error_set(err, "--%s goes with %s; here it would do nothing", rules[i].option, rules[i].with);
	return true;
}

/* -- revisions: a row of devices -- */

/* All of them are read before anything is run. */
static bool check_devices(struct wish *wish, struct error *err)
{
	struct plan plan;

	for (size_t i = 0; i < wish->revisions.count; i++) {
		if (!bisect_read_plan(&wish->bisect, wish->revisions.list[i].id, &plan, err))
			return false;
		plan_close(&plan);
	}
	return true;
}

static bool read_devices(struct wish *wish, struct error *err)
{
	const struct cli_values *values = &wish->cli.values;
	const char *file = cli_value(values, "devices");

	if (cli_is_given(values, "good") || cli_is_given(values, "bad") || cli_is_given(values, "build"))
		return error_set(err,
		                 "--good, --bad and --build go with --repo; of devices the first is the good one and the last the bad one");
	if (file != NULL && values->operand_count > 1)
		return error_set(err, "devices are named by --devices or after the plan, not by both");
	if (file != NULL && !revisions_read_devices(&wish->revisions, file, err))
		return error_context(err, "--devices");
	for (int i = 1; i < values->operand_count; i++)
		revisions_add_device(&wish->revisions, values->operands[i]);
	if (wish->revisions.count < 2)
		return error_set(err, "it takes --repo, --good and --build, or two devices at least: a good one first, a bad one last");
	revisions_link(&wish->revisions);
	return check_devices(wish, err);
}

/* -- revisions: of a repository -- */

static bool read_repository(struct wish *wish, struct error *err)
{
	const struct cli_values *values = &wish->cli.values;
	const char *repo = cli_value(values, "repo"), *bad = cli_is_given(values, "bad") ? cli_value(values, "bad") : "HEAD";

	if (values->operand_count > 1 || cli_is_given(values, "devices"))
		return error_set(err, "the devices are built from --repo, or they are there: not both");
	if (!cli_is_given(values, "good") || !cli_is_given(values, "build"))
		return error_set(
			err, "--repo goes with --good, a revision at which the plan passes, and --build, which makes a revision a device");
	/* Branches may have moved since the search was begun. */
	if (wish->cli.words == NULL || !builds_ends(wish->cli.dir, wish->good, wish->bad))
		if (!repository_resolve(repo, "--good", cli_value(values, "good"), wish->good, err) ||
		    !repository_resolve(repo, "--bad", bad, wish->bad, err))
			return false;
	if (!repository_read(repo, wish->good, wish->bad, &wish->revisions, err))
		return false;
	if (repository_is_dirty(repo))
		fprintf(stderr, "stutter: warning: what is not committed in %s is not built: revisions are checked out of the repository\n",
		        repo);
	return true;
}

static bool read_revisions(struct wish *wish, struct error *err)
{
	const struct cli_values *values = &wish->cli.values;

	if (cli_is_given(values, "device"))
		return error_set(err, "--device says nothing here: the devices are what is bisected");
	return cli_is_given(values, "repo") ? read_repository(wish, err) : read_devices(wish, err);
}

/* -- the search -- */

static void note_title(struct wish *wish)
{
	const struct revisions *revisions = &wish->revisions;
	char *title = memory_format("%s from %s to %s", wish->bisect.plan, revisions->list[REVISIONS_GOOD].name,
	                            revisions->list[revisions_bad(revisions)].name);

	(void)json_object_set_new(wish->cli.json, "title", json_string(title));
	free(title);
	wish->bisect.json = json_object();
	(void)json_object_set_new(wish->cli.json, "bisect", wish->bisect.json);
}

static int end(struct wish *wish, enum bisect_state state, const struct error *err)
{
	if (state == BISECT_WRONG_ENDS || state == BISECT_NO_PROOF || state == BISECT_BROKEN)
		return cli_search_fail(&wish->cli, err, state == BISECT_WRONG_ENDS ? EXIT_USAGE : EXIT_INCONCLUSIVE);
	return cli_search_end(&wish->cli, state == BISECT_FOUND ? EXIT_PASSED : EXIT_INCONCLUSIVE);
}

static bool is_over(void *ctx)
{
	return search_is_over(ctx);
}

static void tick(void *ctx)
{
	search_tick(ctx);
}

static int search(struct wish *wish)
{
	const struct cli_values *values = &wish->cli.values;
	struct error err = {.text = ""};
	int code = cli_search_begin(&wish->cli);

	if (code != CLI_GO_ON)
		return code;
	note_title(wish);
	wish->bisect.search = wish->cli.search;
	wish->bisect.told = wish->cli.told;
	wish->bisect.revisions = &wish->revisions;
	if (cli_is_given(values, "repo")) {
		wish->has_builds = true;
		if (!builds_open(&wish->builds, cli_value(values, "repo"), cli_value(values, "build"), wish->cli.dir, wish->good, wish->bad,
		                 cli_is_given(values, "incremental"), &err))
			return cli_search_fail(&wish->cli, &err, EXIT_INCONCLUSIVE);
		wish->builds.is_over = is_over;
		wish->builds.tick = tick;
		wish->builds.ctx = wish->cli.search;
		wish->bisect.builds = &wish->builds;
	}
	const enum bisect_state state = bisect_run(&wish->bisect, &err);
	return end(wish, state, &err);
}

static int bisect(const struct cli_values *values)
{
	struct wish *wish = memory_new(sizeof *wish);
	struct error err = {.text = ""};
	int code = cli_search_open(&wish->cli, &cli_bisect, values);

	if (code == CLI_GO_ON)
		code = read_numbers(wish, &err) && read_plan(wish, &err) && check_fit(wish, &err) && read_revisions(wish, &err)
		               ? search(wish)
		               : cli_fail(&err);
	if (wish->has_builds)
		builds_close(&wish->builds);
	revisions_close(&wish->revisions);
	cli_search_close(&wish->cli);
	free(wish);
	return code;
}

const struct cli_command cli_bisect = {
	"bisect", "PLAN [DEVICE...]", "find the revision that introduced a failure", bisect, {cli_search_options, options}};

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/bisect_options.h"

#include <stdio.h>

#include "lib/statistics/binomial.h"

const struct cli_option cli_bisect_options[] = {
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
	{"by-chance", NULL, "run the plan's faults with other seeds again and again, as is always done if the plan is not frozen"},
	{"any-failure", NULL, "by chance: count every failure, not only those like the bad end's"},
	{"confidence", "SHARE", "by chance: required confidence (default: 95%)"},
	{"batch", "N", "by chance: sessions per batch; the result depends on it (default: 4)"},
	{"build-cost", "N", "by chance: cost of a build, in sessions (default: 4)"},
	{"most", "N", "by chance: give up after N sessions (default: 2000)"},
	{NULL, NULL, NULL},
};

/* -- options -- */

static bool read_numbers(struct bisect_wish *wish, struct error *err)
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

/*
 * A plan of a session is run as it is, unless the user wants chance; a scenario leaves it no
 * choice.
 */
static bool read_plan(struct bisect_wish *wish, struct error *err)
{
	const struct cli_values *values = &wish->cli.values;
	struct bisect_options *bisect = &wish->bisect;
	struct error of_scenario = {.text = ""};
	struct plan plan;

	if (values->operand_count < 1)
		return error_set(err, "bisect takes the plan of a session, or a scenario; see `stutter bisect --help`");
	bisect->plan = values->operands[0];
	bisect->paths = campaign_paths(wish->cli.campaign);
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

/*
 * What an option is for, and whether that is asked for. An option that does nothing would be taken
 * for one that does.
 */
static bool check_fit(const struct bisect_wish *wish, struct error *err)
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
static bool check_devices(struct bisect_wish *wish, struct error *err)
{
	struct plan plan;

	for (size_t i = 0; i < wish->revisions.count; i++) {
		if (!bisect_read_plan(&wish->bisect, wish->revisions.list[i].id, &plan, err))
			return false;
		plan_close(&plan);
	}
	return true;
}

static bool read_devices(struct bisect_wish *wish, struct error *err)
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
		return error_set(err, "bisect needs --repo, --good and --build, or at least two devices: a good one first, a bad one last");
	revisions_link(&wish->revisions);
	return check_devices(wish, err);
}

/* -- revisions: of a repository -- */

static bool read_repository(struct bisect_wish *wish, struct error *err)
{
	const struct cli_values *values = &wish->cli.values;
	const char *repo = cli_value(values, "repo"), *bad = cli_is_given(values, "bad") ? cli_value(values, "bad") : "HEAD";

	if (values->operand_count > 1 || cli_is_given(values, "devices"))
		return error_set(err, "the devices are built from --repo, or they are there: not both");
	if (!cli_is_given(values, "good") || !cli_is_given(values, "build"))
		return error_set(
			err, "--repo goes with --good, a revision at which the plan passes, and --build, which makes a revision a device");
	/* Branches may have moved since the search was begun. */
	if (!wish->cli.goes_on || !builds_ends(wish->cli.dir, wish->good, wish->bad))
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

static bool read_revisions(struct bisect_wish *wish, struct error *err)
{
	const struct cli_values *values = &wish->cli.values;

	if (cli_is_given(values, "device"))
		return error_set(err, "--device has no meaning here: the devices are what is bisected");
	return cli_is_given(values, "repo") ? read_repository(wish, err) : read_devices(wish, err);
}

bool cli_bisect_read(struct bisect_wish *wish, struct error *err)
{
	return read_numbers(wish, err) && read_plan(wish, err) && check_fit(wish, err) && read_revisions(wish, err);
}

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

enum {
	OPTION_REPO = CLI_SEARCH_OWN,
	OPTION_GOOD,
	OPTION_BAD,
	OPTION_BUILD,
	OPTION_INCREMENTAL,
	OPTION_DEVICES,
	OPTION_LEAST,
	OPTION_BY_CHANCE,
	OPTION_ANY_FAILURE,
	OPTION_CONFIDENCE,
	OPTION_BATCH,
	OPTION_BUILD_COST,
	OPTION_MOST,
};

static const struct cli_option options[] = {
	CLI_SEARCH_OPTIONS,
	[OPTION_REPO] = {"repo", "DIR", "a git repository whose revisions are built"},
	[OPTION_GOOD] = {"good", "REV", "an older revision, at which the plan passes"},
	[OPTION_BAD] = {"bad", "REV", "a revision at which it fails (default: HEAD)"},
	[OPTION_BUILD] =
		{"build", "COMMAND",
                 "run by sh in a checkout of a revision: leaves a device's file at $STUTTER_DEVICE, and beside it what that names; "
                 "$STUTTER_REVISION is the commit"},
	[OPTION_INCREMENTAL] = {"incremental", NULL, "leaves in the checkout what an earlier build has made"},
	[OPTION_DEVICES] =
		{"devices", "FILE",
                 "in place of a repository: devices that are there, oldest first, a name or a path a line; or name them after the plan"},
	[OPTION_LEAST] = {"least", "SHARE", "a session with fewer of the decisions found shows nothing (default: 100%)"},
	[OPTION_BY_CHANCE] = {"by-chance", NULL,
                              "runs the plan's faults with other seeds again and again; what is no frozen plan is always run so"},
	[OPTION_ANY_FAILURE] = {"any-failure", NULL, "by chance: every failure counts, not just those like the bad end's"},
	[OPTION_CONFIDENCE] = {"confidence", "SHARE", "by chance: how sure it has to be (default: 95%)"},
	[OPTION_BATCH] = {"batch", "N", "by chance: sessions at once; the result depends on it (default: 4)"},
	[OPTION_BUILD_COST] = {"build-cost", "N", "by chance: a build is worth as much as so many sessions (default: 4)"},
	[OPTION_MOST] = {"most", "N", "by chance: gives up after so many sessions (default: 2000)"},
	[OPTION_MOST + 1] = {0},
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

static bool read_count(struct wish *wish, int option, unsigned long long min, unsigned long long max, unsigned long long *ret_value,
                       struct error *err)
{
	const char *text = wish->cli.values.of[option];

	return text == NULL || cli_number(options[option].name, text, min, max, ret_value, err);
}

static bool read_share(struct wish *wish, int option, uint64_t *ret_share, struct error *err)
{
	const char *text = wish->cli.values.of[option];

	return text == NULL || unit_parse(UNIT_PROBABILITY, text, ret_share, err) || error_context(err, "--%s", options[option].name);
}

static bool read_numbers(struct wish *wish, struct error *err)
{
	struct bisect_options *bisect = &wish->bisect;
	unsigned long long batch = 4, cost = 4, most = 2000;

	bisect->least = UNIT_PROBABILITY_ONE;
	bisect->belief.confidence = UNIT_PROBABILITY_ONE / 100 * 95;
	if (!read_count(wish, OPTION_BATCH, 1, BELIEF_BATCH_MAX, &batch, err) ||
	    !read_count(wish, OPTION_BUILD_COST, 0, 100000, &cost, err) ||
	    !read_count(wish, OPTION_MOST, 1, SAMPLE_MAX - BELIEF_BATCH_MAX, &most, err) ||
	    !read_share(wish, OPTION_LEAST, &bisect->least, err) || !read_share(wish, OPTION_CONFIDENCE, &bisect->belief.confidence, err))
		return false;
	if (bisect->belief.confidence < UNIT_PROBABILITY_ONE / 2 || bisect->belief.confidence >= UNIT_PROBABILITY_ONE)
		return error_set(err, "--confidence: %s is not between 50%% and 99.99%%", wish->cli.values.of[OPTION_CONFIDENCE]);
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
	bisect->may_differ = values->of[CLI_SEARCH_ANYWAY] != NULL;
	bisect->any_failure = values->of[OPTION_ANY_FAILURE] != NULL;
	bisect->by_chance = values->of[OPTION_BY_CHANCE] != NULL;
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
	const bool by_chance = wish->bisect.by_chance, builds = wish->cli.values.of[OPTION_REPO] != NULL;
	const struct {
		int option;
		bool fits;
		const char *with;
	} rules[] = {
		{OPTION_LEAST, !by_chance, "a frozen plan without --by-chance"},
		{OPTION_ANY_FAILURE, by_chance, "a scenario or --by-chance"},
		{OPTION_CONFIDENCE, by_chance, "a scenario or --by-chance"},
		{OPTION_BATCH, by_chance, "a scenario or --by-chance"},
		{OPTION_BUILD_COST, by_chance && builds, "--repo, and a scenario or --by-chance"},
		{OPTION_MOST, by_chance, "a scenario or --by-chance"},
		{OPTION_INCREMENTAL, builds, "--repo"},
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (wish->cli.values.of[rules[i].option] != NULL && !rules[i].fits)
			return error_set(err, "--%s goes with %s; here it would do nothing", options[rules[i].option].name, rules[i].with);
	return true;
}

/* -- revisions: a row of devices -- */

static void add_device(struct wish *wish, const char *device)
{
	struct revisions *revisions = &wish->revisions;
	const size_t at = revisions_add(revisions, device, device, revisions->count > 0);

	if (at > 0)
		revisions_add_parent(revisions, at, at - 1);
}

/* A path in the file, which has a slash or ends in .yaml, is relative to the file's folder; a name is a device of the build. */
static void add_line(struct wish *wish, const char *file, const char *line)
{
	const char *slash = strrchr(file, '/');
	const size_t length = strlen(line);
	const bool is_path = strchr(line, '/') != NULL || (length > 5 && strcmp(line + length - 5, ".yaml") == 0);
	char *path = is_path && line[0] != '/' && slash != NULL ? memory_format("%.*s/%s", (int)(slash - file), file, line)
	                                                        : memory_text(line);

	add_device(wish, path);
	free(path);
}

static bool read_devices_file(struct wish *wish, const char *file, struct error *err)
{
	char *text = memory_file(file), *rest = NULL;

	if (text == NULL)
		return error_set(err, "--devices: %s cannot be read", file);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		line += strspn(line, " \t");
		line[strcspn(line, "#\r")] = '\0';
		for (size_t length = strlen(line); length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t');)
			line[--length] = '\0';
		if (line[0] != '\0')
			add_line(wish, file, line);
	}
	free(text);
	return true;
}

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
	const char *file = values->of[OPTION_DEVICES];

	if (values->of[OPTION_GOOD] != NULL || values->of[OPTION_BAD] != NULL || values->of[OPTION_BUILD] != NULL)
		return error_set(err,
		                 "--good, --bad and --build go with --repo; of devices the first is the good one and the last the bad one");
	if (file != NULL && values->operand_count > 1)
		return error_set(err, "devices are named by --devices or after the plan, not by both");
	if (file != NULL && !read_devices_file(wish, file, err))
		return false;
	for (int i = 1; i < values->operand_count; i++)
		add_device(wish, values->operands[i]);
	if (wish->revisions.count < 2)
		return error_set(err, "it takes --repo, --good and --build, or two devices at least: a good one first, a bad one last");
	revisions_link(&wish->revisions);
	return check_devices(wish, err);
}

/* -- revisions: of a repository -- */

static bool read_repository(struct wish *wish, struct error *err)
{
	const struct cli_values *values = &wish->cli.values;
	const char *repo = values->of[OPTION_REPO], *bad = values->of[OPTION_BAD] != NULL ? values->of[OPTION_BAD] : "HEAD";

	if (values->operand_count > 1 || values->of[OPTION_DEVICES] != NULL)
		return error_set(err, "the devices are built from --repo, or they are there: not both");
	if (values->of[OPTION_GOOD] == NULL || values->of[OPTION_BUILD] == NULL)
		return error_set(
			err, "--repo goes with --good, a revision at which the plan passes, and --build, which makes a revision a device");
	/* Branches may have moved since the search was begun. */
	if (wish->cli.words == NULL || !builds_ends(wish->cli.dir, wish->good, wish->bad))
		if (!repository_resolve(repo, "--good", values->of[OPTION_GOOD], wish->good, err) ||
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

	if (values->of[CLI_SEARCH_DEVICE] != NULL)
		return error_set(err, "--device says nothing here: the devices are what is bisected");
	return values->of[OPTION_REPO] != NULL ? read_repository(wish, err) : read_devices(wish, err);
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
	if (values->of[OPTION_REPO] != NULL) {
		wish->has_builds = true;
		if (!builds_open(&wish->builds, values->of[OPTION_REPO], values->of[OPTION_BUILD], wish->cli.dir, wish->good, wish->bad,
		                 values->of[OPTION_INCREMENTAL] != NULL, &err))
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

const struct cli_command cli_bisect = {"bisect", "PLAN [DEVICE...]", "finds the revision that brought a failure", options, bisect};

/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "harness/cli/search.h"
#include "harness/search/shrink_told.h"

static int status_of(const struct shrunk *shrunk)
{
	if (shrunk->state == SHRINK_PASSES)
		return EXIT_USAGE;
	if (shrunk->state == SHRINK_UNCLEAR || !shrunk->has_plan)
		return EXIT_INCONCLUSIVE;
	if (shrunk->state == SHRINK_UNSTEADY)
		return EXIT_BUG;
	return shrunk->state == SHRINK_ENDED || shrunk->proofs < SHRINK_PROOFS ? EXIT_INCONCLUSIVE : EXIT_PASSED;
}

static int shrink_one(struct cli_search *cli, const char *path, const struct plan *plan)
{
	struct error err = {.text = ""};
	struct ending before;
	struct shrunk shrunk;
	char missed[VERDICT_TEXT_MAX];
	const bool has_before = !cli_is_given(&cli->values, "device") && ending_read(path, plan, &before, missed);

	if (has_before && !shrink_may(path, &before, missed, &err))
		return cli_fail(&err);
	int code = cli_search_begin(cli);
	if (code != CLI_GO_ON)
		return code;
	(void)json_object_set_new(cli->json, "title", json_string(plan->name));
	if (!shrink_plan(cli->search, plan, SHRINK_PLAN, has_before ? &before : NULL, &shrunk, &err))
		return cli_search_fail(cli, &err, EXIT_INCONCLUSIVE);
	code = status_of(&shrunk);
	shrink_tell(&shrunk, cli->told);
	if (shrunk.has_plan)
		(void)json_object_set_new(cli->json, "shrink", shrink_json(&shrunk));
	shrunk_close(&shrunk);
	return cli_search_end(cli, code);
}

static int shrink(const struct cli_values *values)
{
	struct error err = {.text = ""};
	struct cli_search cli;
	struct plan plan;

	int code = cli_search_open(&cli, &cli_shrink, values);
	if (code == CLI_GO_ON && cli.values.operand_count != 1) {
		(void)error_set(&err, "shrink takes one plan, the plan.yaml of a session that failed; see `stutter shrink --help`");
		code = cli_fail(&err);
	}
	if (code == CLI_GO_ON) {
		const char *path = cli.values.operands[0];
		const bool good = campaign_read(cli.campaign, path, NULL, true, &plan, &err);
		code = good ? shrink_one(&cli, path, &plan) : cli_fail(&err);
		if (good)
			plan_close(&plan);
	}
	cli_search_close(&cli);
	return code;
}

const struct cli_command cli_shrink = {"shrink",
                                       "PLAN",
                                       "reduce the plan of a failing session to what the failure needs, and say when it fails",
                                       shrink,
                                       {cli_search_options}};

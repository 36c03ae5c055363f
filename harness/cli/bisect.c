/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `bisect`: which revision brought a failure. */
#include <stdlib.h>

#include "lib/base/memory.h"
#include "harness/cli/bisect_options.h"

static void note_title(struct bisect_wish *wish)
{
	const struct revisions *revisions = &wish->revisions;
	char *title = memory_format("%s from %s to %s", wish->bisect.plan, revisions->list[REVISIONS_GOOD].name,
	                            revisions->list[revisions_bad(revisions)].name);

	(void)json_object_set_new(wish->cli.json, "title", json_string(title));
	free(title);
	wish->bisect.json = json_object();
	(void)json_object_set_new(wish->cli.json, "bisect", wish->bisect.json);
}

static int end(struct bisect_wish *wish, enum bisect_state state, const struct error *err)
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

static int search(struct bisect_wish *wish)
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
	struct bisect_wish *wish = memory_new(sizeof *wish);
	struct error err = {.text = ""};
	int code = cli_search_open(&wish->cli, &cli_bisect, values);

	if (code == CLI_GO_ON)
		code = cli_bisect_read(wish, &err) ? search(wish) : cli_fail(&err);
	if (wish->has_builds)
		builds_close(&wish->builds);
	revisions_close(&wish->revisions);
	cli_search_close(&wish->cli);
	free(wish);
	return code;
}

const struct cli_command cli_bisect = {
	"bisect", "PLAN [DEVICE...]", "find the revision that introduced a failure", bisect, {cli_search_options, cli_bisect_options}};

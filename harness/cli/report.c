/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `report`: what came of a run or a search, from its folder. */
#include "harness/campaign/report.h"
#include "harness/cli/shown.h"
#include "harness/cli/values.h"
#include "reports/search/told.h"
#include "reports/session/picture.h"

static const struct cli_option options[] = {
	{"github", NULL, "print annotations for GitHub Actions, too (default: where GITHUB_ACTIONS is true)"},
	{"picture", "FILE", "only draw a picture (SVG): the first cause, and its first session from the first loss or fault on"},
	{NULL, NULL, NULL},
};

static bool draw(const char *dir, const char *path, struct error *err)
{
	struct causes causes;
	struct run run;

	if (!run_open(&run, dir, err))
		return false;
	causes_open(&causes, &run);
	bool good = picture_write(path, &causes, err);
	causes_close(&causes);
	run_close(&run);
	return good;
}

/* Of a search, too, the page comes from what its folder holds, by the same code as at its end. */
static int report_search(const char *dir, struct error *err)
{
	json_t *search = search_read(dir, err);

	if (search == NULL)
		return cli_fail(err);
	const bool good = search_page_write(search, dir, err);
	const int code = (int)json_integer_value(json_object_get(search, "status"));
	told_print(json_object_get(search, "told"), stdout, cli_takes_colours());
	json_decref(search);
	if (good)
		return code;
	cli_fail(err);
	return EXIT_INCONCLUSIVE;
}

/* @param ret_code As it was if there is no run. */
static bool report_run(const struct cli_values *values, int *ret_code, struct error *err)
{
	struct reported reported = {.terminal = true, .github = cli_is_given(values, "github") || reported_on_github()};
	const struct campaign_ops ops = {.reported = reported_print, .ctx = &reported};
	enum campaign_outcome outcome = CAMPAIGN_OUTCOMES;
	const bool good = report_end(values->operands[0], &ops, &outcome, err);

	if (outcome != CAMPAIGN_OUTCOMES)
		*ret_code = shown_status(outcome);
	return good;
}

static int report(const struct cli_values *values)
{
	struct error err = {.text = ""};
	int code = EXIT_USAGE;

	if (values->operand_count != 1)
		error_set(&err, "no run given; name its folder, such as stutter-runs/001");
	else if (search_is_one(values->operands[0]) && (cli_is_given(values, "picture") || cli_is_given(values, "github")))
		error_set(&err, "%s is the folder of a search; --%s is for one of a run", values->operands[0],
		          cli_is_given(values, "picture") ? "picture" : "github");
	else if (search_is_one(values->operands[0]))
		return report_search(values->operands[0], &err);
	else if (cli_is_given(values, "picture") && draw(values->operands[0], cli_value(values, "picture"), &err))
		return EXIT_PASSED;
	else if (!cli_is_given(values, "picture") && report_run(values, &code, &err))
		return code;
	cli_fail(&err);
	return code == EXIT_PASSED ? EXIT_INCONCLUSIVE : code;
}

const struct cli_command cli_report = {
	"report", "DIR", "show the result of a run or a search from its folder, and write its reports anew", report, {options}};

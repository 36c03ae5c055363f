/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/text.h"
#include "harness/cli/cli.h"
#include "harness/cli/list_files.h"
#include "lib/fault/window.h"
#include "lib/fault/preset.h"
#include "harness/judge/judge.h"
#include "harness/scenario/plan.h"

static void print_table(const struct param *table, const char *indent)
{
	char allowed[PARAM_VALUE_MAX];

	for (const struct param *row = table; row->key != NULL; row++) {
		printf("%s%-16s %s; %s", indent, row->key, row->summary, param_allowed(row, allowed));
		if (row->standard == NULL)
			printf("; must be given\n");
		else
			printf("; default %s\n", row->standard[0] != '\0' ? row->standard : "empty");
	}
}

static int list_faults(const struct paths *paths)
{
	const struct action *action;

	(void)paths;
	puts("The match, a fault's own keys; all conditions hold together:");
	print_table(match_params, "  ");
	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		printf("\n%s: %s\n", action->name, action->summary);
		print_table(action->params, "  ");
	}
	puts("\nnetem: in place of an action, what tc-netem(8) would be told, such as \"delay 100ms 20ms distribution normal loss 1%\"; it becomes a\n"
	     "fault for each of its words\n"
	     "\npreset: in place of an action, a name from `stutter list presets`; it becomes one fault or several");
	return EXIT_PASSED;
}

static int list_addresses(const struct paths *paths)
{
	(void)paths;
	puts("A frame, as WORD, WORD#N, WORD#A..B, WORD[FLOW]#N; FLOW is a server's port or name, with /K the K-th connection to it:\n");
	for (size_t i = 0; i < ADDRESS_WORDS; i++)
		printf("  %-20s %s (%s)\n", address_words[i].word, address_words[i].summary, address_words[i].source);
	puts("\nNames of ports:\n");
	for (const struct address_port *row = address_ports; row->name != NULL; row++)
		printf("  %-20s %u\n", row->name, row->port);
	puts("\nAn event at a site of the board or of the far end, as SITE#N or SITE#A..B, counted from power on:\n");
	for (unsigned site = 0; site < SITES; site++)
		printf("  %-20s %s\n", fault_sites[site].name, fault_sites[site].summary);
	return EXIT_PASSED;
}

static int list_reference(const struct paths *paths)
{
	(void)paths;
	return cli_print_reference();
}

/* Matches and parameters are written as a scenario would have them, nearly. */
static int list_presets(const struct paths *paths)
{
	(void)paths;
	puts("In place of an action, as `preset: NAME`; each becomes these faults, in this order, with the match of its entry:");
	for (const struct preset *preset = presets; preset->name != NULL; preset++) {
		printf("\n%s: %s\n  [%s]\n", preset->name, preset->summary, preset->source);
		for (const struct preset_fault *row = preset->faults; row->action != NULL; row++)
			printf("  %-16s %s%s%s\n", row->action, row->params, row->match[0] != '\0' && row->params[0] != '\0' ? "; " : "",
			       row->match);
	}
	return EXIT_PASSED;
}

static int list_judges(const struct paths *paths)
{
	char allowed[PARAM_VALUE_MAX];

	(void)paths;
	puts("Keys of `expect:`; false or 0 switches a judge off, and the first that is not content makes a session fail:");
	for (size_t i = 0; i < JUDGES_COUNT; i++) {
		const struct param *row = &judge_catalogue[i]->params[0];
		printf("  %-16s %s; %s; default %s\n", row->key, row->summary + sizeof JUDGE_WORD - 1, param_allowed(row, allowed),
		       row->standard);
	}
	return EXIT_PASSED;
}

static int list_devices(const struct paths *paths)
{
	return cli_list_files(paths->devices, SELECTION_DEVICES);
}

static int list_scenarios(const struct paths *paths)
{
	return cli_list_files(paths->scenarios, SELECTION_SCENARIOS);
}

static int list_suites(const struct paths *paths)
{
	return cli_list_files(paths->scenarios, SELECTION_SUITES);
}

static const struct topic {
	const char *name;
	int (*list)(const struct paths *paths);
} topics[] = {{"scenarios", list_scenarios}, {"suites", list_suites},   {"faults", list_faults}, {"presets", list_presets},
              {"addresses", list_addresses}, {"devices", list_devices}, {"judges", list_judges}, {"reference", list_reference},
              {"oracles", list_judges}}; /* an older word for judges; not offered */
#define TOPICS (sizeof topics / sizeof topics[0])
#define TOPICS_OFFERED (TOPICS - 1)

/* @return false, with all that there are. */
static bool no_topic(const char *wanted, struct error *err)
{
	const char *names[TOPICS_OFFERED + 1] = {NULL};
	char all[256];
	struct text list = text_in(all, sizeof all);

	for (size_t i = 0; i < TOPICS_OFFERED; i++)
		names[i] = topics[i].name;
	if (wanted != NULL)
		return cli_unknown("topic", wanted, names, err);
	text_add_names(&list, names);
	CHECK(!text_is_cut(&list));
	return error_set(err, "list takes one topic of %s", all);
}

static int run(const struct cli_values *values)
{
	const char *wanted = values->operand_count == 1 ? values->operands[0] : NULL;
	struct paths paths;
	struct error err;

	for (size_t i = 0; i < TOPICS && wanted != NULL; i++)
		if (strcmp(topics[i].name, wanted) == 0)
			return paths_find(&paths, &err) ? topics[i].list(&paths) : cli_fail(&err);
	no_topic(wanted, &err);
	return cli_fail(&err);
}

const struct cli_command cli_list = {"list", "scenarios|suites|faults|presets|addresses|devices|judges|reference",
                                     "list what there is, with parameters, units and defaults", run, .options = {NULL}};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenarios/REFERENCE.md: the grammar of scenarios as a page, from the very tables that read them.
 * A test compares the page with what this prints.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "lib/fault/dist.h"
#include "lib/fault/window.h"
#include "lib/fault/preset.h"
#include "lib/fault/recording.h"
#include "emulator/guest/language/config.h"
#include "emulator/guest/language/reports.h"
#include "harness/scenario/plan.h"
#include "harness/scenario/suite.h"

/* A cell of a table must not have the bar that ends it. */
static void print_cell(const char *text)
{
	fputs(" ", stdout);
	for (; *text != '\0'; text++)
		printf(*text == '|' ? "\\%c" : "%c", *text);
	fputs(" |", stdout);
}

static void print_table(const struct param *table)
{
	char allowed[PARAM_VALUE_MAX], standard[PARAM_VALUE_MAX], limits[PARAM_VALUE_MAX], takes[2 * PARAM_VALUE_MAX];

	puts("| key | default | takes | means |\n|---|---|---|---|");
	for (const struct param *row = table; row->key != NULL; row++) {
		if (row->standard == NULL)
			(void)snprintf(standard, sizeof standard, "must be given");
		else
			(void)snprintf(standard, sizeof standard, row->standard[0] != '\0' ? "`%s`" : "%s", row->standard);
		fputs("|", stdout);
		printf(" `%s` |", row->key);
		print_cell(standard);
		(void)snprintf(takes, sizeof takes, "%s%s%s", param_allowed(row, allowed), param_limits(row, limits)[0] != '\0' ? ", " : "",
		               limits);
		print_cell(takes);
		print_cell(row->summary);
		fputs("\n", stdout);
	}
	fputs("\n", stdout);
}

static void print_actions(enum fault_layer layer, const char *heading)
{
	const struct action *action;

	printf("## %s\n\n", heading);
	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		if (action_layer(action) != layer)
			continue;
		const bool has_address = action->site < SITES;
		printf("### `%s`\n\n%s%s%s%s.\n\n", action->name, action->summary, has_address ? "; at `" : "",
		       has_address ? fault_sites[action->site].name : "", has_address ? "`" : "");
		print_table(action->params);
	}
}

static void print_presets(void)
{
	puts("## Presets\n\n`stutter list presets` shows the faults that each stands for.\n\n| preset | stands for | source |\n|---|---|---|");
	for (const struct preset *preset = presets; preset->name != NULL; preset++)
		printf("| `%s` | %s | %s |\n", preset->name, preset->summary, preset->source);
	fputs("\n", stdout);
}

static void print_addresses(void)
{
	puts("## Addresses\n\n"
	     "`WORD` is every frame that the word names, `WORD#N` the N-th, `WORD#A..B` and `WORD#A..` a range, counted from 1 in each direction by itself.\n"
	     "`WORD[FLOW]#N` counts within a flow: a server's port or its name, with `/K` for the K-th connection to it, such as `tcp.data[http/2]#17`.\n"
	     "Every sending counts, so `tcp.syn#2` may repeat the first; `tcp.retransmission` names repetitions only.\n"
	     "A message that spans several segments names the one that it begins in.\n\n"
	     "| word | names | source |\n|---|---|---|");
	for (size_t i = 0; i < ADDRESS_WORDS; i++)
		printf("| `%s` | %s | %s |\n", address_words[i].word, address_words[i].summary, address_words[i].source);
	puts("\n| name of a port | port |\n|---|---|");
	for (const struct address_port *row = address_ports; row->name != NULL; row++)
		printf("| `%s` | %u |\n", row->name, row->port);
	puts("\nSites of the board and of the far end are counted from power on, as `SITE#N` or `SITE#A..B`.\n\n| site | names |\n|---|---|");
	for (unsigned site = 0; site < SITES; site++)
		printf("| `%s` | %s |\n", fault_sites[site].name, fault_sites[site].summary);
	fputs("\n", stdout);
}

/* Of what no table says. */
static void print_limits(void)
{
	puts("## Limits\n\n| of | at most |\n|---|---|");
	printf("| a file | %u MiB, %u values, nested %d deep |\n", YAML_SIZE_MAX >> 20, YAML_NODES_MAX, YAML_DEPTH_MAX);
	printf("| faults of a scenario, those of `netem` and `preset` counted one by one | %d |\n", FAULTS_MAX);
	printf("| seeds of a scenario or a run | %u |\n", PLANNED_SESSIONS_MAX);
	printf("| a fault's name | %d bytes |\n", FAULT_NAME_MAX - 1);
	printf("| the path of a file, once it is resolved | %d bytes |\n", DEVICE_PATH_MAX - 1);
	printf("| the path of a recording or a table, once it is resolved | %d bytes |\n", FAULT_PATH_MAX - 1);
	printf("| lines of a recording | %u |\n", RECORDING_ROWS_MAX);
	printf("| numbers of a table of a distribution | %d |\n", DIST_MAX);
	printf("| decimals of a number | %d |\n\n", UNIT_DECIMALS_MAX);
}

/* -- what device and harness say to each other -- */

struct guest_key {
	const char *key, *standard; /* standard NULL: the number */
	uint64_t number;
	const char *help;
};

#define GUEST_TEXT(key, member, value, help) {#key, value, 0, help},
#define GUEST_COUNT(key, member, value, help) {#key, NULL, value, help},
#define GUEST_FLAG(key, member, value, help) {#key, NULL, GUEST_FLAG_##value, help},
#define GUEST_FACTOR(key, member, value, help) {#key, NULL, 100 * (value), help ", in per cent"},
#define GUEST_SIZE(key, member, amount, unit, help) {#key, NULL, amount, help},
#define GUEST_DURATION(key, member, amount, unit, step, help) {#key, NULL, GUEST_IN_##step(amount, unit), help},
#define GUEST(name) GUEST_KEY_##name(GUEST)

static void print_guest_keys(void)
{
	static const struct guest_key keys[] = {GUEST_KEYS_OF_AGENT_BEFORE(GUEST) GUEST(RETRIES) GUEST_KEYS_OF_AGENT_BEHIND(GUEST)
	                                                GUEST_KEYS_OF_SYSTEM(GUEST)};

	puts("| key | default | means |\n|---|---|---|");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		printf("| `%s` |", keys[i].key);
		if (keys[i].standard == NULL)
			printf(" %" PRIu64 " |", keys[i].number);
		else
			printf(keys[i].standard[0] != '\0' ? " `%s` |" : "%s |", keys[i].standard);
		print_cell(keys[i].help);
		puts("");
	}
	puts("");
}

static void print_guest_reports(void)
{
#define REPORT(form, from, means) {form, from, means},
	static const struct {
		const char *form, *from, *means;
	} reports[] = {GUEST_REPORTS(REPORT)};

	puts("| report | from | means |\n|---|---|---|");
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
		printf("| `%s` | %s | %s |\n", reports[i].form, reports[i].from, reports[i].means);
}

static void print_guest(void)
{
	puts("## What the guest reads and says\n\n"
	     "For clients of your own, and for other root file systems; a device file says it in its own words, above.\n\n"
	     "### Configuration\n\n"
	     "`KEY=value` lines, quoted as for a shell, in `/run/config`.\n"
	     "Keys that end with `_MS` and `_S` count milliseconds and seconds; `RETRIES_DOWNLOAD` and the like are `RETRIES` of one phase.\n");
	print_guest_keys();
	puts("### Reports\n\n"
	     "One line each, written to `/dev/stutter`.\n");
	print_guest_reports();
}

static void print_scenario(void)
{
	const struct expect_table expect = expect_table();

	puts("# Reference\n\n"
	     "What a scenario can say.\n"
	     "This page is printed by `stutter list reference` from the tables that read scenarios; `make golden` writes it anew.\n\n"
	     "Relative paths are meant relative to the file that names them.\n"
	     "`stutter check` refuses what cannot happen or come true, in the words of `stutter run`.\n\n"
	     "## Scenario\n");
	print_table(plan_params);
	puts("`tags: [WORD, ...]` are what suites and `stutter run --tag` choose it by; the name of the folder that it lies in is one without being said.\n");
	puts("`session: FILE` is a recorded session, as `stutter import` makes one: its servers take the place of the services, and the device is `recorded`, which plays the other side, unless another is named.\n");
	puts("## `redraw:`\n\n"
	     "The faults of a plan, up to an instant as they were, and from then on drawn anew with another seed, to see whether the outcome was already settled.\n"
	     "The rest of the session keeps its seed, so that up to this instant it is the same to the last bit; the replay of a frozen plan draws nothing, and so nothing anew.\n"
	     "A plan without this part draws with its seed up to the end.\n");
	print_table(redraw_params);
	puts("## `link:`\n");
	print_table(link_params);
	puts("## `server:`\n");
	print_table(service_params);
	puts("## `expect:`\n");
	print_table(expect.rows);
	puts("`acted: [NAME, ...]` lists faults that must have acted, in a pass as in a failure: what came out right without them shows nothing of them.\n");
}

static void print_faults(void)
{
	puts("## `faults:`, a list\n\n"
	     "A fault has a `name` (its action's, if none is given), one action, and a match, whose conditions must all hold.\n"
	     "An action written as a bare value sets its first parameter: `delay: 100ms`.\n"
	     "In place of an action, `netem: \"delay 100ms 20ms loss 1%\"` takes tc-netem's own words (with `netem_exact: true` by the arithmetic of Linux), and `preset: NAME` one of those below; either "
	     "becomes several faults with the match of the entry.\n");
	print_table(match_params);
	print_presets();
	print_actions(LAYER_PROXY, "Actions on frames between wire and far end");
	print_actions(LAYER_LINK, "Actions on the cable");
	print_actions(LAYER_BOARD, "Actions on chip, bus, INT, supply and flash");
	print_actions(LAYER_SERVER, "Actions at the services of the far end");
}

static void print_suite(void)
{
	puts("## Suite\n\n"
	     "A file with the key `suite:`, which `stutter run`, `check` and `gate` take.\n");
	print_table(suite_params);
	puts("`devices: [NAME, ...]` has every scenario run on each of these devices, in place of its own; a path is that of a device's file. `gate` has devices of its own.\n\n"
	     "`judges:` has keys of `expect:` that are judges; they are asked of every session that is expected to pass, unless its scenario sets them itself.\n\n"
	     "`scenarios:` is a list of paths, or of mappings with these keys and `devices` in place of the suite's.\n"
	     "A scenario that several entries name is run as the last of them says.\n");
	print_table(suite_entry_params);
	puts("`quarantine:` is a list of scenarios that `stutter gate` runs and shows, and does not judge by.\n");
	print_table(quarantine_params);
	puts("`waivers:` is a list of failures that it lets pass, each known by its reason; any other failure of the scenario counts.\n");
	print_table(waiver_params);
}

static void print_device(void)
{
	puts("## Device\n");
	print_table(device_params);
	puts("### `agent:`\n");
	print_table(agent_params);
	puts("### `dhcp:`\n");
	print_table(dhcp_params);
	puts("### `flash:`\n\nA device without this part has no flash.\n");
	print_table(flash_params);
}

int cli_print_reference(void)
{
	print_scenario();
	print_faults();
	print_addresses();
	print_limits();
	print_suite();
	print_device();
	print_guest();
	return EXIT_PASSED;
}

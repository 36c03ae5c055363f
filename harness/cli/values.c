/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/values.h"

#include <string.h>

#include "lib/base/check.h"
#include "harness/scenario/plan.h"

/* -- by name -- */

static size_t find(const struct cli_command *command, const char *name)
{
	const struct cli_option *option = NULL;
	size_t i = 0;

	while ((option = cli_option_at(command, i)) != NULL && strcmp(option->name, name) != 0)
		i++;
	CHECK(option != NULL);
	return i;
}

const char *cli_value(const struct cli_values *values, const char *name)
{
	return values->given[find(values->command, name)];
}

bool cli_is_given(const struct cli_values *values, const char *name)
{
	return cli_value(values, name) != NULL;
}

void cli_replace(struct cli_values *values, const char *name, const char *value)
{
	values->given[find(values->command, name)] = value;
}

/* -- numbers -- */

bool cli_number(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *ret_value, struct error *err)
{
	uint64_t value;

	if (!unit_parse(UNIT_NONE, text, &value, err))
		return error_context(err, "--%s", option);
	if (value < min || value > max)
		return error_set(err, "--%s: %s is not between %llu and %llu", option, text, (unsigned long long)min,
		                 (unsigned long long)max);
	*ret_value = value;
	return true;
}

bool cli_read_number(const struct cli_values *values, const char *name, uint64_t min, uint64_t max, uint64_t *ret_value, struct error *err)
{
	const char *text = cli_value(values, name);

	return text == NULL || cli_number(name, text, min, max, ret_value, err);
}

bool cli_read_quantity(const struct cli_values *values, const char *name, enum unit unit, uint64_t *ret_value, struct error *err)
{
	const char *text = cli_value(values, name);

	return text == NULL || unit_parse(unit, text, ret_value, err) || error_context(err, "--%s", name);
}

bool cli_two(const char *option, const char *text, const char *mark, uint64_t *ret_first, uint64_t *ret_last, struct error *err)
{
	const char *at = strstr(text, mark);
	uint64_t first = 0, last = 0;
	char left[32];

	if (at == NULL || (size_t)(at - text) >= sizeof left)
		return error_set(err, "--%s: '%s' is not of the form %s", option, text, mark[0] == '/' ? "2/8" : "1..16");
	memcpy(left, text, (size_t)(at - text));
	left[at - text] = '\0';
	if (!cli_number(option, left, 0, UINT64_MAX, &first, err) || !cli_number(option, at + strlen(mark), 0, UINT64_MAX, &last, err))
		return false;
	*ret_first = first;
	*ret_last = last;
	return true;
}

static bool read_range(const char *text, struct cli_seeds *seeds, struct error *err)
{
	if (!cli_two("seeds", text, "..", &seeds->first, &seeds->last, err))
		return false;
	return (seeds->last >= seeds->first && seeds->last - seeds->first < PLANNED_SESSIONS_MAX) ||
	       error_set(err, "--seeds: '%s' must ascend, over at most %u seeds", text, PLANNED_SESSIONS_MAX);
}

bool cli_read_seeds(const struct cli_values *values, struct cli_seeds *ret_seeds, struct error *err)
{
	const char *one = cli_value(values, "seed"), *range = cli_value(values, "seeds");
	struct cli_seeds seeds = *ret_seeds;

	seeds.given = one != NULL || range != NULL;
	if (one != NULL && range != NULL)
		return error_set(err, "--seed and --seeds cannot be used together");
	if (range != NULL && !read_range(range, &seeds, err))
		return false;
	if (one != NULL && !cli_number("seed", one, 0, UINT64_MAX, &seeds.first, err))
		return false;
	if (one != NULL)
		seeds.last = seeds.first;
	*ret_seeds = seeds;
	return true;
}

/* -- going on -- */

static bool is_among(const char *const *names, const char *name)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

bool cli_take_anew(struct cli_values *begun, const struct cli_values *now, const char *const *free, const char *operands, const char *what,
                   struct error *err)
{
	const struct cli_option *option;

	if (now->operand_count > 0)
		return error_set(err, "--resume continues with %s was started with; it takes no '%s'", operands, now->operands[0]);
	for (size_t i = 0; (option = cli_option_at(now->command, i)) != NULL; i++) {
		if (now->given[i] == NULL || strcmp(option->name, "resume") == 0)
			continue;
		if (!is_among(free, option->name))
			return error_set(err, "--resume continues the %s as it was begun; it takes no --%s", what, option->name);
		begun->given[i] = now->given[i];
	}
	return true;
}

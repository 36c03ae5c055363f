/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/session/rules.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

/* Those that make a frame late and nothing else. */
static const char *const delays[] = {"delay", "rate", "slot", "mahimahi", "link_trace"};

void rules_close(struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		free(rules->list[i].name);
		free(rules->list[i].action);
		free(rules->list[i].bands);
	}
	rules->count = 0;
}

static struct bytes find(struct bytes text, const char *what)
{
	const uint8_t *at = memmem(text.data, text.length, what, strlen(what));

	return at != NULL ? bytes_part(text, (size_t)(at - text.data), SIZE_MAX) : bytes_of(text.data + text.length, 0);
}

static bool is_text(const char *text, struct bytes part)
{
	return strlen(text) == part.length && memcmp(text, part.data, part.length) == 0;
}

static struct rule *rule_of(struct rules *rules, struct bytes name, struct bytes action)
{
	for (size_t i = 0; i < rules->count; i++)
		if (is_text(rules->list[i].name, name) && is_text(rules->list[i].action, action))
			return &rules->list[i];
	if (rules->count == RULES_MAX)
		return &rules->list[RULES_MAX - 1];
	struct rule *rule = &rules->list[rules->count++];
	const bool is_rest = rules->count == RULES_MAX;
	*rule = (struct rule){
		.name = is_rest ? memory_text("others") : memory_format("%.*s", (int)name.length, (const char *)name.data),
		.action = is_rest ? memory_text("") : memory_format("%.*s", (int)action.length, (const char *)action.data),
	};
	return rule;
}

static void add_band(struct rule *rule, size_t bucket)
{
	if (rule->band_count == rule->band_room) {
		rule->band_room = rule->band_room > 0 ? 2 * rule->band_room : 8;
		rule->bands = memory_resize(rule->bands, rule->band_room, sizeof *rule->bands);
	}
	rule->bands[rule->band_count++] = (struct rules_band){.first = bucket};
}

static void act(struct rule *rule, size_t bucket)
{
	if (rule->band_count == 0 || bucket > rule->bands[rule->band_count - 1].last + 1)
		add_band(rule, bucket);
	struct rules_band *band = &rule->bands[rule->band_count - 1];
	band->last = bucket;
	band->count++;
	rule->count++;
}

static bool only_delays(struct bytes action)
{
	for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++)
		if (is_text(delays[i], action))
			return true;
	return false;
}

bool rules_take(struct rules *rules, struct bytes text, size_t bucket)
{
	bool harmless = true;

	while (text.length > 0 && text.data[0] == '\'') {
		const struct bytes end = find(bytes_part(text, 1, SIZE_MAX), "' ");
		const struct bytes name = bytes_part(text, 1, (size_t)(end.data - text.data) - 1);
		struct bytes action = bytes_part(end, 2, SIZE_MAX);
		const struct bytes next = find(action, ", '");
		size_t length = 0;
		while (length < action.length && (action.data[length] == '_' || (action.data[length] >= 'a' && action.data[length] <= 'z')))
			length++;
		action.length = length;
		if (length == 0)
			break;
		act(rule_of(rules, name, action), bucket);
		harmless = harmless && only_delays(action);
		text = bytes_part(next, 2, SIZE_MAX);
	}
	return harmless;
}

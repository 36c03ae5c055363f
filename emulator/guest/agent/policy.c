/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's parameters: one table of keys, a reader of shell-quoted lines, and the back-off rule.
 */
#include "policy.h"

#include "../language/config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME(constant, word) [PHASE_##constant] = word,
static const char *const phase_names[PHASE_COUNT] = {GUEST_AGENT_PHASES(NAME)};

const char *phase_name(enum phase phase)
{
	return phase_names[phase];
}

/* One parameter: a text or a number of struct policy. */
struct key {
	const char *name;
	size_t offset;
	const char *text;   /* default of a text; NULL: a number */
	uint64_t number;    /* default of a number */
	uint64_t count_max; /* how many numbers stand in a row there, all set by this key; 0: one */
};

#define KEY_TEXT(key, member, value, help) {.name = #key, .offset = offsetof(struct policy, member), .text = value},
#define KEY_NUMBER(key, member, value) {.name = #key, .offset = offsetof(struct policy, member), .number = value},
#define KEY_COUNT(key, member, value, help) KEY_NUMBER(key, member, value)
#define KEY_FLAG(key, member, value, help) KEY_NUMBER(key, member, GUEST_FLAG_##value)
#define KEY_FACTOR(key, member, value, help) KEY_NUMBER(key, member, (value)*100)
#define KEY_SIZE(key, member, amount, unit, help) KEY_NUMBER(key, member, amount)
#define KEY_DURATION(key, member, amount, unit, step, help) KEY_NUMBER(key, member, GUEST_IN_##step(amount, unit))
#define KEY(key) GUEST_KEY_##key(KEY)

/* RETRIES sets all phases, and RETRIES_DOWNLOAD one. */
#define RETRIES_NUMBER(key, member, value, help) value
#define RETRIES_COUNT RETRIES_NUMBER
#define RETRIES GUEST_KEY_RETRIES(RETRIES)
#define RETRIES_OF(phase) KEY_NUMBER(RETRIES_##phase, retries[PHASE_##phase], RETRIES)

/* clang-format off */
static const struct key keys[] = {
	GUEST_KEYS_OF_AGENT_BEFORE(KEY)
	{.name = "RETRIES", .offset = offsetof(struct policy, retries), .number = RETRIES, .count_max = PHASE_COUNT},
	RETRIES_OF(DNS) RETRIES_OF(NTP) RETRIES_OF(CONNECT) RETRIES_OF(AUTH) RETRIES_OF(CHECK) RETRIES_OF(DOWNLOAD)
	RETRIES_OF(VERIFY) RETRIES_OF(ACTIVATE) RETRIES_OF(CONFIRM) RETRIES_OF(REPORT)
	GUEST_KEYS_OF_AGENT_BEHIND(KEY)
};
/* clang-format on */

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static void set_number(struct policy *policy, const struct key *key, uint64_t number)
{
	for (uint64_t i = 0; i < (key->count_max ? key->count_max : 1); i++)
		memcpy((char *)policy + key->offset + i * sizeof(number), &number, sizeof(number));
}

void policy_init(struct policy *ret_policy)
{
	memset(ret_policy, 0, sizeof(*ret_policy));
	for (size_t i = 0; i < KEYS; i++) {
		if (keys[i].text)
			memcpy((char *)ret_policy + keys[i].offset, keys[i].text, strlen(keys[i].text) + 1);
		else
			set_number(ret_policy, &keys[i], keys[i].number);
	}
}

__attribute__((format(printf, 3, 4))) static bool wrong(char *ret_wrong, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret_wrong, size, format, args);
	va_end(args);
	return false;
}

/*
 * Reads one shell word at *at: plain characters, 'single quotes', "double quotes" and backslashes.
 * Returns false if it is too long or a quote stays open.
 */
static bool read_word(const char **at, char *ret_word, size_t size)
{
	const char *from = *at;
	size_t length = 0;
	char quote = 0;

	for (; *from && (quote || *from != '\n'); from++) {
		char c = *from;

		if (c == quote && quote) {
			quote = 0;
			continue;
		}
		if (!quote && (c == '\'' || c == '"')) {
			quote = c;
			continue;
		}
		if (c == '\\' && quote != '\'' && from[1])
			c = *++from;
		if (length + 1 == size)
			return false;
		ret_word[length++] = c;
	}
	ret_word[length] = 0;
	*at = from;
	return !quote;
}

static bool read_number(const char *word, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!*word || strlen(word) > 18)
		return false;
	for (; *word; word++) {
		if (!isdigit((unsigned char)*word))
			return false;
		number = number * 10 + (uint64_t)(*word - '0');
	}
	*ret_number = number;
	return true;
}

static const struct key *find_key(const char *name, size_t length)
{
	for (size_t i = 0; i < KEYS; i++)
		if (strlen(keys[i].name) == length && memcmp(keys[i].name, name, length) == 0)
			return &keys[i];
	return NULL;
}

static bool set_key(struct policy *policy, const struct key *key, const char *word)
{
	uint64_t number;

	if (key->text) {
		if (strlen(word) >= POLICY_TEXT_MAX)
			return false;
		memcpy((char *)policy + key->offset, word, strlen(word) + 1);
		return true;
	}
	if (!read_number(word, &number))
		return false;
	set_number(policy, key, number);
	return true;
}

bool policy_read(struct policy *policy, const char *text, char *ret_wrong, size_t wrong_size)
{
	char word[4096]; /* keys and certificates of others stand there too */

	for (int line = 1; *text; line++) {
		const size_t length = strcspn(text, "=\n");
		const struct key *key = find_key(text, length);
		const char *const name = text;

		text += length;
		if (*text == '=') {
			text++;
			if (!read_word(&text, word, sizeof(word))) {
				if (key)
					return wrong(ret_wrong, wrong_size, "config line %d: %s: open quote or too long", line, key->name);
				text += strcspn(text, "\n");
			} else if (key && !set_key(policy, key, word)) {
				return wrong(ret_wrong, wrong_size, "config line %d: %s: wrong value '%s'", line, key->name, word);
			}
		} else if (length > 0 && *name != '#') {
			return wrong(ret_wrong, wrong_size, "config line %d: expected KEY=value", line);
		}
		text += *text == '\n';
	}
	return true;
}

uint64_t policy_backoff_ms(const struct policy *policy, unsigned retry)
{
	uint64_t delay = policy->backoff_ms;

	for (unsigned i = 1; i < retry && delay < policy->backoff_max_ms; i++)
		delay = delay * policy->backoff_factor / 100;
	return delay < policy->backoff_max_ms ? delay : policy->backoff_max_ms;
}

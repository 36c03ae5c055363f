// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent's parameters: one table of keys, a reader of shell-quoted lines, and the back-off rule.
 */
#include "policy.h"

#include "credentials.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const phase_names[PHASE_COUNT] = {
	[PHASE_DHCP] = "dhcp",         [PHASE_DNS] = "dns",         [PHASE_NTP] = "ntp",           [PHASE_CONNECT] = "connect",
	[PHASE_AUTH] = "auth",         [PHASE_CHECK] = "check",     [PHASE_DOWNLOAD] = "download", [PHASE_VERIFY] = "verify",
	[PHASE_ACTIVATE] = "activate", [PHASE_CONFIRM] = "confirm", [PHASE_REPORT] = "report",
};

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

#define TEXT(key, member, value)                                                                                                           \
	{                                                                                                                                  \
		.name = key, .offset = offsetof(struct policy, member), .text = value                                                      \
	}
#define NUMBER(key, member, value)                                                                                                         \
	{                                                                                                                                  \
		.name = key, .offset = offsetof(struct policy, member), .number = value                                                    \
	}

static const struct key keys[] = {
	TEXT("UPDATE_HOST", update_host, "update.example"),
	TEXT("UPDATE_SCHEME", update_scheme, "http"),
	TEXT("CONNECT_HOST", connect_host, "www.msftconnecttest.com"),
	TEXT("CONNECT_TEXT", connect_text, "Microsoft Connect Test"),
	TEXT("NTP_SERVER", ntp_server, "time.example"),
	TEXT("DEVICE_NAME", device_name, "device"),
	TEXT("CA_FILE", ca_file, CREDENTIALS_TRUST),
	TEXT("FLOW", flow, "plain"),
	TEXT("AUTH_HOST", auth_host, "auth.example"),
	TEXT("CORE_HOST", core_host, "core.example"),
	TEXT("FEED", feed, "retail"),
	TEXT("GROUP", group, ""),
	NUMBER("DHCP_DEADLINE_MS", dhcp_deadline_ms, 60000),
	NUMBER("NTP_TIMEOUT_MS", ntp_timeout_ms, 2000),
	NUMBER("CONNECT_TIMEOUT_MS", connect_timeout_ms, 10000),
	NUMBER("REQUEST_TIMEOUT_MS", request_timeout_ms, 0),
	NUMBER("LOW_SPEED_BPS", low_speed_bps, 1),
	NUMBER("LOW_SPEED_S", low_speed_s, 30),
	{.name = "RETRIES", .offset = offsetof(struct policy, retries), .number = 5, .count_max = PHASE_COUNT},
	NUMBER("RETRIES_DNS", retries[PHASE_DNS], 5),
	NUMBER("RETRIES_NTP", retries[PHASE_NTP], 5),
	NUMBER("RETRIES_CONNECT", retries[PHASE_CONNECT], 5),
	NUMBER("RETRIES_AUTH", retries[PHASE_AUTH], 5),
	NUMBER("RETRIES_CHECK", retries[PHASE_CHECK], 5),
	NUMBER("RETRIES_DOWNLOAD", retries[PHASE_DOWNLOAD], 5),
	NUMBER("RETRIES_VERIFY", retries[PHASE_VERIFY], 1),
	NUMBER("RETRIES_ACTIVATE", retries[PHASE_ACTIVATE], 1),
	NUMBER("RETRIES_CONFIRM", retries[PHASE_CONFIRM], 1),
	NUMBER("RETRIES_REPORT", retries[PHASE_REPORT], 5),
	NUMBER("BACKOFF_MS", backoff_ms, 1000),
	NUMBER("BACKOFF_MAX_MS", backoff_max_ms, 30000),
	NUMBER("BACKOFF_FACTOR", backoff_factor, 200),
	NUMBER("RESUME", resume, 1),
	NUMBER("FAILOVER", failover, 2),
	NUMBER("NTP_REQUIRED", ntp_required, 1),
	NUMBER("POLLS", polls, 1),
	NUMBER("POLL_MS", poll_ms, 72000000),
	NUMBER("LEAK_BYTES", leak_bytes, 0),
	NUMBER("PROGRESS_BYTES", progress_bytes, 65536),
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static void set_number(struct policy *policy, const struct key *key, uint64_t number)
{
	for (uint64_t i = 0; i < (key->count_max ? key->count_max : 1); i++)
		memcpy((char *)policy + key->offset + i * sizeof(number), &number, sizeof(number));
}

void policy_init(struct policy *ret_policy)
{
	memset(ret_policy, 0, sizeof(*ret_policy));
	for (size_t i = 0; i < KEY_COUNT; i++) {
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
	for (size_t i = 0; i < KEY_COUNT; i++)
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

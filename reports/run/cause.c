/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/run/cause.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

/* -- amounts -- */

/* Numbers behind these words are names. */
static const char *const naming[] = {"curl", "status", "code", "signal", "version", "errno", "error"};

/* The shortest row of hexadecimal digits that is taken for a hash. */
#define HASH_MIN 8

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool is_named(const char *text, const char *at)
{
	if (at == text || at[-1] != ' ')
		return false;
	const char *end = --at;
	while (at > text && isalpha((unsigned char)at[-1]))
		at--;
	for (size_t i = 0; i < sizeof naming / sizeof naming[0]; i++)
		if (strlen(naming[i]) == (size_t)(end - at) && strncmp(naming[i], at, (size_t)(end - at)) == 0)
			return true;
	return false;
}

/*
 * @return the length of the amount that begins here: a number with its points and colons (as in
 * 203.0.113.30:443), 0x1f, or a hash; 0: none does.
 */
static size_t amount(const char *at)
{
	size_t length = strspn(at, "0123456789abcdefABCDEF");

	if (length >= HASH_MIN && !is_word(at[length]) && strcspn(at, "0123456789") < length)
		return length;
	if (at[0] == '0' && at[1] == 'x')
		return 2 + strspn(at + 2, "0123456789abcdefABCDEF");
	for (length = strspn(at, "0123456789");
	     length > 0 && (at[length] == '.' || at[length] == ':') && isdigit((unsigned char)at[length + 1]);)
		length += 1 + strspn(at + length + 1, "0123456789");
	return length;
}

char *cause_normal(const char *text)
{
	char *normal = memory_new(strlen(text) + 1), *to = normal;

	for (const char *at = text; *at != '\0';) {
		size_t length = at == text || !is_word(at[-1]) ? amount(at) : 0;
		if (length > 0 && !is_named(text, at)) {
			*to++ = '#';
		} else {
			length = length > 0 ? length : 1;
			memcpy(to, at, length);
			to += length;
		}
		at += length;
	}
	*to = '\0';
	return normal;
}

/* -- the same cause -- */

static char *key_of(const struct run_session *session)
{
	char *why = memory_format("%.*s", run_why(session), session->reason);
	char *reason = cause_normal(why), *expectation = cause_normal(session->expectation);
	char *key = memory_format("%d\n%s\n%s\n%s\n%s\n%s", (int)session->outcome, session->verdict, session->judge, session->phase, reason,
	                          expectation);

	free(why);
	free(reason);
	free(expectation);
	return key;
}

struct keyed {
	char *key;
	size_t session;
};

static int compare_keys(const void *a, const void *b)
{
	const struct keyed *left = a, *right = b;
	int order = strcmp(left->key, right->key);

	return order != 0 ? order : left->session < right->session ? -1 : left->session > right->session;
}

static int compare_causes(const void *a, const void *b)
{
	const struct cause *left = a, *right = b;

	if (left->first->outcome != right->first->outcome)
		return left->first->outcome < right->first->outcome ? -1 : 1;
	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return left->sessions[0] < right->sessions[0] ? -1 : left->sessions[0] > right->sessions[0];
}

static struct keyed *unexpected(const struct run *run, size_t *ret_count)
{
	struct keyed *list = memory_new((run->count + 1) * sizeof *list);

	*ret_count = 0;
	for (size_t i = 0; i < run->count; i++)
		if (run_is_unexpected(&run->sessions[i]))
			list[(*ret_count)++] = (struct keyed){key_of(&run->sessions[i]), i};
	qsort(list, *ret_count, sizeof *list, compare_keys);
	return list;
}

void causes_open(struct causes *ret_causes, const struct run *run)
{
	size_t count;
	struct keyed *keyed = unexpected(run, &count);
	struct causes causes = {.run = run,
	                        .list = memory_new((count + 1) * sizeof *causes.list),
	                        .sessions = memory_new((count + 1) * sizeof *causes.sessions)};

	for (size_t i = 0; i < count; i++) {
		causes.sessions[i] = keyed[i].session;
		if (i == 0 || strcmp(keyed[i].key, keyed[i - 1].key) != 0)
			causes.list[causes.count++] = (struct cause){&run->sessions[keyed[i].session], &causes.sessions[i], 0};
		causes.list[causes.count - 1].count++;
	}
	for (size_t i = 0; i < count; i++)
		free(keyed[i].key);
	free(keyed);
	qsort(causes.list, causes.count, sizeof *causes.list, compare_causes);
	changes_open(&causes.changes, run);
	*ret_causes = causes;
}

size_t cause_new(const struct causes *causes, const struct cause *cause)
{
	size_t count = 0;

	for (size_t i = 0; causes->changes.known && i < cause->count; i++)
		count += causes->changes.is_new[cause->sessions[i]];
	return count;
}

void causes_close(struct causes *causes)
{
	changes_close(&causes->changes);
	free(causes->list);
	free(causes->sessions);
	*causes = (struct causes){.count = 0};
}

/* -- who -- */

static bool same_place(const struct run_session *a, const struct run_session *b)
{
	return strcmp(a->scenario, b->scenario) == 0 && strcmp(a->device, b->device) == 0;
}

/* Whether @p b has the seed behind that of @p a. */
static bool follows(const struct run_session *a, const struct run_session *b)
{
	return !a->again && !b->again && strtoull(a->seed, NULL, 10) + 1 == strtoull(b->seed, NULL, 10);
}

static void put_seeds(FILE *stream, const struct causes *causes, const size_t *sessions, size_t count)
{
	const struct run_session *all = causes->run->sessions;

	for (size_t i = 0, end; i < count; i = end) {
		for (end = i + 1; end < count && follows(&all[sessions[end - 1]], &all[sessions[end]]); end++)
			;
		fprintf(stream, "%s%s%s", i > 0 ? ", " : "", all[sessions[i]].seed, all[sessions[i]].again ? " again" : "");
		if (end - i > 1)
			fprintf(stream, "%s%s", end - i > 2 ? ".." : ", ", all[sessions[end - 1]].seed);
	}
}

void cause_names(const struct causes *causes, const struct cause *cause, void (*put)(void *ctx, const char *line), void *ctx)
{
	const struct run_session *all = causes->run->sessions;
	bool *told = memory_new(cause->count * sizeof *told);
	size_t *same = memory_new(cause->count * sizeof *same);

	for (size_t i = 0; i < cause->count; i++) {
		const struct run_session *session = &all[cause->sessions[i]];
		size_t count = 0, size;
		char *text = NULL;
		for (size_t j = i; j < cause->count && !told[i]; j++)
			if (!told[j] && same_place(session, &all[cause->sessions[j]])) {
				told[j] = j > i;
				same[count++] = cause->sessions[j];
			}
		if (count == 0)
			continue;
		FILE *stream = open_memstream(&text, &size);
		fprintf(stream, "%s on %s, seed%s ", session->scenario, session->device, count == 1 ? "" : "s");
		put_seeds(stream, causes, same, count);
		(void)fclose(stream);
		put(ctx, text);
		free(text);
	}
	free(told);
	free(same);
}

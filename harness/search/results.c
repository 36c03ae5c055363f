/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/results.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/member.h"
#include "harness/search/journal.h"

static uint64_t place_key(const char *key)
{
	return XXH3_64bits(key, strlen(key));
}

const struct ending *results_find(const struct results *results, const char *key)
{
	const uint64_t at = map_find(&results->places, place_key(key));

	return at > 0 && strcmp(results->list[at - 1].key, key) == 0 ? &results->list[at - 1].ending : NULL;
}

static void remember(struct results *results, const char *key, const struct ending *ending)
{
	if (results->count == results->room) {
		results->room = results->room > 0 ? 2 * results->room : 64;
		results->list = memory_resize(results->list, results->room, sizeof *results->list);
	}
	struct result *result = &results->list[results->count++];
	*result = (struct result){.ending = *ending};
	(void)snprintf(result->key, sizeof result->key, "%s", key);
	*map_at(&results->places, place_key(key)) = results->count;
}

/* -- a line -- */

#define TEXT(field) \
	{ \
#field, offsetof(struct ending, field), sizeof((struct ending *)NULL)->field \
	}
#define NUMBER(field) \
	{ \
#field, offsetof(struct ending, field) \
	}

static const struct {
	const char *name;
	size_t offset, size;
} texts[] = {TEXT(judge), TEXT(phase), TEXT(reason), TEXT(digest), TEXT(image_hash)};

static const struct {
	const char *name;
	size_t offset;
} numbers[] = {NUMBER(virtual_ns), NUMBER(wall_ns), NUMBER(decisions), NUMBER(unfound_before), NUMBER(retries), NUMBER(acted)};

#define LENGTH(list) (sizeof(list) / sizeof(list)[0])

static char *write_line(const char *key, const char *name, const struct ending *ending)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "key", json_string(key));
	(void)json_object_set_new(json, "name", json_string(name));
	(void)json_object_set_new(json, "verdict", json_string(verdict_name(ending->kind)));
	(void)json_object_set_new(json, "ours", json_boolean(ending->ours));
	for (size_t i = 0; i < LENGTH(texts); i++) {
		json_t *text = json_string((const char *)ending + texts[i].offset);
		(void)json_object_set_new(json, texts[i].name, text != NULL ? text : json_string(""));
	}
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		uint64_t number;
		memcpy(&number, (const char *)ending + numbers[i].offset, sizeof number);
		(void)json_object_set_new(json, numbers[i].name, json_integer((json_int_t)number));
	}
	char *line = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(json);
	return line;
}

static bool read_kind(const char *name, enum verdict_kind *ret_kind)
{
	static const enum verdict_kind kinds[] = {VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE};

	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (strcmp(verdict_name(kinds[i]), name) == 0) {
			*ret_kind = kinds[i];
			return true;
		}
	return false;
}

static void read_line(void *ctx, const json_t *json)
{
	struct ending ending = {.ours = json_is_true(json_object_get(json, "ours"))};
	const char *key = member_text(json, "key");

	if (key[0] != '\0' && read_kind(member_text(json, "verdict"), &ending.kind)) {
		for (size_t i = 0; i < LENGTH(texts); i++)
			(void)snprintf((char *)&ending + texts[i].offset, texts[i].size, "%s", member_text(json, texts[i].name));
		for (size_t i = 0; i < LENGTH(numbers); i++) {
			/* Exact, and of 64 bits: `acted` has one for each fault. */
			uint64_t number = (uint64_t)json_integer_value(json_object_get(json, numbers[i].name));
			memcpy((char *)&ending + numbers[i].offset, &number, sizeof number);
		}
		remember(ctx, key, &ending);
	}
}

/* -- the file -- */

bool results_open(struct results *results, const char *path, struct error *err)
{
	*results = (struct results){.count = 0};
	results->stream = journal_open(path, read_line, results);
	if (results->stream != NULL)
		return true;
	error_set(err, "%s cannot be written: %s", path, strerror(errno));
	results_close(results);
	return false;
}

void results_close(struct results *results)
{
	if (results->stream != NULL)
		(void)fclose(results->stream);
	map_close(&results->places);
	free(results->list);
	memset(results, 0, sizeof *results);
}

bool results_add(struct results *results, const char *key, const char *name, const struct ending *ending, struct error *err)
{
	char *line = write_line(key, name, ending);
	bool good = line != NULL && fprintf(results->stream, "%s\n", line) > 0 && fflush(results->stream) == 0;

	if (!good)
		error_set(err, "a result cannot be written: %s", strerror(errno));
	free(line);
	remember(results, key, ending);
	return good;
}

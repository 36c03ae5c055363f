/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/promotion.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"

#define SIGNATURE "signature"
#define DUMP (JSON_COMPACT | JSON_SORT_KEYS)

/* The members, and where they lie. */
static const struct {
	const char *key;
	size_t offset, size;
} members[] = {
#define MEMBER(name) \
	{ \
#name, offsetof(struct promotion, name), sizeof((struct promotion *)0)->name \
	}
	MEMBER(version), MEMBER(from), MEMBER(to), MEMBER(baseline), MEMBER(candidate), MEMBER(suites), MEMBER(decided),
};

#define MEMBERS (sizeof members / sizeof members[0])

char *promotion_write(const struct promotion *promotion, const struct pki *pki)
{
	char signature[PKI_SIGNATURE_TEXT_MAX];
	json_t *json = json_object();

	for (size_t i = 0; i < MEMBERS; i++)
		(void)json_object_set_new(json, members[i].key, json_string((const char *)promotion + members[i].offset));
	char *text = json_dumps(json, DUMP);
	CHECK(text != NULL);
	(void)json_object_set_new(json, SIGNATURE, json_string(pki_sign(pki, bytes_of(text, strlen(text)), signature)));
	free(text);
	text = json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS);
	CHECK(text != NULL);
	json_decref(json);
	return text;
}

/* @return whether the text is printable ASCII that fits. */
static bool take(const json_t *json, size_t index, struct promotion *promotion)
{
	const char *text = json_string_value(json_object_get(json, members[index].key));

	if (text == NULL || strlen(text) >= members[index].size)
		return false;
	for (const char *at = text; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			return false;
	memcpy((char *)promotion + members[index].offset, text, strlen(text) + 1);
	return true;
}

static bool is_signed(json_t *json, const struct pki *pki)
{
	json_t *signature = json_incref(json_object_get(json, SIGNATURE));
	bool good = false;

	(void)json_object_del(json, SIGNATURE);
	char *text = json_dumps(json, DUMP);
	if (text != NULL && json_is_string(signature))
		good = pki_signed(pki, bytes_of(text, strlen(text)), json_string_value(signature));
	free(text);
	json_decref(signature);
	return good;
}

static const char *check(json_t *json, const struct pki *pki, struct promotion *promotion)
{
	if (!json_is_object(json))
		return "it is no JSON object";
	if (!is_signed(json, pki))
		return "it is not signed with the update-signing key";
	for (size_t i = 0; i < MEMBERS; i++)
		if (!take(json, i, promotion))
			return "a member is missing, or is no text of printable ASCII";
	return NULL;
}

const char *promotion_read(const char *text, const struct pki *pki, struct promotion *ret_promotion)
{
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	struct promotion promotion;

	memset(&promotion, 0, sizeof promotion);
	const char *wrong = check(json, pki, &promotion);
	json_decref(json);
	if (wrong == NULL)
		*ret_promotion = promotion;
	return wrong;
}

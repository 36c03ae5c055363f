/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/fields.h"

#include <stdio.h>

#include <jansson.h>

/* A document of jansson under a name of our own. */
struct fields;

static const json_t *document(const struct fields *fields)
{
	return (const json_t *)fields;
}

struct fields *fields_open(struct bytes body)
{
	json_error_t why;

	/*
	 * Otherwise it would ask the machine for one. The order of keys is nothing that we ask for.
	 */
	json_object_seed(1);
	json_t *root = json_loadb((const char *)body.data, body.length, JSON_REJECT_DUPLICATES, &why);
	if (root != NULL && !json_is_object(root)) {
		json_decref(root);
		root = NULL;
	}
	return (struct fields *)root;
}

void fields_close(struct fields *fields)
{
	json_decref((json_t *)fields);
}

const char *fields_text(const struct fields *fields, const char *key)
{
	return json_string_value(json_object_get(document(fields), key));
}

void fields_copy(const struct fields *fields, const char *key, char *ret_text, size_t size)
{
	const char *text = fields_text(fields, key);

	(void)snprintf(ret_text, size, "%s", text != NULL ? text : "");
}

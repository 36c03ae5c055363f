/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static char *out;
static size_t out_length;

static struct json open_json(void)
{
	FILE *stream = open_memstream(&out, &out_length);

	CU_ASSERT_FATAL(stream != NULL);
	return (struct json){.stream = stream};
}

static void close_json(struct json *json)
{
	CU_ASSERT_EQUAL(json->depth, 0);
	CU_ASSERT_FATAL(fclose(json->stream) == 0);
}

static void groups_are_indented(void)
{
	struct json json = open_json();

	json_object_begin(&json, NULL);
	json_text(&json, "a", "b");
	json_array_begin(&json, "list");
	json_number(&json, NULL, 1);
	json_object_begin(&json, NULL);
	json_object_end(&json);
	json_object_begin(&json, NULL);
	json_bool(&json, "yes", true);
	json_bool(&json, "no", false);
	json_object_end(&json);
	json_array_end(&json);
	json_array_begin(&json, "empty");
	json_array_end(&json);
	json_object_end(&json);
	close_json(&json);
	TEST_SAME_TEXT(out, "{\n"
	                    "  \"a\": \"b\",\n"
	                    "  \"list\": [\n"
	                    "    1,\n"
	                    "    {},\n"
	                    "    {\n"
	                    "      \"yes\": true,\n"
	                    "      \"no\": false\n"
	                    "    }\n"
	                    "  ],\n"
	                    "  \"empty\": []\n"
	                    "}\n");
	free(out);
}

static const char *as_text(const char *value)
{
	struct json json = open_json();
	static char copy[256];

	json_array_begin(&json, NULL);
	json_text(&json, NULL, value);
	json_array_end(&json);
	close_json(&json);
	(void)snprintf(copy, sizeof copy, "%s", out);
	free(out);
	return copy;
}

static void texts_are_escaped(void)
{
	TEST_SAME_TEXT(as_text("say \"hi\" \\ there"), "[\n  \"say \\\"hi\\\" \\\\ there\"\n]\n");
	TEST_SAME_TEXT(as_text("\n\t\r\b\f\x01\x1f\x7f"), "[\n  \"\\u000a\\u0009\\u000d\\u0008\\u000c\\u0001\\u001f\\u007f\"\n]\n");
	TEST_SAME_TEXT(as_text("</script><!--"), "[\n  \"\\u003c/script>\\u003c!--\"\n]\n");
	TEST_SAME_TEXT(as_text("\xe2\x82\xac"), "[\n  \"\xe2\x82\xac\"\n]\n");
	TEST_SAME_TEXT(as_text("a\xff"
	                       "b\xc3"),
	               "[\n  \"a\xef\xbf\xbd"
	               "b\xef\xbf\xbd\"\n]\n");
}

static void every_byte_in_keys_and_values_is_read_back(void)
{
	char every[257];
	json_error_t why;

	for (unsigned i = 0; i < 255; i++)
		every[i] = (char)(i + 1);
	every[255] = '\0';
	struct json json = open_json();
	json_object_begin(&json, NULL);
	json_text(&json, every, every);
	json_object_end(&json);
	close_json(&json);
	json_t *read = json_loadb(out, out_length, 0, &why);
	CU_ASSERT_FATAL(read != NULL);
	const char *key = json_object_iter_key(json_object_iter(read));
	const char *value = json_string_value(json_object_get(read, key));
	/* ASCII comes back byte by byte, the rest is no UTF-8 and comes back as U+FFFD. */
	CU_ASSERT(strncmp(value, every, 127) == 0);
	CU_ASSERT_EQUAL(strlen(value), 127 + 128 * 3);
	CU_ASSERT_STRING_EQUAL(key, value);
	json_decref(read);
	free(out);
}

static void numbers_are_exact(void)
{
	struct json json = open_json();

	json_array_begin(&json, NULL);
	json_number(&json, NULL, 0);
	json_number(&json, NULL, UINT64_MAX);
	json_seconds(&json, NULL, 0);
	json_seconds(&json, NULL, 1);
	json_seconds(&json, NULL, 61000000500);
	json_array_end(&json);
	close_json(&json);
	TEST_SAME_TEXT(out, "[\n  0,\n  18446744073709551615,\n  0.000000000,\n  0.000000001,\n  61.000000500\n]\n");
	free(out);
}

const CU_TestInfo tests_json[] = {
	{"groups are indented", groups_are_indented},
	{"texts are escaped", texts_are_escaped},
	{"every byte in keys and values is read back", every_byte_in_keys_and_values_is_read_back},
	{"numbers are exact", numbers_are_exact},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/yaml.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"

static void is_refused_at(const char *text, int line, int column, const char *why)
{
	struct yaml_file file;
	struct error err = {0};
	char whole[ERROR_TEXT_MAX + 300];

	CU_ASSERT_FALSE(yaml_parse(&file, "case.yaml", text, strlen(text), &err));
	CU_ASSERT_PTR_NULL(file.root);
	(void)error_format(&err, whole, sizeof whole);
	if (err.line != line || err.column != column)
		printf("    %s, not at %d:%d\n", whole, line, column);
	CU_ASSERT(err.line == line && err.column == column);
	CU_ASSERT_STRING_EQUAL(err.file, "case.yaml");
	TEST_CONTAINS(err.text, why);
}

static void every_node_knows_its_place(void)
{
	static const char text[] = "# a comment\nname: one\nlist:\n  - a\n  - {deep: \"b\", other: 'c d'}\nempty:\n";
	struct yaml_file file;
	struct error err = {0};

	CU_ASSERT_FATAL(yaml_parse(&file, "f", text, sizeof text - 1, &err));
	const struct yaml_node *root = file.root, *list = yaml_get(root, "list");
	CU_ASSERT(root->kind == YAML_MAPPING && root->count == 3 && root->line == 2 && root->column == 1);
	CU_ASSERT_FATAL(list != NULL && list->kind == YAML_SEQUENCE && list->count == 2);
	CU_ASSERT_STRING_EQUAL(yaml_get(root, "name")->text, "one");
	CU_ASSERT(yaml_get(root, "name")->line == 2 && yaml_get(root, "name")->column == 7);
	CU_ASSERT(root->entries[1].key->line == 3 && root->entries[1].key->column == 1);
	CU_ASSERT(list->entries[0].key == NULL && list->entries[0].value->line == 4 && list->entries[0].value->column == 5);
	const struct yaml_node *deep = list->entries[1].value;
	CU_ASSERT(deep->line == 5 && deep->column == 5);
	CU_ASSERT_STRING_EQUAL(yaml_get(deep, "other")->text, "c d");
	CU_ASSERT(yaml_get(deep, "other")->line == 5 && yaml_get(deep, "other")->column == 24);
	CU_ASSERT_STRING_EQUAL(yaml_get(root, "empty")->text, "");
	CU_ASSERT_PTR_NULL(yaml_get(root, "nam"));
	yaml_close(&file);
}

static void a_key_twice_is_refused(void)
{
	is_refused_at("name: a\nseed: 1\nname: b\n", 3, 1, "duplicate key 'name'; the first is in line 1");
	is_refused_at("link: {queue: 1, duplex: half, queue: 2}\n", 1, 32, "duplicate key 'queue'; the first is in line 1");
	is_refused_at("name: a\n\"name\": b\n", 2, 1, "duplicate key 'name'");
}

static void aliases_anchors_and_tags_are_refused_wherever_they_stand(void)
{
	is_refused_at("name: &a b\n", 1, 7, "anchors (&name) are not allowed");
	is_refused_at("link: &a\n  queue: 1\n", 1, 7, "anchors (&name) are not allowed");
	is_refused_at("faults: &a [x]\n", 1, 9, "anchors (&name) are not allowed");
	is_refused_at("&a name: b\n", 1, 1, "anchors (&name) are not allowed");
	is_refused_at("name: *a\n", 1, 7, "aliases (*name) are not allowed");
	is_refused_at("faults:\n  - *a\n", 2, 5, "aliases (*name) are not allowed");
	is_refused_at("*a : b\n", 1, 1, "aliases (*name) are not allowed");
	is_refused_at("name: !!str b\n", 1, 7, "tags (!name) are not allowed");
	is_refused_at("link: !x {queue: 1}\n", 1, 7, "tags (!name) are not allowed");
	is_refused_at("faults: !x [y]\n", 1, 9, "tags (!name) are not allowed");
	is_refused_at("!!str name: b\n", 1, 1, "tags (!name) are not allowed");
}

static void one_file_holds_one_document(void)
{
	is_refused_at("name: a\n---\nname: b\n", 2, 1, "a second document begins here; a file can hold only one");
	is_refused_at("---\nname: a\n...\n---\n", 4, 1, "a second document begins here");
}

static void a_file_must_hold_keys_and_values(void)
{
	is_refused_at("", 1, 1, "the file must hold keys and values");
	is_refused_at("# only a comment\n", 1, 1, "the file must hold keys and values");
	is_refused_at("- a\n- b\n", 1, 1, "the file must hold keys and values");
	is_refused_at("just a text\n", 1, 1, "the file must hold keys and values");
}

static void a_key_must_be_a_word(void)
{
	is_refused_at("name: a\n{x: 1}: b\n", 2, 1, "a key must be a word");
	is_refused_at("? [a, b]\n: c\n", 1, 3, "a key must be a word");
}

/* @p depth brackets in each other. */
static char *nested(int depth)
{
	char *text = memory_new((size_t)depth * 2 + 4);

	memcpy(text, "a: ", 3);
	memset(text + 3, '[', (size_t)depth);
	memset(text + 3 + depth, ']', (size_t)depth);
	return text;
}

static void nesting_has_a_limit(void)
{
	struct yaml_file file;
	struct error err = {0};
	char *text = nested(YAML_DEPTH_MAX);

	CU_ASSERT(yaml_parse(&file, "f", text, strlen(text), &err));
	yaml_close(&file);
	free(text);
	text = nested(YAML_DEPTH_MAX + 1);
	is_refused_at(text, 1, 4 + YAML_DEPTH_MAX, "this is nested too deeply");
	free(text);
	text = nested(100000);
	is_refused_at(text, 1, 4 + YAML_DEPTH_MAX, "this is nested too deeply");
	free(text);
}

static void a_file_has_a_limited_number_of_values(void)
{
	const size_t count = YAML_NODES_MAX;
	char *text = memory_new(5 * count);

	memcpy(text, "a:\n", 3);
	for (size_t i = 0; i < count; i++)
		memcpy(text + 3 + 4 * i, "- b\n", 4);
	/* The mapping and the list take two. */
	is_refused_at(text, (int)count, 3, "this file has too many values");
	text[3 + 4 * (count - 2)] = '\0';
	struct yaml_file file;
	struct error err = {0};
	CU_ASSERT(yaml_parse(&file, "f", text, strlen(text), &err));
	yaml_close(&file);
	free(text);
}

static void bytes_that_are_no_text_are_refused(void)
{
	static const char with_nul[] = "name: a\0b\n";
	struct yaml_file file;
	struct error err = {0};

	CU_ASSERT_FALSE(yaml_parse(&file, "case.yaml", with_nul, sizeof with_nul - 1, &err));
	TEST_CONTAINS(err.text, "the file contains NUL bytes");
	CU_ASSERT_STRING_EQUAL(err.file, "case.yaml");
	is_refused_at("name: a\nsummary: b\xff\n", 2, 11, "this is not YAML: invalid leading UTF-8 octet");
	is_refused_at("name: a\n\nsummary: \x1b[31m\n", 3, 10, "this is not YAML: control characters are not allowed");
}

/* libyaml counts no byte order mark, and more line breaks than LF. */
static void every_line_break_counts_and_a_mark_does_not(void)
{
	static const char *const breaks[] = {"\n", "\r\n", "\r", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"}, *const marks[] = {
														      "", "\xef\xbb\xbf"};
	char text[100];

	for (size_t i = 0; i < 2 * sizeof breaks / sizeof breaks[0]; i++) {
		struct yaml_file file;
		struct error err = {0};
		const char *mark = marks[i % 2], *end = breaks[i / 2];
		(void)snprintf(text, sizeof text, "%sa: b #1%sb: x%s\"c\": \xc3\xbc #2%sd: e%s", mark, end, end, end, end);
		CU_ASSERT_FATAL(yaml_parse(&file, "f", text, strlen(text), &err));
		CU_ASSERT_EQUAL_FATAL(file.warnings.count, 2);
		TEST_CONTAINS(file.warnings.list[0].text, "the value ends before '#1");
		TEST_CONTAINS(file.warnings.list[1].text, "the value ends before '#2");
		CU_ASSERT(file.warnings.list[0].line == 1 && file.warnings.list[0].column == 5);
		CU_ASSERT(file.warnings.list[1].line == 3 && file.warnings.list[1].column == 7);
		yaml_close(&file);
		(void)snprintf(text, sizeof text, "%sa: b%sbb: \xff", mark, end);
		is_refused_at(text, 2, 5, "invalid leading UTF-8 octet");
		(void)snprintf(text, sizeof text, "%sa: \xff", mark);
		is_refused_at(text, 1, 4, "invalid leading UTF-8 octet");
	}
}

static void what_is_no_yaml_is_refused_where_it_breaks(void)
{
	is_refused_at("name: a\n  seed: 1\n", 2, 7, "this is not YAML: ");
	is_refused_at("name: [a, b\n", 2, 1, "this is not YAML: ");
	is_refused_at("name: \"a\n", 2, 1, "this is not YAML: ");
	is_refused_at("name: a\n\tseed: 1\n", 2, 1, "this is not YAML: ");
}

static void a_file_that_cannot_be_read_is_told_by_its_path(void)
{
	struct yaml_file file;
	struct error err = {0};
	char path[600], *text;

	(void)snprintf(path, sizeof path, "%s/none.yaml", test_folder());
	CU_ASSERT_FALSE(yaml_open(&file, path, &err));
	CU_ASSERT_STRING_EQUAL(err.file, path);
	TEST_CONTAINS(err.text, "cannot be read: No such file or directory");
	CU_ASSERT_FALSE(yaml_open(&file, test_folder(), &err));
	TEST_CONTAINS(err.text, "cannot be read: ");
	text = memory_new(YAML_SIZE_MAX + 2);
	memset(text, '#', YAML_SIZE_MAX + 1);
	CU_ASSERT_FALSE(yaml_open(&file, test_write("large.yaml", text), &err));
	TEST_CONTAINS(err.text, "is larger than 67108864 bytes");
	memcpy(text, "a: b\n", 5);
	text[YAML_SIZE_MAX] = '\0';
	CU_ASSERT(yaml_open(&file, test_write("largest.yaml", text), &err));
	yaml_close(&file);
	free(text);
}

static void every_prefix_of_a_file_is_survived(void)
{
	static const char text[] = "name: x\nfaults:\n  - {a: \"\\x41\", b: [1, 2]}\n  - |\n    text\n? k\n: v\n";
	unsigned read = 0;

	for (size_t length = 0; length < sizeof text; length++) {
		char *copy = memory_new(length);
		struct yaml_file file;
		struct error err = {0};
		memcpy(copy, text, length);
		if (yaml_parse(&file, "f", copy, length, &err)) {
			read++;
			yaml_close(&file);
		} else {
			CU_ASSERT(err.text[0] != '\0');
		}
		free(copy);
	}
	CU_ASSERT(read > 5);
}

/* -- filling a struct -- */

struct entry {
	uint64_t size;
	char label[16];
};

static const struct param table[] = {
	PARAM_ROW_QUANTITY(entry, size, "size", UNIT_SIZE, NULL, 0, 0, "of the entry"),
	PARAM_ROW_TEXT(entry, label, "label", "none", "on it"),
	{0},
};

static const char *fill_error(const char *text)
{
	static const char *const others[] = {"parts", NULL};
	static char whole[ERROR_TEXT_MAX + 300];
	struct yaml_file file;
	struct entry entry;
	struct error err = {0};

	memset(&entry, 0, sizeof entry);
	whole[0] = '\0';
	CU_ASSERT_FATAL(yaml_parse(&file, "t.yaml", text, strlen(text), &err));
	if (!yaml_fill(&file, yaml_get(file.root, "entry"), table, others, "an entry", &entry, &err))
		(void)error_format(&err, whole, sizeof whole);
	yaml_close(&file);
	return whole;
}

static void a_struct_is_filled_by_its_table_or_an_error_says_where(void)
{
	TEST_SAME_TEXT(fill_error("entry: {size: 4KiB, parts: [1]}"), "");
	TEST_SAME_TEXT(fill_error("entry:\n  size: 4\n"),
	               "t.yaml:2:9: size: '4' is not a size: write a number and its unit, one of B, kB, KiB, MB, MiB or GiB");
	TEST_SAME_TEXT(fill_error("entry:\n  sise: 4B\n"), "t.yaml:2:3: unknown key 'sise' in an entry; "
	                                                   "did you mean 'size'?; allowed: size, label, "
	                                                   "parts");
	TEST_SAME_TEXT(fill_error("entry:\n  part: 4B\n"), "t.yaml:2:3: unknown key 'part' in an entry; did "
	                                                   "you mean 'parts'?; allowed: size, label, parts");
	TEST_SAME_TEXT(fill_error("entry:\n  elephant: 4B\n"),
	               "t.yaml:2:3: unknown key 'elephant' in an entry; allowed: size, label, parts");
	TEST_SAME_TEXT(fill_error("entry:\n  label: x\n"),
	               "t.yaml:2:3: an entry needs 'size', a size (B, kB, KiB, MB, MiB or GiB): of the entry");
	TEST_SAME_TEXT(fill_error("entry: 4\n"), "t.yaml:1:8: an entry must be keys and values, not '4'");
	TEST_SAME_TEXT(fill_error("entry: [4]\n"), "t.yaml:1:8: an entry must be keys and values, not a list");
	TEST_SAME_TEXT(fill_error("entry: {size: 4B, label: [a]}\n"), "t.yaml:1:26: 'label' must be a text, not a list");
	TEST_SAME_TEXT(fill_error("entry: {size: {a: b}}\n"),
	               "t.yaml:1:15: 'size' must be a size (B, kB, KiB, MB, MiB or GiB), not a mapping");
}

const CU_TestInfo tests_yaml[] = {
	{"every node knows its place", every_node_knows_its_place},
	{"a key twice is refused", a_key_twice_is_refused},
	{"aliases, anchors and tags are refused wherever they stand", aliases_anchors_and_tags_are_refused_wherever_they_stand},
	{"one file holds one document", one_file_holds_one_document},
	{"a file must hold keys and values", a_file_must_hold_keys_and_values},
	{"a key must be a word", a_key_must_be_a_word},
	{"nesting has a limit", nesting_has_a_limit},
	{"a file has a limited number of values", a_file_has_a_limited_number_of_values},
	{"bytes that are no text are refused", bytes_that_are_no_text_are_refused},
	{"every line break counts and a mark does not", every_line_break_counts_and_a_mark_does_not},
	{"what is no YAML is refused where it breaks", what_is_no_yaml_is_refused_where_it_breaks},
	{"a file that cannot be read is told by its path", a_file_that_cannot_be_read_is_told_by_its_path},
	{"every prefix of a file is survived", every_prefix_of_a_file_is_survived},
	{"a struct is filled by its table or an error says where", a_struct_is_filled_by_its_table_or_an_error_says_where},
	CU_TEST_INFO_NULL,
};

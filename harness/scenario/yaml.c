/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: libyaml's events become a tree of nodes by recursion, bounded by the limits in
 * yaml.h; the first thing that is refused ends it. Beside it the text is gone through once more,
 * since libyaml counts characters and drops comments, and a comment right behind a value is likely
 * to be a mistake. yaml_fill() then takes a mapping's keys for the rows of a table.
 */
#include "harness/scenario/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <yaml.h>

#include "lib/base/bytes.h"
#include "lib/base/memory.h"
#include "lib/base/text.h"

struct reader {
	struct yaml_file *file;
	const char *text;
	size_t length;
	yaml_parser_t parser;
	struct error *err;
	size_t nodes;
	/* up to where it was looked for what is hardly meant; its index counts bytes */
	yaml_mark_t seen;
};

static void free_node(struct yaml_node *node)
{
	if (node == NULL)
		return;
	for (size_t i = 0; i < node->count; i++) {
		free_node(node->entries[i].key);
		free_node(node->entries[i].value);
	}
	free(node->entries);
	free(node->text);
	free(node);
}

static bool fail(struct reader *reader, yaml_mark_t mark, const char *text)
{
	error_set(reader->err, "%s", text);
	return error_at(reader->err, reader->file->path, (int)mark.line + 1, (int)mark.column + 1);
}

/* -- places, as libyaml counts them -- */

/*
 * How long the line break is with which @p text begins; 0: it begins with none. All of YAML 1.1
 * (5.4): CR, LF, both, U+0085, U+2028 and U+2029.
 */
static size_t break_length(const char *text, size_t length)
{
	static const char *const breaks[] = {"\r\n", "\r", "\n", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};

	for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++)
		if (strlen(breaks[i]) <= length && memcmp(text, breaks[i], strlen(breaks[i])) == 0)
			return strlen(breaks[i]);
	return 0;
}

/* Goes on by a line break, or by another byte. Columns are characters. */
static void pass(const char *text, size_t length, yaml_mark_t *place)
{
	size_t broken = break_length(text + place->index, length - place->index);

	if (broken > 0) {
		*place = (yaml_mark_t){.index = place->index + broken, .line = place->line + 1};
		return;
	}
	place->column += ((unsigned char)text[place->index] & 0xc0) != 0x80;
	place->index++;
}

/* The byte order mark in front of a file is no column. */
static yaml_mark_t beginning(const char *text, size_t length)
{
	return (yaml_mark_t){.index = length >= 3 ? bytes_mark(text) : 0};
}

/* Where the byte at @p offset stands; libyaml marks no place for bytes that are no text. */
static yaml_mark_t mark_of(const char *text, size_t offset)
{
	yaml_mark_t mark = beginning(text, offset);

	while (mark.index < offset)
		pass(text, offset, &mark);
	return mark;
}

static bool next(struct reader *reader, yaml_event_t *ret_event)
{
	if (yaml_parser_parse(&reader->parser, ret_event))
		return true;
	const yaml_parser_t *parser = &reader->parser;
	yaml_mark_t mark = parser->error == YAML_READER_ERROR ? mark_of(reader->text, parser->problem_offset) : parser->problem_mark;
	error_set(reader->err, "this is not YAML: %s%s%s", parser->problem != NULL ? parser->problem : "unreadable bytes",
	          parser->context != NULL ? " " : "", parser->context != NULL ? parser->context : "");
	return error_at(reader->err, reader->file->path, (int)mark.line + 1, (int)mark.column + 1);
}

static struct yaml_node *new_node(enum yaml_kind kind, const yaml_event_t *event)
{
	struct yaml_node *node = memory_new(sizeof *node);

	node->kind = kind;
	node->line = (int)event->start_mark.line + 1;
	node->column = (int)event->start_mark.column + 1;
	return node;
}

static struct yaml_entry *new_entry(struct yaml_node *node)
{
	if ((node->count & (node->count - 1)) == 0)
		node->entries = memory_resize(node->entries, node->count > 0 ? node->count * 2 : 1, sizeof *node->entries);
	node->entries[node->count] = (struct yaml_entry){NULL, NULL};
	return &node->entries[node->count++];
}

/* -- what is hardly meant -- */

/*
 * Goes on to a place and tells its byte; libyaml counts characters. Places come in order, so that a
 * file is gone through once.
 */
static size_t offset_of(struct reader *reader, yaml_mark_t mark)
{
	yaml_mark_t *seen = &reader->seen;

	for (; seen->index < reader->length; pass(reader->text, reader->length, seen))
		if (seen->line > mark.line ||
		    (seen->line == mark.line && seen->column >= mark.column && ((unsigned char)reader->text[seen->index] & 0xc0) != 0x80))
			break;
	return seen->index;
}

/*
 * "at: tcp.syn #2" is every SYN, and a comment. A comment as people write them has a blank behind
 * its '#'.
 */
static void look_behind(struct reader *reader, const yaml_event_t *event)
{
	yaml_scalar_style_t style = event->data.scalar.style;
	struct yaml_warnings *warnings = &reader->file->warnings;
	char word[32];
	int length = 0;

	if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
		return;
	size_t end = offset_of(reader, event->end_mark), at = end;
	while (at < reader->length && (reader->text[at] == ' ' || reader->text[at] == '\t'))
		at++;
	if (at == end || at + 1 >= reader->length || reader->text[at] != '#' || strchr(" \t\r\n#", reader->text[at + 1]) != NULL)
		return;
	while (at + (size_t)length < reader->length && length < (int)sizeof word &&
	       strchr(" \t\r\n", reader->text[at + (size_t)length]) == NULL)
		length++;
	(void)snprintf(word, sizeof word, "%.*s", length, reader->text + at);
	warnings->list = memory_resize(warnings->list, warnings->count + 1, sizeof *warnings->list);
	struct error *warning = &warnings->list[warnings->count++];
	error_set(warning,
	          "the value ends before '%s', because a blank and '#' begin a comment; "
	          "if it belongs to the value, leave the blank out, or quote the value",
	          word);
	error_at(warning, reader->file->path, (int)event->end_mark.line + 1, (int)event->end_mark.column + 1);
}

/* -- nodes -- */

/* What an event must not have, whatever it begins. */
static const char *refused(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return "aliases (*name) are not allowed: write the value out";
	case YAML_SCALAR_EVENT:
		if (event->data.scalar.anchor != NULL)
			return "anchors (&name) are not allowed: write the value where it is needed";
		if (strlen((const char *)event->data.scalar.value) != event->data.scalar.length)
			return "a text cannot contain the character \\0 (U+0000): leave it out";
		return event->data.scalar.tag != NULL ? "tags (!name) are not allowed" : NULL;
	case YAML_MAPPING_START_EVENT:
		if (event->data.mapping_start.anchor != NULL)
			return "anchors (&name) are not allowed: write the value where it is needed";
		return event->data.mapping_start.tag != NULL ? "tags (!name) are not allowed" : NULL;
	case YAML_SEQUENCE_START_EVENT:
		if (event->data.sequence_start.anchor != NULL)
			return "anchors (&name) are not allowed: write the value where it is needed";
		return event->data.sequence_start.tag != NULL ? "tags (!name) are not allowed" : NULL;
	default:
		return NULL;
	}
}

static struct yaml_node *read_node(struct reader *reader, yaml_event_t *event, int depth);

static bool add_key(struct reader *reader, struct yaml_node *mapping, yaml_event_t *event)
{
	const char *why = refused(event);

	if (why != NULL || event->type != YAML_SCALAR_EVENT)
		return fail(reader, event->start_mark, why != NULL ? why : "a key must be a word");
	const char *text = (const char *)event->data.scalar.value;
	for (size_t i = 0; i < mapping->count; i++)
		if (strcmp(mapping->entries[i].key->text, text) == 0) {
			char message[PARAM_VALUE_MAX];
			(void)snprintf(message, sizeof message, "duplicate key '%.64s'; the first is in line %d", text,
			               mapping->entries[i].key->line);
			return fail(reader, event->start_mark, message);
		}
	struct yaml_node *key = new_node(YAML_SCALAR, event);
	key->text = memory_text(text);
	new_entry(mapping)->key = key;
	return true;
}

static bool read_children(struct reader *reader, struct yaml_node *node, int depth)
{
	yaml_event_type_t end = node->kind == YAML_MAPPING ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
	yaml_event_t event;

	while (next(reader, &event)) {
		bool good = true, ended = event.type == end;
		if (!ended && node->kind == YAML_MAPPING) {
			good = add_key(reader, node, &event);
			yaml_event_delete(&event);
			if (!good || !next(reader, &event))
				return false;
		}
		if (!ended) {
			struct yaml_node *value = read_node(reader, &event, depth + 1);
			good = value != NULL;
			if (good)
				(node->kind == YAML_MAPPING ? &node->entries[node->count - 1] : new_entry(node))->value = value;
		}
		yaml_event_delete(&event);
		if (ended || !good)
			return good;
	}
	return false;
}

/* Makes the node that @p event begins; the caller deletes the event. */
static struct yaml_node *read_node(struct reader *reader, yaml_event_t *event, int depth)
{
	const char *why = depth > YAML_DEPTH_MAX ? "this is nested too deeply" : refused(event);
	struct yaml_node *node;

	if (why == NULL && ++reader->nodes > YAML_NODES_MAX)
		why = "this file has too many values";
	if (why != NULL) {
		fail(reader, event->start_mark, why);
		return NULL;
	}
	if (event->type == YAML_SCALAR_EVENT) {
		node = new_node(YAML_SCALAR, event);
		node->text = memory_text((const char *)event->data.scalar.value);
		look_behind(reader, event);
		return node;
	}
	node = new_node(event->type == YAML_MAPPING_START_EVENT ? YAML_MAPPING : YAML_SEQUENCE, event);
	if (read_children(reader, node, depth))
		return node;
	free_node(node);
	return NULL;
}

/* Reads events up to the first node of the document. */
static bool read_document(struct reader *reader)
{
	yaml_event_t event;
	bool good = true;

	for (bool done = false; good && !done;) {
		if (!next(reader, &event))
			return false;
		if (event.type == YAML_STREAM_END_EVENT) {
			done = true;
		} else if (event.type == YAML_DOCUMENT_START_EVENT && reader->file->root != NULL) {
			good = fail(reader, event.start_mark, "a second document begins here; a file can hold only one");
		} else if (event.type == YAML_ALIAS_EVENT || event.type == YAML_SCALAR_EVENT || event.type == YAML_SEQUENCE_START_EVENT ||
		           event.type == YAML_MAPPING_START_EVENT) {
			reader->file->root = read_node(reader, &event, 0);
			good = reader->file->root != NULL;
		}
		yaml_event_delete(&event);
	}
	return good;
}

bool yaml_parse(struct yaml_file *file, const char *path, const char *text, size_t length, struct error *err)
{
	struct reader reader = {.file = file, .text = text, .length = length, .err = err, .seen = beginning(text, length)};

	memset(file, 0, sizeof *file);
	(void)snprintf(file->path, sizeof file->path, "%s", path);
	if (memchr(text, '\0', length) != NULL)
		return error_set(err, "the file contains NUL bytes, so it is not text: save it as UTF-8") || error_at(err, path, 1, 1);
	if (!yaml_parser_initialize(&reader.parser))
		return error_set(err, "libyaml is out of memory");
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
	bool good = read_document(&reader);
	yaml_parser_delete(&reader.parser);
	if (good && (file->root == NULL || file->root->kind != YAML_MAPPING)) {
		error_set(err, "the file must hold keys and values, such as 'name: clean'");
		good = error_at(err, path, 1, 1);
	}
	if (!good)
		yaml_close(file);
	return good;
}

bool yaml_open(struct yaml_file *file, const char *path, struct error *err)
{
	FILE *stream = fopen(path, "re");
	struct stat status;

	if (stream == NULL || fstat(fileno(stream), &status) != 0 || !S_ISREG(status.st_mode)) {
		error_set(err, "cannot be read: %s", stream == NULL ? strerror(errno) : "not a file");
		if (stream != NULL)
			fclose(stream);
		return error_at(err, path, 0, 0);
	}
	char *text = memory_new(YAML_SIZE_MAX + 1);
	size_t length = fread(text, 1, YAML_SIZE_MAX + 1, stream);
	bool good = !ferror(stream) && length <= YAML_SIZE_MAX;
	fclose(stream);
	if (good) {
		good = yaml_parse(file, path, text, length, err);
	} else {
		error_set(err, "cannot be read whole, or is larger than %u bytes", YAML_SIZE_MAX);
		error_at(err, path, 0, 0);
	}
	free(text);
	return good;
}

void yaml_close(struct yaml_file *file)
{
	free_node(file->root);
	file->root = NULL;
	yaml_free_warnings(&file->warnings);
}

void yaml_take_warnings(struct yaml_file *file, struct yaml_warnings *warnings)
{
	size_t count = warnings->count + file->warnings.count;

	if (file->warnings.count == 0)
		return;
	warnings->list = memory_resize(warnings->list, count, sizeof *warnings->list);
	memcpy(warnings->list + warnings->count, file->warnings.list, file->warnings.count * sizeof *warnings->list);
	warnings->count = count;
	yaml_free_warnings(&file->warnings);
}

void yaml_free_warnings(struct yaml_warnings *warnings)
{
	free(warnings->list);
	*warnings = (struct yaml_warnings){NULL, 0};
}

bool yaml_resolve_path(const struct yaml_file *file, char *path, size_t size, struct error *err)
{
	const char *slash = strrchr(file->path, '/');
	size_t folder = slash != NULL ? (size_t)(slash - file->path) + 1 : 0, length = strlen(path);

	if (path[0] == '\0' || path[0] == '/')
		return true;
	for (; folder > 0 && strncmp(path, "./", 2) == 0 && length > 2; length -= 2)
		memmove(path, path + 2, length - 1);
	if (folder + length >= size)
		return error_set(err, "the path %s is too long: with the folder of %s it is more than %zu bytes", path, file->path,
		                 size - 1);
	memmove(path + folder, path, length + 1);
	memcpy(path, file->path, folder);
	return true;
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
	for (size_t i = 0; i < mapping->count; i++)
		if (strcmp(mapping->entries[i].key->text, key) == 0)
			return mapping->entries[i].value;
	return NULL;
}

const char *yaml_describe(const struct yaml_node *node, char *ret_text, size_t size)
{
	if (node->kind == YAML_SCALAR)
		(void)snprintf(ret_text, size, "'%s'", node->text);
	else
		(void)snprintf(ret_text, size, "%s", node->kind == YAML_MAPPING ? "a mapping" : "a list");
	return ret_text;
}

bool yaml_error(const struct yaml_file *file, const struct yaml_node *node, struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_vset(err, format, args);
	va_end(args);
	return error_at(err, file->path, node->line, node->column);
}

/* "a, b or c" of all keys that are allowed. */
static const char *list_keys(const struct param *table, const char *const *others, char *ret_text, size_t size)
{
	struct text text = text_in(ret_text, size);

	for (const struct param *row = table; row != NULL && row->key != NULL; row++)
		text_add(&text, "%s%s", text_separator(&text, ", "), row->key);
	if (others != NULL)
		text_add_names(&text, others);
	return ret_text;
}

static bool is_one_of(const char *const *names, const char *name)
{
	for (size_t i = 0; names != NULL && names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Checks that every key is in @table or in @others. */
static bool check_keys(const struct yaml_file *file, const struct yaml_node *mapping, const struct param *table, const char *const *others,
                       const char *what, struct error *err)
{
	char found[128], allowed[PARAM_VALUE_MAX];

	if (mapping->kind != YAML_MAPPING)
		return yaml_error(file, mapping, err, "%s must be keys and values, not %s", what,
		                  yaml_describe(mapping, found, sizeof found));
	for (size_t i = 0; i < mapping->count; i++) {
		const struct yaml_node *key = mapping->entries[i].key;
		if ((table != NULL && param_find(table, key->text) != NULL) || is_one_of(others, key->text))
			continue;
		char meant[PARAM_VALUE_MAX];
		return yaml_error(file, key, err, "unknown key '%.64s' in %s%s; allowed: %s", key->text, what,
		                  param_did_you_mean(param_nearest(table, others, key->text), meant),
		                  list_keys(table, others, allowed, sizeof allowed));
	}
	return true;
}

/* Sets what the mapping says, for the keys that are in the table. */
static bool set_given(const struct yaml_file *file, const struct yaml_node *mapping, const struct param *table, void *object,
                      struct error *err)
{
	char found[128], allowed[PARAM_VALUE_MAX];

	for (size_t i = 0; i < mapping->count; i++) {
		const struct param *row = param_find(table, mapping->entries[i].key->text);
		const struct yaml_node *value = mapping->entries[i].value;
		if (row == NULL)
			continue;
		if (value->kind != YAML_SCALAR)
			return yaml_error(file, value, err, "'%s' must be %s, not %s", row->key, param_allowed(row, allowed),
			                  yaml_describe(value, found, sizeof found));
		if (!param_set(row, object, value->text, err)) {
			error_context(err, "%s", row->key);
			return error_at(err, file->path, value->line, value->column);
		}
	}
	return true;
}

bool yaml_fill(const struct yaml_file *file, const struct yaml_node *mapping, const struct param *table, const char *const *others,
               const char *what, void *object, struct error *err)
{
	char allowed[PARAM_VALUE_MAX];

	params_init(table, object);
	if (!check_keys(file, mapping, table, others, what, err) || !set_given(file, mapping, table, object, err))
		return false;
	for (const struct param *row = table; row->key != NULL; row++)
		if (row->standard == NULL && yaml_get(mapping, row->key) == NULL)
			return yaml_error(file, mapping, err, "%s needs '%s', %s: %s", what, row->key, param_allowed(row, allowed),
			                  row->summary);
	return true;
}

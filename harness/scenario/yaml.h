/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * YAML files as a tree in which every node knows its line and column. Read with libyaml's events.
 *
 * What could surprise is refused with its place: duplicate keys, aliases and anchors, tags, several
 * documents, keys that are no scalars, and files or nestings beyond the limits below.
 */
#ifndef SCENARIO_YAML_H
#define SCENARIO_YAML_H

#include <stddef.h>

#include "lib/base/error.h"
#include "lib/base/param.h"

/** A frozen plan has a line for every decision, tens of thousands where each frame is delayed. */
#define YAML_SIZE_MAX (64U * 1024U * 1024U)
#define YAML_DEPTH_MAX 16
#define YAML_NODES_MAX (1024U * 1024U)

enum yaml_kind { YAML_SCALAR, YAML_MAPPING, YAML_SEQUENCE };

struct yaml_node {
	enum yaml_kind kind;
	int line, column; /**< from 1 */
	char *text;       /**< of a scalar */
	size_t count;     /**< of entries */
	struct yaml_entry *entries;
};

/** An element of a sequence, or a key (with its own place) and value of a mapping. */
struct yaml_entry {
	struct yaml_node *key; /**< NULL in a sequence */
	struct yaml_node *value;
};

/** What is allowed and yet hardly meant, with places; all zero is none. */
struct yaml_warnings {
	struct error *list;
	size_t count;
};

struct yaml_file {
	char path[ERROR_FILE_MAX]; /**< as the user wrote it, for errors */
	struct yaml_node *root;    /**< always a mapping */
	struct yaml_warnings warnings;
};

/** Reads @p path. @return false with @p err and its place. */
bool yaml_open(struct yaml_file *file, const char *path, struct error *err);
/** Reads @p length bytes of @p text; @p path is for errors only. */
bool yaml_parse(struct yaml_file *file, const char *path, const char *text, size_t length, struct error *err);
void yaml_close(struct yaml_file *file);

/** Puts the warnings of @p file behind those of @p warnings, and takes them from the file. */
void yaml_take_warnings(struct yaml_file *file, struct yaml_warnings *warnings);
void yaml_free_warnings(struct yaml_warnings *warnings);

/**
 * Makes a path that a file names one that can be opened: a relative one is meant relative to the
 * file.
 * @param path Of at most @p size bytes with its end. @return false with @p err (no place) if it
 * becomes too long.
 */
bool yaml_resolve_path(const struct yaml_file *file, char *path, size_t size, struct error *err);

/** @return the value of @p key in a mapping, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);

/** "a mapping", "a list", "'TEXT'": what was found, for errors. */
const char *yaml_describe(const struct yaml_node *node, char *ret_text, size_t size);

/** Sets @p err with the place of @p node. @return false. */
bool yaml_error(const struct yaml_file *file, const struct yaml_node *node, struct error *err, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * Fills @p object from a mapping by a table: standard values first, then what the mapping says.
 *
 * @param others Keys that the caller reads itself, ends with NULL; NULL for none.
 * @param what What the mapping is, for errors: "a device", "delay".
 * @return false with @p err: an unknown key, a value that does not fit, a key that is missing.
 */
bool yaml_fill(const struct yaml_file *file, const struct yaml_node *mapping, const struct param *table, const char *const *others,
               const char *what, void *object, struct error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables in the READMEs of scenarios are generated from the scenarios; `make golden` writes
 * them anew. A line "<!-- scenarios: PATTERN... -->" begins one, and "<!-- end -->" ends it. It has
 * a row for each file whose path in the README's folder matches a pattern, in alphabetical order;
 * "*" stands for those that no other table of the README has.
 */
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/yaml.h"
#include "tests/test.h"

extern const CU_TestInfo tests_scenario_tables[];

#define BEGIN "<!-- scenarios: "
#define END "<!-- end -->"
#define OTHERS "*"
#define WORDS_MAX 256

static const char *text_of(const struct yaml_node *mapping, const char *key, const char *otherwise)
{
	const struct yaml_node *node = mapping != NULL ? yaml_get(mapping, key) : NULL;

	return node != NULL ? node->text : otherwise;
}

static void print_row(const char *path, const char *name, FILE *stream)
{
	struct yaml_file file;
	struct error err;

	CU_ASSERT_FATAL(yaml_open(&file, path, &err));
	const char *summary = text_of(file.root, "summary", "");
	if (summary[0] == '\0' || strchr(summary, '|') != NULL)
		printf("    %s has no summary for a table\n", path);
	CU_ASSERT(summary[0] != '\0' && strchr(summary, '|') == NULL);
	fprintf(stream, "| `%s` |", name);
	if (yaml_get(file.root, "suite") == NULL)
		fprintf(stream, " %s |", text_of(yaml_get(file.root, "expect"), "verdict", "pass"));
	fprintf(stream, " %s |\n", summary);
	yaml_close(&file);
}

/* @param patterns With blanks between them. */
static bool fits(const char *name, const char *patterns)
{
	char words[WORDS_MAX], *rest = NULL;
	bool found = false;

	(void)snprintf(words, sizeof words, "%s", patterns);
	for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		found = found || fnmatch(word, name, FNM_PATHNAME) == 0;
	return found;
}

static const char *patterns_at(const char *marker, char ret_patterns[WORDS_MAX])
{
	const char *begin = marker + strlen(BEGIN);

	(void)snprintf(ret_patterns, WORDS_MAX, "%.*s", (int)(strstr(begin, " -->") - begin), begin);
	return ret_patterns;
}

/* Whether a table of @readme asks for @name by more than "*". */
static bool is_asked_for(const char *readme, const char *name)
{
	char patterns[WORDS_MAX];

	for (const char *at = readme; (at = strstr(at, BEGIN)) != NULL; at++)
		if (strcmp(patterns_at(at, patterns), OTHERS) != 0 && fits(name, patterns))
			return true;
	return false;
}

/* @return how many rows it has. */
static size_t print_table(const char *folder, const char *readme, const char *patterns, FILE *stream)
{
	const bool others = strcmp(patterns, OTHERS) == 0;
	const bool suites = strstr(folder, "/suites") != NULL;
	char deeper[512];
	glob_t files;
	size_t rows = 0;

	(void)snprintf(deeper, sizeof deeper, "%s/*.yaml", folder);
	(void)glob(deeper, 0, NULL, &files);
	(void)snprintf(deeper, sizeof deeper, "%s/*/*.yaml", folder);
	(void)glob(deeper, GLOB_APPEND, NULL, &files);
	fputs(suites ? "\n| suite | is for |\n|---|---|\n" : "\n| scenario | expected | shows |\n|---|---|---|\n", stream);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *name = files.gl_pathv[i] + strlen(folder) + 1;
		if (others ? strchr(name, '/') != NULL || is_asked_for(readme, name) : !fits(name, patterns))
			continue;
		print_row(files.gl_pathv[i], name, stream);
		rows++;
	}
	fputs("\n", stream);
	globfree(&files);
	return rows;
}

/* @return how many rows its tables have. */
static size_t check_readme(const char *path, const char *folder)
{
	char *readme = test_read(path), *text = NULL, patterns[WORDS_MAX], name[512];
	size_t length, rows = 0;
	FILE *stream = open_memstream(&text, &length);
	const char *at = readme, *marker, *end;

	CU_ASSERT_FATAL(readme != NULL && stream != NULL);
	while ((marker = strstr(at, BEGIN)) != NULL && (end = strstr(marker, END)) != NULL) {
		const char *line_end = strchr(marker, '\n') + 1;
		fprintf(stream, "%.*s", (int)(line_end - at), at);
		rows += print_table(folder, readme, patterns_at(marker, patterns), stream);
		at = end;
	}
	fputs(at, stream);
	CU_ASSERT_FATAL(fclose(stream) == 0);
	(void)snprintf(name, sizeof name, "../../%s", path);
	test_golden(name, text);
	free(text);
	free(readme);
	return rows;
}

static size_t count_files(const char *pattern, glob_t *ret_files)
{
	CU_ASSERT_FATAL(glob(pattern, 0, NULL, ret_files) == 0);
	return ret_files->gl_pathc;
}

static void every_scenario_has_its_row(void)
{
	glob_t readmes, files;
	size_t rows = check_readme("scenarios/README.md", "scenarios");
	char folder[512];

	(void)count_files("scenarios/*/README.md", &readmes);
	for (size_t i = 0; i < readmes.gl_pathc; i++) {
		const char *path = readmes.gl_pathv[i];
		(void)snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
		rows += check_readme(path, folder);
	}
	globfree(&readmes);
	size_t count = count_files("scenarios/*/*.yaml", &files);
	if (rows != count)
		printf("    the tables have %zu rows for %zu scenarios\n", rows, count);
	CU_ASSERT_EQUAL(rows, count);
	globfree(&files);
}

const CU_TestInfo tests_scenario_tables[] = {
	{"every scenario has its row", every_scenario_has_its_row},
	CU_TEST_INFO_NULL,
};

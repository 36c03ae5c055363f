/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: one `git log` gives all revisions with their parents, in topological order, and
 * what a bisection asks of the history is answered from memory then. The places of parents are
 * found by their hashes in a sorted copy.
 */
#include "harness/search/repository.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/search/command.h"

#define WORDS_MAX 16

/* Runs git in a repository. @return its exit status; COMMAND_BROKEN with @p err. */
static int run_git(const char *repo, const char *const *arguments, char **ret_output, struct error *err)
{
	const char *words[WORDS_MAX + 8] = {"git", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=off", "-C", repo};
	static const char *const variables[] = {"LC_ALL", "C", "GIT_TERMINAL_PROMPT", "0", "GIT_PAGER", "cat", "GIT_OPTIONAL_LOCKS",
	                                        "0",      NULL};
	size_t count = 7;

	for (size_t i = 0; i < WORDS_MAX && arguments[i] != NULL; i++)
		words[count++] = arguments[i];
	const struct command command = {.words = words, .variables = variables};
	return command_run(&command, ret_output, err);
}

/* The end of what git said, on one line. */
static const char *first_of(char *text)
{
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* @return whether git ended well; else @p err says what git said. */
static bool ask_git(const char *repo, const char *const *arguments, char **ret_output, struct error *err)
{
	char *output = NULL;
	const int status = run_git(repo, arguments, &output, err);

	if (status == 0) {
		*ret_output = output;
		return true;
	}
	if (status != COMMAND_BROKEN)
		error_set(err, "git %s in %s: %.600s", arguments[0], repo,
		          output != NULL && output[0] != '\0' ? first_of(output) : "it failed without a message");
	free(output);
	return false;
}

bool repository_resolve(const char *repo, const char *what, const char *name, char ret_hash[REPOSITORY_HASH_MAX], struct error *err)
{
	char *commit = memory_format("%s^{commit}", name), *output;
	const char *const inside[] = {"rev-parse", "--git-dir", NULL};
	const char *const words[] = {"rev-parse", "--verify", "--quiet", "--end-of-options", commit, NULL};
	bool good = ask_git(repo, inside, &output, err);

	if (!good) {
		free(commit);
		return error_context(err, "--repo");
	}
	free(output);
	output = NULL;
	const int status = run_git(repo, words, &output, err);
	if (status == 0)
		(void)snprintf(ret_hash, REPOSITORY_HASH_MAX, "%s", first_of(output));
	else if (status != COMMAND_BROKEN)
		error_set(err, "%s: the repository %s has no revision '%s'", what, repo, name);
	free(output);
	free(commit);
	return status == 0;
}

/* -- the history -- */

static bool is_ancestor(const char *repo, const char *older, const char *newer)
{
	const char *const words[] = {"merge-base", "--is-ancestor", older, newer, NULL};
	struct error err;
	char *output = NULL;
	const int status = run_git(repo, words, &output, &err);

	free(output);
	return status == 0;
}

/* What it takes to find a revision by its hash in a history of thousands. */
struct sorted {
	const char *hash;
	size_t at;
};

static int by_hash(const void *left, const void *right)
{
	const struct sorted *a = left, *b = right;

	return strcmp(a->hash, b->hash);
}

static size_t find(const struct sorted *sorted, size_t count, const char *hash)
{
	const struct sorted wanted = {.hash = hash}, *found = bsearch(&wanted, sorted, count, sizeof *sorted, by_hash);

	return found != NULL ? found->at : REVISION_NONE;
}

/* The lines of the log, each with its fields ended by zeros. */
struct entry {
	bool is_outside; /* it is the good end, or older */
	const char *hash, *parents, *date, *subject;
};

static size_t split(char *text, struct entry **ret_entries)
{
	struct entry *entries = NULL;
	size_t count = 0, room = 0;
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		if (strchr("<>-", line[0]) == NULL || line[1] != '\t')
			continue; /* a warning of git's */
		if (count == room) {
			room = room > 0 ? 2 * room : 64;
			entries = memory_resize(entries, room, sizeof *entries);
		}
		struct entry *entry = &entries[count++];
		entry->is_outside = strcmp(strsep(&line, "\t"), "-") == 0;
		entry->hash = line != NULL ? strsep(&line, "\t") : "";
		entry->parents = line != NULL ? strsep(&line, "\t") : "";
		entry->date = line != NULL ? strsep(&line, "\t") : "";
		entry->subject = line != NULL ? line : "";
	}
	*ret_entries = entries;
	return count;
}

static struct sorted *sort_entries(const struct entry *entries, size_t count)
{
	struct sorted *sorted = memory_new((count + 1) * sizeof *sorted);

	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct sorted){entries[i].hash, i};
	qsort(sorted, count, sizeof *sorted, by_hash);
	return sorted;
}

static size_t add_entry(struct revisions *revisions, const struct entry *entry)
{
	char name[REVISION_DIGITS + 1];

	(void)snprintf(name, sizeof name, "%.*s", REVISION_DIGITS, entry->hash);
	const size_t at = revisions_add(revisions, entry->hash, name, !entry->is_outside);
	struct revision *revision = &revisions->list[at];
	free(revision->subject);
	free(revision->date);
	revision->subject = memory_text(entry->subject);
	revision->date = memory_text(entry->date);
	return at;
}

/*
 * The good end comes first, then what is older and a candidate's parent, then the candidates.
 * @return the place of each entry, to be released with free().
 */
static size_t *add_entries(struct revisions *revisions, const struct entry *entries, size_t count, const char *good)
{
	size_t *places = memory_new((count + 1) * sizeof *places);

	for (unsigned round = 0; round < 3; round++)
		for (size_t i = 0; i < count; i++) {
			const bool is_good = strcmp(entries[i].hash, good) == 0;
			if (round == (is_good ? 0 : entries[i].is_outside ? 1 : 2))
				places[i] = add_entry(revisions, &entries[i]);
		}
	return places;
}

static void add_parents(struct revisions *revisions, const struct entry *entries, size_t count, const size_t *places)
{
	struct sorted *sorted = sort_entries(entries, count);

	for (size_t i = 0; i < count; i++) {
		char *copy = memory_text(entries[i].parents), *rest = NULL;
		for (char *parent = strtok_r(copy, " ", &rest); parent != NULL && !entries[i].is_outside;
		     parent = strtok_r(NULL, " ", &rest)) {
			const size_t at = find(sorted, count, parent);
			if (at != REVISION_NONE)
				revisions_add_parent(revisions, places[i], places[at]);
		}
		free(copy);
	}
	free(sorted);
}

static void add_all(struct revisions *revisions, const struct entry *entries, size_t count, const char *good)
{
	size_t *places = add_entries(revisions, entries, count, good);

	add_parents(revisions, entries, count, places);
	revisions_link(revisions);
	free(places);
}

static bool check_ends(const char *repo, const char *good, const char *bad, struct error *err)
{
	if (strcmp(good, bad) == 0)
		return error_set(err, "--good and --bad are the same revision, %.*s", REVISION_DIGITS, good);
	if (is_ancestor(repo, good, bad))
		return true;
	if (is_ancestor(repo, bad, good))
		return error_set(err, "--good %.*s comes after --bad %.*s; the good revision has to be the older one", REVISION_DIGITS,
		                 good, REVISION_DIGITS, bad);
	return error_set(err, "--good %.*s is not an ancestor of --bad %.*s: use one that is, such as the `git merge-base` of both",
	                 REVISION_DIGITS, good, REVISION_DIGITS, bad);
}

bool repository_read(const char *repo, const char *good, const char *bad, struct revisions *ret_revisions, struct error *err)
{
	char *without = memory_format("^%s", good), *output = NULL;
	const char *const words[] = {"log",
	                             "--topo-order",
	                             "--reverse",
	                             "--boundary",
	                             "--no-color",
	                             "--no-show-signature",
	                             "--encoding=UTF-8",
	                             "--format=%m%x09%H%x09%P%x09%aI%x09%s",
	                             bad,
	                             without,
	                             "--",
	                             NULL};
	struct entry *entries;

	const bool asked = check_ends(repo, good, bad, err) && ask_git(repo, words, &output, err);
	free(without);
	if (!asked)
		return false;
	const size_t count = split(output, &entries);
	const bool fits = count <= REVISIONS_MAX;
	*ret_revisions = (struct revisions){.count = 0};
	if (fits)
		add_all(ret_revisions, entries, count, good);
	else
		error_set(err, "there are %zu revisions between --good and --bad; at most %d can be bisected at once", count,
		          REVISIONS_MAX);
	free(entries);
	free(output);
	return fits;
}

/* -- work trees -- */

bool repository_is_dirty(const char *repo)
{
	const char *const words[] = {"status", "--porcelain", "--untracked-files=no", NULL};
	struct error err;
	char *output = NULL;
	const bool dirty = run_git(repo, words, &output, &err) == 0 && output[0] != '\0';

	free(output);
	return dirty;
}

static bool make_tree(const char *repo, const char *dir, const char *hash, struct error *err)
{
	/*
	 * Forced, since a search that was killed may have left its record; no record of the user's
	 * own is pruned.
	 */
	const char *const make[] = {"worktree", "add", "--force", "--detach", dir, hash, NULL};
	char *output = NULL;

	if (!ask_git(repo, make, &output, err))
		return false;
	free(output);
	return true;
}

bool repository_checkout(const char *repo, const char *dir, const char *hash, bool keeps, struct error *err)
{
	const char *const checkout[] = {"checkout", "--quiet", "--force", "--detach", hash, NULL};
	const char *const clean[] = {"clean", "--quiet", "-ffdx", NULL};
	char *git = memory_format("%s/.git", dir), *output = NULL;
	const bool is_there = access(git, F_OK) == 0;

	free(git);
	/* A lock may be left in it by a git that was killed. */
	if (!is_there || !ask_git(dir, checkout, &output, err)) {
		repository_remove(repo, dir);
		return make_tree(repo, dir, hash, err);
	}
	free(output);
	output = NULL;
	if (!keeps && !ask_git(dir, clean, &output, err))
		return false;
	free(output);
	return true;
}

void repository_remove(const char *repo, const char *dir)
{
	const char *const words[] = {"worktree", "remove", "--force", dir, NULL};
	struct error err;
	char *output = NULL;

	(void)run_git(repo, words, &output, &err);
	free(output);
}

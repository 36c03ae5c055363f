/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can happen to the folder, the history and the scenarios of a run in progress: the disk
 * fills, the folder becomes read-only, another process wants it, a newer program takes over the
 * history, a scenario disappears. Whenever it happens: a clear error, nothing lost, and no false
 * claim.
 */
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/soak/soak.h"

#define SEEDS 2U
#define WORDS_MAX (3 * PATH_MAX)
#define STATUS_USAGE 2
#define STATUS_INCONCLUSIVE 125
#define NEWER 99

/* What is run, by turns. */
enum command { RUN, MERGE, GATE, COMMANDS };

static const char *const names[COMMANDS] = {"run", "merge", "gate"};

/* Duration and result of a command when nothing disturbs it. */
struct whole {
	uint64_t us, kb;
};

/* @return the words of the command line that leave the folder @p out. */
static const char *words_of(enum command command, const char *out)
{
	static char words[WORDS_MAX];
	const char *f = soak_folder;

	if (command == RUN)
		(void)snprintf(words, sizeof words, "run %s/short.yaml --seeds 1..%u --jobs 2 --history none --out %s", f, SEEDS, out);
	else if (command == MERGE)
		(void)snprintf(words, sizeof words, "merge %s/part-1 %s/part-2 --history none --out %s", f, f, out);
	else
		(void)snprintf(words, sizeof words,
		               "gate %s/gated.yaml --baseline worst --candidate reference --feed retail-eval --to retail --release 22.01 "
		               "--history none --out %s",
		               f, out);
	return words;
}

static const char *below(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", soak_folder, name);
	return path;
}

static uint64_t size_kb(const char *name)
{
	unsigned long long kb = 0;
	char command[PATH_MAX];

	(void)snprintf(command, sizeof command, "du -sk %s/%s", soak_folder, name);
	FILE *stream = popen(command, "re");
	if (stream == NULL || fscanf(stream, "%llu", &kb) != 1)
		soak_fail("%s has no size", name);
	if (stream != NULL)
		(void)pclose(stream);
	return kb;
}

/*
 * Makes what the commands need, and what they leave when nothing comes in their way: "whole-run"
 * and so on. @return one for each.
 */
static const struct whole *prepare(void)
{
	static struct whole whole[COMMANDS];
	static bool done;
	char out[32];

	if (done)
		return whole;
	done = true;
	(void)soak_short_scenario();
	(void)soak_shell("printf 'suite: s\\nscenarios: [short.yaml]\\n' >%s/gated.yaml", soak_folder);
	(void)soak_shell(
		"for k in 1 2; do %s run %s/short.yaml --seeds 1..%u --shard $k/2 --history none --out %s/part-$k; done >/dev/null 2>&1",
		soak_program(), soak_folder, SEEDS, soak_folder);
	for (enum command command = RUN; command < COMMANDS; command++) {
		(void)snprintf(out, sizeof out, "whole-%s", names[command]);
		whole[command].us = soak_time_of(words_of(command, below(out)));
		whole[command].kb = size_kb(out);
	}
	return whole;
}

/* -- what has come of it -- */

static bool said(const char *text)
{
	return soak_shell("grep -qF '%s' %s/said.txt", text, soak_folder) == 0;
}

static void is_whole(enum command command, const char *where)
{
	if (command != GATE && soak_compare("hazard", "whole-run") != SEEDS)
		soak_fail("%s: not all sessions are there", where);
	if (command == GATE && !soak_is_there("hazard/promotion.json"))
		soak_fail("%s: promoted without a record", where);
}

/* A run goes on to the end that it would have come to. */
static void go_on(const char *where)
{
	int status = soak_shell("%s run --resume %s/hazard --history none >%s/resumed.txt 2>&1", soak_program(), soak_folder, soak_folder);

	if (status != 0)
		soak_fail("%s: going on came to %d: see %s/resumed.txt", where, status, soak_folder);
	is_whole(RUN, where);
}

/*
 * What is in the folder "hazard" after a command that came to @p status. @param why What an error
 * says, if there was one.
 */
static void look(enum command command, int status, const char *why, uint64_t moment)
{
	char where[64];

	(void)snprintf(where, sizeof where, "%s, moment %llu", names[command], (unsigned long long)moment);
	if (status == 0)
		is_whole(command, where);
	else if (status != STATUS_USAGE && status != STATUS_INCONCLUSIVE)
		soak_fail("%s: came to %d: see %s/said.txt", where, status, soak_folder);
	else if (!said(why))
		soak_fail("%s: does not say '%s': see %s/said.txt", where, why, soak_folder);
	if (command == GATE)
		soak_look_at_gate("hazard", where);
	else if (soak_is_there("hazard/run.json"))
		soak_look_at_run("hazard", where);
	if (command == RUN && status != 0 && soak_is_there("hazard/run.json"))
		go_on(where);
	soak_forget("hazard");
}

/* Runs @p words, and @p meanwhile after a time. @return the exit status. */
static int run_while(const char *before, const char *words, uint64_t after_us, void (*meanwhile)(void *ctx), void *ctx)
{
	char command[WORDS_MAX + PATH_MAX];
	int status = 0;

	(void)snprintf(command, sizeof command, "exec %s %s %s >%s/said.txt 2>&1", before, soak_program(), words, soak_folder);
	pid_t pid = soak_start(command);
	soak_wait(after_us);
	meanwhile(ctx);
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* -- a disk that fills -- */

static int status_of(const char *name)
{
	int status = -1;
	FILE *stream = fopen(below(name), "re");

	if (stream == NULL || fscanf(stream, "%d", &status) != 1)
		soak_fail("%s has no exit status", name);
	if (stream != NULL)
		(void)fclose(stream);
	return status;
}

void soak_disks(void)
{
	double start = soak_seconds();
	unsigned done = 0;

	const struct whole *whole = prepare();
	if (soak_shell("mkdir %s/small && unshare -m mount -t tmpfs none %s/small 2>/dev/null", soak_folder, soak_folder) != 0) {
		printf("disks: not run: no right to mount a small one\n");
		return;
	}
	for (; done < SOAK_MOMENTS / soak_share; done++) {
		const enum command command = done % COMMANDS;
		const uint64_t kb = 4 + soak_drawn("disk", done, whole[command].kb + whole[command].kb / 4);
		(void)soak_shell(
			"cd %s && rm -f status said.txt && unshare -m sh -c 'mount -t tmpfs -o size=%lluk none small && { %s %s >said.txt 2>&1; echo $? >status; "
			"[ ! -e small/x ] || cp -a small/x hazard; }'",
			soak_folder, (unsigned long long)kb, soak_program(), words_of(command, "small/x"));
		look(command, status_of("status"), "No space left on device", kb);
	}
	printf("disks: %u that filled at drawn sizes, in %.0f s\n", done, soak_seconds() - start);
}

/* -- a folder that becomes read-only -- */

static void make_read_only(void *ctx)
{
	(void)ctx;
	(void)soak_shell("find %s/kept -type d -exec chmod a-w {} + 2>/dev/null", soak_folder);
}

void soak_read_only(void)
{
	/* Root's rights would go before those of the folder. */
	const char *as_others = geteuid() == 0 ? "setpriv --bounding-set=-dac_override,-dac_read_search" : "";
	double start = soak_seconds();
	unsigned done = 0;

	const struct whole *whole = prepare();
	if (soak_shell("%s true 2>/dev/null", as_others) != 0) {
		printf("folders: not run: setpriv may not take root's rights away\n");
		return;
	}
	for (; done < SOAK_MOMENTS / soak_share; done++) {
		const enum command command = done % COMMANDS;
		const uint64_t after_us = soak_drawn("read-only", done, whole[command].us);
		(void)soak_shell("mkdir %s/kept", soak_folder);
		int status = run_while(as_others, words_of(command, below("kept/x")), after_us, make_read_only, NULL);
		(void)soak_shell("cd %s && chmod -R u+w kept && { [ ! -e kept/x ] || mv kept/x hazard; } && rmdir kept", soak_folder);
		look(command, status, "Permission denied", after_us);
	}
	printf("folders: %u that became read-only at drawn moments, in %.0f s\n", done, soak_seconds() - start);
}

/* -- two who want the same folder -- */

/* What comes second. */
struct rival {
	enum command command; /* COMMANDS: a run that is to go on */
	int status;
};

static void start_rival(void *ctx)
{
	struct rival *rival = ctx;
	char words[WORDS_MAX];

	if (rival->command == COMMANDS)
		(void)snprintf(words, sizeof words, "run --history none --resume %s/hazard", soak_folder);
	else
		(void)snprintf(words, sizeof words, "%s", words_of(rival->command, below("hazard")));
	rival->status = soak_shell("%s %s >%s/rival.txt 2>&1", soak_program(), words, soak_folder);
}

static void look_at_rivals(const struct rival *rival, int status, uint64_t after_us)
{
	const bool second = status != 0 && rival->status == 0;

	if (status != 0 && rival->status != 0)
		soak_fail("after %llu us, neither has come to an end: %d, %d", (unsigned long long)after_us, status, rival->status);
	else if (rival->status != 0 &&
	         soak_shell("grep -qE 'already exists|another process is working|is not the folder of a run' %s/rival.txt", soak_folder) !=
	                 0)
		soak_fail("after %llu us: see %s/rival.txt", (unsigned long long)after_us, soak_folder);
	else if (status == 0 && rival->status == 0 && rival->command != COMMANDS)
		soak_fail("after %llu us, both have the folder", (unsigned long long)after_us);
	else if (second && !said("already exists") && !said("another process is working"))
		soak_fail("after %llu us: see %s/said.txt", (unsigned long long)after_us, soak_folder);
	else
		is_whole(second && rival->command == GATE ? GATE : RUN, "after a rival");
	soak_forget("hazard");
}

void soak_rivals(void)
{
	double start = soak_seconds();
	unsigned done = 0;

	const struct whole *whole = prepare();
	for (; done < SOAK_MOMENTS / soak_share; done++) {
		const uint64_t after_us = soak_drawn("rival", done, whole[RUN].us);
		struct rival rival = {.command = done % (COMMANDS + 1)};
		int status = run_while("", words_of(RUN, below("hazard")), after_us, start_rival, &rival);
		look_at_rivals(&rival, status, after_us);
	}
	printf("rivals: %u that wanted the same folder at drawn moments, in %.0f s\n", done, soak_seconds() - start);
}

/* -- a history that a newer program takes over -- */

static int64_t ask_history(const char *sql)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	int64_t answer = -1;

	if (sqlite3_open_v2(below("h.db"), &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
		(void)sqlite3_busy_timeout(db, 30000);
		if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
			answer = sqlite3_column_int64(statement, 0);
		(void)sqlite3_finalize(statement);
	}
	(void)sqlite3_close(db);
	return answer;
}

#define SQL_NUMBER(number) #number
#define SQL_RAISE(number) "PRAGMA user_version = " SQL_NUMBER(number)

static void raise_version(void *ctx)
{
	(void)ctx;
	(void)ask_history(SQL_RAISE(NEWER));
}

/* What is there when the version is raised is all that is ever there. */
static void look_at_history(int status, uint64_t after_us)
{
	const int64_t sessions = ask_history("SELECT count(*) FROM session");

	if (ask_history("PRAGMA user_version") != NEWER)
		soak_fail("after %llu us: the newer history is one of this version now", (unsigned long long)after_us);
	if (sessions != (status == 0 ? 2 * SEEDS : SEEDS))
		soak_fail("after %llu us: came to %d, and %lld sessions are recorded", (unsigned long long)after_us, status,
		          (long long)sessions);
	if (status == STATUS_USAGE && soak_is_there("hazard"))
		soak_fail("after %llu us: refused, and there is a folder", (unsigned long long)after_us);
	if (status == STATUS_INCONCLUSIVE)
		is_whole(RUN, "with a newer history");
}

void soak_newer(void)
{
	double start = soak_seconds();
	char words[WORDS_MAX];
	unsigned done = 0;

	const struct whole *whole = prepare();
	(void)snprintf(words, sizeof words, "run %s/short.yaml --seeds 1..%u --jobs 2 --history %s/h.db --out %s/hazard", soak_folder,
	               SEEDS, soak_folder, soak_folder);
	for (; done < SOAK_MOMENTS / soak_share; done++) {
		const uint64_t after_us = soak_drawn("newer", done, whole[RUN].us + whole[RUN].us / 8);
		(void)soak_shell("%s history import %s/whole-run --history %s/h.db >/dev/null", soak_program(), soak_folder, soak_folder);
		int status = run_while("", words, after_us, raise_version, NULL);
		look_at_history(status, after_us);
		look(RUN, status, "is a history of version 99", after_us);
		soak_forget("h.db");
	}
	printf("histories: %u that a newer program took over at drawn moments, in %.0f s\n", done, soak_seconds() - start);
}

/* -- a scenario that goes -- */

static void remove_scenario(void *ctx)
{
	(void)ctx;
	(void)unlink(below("going/b.yaml"));
}

void soak_missing(void)
{
	double start = soak_seconds();
	char words[WORDS_MAX];
	unsigned done = 0;

	(void)prepare();
	(void)soak_shell(
		"cd %s && mkdir going && printf 'suite: s\\nscenarios: [a.yaml, b.yaml]\\n' >going/s.yaml && "
		"sed 's/small.bin/..\\/small.bin/' short.yaml >going/a.yaml && sed 's/name: short/name: b/' going/a.yaml >b.yaml && cp b.yaml going",
		soak_folder);
	(void)snprintf(words, sizeof words, "run %s/going/s.yaml --jobs 2 --history none --out %s/all", soak_folder, soak_folder);
	const uint64_t most_us = soak_time_of(words);
	(void)snprintf(words, sizeof words, "run %s/going/s.yaml --jobs 2 --history none --out %s/hazard", soak_folder, soak_folder);
	for (; done < SOAK_MOMENTS / soak_share; done++) {
		/* They are read at the very beginning, so most of the moments lie there. */
		const uint64_t after_us = most_us >> soak_drawn("going", done, 12);
		int status = run_while("", words, after_us, remove_scenario, NULL);
		if (status == STATUS_USAGE ? !said("b.yaml") || soak_is_there("hazard") : status != 0 || soak_compare("hazard", "all") != 2)
			soak_fail("missing after %llu us: came to %d: see %s/said.txt", (unsigned long long)after_us, status, soak_folder);
		/* Sessions that have a verdict keep it. */
		if (status == 0 && soak_shell("%s run --resume %s/hazard --history none >%s/said.txt 2>&1", soak_program(), soak_folder,
		                              soak_folder) != STATUS_USAGE)
			soak_fail("a run goes on without its scenario");
		if (status == 0 && (!said("b.yaml") || soak_compare("hazard", "all") != 2))
			soak_fail("a run that could not go on: see %s/said.txt", soak_folder);
		soak_forget("hazard");
		(void)soak_shell("cp %s/b.yaml %s/going", soak_folder, soak_folder);
	}
	printf("scenarios: %u that went at drawn moments, in %.0f s\n", done, soak_seconds() - start);
}

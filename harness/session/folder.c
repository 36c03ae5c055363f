/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the folder is valid at every instant, as the session may be killed. Streams are
 * opened at the start; plan.yaml is there from the start and is replaced at the end by one with
 * decisions, which a stream keeps meanwhile. folder_complete() does the rest for a process that
 * has died.
 */
#include "harness/session/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/file.h"
#include "reports/verdict.h"
#include "harness/session/world.h"

bool folder_make(const char *dir, struct error *err)
{
	char path[DEVICE_PATH_MAX];

	if ((size_t)snprintf(path, sizeof path, "%s", dir) >= sizeof path)
		return error_set(err, "the path %s is too long", dir);
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash != NULL)
			*slash = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			return error_set(err, "the folder %s cannot be made: %s", path, strerror(errno));
		if (slash == NULL)
			return true;
		*slash = '/';
	}
}

static FILE *open_stream(const char *dir, const char *name, struct error *err)
{
	char path[DEVICE_PATH_MAX + 32];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *stream = fopen(path, "w+e");
	if (stream == NULL)
		error_set(err, "%s cannot be written: %s", path, strerror(errno));
	return stream;
}

/* What folder_keep_decisions() writes: lines as plan.yaml has them. */
#define DECISIONS_KEPT "decisions.kept"

static void remove_file(const char *dir, const char *name)
{
	char path[DEVICE_PATH_MAX + 32];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	(void)unlink(path);
}

/* @param lines Decisions, in place of the plan's own; NULL: these. */
static bool write_plan(const char *dir, const struct plan *plan, const char *lines, bool live, struct error *err)
{
	static const char again[] = "`stutter run` on this file repeats it, `stutter replay` repeats just its decisions.",
			  live_again[] = "It was in wall time, and does not come twice; `stutter replay` and `stutter proxy --replay` "
					 "repeat its decisions.";
	struct report_file file;

	if (!report_file_open(&file, dir, "plan.yaml", err))
		return false;
	fprintf(file.stream, "# stutter " STUTTER_VERSION ": the plan of one session, from %s. %s\n", plan->path,
	        live ? live_again : again);
	if (lines != NULL)
		plan_write_frozen(plan, lines, file.stream);
	else
		plan_write(plan, file.stream);
	return report_file_close(&file, err);
}

bool folder_freeze_plan(const char *dir, const struct plan *plan, const struct decisions *decisions, const char *device_image, bool live,
                        struct error *err)
{
	struct plan frozen = *plan;
	bool good;

	plan_freeze(&frozen, decisions, device_image);
	good = write_plan(dir, &frozen, NULL, live, err);
	decisions_close(&frozen.decisions);
	/* Where there was no room for the plan they are all that is left of the decisions. */
	if (good)
		remove_file(dir, DECISIONS_KEPT);
	return good;
}

bool folder_write_file(const char *dir, const char *name, void (*write)(const void *what, FILE *stream), const void *what,
                       struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, name, err))
		return false;
	write(what, file.stream);
	return report_file_close(&file, err);
}

static void write_addresses(const void *world, FILE *stream)
{
	world_write_addresses(world, stream);
}

static void write_replay(const void *world, FILE *stream)
{
	world_write_replay(world, stream);
}

bool folder_write_addresses(const char *dir, const struct world *world, struct error *err)
{
	return folder_write_file(dir, "addresses.txt", write_addresses, world, err);
}

bool folder_write_load(const char *dir, struct world *world, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, LOAD_FILE, err))
		return false;
	world_write_load(world, file.stream);
	return report_file_close(&file, err);
}

bool folder_write_replay(const char *dir, const struct world *world, struct error *err)
{
	return folder_write_file(dir, "replay.txt", write_replay, world, err);
}

/* -- the streams -- */

enum { NO_OPTION = 0 };

/*
 * How what is written gets to the disk. The session may be killed at any moment, and what it has
 * decided and seen is to be there then: lines of the trace are written as they end, frames of the
 * captures one by one. A system call for each is a hundredth of what a session costs. Mapping the
 * files into memory, the rejected alternative, ends a session by a signal when the disk is full,
 * and has branches write into each other's files. The pictures of the bus are large and go out in
 * pieces.
 */
static const struct {
	const char *name;
	size_t place;
	unsigned option; /* of folder_open()'s bus; NO_OPTION: always there */
	int buffering;
} streams[] = {
	{"trace.txt", offsetof(struct folder, trace), NO_OPTION, _IOLBF},
	{CAPTURES_DEVICE, offsetof(struct folder, captures.device), NO_OPTION, _IONBF},
	{CAPTURES_SERVER, offsetof(struct folder, captures.server), NO_OPTION, _IONBF},
	{CAPTURES_SECRETS, offsetof(struct folder, captures.secrets), NO_OPTION, _IOLBF},
	{"bus.vcd", offsetof(struct folder, bus), FOLDER_VCD, _IOFBF},
	{"bus.txt", offsetof(struct folder, messages), FOLDER_MESSAGES, _IOFBF},
	{FOLDER_EVENTS_FILE, offsetof(struct folder, captures.events), FOLDER_EVENTS, _IOFBF},
	{DECISIONS_KEPT, offsetof(struct folder, decisions), NO_OPTION, _IOLBF},
};

#define STREAMS (sizeof streams / sizeof streams[0])
#define BUFFER_SIZE 65536U

static FILE **stream_of(struct folder *folder, size_t i)
{
	return (FILE **)(void *)((char *)folder + streams[i].place);
}

static const char *broken_stream(struct folder *folder)
{
	for (size_t i = 0; i < STREAMS; i++)
		if (*stream_of(folder, i) != NULL && ferror(*stream_of(folder, i)))
			return streams[i].name;
	return NULL;
}

static bool close_streams(struct folder *folder)
{
	bool good = true;

	for (size_t i = 0; i < STREAMS; i++) {
		good = (*stream_of(folder, i) == NULL || fclose(*stream_of(folder, i)) == 0) && good;
		*stream_of(folder, i) = NULL;
	}
	return good;
}

bool folder_open(struct folder *folder, const char *dir, const struct plan *plan, unsigned bus, struct error *err)
{
	memset(folder, 0, sizeof *folder);
	(void)snprintf(folder->dir, sizeof folder->dir, "%s", dir);
	if (!folder_make(dir, err) || !write_plan(dir, plan, NULL, false, err))
		return false;
	for (size_t i = 0; i < STREAMS; i++) {
		if (streams[i].option != NO_OPTION && (bus & streams[i].option) == 0)
			continue;
		*stream_of(folder, i) = open_stream(dir, streams[i].name, err);
		if (*stream_of(folder, i) == NULL) {
			(void)close_streams(folder);
			return false;
		}
		(void)setvbuf(*stream_of(folder, i), NULL, streams[i].buffering, BUFFER_SIZE);
	}
	return true;
}

static void write_line(void *ctx, const char *line, size_t length)
{
	const struct folder *folder = ctx;

	(void)fwrite(line, 1, length, folder->trace);
}

struct trace_sink folder_trace_sink(struct folder *folder)
{
	return (struct trace_sink){write_line, folder};
}

bool folder_sound(struct folder *folder, struct error *err)
{
	const char *name = broken_stream(folder);

	return name == NULL || error_set(err, "%s/%s could not be written (is the disk full?)", folder->dir, name);
}

bool folder_flush(struct folder *folder)
{
	bool good = true;

	for (size_t i = 0; i < STREAMS; i++)
		good = (*stream_of(folder, i) == NULL || fflush(*stream_of(folder, i)) == 0) && good;
	return good;
}

/* Copies what lies before the stream's position, and puts the copy behind the stream. */
static bool move_stream(FILE *stream, const char *dir, const char *name, struct error *err)
{
	const off_t end = lseek(fileno(stream), 0, SEEK_CUR);
	off_t at = 0;

	FILE *copy = open_stream(dir, name, err);
	if (copy == NULL)
		return false;
	/* sendfile() moves on the position. */
	while (at < end && sendfile(fileno(copy), fileno(stream), &at, (size_t)(end - at)) > 0)
		;
	bool good = at == end && dup3(fileno(copy), fileno(stream), O_CLOEXEC) == fileno(stream);
	int cause = errno;
	(void)fclose(copy);
	return good || error_set(err, "%s/%s cannot be written: %s", dir, name, strerror(cause));
}

bool folder_move(struct folder *folder, const char *dir, const struct plan *plan, struct error *err)
{
	if (strcmp(folder->dir, dir) == 0)
		return true;
	for (size_t i = 0; i < STREAMS; i++)
		if (*stream_of(folder, i) != NULL && !move_stream(*stream_of(folder, i), dir, streams[i].name, err))
			return false;
	(void)snprintf(folder->dir, sizeof folder->dir, "%s", dir);
	return write_plan(dir, plan, NULL, false, err);
}

void folder_keep_decisions(struct folder *folder, const struct decisions *decisions)
{
	for (; folder->decisions_kept < decisions->count; folder->decisions_kept++)
		plan_write_decision(folder->decisions, &decisions->list[folder->decisions_kept]);
}

void folder_keep_decisions_anew(struct folder *folder, const struct decisions *decisions)
{
	/* Line by line, so there is nothing in the stream's buffer. */
	rewind(folder->decisions);
	(void)ftruncate(fileno(folder->decisions), 0);
	folder->decisions_kept = 0;
	folder_keep_decisions(folder, decisions);
}

bool folder_close(struct folder *folder, struct error *err)
{
	bool flushed = folder_flush(folder);
	bool sound = folder_sound(folder, err);

	struct error incomplete;

	flushed = close_streams(folder) && flushed;
	if (sound && !flushed)
		sound = error_set(err, "%s: what was written last did not reach the disk: %s", folder->dir, strerror(errno));
	if (!captures_complete(folder->dir, &incomplete) && sound)
		sound = error_set(err, "%s", incomplete.text);
	return sound;
}

bool folder_write_verdict(const char *dir, const struct plan *plan, const struct verdict *verdict, struct error *err)
{
	struct planned_session planned;
	struct report_file file;

	if (!report_file_open(&file, dir, "verdict.json", err))
		return false;
	struct json json = {.stream = file.stream};
	json_object_begin(&json, NULL);
	plan_describe(plan, verdict->image_hash, &planned);
	report_verdict(&json, &planned, verdict, (int64_t)time(NULL));
	json_object_end(&json);
	return report_file_close(&file, err);
}

/* -- a session that could not do it itself -- */

/*
 * @return the file's text up to its last line feed, cut off behind that; NULL if there is none. To
 * be released with free().
 */
static char *whole_lines(const char *dir, const char *name)
{
	char path[DEVICE_PATH_MAX + 32];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	char *text = memory_file(path);
	if (text == NULL || text[0] == '\0') {
		free(text);
		return NULL;
	}
	char *last = strrchr(text, '\n');
	text[last != NULL ? last + 1 - text : 0] = '\0';
	(void)truncate(path, (off_t)strlen(text));
	return text;
}

/* The time of the last line: "[  6.264658120] ...". */
static sim_ns last_time(const char *trace)
{
	unsigned long long s = 0, ns = 0;
	size_t length = strlen(trace);

	if (length < 2)
		return 0;
	const char *line = trace + length - 1;
	while (line > trace && line[-1] != '\n')
		line--;
	if (*line == '#')
		line += 2;
	return sscanf(line, "[%llu.%9llu]", &s, &ns) == 2 ? s * SIM_S + ns : 0;
}

static void append(void *ctx, const char *line, size_t length)
{
	(void)fwrite(line, 1, length, ctx);
}

static void complete_trace(const char *dir, const struct verdict *verdict)
{
	char path[DEVICE_PATH_MAX + 32];
	char *trace = whole_lines(dir, "trace.txt");

	(void)snprintf(path, sizeof path, "%s/trace.txt", dir);
	FILE *stream = trace != NULL ? fopen(path, "ae") : NULL;
	if (stream != NULL) {
		struct trace *more = trace_open((struct trace_sink){append, stream});
		trace_line(more, last_time(trace), "session", "%s: %s", verdict_name(verdict->kind), verdict->reason);
		trace_close(more);
		(void)fclose(stream);
	}
	free(trace);
}

static bool complete_plan(const char *dir, const struct plan *plan, const struct verdict *verdict)
{
	const struct decisions none = {0};
	char *lines = whole_lines(dir, DECISIONS_KEPT);
	struct plan frozen = *plan;
	struct error err;

	plan_freeze(&frozen, &none, verdict->image_hash);
	bool good = write_plan(dir, &frozen, lines != NULL ? lines : "", false, &err);
	free(lines);
	return good;
}

/* A picture of the bus goes out in pieces; the last one may end anywhere in a line. */
static void cut_half_line(const char *dir, const char *name)
{
	char path[DEVICE_PATH_MAX + 32], tail[1024];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *stream = fopen(path, "r+e");
	if (stream == NULL)
		return;
	(void)fseek(stream, 0, SEEK_END);
	long size = ftell(stream), from = size > (long)sizeof tail ? size - (long)sizeof tail : 0;
	(void)fseek(stream, from, SEEK_SET);
	size_t length = fread(tail, 1, sizeof tail, stream);
	while (length > 0 && tail[length - 1] != '\n')
		length--;
	(void)ftruncate(fileno(stream), from + (off_t)length);
	(void)fclose(stream);
}

bool folder_has(const char *dir, const char *name)
{
	char path[DEVICE_PATH_MAX + 32];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

void folder_complete(const char *dir, const struct plan *plan, struct verdict *verdict)
{
	struct error err;

	(void)captures_complete(dir, &err);
	cut_half_line(dir, "bus.vcd");
	cut_half_line(dir, "bus.txt");
	/*
	 * Without that file the session had come to its end, and has frozen its plan and closed its
	 * trace itself.
	 */
	if (folder_has(dir, DECISIONS_KEPT)) {
		complete_trace(dir, verdict);
		if (plan->replay || complete_plan(dir, plan, verdict))
			remove_file(dir, DECISIONS_KEPT);
	}
	(void)folder_write_verdict(dir, plan, verdict, &err);
}

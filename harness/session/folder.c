/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "reports/file.h"
#include "reports/verdict.h"
#include "session/world.h"

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

static bool write_plan(const char *dir, const struct plan *plan, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, "plan.yaml", err))
		return false;
	fprintf(file.stream,
	        "# stutter " STUTTER_VERSION
	        ": the plan of one session, from %s. `stutter run` on this file repeats it, `stutter replay` repeats just its decisions.\n",
	        plan->path);
	plan_write(plan, file.stream);
	return report_file_close(&file, err);
}

bool folder_freeze_plan(const char *dir, const struct plan *plan, const struct decisions *decisions, const char *device_image,
                        struct error *err)
{
	struct plan frozen = *plan;
	bool good;

	plan_freeze(&frozen, decisions, device_image);
	good = write_plan(dir, &frozen, err);
	decisions_close(&frozen.decisions);
	return good;
}

static bool write_list(const char *dir, const char *name, void (*write)(const struct world *world, FILE *stream), const struct world *world,
                       struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, name, err))
		return false;
	write(world, file.stream);
	return report_file_close(&file, err);
}

bool folder_write_addresses(const char *dir, const struct world *world, struct error *err)
{
	return write_list(dir, "addresses.txt", world_write_addresses, world, err);
}

bool folder_write_replay(const char *dir, const struct world *world, struct error *err)
{
	return write_list(dir, "replay.txt", world_write_replay, world, err);
}

static void close_stream(FILE **stream, bool *good)
{
	*good = (*stream == NULL || fclose(*stream) == 0) && *good;
	*stream = NULL;
}

bool folder_open(struct folder *folder, const char *dir, const struct plan *plan, unsigned bus, struct error *err)
{
	bool good = true;

	memset(folder, 0, sizeof *folder);
	(void)snprintf(folder->dir, sizeof folder->dir, "%s", dir);
	if (!folder_make(dir, err) || !write_plan(dir, plan, err))
		return false;
	folder->trace = open_stream(dir, "trace.txt", err);
	/* Line by line, so that what was decided is on the disk whatever becomes of the disk or of this process. */
	if (folder->trace != NULL)
		(void)setvbuf(folder->trace, NULL, _IOLBF, BUFSIZ);
	folder->capture = folder->trace != NULL ? open_stream(dir, "wire.pcapng", err) : NULL;
	folder->bus = folder->capture != NULL && (bus & FOLDER_VCD) ? open_stream(dir, "bus.vcd", err) : NULL;
	folder->messages = folder->capture != NULL && (bus & FOLDER_MESSAGES) ? open_stream(dir, "bus.txt", err) : NULL;
	if (folder->capture != NULL && (folder->bus != NULL) == ((bus & FOLDER_VCD) != 0) &&
	    (folder->messages != NULL) == ((bus & FOLDER_MESSAGES) != 0))
		return true;
	close_stream(&folder->trace, &good);
	close_stream(&folder->capture, &good);
	close_stream(&folder->bus, &good);
	close_stream(&folder->messages, &good);
	return false;
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

bool folder_sound(const struct folder *folder, struct error *err)
{
	const char *name = ferror(folder->trace) ? "trace.txt" : ferror(folder->capture) ? "wire.pcapng" : NULL;

	if (folder->bus != NULL && ferror(folder->bus))
		name = "bus.vcd";
	if (folder->messages != NULL && ferror(folder->messages))
		name = "bus.txt";
	return name == NULL || error_set(err, "%s/%s could not be written (is the disk full?)", folder->dir, name);
}

bool folder_close(struct folder *folder, struct error *err)
{
	bool flushed = fflush(folder->trace) == 0;

	flushed = fflush(folder->capture) == 0 && flushed;
	flushed = (folder->bus == NULL || fflush(folder->bus) == 0) && flushed;
	flushed = (folder->messages == NULL || fflush(folder->messages) == 0) && flushed;
	bool sound = folder_sound(folder, err);
	close_stream(&folder->trace, &flushed);
	close_stream(&folder->capture, &flushed);
	close_stream(&folder->bus, &flushed);
	close_stream(&folder->messages, &flushed);
	if (sound && !flushed)
		return error_set(err, "%s: what was written last did not reach the disk: %s", folder->dir, strerror(errno));
	return sound;
}

bool folder_write_verdict(const char *dir, const struct plan *plan, const struct verdict *verdict, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, "verdict.json", err))
		return false;
	struct json json = {.stream = file.stream};
	json_object_begin(&json, NULL);
	report_verdict(&json, plan, verdict);
	json_object_end(&json);
	return report_file_close(&file, err);
}

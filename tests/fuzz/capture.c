/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes are a capture: what comes out keeps the limits of recording.h, and session.yaml written
 * from it is read to the same session. What was lost in it has a name or is counted, and becomes a
 * scenario that is YAML. What is no capture is refused with a reason. A capture cannot make the
 * importer take more memory than its limits allow: libFuzzer ends at -rss_limit_mb.
 *
 * usage: `make fuzz T=capture`, or the program with files of the corpus as arguments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/recorded/form.h"
#include "harness/recorded/import.h"
#include "harness/recorded/losses.h"
#include "harness/scenario/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static char *written(const struct recording *recording)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	form_write(recording, NULL, stream);
	(void)fclose(stream);
	return text;
}

static void check_limits(const struct recording *recording)
{
	size_t turns = 0, known = 0;

	must(recording->step_count <= RECORDING_STEPS_MAX);
	for (size_t i = 0; i < recording->step_count; i++) {
		const struct step *step = &recording->steps[i];
		must(step->follows <= i);
		turns += step->turn_count;
		for (size_t j = 0; j < step->turn_count; j++) {
			must(step->turns[j].known_length <= step->turns[j].length);
			must(step->turns[j].length <= RECORDING_LENGTH_MAX);
			known += step->turns[j].known_length;
		}
	}
	must(turns <= 2 * RECORDING_TURNS_MAX && known <= 2 * (size_t)RECORDING_BYTES_MAX);
}

static void write_and_read(const struct recording *recording)
{
	struct recording again;
	struct error err = {.text = ""};
	char *text = written(recording);

	bool good = form_parse(&again, "session.yaml", text, strlen(text), &err);
	if (!good)
		fprintf(stderr, "%d:%d: %s\n%s", err.line, err.column, err.text, text);
	must(good);
	char *second = written(&again);
	must(strcmp(text, second) == 0);
	recording_close(&again);
	free(text);
	free(second);
}

/* What is no capture may be a session. */
static void read_form(const char *text, size_t size)
{
	struct recording recording;
	struct error err = {.text = ""};

	if (!form_parse(&recording, "session.yaml", text, size, &err)) {
		must(err.text[0] != '\0');
		return;
	}
	write_and_read(&recording);
	recording_close(&recording);
}

static void check_scenario(const struct losses *losses, const struct recording *recording)
{
	struct error err = {.text = ""};
	struct yaml_file file;
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	losses_write(losses, recording, "capture", "session.yaml", stream);
	(void)fclose(stream);
	bool good = yaml_parse(&file, "plan.yaml", text, length, &err);
	if (!good)
		fprintf(stderr, "%d:%d: %s\n%s", err.line, err.column, err.text, text);
	must(good);
	yaml_close(&file);
	free(text);
}

/* The same file is gone through again, by its name. */
static void find_losses(const struct recording *recording, const uint8_t *data, size_t size)
{
	static struct losses losses;
	struct error err = {.text = ""};
	char path[64];
	int fd = memfd_create("capture", MFD_CLOEXEC);
	size_t unnamed = 0;

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	must(losses_find(&losses, path, recording, &err));
	(void)close(fd);
	must(losses.count <= LOSSES_MAX);
	for (size_t i = 0; i < losses.count; i++)
		unnamed += losses.list[i].at[0] == '\0';
	must(unnamed == losses.unnamed);
	check_scenario(&losses, recording);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct import_options options = {0, VANTAGE_UNKNOWN};
	struct error err = {.text = ""};
	struct recording recording;
	struct import_told told;

	if (size == 0)
		return 0;
	FILE *stream = fmemopen((void *)(uintptr_t)data, size, "r");
	must(stream != NULL);
	if (!import_stream(&recording, &told, stream, "capture", &options, &err)) {
		must(err.text[0] != '\0');
		read_form((const char *)data, size);
		return 0;
	}
	check_limits(&recording);
	write_and_read(&recording);
	find_losses(&recording, data, size);
	recording_close(&recording);
	return 0;
}

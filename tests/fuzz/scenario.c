/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes are a scenario. What is refused has a reason and a place; what is read is written as a
 * plan that reads back as the same plan, which is what a session inside QEMU and every plan.yaml
 * live by.
 *
 * usage, from the root of the repository: `make fuzz T=scenario`, or the program with files of the
 * corpus as arguments.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static char *write_plan(const struct plan *plan)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	must(stream != NULL);
	plan_write(plan, stream);
	must(fclose(stream) == 0);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Files that exist; their contents are not read. */
	static const struct paths paths = {.devices = "emulator/devices",
	                                   .scenarios = "scenarios",
	                                   .kernel = "/proc/self/exe",
	                                   .initramfs = "/proc/self/exe",
	                                   .clients = "/proc/self/exe",
	                                   .image = "/proc/self/exe"};
	struct error err = {.text = ""};
	struct plan plan, again;

	if (!plan_read(&plan, (const char *)data, size, "scenarios/fuzzed.yaml", false, &paths, &err)) {
		must(err.text[0] != '\0' && err.file[0] != '\0');
		return 0;
	}
	char *text = write_plan(&plan);
	if (!plan_read(&again, text, strlen(text), "scenarios/fuzzed.yaml", false, &paths, &err)) {
		fprintf(stderr, "%s:%d:%d: %s\n%s", err.file, err.line, err.column, err.text, text);
		abort();
	}
	char *repeated = write_plan(&again);
	if (strcmp(text, repeated) != 0) {
		fprintf(stderr, "%s\nis read back as\n%s", text, repeated);
		abort();
	}
	free(repeated);
	free(text);
	plan_close(&again);
	plan_close(&plan);
	return 0;
}

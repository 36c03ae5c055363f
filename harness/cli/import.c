/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/cli/values.h"
#include "harness/recorded/form.h"
#include "harness/recorded/import.h"
#include "harness/recorded/losses.h"

static const struct cli_option options[] = {
	{"out", "FILE", "write the session to FILE, also -o (default: session.yaml); what is long goes into FILE.data beside it"},
	{"device", "ADDRESS", "address of the device (default: the one that opened most connections)"},
	{"vantage", "device|between|server", "place where the capture was made (default: told by the times of handshakes)"},
	{"lengths", NULL, "keep only the beginning and the length of what is long, and write no data file"},
	{"faults", "PLAN", "write a scenario, too, with what the capture shows to have been lost or late"},
	{NULL, NULL, NULL},
};

#define OUT_STANDARD "session.yaml"

static bool read_options(const struct cli_values *values, struct import_options *ret_options, struct error *err)
{
	const char *device = cli_value(values, "device"), *vantage = cli_value(values, "vantage");
	unsigned place = VANTAGE_DEVICE;

	*ret_options = (struct import_options){0, VANTAGE_UNKNOWN};
	if (values->operand_count != 1)
		return error_set(err, "import takes one capture, pcap or pcapng");
	if (device != NULL && !recording_read_address(device, &ret_options->device))
		return error_set(err, "--device: invalid IPv4 address '%.64s': expected four numbers, such as 192.168.1.20", device);
	while (vantage != NULL && vantage_names[place] != NULL && strcmp(vantage_names[place], vantage) != 0)
		place++;
	if (vantage != NULL && vantage_names[place] == NULL)
		return error_set(err, "--vantage: '%.64s' is not one of device, between and server", vantage);
	if (vantage != NULL)
		ret_options->vantage = place;
	return true;
}

/* Whether a turn is longer than what stands in the session's own file. */
static bool needs_data(const struct recording *recording)
{
	for (size_t i = 0; i < recording->step_count; i++)
		for (size_t j = 0; j < recording->steps[i].turn_count; j++)
			if (recording->steps[i].turns[j].known_length > FORM_INLINE_MAX)
				return true;
	return false;
}

static bool close_whole(FILE *stream, const char *path, struct error *err)
{
	bool good = fflush(stream) == 0 && !ferror(stream);

	good = fclose(stream) == 0 && good;
	return good || error_set(err, "%s cannot be written: %s", path, strerror(errno));
}

static FILE *create(const char *path, struct error *err)
{
	FILE *stream = fopen(path, "we");

	if (stream == NULL)
		error_set(err, "%s cannot be written: %s", path, strerror(errno));
	return stream;
}

static bool write_session(const struct recording *recording, const char *path, bool lengths, struct error *err)
{
	char *data_path = memory_format("%s.data", path);
	struct form_data data = {NULL, import_file_name(data_path)};
	FILE *stream = create(path, err);
	bool good = stream != NULL;

	if (good && !lengths && needs_data(recording))
		good = (data.stream = create(data_path, err)) != NULL;
	if (good)
		form_write(recording, &data, stream);
	if (stream != NULL)
		good = close_whole(stream, path, err) && good;
	if (data.stream != NULL)
		good = close_whole(data.stream, data_path, err) && good;
	if (good)
		printf("%s%s%s\n", path, data.stream != NULL ? " and " : "", data.stream != NULL ? data_path : "");
	free(data_path);
	return good;
}

/*
 * The session as the plan names it: relative to its own folder if both lie in one, as it was given
 * otherwise.
 */
static char *as_named(const char *session, const char *plan)
{
	size_t folder = (size_t)(import_file_name(plan) - plan);

	if (session[0] == '/' || folder == 0)
		return memory_text(session);
	if (strncmp(session, plan, folder) == 0)
		return memory_text(session + folder);
	char *whole = realpath(session, NULL);
	return whole != NULL ? whole : memory_text(session);
}

static bool write_faults(const struct recording *recording, const char *capture, const char *session, const char *path, struct error *err)
{
	struct losses *losses = memory_new(sizeof *losses);
	bool good = losses_find(losses, capture, recording, err);
	FILE *stream = good ? create(path, err) : NULL;

	if (stream != NULL) {
		char *named = as_named(session, path);
		losses_tell(losses, recording, stdout);
		losses_write(losses, recording, import_file_name(capture), named, stream);
		free(named);
		good = close_whole(stream, path, err);
	}
	good = good && stream != NULL;
	if (good)
		printf("%s\n", path);
	free(losses);
	return good;
}

static int run(const struct cli_values *values)
{
	const char *out = cli_is_given(values, "out") ? cli_value(values, "out") : OUT_STANDARD;
	struct import_options wish;
	struct recording recording;
	struct import_told told;
	struct error err;

	memset(&err, 0, sizeof err);
	if (!read_options(values, &wish, &err) || !import_capture(&recording, &told, values->operands[0], &wish, &err))
		return cli_fail(&err);
	import_tell(&recording, &told, stdout);
	bool good = write_session(&recording, out, cli_is_given(values, "lengths"), &err);
	if (good && cli_is_given(values, "faults"))
		good = write_faults(&recording, values->operands[0], out, cli_value(values, "faults"), &err);
	recording_close(&recording);
	return good ? EXIT_PASSED : cli_fail(&err);
}

const struct cli_command cli_import = {"import", "CAPTURE", "turn a capture of a device's update into a session", run, {options}};

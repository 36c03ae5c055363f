/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/form.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/base/memory.h"
#include "lib/base/timestamp.h"
#include "harness/recorded/keys.h"

#define PATH_SIZE 512
#define NS_PER_S UINT64_C(1000000000)

struct reader {
	const struct yaml_file *file;
	struct recording recording;
	uint8_t *data; /* of the file that the session names */
	size_t data_length, kept, turns;
	struct error *err;
};

/* -- the file of data -- */

static bool read_data(struct reader *reader, const char *name)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof path, "%s", name);
	if (!yaml_resolve_path(reader->file, path, sizeof path, reader->err))
		return false;
	FILE *stream = fopen(path, "rbe");
	if (stream == NULL)
		return error_set(reader->err, "data: %s cannot be read: %s", path, strerror(errno));
	reader->data = memory_new(FORM_DATA_MAX + 1);
	reader->data_length = fread(reader->data, 1, FORM_DATA_MAX + 1, stream);
	bool good = !ferror(stream) && reader->data_length <= FORM_DATA_MAX;
	(void)fclose(stream);
	return good || error_set(reader->err, "data: %s cannot be read whole, or is larger than %u bytes", path, FORM_DATA_MAX);
}

/* -- what was said -- */

static bool keep(struct reader *reader, struct turn *turn, const void *bytes, size_t length, const struct yaml_node *node)
{
	if (reader->kept + length > RECORDING_BYTES_MAX)
		return yaml_error(reader->file, node, reader->err, "a session holds at most %u bytes of data, which this turn exceeds",
		                  RECORDING_BYTES_MAX);
	reader->kept += length;
	turn->known = memory_new(length + 1);
	memcpy(turn->known, bytes, length);
	turn->known_length = length;
	return true;
}

static bool read_base64(struct reader *reader, struct turn *turn, const struct yaml_node *node)
{
	size_t length = strlen(node->text);
	unsigned char *bytes = memory_new(length + 1);
	int got = length % 4 == 0 && length < INT32_MAX ? EVP_DecodeBlock(bytes, (const unsigned char *)node->text, (int)length) : -1;
	bool good = got >= 0;

	/* What fills up the last four characters counts as bytes there. */
	for (size_t i = 1; good && i <= 2 && i <= length && node->text[length - i] == '='; i++)
		got--;
	if (good)
		good = keep(reader, turn, bytes, (size_t)got, node);
	else
		yaml_error(reader->file, node, reader->err, "base64: invalid encoding (RFC 4648 4)");
	free(bytes);
	return good;
}

/* "OFFSET+LENGTH" in the file of data. */
static bool read_stored(struct reader *reader, struct turn *turn, const struct yaml_node *node)
{
	uint64_t offset, length;
	int end = 0;

	if (strspn(node->text, "0123456789+") != strlen(node->text) ||
	    sscanf(node->text, "%18" SCNu64 "+%18" SCNu64 "%n", &offset, &length, &end) != 2 || node->text[end] != '\0')
		return yaml_error(reader->file, node, reader->err,
		                  "stored: invalid position '%.64s': expected OFFSET+LENGTH in the data file, such as 4096+512",
		                  node->text);
	if (offset > reader->data_length || length > reader->data_length - offset)
		return yaml_error(reader->file, node, reader->err, "stored: %s lies outside the data file, which has %zu bytes", node->text,
		                  reader->data_length);
	return keep(reader, turn, reader->data + offset, (size_t)length, node);
}

/* "client_hello 517, appdata 1400 x3". */
static bool read_records(struct reader *reader, struct turn *turn, const struct yaml_node *node)
{
	for (const char *at = node->text; *at != '\0';) {
		char word[32] = "";
		uint32_t length = 0, count = 1;
		int end = 0, more = 0, kind = 0;
		if (sscanf(at, "%31[a-z_] %9" SCNu32 "%n", word, &length, &end) == 2 &&
		    sscanf(at + end, " x%9" SCNu32 "%n", &count, &more) == 1)
			end += more;
		while (kind < RECORD_KINDS && strcmp(word, record_kind_names[kind]) != 0)
			kind++;
		bool ends = at[end] == '\0', goes_on = strncmp(at + end, ", ", 2) == 0;
		if (end == 0 || kind == RECORD_KINDS || length == 0 || count == 0 || !(ends || goes_on))
			return yaml_error(reader->file, node, reader->err,
			                  "records: invalid record '%.32s': expected a word such "
			                  "as client_hello, server_hello, handshake or appdata, "
			                  "a length and optionally a count, as in \"appdata 1400 x3\"",
			                  at);
		turn_add_record(turn, (enum record_kind)kind, length);
		turn->runs[turn->run_count - 1].count += count - 1;
		at += end + (ends ? 0 : 2);
	}
	return true;
}

/* -- turns -- */

static bool take_words(struct reader *reader, const struct yaml_node *node, struct turn *turn)
{
	static const struct {
		const char *key;
		bool (*read)(struct reader *reader, struct turn *turn, const struct yaml_node *node);
	} ways[] = {{"text", NULL}, {"base64", read_base64}, {"stored", read_stored}, {"records", read_records}};
	const char *before = NULL;

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		const struct yaml_node *value = yaml_get(node, ways[i].key);
		if (value == NULL)
			continue;
		if (value->kind != YAML_SCALAR)
			return yaml_error(reader->file, value, reader->err, "'%s' must be a text", ways[i].key);
		if (before != NULL)
			return yaml_error(reader->file, value, reader->err, "'%s' and '%s' are mutually exclusive", before, ways[i].key);
		before = ways[i].key;
		bool good = ways[i].read != NULL ? ways[i].read(reader, turn, value)
		                                 : keep(reader, turn, value->text, strlen(value->text), value);
		if (!good)
			return false;
	}
	return true;
}

static bool read_turn(struct reader *reader, const struct yaml_node *node, struct step *step)
{
	static const char *const others[] = {"text", "base64", "stored", "records", NULL};
	struct turn_keys keys;

	if (++reader->turns > RECORDING_TURNS_MAX)
		return yaml_error(reader->file, node, reader->err, "a session has at most %u turns", RECORDING_TURNS_MAX);
	if (!yaml_fill(reader->file, node, turn_params, others, "a turn", &keys, reader->err))
		return false;
	struct turn *turn = step_add_turn(step);
	*turn = (struct turn){
		.side = (enum side)keys.from, .kind = (enum turn_kind)keys.close, .after_ns = keys.after_ns, .length = keys.bytes};
	if (!take_words(reader, node, turn))
		return false;
	if (yaml_get(node, "bytes") == NULL)
		turn->length = turn->known_length;
	if (turn->length < turn->known_length)
		return yaml_error(reader->file, yaml_get(node, "bytes"), reader->err, "bytes: must be at least %zu, the length of the data",
		                  turn->known_length);
	if (turn->kind != TURN_DATA && turn->length > 0)
		return yaml_error(reader->file, node, reader->err, "a turn that closes carries no data: put it after one that does");
	if (turn->kind == TURN_DATA && turn->length == 0 && step->kind == STEP_TCP)
		return yaml_error(reader->file, node, reader->err, "a turn needs 'bytes', 'text', 'base64', 'stored' or 'close'");
	return true;
}

static bool read_turns(struct reader *reader, const struct yaml_node *list, struct step *step)
{
	char found[128];

	if (list == NULL)
		return true;
	if (list->kind != YAML_SEQUENCE)
		return yaml_error(reader->file, list, reader->err, "'turns' must be a list, not %s",
		                  yaml_describe(list, found, sizeof found));
	for (size_t i = 0; i < list->count; i++)
		if (!read_turn(reader, list->entries[i].value, step))
			return false;
	return true;
}

/* -- steps -- */

static void take_keys(struct step *step, const struct step_keys *keys)
{
	step->at_ns = keys->at_ns;
	step->takes_ns = keys->takes_ns;
	step->follows = (unsigned)keys->follows;
	step->wait_ns = keys->wait_ns;
	step->port = (uint16_t)keys->port;
	step->tries = keys->tries;
	step->round_trip_ns = keys->round_trip_ns;
	step->address = keys->address;
	step->tls = keys->tls;
	step->opening = (enum opening)keys->opening;
	memcpy(step->name, keys->name, sizeof step->name);
	memcpy(step->said, keys->said, sizeof step->said);
}

static bool read_step(struct reader *reader, const struct yaml_node *node)
{
	static const char *const turns[] = {"turns", NULL};
	struct step_keys keys;
	unsigned kind = 0;
	char found[128];

	if (node->kind != YAML_MAPPING || node->count != 1)
		return yaml_error(reader->file, node, reader->err,
		                  "a step must be one of dhcp, dns, ntp, tcp and udp with its keys, not %s",
		                  yaml_describe(node, found, sizeof found));
	const struct yaml_node *key = node->entries[0].key, *value = node->entries[0].value;
	while (kind < STEP_KINDS && strcmp(step_kind_names[kind], key->text) != 0)
		kind++;
	if (kind == STEP_KINDS)
		return yaml_error(reader->file, key, reader->err, "unknown step '%.64s'; allowed: dhcp, dns, ntp, tcp, udp", key->text);
	if (reader->recording.step_count == RECORDING_STEPS_MAX)
		return yaml_error(reader->file, node, reader->err, "a session has at most %u steps", RECORDING_STEPS_MAX);
	memset(&keys, 0, sizeof keys);
	if (!yaml_fill(reader->file, value, step_params[kind], kind == STEP_TCP || kind == STEP_UDP ? turns : NULL, key->text, &keys,
	               reader->err))
		return false;
	if (keys.follows > reader->recording.step_count)
		return yaml_error(reader->file, yaml_get(value, "follows"), reader->err,
		                  "follows: step %" PRIu64 " is not before this one, which is step %zu", keys.follows,
		                  reader->recording.step_count + 1);
	struct step *step = recording_add(&reader->recording);
	step->kind = (enum step_kind)kind;
	take_keys(step, &keys);
	return read_turns(reader, yaml_get(value, "turns"), step);
}

static bool read_steps(struct reader *reader, const struct yaml_node *root)
{
	const struct yaml_node *list = yaml_get(root, "steps");

	if (list == NULL || list->kind != YAML_SEQUENCE)
		return yaml_error(reader->file, list != NULL ? list : root, reader->err, "a session needs 'steps', a list");
	for (size_t i = 0; i < list->count; i++)
		if (!read_step(reader, list->entries[i].value))
			return false;
	return true;
}

static bool read_session(struct reader *reader)
{
	static const char *const others[] = {"steps", NULL};
	const struct yaml_node *root = reader->file->root;
	struct session_keys keys;
	int64_t began;

	if (!yaml_fill(reader->file, root, session_params, others, "a session", &keys, reader->err))
		return false;
	memcpy(reader->recording.source, keys.source, sizeof keys.source);
	reader->recording.device = keys.device;
	reader->recording.vantage = keys.vantage;
	if (keys.recorded[0] != '\0' && !timestamp_read(keys.recorded, &began))
		return yaml_error(reader->file, yaml_get(root, "recorded"), reader->err,
		                  "recorded: '%s' is not a time in UTC such as 2026-11-27T19:02:03Z", keys.recorded);
	if (keys.recorded[0] != '\0' && began > 0)
		reader->recording.began_ns = (uint64_t)began * NS_PER_S;
	if (keys.data[0] != '\0' && !read_data(reader, keys.data)) {
		const struct yaml_node *node = yaml_get(root, "data");
		return error_at(reader->err, reader->file->path, node->line, node->column);
	}
	return read_steps(reader, root);
}

static bool take_file(struct recording *ret_recording, struct yaml_file *file, struct error *err)
{
	struct reader reader = {.file = file, .err = err};
	bool good = read_session(&reader);

	free(reader.data);
	yaml_close(file);
	if (good)
		*ret_recording = reader.recording;
	else
		recording_close(&reader.recording);
	return good;
}

bool form_read(struct recording *ret_recording, const char *path, struct error *err)
{
	struct yaml_file file;

	return yaml_open(&file, path, err) && take_file(ret_recording, &file, err);
}

bool form_parse(struct recording *ret_recording, const char *path, const char *text, size_t length, struct error *err)
{
	struct yaml_file file;

	return yaml_parse(&file, path, text, length, err) && take_file(ret_recording, &file, err);
}

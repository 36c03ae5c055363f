/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/form.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/base/memory.h"
#include "lib/base/timestamp.h"
#include "harness/recorded/keys.h"

#define NS_PER_S INT64_C(1000000000)

struct writer {
	FILE *stream;
	const struct form_data *data;
	uint64_t stored; /* bytes in the file of data */
};

/* -- values -- */

/*
 * How many bytes the character at @text has in UTF-8 (RFC 3629 4), which is none of ASCII; 0: there
 * is none that can be shown.
 */
static size_t utf8_length(const char *text)
{
	static const uint32_t least[] = {0, 0, 0xa0, 0x800, 0x10000};
	const uint8_t first = (uint8_t)text[0];
	const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	uint32_t value = first & (0x7fU >> length);

	if (first < 0xc0 || first > 0xf4)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (((uint8_t)text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | ((uint8_t)text[i] & 0x3f);
	}
	/* Surrogates, marks and what is beyond Unicode (YAML 1.1 5.1). */
	const bool is_none = value < least[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000) || value == 0xfeff ||
	                     value == 0xfffe || value == 0xffff;
	return is_none ? 0 : length;
}

void form_quote(const char *text, FILE *stream)
{
	fputc('"', stream);
	while (*text != '\0') {
		const uint8_t byte = (uint8_t)*text;
		const size_t length = byte > 0x7f ? utf8_length(text) : 1;
		if (length == 0)
			fputc('?', stream);
		else if (byte < ' ' || byte == 0x7f)
			fprintf(stream, "\\x%02x", byte);
		else
			fprintf(stream, "%s%.*s", byte == '"' || byte == '\\' ? "\\" : "", (int)length, text);
		text += length > 0 ? length : 1;
	}
	fputc('"', stream);
}

/* What the table fills in by itself goes without saying. */
static void write_keys(FILE *stream, const struct param *table, const void *object, const char *between, const char *first)
{
	char value[PARAM_VALUE_MAX];

	for (const struct param *row = table; row->key != NULL; row++) {
		(void)param_get(row, object, value);
		if (row->standard != NULL && strcmp(value, row->standard) == 0)
			continue;
		fprintf(stream, "%s%s: ", first, row->key);
		first = between;
		if (row->type == PARAM_TEXT || row->type == PARAM_CUSTOM)
			form_quote(value, stream);
		else
			fputs(value, stream);
	}
}

static bool is_text(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((bytes[i] < ' ' || bytes[i] >= 0x7f) && bytes[i] != '\r' && bytes[i] != '\n' && bytes[i] != '\t')
			return false;
	return true;
}

static void write_text(FILE *stream, const uint8_t *bytes, size_t length)
{
	fputs(", text: \"", stream);
	for (size_t i = 0; i < length; i++) {
		switch (bytes[i]) {
		case '\r':
			fputs("\\r", stream);
			break;
		case '\n':
			fputs("\\n", stream);
			break;
		case '\t':
			fputs("\\t", stream);
			break;
		case '"':
		case '\\':
			fputc('\\', stream);
			/* fallthrough */
		default:
			fputc(bytes[i], stream);
		}
	}
	fputc('"', stream);
}

static void write_base64(FILE *stream, const uint8_t *bytes, size_t length)
{
	unsigned char *text = memory_new(4 * (length / 3 + 1) + 1);

	(void)EVP_EncodeBlock(text, bytes, (int)length);
	fprintf(stream, ", base64: \"%s\"", text);
	free(text);
}

/* -- turns -- */

static void write_records(FILE *stream, const struct turn *turn)
{
	fputs(", records: \"", stream);
	for (size_t i = 0; i < turn->run_count; i++) {
		const struct record_run *run = &turn->runs[i];
		fprintf(stream, "%s%s %" PRIu32, i > 0 ? ", " : "", record_kind_names[run->kind], run->length);
		if (run->count > 1)
			fprintf(stream, " x%" PRIu32, run->count);
	}
	fputc('"', stream);
}

static void write_known(struct writer *writer, const struct turn *turn)
{
	size_t length = turn->known_length;

	if (length == 0)
		return;
	if (length > FORM_INLINE_MAX && writer->data != NULL && writer->data->stream != NULL) {
		(void)fwrite(turn->known, 1, length, writer->data->stream);
		fprintf(writer->stream, ", stored: %" PRIu64 "+%zu", writer->stored, length);
		writer->stored += length;
		return;
	}
	if (length > FORM_INLINE_MAX)
		length = FORM_INLINE_MAX;
	if (is_text(turn->known, length))
		write_text(writer->stream, turn->known, length);
	else
		write_base64(writer->stream, turn->known, length);
}

static void write_turn(struct writer *writer, const struct turn *turn)
{
	const struct turn_keys keys = {.from = turn->side, .close = turn->kind, .after_ns = turn->after_ns, .bytes = turn->length};

	fputs("          - {", writer->stream);
	write_keys(writer->stream, turn_params, &keys, ", ", "");
	write_known(writer, turn);
	if (turn->run_count > 0)
		write_records(writer->stream, turn);
	fputs("}\n", writer->stream);
}

/* -- steps -- */

static void write_step(struct writer *writer, const struct step *step, size_t number)
{
	struct step_keys keys = {.at_ns = step->at_ns,
	                         .takes_ns = step->takes_ns,
	                         .follows = step->follows,
	                         .wait_ns = step->wait_ns,
	                         .port = step->port,
	                         .tries = step->tries,
	                         .round_trip_ns = step->round_trip_ns,
	                         .address = step->address,
	                         .tls = step->tls,
	                         .opening = step->opening};

	memcpy(keys.name, step->name, sizeof keys.name);
	memcpy(keys.said, step->said, sizeof keys.said);
	fprintf(writer->stream, "  # %zu\n  - %s:\n", number, step_kind_names[step->kind]);
	/* A mapping is never empty. */
	fprintf(writer->stream, "      at: ");
	char at[PARAM_VALUE_MAX];
	fputs(param_get(&step_params[step->kind][0], &keys, at), writer->stream);
	write_keys(writer->stream, step_params[step->kind] + 1, &keys, "\n      ", "\n      ");
	fputc('\n', writer->stream);
	if (step->turn_count > 0)
		fputs("      turns:\n", writer->stream);
	for (size_t i = 0; i < step->turn_count; i++)
		write_turn(writer, &step->turns[i]);
}

void form_write(const struct recording *recording, const struct form_data *data, FILE *stream)
{
	struct writer writer = {stream, data, 0};
	struct session_keys keys = {.version = FORM_VERSION, .device = recording->device, .vantage = recording->vantage};
	char when[TIMESTAMP_TEXT_MAX];

	memcpy(keys.source, recording->source, sizeof keys.source);
	(void)snprintf(keys.recorded, sizeof keys.recorded, "%s",
	               timestamp_write((int64_t)(recording->began_ns / (uint64_t)NS_PER_S), when));
	if (data != NULL && data->stream != NULL)
		(void)snprintf(keys.data, sizeof keys.data, "%s", data->name);
	fputs("# A session as `stutter import` has read it from a capture; harness/recorded/README.md describes the form.", stream);
	write_keys(stream, session_params, &keys, "\n", "\n");
	fputs(recording->step_count > 0 ? "\nsteps:\n" : "\nsteps: []\n", stream);
	for (size_t i = 0; i < recording->step_count; i++)
		write_step(&writer, &recording->steps[i], i + 1);
}

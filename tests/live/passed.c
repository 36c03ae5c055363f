/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/live/passed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/session/passing.h"
#include "tests/test.h"
#include "tests/trace_text.h"
#include "tests/unit/proxy/submit.h"

/* -- captures, block by block (reports/pcapng.c writes them) -- */

#define BLOCK_PACKET 6U
#define BLOCK_HEAD 28U
#define OPTION_FLAGS 2U
#define OPTION_PACKET_ID 5U
#define OUTBOUND 2U

static uint32_t u32_at(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof value);
	return value;
}

static unsigned u16_at(const uint8_t *bytes)
{
	return (unsigned)(bytes[0] | bytes[1] << 8);
}

/* @return a block that is to be released with free(), or NULL at the end. */
static uint8_t *read_block(FILE *file, uint32_t *ret_type, uint32_t *ret_length)
{
	uint8_t head[8];

	if (fread(head, sizeof head, 1, file) != 1)
		return NULL;
	*ret_type = u32_at(head);
	*ret_length = u32_at(head + 4);
	CU_ASSERT_FATAL(*ret_length >= 12 && *ret_length < 1U << 20);
	uint8_t *block = memory_new(*ret_length);
	memcpy(block, head, sizeof head);
	CU_ASSERT_EQUAL_FATAL(fread(block + sizeof head, *ret_length - sizeof head, 1, file), 1);
	return block;
}

static void add(struct passed *passed, const struct passed_frame *frame)
{
	if (passed->count == passed->room) {
		passed->room = passed->room > 0 ? passed->room * 2 : 256;
		passed->frames = memory_resize(passed->frames, passed->room, sizeof *passed->frames);
	}
	passed->frames[passed->count++] = *frame;
}

/*
 * What the end has sent and what came to the proxy, which has given it a number. Its time is that
 * of the capture.
 */
static void take_packet(struct passed *passed, const uint8_t *block, uint32_t length, enum direction direction)
{
	const uint32_t captured = u32_at(block + 20);
	uint32_t at = BLOCK_HEAD + (captured + 3) / 4 * 4, flags = 0;
	struct passed_frame frame = {.direction = direction, .time = (sim_ns)u32_at(block + 12) << 32 | u32_at(block + 16)};

	while (at + 8 <= length && u16_at(block + at) != 0) {
		const unsigned code = u16_at(block + at), size = u16_at(block + at + 2);
		if (code == OPTION_FLAGS)
			flags = u32_at(block + at + 4);
		if (code == OPTION_PACKET_ID)
			frame.id = u32_at(block + at + 4) | (uint64_t)u32_at(block + at + 8) << 32;
		at += 4 + (size + 3) / 4 * 4;
	}
	if ((flags & 3) != OUTBOUND || frame.id == 0)
		return;
	frame.frame = frame_new(block + BLOCK_HEAD, captured);
	add(passed, &frame);
}

static void read_capture(struct passed *passed, const char *folder, const char *name, enum direction direction)
{
	uint32_t type, length;
	char path[1024];
	uint8_t *block;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while ((block = read_block(file, &type, &length)) != NULL) {
		if (type == BLOCK_PACKET)
			take_packet(passed, block, length, direction);
		free(block);
	}
	(void)fclose(file);
}

static int by_number(const void *a, const void *b)
{
	const struct passed_frame *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

/* -- the folder -- */

static char *read_file(const char *folder, const char *name)
{
	char path[1024];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	char *text = test_read(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	return text;
}

/*
 * A line of the proxy has a frame's number and its time since the beginning: so the capture's date
 * of the beginning is known.
 */
static uint64_t beginning(const struct passed *passed, const char *trace)
{
	const char *line = strstr(trace, "] proxy   to-");
	unsigned long long s, ns, id;

	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	while (line > trace && line[-1] != '\n')
		line--;
	CU_ASSERT_EQUAL_FATAL(sscanf(line, "[%llu.%9llu] proxy   to-%*[a-z] #%llu", &s, &ns, &id), 3);
	for (size_t i = 0; i < passed->count; i++)
		if (passed->frames[i].id == id)
			return passed->frames[i].time - (s * SIM_S + ns);
	CU_FAIL_FATAL("the trace has a frame that is in no capture");
	return 0;
}

void passed_read(struct passed *passed, const char *folder)
{
	memset(passed, 0, sizeof *passed);
	read_capture(passed, folder, "device.pcapng", TO_SERVER);
	read_capture(passed, folder, "server.pcapng", TO_DEVICE);
	CU_ASSERT_FATAL(passed->count > 0);
	qsort(passed->frames, passed->count, sizeof passed->frames[0], by_number);
	char *trace = read_file(folder, "trace.txt"), *plan = read_file(folder, "plan.yaml");
	const uint64_t began = beginning(passed, trace);
	for (size_t i = 0; i < passed->count; i++)
		passed->frames[i].time -= began;
	const char *decisions = strstr(plan, "\ndecisions:\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(decisions);
	passed->decisions = memory_text(decisions + strlen("\ndecisions:\n"));
	free(trace);
	free(plan);
}

void passed_close(struct passed *passed)
{
	for (size_t i = 0; i < passed->count; i++)
		frame_free(passed->frames[i].frame);
	free(passed->frames);
	free(passed->decisions);
	memset(passed, 0, sizeof *passed);
}

/* -- deciding -- */

static void decided(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	passing_decided(ctx, frame, event, fate);
}

static char *lines_of(const struct decisions *decisions)
{
	char *lines = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&lines, &size);

	for (size_t i = 0; i < decisions->count; i++)
		plan_write_decision(stream, &decisions->list[i]);
	(void)fclose(stream);
	return lines;
}

char *passed_decide(const struct passed *passed, const struct plan *plan)
{
	struct trace *trace = trace_open_null();
	struct passing passing;
	enum direction direction;
	struct frame *out;

	passing_open(&passing, trace, &(const struct captures){0});
	struct proxy *proxy = proxy_open(plan->faults, plan->fault_count, plan->seed, (struct proxy_ops){.decided = decided}, &passing);
	struct namer *namer = namer_open();
	passing.proxy = proxy;
	for (size_t i = 0; i < passed->count; i++) {
		const struct passed_frame *one = &passed->frames[i];
		while ((out = proxy_deliver(proxy, one->time, &direction)) != NULL)
			frame_free(out);
		submit(namer, proxy, frame_new(one->frame->data, one->frame->length), one->direction, one->time);
	}
	char *lines = lines_of(&passing.decisions);
	proxy_close(proxy);
	namer_close(namer);
	passing_close(&passing);
	trace_close(trace);
	return lines;
}

char *passed_without_times(char *lines)
{
	char *to = lines;

	for (const char *from = lines; *from != '\0';) {
		if (strncmp(from, "time: ", 6) == 0 && from[-1] == ' ')
			from = strstr(from, ", ") + 2;
		else
			*to++ = *from++;
	}
	*to = '\0';
	return lines;
}

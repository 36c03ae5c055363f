/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/pcapng.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6, BLOCK_SECRETS = 10 };
enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_NAME = 2,
	OPTION_FLAGS = 2,
	OPTION_APPLICATION = 4,
	OPTION_PACKET_ID = 5,
	OPTION_VERDICT = 7,
	OPTION_RESOLUTION = 9
};
#define BYTE_ORDER_MAGIC 0x1a2b3c4dU
#define LINKTYPE_ETHERNET 1U
#define NANOSECONDS 9U
/* "TLSK", as a number. */
#define SECRETS_TLS 0x544c534bU
/* The format has no verdict of proxies; this one is Linux's, whose values TC_ACT_OK and TC_ACT_SHOT say the same. */
#define VERDICT_TC 1U
#define TC_ACT_OK 0U
#define TC_ACT_SHOT 2U
#define BLOCK_MAX 16384U
#define COMMENT_MAX 1024U

/* A block as it is put together; numbers are little endian, as the magic says. */
struct block {
	uint8_t bytes[BLOCK_MAX];
	size_t length;
};

static void put_u8(struct block *block, unsigned value)
{
	block->bytes[block->length++] = (uint8_t)value;
}

static void put_u16(struct block *block, unsigned value)
{
	put_u8(block, value & 0xff);
	put_u8(block, value >> 8 & 0xff);
}

static void put_u32(struct block *block, uint32_t value)
{
	put_u16(block, value & 0xffff);
	put_u16(block, value >> 16);
}

static void put_data(struct block *block, const void *data, size_t length)
{
	memcpy(block->bytes + block->length, data, length);
	block->length += length;
	while (block->length % 4 != 0)
		put_u8(block, 0);
}

static void put_option(struct block *block, unsigned code, const void *data, size_t length)
{
	put_u16(block, code);
	put_u16(block, (unsigned)length);
	put_data(block, data, length);
}

static struct block begin(uint32_t type)
{
	struct block block;

	block.length = 0;
	put_u32(&block, type);
	put_u32(&block, 0); /* the length, when it is known */
	return block;
}

static void end(struct block *block, FILE *stream)
{
	put_u32(block, OPTION_END);
	uint32_t total = (uint32_t)block->length + 4;
	put_u32(block, total);
	block->length = 4;
	put_u32(block, total);
	(void)fwrite(block->bytes, 1, total, stream);
}

static void write_interface(FILE *stream, const char *name)
{
	static const uint8_t resolution = NANOSECONDS;
	struct block block = begin(BLOCK_INTERFACE);

	put_u16(&block, LINKTYPE_ETHERNET);
	put_u16(&block, 0);
	put_u32(&block, 0); /* no snap length */
	put_option(&block, OPTION_NAME, name, strlen(name));
	put_option(&block, OPTION_RESOLUTION, &resolution, 1);
	end(&block, stream);
}

void pcapng_begin(FILE *stream, const char *application, const char *const *interfaces)
{
	static const uint8_t unknown_length[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct block block = begin(BLOCK_SECTION);

	put_u32(&block, BYTE_ORDER_MAGIC);
	put_u16(&block, 1);
	put_u16(&block, 0);
	put_data(&block, unknown_length, sizeof unknown_length);
	put_option(&block, OPTION_APPLICATION, application, strlen(application));
	end(&block, stream);
	for (; *interfaces != NULL; interfaces++)
		write_interface(stream, *interfaces);
}

static void put_verdict(struct block *block, enum pcapng_verdict verdict)
{
	uint8_t value[9] = {VERDICT_TC, verdict == PCAPNG_DROPPED ? TC_ACT_SHOT : TC_ACT_OK};

	if (verdict != PCAPNG_UNKNOWN)
		put_option(block, OPTION_VERDICT, value, sizeof value);
}

void pcapng_frame(FILE *stream, const struct pcapng_frame *frame, struct bytes data)
{
	struct block block = begin(BLOCK_PACKET);
	const uint32_t flags = frame->outbound ? 2 : 1;
	const uint32_t id[2] = {(uint32_t)frame->id, (uint32_t)(frame->id >> 32)};
	size_t comment = frame->comment != NULL ? strlen(frame->comment) : 0;

	put_u32(&block, frame->interface);
	put_u32(&block, (uint32_t)(frame->time_ns >> 32));
	put_u32(&block, (uint32_t)frame->time_ns);
	put_u32(&block, (uint32_t)data.length);
	put_u32(&block, (uint32_t)data.length);
	put_data(&block, data.data, data.length);
	if (comment > 0)
		put_option(&block, OPTION_COMMENT, frame->comment, comment < COMMENT_MAX ? comment : COMMENT_MAX);
	put_option(&block, OPTION_FLAGS, &flags, sizeof flags);
	put_option(&block, OPTION_PACKET_ID, id, sizeof id);
	put_verdict(&block, frame->verdict);
	end(&block, stream);
}

void pcapng_tls_secrets(FILE *stream, const char *key_log)
{
	struct block block = begin(BLOCK_SECRETS);
	size_t length = strlen(key_log);

	CHECK_INT(length, <=, PCAPNG_SECRETS_MAX);
	put_u32(&block, SECRETS_TLS);
	put_u32(&block, (uint32_t)length);
	put_data(&block, key_log, length);
	end(&block, stream);
}

/* As many whole lines as one block takes. */
static size_t part_of(const char *key_log)
{
	size_t length = strlen(key_log);

	if (length <= PCAPNG_SECRETS_MAX)
		return length;
	for (length = PCAPNG_SECRETS_MAX; length > 0 && key_log[length - 1] != '\n'; length--)
		;
	return length;
}

static void write_secrets(FILE *stream, const char *key_log)
{
	char part[PCAPNG_SECRETS_MAX + 1];

	for (size_t length; (length = part_of(key_log)) > 0; key_log += length) {
		memcpy(part, key_log, length);
		part[length] = '\0';
		pcapng_tls_secrets(stream, part);
	}
}

void pcapng_insert_tls_secrets(FILE *stream, long at, const char *key_log)
{
	if (fseek(stream, 0, SEEK_END) != 0 || ftell(stream) < at)
		return;
	size_t length = (size_t)(ftell(stream) - at);
	uint8_t *rest = memory_new(length + 1);
	bool whole = fseek(stream, at, SEEK_SET) == 0 && fread(rest, 1, length, stream) == length;
	if (whole && fseek(stream, at, SEEK_SET) == 0) {
		write_secrets(stream, key_log);
		(void)fwrite(rest, 1, length, stream);
	}
	free(rest);
}

bool pcapng_mend(const char *path)
{
	FILE *stream = fopen(path, "r+e");
	uint32_t head[2]; /* type, length of the whole block */
	long end = 0;

	if (stream == NULL)
		return false;
	bool good = fseek(stream, 0, SEEK_END) == 0;
	const long size = ftell(stream);
	while (good && fseek(stream, end, SEEK_SET) == 0 && fread(head, sizeof head, 1, stream) == 1 && head[1] >= sizeof head &&
	       head[1] <= (unsigned long)(size - end))
		end += (long)head[1];
	good = good && (end == size || ftruncate(fileno(stream), end) == 0);
	return fclose(stream) == 0 && good;
}

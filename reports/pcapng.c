/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/pcapng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6, BLOCK_SECRETS = 10 };
enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_NAME = 2,
	OPTION_FLAGS = 2,
	OPTION_APPLICATION = 4,
	OPTION_PACKET_ID = 5,
	OPTION_RESOLUTION = 9
};
#define BYTE_ORDER_MAGIC 0x1a2b3c4dU
#define LINKTYPE_ETHERNET 1U
#define NANOSECONDS 9U
/* "TLSK", as a number. */
#define SECRETS_TLS 0x544c534bU
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

void pcapng_begin(FILE *stream, const char *application, const char *interface)
{
	static const uint8_t unknown_length[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct block block = begin(BLOCK_SECTION);

	put_u32(&block, BYTE_ORDER_MAGIC);
	put_u16(&block, 1);
	put_u16(&block, 0);
	put_data(&block, unknown_length, sizeof unknown_length);
	put_option(&block, OPTION_APPLICATION, application, strlen(application));
	end(&block, stream);
	write_interface(stream, interface);
}

void pcapng_frame(FILE *stream, const struct pcapng_frame *frame, struct bytes data)
{
	struct block block = begin(BLOCK_PACKET);
	const uint32_t flags = frame->outbound ? 2 : 1;
	const uint32_t id[2] = {(uint32_t)frame->id, (uint32_t)(frame->id >> 32)};
	size_t comment = frame->comment != NULL ? strlen(frame->comment) : 0;

	put_u32(&block, 0); /* the only interface */
	put_u32(&block, (uint32_t)(frame->time_ns >> 32));
	put_u32(&block, (uint32_t)frame->time_ns);
	put_u32(&block, (uint32_t)data.length);
	put_u32(&block, (uint32_t)data.length);
	put_data(&block, data.data, data.length);
	if (comment > 0)
		put_option(&block, OPTION_COMMENT, frame->comment, comment < COMMENT_MAX ? comment : COMMENT_MAX);
	put_option(&block, OPTION_FLAGS, &flags, sizeof flags);
	if (frame->id != 0)
		put_option(&block, OPTION_PACKET_ID, id, sizeof id);
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

/*
 * Where the blocks that describe the section and its interface end. @param ret_type Of the block
 * there; 0: there is none.
 */
static long end_of_head(FILE *stream, uint32_t *ret_type)
{
	uint32_t head[2]; /* type, length of the whole block */
	long end = 0;

	while (fseek(stream, end, SEEK_SET) == 0 && fread(head, sizeof head, 1, stream) == 1) {
		*ret_type = head[0];
		if ((head[0] != BLOCK_SECTION && head[0] != BLOCK_INTERFACE) || head[1] < sizeof head)
			return end;
		end += (long)head[1];
	}
	*ret_type = 0;
	return end;
}

/* @return whether all of it, up to the end of @p from or to @p length, could be copied. */
static bool copy(FILE *from, FILE *to, size_t length)
{
	char piece[65536];
	size_t got = 1;

	while (length > 0 && got > 0) {
		got = fread(piece, 1, length < sizeof piece ? length : sizeof piece, from);
		if (fwrite(piece, 1, got, to) != got)
			return false;
		length -= got;
	}
	return !ferror(from);
}

static bool copy_with_secrets(FILE *from, FILE *to, long head, const char *key_log)
{
	if (fseek(from, 0, SEEK_SET) != 0 || !copy(from, to, (size_t)head))
		return false;
	write_secrets(to, key_log);
	return copy(from, to, SIZE_MAX);
}

bool pcapng_add_tls_secrets(const char *path, const char *key_log)
{
	FILE *from = fopen(path, "re");
	uint32_t type;

	if (from == NULL)
		return false;
	const long head = end_of_head(from, &type);
	if (type == 0 || type == BLOCK_SECRETS) {
		(void)fclose(from);
		return true;
	}
	char *beside = memory_format("%s.new", path);
	FILE *to = fopen(beside, "we");
	bool good = to != NULL && copy_with_secrets(from, to, head, key_log) && ferror(to) == 0;
	good = (to == NULL || fclose(to) == 0) && good && rename(beside, path) == 0;
	const int cause = errno;
	if (!good)
		(void)unlink(beside);
	free(beside);
	(void)fclose(from);
	errno = cause;
	return good;
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

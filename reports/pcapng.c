/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/pcapng.h"

#include <string.h>

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
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

void pcapng_begin(FILE *stream, const char *application, const char *interface)
{
	static const uint8_t unknown_length[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t resolution = NANOSECONDS;
	struct block block = begin(BLOCK_SECTION);

	put_u32(&block, BYTE_ORDER_MAGIC);
	put_u16(&block, 1);
	put_u16(&block, 0);
	put_data(&block, unknown_length, sizeof unknown_length);
	put_option(&block, OPTION_APPLICATION, application, strlen(application));
	end(&block, stream);
	block = begin(BLOCK_INTERFACE);
	put_u16(&block, LINKTYPE_ETHERNET);
	put_u16(&block, 0);
	put_u32(&block, 0); /* no snap length */
	put_option(&block, OPTION_NAME, interface, strlen(interface));
	put_option(&block, OPTION_RESOLUTION, &resolution, 1);
	end(&block, stream);
}

void pcapng_frame(FILE *stream, const struct pcapng_frame *frame, struct bytes data)
{
	struct block block = begin(BLOCK_PACKET);
	const uint32_t flags = frame->outbound ? 2 : 1;
	const uint32_t id[2] = {(uint32_t)frame->id, (uint32_t)(frame->id >> 32)};
	size_t comment = frame->comment != NULL ? strlen(frame->comment) : 0;

	put_u32(&block, 0); /* interface */
	put_u32(&block, (uint32_t)(frame->time_ns >> 32));
	put_u32(&block, (uint32_t)frame->time_ns);
	put_u32(&block, (uint32_t)data.length);
	put_u32(&block, (uint32_t)data.length);
	put_data(&block, data.data, data.length);
	if (comment > 0)
		put_option(&block, OPTION_COMMENT, frame->comment, comment < COMMENT_MAX ? comment : COMMENT_MAX);
	put_option(&block, OPTION_FLAGS, &flags, sizeof flags);
	put_option(&block, OPTION_PACKET_ID, id, sizeof id);
	end(&block, stream);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A bounds-checked view of bytes that someone else owns: packets, files, registers.
 *
 * Every read names an offset and says whether it lay inside; nothing here reads outside, whatever
 * the offset.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *data;
	size_t length;
};

static inline struct bytes bytes_of(const void *data, size_t length)
{
	return (struct bytes){data, length};
}

/** Whether @p length bytes from @p offset lie inside. */
static inline bool bytes_have(struct bytes view, size_t offset, size_t length)
{
	return offset <= view.length && length <= view.length - offset;
}

/** The part from @p offset, @p length bytes or as many as there are; empty if it lies outside. */
static inline struct bytes bytes_part(struct bytes view, size_t offset, size_t length)
{
	if (offset > view.length)
		return (struct bytes){view.data, 0};
	if (length > view.length - offset)
		length = view.length - offset;
	return (struct bytes){view.data + offset, length};
}

static inline bool bytes_u8(struct bytes view, size_t offset, uint8_t *ret_value)
{
	if (!bytes_have(view, offset, 1))
		return false;
	*ret_value = view.data[offset];
	return true;
}

/** Big endian, as on the wire. */
static inline bool bytes_be16(struct bytes view, size_t offset, uint16_t *ret_value)
{
	if (!bytes_have(view, offset, 2))
		return false;
	*ret_value = (uint16_t)(view.data[offset] << 8 | view.data[offset + 1]);
	return true;
}

/** Big endian, as on the wire. */
static inline bool bytes_be32(struct bytes view, size_t offset, uint32_t *ret_value)
{
	if (!bytes_have(view, offset, 4))
		return false;
	*ret_value = (uint32_t)view.data[offset] << 24 | (uint32_t)view.data[offset + 1] << 16 | (uint32_t)view.data[offset + 2] << 8 |
	             view.data[offset + 3];
	return true;
}

static inline void put_be16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void put_be32(uint8_t *at, uint32_t value)
{
	put_be16(at, value >> 16);
	put_be16(at + 2, value & 0xffff);
}

/**
 * How long the mark is that some editors put in front of UTF-8 (U+FEFF): 3, or 0 if @p text has
 * none.
 */
static inline size_t bytes_mark(const char *text)
{
	return (uint8_t)text[0] == 0xef && (uint8_t)text[1] == 0xbb && (uint8_t)text[2] == 0xbf ? 3 : 0;
}

#endif

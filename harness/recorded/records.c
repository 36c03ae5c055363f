/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/records.h"

#include <string.h>

#define TYPE_CHANGE_CIPHER_SPEC 20U
#define TYPE_ALERT 21U
#define TYPE_HANDSHAKE 22U
#define TYPE_APPDATA 23U
#define BODY_MAX (16384U + 2048U)

bool records_are_tls(struct bytes first)
{
	return first.length >= 3 && first.data[0] == TYPE_HANDSHAKE && first.data[1] == 3 && first.data[2] <= 4;
}

static enum record_kind kind_of(const struct records *records)
{
	if (records->head[0] == TYPE_CHANGE_CIPHER_SPEC)
		return RECORD_CHANGE_CIPHER_SPEC;
	if (records->head[0] == TYPE_ALERT)
		return RECORD_ALERT;
	if (records->head[0] == TYPE_APPDATA)
		return RECORD_APPDATA;
	if (records->encrypted)
		return RECORD_HANDSHAKE;
	switch (records->head[RECORDS_HEADER]) {
	case 1:
		return RECORD_CLIENT_HELLO;
	case 2:
		return RECORD_SERVER_HELLO;
	case 11:
		return RECORD_CERTIFICATE;
	default:
		return RECORD_HANDSHAKE;
	}
}

/* The first bytes of a record are there. @return false if they are none of a record. */
static bool begin(struct records *records, struct turn *turn)
{
	uint32_t body = (uint32_t)(records->head[3] << 8 | records->head[4]);

	if (records->head[0] < TYPE_CHANGE_CIPHER_SPEC || records->head[0] > TYPE_APPDATA || records->head[1] != 3 || body == 0 ||
	    body > BODY_MAX)
		return false;
	turn_add_record(turn, kind_of(records), RECORDS_HEADER + body);
	records->encrypted |= records->head[0] == TYPE_CHANGE_CIPHER_SPEC;
	records->left = body - 1;
	records->have = 0;
	return true;
}

/* From here on nothing is a record: what was read of a header counts, too. */
static void lose(struct records *records, uint64_t length, struct turn *turn)
{
	length += records->have;
	records->have = 0;
	records->lost = true;
	for (; length > 0; length -= length < UINT32_MAX ? length : UINT32_MAX)
		turn_add_record(turn, RECORD_REST, length < UINT32_MAX ? (uint32_t)length : UINT32_MAX);
}

void records_take(struct records *records, struct bytes known, uint64_t length, struct turn *turn)
{
	uint64_t at = 0;

	while (at < length && !records->lost) {
		if (records->left > 0) {
			uint64_t part = records->left < length - at ? records->left : length - at;
			records->left -= part;
			at += part;
			continue;
		}
		if (at >= known.length)
			break;
		records->head[records->have++] = known.data[at++];
		if (records->have == sizeof records->head && !begin(records, turn))
			break;
	}
	if (at < length || records->have == sizeof records->head)
		lose(records, length - at, turn);
}

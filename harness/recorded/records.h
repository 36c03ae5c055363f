/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Inside of the streams: the records of TLS (RFC 8446 5.1) in one direction, of which only
 * kind and length are taken.
 */
#ifndef RECORDED_RECORDS_H
#define RECORDED_RECORDS_H

#include "lib/base/bytes.h"
#include "harness/recorded/recording.h"

#define RECORDS_HEADER 5U

struct records {
	uint8_t head[RECORDS_HEADER + 1]; /* header and first byte of the record that begins */
	size_t have;
	uint64_t left; /* of the record, after that */
	/* a change of cipher has passed: what a handshake record is cannot be told */
	bool encrypted;
	bool lost; /* where the next record begins is not known any more */
};

/**
 * Whether a connection that begins with these bytes speaks TLS: a handshake record of version 3.x.
 */
bool records_are_tls(struct bytes first);

/**
 * The next bytes: so many of @p length as were recorded are in @p known. Records that begin in them
 * are added to @p turn.
 */
void records_take(struct records *records, struct bytes known, uint64_t length, struct turn *turn);

#endif

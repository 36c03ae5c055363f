/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the namer: one direction of a TCP connection as a stream of bytes, and the messages of
 * TLS and HTTP that begin in it.
 */
#ifndef ADDRESS_STREAM_H
#define ADDRESS_STREAM_H

#include "lib/address/address.h"
#include "lib/address/secrets.h"
#include "lib/base/bytes.h"

/** Words of one segment; bit w is enum address_word w. */
typedef uint64_t word_set;

#define WORD_BIT(word) (UINT64_C(1) << (word))

struct stream;

/**
 * @param hellos Shared by both directions; they are written by the streams, but for its secrets.
 * May be NULL: nothing is decrypted.
 * @param from_server Whether this is the server's direction.
 * @return to be released with stream_close().
 */
struct stream *stream_open(struct tls_hellos *hellos, bool from_server);
void stream_close(struct stream *stream);

/**
 * The SYN of this direction, with its sequence number. A stream that is joined later begins with
 * its first segment.
 */
void stream_begin(struct stream *stream, uint32_t sequence);

/**
 * A segment with data.
 * @param ret_repeated Whether all of it was sent before.
 * @return the words of the messages that begin in it, whether it is sent for the first time or
 * again.
 */
word_set stream_segment(struct stream *stream, uint32_t sequence, struct bytes data, bool *ret_repeated);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/ntp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MODE_CLIENT 3U
#define MODE_SERVER 4U
#define STRATUM 2U
#define PRECISION 0xecU                /* 2^-20 s */
#define EPOCH_1900 INT64_C(2208988800) /* seconds from 1900 to 1970 */
#define NS_PER_S INT64_C(1000000000)

struct ntp_clock ntp_clock_at(uint64_t unix_ns)
{
	return (struct ntp_clock){(int64_t)(unix_ns / NS_PER_S), (uint32_t)(unix_ns % NS_PER_S)};
}

void ntp_clock_shift(struct ntp_clock *clock, uint64_t offset_ns, bool back)
{
	int64_t s = (int64_t)(offset_ns / NS_PER_S), ns = (int64_t)(offset_ns % NS_PER_S);

	clock->s += back ? -s : s;
	ns = clock->ns + (back ? -ns : ns);
	clock->s += ns < 0 ? -1 : ns / NS_PER_S;
	clock->ns = (uint32_t)(ns < 0 ? ns + NS_PER_S : ns % NS_PER_S);
}

/* RFC 5905 6: seconds since 1900 and a binary fraction. The era is not told. */
static void put_time(uint8_t *at, struct ntp_clock time)
{
	put_be32(at, (uint32_t)(time.s + EPOCH_1900));
	put_be32(at + 4, (uint32_t)(((uint64_t)time.ns << 32) / NS_PER_S));
}

static void write_note(struct ntp_clock now, char ret_note[NTP_NOTE_MAX])
{
	int64_t era = (now.s + EPOCH_1900) >> 32;
	int used = snprintf(ret_note, NTP_NOTE_MAX, "request -> %" PRId64 ".%03u s since 1970", now.s, now.ns / 1000000U);

	if (era != 0)
		(void)snprintf(ret_note + used, NTP_NOTE_MAX - (size_t)used, ", in era %" PRId64, era);
}

void ntp_answer(struct bytes message, struct ntp_clock now, struct ntp_answer *ret_answer)
{
	uint8_t *m = ret_answer->message;

	memset(ret_answer, 0, sizeof *ret_answer);
	if (!bytes_have(message, 0, NTP_MESSAGE) || (message.data[0] & 7) != MODE_CLIENT) {
		(void)snprintf(ret_answer->note, sizeof ret_answer->note, "finding: %zu bytes that are no NTP request", message.length);
		return;
	}
	m[0] = (uint8_t)((message.data[0] & 0x38) | MODE_SERVER);
	m[1] = STRATUM;
	m[2] = message.data[2];
	m[3] = PRECISION;
	put_be32(m + 12, 0xc0000202U); /* reference: the upstream server's address */
	put_time(m + 16, now);
	memcpy(m + 24, message.data + 40, 8); /* originate: the client's transmit time */
	put_time(m + 32, now);
	put_time(m + 40, now);
	ret_answer->length = NTP_MESSAGE;
	write_note(now, ret_answer->note);
}

static void kiss(uint8_t *message)
{
	message[0] |= 0xc0; /* leap: not synchronised */
	message[1] = 0;
	memcpy(message + 12, "RATE", 4);
}

/* A time of the wire, put forward or back. Zero is no time, and stays. */
static void shift_time(uint8_t *at, struct ntp_clock by)
{
	const struct bytes time = bytes_of(at, 8);
	uint32_t s = 0, fraction = 0;

	(void)bytes_be32(time, 0, &s);
	(void)bytes_be32(time, 4, &fraction);
	if (s == 0 && fraction == 0)
		return;
	uint64_t sum = (uint64_t)fraction + ((uint64_t)by.ns << 32) / NS_PER_S;
	put_be32(at, s + (uint32_t)by.s + (uint32_t)(sum >> 32));
	put_be32(at + 4, (uint32_t)sum);
}

void ntp_change(uint8_t *message, struct ntp_clock by, bool kisses)
{
	/* Reference, receive and transmit; what stands between is the client's own. */
	shift_time(message + 16, by);
	shift_time(message + 32, by);
	shift_time(message + 40, by);
	if (kisses)
		kiss(message);
}

void ntp_kiss(struct ntp_answer *answer)
{
	if (answer->length == 0)
		return;
	kiss(answer->message);
	(void)snprintf(answer->note, sizeof answer->note, "request -> kiss of death");
}

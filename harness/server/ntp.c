/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server/ntp.h"

#include <stdio.h>
#include <string.h>

#define MODE_CLIENT 3U
#define MODE_SERVER 4U
#define STRATUM 2U
#define PRECISION 0xecU        /* 2^-20 s */
#define EPOCH_1900 2208988800U /* seconds from 1900 to 1970 */

/* RFC 5905 6: seconds since 1900 and a binary fraction. */
static void put_time(uint8_t *at, uint64_t unix_ns)
{
	put_be32(at, (uint32_t)(unix_ns / 1000000000U + EPOCH_1900));
	put_be32(at + 4, (uint32_t)(((unix_ns % 1000000000U) << 32) / 1000000000U));
}

void ntp_answer(struct bytes message, uint64_t unix_ns, struct ntp_answer *ret_answer)
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
	put_time(m + 16, unix_ns);
	memcpy(m + 24, message.data + 40, 8); /* originate: the client's transmit time */
	put_time(m + 32, unix_ns);
	put_time(m + 40, unix_ns);
	ret_answer->length = NTP_MESSAGE;
	(void)snprintf(ret_answer->note, sizeof ret_answer->note, "request -> %llu.%03llu s since 1970",
	               (unsigned long long)(unix_ns / 1000000000U), (unsigned long long)(unix_ns / 1000000U % 1000U));
}

void ntp_kiss(struct ntp_answer *answer)
{
	if (answer->length == 0)
		return;
	answer->message[0] |= 0xc0; /* leap: not synchronised */
	answer->message[1] = 0;
	memcpy(answer->message + 12, "RATE", 4);
	(void)snprintf(answer->note, sizeof answer->note, "request -> kiss of death");
}

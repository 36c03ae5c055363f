/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SNTP over a connected UDP socket. An answer counts if it repeats the time stamp of our question,
 * comes from a synchronised server and is a server's; anything else is ignored until the time-out,
 * as RFC 4330 section 5 asks, save a kiss of death, which is an answer.
 */
#include "ntp.h"

#include <endian.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

#define LOCAL_PORT 124
#define SERVER_PORT "123"
#define UNIX_EPOCH_S 2208988800LL /* of 1970, counted from 1900 */
#define NS_PER_S 1000000000LL
#define MODE_CLIENT 3
#define MODE_SERVER 4
#define VERSION 4

struct ntp_packet {
	uint8_t flags; /* leap indicator, version, mode */
	uint8_t stratum;
	uint8_t poll;
	uint8_t precision;
	uint32_t root_delay;
	uint32_t root_dispersion;
	uint32_t reference;
	uint64_t reference_time;
	uint64_t originate_time;
	uint64_t receive_time;
	uint64_t transmit_time;
};

static uint64_t to_ntp(int64_t ns)
{
	const uint64_t seconds = (uint64_t)(ns / NS_PER_S + UNIX_EPOCH_S) & 0xffffffff;
	const uint64_t fraction = ((uint64_t)(ns % NS_PER_S) << 32) / NS_PER_S;

	return htobe64(seconds << 32 | fraction);
}

static int64_t from_ntp(uint64_t time)
{
	const uint64_t host = be64toh(time);

	return ((int64_t)(host >> 32) - UNIX_EPOCH_S) * NS_PER_S + (int64_t)(((host & 0xffffffff) * NS_PER_S) >> 32);
}

static int open_socket(const char *server, struct failure *ret_why)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
	const struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(LOCAL_PORT)};
	struct addrinfo *found;
	int fd, error = getaddrinfo(server, SERVER_PORT, &hints, &found);

	if (error) {
		failure_set(ret_why, "%s: %s", server, gai_strerror(error));
		return -1;
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&local, sizeof(local)) < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
		failure_set(ret_why, "%s: %s", server, strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

/* Waits for an answer to the question with this time stamp. */
static bool receive(int fd, uint64_t question, uint64_t deadline_ms, struct ntp_packet *ret_answer, int64_t *ret_arrival_ns,
                    struct failure *ret_why)
{
	for (;;) {
		const uint64_t now = clock_ms();
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		ssize_t size;

		if (now >= deadline_ms || poll(&ready, 1, (int)(deadline_ms - now)) == 0)
			return failure_set(ret_why, "no answer");
		size = recv(fd, ret_answer, sizeof(*ret_answer), 0);
		*ret_arrival_ns = clock_realtime_ns();
		if (size < 0)
			return failure_set(ret_why, "%s", strerror(errno));
		if (size < (ssize_t)sizeof(*ret_answer) || ret_answer->originate_time != question || (ret_answer->flags & 7) != MODE_SERVER)
			continue;
		if (ret_answer->stratum == 0)
			return failure_set(ret_why, "kiss of death %.4s", (const char *)&ret_answer->reference);
		if (ret_answer->flags >> 6 == 3 || ret_answer->transmit_time == 0)
			return failure_set(ret_why, "the server's clock is not synchronised");
		return true;
	}
}

bool ntp_ask(const struct policy *policy, int64_t *ret_offset_ns, struct failure *ret_why)
{
	struct ntp_packet question = {.flags = VERSION << 3 | MODE_CLIENT}, answer;
	const int fd = open_socket(policy->ntp_server, ret_why);
	int64_t sent_ns, arrival_ns = 0, offset_ns;
	bool good;

	if (fd < 0)
		return false;
	sent_ns = clock_realtime_ns();
	question.transmit_time = to_ntp(sent_ns);
	good = send(fd, &question, sizeof(question), 0) == (ssize_t)sizeof(question) || failure_set(ret_why, "%s", strerror(errno));
	good = good && receive(fd, question.transmit_time, clock_ms() + policy->ntp_timeout_ms, &answer, &arrival_ns, ret_why);
	close(fd);
	if (!good)
		return false;
	offset_ns = (from_ntp(answer.receive_time) - sent_ns) / 2 + (from_ntp(answer.transmit_time) - arrival_ns) / 2;
	if (!clock_step(offset_ns))
		return failure_set(ret_why, "cannot set the time: %s", strerror(errno));
	*ret_offset_ns = offset_ns;
	return true;
}

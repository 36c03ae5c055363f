/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to DNS (RFC 1035) and for the time (RFC 5905), as they were asked. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "player.h"

#define DNS_PORT 53
#define NTP_PORT 123
#define MESSAGE_MAX 512
#define NTP_LENGTH 48
#define NTP_TIMEOUT_US 2000000

static bool is_dns(const struct step *step)
{
	return step->kind == DNS;
}

static uint16_t id_of(const struct script *script, const struct step *step)
{
	return (uint16_t)(0x5300 + (step - script->steps));
}

/* The first name server that the lease has brought. */
static bool find_resolver(struct in_addr *ret_address)
{
	char line[256], text[64];
	bool found = false;
	FILE *stream = fopen("/etc/resolv.conf", "re");

	while (!found && stream != NULL && fgets(line, sizeof line, stream) != NULL)
		found = sscanf(line, "nameserver %63s", text) == 1 && inet_pton(AF_INET, text, ret_address) == 1;
	if (stream != NULL)
		(void)fclose(stream);
	return found;
}

static size_t make_question(const struct script *script, const struct step *step, uint8_t message[MESSAGE_MAX])
{
	const char *name = step->name;
	size_t at = 12;

	memset(message, 0, MESSAGE_MAX);
	message[0] = (uint8_t)(id_of(script, step) >> 8);
	message[1] = (uint8_t)id_of(script, step);
	message[2] = 1; /* recursion is desired */
	message[5] = 1; /* one question */
	while (*name != '\0' && at < MESSAGE_MAX - 70) {
		size_t length = strcspn(name, ".");
		if (length > 63)
			length = 63;
		message[at++] = (uint8_t)length;
		memcpy(message + at, name, length);
		at += length;
		name += length + (name[length] == '.');
	}
	message[at + 2] = 1; /* an address */
	message[at + 4] = 1; /* of the Internet */
	return at + 5;
}

static void send_question(const struct script *script, struct step *step)
{
	uint8_t message[MESSAGE_MAX] = {0x23}; /* version 4, a client's */
	size_t length = is_dns(step) ? make_question(script, step, message) : NTP_LENGTH;

	step->asked++;
	step->due_us = now_us() + (is_dns(step) ? script->dns_timeout_us : NTP_TIMEOUT_US);
	if (send(step->fd, message, length, 0) < 0 && errno != ECONNREFUSED)
		differ(script, step, "a question cannot be sent: %s", strerror(errno));
}

static void end(struct step *step)
{
	if (step->fd >= 0)
		(void)close(step->fd);
	step->fd = -1;
	step->state = DONE;
	step->due_us = NEVER;
	step->ended_us = now_us();
}

void ask_begin(const struct script *script, struct step *step)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = step->address, .sin_port = htons(is_dns(step) ? DNS_PORT : NTP_PORT)};

	step->state = ASKING;
	step->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if ((is_dns(step) && !find_resolver(&to.sin_addr)) || step->fd < 0 || connect(step->fd, (const void *)&to, sizeof to) < 0) {
		differ(script, step, "nobody can be asked: %s", step->fd < 0 ? strerror(errno) : "no name server, or no way to it");
		end(step);
		return;
	}
	send_question(script, step);
}

/* Goes behind a name; 0: there is no end of it. */
static size_t skip_name(const uint8_t *message, size_t length, size_t at)
{
	while (at < length) {
		if (message[at] >= 0xc0)
			return at + 2;
		if (message[at] == 0)
			return at + 1;
		at += 1U + message[at];
	}
	return 0;
}

/* The first address in an answer; 0: none. */
static uint32_t read_address(const uint8_t *message, size_t length)
{
	size_t at = skip_name(message, length, 12);
	unsigned answers = length >= 12 ? message[6] * 256U + message[7] : 0;

	at = at > 0 ? at + 4 : length;
	for (; answers > 0 && at < length; answers--) {
		at = skip_name(message, length, at);
		if (at == 0 || at + 10 > length)
			return 0;
		size_t size = message[at + 8] * 256U + message[at + 9];
		if (message[at + 1] == 1 && size == 4 && at + 14 <= length) {
			uint32_t address;
			memcpy(&address, message + at + 10, sizeof address);
			return address;
		}
		at += 10 + size;
	}
	return 0;
}

static void take_answer(const struct script *script, struct step *step, const uint8_t *message, size_t length)
{
	char was[INET_ADDRSTRLEN], is[INET_ADDRSTRLEN];
	struct in_addr found = {0};

	if (!is_dns(step)) {
		if (!step->answered)
			differ(script, step, "the time was told, which it was not in the recording");
		end(step);
		return;
	}
	if (length < 12 || message[0] * 256 + message[1] != id_of(script, step))
		return;
	found.s_addr = read_address(message, length);
	if (found.s_addr != step->address.s_addr)
		differ(script, step, "%s is %s and not %s", step->name, inet_ntop(AF_INET, &found, is, sizeof is),
		       inet_ntop(AF_INET, &step->address, was, sizeof was));
	end(step);
}

void ask_go_on(const struct script *script, struct step *step)
{
	uint8_t message[MESSAGE_MAX];
	ssize_t got = recv(step->fd, message, sizeof message, 0);
	uint64_t tries = is_dns(step) ? script->dns_tries : 1;
	bool expected = is_dns(step) ? step->address.s_addr == 0 : !step->answered;

	if (got > 0) {
		take_answer(script, step, message, (size_t)got);
		return;
	}
	if (now_us() < step->due_us)
		return;
	if (step->asked < (step->tries > tries ? step->tries : tries)) {
		send_question(script, step);
		return;
	}
	if (!expected)
		differ(script, step, "no answer to %u questions%s%s", (unsigned)step->asked, is_dns(step) ? " about " : " for the time",
		       step->name);
	end(step);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phases before anything is asked of the update service: an address, a name, the time, and
 * whether this is the Internet.
 */
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"
#include "ntp.h"

#define LEASE_FILE "/run/lease" /* the DHCP script writes it last */
#define LEASE_POLL_MS 50

bool attempt_dhcp(struct agent *agent, struct failure *ret_why)
{
	const uint64_t deadline = clock_ms() + agent->policy.dhcp_deadline_ms;

	while (access(LEASE_FILE, F_OK) != 0) {
		if (clock_ms() >= deadline) {
			failure_set(ret_why, "no lease within %" PRIu64 " ms", agent->policy.dhcp_deadline_ms);
			ret_why->permanent = true;
			return false;
		}
		clock_sleep_ms(LEASE_POLL_MS);
	}
	return true;
}

bool attempt_dns(struct agent *agent, struct failure *ret_why)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	const bool staged = strcmp(agent->policy.flow, "staged") == 0;
	struct addrinfo *found;
	char address[64] = "", name[POLICY_TEXT_MAX];
	int error;

	snprintf(name, sizeof(name), "%s", staged ? agent->policy.auth_host : agent->policy.update_host);
	name[strcspn(name, ":")] = 0; /* a port may follow */
	error = getaddrinfo(name, NULL, &hints, &found);
	if (error)
		return failure_set(ret_why, "%s: %s", name, gai_strerror(error));
	getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(found);
	snprintf(agent->detail, sizeof(agent->detail), "%s", address);
	return true;
}

bool attempt_ntp(struct agent *agent, struct failure *ret_why)
{
	int64_t offset_ns;

	if (!ntp_ask(&agent->policy, &offset_ns, ret_why))
		return false;
	snprintf(agent->detail, sizeof(agent->detail), "offset %" PRId64 " ms", offset_ns / 1000000);
	return true;
}

bool exchange_text(struct agent *agent, const char *url, enum http_identity identity, const char *body, struct http_text *ret_text,
                   struct failure *ret_why)
{
	const struct http_request request = {.url = url, .identity = identity, .body = body, .sink = http_sink_text, .context = ret_text};
	struct http_head head;

	ret_text->length = 0;
	ret_text->bytes[0] = 0;
	if (http_perform(&agent->policy, &request, &head, ret_why))
		return (body && head.status == 204) || http_expect(200, &head, ret_why);
	return ret_why->reason[0] ? false : failure_set(ret_why, "answer too long");
}

bool attempt_connect(struct agent *agent, struct failure *ret_why)
{
	char url[POLICY_TEXT_MAX + 64];
	struct http_text text;

	snprintf(url, sizeof(url), "http://%s/connecttest.txt", agent->policy.connect_host);
	if (!exchange_text(agent, url, HTTP_NOBODY, NULL, &text, ret_why))
		return false;
	if (strcmp(text.bytes, agent->policy.connect_text) != 0)
		return failure_set(ret_why, "the answer is not the expected text, a captive portal?");
	return true;
}

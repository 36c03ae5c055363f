/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes are messages of a device for the services: DHCP, DNS, NTP, HTTP requests, attestations
 * with their CSR, statuses, targets with queries. Whatever comes, nothing may be read or written
 * outside (the sanitizers see to that; a message is an allocation of its own), every answer fits
 * where it is written, and nothing is attested that was not proven.
 *
 * An input is a byte that says which service, then its message.
 *
 * usage: `make fuzz T=service`, or the program with files of the corpus as arguments.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/server/attest.h"
#include "harness/server/dhcp.h"
#include "harness/server/dns.h"
#include "harness/server/fields.h"
#include "harness/server/names.h"
#include "harness/server/ntp.h"
#include "harness/server/reply.h"
#include "harness/server/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UNIX_S UINT64_C(1767225600)

static void must(bool good)
{
	if (!good)
		abort();
}

static void feed_dhcp(struct bytes message)
{
	static const struct dhcp_config config = {
		.server = 0xc0000201U, .netmask = 0xffffff00U, .device = 0xc0000264U, .lease_ns = UINT64_C(86400000000000)};
	struct dhcp_answer answer;

	(void)dhcp_kind(message);
	dhcp_answer(&config, message, &answer);
	must(answer.length <= sizeof answer.message);
}

static void feed_dns(struct bytes message)
{
	static const struct dns_name names[] = {{"update.stutter.test", 0xc0000201U}, {"a", 1}, {NULL, 0}};
	static const struct dns_config config = {names, 60};
	struct dns_answer answer;

	for (unsigned effect = DNS_EFFECT_SILENCE; effect <= DNS_EFFECT_TTL; effect++) {
		dns_answer(&config, message, &answer);
		must(answer.length <= sizeof answer.message);
		dns_effect_on(&answer, (enum dns_effect)effect, 0x01020304U);
		must(answer.length <= sizeof answer.message);
	}
}

static void feed_ntp(struct bytes message)
{
	struct ntp_answer answer;

	ntp_answer(message, ntp_clock_at(UNIX_S * UINT64_C(1000000000)), &answer);
	ntp_kiss(&answer);
	must(answer.length <= sizeof answer.message);
}

static void feed_http(struct bytes message)
{
	static struct request_reader reader;
	size_t read;

	request_init(&reader);
	while (message.length > 0) {
		enum request_result result = request_read(&reader, message, &read);
		must(read <= message.length);
		if (result != REQUEST_COMPLETE)
			return;
		must(reader.request.body_length <= sizeof reader.request.body &&
		     strlen(reader.request.target) < sizeof reader.request.target);
		char value[32];
		(void)reply_query(reader.request.target, "device", value, sizeof value);
		must(strlen(value) < sizeof value);
		(void)request_keeps_alive(&reader);
		message = bytes_part(message, read, message.length);
	}
}

static void feed_attest(const struct pki *pki, struct bytes message)
{
	static struct attest attest;
	static struct http_request request;
	struct http_answer answer = {0};

	memset(&attest, 0, sizeof attest);
	attest.pki = pki;
	attest.lifetime_s = 86400;
	memset(&request, 0, sizeof request);
	request.identity.issuer = PKI_MANUFACTURER;
	memcpy(request.identity.name, NAMES_DEVICE, sizeof NAMES_DEVICE);
	request.body_length = message.length < sizeof request.body ? message.length : sizeof request.body;
	memcpy(request.body, message.data, request.body_length);
	(void)memcpy(request.target, "/v1/nonce?device=" NAMES_DEVICE, sizeof "/v1/nonce?device=" NAMES_DEVICE);
	must(attest_nonce(&attest, &request, &answer).given);
	free(answer.owned);
	answer = (struct http_answer){0};
	struct attest_outcome outcome = attest_attest(&attest, &request, UNIX_S, &answer);
	/* Nobody here has the bootstrap key. */
	must(!outcome.given && outcome.wrong != NULL && answer.status >= 400);
	free(answer.owned);
}

static void feed_csr(const struct pki *pki, struct bytes message)
{
	char *text = malloc(message.length + 1), *pem = NULL;

	must(text != NULL);
	memcpy(text, message.data, message.length);
	text[message.length] = '\0';
	const struct pki_order order = {
		.device = "x", .csr = text, .serial = 1, .unix_s = UNIX_S, .lifetime_s = 60, .entropy = entropy_of(1, "fuzz", 0)};
	must((pki_issue(pki, order, &pem) == NULL) == (pem != NULL));
	free(pem);
	free(text);
}

static void feed_fields(struct bytes message)
{
	struct fields *fields = fields_open(message);
	char text[16];

	if (fields == NULL)
		return;
	fields_copy(fields, "status", text, sizeof text);
	must(strlen(text) < sizeof text);
	fields_close(fields);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pki *pki;

	if (size == 0)
		return 0;
	if (pki == NULL)
		pki = pki_open(UNIX_S);
	uint8_t *copy = malloc(size - 1 > 0 ? size - 1 : 1);
	must(copy != NULL);
	memcpy(copy, data + 1, size - 1);
	const struct bytes message = bytes_of(copy, size - 1);
	switch (data[0] % 7) {
	case 0:
		feed_dhcp(message);
		break;
	case 1:
		feed_dns(message);
		break;
	case 2:
		feed_ntp(message);
		break;
	case 3:
		feed_http(message);
		break;
	case 4:
		feed_attest(pki, message);
		break;
	case 5:
		feed_csr(pki, message);
		break;
	default:
		feed_fields(message);
		break;
	}
	free(copy);
	return 0;
}

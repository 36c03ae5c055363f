/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/dns.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define HEADER 12U
#define NAME_TEXT_LONGEST 253U /* as text: 255 bytes on the wire (RFC 1035 2.3.4) */
#define TYPE_A 1U
#define TYPE_AAAA 28U
#define CLASS_IN 1U
#define POINTER_TO_QUESTION 0xc00cU
enum { RCODE_OK = 0, RCODE_FORMAT = 1, RCODE_SERVER, RCODE_NAME = 3, RCODE_UNIMPLEMENTED = 4 };

/*
 * Reads an uncompressed name (a question has no reason to be compressed); tells where it ends, 0 if
 * it is not one.
 */
static size_t read_name(struct bytes message, size_t at, char ret_text[DNS_NAME_TEXT_MAX])
{
	size_t used = 0;
	uint8_t length;

	while (bytes_u8(message, at, &length) && length != 0) {
		if (length > 63 || !bytes_have(message, at + 1, length) || used + (used > 0) + length > NAME_TEXT_LONGEST)
			return 0;
		if (used > 0)
			ret_text[used++] = '.';
		for (size_t i = 1; i <= length; i++)
			ret_text[used++] = (char)tolower(message.data[at + i]);
		at += 1U + length;
	}
	ret_text[used] = '\0';
	return bytes_have(message, at, 1) ? at + 1 : 0;
}

static const struct dns_name *lookup(const struct dns_config *config, const char *name)
{
	for (const struct dns_name *entry = config->names; entry->name != NULL; entry++)
		if (strcmp(entry->name, name) == 0)
			return entry;
	return NULL;
}

/*
 * The header of an answer with the question behind it (RFC 1035 4.1.1): authoritative, recursion as
 * asked.
 */
static void begin(struct bytes query, size_t question_end, unsigned rcode, struct dns_answer *answer)
{
	memcpy(answer->message, query.data, question_end);
	answer->message[2] = (uint8_t)(0x84 | (query.data[2] & 0x79));
	answer->message[3] = (uint8_t)(0x80 | rcode);
	put_be16(answer->message + 4, question_end > HEADER ? 1 : 0);
	memset(answer->message + 6, 0, 6);
	answer->length = question_end;
}

static void add_address(const struct dns_config *config, uint32_t address, struct dns_answer *answer)
{
	uint8_t *at = answer->message + answer->length;

	put_be16(answer->message + 6, 1);
	put_be16(at, POINTER_TO_QUESTION);
	put_be16(at + 2, TYPE_A);
	put_be16(at + 4, CLASS_IN);
	put_be32(at + 6, config->ttl_s);
	put_be16(at + 10, 4);
	put_be32(at + 12, address);
	answer->length += 16;
}

static void answer_question(const struct dns_config *config, struct bytes query, size_t name_end, const char *name,
                            struct dns_answer *answer)
{
	uint16_t type = 0, class = 0;

	(void)bytes_be16(query, name_end, &type);
	(void)bytes_be16(query, name_end + 2, &class);
	const struct dns_name *entry = class == CLASS_IN ? lookup(config, name) : NULL;
	(void)snprintf(answer->name, sizeof answer->name, "%s", name);
	begin(query, name_end + 4, entry != NULL ? RCODE_OK : RCODE_NAME, answer);
	if (entry != NULL && type == TYPE_A)
		add_address(config, entry->address, answer);
	(void)snprintf(answer->note, sizeof answer->note, "%s %s", type == TYPE_A ? "A" : type == TYPE_AAAA ? "AAAA" : "other", name);
}

void dns_answer(const struct dns_config *config, struct bytes message, struct dns_answer *ret_answer)
{
	char name[DNS_NAME_TEXT_MAX];
	uint16_t questions = 0;

	memset(ret_answer, 0, sizeof *ret_answer);
	if (!bytes_be16(message, 4, &questions) || !bytes_have(message, 0, HEADER) || (message.data[2] & 0x80)) {
		(void)snprintf(ret_answer->note, sizeof ret_answer->note, "finding: %zu bytes that are no DNS query", message.length);
		return;
	}
	if ((message.data[2] & 0x78) != 0) {
		begin(message, HEADER, RCODE_UNIMPLEMENTED, ret_answer);
		(void)snprintf(ret_answer->note, sizeof ret_answer->note, "finding: opcode %u", (unsigned)message.data[2] >> 3 & 15U);
		return;
	}
	size_t name_end = questions == 1 ? read_name(message, HEADER, name) : 0;
	if (name_end == 0 || !bytes_have(message, name_end, 4) || name_end + 4 + 16 > DNS_MESSAGE_MAX) {
		begin(message, HEADER, RCODE_FORMAT, ret_answer);
		(void)snprintf(ret_answer->note, sizeof ret_answer->note, "finding: a question that cannot be read");
		return;
	}
	answer_question(config, message, name_end, name, ret_answer);
}

const char *dns_outcome(const struct dns_answer *answer, char ret_text[DNS_OUTCOME_TEXT_MAX])
{
	/* RFC 1035 4.1.1, by the names that dig(1) has for them. */
	static const char *const rcodes[] = {"no such record", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
	const uint8_t *m = answer->message;
	size_t rcode = m[3] & 0x0f;

	if (answer->length == 0)
		(void)snprintf(ret_text, DNS_OUTCOME_TEXT_MAX, "not answered");
	else if ((m[2] & 0x02) != 0)
		(void)snprintf(ret_text, DNS_OUTCOME_TEXT_MAX, "truncated");
	else if (m[7] != 0) {
		const uint8_t *address = m + answer->length - 4, *ttl = address - 6;
		bool kept = (ttl[0] | ttl[1] | ttl[2] | ttl[3]) != 0;
		(void)snprintf(ret_text, DNS_OUTCOME_TEXT_MAX, "%u.%u.%u.%u%s", address[0], address[1], address[2], address[3],
		               kept ? "" : ", not to be kept");
	} else
		(void)snprintf(ret_text, DNS_OUTCOME_TEXT_MAX, "%s", rcode < sizeof rcodes / sizeof rcodes[0] ? rcodes[rcode] : "an error");
	return ret_text;
}

/* The answer is a record of 16 bytes behind the question, if there is one. */
static void drop_record(struct dns_answer *answer)
{
	if (answer->message[7] != 0)
		answer->length -= 16;
	answer->message[7] = 0;
}

void dns_effect_on(struct dns_answer *answer, enum dns_effect effect, uint32_t address)
{
	uint8_t *m = answer->message;

	if (answer->length == 0)
		return;
	switch (effect) {
	case DNS_EFFECT_SILENCE:
		answer->length = 0;
		break;
	case DNS_EFFECT_NXDOMAIN:
	case DNS_EFFECT_SERVFAIL:
		drop_record(answer);
		m[3] = (uint8_t)((m[3] & 0xf0) | (effect == DNS_EFFECT_NXDOMAIN ? RCODE_NAME : RCODE_SERVER));
		break;
	case DNS_EFFECT_ADDRESS:
		if (m[7] != 0)
			put_be32(m + answer->length - 4, address);
		break;
	case DNS_EFFECT_TRUNCATED:
		drop_record(answer);
		m[2] |= 0x02;
		break;
	case DNS_EFFECT_TTL:
		if (m[7] != 0)
			put_be32(m + answer->length - 10, 0);
		break;
	case DNS_EFFECTS:
		break;
	}
}

void dns_effects_on(struct dns_answer *answer, const struct dns_effects *effects, uint32_t address)
{
	for (unsigned i = 0; i < DNS_EFFECTS; i++)
		if (effects->of[i])
			dns_effect_on(answer, (enum dns_effect)i, address);
}

/* -- messages of another server -- */

#define TYPE_OPT 41U

bool dns_read_question(struct bytes message, struct dns_question *ret_question)
{
	uint16_t questions = 0;

	if (!bytes_be16(message, 0, &ret_question->id) || !bytes_be16(message, 4, &questions) || questions != 1 ||
	    !bytes_have(message, 0, HEADER))
		return false;
	ret_question->is_answer = (message.data[2] & 0x80) != 0;
	size_t end = read_name(message, HEADER, ret_question->name);
	ret_question->end = end + 4;
	return end != 0 && bytes_have(message, end, 4);
}

/* Where a name ends that may be compressed (RFC 1035 4.1.4); 0: it is none. */
static size_t skip_name(struct bytes message, size_t at)
{
	uint8_t length;

	while (bytes_u8(message, at, &length)) {
		if (length == 0)
			return at + 1;
		if ((length & 0xc0) == 0xc0)
			return bytes_have(message, at, 2) ? at + 2 : 0;
		at += 1U + length;
	}
	return 0;
}

/* A resource record: where it is, and the next one. */
struct record {
	uint16_t type, size;
	size_t ttl, data, end;
};

static bool read_record(struct bytes message, size_t at, struct record *ret_record)
{
	size_t name_end = skip_name(message, at);

	if (name_end == 0 || !bytes_be16(message, name_end, &ret_record->type) || !bytes_be16(message, name_end + 8, &ret_record->size) ||
	    !bytes_have(message, name_end + 10, ret_record->size))
		return false;
	ret_record->ttl = name_end + 4;
	ret_record->data = name_end + 10;
	ret_record->end = ret_record->data + ret_record->size;
	return true;
}

size_t dns_addresses(struct bytes message, uint32_t *ret_addresses, size_t most)
{
	struct dns_question question;
	uint16_t answers = 0;
	struct record record;
	size_t count = 0;

	if (!dns_read_question(message, &question) || !question.is_answer || !bytes_be16(message, 6, &answers))
		return 0;
	for (size_t at = question.end; answers > 0 && read_record(message, at, &record); at = record.end, answers--)
		if (record.type == TYPE_A && record.size == 4 && count < most)
			(void)bytes_be32(message, record.data, &ret_addresses[count++]);
	return count;
}

/* Every record, or those of the answer's section. */
static void change_records(uint8_t *message, size_t length, size_t at, bool unkept, bool elsewhere, uint32_t address)
{
	static const uint8_t nobody6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 0x63};
	struct bytes view = bytes_of(message, length);
	uint16_t answers = 0;
	struct record record;

	(void)bytes_be16(view, 6, &answers);
	for (size_t i = 0; read_record(view, at, &record); at = record.end, i++) {
		if (unkept && record.type != TYPE_OPT)
			put_be32(message + record.ttl, 0);
		if (elsewhere && i < answers && record.type == TYPE_A && record.size == 4)
			put_be32(message + record.data, address);
		if (elsewhere && i < answers && record.type == TYPE_AAAA && record.size == sizeof nobody6)
			memcpy(message + record.data, nobody6, sizeof nobody6);
	}
}

void dns_effects_on_message(uint8_t *message, size_t *length, const struct dns_effects *effects, uint32_t address)
{
	const bool *of = effects->of;
	const bool fails = of[DNS_EFFECT_NXDOMAIN] || of[DNS_EFFECT_SERVFAIL];
	struct dns_question question;

	if (!dns_read_question(bytes_of(message, *length), &question) || of[DNS_EFFECT_SILENCE]) {
		*length = of[DNS_EFFECT_SILENCE] ? 0 : *length;
		return;
	}
	change_records(message, *length, question.end, of[DNS_EFFECT_TTL], of[DNS_EFFECT_ADDRESS], address);
	if (!fails && !of[DNS_EFFECT_TRUNCATED])
		return;
	*length = question.end;
	memset(message + 6, 0, 6);
	if (fails)
		message[3] = (uint8_t)((message[3] & 0xf0) | (of[DNS_EFFECT_NXDOMAIN] ? RCODE_NAME : RCODE_SERVER));
	if (of[DNS_EFFECT_TRUNCATED])
		message[2] |= 0x02;
}

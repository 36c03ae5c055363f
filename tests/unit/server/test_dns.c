/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/dns.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"

#define TYPE_A 1
#define TYPE_AAAA 28
#define CLASS_IN 1

static const struct dns_name names[] = {{"update.stutter.test", 0xc0000201U}, {"x", 0xc0000202U}, {NULL, 0}};
static const struct dns_config config = {names, 60};

struct query {
	uint8_t data[600];
	size_t length;
};

/* A query with the recursion bit, as a resolver sends it; @p name with dots between the labels. */
static struct query query_of(const char *name, unsigned type, unsigned class)
{
	struct query query = {.data = {0xbe, 0xef, 0x01, 0x00, 0, 1}, .length = 12};

	while (*name != '\0') {
		size_t length = strcspn(name, ".");
		query.data[query.length++] = (uint8_t)length;
		memcpy(query.data + query.length, name, length);
		query.length += length;
		name += length + (name[length] == '.');
	}
	query.data[query.length++] = 0;
	put_be16(query.data + query.length, type);
	put_be16(query.data + query.length + 2, class);
	query.length += 4;
	return query;
}

static struct dns_answer answer_to(const struct query *query)
{
	struct dns_answer answer;

	dns_answer(&config, bytes_of(query->data, query->length), &answer);
	return answer;
}

static unsigned be16(const struct dns_answer *answer, size_t offset)
{
	uint16_t value = 0;

	CU_ASSERT_FATAL(bytes_be16(bytes_of(answer->message, answer->length), offset, &value));
	return value;
}

static unsigned rcode(const struct dns_answer *answer)
{
	return be16(answer, 2) & 15;
}

/* As it stands in the trace. */
static const char *traced(const struct dns_answer *answer)
{
	static char text[sizeof answer->note + DNS_OUTCOME_TEXT_MAX + 4];
	char outcome[DNS_OUTCOME_TEXT_MAX];

	(void)snprintf(text, sizeof text, "%s -> %s", answer->note, dns_outcome(answer, outcome));
	return text;
}

/* The trace tells what is sent, not what would have been. */
static void a_corrupted_answer_is_traced_as_it_is_sent(void)
{
	static const struct {
		enum dns_effect effect;
		const char *outcome;
	} rows[] = {{DNS_EFFECT_SILENCE, "A x -> not answered"},
	            {DNS_EFFECT_NXDOMAIN, "A x -> NXDOMAIN"},
	            {DNS_EFFECT_SERVFAIL, "A x -> SERVFAIL"},
	            {DNS_EFFECT_ADDRESS, "A x -> 10.1.2.3"},
	            {DNS_EFFECT_TRUNCATED, "A x -> truncated"}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct query query = query_of("x", TYPE_A, CLASS_IN);
		struct dns_answer answer = answer_to(&query);
		dns_effect_on(&answer, rows[i].effect, 0x0a010203);
		TEST_SAME_TEXT(traced(&answer), rows[i].outcome);
	}
}

static void a_known_name_has_its_address(void)
{
	struct query query = query_of("update.stutter.test", TYPE_A, CLASS_IN);
	struct dns_answer answer = answer_to(&query);
	const uint8_t *record = answer.message + query.length;

	CU_ASSERT_FATAL(answer.length == query.length + 16);
	CU_ASSERT_EQUAL(be16(&answer, 0), 0xbeef);
	/* an answer, authoritative, recursion as asked and available, no error */
	CU_ASSERT_EQUAL(be16(&answer, 2), 0x8580);
	CU_ASSERT(be16(&answer, 4) == 1 && be16(&answer, 6) == 1 && be16(&answer, 8) == 0 && be16(&answer, 10) == 0);
	CU_ASSERT(memcmp(answer.message + 12, query.data + 12, query.length - 12) == 0);
	CU_ASSERT(memcmp(record, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1", 16) == 0);
	TEST_SAME_TEXT(traced(&answer), "A update.stutter.test -> 192.0.2.1");
}

static void names_are_alike_in_any_case(void)
{
	struct query query = query_of("UpDate.STUTTER.test", TYPE_A, CLASS_IN);
	struct dns_answer answer = answer_to(&query);

	CU_ASSERT_EQUAL(be16(&answer, 6), 1);
	/* The question comes back as it was spelled: some resolvers check (0x20 encoding). */
	CU_ASSERT(memcmp(answer.message + 12, query.data + 12, query.length - 12) == 0);
	TEST_SAME_TEXT(traced(&answer), "A update.stutter.test -> 192.0.2.1");
}

static void another_type_of_a_known_name_is_no_error(void)
{
	struct query query = query_of("x", TYPE_AAAA, CLASS_IN);
	struct dns_answer answer = answer_to(&query);

	CU_ASSERT_EQUAL(rcode(&answer), 0);
	CU_ASSERT_EQUAL(be16(&answer, 6), 0);
	TEST_SAME_TEXT(traced(&answer), "AAAA x -> no such record");
	query = query_of("x", 16, CLASS_IN);
	answer = answer_to(&query);
	TEST_SAME_TEXT(traced(&answer), "other x -> no such record");
}

static void an_unknown_name_does_not_exist(void)
{
	static const char *const unknown[] = {"nowhere.test", "update.stutter.tes", "update.stutter", "a.update.stutter.test", ""};

	for (unsigned i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
		struct query query = query_of(unknown[i], TYPE_A, CLASS_IN);
		struct dns_answer answer = answer_to(&query);
		CU_ASSERT_EQUAL(rcode(&answer), 3);
		CU_ASSERT(answer.length == query.length && be16(&answer, 6) == 0);
		TEST_CONTAINS(traced(&answer), " -> NXDOMAIN");
	}
	struct query chaos = query_of("x", TYPE_A, 3);
	struct dns_answer answer = answer_to(&chaos);
	CU_ASSERT_EQUAL(rcode(&answer), 3);
}

static void additional_records_of_the_query_are_left_out(void)
{
	struct query query = query_of("x", TYPE_A, CLASS_IN);
	size_t length = query.length;

	query.data[11] = 1; /* EDNS (RFC 6891) */
	memcpy(query.data + query.length, "\0\0\x29\x10\0\0\0\0\0\0\0", 11);
	query.length += 11;
	struct dns_answer answer = answer_to(&query);
	CU_ASSERT(answer.length == length + 16 && be16(&answer, 10) == 0 && be16(&answer, 6) == 1);
}

static void an_answer_is_not_answered(void)
{
	struct query query = query_of("x", TYPE_A, CLASS_IN);

	query.data[2] |= 0x80;
	struct dns_answer answer = answer_to(&query);
	CU_ASSERT_EQUAL(answer.length, 0);
	TEST_CONTAINS(traced(&answer), "bytes that are no DNS query -> not answered");
}

static void another_opcode_is_not_implemented(void)
{
	struct query query = query_of("x", TYPE_A, CLASS_IN);

	query.data[2] = 0x29; /* an update (RFC 2136) */
	struct dns_answer answer = answer_to(&query);
	CU_ASSERT_EQUAL(answer.length, 12);
	CU_ASSERT_EQUAL(rcode(&answer), 4);
	CU_ASSERT_EQUAL(be16(&answer, 4), 0);
	TEST_CONTAINS(traced(&answer), "opcode 5 -> NOTIMP");
}

static void is_malformed(const struct query *query)
{
	struct dns_answer answer = answer_to(query);

	CU_ASSERT_EQUAL(answer.length, 12);
	CU_ASSERT_EQUAL(rcode(&answer), 1);
	CU_ASSERT(be16(&answer, 0) == 0xbeef && be16(&answer, 4) == 0 && be16(&answer, 6) == 0);
	TEST_CONTAINS(traced(&answer), "cannot be read -> FORMERR");
}

static void a_question_that_cannot_be_read_is_malformed(void)
{
	struct query good = query_of("x", TYPE_A, CLASS_IN), bad = good;

	bad.data[5] = 0; /* no question, and two */
	is_malformed(&bad);
	bad.data[5] = 2;
	is_malformed(&bad);
	bad = good;
	bad.data[12] = 0xc0; /* a name that points to itself */
	bad.data[13] = 0x0c;
	is_malformed(&bad);
	bad = good;
	bad.data[12] = 64;
	is_malformed(&bad);
	for (size_t length = 12; length < good.length; length++) {
		bad = good;
		bad.length = length;
		is_malformed(&bad);
	}
}

static void the_longest_name_is_read_and_a_longer_one_is_not(void)
{
	char name[512] = "";

	/* Three labels of 63 letters and one of 61 are 255 bytes on the wire (RFC 1035 2.3.4). */
	for (unsigned i = 0; i < 3; i++) {
		memset(name + strlen(name), 'a', 63);
		strcat(name, ".");
	}
	memset(name + strlen(name), 'b', 61);
	struct query query = query_of(name, TYPE_A, CLASS_IN);
	struct dns_answer answer = answer_to(&query);
	CU_ASSERT_EQUAL(rcode(&answer), 3);
	strcat(name, "bb");
	query = query_of(name, TYPE_A, CLASS_IN);
	is_malformed(&query);
}

static void garbage_of_every_length_is_survived(void)
{
	struct query query = query_of("update.stutter.test", TYPE_A, CLASS_IN);

	for (size_t length = 0; length <= query.length; length++) {
		/* A block of exactly that length, so that a sanitizer sees a read behind it. */
		uint8_t *data = memory_new(length);
		struct dns_answer answer;
		memcpy(data, query.data, length);
		dns_answer(&config, bytes_of(data, length), &answer);
		CU_ASSERT_EQUAL(answer.length > 0, length >= 12);
		memset(data, 0x3f, length);
		dns_answer(&config, bytes_of(data, length), &answer);
		CU_ASSERT(answer.length <= DNS_MESSAGE_MAX && answer.note[0] != '\0');
		free(data);
	}
}

static void a_query_of_full_size_fits_its_answer(void)
{
	struct query query = query_of("x", TYPE_A, CLASS_IN);

	query.length = 600;
	struct dns_answer answer = answer_to(&query);
	CU_ASSERT(answer.length > 0 && answer.length <= DNS_MESSAGE_MAX);
}

const CU_TestInfo tests_dns[] = {
	{"a known name has its address", a_known_name_has_its_address},
	{"names are alike in any case", names_are_alike_in_any_case},
	{"another type of a known name is no error", another_type_of_a_known_name_is_no_error},
	{"an unknown name does not exist", an_unknown_name_does_not_exist},
	{"additional records of the query are left out", additional_records_of_the_query_are_left_out},
	{"a corrupted answer is traced as it is sent", a_corrupted_answer_is_traced_as_it_is_sent},
	{"an answer is not answered", an_answer_is_not_answered},
	{"another opcode is not implemented", another_opcode_is_not_implemented},
	{"a question that cannot be read is malformed", a_question_that_cannot_be_read_is_malformed},
	{"the longest name is read and a longer one is not", the_longest_name_is_read_and_a_longer_one_is_not},
	{"garbage of every length is survived", garbage_of_every_length_is_survived},
	{"a query of full size fits its answer", a_query_of_full_size_fits_its_answer},
	CU_TEST_INFO_NULL,
};

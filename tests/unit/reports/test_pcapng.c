/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/pcapng.h"

#include <stdlib.h>
#include <string.h>

#include "link/frame.h"
#include "tests/test.h"

static char path[600];

static FILE *begin(void)
{
	(void)snprintf(path, sizeof path, "%s/wire.pcapng", test_folder());
	FILE *stream = fopen(path, "w");
	CU_ASSERT_FATAL(stream != NULL);
	pcapng_begin(stream, "stutter test", (const char *const[]){"the wire", "the other wire", NULL});
	return stream;
}

static void needs_tshark(void)
{
	char output[256];

	if (test_shell(output, sizeof output, "tshark --version") != 0)
		test_skip("tshark is not installed (apt-get install tshark)");
}

/* What tshark says to these arguments about the file, its warnings left out. */
static const char *tshark(const char *arguments)
{
	static char output[16384];

	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "tshark -n -r %s %s 2>/dev/null", path, arguments), 0);
	return output;
}

static void every_block_says_its_length_twice(void)
{
	static const uint8_t data[FRAME_MAX];
	FILE *stream = begin();

	for (size_t length = 0; length < 70; length++)
		pcapng_frame(stream, &(struct pcapng_frame){.time_ns = length, .id = length, .comment = length % 2 ? "odd" : NULL},
		             bytes_of(data, length));
	pcapng_frame(stream, &(struct pcapng_frame){.comment = "the largest"}, bytes_of(data, FRAME_MAX));
	CU_ASSERT_FATAL(fclose(stream) == 0);
	stream = fopen(path, "r");
	CU_ASSERT_FATAL(stream != NULL);
	unsigned blocks = 0;
	for (uint32_t head[2]; fread(head, 4, 2, stream) == 2; blocks++) {
		uint32_t tail = 0;
		CU_ASSERT_FATAL(head[1] % 4 == 0 && head[1] >= 12);
		CU_ASSERT_FATAL(fseek(stream, (long)head[1] - 12, SEEK_CUR) == 0);
		CU_ASSERT_FATAL(fread(&tail, 4, 1, stream) == 1);
		CU_ASSERT_EQUAL(tail, head[1]);
	}
	CU_ASSERT_EQUAL(blocks, 3 + 71);
	(void)fclose(stream);
}

static void time_comment_and_direction_are_read_back(void)
{
	static const uint8_t data[61] = {0x02, 0, 0x5e, 0, 0x53, 1, 0x02, 0x53, 0x54, 0x55, 0x54, 1, 0x88, 0xb5};
	FILE *stream;

	needs_tshark();
	stream = begin();
	pcapng_frame(stream, &(struct pcapng_frame){.time_ns = 1, .id = 1, .outbound = true}, bytes_of(data, 60));
	pcapng_frame(stream,
	             &(struct pcapng_frame){.time_ns = UINT64_C(6264658123), .id = 2, .comment = "'handshake loss' drop -> dropped"},
	             bytes_of(data, 61));
	pcapng_frame(stream, &(struct pcapng_frame){.time_ns = UINT64_C(1767225600123456789), .id = 3, .outbound = true, .comment = "c"},
	             bytes_of(data, 14));
	CU_ASSERT_FATAL(fclose(stream) == 0);
	TEST_SAME_TEXT(
		tshark("-T fields -E separator='|' -e frame.time_epoch -e frame.len -e frame.comment -e frame.packet_flags_direction"),
		"0.000000001|60||0x00000002\n"
		"6.264658123|61|'handshake loss' drop -> dropped|0x00000001\n"
		"1767225600.123456789|14|c|0x00000002\n");
}

static void the_file_says_who_wrote_it_and_where(void)
{
	static const uint8_t data[60];
	FILE *stream;

	needs_tshark();
	stream = begin();
	pcapng_frame(stream, &(struct pcapng_frame){.time_ns = 5}, bytes_of(data, sizeof data));
	CU_ASSERT_FATAL(fclose(stream) == 0);
	TEST_SAME_TEXT(tshark("-T fields -e frame.interface_name"), "the wire\n");
	TEST_CONTAINS(tshark("-T fields -e eth.src"), "00:00:00:00:00:00\n");
	char output[4096];
	if (test_shell(output, sizeof output, "capinfos %s", path) == 0) {
		TEST_CONTAINS(output, "stutter test");
		TEST_CONTAINS(output, "nanoseconds (9)");
	}
}

static void bytes_of_any_length_come_back(void)
{
	static uint8_t data[64];
	FILE *stream;

	needs_tshark();
	stream = begin();
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(0xa0 + i);
	data[12] = 0x88;
	data[13] = 0xb5;
	for (size_t length = 60; length < 64; length++)
		pcapng_frame(stream, &(struct pcapng_frame){.time_ns = length, .comment = "x"}, bytes_of(data, length));
	CU_ASSERT_FATAL(fclose(stream) == 0);
	TEST_SAME_TEXT(tshark("-T fields -e frame.cap_len"), "60\n61\n62\n63\n");
	for (size_t length = 60; length < 64; length++) {
		char arguments[160], hex[200] = "";
		(void)snprintf(arguments, sizeof arguments, "-Y frame.len==%zu -T fields -e data.data", length);
		for (size_t i = 14; i < length; i++)
			(void)snprintf(hex + 2 * (i - 14), 3, "%02x", data[i]);
		TEST_CONTAINS(tshark(arguments), hex);
	}
}

static void a_long_comment_is_cut(void)
{
	static char comment[5000];
	static const uint8_t data[60];
	FILE *stream;

	needs_tshark();
	stream = begin();
	memset(comment, 'c', sizeof comment - 1);
	pcapng_frame(stream, &(struct pcapng_frame){.comment = comment}, bytes_of(data, sizeof data));
	pcapng_frame(stream, &(struct pcapng_frame){.comment = ""}, bytes_of(data, sizeof data));
	CU_ASSERT_FATAL(fclose(stream) == 0);
	comment[1024] = '\n';
	comment[1025] = '\n';
	comment[1026] = '\0';
	TEST_SAME_TEXT(tshark("-T fields -e frame.comment"), comment);
}

/* A Decryption Secrets Block of type TLS, which tshark takes and passes over. */
static void secrets_have_a_block_of_their_own(void)
{
	static const char key_log[] = "CLIENT_RANDOM 00 11\n";
	uint8_t data[60] = {0}, head[16] = {0};

	needs_tshark();
	FILE *stream = begin();
	long at = ftell(stream);
	pcapng_tls_secrets(stream, key_log);
	pcapng_frame(stream, &(struct pcapng_frame){.time_ns = 7, .verdict = PCAPNG_DROPPED}, bytes_of(data, sizeof data));
	(void)fclose(stream);
	stream = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	CU_ASSERT(fseek(stream, at, SEEK_SET) == 0 && fread(head, 1, sizeof head, stream) == sizeof head);
	(void)fclose(stream);
	CU_ASSERT(head[0] == 10 && memcmp(head + 8, "KSLT", 4) == 0 && head[12] == sizeof key_log - 1);
	TEST_SAME_TEXT(tshark("-T fields -e frame.number -e frame.verdict.ebpf_tc"), "1\t2\n");
}

/* More than a block takes, put before a frame that was there already: the blocks come first, and no line is torn. */
static void secrets_can_come_later(void)
{
	char key_log[100 * 60 + 1] = "", line[64], text[128];
	uint8_t data[60] = {0};

	needs_tshark();
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(line, sizeof line, "CLIENT_RANDOM %040u 11\n", i);
		strcat(key_log, line);
	}
	FILE *stream = begin();
	long at = ftell(stream);
	(void)fclose(stream);
	stream = fopen(path, "r+e");
	CU_ASSERT_FATAL(stream != NULL && fseek(stream, 0, SEEK_END) == 0);
	pcapng_frame(stream, &(struct pcapng_frame){.time_ns = 7, .verdict = PCAPNG_DROPPED}, bytes_of(data, sizeof data));
	pcapng_insert_tls_secrets(stream, at, key_log);
	pcapng_frame(stream, &(struct pcapng_frame){.time_ns = 8, .verdict = PCAPNG_PASSED}, bytes_of(data, sizeof data));
	(void)fclose(stream);
	TEST_SAME_TEXT(tshark("-T fields -e frame.number -e frame.verdict.ebpf_tc"), "1\t2\n2\t0\n");
	stream = fopen(path, "re");
	CU_ASSERT_FATAL(stream != NULL && fseek(stream, at, SEEK_SET) == 0);
	uint32_t head[5], total = 0;
	unsigned blocks = 0;
	for (; fread(head, 1, sizeof head, stream) == sizeof head && head[0] == 10; blocks++) {
		total += head[3];
		CU_ASSERT_FATAL(head[3] <= PCAPNG_SECRETS_MAX && fseek(stream, (long)head[3] - 5, SEEK_CUR) == 0);
		CU_ASSERT(fread(text, 1, 1, stream) == 1 && text[0] == '\n');
		at += (long)head[1];
		(void)fseek(stream, at, SEEK_SET);
	}
	CU_ASSERT(blocks == 2 && total == strlen(key_log) && head[0] == 6);
	(void)fclose(stream);
}

const CU_TestInfo tests_pcapng[] = {
	{"every block says its length twice", every_block_says_its_length_twice},
	{"time, comment and direction are read back", time_comment_and_direction_are_read_back},
	{"the file says who wrote it and where", the_file_says_who_wrote_it_and_where},
	{"bytes of any length come back", bytes_of_any_length_come_back},
	{"a long comment is cut", a_long_comment_is_cut},
	{"secrets have a block of their own", secrets_have_a_block_of_their_own},
	{"secrets can come later", secrets_can_come_later},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/pcapng.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/link/frame.h"
#include "tests/test.h"

static char path[600];

static FILE *begin(void)
{
	(void)snprintf(path, sizeof path, "%s/seen.pcapng", test_folder());
	FILE *stream = fopen(path, "w");
	CU_ASSERT_FATAL(stream != NULL);
	pcapng_begin(stream, "stutter test", "the wire");
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
	CU_ASSERT_EQUAL(blocks, 2 + 71);
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

/*
 * Wireshark and its tools write a file anew when they merge, cut or save; what they wrote they can
 * read.
 */
static void what_others_write_of_it_can_be_read(void)
{
	static const uint8_t data[60];
	char output[1024];
	FILE *stream;

	needs_tshark();
	stream = begin();
	for (unsigned i = 1; i < 3; i++)
		pcapng_frame(stream, &(struct pcapng_frame){.time_ns = i, .id = i, .comment = "'it' drop -> dropped"},
		             bytes_of(data, sizeof data));
	CU_ASSERT_FATAL(fclose(stream) == 0);
	CU_ASSERT(pcapng_add_tls_secrets(path, "CLIENT_RANDOM 00 11\n"));
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output,
	                                 "cd %s && mergecap -w all.pcapng seen.pcapng seen.pcapng && mv all.pcapng seen.pcapng",
	                                 test_folder()),
	                      0);
	TEST_SAME_TEXT(tshark("-T fields -e frame.number -e frame.comment"), "1\t'it' drop -> dropped\n2\t'it' drop -> dropped\n"
	                                                                     "3\t'it' drop -> dropped\n4\t'it' drop -> dropped\n");
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
	pcapng_frame(stream, &(struct pcapng_frame){.time_ns = 7}, bytes_of(data, sizeof data));
	(void)fclose(stream);
	stream = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	CU_ASSERT(fseek(stream, at, SEEK_SET) == 0 && fread(head, 1, sizeof head, stream) == sizeof head);
	(void)fclose(stream);
	CU_ASSERT(head[0] == 10 && memcmp(head + 8, "KSLT", 4) == 0 && head[12] == sizeof key_log - 1);
	TEST_SAME_TEXT(tshark("-T fields -e frame.number -e frame.time_epoch"), "1\t0.000000007\n");
}

/* A file of one frame, @p frames times. */
static void write_frames(unsigned frames)
{
	static const uint8_t data[60];
	FILE *stream = begin();

	for (unsigned i = 0; i < frames; i++)
		pcapng_frame(stream, &(struct pcapng_frame){.time_ns = 7}, bytes_of(data, sizeof data));
	CU_ASSERT_FATAL(fclose(stream) == 0);
}

/*
 * Of the blocks behind the head, those with secrets. @param ret_bytes Of secrets. @return how many
 * there are before the first of another type.
 */
static unsigned secrets_in_front(uint32_t *ret_bytes)
{
	uint32_t head[5];
	unsigned blocks = 0;
	long at = 0;
	char last;
	FILE *stream = fopen(path, "re");

	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	*ret_bytes = 0;
	for (; fseek(stream, at, SEEK_SET) == 0 && fread(head, 1, sizeof head, stream) == sizeof head && head[0] != 6;
	     at += (long)head[1]) {
		if (head[0] != 10)
			continue;
		blocks++;
		*ret_bytes += head[3];
		CU_ASSERT_FATAL(head[3] <= PCAPNG_SECRETS_MAX && fseek(stream, (long)head[3] - 5, SEEK_CUR) == 0);
		CU_ASSERT(fread(&last, 1, 1, stream) == 1 && last == '\n');
	}
	(void)fclose(stream);
	return blocks;
}

/*
 * More than a block takes, put before a frame that was there already: the blocks come first, and no
 * line is torn.
 */
static void secrets_can_come_later(void)
{
	char key_log[100 * 60 + 1] = "", line[64];
	uint32_t bytes;

	needs_tshark();
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(line, sizeof line, "CLIENT_RANDOM %040u 11\n", i);
		strcat(key_log, line);
	}
	write_frames(2);
	CU_ASSERT(pcapng_add_tls_secrets(path, key_log));
	TEST_SAME_TEXT(tshark("-T fields -e frame.number -e frame.time_epoch"), "1\t0.000000007\n2\t0.000000007\n");
	CU_ASSERT_EQUAL(secrets_in_front(&bytes), 2);
	CU_ASSERT_EQUAL(bytes, strlen(key_log));
	/* Who completes a folder a second time changes nothing. */
	CU_ASSERT(pcapng_add_tls_secrets(path, key_log));
	CU_ASSERT_EQUAL(secrets_in_front(&bytes), 2);
}

/*
 * Whatever happens while the secrets are added, the file is there with all its frames: the old one,
 * or the new one.
 */
static void a_file_that_cannot_be_written_beside_stays_as_it_was(void)
{
	char beside[640];
	uint32_t bytes;
	struct stat before, after;

	write_frames(3);
	CU_ASSERT_FATAL(stat(path, &before) == 0);
	(void)snprintf(beside, sizeof beside, "%s.new", path);
	CU_ASSERT_FATAL(mkdir(beside, 0777) == 0);
	CU_ASSERT(!pcapng_add_tls_secrets(path, "CLIENT_RANDOM 00 11\n"));
	CU_ASSERT(stat(path, &after) == 0 && before.st_ino == after.st_ino && before.st_size == after.st_size);
	CU_ASSERT_EQUAL(secrets_in_front(&bytes), 0);
	/* The new one is another file: the old one was never touched. */
	CU_ASSERT_FATAL(rmdir(beside) == 0);
	FILE *old = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(old);
	CU_ASSERT(pcapng_add_tls_secrets(path, "CLIENT_RANDOM 00 11\n"));
	CU_ASSERT(fstat(fileno(old), &after) == 0 && after.st_size == before.st_size && after.st_nlink == 0);
	CU_ASSERT(access(beside, F_OK) != 0 && secrets_in_front(&bytes) == 1);
	(void)fclose(old);
}

const CU_TestInfo tests_pcapng[] = {
	{"every block says its length twice", every_block_says_its_length_twice},
	{"time, comment and direction are read back", time_comment_and_direction_are_read_back},
	{"the file says who wrote it and where", the_file_says_who_wrote_it_and_where},
	{"what others write of it can be read", what_others_write_of_it_can_be_read},
	{"bytes of any length come back", bytes_of_any_length_come_back},
	{"a long comment is cut", a_long_comment_is_cut},
	{"secrets have a block of their own", secrets_have_a_block_of_their_own},
	{"secrets can come later", secrets_can_come_later},
	{"a file that cannot be written beside stays as it was", a_file_that_cannot_be_written_beside_stays_as_it_was},
	CU_TEST_INFO_NULL,
};

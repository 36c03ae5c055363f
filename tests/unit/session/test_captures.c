/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/captures.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/session/world.h"
#include "tests/test.h"

static struct captures captures;

static FILE *open_in_folder(const char *name, const char *mode)
{
	FILE *stream = fopen(test_path(name), mode);

	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	return stream;
}

static void begin(void)
{
	captures = (struct captures){.device = open_in_folder(CAPTURES_DEVICE, "w"),
	                             .server = open_in_folder(CAPTURES_SERVER, "w"),
	                             .secrets = open_in_folder(CAPTURES_SECRETS, "w")};
	captures_begin(&captures);
}

static void end(void)
{
	CU_ASSERT(fclose(captures.device) == 0 && fclose(captures.server) == 0 && fclose(captures.secrets) == 0);
}

static void see(enum vantage where, sim_ns time, uint64_t id)
{
	static const uint8_t data[60];

	captures_frame(&captures, &(struct sighting){.where = where, .time = time, .id = id}, bytes_of(data, sizeof data));
}

/*
 * A capture as blocks: a letter each, S section, I interface, D secrets, P packet; ? if it is cut
 * short.
 */
static const char *blocks_of(const char *name)
{
	static char text[64];
	uint32_t head[2];
	size_t count = 0;
	long at = 0;
	FILE *stream = open_in_folder(name, "r");

	CU_ASSERT_FATAL(fseek(stream, 0, SEEK_END) == 0);
	const long size = ftell(stream);
	while (at < size && fseek(stream, at, SEEK_SET) == 0 && fread(head, sizeof head, 1, stream) == 1) {
		CU_ASSERT_FATAL(count + 2 < sizeof text);
		at += (long)head[1];
		text[count++] = at > size ? '?' : head[0] == 1 ? 'I' : head[0] == 6 ? 'P' : head[0] == 10 ? 'D' : 'S';
	}
	text[count] = '\0';
	(void)fclose(stream);
	return text;
}

static void each_end_has_its_own_file(void)
{
	struct error err;

	begin();
	see(AT_DEVICE, 1, 1);
	see(AT_SERVER, 2, 1);
	see(AT_SERVER, 3, 2);
	end();
	CU_ASSERT(captures_complete(test_folder(), &err));
	TEST_SAME_TEXT(blocks_of(CAPTURES_DEVICE), "SIP");
	TEST_SAME_TEXT(blocks_of(CAPTURES_SERVER), "SIPP");
	CU_ASSERT(!test_exists(CAPTURES_SECRETS));
}

static void secrets_come_before_the_frames_of_both(void)
{
	struct error err;

	begin();
	see(AT_DEVICE, 1, 1);
	captures_secret(&captures, "CLIENT_RANDOM 00 11");
	see(AT_DEVICE, 2, 2);
	see(AT_SERVER, 2, 1);
	end();
	CU_ASSERT(test_exists(CAPTURES_SECRETS));
	CU_ASSERT(captures_complete(test_folder(), &err));
	TEST_SAME_TEXT(blocks_of(CAPTURES_DEVICE), "SIDPP");
	TEST_SAME_TEXT(blocks_of(CAPTURES_SERVER), "SIDP");
	CU_ASSERT(!test_exists(CAPTURES_SECRETS));
}

/*
 * Killed in the middle of a block and of a line, and completed by a process that is killed between
 * the two files.
 */
static void what_a_kill_leaves_is_completed(void)
{
	struct error err;
	char path[PATH_MAX];

	begin();
	see(AT_DEVICE, 1, 1);
	see(AT_SERVER, 2, 1);
	captures_secret(&captures, "CLIENT_RANDOM 00 11");
	(void)fwrite("\x06\0\0\0\x64\0\0\0half", 1, 12, captures.device);
	fputs("CLIENT_RAN", captures.secrets);
	end();
	TEST_SAME_TEXT(blocks_of(CAPTURES_DEVICE), "SIP?");
	(void)snprintf(path, sizeof path, "%s/%s.new", test_folder(), CAPTURES_SERVER);
	CU_ASSERT_FATAL(mkdir(path, 0777) == 0);
	CU_ASSERT(!captures_complete(test_folder(), &err));
	TEST_CONTAINS(err.text, "server.pcapng: the secrets of TLS could not be put into it");
	TEST_SAME_TEXT(blocks_of(CAPTURES_SERVER), "SIP");
	CU_ASSERT_FATAL(test_exists(CAPTURES_SECRETS) && rmdir(path) == 0);
	CU_ASSERT(captures_complete(test_folder(), &err));
	TEST_SAME_TEXT(blocks_of(CAPTURES_DEVICE), "SIDP");
	TEST_SAME_TEXT(blocks_of(CAPTURES_SERVER), "SIDP");
	CU_ASSERT(!test_exists(CAPTURES_SECRETS));
}

static void captures_can_be_switched_off(void)
{
	captures = (struct captures){0};
	captures_begin(&captures);
	see(AT_DEVICE, 1, 1);
	see(AT_SERVER, 1, 1);
	captures_secret(&captures, "CLIENT_RANDOM 00 11");
	CU_PASS("nothing is written");
}

const CU_TestInfo tests_captures[] = {
	{"each end has its own file", each_end_has_its_own_file},
	{"secrets come before the frames of both", secrets_come_before_the_frames_of_both},
	{"what a kill leaves is completed", what_a_kill_leaves_is_completed},
	{"captures can be switched off", captures_can_be_switched_off},
	CU_TEST_INFO_NULL,
};

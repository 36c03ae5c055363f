/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device's side of a session as a script. */
#include "harness/recorded/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/recorded/form.h"
#include "tests/test.h"

extern const CU_TestInfo tests_script[];

#define BEGIN "session: 1\nsteps:\n  - tcp: {address: 1.2.3.4, port: 80, "
#define RECORD "\x17\x03\x03"

static struct recording recording;

static void parse(const char *session)
{
	struct error err;

	CU_ASSERT_FATAL(form_parse(&recording, "session.yaml", session, strlen(session), &err));
}

/* Behind its first line. */
static char *script_of(const char *session, size_t *ret_length)
{
	const struct script_patience patience = {0};
	char *text = NULL;

	parse(session);
	FILE *stream = open_memstream(&text, ret_length);
	script_write(&recording, &patience, stream);
	(void)fclose(stream);
	recording_close(&recording);
	const char *line = strchr(text, '\n');
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	*ret_length -= (size_t)(line + 1 - text);
	memmove(text, line + 1, *ret_length + 1);
	return text;
}

static void of_a_long_turn_the_script_has_what_is_known(void)
{
	size_t length;
	char *script = script_of(BEGIN "turns: [{from: device, bytes: 500000000, text: abc}, {from: device, after: 1ms, text: de}]}\n",
	                         &length);

	TEST_SAME_TEXT(script, "tcp 0 0 1.2.3.4 80 0 0 2\nfill 0 500000000 3\nabc\nsay 1000 2\nde\n");
	free(script);
}

/* And the records behind are where they belong. */
static void of_a_long_turn_over_tls_the_script_has_the_beginning(void)
{
	static const char first[] = "fill 0 1600000 1048576\n" RECORD, next[] = "\nsay 0 100\n" RECORD;
	size_t length;
	char *script = script_of(
		BEGIN "tls: true, turns: [{from: device, bytes: 1600000, records: 'appdata 16000 x100'}, "
		      "{from: server, bytes: 100, records: 'appdata 100'}, {from: device, bytes: 100, records: 'appdata 100'}]}\n",
		&length);

	CU_ASSERT_FATAL(length < 1100000);
	CU_ASSERT_PTR_NOT_NULL(memmem(script, length, first, sizeof first - 1));
	CU_ASSERT_PTR_NOT_NULL(memmem(script, length, next, sizeof next - 1));
	free(script);
}

static void a_turn_that_is_too_long_is_refused(void)
{
	struct error err;

	parse(BEGIN "turns: [{from: device, bytes: 1073741825}]}\n");
	CU_ASSERT_FALSE(script_check(&recording, &err));
	TEST_CONTAINS(err.text, "step 1, turn 1: 1073741825 bytes are too many to play");
	recording_close(&recording);
}

const CU_TestInfo tests_script[] = {
	{"of a long turn the script has what is known", of_a_long_turn_the_script_has_what_is_known},
	{"of a long turn over TLS the script has the beginning", of_a_long_turn_over_tls_the_script_has_the_beginning},
	{"a turn that is too long is refused", a_turn_that_is_too_long_is_refused},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/structure/catches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

#define HEADING "### "
#define CATCHES "docs/catches/"

/* Takes what follows @p label in its line, up to @p end or the line's end. */
static void take(const char *section, const char *label, char end, char *ret_text, size_t size)
{
	const char *at = strstr(section, label);

	if (at == NULL)
		return;
	at += strlen(label);
	const size_t line = strcspn(at, "\n");
	const char *stop = memchr(at, end, line);
	(void)snprintf(ret_text, size, "%.*s", (int)(stop != NULL ? (size_t)(stop - at) : line), at);
}

static void read_section(const char *section, struct catch *ret_catch)
{
	take(section, HEADING, '\n', ret_catch->name, sizeof ret_catch->name);
	take(section, "\n- Plan: `", '`', ret_catch->plan, sizeof ret_catch->plan);
	take(section, "\n- Ends: `", '`', ret_catch->ends, sizeof ret_catch->ends);
	take(section, "\n- Fails iff ", '\n', ret_catch->when, sizeof ret_catch->when);
	take(section, "\n- To blame: ", '\n', ret_catch->blame, sizeof ret_catch->blame);
	take(section, "\n- Linux 7.2.13: ", '\n', ret_catch->newest, sizeof ret_catch->newest);
}

void catches_visit(catch_visitor *visit, void *ctx)
{
	char *page = test_read("docs/catches.md");

	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	for (char *section = strstr(page, "\n" HEADING), *next; section != NULL; section = next) {
		struct catch found = {.name = ""};

		next = strstr(section + 1, "\n" HEADING);
		if (next != NULL)
			*next = '\0';
		read_section(section, &found);
		visit(&found, ctx);
		if (next != NULL)
			*next = '\n';
	}
	free(page);
}

bool catch_is_new(const struct catch *catch)
{
	return strncmp(catch->plan, CATCHES, strlen(CATCHES)) == 0;
}

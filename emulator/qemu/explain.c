/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/qemu/explain.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"

/* Two tails and what they explain are to fit into a verdict. */
#define TAIL_LINES 3
#define TAIL_SIZE 180

/* Reads the last lines of a file, whole ones; an unreadable file is an empty one. */
static void read_tail(const char *path, char ret_text[TAIL_SIZE])
{
	size_t size = 0;
	int lines = 0;
	bool cut = false;
	char *whole;
	FILE *in;

	in = fopen(path, "rb");
	cut = in && fseek(in, -(TAIL_SIZE - 1), SEEK_END) == 0;
	if (in && (cut || fseek(in, 0, SEEK_SET) == 0))
		size = fread(ret_text, 1, TAIL_SIZE - 1, in);
	if (in)
		fclose(in);
	while (size > 0 && (ret_text[size - 1] == '\n' || ret_text[size - 1] == '\r'))
		size--;
	ret_text[size] = 0;
	/* The line that the piece begins in goes, unless it is all there is. */
	whole = cut ? strchr(ret_text, '\n') : NULL;
	if (whole) {
		size -= (size_t)(whole + 1 - ret_text);
		memmove(ret_text, whole + 1, size + 1);
	}
	for (size_t i = size; i > 0; i--) {
		if (ret_text[i - 1] != '\n' || ++lines < TAIL_LINES)
			continue;
		memmove(ret_text, ret_text + i, size - i + 1);
		return;
	}
}

static void add_text(struct error *err, const char *title, const char *text)
{
	struct text all = {err->text, sizeof(err->text), strlen(err->text)};

	if (!*text)
		return;
	text_add(&all, "\n  %s:\n    ", title);
	for (; *text; text++)
		if (*text != '\r')
			text_add(&all, "%c%s", *text, *text == '\n' ? "    " : "");
}

bool explain(const char *log, const char *console, struct error *err)
{
	char tail[TAIL_SIZE];

	read_tail(log, tail);
	add_text(err, "QEMU said", tail);
	read_tail(console, tail);
	add_text(err, "the console's last lines", tail);
	return false;
}

bool explain_in(const char *dir, struct error *err)
{
	char log[PATH_MAX], console[PATH_MAX];

	snprintf(log, sizeof(log), "%s/" EXPLAIN_LOG, dir);
	snprintf(console, sizeof(console), "%s/" EXPLAIN_CONSOLE, dir);
	return explain(log, console, err);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *there_or_die(void *memory)
{
	if (memory == NULL) {
		fputs("stutter: out of memory\n", stderr);
		abort();
	}
	return memory;
}

void *memory_new(size_t size)
{
	return there_or_die(calloc(1, size > 0 ? size : 1));
}

void *memory_resize(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return there_or_die(NULL);
	return there_or_die(realloc(old, bytes > 0 ? bytes : 1));
}

char *memory_text(const char *text)
{
	return there_or_die(strdup(text));
}

char *memory_format(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	return there_or_die(length < 0 ? NULL : text);
}

char *memory_file(const char *path)
{
	FILE *stream = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (stream == NULL)
		return NULL;
	if (getdelim(&text, &size, '\0', stream) < 0) {
		free(text);
		text = memory_text("");
	}
	(void)fclose(stream);
	return text;
}

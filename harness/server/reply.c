/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/reply.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

const char *reply_escape(const char *text, char *ret_text)
{
	char *at = ret_text;

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c < ' ' || c == 0x7f) {
			at += sprintf(at, "\\u%04x", c);
			continue;
		}
		if (c == '"' || c == '\\')
			*at++ = '\\';
		*at++ = *text;
	}
	*at = '\0';
	return ret_text;
}

static void take(struct http_answer *answer, unsigned status, char *text)
{
	answer->status = status;
	answer->type = "application/json";
	answer->owned = text;
	answer->body = bytes_of(text, strlen(text));
}

void reply_json(struct http_answer *ret_answer, unsigned status, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	CHECK(vasprintf(&text, format, args) >= 0);
	va_end(args);
	take(ret_answer, status, text);
}

void reply_error(struct http_answer *ret_answer, unsigned status, const char *why)
{
	char *text = memory_new(REPLY_ESCAPED_MAX(strlen(why)) + 1);

	reply_json(ret_answer, status, "{\"error\": \"%s\"}\n", reply_escape(why, text));
	free(text);
}

bool reply_is_path(const char *target, const char *path)
{
	size_t length = strlen(path);

	return strncmp(target, path, length) == 0 && (target[length] == '\0' || target[length] == '?');
}

static int digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode(const char *at, size_t length, char *ret_value, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		char c = at[i];
		if (c == '+')
			c = ' ';
		if (c == '%') {
			int high = i + 2 < length ? digit(at[i + 1]) : -1, low = i + 2 < length ? digit(at[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0' || used + 1 >= size)
			return false;
		ret_value[used++] = c;
	}
	ret_value[used] = '\0';
	return true;
}

bool reply_query(const char *target, const char *key, char *ret_value, size_t size)
{
	const char *at = strchr(target, '?');
	size_t key_length = strlen(key);

	ret_value[0] = '\0';
	while (at != NULL && *at != '\0') {
		at++;
		size_t length = strcspn(at, "&#");
		if (length > key_length && at[key_length] == '=' && strncmp(at, key, key_length) == 0) {
			bool good = decode(at + key_length + 1, length - key_length - 1, ret_value, size);
			if (!good)
				ret_value[0] = '\0';
			return good;
		}
		at = at[length] == '&' ? at + length : NULL;
	}
	return false;
}

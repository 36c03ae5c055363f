/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/relay/head.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/check.h"

/*
 * Whether an empty line ends at @at: a line feed, and before it nothing but a carriage return since
 * the one before.
 */
static bool ends_at(const char *text, size_t at)
{
	if (text[at] != '\n' || at == 0)
		return false;
	return text[at - 1] == '\n' || (text[at - 1] == '\r' && at > 1 && text[at - 2] == '\n');
}

size_t head_read(struct head *head, struct bytes data, bool *ret_whole)
{
	size_t used = 0;

	*ret_whole = false;
	while (used < data.length && head->length < RELAY_HEAD_MAX && !*ret_whole) {
		const char byte = (char)data.data[used++];
		/* RFC 9112 2.2: empty lines before a message are nothing. */
		if (head->length == 0 && (byte == '\r' || byte == '\n'))
			continue;
		head->text[head->length++] = byte;
		*ret_whole = ends_at(head->text, head->length - 1);
	}
	return used;
}

/*
 * The line at *@at: its text without the line end, and the next one in *@at. The empty line has
 * length 0.
 */
static struct bytes next_line(const struct head *head, size_t *at)
{
	const size_t begin = *at;
	const char *end = memchr(head->text + begin, '\n', head->length - begin);
	size_t length = end != NULL ? (size_t)(end - head->text) - begin : head->length - begin;

	*at = end != NULL ? begin + length + 1 : head->length;
	if (length > 0 && head->text[begin + length - 1] == '\r')
		length--;
	return bytes_of(head->text + begin, length);
}

bool head_can_ask(const struct head *head)
{
	size_t at = 0;
	const struct bytes line = next_line(head, &at);

	return memchr(head->text, '\n', head->length) == NULL || memmem(line.data, line.length, " HTTP/", 6) != NULL;
}

static bool is_field(struct bytes line, const char *name)
{
	const size_t length = strlen(name);

	return line.length > length && strncasecmp((const char *)line.data, name, length) == 0 && line.data[length] == ':';
}

bool head_field(const struct head *head, const char *name, char *ret_value, size_t size)
{
	size_t at = 0;

	(void)next_line(head, &at);
	while (at < head->length) {
		struct bytes line = next_line(head, &at);
		if (!is_field(line, name))
			continue;
		size_t begin = strlen(name) + 1, end = line.length;
		while (begin < end && (line.data[begin] == ' ' || line.data[begin] == '\t'))
			begin++;
		while (end > begin && (line.data[end - 1] == ' ' || line.data[end - 1] == '\t'))
			end--;
		if (end - begin >= size)
			return false;
		memcpy(ret_value, line.data + begin, end - begin);
		ret_value[end - begin] = '\0';
		return true;
	}
	return false;
}

void head_drop(struct head *head, const char *name)
{
	size_t at = 0;

	(void)next_line(head, &at);
	while (at < head->length) {
		const size_t begin = at;
		if (!is_field(next_line(head, &at), name))
			continue;
		memmove(head->text + begin, head->text + at, head->length - at);
		head->length -= at - begin;
		at = begin;
	}
}

void head_add(struct head *head, const char *format, ...)
{
	char line[HEAD_MORE];
	va_list args;

	va_start(args, format);
	int length = vsnprintf(line, sizeof line - 2, format, args);
	va_end(args);
	CHECK(length > 0 && (size_t)length < sizeof line - 2);
	line[length++] = '\r';
	line[length++] = '\n';
	/* In front of the empty line, which may be a line feed alone. */
	size_t end = head->length - (head->length > 1 && head->text[head->length - 2] == '\r' ? 2 : 1);
	CHECK_INT(head->length + (size_t)length, <=, sizeof head->text);
	memmove(head->text + end + length, head->text + end, head->length - end);
	memcpy(head->text + end, line, (size_t)length);
	head->length += (size_t)length;
}

unsigned head_status(const struct head *head)
{
	char text[32];
	unsigned status = 0;

	(void)snprintf(text, sizeof text, "%.*s", (int)(head->length < 31 ? head->length : 31), head->text);
	if (strncmp(text, "HTTP/", 5) != 0 || strchr(text, ' ') == NULL)
		return 0;
	status = (unsigned)strtoul(strchr(text, ' ') + 1, NULL, 10);
	return status >= 100 && status <= 999 ? status : 0;
}

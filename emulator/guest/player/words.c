/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "words.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool begins(const uint8_t *bytes, size_t length, const char *text)
{
	return length >= strlen(text) && memcmp(bytes, text, strlen(text)) == 0;
}

/* A request line has the version at its end, a status line at its beginning. */
static bool is_http(const uint8_t *head, size_t length)
{
	const uint8_t *end = memchr(head, '\r', length);
	size_t line = end != NULL ? (size_t)(end - head) : 0;

	return begins(head, length, "HTTP/1.") || (line > 9 && memcmp(head + line - 9, " HTTP/1.", 8) == 0);
}

/* Up to behind the empty line. @return 0: it has not come. */
static size_t head_end(const uint8_t *bytes, size_t length)
{
	const uint8_t *end = length > 0 ? memmem(bytes, length, "\r\n\r\n", 4) : NULL;

	return end != NULL ? (size_t)(end - bytes) + 4 : 0;
}

/* The value of a field, without blanks around it. @return NULL: it is not in the head. */
static const uint8_t *find_field(const uint8_t *head, size_t length, const char *name, size_t *ret_length)
{
	const uint8_t *end = head + length;

	for (const uint8_t *line = head, *next; line < end; line = next) {
		const uint8_t *stop = memchr(line, '\n', (size_t)(end - line));
		next = stop != NULL ? stop + 1 : end;
		if ((size_t)(next - line) <= strlen(name) || strncasecmp((const char *)line, name, strlen(name)) != 0)
			continue;
		const uint8_t *value = line + strlen(name), *last = next;
		while (value < last && (*value == ' ' || *value == '\t'))
			value++;
		while (last > value && (last[-1] == ' ' || last[-1] == '\r' || last[-1] == '\n'))
			last--;
		*ret_length = (size_t)(last - value);
		return value;
	}
	return NULL;
}

/* How long the message is, by its head. @return false: that cannot be told. */
static bool measure(const uint8_t *head, size_t length, uint64_t *ret_total)
{
	size_t size;
	const uint8_t *value = find_field(head, length, "Content-Length:", &size);
	uint64_t body = 0;

	if (length == 0 || !is_http(head, length) || find_field(head, length, "Transfer-Encoding:", &(size_t){0}) != NULL)
		return false;
	/* A request without a length has no body; an answer may have one all the same. */
	if (value == NULL && begins(head, length, "HTTP/1."))
		return false;
	for (size_t i = 0; value != NULL && i < size; i++) {
		if (value[i] < '0' || value[i] > '9' || body > UINT64_MAX / 16)
			return false;
		body = body * 10 + (uint64_t)(value[i] - '0');
	}
	*ret_total = length + body;
	return true;
}

size_t words_are_message(const uint8_t *known, size_t known_length, uint64_t length)
{
	size_t head = head_end(known, known_length);
	uint64_t total;

	return head <= WORDS_HEAD_MAX && measure(known, head, &total) && total == length ? head : 0;
}

/* @return how many of the bytes are of the head. */
static size_t take_head(struct words *words, const uint8_t *bytes, size_t length)
{
	size_t before = words->head_length, room = WORDS_HEAD_MAX - before, part = length < room ? length : room;

	memcpy(words->head + before, bytes, part);
	words->head_length += part;
	size_t end = head_end(words->head, words->head_length);
	if (end == 0) {
		words->open = words->head_length == WORDS_HEAD_MAX;
		return part;
	}
	words->has_head = true;
	words->head_length = end;
	words->open = !measure(words->head, end, &words->total);
	return end - before;
}

size_t words_take(struct words *words, const uint8_t *bytes, size_t length, bool *ret_over)
{
	size_t used = words->has_head || words->open ? 0 : take_head(words, bytes, length);

	words->taken += used;
	if (words->has_head && !words->open) {
		uint64_t left = words->total - words->taken;
		size_t part = length - used < left ? length - used : (size_t)left;
		used += part;
		words->taken += part;
	} else if (words->open) {
		words->taken += length - used;
		used = length;
	}
	*ret_over = words->has_head && !words->open && words->taken == words->total;
	return used;
}

bool words_find_date(const uint8_t *known, size_t known_length, size_t *ret_from, size_t *ret_to)
{
	size_t head = head_end(known, known_length), size;
	const uint8_t *value = head > 0 && is_http(known, head) ? find_field(known, head, "Date:", &size) : NULL;

	if (value == NULL)
		return false;
	*ret_from = (size_t)(value - known);
	*ret_to = *ret_from + size;
	return true;
}

const char *words_show(const uint8_t *bytes, size_t length, char ret_text[WORDS_TEXT_MAX])
{
	size_t shown = length < WORDS_SHOWN ? length : WORDS_SHOWN;
	char *end = ret_text;

	if (length == 0) {
		(void)snprintf(ret_text, WORDS_TEXT_MAX, "nothing");
		return ret_text;
	}
	*end++ = '"';
	for (size_t i = 0; i < shown; i++) {
		uint8_t byte = bytes[i];
		if (byte == '\r' || byte == '\n')
			end += sprintf(end, "\\%c", byte == '\r' ? 'r' : 'n');
		else if (byte == '"' || byte == '\\')
			end += sprintf(end, "\\%c", byte);
		else if (byte >= ' ' && byte < 0x7f)
			*end++ = (char)byte;
		else
			end += sprintf(end, "\\x%02x", byte);
	}
	(void)sprintf(end, "\"%s", length > shown ? "..." : "");
	return ret_text;
}

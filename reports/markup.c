/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/markup.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/text.h"

static bool is_xml(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
}

/*
 * What HTML does not like besides: control characters above ASCII, and what is no character in any
 * plane.
 */
static bool is_plain(uint32_t c)
{
	return is_xml(c) && (c < 0x7f || c > 0x9f) && (c & 0xfffe) != 0xfffe && (c < 0xfdd0 || c > 0xfdef);
}

static const char *entity(uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void markup_text(FILE *stream, const char *text)
{
	uint32_t c;

	while ((c = text_next(&text)) != 0) {
		if (entity(c) != NULL)
			fputs(entity(c), stream);
		else
			text_put(stream, is_plain(c) ? c : TEXT_REPLACEMENT);
	}
}

void markup_part(FILE *stream, const char *text, size_t length)
{
	char *part = memory_format("%.*s", (int)length, text);

	markup_text(stream, part);
	free(part);
}

void markup_path(FILE *stream, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

	for (; *path != '\0'; path++) {
		if (strchr(plain, *path) != NULL)
			fputc(*path, stream);
		else
			fprintf(stream, "%%%02X", (unsigned)(unsigned char)*path);
	}
}

void markup_fill(FILE *stream, const char *template, void (*put)(FILE *stream, const char *name, const void *ctx), const void *ctx)
{
	const char *at = template, *mark;

	while ((mark = strstr(at, "{{")) != NULL) {
		fwrite(at, 1, (size_t)(mark - at), stream);
		at = strstr(mark, "}}") + 2;
		char *name = memory_format("%.*s", (int)(at - mark) - 4, mark + 2);
		put(stream, name, ctx);
		free(name);
	}
	fputs(at, stream);
}

void markup_policy(FILE *stream, const char *what, const char *content)
{
	unsigned char hash[SHA256_DIGEST_LENGTH], base64[2 * SHA256_DIGEST_LENGTH];

	(void)SHA256((const unsigned char *)content, strlen(content), hash);
	(void)EVP_EncodeBlock(base64, hash, sizeof hash);
	fprintf(stream, "%s 'sha256-%s'; ", what, (const char *)base64);
}

void markup_attribute(FILE *stream, const char *name, const char *text)
{
	fprintf(stream, " %s=\"", name);
	markup_text(stream, text);
	fputc('"', stream);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/swu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/server/pki.h"
#include "harness/server/reply.h"

/*
 * cpio(5), "New CRC Format": a magic number and 13 fields of eight hexadecimal digits; name and
 * data are padded to four bytes.
 */
#define HEADER_SIZE 110U
#define ALIGNMENT 4U
#define MODE_FILE 0100644U
#define TRAILER "TRAILER!!!"
/* cpio writes whole blocks. */
#define BLOCK_SIZE 512U
#define FILES 4U

struct archive {
	uint8_t *data;
	size_t used, size;
	unsigned inode;
};

static size_t padded(size_t size, size_t to)
{
	return (size + to - 1) / to * to;
}

static size_t entry_size(const char *name, size_t size)
{
	return padded(HEADER_SIZE + strlen(name) + 1, ALIGNMENT) + padded(size, ALIGNMENT);
}

/* "The least-significant 32 bits of the sum of all bytes." */
static uint32_t sum_of(struct bytes data)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < data.length; i++)
		sum += data.data[i];
	return sum;
}

/* Owner, time and devices are 0; the memory is zero already, which is the padding. */
static void add(struct archive *archive, const char *name, struct bytes data)
{
	size_t at = archive->used, length = strlen(name);
	unsigned mode = data.length > 0 ? MODE_FILE : 0, inode = data.length > 0 ? ++archive->inode : 0;

	CHECK(archive->size - at >= entry_size(name, data.length));
	CHECK_INT(data.length, <=, UINT32_MAX);
	(void)snprintf((char *)archive->data + at, HEADER_SIZE + length + 1,
	               "070702%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x%s", inode, mode, 0U, 0U, 1U, 0U, data.length, 0U, 0U,
	               0U, 0U, length + 1, (unsigned)sum_of(data), name);
	if (data.length > 0)
		memcpy(archive->data + at + padded(HEADER_SIZE + length + 1, ALIGNMENT), data.data, data.length);
	archive->used += entry_size(name, data.length);
}

/*
 * libconfig's strings escape the same characters as JSON's ("Strings" in its manual), but write
 * others as \xHH: those become spaces.
 */
static char *describe(const char *version, const char *sha256)
{
	char *plain = memory_text(version), *escaped = memory_new(REPLY_ESCAPED_MAX(strlen(version)) + 1);

	for (char *at = plain; *at != '\0'; at++)
		*at = (char)((unsigned char)*at < ' ' ? ' ' : *at);
	char *text = memory_format("software =\n"
	                           "{\n"
	                           "\tversion = \"%s\";\n"
	                           "\thardware-compatibility: [ \"" SWU_BOARD "\" ];\n"
	                           "\timages: (\n"
	                           "\t\t{\n"
	                           "\t\t\tfilename = \"os.bin\";\n"
	                           "\t\t\ttype = \"rawfile\";\n"
	                           "\t\t\tpath = \"" SWU_DESTINATION "\";\n"
	                           "\t\t\tinstalled-directly = true;\n"
	                           "\t\t\tsha256 = \"%s\";\n"
	                           "\t\t}\n"
	                           "\t);\n"
	                           "}\n",
	                           reply_escape(plain, escaped), sha256);
	free(escaped);
	free(plain);
	return text;
}

uint8_t *swu_make(const char *version, struct bytes image, const char *sha256, size_t *ret_length)
{
	char *text = describe(version, sha256);
	struct bytes description = bytes_of(text, strlen(text));
	size_t signature_length;
	uint8_t *signature = pki_sign_package(description, &signature_length);
	const struct {
		const char *name;
		struct bytes data;
	} files[FILES] = {{"sw-description", description},
	                  {"sw-description.sig", bytes_of(signature, signature_length)},
	                  {"os.bin", image},
	                  {TRAILER, {0}}};
	struct archive archive = {0};

	for (unsigned i = 0; i < FILES; i++)
		archive.size += entry_size(files[i].name, files[i].data.length);
	archive.size = padded(archive.size, BLOCK_SIZE);
	archive.data = memory_new(archive.size);
	for (unsigned i = 0; i < FILES; i++)
		add(&archive, files[i].name, files[i].data);
	free(signature);
	free(text);
	*ret_length = archive.size;
	return archive.data;
}

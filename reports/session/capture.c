/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/session/capture.h"

#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/memory.h"

/* Of draft-ietf-opsawg-pcapng, what reports/pcapng.c writes; numbers are little endian there. */
enum { BLOCK_PACKET = 6, BLOCK_SECRETS = 10 };
enum { OPTION_END = 0, OPTION_COMMENT = 1, OPTION_FLAGS = 2, OPTION_PACKET_ID = 5 };
#define BLOCK_HEAD 8U
#define BLOCK_LEAST 12U /* type, length, and the length again */
#define PACKET_HEAD 20U /* interface, time, both lengths */
#define SECRETS_HEAD 8U /* type, length */
#define FLAG_DIRECTION 3U
#define FLAG_OUTBOUND 2U

/* A number of @p length bytes; 0 if they are not there. */
static uint64_t little(struct bytes view, size_t offset, size_t length)
{
	uint64_t value = 0;

	if (bytes_have(view, offset, length))
		memcpy(&value, view.data + offset, length);
	return le64toh(value);
}

bool capture_open(struct capture *capture, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;

	*capture = (struct capture){.file = NULL};
	if (fd < 0)
		return false;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
		void *file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
		capture->file = file != MAP_FAILED ? file : NULL;
		capture->size = capture->file != NULL ? (size_t)status.st_size : 0;
		capture->rest = bytes_of(capture->file, capture->size);
	}
	(void)close(fd);
	return true;
}

void capture_close(struct capture *capture)
{
	if (capture->file != NULL)
		(void)munmap(capture->file, capture->size);
	capture->file = NULL;
}

static void tell_secrets(const struct capture *capture, struct bytes block)
{
	const struct bytes log = bytes_part(block, SECRETS_HEAD, little(block, 4, 4));
	char *text = memory_format("%.*s", (int)log.length, (const char *)log.data), *rest = text;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		capture->secret(capture->ctx, line);
	free(text);
}

static void read_options(struct bytes options, struct capture_frame *frame)
{
	while (bytes_have(options, 0, 4)) {
		const uint64_t code = little(options, 0, 2), length = little(options, 2, 2);
		const struct bytes value = bytes_part(options, 4, length);
		if (code == OPTION_END)
			return;
		if (code == OPTION_COMMENT)
			frame->comment = value;
		else if (code == OPTION_FLAGS)
			frame->outbound = (little(value, 0, 4) & FLAG_DIRECTION) == FLAG_OUTBOUND;
		else if (code == OPTION_PACKET_ID)
			frame->id = little(value, 0, 8);
		options = bytes_part(options, 4 + ((length + 3) & ~UINT64_C(3)), SIZE_MAX);
	}
}

static bool read_packet(struct bytes block, struct capture_frame *ret_frame)
{
	const uint64_t length = little(block, 12, 4);

	if (!bytes_have(block, PACKET_HEAD, length))
		return false;
	*ret_frame = (struct capture_frame){
		.time_ns = little(block, 4, 4) << 32 | little(block, 8, 4),
		.data = bytes_part(block, PACKET_HEAD, length),
		.comment = bytes_of("", 0),
	};
	read_options(bytes_part(block, PACKET_HEAD + ((length + 3) & ~UINT64_C(3)), SIZE_MAX), ret_frame);
	return true;
}

bool capture_next(struct capture *capture, struct capture_frame *ret_frame)
{
	while (capture->rest.length > 0) {
		const uint64_t type = little(capture->rest, 0, 4), length = little(capture->rest, 4, 4);
		if (length < BLOCK_LEAST || length % 4 != 0 || !bytes_have(capture->rest, 0, length)) {
			capture->torn = true;
			break;
		}
		const struct bytes block = bytes_part(capture->rest, BLOCK_HEAD, length - BLOCK_LEAST);
		capture->rest = bytes_part(capture->rest, length, SIZE_MAX);
		if (type == BLOCK_SECRETS && capture->secret != NULL)
			tell_secrets(capture, block);
		else if (type == BLOCK_PACKET && read_packet(block, ret_frame))
			return true;
	}
	capture->rest.length = 0;
	return false;
}

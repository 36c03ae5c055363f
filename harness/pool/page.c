/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/pool/page.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct session_page *session_page_map(int fd)
{
	struct session_page *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return page != MAP_FAILED ? page : NULL;
}

void session_page_unmap(struct session_page *page)
{
	(void)munmap(page, sizeof *page);
}

int session_page_make(struct session_page **ret_page)
{
	int fd = memfd_create("session", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, (off_t)sizeof **ret_page) == 0 && (*ret_page = session_page_map(fd)) != NULL)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static void send_message(int pipe, const struct session_message *message)
{
	/* If nobody listens any more there is nobody to tell. */
	ssize_t written = write(pipe, message, sizeof *message);
	(void)written;
}

void session_message_progress(void *ctx, uint64_t virtual_ns, const char *phase)
{
	struct session_message message;

	memset(&message, 0, sizeof message);
	message.virtual_ns = virtual_ns;
	(void)snprintf(message.phase, sizeof message.phase, "%s", phase);
	send_message(*(const int *)ctx, &message);
}

void session_message_done(int pipe)
{
	struct session_message message;

	memset(&message, 0, sizeof message);
	message.is_done = true;
	send_message(pipe, &message);
}

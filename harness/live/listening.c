/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/listening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "lib/base/memory.h"

/*
 * TCP_LISTEN and TCP_CLOSE (include/net/tcp_states.h); the latter is what a UDP socket without a
 * partner shows.
 */
#define LISTENS 0x0aU
#define HAS_NO_PARTNER 0x07U

/*
 * A row is "   0: 0100007F:1F90 00000000:0000 0A ..." (proc_pid_net(5)), after a line of titles:
 * number, local and remote address, state.
 */
unsigned listening_count(const char *text, unsigned state, uint64_t *digest)
{
	unsigned count = 0, seen;
	char local[64];

	for (const char *line = strchr(text, '\n'); line != NULL; line = strchr(line + 1, '\n')) {
		if (sscanf(line + 1, " %*u: %63s %*s %x", local, &seen) != 2 || seen != state)
			continue;
		count++;
		/* A sum, since the order of the rows may change. */
		*digest += XXH3_64bits(local, strlen(local)) | 1;
	}
	return count;
}

unsigned listening_sockets(uint64_t *ret_digest)
{
	static const struct {
		const char *path;
		unsigned state;
	} lists[] = {{"/proc/self/net/tcp", LISTENS},
	             {"/proc/self/net/tcp6", LISTENS},
	             {"/proc/self/net/udp", HAS_NO_PARTNER},
	             {"/proc/self/net/udp6", HAS_NO_PARTNER}};
	unsigned count = 0;

	*ret_digest = 0;
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		char *text = memory_file(lists[i].path);
		if (text != NULL)
			count += listening_count(text, lists[i].state, ret_digest);
		free(text);
	}
	return count;
}

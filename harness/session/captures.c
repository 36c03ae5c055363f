/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/captures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/pcapng.h"
#include "harness/scenario/device.h"

static void begin(FILE *stream, const char *interface)
{
	if (stream != NULL)
		pcapng_begin(stream, "stutter " STUTTER_VERSION, interface);
}

void captures_begin(const struct captures *captures)
{
	begin(captures->device, "device");
	begin(captures->server, "server");
}

void captures_frame(const struct captures *captures, const struct sighting *sighting, struct bytes data)
{
	const uint64_t began_ns = captures->began_ns != 0 ? captures->began_ns : WORLD_UNIX_BASE_NS;
	FILE *stream = sighting->where == AT_DEVICE ? captures->device : captures->server;

	if (stream != NULL)
		pcapng_frame(stream,
		             &(struct pcapng_frame){.time_ns = began_ns + sighting->time,
		                                    .id = sighting->id,
		                                    .outbound = sighting->sent,
		                                    .comment = sighting->comment},
		             data);
}

void captures_secret(const struct captures *captures, const char *line)
{
	if (captures->secrets != NULL)
		fprintf(captures->secrets, "%s\n", line);
}

/*
 * @return the whole lines of the secrets that were kept, to be released with free(); NULL if there
 * are none.
 */
static char *read_secrets(const char *path)
{
	char *lines = memory_file(path);
	char *last = lines != NULL ? strrchr(lines, '\n') : NULL;

	if (last == NULL) {
		free(lines);
		return NULL;
	}
	last[1] = '\0';
	return lines;
}

static bool complete(const char *dir, const char *name, const char *secrets, struct error *err)
{
	char path[DEVICE_PATH_MAX + 32];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	(void)pcapng_mend(path);
	return secrets == NULL || pcapng_add_tls_secrets(path, secrets) ||
	       error_set(err, "%s: the secrets of TLS could not be put into it (is the disk full?): %s", path, strerror(errno));
}

bool captures_complete(const char *dir, struct error *err)
{
	char path[DEVICE_PATH_MAX + 32];

	(void)snprintf(path, sizeof path, "%s/%s", dir, CAPTURES_SECRETS);
	char *secrets = read_secrets(path);
	const bool good = complete(dir, CAPTURES_DEVICE, secrets, err) && complete(dir, CAPTURES_SERVER, secrets, err);
	if (good)
		(void)unlink(path);
	free(secrets);
	return good;
}

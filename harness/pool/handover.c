/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file is a header, the scenario's own text, and the plan. The plan goes as text, since it is
 * full of pointers; that it reads back the same is what plan.yaml lives by, too. What plan.yaml
 * does not have, because it is no part of a session but of how one came to it, is in the header.
 */
#include "harness/pool/handover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/memory.h"

struct header {
	struct handover handover;
	char path[ERROR_FILE_MAX];
	size_t scenario; /* length of the text, with its end; 0: there is none */
	struct made present;
	uint64_t least_found;
	bool replay, keeps_going, may_differ;
};

static void fill_header(struct header *header, const struct plan *plan, const struct handover *handover)
{
	memset(header, 0, sizeof *header);
	header->handover = *handover;
	memcpy(header->path, plan->path, sizeof header->path);
	header->scenario = plan->scenario != NULL ? strlen(plan->scenario) + 1 : 0;
	header->least_found = plan->least_found;
	header->replay = plan->replay;
	header->keeps_going = plan->keeps_going;
	header->present = plan->present;
	header->may_differ = plan->may_differ;
}

int handover_write(const struct plan *plan, const struct handover *handover, struct error *err)
{
	int fd = memfd_create("job", MFD_CLOEXEC);
	FILE *stream = fd >= 0 ? fdopen(dup(fd), "w") : NULL;
	struct header header;

	if (stream == NULL) {
		error_set(err, "the job cannot be handed over: %s", strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	fill_header(&header, plan, handover);
	(void)fwrite(&header, sizeof header, 1, stream);
	if (header.scenario > 0)
		(void)fwrite(plan->scenario, 1, header.scenario, stream);
	plan_write(plan, stream);
	if (fclose(stream) == 0)
		return fd;
	error_set(err, "the job cannot be handed over: %s", strerror(errno));
	(void)close(fd);
	return -1;
}

static bool take(const char *bytes, size_t size, struct plan *ret_plan, struct handover *ret_handover, struct error *err)
{
	struct header header;

	memcpy(&header, bytes, sizeof header);
	const char *scenario = bytes + sizeof header, *text = scenario + header.scenario;
	if (!plan_read(ret_plan, text, size - (size_t)(text - bytes), header.path, header.replay, &header.handover.paths, err))
		return false;
	free(ret_plan->scenario);
	ret_plan->scenario = header.scenario > 0 ? memory_text(scenario) : NULL;
	ret_plan->least_found = header.least_found;
	ret_plan->keeps_going = header.keeps_going;
	ret_plan->present = header.present;
	ret_plan->may_differ = header.may_differ;
	*ret_handover = header.handover;
	return true;
}

bool handover_read(int fd, struct plan *ret_plan, struct handover *ret_handover, struct error *err)
{
	struct stat status;

	if (fstat(fd, &status) != 0 || status.st_size <= (off_t)sizeof(struct header))
		return error_set(err, "the job is incomplete");
	size_t size = (size_t)status.st_size;
	char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return error_set(err, "the job cannot be read: %s", strerror(errno));
	bool good = take(bytes, size, ret_plan, ret_handover, err);
	(void)munmap(bytes, size);
	return good;
}

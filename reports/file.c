/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool report_file_open(struct report_file *file, const char *dir, const char *name, struct error *err)
{
	if ((size_t)snprintf(file->path, sizeof file->path, "%s/%s", dir, name) >= sizeof file->path)
		return error_set(err, "the path %s/%s is too long", dir, name);
	(void)snprintf(file->beside, sizeof file->beside, "%s.new", file->path);
	file->stream = fopen(file->beside, "we");
	return file->stream != NULL || error_set(err, "%s cannot be written: %s", file->path, strerror(errno));
}

bool report_file_close(struct report_file *file, struct error *err)
{
	bool written = !ferror(file->stream);

	errno = 0;
	written = fclose(file->stream) == 0 && written;
	written = written && rename(file->beside, file->path) == 0;
	file->stream = NULL;
	if (written)
		return true;
	int cause = errno != 0 ? errno : ENOSPC;
	(void)unlink(file->beside);
	return error_set(err, "%s cannot be written: %s", file->path, strerror(cause));
}

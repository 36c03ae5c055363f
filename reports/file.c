/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/memory.h"

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

bool report_file_write(const char *dir, const char *name, const char *text, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, name, err))
		return false;
	(void)fputs(text, file.stream);
	return report_file_close(&file, err);
}

bool report_file_copy(const char *from, const char *dir, const char *name, struct error *err)
{
	char *text = memory_file(from);
	const bool good = text != NULL ? report_file_write(dir, name, text, err) : error_set(err, "%s cannot be read", from);

	free(text);
	return good;
}

bool report_folder_make(const char *dir, const char *name, struct error *err)
{
	char *path = memory_format("%s/%s", dir, name);
	const bool good = mkdir(path, 0777) == 0 || errno == EEXIST || error_set(err, "%s cannot be made: %s", path, strerror(errno));

	free(path);
	return good;
}

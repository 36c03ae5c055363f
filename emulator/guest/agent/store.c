/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *path_of(const struct store *store)
{
	return ((const struct file_store *)store)->path;
}

static bool explain(const struct store *store, struct failure *ret_why)
{
	return failure_set(ret_why, "%s: %s", path_of(store), strerror(errno));
}

static bool append(struct store *store, uint64_t offset, const void *data, size_t size, struct failure *ret_why)
{
	const int fd = open(path_of(store), O_WRONLY | O_CREAT | O_CLOEXEC | (offset == 0 ? O_TRUNC : 0), 0600);
	bool good;

	if (fd < 0)
		return explain(store, ret_why);
	good = pwrite(fd, data, size, (off_t)offset) == (ssize_t)size || explain(store, ret_why);
	close(fd);
	return good;
}

static bool read_back(struct store *store, uint64_t offset, void *ret_data, size_t size, struct failure *ret_why)
{
	const int fd = open(path_of(store), O_RDONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return explain(store, ret_why);
	good = pread(fd, ret_data, size, (off_t)offset) == (ssize_t)size || failure_set(ret_why, "%s: cannot be read", path_of(store));
	close(fd);
	return good;
}

static const struct store_ops file_ops = {append, read_back};

void file_store_init(struct file_store *ret_store, const char *folder, const char *name)
{
	ret_store->store.ops = &file_ops;
	snprintf(ret_store->path, sizeof(ret_store->path), "%.40s/%s", folder, name);
	unlink(ret_store->path);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mtd.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <mtd/mtd-abi.h>

static int fd_of(void *ctx)
{
	return (int)(intptr_t)ctx;
}

static bool read_bytes(void *ctx, uint32_t offset, void *ret_data, uint32_t size)
{
	return pread(fd_of(ctx), ret_data, size, (off_t)offset) == (ssize_t)size;
}

static bool erase(void *ctx, uint32_t offset, uint32_t size)
{
	struct erase_info_user area = {offset, size};

	return ioctl(fd_of(ctx), MEMERASE, &area) == 0;
}

static bool program(void *ctx, uint32_t offset, const void *data, uint32_t size)
{
	return pwrite(fd_of(ctx), data, size, (off_t)offset) == (ssize_t)size;
}

bool mtd_open(const char *path, struct boot_flash *ret_flash)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	*ret_flash = (struct boot_flash){(void *)(intptr_t)fd, read_bytes, erase, program};
	return fd >= 0;
}

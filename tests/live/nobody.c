/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/live/nobody.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tests/test.h"

/* Nobody of Debian. */
#define NOBODY 65534

/*
 * Without udev(7) only root may open the device. The test gets one as udev would create it, in a
 * mount namespace of its own.
 */
static void open_tun_to_all(void)
{
	const char *path = test_path("tun");

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mknod(path, S_IFCHR | 0666, makedev(10, 200)) != 0 || chmod(path, 0666) != 0 ||
	    mount(path, "/dev/net/tun", NULL, MS_BIND, NULL) != 0)
		test_skip("/dev/net/tun cannot be opened to all: %s", strerror(errno));
}

void nobody_be(void)
{
	if (geteuid() != 0)
		return;
	CU_ASSERT_EQUAL_FATAL(chmod(test_folder(), 0777), 0);
	open_tun_to_all();
	CU_ASSERT_EQUAL_FATAL(setgroups(0, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(setresgid(NOBODY, NOBODY, NOBODY), 0);
	CU_ASSERT_EQUAL_FATAL(setresuid(NOBODY, NOBODY, NOBODY), 0);
	/* As after exec(2): the process owns its /proc/self again. */
	CU_ASSERT_EQUAL_FATAL(prctl(PR_SET_DUMPABLE, 1), 0);
}

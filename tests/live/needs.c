/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/live/needs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

static char output[1024];

void needs_namespaces(void)
{
	if (access("/dev/net/tun", R_OK | W_OK) != 0)
		test_skip("/dev/net/tun: %s", strerror(errno));
	if (test_shell(output, sizeof output, "unshare -n true || unshare -rn true") != 0)
		test_skip("no network namespaces on this machine: %s", output);
}

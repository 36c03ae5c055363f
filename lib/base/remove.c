/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/remove.h"

#include <ftw.h>
#include <stdio.h>

#define DESCRIPTORS 16

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

bool remove_tree(const char *path)
{
	return nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS) == 0;
}

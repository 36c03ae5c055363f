/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Taking a folder away with all that is in it. */
#ifndef BASE_REMOVE_H
#define BASE_REMOVE_H

#include <stdbool.h>

/**
 * Removes a file, or a folder with everything below it; links are removed, not followed. @return
 * false with errno if something stays; what is not there is an error, too.
 */
bool remove_tree(const char *path);

#endif

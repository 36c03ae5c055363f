/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUTTER_LWIP_CC_H
#define STUTTER_LWIP_CC_H

#include <stdint.h>

/* A broken invariant of lwIP is our own mistake: told like a failed CHECK. */
_Noreturn void host_lwip_failed(const char *file, int line, const char *what);
#define LWIP_PLATFORM_DIAG(x) ((void)0)
#define LWIP_PLATFORM_ASSERT(what) host_lwip_failed(__FILE__, __LINE__, what)

#endif

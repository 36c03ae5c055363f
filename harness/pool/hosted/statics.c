/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The build puts the static variables of everything that a world is made of into sections of their
 * own (the Makefile's INSIDE), whose ends the linker tells.
 */
#include "harness/pool/hosted/statics.h"

#include <stdint.h>
#include <string.h>

#include "lib/base/memory.h"

#define HIDDEN __attribute__((visibility("hidden")))

extern char __start_world_data[] HIDDEN, __stop_world_data[] HIDDEN, __start_world_bss[] HIDDEN, __stop_world_bss[] HIDDEN;

static char *kept;

static size_t data_size(void)
{
	return (uintptr_t)__stop_world_data - (uintptr_t)__start_world_data;
}

static size_t bss_size(void)
{
	return (uintptr_t)__stop_world_bss - (uintptr_t)__start_world_bss;
}

void statics_keep(void)
{
	kept = memory_new(data_size() + bss_size());
	memcpy(kept, __start_world_data, data_size());
	memcpy(kept + data_size(), __start_world_bss, bss_size());
}

void statics_restore(void)
{
	memcpy(__start_world_data, kept, data_size());
	memcpy(__start_world_bss, kept + data_size(), bss_size());
}

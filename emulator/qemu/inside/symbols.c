/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/qemu/inside/symbols.h"

#include <dlfcn.h>
#include <string.h>

#include "lib/base/text.h"

struct symbols symbols;

static const struct {
	size_t place;
	const char *name, *other; /* as it is called in other versions; NULL: no other */
} rows[] = {
	{offsetof(struct symbols, all_cpus_idle), "all_cpu_threads_idle", NULL},
	{offsetof(struct symbols, in_cpu_thread), "qemu_in_vcpu_thread", NULL},
	{offsetof(struct symbols, is_running), "runstate_is_running", NULL},
	{offsetof(struct symbols, big_lock_held), "qemu_mutex_iothread_locked", "bql_locked"},
	{offsetof(struct symbols, big_lock), "qemu_mutex_lock_iothread_impl", "bql_lock_impl"},
	{offsetof(struct symbols, run_timers), "qemu_clock_run_timers", NULL},
	{offsetof(struct symbols, skip_to_next_timer), "icount_start_warp_timer", NULL},
	{offsetof(struct symbols, is_in_state), "runstate_check", NULL},
	{offsetof(struct symbols, shutdown_requested), "qemu_shutdown_requested_get", NULL},
	{offsetof(struct symbols, main_loop), "qemu_main_loop", NULL},
	{offsetof(struct symbols, register_thread), "rcu_register_thread", NULL},
	{offsetof(struct symbols, enum_name), "qapi_enum_lookup", NULL},
	{offsetof(struct symbols, cause_names), "ShutdownCause_lookup", NULL},
	{offsetof(struct symbols, state_names), "RunState_lookup", NULL},
};

bool symbols_find(char *ret_missing, size_t size)
{
	struct text missing = text_in(ret_missing, size);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		void *found = dlsym(RTLD_DEFAULT, rows[i].name);
		if (found == NULL && rows[i].other != NULL)
			found = dlsym(RTLD_DEFAULT, rows[i].other);
		memcpy((char *)&symbols + rows[i].place, &found, sizeof found);
		if (found == NULL)
			text_add(&missing, "%s%s", text_separator(&missing, ", "), rows[i].name);
	}
	return ret_missing[0] == '\0';
}

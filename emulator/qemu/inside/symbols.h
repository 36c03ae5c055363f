/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the library needs of the QEMU that it is loaded into: functions that QEMU's program exports,
 * found by their names.
 *
 * None of them is an interface that QEMU promises to keep. A QEMU that lacks one is told so, and
 * sessions on it use the FIFOs.
 */
#ifndef INSIDE_SYMBOLS_H
#define INSIDE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

struct symbols {
	bool (*all_cpus_idle)(void); /**< all_cpu_threads_idle */
	bool (*in_cpu_thread)(void); /**< qemu_in_vcpu_thread */
	bool (*is_running)(void);    /**< runstate_is_running */
	/** qemu_mutex_iothread_locked; bql_locked since 9.0 */
	bool (*big_lock_held)(void);
	/** qemu_mutex_lock_iothread_impl; bql_lock_impl since 9.0 */
	void (*big_lock)(const char *, int);
	bool (*run_timers)(int clock);                          /**< qemu_clock_run_timers */
	void (*skip_to_next_timer)(void);                       /**< icount_start_warp_timer */
	bool (*is_in_state)(int state);                         /**< runstate_check */
	int (*shutdown_requested)(void);                        /**< qemu_shutdown_requested_get */
	void (*main_loop)(void);                                /**< qemu_main_loop */
	void (*register_thread)(void);                          /**< rcu_register_thread */
	const char *(*enum_name)(const void *table, int value); /**< qapi_enum_lookup */
	const void *cause_names;                                /**< ShutdownCause_lookup */
	const void *state_names;                                /**< RunState_lookup */
};

/** Of enum QEMUClockType. */
enum { SYMBOLS_CLOCK_REALTIME = 0, SYMBOLS_CLOCK_VIRTUAL = 1 };

/** Those of this process; valid once symbols_find() has succeeded. */
extern struct symbols symbols;

/**
 * Finds all of them. @param ret_missing The names of those that are not there, separated by commas.
 * @return whether none is missing.
 */
bool symbols_find(char *ret_missing, size_t size);

#endif

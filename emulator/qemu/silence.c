/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/qemu/silence.h"

#include <time.h>

#include "emulator/qemu/qmp.h"
#include "emulator/qemu/threads.h"

#define NS_A_SECOND UINT64_C(1000000000)
#define MS_A_SECOND 1000

/* Time between two looks that counts at most: one who has not looked does not know. */
#define LOOK_MAX_MS 1000

static uint64_t cpu_of(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return 0;
	return (uint64_t)used.tv_sec * NS_A_SECOND + (uint64_t)used.tv_nsec;
}

/*
 * Asleep, or stopped by somebody: nothing of it would go on by itself if it were given a processor.
 */
#define AT_REST "STtIZX"

void silence_begin(struct silence *silence, pid_t pid)
{
	*silence = (struct silence){.pid = pid, .cpu_ns = cpu_of(pid), .looked_ms = qmp_now_ms()};
}

uint64_t silence_lasts(struct silence *silence, uint64_t requests)
{
	const uint64_t now_ms = qmp_now_ms(), since_ms = now_ms - silence->looked_ms, cpu_ns = cpu_of(silence->pid);

	if (requests != silence->requests || cpu_ns < silence->cpu_ns) {
		silence->requests = requests;
		silence->cpu_ns = cpu_ns;
		silence->rested_ms = 0;
	} else if (cpu_ns == silence->rest_cpu_ns && threads_are(silence->pid, AT_REST, 0, NULL)) {
		silence->rested_ms += since_ms < LOOK_MAX_MS ? since_ms : LOOK_MAX_MS;
	}
	silence->looked_ms = now_ms;
	silence->rest_cpu_ns = cpu_ns;
	return (cpu_ns - silence->cpu_ns) / NS_A_SECOND + silence->rested_ms / MS_A_SECOND;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The processor of the machine arm-virt, an ARMv7-A core in A32 state, for the kernel module: the
 * trap into the harness, the counter and its timers (ARM DDI 0406C, B8.1). A machine of another
 * processor has a file of the same name with the same functions.
 */
#ifndef STUTTER_CPU_H
#define STUTTER_CPU_H

#if !defined(CONFIG_ARM) || defined(CONFIG_THUMB2_KERNEL)
#error "the semihosting call below is the A32 one"
#endif

/* The semihosting trap: operation in r0, argument block in r1, result in r0. */
static noinline int semihost(u32 operation, const void *arguments)
{
	register u32 r0 asm("r0") = operation;
	register const void *r1 asm("r1") = arguments;

	asm volatile(".inst 0xe10f0070" : "+r"(r0) : "r"(r1) : "memory");
	return (int)r0;
}

/* CNTVCT: goes on over a reset of the processor. */
static u64 cpu_counter(void)
{
	u64 value;

	isb();
	asm volatile("mrrc p15, 1, %Q0, %R0, c14" : "=r"(value));
	return value;
}

/* CNTFRQ. */
static void cpu_counter_hz(u32 *ret_hz)
{
	asm volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(*ret_hz));
}

/* CNTV_CTL and CNTP_CTL. */
struct cpu_timers {
	u32 virtual_control, physical_control;
};

static struct cpu_timers cpu_timers(void)
{
	struct cpu_timers timers;

	asm volatile("mrc p15, 0, %0, c14, c3, 1" : "=r"(timers.virtual_control));
	asm volatile("mrc p15, 0, %0, c14, c2, 1" : "=r"(timers.physical_control));
	return timers;
}

static void cpu_timers_disable(void)
{
	asm volatile("mcr p15, 0, %0, c14, c3, 1" : : "r"(0));
	asm volatile("mcr p15, 0, %0, c14, c2, 1" : : "r"(0));
	isb();
}

static void cpu_timers_restore(struct cpu_timers timers)
{
	asm volatile("mcr p15, 0, %0, c14, c2, 1" : : "r"(timers.physical_control));
	asm volatile("mcr p15, 0, %0, c14, c3, 1" : : "r"(timers.virtual_control));
	isb();
}

/*
 * Stands still until the counter is at @until, or an interrupt comes, which is left pending.
 * CNTV_CVAL, the kernel's next timer, is moved to the front if it is later, and put back.
 * Interrupts are off; a timer that is over asserts its line for as long as it is.
 */
static void cpu_wait(u64 until)
{
	u64 next;
	u32 control;

	asm volatile("mrc p15, 0, %0, c14, c3, 1" : "=r"(control));
	asm volatile("mrrc p15, 3, %Q0, %R0, c14" : "=r"(next));
	if ((control & 1) && next <= until) {
		asm volatile("wfi" : : : "memory");
		return;
	}
	asm volatile("mcrr p15, 3, %Q0, %R0, c14" : : "r"(until));
	asm volatile("mcr p15, 0, %0, c14, c3, 1" : : "r"(1));
	isb();
	asm volatile("wfi" : : : "memory");
	asm volatile("mcrr p15, 3, %Q0, %R0, c14" : : "r"(next));
	asm volatile("mcr p15, 0, %0, c14, c3, 1" : : "r"(control));
	isb();
}

#endif

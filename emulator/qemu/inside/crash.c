/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/qemu/inside/crash.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

#define STACK_SIZE 65536

static struct qemu_page *page;
static char stack[STACK_SIZE];

void crash_note_in(struct qemu_page *shared)
{
	page = shared;
}

static uintptr_t instruction_of(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (uintptr_t)context->uc_mcontext.pc;
#else
	(void)context;
	return 0;
#endif
}

/*
 * The handler is gone when this returns: the instruction fails once more and the process ends by
 * the signal; one that was sent is sent again.
 */
static void crashed(int number, siginfo_t *info, void *context)
{
	uintptr_t at = instruction_of(context);
	Dl_info ours, theirs;

	/* What another process has sent is nobody's mistake here. */
	bool is_sent = info->si_code <= 0 && info->si_pid != getpid();
	if (page != NULL && page->crash.number == 0 && !is_sent) {
		bool known = dladdr((void *)at, &theirs) != 0 && dladdr((void *)(uintptr_t)crash_watch, &ours) != 0;
		page->crash.in_world = page->in_world;
		page->crash.in_harness = known && theirs.dli_fbase == ours.dli_fbase;
		page->crash.offset = known ? at - (uintptr_t)theirs.dli_fbase : at;
		page->crash.number = number;
	}
	if (info->si_code <= 0)
		(void)raise(number);
}

void crash_watch(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND};

	(void)sigaltstack(&own, NULL);
	(void)sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		(void)sigaction(signals[i], &action, NULL);
}

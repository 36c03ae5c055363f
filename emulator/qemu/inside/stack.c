/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A switch saves what the calling convention asks a function to preserve, on the stack that is
 * left, and changes the stack pointer. On processors other than x86-64 the C library's
 * swapcontext() does it, at the price of two system calls.
 */
#include "emulator/qemu/inside/stack.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "lib/base/check.h"

#define STACK_SIZE ((size_t)16 << 20)
#define GUARD_SIZE ((size_t)64 << 10)

static char *make_stack(void)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	CHECK(stack != MAP_FAILED);
	CHECK(mprotect(stack, GUARD_SIZE, PROT_NONE) == 0);
	return stack;
}

#ifdef __x86_64__

static void *world, *cpu;

/* System V ABI, AMD64 supplement, 3.2.1: rbx, rbp and r12 to r15 belong to the caller. */
void stack_switch(void **ret_left, void *entered);
__asm__(".text\n"
        ".hidden stack_switch\n"
        ".globl stack_switch\n"
        ".type stack_switch, @function\n"
        "stack_switch:\n"
        "	push %rbp\n"
        "	push %rbx\n"
        "	push %r12\n"
        "	push %r13\n"
        "	push %r14\n"
        "	push %r15\n"
        "	mov %rsp, (%rdi)\n"
        "	mov %rsi, %rsp\n"
        "	pop %r15\n"
        "	pop %r14\n"
        "	pop %r13\n"
        "	pop %r12\n"
        "	pop %rbx\n"
        "	pop %rbp\n"
        "	ret\n"
        ".size stack_switch, .-stack_switch\n");

#define SAVED_REGISTERS 6

void stack_open(void (*begin)(void))
{
	/*
	 * A function finds its stack 8 bytes off a multiple of 16, where its return address lies;
	 * this one has none.
	 */
	uintptr_t *top = (uintptr_t *)(void *)(make_stack() + STACK_SIZE) - 2;

	*--top = 0;
	*--top = (uintptr_t)begin;
	for (int i = 0; i < SAVED_REGISTERS; i++)
		*--top = 0;
	world = top;
}

void stack_to_world(void)
{
	stack_switch(&cpu, world);
}

void stack_to_cpu(void)
{
	stack_switch(&world, cpu);
}

#else

#include <ucontext.h>

static ucontext_t world, cpu;

void stack_open(void (*begin)(void))
{
	CHECK(getcontext(&world) == 0);
	world.uc_stack.ss_sp = make_stack();
	world.uc_stack.ss_size = STACK_SIZE;
	makecontext(&world, begin, 0);
}

void stack_to_world(void)
{
	CHECK(swapcontext(&cpu, &world) == 0);
}

void stack_to_cpu(void)
{
	CHECK(swapcontext(&world, &cpu) == 0);
}

#endif

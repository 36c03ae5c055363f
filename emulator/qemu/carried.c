// SPDX-License-Identifier: GPL-2.0-or-later
/* The libraries that QEMU is started with, as the build has made them: this program needs no file beside it. */
#include "qemu/process.h"

#define CARRY(name, file)                                                                                                                  \
	__asm__(".section .rodata\n"                                                                                                       \
	        ".balign 16\n"                                                                                                             \
	        ".hidden " name "\n.globl " name "\n" name ":\n"                                                                           \
	        ".incbin \"" file "\"\n"                                                                                                   \
	        ".hidden " name "_end\n.globl " name "_end\n" name "_end:\n"                                                               \
	        ".byte 0\n.previous\n")

CARRY("process_lockstep", LOCKSTEP_FILE);
CARRY("process_inside", INSIDE_FILE);

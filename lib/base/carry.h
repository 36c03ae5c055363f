/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Carries a file inside the program, so that it needs none beside it.
 */
#ifndef BASE_CARRY_H
#define BASE_CARRY_H

/**
 * Defines the bytes of @p file as `name`, followed by a zero, and the place of that zero as
 * `name_end`; both to be declared as `extern const` arrays. The Makefile has to know that the
 * object depends on the file.
 */
#define CARRY(name, file) \
	__asm__(".section .rodata\n" \
	        ".balign 16\n" \
	        ".hidden " name "\n.globl " name "\n" name ":\n" \
	        ".incbin \"" file "\"\n" \
	        ".hidden " name "_end\n.globl " name "_end\n" name "_end:\n" \
	        ".byte 0\n.previous\n")

#endif

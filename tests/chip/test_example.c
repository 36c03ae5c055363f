/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "tests/test.h"

static void the_chip_stands_alone_with_libc(void)
{
	char output[4096];

	CU_ASSERT_EQUAL(
		test_shell(
			output, sizeof output,
			"${CC:-cc} -std=c11 -I. -o %s/example tests/chip/example/example.c emulator/enc28j60/*.c && %s/example",
			test_folder(), test_folder()),
		0);
	TEST_CONTAINS(output, "power on\n");
	TEST_CONTAINS(output, "EREVID 6, INT high\n");
}

const CU_TestInfo tests_example[] = {
	{"the chip stands alone with libc", the_chip_stands_alone_with_libc},
	CU_TEST_INFO_NULL,
};

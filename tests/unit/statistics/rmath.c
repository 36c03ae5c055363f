/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/statistics/rmath.h"

#include <dlfcn.h>
#include <string.h>

#include "tests/test.h"

/* POSIX lets a function's address go through an object pointer; C does not say how. */
static void find(void *library, const char *name, void *ret_function)
{
	void *symbol = dlsym(library, name);

	CU_ASSERT_PTR_NOT_NULL_FATAL(symbol);
	memcpy(ret_function, &symbol, sizeof symbol);
}

struct rmath rmath_open(void)
{
	void *library = dlopen("libRmath.so.1", RTLD_NOW);
	struct rmath rmath;

	if (library == NULL)
		test_skip("libRmath.so.1 is not here (Debian package r-mathlib)");
	find(library, "pbinom", &rmath.pbinom);
	find(library, "qbeta", &rmath.qbeta);
	find(library, "qchisq", &rmath.qchisq);
	return rmath;
}

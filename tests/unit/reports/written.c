/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/reports/written.h"

#include <stdlib.h>

const char *written_by(void (*write)(FILE *stream, const struct causes *causes), const struct causes *causes)
{
	static char *text;
	size_t size = 0;

	free(text);
	text = NULL;
	FILE *stream = open_memstream(&text, &size);
	write(stream, causes);
	(void)fclose(stream);
	return text;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/timestamp.h"

#include <string.h>
#include <time.h>

#define FORM "%Y-%m-%dT%H:%M:%SZ"

const char *timestamp_write(int64_t s, char ret_text[TIMESTAMP_TEXT_MAX])
{
	const time_t when = (time_t)s;
	struct tm parts;

	if (gmtime_r(&when, &parts) == NULL || strftime(ret_text, TIMESTAMP_TEXT_MAX, FORM, &parts) == 0)
		ret_text[0] = '\0';
	return ret_text;
}

bool timestamp_read(const char *text, int64_t *ret_s)
{
	char same[TIMESTAMP_TEXT_MAX];
	struct tm parts = {0};
	const char *end = strptime(text, FORM, &parts);

	if (end == NULL || *end != '\0')
		return false;
	const int64_t s = (int64_t)timegm(&parts);
	/* strptime() also takes blanks, single digits and a 31st of February. */
	if (strcmp(timestamp_write(s, same), text) != 0)
		return false;
	*ret_s = s;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/names.h"

#include <string.h>

#define TEST_NET_2 0xc6336400U /* 198.51.100.0/24 */
#define TEST_NET_3 0xcb007100U /* 203.0.113.0/24 */

const struct server_name server_names[] = {
	{NAMES_UPDATE, HOST_ADDRESS, false},
	{NAMES_CONNECT, HOST_ADDRESS, false},
	{NAMES_TIME, HOST_ADDRESS, false},
	{NAMES_AUTH, TEST_NET_2 + 10, true},
	{NAMES_CORE, TEST_NET_2 + 20, true},
	{NAMES_RELEASES, TEST_NET_2 + 21, true},
	{NAMES_IMAGES, TEST_NET_3 + 30, true},
	{NAMES_IMAGES_SECONDARY, TEST_NET_3 + 31, true},
	{NAMES_TIME_2, TEST_NET_2 + 40, false},
	{NAMES_CONNECT_2, TEST_NET_2 + 50, false},
	{NULL, 0, false},
};
_Static_assert(sizeof server_names / sizeof server_names[0] == NAMES_MAX, "NAMES_MAX is how many rows there are");

const struct server_name *names_find(const char *name)
{
	for (const struct server_name *row = server_names; row->name != NULL; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

const struct server_name *names_at(uint32_t address)
{
	for (const struct server_name *row = server_names; row->name != NULL; row++)
		if (row->address == address)
			return row;
	return NULL;
}

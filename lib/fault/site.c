/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/site.h"

#include <string.h>

#define ROW(site, name, layer, offers, summary) [site] = {name, summary, layer, offers},
const struct fault_site fault_sites[SITES_ALL] = {FAULT_SITES(ROW) FAULT_SITES_WITHOUT_ADDRESS(ROW)};

enum site site_find(const char *name, size_t length)
{
	unsigned site = 0;

	while (site < SITES && (strlen(fault_sites[site].name) != length || strncmp(fault_sites[site].name, name, length) != 0))
		site++;
	return (enum site)site;
}

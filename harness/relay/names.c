/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hosts are called: as DNS has said within sight of the relay. */
#include <stdio.h>
#include <string.h>

#include "harness/relay/inside.h"

/* Of an answer so many addresses are learned. */
#define ADDRESSES_MAX 16U

static struct name_row *find(struct names *names, uint32_t address)
{
	const size_t known = names->count < RELAY_NAMES_MAX ? names->count : RELAY_NAMES_MAX;

	for (size_t i = 0; i < known; i++)
		if (names->rows[i].address == address)
			return &names->rows[i];
	return NULL;
}

void names_learn(struct names *names, struct bytes dns_message)
{
	uint32_t addresses[ADDRESSES_MAX];
	struct dns_question question;

	if (!dns_read_question(dns_message, &question))
		return;
	size_t count = dns_addresses(dns_message, addresses, ADDRESSES_MAX);
	for (size_t i = 0; i < count; i++) {
		struct name_row *row = find(names, addresses[i]);
		if (row == NULL)
			row = &names->rows[names->count++ % RELAY_NAMES_MAX];
		row->address = addresses[i];
		(void)snprintf(row->name, sizeof row->name, "%s", question.name);
	}
}

const char *names_of_address(struct names *names, uint32_t address)
{
	const struct name_row *row = find(names, address);

	if (row != NULL)
		return row->name;
	(void)snprintf(names->dotted, sizeof names->dotted, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
	               address & 255);
	return names->dotted;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/nic/nic.h"

#include <string.h>

#include "emulator/nic/catalogue.h"

#define DECLARE(name) extern const struct nic_model nic_##name;
NICS(DECLARE)

#define ROW(name) &nic_##name,
const struct nic_model *const nic_models[] = {NICS(ROW) NULL};

#define NAME(name) #name,
const char *const nic_names[] = {NICS(NAME) NULL};

const char *const nic_revisions[] = {NIC_REVISIONS, NULL};

const struct nic_model *nic_find(const char *name)
{
	for (size_t i = 0; nic_models[i] != NULL; i++)
		if (strcmp(nic_models[i]->name, name) == 0)
			return nic_models[i];
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All of lib/, with nothing of the emulator and the harness: that it links is the test. */
#include "lib/fault/action.h"

const struct fault_catalogue *const fault_catalogues[LAYERS] = {NULL};

int main(void)
{
	actions_check();
	return actions_count() == 0 && action_find("drop") == NULL ? 0 : 1;
}

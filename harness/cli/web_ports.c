/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/web_ports.h"

bool cli_web_ports(const char *text, struct relay_ports *ret_ports, struct error *err)
{
	static const uint16_t standard[] = RELAY_PORTS;

	if (text != NULL)
		return relay_read_ports(text, ret_ports, err) || error_context(err, "--web-ports");
	for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++)
		ret_ports->of[i] = standard[i];
	ret_ports->count = sizeof standard / sizeof standard[0];
	return true;
}

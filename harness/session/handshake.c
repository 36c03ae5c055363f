/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Knows nothing of QEMU nor of the world, so that a handshake that no built guest sends can be
 * tested.
 */
#include "harness/session/handshake.h"

#include <string.h>

#include "lib/sim/sim.h"

bool handshake_read(const struct stutter_request *request, const uint8_t *payload, uint64_t *ret_ahead_ns, struct error *err)
{
	struct stutter_handshake handshake = {.version = 0};

	if (request->length == sizeof handshake)
		memcpy(&handshake, payload, sizeof handshake);
	if (handshake.version != STUTTER_PROTOCOL_VERSION)
		return error_set(err, "the guest speaks another protocol: was its module built for this version?");
	if (handshake.counter_hz == 0 || handshake.counter_hz > SIM_S || SIM_S % handshake.counter_hz != 0)
		return error_set(err, "the guest's counter runs at %u Hz, which is not a divisor of 1 GHz", handshake.counter_hz);
	*ret_ahead_ns = handshake.counter * (SIM_S / handshake.counter_hz) - request->now_ns;
	return true;
}

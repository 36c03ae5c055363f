/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faults of all layers that a session has. */
#include "emulator/board/board_faults.h"
#include "harness/cable/cable.h"
#include "harness/proxy/proxy.h"
#include "harness/server/service_faults.h"

const struct fault_catalogue *const fault_catalogues[LAYERS] = {
	[LAYER_PROXY] = &catalogue_proxy,
	[LAYER_LINK] = &catalogue_link,
	[LAYER_BOARD] = &catalogue_board,
	[LAYER_SERVER] = &catalogue_server,
};

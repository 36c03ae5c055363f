/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/proxy/chain.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/proxy/submit.h"

#define SERVER 0xc0000201U
#define DEVICE 0xc0000264U
#define SERVICE_PORT 7777U

static void decided(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	struct chain *chain = ctx;

	chain->fate = *fate;
	chain->id = frame->id;
	(void)proxy_fate_render(chain->proxy, fate, event->now, chain->text, sizeof chain->text);
}

void chain_open(struct chain *chain, const struct fault *faults, size_t count, uint64_t seed)
{
	memset(chain, 0, sizeof *chain);
	chain->namer = namer_open();
	chain->proxy = proxy_open(faults, count, seed, (struct proxy_ops){.decided = decided}, chain);
}

void chain_close(struct chain *chain)
{
	proxy_close(chain->proxy);
	namer_close(chain->namer);
}

struct frame *chain_frame(unsigned flow, enum direction direction, size_t length)
{
	uint8_t data[FRAME_MAX] = {0};
	bool out = direction == TO_SERVER;

	put_be16(data + 12, 0x0800);
	data[14] = 0x45;
	put_be16(data + 16, (unsigned)length - 14);
	data[22] = 64;
	data[23] = 17;
	put_be32(data + 26, out ? DEVICE : SERVER);
	put_be32(data + 30, out ? SERVER : DEVICE);
	put_be16(data + 34, out ? flow : SERVICE_PORT);
	put_be16(data + 36, out ? SERVICE_PORT : flow);
	put_be16(data + 38, (unsigned)length - 34);
	return frame_new(data, length);
}

void chain_submit(struct chain *chain, struct frame *frame, enum direction direction, sim_ns now)
{
	submit(chain->namer, chain->proxy, frame, direction, now);
}

bool chain_send(struct chain *chain, unsigned flow, enum direction direction, sim_ns now)
{
	chain_submit(chain, chain_frame(flow, direction, 60), direction, now);
	return chain->fate.dropped;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/proxy/chain.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"

#define SERVER 0xc0000201U
#define DEVICE 0xc0000264U
#define SERVICE_PORT 7777U

static void set_all(const struct param *table, void *object, const char *settings)
{
	char text[512], *rest = NULL;
	struct error err = {0};

	params_init(table, object);
	(void)snprintf(text, sizeof text, "%s", settings);
	for (char *setting = strtok_r(text, ";", &rest); setting != NULL; setting = strtok_r(NULL, ";", &rest)) {
		char *value = strchr(setting, '=');
		CU_ASSERT_FATAL(value != NULL);
		*value++ = '\0';
		const struct param *row = param_find(table, setting);
		CU_ASSERT_FATAL(row != NULL && param_set(row, object, value, &err));
	}
}

struct fault chain_fault(const char *name, const char *match, const char *action, const char *params)
{
	struct fault fault;
	struct error err = {0};
	const char *key = NULL;

	memset(&fault, 0, sizeof fault);
	(void)snprintf(fault.name, sizeof fault.name, "%s", name);
	fault.action = action_find(action);
	CU_ASSERT_FATAL(fault.action != NULL);
	set_all(match_params, &fault.match, match);
	set_all(fault.action->params, &fault.params, params);
	CU_ASSERT_FATAL(fault_check(&fault, &key, &err));
	return fault;
}

static void decided(void *ctx, const struct frame *frame, enum direction direction, const struct proxy_fate *fate, sim_ns now)
{
	struct chain *chain = ctx;

	(void)direction;
	chain->fate = *fate;
	chain->id = frame->id;
	(void)proxy_fate_render(chain->proxy, fate, now, chain->text, sizeof chain->text);
}

void chain_open(struct chain *chain, const struct fault *faults, size_t count, uint64_t seed)
{
	memset(chain, 0, sizeof *chain);
	chain->proxy = proxy_open(faults, count, seed, (struct proxy_ops){decided}, chain);
}

void chain_close(struct chain *chain)
{
	proxy_close(chain->proxy);
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

bool chain_send(struct chain *chain, unsigned flow, enum direction direction, sim_ns now)
{
	proxy_submit(chain->proxy, chain_frame(flow, direction, 60), direction, now);
	return chain->fate.dropped;
}

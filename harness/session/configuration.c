/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/guest/module/protocol.h"
#include "harness/recorded/script.h"
#include "harness/server/pki.h"
#include "harness/session/firmware.h"
#include "lib/base/check.h"

/* A recorded session's device waits so long for another byte if its file does not say. */
#define SILENCE_NS (60 * SIM_S)

void configuration_boot(struct configuration *configuration)
{
	configuration->told = false;
	configuration->script_at = 0;
}

/*
 * What the factory has put into the device, as further lines of its configuration. Nothing in them
 * needs quoting but their line feeds.
 */
static size_t add_credentials(struct world *world, char *text, size_t size)
{
	const struct pki *pki = service_pki(&world->far_end.service, world->unix_base_ns);
	char key[FIRMWARE_KEY_TEXT_MAX];

	return (size_t)snprintf(text, size,
	                        "IMAGE_KEY='%s'\nTRUST_PEM='%s'\nBOOTSTRAP_PEM='%s'\n"
	                        "BOOTSTRAP_KEY='%s'\nSIGNING_PEM='%s'\n",
	                        firmware_key(world, key), pki_trust_bundle(pki), pki_bootstrap_certificate(pki), pki_bootstrap_key(pki),
	                        pki_signing_public_key(pki));
}

static void make_script(struct configuration *configuration, const struct world *world)
{
	const struct agent_policy *agent = &world->plan->device.agent;
	const uint64_t silence_ns = agent->low_speed_time_ns;
	const struct script_patience patience = {
		.lease_ns = agent->dhcp_deadline_ns,
		.connect_ns = agent->connect_timeout_ns,
		.silence_ns = silence_ns > 0 ? silence_ns : SILENCE_NS,
		.dns_timeout_ns = agent->dns_timeout_ns,
		.dns_tries = agent->dns_attempts,
	};
	FILE *stream = open_memstream(&configuration->script, &configuration->script_length);

	script_write(&world->far_end.recording, &patience, stream);
	(void)fclose(stream);
}

static size_t read_script(struct configuration *configuration, const struct world *world, uint8_t *ret_payload)
{
	size_t length;

	if (configuration->script == NULL)
		make_script(configuration, world);
	length = configuration->script_length - configuration->script_at;
	if (length > STUTTER_PAYLOAD_MAX)
		length = STUTTER_PAYLOAD_MAX;
	memcpy(ret_payload, configuration->script + configuration->script_at, length);
	configuration->script_at += length;
	return length;
}

/* Without a recorded session, whoever reads it again in the same boot gets the same again. */
size_t configuration_read(struct configuration *configuration, struct world *world, unsigned boot, uint8_t *ret_payload)
{
	const struct plan *plan = world->plan;
	char *text = (char *)ret_payload;
	size_t length;

	if (configuration->told && plan->session[0] != '\0')
		return read_script(configuration, world, ret_payload);
	configuration->told = true;
	length = device_guest_config(&plan->device, plan->seed, boot, text, CONFIGURATION_MAX);
	CHECK_INT(length, <, CONFIGURATION_MAX);
	if (plan->device.agent.flow == DEVICE_FLOW_STAGED)
		length += add_credentials(world, text + length, CONFIGURATION_MAX - length);
	CHECK_INT(length, <, CONFIGURATION_MAX);
	return length;
}

void configuration_close(struct configuration *configuration)
{
	free(configuration->script);
}

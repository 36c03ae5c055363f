/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/address/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void see(struct namer *namer, struct frame *frame, enum direction direction, struct naming *ret_naming)
{
	const struct packet packet = packet_parse(frame_bytes(frame));

	namer_see(namer, direction, &packet, packet_flow(&packet), ret_naming);
	frame_free(frame);
}

const char *names_of_frame(struct namer *namer, struct frame *frame, enum direction direction)
{
	static char text[512];
	struct naming naming;
	size_t used = 0;

	see(namer, frame, direction, &naming);
	(void)snprintf(text, sizeof text, "-");
	for (size_t i = 1; i < naming.count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s#%" PRIu64, used > 0 ? " " : "",
		                         address_words[naming.names[i].word].word, naming.names[i].ordinal);
	if (naming.has_flow && used > 0)
		(void)snprintf(text + used, sizeof text - used, " [%u/%u]#%" PRIu64, naming.port, naming.connection,
		               naming.names[naming.count - 1].flow_ordinal);
	return text;
}

const char *names_of(struct namer *namer, const struct made *made)
{
	return names_of_frame(namer, made_frame(made), made->direction);
}

uint64_t words_of_made(struct namer *namer, const struct made *made)
{
	struct naming naming;
	uint64_t words = 0;

	see(namer, made_frame(made), made->direction, &naming);
	for (size_t i = 0; i < naming.count; i++)
		words |= UINT64_C(1) << naming.names[i].word;
	return words;
}

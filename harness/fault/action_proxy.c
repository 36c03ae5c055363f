/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to frames between the wire and the far end; proxy/ does it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fault/dist.h"
#include "fault/fault.h"
#include "fault/recording.h"
#include "link/frame.h"

/* The shortest datagram that every hop must take whole (RFC 791 sec. 3.2). */
#define IPV4_MTU_MIN 68U

static const struct param drop_params[] = {
	PARAM_ROW_BOOL(drop_params, enabled, "enabled", "true", "false takes the fault out of the chain"),
	{0},
};

static const char *const distributions[] = {"constant", "uniform", "normal", "pareto", "paretonormal", "table", NULL};

static const struct param delay_params[] = {
	PARAM_ROW_QUANTITY(delay_params, time_ns, "time", UNIT_DURATION, NULL, 0, FAULT_TIME_MAX, "how long on average"),
	PARAM_ROW_QUANTITY(delay_params, jitter_ns, "jitter", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "uniform: as much less or more; otherwise what the distribution is multiplied with"),
	PARAM_ROW_CHOICE(delay_params, distribution, "distribution", distributions, "uniform", "what is drawn, with tc-netem's words"),
	PARAM_ROW_TEXT(delay_params, table, "table", "",
                       "of distribution table: a file such as tc-netem's .dist, relative to the scenario"),
	PARAM_ROW_QUANTITY(delay_params, correlation, "correlation", UNIT_PROBABILITY, "0%", 0, 0,
                           "how often a frame takes the draw of the one before it in its flow and direction"),
	PARAM_ROW_BOOL(delay_params, keep_order, "keep_order", "true", "frames of one direction do not overtake each other"),
	{0},
};

static const struct param outage_params[] = {
	PARAM_ROW_QUANTITY(outage_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "how long every frame of both directions is dropped"),
	{0},
};

static const struct param gemodel_params[] = {
	PARAM_ROW_QUANTITY(gemodel_params, p, "p", UNIT_PROBABILITY, NULL, 0, 0, "from the good state to the bad one, a frame"),
	PARAM_ROW_QUANTITY(gemodel_params, r, "r", UNIT_PROBABILITY, NULL, 0, 0, "from the bad state to the good one, a frame"),
	PARAM_ROW_QUANTITY(gemodel_params, one_less_h, "1-h", UNIT_PROBABILITY, "100%", 0, 0, "loss in the bad state"),
	PARAM_ROW_QUANTITY(gemodel_params, one_less_k, "1-k", UNIT_PROBABILITY, "0%", 0, 0, "loss in the good state"),
	{0},
};

static const char *const corrupt_parts[] = {"frame", "payload", NULL};

static const struct param corrupt_params[] = {
	PARAM_ROW_QUANTITY(corrupt_params, bits, "bits", UNIT_NONE, "0", 0, FLIPS_MAX, "so many bits, at places that are drawn"),
	PARAM_ROW_CHOICE(corrupt_params, part, "part", corrupt_parts, "frame",
                         "where they are drawn: anywhere, or in what TCP, UDP or ICMP carries"),
	PARAM_ROW_CUSTOM(corrupt_params, flips, "xor", &flips_codec, "",
                         "these bits instead; what lies behind the frame's end is left out"),
	PARAM_ROW_BOOL(corrupt_params, mend, "mend", "false", "the checksums of IPv4, TCP, UDP and ICMP are made right again"),
	{0},
};

static const struct param truncate_params[] = {
	PARAM_ROW_QUANTITY(truncate_params, to, "to", UNIT_NONE, "0", 0, FRAME_MAX, "bytes that are left; shorter frames stay as they are"),
	PARAM_ROW_QUANTITY(truncate_params, by, "by", UNIT_NONE, "0", 0, FRAME_MAX,
                           "bytes that are lost; the Ethernet header, 14 bytes, stays"),
	{0},
};

static const struct param pad_params[] = {
	PARAM_ROW_QUANTITY(pad_params, to, "to", UNIT_NONE, NULL, ETHERNET_HEADER + 1, FRAME_MAX,
                           "bytes of the frame, zeros at its end; longer frames stay as they are"),
	{0},
};

static const struct param mtu_params[] = {
	PARAM_ROW_QUANTITY(mtu_params, size, "size", UNIT_NONE, NULL, IPV4_MTU_MIN, FRAME_MAX - ETHERNET_HEADER,
                           "bytes of the longest IPv4 datagram that fits"),
	PARAM_ROW_BOOL(mtu_params, icmp, "icmp", "true",
                       "the sender of a datagram that does not fit and must not be fragmented is told; false: a black hole"),
	PARAM_ROW_BOOL(mtu_params, fragment, "fragment", "true",
                       "what may be fragmented is; false: it is lost in silence, as where a bridge has the smaller MTU"),
	{0},
};

static const char *const forge_kinds[] = {"rst", "fin", "unreachable_net", "unreachable_host", "unreachable_port", "ttl", NULL};
static const char *const forge_ends[] = {"sender", "receiver", "both", NULL};

static const struct param forge_params[] = {
	PARAM_ROW_CHOICE(forge_params, what, "what", forge_kinds, NULL, "a TCP segment, or an ICMP error about the frame that is hit"),
	PARAM_ROW_CHOICE(forge_params, to, "to", forge_ends, "sender", "who gets it, in the other end's name"),
	PARAM_ROW_BOOL(forge_params, drop, "drop", "true", "the frame that is hit is lost"),
	{0},
};

static const struct param rebind_params[] = {
	PARAM_ROW_QUANTITY(rebind_params, port, "port", UNIT_NONE, "0", 0, 65535,
                           "towards the server, from this frame on; 0: the next one"),
	{0},
};

static const struct param firewall_params[] = {
	PARAM_ROW_QUANTITY(firewall_params, idle_ns, "idle", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "after so long a silence"),
	PARAM_ROW_BOOL(firewall_params, reset, "reset", "false", "who goes on gets an RST; false: nothing"),
	{0},
};

#define QUEUE_ROW(s) PARAM_ROW_QUANTITY(s, queue, "queue", UNIT_NONE, "1000", 1, 1000000, "frames that may wait, in each direction")

static const struct param mahimahi_params[] = {
	PARAM_ROW_TEXT(mahimahi_params, file, "file", NULL, "a line a delivery opportunity of 1500 bytes: its millisecond"),
	PARAM_ROW_BOOL(mahimahi_params, loop, "loop", "true", "it begins again at its end; false: nothing passes any more"),
	QUEUE_ROW(mahimahi_params),
	{0},
};

static const struct param link_trace_params[] = {
	PARAM_ROW_TEXT(link_trace_params, file, "file", NULL,
                       "CSV with the columns time, rate, delay, loss; times from the window's opening; the last line holds on"),
	QUEUE_ROW(link_trace_params),
	{0},
};

static const struct param loss_params[] = {
	PARAM_ROW_QUANTITY(loss_params, percent, "percent", UNIT_PROBABILITY, NULL, 0, 0, "how likely a frame is lost"),
	PARAM_ROW_QUANTITY(loss_params, correlation, "correlation", UNIT_PROBABILITY, "0%", 0, 0,
                           "how often a frame shares the luck of the one before it in its flow and direction"),
	{0},
};

/* p31 may be left to p13. */
#define REST_TEXT "1-p13"

static bool set_rest(void *value, const char *text, struct error *err)
{
	if (strcmp(text, REST_TEXT) != 0)
		return unit_parse(UNIT_PROBABILITY, text, value, err);
	*(uint64_t *)value = LOSS_STATE_REST;
	return true;
}

static void get_rest(const void *value, char *ret_text, size_t size)
{
	char quantity[UNIT_TEXT_MAX];
	uint64_t known = *(const uint64_t *)value;

	(void)snprintf(ret_text, size, "%s", known == LOSS_STATE_REST ? REST_TEXT : unit_format(UNIT_PROBABILITY, known, quantity));
}

static const struct param_codec rest_codec = {set_rest, get_rest, "a probability or " REST_TEXT, false};

static const struct param loss_state_params[] = {
	PARAM_ROW_QUANTITY(loss_state_params, p13, "p13", UNIT_PROBABILITY, NULL, 0, 0, "from the good state into a burst, a frame"),
	PARAM_ROW_CUSTOM(loss_state_params, p31, "p31", &rest_codec, REST_TEXT, "from loss in a burst back to the good state"),
	PARAM_ROW_QUANTITY(loss_state_params, p32, "p32", UNIT_PROBABILITY, "0%", 0, 0, "from loss to good reception within a burst"),
	PARAM_ROW_QUANTITY(loss_state_params, p23, "p23", UNIT_PROBABILITY, "100%", 0, 0, "from good reception to loss within a burst"),
	PARAM_ROW_QUANTITY(loss_state_params, p14, "p14", UNIT_PROBABILITY, "0%", 0, 0, "from the good state to a single loss"),
	{0},
};

/* Bytes that may be negative. */
#define SIGNED_MAX 65535

static bool set_signed(void *value, const char *text, struct error *err)
{
	bool negative = text[0] == '-';
	uint64_t size;

	if (!unit_parse(UNIT_NONE, text + negative, &size, err))
		return error_set(err, "'%s' is not a whole number of bytes, such as 20 or -14", text);
	if (size > SIGNED_MAX)
		return error_set(err, "%s is beyond the most allowed, %d either way", text, SIGNED_MAX);
	*(int64_t *)value = negative ? -(int64_t)size : (int64_t)size;
	return true;
}

static void get_signed(const void *value, char *ret_text, size_t size)
{
	(void)snprintf(ret_text, size, "%" PRId64, *(const int64_t *)value);
}

static const struct param_codec signed_codec = {set_signed, get_signed, "a whole number, which may be negative", true};

static const struct param rate_params[] = {
	PARAM_ROW_QUANTITY(rate_params, rate_bps, "rate", UNIT_RATE, NULL, 0, 0, "how fast frames leave; 0bit: sending takes no time"),
	PARAM_ROW_QUANTITY(rate_params, limit, "limit", UNIT_NONE, "1000", 0, 0,
                           "frames of one direction that may wait or be on their way; one more is lost; 0: no limit"),
	PARAM_ROW_QUANTITY(rate_params, bytes, "bytes", UNIT_SIZE, "0B", 0, 0, "the same in bytes of frames; 0B: no limit"),
	PARAM_ROW_CUSTOM(rate_params, overhead, "overhead", &signed_codec, "0", "bytes that each frame is longer, or shorter"),
	PARAM_ROW_QUANTITY(rate_params, cell_size, "cell_size", UNIT_NONE, "0", 0, SIGNED_MAX,
                           "frames are cut into cells of so many bytes, the last one filled up; 0: they are not"),
	PARAM_ROW_CUSTOM(rate_params, cell_overhead, "cell_overhead", &signed_codec, "0", "bytes that each cell is longer, or shorter"),
	{0},
};

static const struct param slot_params[] = {
	PARAM_ROW_QUANTITY(slot_params, min_ns, "min_delay", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX, "until the next slot, at least"),
	PARAM_ROW_QUANTITY(slot_params, max_ns, "max_delay", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "until the next slot, at most, uniform; 0ns: always min_delay"),
	PARAM_ROW_QUANTITY(slot_params, packets, "packets", UNIT_NONE, "0", 0, 0, "frames that one slot takes; 0: no limit"),
	PARAM_ROW_QUANTITY(slot_params, bytes, "bytes", UNIT_SIZE, "0B", 0, 0,
                           "a slot is over once it has taken so many bytes; 0B: no limit"),
	PARAM_ROW_QUANTITY(slot_params, time_ns, "time", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "instead of the least and the longest: until the next slot, on average"),
	PARAM_ROW_QUANTITY(slot_params, jitter_ns, "jitter", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX, "of this time, as that of delay"),
	PARAM_ROW_CHOICE(slot_params, distribution, "distribution", distributions, "uniform", "of this time"),
	PARAM_ROW_TEXT(slot_params, table, "table", "", "of distribution table"),
	{0},
};

static const struct param reorder_params[] = {
	PARAM_ROW_QUANTITY(reorder_params, gap, "gap", UNIT_NONE, "1", 1, 0,
                           "the first frame that may jump, and the next behind one that did, is the gap-th of its flow and direction"),
	{0},
};

static const struct param hold_params[] = {
	PARAM_ROW_QUANTITY(hold_params, frames, "frames", UNIT_NONE, NULL, 1, 1000000, "of its direction that must come before it leaves"),
	{0},
};

static const struct param duplicate_params[] = {
	PARAM_ROW_QUANTITY(duplicate_params, copies, "copies", UNIT_NONE, "1", 1, 1000, "besides the frame itself"),
	PARAM_ROW_QUANTITY(duplicate_params, between_ns, "delay", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "from the frame to its first copy, and from copy to copy"),
	PARAM_ROW_CUSTOM(duplicate_params, flips, "flips", &flips_codec, "", "bits that are inverted in the copies, as those of corrupt"),
	{0},
};

/* -- checks that a table cannot make -- */

static bool check_table(unsigned distribution, const char *path, struct error *err)
{
	struct dist dist;

	if (distribution != DIST_TABLE)
		return path[0] == '\0' || error_set(err, "a table is only read with 'distribution: table'");
	if (path[0] == '\0')
		return error_set(err, "'distribution: table' needs the table's file");
	if (!dist_open(&dist, path, err))
		return false;
	dist_close(&dist);
	return true;
}

/* Of a delay or of slots. */
static bool check_jitter(uint64_t time_ns, uint64_t jitter_ns, unsigned distribution, const char *table, const char **ret_key,
                         struct error *err)
{
	*ret_key = "jitter";
	if (distribution == DIST_UNIFORM && jitter_ns > time_ns)
		return error_set(err, "the jitter is larger than the delay: a frame would leave before it came");
	if (distribution == DIST_CONSTANT && jitter_ns > 0)
		return error_set(err, "a constant delay has no jitter: choose another distribution, such as uniform or normal");
	*ret_key = "table";
	if (!check_table(distribution, table, err))
		return false;
	*ret_key = NULL;
	return true;
}

static bool check_delay(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct delay_params *params = &fault->params.delay;

	/* Linux takes a jitter above the delay, and what would be below nothing leaves at once. */
	return check_jitter(fault->match.netem_exact ? UINT64_MAX : params->time_ns, params->jitter_ns, params->distribution, params->table,
	                    ret_key, err);
}

static bool check_loss_state(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct loss_state_params *params = &fault->params.loss_state;

	*ret_key = "p14";
	if (params->p13 + params->p14 > UNIT_PROBABILITY_ONE)
		return error_set(err, "p13 and p14 both lead out of the good state, and together they are more than 100%%");
	*ret_key = "p32";
	if (params->p31 != LOSS_STATE_REST && params->p31 + params->p32 > UNIT_PROBABILITY_ONE)
		return error_set(err, "p31 and p32 both lead out of the loss in a burst, and together they are more than 100%%");
	if (params->p31 == LOSS_STATE_REST && params->p32 > params->p13)
		return error_set(err,
		                 "p32 and p31, which is 100%% less p13, both lead out of the loss in a burst: together more than 100%%");
	*ret_key = "p23";
	if (params->p13 > 0 && params->p32 > 0 && params->p23 == 0)
		return error_set(err, "with p32 above 0 and p23 0, the model ends up where nothing is lost any more");
	*ret_key = NULL;
	return true;
}

static bool check_slot(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct slot_params *params = &fault->params.slot;
	bool has_range = params->min_ns > 0 || params->max_ns > 0;

	if (params->max_ns != 0 && params->max_ns < params->min_ns) {
		*ret_key = "max_delay";
		return error_set(err, "max_delay is less than min_delay");
	}
	if (has_range && params->time_ns > 0) {
		*ret_key = "time";
		return error_set(err, "'min_delay' and 'max_delay' or 'time' and 'jitter': give one of these pairs");
	}
	if (has_range || params->time_ns > 0)
		return check_jitter(params->time_ns, params->jitter_ns, params->distribution, params->table, ret_key, err);
	*ret_key = "min_delay";
	return error_set(err, "with no delay from slot to slot there is always one: give 'min_delay' or 'time'");
}

static bool check_duplicate(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct duplicate_params *params = &fault->params.duplicate;

	if (fault->match.netem_exact && (params->copies != 1 || params->between_ns > 0 || params->flips.count > 0)) {
		*ret_key = params->copies != 1 ? "copies" : params->between_ns > 0 ? "delay" : "flips";
		return error_set(err, "with 'netem_exact' there is one copy, and what becomes of it is the business of the faults behind");
	}

	if (params->between_ns <= FAULT_TIME_MAX / params->copies)
		return true;
	*ret_key = "delay";
	return error_set(err, "the last of the copies would come later than the most allowed, 365d");
}

static bool check_gemodel(const struct fault *fault, const char **ret_key, struct error *err)
{
	if (fault->params.gemodel.p + fault->params.gemodel.r > 0)
		return true;
	*ret_key = "p";
	return error_set(err, "with p and r both 0 the model never changes its state: use drop with a probability");
}

static bool check_corrupt(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct corrupt_params *params = &fault->params.corrupt;

	if ((params->bits > 0) != (params->flips.count > 0))
		return true;
	*ret_key = params->bits > 0 ? "xor" : "corrupt";
	return error_set(err, "say either how many bits, or which: bits or xor");
}

static bool check_truncate(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct truncate_params *params = &fault->params.truncate;

	if ((params->to > 0) == (params->by > 0)) {
		*ret_key = params->to > 0 ? "by" : "truncate";
		return error_set(err, "say either how long the frame is afterwards, or how much it loses: to or by");
	}
	if (params->by > 0 || params->to >= ETHERNET_HEADER)
		return true;
	*ret_key = "to";
	return error_set(err, "a frame has at least the %u bytes of its Ethernet header", ETHERNET_HEADER);
}

static bool check_mahimahi(const struct fault *fault, const char **ret_key, struct error *err)
{
	struct opportunities opportunities;

	*ret_key = "file";
	if (!opportunities_open(&opportunities, fault->params.mahimahi.file, err))
		return false;
	opportunities_close(&opportunities);
	*ret_key = NULL;
	return true;
}

static bool check_link_trace(const struct fault *fault, const char **ret_key, struct error *err)
{
	struct link_rows rows;

	*ret_key = "file";
	if (!link_rows_open(&rows, fault->params.link_trace.file, err))
		return false;
	link_rows_close(&rows);
	*ret_key = NULL;
	return true;
}

/* clang-format off */
const struct action actions_proxy[] = {
	{FAULT_DROP, "drop", "the frame is lost", LAYER_PROXY, NULL, drop_params, NULL},
	{FAULT_DELAY, "delay", "the frame comes later", LAYER_PROXY, NULL, delay_params, check_delay},
	{FAULT_OUTAGE, "outage", "from the frame that matches, nothing passes in either direction for some time", LAYER_PROXY, NULL,
	 outage_params, NULL},
	{FAULT_GEMODEL, "gemodel", "bursty loss: Gilbert-Elliott with tc-netem's parameters, a state for each flow and direction",
	 LAYER_PROXY, NULL, gemodel_params, check_gemodel},
	{FAULT_CORRUPT, "corrupt", "bits of the frame are inverted", LAYER_PROXY, NULL, corrupt_params, check_corrupt},
	{FAULT_TRUNCATE, "truncate", "the frame loses its end", LAYER_PROXY, NULL, truncate_params, check_truncate},
	{FAULT_PAD, "pad", "zeros behind the frame", LAYER_PROXY, NULL, pad_params, NULL},
	{FAULT_MTU, "mtu", "longer IPv4 datagrams are fragmented, or lost if they must not be (RFC 791, RFC 1191)", LAYER_PROXY, NULL,
	 mtu_params, NULL},
	{FAULT_FORGE, "forge", "somebody on the way ends the conversation in the name of the other end", LAYER_PROXY, NULL, forge_params,
	 NULL},
	{FAULT_REBIND, "rebind", "from the frame that matches, a NAT has another port for its conversation", LAYER_PROXY, NULL,
	 rebind_params, NULL},
	{FAULT_FIREWALL, "firewall", "a stateful firewall forgets a silent conversation, and loses the rest of it", LAYER_PROXY, NULL,
	 firewall_params, NULL},
	{FAULT_MAHIMAHI, "mahimahi", "the link as recorded: mahimahi's packet-delivery traces", LAYER_PROXY, NULL, mahimahi_params,
	 check_mahimahi},
	{FAULT_LINK_TRACE, "link_trace", "the link as recorded: rate, delay and loss over time", LAYER_PROXY, NULL, link_trace_params,
	 check_link_trace},
	{FAULT_LOSS, "loss", "frames are lost by chance: tc-netem's 'loss random'", LAYER_PROXY, NULL, loss_params, NULL},
	{FAULT_LOSS_STATE, "loss_state", "bursty loss: tc-netem's 4-state Markov model, a state for each flow and direction", LAYER_PROXY,
	 NULL, loss_state_params, check_loss_state},
	{FAULT_RATE, "rate", "a slower link with a queue in front of it, for each direction", LAYER_PROXY, NULL, rate_params, NULL},
	{FAULT_SLOT, "slot", "frames come in bunches, when the next slot of their direction opens", LAYER_PROXY, NULL, slot_params, check_slot},
	{FAULT_REORDER, "reorder", "the frame leaves at once, whatever delays and rates the chain has for the others", LAYER_PROXY, NULL,
	 reorder_params, NULL},
	{FAULT_HOLD, "hold", "the frame waits until others of its direction have overtaken it", LAYER_PROXY, NULL, hold_params, NULL},
	{FAULT_DUPLICATE, "duplicate", "the frame comes once more, or several times", LAYER_PROXY, NULL, duplicate_params, check_duplicate},
	{.name = NULL},
};
/* clang-format on */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables: who is hit, what happens. The doing is elsewhere: frames in proxy/, the cable in session/world.c, chip and bus in emulator/board.
 */
#include "fault/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "fault/dist.h"
#include "fault/point.h"
#include "fault/recording.h"
#include "link/frame.h"

#define SNAPLEN 65535
/* The shortest datagram that every hop must take whole (RFC 791 sec. 3.2). */
#define IPV4_MTU_MIN 68U
/* What stands between two words of a filter. */
#define FILTER_BREAKS " \t\\()[]!&|<>=+*%^"

static const char *const directions[] = {"both", "to-server", "to-device", NULL};

/* -- instants and ordinals -- */

static bool set_moment(void *value, const char *text, struct error *err)
{
	struct moment moment = {.kind = MOMENT_TIME};
	bool after = text[0] == '+';

	if (after || (text[0] >= '0' && text[0] <= '9')) {
		moment.kind = after ? MOMENT_AFTER : MOMENT_TIME;
		if (!unit_parse(UNIT_DURATION, text + after, &moment.ns, err))
			return false;
		if (moment.ns > FAULT_TIME_MAX)
			return error_set(err, "%s is more than the most allowed, 365d", text);
	} else {
		struct point point;
		moment.kind = MOMENT_POINT;
		if (!point_parse(text, &point, err))
			return false;
		(void)snprintf(moment.at, sizeof moment.at, "%s", text);
	}
	*(struct moment *)value = moment;
	return true;
}

static void get_moment(const void *value, char *ret_text, size_t size)
{
	const struct moment *moment = value;
	char quantity[UNIT_TEXT_MAX];

	if (moment->kind == MOMENT_POINT)
		(void)snprintf(ret_text, size, "%s", moment->at);
	else
		(void)snprintf(ret_text, size, "%s%s", moment->kind == MOMENT_AFTER ? "+" : "",
		               unit_format(UNIT_DURATION, moment->ns, quantity));
}

static const struct param_codec moment_codec = {set_moment, get_moment, "a duration (ns, us, ms, s, min, h or d) or an address", false};

static bool set_ordinals(void *value, const char *text, struct error *err)
{
	struct ordinals known, *ordinals = &known;
	const char *dots = strstr(text, "..");
	char first[32];

	(void)snprintf(first, sizeof first, "%.*s", dots != NULL ? (int)(dots - text) : 31, text);
	if (!unit_parse(UNIT_NONE, first, &ordinals->first, err))
		return false;
	ordinals->last = ordinals->first;
	if (dots != NULL && ordinals->first == 0)
		return error_set(err, "a range begins at 1 or later");
	if (dots != NULL && dots[2] == '\0')
		ordinals->last = UINT64_MAX;
	else if (dots != NULL && !unit_parse(UNIT_NONE, dots + 2, &ordinals->last, err))
		return false;
	if (ordinals->last < ordinals->first)
		return error_set(err, "the range '%s' runs backwards", text);
	*(struct ordinals *)value = known;
	return true;
}

static void get_ordinals(const void *value, char *ret_text, size_t size)
{
	const struct ordinals *ordinals = value;

	if (ordinals->last == UINT64_MAX && ordinals->first != UINT64_MAX)
		(void)snprintf(ret_text, size, "%" PRIu64 "..", ordinals->first);
	else if (ordinals->last > ordinals->first)
		(void)snprintf(ret_text, size, "%" PRIu64 "..%" PRIu64, ordinals->first, ordinals->last);
	else
		(void)snprintf(ret_text, size, "%" PRIu64, ordinals->first);
}

static const struct param_codec ordinals_codec = {set_ordinals, get_ordinals, "a whole number or a range of them", true};

const struct param match_params[] = {
	PARAM_ROW_TEXT(match, at, "at", "", "an address, such as tcp.syn#2 or enc.tx#7 (`stutter list addresses`)"),
	PARAM_ROW_CHOICE(match, direction, "direction", directions, "both", "frames that go this way"),
	PARAM_ROW_TEXT(match, filter, "filter", "", "frames that this pcap filter expression takes; numeric addresses only"),
	PARAM_ROW_TEXT(match, message, "message", "", "SPI messages that begin with these bytes, in hexadecimal, such as '9b 80'"),
	PARAM_ROW_CUSTOM(match, from, "from", &moment_codec, "0ns", "from this time since power on, or from this address on"),
	PARAM_ROW_CUSTOM(match, until, "until", &moment_codec, "0ns",
                         "before this time since power on, this long after 'from' (+2s), or before this address; 0ns: for ever"),
	PARAM_ROW_TEXT(match, during, "during", "", "only while the session is in this phase"),
	PARAM_ROW_CUSTOM(match, nth, "nth", &ordinals_codec, "0",
                         "only the n-th that matches, counted from 1, or those of a range (3..7, 3..)"),
	PARAM_ROW_QUANTITY(match, every, "every", UNIT_NONE, "0", 0, 0, "every n-th that matches"),
	PARAM_ROW_QUANTITY(match, first, "first", UNIT_NONE, "0", 0, 0, "the first n that match"),
	PARAM_ROW_QUANTITY(match, probability, "probability", UNIT_PROBABILITY, "100%", 0, 0, "each of these with this probability"),
	PARAM_ROW_QUANTITY(match, correlation, "correlation", UNIT_PROBABILITY, "0%", 0, 0,
                           "of the probability: how often a frame shares the luck of the one before it in its flow and direction"),
	{0},
};

/* -- parameters of the actions -- */

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
	{0},
};

static const struct param carrier_params[] = {
	PARAM_ROW_QUANTITY(carrier_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "how long the link is gone, from the fault's 'from' on"),
	{0},
};

static const struct param babble_params[] = {
	PARAM_ROW_QUANTITY(babble_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "how long, from the fault's 'from' on"),
	{0},
};

static const struct param pause_params[] = {
	PARAM_ROW_QUANTITY(pause_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "how long, from the fault's 'from' on"),
	PARAM_ROW_QUANTITY(pause_params, every_ns, "every", UNIT_DURATION, "1s", 1000000, FAULT_TIME_MAX, "between two pause frames"),
	PARAM_ROW_QUANTITY(pause_params, quanta, "quanta", UNIT_NONE, "65535", 0, 65535, "the time in each of them, in units of 51.2 us"),
	{0},
};

static const struct param collision_params[] = {
	PARAM_ROW_QUANTITY(collision_params, times, "times", UNIT_NONE, "1", 1, 64, "attempts of the frame; 16 make excessive collisions"),
	PARAM_ROW_QUANTITY(collision_params, after, "after", UNIT_NONE, "20", 0, 1600,
                           "bytes of each, preamble included; from 64 on it is late"),
	{0},
};

static const struct param tx_stall_params[] = {
	PARAM_ROW_BOOL(tx_stall_params, flags, "flags", "false", "TXIF, TXERIF and TXABRT are set all the same"),
	{0},
};

static const struct param tx_flags_params[] = {
	PARAM_ROW_BOOL(tx_flags_params, lose_txif, "lose_txif", "false", "TXIF is not set"),
	PARAM_ROW_BOOL(tx_flags_params, raise_txerif, "raise_txerif", "false", "TXERIF is set as well"),
	PARAM_ROW_BOOL(tx_flags_params, early_txif, "early_txif", "false",
                       "TXIF is set when the transmission begins, and again at its end"),
	{0},
};

static const struct param rx_pointer_params[] = {
	PARAM_ROW_QUANTITY(rx_pointer_params, xor_bits, "xor", UNIT_NONE, NULL, 1, 0xffff, "the bits of the pointer that are stored wrong"),
	{0},
};

static const struct param rx_overflow_params[] = {
	PARAM_ROW_BOOL(rx_overflow_params, flag, "flag", "true", "RXERIF is set; false: the frame is lost in silence"),
	{0},
};

static const char *const pktif_kinds[] = {"lost", "false", NULL};

static const struct param rx_pktif_params[] = {
	PARAM_ROW_CHOICE(rx_pktif_params, kind, "kind", pktif_kinds, NULL,
                         "lost: the frame is stored and counted without it; false: the frame is lost, the flag comes"),
	{0},
};

static const struct param plain_params[] = {
	PARAM_ROW_BOOL(plain_params, enabled, "enabled", "true", "false takes the fault out"),
	{0},
};

static const char *const spi_lines[] = {"mosi", "miso", NULL};
static const char *const levels[] = {"0", "1", NULL};

static const struct param spi_bit_params[] = {
	PARAM_ROW_CHOICE(spi_bit_params, line, "line", spi_lines, "miso", "on which line"),
	PARAM_ROW_QUANTITY(spi_bit_params, byte, "byte", UNIT_NONE, "1", 0, 0,
                           "which byte of the message, from 0; nothing happens beyond its end"),
	PARAM_ROW_QUANTITY(spi_bit_params, bit, "bit", UNIT_NONE, "0", 0, 7, "which bit; 7 goes first"),
	{0},
};

static const struct param spi_stuck_params[] = {
	PARAM_ROW_CHOICE(spi_stuck_params, level, "level", levels, NULL, "where MISO stands"),
	{0},
};

static const struct param spi_cut_params[] = {
	PARAM_ROW_QUANTITY(spi_cut_params, after, "after", UNIT_NONE, NULL, 0, 0, "bytes that the chip sees before chip select rises"),
	PARAM_ROW_BOOL(spi_cut_params, resume, "resume", "false", "chip select falls again: the other bytes are a message of their own"),
	{0},
};

static const struct param spi_stall_params[] = {
	PARAM_ROW_QUANTITY(spi_stall_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "how much longer the message takes"),
	{0},
};

static const struct param spi_slow_params[] = {
	PARAM_ROW_QUANTITY(spi_slow_params, factor, "factor", UNIT_NONE, NULL, 2, FAULT_FACTOR_MAX, "how many times as long it takes"),
	{0},
};

static const struct param int_stuck_params[] = {
	PARAM_ROW_CHOICE(int_stuck_params, level, "level", levels, NULL, "where INT stands; 0 is asserted"),
	PARAM_ROW_QUANTITY(int_stuck_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "how long"),
	{0},
};

static const struct param int_double_params[] = {
	PARAM_ROW_QUANTITY(int_double_params, after_ns, "after", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "how long INT is low before it rises, and how long it is high before it falls again"),
	{0},
};

static const struct param clkrdy_params[] = {
	PARAM_ROW_QUANTITY(clkrdy_params, after_ns, "after", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "after power on; 300us is right"),
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

	return check_jitter(params->time_ns, params->jitter_ns, params->distribution, params->table, ret_key, err);
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

static bool check_tx_flags(const struct fault *fault, const char **ret_key, struct error *err)
{
	if (fault->params.tx_flags.lose_txif || fault->params.tx_flags.raise_txerif || fault->params.tx_flags.early_txif)
		return true;
	*ret_key = "tx_flags";
	return error_set(err, "say which flag: lose_txif, raise_txerif, early_txif or several");
}

static bool check_power_on(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct match *match = &fault->match;
	bool begins = match->from.kind != MOMENT_TIME || match->from.ns != 0,
	     ends = match->until.kind != MOMENT_TIME || match->until.ns != 0;

	if (!begins && !ends)
		return true;
	*ret_key = begins ? "from" : "until";
	return error_set(err, "'%s' is about power on, so '%s' has no place here", fault->action->name, *ret_key);
}

/* -- the actions -- */

/* clang-format off */
static const struct action actions[FAULT_KINDS] = {
	[FAULT_DROP] = {"drop", "the frame is lost", LAYER_PROXY, NULL, drop_params, NULL},
	[FAULT_DELAY] = {"delay", "the frame comes later", LAYER_PROXY, NULL, delay_params, check_delay},
	[FAULT_OUTAGE] = {"outage", "from the frame that matches, nothing passes in either direction for some time", LAYER_PROXY, NULL,
			  outage_params, NULL},
	[FAULT_GEMODEL] = {"gemodel", "bursty loss: Gilbert-Elliott with tc-netem's parameters, a state for each flow and direction",
			   LAYER_PROXY, NULL, gemodel_params, check_gemodel},
	[FAULT_CORRUPT] = {"corrupt", "bits of the frame are inverted", LAYER_PROXY, NULL, corrupt_params, check_corrupt},
	[FAULT_TRUNCATE] = {"truncate", "the frame loses its end", LAYER_PROXY, NULL, truncate_params, check_truncate},
	[FAULT_PAD] = {"pad", "zeros behind the frame", LAYER_PROXY, NULL, pad_params, NULL},
	[FAULT_MTU] = {"mtu", "longer IPv4 datagrams are fragmented, or lost if they must not be (RFC 791, RFC 1191)", LAYER_PROXY, NULL,
		       mtu_params, NULL},
	[FAULT_FORGE] = {"forge", "somebody on the way ends the conversation in the name of the other end", LAYER_PROXY, NULL, forge_params,
			 NULL},
	[FAULT_REBIND] = {"rebind", "from the frame that matches, a NAT has another port for its conversation", LAYER_PROXY, NULL,
			  rebind_params, NULL},
	[FAULT_FIREWALL] = {"firewall", "a stateful firewall forgets a silent conversation, and loses the rest of it", LAYER_PROXY, NULL,
			    firewall_params, NULL},
	[FAULT_MAHIMAHI] = {"mahimahi", "the link as recorded: mahimahi's packet-delivery traces", LAYER_PROXY, NULL, mahimahi_params,
			    check_mahimahi},
	[FAULT_LINK_TRACE] = {"link_trace", "the link as recorded: rate, delay and loss over time", LAYER_PROXY, NULL, link_trace_params,
			      check_link_trace},
	[FAULT_LOSS] = {"loss", "frames are lost by chance: tc-netem's 'loss random'", LAYER_PROXY, NULL, loss_params, NULL},
	[FAULT_LOSS_STATE] = {"loss_state", "bursty loss: tc-netem's 4-state Markov model, a state for each flow and direction", LAYER_PROXY,
			      NULL, loss_state_params, check_loss_state},
	[FAULT_RATE] = {"rate", "a slower link with a queue in front of it, for each direction", LAYER_PROXY, NULL, rate_params, NULL},
	[FAULT_SLOT] = {"slot", "frames come in bunches, when the next slot of their direction opens", LAYER_PROXY, NULL, slot_params, check_slot},
	[FAULT_REORDER] = {"reorder", "the frame leaves at once, whatever delays and rates the chain has for the others", LAYER_PROXY, NULL,
			   reorder_params, NULL},
	[FAULT_HOLD] = {"hold", "the frame waits until others of its direction have overtaken it", LAYER_PROXY, NULL, hold_params, NULL},
	[FAULT_DUPLICATE] = {"duplicate", "the frame comes once more, or several times", LAYER_PROXY, NULL, duplicate_params, check_duplicate},
	[FAULT_CARRIER] = {"carrier", "the link goes away at the fault's 'from' and comes back", LAYER_LINK, NULL, carrier_params, NULL},
	[FAULT_BABBLE] = {"babble", "the switch port keeps the shared medium busy, and who listens before sending waits", LAYER_LINK, NULL,
			  babble_params, NULL},
	[FAULT_PAUSE] = {"pause", "the switch port sends pause frames again and again (full duplex only)", LAYER_LINK, NULL, pause_params, NULL},
	[FAULT_COLLISION] = {"collision", "a transmission collides with something on the cable (half duplex)", LAYER_BOARD, "enc.tx",
			     collision_params, NULL},
	[FAULT_TX_STALL] = {"tx_stall", "the transmit logic hangs: TXRTS stays set and nothing is sent (like erratum 12)", LAYER_BOARD,
			    "enc.tx", tx_stall_params, NULL},
	[FAULT_TX_FLAGS] = {"tx_flags", "the frame is sent, its interrupt flags are wrong", LAYER_BOARD, "enc.tx", tx_flags_params,
			    check_tx_flags},
	[FAULT_LINK_PULSE] = {"link_pulse", "in half duplex, a link pulse is taken for a late collision and the frame aborted (erratum 13)",
			      LAYER_BOARD, "enc.tx", plain_params, NULL},
	[FAULT_RX_POINTER] = {"rx_pointer", "the next-packet pointer of a received frame is stored wrong (like erratum 14)", LAYER_BOARD,
			      "enc.rx", rx_pointer_params, NULL},
	[FAULT_RX_OVERFLOW] = {"rx_overflow", "a received frame is lost as if the ring were full", LAYER_BOARD, "enc.rx", rx_overflow_params,
			       NULL},
	[FAULT_RX_UNCOUNTED] = {"rx_uncounted", "a received frame is stored, EPKTCNT and PKTIF do not see it", LAYER_BOARD, "enc.rx",
				plain_params, NULL},
	[FAULT_RX_ERROR] = {"rx_error", "a received frame is stored, RXERIF is set as well", LAYER_BOARD, "enc.rx", plain_params, NULL},
	[FAULT_RX_PKTIF] = {"rx_pktif", "PKTIF does not say what is in the ring (like erratum 6)", LAYER_BOARD, "enc.rx", rx_pktif_params,
			    NULL},
	[FAULT_RX_PATTERN] = {"rx_pattern", "the pattern filter takes a frame without the pattern (erratum 18)", LAYER_BOARD, "enc.rx",
			      plain_params, NULL},
	[FAULT_MII_STUCK] = {"mii_stuck", "an MII operation never ends, until a reset", LAYER_BOARD, "enc.mii", plain_params, NULL},
	[FAULT_SPI_BIT] = {"spi_bit", "one bit of an SPI message is inverted", LAYER_BOARD, "spi.msg", spi_bit_params, NULL},
	[FAULT_SPI_STUCK] = {"spi_stuck", "MISO does not move during an SPI message", LAYER_BOARD, "spi.msg", spi_stuck_params, NULL},
	[FAULT_SPI_CUT] = {"spi_cut", "chip select rises in mid-message: the chip sees only the beginning, or two messages", LAYER_BOARD,
			   "spi.msg", spi_cut_params, NULL},
	[FAULT_SPI_STALL] = {"spi_stall", "the bus stalls: an SPI message takes longer", LAYER_BOARD, "spi.msg", spi_stall_params, NULL},
	[FAULT_SPI_SLOW] = {"spi_slow", "an SPI message takes several times as long", LAYER_BOARD, "spi.msg", spi_slow_params, NULL},
	[FAULT_BROWN_OUT] = {"brown_out", "the supply dips before an SPI message: registers as after power on", LAYER_BOARD, "spi.msg",
			     plain_params, NULL},
	[FAULT_INT_LOST] = {"int_lost", "the processor misses a falling edge of INT", LAYER_BOARD, "int.edge", plain_params, NULL},
	[FAULT_INT_STUCK] = {"int_stuck", "from a falling edge on, INT stands still for some time", LAYER_BOARD, "int.edge", int_stuck_params,
			     NULL},
	[FAULT_INT_DOUBLE] = {"int_double", "a falling edge of INT comes twice", LAYER_BOARD, "int.edge", int_double_params, NULL},
	[FAULT_CLKRDY] = {"clkrdy", "the chip's clock is ready at another time than 300 us after power on", LAYER_BOARD, NULL, clkrdy_params,
			  check_power_on},
	[FAULT_WARM_START] = {"warm_start", "at power on the chip is in mid-work, as a warm reboot of the host leaves it without a reset line",
			      LAYER_BOARD, NULL, plain_params, check_power_on},
};
/* clang-format on */

const struct action *action_at(size_t index)
{
	return index < FAULT_KINDS ? &actions[index] : NULL;
}

const struct action *action_find(const char *name)
{
	for (size_t i = 0; i < FAULT_KINDS; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

enum fault_kind action_kind(const struct action *action)
{
	return (enum fault_kind)(action - actions);
}

/* -- checking a whole fault -- */

/* Compiles @p expression; an error shows @p shown. */
static bool compile(const char *expression, const char *shown, struct bpf_program *ret_program, struct error *err)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, SNAPLEN);

	if (dead == NULL)
		return error_set(err, "libpcap has no memory");
	bool compiled = pcap_compile(dead, ret_program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!compiled)
		error_set(err, "'%s' is not a pcap filter expression: %s (see man pcap-filter)", shown, pcap_geterr(dead));
	pcap_close(dead);
	return compiled;
}

bool fault_compile_filter(const char *expression, struct bpf_program *ret_program, struct error *err)
{
	return compile(expression, expression, ret_program, err);
}

/* The words of pcap-filter(7), those of its indices included. */
static const char *const filter_words[] = {
	"and",        "or",       "not",       "src",       "dst",       "host",     "net",    "mask",   "port", "portrange", "proto",
	"protochain", "gateway",  "broadcast", "multicast", "less",      "greater",  "len",    "ether",  "link", "ip",        "ip6",
	"arp",        "rarp",     "tcp",       "udp",       "sctp",      "icmp",     "icmp6",  "igmp",   "igrp", "pim",       "vrrp",
	"carp",       "ah",       "esp",       "vlan",      "mpls",      "pppoed",   "pppoes", "geneve", "llc",  "stp",       "inbound",
	"outbound",   "icmptype", "icmpcode",  "icmp6type", "icmp6code", "tcpflags", NULL,
};

static bool is_filter_word(const char *word)
{
	static const char *const fields[] = {"tcp-", "icmp-", "icmp6-"};

	for (size_t i = 0; filter_words[i] != NULL; i++)
		if (strcmp(word, filter_words[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strncmp(word, fields[i], strlen(fields[i])) == 0)
			return true;
	return false;
}

/* A number, a range of ports, a network, or an address of any kind. Without a colon, hexadecimal digits may be a name: "face". */
static bool is_number(const char *word)
{
	static const char decimal[] = "0123456789./-", hexadecimal[] = "0123456789abcdefABCDEF./:-";

	if (strncmp(word, "0x", 2) == 0)
		return strspn(word + 2, hexadecimal) == strlen(word + 2);
	return strspn(word, strchr(word, ':') != NULL ? hexadecimal : decimal) == strlen(word);
}

/* Writes @p filter with every word that it does not know replaced; tells the first of them, or NULL. */
static const char *replace_names(const char *filter, const char *replacement, char *ret_filter, char ret_name[FAULT_FILTER_MAX])
{
	char word[FAULT_FILTER_MAX];

	ret_name[0] = '\0';
	for (size_t length; *filter != '\0'; filter += length) {
		length = strcspn(filter, FILTER_BREAKS);
		bool is_word = length > 0;
		length += !is_word;
		(void)snprintf(word, sizeof word, "%.*s", (int)length, filter);
		bool is_name = is_word && !is_number(word) && !is_filter_word(word);
		if (is_name && ret_name[0] == '\0')
			(void)snprintf(ret_name, FAULT_FILTER_MAX, "%s", word);
		ret_filter = stpcpy(ret_filter, is_name ? replacement : word);
	}
	*ret_filter = '\0';
	return ret_name[0] != '\0' ? ret_name : NULL;
}

/*
 * libpcap asks the DNS and the files of the host for every word that it does not know, and not only behind "host": "src a", "host 1.2.3.4 or a". A filter
 * must mean the same everywhere. So it never sees such a word, but a number instead, and that tells what the word would have been.
 */
static bool check_numeric(const char *filter, struct error *err)
{
	static const char address[] = "203.0.113.77", number[] = "1";
	char numeric[FAULT_FILTER_MAX * sizeof address], word[FAULT_FILTER_MAX];
	struct bpf_program program;
	const char *name = replace_names(filter, address, numeric, word);

	if (name == NULL)
		return true;
	if (compile(numeric, filter, &program, err)) {
		pcap_freecode(&program);
		return error_set(err, "'%s' in the filter is a host name; only numeric addresses are allowed", name);
	}
	(void)replace_names(filter, number, numeric, word);
	if (!compile(numeric, filter, &program, err))
		return false;
	pcap_freecode(&program);
	return error_set(err, "'%s' in the filter is the name of a port or protocol; only numbers are allowed", name);
}

static bool check_filter(const char *filter, struct error *err)
{
	struct bpf_program program;

	if (filter[0] == '\0')
		return true;
	if (!check_numeric(filter, err) || !fault_compile_filter(filter, &program, err))
		return false;
	pcap_freecode(&program);
	return true;
}

/* What `at` says must be of the kind that the action is about. */
static bool check_at(const struct fault *fault, struct error *err)
{
	const struct action *action = fault->action;
	struct point point;

	if (!point_parse(fault->match.at, &point, err)) {
		if (action->site == NULL)
			return false;
		return error_context(err, "'%s' is no address of '%s', which happens at %s#1, %s#2 and so on", fault->match.at,
		                     action->name, action->site, action->site);
	}
	if (action->layer == LAYER_PROXY)
		return point.site == NULL ||
		       error_set(err, "'%s' happens to frames, and %s is a site of the board", action->name, point.site);
	if (action->site == NULL)
		return error_set(err, "'%s' happens at no site of the board, so it takes no 'at'", action->name);
	if (point.site == NULL || strcmp(point.site, action->site) != 0)
		return error_set(err, "'%s' is no address of '%s', which happens at %s#1, %s#2 and so on", fault->match.at, action->name,
		                 action->site, action->site);
	return true;
}

/* libpcap finds out itself that no frame can be both what the address and what the filter says. */
static bool check_filter_and_at(const struct fault *fault, struct error *err)
{
	const struct match *match = &fault->match;
	struct bpf_program program;
	struct point point;
	struct error inner;
	char both[FAULT_FILTER_MAX + 128];

	if (match->at[0] == '\0' || match->filter[0] == '\0' || !point_parse(match->at, &point, &inner) || point.site != NULL)
		return true;
	(void)snprintf(both, sizeof both, "(%s) and (%s)", match->filter, address_words[point.address.word].filter);
	if (point.address.has_flow)
		(void)snprintf(both + strlen(both), sizeof both - strlen(both), " and port %u", point.address.port);
	if (!compile(both, both, &program, &inner))
		return error_set(err, "no frame is '%s' and matches the filter '%s'", match->at, match->filter);
	pcap_freecode(&program);
	return true;
}

/* "9b 80" into its bytes; digits come in pairs, and there may be spaces between the pairs. @return false if it is something else or too long. */
static bool read_message(const char *text, uint8_t ret_bytes[FAULT_MESSAGE_MAX], size_t *ret_length)
{
	unsigned value;
	int used;

	*ret_length = 0;
	while (text += strspn(text, " "), *text != '\0') {
		if (*ret_length == FAULT_MESSAGE_MAX || strspn(text, "0123456789abcdefABCDEF") < 2 ||
		    sscanf(text, "%2x%n", &value, &used) != 1)
			return false;
		ret_bytes[(*ret_length)++] = (uint8_t)value;
		text += used;
	}
	return true;
}

#define SITE_OF_MESSAGES "spi.msg"

static bool check_message(const struct fault *fault, struct error *err)
{
	const struct action *action = fault->action;
	uint8_t bytes[FAULT_MESSAGE_MAX];
	size_t length;

	if (fault->match.message[0] == '\0')
		return true;
	if (action->site == NULL || strcmp(action->site, SITE_OF_MESSAGES) != 0)
		return error_set(err, "'%s' does not happen to SPI messages, so 'message' has no place here", action->name);
	if (!read_message(fault->match.message, bytes, &length) || length == 0)
		return error_set(err, "'%s' is not up to %u bytes in hexadecimal, two digits each, such as '9b 80'", fault->match.message,
		                 FAULT_MESSAGE_MAX);
	return true;
}

/* Correlation is about the frame before in the same flow, and the board has no flows. */
static bool check_correlation(const struct fault *fault, struct error *err)
{
	const struct match *match = &fault->match;

	if (match->correlation == 0)
		return true;
	if (fault->action->layer != LAYER_PROXY)
		return error_set(err, "'%s' is not about frames between wire and far end, so 'correlation' has no place here",
		                 fault->action->name);
	return match->probability != UNIT_PROBABILITY_ONE || error_set(err, "a correlation needs a probability below 100%%");
}

static bool check_layer(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct match *match = &fault->match;

	if (!check_correlation(fault, err)) {
		*ret_key = "correlation";
		return false;
	}

	if (!check_message(fault, err)) {
		*ret_key = "message";
		return false;
	}
	if (match->at[0] != '\0' && !check_at(fault, err)) {
		*ret_key = "at";
		return false;
	}
	if (match->at[0] != '\0' && fault->action->site != NULL && (match->nth.first != 0 || match->every != 0 || match->first != 0)) {
		*ret_key = "at";
		return error_set(err, "'at' says which occasion, so 'nth', 'every' and 'first' have no place beside it");
	}
	if (!check_filter_and_at(fault, err)) {
		*ret_key = "filter";
		return false;
	}
	if (fault->action->layer != LAYER_PROXY && fault->action->site == NULL &&
	    (match->nth.first != 0 || match->every != 0 || match->first != 0 || match->probability != UNIT_PROBABILITY_ONE)) {
		*ret_key = match->nth.first != 0 ? "nth" : match->every != 0 ? "every" : match->first != 0 ? "first" : "probability";
		return error_set(err, "'%s' happens once, at its time, so '%s' has no place here", fault->action->name, *ret_key);
	}
	bool ends = match->until.kind != MOMENT_TIME || match->until.ns != 0;
	if (fault->action->layer != LAYER_PROXY && fault->action->site == NULL &&
	    (match->during[0] != '\0' || (fault->action->layer == LAYER_LINK && ends))) {
		*ret_key = match->during[0] != '\0' ? "during" : "until";
		return error_set(err, "'%s' happens once, at its 'from', so '%s' has no place here", fault->action->name, *ret_key);
	}
	if (fault->action->layer == LAYER_PROXY || (match->direction == MATCH_BOTH && match->filter[0] == '\0'))
		return true;
	*ret_key = match->direction != MATCH_BOTH ? "direction" : "filter";
	return error_set(err, "'%s' is not about frames between wire and far end, so 'direction' and 'filter' have no place here",
	                 fault->action->name);
}

/* Two points of the same kind come in the order of their numbers. */
static bool check_points(const struct match *match, struct error *err)
{
	struct point from, until;

	if (match->from.kind != MOMENT_POINT || match->until.kind != MOMENT_POINT)
		return true;
	if (!point_parse(match->from.at, &from, err) || !point_parse(match->until.at, &until, err))
		return false;
	bool same_site = from.site != NULL && from.site == until.site && until.first != 0 && until.first <= from.first;
	bool same_frame = from.site == NULL && until.site == NULL && from.address.word == until.address.word &&
	                  from.address.has_flow == until.address.has_flow && from.address.port == until.address.port &&
	                  from.address.connection == until.address.connection && until.address.first != 0 &&
	                  until.address.first <= from.address.first;
	return !(same_site || same_frame) ||
	       error_set(err, "the window ends before it starts: %s comes before %s", match->until.at, match->from.at);
}

bool fault_check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct match *match = &fault->match;

	if (match->from.kind == MOMENT_AFTER) {
		*ret_key = "from";
		return error_set(err, "'+' counts from 'from', so only 'until' can have it");
	}
	if (match->until.kind == MOMENT_TIME && match->until.ns != 0 && match->from.kind == MOMENT_TIME &&
	    match->until.ns <= match->from.ns) {
		*ret_key = "until";
		return error_set(err, "the window ends before it starts: 'until' must be later than 'from'");
	}
	if (!check_points(match, err)) {
		*ret_key = "until";
		return false;
	}
	if ((match->nth.first != 0) + (match->every != 0) + (match->first != 0) > 1) {
		*ret_key = match->nth.first != 0 ? "nth" : "every";
		return error_set(err, "'nth', 'every' and 'first' exclude each other: give one of them");
	}
	if (match->until.kind == MOMENT_AFTER && match->until.ns == 0) {
		*ret_key = "until";
		return error_set(err, "the window ends when it starts");
	}
	if (!check_filter(match->filter, err)) {
		*ret_key = "filter";
		return false;
	}
	return check_layer(fault, ret_key, err) && (fault->action->check == NULL || fault->action->check(fault, ret_key, err));
}

/* -- what all layers ask of a fault -- */

#define FAULT_TEXT_MAX 4096

static void render(const struct fault *fault, char ret_text[FAULT_TEXT_MAX])
{
	char value[PARAM_VALUE_MAX];
	size_t used = (size_t)snprintf(ret_text, FAULT_TEXT_MAX, "fault %s %s", fault->name, fault->action->name);

	for (const struct param *row = match_params; row->key != NULL; row++) {
		/* The probability is a value too, and so is its correlation. */
		if (row->offset == offsetof(struct match, probability) || row->offset == offsetof(struct match, correlation))
			continue;
		/* Where no phase is named, faults keep the draws that they had before phases could be named. */
		if (row->offset == offsetof(struct match, during) && fault->match.during[0] == '\0')
			continue;
		/* Where no message is named, faults keep the draws that they had before messages could be named. */
		if (row->offset == offsetof(struct match, message) && fault->match.message[0] == '\0')
			continue;
		used += (size_t)snprintf(ret_text + used, FAULT_TEXT_MAX - used, " %s=%s", row->key, param_get(row, &fault->match, value));
	}
	CHECK_INT(used, <, FAULT_TEXT_MAX);
}

struct random_stream fault_stream(const struct fault *faults, size_t index, uint64_t seed)
{
	char text[FAULT_TEXT_MAX + 24], other[FAULT_TEXT_MAX];
	size_t twins = 0;

	render(&faults[index], text);
	for (size_t i = 0; i < index; i++) {
		render(&faults[i], other);
		twins += strcmp(other, text) == 0;
	}
	(void)snprintf(text + strlen(text), 24, " %zu", twins);
	return random_stream(seed, text);
}

bool fault_takes_message(const struct fault *fault, const uint8_t *bytes, size_t length)
{
	uint8_t wanted[FAULT_MESSAGE_MAX];
	size_t count;

	CHECK(read_message(fault->match.message, wanted, &count));
	return count <= length && memcmp(bytes, wanted, count) == 0;
}

bool fault_picks(const struct fault *fault, uint64_t ordinal)
{
	const struct match *match = &fault->match;

	if (match->nth.first != 0 && (ordinal < match->nth.first || ordinal > match->nth.last))
		return false;
	if (match->every != 0 && ordinal % match->every != 0)
		return false;
	return match->first == 0 || ordinal <= match->first;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a connection of the device is a play of one step. While it is the servers' turn,
 * bytes are generated as TCP takes them; while it is the device's, what comes is compared and its
 * amount decides when the turn is over. What differs is traced and counted, and the play goes on.
 */
#include "harness/recorded/servers.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "emulator/guest/player/words.h"
#include "harness/recorded/casting.h"
#include "harness/recorded/openings.h"
#include "harness/recorded/script.h"
#include "harness/recorded/speech.h"
#include "harness/server/channel.h"
#include "harness/server/host.h"
#include "harness/server/names.h"

/* What is written, and compared, in one piece. */
#define PIECE 4096U
/* What has come and is no turn's yet; more is a client that speaks without listening. */
#define INBOX_MAX (256U * 1024U)

/* A connection in which a conversation is played. */
struct play {
	struct servers *servers;
	struct play *next;
	const struct step *step; /* NULL: the first words will tell */
	unsigned number;         /* of the step, from 1 */
	struct channel *channel;
	size_t turn;
	struct speech says, hears;
	uint8_t out[PIECE]; /* generated, and not yet taken by TCP */
	size_t out_length, out_at;
	uint64_t said, heard; /* of this turn */
	/* of this turn: its time has come; what was heard is something else */
	bool thought, differs;
	bool message;       /* of this turn: it is over where a message of HTTP is */
	struct words words; /* then: what was heard of that */
	bool ended, told;   /* the device says no more; that there is a difference was told */
	uint8_t *inbox;
	size_t inbox_length;
	struct sim_event timer;
	bool waits; /* for the timer, to think */
};

struct servers {
	const struct recording *recording;
	bool real;    /* the device is no player of ours */
	bool *played; /* of each step */
	struct openings *openings;
	struct play *plays;
	struct channel_listener listener;
	struct dns_name *names;
	struct servers_told told;
};

__attribute__((format(printf, 2, 3))) static void differ(struct play *play, const char *format, ...)
{
	struct servers_told *told = &play->servers->told;
	char what[SERVERS_TOLD_MAX - 32];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	trace_line(host_trace(), host_sim()->now, "replay", "step %u, turn %zu: %s", play->number, play->turn + 1, what);
	if (told->differences++ == 0)
		(void)snprintf(told->first, sizeof told->first, "step %u, turn %zu: %s", play->number, play->turn + 1, what);
}

static const struct turn *turn_of(const struct play *play)
{
	return play->step != NULL && play->turn < play->step->turn_count ? &play->step->turns[play->turn] : NULL;
}

static void begin_turn(struct play *play)
{
	const struct turn *turn = turn_of(play);

	play->said = play->heard = 0;
	play->thought = play->differs = play->told = false;
	play->message = turn != NULL && turn->side == SIDE_DEVICE && words_are_message(turn->known, turn->known_length, turn->length) > 0;
	memset(&play->words, 0, sizeof play->words);
}

static void next_turn(struct play *play)
{
	/* What was waited for belonged to the turn. */
	sim_cancel(host_sim(), &play->timer);
	play->waits = false;
	play->turn++;
	begin_turn(play);
	if (play->turn == play->step->turn_count) {
		play->servers->told.complete++;
		trace_line(host_trace(), host_sim()->now, "replay", "step %u is complete", play->number);
	}
}

static void forget(struct play *play)
{
	struct play **place = &play->servers->plays;

	while (*place != play)
		place = &(*place)->next;
	*place = play->next;
	sim_cancel(host_sim(), &play->timer);
	free(play->inbox);
	free(play);
}

/* -- hearing -- */

/* Whether a byte of this turn is as it was recorded, or nobody can tell. */
static bool is_as_recorded(const struct play *play, uint64_t at, uint8_t byte, uint8_t expected)
{
	return byte == expected || (play->servers->real && (play->step->tls || at >= turn_of(play)->known_length));
}

/* Compares what has come with what was recorded. */
static void compare(struct play *play, const uint8_t *bytes, size_t length)
{
	char wanted[WORDS_TEXT_MAX], found[WORDS_TEXT_MAX];
	uint8_t expected[PIECE];

	for (size_t at = 0, part; at < length; at += part) {
		part = speech_say(&play->hears, play->turn, expected, length - at < PIECE ? length - at : PIECE);
		CHECK_INT(part, >, 0);
		for (size_t i = 0; i < part && !play->differs; i++) {
			if (is_as_recorded(play, play->heard + at + i, bytes[at + i], expected[i]))
				continue;
			differ(play, "the device says something else from byte %" PRIu64 " of %" PRIu64 " on: %s was expected, %s found",
			       play->heard + at + i, turn_of(play)->length, words_show(expected + i, part - i, wanted),
			       words_show(bytes + at + i, length - at - i, found));
			play->differs = true;
		}
	}
}

/* How much of what has come is of this turn. */
static size_t part_of_turn(struct play *play, bool *ret_over)
{
	const struct turn *turn = turn_of(play);
	uint64_t left = turn->length > play->heard ? turn->length - play->heard : 0;

	if (play->message && !play->words.open) {
		size_t part = words_take(&play->words, play->inbox, play->inbox_length, ret_over);
		if (!play->words.open)
			return part;
	}
	size_t part = play->inbox_length < left ? play->inbox_length : (size_t)left;
	*ret_over = play->heard + part == turn->length;
	return part;
}

/* Takes what the turn needs from what has come. @return whether the turn is over. */
static bool hear(struct play *play)
{
	const struct turn *turn = turn_of(play);
	const bool is_message = play->message;
	bool over = false;
	size_t part = part_of_turn(play, &over);
	uint64_t left = turn->length > play->heard ? turn->length - play->heard : 0;

	compare(play, play->inbox, part < left ? part : (size_t)left);
	memmove(play->inbox, play->inbox + part, play->inbox_length - part);
	play->inbox_length -= part;
	play->heard += part;
	if (over && play->heard != turn->length && !play->differs) {
		differ(play, "the device's message has %" PRIu64 " bytes, and not %" PRIu64, play->heard, turn->length);
		play->differs = true;
	}
	/*
	 * What is longer than it was belongs to the same words, where nothing else tells where they
	 * end.
	 */
	if (over && play->differs && !is_message)
		play->inbox_length = 0;
	return over;
}

/* The device says no more before the turn is over, or says other words. */
static bool is_given_up(struct play *play)
{
	if (play->ended) {
		differ(play, "the device ends after %" PRIu64 " of %" PRIu64 " bytes", play->heard, turn_of(play)->length);
		return true;
	}
	return false;
}

/* -- saying -- */

/* @return whether the turn is over; else more is written when some was acknowledged. */
static bool say(struct play *play)
{
	const struct turn *turn = turn_of(play);

	while (play->said < turn->length) {
		if (play->out_at == play->out_length) {
			play->out_length = speech_say(&play->says, play->turn, play->out, PIECE);
			play->out_at = 0;
		}
		const struct bytes rest = bytes_of(play->out + play->out_at, play->out_length - play->out_at);
		size_t taken = channel_write(play->channel, rest, play->said + rest.length < turn->length, true);
		play->out_at += taken;
		play->said += taken;
		if (taken == 0)
			break;
	}
	channel_flush(play->channel);
	return play->said == turn->length;
}

/* Whether the device says something further on. */
static bool device_goes_on(const struct play *play)
{
	for (size_t i = play->turn + 1; i < play->step->turn_count; i++)
		if (play->step->turns[i].side == SIDE_DEVICE && play->step->turns[i].kind == TURN_DATA)
			return true;
	return false;
}

/* Thinks first. @return whether it has thought long enough. */
static bool think(struct play *play)
{
	const struct turn *turn = turn_of(play);

	if (play->thought)
		return true;
	play->thought = turn->after_ns == 0;
	/* Whatever comes meanwhile, it goes on with its thought. */
	if (!play->thought && !play->waits) {
		play->waits = true;
		sim_schedule(host_sim(), &play->timer, host_sim()->now + turn->after_ns);
	}
	return play->thought;
}

/* The server's part is over. */
static void leave(struct play *play, bool by_reset)
{
	if (by_reset)
		channel_abort(play->channel);
	else
		channel_close(play->channel);
	forget(play);
}

/* Ends the server's side; the rest is TCP's. @return false: the play is no more. */
static bool close_side(struct play *play, const struct turn *turn)
{
	if (turn->kind == TURN_FIN && device_goes_on(play)) {
		trace_aside(host_trace(), host_sim()->now, "replay", "step %u: the server's FIN waits, as the device goes on",
		            play->number);
		next_turn(play);
		return true;
	}
	while (play->turn < play->step->turn_count)
		next_turn(play);
	leave(play, turn->kind == TURN_RST);
	return false;
}

/* Whether the words that were begun may have been all: they are others, or nobody can tell. */
static bool is_in_doubt(const struct play *play)
{
	const bool has_end = play->message && !play->words.open;

	return play->differs ? !has_end : play->servers->real && play->heard > turn_of(play)->known_length && !has_end;
}

/* One turn further. @return false if there is something to wait for, or the play is no more. */
static bool advance_once(struct play *play)
{
	const struct turn *turn = turn_of(play);

	if (turn == NULL) {
		/* As it was recorded, unless the device has had enough. */
		if (play->ended)
			leave(play, false);
		return false;
	}
	if (turn->side == SIDE_SERVER && !think(play))
		return false;
	if (turn->side == SIDE_SERVER && turn->kind != TURN_DATA)
		return close_side(play, turn);
	bool over = turn->kind != TURN_DATA ? play->ended : turn->side == SIDE_SERVER ? say(play) : hear(play);
	if (!over && turn->side == SIDE_DEVICE && turn->kind == TURN_DATA && is_given_up(play))
		over = true;
	if (!over && turn->side == SIDE_DEVICE && turn->kind == TURN_DATA && is_in_doubt(play)) {
		play->waits = false;
		sim_schedule(host_sim(), &play->timer, host_sim()->now + SERVERS_RELUCTANT_NS);
	}
	if (over)
		next_turn(play);
	return over;
}

static void advance(struct play *play)
{
	while (advance_once(play))
		;
}

static void fire(void *ctx, sim_ns now)
{
	struct play *play = ctx;

	(void)now;
	if (play->waits) {
		play->waits = false;
		play->thought = true;
	} else {
		differ(play, "the device has said %" PRIu64 " of %" PRIu64 " bytes and waits: the next turn follows", play->heard,
		       turn_of(play)->length);
		next_turn(play);
	}
	advance(play);
	host_poke();
}

/* -- what the channel tells -- */

static void settle(struct play *play, struct bytes words);

static size_t received(void *ctx, struct bytes data)
{
	struct play *play = ctx;

	if (play->inbox_length + data.length > INBOX_MAX) {
		differ(play, "the device says %zu bytes more than it listens: its connection is reset", play->inbox_length + data.length);
		leave(play, true);
		return data.length;
	}
	play->inbox = memory_resize(play->inbox, play->inbox_length + data.length + 1, 1);
	memcpy(play->inbox + play->inbox_length, data.data, data.length);
	play->inbox_length += data.length;
	channel_took(play->channel, data.length);
	if (play->step == NULL)
		settle(play, bytes_of(play->inbox, play->inbox_length));
	advance(play);
	return data.length;
}

static void sent(void *ctx, size_t length)
{
	(void)length;
	const struct play *play = ctx;
	const struct turn *turn = turn_of(play);

	if (turn != NULL && turn->side == SIDE_SERVER && turn->kind == TURN_DATA && play->thought)
		advance(ctx);
}

static void ended(void *ctx)
{
	struct play *play = ctx;

	play->ended = true;
	if (play->step == NULL)
		settle(play, bytes_of(NULL, 0));
	const struct turn *turn = turn_of(play);
	/* Who goes while the server has something to say hears the rest of it, or resets. */
	if (turn != NULL && turn->side == SIDE_SERVER && turn->kind == TURN_DATA && !play->told) {
		differ(play, "the device ends while the server says %" PRIu64 " bytes", turn->length);
		play->told = true;
	}
	advance(play);
}

static void failed(void *ctx, enum channel_failure kind, const char *why)
{
	struct play *play = ctx;
	const struct turn *turn = turn_of(play);
	bool expected = turn != NULL && turn->side == SIDE_DEVICE && turn->kind != TURN_DATA;

	(void)kind;
	if (expected)
		next_turn(play);
	else if (turn != NULL || play->step == NULL)
		differ(play, "the connection is no more, %s", why != NULL ? why : "forgotten");
	forget(play);
}

/* -- accepting -- */

static struct casting casting_of(const struct servers *servers, const struct channel *channel)
{
	return (struct casting){servers->recording, servers->played, channel_address(channel), channel_port(channel)};
}

/* It is known which step the connection is. */
static void settle(struct play *play, struct bytes words)
{
	struct servers *servers = play->servers;
	bool again = false;
	const struct casting casting = casting_of(servers, play->channel);
	size_t which = casting_choose(&casting, words, &again);

	CHECK(which != SIZE_MAX);
	play->step = &servers->recording->steps[which];
	play->number = (unsigned)which + 1;
	trace_line(host_trace(), host_sim()->now, "replay", "step %u begins, from port %u", play->number,
	           channel_remote_port(play->channel));
	if (again)
		differ(play, "a connection that the recording does not have: the conversation that begins like it is played once more");
	servers->played[which] = true;
	speech_begin(&play->says, play->step, SIDE_SERVER);
	speech_begin(&play->hears, play->step, SIDE_DEVICE);
	begin_turn(play);
}

static void refuse_words(void *ctx, enum channel_failure kind, const char *why)
{
	(void)ctx;
	(void)kind;
	(void)why;
}

static void *accepted(void *ctx, struct channel *channel, struct channel_ops *ret_ops)
{
	struct servers *servers = ctx;
	struct play *play = memory_new(sizeof *play);
	const struct casting casting = casting_of(servers, channel);
	bool again = false;

	*ret_ops = (struct channel_ops){received, sent, ended, failed};
	*play = (struct play){.servers = servers, .next = servers->plays, .channel = channel, .inbox = memory_new(1)};
	servers->plays = play;
	play->timer = (struct sim_event){.fire = fire, .ctx = play, .lag = host_lag()};
	servers->told.conversations++;
	if (casting_choose(&casting, bytes_of(NULL, 0), &again) == SIZE_MAX) {
		*ret_ops = (struct channel_ops){.failed = refuse_words};
		differ(play, "a connection to a port at which nobody answered in the recording: it is reset");
		leave(play, true);
		return NULL;
	}
	if (casting_needs_words(&casting))
		return play;
	settle(play, bytes_of(NULL, 0));
	advance(play);
	return play;
}

/* A SYN that was refused or not answered in the recording is here, too. */
static enum host_verdict open_as_recorded(void *ctx, const struct packet *packet)
{
	static const enum host_verdict verdicts[] = {
		[OPENING_ANSWERED] = HOST_TAKES, [OPENING_REFUSED] = HOST_RESETS, [OPENING_UNANSWERED] = HOST_LOSES};
	const struct servers *servers = ctx;
	size_t which;

	if (!packet->is_tcp || (packet->tcp_flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) != TCP_FLAG_SYN)
		return HOST_TAKES;
	enum opening opening = openings_take(servers->openings, packet, &which);
	if (which != SIZE_MAX && opening != OPENING_ANSWERED)
		trace_line(host_trace(), host_sim()->now, "replay", "step %zu is %s, as it was", which + 1,
		           opening == OPENING_REFUSED ? "refused" : "not answered");
	return verdicts[opening];
}

/* -- the session -- */

/* Steps before this one that have the same address, or the same port. */
static bool has_before(const struct recording *recording, size_t at, bool (*same)(const struct step *a, const struct step *b))
{
	for (size_t i = 0; i < at; i++)
		if (same(&recording->steps[i], &recording->steps[at]))
			return true;
	return false;
}

static bool is_at_host(const struct step *step)
{
	return (step->kind == STEP_TCP || step->kind == STEP_NTP || step->kind == STEP_UDP) && step->address != 0;
}

static bool same_address(const struct step *a, const struct step *b)
{
	return is_at_host(a) && is_at_host(b) && a->address == b->address;
}

static bool is_served(const struct step *step)
{
	return step->kind == STEP_TCP && step->opening == OPENING_ANSWERED;
}

static bool same_port(const struct step *a, const struct step *b)
{
	return is_served(a) && is_served(b) && a->port == b->port;
}

static bool is_new_address(const struct recording *recording, size_t at)
{
	const struct step *step = &recording->steps[at];

	return is_at_host(step) && step->address != HOST_ADDRESS && names_at(step->address) == NULL &&
	       !has_before(recording, at, same_address);
}

static bool check_step(const struct step *step, size_t number, struct error *err)
{
	char address[RECORDING_ADDRESS_MAX];

	if (is_at_host(step) && (step->address & HOST_NETMASK) == (HOST_ADDRESS & HOST_NETMASK) && step->address != HOST_ADDRESS)
		return error_set(err,
		                 "step %zu: the server %s would be on the device's own network, "
		                 "where only 192.0.2.1 is: give it another 'address' in the session",
		                 number, recording_address(step->address, address));
	if (is_at_host(step) && (step->address >> 24 == 127 || step->address >> 28 >= 14 || step->address >> 24 == 0))
		return error_set(err, "step %zu: %s is not the address of a server: give it another 'address' in the session", number,
		                 recording_address(step->address, address));
	return true;
}

bool servers_check(const struct recording *recording, struct error *err)
{
	size_t addresses = 0, ports = 0;

	if (!script_check(recording, err))
		return false;
	for (size_t i = 0; i < recording->step_count; i++) {
		if (!check_step(&recording->steps[i], i + 1, err))
			return false;
		addresses += is_new_address(recording, i);
		ports += is_served(&recording->steps[i]) && !has_before(recording, i, same_port);
	}
	if (addresses > SERVERS_ADDRESSES_MAX)
		return error_set(err, "the session has %zu addresses, of which at most %u can be played", addresses, SERVERS_ADDRESSES_MAX);
	return ports <= SERVERS_PORTS_MAX ||
	       error_set(err, "the session has %zu ports, of which at most %u can be played", ports, SERVERS_PORTS_MAX);
}

struct servers *servers_open(const struct recording *recording, bool real)
{
	struct servers *servers = memory_new(sizeof *servers);
	size_t others = 0;

	servers->recording = recording;
	servers->real = real;
	servers->played = memory_new((recording->step_count + 1) * sizeof *servers->played);
	servers->openings = openings_open(recording);
	servers->listener = (struct channel_listener){.accepted = accepted, .ctx = servers};
	host_add_gate(open_as_recorded, servers);
	for (size_t i = 0; i < recording->step_count; i++) {
		const struct step *step = &recording->steps[i];
		others += step->kind == STEP_UDP;
		if (is_new_address(recording, i))
			host_add_address(step->address);
		if (is_served(step) && !has_before(recording, i, same_port))
			channel_listen(step->port, &servers->listener);
	}
	trace_line(host_trace(), host_sim()->now, "replay", "a session of %zu steps from '%s'", recording->step_count, recording->source);
	if (others > 0)
		trace_line(host_trace(), host_sim()->now, "replay", "%zu steps of other datagrams are not played", others);
	return servers;
}

void servers_close(struct servers *servers)
{
	if (servers == NULL)
		return;
	while (servers->plays != NULL)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): forget() takes it out of the list. */
		forget(servers->plays);
	openings_close(servers->openings);
	free(servers->played);
	free(servers->names);
	free(servers);
}

const struct dns_name *servers_names(struct servers *servers, const struct dns_name *others)
{
	const struct recording *recording = servers->recording;
	size_t count = 0, more = 0;

	while (others[more].name != NULL)
		more++;
	servers->names = memory_new((recording->step_count + more + 1) * sizeof *servers->names);
	for (size_t i = 0; i < recording->step_count; i++)
		if (recording->steps[i].kind == STEP_DNS && recording->steps[i].address != 0)
			servers->names[count++] = (struct dns_name){recording->steps[i].name, recording->steps[i].address};
	memcpy(servers->names + count, others, (more + 1) * sizeof *others);
	return servers->names;
}

struct servers_told servers_told(const struct servers *servers)
{
	return servers->told;
}

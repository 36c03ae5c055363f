/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A conversation over TCP, turn by turn.
 *
 *     CONNECTING --open, refused or out of time--> TALKING or DONE
 *     TALKING    --the last turn, or a difference that leaves no connection--> DONE
 *
 * The device is through with a conversation (ended_us), so that others may follow, when it has
 * closed its side; it still hears what the server says then.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "player.h"

#define ROOM 16384U
#define FNV_BEGIN 2166136261U
#define FNV_PRIME 16777619U
#define PATTERN 26U
/*
 * Words that differ are over when nothing has come for so long; of others than recorded nobody
 * knows the length.
 */
#define RELUCTANT_US 3000000U

static void end(struct step *step)
{
	if (step->fd >= 0)
		(void)close(step->fd);
	free(step->words);
	step->words = NULL;
	step->fd = -1;
	step->state = DONE;
	step->due_us = NEVER;
	if (step->ended_us == NEVER)
		step->ended_us = now_us();
}

static void begin_turn(struct step *step)
{
	step->done = 0;
	step->check = FNV_BEGIN;
	step->thinks = step->thought = step->differs = step->body_differs = false;
	step->due_us = NEVER;
	if (step->words != NULL)
		memset(step->words, 0, sizeof *step->words);
}

/* -- opening -- */

static void opened(const struct script *script, struct step *step)
{
	if (step->opening != ANSWERED) {
		differ(script, step, "the connection is open, which was %s in the recording",
		       step->opening == REFUSED ? "refused" : "not answered");
		end(step);
		return;
	}
	step->state = TALKING;
	begin_turn(step);
	talk_go_on(script, step);
}

static void not_opened(const struct script *script, struct step *step, int error)
{
	static const int expected[] = {[ANSWERED] = 0, [REFUSED] = ECONNREFUSED, [UNANSWERED] = ETIMEDOUT};
	static const char *const instead[] = {[ANSWERED] = "",
	                                      [REFUSED] = ", where it was refused in the recording",
	                                      [UNANSWERED] = ", where nobody answered in the recording"};

	if (error != expected[step->opening])
		differ(script, step, "no connection: %s%s", strerror(error), instead[step->opening]);
	end(step);
}

void talk_begin(const struct script *script, struct step *step)
{
	const struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = step->address, .sin_port = htons(step->port)};
	const uint64_t patience = step->opening == UNANSWERED && step->takes_us > 0 ? step->takes_us : script->connect_us;
	const int on = 1;

	step->state = CONNECTING;
	step->due_us = now_us() + patience;
	step->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)setsockopt(step->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (step->fd < 0 || (connect(step->fd, (const void *)&to, sizeof to) < 0 && errno != EINPROGRESS))
		not_opened(script, step, errno);
}

static void go_on_opening(const struct script *script, struct step *step)
{
	struct pollfd ready = {.fd = step->fd, .events = POLLOUT};
	int error = 0;
	socklen_t size = sizeof error;

	if (poll(&ready, 1, 0) == 1) {
		if (getsockopt(step->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
			error = errno;
		if (error == 0)
			opened(script, step);
		else
			not_opened(script, step, error);
	} else if (now_us() >= step->due_us) {
		not_opened(script, step, ETIMEDOUT);
	}
}

/* -- turns -- */

/* Whether the device has thought long enough before it does something. */
static bool think(struct step *step, uint64_t after_us)
{
	if (!step->thinks && !step->thought) {
		step->due_us = now_us() + after_us;
		step->thinks = true;
	}
	if (step->thinks && now_us() >= step->due_us) {
		step->thinks = false;
		step->thought = true;
		step->due_us = NEVER;
	}
	return step->thought;
}

/* What the device says next of a turn. */
static size_t prepare(const struct turn *turn, uint64_t at, uint8_t room[ROOM], const uint8_t **ret_bytes)
{
	uint64_t left = (at < turn->known ? turn->known : turn->length) - at;
	size_t length = left < ROOM ? (size_t)left : ROOM;

	*ret_bytes = turn->bytes + at;
	if (at < turn->known)
		return length;
	for (size_t i = 0; i < length; i++)
		room[i] = (uint8_t)('a' + (at + i) % PATTERN);
	*ret_bytes = room;
	return length;
}

/* What a server of others says beyond what it had said is in nobody's turn. */
static void pass_over(const struct script *script, struct step *step)
{
	uint8_t room[ROOM];
	uint64_t length = 0;
	ssize_t got;

	if (!script->real || step->done > 0 || step->differs)
		return;
	while ((got = recv(step->fd, room, sizeof room, 0)) > 0)
		length += (uint64_t)got;
	if (length > 0)
		differ(script, step, "the server had said %" PRIu64 " bytes more before", length);
	step->differs = length > 0;
}

/*
 * @return 1: the turn is over; 0: there is something to wait for; -1: the conversation is at its
 * end.
 */
static int say(const struct script *script, struct step *step, const struct turn *turn)
{
	uint8_t room[ROOM];
	const uint8_t *bytes;

	pass_over(script, step);
	while (step->done < turn->length) {
		size_t length = prepare(turn, step->done, room, &bytes);
		ssize_t sent = send(step->fd, bytes, length, MSG_NOSIGNAL);
		if (sent >= 0) {
			step->done += (uint64_t)sent;
			step->due_us = now_us() + script->silence_us;
			continue;
		}
		if (errno == EAGAIN && now_us() < step->due_us)
			return 0;
		differ(script, step, "after %" PRIu64 " of %" PRIu64 " bytes: %s", step->done, turn->length,
		       errno == EAGAIN ? "the server takes no more" : strerror(errno));
		return -1;
	}
	return 1;
}

/* Compares a block that is complete. */
static void compare(const struct script *script, struct step *step, const struct turn *turn)
{
	uint64_t block = (step->done - 1) / turn->block;
	uint32_t expected = (uint32_t)strtoul(turn->checks + 9 * block + 1, NULL, 16);

	if (expected != step->check && !step->differs) {
		differ(script, step, "the server says something else within bytes %" PRIu64 " to %" PRIu64 " of %" PRIu64,
		       block * turn->block, step->done - 1, turn->length);
		step->differs = true;
	}
	step->check = FNV_BEGIN;
}

static void take_checked(const struct script *script, struct step *step, const struct turn *turn, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		step->check = (step->check ^ bytes[i]) * FNV_PRIME;
		step->done++;
		if (step->done % turn->block == 0 || step->done == turn->length)
			compare(script, step, turn);
	}
}

/*
 * Where a byte that has come stands in what was recorded: a body begins behind its head, however
 * long that is.
 */
static uint64_t place_of(const struct step *step, const struct turn *turn, uint64_t at, bool *ret_body)
{
	*ret_body = turn->head > 0 && step->words->has_head && at >= step->words->head_length;
	return *ret_body ? at - step->words->head_length + turn->head : at;
}

/* Compares what is known of a turn; the first difference is told, of head and body each. */
static void take_known(const struct script *script, struct step *step, const struct turn *turn, const uint8_t *bytes, size_t length)
{
	char expected[WORDS_TEXT_MAX], found[WORDS_TEXT_MAX];
	bool body;

	for (size_t i = 0; i < length && !(step->differs && (step->body_differs || turn->head == 0)); i++) {
		uint64_t at = place_of(step, turn, step->done + i, &body), end = body || turn->head == 0 ? turn->known : turn->head;
		bool *told = body ? &step->body_differs : &step->differs;
		if (at >= end || *told || bytes[i] == turn->bytes[at] || (at >= turn->any[0] && at < turn->any[1]))
			continue;
		differ(script, step, "the server says something else from byte %" PRIu64 " of %" PRIu64 " on: %s was expected, %s found",
		       at, turn->length, words_show(turn->bytes + at, (size_t)(end - at), expected),
		       words_show(bytes + i, length - i, found));
		*told = true;
	}
	step->done += length;
}

/* @return how many of the bytes are of the message. */
static size_t take_message(struct step *step, const uint8_t *bytes, size_t length, bool *ret_over)
{
	if (step->words == NULL)
		step->words = calloc(1, sizeof *step->words);
	if (step->words == NULL)
		play_fail("no memory");
	return words_take(step->words, bytes, length, ret_over);
}

/* @return whether the turn is over. */
static bool take(const struct script *script, struct step *step, const struct turn *turn, const uint8_t *bytes, size_t length)
{
	bool over = false;

	if (turn->head > 0)
		length = take_message(step, bytes, length, &over);
	if (turn->bytes == NULL)
		take_checked(script, step, turn, bytes, length);
	else
		take_known(script, step, turn, bytes, length);
	if (turn->head == 0 || step->words->open)
		return step->done >= turn->length;
	if (over && step->done != turn->length && !step->differs && !step->body_differs)
		differ(script, step, "the server's message has %" PRIu64 " bytes, and not %" PRIu64, step->done, turn->length);
	return over;
}

/* Nothing has come. @return as say(). */
static int wait_on(const struct script *script, struct step *step, const struct turn *turn)
{
	const bool reluctant = script->real && step->differs && turn->head == 0;
	const uint64_t patience = (reluctant ? RELUCTANT_US : script->silence_us) + turn->after_us;

	if (step->due_us == NEVER || (reluctant && step->due_us > now_us() + patience))
		step->due_us = now_us() + patience;
	if (now_us() < step->due_us)
		return 0;
	differ(script, step, "silence after %" PRIu64 " of %" PRIu64 " bytes", step->done, turn->length);
	return script->real && step->done > 0 ? 1 : -1;
}

/* As much as belongs to the turn may be read at once. */
static size_t wanted(const struct step *step, const struct turn *turn)
{
	uint64_t left = turn->length > step->done ? turn->length - step->done : 0;

	if (turn->head > 0 && (step->words == NULL || !step->words->open))
		left = step->words != NULL && step->words->has_head ? step->words->total - step->words->taken : ROOM;
	return left == 0 || left > ROOM ? ROOM : (size_t)left;
}

static int hear(const struct script *script, struct step *step, const struct turn *turn)
{
	uint8_t room[ROOM];
	bool over = turn->length == 0;

	while (!over) {
		ssize_t got = recv(step->fd, room, wanted(step, turn), 0);
		if (got < 0 && errno == EAGAIN)
			return wait_on(script, step, turn);
		if (got <= 0) {
			differ(script, step, "the server ends after %" PRIu64 " of %" PRIu64 " bytes: %s", step->done, turn->length,
			       got == 0 ? "FIN" : strerror(errno));
			return -1;
		}
		step->due_us = now_us() + script->silence_us;
		over = take(script, step, turn, room, (size_t)got);
	}
	return 1;
}

/* The server is to end what it says. What it says instead is passed over. */
static int hear_end(const struct script *script, struct step *step, const struct turn *turn)
{
	uint8_t room[ROOM];
	ssize_t got;

	while ((got = recv(step->fd, room, sizeof room, 0)) > 0) {
		if (!step->differs)
			differ(script, step, "the server goes on, where it had ended");
		step->differs = true;
	}
	if (got < 0 && errno == EAGAIN)
		return wait_on(script, step, turn);
	if ((got < 0) != (turn->kind == THEIR_RST))
		differ(script, step, "the server ends with %s, and not with %s", got < 0 ? strerror(errno) : "FIN",
		       turn->kind == THEIR_RST ? "RST" : "FIN");
	return 1;
}

static int close_side(struct step *step, const struct turn *turn)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	step->ended_us = now_us();
	if (turn->kind == FIN) {
		(void)shutdown(step->fd, SHUT_WR);
		return 1;
	}
	(void)setsockopt(step->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	return -1;
}

static int do_turn(const struct script *script, struct step *step, const struct turn *turn)
{
	switch (turn->kind) {
	case SAY:
		return think(step, turn->after_us) ? say(script, step, turn) : 0;
	case HEAR:
		return hear(script, step, turn);
	case FIN:
	case RST:
		return think(step, turn->after_us) ? close_side(step, turn) : 0;
	case THEIR_FIN:
	case THEIR_RST:
	default:
		return hear_end(script, step, turn);
	}
}

void talk_go_on(const struct script *script, struct step *step)
{
	if (step->state == CONNECTING) {
		go_on_opening(script, step);
		return;
	}
	while (step->turn < step->turn_count) {
		int over = do_turn(script, step, &step->turns[step->turn]);
		if (over == 0)
			return;
		if (over < 0)
			break;
		step->turn++;
		begin_turn(step);
	}
	end(step);
}

short talk_events(const struct step *step)
{
	if (step->state == CONNECTING)
		return POLLOUT;
	if (step->turn >= step->turn_count || step->thinks)
		return 0;
	const struct turn *turn = &step->turns[step->turn];
	return turn->kind == SAY ? POLLOUT : POLLIN;
}

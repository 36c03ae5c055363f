/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a connection is in one of four states.
 *
 *     READING   bytes go to the request's reader; when a request is complete, the handler is asked
 *     WAITING   an answer that comes late is not begun yet
 *     SENDING   the head and then the body go to the channel as fast as it takes them (the body
 *               without a copy, so it must stay)
 *     ENDING    the last answer is out
 *
 * When the last byte is acknowledged the connection is READING again, or ENDING if the client
 * wanted that. In between, the channel is held: further bytes of the client stay there and in TCP's
 * window, so a pipelined request is read when the answer before it is out. An impaired answer
 * (struct http_impairment) is delayed by the connection's timer, or has a limit behind which
 * nothing is sent.
 */
#include "harness/server/http.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/server/answer.h"
#include "harness/server/channel.h"
#include "harness/server/host.h"
#include "harness/server/names.h"
#include "harness/server/request.h"

enum state { READING, WAITING, SENDING, ENDING };

struct connection {
	struct channel *channel;
	unsigned number;
	uint32_t address; /* of the server */
	enum state state;
	struct request_reader reader;
	char head[ANSWER_HEAD_MAX];
	struct http_answer answer;
	size_t head_length, head_written, body_written, body_limit;
	/* bytes handed to the channel; body bytes the client has */
	uint64_t unacknowledged, body_acknowledged;
	bool keep_alive, paused, stalled, deaf;
	struct sim_event timer, deaf_timer;
};

static struct http_handler the_handler;
static uint64_t the_unix_base_ns;
static unsigned connections;

static void say(const struct connection *c, const char *text)
{
	trace_line(host_trace(), host_sim()->now, "http", "#%u %s", c->number, text);
}

/* -- the end of a connection -- */

static void tell_if_cut(const struct connection *c)
{
	if (c->unacknowledged > 0 || c->body_written < c->answer.body.length)
		trace_line(host_trace(), host_sim()->now, "http", "#%u %s ended after %" PRIu64 " of %zu B", c->number,
		           c->reader.request.target, c->body_acknowledged, c->answer.body.length);
}

/* Forgets a connection whose channel is gone or will be. */
static void forget(struct connection *c)
{
	if (c->state == SENDING)
		tell_if_cut(c);
	sim_cancel(host_sim(), &c->timer);
	sim_cancel(host_sim(), &c->deaf_timer);
	answer_release(&c->answer);
	free(c);
}

static void close_connection(struct connection *c)
{
	struct channel *channel = c->channel;

	forget(c);
	channel_close(channel);
}

static void reset_connection(struct connection *c)
{
	struct channel *channel = c->channel;

	say(c, "is reset");
	forget(c);
	channel_abort(channel);
}

/* -- answering -- */

static void send_body(struct connection *c)
{
	while (c->body_written < c->body_limit) {
		size_t left = c->body_limit - c->body_written;
		struct bytes rest = bytes_part(c->answer.body, c->body_written, left);
		struct http_part part = {.port = channel_port(c->channel),
		                         .remote_port = channel_remote_port(c->channel),
		                         .sequence = channel_sequence(c->channel)};
		size_t taken = channel_write(c->channel, rest, false, false);
		if (taken == 0)
			return;
		c->body_written += taken;
		c->unacknowledged += taken;
		part.bytes = bytes_part(rest, 0, taken);
		the_handler.sent(the_handler.ctx, &c->reader.request, &part);
	}
}

/* Hands the channel as much of the answer as it takes. */
static void send_more(struct connection *c)
{
	if (c->head_written < c->head_length) {
		c->head_written += channel_write(c->channel, bytes_of(c->head + c->head_written, c->head_length - c->head_written), false,
		                                 true);
		CHECK(c->head_written == c->head_length);
		c->unacknowledged += c->head_length;
	}
	send_body(c);
	channel_flush(c->channel);
}

static void end_answer(struct connection *c)
{
	c->state = c->keep_alive ? READING : ENDING;
	if (c->state == ENDING) {
		close_connection(c);
		return;
	}
	answer_release(&c->answer);
	if (!c->deaf)
		channel_resume(c->channel);
}

/* All that will be sent without the timer's help is acknowledged. */
static void come_to_rest(struct connection *c)
{
	const struct http_impairment *impairment = &c->answer.impairment;

	if (c->body_limit == c->answer.body.length) {
		end_answer(c);
	} else if (!c->paused && impairment->pause_ns > 0 && c->body_limit == impairment->pause_at) {
		c->paused = true;
		sim_schedule(host_sim(), &c->timer, host_sim()->now + impairment->pause_ns);
	} else if (impairment->cuts && c->body_limit == impairment->cut_at && !c->stalled) {
		c->stalled = impairment->stalls;
		if (!c->stalled)
			close_connection(c);
	}
}

/* How far the body goes before something happens. */
static void set_limit(struct connection *c)
{
	const struct http_impairment *impairment = &c->answer.impairment;
	size_t limit = c->answer.body.length;

	if (impairment->cuts && impairment->cut_at < limit)
		limit = (size_t)impairment->cut_at;
	if (impairment->pause_ns > 0 && !c->paused && impairment->pause_at < limit)
		limit = (size_t)impairment->pause_at;
	c->body_limit = limit;
}

static void start_sending(struct connection *c)
{
	c->state = SENDING;
	set_limit(c);
	send_more(c);
}

static void fire_timer(void *ctx, sim_ns now)
{
	struct connection *c = ctx;

	(void)now;
	if (c->state == WAITING) {
		start_sending(c);
	} else {
		set_limit(c);
		send_more(c);
		if (c->unacknowledged == 0 && c->body_written == c->body_limit)
			come_to_rest(c);
	}
	host_poke();
}

static void fire_deaf_timer(void *ctx, sim_ns now)
{
	struct connection *c = ctx;

	(void)now;
	c->deaf = false;
	channel_open_window(c->channel);
	if (c->state == READING)
		channel_resume(c->channel);
	host_poke();
}

static void ask_handler(struct connection *c)
{
	struct http_request *request = &c->reader.request;
	const struct tls *tls = channel_tls(c->channel);

	request->address = c->address;
	request->tls = tls != NULL;
	if (tls != NULL)
		request->identity = tls_identity(tls);
	c->answer = (struct http_answer){.status = 413};
	if (c->reader.too_large != NULL)
		trace_not_modelled(host_trace(), host_sim()->now, "http", "a request with %s", c->reader.too_large);
	else
		the_handler.answer(the_handler.ctx, request, &c->answer);
}

static void write_head(struct connection *c, const char *range_header)
{
	c->head_length = answer_write_head(&c->answer, range_header, c->keep_alive, (the_unix_base_ns + host_sim()->now) / SIM_S, c->head);
	c->head_written = 0;
}

static void begin_answer(struct connection *c)
{
	const struct http_request *request = &c->reader.request;
	char range_header[ANSWER_RANGE_MAX];

	channel_hold(c->channel);
	c->keep_alive = request_keeps_alive(&c->reader);
	ask_handler(c);
	const struct http_impairment *impairment = &c->answer.impairment;
	if (impairment->length != HTTP_LENGTH_RIGHT || (impairment->cuts && !impairment->stalls))
		c->keep_alive = false;
	answer_apply_range(request, &c->answer, range_header);
	write_head(c, range_header);
	trace_line(host_trace(), host_sim()->now, "http", "#%u %s %s%s%s -> %u, %zu B", c->number, request->method, request->target,
	           request->range[0] != '\0' ? " range " : "", request->range, c->answer.status, c->answer.body.length);
	c->body_written = 0;
	c->body_acknowledged = 0;
	c->unacknowledged = 0;
	c->paused = c->stalled = false;
	if (strcmp(request->method, "HEAD") == 0)
		c->answer.body.length = 0;
	if (impairment->deaf_ns > 0) {
		c->deaf = true;
		channel_shut_window(c->channel);
		sim_schedule(host_sim(), &c->deaf_timer, host_sim()->now + impairment->deaf_ns);
	}
	if (impairment->resets) {
		reset_connection(c);
		return;
	}
	if (impairment->before_ns > 0) {
		c->state = WAITING;
		sim_schedule(host_sim(), &c->timer, host_sim()->now + impairment->before_ns);
		return;
	}
	start_sending(c);
}

/* RFC 9112 3: what is no request is answered once and ends the connection. */
static void refuse(struct connection *c)
{
	c->answer = (struct http_answer){.status = 400};
	c->keep_alive = false;
	write_head(c, "");
	(void)channel_write(c->channel, bytes_of(c->head, c->head_length), false, true);
	close_connection(c);
}

/* -- the connection -- */

/* Up to the end of a request, which is answered. What was read leaves the window. */
static size_t on_received(void *ctx, struct bytes data)
{
	struct connection *c = ctx;
	size_t read;

	enum request_result result = request_read(&c->reader, data, &read);
	channel_took(c->channel, read);
	if (result == REQUEST_COMPLETE) {
		begin_answer(c);
	} else if (result == REQUEST_WRONG) {
		trace_line(host_trace(), host_sim()->now, "http", "#%u finding: no HTTP request: %s -> 400", c->number,
		           request_fault(&c->reader));
		refuse(c);
	}
	return read;
}

static void on_sent(void *ctx, size_t length)
{
	struct connection *c = ctx;

	if (c->state != SENDING)
		return;
	c->unacknowledged -= length;
	c->body_acknowledged = c->body_written > c->unacknowledged ? c->body_written - c->unacknowledged : 0;
	send_more(c);
	if (c->unacknowledged == 0 && c->body_written == c->body_limit)
		come_to_rest(c);
}

static void on_ended(void *ctx)
{
	struct connection *c = ctx;

	/*
	 * It may still read (RFC 9293 3.6): what it asked for is sent to the end. If it does not,
	 * its reset ends the connection.
	 */
	c->keep_alive = false;
	if ((c->state == SENDING || c->state == WAITING) && !c->stalled)
		say(c, "half closed by a FIN that came");
	else
		close_connection(c);
}

static void on_failed(void *ctx, enum channel_failure kind, const char *why)
{
	struct connection *c = ctx;

	(void)kind;
	bool shaking = channel_tls(c->channel) != NULL && tls_state(channel_tls(c->channel)) == TLS_FAILED;
	if (why != NULL)
		trace_line(host_trace(), host_sim()->now, shaking ? "tls" : "http", "#%u %s%s", c->number, shaking ? "finding: TLS: " : "",
		           why);
	forget(c);
}

static const char *host_of(const struct connection *c)
{
	const struct server_name *name = names_at(c->address);

	return name != NULL ? name->name : "nobody";
}

static void *on_accepted(void *ctx, struct channel *channel, struct channel_ops *ret_ops)
{
	struct connection *c = memory_new(sizeof *c);
	bool elsewhere = channel_address(channel) != HOST_ADDRESS;

	(void)ctx;
	*ret_ops = (struct channel_ops){on_received, on_sent, on_ended, on_failed};
	c->channel = channel;
	c->number = ++connections;
	c->address = channel_address(channel);
	c->timer = (struct sim_event){.fire = fire_timer, .ctx = c, .lag = host_lag()};
	c->deaf_timer = (struct sim_event){.fire = fire_deaf_timer, .ctx = c, .lag = host_lag()};
	request_init(&c->reader);
	trace_line(host_trace(), host_sim()->now, "http", "#%u connection from port %u%s%s", c->number, channel_remote_port(channel),
	           elsewhere ? " to " : "", elsewhere ? host_of(c) : "");
	return c;
}

static bool on_handshake(void *user, struct tls_config *ret_config)
{
	struct connection *c = user;

	return the_handler.handshake != NULL && the_handler.handshake(the_handler.ctx, c->address, c->number, ret_config);
}

static void on_opened(void *user)
{
	struct connection *c = user;
	const struct tls *tls = channel_tls(c->channel);
	const struct pki_identity identity = tls_identity(tls);
	const char *asked = tls_asked_name(tls);
	static const char *const issuers[] = {[PKI_NOBODY] = "no certificate",
	                                      [PKI_MANUFACTURER] = "bootstrap certificate of ",
	                                      [PKI_ATTESTATION] = "client certificate of "};

	trace_line(host_trace(), host_sim()->now, "tls", "#%u %s, %s%s", c->number, tls_version_name(tls), issuers[identity.issuer],
	           identity.name);
	if (asked == NULL || strcmp(asked, host_of(c)) != 0)
		trace_line(host_trace(), host_sim()->now, "tls", "#%u finding: it asked for host %s, this is %s", c->number,
		           asked != NULL ? asked : "(none)", host_of(c));
}

void http_date(uint64_t unix_base_ns)
{
	the_unix_base_ns = unix_base_ns;
}

void http_open(struct http_handler handler, uint64_t unix_base_ns)
{
	static const struct channel_listener plain = {.accepted = on_accepted},
					     secure = {.accepted = on_accepted, .configure = on_handshake, .opened = on_opened};

	the_handler = handler;
	the_unix_base_ns = unix_base_ns;
	connections = 0;
	channel_listen(HTTP_PORT, &plain);
	if (handler.handshake != NULL)
		channel_listen(HTTPS_PORT, &secure);
}

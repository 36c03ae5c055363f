/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a connection is in one of three states. READING: bytes go to llhttp, which collects the request; when it is complete, the handler is asked
 * and the connection is SENDING. There, the head and then the body go to lwIP as fast as it takes them (the body without a copy, so it must stay); when
 * the last byte is acknowledged the connection is READING again, or ENDING if the client wanted that. While SENDING, further bytes of the client are kept
 * and stay in TCP's window, so there is never more than a window of them: a pipelined request is read when the answer before it is out.
 */
#include "server/http.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <llhttp.h>
#include <lwip/pbuf.h>
#include <lwip/tcp.h>

#include "base/check.h"
#include "base/memory.h"
#include "server/host.h"

#define HEAD_MAX 1024
#define FIELD_NAME_MAX 32

enum state { READING, SENDING, ENDING };

struct connection {
	struct http_handler *handler;
	struct tcp_pcb *pcb;
	unsigned number;
	enum state state;
	llhttp_t parser;
	struct http_request request;
	char field[FIELD_NAME_MAX]; /* the name of the header that is being read */
	char *value;                /* where its value goes, or NULL */
	bool complete, too_large;
	struct pbuf *unread; /* bytes that came while SENDING */
	char head[HEAD_MAX];
	struct http_answer answer;
	size_t head_length, body_written;
	uint64_t unacknowledged, body_acknowledged; /* bytes handed to lwIP; body bytes the client has */
	bool keep_alive;
};

static struct http_handler the_handler;
static uint64_t the_unix_base_ns;
static unsigned connections;

static void say(const struct connection *c, const char *text)
{
	trace_line(host_trace(), host_sim()->now, "http", "#%u %s", c->number, text);
}

/* -- reading a request -- */

static void append(char *to, size_t size, const char *at, size_t length)
{
	size_t used = strlen(to);

	if (used + length >= size)
		length = size - 1 - used;
	memcpy(to + used, at, length);
	to[used + length] = '\0';
}

static struct connection *of(llhttp_t *parser)
{
	return parser->data;
}

static int on_begin(llhttp_t *parser)
{
	struct connection *c = of(parser);

	memset(&c->request, 0, sizeof c->request);
	c->complete = c->too_large = false;
	c->value = NULL;
	c->field[0] = '\0';
	return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t length)
{
	struct connection *c = of(parser);

	c->too_large = c->too_large || strlen(c->request.target) + length >= sizeof c->request.target;
	append(c->request.target, sizeof c->request.target, at, length);
	return 0;
}

static int on_field(llhttp_t *parser, const char *at, size_t length)
{
	struct connection *c = of(parser);

	if (c->value != NULL)
		c->field[0] = '\0';
	c->value = NULL;
	append(c->field, sizeof c->field, at, length);
	return 0;
}

static char *place_of(struct http_request *request, const char *field)
{
	const struct {
		const char *name;
		char *place;
	} fields[] = {
		{"Host", request->host}, {"Range", request->range}, {"If-Range", request->if_range}, {"User-Agent", request->user_agent}};

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strcasecmp(fields[i].name, field) == 0)
			return fields[i].place;
	return NULL;
}

static int on_value(llhttp_t *parser, const char *at, size_t length)
{
	static char nowhere[1];
	struct connection *c = of(parser);

	if (c->value == NULL)
		c->value = place_of(&c->request, c->field);
	if (c->value == NULL)
		c->value = nowhere;
	if (c->value != nowhere)
		append(c->value, HTTP_FIELD_MAX, at, length);
	return 0;
}

static int on_value_complete(llhttp_t *parser)
{
	struct connection *c = of(parser);

	c->field[0] = '\0';
	c->value = NULL;
	return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t length)
{
	struct connection *c = of(parser);
	size_t room = sizeof c->request.body - c->request.body_length;

	c->too_large = c->too_large || length > room;
	if (length > room)
		length = room;
	memcpy(c->request.body + c->request.body_length, at, length);
	c->request.body_length += length;
	return 0;
}

static int on_complete(llhttp_t *parser)
{
	of(parser)->complete = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_message_begin = on_begin,
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_header_value_complete = on_value_complete,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

/* -- answering -- */

static const char *reason_of(unsigned status)
{
	switch (status) {
	case 200:
		return "OK";
	case 204:
		return "No Content";
	case 206:
		return "Partial Content";
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 413:
		return "Content Too Large";
	case 416:
		return "Range Not Satisfiable";
	default:
		return "Unknown";
	}
}

/* RFC 9110 13.1.5: If-Range takes a strong comparison of the validator. */
static bool range_applies(const struct http_request *request, const struct http_answer *answer)
{
	if (!answer->ranges || answer->status != 200 || request->range[0] == '\0' || strcmp(request->method, "GET") != 0)
		return false;
	return request->if_range[0] == '\0' || (answer->etag != NULL && strcmp(request->if_range, answer->etag) == 0);
}

/* Cuts the answer down to what Range asks for and writes the Content-Range header, if any, to @p ret_header. */
static void apply_range(const struct http_request *request, struct http_answer *answer, char ret_header[96])
{
	uint64_t first, last, size = answer->body.length;

	ret_header[0] = '\0';
	if (!range_applies(request, answer))
		return;
	switch (http_range_parse(request->range, size, &first, &last)) {
	case HTTP_RANGE_NONE:
		break;
	case HTTP_RANGE_PART:
		answer->status = 206;
		answer->body = bytes_part(answer->body, first, last - first + 1);
		(void)snprintf(ret_header, 96, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n", first, last, size);
		break;
	case HTTP_RANGE_UNSATISFIABLE:
		answer->status = 416;
		answer->body.length = 0;
		(void)snprintf(ret_header, 96, "Content-Range: bytes */%" PRIu64 "\r\n", size);
		break;
	}
}

/* RFC 9110 5.6.7, of the world's time: a server that has a clock says what time it is. */
static void format_date(char ret_text[40])
{
	time_t seconds = (time_t)((the_unix_base_ns + host_sim()->now) / SIM_S);
	struct tm parts;

	(void)gmtime_r(&seconds, &parts);
	(void)strftime(ret_text, 40, "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

static void write_head(struct connection *c, const char *range_header)
{
	const struct http_answer *answer = &c->answer;
	char date[40];

	format_date(date);
	int used = snprintf(c->head, sizeof c->head, "HTTP/1.1 %u %s\r\nServer: stutter\r\nDate: %s\r\n", answer->status,
	                    reason_of(answer->status), date);

	if (answer->type != NULL)
		used += snprintf(c->head + used, sizeof c->head - (size_t)used, "Content-Type: %s\r\n", answer->type);
	if (answer->status != 204)
		used += snprintf(c->head + used, sizeof c->head - (size_t)used, "Content-Length: %zu\r\n", answer->body.length);
	if (answer->etag != NULL)
		used += snprintf(c->head + used, sizeof c->head - (size_t)used, "ETag: %s\r\n", answer->etag);
	if (answer->ranges)
		used += snprintf(c->head + used, sizeof c->head - (size_t)used, "Accept-Ranges: bytes\r\n");
	if (answer->status == 405)
		used += snprintf(c->head + used, sizeof c->head - (size_t)used, "Allow: GET, HEAD\r\n");
	used += snprintf(c->head + used, sizeof c->head - (size_t)used, "%s%s\r\n", range_header,
	                 c->keep_alive ? "" : "Connection: close\r\n");
	CHECK_INT(used, <, sizeof c->head);
	c->head_length = (size_t)used;
}

/* Hands lwIP as much of the body as it takes. */
static void send_more(struct connection *c)
{
	while (c->body_written < c->answer.body.length) {
		size_t room = tcp_sndbuf(c->pcb), left = c->answer.body.length - c->body_written;
		size_t piece = left < room ? left : room;
		if (piece > 0xffff)
			piece = 0xffff;
		u8_t more = piece < left ? TCP_WRITE_FLAG_MORE : 0;
		if (piece == 0 || tcp_write(c->pcb, c->answer.body.data + c->body_written, (u16_t)piece, more) != ERR_OK)
			break;
		c->handler->sent(c->handler->ctx, bytes_part(c->answer.body, c->body_written, piece));
		c->body_written += piece;
		c->unacknowledged += piece;
	}
	(void)tcp_output(c->pcb);
}

static void begin_answer(struct connection *c)
{
	char range_header[96];

	c->keep_alive = llhttp_should_keep_alive(&c->parser) != 0;
	c->request.method = llhttp_method_name((llhttp_method_t)c->parser.method);
	c->answer = (struct http_answer){.status = 413};
	if (!c->too_large)
		c->handler->answer(c->handler->ctx, &c->request, &c->answer);
	apply_range(&c->request, &c->answer, range_header);
	write_head(c, range_header);
	trace_line(host_trace(), host_sim()->now, "http", "#%u %s %s%s%s -> %u, %zu B", c->number, c->request.method, c->request.target,
	           c->request.range[0] != '\0' ? " range " : "", c->request.range, c->answer.status, c->answer.body.length);
	c->state = SENDING;
	c->body_written = 0;
	c->body_acknowledged = 0;
	c->unacknowledged = c->head_length;
	if (strcmp(c->request.method, "HEAD") == 0)
		c->answer.body.length = 0;
	CHECK(tcp_write(c->pcb, c->head, (u16_t)c->head_length, TCP_WRITE_FLAG_COPY) == ERR_OK);
	send_more(c);
}

static void tell_if_cut(const struct connection *c)
{
	if (c->unacknowledged > 0 || c->body_written < c->answer.body.length)
		trace_line(host_trace(), host_sim()->now, "http", "#%u %s ended after %" PRIu64 " of %zu B", c->number, c->request.target,
		           c->body_acknowledged, c->answer.body.length);
}

/* -- the connection -- */

/* Forgets a connection whose pcb lwIP has released or will release. */
static void forget(struct connection *c)
{
	if (c->state == SENDING)
		tell_if_cut(c);
	if (c->unread != NULL)
		pbuf_free(c->unread);
	free(c);
}

static void close_connection(struct connection *c)
{
	struct tcp_pcb *pcb = c->pcb;

	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
	/* It fails only for want of memory, of which we have enough or none at all. */
	CHECK(tcp_close(pcb) == ERR_OK);
	forget(c);
}

/* RFC 9112 3: what is no request is answered once and ends the connection. */
static void refuse(struct connection *c)
{
	c->answer = (struct http_answer){.status = 400};
	c->keep_alive = false;
	write_head(c, "");
	(void)tcp_write(c->pcb, c->head, (u16_t)c->head_length, TCP_WRITE_FLAG_COPY);
	close_connection(c);
}

/* Keeps what the parser has not read; it still fills the window. */
static void keep_unread(struct connection *c, const char *at, size_t length)
{
	if (length == 0)
		return;
	c->unread = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_RAM);
	CHECK(c->unread != NULL && pbuf_take(c->unread, at, (u16_t)length) == ERR_OK);
}

/* Feeds bytes to the parser up to the end of a request, and answers that. What was read leaves the window. */
static void feed(struct connection *c, struct pbuf *packet)
{
	char data[TCP_WND + 1];
	u16_t length = pbuf_copy_partial(packet, data, TCP_WND, 0);

	pbuf_free(packet);
	llhttp_errno_t result = llhttp_execute(&c->parser, data, length);
	if (result == HPE_PAUSED && c->complete) {
		size_t read = (size_t)(llhttp_get_error_pos(&c->parser) - data);
		tcp_recved(c->pcb, (u16_t)read);
		keep_unread(c, data + read, length - read);
		llhttp_resume(&c->parser);
		begin_answer(c);
		return;
	}
	tcp_recved(c->pcb, length);
	if (result == HPE_OK)
		return;
	trace_line(host_trace(), host_sim()->now, "http", "#%u finding: no HTTP request: %s -> 400", c->number,
	           llhttp_get_error_reason(&c->parser));
	refuse(c);
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
	struct connection *c = arg;

	(void)error;
	(void)pcb;
	if (packet == NULL) {
		/* It may still read (RFC 9293 3.6): what it asked for is sent to the end. If it does not, its reset ends the connection. */
		c->keep_alive = false;
		if (c->state == SENDING)
			say(c, "the device has closed its side");
		else
			close_connection(c);
		return ERR_OK;
	}
	if (c->state == READING) {
		feed(c, packet);
	} else if (c->unread != NULL) {
		pbuf_cat(c->unread, packet);
	} else {
		c->unread = packet;
	}
	return ERR_OK;
}

static void end_answer(struct connection *c)
{
	c->state = c->keep_alive ? READING : ENDING;
	if (c->state == ENDING) {
		close_connection(c);
		return;
	}
	struct pbuf *unread = c->unread;
	c->unread = NULL;
	if (unread != NULL)
		feed(c, unread);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
	struct connection *c = arg;

	(void)pcb;
	if (c->state != SENDING)
		return ERR_OK;
	c->unacknowledged -= length;
	uint64_t acknowledged = c->body_written > c->unacknowledged ? c->body_written - c->unacknowledged : 0;
	c->body_acknowledged = acknowledged;
	send_more(c);
	if (c->unacknowledged == 0 && c->body_written == c->answer.body.length)
		end_answer(c);
	return ERR_OK;
}

static void on_error(void *arg, err_t error)
{
	struct connection *c = arg;

	if (c == NULL)
		return;
	say(c, error == ERR_RST ? "the device has reset the connection" : "lwIP has given up the connection");
	forget(c);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
	(void)arg;
	if (error != ERR_OK || pcb == NULL)
		return ERR_VAL;
	struct connection *c = memory_new(sizeof *c);
	c->handler = &the_handler;
	c->pcb = pcb;
	c->number = ++connections;
	llhttp_init(&c->parser, HTTP_REQUEST, &settings);
	c->parser.data = c;
	tcp_arg(pcb, c);
	tcp_recv(pcb, on_recv);
	tcp_sent(pcb, on_sent);
	tcp_err(pcb, on_error);
	trace_line(host_trace(), host_sim()->now, "http", "#%u connection from port %u", c->number, pcb->remote_port);
	return ERR_OK;
}

void http_open(struct http_handler handler, uint64_t unix_base_ns)
{
	struct tcp_pcb *pcb = tcp_new();

	the_handler = handler;
	the_unix_base_ns = unix_base_ns;
	connections = 0;
	CHECK(pcb != NULL);
	CHECK(tcp_bind(pcb, IP_ANY_TYPE, HTTP_PORT) == ERR_OK);
	pcb = tcp_listen(pcb);
	CHECK(pcb != NULL);
	tcp_accept(pcb, on_accept);
}

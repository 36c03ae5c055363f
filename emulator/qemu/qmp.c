/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QMP is one JSON object a line, both ways. Events may come at any time; they are remembered as
 * bits. There is never more than one command under way.
 */
#include "emulator/qemu/qmp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void qmp_init(struct qmp *ret_qmp, int fd)
{
	ret_qmp->fd = fd;
	ret_qmp->events = 0;
	ret_qmp->length = 0;
}

uint64_t qmp_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void note_event(struct qmp *qmp, const char *event)
{
	if (strcmp(event, "GUEST_PANICKED") == 0)
		qmp->events |= QMP_PANICKED;
	else if (strcmp(event, "SHUTDOWN") == 0)
		qmp->events |= QMP_SHUTDOWN;
}

/* Takes one line out of the buffer; NULL: there is no whole one. */
static json_t *take_line(struct qmp *qmp)
{
	char *const end = memchr(qmp->buffer, '\n', qmp->length);
	json_t *object;
	size_t size;

	if (!end)
		return NULL;
	size = (size_t)(end - qmp->buffer) + 1;
	object = json_loadb(qmp->buffer, size, 0, NULL);
	qmp->length -= size;
	memmove(qmp->buffer, qmp->buffer + size, qmp->length);
	return object ? object : json_object();
}

/* Waits for bytes; false: deadline or end. */
static bool fill(struct qmp *qmp, uint64_t deadline_ms)
{
	const uint64_t now = qmp_now_ms();
	struct pollfd ready = {.fd = qmp->fd, .events = POLLIN};
	ssize_t got;

	if (qmp->events & QMP_CLOSED || now >= deadline_ms)
		return false;
	if (poll(&ready, 1, (int)(deadline_ms - now)) <= 0)
		return errno == EINTR;
	got = qmp->length < sizeof(qmp->buffer) ? read(qmp->fd, qmp->buffer + qmp->length, sizeof(qmp->buffer) - qmp->length) : 0;
	if (got <= 0) {
		qmp->events |= QMP_CLOSED;
		return false;
	}
	qmp->length += (size_t)got;
	return true;
}

/* The next object that is an answer, events being noted on the way; NULL: deadline or end. */
static json_t *next_answer(struct qmp *qmp, uint64_t deadline_ms)
{
	for (;;) {
		json_t *object = take_line(qmp);
		const char *event;

		if (!object) {
			if (!fill(qmp, deadline_ms))
				return NULL;
			continue;
		}
		event = json_string_value(json_object_get(object, "event"));
		if (event)
			note_event(qmp, event);
		if (json_object_get(object, "return") || json_object_get(object, "error"))
			return object;
		json_decref(object);
	}
}

static bool send_text(struct qmp *qmp, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		const ssize_t sent = send(qmp->fd, text, left, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return false;
		if (sent > 0) {
			text += sent;
			left -= (size_t)sent;
		}
	}
	return true;
}

static bool never_answered(const struct qmp *qmp, const char *command, struct error *err)
{
	return error_set(err, "QEMU does not answer the command %s: %s", command, qmp->events & QMP_CLOSED ? "it ended" : "timed out");
}

bool qmp_send(struct qmp *qmp, const char *command, json_t *arguments, struct error *err)
{
	json_t *request = json_pack("{s:s}", "execute", command);
	bool sent;
	char *text;

	if (arguments)
		json_object_set_new(request, "arguments", arguments);
	text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	sent = text && send_text(qmp, text);
	free(text);
	return sent || never_answered(qmp, command, err);
}

bool qmp_command(struct qmp *qmp, const char *command, json_t *arguments, uint64_t deadline_ms, json_t **ret_answer, struct error *err)
{
	json_t *answer;
	const char *wrong;

	if (!qmp_send(qmp, command, arguments, err))
		return false;
	answer = next_answer(qmp, deadline_ms);
	if (!answer)
		return never_answered(qmp, command, err);
	wrong = json_string_value(json_object_get(json_object_get(answer, "error"), "desc"));
	if (wrong)
		error_set(err, "QEMU refuses the command %s: %s", command, wrong);
	else if (ret_answer)
		*ret_answer = json_incref(json_object_get(answer, "return"));
	json_decref(answer);
	return !wrong;
}

bool qmp_status(struct qmp *qmp, const char *command, uint64_t deadline_ms, char *ret_status, size_t size, struct error *err)
{
	json_t *answer;
	const char *status;

	if (!qmp_command(qmp, command, NULL, deadline_ms, &answer, err))
		return false;
	status = json_string_value(json_object_get(answer, "status"));
	snprintf(ret_status, size, "%s", status ? status : "");
	json_decref(answer);
	return true;
}

unsigned qmp_wait(struct qmp *qmp, unsigned events, uint64_t deadline_ms)
{
	do {
		json_t *object;

		while ((object = take_line(qmp))) {
			const char *event = json_string_value(json_object_get(object, "event"));

			if (event)
				note_event(qmp, event);
			json_decref(object);
		}
	} while (!(qmp->events & events) && fill(qmp, deadline_ms));
	return qmp->events;
}

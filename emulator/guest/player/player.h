/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Plays the device's side of a recorded session over the device's own network. The script (harness/recorded/script.h) comes from the harness, through
 * /dev/stutter; events go the same way.
 */
#ifndef PLAYER_H
#define PLAYER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_MAX_LENGTH 256
#define NEVER UINT64_MAX

enum turn_kind { SAY, FILL, HEAR, FIN, RST, THEIR_FIN, THEIR_RST };

struct turn {
	enum turn_kind kind;
	uint64_t after_us, length;
	const uint8_t *bytes; /* of SAY */
	const char *checks;   /* of HEAR: " 0123abcd" for each block */
	uint64_t block;
};

enum step_kind { SKIP, DNS, NTP, TCP };
enum opening { ANSWERED, REFUSED, UNANSWERED };
enum step_state { WAITING, ASKING, CONNECTING, TALKING, DONE };

struct step {
	enum step_kind kind;
	unsigned follows;
	uint64_t wait_us, takes_us, tries;
	char name[NAME_MAX_LENGTH];
	struct in_addr address;
	uint16_t port;
	bool answered; /* NTP */
	enum opening opening;
	struct turn *turns;
	size_t turn_count;
	/* At work. */
	enum step_state state;
	int fd;
	uint64_t due_us;   /* when something is to be done, or given up; NEVER */
	uint64_t ended_us; /* the device was through with it; NEVER: it is not */
	uint64_t asked;
	size_t turn;
	uint64_t done; /* bytes of this turn */
	uint32_t check;
	bool thinks; /* due_us is when the turn begins */
	bool thought;
	bool differs; /* of this turn: it was told */
};

struct script {
	uint64_t lease_us, connect_us, silence_us, dns_timeout_us, dns_tries;
	struct step *steps;
	size_t step_count;
};

/* script.c: reads the script; ends the program with a message if it is none. */
void script_read(struct script *script);

/* events.c */
void event(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Something is not as it was recorded; the first is the session's result. */
void differ(const struct script *script, const struct step *step, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The number of differences, and the first. */
unsigned differences(const char **ret_first);

uint64_t now_us(void);

/* ask.c: DNS and NTP. A step that is DONE has ended_us. */
void ask_begin(const struct script *script, struct step *step);
void ask_go_on(const struct script *script, struct step *step);

/* talk.c: TCP. */
void talk_begin(const struct script *script, struct step *step);
void talk_go_on(const struct script *script, struct step *step);
/* Which events of poll(2) it waits for. */
short talk_events(const struct step *step);

#endif

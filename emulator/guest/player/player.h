/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Plays the device's side of a recorded session over sockets: in the device, where the script comes
 * from the harness and events go to it (device.c), and on the host, against servers of others
 * (play.h). harness/recorded/script.h describes the script.
 */
#ifndef PLAYER_H
#define PLAYER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "play.h"
#include "words.h"

#define NAME_MAX_LENGTH 256
#define NEVER UINT64_MAX

enum turn_kind { SAY, HEAR, FIN, RST, THEIR_FIN, THEIR_RST };

struct turn {
	enum turn_kind kind;
	uint64_t after_us, length;
	const uint8_t *bytes; /* what is known of it; of HEAR, NULL: there are checks */
	uint64_t known;       /* how many bytes; behind them SAY has a pattern */
	uint64_t any[2];      /* of those any are good from the first place up to the second */
	const char *checks;   /* of HEAR: " 0123abcd" for each block */
	uint64_t block;
	/*
	 * of HEAR: it is a message of HTTP, over where that is, with a head of so many bytes; 0: it
	 * is none
	 */
	size_t head;
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
	bool body_differs;
	struct words *words; /* of HEAR that is a message; NULL: none was heard yet */
};

struct script {
	uint64_t lease_us, connect_us, silence_us, dns_timeout_us, dns_tries;
	bool real; /* the servers are others, and may say something else */
	struct step *steps;
	size_t step_count;
};

/* script.c: reads the script, which must stay; ends the program with a message if it is none. */
void script_read(struct script *script, char *text, size_t length);

/* steps.c */
/* Something is not as it was recorded; the first is the session's result. */
void differ(const struct script *script, const struct step *step, const char *format, ...) __attribute__((format(printf, 3, 4)));
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `play`: the device's side of a recorded session, over the sockets of this machine (or of whatever
 * network it is run in), against servers of others.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/unit.h"
#include "harness/cli/values.h"
#include "emulator/guest/player/play.h"
#include "harness/recorded/form.h"
#include "harness/recorded/script.h"
#include "lib/sim/sim.h"

#define CONNECT_NS (30 * SIM_S)
#define SILENCE_STANDARD "60s"
#define DNS_TIMEOUT_NS (5 * SIM_S)
#define DNS_TRIES 2

static const struct cli_option options[] = {
	{"to", "ADDRESS", "connect to this address in place of all that the session has; ports stay (default: as recorded)"},
	{"silence", "TIME", "give up on a server that says nothing for this long (default: " SILENCE_STANDARD ")"},
	{NULL, NULL, NULL},
};

/* -- what the player calls -- */

void play_event(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	(void)putchar('\n');
	(void)fflush(stdout);
}

void play_fail(const char *format, ...)
{
	va_list args;

	fputs("stutter: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	exit(EXIT_BUG);
}

static void ready(uint64_t lease_us)
{
	(void)lease_us;
}

/* -- the session -- */

static bool read_to(const char *text, struct recording *recording, struct error *err)
{
	uint32_t address;

	if (text == NULL)
		return true;
	if (!recording_read_address(text, &address))
		return error_set(err, "--to: invalid IPv4 address '%.64s': expected four numbers, such as 192.168.1.20", text);
	for (size_t i = 0; i < recording->step_count; i++)
		if (recording->steps[i].kind == STEP_TCP || recording->steps[i].kind == STEP_NTP)
			recording->steps[i].address = address;
	return true;
}

static void tell_turns(const struct step *step, size_t number)
{
	for (size_t i = 0; i < step->turn_count; i++) {
		const struct turn *turn = &step->turns[i];
		if (turn->side == SIDE_DEVICE && turn->known_length < turn->length)
			printf("step %zu turn %zu: %" PRIu64 " of %" PRIu64 " bytes are not known, and a pattern stands for them\n", number,
			       i + 1, turn->length - turn->known_length, turn->length);
	}
}

/* @return how many steps are played. */
static size_t tell_steps(const struct recording *recording)
{
	size_t played = 0;

	for (size_t i = 0; i < recording->step_count; i++) {
		const struct step *step = &recording->steps[i];
		if (step->kind == STEP_TCP && step->tls)
			printf("step %zu is not played: it is TLS, and nobody knows what was said in it\n", i + 1);
		else if (step->kind == STEP_UDP)
			printf("step %zu is not played: it is of datagrams other than those of DNS and NTP\n", i + 1);
		else if (step->kind != STEP_DHCP)
			played++;
		if (step->kind == STEP_TCP && !step->tls)
			tell_turns(step, i + 1);
	}
	return played;
}

static int play(const struct recording *recording, uint64_t silence_ns)
{
	const struct script_patience patience = {
		.connect_ns = CONNECT_NS, .silence_ns = silence_ns, .dns_timeout_ns = DNS_TIMEOUT_NS, .dns_tries = DNS_TRIES};
	const size_t played = tell_steps(recording);
	const char *first;
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	script_write_real(recording, &patience, stream);
	(void)fclose(stream);
	unsigned count = play_script(text, length, ready, &first);
	free(text);
	printf("%zu of %zu steps were played, %s%u difference%s%s%s\n", played, recording->step_count, count == 0 ? "with " : "", count,
	       count == 1 ? "" : "s", count > 0 ? ", the first in " : "", first);
	return count == 0 ? EXIT_PASSED : EXIT_FAILED;
}

static int run(const struct cli_values *values)
{
	const char *silence = cli_value(values, "silence");
	struct recording recording;
	struct error err;
	uint64_t silence_ns;

	if (values->operand_count != 1) {
		error_set(&err, "play takes one session, as `stutter import` writes it");
		return cli_fail(&err);
	}
	if (!unit_parse(UNIT_DURATION, silence != NULL ? silence : SILENCE_STANDARD, &silence_ns, &err)) {
		error_context(&err, "--silence");
		return cli_fail(&err);
	}
	if (!form_read(&recording, values->operands[0], &err))
		return cli_fail(&err);
	const bool good = (script_check(&recording, &err) || error_at(&err, values->operands[0], 0, 0)) &&
	                  read_to(cli_value(values, "to"), &recording, &err);
	int status = good ? play(&recording, silence_ns) : cli_fail(&err);
	recording_close(&recording);
	return status;
}

const struct cli_command cli_play = {
	"play", "SESSION", "play the device's side of a recorded session against real servers", run, {options}};

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

/* How often the timer interrupts. */
#define TICK_US 20000

static const int requests[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define REQUESTS (sizeof requests / sizeof requests[0])

static struct watch watch;
static struct timespec killed_at; /* when the command is killed, on CLOCK_MONOTONIC; 0: it is not */
/* who gets what is passed on, in place of the command; 0: nobody */
static volatile pid_t other;

static void tick(void)
{
	static const struct itimerval timer = {.it_interval = {.tv_usec = TICK_US}, .it_value = {.tv_usec = TICK_US}};

	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

static void look_at_command(void)
{
	int status;

	if (watch.command == 0 || watch.command_ended || waitpid(watch.command, &status, WNOHANG) != watch.command)
		return;
	watch.command_status = status;
	watch.command_ended = 1;
	watch.stop = 1;
	tick();
}

static void look_at_server(void)
{
	int status;

	if (watch.server == 0 || watch.server_ended || waitpid(watch.server, &status, WNOHANG) != watch.server)
		return;
	watch.server_status = status;
	watch.server_ended = 1;
}

static void on_child(int number)
{
	const int kept = errno;

	(void)number;
	look_at_command();
	look_at_server();
	errno = kept;
}

static void kill_later(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_sec += (time_t)(WATCH_GRACE_NS / UINT64_C(1000000000));
	killed_at = now;
	tick();
}

static void on_request(int number, siginfo_t *info, void *context)
{
	const int kept = errno;
	const bool is_alone = info->si_code == SI_USER || info->si_code == SI_QUEUE || info->si_code == SI_TKILL;

	(void)context;
	if (watch.asked == 0)
		watch.asked = number;
	if (other != 0 && is_alone)
		(void)kill(other, number);
	if (other == 0 && (watch.command == 0 || watch.command_ended))
		watch.stop = 1;
	else if (other == 0) {
		/* What the terminal says the command has heard itself. */
		if (is_alone)
			(void)kill(watch.command, number);
		if (number != SIGINT && killed_at.tv_sec == 0)
			kill_later();
	}
	errno = kept;
}

static void on_tick(int number)
{
	struct timespec now;
	const int kept = errno;

	(void)number;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (killed_at.tv_sec != 0 && now.tv_sec >= killed_at.tv_sec && watch.command != 0 && !watch.command_ended)
		(void)kill(watch.command, SIGKILL);
	errno = kept;
}

static void catch_requests(void)
{
	struct sigaction on = {.sa_sigaction = on_request, .sa_flags = SA_SIGINFO};

	(void)sigfillset(&on.sa_mask);
	for (size_t i = 0; i < REQUESTS; i++)
		(void)sigaction(requests[i], &on, NULL);
}

void watch_begin(void)
{
	struct sigaction child = {.sa_handler = on_child, .sa_flags = SA_NOCLDSTOP}, alarm = {.sa_handler = on_tick};

	memset(&watch, 0, sizeof watch);
	killed_at = (struct timespec){0};
	other = 0;
	(void)sigfillset(&child.sa_mask);
	(void)sigfillset(&alarm.sa_mask);
	(void)sigaction(SIGCHLD, &child, NULL);
	(void)sigaction(SIGALRM, &alarm, NULL);
	catch_requests();
}

/* Looks with the signal held back, so that handler and caller never ask for one process at once. */
static void set(volatile pid_t *which, pid_t pid)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	*which = pid;
	look_at_command();
	look_at_server();
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

void watch_command(pid_t pid)
{
	set(&watch.command, pid);
}

void watch_server(pid_t pid)
{
	set(&watch.server, pid);
}

const struct watch *watch_state(void)
{
	return &watch;
}

sigset_t watch_hold(void)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	return before;
}

void watch_release(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

/* What is held back may have come before the fork, and then a terminal has not told the child. */
void watch_pass_on(pid_t pid)
{
	sigset_t pending;

	other = pid;
	catch_requests();
	(void)sigpending(&pending);
	for (size_t i = 0; pid != 0 && i < REQUESTS; i++)
		if (sigismember(&pending, requests[i]) == 1)
			(void)kill(pid, requests[i]);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"

/* It is looked at so often. */
#define LOOK_MIN_NS 1000000
#define LOOK_MAX_NS 50000000
/* After so many looks it is killed that did not end when it was asked to. */
#define PATIENCE 60
#define NOT_FOUND 127

/* A hook, or `git bisect run`, that stutter is started from has them set. */
static const char *const of_git[] = {"GIT_DIR",        "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
                                     "GIT_COMMON_DIR", "GIT_PREFIX",    "GIT_NAMESPACE"};

_Noreturn static void become(const struct command *command, int output)
{
	sigset_t none;
	int input = open("/dev/null", O_RDONLY);

	setpgid(0, 0); /* the terminal's interrupt is for the harness */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < sizeof of_git / sizeof of_git[0]; i++)
		unsetenv(of_git[i]);
	for (const char *const *at = command->variables; at != NULL && at[0] != NULL; at += 2)
		if (setenv(at[0], at[1], 1) != 0)
			_exit(NOT_FOUND);
	if (input >= 0 && dup2(input, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2 &&
	    (command->dir == NULL || chdir(command->dir) == 0))
		execvp(command->words[0], (char *const *)(uintptr_t)command->words);
	dprintf(2, "%s: %s\n", command->words[0], strerror(errno));
	_exit(NOT_FOUND);
}

static void pause_for(struct timespec *pause)
{
	(void)nanosleep(pause, NULL);
	pause->tv_nsec = pause->tv_nsec * 2 < LOOK_MAX_NS ? pause->tv_nsec * 2 : LOOK_MAX_NS;
}

/* Ends what the command has started and is still there; it may have something to put in order. */
static void end_group(pid_t pid)
{
	struct timespec pause = {.tv_nsec = LOOK_MIN_NS};

	for (unsigned looks = 0; looks < PATIENCE && kill(-pid, SIGTERM) == 0; looks++)
		pause_for(&pause);
	(void)kill(-pid, SIGKILL);
}

/* @return the status as waitpid() has it; -1: it was stopped. */
static int await(const struct command *command, pid_t pid)
{
	struct timespec pause = {.tv_nsec = LOOK_MIN_NS};
	bool is_stopped = false;
	unsigned looks = 0;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		is_stopped = is_stopped || (command->is_over != NULL && command->is_over(command->ctx));
		if (is_stopped)
			(void)kill(-pid, looks++ < PATIENCE ? SIGTERM : SIGKILL);
		pause_for(&pause);
		if (command->tick != NULL)
			command->tick(command->ctx);
	}
	if (is_stopped || WIFSIGNALED(status))
		end_group(pid);
	return is_stopped ? -1 : status;
}

static char *read_output(int fd)
{
	struct stat about;
	size_t length = 0;

	if (fstat(fd, &about) != 0)
		about.st_size = 0;
	char *text = memory_new((size_t)about.st_size + 1);
	while (length < (size_t)about.st_size) {
		const ssize_t part = pread(fd, text + length, (size_t)about.st_size - length, (off_t)length);
		if (part <= 0)
			break;
		length += (size_t)part;
	}
	return text;
}

int command_run(const struct command *command, char **ret_output, struct error *err)
{
	const int output = command->log != NULL ? open(command->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
	                                        : memfd_create("output", MFD_CLOEXEC);
	if (output < 0) {
		error_set(err, "%s cannot be written: %s", command->log != NULL ? command->log : "a command's output", strerror(errno));
		return COMMAND_BROKEN;
	}
	const pid_t pid = fork();
	if (pid == 0)
		become(command, output);
	if (pid < 0) {
		error_set(err, "%s cannot be started: %s", command->words[0], strerror(errno));
		close(output);
		return COMMAND_BROKEN;
	}
	const int status = await(command, pid);
	if (ret_output != NULL)
		*ret_output = command->log == NULL ? read_output(output) : NULL;
	close(output);
	if (status == -1)
		return COMMAND_STOPPED;
	return WIFSIGNALED(status) ? COMMAND_BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

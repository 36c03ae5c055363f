/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/child.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/live/clock.h"

#define LOOK_NS 5000000
/* What does not end of SIGKILL within so long belongs to somebody else, or hangs in the kernel. */
#define KILLED_NS UINT64_C(5000000000)

/* What a child says through its pipe before it is its program. */
struct failure {
	int number; /* errno of exec; 0: the preparation has failed */
	struct error err;
};

/* -- in the child -- */

_Noreturn static void fail(int fd, const struct failure *failure)
{
	(void)!write(fd, failure, sizeof *failure);
	_exit(CHILD_NOT_RUN);
}

static void restore_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGALRM, SIGPIPE};
	sigset_t none;

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		(void)signal(signals[i], SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool redirect(int output, struct error *err)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0) ||
	       error_set(err, "its input and output cannot be set: %s", strerror(errno));
}

_Noreturn static void be_child(const struct child_wish *wish, int gate, int failures)
{
	struct failure failure = {.number = 0};
	char go;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (wish->apart)
		(void)setsid();
	if ((wish->prepare != NULL && !wish->prepare(wish->ctx, &failure.err)) ||
	    (wish->output >= 0 && !redirect(wish->output, &failure.err)))
		fail(failures, &failure);
	/* Says that it is ready by a record of nothing wrong. */
	failure.err.text[0] = '\0';
	if (write(failures, &failure, sizeof failure) != (ssize_t)sizeof failure || read(gate, &go, 1) != 1)
		_exit(CHILD_NOT_RUN);
	restore_signals();
	(void)execvp(wish->argv[0], wish->argv);
	failure.number = errno;
	fail(failures, &failure);
}

/* -- outside -- */

static void close_pipes(struct child *child)
{
	(void)close(child->gate);
	(void)close(child->failure);
	child->gate = child->failure = -1;
}

static ssize_t read_whole(int fd, void *ret_data, size_t size)
{
	ssize_t got;

	/*
	 * A record is shorter than PIPE_BUF or comes in one piece from a pipe that nobody else
	 * writes to.
	 */
	while ((got = read(fd, ret_data, size)) < 0 && errno == EINTR)
		;
	return got;
}

bool child_prepare(struct child *ret_child, const struct child_wish *wish, struct error *err)
{
	int gate[2], failures[2];
	struct failure failure;

	if (pipe2(gate, O_CLOEXEC) != 0)
		return error_set(err, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(failures, O_CLOEXEC) != 0) {
		(void)close(gate[0]);
		(void)close(gate[1]);
		return error_set(err, "cannot make a pipe: %s", strerror(errno));
	}
	pid_t pid = fork();
	if (pid == 0) {
		(void)close(gate[1]);
		be_child(wish, gate[0], failures[1]);
	}
	int why = errno;
	(void)close(gate[0]);
	(void)close(failures[1]);
	*ret_child = (struct child){.pid = pid > 0 ? pid : 0, .gate = gate[1], .failure = failures[0]};
	bool told = pid > 0 && read_whole(failures[0], &failure, sizeof failure) == (ssize_t)sizeof failure;
	if (told && failure.err.text[0] == '\0')
		return true;
	close_pipes(ret_child);
	ret_child->pid = 0;
	if (pid < 0)
		return error_set(err, "cannot start a process: %s", strerror(why));
	if (!told)
		return error_set(err, "the process for %s ended before it was ready", wish->argv[0]);
	*err = failure.err;
	return false;
}

bool child_go(struct child *child, int *ret_status, struct error *err)
{
	struct failure failure;

	(void)!write(child->gate, "", 1);
	bool failed = read_whole(child->failure, &failure, sizeof failure) == (ssize_t)sizeof failure;
	close_pipes(child);
	if (!failed)
		return true;
	*ret_status = failure.number == ENOENT ? CHILD_NOT_FOUND : CHILD_NOT_RUN;
	return error_set(err, "%s", strerror(failure.number));
}

void child_adopt_all(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1UL);
}

int child_shell_status(int wait_status)
{
	return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

/* -- ending -- */

/*
 * The parent of a process (proc_pid_stat(5)); 0 if it cannot be told. The second field is a name in
 * parentheses, which may have any in it.
 */
static pid_t parent_of(const char *pid)
{
	char path[64], text[512], state;
	int parent = 0;

	(void)snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	size_t length = fread(text, 1, sizeof text - 1, file);
	(void)fclose(file);
	text[length] = '\0';
	const char *behind = strrchr(text, ')');
	return behind != NULL && sscanf(behind + 1, " %c %d", &state, &parent) == 2 ? parent : 0;
}

/* Sends a signal to all children of this process, and to the groups that they lead. */
static void signal_children(int number)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]) || parent_of(entry->d_name) != getpid())
			continue;
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		(void)kill(getpgid(pid) == pid ? -pid : pid, number);
	}
	(void)closedir(folder);
}

/* @return whether there are any left. */
static bool reap(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		;
	return pid == 0;
}

/* Those that a child leaves behind become children themselves, so each look may find new ones. */
static bool signal_until(int number, bool again, uint64_t for_ns)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	const uint64_t until = clock_now_ns(CLOCK_MONOTONIC) + for_ns;
	bool first = true;

	while (reap() && clock_now_ns(CLOCK_MONOTONIC) < until) {
		if (first || again)
			signal_children(number);
		first = false;
		(void)nanosleep(&pause, NULL);
	}
	return !reap();
}

void child_end_all(uint64_t grace_ns)
{
	if (!signal_until(SIGTERM, false, grace_ns))
		(void)signal_until(SIGKILL, true, KILLED_NS);
}

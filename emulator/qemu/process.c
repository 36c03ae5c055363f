/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts QEMU so that nothing outside the guest can change what the guest sees.
 *
 * The machine is that of add_machine(): instruction counting with idle time skipped, one virtual
 * CPU, no device that completes at the host's speed. QMP's channel is one end of a socket pair, so
 * there is no path whose length or permissions could be wrong and no moment at which it cannot be
 * reached yet. The snapshot is inherited as an open file.
 */
#include "emulator/qemu/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "emulator/qemu/explain.h"
#include "emulator/qemu/orders.h"

#define WORD_SIZE 256
#define WORDS_MAX 48
#define REAP_MS 1000
/*
 * On the wall, so long that a host that is busy with other things is no reason; the end of QEMU is
 * noticed at once.
 */
#define RESTORE_MS 600000
#define RESTORE_POLL_NS 500000

struct words {
	char text[WORDS_MAX][WORD_SIZE];
	const char *list[WORDS_MAX + 1];
	int count;
};

struct qemu_image process_image(const struct qemu_image *image)
{
	struct qemu_image full = *image;

	full.machine = full.machine ? full.machine : machines[0];
	full.program = full.program ? full.program : full.machine->program;
	full.append = full.append ? full.append : QEMU_APPEND;
	full.rtc_base = full.rtc_base ? full.rtc_base : QEMU_RTC_BASE;
	full.memory_mb = full.memory_mb ? full.memory_mb : QEMU_MEMORY_MB;
	full.icount_shift = full.icount_shift ? full.icount_shift : full.machine->icount_shift;
	full.boot_s = full.boot_s ? full.boot_s : QEMU_BOOT_S;
	return full;
}

static void add(struct words *words, const char *word)
{
	words->list[words->count++] = word;
}

__attribute__((format(printf, 2, 3))) static void add_format(struct words *words, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(words->text[words->count], WORD_SIZE, format, args);
	va_end(args);
	words->list[words->count] = words->text[words->count];
	words->count++;
}

/*
 * What a session's machine tells its kernel after a reset, besides: it goes on, and does not stop
 * for a snapshot; and the kernel's ciphers need not be tested at every boot, for seconds. The first
 * boot never sees it.
 */
#define APPEND_AGAIN " stutter.again cryptomgr.notests"

/* The words that make up the machine, and nothing that differs between sessions. */
static void add_machine(struct words *words, const struct qemu_image *image, bool again)
{
	for (const char *const *word = image->machine->words; *word; word++)
		add(words, *word);
	add(words, "-m");
	add_format(words, "%u", image->memory_mb);
	add(words, "-icount");
	add_format(words, "shift=%u,sleep=off", image->icount_shift);
	add(words, "-rtc");
	add_format(words, "base=%s,clock=vm", image->rtc_base);
	add(words, "-append");
	add_format(words, "console=%s %s%s", image->machine->console, image->append, again ? APPEND_AGAIN : "");
}

void process_describe(const struct qemu_image *image, char *ret_text, size_t size)
{
	struct words words = {.count = 0};
	struct text text = text_in(ret_text, size);

	add_machine(&words, image, false);
	for (int i = 0; i < words.count; i++)
		text_add(&text, "%s\n", words.list[i]);
}

static void make_words(struct words *words, const struct qemu_image *image, const char *kernel, const char *initrd, int qmp_fd,
                       int console_fd, int incoming_fd)
{
	words->count = 0;
	add(words, image->program);
	add_machine(words, image, incoming_fd >= 0);
	add(words, "-kernel");
	add(words, kernel);
	add(words, "-initrd");
	add(words, initrd);
	add(words, "-serial");
	if (console_fd >= 0)
		add_format(words, "file:/proc/self/fd/%d", console_fd);
	else
		add(words, "file:" PROCESS_CONSOLE);
	add(words, "-chardev");
	add_format(words, "socket,id=qmp,fd=%d", qmp_fd);
	add(words, "-mon");
	add(words, "chardev=qmp,mode=control");
	if (incoming_fd >= 0) {
		add(words, "-incoming");
		add_format(words, "fd:%d", incoming_fd);
	}
	words->list[words->count] = NULL;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Puts a library where the loader finds it, a file without a name. */
static bool preload(const char *name, const unsigned char *library, const unsigned char *end)
{
	char path[32];
	const int fd = memfd_create(name, 0);

	for (ssize_t written; fd >= 0 && library < end; library += written)
		if ((written = write(fd, library, (size_t)(end - library))) <= 0)
			return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fd >= 0 && setenv("LD_PRELOAD", path, 1) == 0;
}

static bool preload_engine(int orders_fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", orders_fd);
	return setenv(ORDERS_VARIABLE, number, 1) == 0 && preload("stutter-inside.so", process_inside, process_inside_end);
}

static bool keep_open(int fd)
{
	return fd < 0 || fcntl(fd, F_SETFD, 0) == 0;
}

/* The child's way to QEMU; on failure it sends errno through failure_fd and ends. */
_Noreturn static void child(const struct words *words, const struct process *process, const struct process_options *options, int qmp_fd,
                            pid_t parent, int failure_fd)
{
	sigset_t none;
	int log, null, error;

	/* No QEMU may outlive its harness, even if the harness is killed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	setpgid(0, 0); /* the terminal's interrupt is for the harness */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (options->cpu >= 0)
		pin(options->cpu);
	null = open("/dev/null", O_RDONLY);
	log = options->dir == NULL       ? process->log_fd
	      : chdir(options->dir) == 0 ? open(PROCESS_LOG, O_WRONLY | O_CREAT | O_TRUNC, 0666)
	                                 : -1;
	if (null >= 0 && log >= 0 && dup2(null, 0) == 0 && dup2(log, 1) == 1 && dup2(log, 2) == 2 && keep_open(qmp_fd) &&
	    keep_open(options->incoming_fd) && keep_open(process->console_fd) && keep_open(options->orders_fd) &&
	    (options->orders_fd >= 0 ? preload_engine(options->orders_fd) : preload("lockstep.so", process_lockstep, process_lockstep_end)))
		execvp(words->list[0], (char *const *)(uintptr_t)words->list);
	error = errno;
	if (write(failure_fd, &error, sizeof(error)) < 0)
		_exit(2);
	_exit(1);
}

static bool absolute(const char *path, char ret_path[PATH_MAX], struct error *err)
{
	if (realpath(path, ret_path))
		return true;
	return error_set(err, "cannot find '%s': %s", path, strerror(errno));
}

/* Reports what kept the child from becoming QEMU; an empty pipe means nothing did. */
static bool started(int failure_fd, const struct qemu_image *image, const char *dir, struct error *err)
{
	int error;
	const ssize_t size = read(failure_fd, &error, sizeof(error));

	close(failure_fd);
	if (size != (ssize_t)sizeof(error))
		return true;
	if (error == ENOENT)
		return error_set(err, "cannot start %s: not found\n  Cure: apt-get install --no-install-recommends %s", image->program,
		                 image->machine->package);
	return error_set(err, "cannot start %s in '%s': %s", image->program, dir ? dir : ".", strerror(error));
}

/*
 * Where console and log go: an engine's into files without a name, until a session takes them into
 * its folder.
 */
static bool open_outputs(struct process *process, const char *dir, struct error *err)
{
	if (dir) {
		snprintf(process->console, sizeof(process->console), "%s/" PROCESS_CONSOLE, dir);
		snprintf(process->log, sizeof(process->log), "%s/" PROCESS_LOG, dir);
		return true;
	}
	process->console_fd = memfd_create(PROCESS_CONSOLE, MFD_CLOEXEC);
	process->log_fd = memfd_create(PROCESS_LOG, MFD_CLOEXEC);
	snprintf(process->console, sizeof(process->console), "/proc/self/fd/%d", process->console_fd);
	snprintf(process->log, sizeof(process->log), "/proc/self/fd/%d", process->log_fd);
	return (process->console_fd >= 0 && process->log_fd >= 0) || error_set(err, "cannot make a file in memory: %s", strerror(errno));
}

bool process_start(struct process *ret_process, const struct qemu_image *image, const char *initrd, const struct process_options *options,
                   struct error *err)
{
	char kernel_path[PATH_MAX], initrd_path[PATH_MAX];
	const pid_t parent = getpid();
	struct words words;
	int failure[2], qmp[2];

	*ret_process = (struct process){.qmp_fd = -1, .console_fd = -1, .log_fd = -1};
	if (!absolute(image->kernel, kernel_path, err) || !absolute(initrd, initrd_path, err) ||
	    !open_outputs(ret_process, options->dir, err))
		return false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp) < 0)
		return error_set(err, "cannot make a socket pair: %s", strerror(errno));
	if (pipe2(failure, O_CLOEXEC) < 0) {
		close(qmp[0]);
		close(qmp[1]);
		return error_set(err, "cannot make a pipe: %s", strerror(errno));
	}
	make_words(&words, image, kernel_path, initrd_path, qmp[1], ret_process->console_fd, options->incoming_fd);
	ret_process->pid = fork();
	if (ret_process->pid == 0)
		child(&words, ret_process, options, qmp[1], parent, failure[1]);
	close(qmp[1]);
	close(failure[1]);
	ret_process->qmp_fd = qmp[0];
	if (ret_process->pid < 0) {
		ret_process->pid = 0;
		close(failure[0]);
		error_set(err, "cannot start a process: %s", strerror(errno));
	} else if (started(failure[0], image, options->dir, err)) {
		return true;
	}
	process_kill(ret_process);
	return false;
}

bool process_go_on(struct qmp *qmp, struct error *err)
{
	const struct timespec pause = {.tv_nsec = RESTORE_POLL_NS};
	const uint64_t deadline = qmp_now_ms() + RESTORE_MS;
	char status[64];

	if (!qmp_command(qmp, "qmp_capabilities", NULL, deadline, NULL, err))
		return false;
	for (;;) {
		if (!qmp_status(qmp, "query-status", deadline, status, sizeof(status), err))
			return false;
		if (strcmp(status, "inmigrate") != 0)
			break;
		nanosleep(&pause, NULL);
	}
	/* The answer may come after the guest's first request, which wants to be answered first. */
	return qmp_send(qmp, "cont", NULL, err);
}

bool process_tell_end(int status, struct error *err)
{
	if (WIFSIGNALED(status))
		return error_set(err, "QEMU was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	return error_set(err, "QEMU ended with exit status %d", WEXITSTATUS(status));
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void process_close(struct process *process)
{
	process_kill(process);
	close_if_open(&process->console_fd);
	close_if_open(&process->log_fd);
}

void process_kill(struct process *process)
{
	if (process->pid > 0) {
		kill(process->pid, SIGKILL);
		while (waitpid(process->pid, &process->status, 0) < 0 && errno == EINTR)
			;
		process->pid = 0;
	}
	close_if_open(&process->qmp_fd);
}

void process_reap(struct process *process)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	for (int ms = 0; process->pid > 0 && ms < REAP_MS; ms++) {
		if (waitpid(process->pid, &process->status, WNOHANG) == process->pid)
			process->pid = 0;
		else
			nanosleep(&pause, NULL);
	}
	process_kill(process);
}

bool process_explain(const struct process *process, struct error *err)
{
	return explain(process->log, process->console, err);
}

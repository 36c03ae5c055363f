/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/prctl.h>
#include <net/if.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* -- the user -- */

/* @return the number in a variable of the environment; 0, which is root's, if there is none. */
static unsigned number_in(const char *variable)
{
	const char *text = getenv(variable);
	char *end;

	if (text == NULL || *text == '\0')
		return 0;
	errno = 0;
	unsigned long number = strtoul(text, &end, 10);
	return errno == 0 && *end == '\0' && number < UINT32_MAX ? (unsigned)number : 0;
}

bool confine_user(struct error *err)
{
	unsigned user = number_in("SUDO_UID"), group = number_in("SUDO_GID");
	bool changes = geteuid() == 0 && user != 0 && group != 0;
	int result;

	/*
	 * The bounding set can be emptied by who may give capabilities only, and does not matter
	 * once no program can be started.
	 */
	capng_clear(CAPNG_SELECT_BOTH);
	if (changes)
		result = capng_change_id((int)user, (int)group, getpwuid(user) != NULL ? CAPNG_INIT_SUPP_GRP : CAPNG_DROP_SUPP_GRP);
	else
		result = capng_apply(CAPNG_SELECT_CAPS);
	if (result != 0)
		return error_set(err, "privileges cannot be dropped%s: libcap-ng says %d", changes ? " to the user who called sudo" : "",
		                 result);
	return true;
}

/* -- files -- */

#define RIGHTS_TO_CHANGE \
	((uint64_t)(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	            LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG))
#define RIGHTS_REFUSED \
	(RIGHTS_TO_CHANGE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

static bool allow_folder(int rules, const char *folder, struct error *err)
{
	struct landlock_path_beneath_attr beneath = {.allowed_access = RIGHTS_TO_CHANGE, .parent_fd = open(folder, O_PATH | O_CLOEXEC)};

	if (beneath.parent_fd < 0)
		return error_set(err, "%s: %s", folder, strerror(errno));
	long result = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	int reason = errno;
	(void)close(beneath.parent_fd);
	return result == 0 || error_set(err, "%s cannot be made the only folder to write to (Landlock): %s", folder, strerror(reason));
}

/* A kernel without Landlock, or with it switched off, leaves files to the user's rights. */
static bool confine_files(const char *const *folders, struct error *err)
{
	struct landlock_ruleset_attr handled = {.handled_access_fs = RIGHTS_REFUSED};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
	bool good = true;

	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ||
		       error_set(err, "files cannot be protected (Landlock): %s", strerror(errno));
	for (size_t i = 0; good && folders[i] != NULL; i++)
		good = allow_folder(rules, folders[i], err);
	if (good && syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		good = error_set(err, "files cannot be protected (Landlock): %s", strerror(errno));
	(void)close(rules);
	return good;
}

/* -- system calls -- */

#ifndef STUTTER_SANITIZED

/* What the loop, the files of a run and the C library need: no more. */
static const int allowed[] = {
	/* descriptors and files; which ones, confine_files() says */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(close),
	SCMP_SYS(lseek), SCMP_SYS(_llseek), SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(fcntl), SCMP_SYS(fcntl64), SCMP_SYS(dup),
	SCMP_SYS(dup3), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat), SCMP_SYS(fstat64), SCMP_SYS(stat64), SCMP_SYS(fstatat64),
	SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(getcwd), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(ftruncate), SCMP_SYS(ftruncate64), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(fallocate), SCMP_SYS(flock),
	SCMP_SYS(umask), SCMP_SYS(fchmod),
	/* sockets that are there: ports, the control socket and who speaks to it */
	SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(send), SCMP_SYS(recv), SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(sendmsg),
	SCMP_SYS(recvmsg), SCMP_SYS(shutdown), SCMP_SYS(getsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	/* waiting */
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(ppoll_time64), SCMP_SYS(select), SCMP_SYS(_newselect), SCMP_SYS(pselect6), SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_settime64), SCMP_SYS(timerfd_gettime), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_nanosleep_time64), SCMP_SYS(wait4), SCMP_SYS(waitid), SCMP_SYS(waitpid),
	SCMP_SYS(restart_syscall),
	/* memory, signals, the end */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(futex_time64), SCMP_SYS(getrandom),
	SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(getrusage), SCMP_SYS(times), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(signalfd4), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(exit), SCMP_SYS(exit_group)};

/*
 * Of devices: how large the terminal is, and whether an interface is still up, which libpcap asks.
 */
static const unsigned long requests[] = {TCGETS, TIOCGWINSZ, FIONREAD, SIOCGIFFLAGS};

/* Those of which it depends on what they are asked for. */
static int add_conditional(scmp_filter_ctx filter, bool signals)
{
	static const int maps[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof maps / sizeof maps[0]; i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, maps[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	for (size_t i = 0; result == 0 && i < sizeof requests / sizeof requests[0]; i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, requests[i], 0));
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	/*
	 * Of a socket's options just how much may wait to be sent, which the control socket sets
	 * for each that comes.
	 */
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 2, SCMP_A1(SCMP_CMP_EQ, SOL_SOCKET, 0),
		                          SCMP_A2(SCMP_CMP_EQ, SO_SNDBUF, 0));
	if (result == 0 && signals)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 0);
	if (result == 0 && signals)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(pidfd_send_signal), 0);
	return result;
}

static bool confine_calls(bool signals, struct error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int result = filter != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; result == 0 && i < sizeof allowed / sizeof allowed[0]; i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (result == 0)
		result = add_conditional(filter, signals);
	if (result == 0)
		result = seccomp_load(filter);
	if (filter != NULL)
		seccomp_release(filter);
	return result == 0 || error_set(err, "system calls cannot be given up (seccomp): %s", strerror(-result));
}

#else

static bool confine_calls(bool signals, struct error *err)
{
	(void)signals;
	(void)err;
	return true;
}

#endif

bool confine_process(const struct confinement *confinement, struct error *err)
{
	/* Both are taken from a process only that can gain nothing by starting another program. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return error_set(err, "new privileges cannot be ruled out: %s", strerror(errno));
	return confine_files(confinement->folders, err) && confine_calls(confinement->signals, err);
}

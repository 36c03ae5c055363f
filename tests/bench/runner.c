/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session costs besides itself: starting it, seeing it end, writing its page, its line in
 * the reports and in the history. Measured as what more sessions of the same kind cost more, less
 * what they report to have used.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "tests/bench/bench.h"

#define FEW 4U
#define MANY 24U
#define TARGET_MS 20
#define TARGET_MB 20
#define LOOK_NS 5000000

struct spent {
	double beside_s; /* CPU time of all, less that of the sessions */
	/* of that, what the runner itself has used, without the processes of its sessions */
	double alone_s;
	double peak_mb; /* of the runner alone */
};

static double seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* @return what the process has had in memory at most, in MB; 0 if it has ended. */
static double peak_of(pid_t pid)
{
	char *path = memory_format("/proc/%ld/status", (long)pid), line[128];
	FILE *stream = fopen(path, "re");
	unsigned long kb = 0;

	while (stream != NULL && fgets(line, sizeof line, stream) != NULL && sscanf(line, "VmHWM: %lu", &kb) != 1)
		;
	if (stream != NULL)
		(void)fclose(stream);
	free(path);
	return (double)kb / 1e3;
}

/* @return the CPU time of the process itself by now, in seconds; 0 if it has ended. */
static double alone_of(pid_t pid)
{
	char *path = memory_format("/proc/%ld/stat", (long)pid);
	FILE *stream = fopen(path, "re");
	unsigned long user = 0, system = 0;

	/* proc(5): the 14th and the 15th field; the second is a name in parentheses. */
	if (stream != NULL) {
		if (fscanf(stream, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
			user = system = 0;
		(void)fclose(stream);
	}
	free(path);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static pid_t start(const char *dir, unsigned sessions)
{
	const char *program = getenv("STUTTER") != NULL ? getenv("STUTTER") : "build/stutter";
	char *command = memory_format("exec %s run %s/short.yaml --seeds 1..%u --jobs 1 --history %s/%u.db --out %s/%u >%s/%u.txt 2>&1",
	                              program, dir, sessions, dir, sessions, dir, sessions, dir, sessions);
	pid_t pid = fork();

	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(99);
	}
	free(command);
	return pid;
}

/* What the sessions themselves have taken. @return less than 0 if one has no verdict. */
static double own_of(const char *dir, unsigned sessions)
{
	double sum_s = 0;

	for (unsigned seed = 1; seed <= sessions; seed++) {
		char *path = memory_format("%s/%u/short/seed-%u/verdict.json", dir, sessions, seed);
		json_t *json = json_load_file(path, 0, NULL);
		double own_s = json_number_value(json_object_get(json, "harness_cpu_s"));
		json_decref(json);
		free(path);
		if (own_s <= 0)
			return -1;
		sum_s += own_s;
	}
	return sum_s;
}

static bool spend(const char *dir, unsigned sessions, struct spent *ret_spent)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	pid_t pid = start(dir, sessions);
	struct rusage usage = {0};
	int status;

	*ret_spent = (struct spent){0};
	while (pid > 0 && wait4(pid, &status, WNOHANG, &usage) == 0) {
		double peak_mb = peak_of(pid), alone_s = alone_of(pid);
		ret_spent->alone_s = alone_s > 0 ? alone_s : ret_spent->alone_s;
		/*
		 * It grows as long as a program lasts; before the runner there was a copy of this
		 * one.
		 */
		ret_spent->peak_mb = peak_mb > 0 ? peak_mb : ret_spent->peak_mb;
		(void)nanosleep(&pause, NULL);
	}
	double own_s = own_of(dir, sessions);
	ret_spent->beside_s = seconds(&usage.ru_utime) + seconds(&usage.ru_stime) - own_s;
	return own_s > 0;
}

void bench_runner(void)
{
	static const char cpu[] = "runner: CPU of a session beside its own", memory[] = "runner: memory of a session beside its own";
	char dir[] = "/tmp/stutter-bench-XXXXXX";
	struct spent few, many;

	if (mkdtemp(dir) == NULL) {
		bench_missing(cpu, "no folder in /tmp");
		return;
	}
	char *make = memory_format("cd %s && head -c 100000 /dev/zero >small.bin && "
	                           "printf 'name: short\\nimage: small.bin\\nexpect: {verdict: any}\\n' >short.yaml",
	                           dir);
	char *remove = memory_format("rm -rf %s", dir);
	/* The first run may have to boot the device for its snapshot. */
	if (system(make) != 0 || !spend(dir, 1, &few) || !spend(dir, FEW, &few) || !spend(dir, MANY, &many)) {
		bench_missing(cpu, "sessions without a verdict");
		bench_missing(memory, "sessions without a verdict");
	} else {
		bench_report(cpu, 1e3 * (many.beside_s - few.beside_s) / (MANY - FEW), "ms", TARGET_MS, true);
		bench_report(memory, (many.peak_mb - few.peak_mb) / (MANY - FEW), "MB", TARGET_MB, true);
		printf("    the runner alone: %.2f ms a session; of %u sessions, %.1f MB at most\n",
		       1e3 * (many.alone_s - few.alone_s) / (MANY - FEW), MANY, many.peak_mb);
	}
	if (system(remove) != 0)
		perror(dir);
	free(make);
	free(remove);
}

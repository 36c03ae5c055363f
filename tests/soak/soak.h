/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What the parts of the soak share. */
#ifndef TESTS_SOAK_SOAK_H
#define TESTS_SOAK_SOAK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SOAK_MOMENTS 100U

/** A folder for all that the soak leaves, which goes when all was as it must be. */
extern char soak_folder[];

/** Of each part only so much is done: 1 of so many. */
extern unsigned soak_share;

/** The program under test. */
const char *soak_program(void);

/** Tells of something that is not as it must be. */
__attribute__((format(printf, 1, 2))) void soak_fail(const char *format, ...);

/** How often that was. */
unsigned soak_failures(void);

/** @return the exit status of a shell command; 128 if it was killed. */
__attribute__((format(printf, 1, 2))) int soak_shell(const char *format, ...);

/** Starts a command of the shell, which should begin with "exec". @return its process. */
pid_t soak_start(const char *command);

void soak_wait(uint64_t us);

/**
 * @return how long the program takes with these arguments when nothing disturbs it, in
 * microseconds.
 */
uint64_t soak_time_of(const char *words);

/** Whether there is such a file in soak_folder. */
bool soak_is_there(const char *name);

/** Removes it. */
void soak_forget(const char *name);

/** Seconds on the wall. */
double soak_seconds(void);

/** Number @p which of the draws for @p what. @return less than @p below. */
uint64_t soak_drawn(const char *what, uint64_t which, uint64_t below);

/**
 * Compares the digests of a run's sessions with those of another run; both are below soak_folder.
 * What is not equal, or has no verdict, is a failure.
 * @return how many were compared.
 */
unsigned soak_compare(const char *run, const char *reference);

/** @return a scenario of short sessions: two seconds of a bad line. */
const char *soak_short_scenario(void);

/** What is left of a run can be reported, whatever it came to. @param where For the message. */
void soak_look_at_run(const char *run, const char *where);

/** What is left of a gate that promotes claims nothing that is not so. */
void soak_look_at_gate(const char *gate, const char *where);

/** Kills of who runs sessions, merges runs or decides. */
void soak_runs(void);
void soak_merges(void);
void soak_gates(void);

/** What happens to a run's folder, history and scenarios meanwhile. */
void soak_disks(void);
void soak_read_only(void);
void soak_rivals(void);
void soak_newer(void);
void soak_missing(void);

/** The proxy in wall time. */
void soak_live(void);

/** Results of searches, against sessions from power on. */
void soak_searches(void);

#endif

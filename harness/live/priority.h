/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Frames do not wait for other programs. */
#ifndef LIVE_PRIORITY_H
#define LIVE_PRIORITY_H

/**
 * From now on this process comes before all that are not in a hurry by themselves (SCHED_RR with
 * the least priority, sched(7)); programs that it starts do not. It sleeps whenever there is no
 * frame, and the kernel leaves the others their share whatever comes. To be called while it has its
 * privileges (CAP_SYS_NICE); without them nothing happens, and frames are later on a machine that
 * is busy, which the skew tells.
 */
void priority_take(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The world's static variables, as they were before there was a world.
 *
 * lwIP keeps all its state in them and has no way to begin again, so there is one world a process
 * (server/host.h). A process in which a second one is to begin, in place of the first and not
 * beside it, gives them back what they held. Memory that the first world has allocated is left to
 * the end of the process.
 */
#ifndef HOSTED_STATICS_H
#define HOSTED_STATICS_H

/** Before the first world. */
void statics_keep(void);

/** The first world is not used any more. */
void statics_restore(void);

#endif

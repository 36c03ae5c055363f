/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the emulator's update service serves in the plain flow, as files for real servers: nginx for
 * the update, dnsmasq for names and addresses, chrony for the time.
 *
 *     www/connecttest.txt, www/update/manifest.json, www/images/os.bin, www/images/os.swu
 *         as server/service.h has them
 *     nginx.conf, dnsmasq.conf, chrony.conf    that serve them; addresses and names are those of
 *                                              server/names.h
 *     start                                    starts all three, and ends with nginx
 *
 * The flow of a device with keys begins with attestation, which no files can answer.
 */
#ifndef LIVE_SITE_H
#define LIVE_SITE_H

#include "harness/scenario/plan.h"

/** Whether files are enough for a plan's device. @return false with @p err, and the cure. */
bool site_can(const struct plan *plan, struct error *err);

/**
 * Whether the servers' files can name a folder, which need not be there yet. @return false with @p
 * err: blanks, quotes and other characters stand in its path.
 */
bool site_can_lie_in(const char *dir, struct error *err);

/**
 * Writes them. @param dir Is there, and site_can_lie_in() it; it stands in the files as it is
 * called then, from the root of the file system on.
 */
bool site_write(const struct plan *plan, const char *dir, struct error *err);

#endif

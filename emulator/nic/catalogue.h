/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The models of Ethernet controllers, in the order of the reference. A new one is one line more:
 * NAME of its row, which is nic_NAME.
 */
#ifndef NIC_CATALOGUE_H
#define NIC_CATALOGUE_H

#define NICS(N) N(enc28j60)

/** What their revisions are called, in the order of the reference; each once. */
#define NIC_REVISIONS "B1", "B4", "B5", "B7"

#endif

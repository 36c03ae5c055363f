/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An interface of this machine, lent to the bridge: set up for it, and given back as it was.
 *
 * How it works: interface_take() looks whether the interface may be taken at all, remembers how it
 * is, starts a guardian (guardian.h), and only then changes it. Whatever ends this process, from
 * interface_give_back() to SIGKILL, it is the guardian that puts everything back, since this
 * process may have no privileges left by then (confine.h). So there is one way back, and it is
 * tried with every run.
 *
 * While it is taken: up; no IPv4 address, ARP off, IPv6 disabled, so that this machine says nothing
 * on it; nothing that joins or splits frames (offload.h). port_open_interface() makes it
 * promiscuous, as long as the port is open. Routes and permanent neighbours that go with the
 * addresses come back with them (settings.h).
 */
#ifndef LIVE_INTERFACE_H
#define LIVE_INTERFACE_H

#include <stdbool.h>

#include "lib/base/error.h"

struct interface;

/**
 * Takes an interface of this process' network namespace.
 *
 * Refuses, with the cure, one that is missing (nearest name), is no Ethernet by cable, is a part of
 * a bridge or bond, is this machine's own way out (a default route over it, or an established
 * connection from an address of it), keeps on an offload that joins frames, or is taken by another
 * proxy, and if this process may not do it. Then nothing has been changed, or it has been put back.
 * @return NULL with @p err if it is refused. Otherwise to be given back with interface_give_back(),
 * after its port was closed.
 */
struct interface *interface_take(const char *name, struct error *err);

/**
 * Gives it back as it was, and waits until it is; NULL is fine. What cannot be put back, the
 * guardian tells on standard error.
 * @return false with @p err if it is not as it was. An interface that has disappeared is no
 * failure.
 */
bool interface_give_back(struct interface *interface, struct error *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The names and addresses of the far end: one table that DNS, the certificates and the update
 * service share; and what else the factory tells a device. Plain data, which needs no server.
 *
 * The gateway at HOST_ADDRESS is DHCP, DNS and NTP server and the plain HTTP service. The other
 * hosts lie behind it, in the documentation networks TEST-NET-2 and TEST-NET-3 of RFC 5737: a
 * device sends them what it has for them through the gateway's hardware address.
 */
#ifndef SERVER_NAMES_H
#define SERVER_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Addresses of the gateway, host order: TEST-NET-1 of RFC 5737. */
#define HOST_ADDRESS 0xc0000201U
#define HOST_NETMASK 0xffffff00U
/** Its hardware address, as an initialiser. */
#define HOST_MAC \
	{ \
		0x02, 0x53, 0x54, 0x55, 0x54, 0x01 \
	}

/** The device's name in its bootstrap certificate. */
#define NAMES_DEVICE "board-0001"

#define NAMES_UPDATE "update.stutter.test"
#define NAMES_CONNECT "connect.stutter.test"
#define NAMES_TIME "time.stutter.test"
#define NAMES_AUTH "auth.stutter.test"
#define NAMES_CORE "core.stutter.test"
#define NAMES_RELEASES "releases.stutter.test"
#define NAMES_IMAGES "images.stutter.test"
#define NAMES_IMAGES_SECONDARY "images-secondary.stutter.test"
#define NAMES_TIME_2 "time2.stutter.test"
#define NAMES_CONNECT_2 "connect2.stutter.test"

/** Rows of the table, and one for its end. */
#define NAMES_MAX 11

struct server_name {
	const char *name; /**< lower case; NULL ends the table */
	uint32_t address; /**< host order */
	bool tls;         /**< speaks HTTPS on 443 with a certificate of this name */
};

extern const struct server_name server_names[];

/** @return the row of @p name, or NULL. */
const struct server_name *names_find(const char *name);

/** @return the first row with @p address, or NULL. */
const struct server_name *names_at(uint32_t address);

#endif

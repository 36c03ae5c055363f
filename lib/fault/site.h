/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Where faults act: the sites. One row a site; what it offers says which conditions a match may
 * have there (check.c).
 *
 * A site with addresses counts its events from 1 since power on, and writes them as NAME#N:
 * enc.tx#7. A new one is a row more here, and whoever lets it happen (armed_faults_next()).
 */
#ifndef FAULT_SITE_H
#define FAULT_SITE_H

#include <stdbool.h>
#include <stddef.h>

/** Who carries a fault out. */
enum fault_layer {
	LAYER_PROXY,  /**< frames between wire and far end */
	LAYER_LINK,   /**< the cable */
	LAYER_BOARD,  /**< chip, SPI bus, INT line, supply, flash */
	LAYER_SERVER, /**< the services of the far end */
	LAYERS,       /**< how many there are */
};

/** What a match may ask at a site. */
enum site_offer {
	/** they come again and again, and are counted: at, nth, every, first, correlation */
	SITE_HAS_EVENTS = 1 << 0,
	/** some time after power on: from, until, during */
	SITE_HAS_WINDOW = 1 << 1,
	/** frames, which have a direction, a flow and bytes: direction, filter, netem_exact */
	SITE_HAS_DIRECTION = 1 << 2,
	SITE_HAS_MESSAGE = 1 << 3, /**< bytes of an SPI message: message */
	SITE_HAS_HOST = 1 << 4,    /**< a server's name: host */
	SITE_HAS_PATH = 1 << 5,    /**< a request's target: path */
	SITE_HAS_KIND = 1 << 6,    /**< a DHCP message's type: kind */
};

#define SITE_ANY (SITE_HAS_EVENTS | SITE_HAS_WINDOW)

/* Draws are keyed with the place of a row (event.h), so new rows come last. */
#define FAULT_SITES(S) \
	S(SITE_TX, "enc.tx", LAYER_BOARD, SITE_ANY, "the chip begins a transmission") \
	S(SITE_RX, "enc.rx", LAYER_BOARD, SITE_ANY, "the chip is about to store a frame") \
	S(SITE_MII, "enc.mii", LAYER_BOARD, SITE_ANY, "an MII operation begins") \
	S(SITE_SPI, "spi.msg", LAYER_BOARD, SITE_ANY | SITE_HAS_MESSAGE, "a message on the SPI bus") \
	S(SITE_INT, "int.edge", LAYER_BOARD, SITE_ANY, "INT falls") \
	S(SITE_NOR_OP, "nor.op", LAYER_BOARD, SITE_ANY, "the flash begins a program or an erase") \
	S(SITE_NOR_READ, "nor.read", LAYER_BOARD, SITE_ANY, "the flash is about to be read") \
	S(SITE_DHCP, "srv.dhcp", LAYER_SERVER, SITE_ANY | SITE_HAS_KIND, "a DHCP message has come to the far end") \
	S(SITE_DNS, "srv.dns", LAYER_SERVER, SITE_ANY | SITE_HAS_HOST, "a DNS query has come to the far end") \
	S(SITE_NTP, "srv.ntp", LAYER_SERVER, SITE_ANY, "an NTP request has come to the far end") \
	S(SITE_TCP, "srv.tcp", LAYER_SERVER, SITE_ANY | SITE_HAS_HOST, "a TCP segment has come to the far end") \
	S(SITE_TLS, "srv.tls", LAYER_SERVER, SITE_ANY | SITE_HAS_HOST, "a server has got the first bytes of a TLS handshake") \
	S(SITE_HTTP, "srv.http", LAYER_SERVER, SITE_ANY | SITE_HAS_HOST | SITE_HAS_PATH, "a server has got a whole HTTP request")

/*
 * Without addresses of the form NAME#N: frames have names of their own (address/address.h), the
 * others happen once.
 */
#define FAULT_SITES_WITHOUT_ADDRESS(S) \
	S(SITE_FRAME, "frames", LAYER_PROXY, SITE_ANY | SITE_HAS_DIRECTION, "a frame comes to the proxy") \
	S(SITE_CABLE, "cable", LAYER_LINK, SITE_HAS_WINDOW, "the fault's window opens") \
	S(SITE_POWER, "power", LAYER_BOARD, 0, "the board is powered on")

#define FAULT_SITE_CONSTANT(site, name, layer, offers, summary) site,
enum site {
	FAULT_SITES(FAULT_SITE_CONSTANT) SITES, /**< how many have addresses */
	/* so that the next has the number SITES, and fault_sites no gap */
	SITES_LAST = SITES - 1,
	FAULT_SITES_WITHOUT_ADDRESS(FAULT_SITE_CONSTANT) SITES_ALL,
};
#undef FAULT_SITE_CONSTANT

struct fault_site {
	const char *name, *summary;
	enum fault_layer layer;
	unsigned offers; /**< enum site_offer */
};

/** In the order of enum site; the first SITES have addresses. */
extern const struct fault_site fault_sites[SITES_ALL];

/**
 * @return the site whose addresses begin with the @p length bytes of @p name; SITES if none does.
 */
enum site site_find(const char *name, size_t length);

#endif

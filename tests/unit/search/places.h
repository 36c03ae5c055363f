/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file The addresses of a small session, for tests of what a sweep tries at them. */
#ifndef TESTS_UNIT_SEARCH_PLACES_H
#define TESTS_UNIT_SEARCH_PLACES_H

/*
 * start: 1 SPI message; dhcp: 2 frames, 1 message, an event of DHCP; download: 5 frames of data and
 * 4 that steer, 3 messages.
 */
#define PLACES \
	"100 board spi.msg#1\n" \
	"200 phase dhcp\n" \
	"300 to-server dhcp.discover[67/1]#1\n" \
	"310 server srv.dhcp#1\n" \
	"320 to-device dhcp.offer[67/1]#1\n" \
	"330 board spi.msg#2\n" \
	"400 phase download\n" \
	"410 to-server tcp.syn[80/1]#1\n" \
	"420 to-device tcp.synack[80/1]#1\n" \
	"430 to-server http.request[80/1]#1\n" \
	"440 to-device tcp.data[80/1]#1\n" \
	"441 board spi.msg#3\n" \
	"450 to-device tcp.data[80/1]#2\n" \
	"451 board spi.msg#4\n" \
	"460 to-device tcp.data[80/1]#3\n" \
	"461 board spi.msg#5\n" \
	"470 to-server tcp.ack[80/1]#1\n" \
	"480 to-server tcp.ack[80/1]#2\n" \
	"490 to-server tcp.fin[80/1]#1\n"

#endif

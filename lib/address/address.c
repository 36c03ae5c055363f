/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/address/address.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/param.h"
#include "lib/base/text.h"

const struct address_word_row address_words[ADDRESS_WORDS] = {
	[ADDRESS_FRAME] = {"frame", "any frame", "IEEE 802.3", "len >= 0", ADDRESS_EITHER_WAY},
	[ADDRESS_ARP_REQUEST] = {"arp.request", "who has this address?", "RFC 826", "arp", ADDRESS_EITHER_WAY},
	[ADDRESS_ARP_REPLY] = {"arp.reply", "I have it", "RFC 826", "arp", ADDRESS_EITHER_WAY},
	[ADDRESS_DHCP_DISCOVER] = {"dhcp.discover", "a client looks for servers", "RFC 2131", "udp dst port 67", ADDRESS_TO_SERVER},
	[ADDRESS_DHCP_OFFER] = {"dhcp.offer", "a server offers an address", "RFC 2131", "udp src port 67", ADDRESS_TO_DEVICE},
	[ADDRESS_DHCP_REQUEST] = {"dhcp.request", "the client takes it, or renews it", "RFC 2131", "udp dst port 67", ADDRESS_TO_SERVER},
	[ADDRESS_DHCP_DECLINE] = {"dhcp.decline", "the address is in use already", "RFC 2131", "udp dst port 67", ADDRESS_TO_SERVER},
	[ADDRESS_DHCP_ACK] = {"dhcp.ack", "the server agrees", "RFC 2131", "udp src port 67", ADDRESS_TO_DEVICE},
	[ADDRESS_DHCP_NAK] = {"dhcp.nak", "the server refuses", "RFC 2131", "udp src port 67", ADDRESS_TO_DEVICE},
	[ADDRESS_DHCP_RELEASE] = {"dhcp.release", "the client gives the address back", "RFC 2131", "udp dst port 67", ADDRESS_TO_SERVER},
	[ADDRESS_DHCP_INFORM] = {"dhcp.inform", "the client asks for parameters only", "RFC 2131", "udp dst port 67", ADDRESS_TO_SERVER},
	[ADDRESS_DNS_QUERY] = {"dns.query", "a question to port 53", "RFC 1035", "udp dst port 53", ADDRESS_TO_SERVER},
	[ADDRESS_DNS_REPLY] = {"dns.reply", "its answer", "RFC 1035", "udp src port 53", ADDRESS_TO_DEVICE},
	[ADDRESS_NTP_REQUEST] = {"ntp.request", "a client asks for the time", "RFC 5905", "udp port 123", ADDRESS_TO_SERVER},
	[ADDRESS_NTP_REPLY] = {"ntp.reply", "a server's answer", "RFC 5905", "udp port 123", ADDRESS_TO_DEVICE},
	[ADDRESS_UDP] = {"udp", "any other UDP datagram", "RFC 768", "udp", ADDRESS_EITHER_WAY},
	[ADDRESS_ICMP_ECHO] = {"icmp.echo", "ping", "RFC 792", "icmp[icmptype] == icmp-echo", ADDRESS_EITHER_WAY},
	[ADDRESS_ICMP_ECHO_REPLY] = {"icmp.echo_reply", "the answer to a ping", "RFC 792", "icmp[icmptype] == icmp-echoreply",
                                     ADDRESS_EITHER_WAY},
	[ADDRESS_ICMP_UNREACHABLE] = {"icmp.unreachable", "destination unreachable, fragmentation needed included", "RFC 792, RFC 1191",
                                      "icmp[icmptype] == icmp-unreach", ADDRESS_EITHER_WAY},
	[ADDRESS_ICMP_TIME_EXCEEDED] = {"icmp.time_exceeded", "TTL or reassembly ran out", "RFC 792", "icmp[icmptype] == icmp-timxceed",
                                        ADDRESS_EITHER_WAY},
	[ADDRESS_ICMP_OTHER] = {"icmp.other", "any other ICMP message", "RFC 792", "icmp", ADDRESS_EITHER_WAY},
	[ADDRESS_IP_FRAGMENT] = {"ip.fragment", "an IPv4 fragment that is not the first", "RFC 791", "ip[6:2] & 0x1fff != 0",
                                 ADDRESS_EITHER_WAY},
	[ADDRESS_TCP_ACK] = {"tcp.ack", "an acknowledgement without data", "RFC 9293", "tcp", ADDRESS_EITHER_WAY},
	[ADDRESS_TCP_DATA] = {"tcp.data", "a segment with data", "RFC 9293", "tcp", ADDRESS_EITHER_WAY},
	[ADDRESS_TCP_RETRANSMISSION] = {"tcp.retransmission", "a SYN, FIN or data that this end has sent before", "RFC 9293", "tcp",
                                        ADDRESS_EITHER_WAY},
	[ADDRESS_TCP_SYN] = {"tcp.syn", "a connection begins", "RFC 9293", "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn",
                             ADDRESS_TO_SERVER},
	[ADDRESS_TCP_SYNACK] = {"tcp.synack", "it is accepted", "RFC 9293", "tcp[tcpflags] & (tcp-syn|tcp-ack) == (tcp-syn|tcp-ack)",
                                ADDRESS_TO_DEVICE},
	[ADDRESS_TCP_FIN] = {"tcp.fin", "one direction ends", "RFC 9293", "tcp[tcpflags] & tcp-fin != 0", ADDRESS_EITHER_WAY},
	[ADDRESS_TCP_RST] = {"tcp.rst", "the connection is reset", "RFC 9293", "tcp[tcpflags] & tcp-rst != 0", ADDRESS_EITHER_WAY},
	[ADDRESS_TLS_APPDATA] = {"tls.appdata", "a record of application data, or an encrypted handshake message of TLS 1.3", "RFC 8446",
                                 "tcp", ADDRESS_EITHER_WAY},
	[ADDRESS_TLS_CLIENT_HELLO] = {"tls.client_hello", "the client begins", "RFC 8446, RFC 5246", "tcp", ADDRESS_TO_SERVER},
	[ADDRESS_TLS_SERVER_HELLO] = {"tls.server_hello", "the server's answer, a hello retry request included", "RFC 8446, RFC 5246",
                                      "tcp", ADDRESS_TO_DEVICE},
	[ADDRESS_TLS_CERTIFICATE] = {"tls.certificate", "a certificate in the clear (TLS 1.2)", "RFC 5246", "tcp", ADDRESS_EITHER_WAY},
	[ADDRESS_TLS_FINISHED] = {"tls.finished", "the first encrypted handshake message of an end (TLS 1.2)", "RFC 5246", "tcp",
                                  ADDRESS_EITHER_WAY},
	[ADDRESS_TLS_ALERT] = {"tls.alert", "an alert in a record of its own type", "RFC 8446, RFC 5246", "tcp", ADDRESS_EITHER_WAY},
	[ADDRESS_HTTP_RESPONSE] = {"http.response", "a response begins (plain HTTP)", "RFC 9112", "tcp", ADDRESS_TO_DEVICE},
	[ADDRESS_HTTP_REQUEST] = {"http.request", "a request begins (plain HTTP)", "RFC 9112", "tcp", ADDRESS_TO_SERVER},
	[ADDRESS_HTTP_RANGE] = {"http.range", "a request with a Range header begins (plain HTTP)", "RFC 9110", "tcp", ADDRESS_TO_SERVER},
};

const struct address_port address_ports[] = {
	{"dns", 53}, {"dhcp", 67}, {"http", 80}, {"ntp", 123}, {"https", 443}, {NULL, 0},
};

static bool parse_number(const char **text, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;
	const char *at = *text;

	for (; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');
		if (digit > max || number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	if (at == *text)
		return false;
	*text = at;
	*ret_number = number;
	return true;
}

static bool parse_word(const char **text, struct address *address, struct error *err)
{
	const char *names[ADDRESS_WORDS + 1] = {NULL};
	char word[ADDRESS_TEXT_MAX];
	size_t length = strcspn(*text, "[#");

	(void)snprintf(word, sizeof word, "%.*s", (int)length, *text);
	*text += length;
	for (unsigned i = 0; i < ADDRESS_WORDS; i++) {
		names[i] = address_words[i].word;
		if (strcmp(names[i], word) == 0) {
			address->word = (enum address_word)i;
			return true;
		}
	}
	char meant[PARAM_VALUE_MAX];
	return error_set(err, "unknown address word '%s'%s; `stutter list addresses` shows them all", word,
	                 param_did_you_mean(param_nearest(NULL, names, word), meant));
}

static bool parse_port(const char **text, uint16_t *ret_port)
{
	uint64_t number;

	if (parse_number(text, UINT16_MAX, &number)) {
		/* Port 0 is nobody's, but frames may have it. */
		*ret_port = (uint16_t)number;
		return true;
	}
	for (const struct address_port *row = address_ports; row->name != NULL; row++) {
		size_t length = strlen(row->name);
		if (strncmp(*text, row->name, length) == 0 && strchr("/]", (*text)[length]) != NULL) {
			*text += length;
			*ret_port = row->port;
			return true;
		}
	}
	return false;
}

static bool parse_flow(const char **text, struct address *address, struct error *err)
{
	uint64_t connection = 0;

	if (**text != '[')
		return true;
	++*text;
	address->has_flow = true;
	if (!parse_port(text, &address->port))
		return error_set(err, "expected a port, dns, dhcp, http, ntp or https after '['");
	if (**text == '/') {
		++*text;
		if (!parse_number(text, UINT32_MAX, &connection) || connection == 0)
			return error_set(err, "expected the number of a connection, counted from 1, after '/'");
		address->connection = (unsigned)connection;
	}
	if (**text != ']')
		return error_set(err, "missing ']' after the flow");
	++*text;
	return true;
}

static bool parse_ordinals(const char **text, struct address *address, struct error *err)
{
	if (**text != '#')
		return true;
	++*text;
	if (!parse_number(text, UINT64_MAX, &address->first) || address->first == 0)
		return error_set(err, "expected a number, counted from 1, after '#'");
	address->last = address->first;
	if (strncmp(*text, "..", 2) != 0)
		return true;
	*text += 2;
	if (**text == '\0') {
		address->last = UINT64_MAX;
		return true;
	}
	if (!parse_number(text, UINT64_MAX, &address->last))
		return error_set(err, "expected a number or nothing after '..'");
	return address->last >= address->first || error_set(err, "the range after '#' runs backwards");
}

bool address_parse(const char *text, struct address *ret_address, struct error *err)
{
	struct address address;
	const char *at = text;

	memset(&address, 0, sizeof address);
	if (!parse_word(&at, &address, err) || !parse_flow(&at, &address, err) || !parse_ordinals(&at, &address, err))
		return error_context(err, "the address '%s'", text);
	if (*at != '\0')
		return error_set(err,
		                 "invalid address '%s': unexpected '%s' at its end; expected "
		                 "WORD[FLOW]#NUMBER, such as tcp.syn#2 or tcp.data[http/1]#3..7",
		                 text, at);
	*ret_address = address;
	return true;
}

const char *address_format(const struct address *address, char ret_text[ADDRESS_TEXT_MAX])
{
	struct text text = text_in(ret_text, ADDRESS_TEXT_MAX);

	text_add(&text, "%s", address_words[address->word].word);
	if (address->has_flow)
		text_add(&text, "[%u", address->port);
	if (address->has_flow && address->connection > 0)
		text_add(&text, "/%u", address->connection);
	if (address->has_flow)
		text_add(&text, "]");
	if (address->first > 0)
		text_add(&text, "#%" PRIu64, address->first);
	if (address->first > 0 && address->last == UINT64_MAX && address->first < address->last)
		text_add(&text, "..");
	else if (address->last > address->first)
		text_add(&text, "..%" PRIu64, address->last);
	return ret_text;
}

/* Within all connections to a port, ordinals mean nothing: each connection counts for itself. */
static bool matches_flow(const struct address *address, const struct naming *naming)
{
	return !address->has_flow || (naming->has_flow && naming->port == address->port &&
	                              (address->connection == 0 || naming->connection == address->connection));
}

bool address_matches(const struct address *address, const struct naming *naming)
{
	if (!matches_flow(address, naming))
		return false;
	for (size_t i = 0; i < naming->count; i++) {
		const struct address_name *name = &naming->names[i];
		uint64_t ordinal = address->has_flow ? name->flow_ordinal : name->ordinal;
		if (name->word == address->word && (address->first == 0 || (ordinal >= address->first && ordinal <= address->last)))
			return true;
	}
	return false;
}

struct address naming_address(const struct naming *naming)
{
	const struct address_name *name = &naming->names[naming->count - 1];
	uint64_t ordinal = naming->has_flow ? name->flow_ordinal : name->ordinal;

	return (struct address){.word = name->word,
	                        .has_flow = naming->has_flow,
	                        .port = naming->port,
	                        .connection = naming->connection,
	                        .first = ordinal,
	                        .last = ordinal};
}

const char *naming_render(const struct naming *naming, char ret_text[ADDRESS_TEXT_MAX])
{
	const struct address address = naming_address(naming);

	return address_format(&address, ret_text);
}

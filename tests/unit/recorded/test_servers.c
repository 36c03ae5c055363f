/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The servers' side of a session, against a small scripted client. */
#include "harness/recorded/servers.h"

#include <string.h>

#include "harness/recorded/form.h"
#include "tests/unit/server/fixture.h"

extern const CU_TestInfo tests_servers[];

#define HERE 0xcb00714dU  /* 203.0.113.77 */
#define THERE 0xcb00714eU /* 203.0.113.78 */
#define PORT 8080
#define BEGIN "session: 1\nsteps:\n"
#define STEP "  - tcp: {address: 203.0.113.77, port: 8080, "
#define TALK "turns: [{from: device, text: one}, {from: server, after: 100ms, text: two}]}\n"

static struct recording recording;
static struct servers *servers;

static void open_servers(const char *session)
{
	struct error err;

	server_fixture_open(NULL);
	CU_ASSERT_FATAL(form_parse(&recording, "session.yaml", session, strlen(session), &err));
	CU_ASSERT_FATAL(servers_check(&recording, &err));
	servers = servers_open(&recording, false);
}

static void close_servers(void)
{
	servers_close(servers);
	recording_close(&recording);
	server_fixture_close();
}

/* How an opening ends within 5 s. */
static enum tcp_client_state opening(uint32_t address, uint16_t port)
{
	struct tcp_client client;

	tcp_client_open(&client, address, port, 5 * SIM_S);
	enum tcp_client_state state = client.state;
	tcp_client_close(&client);
	return state;
}

/* Although the port has a listener, for other connections and at another address. */
static void what_was_refused_or_unanswered_is_so_again(void)
{
	open_servers(BEGIN STEP "opening: refused}\n" STEP TALK STEP "opening: unanswered}\n"
	                        "  - tcp: {address: 203.0.113.78, port: 8080, opening: unanswered}\n"
	                        "  - tcp: {address: 203.0.113.78, port: 8081, opening: unanswered}\n");
	CU_ASSERT_EQUAL(opening(HERE, PORT), TCP_CLIENT_RESET);
	CU_ASSERT_EQUAL(opening(HERE, PORT), TCP_CLIENT_UP);
	CU_ASSERT_EQUAL(opening(HERE, PORT), TCP_CLIENT_CONNECTING);
	/* One more than there were, of which some were answered. */
	CU_ASSERT_EQUAL(opening(HERE, PORT), TCP_CLIENT_UP);
	CU_ASSERT_EQUAL(opening(THERE, PORT), TCP_CLIENT_CONNECTING);
	CU_ASSERT_EQUAL(opening(THERE, PORT), TCP_CLIENT_CONNECTING);
	CU_ASSERT_EQUAL(opening(THERE, PORT + 1), TCP_CLIENT_CONNECTING);
	TEST_CONTAINS(server_fixture.trace.text, "replay  step 1 is refused, as it was\n");
	TEST_CONTAINS(server_fixture.trace.text, "replay  step 3 is not answered, as it was\n");
	CU_ASSERT_PTR_NULL(strstr(server_fixture.trace.text, "nobody answered"));
	close_servers();
}

static void a_server_thinks_on_whatever_comes_meanwhile(void)
{
	struct tcp_client client;

	open_servers(BEGIN STEP TALK);
	tcp_client_open(&client, HERE, PORT, 5 * SIM_S);
	tcp_client_send(&client, "one", 3);
	server_fixture_run(60 * SIM_MS);
	tcp_client_send(&client, "x", 1);
	server_fixture_run(30 * SIM_MS);
	CU_ASSERT_EQUAL(client.in_length, 0);
	server_fixture_run(30 * SIM_MS);
	CU_ASSERT_EQUAL(client.in_length, 3);
	tcp_client_close(&client);
	close_servers();
}

const CU_TestInfo tests_servers[] = {
	{"what was refused or unanswered is so again", what_was_refused_or_unanswered_is_so_again},
	{"a server thinks on, whatever comes meanwhile", a_server_thinks_on_whatever_comes_meanwhile},
	CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/fit.h"
#include "harness/judge/judge.h"

#include <string.h>

#include "harness/recorded/form.h"
#include "harness/recorded/servers.h"

/*
 * @param text A site, or an event at one, such as srv.http#3. @return whether it is of the services
 * that are gone.
 */
static bool is_of_service(const char *text)
{
	static const char *const sites[] = {"srv.http", "srv.tls"};

	for (size_t i = 0; text != NULL && i < sizeof sites / sizeof sites[0]; i++)
		if (strncmp(text, sites[i], strlen(sites[i])) == 0 && strcspn(text, "#") == strlen(sites[i]))
			return true;
	return false;
}

static bool check_edge(const struct fault *fault, const char *key, const struct window_edge *edge, struct error *err)
{
	return edge->kind != EDGE_ADDRESS || !is_of_service(edge->at) ||
	       error_set(err,
	                 "the fault '%s' would never act: with 'session' there is no HTTP or TLS service where '%s: "
	                 "%s' could happen; use a frame or a time instead",
	                 fault->name, key, edge->at);
}

/*
 * What the servers of a recording say is said already: there is no service any more that could do
 * wrong.
 */
static bool check_fault(const struct fault *fault, struct error *err)
{
	if (is_of_service(fault_sites[fault->action->site].name))
		return error_set(err,
		                 "the fault '%s' acts in a service, and with 'session' there "
		                 "is no HTTP or TLS service: the servers repeat what was recorded. "
		                 "Use a fault of the link, such as drop, or edit the session",
		                 fault->action->name);
	return check_edge(fault, "from", &fault->match.from, err) && check_edge(fault, "until", &fault->match.until, err);
}

static bool check_faults(const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->fault_count && !plan->replay; i++)
		if (!check_fault(&plan->faults[i], err))
			return error_at(err, plan->path, 1, 1);
	return true;
}

bool recording_check_judges(const struct plan *plan, struct error *err)
{
	const struct judge *judge = judge_asked_for(&plan->expect.judges, true);

	if (plan->session[0] == '\0' || judge == NULL)
		return true;
	error_set(err, "'%s' under 'expect:' asks about the update service, and with 'session' there is none: leave it out", judge->name);
	return error_at(err, plan->path, 1, 1);
}

bool recording_check_plan(const struct plan *plan, struct error *err)
{
	struct recording recording;

	if (plan->session[0] == '\0')
		return true;
	if (!form_read(&recording, plan->session, err))
		return error_context(err, "in the session named by %s", plan->path);
	bool good = servers_check(&recording, err) || error_at(err, plan->session, 0, 0);
	recording_close(&recording);
	return good && check_faults(plan, err);
}

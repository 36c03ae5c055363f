/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recorded/fit.h"

#include <string.h>

#include "recorded/form.h"
#include "recorded/servers.h"

/* What the servers of a recording say is said already: there is no service any more that could do wrong. */
static bool check_faults(const struct plan *plan, struct error *err)
{
	static const char *const sites[] = {"srv.http", "srv.tls"};

	for (size_t i = 0; i < plan->fault_count && !plan->replay; i++) {
		const struct fault *fault = &plan->faults[i];
		for (size_t j = 0; j < sizeof sites / sizeof sites[0]; j++)
			if (fault->action->site != NULL && strcmp(fault->action->site, sites[j]) == 0) {
				error_set(
					err,
					"the fault '%s' is of a service, and with 'session' there is none of HTTP or TLS: the servers say what "
					"they said. Take a fault of the link, such as drop, or change what the session has them say",
					fault->action->name);
				return error_at(err, plan->path, 1, 1);
			}
	}
	return true;
}

bool recording_check_plan(const struct plan *plan, struct error *err)
{
	struct recording recording;

	if (plan->session[0] == '\0')
		return true;
	if (!form_read(&recording, plan->session, err))
		return error_context(err, "in the session that %s asks for", plan->path);
	bool good = servers_check(&recording, err) || error_at(err, plan->session, 0, 0);
	recording_close(&recording);
	return good && check_faults(plan, err);
}

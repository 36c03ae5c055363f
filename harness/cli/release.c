/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `release`: what the emulator's update service serves, as files for real servers. */
#include <stdio.h>
#include <string.h>

#include "harness/cli/values.h"
#include "harness/campaign/run_folder.h"
#include "harness/live/site.h"

static const struct cli_option options[] = {
	{"out", "DIR", "write the files to this folder, which must not exist yet (required)"},
	{"device", "D", "write them for this device, by name or as a file, instead of the scenario's own"},
	{NULL, NULL, NULL},
};

static bool write_site(const struct cli_values *values, const struct plan *plan, char ret_dir[DEVICE_PATH_MAX], struct error *err)
{
	return site_can(plan, err) && site_can_lie_in(cli_value(values, "out"), err) &&
	       run_folder_make(cli_value(values, "out"), ret_dir, err) && site_write(plan, ret_dir, err);
}

static int run(const struct cli_values *values)
{
	char dir[DEVICE_PATH_MAX];
	struct paths paths;
	struct plan plan;
	struct error err;

	if (!cli_is_given(values, "out"))
		error_set(&err, "release needs --out DIR");
	else if (values->operand_count != 1)
		error_set(&err, "release takes one scenario, not %d", values->operand_count);
	else if (paths_find(&paths, &err) && plan_open(&plan, values->operands[0], cli_value(values, "device"), &paths, &err)) {
		const bool good = write_site(values, &plan, dir, &err);
		plan_close(&plan);
		if (good) {
			printf("The files lie in %s: www, and nginx.conf, dnsmasq.conf and chrony.conf that serve them.\n"
			       "stutter run --live --server %s/start %s\n",
			       dir, dir, values->operands[0]);
			return EXIT_PASSED;
		}
	}
	return cli_fail(&err);
}

const struct cli_command cli_release = {
	"release", "SCENARIO", "write what the update service serves, for servers of your own", run, {options}};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a promotion leaves for the update service. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/timestamp.h"
#include "harness/gate/gating.h"
#include "reports/file.h"
#include "harness/server/promotion.h"

bool gate_promote(const struct gate *gate, struct error *err)
{
	const char *dir = campaign_dir(gate->campaign);
	struct promotion promotion;
	struct report_file file;

	memset(&promotion, 0, sizeof promotion);
	char *suites = gate_name_suites(gate);
	const char *version = gate->wish.release != NULL ? gate->wish.release : gate->subjects[0].like[GATE_CANDIDATE].device.name;
	(void)snprintf(promotion.version, sizeof promotion.version, "%.*s", SERVICE_VERSION_MAX - 1, version);
	(void)snprintf(promotion.from, sizeof promotion.from, "%s", gate->wish.from_feed);
	(void)snprintf(promotion.to, sizeof promotion.to, "%s", gate->wish.to_feed);
	(void)snprintf(promotion.baseline, sizeof promotion.baseline, "%s", gate->wish.devices[GATE_BASELINE]);
	(void)snprintf(promotion.candidate, sizeof promotion.candidate, "%s", gate->wish.devices[GATE_CANDIDATE]);
	(void)snprintf(promotion.suites, sizeof promotion.suites, "%s", suites);
	(void)timestamp_write(gate->wish.now_s, promotion.decided);
	free(suites);
	if (!report_file_open(&file, dir, "promotion.json", err))
		return false;
	/*
	 * What signs is a function of the world's key seed alone; the date is that of certificates,
	 * which none is made of here.
	 */
	struct pki *pki = pki_open((uint64_t)gate->wish.now_s);
	char *text = promotion_write(&promotion, pki);
	fprintf(file.stream, "%s\n", text);
	free(text);
	pki_close(pki);
	if (!report_file_close(&file, err))
		return false;
	if (gate->ops.promoted != NULL)
		gate->ops.promoted(gate->ops.ctx, promotion.version, dir);
	return true;
}

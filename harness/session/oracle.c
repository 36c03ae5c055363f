/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/oracle.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "session/systems.h"

/* -- hearing -- */

static uint64_t growth(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* What grows with every one of several attempts of a phase is lost; what grows once was needed for the first time. */
static void note_usage(struct oracle_notes *notes, const struct report *report)
{
	const unsigned ring = ORACLE_STEPS + 1;
	struct oracle_usage step = {UINT64_MAX, UINT64_MAX};

	notes->last[notes->usages++ % ring] = (struct oracle_usage){report->files, report->heap};
	if (notes->usages < ring)
		return;
	for (unsigned i = notes->usages - ring; i + 1 < notes->usages; i++) {
		step.files = lesser(step.files, growth(notes->last[i % ring].files, notes->last[(i + 1) % ring].files));
		step.heap = lesser(step.heap, growth(notes->last[i % ring].heap, notes->last[(i + 1) % ring].heap));
	}
	notes->step.files = greater(notes->step.files, step.files);
	notes->step.heap = greater(notes->step.heap, step.heap);
}

__attribute__((format(printf, 3, 4))) static void note_wrong(struct oracle_notes *notes, const char *judge, const char *format, ...)
{
	va_list args;

	if (notes->wrong[0] != '\0')
		return;
	va_start(args, format);
	(void)vsnprintf(notes->wrong, sizeof notes->wrong, format, args);
	va_end(args);
	(void)snprintf(notes->wrong_judge, sizeof notes->wrong_judge, "%s", judge);
}

static double seconds(sim_ns time)
{
	return (double)time / (double)SIM_S;
}

/* What runs now must be a system that was signed. */
static void note_boot(struct oracle_notes *notes, const struct world *world, const struct report *report)
{
	char why[VERDICT_TEXT_MAX];

	notes->booted = true;
	memcpy(notes->slot, report->slot, sizeof notes->slot);
	memcpy(notes->version, report->version, sizeof notes->version);
	if (strcmp(report->state, "recovery") == 0)
		note_wrong(notes, "bootable", "at %.6f s no system could be booted: %.200s", seconds(world->sim.now), report->text);
	else if (!systems_genuine(world, report->slot, why))
		note_wrong(notes, "verified", "at %.6f s the device runs slot %s, %.300s", seconds(world->sim.now), report->slot, why);
}

static void note_phase(struct oracle_notes *notes, const struct world *world, const struct report *report)
{
	if (report->step == REPORT_STEP_BEGIN) {
		notes->polled = notes->polled || strcmp(report->phase, "poll") == 0;
		notes->usages = 0;
	} else if (report->step == REPORT_STEP_FAILED) {
		notes->failed_at = notes->failed ? notes->failed_at : world->sim.now;
		notes->failed = true;
		notes->polled = false;
	}
}

void oracle_hear(struct oracle_notes *notes, const struct world *world, const struct report *report)
{
	if (report->kind == REPORT_USAGE)
		note_usage(notes, report);
	else if (report->kind == REPORT_BOOT)
		note_boot(notes, world, report);
	else if (report->kind == REPORT_PHASE)
		note_phase(notes, world, report);
}

void oracle_reset(struct oracle_notes *notes)
{
	notes->resets++;
	notes->booted = false;
}

/* -- judging -- */

__attribute__((format(printf, 2, 3))) static bool complain(char ret_why[VERDICT_TEXT_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(ret_why, VERDICT_TEXT_MAX, format, args);
	va_end(args);
	return false;
}

static bool is_staged(const struct world *world)
{
	return world->plan->device.agent.flow == DEVICE_FLOW_STAGED;
}

static bool wants_applied(const struct judges *limits)
{
	return limits->applied;
}

/* A client that installs nothing in the flash is believed. */
static bool is_applied(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	if (asked->verdict->kind != VERDICT_PASS || !is_staged(asked->world))
		return true;
	return systems_applied(asked->world, ret_why);
}

static bool wants_told(const struct judges *limits)
{
	return limits->told;
}

static bool is_told(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	const struct service_truth *truth = &asked->world->service.truth;

	if (asked->verdict->kind != VERDICT_FAIL)
		return true;
	for (size_t i = 0; i < truth->status_count; i++)
		if (strcmp(truth->statuses[i].status, "failed") == 0)
			return true;
	return strstr(truth->last_report, "\"fail\"") != NULL ||
	       complain(ret_why, "the service was never told of a failure; %" PRIu64 " reports came", truth->reports);
}

static bool wants_poll(const struct judges *limits)
{
	return limits->poll;
}

static bool is_polling(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	if (!asked->notes->failed || asked->notes->polled || asked->verdict->kind == VERDICT_PASS)
		return true;
	return complain(ret_why, "a phase failed at %.6f s, and the device never went back to its poll loop",
	                seconds(asked->notes->failed_at));
}

static bool wants_heal(const struct judges *limits)
{
	return limits->heal_ns > 0;
}

static bool has_healed(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	const struct decisions *decisions = &asked->world->passing.decisions;
	sim_ns last = 0, now = asked->world->sim.now;

	for (size_t i = 0; i < decisions->count; i++)
		last = decisions->list[i].time > last ? decisions->list[i].time : last;
	if (last == 0 || now - last <= asked->limits->heal_ns)
		return true;
	return complain(ret_why, "the last fault acted at %.6f s, and the end came %.3f s later", seconds(last), seconds(now - last));
}

static bool wants_traffic(const struct judges *limits)
{
	return limits->traffic > 0;
}

static bool is_frugal(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	const struct service_truth *truth = &asked->world->service.truth;
	uint64_t bytes = truth_delivered(truth), size = truth_asked_for(truth);

	return bytes <= asked->limits->traffic * size ||
	       complain(ret_why, "%" PRIu64 " image bytes reached the device for images of %" PRIu64 " bytes", bytes, size);
}

static bool wants_whole(const struct judges *limits)
{
	return limits->whole;
}

/* The image that most was handed out of; NULL: none was asked for. */
static const struct service_image *best_image(const struct service_truth *truth)
{
	const struct service_image *best = NULL;

	for (size_t i = 0; i < truth->image_count; i++)
		if (best == NULL ||
		    coverage_total(&truth->images[i].coverage) * best->size > coverage_total(&best->coverage) * truth->images[i].size)
			best = &truth->images[i];
	return best;
}

/* Who has been told what there is, and was refused nothing after that, may be content with what it has. */
static bool found_nothing_new(const struct service_truth *truth)
{
	return truth->checks > 0 && truth->visit_count > 0 && truth->visits[truth->visit_count - 1].status < 400;
}

/* A device that installs in its flash shows there what it has. */
static bool was_given_a_whole(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	const struct service_truth *truth = &asked->world->service.truth;
	const struct service_image *image = best_image(truth);

	if (asked->verdict->kind != VERDICT_PASS || is_staged(asked->world))
		return true;
	if (image != NULL && coverage_total(&image->coverage) < image->size)
		return complain(ret_why, "the device reports success, but was served only %" PRIu64 " of %" PRIu64 " bytes of %s",
		                coverage_total(&image->coverage), image->size, image->name);
	if (image != NULL || found_nothing_new(truth))
		return true;
	if (truth->requests == 0)
		return complain(ret_why, "the device reports success, but has asked the service for nothing");
	return complain(ret_why,
	                "the device reports success, but was handed out nothing of an image; %" PRIu64 " of its %" PRIu64
	                " requests were refused",
	                truth->refused, truth->requests);
}

static bool wants_storm(const struct judges *limits)
{
	return limits->storm > 0;
}

static bool is_calm(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	const struct witness *witness = &asked->world->witness;

	return !witness->storm || complain(ret_why, "at %.6f s the device had begun %" PRIu64 " connections within 10 s",
	                                   seconds(witness->storm_at), witness->limit + 1);
}

/* What was found when the device booted. */
static bool has_booted_well(const struct oracle_case *asked, const char *judge, char ret_why[VERDICT_TEXT_MAX])
{
	return strcmp(asked->notes->wrong_judge, judge) != 0 || complain(ret_why, "%s", asked->notes->wrong);
}

static bool wants_verified(const struct judges *limits)
{
	return limits->verified;
}

static bool is_verified(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	return has_booted_well(asked, "verified", ret_why);
}

static bool wants_bootable(const struct judges *limits)
{
	return limits->bootable;
}

static bool is_bootable(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	const struct oracle_notes *notes = asked->notes;

	if (!is_staged(asked->world))
		return true;
	if (!has_booted_well(asked, "bootable", ret_why))
		return false;
	/* A boot that the next power cut interrupts shows nothing. */
	if (!notes->booted)
		return complain(ret_why, "no system came up after the last of %u resets", notes->resets);
	return systems_bootable(asked->world, ret_why);
}

static bool wants_truth(const struct judges *limits)
{
	return limits->truth;
}

/* The last status that names a version must be of the version that ran then, and "complete" and "confirmed" must be so. */
static bool is_true(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	const struct service_truth *truth = &asked->world->service.truth;

	if (!is_staged(asked->world) || truth->status_count == 0)
		return true;
	const struct service_status *last = &truth->statuses[truth->status_count - 1];
	if (strcmp(last->version, asked->notes->version) != 0 || strcmp(last->slot, asked->notes->slot) != 0)
		return complain(ret_why, "the device said that version '%s' runs in slot %s; what it booted is version '%s' in slot %s",
		                last->version, last->slot, asked->notes->version, asked->notes->slot);
	return strcmp(last->status, "complete") != 0 || systems_applied(asked->world, ret_why);
}

static bool wants_leak(const struct judges *limits)
{
	return limits->leak > 0;
}

static bool is_tight(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX])
{
	const struct oracle_usage *step = &asked->notes->step;

	if (step->files > 0)
		return complain(ret_why, "each of %u failed attempts in a row left %" PRIu64 " more files open", ORACLE_STEPS, step->files);
	return ORACLE_STEPS * step->heap <= asked->limits->leak ||
	       complain(ret_why, "each of %u failed attempts in a row took at least %" PRIu64 " bytes of memory for good", ORACLE_STEPS,
	                step->heap);
}

/* A hang ends the session itself (session.c): its judge is asked there. */
const struct oracle oracles[] = {
	{"verified", is_verified, wants_verified, true, false},
	{"bootable", is_bootable, wants_bootable, false, false},
	{"applied", is_applied, wants_applied, false, true},
	{"truth", is_true, wants_truth, false, true},
	{"told", is_told, wants_told, false, true},
	{"poll", is_polling, wants_poll, false, false},
	{"heal", has_healed, wants_heal, false, false},
	{"whole", was_given_a_whole, wants_whole, false, true},
	{"traffic", is_frugal, wants_traffic, false, true},
	{"storm", is_calm, wants_storm, true, false},
	{"leak", is_tight, wants_leak, true, false},
	{NULL, NULL, NULL, false, false},
};

const struct oracle *oracle_lost(const struct judges *limits, const struct world *world, const struct oracle_notes *notes,
                                 char ret_why[VERDICT_TEXT_MAX])
{
	const struct oracle_case asked = {limits, world, notes, NULL};

	for (const struct oracle *oracle = oracles; oracle->name != NULL; oracle++)
		if (oracle->final && oracle->is_on(limits) && !oracle->is_content(&asked, ret_why))
			return oracle;
	return NULL;
}

/* Another far end, and the servers of a recorded session: what that was for nobody knows, and its player compares all that it hears. */
static bool has_services(const struct world *world)
{
	return !outside_is_far_end(world->outside) && world->servers == NULL;
}

void oracle_judge(const struct judges *limits, const struct world *world, const struct oracle_notes *notes, struct verdict *verdict)
{
	const struct oracle_case asked = {limits, world, notes, verdict};
	char why[VERDICT_TEXT_MAX];

	if (verdict->kind == VERDICT_INCONCLUSIVE)
		return;
	for (const struct oracle *oracle = oracles; oracle->name != NULL; oracle++) {
		if (!oracle->is_on(limits) || (oracle->asks_services && !has_services(world)) || oracle->is_content(&asked, why))
			continue;
		bool failed = verdict->kind == VERDICT_FAIL;
		char before[VERDICT_TEXT_MAX];
		memcpy(before, verdict->reason, sizeof before);
		verdict->kind = VERDICT_FAIL;
		(void)snprintf(verdict->judge, sizeof verdict->judge, "%s", oracle->name);
		(void)snprintf(verdict->reason, sizeof verdict->reason, "judge %s: %.300s%s%.150s", oracle->name, why,
		               failed ? "; besides: " : "", failed ? before : "");
		return;
	}
}

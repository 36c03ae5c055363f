/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/ending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <xxhash.h>

#include "lib/base/memory.h"
#include "reports/member.h"
#include "reports/run/cause.h"

/*
 * Results are kept as JSON, which takes UTF-8 alone; what a device says, or what was cut off in the
 * middle of a letter, may be none.
 */
static void clean(char *text)
{
	json_t *json = json_string(text);

	for (char *at = text; json == NULL && *at != '\0'; at++)
		*at = (unsigned char)*at < 0x80 ? *at : '?';
	json_decref(json);
}

void ending_of(const struct verdict *verdict, struct ending *ret_ending)
{
	*ret_ending = (struct ending){.kind = verdict->kind,
	                              .ours = verdict->ours,
	                              .virtual_ns = verdict->virtual_ns,
	                              .wall_ns = verdict->wall_ns,
	                              .decisions = verdict->decisions,
	                              .unfound_before = verdict->unfound_before,
	                              .retries = verdict->retries};
	for (size_t i = 0; i < verdict->rule_count && i < ENDING_FAULTS; i++)
		ret_ending->acted |= verdict->rules[i].applied > 0 ? UINT64_C(1) << i : 0;
	(void)snprintf(ret_ending->judge, sizeof ret_ending->judge, "%s", verdict->judge);
	(void)snprintf(ret_ending->phase, sizeof ret_ending->phase, "%s", verdict->phase);
	(void)snprintf(ret_ending->reason, sizeof ret_ending->reason, "%s", verdict->reason);
	clean(ret_ending->reason);
	(void)snprintf(ret_ending->digest, sizeof ret_ending->digest, "%s", verdict->digest);
	(void)snprintf(ret_ending->image_hash, sizeof ret_ending->image_hash, "%s", verdict->image_hash);
}

/* What two endings of the same way have in common, as text. To be released with free(). */
static char *key_of(const struct ending *ending)
{
	char *reason = cause_normal(ending->reason);
	char *key = memory_format("%s\n%s\n%s\n%s", verdict_name(ending->kind), ending->judge, ending->phase,
	                          ending->kind == VERDICT_PASS ? "" : reason);

	free(reason);
	return key;
}

bool ending_same(const struct ending *a, const struct ending *b)
{
	if (a->kind == VERDICT_INCONCLUSIVE || b->kind == VERDICT_INCONCLUSIVE)
		return false;
	if (a->kind == VERDICT_PASS && b->kind == VERDICT_PASS)
		return true;
	char *left = key_of(a), *right = key_of(b);
	bool same = strcmp(left, right) == 0;
	free(left);
	free(right);
	return same;
}

uint64_t ending_signature(const struct ending *ending)
{
	char *key = key_of(ending);
	uint64_t hash = XXH3_64bits(key, strlen(key));

	free(key);
	return hash;
}

const char *ending_say(const struct ending *ending, char *ret_text, size_t size)
{
	const bool has_judge = ending->judge[0] != '\0';

	(void)snprintf(ret_text, size, "%s%s%s%s%s: %s", verdict_name(ending->kind), ending->phase[0] != '\0' ? " in " : "", ending->phase,
	               has_judge ? ", judge " : "", ending->judge, ending->reason);
	return ret_text;
}

bool ending_read(const char *path, const struct plan *plan, struct ending *ret_before, char ret_missed[VERDICT_TEXT_MAX])
{
	const char *slash = strrchr(path, '/'), *words[] = {"pass", "fail"};
	char *beside = memory_format("%.*sverdict.json", slash != NULL ? (int)(slash - path) + 1 : 0, path);
	json_t *json = json_load_file(beside, 0, NULL);
	bool good = false;

	free(beside);
	*ret_before = (struct ending){.kind = VERDICT_INCONCLUSIVE};
	for (size_t i = 0; i < 2; i++)
		if (strcmp(member_text(json, "verdict"), words[i]) == 0)
			ret_before->kind = i == 0 ? VERDICT_PASS : VERDICT_FAIL;
	good = ret_before->kind != VERDICT_INCONCLUSIVE && strcmp(member_text(json, "scenario"), plan->name) == 0 &&
	       member_number(json, "seed") == plan->seed;
	(void)snprintf(ret_before->judge, sizeof ret_before->judge, "%s", member_text(json, "judge"));
	(void)snprintf(ret_before->phase, sizeof ret_before->phase, "%s", member_text(json, "phase"));
	(void)snprintf(ret_before->reason, sizeof ret_before->reason, "%s", member_text(json, "reason"));
	(void)snprintf(ret_missed, VERDICT_TEXT_MAX, "%s", member_text(json, "expectation"));
	json_decref(json);
	return good;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a request that changes the chain puts together the whole list of faults that is to
 * be there afterwards, and asks the bridge for that list at once. Whatever is wrong with it,
 * nothing has changed.
 */
#include "harness/live/requests.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/live/fit.h"
#include "harness/live/inside.h"
#include "reports/json.h"
#include "harness/scenario/yaml.h"

/* How errors call a fault that came with a request. */
#define FAULT_SOURCE "fault"
#define WHAT_MAX 256
#define RULES_MAX ((size_t)2 * FAULTS_MAX)

/* A request being carried out. */
struct request {
	struct bridge *bridge;
	const char *rest;  /* behind its first word */
	struct json *json; /* the answer's object, begun */
	struct error *err;
};

/* Faults that are to be the chain's. */
struct wanted {
	struct fault *list;
	size_t count;
};

/* -- faults by name -- */

static bool is_named(const struct fault *faults, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (expect_means(name, faults[i].name))
			return true;
	return false;
}

static bool has_named(const struct request *request, const char *name)
{
	const char *names[FAULTS_MAX + 1] = {NULL};
	const struct fault *faults;
	const size_t count = bridge_faults(request->bridge, &faults);

	if (name[0] == '\0')
		return error_set(request->err, "no fault named; `list` shows their names");
	if (is_named(faults, count, name))
		return true;
	for (size_t i = 0; i < count; i++)
		names[i] = faults[i].name;
	char meant[PARAM_VALUE_MAX];
	return error_set(request->err, "unknown fault '%s'%s; `list` shows their names", name,
	                 param_did_you_mean(param_nearest(NULL, names, name), meant));
}

/* Those of services are at work behind the chain, from the beginning to the end. */
static bool can_go(const struct request *request, const char *name)
{
	const struct fault *faults;
	const size_t count = bridge_faults(request->bridge, &faults);

	for (size_t i = 0; i < count; i++)
		if (faults[i].action->site != SITE_FRAME && expect_means(name, faults[i].name))
			return error_set(request->err,
			                 "the fault '%s' cannot be changed: '%s' acts in a service, whose faults "
			                 "are set when the scenario starts; change it there and start again",
			                 faults[i].name, faults[i].action->name);
	return true;
}

/* -- faults from text -- */

/* What counts from the beginning of a window counts from now. */
static void begin_now(struct fault *fault, sim_ns now)
{
	struct match *match = &fault->match;

	if (match->from.kind == EDGE_TIME && match->from.ns == 0 && (match->until.kind == EDGE_AFTER || fault->action->is_recording))
		match->from.ns = now;
}

static bool read_fault(const struct request *request, const char *text, struct wanted *ret_new)
{
	struct plan plan = *bridge_plan(request->bridge);
	struct fault *faults;
	size_t count;

	/* That of a session's virtual time is none here. */
	plan.deadline_ns = FAULT_TIME_MAX;
	if (!plan_read_fault(&plan, text, FAULT_SOURCE, &faults, &count, request->err))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!fit_fault(&faults[i], inside_has_services(request->bridge), FIT_PHASES, request->err)) {
			free(faults);
			return false;
		}
		begin_now(&faults[i], bridge_now(request->bridge));
	}
	*ret_new = (struct wanted){faults, count};
	return true;
}

/* Whether a text is a mapping with a name; if it is none, reading it will say so. */
static bool says_name(const char *text)
{
	struct yaml_file file;
	struct error err;

	if (!yaml_parse(&file, FAULT_SOURCE, text, strlen(text), &err))
		return true;
	bool says = yaml_get(file.root, "name") != NULL;
	yaml_close(&file);
	return says;
}

/*
 * The text with a name put in front of what is in its braces. @return to be released with free().
 */
static char *with_name(const char *text, const char *name, size_t *ret_more)
{
	char quoted[2 * FAULT_NAME_MAX + 1], *at = quoted;

	for (; *name != '\0' && at < quoted + sizeof quoted - 2; name++) {
		if (*name == '"' || *name == '\\')
			*at++ = '\\';
		*at++ = *name;
	}
	*at = '\0';
	char *whole = memory_format("{name: \"%s\", %s", quoted, text + 1);
	*ret_more = strlen(whole) - strlen(text);
	return whole;
}

/*
 * Reads a fault that is called @p name unless it says otherwise. An error's place is that in @p
 * text.
 */
static bool read_fault_named(const struct request *request, const char *text, const char *name, struct wanted *ret_new)
{
	size_t more;

	if (text[0] != '{' || says_name(text))
		return read_fault(request, text, ret_new);
	char *whole = with_name(text, name, &more);
	bool good = read_fault(request, whole, ret_new);
	free(whole);
	if (!good && request->err->column > (int)more)
		request->err->column -= (int)more;
	return good;
}

/*
 * The chain without the faults of a name, and with others in the place of the first of them, or at
 * the end. @param without NULL: all stay.
 */
static struct wanted compose(const struct request *request, const char *without, const struct wanted *with)
{
	const struct fault *faults;
	const size_t count = bridge_faults(request->bridge, &faults);
	struct wanted made = {.list = memory_new((count + with->count) * sizeof *made.list)};
	bool put = with->count == 0;

	for (size_t i = 0; i < count; i++) {
		const bool goes = without != NULL && expect_means(without, faults[i].name);
		if (goes && !put) {
			memcpy(made.list + made.count, with->list, with->count * sizeof *made.list);
			made.count += with->count;
			put = true;
		}
		if (!goes)
			memcpy(&made.list[made.count++], &faults[i], sizeof *faults);
	}
	if (!put) {
		memcpy(made.list + made.count, with->list, with->count * sizeof *made.list);
		made.count += with->count;
	}
	return made;
}

/*
 * No name may be another fault's, or it could not be told which is meant. @param but Faults of this
 * name do not count; NULL: all do.
 */
static bool are_free(const struct request *request, const struct wanted *new, const char *but)
{
	const struct fault *faults;
	const size_t count = bridge_faults(request->bridge, &faults);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < new->count; k++)
			if ((but == NULL || !expect_means(but, faults[i].name)) && strcmp(faults[i].name, new->list[k].name) == 0)
				return error_set(request->err, "the fault '%s' exists already: use another name, or `change` it",
				                 faults[i].name);
	return true;
}

static bool put_into_chain(const struct request *request, const char *without, const struct wanted *with, const char *verb)
{
	const struct wanted made = compose(request, without, with);
	char what[WHAT_MAX];

	if (with->count > 0)
		(void)snprintf(what, sizeof what, "%s '%s' %s", verb, with->list[0].name, with->list[0].action->name);
	else
		(void)snprintf(what, sizeof what, "%s '%s'", verb, without);
	bool good = bridge_change(request->bridge, made.list, made.count, what, request->err);
	free(made.list);
	return good;
}

static void tell_names(const struct request *request, const char *key, const struct wanted *faults)
{
	json_array_begin(request->json, key);
	for (size_t i = 0; i < faults->count; i++)
		json_text(request->json, NULL, faults->list[i].name);
	json_array_end(request->json);
}

/* -- the requests -- */

static bool add(const struct request *request)
{
	struct wanted new;

	if (request->rest[0] == '\0')
		return error_set(request->err, "`add` needs a fault, such as: add {name: slow, delay: 20ms}");
	if (!read_fault(request, request->rest, &new))
		return false;
	bool good = are_free(request, &new, NULL) && put_into_chain(request, NULL, &new, "add");
	if (good)
		tell_names(request, "added", &new);
	free(new.list);
	return good;
}

static bool change(const struct request *request)
{
	const size_t length = strcspn(request->rest, "{");
	char name[FAULT_NAME_MAX];
	struct wanted new;

	/* A name may have blanks in it, and a fault is a mapping in braces. */
	size_t end = length;
	while (end > 0 && request->rest[end - 1] == ' ')
		end--;
	if (request->rest[length] == '\0')
		return error_set(request->err, "`change` needs a name and a fault, such as: change slow {delay: 40ms}");
	(void)snprintf(name, sizeof name, "%.*s", end < sizeof name ? (int)end : (int)sizeof name - 1, request->rest);
	if (!has_named(request, name) || !can_go(request, name) || !read_fault_named(request, request->rest + length, name, &new))
		return false;
	bool good = are_free(request, &new, name) && put_into_chain(request, name, &new, "change");
	if (good)
		tell_names(request, "changed", &new);
	free(new.list);
	return good;
}

static bool remove_fault(const struct request *request)
{
	const struct wanted none = {NULL, 0};

	if (!has_named(request, request->rest) || !can_go(request, request->rest) ||
	    !put_into_chain(request, request->rest, &none, "remove"))
		return false;
	json_text(request->json, "removed", request->rest);
	return true;
}

static bool list(const struct request *request)
{
	const struct fault *faults;
	const size_t count = bridge_faults(request->bridge, &faults);

	json_array_begin(request->json, "rules");
	for (size_t i = 0; i < count; i++) {
		char *text = NULL;
		size_t size = 0;
		FILE *stream = open_memstream(&text, &size);
		plan_write_fault(stream, &faults[i]);
		(void)fclose(stream);
		json_object_begin(request->json, NULL);
		json_text(request->json, "name", faults[i].name);
		json_text(request->json, "fault", text);
		json_object_end(request->json);
		free(text);
	}
	json_array_end(request->json);
	return true;
}

static void tell_status(struct json *json, const struct bridge_status *status)
{
	json_seconds(json, "elapsed_s", status->elapsed_ns);
	json_number(json, "frames_to_server", status->frames[TO_SERVER]);
	json_number(json, "frames_to_device", status->frames[TO_DEVICE]);
	json_number(json, "waiting", status->waiting);
	json_text(json, "phase", status->phase);
	json_number(json, "lost_in", status->ends[TO_SERVER].lost_in + status->ends[TO_DEVICE].lost_in);
	json_number(json, "lost_out", status->ends[TO_SERVER].lost_out + status->ends[TO_DEVICE].lost_out);
	json_seconds(json, "skew_p50_s", status->skew.p50_ns);
	json_seconds(json, "skew_p99_s", status->skew.p99_ns);
	json_seconds(json, "skew_max_s", status->skew.max_ns);
	json_number(json, "beyond_limit", status->skew.beyond);
}

static bool counters(const struct request *request)
{
	struct bridge_rule *rules = memory_new(RULES_MAX * sizeof *rules);
	size_t count = bridge_rules(request->bridge, rules, RULES_MAX);

	(void)bridge_now(request->bridge);
	const struct bridge_status status = bridge_status(request->bridge);
	tell_status(request->json, &status);
	json_array_begin(request->json, "rules");
	for (size_t i = 0; i < count && i < RULES_MAX; i++) {
		json_object_begin(request->json, NULL);
		json_text(request->json, "name", rules[i].fault.name);
		json_text(request->json, "action", rules[i].fault.action->name);
		json_number(request->json, "seen", rules[i].counters.seen);
		json_number(request->json, "matched", rules[i].counters.matched);
		json_number(request->json, "applied", rules[i].counters.applied);
		json_bool(request->json, "gone", rules[i].gone);
		json_object_end(request->json);
	}
	json_array_end(request->json);
	free(rules);
	return true;
}

static bool phase(const struct request *request)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	const size_t length = strlen(request->rest);

	if (length == 0 || length >= FAULT_PHASE_MAX || strspn(request->rest, allowed) != length)
		return error_set(request->err, "a phase must be 1 to %d letters, digits, dashes or underscores, such as download, not '%s'",
		                 FAULT_PHASE_MAX - 1, request->rest);
	bridge_enter(request->bridge, request->rest);
	json_text(request->json, "phase", request->rest);
	return true;
}

static bool stop(const struct request *request)
{
	bridge_stop(request->bridge, "it was told to stop");
	return true;
}

const char *const request_words[] = {"list", "add", "change", "remove", "phase", "counters", "stop", NULL};

static const struct {
	bool takes_rest;
	bool (*run)(const struct request *request);
} requests[] = {{false, list}, {true, add}, {true, change}, {true, remove_fault}, {true, phase}, {false, counters}, {false, stop}};

static bool carry_out(struct request *request, const char *line)
{
	const size_t length = strcspn(line, " ");

	request->rest = line + length + strspn(line + length, " ");
	for (size_t i = 0; request_words[i] != NULL; i++) {
		if (strlen(request_words[i]) != length || strncmp(request_words[i], line, length) != 0)
			continue;
		if (!requests[i].takes_rest && request->rest[0] != '\0')
			return error_set(request->err, "'%s' takes no argument: unexpected '%s'", request_words[i], request->rest);
		return requests[i].run(request);
	}
	return error_set(request->err, "unknown request '%.*s'; allowed: list, add, change, remove, phase, counters, stop",
	                 length < 64 ? (int)length : 64, line);
}

void request_answer(struct bridge *bridge, const char *line, FILE *stream)
{
	char *answer = NULL, text[ERROR_TEXT_MAX + ERROR_FILE_MAX + 32];
	size_t size = 0;
	struct error err = {0};
	struct json json = {.stream = open_memstream(&answer, &size), .compact = true};
	struct request request = {.bridge = bridge, .json = &json, .err = &err};

	json_object_begin(&json, NULL);
	json_bool(&json, "ok", true);
	bool good = carry_out(&request, line);
	json_object_end(&json);
	(void)fclose(json.stream);
	if (good) {
		fprintf(stream, "%s\n", answer);
	} else {
		struct json refusal = {.stream = stream, .compact = true};
		(void)error_format(&err, text, sizeof text);
		json_object_begin(&refusal, NULL);
		json_bool(&refusal, "ok", false);
		json_text(&refusal, "error", text);
		json_object_end(&refusal);
		fputc('\n', stream);
	}
	free(answer);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/service_log.h"

#include <string.h>

#include "tests/test.h"

static struct coverage coverage;

static void add(uint64_t from, uint64_t to)
{
	coverage_add(&coverage, from, to);
}

static void covers(const struct span *spans, size_t count)
{
	uint64_t total = 0;

	CU_ASSERT_EQUAL_FATAL(coverage.count, count);
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT(coverage.spans[i].from == spans[i].from && coverage.spans[i].to == spans[i].to);
		total += spans[i].to - spans[i].from;
	}
	CU_ASSERT_EQUAL(coverage_total(&coverage), total);
}

static void intervals_grow_together(void)
{
	CU_ASSERT_EQUAL(coverage_total(&coverage), 0);
	add(10, 20);
	add(30, 40);
	add(5, 5);
	covers((const struct span[]){{10, 20}, {30, 40}}, 2);
	add(20, 25);
	covers((const struct span[]){{10, 25}, {30, 40}}, 2);
	add(0, 5);
	covers((const struct span[]){{0, 5}, {10, 25}, {30, 40}}, 3);
	add(4, 31);
	covers((const struct span[]){{0, 40}}, 1);
	add(50, 60);
	add(41, 42);
	covers((const struct span[]){{0, 40}, {41, 42}, {50, 60}}, 3);
	add(0, 100);
	covers((const struct span[]){{0, 100}}, 1);
	coverage_close(&coverage);
}

/* Against a map of bits, in an order that jumps. */
static void intervals_are_what_a_map_of_bits_says(void)
{
	static uint8_t bits[997];
	uint64_t state = 1;

	for (unsigned i = 0; i < 400; i++) {
		state = state * 6364136223846793005U + 1442695040888963407U;
		uint64_t from = (state >> 33) % 990, to = from + (state >> 50) % 7;
		add(from, to);
		memset(bits + from, 1, to - from);
		uint64_t total = 0, runs = 0;
		for (size_t b = 0; b < sizeof bits; b++) {
			total += bits[b];
			runs += bits[b] != 0 && (b == 0 || bits[b - 1] == 0);
		}
		CU_ASSERT_EQUAL(coverage_total(&coverage), total);
		CU_ASSERT_EQUAL(coverage.count, runs);
	}
	coverage_close(&coverage);
}

static void visits_are_kept_up_to_a_limit_and_counted_beyond(void)
{
	static struct service_log log;

	for (unsigned i = 0; i < SERVICE_LOG_VISITS_MAX + 3; i++)
		service_log_visit(&log, &(struct service_visit){.at_ns = i, .kind = SERVICE_UPDATE});
	CU_ASSERT_EQUAL(log.visit_count, SERVICE_LOG_VISITS_MAX);
	CU_ASSERT_EQUAL(log.kinds[SERVICE_UPDATE], SERVICE_LOG_VISITS_MAX + 3);
	CU_ASSERT_EQUAL(log.visits[SERVICE_LOG_VISITS_MAX - 1].at_ns, SERVICE_LOG_VISITS_MAX - 1);
	for (unsigned i = 0; i < SERVICE_LOG_STATUSES_MAX + 1; i++)
		service_log_status(&log, &(struct service_status){.at_ns = i});
	CU_ASSERT_EQUAL(log.status_count, SERVICE_LOG_STATUSES_MAX);
	service_log_close(&log);
}

static void the_least_gap_is_of_a_kind_and_a_host(void)
{
	static struct service_log log;
	static const struct service_visit visits[] = {
		{100, 1, SERVICE_IMAGE, 200}, {150, 2, SERVICE_IMAGE, 200}, {155, 1, SERVICE_UPDATE, 200}, {300, 1, SERVICE_IMAGE, 503}};

	for (unsigned i = 0; i < 4; i++)
		service_log_visit(&log, &visits[i]);
	CU_ASSERT_EQUAL(service_log_least_gap(&log, SERVICE_IMAGE, 0), 50);
	CU_ASSERT_EQUAL(service_log_least_gap(&log, SERVICE_IMAGE, 1), 200);
	CU_ASSERT_EQUAL(service_log_least_gap(&log, SERVICE_IMAGE, 2), UINT64_MAX);
	CU_ASSERT_EQUAL(service_log_least_gap(&log, SERVICE_UPDATE, 0), UINT64_MAX);
	service_log_close(&log);
}

static void images_are_told_apart_by_name(void)
{
	static struct service_log log;
	char name[16];

	struct service_image *image = service_log_image(&log, "a", 5);
	CU_ASSERT(image != NULL && service_log_image(&log, "a", 5) == image && service_log_image(&log, "b", 6) != image);
	for (unsigned i = 2; i < SERVICE_LOG_IMAGES_MAX; i++) {
		(void)snprintf(name, sizeof name, "image %u", i);
		CU_ASSERT_PTR_NOT_NULL(service_log_image(&log, name, 1));
	}
	CU_ASSERT_PTR_NULL(service_log_image(&log, "one more", 1));
	service_log_close(&log);
}

static void every_kind_has_its_name(void)
{
	for (unsigned i = 0; i < SERVICE_KINDS; i++)
		CU_ASSERT_PTR_NOT_NULL(service_kinds[i]);
}

const CU_TestInfo tests_service_log[] = {
	{"intervals grow together", intervals_grow_together},
	{"intervals are what a map of bits says", intervals_are_what_a_map_of_bits_says},
	{"visits are kept up to a limit and counted beyond", visits_are_kept_up_to_a_limit_and_counted_beyond},
	{"the least gap is of a kind and a host", the_least_gap_is_of_a_kind_and_a_host},
	{"images are told apart by name", images_are_told_apart_by_name},
	{"every kind has its name", every_kind_has_its_name},
	CU_TEST_INFO_NULL,
};

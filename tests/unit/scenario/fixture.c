/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scenario/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/test.h"

struct paths plan_fixture_paths;

void plan_fixture_folder(const char *name)
{
	CU_ASSERT_FATAL(mkdir(test_path(name), 0777) == 0);
}

void plan_fixture_install(void)
{
	memset(&plan_fixture_paths, 0, sizeof plan_fixture_paths);
	plan_fixture_folder("devices");
	(void)snprintf(plan_fixture_paths.devices, sizeof plan_fixture_paths.devices, "%s/devices", test_folder());
	(void)snprintf(plan_fixture_paths.kernel, sizeof plan_fixture_paths.kernel, "%s", test_write("vmlinuz", "k"));
	(void)snprintf(plan_fixture_paths.initramfs, sizeof plan_fixture_paths.initramfs, "%s", test_write("initramfs.cpio", "i"));
	(void)snprintf(plan_fixture_paths.clients, sizeof plan_fixture_paths.clients, "%s", test_write("clients.cpio", "c"));
	(void)snprintf(plan_fixture_paths.image, sizeof plan_fixture_paths.image, "%s", test_write("image.bin", "os"));
	(void)test_write("devices/box.yaml",
	                 "name: box\nspi_clock: 8MHz\nchip_revision: B5\nagent: {retries: 3, resume: false}\ndhcp: {tries: 7}\n");
}

const char *plan_fixture_open(struct plan *plan, const char *text, const char *device)
{
	static char whole[ERROR_TEXT_MAX + 300];
	struct error err = {0};
	size_t folder = strlen(test_folder()) + 1;

	if (plan_fixture_paths.devices[0] == '\0')
		plan_fixture_install();
	whole[0] = '\0';
	if (plan_open(plan, test_write("s.yaml", text), device, &plan_fixture_paths, &err))
		return whole;
	(void)error_format(&err, whole, sizeof whole);
	return strncmp(whole, test_folder(), folder - 1) == 0 ? whole + folder : whole;
}

void plan_fixture_refuses(const char *text, const char *error)
{
	struct plan plan;

	TEST_SAME_TEXT(plan_fixture_open(&plan, text, NULL), error);
}

void plan_fixture_refuses_with(const char *text, const char *part)
{
	struct plan plan;

	TEST_CONTAINS(plan_fixture_open(&plan, text, NULL), part);
}

char *plan_fixture_written(const struct plan *plan)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	CU_ASSERT_FATAL(stream != NULL);
	plan_write(plan, stream);
	CU_ASSERT_FATAL(fclose(stream) == 0);
	return text;
}

void plan_fixture_keeps(const char *scenario)
{
	struct plan plan, again;

	TEST_SAME_TEXT(plan_fixture_open(&plan, scenario, NULL), "");
	CU_ASSERT_FATAL(CU_get_number_of_failures() == 0);
	char *first = plan_fixture_written(&plan), *second;
	TEST_SAME_TEXT(plan_fixture_open(&again, first, NULL), "");
	CU_ASSERT_FATAL(CU_get_number_of_failures() == 0);
	second = plan_fixture_written(&again);
	TEST_SAME_TEXT(second, first);
	CU_ASSERT_EQUAL(again.fault_count, plan.fault_count);
	CU_ASSERT(plan.fault_count == 0 || memcmp(again.faults, plan.faults, plan.fault_count * sizeof *plan.faults) == 0);
	CU_ASSERT(memcmp(&again.device, &plan.device, sizeof plan.device) == 0);
	free(first);
	free(second);
	plan_close(&plan);
	plan_close(&again);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/file.h"
#include "reports/run/reports.h"

static const struct {
	const char *name;
	void (*write)(FILE *stream, const struct causes *causes);
} files[] = {
	{"index.html", report_page},
	{"junit.xml", report_junit},
	{"results.tap", report_tap},
	{"summary.json", report_summary},
};

const char *report_name(size_t index)
{
	return index < sizeof files / sizeof files[0] ? files[index].name : NULL;
}

static bool write_file(const struct causes *causes, size_t which, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, causes->run->dir, files[which].name, err))
		return false;
	files[which].write(file.stream, causes);
	return report_file_close(&file, err);
}

bool report_files(const struct causes *causes, struct error *err)
{
	struct error other;
	bool good = true;

	/* On a full disk a small one may still find room. */
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		good = write_file(causes, i, good ? err : &other) && good;
	return good;
}

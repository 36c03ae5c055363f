/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/site.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/file.h"
#include "harness/scenario/device.h"
#include "harness/server/host.h"
#include "harness/server/service.h"
#include "harness/server/swu.h"

/* Of the device: the only address that the emulator gives, too. */
#define DEVICE_ADDRESS (HOST_ADDRESS + 99)
#define ADDRESS_TEXT 16

bool site_can(const struct plan *plan, struct error *err)
{
	if (plan->session[0] != '\0')
		return error_set(err, "%s: 'session:' is played by the emulator's servers, and has no files", plan->path);
	return plan->device.agent.flow != DEVICE_FLOW_STAGED ||
	       error_set(err,
	                 "%s: device '%s' updates by the staged flow, which begins with attestation, and files cannot answer that; use a "
	                 "device of the plain flow (--device reference), or the "
	                 "emulator's service (`stutter run --live` without --server)",
	                 plan->path, plan->device.name);
}

/* -- what is served -- */

static bool write_bytes(const char *dir, const char *name, struct bytes data, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, name, err))
		return false;
	(void)fwrite(data.data, 1, data.length, file.stream);
	return report_file_close(&file, err);
}

static bool write_package(const struct service *service, const char *dir, struct error *err)
{
	size_t length;
	uint8_t *package = swu_make(service->config.version, service->image, service->image_sha256, &length);
	bool good = write_bytes(dir, "os.swu", bytes_of(package, length), err);

	free(package);
	return good;
}

static bool write_served(const struct service *service, const char *dir, struct error *err)
{
	char *www = memory_format("%s/www", dir), *update = memory_format("%s/www/update", dir),
	     *images = memory_format("%s/www/images", dir);
	bool good = report_folder_make(dir, "www", err) && report_folder_make(www, "update", err) &&
	            report_folder_make(www, "images", err) && report_file_write(www, "connecttest.txt", SERVICE_CONNECT_TEXT, err) &&
	            report_file_write(update, "manifest.json", service->manifest, err) &&
	            write_bytes(images, "os.bin", service->image, err) && write_package(service, images, err);

	free(www);
	free(update);
	free(images);
	return good;
}

/* -- who serves it -- */

/*
 * Workers of nginx are others than root, unless they are told not to be, and may not read what is
 * root's.
 */
static void write_nginx(FILE *stream, const char *dir)
{
	static const char *const folders[] = {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"};

	fprintf(stream,
	        "# nginx -p %s -c nginx.conf\n"
	        "daemon off;\npid nginx.pid;\nworker_processes 1;\nerror_log stderr;\n%sevents {}\n"
	        "http {\n"
	        "\taccess_log access.log;\n"
	        "\tdefault_type application/octet-stream;\n"
	        "\ttypes { application/json json; text/plain txt; }\n",
	        dir, geteuid() == 0 ? "user root;\n" : "");
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		fprintf(stream, "\t%s_temp_path tmp;\n", folders[i]);
	fputs("\tserver {\n"
	      "\t\tlisten 80;\n"
	      "\t\troot www;\n"
	      "\t\tlocation = /report { return 204; }\n"
	      "\t}\n"
	      "}\n",
	      stream);
}

static const char *show_address(uint32_t address, char ret_text[ADDRESS_TEXT])
{
	(void)snprintf(ret_text, ADDRESS_TEXT, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
	return ret_text;
}

static void write_dnsmasq(FILE *stream, const char *dir, const struct service_config *config)
{
	char device[ADDRESS_TEXT], netmask[ADDRESS_TEXT], address[ADDRESS_TEXT];
	const uint64_t lease_s = config->lease_ns / SIM_S;

	fprintf(stream,
	        "# dnsmasq -C %s/dnsmasq.conf\n"
	        "keep-in-foreground\nno-resolv\nno-hosts\nno-ping\nlog-facility=-\nlog-dhcp\npid-file=\n%s"
	        "dhcp-authoritative\ndhcp-leasefile=%s/leases\n"
	        "dhcp-range=%s,%s,%s,%" PRIu64 "\ndhcp-option=option:router,%s\n"
	        "local-ttl=%" PRIu64 "\n",
	        dir, geteuid() == 0 ? "user=root\n" : "", dir, show_address(DEVICE_ADDRESS, device), device,
	        show_address(HOST_NETMASK, netmask), lease_s > 120 ? lease_s : 120, show_address(HOST_ADDRESS, address),
	        config->ttl_ns / SIM_S);
	for (const struct server_name *name = server_names; name->name != NULL; name++)
		fprintf(stream, "host-record=%s,%s\n", name->name, show_address(name->address, address));
}

/*
 * It tells the time that it finds, and never sets it. As whoever runs it: its own user is there
 * where it was installed only.
 */
static void write_chrony(FILE *stream, const char *dir)
{
	const struct passwd *self = getpwuid(geteuid());

	fprintf(stream,
	        "# chronyd -d -x -U -f %s/chrony.conf\n"
	        "local stratum 8\nallow\ncmdport 0\nbindcmdaddress /\npidfile %s/chrony.pid\ndriftfile %s/drift\n%s%s\n",
	        dir, dir, dir, self != NULL ? "user " : "", self != NULL ? self->pw_name : "");
}

static void write_start(FILE *stream, const char *dir)
{
	fprintf(stream,
	        "#!/bin/sh\n"
	        "# Serves what is beside this file: stutter run --live --server %s/start SCENARIO\n"
	        "PATH=$PATH:/usr/sbin:/sbin\n"
	        "dnsmasq -C '%s/dnsmasq.conf' &\n"
	        "if command -v chronyd >/dev/null; then chronyd -d -x -U -f '%s/chrony.conf' & fi\n"
	        "exec nginx -e stderr -p '%s' -c nginx.conf\n",
	        dir, dir, dir, dir);
}

static bool write_servers(const struct plan *plan, const char *dir, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, "nginx.conf", err))
		return false;
	write_nginx(file.stream, dir);
	if (!report_file_close(&file, err) || !report_file_open(&file, dir, "dnsmasq.conf", err))
		return false;
	write_dnsmasq(file.stream, dir, &plan->server);
	if (!report_file_close(&file, err) || !report_file_open(&file, dir, "chrony.conf", err))
		return false;
	write_chrony(file.stream, dir);
	if (!report_file_close(&file, err) || !report_file_open(&file, dir, "start", err))
		return false;
	write_start(file.stream, dir);
	(void)fchmod(fileno(file.stream), 0755);
	return report_file_close(&file, err);
}

/*
 * What is there of a path, from the root of the file system on, which may have other characters
 * than the path.
 */
static bool find_above(const char *dir, char ret_whole[PATH_MAX])
{
	char *above = memory_text(dir);
	bool found = false;

	for (char *slash; !found && (slash = strrchr(above, '/')) != NULL && slash != above;) {
		*slash = '\0';
		found = realpath(above, ret_whole) != NULL;
	}
	free(above);
	return found || realpath(dir[0] == '/' ? "/" : ".", ret_whole) != NULL;
}

bool site_can_lie_in(const char *dir, struct error *err)
{
	static const char bad[] = "'\"\\ \t\r\n;{}#$,";
	char whole[PATH_MAX];

	if (!find_above(dir, whole))
		return error_set(err, "%s: %s", dir, strerror(errno));
	return (strpbrk(whole, bad) == NULL && strpbrk(dir, bad) == NULL) ||
	       error_set(err, "%s: its path (in %s) has characters that the servers' files cannot contain; use another folder", dir, whole);
}

bool site_write(const struct plan *plan, const char *dir, struct error *err)
{
	struct service service;
	char whole[PATH_MAX];

	if (realpath(dir, whole) == NULL)
		return error_set(err, "%s: %s", dir, strerror(errno));
	if (!service_open(&service, &plan->server, plan->image, err))
		return false;
	bool good = write_served(&service, whole, err) && write_servers(plan, whole, err);
	service_close(&service);
	return good;
}

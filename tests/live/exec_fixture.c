/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/live/exec_fixture.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/live/needs.h"
#include "tests/test.h"

static char output[65536], scenario[PATH_MAX];

const char *exec_fixture_scenario(const char *rest)
{
	char text[4096];

	(void)snprintf(text, sizeof text, "name: test\nsummary: of a test\ndevice: reference\n%s", rest);
	(void)snprintf(scenario, sizeof scenario, "%s", test_write("s.yaml", text));
	return scenario;
}

void exec_fixture_faults(const char *faults)
{
	char text[4000];

	(void)snprintf(text, sizeof text, "faults:\n%s", faults);
	(void)exec_fixture_scenario(text);
}

void exec_fixture_file(const char *name, unsigned bytes)
{
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "head -c %u /dev/urandom >%s/%s", bytes, test_folder(), name), 0);
}

const char *exec_fixture_nginx(void)
{
	static char command[PATH_MAX + 64];
	const char *folder = test_folder();
	char text[4096];

	test_needs_program("nginx");
	test_needs_program("openssl");
	needs_namespaces();
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output,
	                                 "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out "
	                                 "c.pem -days 3650 -subj /CN=server",
	                                 folder),
	                      0);
	(void)snprintf(text, sizeof text,
	               "daemon off;\npid %s/nginx.pid;\nworker_processes 1;\nerror_log stderr;\n%sevents {}\nhttp {\n access_log off;\n"
	               " client_body_temp_path %s/b;\n proxy_temp_path %s/p;\n fastcgi_temp_path %s/f;\n uwsgi_temp_path %s/u;\n"
	               " scgi_temp_path %s/s;\n root %s;\n server { listen 80; location = /moved { return 301 /body.bin; } }\n"
	               " server { listen 443 ssl; ssl_certificate %s/c.pem; ssl_certificate_key %s/k.pem; ssl_protocols TLSv1.2 "
	               "TLSv1.3; }\n}\n",
	               folder, geteuid() == 0 ? "user root;\n" : "", folder, folder, folder, folder, folder, folder, folder, folder);
	(void)test_write("nginx.conf", text);
	(void)snprintf(command, sizeof command, "nginx -e stderr -p %s -c %s/nginx.conf", folder, folder);
	return command;
}

const char *exec_fixture_web_server(void)
{
	test_needs_program("curl");
	exec_fixture_file("body.bin", EXEC_FIXTURE_BODY);
	return exec_fixture_nginx();
}

/* How late frames are on a machine under load proves nothing here. */
int exec_fixture_exec(const char *format, ...)
{
	char words[4096];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof words, format, args);
	va_end(args);
	return test_shell(output, sizeof output, "cd %s && PATH=$PATH:/usr/sbin timeout 100 %s exec --skew-limit 0s %s", test_folder(),
	                  test_program(), words);
}

int exec_fixture_run(const char *server, const char *command, ...)
{
	char words[8192];
	va_list args;

	va_start(args, command);
	(void)vsnprintf(words, sizeof words, command, args);
	va_end(args);
	char path[PATH_MAX];
	(void)snprintf(path, sizeof path, "%s", test_write("command.sh", words));
	/* Delays of frames on a machine under load are not tested here. */
	return test_shell(
		output, sizeof output,
		"cd %s && rm -rf out && PATH=$PATH:/usr/sbin timeout 100 %s exec --skew-limit 0s %s --out out --server '%s' -- sh %s",
		test_folder(), test_program(), scenario, server, path);
}

const char *exec_fixture_output(void)
{
	return output;
}

void exec_fixture_same(const char *file, const char *other, unsigned from)
{
	char said[1024];

	if (test_shell(said, sizeof said, "cd %s && tail -c +%u %s | cmp - %s", test_folder(), from + 1, other, file) != 0) {
		printf("    %s", said);
		CU_FAIL("the files differ");
	}
}

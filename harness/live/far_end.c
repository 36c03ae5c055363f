/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/far_end.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/live/clock.h"
#include "harness/recorded/form.h"
#include "reports/file.h"
#include "harness/server/host.h"
#include "harness/server/service.h"

struct far_end {
	const struct plan *plan;
	struct service service;
	struct recording recording; /* of the plan's session */
	struct servers *servers;    /* that play it; NULL: there is none */
	uint64_t unix_ns;           /* the true time at the bridge's time 0 */
	struct sim sim;
	struct service_faults *service_faults;
	struct service_ties ties;
	bool has_begun;
	int timer;
	struct frame_queue inbox; /* what has come and was not looked at */
	struct frame_queue queue; /* what it has sent and nobody has read */
	struct port_counters counters;
};

static bool read_session(struct far_end *far_end, const char *path, struct error *err)
{
	return path[0] == '\0' ||
	       (form_read(&far_end->recording, path, err) && (servers_check(&far_end->recording, err) || error_at(err, path, 0, 0)));
}

struct far_end *far_end_open(const struct plan *plan, struct error *err)
{
	struct far_end *far_end = memory_new(sizeof *far_end);

	far_end->plan = plan;
	far_end->unix_ns = clock_now_ns(CLOCK_REALTIME);
	far_end->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (far_end->timer < 0)
		error_set(err, "cannot make a timer for the far end: %s", strerror(errno));
	else if (read_session(far_end, plan->session, err) && service_open(&far_end->service, &plan->server, plan->image, err))
		return far_end;
	recording_close(&far_end->recording);
	if (far_end->timer >= 0)
		(void)close(far_end->timer);
	free(far_end);
	return NULL;
}

/* -- its time -- */

static void set_timer(const struct far_end *far_end)
{
	ties_set_timer(far_end->timer, &far_end->sim, far_end->queue.count > 0 || far_end->inbox.count > 0);
}

static void output(void *ctx, struct frame *frame, sim_ns now)
{
	struct far_end *far_end = ctx;

	(void)now;
	frame_queue_put(&far_end->queue, frame);
}

/* -- the port -- */

/*
 * What it makes of a frame may take long, such as a handshake of TLS; whoever hands one over has
 * done with it before.
 */
static void look_at_inbox(struct far_end *far_end)
{
	struct frame *frame;

	ties_catch_up(&far_end->ties, &far_end->sim);
	while ((frame = frame_queue_take(&far_end->inbox)) != NULL) {
		host_input(frame);
		/* What the frame sets off at once. */
		sim_run_until(&far_end->sim, far_end->sim.now);
	}
}

static bool read_frames(void *state, unsigned most, port_take *take, void *ctx, struct error *err)
{
	struct far_end *far_end = state;
	uint64_t expirations;

	(void)err;
	(void)!read(far_end->timer, &expirations, sizeof expirations);
	if (!far_end->has_begun)
		return true;
	look_at_inbox(far_end);
	for (; most > 0 && far_end->queue.count > 0; most--) {
		struct frame *frame = frame_queue_take(&far_end->queue);
		far_end->counters.received++;
		take(ctx, frame_bytes(frame), clock_now_ns(CLOCK_REALTIME));
		frame_free(frame);
	}
	set_timer(far_end);
	return true;
}

static enum sent send_frame(void *state, struct bytes frame, struct error *err)
{
	struct far_end *far_end = state;

	if (!far_end->has_begun || frame.length > FRAME_MAX) {
		far_end->counters.lost_out++;
		error_set(err, far_end->has_begun ? "it is too long" : "nobody is there yet");
		return SENT_LOST;
	}
	far_end->counters.sent++;
	frame_queue_put(&far_end->inbox, frame_new(frame.data, frame.length));
	set_timer(far_end);
	return SENT_WHOLE;
}

static struct port_counters counters(void *state)
{
	return ((const struct far_end *)state)->counters;
}

static void leave(void *state)
{
	(void)state;
}

struct port far_end_port(struct far_end *far_end)
{
	static const struct port_ops ops = {read_frames, send_frame, counters, leave};

	return (struct port){.ops = &ops, .state = far_end, .fd = far_end->timer, .name = "far end"};
}

/* -- beginning and end -- */

static void keep_secret(void *ctx, const char *line)
{
	const struct far_end *far_end = ctx;

	far_end->ties.secret(far_end->ties.ctx, line);
}

void far_end_begin(struct far_end *far_end, const struct service_ties *ties)
{
	const struct plan *plan = far_end->plan;

	far_end->ties = *ties;
	far_end->unix_ns = clock_now_ns(CLOCK_REALTIME);
	sim_open(&far_end->sim, 0);
	host_open(&far_end->sim, ties->trace, plan->seed, (struct host_ops){output, 0}, far_end);
	far_end->service_faults = service_faults_open(plan->faults, plan->replay ? 0 : plan->fault_count, plan->seed, ties->trace,
	                                              ties->faults, ties->ctx);
	service_faults_redraw(far_end->service_faults, &plan->redraw);
	far_end->service.no_http = plan->session[0] != '\0';
	service_start(&far_end->service, far_end->unix_ns, plan->seed, far_end->service_faults, (struct service_ops){keep_secret}, far_end);
	if (plan->session[0] != '\0') {
		far_end->servers = servers_open(&far_end->recording, true);
		far_end->service.udp.dns.names = servers_names(far_end->servers, far_end->service.dns_names);
	}
	far_end->has_begun = true;
	set_timer(far_end);
}

struct armed_faults *far_end_faults(struct far_end *far_end)
{
	return service_faults_armed(far_end->service_faults);
}

void far_end_delivered(struct far_end *far_end, struct bytes frame)
{
	service_delivered(&far_end->service, frame);
}

static bool write_file(const char *dir, const char *name, const char *text, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, name, err))
		return false;
	fputs(text, file.stream);
	return report_file_close(&file, err);
}

bool far_end_write_credentials(struct far_end *far_end, const char *dir, struct error *err)
{
	const struct pki *pki = service_pki(&far_end->service, far_end->unix_ns);

	return write_file(dir, "trust.pem", pki_new_trust_bundle(pki), err) &&
	       write_file(dir, "device.pem", pki_bootstrap_certificate(pki), err) &&
	       write_file(dir, "device.key", pki_bootstrap_key(pki), err);
}

bool far_end_played(const struct far_end *far_end, struct servers_told *ret_told)
{
	if (far_end->servers == NULL)
		return false;
	*ret_told = servers_told(far_end->servers);
	return true;
}

void far_end_close(struct far_end *far_end)
{
	if (far_end == NULL)
		return;
	if (far_end->has_begun) {
		servers_close(far_end->servers);
		host_close();
		service_faults_close(far_end->service_faults);
		sim_close(&far_end->sim);
	}
	service_close(&far_end->service);
	recording_close(&far_end->recording);
	frame_queue_clear(&far_end->inbox);
	frame_queue_clear(&far_end->queue);
	(void)close(far_end->timer);
	free(far_end);
}

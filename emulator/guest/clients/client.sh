# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the scripts of this folder have in common: they take another's program through an update of the plain flow and say so to the harness
# in the events of our own agent, so that `during: download` and the judges mean the same for every client.
. /run/config
# Of the service, for who includes this.
# shellcheck disable=SC2034
update="${UPDATE_SCHEME:-http}://$UPDATE_HOST"
phase=start

event()
{
	echo "$*" >/dev/stutter
}

# begin NAME, then finish: of a phase.
begin()
{
	phase=$1
	event "phase $phase begin"
}

finish()
{
	event "phase $phase ok"
}

# again NUMBER REASON: the program tries once more.
again()
{
	event "phase $phase retry $1: $2"
}

# send_report STATUS PHASE REASON: a reason stands in JSON as it is, so it must have neither '"' nor '\\'.
send_report()
{
	curl --silent --show-error --fail --output /dev/null --connect-timeout 10 --max-time 60 --retry 3 --retry-all-errors --json \
		"{\"device\": \"${DEVICE_NAME:-device}\", \"status\": \"$1\", \"phase\": \"$2\", \"reason\": \"$3\"}" \
		"$update/report"
}

# The session's result comes from here, so init gives none of its own.
give_up()
{
	event "phase $phase failed: $1"
	[ "$phase" = dhcp ] || send_report failed "$phase" "$1"
	: >/run/result
	event "result fail $phase: $1"
	exit 1
}

# The DHCP script writes the lease when address, route and name server are in place.
wait_for_lease()
{
	begin dhcp
	tries=$((${DHCP_DEADLINE_MS:-60000} / 50))
	until [ -e /run/lease ]; do
		[ $tries -gt 0 ] || give_up "no lease within ${DHCP_DEADLINE_MS:-60000} ms"
		usleep 50000
		tries=$((tries - 1))
	done
	finish
}

succeed()
{
	begin report
	send_report updated "" "" || give_up "exit status $?"
	finish
	: >/run/result
	event "result pass"
}

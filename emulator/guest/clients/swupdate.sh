#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# update-with-swupdate OPTION...: SWUpdate with its downloader, whose options these are. It installs while it downloads, so both are the one
# phase "download". An update has succeeded when SWUpdate says so and ends with 0.
. /usr/lib/client.sh
: >/run/error
export TMPDIR=/run
log=/run/swupdate.log

wait_for_lease
begin download
# A FIFO and no pipe, since the status that counts is SWUpdate's. Its messages go to the console; those about a new attempt are events.
mkfifo /run/messages
while IFS= read -r line; do
	echo "$line"
	echo "$line" >>$log
	# "[ERROR] : SWUPDATE failed [0] ERROR FILE : FUNCTION : LINE : TEXT"; some have the text at once.
	text=${line#*ERROR *: *: *: }
	case $line in
	*"trying resume after"*) again "$(grep -c "trying resume after" $log)" "${line##* : }" ;;
	# What went wrong with the download is the cause of whatever else did, but for 23: nobody takes its data any more.
	*"[ERROR]"*"error (23)"*) ;;
	*"[ERROR]"*Channel*) echo "$text" | tr -d '"\\' >/run/error ;;
	*"[ERROR]"*) [ -s /run/error ] || echo "$text" | tr -d '"\\' >/run/error ;;
	esac
done </run/messages &
reader=$!
swupdate --loglevel 5 --key /etc/swupdate.pem --download "-u $update/images/os.swu $*" >/run/messages 2>&1
status=$?
wait $reader
[ $status = 0 ] || give_up "exit status $status: $(cat /run/error)"
grep -q "SWUPDATE successful" $log || give_up "exit status 0 without its message of success"
finish
succeed

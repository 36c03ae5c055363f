#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `shard.sh SUITE SHARD FOLDER [OPTION...]`, in a clone that is built: runs one share of a suite,
# such as `2/8`, or goes on with it where it was lost.
# A session that was not as expected (1) or that proved nothing (125) is a result, of which
# `stutter merge` tells; the exit status is 0 then.
# What it cannot do is an error of the machine or the caller: 2, 3, or 143 if it was told to stop.
set -eu
suite=$1
shard=$2
folder=$3
shift 3
trap 'exit 143' HUP INT TERM
status=0
if [ -e "$folder/run.json" ]; then
	build/stutter run --resume "$folder" "$@" || status=$?
else
	# Without run.json it is of a share that was lost before it began.
	if [ -d "$folder" ]; then
		rm -f "$folder/run.json.new"
		rmdir "$folder" || exit 2
	fi
	build/stutter run "$suite" --shard "$shard" --out "$folder" "$@" || status=$?
fi
case $status in
1 | 125) status=0 ;;
esac
exit "$status"

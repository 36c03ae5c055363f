#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `parallel.sh SUITE FOLDER HOST...`: a suite on several machines over ssh, with GNU parallel; each has a clone that is built in the folder of this name.
# Every machine runs one share on all its cores; what they leave is fetched and merged. The exit status is that of the whole.
set -eu
suite=$1
whole=$2
shift 2
clone=$(pwd)
mkdir -p "$whole"
number=0
for host in "$@"; do
	number=$((number + 1))
	printf '%s\t%s\n' "$host" "$number"
done >"$whole/hosts"
# Shares fail as sessions do, which the merge tells.
parallel --colsep '\t' --jobs 0 --arg-file "$whole/hosts" --retries 2 "
	ssh {1} 'cd $clone && run=stutter-shards/$(basename "$whole")-{2} && mkdir -p stutter-shards &&
		if [ -e \$run/run.json ]; then build/stutter run --resume \$run --quiet; else rm -rf \$run
		build/stutter run $suite --shard {2}/$# --out \$run --quiet; fi; [ \$? -ne 255 ]' &&
	rsync -a {1}:$clone/stutter-shards/$(basename "$whole")-{2}/ $whole/shard-{2}/"
exec build/stutter merge "$whole"/shard-* --out "$whole/whole"

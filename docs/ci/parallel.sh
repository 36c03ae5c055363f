#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `parallel.sh SUITE FOLDER HOST...`: a suite on several machines over ssh, with GNU parallel; each
# has a clone that is built in the folder of this name.
# Every machine runs one share on all its cores; what comes back is merged, and the exit status is
# that of the merge: 125 if a host was lost, unless more is wrong.
# After `rm -r FOLDER/whole` the same words go on with what is missing.
set -eu
suite=$1
whole=$2
shift 2
clone=$(pwd)
name=$(basename "$whole")
mkdir -p "$whole"
number=0
for host in "$@"; do
	number=$((number + 1))
	printf '%s\t%s\n' "$host" "$number"
done >"$whole/hosts"
# A host that is lost is tried once more. What it has left is a share here only when all of it has
# come.
parallel --colsep '\t' --jobs 0 --arg-file "$whole/hosts" --retries 2 "
	ssh -o ServerAliveInterval=60 {1} 'cd $clone && docs/ci/shard.sh $suite {2}/$# stutter-shards/$name-{2} --quiet' &&
	rsync -a {1}:$clone/stutter-shards/$name-{2}/ $whole/coming-{2}/ &&
	rm -rf $whole/shard-{2} && mv $whole/coming-{2} $whole/shard-{2}" ||
	echo "parallel.sh: not every share came back" >&2
exec build/stutter merge "$whole"/shard-* --out "$whole/whole"

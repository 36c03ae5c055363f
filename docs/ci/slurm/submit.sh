#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `submit.sh SUITE FOLDER SHARDS`: the job array, and behind it, whatever its tasks came to, the
# merge. Prints the id of the merge.
set -eu
here=$(dirname "$0")
array=$(sbatch --parsable --array="1-$3" "$here/array.sh" "$1" "$2")
exec sbatch --parsable --dependency="afterany:$array" --job-name=stutter-merge --wrap="build/stutter merge $2/shard-* --out $2/whole"

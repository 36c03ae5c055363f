#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A suite as a job array: `sbatch --array=1-8 array.sh scenarios/suites/nightly.yaml /shared/night`, in a clone of Stutter that all nodes see.
# Every task runs its share on one core. One that is started again, since its node was lost, goes on with what it has.
#SBATCH --job-name=stutter
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
set -eu
suite=$1
run=$2/shard-$SLURM_ARRAY_TASK_ID
mkdir -p "$2"
# A folder without run.json is of a task that was lost before it began.
if [ -d "$run" ] && [ ! -e "$run/run.json" ]; then
	rm -r "$run"
fi
if [ -d "$run" ]; then
	exec build/stutter run --resume "$run" --jobs 1 --quiet --history none
fi
exec build/stutter run "$suite" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --out "$run" --jobs 1 --quiet --history none

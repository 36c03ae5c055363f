#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A suite as a job array: `sbatch --array=1-8 array.sh scenarios/suites/nightly.yaml /shared/night`,
# in a clone of Stutter that all nodes see.
# Every task runs its share on one core. One that is started again, since its node was lost, goes on
# with what it has.
#SBATCH --job-name=stutter
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
set -eu
exec docs/ci/shard.sh "$1" "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" "$2/shard-$SLURM_ARRAY_TASK_ID" --jobs 1 --quiet --history none

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# libraries.sh SYSROOT TRIPLET READELF PROGRAM...: prints the initramfs lines of all shared
# libraries that the programs need, directly or not.
set -eu

sysroot=$1
folder=$2
readelf=$3
shift 3
known=" "

needed()
{
	LC_ALL=C "$readelf" -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p'
}

# visit FILE: prints what FILE needs and was not printed yet, then what those need.
visit()
{
	for name in $(needed "$1"); do
		case $known in *" $name "*) continue ;; esac
		known="$known$name "
		for path in "lib/$folder/$name" "usr/lib/$folder/$name" ""; do
			[ -z "$path" ] || [ ! -e "$sysroot/$path" ] || break
		done
		if [ -z "$path" ]; then
			echo "libraries.sh: $1 needs $name, and no fetched package has it; add its package to fetch.sh" >&2
			exit 1
		fi
		echo "file /lib/$folder/$name @sysroot/$path 755"
		visit "$sysroot/$path"
	done
}

for program; do
	visit "$program"
done

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# harness/lint.sh BUILD: layout, a second compiler, clang-tidy and cppcheck over the C sources.
# Prints what they found and a summary; exit status 1 if there is any finding. The guest's module
# and the fetched sources are not ours to lint with the host's headers.
set -u
build=${1:-build}
cd "$(dirname "$0")/.." || exit 2
flags="-std=c11 -I. -I$build/gen -D_GNU_SOURCE -DSTUTTER_VERSION=\"lint\" -DLOCKSTEP_FILE=\"\" -DINSIDE_FILE=\"\" -DDYGRAPHS_DIR=\"\""
flags="$flags -isystem $build/lwip/src/include -Iharness/server/lwip -isystem $build/llhttp -isystem /usr/include/libnl3"
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wundef -Wdocumentation"
log=$(mktemp -d) || exit 2
trap 'rm -rf "$log"' EXIT
trap 'exit 130' INT TERM

sources()
{
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files -- "$@"
	else
		find . -path "./$build" -prune -o -path ./stutter-runs -prune -o -type f \( -name '*.c' -o -name '*.h' \) -print | sed 's|^\./||' |
			grep -E "$(printf '%s|' "$@" | sed 's/\*/.*/g; s/\./\\./g; s/|$//')"
	fi | while read -r file; do [ ! -f "$file" ] || echo "$file"; done
}

# Those that compile on the host: all but the kernel module, the parts of the agent that need the
# device's libraries, and the program of a test that needs the library of the chip installed.
host_sources()
{
	sources '*.c' | grep -v -e ^emulator/guest/module/ -e ^tests/chip/foreign/ -e '^emulator/guest/agent/\(agent\|download\|http\|ntp\|report\|clock\|seed\)\.c$'
}

# The program's own: CUnit's macros hide from an analyser what ends a test.
program_sources()
{
	host_sources | grep -v ^tests/
}

# run NAME PATTERN COMMAND...: a file for what it says; counts the lines that match the pattern.
run()
{
	name=$1
	pattern=$2
	shift 2
	"$@" >"$log/$name" 2>&1
	status=$?
	findings=$(grep -cE "$pattern" "$log/$name")
	if [ "$findings" -gt 0 ]; then
		grep -E -A 3 "$pattern" "$log/$name"
	elif [ "$status" -ne 0 ]; then
		cat "$log/$name"
		findings=1
	fi
	printf '%-14s %s\n' "$name" "$findings" >>"$log/summary"
	[ "$findings" -eq 0 ] || failed=1
}

jobs=$(getconf _NPROCESSORS_ONLN)

each()
{
	list=$1
	shift
	# One word a line; our paths have no blanks.
	$list | xargs -P "$jobs" -n 1 "$@"
}

all_sources()
{
	sources '*.c' '*.h'
}

failed=0
: >"$log/summary"
run clang-format 'error: code should be' each all_sources clang-format --dry-run -Werror --ferror-limit=1
# shellcheck disable=SC2086
run clang '(error|warning):' each host_sources clang -fsyntax-only $flags $warnings

# A file that was clean is analysed again when what the compiler sees of it has changed, or a check,
# or where it or one of its headers says NOLINT.
known=$build/lint
mkdir -p "$known" "$build/cppcheck" || exit 2
export flags known
# shellcheck disable=SC2016
tidy_one='
	files=$(clang -MM $flags "$1" | sed "s/^[^:]*://; s/\\\\$//")
	key=$({ clang -E -P $flags "$1"; grep -n -A 1 NOLINT $files; cat .clang-tidy; clang-tidy --version; } 2>&1 | sha256sum | cut -c 1-32)
	[ ! -e "$known/$key" ] || exit 0
	said=$(clang-tidy --quiet "$1" -- $flags 2>&1) || said="$1: error: $said"
	case $said in
	*warning:* | *error:*) printf "%s\n" "$said" ;;
	*) : >"$known/$key" ;;
	esac
'
run clang-tidy '(error|warning): ' each program_sources sh -c "$tidy_one" tidy
# What a function fills through a pointer is not known to the check across files.
check()
{
	# shellcheck disable=SC2046
	cppcheck --quiet --cppcheck-build-dir="$build/cppcheck" -j "$jobs" --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=ctuuninitvar --suppress=normalCheckLevelMaxBranches --suppress='*:*lwip/src/*' -D_GNU_SOURCE -DSTUTTER_VERSION='""' \
		-I. -I"$build/gen" -Iharness/server/lwip --template='{file}:{line}: {severity}: {message} [{id}]' $(program_sources)
}
run cppcheck '(error|warning|performance|portability):' check

echo "findings:"
cat "$log/summary"
exit "$failed"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# update-with-curl OPTION...: an update of the plain flow as many a product has it, a script around curl. The options are those of every
# curl that downloads; the image goes to RAM.
#
# CURL_RUNS (default 1) is how often curl is started for the image, a second apart. It is not the same as --retry: within one run a retry
# throws away what has come and begins where the run began, whatever --continue-at says; a new run goes on at the end of the file.
. /usr/lib/client.sh
image=/run/os.bin
runs=0

# field NAME: the first value of that name in the manifest, a text without escapes.
field()
{
	sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" /run/manifest.json
}

wait_for_lease
begin check
curl --silent --show-error "$@" --output /run/manifest.json "$update/update/manifest.json" || give_up "exit status $?"
[ -n "$(field url)" ] || give_up "the manifest names no image"
finish

begin download
while :; do
	curl --silent --show-error "$@" --output $image "$(field url)"
	status=$?
	[ $status != 0 ] || break
	runs=$((runs + 1))
	[ $runs -lt "${CURL_RUNS:-1}" ] || give_up "exit status $status"
	again $runs "exit status $status after 1000 ms"
	sleep 1
done
finish

begin verify
echo "$(field sha256)  $image" | sha256sum -c -s || give_up "the SHA-256 of the image is wrong"
finish
succeed

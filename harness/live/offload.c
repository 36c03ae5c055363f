/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/offload.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

/*
 * What joins frames that come in changes what the faults see, so it must be off. The rest works on
 * what this host sends, which here is whole frames with finished checksums: it is switched off
 * where it can be, and so are filters of VLANs, which lose frames. Checking checksums (rx-checksum)
 * changes no frame and stays.
 */
static const struct {
	const char *name;
	bool joins;
} known[] = {
	{"rx-gro", true},
	{"rx-gro-hw", true},
	{"rx-gro-list", true},
	{"rx-udp-gro-forwarding", true},
	{"rx-lro", true},
	{"tx-tcp-segmentation", false},
	{"tx-tcp-ecn-segmentation", false},
	{"tx-tcp-mangleid-segmentation", false},
	{"tx-tcp6-segmentation", false},
	{"tx-udp-segmentation", false},
	{"tx-udp-fragmentation", false},
	{"tx-generic-segmentation", false},
	{"tx-checksum-ipv4", false},
	{"tx-checksum-ipv6", false},
	{"tx-checksum-ip-generic", false},
	{"tx-checksum-sctp", false},
	{"rx-vlan-filter", false},
	{"rx-vlan-stag-filter", false},
};

_Static_assert(sizeof known / sizeof known[0] <= OFFLOADS_MAX, "each has its place");

/*
 * Every request begins with its number, and the kernel writes its answer to the same place. @return
 * 0, or an errno.
 */
static int ask(const char *interface, void *request)
{
	struct ifreq ifr = {.ifr_data = request};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	(void)strncpy(ifr.ifr_name, interface, sizeof ifr.ifr_name - 1);
	int result = ioctl(fd, SIOCETHTOOL, &ifr) < 0 ? errno : 0;
	(void)close(fd);
	return result;
}

static uint32_t count_features(const char *interface, int *ret_result)
{
	struct ethtool_sset_info *info = memory_new(sizeof *info + sizeof info->data[0]);

	*info = (struct ethtool_sset_info){.cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << ETH_SS_FEATURES};
	*ret_result = ask(interface, info);
	uint32_t count = *ret_result == 0 && info->sset_mask != 0 ? info->data[0] : 0;
	free(info);
	return count;
}

/* All names, each in ETH_GSTRING_LEN bytes; to be released with free(). */
static struct ethtool_gstrings *feature_names(const char *interface, uint32_t count, int *ret_result)
{
	struct ethtool_gstrings *names = memory_new(sizeof *names + (size_t)count * ETH_GSTRING_LEN);

	*names = (struct ethtool_gstrings){.cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES, .len = count};
	*ret_result = ask(interface, names);
	return names;
}

static struct ethtool_gfeatures *feature_bits(const char *interface, uint32_t count, int *ret_result)
{
	uint32_t words = (count + 31) / 32;
	struct ethtool_gfeatures *bits = memory_new(sizeof *bits + words * sizeof bits->features[0]);

	*bits = (struct ethtool_gfeatures){.cmd = ETHTOOL_GFEATURES, .size = words};
	*ret_result = ask(interface, bits);
	return bits;
}

static bool is_set(uint32_t word, uint32_t bit)
{
	return (word >> (bit % 32) & 1) != 0;
}

static struct offload offload_of(size_t row, uint32_t bit, const struct ethtool_gfeatures *bits)
{
	const struct ethtool_get_features_block *block = &bits->features[bit / 32];

	return (struct offload){
		.name = known[row].name,
		.joins = known[row].joins,
		.bit = bit,
		.on = is_set(block->active, bit),
		.wanted = is_set(block->requested, bit),
		.fixed = !is_set(block->available, bit) || is_set(block->never_changed, bit),
	};
}

static void pick(const struct ethtool_gstrings *names, const struct ethtool_gfeatures *bits, struct offloads *ret_offloads)
{
	for (uint32_t bit = 0; bit < names->len; bit++) {
		const char *name = (const char *)names->data + (size_t)bit * ETH_GSTRING_LEN;
		for (size_t row = 0; row < sizeof known / sizeof known[0]; row++)
			if (strncmp(name, known[row].name, ETH_GSTRING_LEN) == 0)
				ret_offloads->all[ret_offloads->count++] = offload_of(row, bit, bits);
	}
}

static bool failed(struct error *err, const char *interface, const char *what, int result)
{
	return error_set(err, "%s: its offloads cannot be %s (ethtool ioctl): %s", interface, what, strerror(result));
}

bool offload_read(const char *interface, struct offloads *ret_offloads, struct error *err)
{
	int result, result_names, result_bits;
	uint32_t count = count_features(interface, &result);

	*ret_offloads = (struct offloads){.features = count};
	if (result == EOPNOTSUPP || (result == 0 && count == 0))
		return true;
	if (result != 0)
		return failed(err, interface, "read", result);
	struct ethtool_gstrings *names = feature_names(interface, count, &result_names);
	struct ethtool_gfeatures *bits = feature_bits(interface, count, &result_bits);
	if (result_names == 0 && result_bits == 0)
		pick(names, bits, ret_offloads);
	free(names);
	free(bits);
	return (result_names == 0 && result_bits == 0) || failed(err, interface, "read", result_names != 0 ? result_names : result_bits);
}

const struct offload *offload_in_the_way(const struct offloads *offloads, bool only_fixed)
{
	for (size_t i = 0; i < offloads->count; i++) {
		const struct offload *offload = &offloads->all[i];
		if (offload->joins && offload->on && (offload->fixed || !only_fixed))
			return offload;
	}
	return NULL;
}

/*
 * Asks for each that can be switched: for none, or for those that were asked for. @return 0, or an
 * errno.
 */
static int set(const char *interface, const struct offloads *offloads, bool as_before)
{
	uint32_t words = (offloads->features + 31) / 32;

	if (words == 0)
		return 0;
	struct ethtool_sfeatures *request = memory_new(sizeof *request + words * sizeof request->features[0]);
	*request = (struct ethtool_sfeatures){.cmd = ETHTOOL_SFEATURES, .size = words};
	for (size_t i = 0; i < offloads->count; i++) {
		const struct offload *offload = &offloads->all[i];
		uint32_t mask = 1U << (offload->bit % 32);
		CHECK_INT(offload->bit, <, offloads->features);
		if (offload->fixed)
			continue;
		request->features[offload->bit / 32].valid |= mask;
		if (as_before && offload->wanted)
			request->features[offload->bit / 32].requested |= mask;
	}
	int result = ask(interface, request);
	free(request);
	return result;
}

bool offload_off(const char *interface, const struct offloads *offloads, struct error *err)
{
	int result = set(interface, offloads, false);

	return result == 0 || failed(err, interface, "switched off", result);
}

bool offload_restore(const char *interface, const struct offloads *before, struct error *err)
{
	int result = set(interface, before, true);

	return result == 0 || failed(err, interface, "switched back", result);
}

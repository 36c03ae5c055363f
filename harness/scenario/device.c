/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/device.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "emulator/guest/language/config.h"
#include "emulator/machines/machine.h"
#include "emulator/nic/nic.h"
#include "harness/scenario/phases.h"
#include "harness/server/names.h"
#include "harness/server/service_config.h"
#include "lib/sim/random.h"

#define MS 1000000U
#define S 1000000000U
/* The guest counts in 32 bits: milliseconds as an int, seconds and bytes as a long. */
#define MS_MAX (UINT64_C(0x7fffffff) * MS)
#define LONG_MAX_32 UINT64_C(0x7fffffff)

static const char *const duplexes[] = {"driver", "half", "full", NULL};
static const char *const clocks[] = {"rtc", "none", NULL};
static const char *const flows[] = {"plain", "staged", NULL};

/* Items of the errata sheet DS80349. */
#define ERRATA_LAST 19

/* Words for what is no list. */
static const struct {
	const char *word;
	uint32_t errata;
} errata_words[] = {{"silicon", NIC_ERRATA_SILICON}, {"worst", NIC_ERRATA_WORST}, {"none", 0}};
#define ERRATA_WORDS (sizeof errata_words / sizeof errata_words[0])

static bool set_errata(void *value, const char *text, struct error *err)
{
	uint32_t errata = 0;
	char *end;

	for (size_t i = 0; i < ERRATA_WORDS; i++)
		if (strcmp(text, errata_words[i].word) == 0) {
			*(uint32_t *)value = errata_words[i].errata;
			return true;
		}
	for (const char *at = text;; at = end) {
		unsigned long item = strtoul(at, &end, 10);
		if (end == at || item < 1 || item > ERRATA_LAST || (*end != '\0' && *end != ' ' && *end != ','))
			return error_set(err,
			                 "invalid errata '%s': expected silicon, worst, none, "
			                 "or a list of items from 1 to %d, such as '5 6 14'",
			                 text, ERRATA_LAST);
		errata |= UINT32_C(1) << item;
		end += strspn(end, ", ");
		if (*end == '\0')
			break;
	}
	*(uint32_t *)value = errata;
	return true;
}

static void get_errata(const void *value, char *ret_text, size_t size)
{
	uint32_t errata = *(const uint32_t *)value;
	struct text text = text_in(ret_text, size);

	for (size_t i = 0; i < ERRATA_WORDS; i++)
		if (errata == errata_words[i].errata) {
			text_add(&text, "%s", errata_words[i].word);
			return;
		}
	for (unsigned item = 1; item <= ERRATA_LAST; item++)
		if (errata & UINT32_C(1) << item)
			text_add(&text, "%s%u", text_separator(&text, " "), item);
}

static const struct param_codec errata_codec = {set_errata, get_errata, "silicon, worst, none, or a list of items from 1 to 19", false};

static const struct nic_model *or_first(const struct nic_model *model)
{
	return model != NULL ? model : nic_models[0];
}

const struct nic_model *device_nic(const struct device *device)
{
	return or_first(device->nic);
}

bool device_revision(const struct device *device, unsigned *ret_revision)
{
	const char *const *revisions = device_nic(device)->revisions;
	unsigned i = 0;

	while (revisions != NULL && revisions[i] != NULL && strcmp(revisions[i], nic_revisions[device->chip_revision]) != 0)
		i++;
	*ret_revision = i;
	return revisions == NULL || revisions[i] != NULL;
}

static bool set_nic(void *value, const char *text, struct error *err)
{
	const struct nic_model *model = nic_find(text);
	char meant[PARAM_VALUE_MAX];

	if (model == NULL)
		return error_set(err, "unknown Ethernet controller '%s'%s", text,
		                 param_did_you_mean(param_nearest(NULL, nic_names, text), meant));
	*(const struct nic_model **)value = model;
	return true;
}

static void get_nic(const void *value, char *ret_text, size_t size)
{
	const struct nic_model *model = *(const struct nic_model *const *)value;

	(void)snprintf(ret_text, size, "%s", or_first(model)->name);
}

static const struct param_codec nic_codec = {set_nic, get_nic, "the name of a model", false};

const struct param device_params[] = {
	PARAM_ROW_TEXT(device, name, "name", NULL, "short name, for reports"),
	PARAM_ROW_TEXT(device, summary, "summary", "", "one sentence on what the device stands for"),
	PARAM_ROW_TEXT(device, kernel, "kernel", "", "a zImage; empty: the one that the build fetched"),
	PARAM_ROW_TEXT(device, initramfs, "initramfs", "", "the root file system, a cpio archive; empty: the one that the build made"),
	PARAM_ROW_TEXT(
		device, overlay, "overlay", "",
		"a cpio archive whose files replace or join those of the root file system; `clients`: the build's, with curl and SWUpdate"),
	PARAM_ROW_TEXT(device, version, "version", "21.10", "version of the system that a device with a flash comes with"),
	PARAM_ROW_TEXT(device, client, "client", DEVICE_CLIENT_AGENT, "the command that updates the device"),
	PARAM_ROW_CUSTOM(
		device, phases, "phases", &phases_codec, "",
		"phases that a client of your own reports, such as `fetch unpack`; with them `during:` and `phase` are checked; empty: not known"),
	PARAM_ROW_CHOICE(device, machine, "machine", machine_names, "arm-virt", "machine that QEMU emulates"),
	PARAM_ROW_QUANTITY(device, memory, "memory", UNIT_SIZE, "128MiB", 64U << 20, 1024U << 20, "memory of the machine"),
	PARAM_ROW_MAC(device, mac, "mac", "02:00:5e:00:53:01", "the device's Ethernet address"),
	PARAM_ROW_QUANTITY(
		device, spi_poll_ns, "spi_poll", UNIT_DURATION, "30us", 0, 1000000000,
		"the SPI controller's driver polls for transfers up to this length, and sleeps until the interrupt of longer ones"),
	PARAM_ROW_QUANTITY(device, spi_clock_hz, "spi_clock", UNIT_FREQUENCY, "20MHz", 100000, 20000000, "clock rate of the SPI bus"),
	PARAM_ROW_CUSTOM(device, nic, "nic", &nic_codec, "enc28j60", "Ethernet controller on chip select 0; its speed is the wire's"),
	PARAM_ROW_CHOICE(device, chip_revision, "chip_revision", nic_revisions, "B7", "silicon revision of the ENC28J60"),
	PARAM_ROW_CUSTOM(
		device, errata, "errata", &errata_codec, "silicon",
		"errata of the chip: those of its revision, as often as on silicon or (worst) whenever they can; none; or items of the sheet "
		"(5 6 14), whenever they can"),
	PARAM_ROW_BOOL(device, bit_fields_reach_mac, "bit_fields_reach_mac", "true",
                       "BFS and BFC take effect on MAC and MII registers, for which they are not specified"),
	PARAM_ROW_CHOICE(device, duplex, "duplex", duplexes, "driver",
                         "duplex mode of the device's end of the cable: the driver's choice (half), or set by ethtool"),
	PARAM_ROW_CHOICE(device, clock, "clock", clocks, "rtc", "clock that goes on without power; none: the device comes up in 1970"),
	{0},
};

/* What the guest's language has of a key. */
#define KEY_TEXT(key, member, value, help) #key
#define KEY_COUNT KEY_TEXT
#define KEY_FLAG KEY_TEXT
#define KEY_FACTOR KEY_TEXT
#define KEY_SIZE(key, member, amount, unit, help) #key
#define KEY_DURATION(key, member, amount, unit, step, help) #key
#define KEY(name) GUEST_KEY_##name(KEY)

#define STANDARD_TEXT(key, member, value, help) value
#define STANDARD_COUNT(key, member, value, help) #value
#define STANDARD_FLAG STANDARD_COUNT
#define STANDARD_FACTOR STANDARD_COUNT
#define STANDARD_SIZE(key, member, amount, unit, help) GUEST_AMOUNT(amount, unit)
#define STANDARD_DURATION(key, member, amount, unit, step, help) GUEST_AMOUNT(amount, unit)
#define STANDARD(name) GUEST_KEY_##name(STANDARD)

#define HELP_TEXT(key, member, value, help) help
#define HELP_COUNT HELP_TEXT
#define HELP_FLAG HELP_TEXT
#define HELP_FACTOR HELP_TEXT
#define HELP_SIZE(key, member, amount, unit, help) help
#define HELP_DURATION(key, member, amount, unit, step, help) help
#define HELP(name) GUEST_KEY_##name(HELP)

/* Rows of keys that the guest reads: with its default and its help. */
#define ROW_QUANTITY(s, name, field, row, unit, lo, hi) PARAM_ROW_QUANTITY(s, field, row, unit, STANDARD(name), lo, hi, HELP(name))
#define ROW_TIME(s, name, field, row, lo, hi) ROW_QUANTITY(s, name, field, row, UNIT_DURATION, lo, hi)
#define ROW_BOOL(s, name, field, row) PARAM_ROW_BOOL(s, field, row, STANDARD(name), HELP(name))
#define ROW_TEXT(s, name, field, row) PARAM_ROW_TEXT(s, field, row, STANDARD(name), HELP(name))

const struct param agent_params[] = {
	ROW_TIME(agent_policy, CONNECT_TIMEOUT, connect_timeout_ns, "connect_timeout", MS, MS_MAX),
	ROW_TIME(agent_policy, REQUEST_TIMEOUT, request_timeout_ns, "request_timeout", 0, MS_MAX),
	ROW_QUANTITY(agent_policy, LOW_SPEED, low_speed, "low_speed", UNIT_SIZE, 0, LONG_MAX_32),
	ROW_TIME(agent_policy, LOW_SPEED_TIME, low_speed_time_ns, "low_speed_time", 0, MS_MAX),
	ROW_QUANTITY(agent_policy, RETRIES, retries, "retries", UNIT_NONE, 0, 1000),
	ROW_TIME(agent_policy, BACKOFF, backoff_ns, "backoff", 0, MS_MAX),
	ROW_TIME(agent_policy, BACKOFF_MAX, backoff_max_ns, "backoff_max", 0, MS_MAX),
	ROW_QUANTITY(agent_policy, BACKOFF_FACTOR, backoff_factor, "backoff_factor", UNIT_NONE, 1, 100),
	ROW_BOOL(agent_policy, RESUME, resume, "resume"),
	PARAM_ROW_CHOICE(agent_policy, flow, "flow", flows, STANDARD(FLOW), HELP(FLOW)),
	ROW_TEXT(agent_policy, FEED, feed, "feed"),
	ROW_TEXT(agent_policy, GROUP, group, "group"),
	ROW_QUANTITY(agent_policy, FAILOVER, failover, "failover", UNIT_NONE, 0, 1000),
	ROW_BOOL(agent_policy, NTP_REQUIRED, ntp_required, "ntp_required"),
	ROW_QUANTITY(agent_policy, POLLS, polls, "polls", UNIT_NONE, 1, 1000),
	ROW_TIME(agent_policy, POLL, poll_interval_ns, "poll_interval", MS, MS_MAX),
	ROW_QUANTITY(agent_policy, LEAK, leak, "leak", UNIT_SIZE, 0, LONG_MAX_32),
	ROW_TIME(agent_policy, NTP_TIMEOUT, ntp_timeout_ns, "ntp_timeout", MS, MS_MAX),
	ROW_TIME(agent_policy, DHCP_DEADLINE, dhcp_deadline_ns, "dhcp_deadline", MS, MS_MAX),
	PARAM_ROW_QUANTITY(agent_policy, dns_timeout_ns, "dns_timeout", UNIT_DURATION, "5s", S, 30ULL * S,
                           "timeout for an answer (whole seconds)"),
	PARAM_ROW_QUANTITY(agent_policy, dns_attempts, "dns_attempts", UNIT_NONE, "2", 1, 5,
                           "number of tries of the resolver before it gives up"),
	{0},
};

const struct param dhcp_params[] = {
	ROW_QUANTITY(dhcp_policy, DHCP_TRIES, tries, "tries", UNIT_NONE, 1, 100),
	ROW_TIME(dhcp_policy, DHCP_TIMEOUT, timeout_ns, "timeout", S, MS_MAX),
	ROW_TIME(dhcp_policy, DHCP_WAIT, wait_ns, "wait", S, MS_MAX),
	{0},
};

/* In what the guest counts, so that a device's value can be told to it. */
struct told {
	const char *key; /* of the configuration */
	const char *row; /* of the device's table; NULL: always the default */
	uint64_t standard;
	uint64_t per, times; /* it is told value / per * times */
};

#define TOLD_TEXT(key, member, value, help) #key, .per = 1, .times = 1
#define TOLD_COUNT TOLD_TEXT
#define TOLD_FLAG TOLD_TEXT
#define TOLD_FACTOR(key, member, value, help) #key, .per = 1, .times = 100
#define TOLD_SIZE(key, member, amount, unit, help) #key, .per = 1, .times = 1, .standard = (amount)
#define TOLD_DURATION(key, member, amount, unit, step, help) #key, .per = step, .times = 1
#define TOLD(name, device_row) \
	{ \
		.row = (device_row), .key = GUEST_KEY_##name(TOLD) \
	}

/* In the order in which the guest is told. */
static const struct told agent_told[] = {
	TOLD(CONNECT_TIMEOUT, "connect_timeout"),
	TOLD(REQUEST_TIMEOUT, "request_timeout"),
	TOLD(LOW_SPEED, "low_speed"),
	TOLD(LOW_SPEED_TIME, "low_speed_time"),
	TOLD(RETRIES, "retries"),
	TOLD(BACKOFF, "backoff"),
	TOLD(BACKOFF_MAX, "backoff_max"),
	TOLD(BACKOFF_FACTOR, "backoff_factor"),
	TOLD(RESUME, "resume"),
	TOLD(FLOW, "flow"),
	TOLD(FEED, "feed"),
	TOLD(GROUP, "group"),
	TOLD(FAILOVER, "failover"),
	TOLD(NTP_REQUIRED, "ntp_required"),
	TOLD(POLLS, "polls"),
	TOLD(POLL, "poll_interval"),
	TOLD(LEAK, "leak"),
	TOLD(PROGRESS, NULL),
	TOLD(NTP_TIMEOUT, "ntp_timeout"),
	TOLD(DHCP_DEADLINE, "dhcp_deadline"),
	{.key = NULL},
};
static const struct told dhcp_told[] = {
	TOLD(DHCP_TRIES, "tries"),
	TOLD(DHCP_TIMEOUT, "timeout"),
	TOLD(DHCP_WAIT, "wait"),
	{.key = NULL},
};

static const char *const flash_chips[] = {"w25q64", NULL};
static const char *const flash_fills[] = {"blank", "dirty", NULL};

/*
 * Typical values of the W25Q64JV's data sheet ("AC electrical characteristics"); its maximum of an
 * erase is about ten times as long.
 */
#define OPERATION_MAX (1000ULL * S)

const struct param flash_params[] = {
	PARAM_ROW_CHOICE(flash_part, chip, "chip", flash_chips, "w25q64", "8 MiB, on chip select 1"),
	PARAM_ROW_QUANTITY(flash_part, page_program_ns, "page_program", UNIT_DURATION, "400us", 1, OPERATION_MAX,
                           "time to program 256 bytes, at most"),
	PARAM_ROW_QUANTITY(flash_part, first_byte_ns, "first_byte", UNIT_DURATION, "30us", 1, OPERATION_MAX,
                           "time for the first byte of a program"),
	PARAM_ROW_QUANTITY(flash_part, next_byte_ns, "next_byte", UNIT_DURATION, "2500ns", 1, OPERATION_MAX,
                           "time for each byte after that"),
	PARAM_ROW_QUANTITY(flash_part, sector_erase_ns, "sector_erase", UNIT_DURATION, "45ms", 1, OPERATION_MAX, "time to erase 4 KiB"),
	PARAM_ROW_QUANTITY(flash_part, half_block_erase_ns, "half_block_erase", UNIT_DURATION, "120ms", 1, OPERATION_MAX,
                           "time to erase 32 KiB"),
	PARAM_ROW_QUANTITY(flash_part, block_erase_ns, "block_erase", UNIT_DURATION, "150ms", 1, OPERATION_MAX, "time to erase 64 KiB"),
	PARAM_ROW_QUANTITY(flash_part, chip_erase_ns, "chip_erase", UNIT_DURATION, "20s", 1, OPERATION_MAX, "time to erase all of it"),
	PARAM_ROW_CHOICE(flash_part, fill, "fill", flash_fills, "blank", "contents that the factory leaves in the slot that is not in use"),
	{0},
};

const char *const device_parts[] = {"agent", "dhcp", "flash", NULL};

/*
 * In what the guest counts the time that a row is about; the resolver counts in seconds
 * (device_guest_config()).
 */
static uint64_t step_of(const struct told *told, const struct param *row)
{
	for (; told->key != NULL; told++)
		if (told->row != NULL && strcmp(told->row, row->key) == 0)
			return told->per;
	return S;
}

/* A time that the guest cannot be told must not become another one, or its "never". */
static bool check_steps(const struct yaml_file *file, const struct yaml_node *mapping, const struct param *table, const struct told *told,
                        const void *object, struct error *err)
{
	for (const struct param *row = table; row->key != NULL; row++) {
		const uint64_t *value = (const void *)((const char *)object + row->offset);
		if (row->type == PARAM_QUANTITY && row->unit == UNIT_DURATION && *value % step_of(told, row) != 0)
			return yaml_error(file, yaml_get(mapping, row->key), err,
			                  "%s: '%s' is not a whole number of %s, the unit of the guest", row->key,
			                  yaml_get(mapping, row->key)->text, step_of(told, row) == S ? "seconds" : "milliseconds");
	}
	return true;
}

/* The far end's address is in use, on the same cable. */
static bool check_names(const struct yaml_file *file, const struct yaml_node *mapping, const struct device *device, struct error *err)
{
	static const uint8_t gateway[6] = HOST_MAC;

	if (device->name[0] == '\0')
		return yaml_error(file, yaml_get(mapping, "name"), err, "the device's name is empty: reports need one");
	if (memcmp(device->mac, gateway, sizeof gateway) == 0)
		return yaml_error(file, yaml_get(mapping, "mac"), err,
		                  "mac: '%s' is the gateway's address: give the device a different one", yaml_get(mapping, "mac")->text);
	return true;
}

static bool check_revision(const struct yaml_file *file, const struct yaml_node *mapping, const struct device *device, struct error *err)
{
	const struct yaml_node *node = yaml_get(mapping, "chip_revision");
	unsigned revision;

	return device_revision(device, &revision) ||
	       yaml_error(file, node != NULL ? node : mapping, err, "chip_revision: the %s has no revision %s", device_nic(device)->part,
	                  nic_revisions[device->chip_revision]);
}

bool device_read(const struct yaml_file *file, const struct yaml_node *mapping, struct device *ret_device, struct error *err)
{
	struct device device;

	memset(&device, 0, sizeof device);
	params_init(agent_params, &device.agent);
	params_init(dhcp_params, &device.dhcp);
	params_init(flash_params, &device.flash);
	if (!yaml_fill(file, mapping, device_params, device_parts, "a device", &device, err))
		return false;
	if (device.memory % (1U << 20) != 0)
		return yaml_error(file, yaml_get(mapping, "memory"), err, "memory: '%s' is not a whole number of MiB",
		                  yaml_get(mapping, "memory")->text);
	if (!check_revision(file, mapping, &device, err) || !check_names(file, mapping, &device, err))
		return false;
	const struct yaml_node *agent = yaml_get(mapping, "agent"), *dhcp = yaml_get(mapping, "dhcp"), *flash = yaml_get(mapping, "flash");
	if (agent != NULL && (!yaml_fill(file, agent, agent_params, NULL, "agent", &device.agent, err) ||
	                      !check_steps(file, agent, agent_params, agent_told, &device.agent, err)))
		return false;
	if (dhcp != NULL && (!yaml_fill(file, dhcp, dhcp_params, NULL, "dhcp", &device.dhcp, err) ||
	                     !check_steps(file, dhcp, dhcp_params, dhcp_told, &device.dhcp, err)))
		return false;
	if (flash != NULL && !yaml_fill(file, flash, flash_params, NULL, "flash", &device.flash, err))
		return false;
	device.flash.fitted = flash != NULL;
	if (device.agent.flow == DEVICE_FLOW_STAGED && !device.flash.fitted)
		return yaml_error(file, yaml_get(agent, "flow"), err, "flow: the staged flow needs a flash: add 'flash:' to the device");
	if (!yaml_resolve_path(file, device.kernel, sizeof device.kernel, err) ||
	    !yaml_resolve_path(file, device.initramfs, sizeof device.initramfs, err) ||
	    (strcmp(device.overlay, DEVICE_OVERLAY_CLIENTS) != 0 && strcmp(device.overlay, DEVICE_OVERLAY_PLAYER) != 0 &&
	     !yaml_resolve_path(file, device.overlay, sizeof device.overlay, err)))
		return error_at(err, file->path, mapping->line, mapping->column);
	*ret_device = device;
	return true;
}

/* As a shell reads it: a quote ends the quotes, stands for itself, and begins them anew. */
static void put(struct text *config, const char *key, const char *value)
{
	text_add(config, "%s='", key);
	for (; *value != '\0'; value++)
		text_add(config, "%c%s", *value, *value == '\'' ? "\\''" : "");
	text_add(config, "'\n");
}

static void put_number(struct text *config, const char *key, uint64_t value)
{
	text_add(config, "%s='%" PRIu64 "'\n", key, value);
}

static void put_told(struct text *config, const struct told *told, const struct param *table, const void *object)
{
	char text[PARAM_VALUE_MAX];

	for (; told->key != NULL; told++) {
		const struct param *row = told->row != NULL ? param_find(table, told->row) : NULL;
		if (row == NULL)
			put_number(config, told->key, told->standard);
		else if (row->type == PARAM_QUANTITY)
			put_number(config, told->key, param_quantity(row, object) / told->per * told->times);
		else if (row->type == PARAM_BOOL)
			put_number(config, told->key, *(const bool *)((const char *)object + row->offset));
		else
			put(config, told->key, param_get(row, object, text));
	}
}

static void put_agent(struct text *config, const struct agent_policy *agent)
{
	char options[64];

	(void)snprintf(options, sizeof options, "timeout:%" PRIu64 " attempts:%" PRIu64, agent->dns_timeout_ns / S, agent->dns_attempts);
	put(config, KEY(RESOLV_OPTIONS), options);
	put_told(config, agent_told, agent_params, agent);
}

size_t device_guest_config(const struct device *device, uint64_t seed, unsigned boot, char *ret_text, size_t size)
{
	struct text config = text_in(ret_text, size);
	struct random_stream stream = random_stream(seed, "guest entropy");
	const bool staged = device->agent.flow == DEVICE_FLOW_STAGED;
	char hex[65];

	for (unsigned i = 0; i < 4; i++)
		(void)snprintf(hex + 16 * i, 17, "%016" PRIx64, random_bits(stream, i, boot));
	put(&config, KEY(GUEST_SEED), hex);
	put(&config, KEY(CLIENT), device->client);
	/* The service knows a device by the name in its certificate. */
	put(&config, KEY(DEVICE_NAME), staged ? NAMES_DEVICE : device->name);
	put(&config, KEY(CLOCK), clocks[device->clock]);
	put(&config, KEY(AUTH_HOST), NAMES_AUTH);
	put(&config, KEY(CORE_HOST), NAMES_CORE);
	put(&config, KEY(DUPLEX), device->duplex == 0 ? "" : duplexes[device->duplex]);
	if (device->flash.fitted)
		put(&config, KEY(FLASH), "1");
	put(&config, KEY(UPDATE_HOST), NAMES_UPDATE);
	put(&config, KEY(CONNECT_HOST), staged ? NAMES_CONNECT_2 : NAMES_CONNECT);
	put(&config, KEY(CONNECT_TEXT), SERVICE_CONNECT_TEXT);
	put(&config, KEY(NTP_SERVER), staged ? NAMES_TIME_2 : NAMES_TIME);
	put_told(&config, dhcp_told, dhcp_params, &device->dhcp);
	put_agent(&config, &device->agent);
	return config.length;
}

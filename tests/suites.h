/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file All suites, in the order in which they run: the quick ones first, those that start QEMU
 * last.
 */
#ifndef TESTS_SUITES_H
#define TESTS_SUITES_H

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>

/* name, array, slow (starts QEMU: not for `make check`) */
#define SUITES(S) \
	S("base/bytes", tests_bytes, false) \
	S("base/check", tests_check, false) \
	S("base/error", tests_error, false) \
	S("base/memory", tests_memory, false) \
	S("base/param", tests_param, false) \
	S("base/text", tests_text_builder, false) \
	S("base/timestamp", tests_timestamp, false) \
	S("base/unit", tests_unit, false) \
	S("sim/sim", tests_sim, false) \
	S("sim/random", tests_random, false) \
	S("sim/trace", tests_trace, false) \
	S("link/frame", tests_link_frame, false) \
	S("link/packet", tests_packet, false) \
	S("link/medium", tests_medium, false) \
	S("link/link", tests_link, false) \
	S("base/hash", tests_hash, false) \
	S("base/map", tests_map, false) \
	S("proxy/queue", tests_queue, false) \
	S("address/address", tests_address, false) \
	S("address/namer", tests_namer, false) \
	S("address/stream", tests_stream, false) \
	S("proxy/match", tests_match, false) \
	S("proxy/filters", tests_filters, false) \
	S("proxy/actions", tests_actions, false) \
	S("link/checksum", tests_checksum, false) \
	S("proxy/bytes", tests_proxy_bytes, false) \
	S("proxy/forge", tests_forge, false) \
	S("proxy/middlebox", tests_middlebox, false) \
	S("proxy/replayed", tests_replayed, false) \
	S("proxy/frozen", tests_frozen, false) \
	S("proxy/redraw", tests_redraw, false) \
	S("proxy/change", tests_change, false) \
	S("fault/preset", tests_preset, false) \
	S("fault/window", tests_window, false) \
	S("fault/armed", tests_armed, false) \
	S("fault/recording", tests_recording, false) \
	S("proxy/proxy", tests_proxy, false) \
	S("proxy/quantile", tests_quantile, false) \
	S("proxy/law", tests_proxy_law, false) \
	S("proxy/losses", tests_proxy_losses, false) \
	S("proxy/exact", tests_exact, false) \
	S("proxy/shape", tests_proxy_shape, false) \
	S("proxy/replay", tests_proxy_replay, false) \
	S("live/skew", tests_live_skew, false) \
	S("live/fit", tests_live_fit, false) \
	S("live/table", tests_live_table, false) \
	S("live/listening", tests_live_listening, false) \
	S("live/bridge", tests_live_bridge, false) \
	S("live/requests", tests_live_requests, false) \
	S("live/control", tests_live_control, false) \
	S("live/proxy_command", tests_live_proxy_command, false) \
	S("live/proxy_hazards", tests_live_proxy_hazards, false) \
	S("fault/dist", tests_dist, false) \
	S("fault/netem", tests_netem, false) \
	S("fault/netem_note", tests_netem_note, false) \
	S("server/dhcp", tests_dhcp, false) \
	S("server/dns", tests_dns, false) \
	S("server/ntp", tests_ntp, false) \
	S("server/range", tests_range, false) \
	S("server/service", tests_service, false) \
	S("server/swu", tests_swu, false) \
	S("server/pki", tests_pki, false) \
	S("server/promotion", tests_promotion, false) \
	S("server/service_log", tests_service_log, false) \
	S("server/delivery", tests_delivery, false) \
	S("server/update", tests_server_update, false) \
	S("server/service_faults", tests_service_faults, false) \
	S("server/service_faults_udp", tests_service_faults_udp, false) \
	S("server/real", tests_real, false) \
	S("statistics/number", tests_number, false) \
	S("statistics/binomial", tests_binomial, false) \
	S("statistics/mcnemar", tests_mcnemar, false) \
	S("statistics/sequential", tests_sequential, false) \
	S("statistics/holm", tests_holm, false) \
	S("gate/gate", tests_gate, false) \
	S("campaign/campaign", tests_campaign, false) \
	S("cli/values", tests_values, false) \
	S("history/history", tests_history, false) \
	S("history/store", tests_history_store, false) \
	S("history/import", tests_history_import, false) \
	S("scenario/yaml", tests_yaml, false) \
	S("scenario/made", tests_made, false) \
	S("scenario/suite", tests_suite, false) \
	S("scenario/plan", tests_plan, false) \
	S("scenario/faults", tests_faults, false) \
	S("scenario/device", tests_device, false) \
	S("scenario/phases", tests_phases, false) \
	S("scenario/paths", tests_paths, false) \
	S("recorded/import", tests_import, false) \
	S("recorded/streams", tests_streams, false) \
	S("recorded/form", tests_form, false) \
	S("recorded/losses", tests_losses, false) \
	S("recorded/servers", tests_servers, false) \
	S("recorded/fit", tests_recorded_fit, false) \
	S("recorded/script", tests_script, false) \
	S("live/recorded", tests_live_recorded, false) \
	S("recorded/casting", tests_casting, false) \
	S("live/played", tests_live_played, false) \
	S("live/same", tests_live_same, true) \
	S("cable/cable", tests_cable, false) \
	S("session/captures", tests_captures, false) \
	S("session/catalogues", tests_catalogues, false) \
	S("session/handshake", tests_handshake, false) \
	S("session/folder", tests_folder, false) \
	S("session/decide", tests_decide, false) \
	S("session/load", tests_load, false) \
	S("judge/judges", tests_judges, false) \
	S("judge/settings", tests_judge_settings, false) \
	S("judge/wire_log", tests_wire_log, false) \
	S("reports/text", tests_text, false) \
	S("reports/json", tests_json, false) \
	S("reports/pcapng", tests_pcapng, false) \
	S("reports/run", tests_run, false) \
	S("reports/run_formats", tests_run_formats, false) \
	S("reports/run_causes", tests_run_causes, false) \
	S("reports/run_page", tests_run_page, false) \
	S("reports/whole", tests_run_whole, false) \
	S("reports/before", tests_before, false) \
	S("reports/session", tests_session, false) \
	S("reports/file", tests_file, false) \
	S("reports/told", tests_told, false) \
	S("reports/vcd", tests_vcd, false) \
	S("search/ending", tests_ending, false) \
	S("search/results", tests_results, false) \
	S("search/known", tests_search_known, false) \
	S("search/revisions", tests_revisions, false) \
	S("search/belief", tests_belief, false) \
	S("search/bisect", tests_bisect, false) \
	S("search/inputs", tests_inputs, false) \
	S("search/reduce", tests_reduce, false) \
	S("search/magnitude", tests_magnitude, false) \
	S("search/words", tests_words, false) \
	S("search/sentence", tests_sentence, false) \
	S("search/stalls", tests_stalls, false) \
	S("search/targets", tests_targets, false) \
	S("search/kinds", tests_kinds, false) \
	S("search/filter", tests_sweep_filter, false) \
	S("search/sampling", tests_sampling, false) \
	S("search/states", tests_states, false) \
	S("search/sweep", tests_sweep, false) \
	S("search/reach", tests_reach, false) \
	S("search/limits", tests_limits, false) \
	S("search/mutate", tests_mutate, false) \
	S("search/corpus", tests_corpus, false) \
	S("search/hunt", tests_hunt, false) \
	S("search/tally", tests_tally, false) \
	S("search/cut", tests_cut, false) \
	S("search/weight", tests_weight, false) \
	S("search/neighbour", tests_neighbour, false) \
	S("session/world", tests_world, false) \
	S("nic/minimal", tests_minimal_nic, false) \
	S("nic/models", tests_nic_models, false) \
	S("session/pace", tests_pace, false) \
	S("live/namespaces", tests_live_namespaces, false) \
	S("live/server_side", tests_live_server_side, false) \
	S("live/cover", tests_live_cover, false) \
	S("live/far_end", tests_live_far_end, false) \
	S("live/exec", tests_live_exec, true) \
	S("live/exec_service", tests_live_exec_service, true) \
	S("live/exec_end", tests_live_exec_end, true) \
	S("live/both_ways", tests_live_both_ways, true) \
	S("live/services", tests_live_services, true) \
	S("live/services_whole", tests_live_services_whole, true) \
	S("live/services_udp", tests_live_services_udp, true) \
	S("live/services_told", tests_live_services_told, true) \
	S("relay/head", tests_relay_head, false) \
	S("relay/messages", tests_relay_messages, false) \
	S("relay/relay_fixture", tests_relay, false) \
	S("relay/many", tests_relay_many, false) \
	S("live/relayed", tests_live_relayed, false) \
	S("live/release", tests_live_release, true) \
	S("live/run_words", tests_live_run_words, true) \
	S("live/run", tests_live_run, true) \
	S("chip/crc32", tests_crc32, false) \
	S("chip/registers", tests_registers, false) \
	S("chip/buffer", tests_buffer, false) \
	S("chip/dma", tests_dma, false) \
	S("chip/driver", tests_driver, false) \
	S("chip/enc28j60", tests_enc28j60, false) \
	S("fault/fault", tests_fault, false) \
	S("fault/check", tests_fault_check, false) \
	S("fault/draw", tests_draw, false) \
	S("board/board", tests_board, false) \
	S("board/board_faults", tests_board_faults, false) \
	S("board/board_faults_bus", tests_board_faults_bus, false) \
	S("board/board_faults_int", tests_board_faults_int, false) \
	S("board/flash", tests_board_flash, false) \
	S("chip/effects", tests_chip_effects, false) \
	S("chip/effects_transmission", tests_effects_transmission, false) \
	S("chip/effects_reception", tests_effects_reception, false) \
	S("chip/brown_out", tests_brown_out, false) \
	S("chip/errata", tests_errata, false) \
	S("chip/errata_transmit", tests_errata_transmit, false) \
	S("chip/errata_receive", tests_errata_receive, false) \
	S("chip/styles", tests_styles, false) \
	S("chip/chance", tests_chance, false) \
	S("chip/example", tests_example, false) \
	S("chip/library", tests_library, false) \
	S("chip/filter", tests_filter, false) \
	S("chip/findings", tests_findings, false) \
	S("chip/flow", tests_flow, false) \
	S("chip/frame", tests_frame, false) \
	S("chip/interrupt", tests_interrupt, false) \
	S("chip/mii", tests_mii, false) \
	S("chip/phy", tests_phy, false) \
	S("chip/power", tests_power, false) \
	S("chip/receive", tests_receive, false) \
	S("chip/traffic", tests_traffic, false) \
	S("chip/self_test", tests_self_test, false) \
	S("chip/reboot", tests_reboot, false) \
	S("chip/transmit", tests_transmit, false) \
	S("nor/command", tests_nor_command, false) \
	S("nor/status", tests_nor_status, false) \
	S("nor/array", tests_nor_array, false) \
	S("boot/record", tests_boot_record, false) \
	S("boot/slot", tests_boot_slot, false) \
	S("boot/choose", tests_boot_choose, false) \
	S("boot/update", tests_boot_update, false) \
	S("guest/policy", tests_guest_policy, false) \
	S("guest/report", tests_guest_report, false) \
	S("guest/language", tests_guest_language, false) \
	S("guest/manifest", tests_guest_manifest, false) \
	S("guest/range", tests_guest_range, false) \
	S("guest/mkinitramfs", tests_guest_mkinitramfs, false) \
	S("cli", tests_cli, false) \
	S("cli/man", tests_man, false) \
	S("cli/run_options", tests_run_options, true) \
	S("cli/gate", tests_gate_command, true) \
	S("cli/wrong", tests_wrong, false) \
	S("ci/recipes", tests_recipes, false) \
	S("live/port", tests_live_port, false) \
	S("live/guardian", tests_live_guardian, false) \
	S("live/clock", tests_live_clock, false) \
	S("live/confine", tests_live_confine, false) \
	S("live/relay", tests_live_relay, false) \
	S("live/unfinished", tests_live_unfinished, false) \
	S("live/interface", tests_live_interface, false) \
	S("structure/docs", tests_docs, false) \
	S("structure/scenario_tables", tests_scenario_tables, false) \
	S("structure/catches", tests_catches_page, false) \
	S("structure/includes", tests_includes, false) \
	S("structure/sizes", tests_sizes, false) \
	S("engine/rest", tests_rest, false) \
	S("qemu/qemu", tests_qemu, true) \
	S("engine/engine", tests_engine, true) \
	S("campaign/tree", tests_tree, true) \
	S("session/sessions", tests_sessions, true) \
	S("session/broken_off", tests_broken_off, true) \
	S("campaign/search", tests_search, true) \
	S("campaign/hunt", tests_hunting, true) \
	S("campaign/shrink", tests_shrink, true) \
	S("campaign/sweep", tests_sweep_sessions, true) \
	S("campaign/explain", tests_explain, true) \
	S("campaign/bisect", tests_bisect_sessions, true) \
	S("session/pages", tests_pages, true) \
	S("browser/browser", tests_browser, true) \
	S("session/wireshark", tests_wireshark, true) \
	S("session/recorded", tests_recorded, true) \
	S("session/clients", tests_clients, true) \
	S("session/catches", tests_catches, true) \
	S("session/flash", tests_flash, true) \
	S("session/staged", tests_staged, true) \
	S("campaign/driver_source", tests_driver_source, true) \
	S("campaign/driver", tests_driver_recipe, true) \
	S("session/verdicts", tests_verdicts, true) \
	S("session/bus", tests_bus, true)

#define SUITE_DECLARE(name, array, slow) extern const CU_TestInfo array[];
SUITES(SUITE_DECLARE)
#undef SUITE_DECLARE

struct suite {
	const char *name;
	const CU_TestInfo *tests;
	bool slow;
};

#define SUITE_ROW(name, array, slow) {name, array, slow},
static const struct suite suites[] = {SUITES(SUITE_ROW){NULL, NULL, false}};
#undef SUITE_ROW

#endif

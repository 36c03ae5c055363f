# SPDX-License-Identifier: GPL-2.0-or-later
# Stutter. `make help` lists the targets; V=1 shows the commands.

B        ?= build
V        ?=
Q        := $(if $(V),,@)
say       = $(if $(V),@:,@printf '  %-8s%s\n' $(1) $(2))
SANITIZE ?=
T        ?=
DESTDIR  ?=
PREFIX   ?= /usr/local
LIBDIR   ?= $(PREFIX)/lib

VERSION  := 0.1.0

CC       := $(if $(filter default,$(origin CC)),gcc,$(CC))
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wundef
CPPFLAGS := -I. -I$(B)/gen -isystem /usr/include/libnl3 -D_GNU_SOURCE -DSTUTTER_VERSION='"$(VERSION)"'
OPTIMISE := $(if $(SANITIZE),-O1,-O2)
SANFLAGS := $(if $(SANITIZE),-DSTUTTER_SANITIZED -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all)
# The program and the library that goes into QEMU are made of the same objects:
# position-independent, and with no name that QEMU could see.
PIC      := -fPIC -fvisibility=hidden
CFLAGS   := -std=c11 -g $(OPTIMISE) $(PIC) $(WARNINGS) $(SANFLAGS)
LDLIBS   := -lyaml -lpcap -lxxhash -lssl -lcrypto -lz -ljansson
# Of the program only, not of the library in QEMU.
PROGRAM_LDLIBS := -lsqlite3 -lnl-route-3 -lnl-3 -lcap-ng -lseccomp

# A build with sanitizers has a folder of its own inside build/, and shares the guest and the
# fetched sources.
comma    := ,
O        := $(B)/$(if $(SANITIZE),obj-$(subst $(comma),-,$(SANITIZE)),obj)
BIN      := $(if $(SANITIZE),$(O)/stutter,$(B)/stutter)
TESTBIN  := $(O)/stutter-tests

# -- packages --------------------------------------------------------------------------------------
# harness/packages lists what the host needs, one row a package; `stutter doctor` carries the same
# rows.
# What is there from elsewhere need not be Debian's.
stage_packages = $(shell awk '!/^\#/ && NF { n = split($$2, s, ","); for (i = 1; i <= n; i++) if (index(" $(1) ", " " s[i] " ")) { print $$1 ":" $$3; break } }' harness/packages)
find_missing = missing=""; for p in $(1); do [ -e "$${p\#*:}" ] || missing="$$missing $${p%:*}"; done
install_missing = @$(call find_missing,$(call stage_packages,$(1))); \
	[ -z "$$missing" ] || { sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; echo "  APT    $$missing"; \
	{ $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; } >$(B)/apt.log 2>&1 \
	|| { tail -5 $(B)/apt.log >&2; echo "stutter: the packages could not be installed; the whole log is $(B)/apt.log" >&2; exit 1; }; }

say_missing = @$(call find_missing,$(1)); [ -z "$$missing" ] || { \
	echo "stutter: this needs packages that are missing:$$missing; \`make deps\` installs them" >&2; exit 1; }

# Nothing is compiled without what it needs: a compiler's message does not say where to get that.
# Whoever brings another compiler needs no gcc.
needed = $(filter-out $(if $(filter gcc,$(CC)),,gcc:%),$(call stage_packages,build))
.PHONY: has-compiler has-packages
has-compiler:
	$(call say_missing,$(filter gcc:% libc6-dev:%,$(needed)))

has-packages:
	$(call say_missing,$(needed))

.PHONY: all man run deps deps-test test check lint fuzz bench soak browser-tools picture clean install help tools image golden
.DEFAULT_GOAL := all

all: $(BIN) guest image ## Build everything

# What must be there before anything is compiled. A second make is started once the tools exist, so
# that every variable sees them.
deps: ## Install what this machine lacks (apt; through sudo when not root)
	@mkdir -p $(B)
	$(call install_missing,build run)

deps-test: deps
	$(call install_missing,test)

run: deps ## Build, then update an emulated device over a flaky link with several seeds
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(BIN) run scenarios/first/flaky-link.yaml --seeds 1..8 || [ $$? -eq 1 ]

test: deps-test $(if $(findstring browser,$(T)),browser-tools) ## All tests, the sessions under QEMU included (T=name: only the suites whose name contains it)
	$(Q)$(MAKE) --no-print-directory all $(TESTBIN)
	$(Q)STUTTER=$(abspath $(BIN)) STUTTER_BUILD=$(abspath $(B)) $(TESTBIN) $(T)

check: deps-test ## The quick tests: all but the sessions under QEMU
	$(Q)$(MAKE) --no-print-directory $(BIN) image $(TESTBIN)
	$(Q)STUTTER=$(abspath $(BIN)) STUTTER_BUILD=$(abspath $(B)) $(TESTBIN) --quick $(T)

# -- the fetched sources and the guest -------------------------------------------------------------
GUEST_NEEDS := has-packages
include emulator/guest/guest.mk

# -- the program -----------------------------------------------------------------------------------
SOURCES := $(wildcard lib/*/*.c harness/*/*.c harness/*/faults/*.c emulator/enc28j60/*.c emulator/nic/*.c emulator/nor/*.c emulator/board/*.c emulator/board/faults/*.c emulator/machines/*.c emulator/machines/*/*.c emulator/qemu/*.c reports/*.c reports/*/*.c) $(GUEST_SHARED) $(GUEST_PLAYED)
MAIN    := harness/cli/main.c
MODULES := $(filter-out $(MAIN),$(SOURCES))
objects  = $(patsubst %.c,$(O)/%.o,$(1))

# lwIP and llhttp are compiled from Debian's sources, without our warnings.
LWIP_NAMES   := core/init core/def core/inet_chksum core/ip core/mem core/memp core/netif core/pbuf core/tcp core/tcp_in core/tcp_out \
                core/timeouts core/udp core/ipv4/etharp core/ipv4/icmp core/ipv4/ip4 core/ipv4/ip4_addr core/ipv4/ip4_frag netif/ethernet
LLHTTP_NAMES := llhttp api http
LWIP_FLAGS   := -isystem $(B)/lwip/src/include -Iharness/server/lwip
LLHTTP_FLAGS := -isystem $(B)/llhttp
FETCHED      := $(LWIP_NAMES:%=$(O)/lwip/%.o) $(LLHTTP_NAMES:%=$(O)/llhttp/%.o)
FETCHED_CFLAGS := -std=c11 -g $(OPTIMISE) $(PIC) $(SANFLAGS) -w

$(BIN): $(call objects,$(MODULES) $(MAIN)) $(FETCHED)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS) $(PROGRAM_LDLIBS)

$(O)/harness/server/%.o: CPPFLAGS += $(LWIP_FLAGS) $(LLHTTP_FLAGS)
$(O)/tests/unit/server/%.o: CPPFLAGS += $(LWIP_FLAGS) $(LLHTTP_FLAGS)
$(O)/lib/address/%.o: CPPFLAGS += $(LLHTTP_FLAGS)
$(O)/harness/relay/%.o: CPPFLAGS += $(LLHTTP_FLAGS)
$(O)/harness/cli/doctor.o: $(B)/gen/packages.h

$(O)/%.o: %.c Makefile | has-packages $(B)/packages.stamp
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The sources appear when the packages are fetched, so they are named in the recipe only.
$(O)/lwip/%.o: harness/server/lwip/lwipopts.h Makefile $(B)/packages.stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(LWIP_FLAGS) $(FETCHED_CFLAGS) -c -o $@ $(B)/lwip/src/$*.c

$(O)/llhttp/%.o: Makefile $(B)/packages.stamp
	@mkdir -p $(@D)
	$(Q)$(CC) $(LLHTTP_FLAGS) $(FETCHED_CFLAGS) -c -o $@ $(B)/llhttp/$*.c

# What QEMU is started with is carried in the program. Both libraries run in QEMU's process, so no
# sanitizer belongs into them.
PLAIN    := $(B)/obj
LOCKSTEP := $(PLAIN)/lockstep.so
INSIDE   := $(PLAIN)/stutter-inside.so
INSIDE_SOURCES := $(wildcard emulator/qemu/inside/*.c harness/pool/hosted/*.c)

$(O)/emulator/qemu/carried.o: $(LOCKSTEP) $(INSIDE)
$(O)/emulator/qemu/carried.o: CPPFLAGS += -DLOCKSTEP_FILE='"$(LOCKSTEP)"' -DINSIDE_FILE='"$(INSIDE)"'

$(O)/reports/run/carried.o: $(wildcard reports/run/page.*)
$(O)/reports/gate/carried.o: reports/gate/gate.html
$(O)/reports/search/carried.o: reports/search/search.html

# The plotting library is Debian's, carried as it is installed.
DYGRAPHS := /usr/share/javascript/dygraphs
$(O)/reports/session/carried.o: $(wildcard reports/session/*.html reports/session/*.css reports/session/*.js $(DYGRAPHS)/dygraph.min.*)
$(O)/reports/session/carried.o: CPPFLAGS += -DDYGRAPHS_DIR='"$(DYGRAPHS)"'

$(LOCKSTEP): emulator/qemu/lockstep/lockstep.c | has-compiler
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -O2 $(WARNINGS) -shared -fPIC -s -o $@ $<

ifeq ($(SANITIZE),)
# What a session is made of, without what starts QEMU. The library is loaded before QEMU: its
# functions are to be bound to each other, whatever QEMU calls its own.
# The static variables of all that a world is made of lie together (harness/pool/hosted/statics.h).
WORLD_OBJECTS := $(call objects,$(filter-out $(foreach folder,cli pool campaign search gate history live,harness/$(folder)/%) lib/statistics/% emulator/qemu/% reports/run/% reports/session/% reports/gate/% reports/search/% $(GUEST_PLAYED),$(MODULES))) \
	$(FETCHED)
WALL_SOURCES  := $(patsubst %,harness/live/%.c,wall clock port_tap port_interface unfinished skew outcome)
HOST_OBJECTS  := $(call objects,harness/pool/page.c harness/pool/handover.c emulator/qemu/qemu.c emulator/qemu/explain.c emulator/qemu/threads.c $(WALL_SOURCES) $(INSIDE_SOURCES))
$(PLAIN)/world.o: $(WORLD_OBJECTS)
	$(Q)$(LD) -r -o $@ $^
	$(Q)objcopy --rename-section .data=world_data --rename-section .data.rel=world_data --rename-section .data.rel.local=world_data \
		--rename-section .bss=world_bss $@

$(INSIDE): $(PLAIN)/world.o $(HOST_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -shared -Wl,-Bsymbolic -Wl,-z,defs -o $@ $^ $(LDLIBS)
else
.PHONY: FORCE
$(INSIDE): FORCE
	$(Q)$(MAKE) --no-print-directory SANITIZE= $@
endif

# -- the chip as a library ------------------------------------------------------------------------
# Other programs link it, so it is compiled as theirs are: libc only, no include path, no sanitizer.
# What its files share is hidden, and local in the one object that they become.
CHIP_LIBRARY := $(B)/libstutter-enc28j60.a
CHIP_HEADERS := $(wildcard emulator/enc28j60/enc28j60*.h)
CHIP_OBJECTS := $(patsubst emulator/enc28j60/%.c,$(PLAIN)/library/%.o,$(wildcard emulator/enc28j60/*.c))

.PHONY: libstutter-enc28j60.a install-library
libstutter-enc28j60.a: $(CHIP_LIBRARY) ## The ENC28J60 as a C library, in build/

$(PLAIN)/library/%.o: emulator/enc28j60/%.c Makefile | has-compiler
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -g -O2 -fPIC $(WARNINGS) -MMD -MP -c -o $@ $<

$(CHIP_LIBRARY): $(CHIP_OBJECTS)
	$(call say,AR,$@)
	$(Q)$(LD) -r -o $(PLAIN)/library/stutter-enc28j60.o $^
	$(Q)objcopy --localize-hidden $(PLAIN)/library/stutter-enc28j60.o
	$(Q)rm -f $@ && $(AR) rcs $@ $(PLAIN)/library/stutter-enc28j60.o

install-library: $(CHIP_LIBRARY) ## Install that library, its headers and its .pc file alone
	$(Q)install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/include/stutter
	$(Q)install -m 644 $(CHIP_LIBRARY) $(DESTDIR)$(LIBDIR)/
	$(Q)install -m 644 $(CHIP_HEADERS) $(DESTDIR)$(PREFIX)/include/stutter/
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR))|; s|@VERSION@|$(VERSION)|' \
		emulator/enc28j60/stutter-enc28j60.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/stutter-enc28j60.pc

$(B)/gen/packages.h: harness/packages
	@mkdir -p $(@D)
	$(Q)awk '!/^#/ && NF { d = $$0; sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", d); printf "{\"%s\", \"%s\", \"%s\", \"%s\"},\n", $$1, $$2, $$3, d }' $< >$@.new && mv $@.new $@

# -- the image that a device downloads when the scenario names none --------------------------------
IMAGE := $(B)/image.bin
image: $(IMAGE)

$(IMAGE): harness/server/image/mkimage.c | has-compiler
	$(call say,IMAGE,$@)
	@mkdir -p $(B)
	$(Q)$(CC) -std=c11 -O2 $(WARNINGS) -o $(B)/mkimage $< && $(B)/mkimage $@

# -- tests -----------------------------------------------------------------------------------------
INSIDE_TESTED := emulator/qemu/inside/crash.c emulator/qemu/inside/rest.c emulator/qemu/inside/stack.c
TEST_SOURCES := $(filter-out tests/bench/% tests/fuzz/% tests/soak/%,$(wildcard tests/*.c tests/*/*.c tests/unit/*/*.c))
# What is linked elsewhere is compiled here all the same, so that it does not fall behind unseen.
BESIDE_TESTS := $(call objects,$(wildcard tests/fuzz/*.c tests/bench/*.c tests/soak/*.c))
$(O)/tests/fuzz/%.o: CPPFLAGS += $(LLHTTP_FLAGS)
# Neither lib nor the board with its faults needs the harness; the board needs no libpcap either.
LIB_ALONE := $(O)/tests/unit/fault/alone/alone
$(LIB_ALONE): $(call objects,$(LIB_ALONE:$(O)/%=%.c) $(wildcard lib/*/*.c)) $(LLHTTP_NAMES:%=$(O)/llhttp/%.o)
	$(Q)$(CC) $(CFLAGS) -o $@.new $^ $(LDLIBS) -lm && $@.new && mv $@.new $@
BOARD_ALONE := $(O)/tests/unit/board/alone/alone
$(BOARD_ALONE): $(call objects,$(BOARD_ALONE:$(O)/%=%.c) $(wildcard $(foreach folder,$(patsubst %,lib/%,base sim link address fault) \
		$(patsubst %,emulator/%,board board/faults nic nor enc28j60),$(folder)/*.c))) $(LLHTTP_NAMES:%=$(O)/llhttp/%.o)
	$(Q)$(CC) $(CFLAGS) -o $@.new $^ -lxxhash -lcrypto -lz -lm && $@.new && mv $@.new $@
$(TESTBIN): $(call objects,$(MODULES) $(TEST_SOURCES) $(GUEST_TESTED) $(INSIDE_TESTED)) $(FETCHED) | $(BESIDE_TESTS) $(LIB_ALONE) $(BOARD_ALONE) $(CHIP_LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS) $(PROGRAM_LDLIBS) -lcunit -lm

# Without these the tests of the pages are skipped.
browser-tools: ## Install what the tests of the pages need (Debian's Chromium; Playwright, axe-core and html-validate from npm; a schema)
	@mkdir -p $(B)
	$(call install_missing,browser)
	$(Q)$(MAKE) --no-print-directory $(B)/browser/node_modules $(SUREFIRE_SCHEMA)

$(B)/browser/node_modules: tests/browser/package.json tests/browser/package-lock.json
	$(call say,NPM,$@)
	$(Q)rm -rf $(B)/browser.new $(B)/browser && mkdir -p $(B)/browser.new && cp $^ $(B)/browser.new
	$(Q)npm ci --prefix $(B)/browser.new --no-audit --no-fund --silent && mv $(B)/browser.new $(B)/browser && touch $@

SUREFIRE_SCHEMA := $(B)/surefire-test-report.xsd

$(SUREFIRE_SCHEMA): tests/browser/schema.sh $(B)/packages.stamp
	$(call say,FETCH,$@)
	$(Q)tests/browser/schema.sh $(abspath $(B))

golden: deps-test ## Refresh the golden traces, scenarios/REFERENCE.md and the tables of scenarios, showing what changes
	$(Q)$(MAKE) --no-print-directory all $(TESTBIN)
	$(Q)for suite in session/world nic/minimal structure/scenario_tables; do \
		STUTTER_GOLDEN=write STUTTER=$(abspath $(BIN)) STUTTER_BUILD=$(abspath $(B)) $(TESTBIN) $$suite || exit 1; done
	$(Q)$(BIN) list reference >$(B)/REFERENCE.md && mv $(B)/REFERENCE.md scenarios/REFERENCE.md
	$(Q)git --no-pager diff --stat tests/golden scenarios

# Whatever folder the run lies in, the picture names it as a newcomer's.
picture: deps ## Draw the README's picture anew
	$(Q)$(MAKE) --no-print-directory all
	$(Q)rm -rf $(B)/picture && mkdir $(B)/picture
	$(Q)cd $(B)/picture && { $(abspath $(BIN)) run $(CURDIR)/scenarios/first/flaky-link.yaml --seeds 1..8 --history none --out flaky >run.txt || [ $$? -eq 1 ]; } \
		&& $(abspath $(BIN)) report flaky --picture $(CURDIR)/reports/picture.svg

bench: deps ## Measure chip, proxy, reports, history, sessions, searches and the live proxy (BENCH_ALL=1: all scenarios, too; BENCH_ONLY=chip: one group)
	$(call install_missing,bench)
	$(Q)$(MAKE) --no-print-directory all $(O)/stutter-bench
	$(Q)STUTTER=$(abspath $(BIN)) STUTTER_BUILD=$(abspath $(B)) $(O)/stutter-bench

BENCH_SOURCES := $(wildcard tests/bench/*.c)
$(O)/stutter-bench: $(call objects,$(MODULES) $(BENCH_SOURCES)) $(O)/tests/engine/branching.o $(O)/tests/unit/reports/recorded.o $(O)/tests/unit/search/simulated.o $(FETCHED)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS) $(PROGRAM_LDLIBS) -lm

soak: deps-test ## Hours: sessions under load, resets, branches, kills, full disks, the live proxy (SOAK_SHARE=10: a tenth; SOAK_ONLY=branches)
	$(Q)$(MAKE) --no-print-directory all $(O)/stutter-soak
	$(Q)STUTTER=$(abspath $(BIN)) $(O)/stutter-soak

$(O)/stutter-soak: $(call objects,$(MODULES) $(wildcard tests/soak/*.c) tests/bench/wire.c tests/bench/traffic.c) $(O)/tests/engine/branching.o $(FETCHED)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS) $(PROGRAM_LDLIBS)

ci-full: ## All that CI can check: lint, all tests, the quick ones with sanitizers, each fuzz target for some seconds
	$(Q)$(MAKE) --no-print-directory lint
	$(Q)$(MAKE) --no-print-directory test
	$(Q)$(MAKE) --no-print-directory check SANITIZE=address,undefined
	$(Q)$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=20

lint: deps ## clang-format, clang-tidy and cppcheck over our sources
	$(call install_missing,lint)
	$(Q)harness/lint.sh $(B)

# libFuzzer starts from the corpus of the repository and collects in the build folder. A crash
# leaves its input there.
FUZZ_SECONDS ?= 60
FUZZ_ALL     := $(basename $(notdir $(wildcard tests/fuzz/*.c)))
FUZZ_NAMES   := $(if $(T),$(foreach name,$(FUZZ_ALL),$(if $(findstring $(T),$(name)),$(name))),$(FUZZ_ALL))
FUZZ_SEEDS_scenario  := scenarios tests/wrong
FUZZ_SEEDS_recording := scenarios/fault
fuzz: deps ## Fuzz with libFuzzer (T=enc28j60, FUZZ_SECONDS=600)
	$(if $(strip $(FUZZ_NAMES)),,$(error no fuzz target has '$(T)' in its name; there are $(FUZZ_ALL)))
	$(call install_missing,fuzz)
	$(Q)$(MAKE) --no-print-directory $(FUZZ_NAMES:%=$(B)/fuzz/%)
	$(Q)$(foreach name,$(FUZZ_NAMES),mkdir -p $(B)/fuzz/corpus/$(name) && $(B)/fuzz/$(name) -max_total_time=$(FUZZ_SECONDS) -max_len=4096 \
		-artifact_prefix=$(B)/fuzz/ $(B)/fuzz/corpus/$(name) $(or $(FUZZ_SEEDS_$(name)),tests/fuzz/corpus/$(name)) &&) true

$(B)/fuzz/nor: tests/fuzz/nor.c $(wildcard emulator/nor/*.[ch])
	@mkdir -p $(@D)
	$(Q)clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I. -o $@ $(filter %.c,$^)

$(B)/fuzz/enc28j60: tests/fuzz/enc28j60.c $(wildcard emulator/enc28j60/*.[ch])
	@mkdir -p $(@D)
	$(Q)clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I. -o $@ $(filter %.c,$^)

PACKET_SOURCES := $(wildcard $(foreach folder,lib/base lib/sim lib/link lib/address lib/fault lib/filter harness/proxy harness/proxy/faults,$(folder)/*.c))
$(B)/fuzz/packet: tests/fuzz/packet.c $(PACKET_SOURCES) $(LLHTTP_NAMES:%=$(O)/llhttp/%.o) $(wildcard lib/*/*.h harness/*/*.h) tests/unit/proxy/submit.h
	@mkdir -p $(@D)
	$(Q)clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(CPPFLAGS) $(LLHTTP_FLAGS) -o $@ \
		$(filter %.c %.o,$^) -lpcap -lxxhash -lcrypto -lz -lm

SERVICE_SOURCES := $(wildcard lib/base/*.c lib/sim/*.c) $(patsubst %,harness/server/%.c,attest dhcp dns entropy fields ntp pki release reply request)
$(B)/fuzz/service: tests/fuzz/service.c $(SERVICE_SOURCES) $(LLHTTP_NAMES:%=$(O)/llhttp/%.o) $(wildcard lib/*/*.h harness/*/*.h)
	@mkdir -p $(@D)
	$(Q)clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(CPPFLAGS) $(LLHTTP_FLAGS) -o $@ \
		$(filter %.c %.o,$^) -lssl -lcrypto -ljansson -lxxhash -lz -lm

RECORDING_SOURCES := $(wildcard lib/base/*.c) lib/fault/recording.c lib/fault/dist.c
$(B)/fuzz/recording: tests/fuzz/recording.c $(RECORDING_SOURCES) $(wildcard lib/*/*.h harness/*/*.h)
	@mkdir -p $(@D)
	$(Q)clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(CPPFLAGS) -o $@ $(filter %.c,$^) \
		-lxxhash -lm

CAPTURE_SOURCES := $(wildcard $(foreach folder,base sim link address,lib/$(folder)/*.c)) harness/scenario/yaml.c \
	$(patsubst %,harness/recorded/%.c,exchanges import keys losses messages naming packets plan read recording records streams write) \
	harness/server/dns.c harness/server/dhcp.c harness/server/reply.c
$(B)/fuzz/capture: tests/fuzz/capture.c $(CAPTURE_SOURCES) $(LLHTTP_NAMES:%=$(O)/llhttp/%.o) $(wildcard lib/*/*.h harness/*/*.h)
	@mkdir -p $(@D)
	$(Q)clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(CPPFLAGS) $(LLHTTP_FLAGS) -o $@ \
		$(filter %.c %.o,$^) -lpcap -lyaml -lxxhash -lcrypto -lz -lm

# The catalogues hold the faults of all layers, which need little of these.
FAULT_SOURCES := $(wildcard harness/*/faults/*.c emulator/board/faults/*.c emulator/nor/*.c) harness/server/ntp.c harness/session/catalogues.c
RELAY_SOURCES := $(sort $(wildcard $(foreach folder,lib/base lib/sim lib/link lib/address lib/fault lib/filter harness/proxy harness/server harness/relay,$(folder)/*.c)) $(FAULT_SOURCES)) \
	tests/unit/relay/fixture.c tests/trace_text.c
$(B)/fuzz/relay: tests/fuzz/relay.c $(RELAY_SOURCES) $(FETCHED) $(wildcard lib/*/*.h harness/*/*.h) tests/unit/relay/fixture.h tests/trace_text.h
	@mkdir -p $(@D)
	$(Q)clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(CPPFLAGS) $(LWIP_FLAGS) $(LLHTTP_FLAGS) -o $@ \
		$(filter %.c %.o,$^) -lpcap -lssl -lcrypto -ljansson -lxxhash -lz -lm

SCENARIO_SOURCES := $(sort $(wildcard $(foreach folder,lib/base lib/fault lib/filter lib/sim lib/link lib/address harness/judge harness/proxy harness/scenario,$(folder)/*.c)) $(FAULT_SOURCES) \
	$(patsubst %,harness/server/%.c,coverage service_config service_log) $(wildcard emulator/nic/*.c emulator/enc28j60/*.c emulator/machines/*.c emulator/machines/*/*.c)) $(GUEST_SHARED)
$(B)/fuzz/scenario: tests/fuzz/scenario.c $(SCENARIO_SOURCES) $(LLHTTP_NAMES:%=$(O)/llhttp/%.o) $(wildcard lib/*/*.h harness/*/*.h)
	@mkdir -p $(@D)
	$(Q)clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(CPPFLAGS) $(LLHTTP_FLAGS) -o $@ \
		$(filter %.c %.o,$^) -lyaml -lpcap -lxxhash -lcrypto -lz -lm

clean: ## Remove what was built (fetched packages stay; `rm -r build` removes them too)
	$(Q)rm -rf $(B)/obj* $(B)/stutter $(CHIP_LIBRARY) $(B)/gen $(B)/guest $(B)/image.bin $(B)/mkimage $(B)/snapshots $(B)/doc $(B)/lint $(B)/cppcheck

# Both come from the program's tables of commands and options.
DOC    := $(B)/doc
SHELLS := bash zsh fish
man: $(BIN) ## Write manual pages and shell completions to build/doc
	$(call say,DOC,$(DOC))
	$(Q)$(BIN) man --out $(DOC)
	$(Q)for shell in $(SHELLS); do $(BIN) completions $$shell >$(DOC)/stutter.$$shell || exit 1; done

install: all man install-library ## Install to $(DESTDIR)$(PREFIX)
	$(Q)install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/stutter
	$(Q)install -d $(DESTDIR)$(PREFIX)/share/stutter/devices $(DESTDIR)$(PREFIX)/share/stutter/guest
	$(Q)cp -r scenarios $(DESTDIR)$(PREFIX)/share/stutter/
	$(Q)install -m 644 emulator/devices/*.yaml $(DESTDIR)$(PREFIX)/share/stutter/devices/
	$(Q)install -m 644 $(B)/guest/kernel $(B)/guest/initramfs.cpio $(B)/guest/clients.cpio $(B)/guest/player.cpio $(DESTDIR)$(PREFIX)/share/stutter/guest/
	$(Q)install -m 644 reports/run/summary.schema.json reports/search/search.schema.json $(DESTDIR)$(PREFIX)/share/stutter/
	$(Q)install -m 644 $(IMAGE) $(DESTDIR)$(PREFIX)/share/stutter/image.bin
	$(Q)install -d $(DESTDIR)$(PREFIX)/share/man/man1
	$(Q)install -m 644 $(DOC)/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	$(Q)install -D -m 644 $(DOC)/stutter.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/stutter
	$(Q)install -D -m 644 $(DOC)/stutter.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_stutter
	$(Q)install -D -m 644 $(DOC)/stutter.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/stutter.fish

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9.-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  variables: V=1 (show commands)  T=name (some tests)  SANITIZE=address,undefined  B=build"

-include $(shell find $(sort $(O) $(PLAIN)/library) -name '*.d' 2>/dev/null)

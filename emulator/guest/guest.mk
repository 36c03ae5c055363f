# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds what runs inside the device: kernel, module, update agent, initramfs. Included by the top
# Makefile.
#
# Takes: B (build folder), MACHINE (a folder of emulator/machines), Q (@ for quiet), CC and CFLAGS
# (for the host's tools), GUEST_NEEDS (a phony target that fails if packages are missing).
# Gives: $(B)/guest/kernel, $(B)/guest/initramfs.cpio, $(B)/guest/clients.cpio,
# $(B)/guest/player.cpio, $(B)/packages.stamp, the phony target guest; GUEST_TESTED, those of the
# agent's sources that the host's tests link (with -ljansson); GUEST_SHARED, sources that are part
# of the host's program too (with -lcrypto); GUEST_PLAYED, those of the program alone.
B ?= build
GUEST_MK := $(lastword $(MAKEFILE_LIST))
GUEST_DIR := $(patsubst %/,%,$(dir $(GUEST_MK)))
# What is the machine's and its processor's: MACHINE_TRIPLET, MACHINE_ARCH and so on.
MACHINE ?= arm-virt
MACHINE_DIR := $(patsubst %/guest,%,$(GUEST_DIR))/machines/$(MACHINE)
include $(MACHINE_DIR)/machine.mk
GUEST_CROSS ?= $(MACHINE_TRIPLET)-
GUEST_B := $(B)/guest$(if $(filter-out arm-virt,$(MACHINE)),-$(MACHINE))
GUEST_CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -g0 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wundef -ffile-prefix-map=$(GUEST_DIR)=.
GUEST_LDFLAGS := -s -Wl,--build-id=none
# Headers, start files and libraries are the fetched ones, whether the host has a cross C library or
# not.
GUEST_SYSROOT := $(abspath $(B)/sysroot)
GUEST_TARGET := --sysroot=$(GUEST_SYSROOT) -B$(GUEST_SYSROOT)/usr/lib/$(MACHINE_TRIPLET)/ -L$(GUEST_SYSROOT)/usr/lib/$(MACHINE_TRIPLET) \
	-L$(GUEST_SYSROOT)/lib/$(MACHINE_TRIPLET) -isystem $(GUEST_SYSROOT)/usr/include/$(MACHINE_TRIPLET) -isystem $(GUEST_SYSROOT)/usr/include
GUEST_LANGUAGE := $(wildcard $(GUEST_DIR)/language/*.h)
GUEST_MODULE := $(wildcard $(GUEST_DIR)/module/*.c $(GUEST_DIR)/module/*.h $(GUEST_DIR)/module/Kbuild) $(GUEST_DIR)/language/reports.h $(MACHINE_DIR)/cpu.h
GUEST_AGENT := $(filter-out %/seed.c,$(wildcard $(GUEST_DIR)/agent/*.c))
GUEST_TESTED := $(addprefix $(GUEST_DIR)/agent/,manifest.c policy.c range.c)
# Those of the boot library, which the host uses as well: the factory fills a flash with it. And
# what reads the words of the player and the reports.
GUEST_SHARED := $(addprefix $(GUEST_DIR)/boot/,record.c writer.c slot.c choose.c crypto.c) $(GUEST_DIR)/player/words.c $(GUEST_DIR)/language/report.c
# Those of the player, for `stutter play`; they open sockets, so no world has them.
GUEST_PLAYED := $(addprefix $(GUEST_DIR)/player/,steps.c talk.c ask.c script.c)
GUEST_BOOT := $(filter-out %/boot.c %/tool.c,$(wildcard $(GUEST_DIR)/boot/*.c))
GUEST_ETC := $(wildcard $(GUEST_DIR)/etc/*)
# The fetched kernel's drivers of the NIC and of the flash; init loads them.
GUEST_DRIVERS := net/ethernet/microchip/enc28j60 mtd/spi-nor/spi-nor
GUEST_DRIVER_FILES := $(patsubst %,$(GUEST_B)/%.ko,$(notdir $(GUEST_DRIVERS)))
GUEST_MODULES := $(notdir $(GUEST_DRIVERS)) spi-stutter

guest_say = $(if $(Q),@printf '  %-8s%s\n' $(1) $@,@:)

.PHONY: guest
guest: $(GUEST_B)/kernel $(GUEST_B)/initramfs.cpio $(GUEST_B)/clients.cpio $(GUEST_B)/player.cpio ## Build what runs inside the device

$(B)/packages.stamp: $(GUEST_DIR)/fetch.sh | $(GUEST_NEEDS)
	$(Q)$< $(B) $(MACHINE_APT_ARCHITECTURE) $(MACHINE_KERNEL_FLAVOUR)

$(GUEST_B): | $(GUEST_NEEDS)
	$(Q)mkdir -p $@

# The kernel as a boot loader hands it over: unpacked, since a zImage takes eight seconds of a
# device's time for that at every boot. What is packed with xz lies behind the last mark of that in
# the file.
$(GUEST_B)/kernel: $(GUEST_B)/mkuimage $(B)/packages.stamp | $(GUEST_B)
	$(call guest_say,KERNEL)
	$(Q)at=$$(LC_ALL=C grep -aboP '\xfd7zXZ\x00' $(B)/kernel/boot/vmlinuz-* | tail -n 1 | cut -d: -f1); \
		tail -c +$$((at + 1)) $(B)/kernel/boot/vmlinuz-* | xz -dc 2>/dev/null >$@.raw; \
		[ -s $@.raw ] || { echo "guest.mk: the kernel is not packed with xz any more" >&2; exit 1; }; \
		$(GUEST_B)/mkuimage $(MACHINE_KERNEL_AT) <$@.raw >$@.new && rm $@.raw && mv $@.new $@

$(GUEST_B)/mkuimage: $(GUEST_DIR)/mkuimage.c | $(GUEST_B)
	$(Q)$(CC) $(CFLAGS) -D_GNU_SOURCE -o $@ $< -lz

# The module is built in a folder of its own: kbuild litters.
$(GUEST_B)/spi-stutter.ko: $(GUEST_MODULE) $(GUEST_MK) $(B)/packages.stamp | $(GUEST_B)
	$(call guest_say,KBUILD)
	$(Q)rm -rf $(GUEST_B)/kbuild && mkdir $(GUEST_B)/kbuild && cp $(GUEST_MODULE) $(GUEST_B)/kbuild/
	$(Q)KBUILD_BUILD_TIMESTAMP=@0 KBUILD_BUILD_USER=stutter KBUILD_BUILD_HOST=stutter $(MAKE) --no-print-directory -s \
		-C $(B)/kernel/usr/src/linux-headers-$$(cat $(B)/kernel/abi) M=$(abspath $(GUEST_B)/kbuild) ARCH=$(MACHINE_ARCH) \
		CROSS_COMPILE=$(GUEST_CROSS) CC=$(GUEST_CROSS)gcc CFLAGS= LDFLAGS= modules >$(GUEST_B)/kbuild.log 2>&1 \
		|| { cat $(GUEST_B)/kbuild.log >&2; exit 1; }
	$(Q)$(GUEST_CROSS)strip -g -R .note.gnu.build-id -o $@.new $(GUEST_B)/kbuild/spi-stutter.ko && mv $@.new $@

$(GUEST_DRIVER_FILES): $(GUEST_B)/%.ko: $(B)/packages.stamp | $(GUEST_B)
	$(Q)$(GUEST_CROSS)strip -g -o $@ $(B)/kernel/lib/modules/*/kernel/drivers/$(filter %/$*,$(GUEST_DRIVERS)).ko

$(GUEST_B)/agent: $(GUEST_AGENT) $(GUEST_BOOT) $(wildcard $(GUEST_DIR)/agent/*.h $(GUEST_DIR)/boot/*.h) $(GUEST_LANGUAGE) $(GUEST_MK) $(B)/packages.stamp | $(GUEST_B)
	$(call guest_say,CROSS)
	$(Q)$(GUEST_CROSS)gcc $(GUEST_TARGET) $(GUEST_CFLAGS) $(GUEST_LDFLAGS) -o $@ $(GUEST_AGENT) $(GUEST_BOOT) -lcurl -lcrypto -ljansson

$(GUEST_B)/boot: $(GUEST_DIR)/boot/boot.c $(GUEST_BOOT) $(wildcard $(GUEST_DIR)/boot/*.h) $(GUEST_MK) $(B)/packages.stamp | $(GUEST_B)
	$(call guest_say,CROSS)
	$(Q)$(GUEST_CROSS)gcc $(GUEST_TARGET) $(GUEST_CFLAGS) $(GUEST_LDFLAGS) -o $@ $< $(GUEST_BOOT) -lcrypto

$(GUEST_B)/flash: $(GUEST_DIR)/boot/tool.c $(GUEST_DIR)/boot/mtd.c $(wildcard $(GUEST_DIR)/boot/*.h) $(GUEST_MK) $(B)/packages.stamp | $(GUEST_B)
	$(Q)$(GUEST_CROSS)gcc $(GUEST_TARGET) $(GUEST_CFLAGS) $(GUEST_LDFLAGS) -o $@ $< $(GUEST_DIR)/boot/mtd.c

$(GUEST_B)/seed: $(GUEST_DIR)/agent/seed.c $(GUEST_MK) $(B)/packages.stamp | $(GUEST_B)
	$(Q)$(GUEST_CROSS)gcc $(GUEST_TARGET) $(GUEST_CFLAGS) $(GUEST_LDFLAGS) -o $@ $<

$(GUEST_B)/mkinitramfs: $(GUEST_DIR)/mkinitramfs.c | $(GUEST_B)
	$(Q)$(CC) $(CFLAGS) -D_GNU_SOURCE -o $@ $<

$(GUEST_B)/libraries.list: $(GUEST_DIR)/libraries.sh $(GUEST_B)/agent $(GUEST_B)/boot $(GUEST_B)/flash $(GUEST_B)/seed
	$(Q)$< $(B)/sysroot $(MACHINE_TRIPLET) $(GUEST_CROSS)readelf $(B)/sysroot/bin/busybox $(B)/sysroot/sbin/ethtool $(GUEST_B)/agent $(GUEST_B)/boot $(GUEST_B)/flash $(GUEST_B)/seed >$@.new && mv $@.new $@

$(GUEST_B)/modules.list: $(GUEST_MK) $(MACHINE_DIR)/machine.mk | $(GUEST_B)
	$(Q){ printf 'file /lib/modules/%s.ko @build/%s.ko 644\n' $(foreach module,$(GUEST_MODULES),$(module) $(module)); \
		echo 'slink /lib/$(MACHINE_LOADER) $(MACHINE_TRIPLET)/$(MACHINE_LOADER)'; } >$@.new && mv $@.new $@

$(GUEST_B)/initramfs.cpio: $(GUEST_B)/mkinitramfs $(GUEST_DIR)/initramfs.list $(GUEST_B)/modules.list $(GUEST_B)/libraries.list $(GUEST_DIR)/init \
		$(GUEST_DIR)/udhcpc.script $(GUEST_ETC) $(GUEST_B)/agent $(GUEST_B)/boot $(GUEST_B)/flash $(GUEST_B)/seed $(GUEST_MODULES:%=$(GUEST_B)/%.ko)
	$(call guest_say,CPIO)
	$(Q)$(GUEST_B)/mkinitramfs $@.new $(GUEST_DIR)/initramfs.list $(GUEST_B)/modules.list $(GUEST_B)/libraries.list \
		build=$(GUEST_B) sysroot=$(B)/sysroot triplet=$(MACHINE_TRIPLET) && mv $@.new $@

# Other people's clients, an overlay: they cost the devices that do not use them nothing. Libraries
# that the root file system has are left out.
GUEST_CLIENTS := $(wildcard $(GUEST_DIR)/clients/*.sh) $(GUEST_DIR)/clients/clients.list $(GUEST_DIR)/clients/swupdate.pem $(GUEST_DIR)/clients/hwrevision

$(GUEST_B)/libicudata.so: $(GUEST_DIR)/clients/icudata.c $(B)/packages.stamp | $(GUEST_B)
	$(call guest_say,CROSS)
	$(Q)for file in $(B)/sysroot/usr/lib/$(MACHINE_TRIPLET)/libicudata.so.??; do version=$${file##*.}; \
		$(GUEST_CROSS)gcc $(GUEST_TARGET) $(GUEST_CFLAGS) $(GUEST_LDFLAGS) -shared -nostdlib -Wl,-soname,libicudata.so.$$version \
		-DICU_TABLES=icudt$${version}_dat -o $@ $<; done

$(GUEST_B)/clients.libraries: $(GUEST_DIR)/libraries.sh $(GUEST_B)/libraries.list
	$(Q)$< $(B)/sysroot $(MACHINE_TRIPLET) $(GUEST_CROSS)readelf $(B)/sysroot/usr/bin/curl $(B)/sysroot/usr/bin/swupdate >$@.new
	$(Q)grep -vxFf $(GUEST_B)/libraries.list $@.new | sed 's|@sysroot/.*/libicudata.so[^ ]*|@build/libicudata.so|' >$@ && rm $@.new

$(GUEST_B)/clients.cpio: $(GUEST_B)/mkinitramfs $(GUEST_B)/clients.libraries $(GUEST_B)/libicudata.so $(GUEST_CLIENTS)
	$(call guest_say,CPIO)
	$(Q)$(GUEST_B)/mkinitramfs $@.new $(GUEST_DIR)/clients/clients.list $(GUEST_B)/clients.libraries \
		build=$(GUEST_B) sysroot=$(B)/sysroot triplet=$(MACHINE_TRIPLET) && mv $@.new $@

# The player of recorded sessions, an overlay of its own for the same reason. It needs no library
# but the C library, which the root file system has.
GUEST_PLAYER := $(wildcard $(GUEST_DIR)/player/*.c)

$(GUEST_B)/player: $(GUEST_PLAYER) $(wildcard $(GUEST_DIR)/player/*.h) $(GUEST_LANGUAGE) $(GUEST_MK) $(B)/packages.stamp | $(GUEST_B)
	$(call guest_say,CROSS)
	$(Q)$(GUEST_CROSS)gcc $(GUEST_TARGET) $(GUEST_CFLAGS) $(GUEST_LDFLAGS) -o $@ $(GUEST_PLAYER)

$(GUEST_B)/player.cpio: $(GUEST_B)/mkinitramfs $(GUEST_DIR)/player/player.list $(GUEST_B)/player
	$(call guest_say,CPIO)
	$(Q)$(GUEST_B)/mkinitramfs $@.new $(GUEST_DIR)/player/player.list build=$(GUEST_B) && mv $@.new $@

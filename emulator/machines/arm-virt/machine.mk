# SPDX-License-Identifier: GPL-2.0-or-later
# What the build has to know of the machine arm-virt.

# Debian's name for it. The kernel's flavour is the one with large page tables: the other one
# protects user memory with the domain register, whose every write (several a system call) costs
# QEMU its whole TLB and a session a third more time.
MACHINE_APT_ARCHITECTURE := armhf
MACHINE_KERNEL_FLAVOUR := armmp-lpae
# Of the compiler that makes what runs in it, and of its libraries' folders.
MACHINE_TRIPLET := arm-linux-gnueabihf
# The dynamic loader, as programs name it.
MACHINE_LOADER := ld-linux-armhf.so.3
# As the kernel's build calls it.
MACHINE_ARCH := arm
# Where the kernel is unpacked to. One for several platforms, Meson and Qualcomm's among them, runs
# at this address (TEXT_OFFSET in arch/arm/Makefile) of a memory that begins at 1 GiB.
MACHINE_KERNEL_AT := 0x40208000

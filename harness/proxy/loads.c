/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/proxy/loads.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

/*
 * What all plain frames have in common: the type, and the first byte of the IPv4 header, version 4
 * and 5 words (RFC 791 3.1).
 */
#define KNOWN_AT 12U
static const uint8_t known_bytes[] = {0x08, 0x00, 0x45};

/* What a register holds, as far as it is known. */
struct value {
	bool known;
	uint32_t is;
};

static const struct value unknown = {false, 0};

/* Before an instruction. */
struct state {
	bool reached;
	struct value a, x;
};

struct walk {
	const struct bpf_insn *code;
	size_t count;
	struct state *states; /* one an instruction */
	struct loads loads;
};

bool loads_plain(const struct frame *frame)
{
	return frame->length >= LOADS_HEAD && memcmp(frame->data + KNOWN_AT, known_bytes, sizeof known_bytes) == 0;
}

static bool is_known(uint64_t at)
{
	return at >= KNOWN_AT && at < KNOWN_AT + sizeof known_bytes;
}

static struct value merged(struct value a, struct value b)
{
	return a.known && b.known && a.is == b.is ? a : unknown;
}

/*
 * The program goes on @p further instructions behind the one at @p at. Loops go back, which
 * `protochain` does.
 */
static bool go_on(struct walk *walk, size_t at, uint32_t further, struct state state)
{
	if (further >= walk->count - at - 1)
		return false;
	struct state *next = &walk->states[at + 1 + further];
	if (next->reached) {
		next->a = merged(next->a, state.a);
		next->x = merged(next->x, state.x);
	} else {
		*next = state;
	}
	return true;
}

/* Notes a load of @p size bytes, big endian. */
static bool note(struct walk *walk, uint64_t at, unsigned size, struct value *ret_value)
{
	struct value value = {true, 0};

	if (at + size > LOADS_HEAD)
		return false;
	for (unsigned i = 0; i < size; i++) {
		if (is_known(at + i)) {
			value.is = value.is << 8 | known_bytes[at + i - KNOWN_AT];
			continue;
		}
		walk->loads.bytes |= UINT64_C(1) << (at + i);
		value.known = false;
	}
	*ret_value = value.known ? value : unknown;
	return true;
}

static unsigned size_of(const struct bpf_insn *insn)
{
	return BPF_SIZE(insn->code) == BPF_W ? 4 : BPF_SIZE(insn->code) == BPF_H ? 2 : 1;
}

static bool load_a(struct walk *walk, const struct bpf_insn *insn, struct state *state)
{
	switch (BPF_MODE(insn->code)) {
	case BPF_IMM:
		state->a = (struct value){true, insn->k};
		return true;
	case BPF_ABS:
		return note(walk, insn->k, size_of(insn), &state->a);
	case BPF_IND:
		return state->x.known && note(walk, (uint64_t)state->x.is + insn->k, size_of(insn), &state->a);
	case BPF_MEM:
		state->a = unknown;
		return true;
	case BPF_LEN:
		state->a = unknown;
		return walk->loads.length = true;
	default:
		return false;
	}
}

/* The length of an IP header is told in words, by four bits. */
static bool load_header_length(struct walk *walk, const struct bpf_insn *insn, struct state *state)
{
	if (!note(walk, insn->k, 1, &state->x))
		return false;
	state->x.is = (state->x.is & 15U) * 4;
	return true;
}

static bool load_x(struct walk *walk, const struct bpf_insn *insn, struct state *state)
{
	switch (BPF_MODE(insn->code)) {
	case BPF_IMM:
		state->x = (struct value){true, insn->k};
		return true;
	case BPF_MSH:
		return load_header_length(walk, insn, state);
	case BPF_MEM:
		state->x = unknown;
		return true;
	case BPF_LEN:
		state->x = unknown;
		return walk->loads.length = true;
	default:
		return false;
	}
}

static bool move(const struct bpf_insn *insn, struct state *state)
{
	if (BPF_MISCOP(insn->code) == BPF_TAX)
		state->x = state->a;
	else if (BPF_MISCOP(insn->code) == BPF_TXA)
		state->a = state->x;
	else
		return false;
	return true;
}

static bool is_taken(const struct bpf_insn *insn, uint32_t a)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return a == insn->k;
	case BPF_JGT:
		return a > insn->k;
	case BPF_JGE:
		return a >= insn->k;
	default:
		return (a & insn->k) != 0;
	}
}

static bool jump(struct walk *walk, size_t at, struct state state)
{
	const struct bpf_insn *insn = &walk->code[at];

	if (BPF_OP(insn->code) == BPF_JA)
		return go_on(walk, at, insn->k, state);
	if (BPF_OP(insn->code) > BPF_JSET)
		return false;
	if (state.a.known && BPF_SRC(insn->code) == BPF_K)
		return go_on(walk, at, is_taken(insn, state.a.is) ? insn->jt : insn->jf, state);
	return go_on(walk, at, insn->jt, state) && go_on(walk, at, insn->jf, state);
}

static bool step(struct walk *walk, size_t at)
{
	const struct bpf_insn *insn = &walk->code[at];
	struct state state = walk->states[at];
	bool followed = true;

	switch (BPF_CLASS(insn->code)) {
	case BPF_RET:
		return true;
	case BPF_JMP:
		return jump(walk, at, state);
	case BPF_LD:
		followed = load_a(walk, insn, &state);
		break;
	case BPF_LDX:
		followed = load_x(walk, insn, &state);
		break;
	case BPF_MISC:
		followed = move(insn, &state);
		break;
	case BPF_ALU:
		state.a = unknown;
		break;
	default:
		/* What is stored is not followed: a load from memory is not known. */
		break;
	}
	return followed && go_on(walk, at, 0, state);
}

bool loads_of(const struct bpf_program *program, struct loads *ret_loads)
{
	struct walk walk = {.code = program->bf_insns, .count = program->bf_len};
	bool followed = walk.count > 0;

	walk.states = memory_new(walk.count * sizeof *walk.states);
	walk.states[0].reached = true;
	for (size_t at = 0; at < walk.count && followed; at++)
		followed = !walk.states[at].reached || step(&walk, at);
	free(walk.states);
	if (followed)
		*ret_loads = walk.loads;
	return followed;
}

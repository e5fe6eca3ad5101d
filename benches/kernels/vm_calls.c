// A stack machine whose instructions are function pointers: each handler does its work and answers with the
// next instruction, so dispatch is an indirect call. One iteration: a nested loop program on 16 x 60 turns.
#include "kernel.h"

typedef struct Machine Machine;
typedef struct Inst Inst;
struct Inst { const Inst *(*handler)(Machine *, const Inst *); i64 k; };
struct Machine { i64 stack[32], local[8]; u32 top; const Inst *code; };

static void push(Machine *m, i64 value) { m->stack[m->top++ & 31] = value; }
static i64 pop(Machine *m) { return m->stack[--m->top & 31]; }

static const Inst *do_const(Machine *m, const Inst *i) { return push(m, i->k), i + 1; }
static const Inst *do_get(Machine *m, const Inst *i) { return push(m, m->local[i->k & 7]), i + 1; }
static const Inst *do_set(Machine *m, const Inst *i) { return m->local[i->k & 7] = pop(m), i + 1; }
static const Inst *do_add(Machine *m, const Inst *i) {
    u64 b = (u64)pop(m), a = (u64)pop(m);
    return push(m, (i64)(a + b)), i + 1;
}
static const Inst *do_mul(Machine *m, const Inst *i) {
    u64 b = (u64)pop(m), a = (u64)pop(m);
    return push(m, (i64)(a * b)), i + 1;
}
static const Inst *do_xor(Machine *m, const Inst *i) {
    i64 b = pop(m), a = pop(m);
    return push(m, a ^ b), i + 1;
}
static const Inst *do_rotate(Machine *m, const Inst *i) { return push(m, (i64)rotl64((u64)pop(m), (u32)i->k)), i + 1; }
static const Inst *do_less(Machine *m, const Inst *i) {
    i64 b = pop(m), a = pop(m);
    return push(m, a < b), i + 1;
}
static const Inst *do_jump_if(Machine *m, const Inst *i) { return pop(m) ? m->code + i->k : i + 1; }
static const Inst *do_jump(Machine *m, const Inst *i) { return m->code + i->k; }
static const Inst *do_halt(Machine *m, const Inst *i) { return (void)m, (void)i, (const Inst *)NULL; }

// local 0: outer counter, 1: inner counter, 2: accumulator, 3: outer limit, 4: inner limit
static const Inst program[] = {
    {do_const, 0}, {do_set, 0},
    {do_get, 0}, {do_get, 3}, {do_less, 0}, {do_jump_if, 7}, {do_halt, 0},             // 2: while 0 < 3
    {do_const, 0}, {do_set, 1},                                                        // 7
    {do_get, 1}, {do_get, 4}, {do_less, 0}, {do_jump_if, 18},                          // 9: while 1 < 4
    {do_get, 0}, {do_const, 1}, {do_add, 0}, {do_set, 0}, {do_jump, 2},                // 13
    {do_get, 2}, {do_get, 1}, {do_xor, 0}, {do_const, 0x5851f42d4c957f2d}, {do_mul, 0},   // 18
    {do_rotate, 29}, {do_get, 0}, {do_add, 0}, {do_set, 2},
    {do_get, 2}, {do_const, 0}, {do_less, 0}, {do_jump_if, 35},                        // 27: if the accumulator < 0
    {do_get, 1}, {do_const, 1}, {do_add, 0}, {do_jump, 38},
    {do_get, 1}, {do_const, 2}, {do_add, 0},                                           // 35
    {do_set, 1}, {do_jump, 9},                                                         // 38
};

static NOINLINE i64 execute(Machine *m) {
    const Inst *i = m->code;
    while (i) i = i->handler(m, i);
    return m->local[2];
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 45;
    Machine machine = {.code = program};
    for (u32 n = 0; n < (u32)iterations; n++) {
        machine.local[2] = (i64)rng_u64(&rng);
        machine.local[3] = 12 + rng_below(&rng, 8);
        machine.local[4] = 60;
        hash = mix(hash, (u64)execute(&machine) + machine.top);
    }
    return (i64)hash;
}

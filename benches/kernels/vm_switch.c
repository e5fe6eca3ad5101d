// A register bytecode machine dispatched by one switch in a loop, running four small programs: primes by trial
// division, the longest Collatz chain, a sort in its memory, and a hash loop. One iteration: all four.
#include "kernel.h"

enum Op { HALT, SET, MOVE, ADD, SUB, MUL, DIV, REM, AND, XOR, SHL, SHR, LOAD, STORE, JUMP, JLT, JEQ, JNZ, ADDI, SLT };
typedef struct { u8 op, a, b, c; i32 k; } Inst;            // registers a, b, c; constant or target k
enum { MEMORY = 256 };
static u32 memory[MEMORY];

static NOINLINE u32 execute(const Inst *code, u32 argument) {
    u32 r[16] = {argument}, pc = 0;
    for (;;) {
        Inst i = code[pc++];
        switch (i.op) {
        case HALT: return r[i.a & 15];
        case SET: r[i.a & 15] = (u32)i.k; break;
        case MOVE: r[i.a & 15] = r[i.b & 15]; break;
        case ADD: r[i.a & 15] = r[i.b & 15] + r[i.c & 15]; break;
        case SUB: r[i.a & 15] = r[i.b & 15] - r[i.c & 15]; break;
        case MUL: r[i.a & 15] = r[i.b & 15] * r[i.c & 15]; break;
        case DIV: r[i.a & 15] = r[i.c & 15] ? r[i.b & 15] / r[i.c & 15] : 0; break;
        case REM: r[i.a & 15] = r[i.c & 15] ? r[i.b & 15] % r[i.c & 15] : 0; break;
        case AND: r[i.a & 15] = r[i.b & 15] & r[i.c & 15]; break;
        case XOR: r[i.a & 15] = r[i.b & 15] ^ r[i.c & 15]; break;
        case SHL: r[i.a & 15] = r[i.b & 15] << (i.k & 31); break;
        case SHR: r[i.a & 15] = r[i.b & 15] >> (i.k & 31); break;
        case LOAD: r[i.a & 15] = memory[(r[i.b & 15] + (u32)i.k) % MEMORY]; break;
        case STORE: memory[(r[i.b & 15] + (u32)i.k) % MEMORY] = r[i.a & 15]; break;
        case JUMP: pc = (u32)i.k; break;
        case JLT: if (r[i.a & 15] < r[i.b & 15]) pc = (u32)i.k; break;
        case JEQ: if (r[i.a & 15] == r[i.b & 15]) pc = (u32)i.k; break;
        case JNZ: if (r[i.a & 15]) pc = (u32)i.k; break;
        case ADDI: r[i.a & 15] = r[i.b & 15] + (u32)i.k; break;
        case SLT: r[i.a & 15] = r[i.b & 15] < r[i.c & 15]; break;
        default: return ~0u;
        }
    }
}

// r0 is the argument in each.
static const Inst primes[] = {                             // how many primes up to r0
    {SET, 1, 0, 0, 2}, {SET, 5, 0, 0, 0},
    {SET, 2, 0, 0, 2},                                     // 2: next candidate r1, divisor r2
    {MUL, 3, 2, 2, 0}, {JLT, 1, 3, 0, 9},                  // 3: r2^2 > r1: prime
    {REM, 3, 1, 2, 0}, {ADDI, 2, 2, 0, 1}, {JNZ, 3, 0, 0, 3}, {JUMP, 0, 0, 0, 10},
    {ADDI, 5, 5, 0, 1},                                    // 9
    {ADDI, 1, 1, 0, 1}, {JLT, 1, 0, 0, 2}, {HALT, 5, 0, 0, 0},
};
static const Inst collatz[] = {                            // the longest chain below r0
    {SET, 1, 0, 0, 1}, {SET, 6, 0, 0, 1}, {SET, 7, 0, 0, 0},
    {MOVE, 2, 1, 0, 0}, {SET, 3, 0, 0, 0},                 // 3
    {JEQ, 2, 6, 0, 13},                                    // 5
    {ADDI, 3, 3, 0, 1}, {AND, 4, 2, 6, 0}, {JNZ, 4, 0, 0, 11},
    {SHR, 2, 2, 0, 1}, {JUMP, 0, 0, 0, 5},
    {SHL, 5, 2, 0, 1}, {JUMP, 0, 0, 0, 16},
    {JLT, 3, 7, 0, 18}, {MOVE, 7, 3, 0, 0}, {JUMP, 0, 0, 0, 18},
    {ADD, 2, 2, 5, 0}, {JUMP, 0, 0, 0, 20},
    {ADDI, 1, 1, 0, 1}, {JUMP, 0, 0, 0, 22},
    {ADDI, 2, 2, 0, 1}, {JUMP, 0, 0, 0, 5},
    {JLT, 1, 0, 0, 3}, {HALT, 7, 0, 0, 0},
};
static const Inst insertion[] = {                          // sorts memory 0 .. r0 - 1, answers its middle
    {SET, 1, 0, 0, 1}, {SET, 7, 0, 0, 0},
    {LOAD, 2, 1, 0, 0}, {MOVE, 3, 1, 0, 0},                // 2
    {JEQ, 3, 7, 0, 10},                                    // 4
    {LOAD, 4, 3, 0, -1}, {SLT, 5, 2, 4, 0}, {JEQ, 5, 7, 0, 10},
    {STORE, 4, 3, 0, 0}, {JUMP, 0, 0, 0, 14},
    {STORE, 2, 3, 0, 0}, {ADDI, 1, 1, 0, 1}, {JLT, 1, 0, 0, 2},
    {JUMP, 0, 0, 0, 16},
    {ADDI, 3, 3, 0, -1}, {JUMP, 0, 0, 0, 4},
    {SHR, 1, 0, 0, 1}, {LOAD, 2, 1, 0, 0}, {HALT, 2, 0, 0, 0},
};
static const Inst hashing[] = {                            // FNV over r0 numbers
    {SET, 1, 0, 0, (i32)0x811c9dc5u}, {SET, 2, 0, 0, 16777619}, {SET, 3, 0, 0, 0},
    {LOAD, 4, 3, 0, 0}, {XOR, 1, 1, 4, 0}, {MUL, 1, 1, 2, 0}, {SHR, 4, 1, 0, 7}, {SUB, 1, 1, 4, 0},
    {ADDI, 3, 3, 0, 1}, {JLT, 3, 0, 0, 3}, {HALT, 1, 0, 0, 0},
};

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 44;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < MEMORY; i++) memory[i] = rng_u32(&rng);
        hash = mix(hash, execute(primes, 400 + rng_below(&rng, 50)));
        hash = mix(hash, execute(collatz, 100 + rng_below(&rng, 20)));
        hash = mix(hash, execute(insertion, 60 + rng_below(&rng, 10)));
        hash = mix(hash, execute(hashing, 900 + rng_below(&rng, 100)));
    }
    return (i64)hash;
}

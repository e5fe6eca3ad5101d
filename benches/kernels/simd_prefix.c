// Running sums of 32-bit and of 16-bit numbers, and the differences back. One iteration: 2,048 of each.
// By vectors: sums by doubling shifts in a vector, the last lane carried on. The model: one by one.
#include "kernel.h"

enum { COUNTED = 2048 };
static u32 words[COUNTED + 4];
static u16 halves[COUNTED + 8];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE void sum_words(void) {
    const v128_t zero = wasm_i32x4_const_splat(0);
    v128_t carry = zero;
    for (u32 i = 0; i < COUNTED; i += 4) {
        v128_t s = wasm_v128_load(words + i);
        s = wasm_i32x4_add(s, wasm_i32x4_shuffle(zero, s, 0, 4, 5, 6));
        s = wasm_i32x4_add(s, wasm_i32x4_shuffle(zero, s, 0, 0, 4, 5));
        s = wasm_i32x4_add(s, carry);
        wasm_v128_store(words + i, s);
        carry = wasm_i32x4_shuffle(s, s, 3, 3, 3, 3);
    }
}

static NOINLINE void sum_halves(void) {
    const v128_t zero = wasm_i32x4_const_splat(0);
    v128_t carry = zero;
    for (u32 i = 0; i < COUNTED; i += 8) {
        v128_t s = wasm_v128_load(halves + i);
        s = wasm_i16x8_add(s, wasm_i16x8_shuffle(zero, s, 0, 8, 9, 10, 11, 12, 13, 14));
        s = wasm_i16x8_add(s, wasm_i16x8_shuffle(zero, s, 0, 0, 8, 9, 10, 11, 12, 13));
        s = wasm_i16x8_add(s, wasm_i16x8_shuffle(zero, s, 0, 0, 0, 0, 8, 9, 10, 11));
        s = wasm_i16x8_add(s, carry);
        wasm_v128_store(halves + i, s);
        carry = wasm_i16x8_splat(wasm_i16x8_extract_lane(s, 7));
    }
}

// From the end, so that what is taken off is still there.
static NOINLINE void differences(void) {
    for (u32 i = COUNTED; i > 4; i -= 4)
        wasm_v128_store(words + i - 4, wasm_i32x4_sub(wasm_v128_load(words + i - 4), wasm_v128_load(words + i - 5)));
    for (u32 i = 3; i > 0; i--) words[i] -= words[i - 1];
}
#else
static NOINLINE void sum_words(void) {
    for (u32 i = 1; i < COUNTED; i++) words[i] += words[i - 1];
}

static NOINLINE void sum_halves(void) {
    for (u32 i = 1; i < COUNTED; i++) halves[i] = (u16)(halves[i] + halves[i - 1]);
}

static NOINLINE void differences(void) {
    for (u32 i = COUNTED - 1; i > 0; i--) words[i] -= words[i - 1];
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 18;
    for (u32 i = 0; i < COUNTED; i++) words[i] = rng_u32(&rng), halves[i] = (u16)words[i];
    for (u32 n = 0; n < (u32)iterations; n++) {
        sum_words();
        sum_halves();
        for (u32 i = n % 64; i < COUNTED; i += 64) hash = mix(hash, (u64)words[i] << 16 | halves[i]);
        differences();
        words[rng_below(&rng, COUNTED)] ^= (u32)hash;
        hash = mix(hash, words[n % COUNTED]);
    }
    return (i64)hash;
}

// Bits set in a bit map, distances of bit strings from one, and the nearest. One iteration: 4 KiB, and 128 strings of 256 bits.
// By vectors: counts of bytes, summed by pairs. The model: bit tricks on words.
#include "kernel.h"

enum { BYTES = 4096, STRING = 32 };
static u8 map[BYTES];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static inline u32 all(v128_t counts) {
    v128_t x = wasm_u32x4_extadd_pairwise_u16x8(counts);
    x = wasm_i32x4_add(x, wasm_i32x4_shuffle(x, x, 2, 3, 0, 1));
    return (u32)(wasm_i32x4_extract_lane(x, 0) + wasm_i32x4_extract_lane(x, 1));
}

static NOINLINE u32 count(void) {
    v128_t sum = wasm_i16x8_const_splat(0);
    for (u32 i = 0; i < BYTES; i += 16) sum = wasm_i16x8_add(sum, wasm_u16x8_extadd_pairwise_u8x16(wasm_i8x16_popcnt(wasm_v128_load(map + i))));
    return all(sum);
}

static NOINLINE u32 nearest(u32 to) {
    const v128_t a = wasm_v128_load(map + to * STRING), b = wasm_v128_load(map + to * STRING + 16);
    u32 best = ~0u;
    for (u32 k = 0; k < BYTES / STRING; k++) {
        v128_t x = wasm_i8x16_popcnt(wasm_v128_xor(a, wasm_v128_load(map + k * STRING)));
        v128_t y = wasm_i8x16_popcnt(wasm_v128_xor(b, wasm_v128_load(map + k * STRING + 16)));
        u32 distance = all(wasm_u16x8_extadd_pairwise_u8x16(wasm_i8x16_add(x, y))) << 16 | k;
        if (k != to && distance < best) best = distance;
    }
    return best;
}
#else
static u32 bits(u32 x) {
    x -= x >> 1 & 0x55555555;
    x = (x & 0x33333333) + (x >> 2 & 0x33333333);
    return ((x + (x >> 4)) & 0x0f0f0f0f) * 0x01010101u >> 24;
}

static u32 word(u32 at) { return (u32)map[at] | (u32)map[at + 1] << 8 | (u32)map[at + 2] << 16 | (u32)map[at + 3] << 24; }

static NOINLINE u32 count(void) {
    u32 sum = 0;
    for (u32 i = 0; i < BYTES; i += 4) sum += bits(word(i));
    return sum;
}

static NOINLINE u32 nearest(u32 to) {
    u32 best = ~0u;
    for (u32 k = 0; k < BYTES / STRING; k++) {
        u32 distance = 0;
        for (u32 i = 0; i < STRING; i += 4) distance += bits(word(to * STRING + i) ^ word(k * STRING + i));
        distance = distance << 16 | k;
        if (k != to && distance < best) best = distance;
    }
    return best;
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 19;
    rng_fill_bytes(&rng, map, BYTES);
    for (u32 n = 0; n < (u32)iterations; n++) {
        hash = mix(hash, count());
        for (u32 k = 0; k < 4; k++) hash = mix(hash, nearest(rng_below(&rng, BYTES / STRING)));
        map[rng_below(&rng, BYTES)] = (u8)hash;
    }
    return (i64)hash;
}

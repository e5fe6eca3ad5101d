// Adler-32 (RFC 1950) and Fletcher's sum of 16-bit words. One iteration: 8 KiB each.
// By vectors: sums of sixteen bytes, and of those weighted by how many sums they are in. The model: byte by byte.
#include "kernel.h"

enum { BYTES = 8192, PRIME = 65521 };
static u8 bytes[BYTES];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static inline u32 all(v128_t x) {
    x = wasm_i32x4_add(x, wasm_i32x4_shuffle(x, x, 2, 3, 0, 1));
    return (u32)wasm_i32x4_extract_lane(x, 0) + (u32)wasm_i32x4_extract_lane(x, 1);
}

static NOINLINE u32 adler(void) {
    const v128_t weights = wasm_i8x16_const(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    u32 a = 1, b = 0;
    // So few that no sum of 32 bits overflows.
    for (u32 start = 0; start < BYTES; start += 4096) {
        v128_t sum = wasm_i32x4_const_splat(0), before = sum, weighted = sum;
        for (u32 i = 0; i < 4096; i += 16) {
            v128_t x = wasm_v128_load(bytes + start + i);
            before = wasm_i32x4_add(before, sum);
            sum = wasm_i32x4_add(sum, wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16(x)));
            v128_t low = wasm_u16x8_extmul_low_u8x16(x, weights), high = wasm_u16x8_extmul_high_u8x16(x, weights);
            weighted = wasm_i32x4_add(weighted, wasm_u32x4_extadd_pairwise_u16x8(wasm_i16x8_add(low, high)));
        }
        b = (u32)((b + (u64)4096 * a + (u64)16 * all(before) + all(weighted)) % PRIME);
        a = (a + all(sum)) % PRIME;
    }
    return b << 16 | a;
}

static NOINLINE u64 fletcher(void) {
    v128_t a = wasm_i64x2_const_splat(0), b = a;
    for (u32 i = 0; i < BYTES; i += 16) {
        v128_t x = wasm_v128_load(bytes + i);
        v128_t low = wasm_u32x4_extend_low_u16x8(x), high = wasm_u32x4_extend_high_u16x8(x);
        v128_t four = wasm_i32x4_add(low, high);
        a = wasm_i64x2_add(a, wasm_i64x2_add(wasm_u64x2_extend_low_u32x4(four), wasm_u64x2_extend_high_u32x4(four)));
        b = wasm_i64x2_add(b, a);
    }
    u64 sum = (u64)wasm_i64x2_extract_lane(a, 0) + (u64)wasm_i64x2_extract_lane(a, 1);
    return sum << 32 | (u32)(wasm_i64x2_extract_lane(b, 0) + wasm_i64x2_extract_lane(b, 1));
}
#else
static NOINLINE u32 adler(void) {
    u32 a = 1, b = 0;
    for (u32 i = 0; i < BYTES; i++) {
        a = (a + bytes[i]) % PRIME;
        b = (b + a) % PRIME;
    }
    return b << 16 | a;
}

static NOINLINE u64 fletcher(void) {
    u64 a = 0, b = 0;
    for (u32 i = 0; i < BYTES; i += 16) {
        for (u32 k = 0; k < 16; k += 2) a += (u32)bytes[i + k] | (u32)bytes[i + k + 1] << 8;
        b += a;
    }
    return a << 32 | (u32)b;
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 15;
    rng_fill_bytes(&rng, bytes, BYTES);
    for (u32 n = 0; n < (u32)iterations; n++) {
        hash = mix(mix(hash, adler()), fletcher());
        for (u32 i = 0; i < 8; i++) bytes[rng_below(&rng, BYTES)] = i ? (u8)hash : 255;
    }
    return (i64)hash;
}

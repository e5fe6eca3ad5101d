// Brightness of a coloured picture and its histogram, then the picture with its contrast stretched. One iteration: 8,192 pixels.
// By vectors: weighted sums of eight pixels, four tables of counts that lanes take turns at. The model: pixel by pixel.
#include "kernel.h"

enum { PIXELS = 8192 };
static u8 colours[4 * PIXELS], grey[PIXELS];
static u32 counts[256];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static u32 part[4][256];

// Weights 77, 150, 29 and 0 of 256; halves of the sum of a pixel are neighbours.
static inline v128_t brightness(v128_t x) {
    const v128_t weights = wasm_i16x8_const(77, 150, 29, 0, 77, 150, 29, 0);
    v128_t low = wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(x), weights);
    v128_t high = wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(x), weights);
    v128_t sum = wasm_i32x4_add(wasm_i32x4_shuffle(low, high, 0, 2, 4, 6), wasm_i32x4_shuffle(low, high, 1, 3, 5, 7));
    return wasm_u32x4_shr(sum, 8);
}

static NOINLINE void measure(void) {
    fill_bytes(part, 0, sizeof part);
    for (u32 i = 0; i < PIXELS; i += 8) {
        v128_t a = brightness(wasm_v128_load(colours + 4 * i)), b = brightness(wasm_v128_load(colours + 4 * i + 16));
        v128_t wide = wasm_u16x8_narrow_i32x4(a, b);
        wasm_v128_store64_lane(grey + i, wasm_u8x16_narrow_i16x8(wide, wide), 0);
        part[0][wasm_u16x8_extract_lane(wide, 0)]++, part[1][wasm_u16x8_extract_lane(wide, 1)]++;
        part[2][wasm_u16x8_extract_lane(wide, 2)]++, part[3][wasm_u16x8_extract_lane(wide, 3)]++;
        part[0][wasm_u16x8_extract_lane(wide, 4)]++, part[1][wasm_u16x8_extract_lane(wide, 5)]++;
        part[2][wasm_u16x8_extract_lane(wide, 6)]++, part[3][wasm_u16x8_extract_lane(wide, 7)]++;
    }
    for (u32 i = 0; i < 256; i += 4) {
        v128_t sum = wasm_i32x4_add(wasm_v128_load(part[0] + i), wasm_v128_load(part[1] + i));
        sum = wasm_i32x4_add(sum, wasm_i32x4_add(wasm_v128_load(part[2] + i), wasm_v128_load(part[3] + i)));
        wasm_v128_store(counts + i, sum);
    }
}

static NOINLINE void stretch(u32 low, u32 factor) {
    for (u32 i = 0; i < PIXELS; i += 16) {
        v128_t x = wasm_u8x16_sub_sat(wasm_v128_load(grey + i), wasm_i8x16_splat((i8)low));
        v128_t scale = wasm_i16x8_splat((i16)factor);
        v128_t a = wasm_u16x8_shr(wasm_i16x8_mul(wasm_u16x8_extend_low_u8x16(x), scale), 4);
        v128_t b = wasm_u16x8_shr(wasm_i16x8_mul(wasm_u16x8_extend_high_u8x16(x), scale), 4);
        wasm_v128_store(grey + i, wasm_u8x16_narrow_i16x8(a, b));
    }
}
#else
static NOINLINE void measure(void) {
    fill_bytes(counts, 0, sizeof counts);
    for (u32 i = 0; i < PIXELS; i++) {
        const u8 *c = colours + 4 * i;
        grey[i] = (u8)((77 * c[0] + 150 * c[1] + 29 * c[2]) >> 8);
        counts[grey[i]]++;
    }
}

static NOINLINE void stretch(u32 low, u32 factor) {
    for (u32 i = 0; i < PIXELS; i++) {
        u32 above = grey[i] > low ? grey[i] - low : 0, scaled = (above * factor) >> 4;
        grey[i] = (u8)(scaled > 255 ? 255 : scaled);
    }
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 13;
    rng_fill_bytes(&rng, colours, sizeof colours);
    for (u32 n = 0; n < (u32)iterations; n++) {
        measure();
        for (u32 i = n % 4; i < 256; i += 4) hash = mix(hash, counts[i]);
        stretch(rng_below(&rng, 64), 16 + rng_below(&rng, 100));
        for (u32 i = n % 64; i < PIXELS; i += 128) hash = mix(hash, grey[i]);
        for (u32 i = 0; i < 32; i++) colours[rng_below(&rng, sizeof colours)] = (u8)(n + 7 * i);
    }
    return (i64)hash;
}

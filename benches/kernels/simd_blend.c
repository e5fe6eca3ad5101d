// Colours laid over others, eight bits a channel: over = (x * a + y * (255 - a)) / 255, rounded. One iteration: 4,096 pixels over as many.
// By vectors: products of 16 bits, the division by two shifts. The model: the same formula by channels.
#include "kernel.h"

enum { PIXELS = 4096 };
static u8 above[4 * PIXELS], below[4 * PIXELS];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

// (t + 128) / 255 for t up to 255 * 255.
static inline v128_t by_255(v128_t t) {
    t = wasm_i16x8_add(t, wasm_i16x8_const_splat(128));
    return wasm_u16x8_shr(wasm_i16x8_add(t, wasm_u16x8_shr(t, 8)), 8);
}

static NOINLINE void blend(u32 pixels, u32 fade) {
    const v128_t full = wasm_i16x8_const_splat(255), scale = wasm_i16x8_splat((i16)fade);
    for (u32 i = 0; i < 4 * pixels; i += 16) {
        v128_t x = wasm_v128_load(above + i), y = wasm_v128_load(below + i);
        v128_t a = wasm_i8x16_shuffle(x, x, 3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15);
        v128_t a0 = by_255(wasm_i16x8_mul(wasm_u16x8_extend_low_u8x16(a), scale));
        v128_t a1 = by_255(wasm_i16x8_mul(wasm_u16x8_extend_high_u8x16(a), scale));
        v128_t b0 = wasm_i16x8_sub(full, a0), b1 = wasm_i16x8_sub(full, a1);
        v128_t low = wasm_i16x8_add(wasm_i16x8_mul(wasm_u16x8_extend_low_u8x16(x), a0), wasm_i16x8_mul(wasm_u16x8_extend_low_u8x16(y), b0));
        v128_t high = wasm_i16x8_add(wasm_i16x8_mul(wasm_u16x8_extend_high_u8x16(x), a1), wasm_i16x8_mul(wasm_u16x8_extend_high_u8x16(y), b1));
        wasm_v128_store(below + i, wasm_u8x16_narrow_i16x8(by_255(low), by_255(high)));
    }
}
#else
static u32 by_255(u32 t) { return (t + 128 + ((t + 128) >> 8)) >> 8; }

static NOINLINE void blend(u32 pixels, u32 fade) {
    for (u32 i = 0; i < 4 * pixels; i++) {
        u32 a = by_255(above[i | 3] * fade);
        below[i] = (u8)by_255(above[i] * a + below[i] * (255 - a));
    }
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 1;
    rng_fill_bytes(&rng, above, sizeof above);
    rng_fill_bytes(&rng, below, sizeof below);
    for (u32 n = 0; n < (u32)iterations; n++) {
        blend(PIXELS, rng_below(&rng, 256));
        above[rng_below(&rng, sizeof above)] ^= (u8)(1 + n % 255);
        for (u32 i = n % 64; i < sizeof below; i += 512) hash = mix(hash, below[i]);
    }
    return (i64)hash;
}

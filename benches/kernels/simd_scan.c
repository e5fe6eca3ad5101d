// Least and greatest of an array and where they are, in four types. One iteration: 2,048 numbers of each.
// By vectors: one candidate a lane, the place chosen by the comparison. The model: one by one; of equals the first.
#include "kernel.h"

enum { COUNTED = 2048 };
static f32 singles[COUNTED];
static f64 doubles[COUNTED];
static i32 words[COUNTED];
static i16 halves[COUNTED];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE u64 scan_singles(void) {
    v128_t least = wasm_v128_load(singles), place = wasm_i32x4_const(0, 1, 2, 3), at = place, greatest = least;
    for (u32 i = 4; i < COUNTED; i += 4) {
        at = wasm_i32x4_add(at, wasm_i32x4_const_splat(4));
        v128_t x = wasm_v128_load(singles + i), less = wasm_f32x4_lt(x, least);
        least = wasm_f32x4_min(least, x);
        greatest = wasm_f32x4_pmax(greatest, x);
        place = wasm_v128_bitselect(at, place, less);
    }
    f32 low[4], high[4];
    u32 where[4], best = 0;
    wasm_v128_store(low, least), wasm_v128_store(high, greatest), wasm_v128_store(where, place);
    for (u32 k = 1; k < 4; k++) {
        if (low[k] < low[best] || (low[k] == low[best] && where[k] < where[best])) best = k;
        if (high[k] > high[0]) high[0] = high[k];
    }
    return mix_f32(mix_f32(where[best], low[best]), high[0]);
}

static NOINLINE u64 scan_doubles(void) {
    v128_t least = wasm_v128_load(doubles), greatest = least, sum = wasm_f64x2_const_splat(0);
    for (u32 i = 2; i < COUNTED; i += 2) {
        v128_t x = wasm_v128_load(doubles + i);
        least = wasm_f64x2_pmin(least, x);
        greatest = wasm_f64x2_max(greatest, x);
        sum = wasm_f64x2_add(sum, wasm_f64x2_abs(wasm_f64x2_sub(x, least)));
    }
    f64 low[2], high[2], total[2];
    wasm_v128_store(low, least), wasm_v128_store(high, greatest), wasm_v128_store(total, sum);
    return mix_f64(mix_f64(mix_f64(1, low[0] < low[1] ? low[0] : low[1]), high[0] > high[1] ? high[0] : high[1]), total[0] + total[1]);
}

static NOINLINE u64 scan_words(void) {
    v128_t least = wasm_v128_load(words), greatest = least;
    for (u32 i = 4; i < COUNTED; i += 4) {
        v128_t x = wasm_v128_load(words + i);
        least = wasm_i32x4_min(least, x), greatest = wasm_u32x4_max(greatest, x);
    }
    i32 low[4], high[4];
    wasm_v128_store(low, least), wasm_v128_store(high, greatest);
    for (u32 k = 1; k < 4; k++) {
        if (low[k] < low[0]) low[0] = low[k];
        if ((u32)high[k] > (u32)high[0]) high[0] = high[k];
    }
    return (u64)(u32)low[0] << 32 | (u32)high[0];
}

static NOINLINE u64 scan_halves(void) {
    v128_t least = wasm_v128_load(halves), greatest = least;
    for (u32 i = 8; i < COUNTED; i += 8) {
        v128_t x = wasm_v128_load(halves + i);
        least = wasm_i16x8_min(least, x), greatest = wasm_u16x8_max(greatest, x);
    }
    i16 low[8], high[8];
    wasm_v128_store(low, least), wasm_v128_store(high, greatest);
    for (u32 k = 1; k < 8; k++) {
        if (low[k] < low[0]) low[0] = low[k];
        if ((u16)high[k] > (u16)high[0]) high[0] = high[k];
    }
    return (u64)(u16)low[0] << 32 | (u16)high[0];
}
#else
static NOINLINE u64 scan_singles(void) {
    u32 best = 0;
    f32 high = singles[0];
    for (u32 i = 1; i < COUNTED; i++) {
        if (singles[i] < singles[best]) best = i;
        if (singles[i] > high) high = singles[i];
    }
    return mix_f32(mix_f32(best, singles[best]), high);
}

static NOINLINE u64 scan_doubles(void) {
    f64 low[2] = {doubles[0], doubles[1]}, high = low[0] > low[1] ? low[0] : low[1], sum[2] = {0, 0};
    for (u32 i = 2; i < COUNTED; i++) {
        f64 x = doubles[i];
        if (x < low[i % 2]) low[i % 2] = x;
        if (x > high) high = x;
        f64 difference = x - low[i % 2];
        sum[i % 2] += difference < 0 ? -difference : difference;
    }
    return mix_f64(mix_f64(mix_f64(1, low[0] < low[1] ? low[0] : low[1]), high), sum[0] + sum[1]);
}

static NOINLINE u64 scan_words(void) {
    i32 low = words[0];
    u32 high = (u32)words[0];
    for (u32 i = 1; i < COUNTED; i++) {
        if (words[i] < low) low = words[i];
        if ((u32)words[i] > high) high = (u32)words[i];
    }
    return (u64)(u32)low << 32 | high;
}

static NOINLINE u64 scan_halves(void) {
    i16 low = halves[0];
    u16 high = (u16)halves[0];
    for (u32 i = 1; i < COUNTED; i++) {
        if (halves[i] < low) low = halves[i];
        if ((u16)halves[i] > high) high = (u16)halves[i];
    }
    return (u64)(u16)low << 32 | high;
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 16;
    for (u32 i = 0; i < COUNTED; i++) {
        words[i] = (i32)rng_u32(&rng), halves[i] = (i16)rng_u32(&rng);
        singles[i] = (f32)(i32)rng_below(&rng, 100000) - 50000, doubles[i] = rng_f64(&rng) - 0.5;
    }
    for (u32 n = 0; n < (u32)iterations; n++) {
        hash = mix(mix(mix(mix(hash, scan_singles()), scan_doubles()), scan_words()), scan_halves());
        u32 at = rng_below(&rng, COUNTED);
        words[at] = (i32)hash, halves[at] = (i16)hash, singles[at] = (f32)(i32)rng_below(&rng, 100000) - 50000, doubles[at] = rng_f64(&rng) - 0.5;
    }
    return (i64)hash;
}

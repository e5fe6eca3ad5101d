// Correlation of a sound with itself at 64 delays, in 16-bit samples. One iteration: 1,024 samples.
// By vectors: four accumulators of `dot`. The model: a sum.
#include "kernel.h"

enum { SAMPLES = 1024, DELAYS = 64 };
static i16 sound[SAMPLES + DELAYS];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE u32 correlate(u32 delay) {
    v128_t sum[4];
    for (u32 k = 0; k < 4; k++) sum[k] = wasm_i32x4_const_splat(0);
    for (u32 i = 0; i < SAMPLES; i += 32)
        for (u32 k = 0; k < 4; k++) {
            v128_t x = wasm_v128_load(sound + i + 8 * k), y = wasm_v128_load(sound + i + 8 * k + delay);
            sum[k] = wasm_i32x4_add(sum[k], wasm_i32x4_dot_i16x8(x, y));
        }
    v128_t all = wasm_i32x4_add(wasm_i32x4_add(sum[0], sum[1]), wasm_i32x4_add(sum[2], sum[3]));
    all = wasm_i32x4_add(all, wasm_i32x4_shuffle(all, all, 2, 3, 0, 1));
    return (u32)wasm_i32x4_extract_lane(all, 0) + (u32)wasm_i32x4_extract_lane(all, 1);
}
#else
static NOINLINE u32 correlate(u32 delay) {
    u32 sum = 0;
    for (u32 i = 0; i < SAMPLES; i++) sum += (u32)(sound[i] * sound[i + delay]);
    return sum;
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 5;
    for (u32 i = 0; i < COUNT(sound); i++) sound[i] = (i16)rng_u32(&rng);
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 delay = 0; delay < DELAYS; delay++) hash = mix(hash, correlate(delay));
        sound[rng_below(&rng, COUNT(sound))] = (i16)hash;
    }
    return (i64)hash;
}

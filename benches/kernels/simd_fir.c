// Filter of 32 taps in f32 over a sound of 2,048 samples, and every second sample kept. One iteration: one pass.
// By vectors: sixteen outputs at a time, each summed in the order of the model.
#include "kernel.h"

enum { SAMPLES = 2048, TAPS = 32 };
static f32 sound[SAMPLES + TAPS], filtered[SAMPLES], halved[SAMPLES / 2], taps[TAPS];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE void filter(void) {
    for (u32 i = 0; i < SAMPLES; i += 16) {
        v128_t sum[4];
        for (u32 r = 0; r < 4; r++) sum[r] = wasm_f32x4_const_splat(0);
        for (u32 k = 0; k < TAPS; k++) {
            v128_t tap = wasm_v128_load32_splat(taps + k);
            for (u32 r = 0; r < 4; r++) sum[r] = wasm_f32x4_add(sum[r], wasm_f32x4_mul(tap, wasm_v128_load(sound + i + 4 * r + k)));
        }
        for (u32 r = 0; r < 4; r++) wasm_v128_store(filtered + i + 4 * r, sum[r]);
    }
}

static NOINLINE void halve(void) {
    for (u32 i = 0; i < SAMPLES; i += 8) {
        v128_t x = wasm_v128_load(filtered + i), y = wasm_v128_load(filtered + i + 4);
        wasm_v128_store(halved + i / 2, wasm_i32x4_shuffle(x, y, 0, 2, 4, 6));
    }
}
#else
static NOINLINE void filter(void) {
    for (u32 i = 0; i < SAMPLES; i++) {
        f32 sum = 0;
        for (u32 k = 0; k < TAPS; k++) sum += taps[k] * sound[i + k];
        filtered[i] = sum;
    }
}

static NOINLINE void halve(void) {
    for (u32 i = 0; i < SAMPLES / 2; i++) halved[i] = filtered[2 * i];
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 7;
    for (u32 i = 0; i < COUNT(sound); i++) sound[i] = (f32)rng_f64(&rng) - 0.5f;
    for (u32 i = 0; i < TAPS; i++) taps[i] = (f32)rng_f64(&rng) / TAPS;
    for (u32 n = 0; n < (u32)iterations; n++) {
        filter();
        halve();
        for (u32 i = n % 16; i < COUNT(halved); i += 64) hash = mix_f32(hash, halved[i]);
        sound[rng_below(&rng, SAMPLES)] = halved[rng_below(&rng, COUNT(halved))];
        taps[n % TAPS] = (f32)rng_f64(&rng) / TAPS;
    }
    return (i64)hash;
}

// Product of two 64 x 64 matrices in f32, four rows by eight columns at a time. One iteration: one product.
// By vectors: each lane sums one entry, in the order of the model, so the bits are the same.
#include "kernel.h"

enum { SIZE = 64 };
static f32 a[SIZE * SIZE], b[SIZE * SIZE], c[SIZE * SIZE];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE void multiply(void) {
    for (u32 i = 0; i < SIZE; i += 4)
        for (u32 j = 0; j < SIZE; j += 8) {
            v128_t sum[4][2];
            for (u32 r = 0; r < 4; r++) sum[r][0] = sum[r][1] = wasm_f32x4_const_splat(0);
            for (u32 k = 0; k < SIZE; k++) {
                v128_t x = wasm_v128_load(b + k * SIZE + j), y = wasm_v128_load(b + k * SIZE + j + 4);
                for (u32 r = 0; r < 4; r++) {
                    v128_t factor = wasm_v128_load32_splat(a + (i + r) * SIZE + k);
                    sum[r][0] = wasm_f32x4_add(sum[r][0], wasm_f32x4_mul(factor, x));
                    sum[r][1] = wasm_f32x4_add(sum[r][1], wasm_f32x4_mul(factor, y));
                }
            }
            for (u32 r = 0; r < 4; r++) {
                wasm_v128_store(c + (i + r) * SIZE + j, sum[r][0]);
                wasm_v128_store(c + (i + r) * SIZE + j + 4, sum[r][1]);
            }
        }
}
#else
static NOINLINE void multiply(void) {
    for (u32 i = 0; i < SIZE; i++)
        for (u32 j = 0; j < SIZE; j++) {
            f32 sum = 0;
            for (u32 k = 0; k < SIZE; k++) sum += a[i * SIZE + k] * b[k * SIZE + j];
            c[i * SIZE + j] = sum;
        }
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 3;
    for (u32 i = 0; i < SIZE * SIZE; i++) a[i] = (f32)(rng_f64(&rng) - 0.5), b[i] = (f32)(rng_f64(&rng) - 0.5);
    for (u32 n = 0; n < (u32)iterations; n++) {
        multiply();
        a[rng_below(&rng, SIZE * SIZE)] = c[rng_below(&rng, SIZE * SIZE)] * 0.25f;
        for (u32 i = n % 64; i < SIZE * SIZE; i += 128) hash = mix_f32(hash, c[i]);
    }
    return (i64)hash;
}

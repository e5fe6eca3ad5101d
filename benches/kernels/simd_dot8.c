// Dot products of signed bytes, as a quantized layer of a network has them: 64 outputs of 256 inputs, scaled back to bytes. One iteration: four
// layers. By vectors: products of 16 bits, summed by pairs. The model: a sum.
#include "kernel.h"

enum { INPUTS = 256, OUTPUTS = 64 };
static i8 weights[OUTPUTS * INPUTS], inputs[INPUTS];
static i32 outputs[OUTPUTS];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE void layer(void) {
    for (u32 o = 0; o < OUTPUTS; o++) {
        v128_t sum = wasm_i32x4_const_splat(0);
        for (u32 i = 0; i < INPUTS; i += 16) {
            v128_t x = wasm_v128_load(weights + o * INPUTS + i), y = wasm_v128_load(inputs + i);
            sum = wasm_i32x4_add(sum, wasm_i32x4_extadd_pairwise_i16x8(wasm_i16x8_extmul_low_i8x16(x, y)));
            sum = wasm_i32x4_add(sum, wasm_i32x4_extadd_pairwise_i16x8(wasm_i16x8_extmul_high_i8x16(x, y)));
        }
        outputs[o] = wasm_i32x4_extract_lane(sum, 0) + wasm_i32x4_extract_lane(sum, 1) + wasm_i32x4_extract_lane(sum, 2) +
                     wasm_i32x4_extract_lane(sum, 3);
    }
}
#else
static NOINLINE void layer(void) {
    for (u32 o = 0; o < OUTPUTS; o++) {
        i32 sum = 0;
        for (u32 i = 0; i < INPUTS; i++) sum += weights[o * INPUTS + i] * inputs[i];
        outputs[o] = sum;
    }
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 4;
    rng_fill_bytes(&rng, (u8 *)weights, sizeof weights);
    rng_fill_bytes(&rng, (u8 *)inputs, sizeof inputs);
    for (u32 n = 0; n < (u32)iterations; n++)
        for (u32 k = 0; k < 4; k++) {
            layer();
            for (u32 o = 0; o < OUTPUTS; o++) {
                hash = mix(hash, (u32)outputs[o]);
                inputs[(o * 4 + k + n) % INPUTS] = (i8)(outputs[o] >> 11);
            }
        }
    return (i64)hash;
}

// Gaussian blur of a grey picture by the weights 1 4 6 4 1, down and across, rounded once. One iteration: 128 x 96 pixels.
// By vectors: eight columns in 16 bits. The model: the same sums pixel by pixel.
#include "kernel.h"

enum { WIDTH = 128, HEIGHT = 96, EDGE = 8, PITCH = WIDTH + 2 * EDGE };
static u8 picture[(HEIGHT + 4) * PITCH];
static u16 sums[HEIGHT * PITCH];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static inline v128_t weigh(v128_t a, v128_t b, v128_t c, v128_t d, v128_t e) {
    v128_t inner = wasm_i16x8_add(wasm_i16x8_add(b, d), c);
    return wasm_i16x8_add(wasm_i16x8_add(wasm_i16x8_add(a, e), wasm_i16x8_shl(c, 1)), wasm_i16x8_shl(inner, 2));
}

static NOINLINE void down(void) {
    for (u32 y = 0; y < HEIGHT; y++)
        for (u32 x = 0; x < PITCH; x += 8) {
            const u8 *p = picture + y * PITCH + x;
            v128_t sum = weigh(wasm_u16x8_load8x8(p), wasm_u16x8_load8x8(p + PITCH), wasm_u16x8_load8x8(p + 2 * PITCH),
                               wasm_u16x8_load8x8(p + 3 * PITCH), wasm_u16x8_load8x8(p + 4 * PITCH));
            wasm_v128_store(sums + y * PITCH + x, sum);
        }
}

static NOINLINE void across(void) {
    const v128_t half = wasm_i16x8_const_splat(128);
    for (u32 y = 0; y < HEIGHT; y++)
        for (u32 x = 0; x < WIDTH; x += 8) {
            const u16 *p = sums + y * PITCH + x + EDGE - 2;
            v128_t sum = weigh(wasm_v128_load(p), wasm_v128_load(p + 1), wasm_v128_load(p + 2), wasm_v128_load(p + 3), wasm_v128_load(p + 4));
            sum = wasm_u16x8_shr(wasm_i16x8_add(sum, half), 8);
            wasm_v128_store64_lane(picture + (y + 2) * PITCH + x + EDGE, wasm_u8x16_narrow_i16x8(sum, sum), 0);
        }
}
#else
static const u32 weight[5] = {1, 4, 6, 4, 1};

static NOINLINE void down(void) {
    for (u32 y = 0; y < HEIGHT; y++)
        for (u32 x = 0; x < PITCH; x++) {
            u32 sum = 0;
            for (u32 k = 0; k < 5; k++) sum += weight[k] * picture[(y + k) * PITCH + x];
            sums[y * PITCH + x] = (u16)sum;
        }
}

static NOINLINE void across(void) {
    for (u32 y = 0; y < HEIGHT; y++)
        for (u32 x = 0; x < WIDTH; x++) {
            u32 sum = 128;
            for (u32 k = 0; k < 5; k++) sum += weight[k] * sums[y * PITCH + x + EDGE - 2 + k];
            picture[(y + 2) * PITCH + x + EDGE] = (u8)(sum >> 8);
        }
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 2;
    rng_fill_bytes(&rng, picture, sizeof picture);
    for (u32 n = 0; n < (u32)iterations; n++) {
        down();
        across();
        for (u32 i = 0; i < 64; i++) picture[rng_below(&rng, sizeof picture)] = (u8)(n * 37 + i * 4);
        for (u32 i = n % 64; i < sizeof picture; i += 512) hash = mix(hash, picture[i]);
    }
    return (i64)hash;
}

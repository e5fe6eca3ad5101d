// y = a x + y in f32 and in f64, and a vector of three dimensions to length one. One iteration: 2,048 of each.
// By vectors: four or two at a time, lanes alone. The model: one by one, in the same operations.
#include "kernel.h"

enum { COUNTED = 2048 };
static f32 x[COUNTED], y[COUNTED], px[COUNTED], py[COUNTED], pz[COUNTED];
static f64 u[COUNTED], v[COUNTED];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE void add_singles(f32 factor) {
    const v128_t a = wasm_f32x4_splat(factor);
    for (u32 i = 0; i < COUNTED; i += 4) wasm_v128_store(y + i, wasm_f32x4_add(wasm_f32x4_mul(a, wasm_v128_load(x + i)), wasm_v128_load(y + i)));
}

static NOINLINE void add_doubles(f64 factor) {
    const v128_t a = wasm_f64x2_splat(factor);
    for (u32 i = 0; i < COUNTED; i += 2) wasm_v128_store(v + i, wasm_f64x2_add(wasm_f64x2_mul(a, wasm_v128_load(u + i)), wasm_v128_load(v + i)));
}

static NOINLINE void normalize(void) {
    for (u32 i = 0; i < COUNTED; i += 4) {
        v128_t a = wasm_v128_load(px + i), b = wasm_v128_load(py + i), c = wasm_v128_load(pz + i);
        v128_t square = wasm_f32x4_add(wasm_f32x4_add(wasm_f32x4_mul(a, a), wasm_f32x4_mul(b, b)), wasm_f32x4_mul(c, c));
        v128_t scale = wasm_f32x4_div(wasm_f32x4_const_splat(1), wasm_f32x4_sqrt(wasm_f32x4_max(square, wasm_f32x4_const_splat(0.01f))));
        wasm_v128_store(px + i, wasm_f32x4_mul(a, scale));
        wasm_v128_store(py + i, wasm_f32x4_mul(b, scale));
        wasm_v128_store(pz + i, wasm_f32x4_mul(c, scale));
    }
}
#else
static NOINLINE void add_singles(f32 factor) {
    for (u32 i = 0; i < COUNTED; i++) y[i] = factor * x[i] + y[i];
}

static NOINLINE void add_doubles(f64 factor) {
    for (u32 i = 0; i < COUNTED; i++) v[i] = factor * u[i] + v[i];
}

static NOINLINE void normalize(void) {
    for (u32 i = 0; i < COUNTED; i++) {
        f32 square = px[i] * px[i] + py[i] * py[i] + pz[i] * pz[i];
        f32 scale = 1 / __builtin_sqrtf(square > 0.01f ? square : 0.01f);
        px[i] *= scale, py[i] *= scale, pz[i] *= scale;
    }
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 17;
    for (u32 i = 0; i < COUNTED; i++) {
        x[i] = (f32)rng_f64(&rng), y[i] = (f32)rng_f64(&rng), u[i] = rng_f64(&rng), v[i] = rng_f64(&rng);
        px[i] = (f32)rng_f64(&rng), py[i] = (f32)rng_f64(&rng) - 1, pz[i] = (f32)rng_f64(&rng) * 2;
    }
    for (u32 n = 0; n < (u32)iterations; n++) {
        f64 factor = rng_f64(&rng) - 0.5;
        add_singles((f32)factor);
        add_doubles(factor);
        normalize();
        for (u32 i = n % 64; i < COUNTED; i += 128) {
            hash = mix_f32(mix_f32(mix_f64(hash, v[i]), y[i]), px[i] + py[i] * pz[i]);
            px[i] += y[i], py[i] -= x[i], pz[i] += (f32)factor;
        }
    }
    return (i64)hash;
}

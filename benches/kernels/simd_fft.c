// Fourier transform of 512 complex numbers in f32, radix 2, decimation in frequency, and a step back by the conjugate. One iteration: one transform.
// By vectors: four butterflies at a time, the last two stages by shuffles. The model: one butterfly at a time, in the same operations.
#include "kernel.h"

enum { SIZE = 512 };
static f32 re[SIZE], im[SIZE];
// Roots of unity of each stage, one behind the other: those of half h from h on.
static f32 root_re[SIZE], root_im[SIZE];

// By half angles: the square root of a complex number of length one.
static void make_roots(void) {
    f64 c = -1, s = 0;
    for (u32 half = 1; half < SIZE; half *= 2) {
        f64 x = 1, y = 0;
        for (u32 k = 0; k < half; k++) {
            root_re[half + k] = (f32)x, root_im[half + k] = (f32)y;
            f64 next = x * c - y * s;
            y = x * s + y * c, x = next;
        }
        f64 up = __builtin_sqrt((1 + c) / 2);
        s = half == 1 ? -1 : s / (2 * up), c = half == 1 ? 0 : up;
    }
}

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE void stages(void) {
    for (u32 half = SIZE / 2; half >= 4; half /= 2)
        for (u32 start = 0; start < SIZE; start += 2 * half)
            for (u32 k = 0; k < half; k += 4) {
                u32 i = start + k, j = i + half;
                v128_t ar = wasm_v128_load(re + i), ai = wasm_v128_load(im + i), br = wasm_v128_load(re + j), bi = wasm_v128_load(im + j);
                v128_t wr = wasm_v128_load(root_re + half + k), wi = wasm_v128_load(root_im + half + k);
                v128_t dr = wasm_f32x4_sub(ar, br), di = wasm_f32x4_sub(ai, bi);
                wasm_v128_store(re + i, wasm_f32x4_add(ar, br));
                wasm_v128_store(im + i, wasm_f32x4_add(ai, bi));
                wasm_v128_store(re + j, wasm_f32x4_sub(wasm_f32x4_mul(dr, wr), wasm_f32x4_mul(di, wi)));
                wasm_v128_store(im + j, wasm_f32x4_add(wasm_f32x4_mul(dr, wi), wasm_f32x4_mul(di, wr)));
            }
}

// Sums of neighbours in the even lanes, differences in the odd ones.
static inline v128_t pairs(v128_t x) {
    v128_t even = wasm_i32x4_shuffle(x, x, 0, 0, 2, 2), odd = wasm_i32x4_shuffle(x, x, 1, 1, 3, 3);
    v128_t sum = wasm_f32x4_add(even, odd), difference = wasm_f32x4_sub(even, odd);
    return wasm_i32x4_shuffle(sum, difference, 0, 5, 2, 7);
}

static NOINLINE void last_stages(void) {
    for (u32 i = 0; i < SIZE; i += 4) {
        v128_t r = wasm_v128_load(re + i), m = wasm_v128_load(im + i);
        v128_t sr = wasm_f32x4_add(r, wasm_i32x4_shuffle(r, r, 2, 3, 0, 1)), sm = wasm_f32x4_add(m, wasm_i32x4_shuffle(m, m, 2, 3, 0, 1));
        v128_t dr = wasm_f32x4_sub(r, wasm_i32x4_shuffle(r, r, 2, 3, 0, 1)), dm = wasm_f32x4_sub(m, wasm_i32x4_shuffle(m, m, 2, 3, 0, 1));
        // The last difference turns by -i.
        v128_t turned = wasm_f32x4_neg(dr);
        r = wasm_i32x4_shuffle(wasm_i32x4_shuffle(sr, dr, 0, 1, 4, 4), dm, 0, 1, 2, 5);
        m = wasm_i32x4_shuffle(wasm_i32x4_shuffle(sm, dm, 0, 1, 4, 4), turned, 0, 1, 2, 5);
        wasm_v128_store(re + i, pairs(r));
        wasm_v128_store(im + i, pairs(m));
    }
}
#else
static NOINLINE void stages(void) {
    for (u32 half = SIZE / 2; half >= 4; half /= 2)
        for (u32 start = 0; start < SIZE; start += 2 * half)
            for (u32 k = 0; k < half; k++) {
                u32 i = start + k, j = i + half;
                f32 dr = re[i] - re[j], di = im[i] - im[j], wr = root_re[half + k], wi = root_im[half + k];
                re[i] += re[j], im[i] += im[j];
                re[j] = dr * wr - di * wi, im[j] = dr * wi + di * wr;
            }
}

static NOINLINE void last_stages(void) {
    for (u32 i = 0; i < SIZE; i += 4) {
        f32 r0 = re[i] + re[i + 2], r1 = re[i + 1] + re[i + 3], r2 = re[i] - re[i + 2], r3 = im[i + 1] - im[i + 3];
        f32 m0 = im[i] + im[i + 2], m1 = im[i + 1] + im[i + 3], m2 = im[i] - im[i + 2], m3 = -(re[i + 1] - re[i + 3]);
        re[i] = r0 + r1, re[i + 1] = r0 - r1, re[i + 2] = r2 + r3, re[i + 3] = r2 - r3;
        im[i] = m0 + m1, im[i + 1] = m0 - m1, im[i + 2] = m2 + m3, im[i + 3] = m2 - m3;
    }
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 6;
    make_roots();
    for (u32 i = 0; i < SIZE; i++) re[i] = (f32)rng_f64(&rng), im[i] = (f32)rng_f64(&rng);
    for (u32 n = 0; n < (u32)iterations; n++) {
        stages();
        last_stages();
        for (u32 i = n % 8; i < SIZE; i += 32) hash = mix_f32(mix_f32(hash, re[i]), im[i]);
        // Back to the size of the start; a new sample keeps it from repeating.
        for (u32 i = 0; i < SIZE; i++) re[i] *= 0.04419417f, im[i] *= -0.04419417f;
        re[rng_below(&rng, SIZE)] += (f32)rng_f64(&rng) - 0.5f;
    }
    return (i64)hash;
}

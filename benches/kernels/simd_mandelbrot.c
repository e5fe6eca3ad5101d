// Escape times of the Mandelbrot set in f32. One iteration: 64 x 32 points, at most 64 turns each.
// By vectors: four points until the last escapes, turns counted by the comparison's mask. The model: point by point.
#include "kernel.h"

enum { WIDTH = 64, HEIGHT = 32, TURNS = 64 };
static u32 turns[WIDTH * HEIGHT];

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

static NOINLINE void draw(f32 left, f32 top, f32 step) {
    for (u32 row = 0; row < HEIGHT; row++) {
        v128_t ci = wasm_f32x4_splat(top + (f32)row * step);
        for (u32 column = 0; column < WIDTH; column += 4) {
            v128_t number = wasm_i32x4_add(wasm_i32x4_splat((i32)column), wasm_i32x4_const(0, 1, 2, 3));
            v128_t cr = wasm_f32x4_add(wasm_f32x4_splat(left), wasm_f32x4_mul(wasm_f32x4_convert_i32x4(number), wasm_f32x4_splat(step)));
            v128_t x = wasm_f32x4_const_splat(0), y = x, count = wasm_i32x4_const_splat(0);
            for (u32 k = 0; k < TURNS; k++) {
                v128_t xx = wasm_f32x4_mul(x, x), yy = wasm_f32x4_mul(y, y);
                v128_t inside = wasm_f32x4_le(wasm_f32x4_add(xx, yy), wasm_f32x4_const_splat(4));
                if (!wasm_v128_any_true(inside)) break;
                count = wasm_i32x4_sub(count, inside);
                v128_t xy = wasm_f32x4_mul(x, y);
                x = wasm_f32x4_add(wasm_f32x4_sub(xx, yy), cr);
                y = wasm_f32x4_add(wasm_f32x4_add(xy, xy), ci);
            }
            wasm_v128_store(turns + row * WIDTH + column, count);
        }
    }
}
#else
static NOINLINE void draw(f32 left, f32 top, f32 step) {
    for (u32 row = 0; row < HEIGHT; row++)
        for (u32 column = 0; column < WIDTH; column++) {
            f32 ci = top + (f32)row * step, cr = left + (f32)(i32)column * step, x = 0, y = 0;
            u32 count = 0;
            while (count < TURNS && x * x + y * y <= 4) {
                f32 xx = x * x, yy = y * y, xy = x * y;
                x = xx - yy + cr, y = xy + xy + ci;
                count++;
            }
            turns[row * WIDTH + column] = count;
        }
}
#endif

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 12;
    for (u32 n = 0; n < (u32)iterations; n++) {
        f32 step = (f32)(0.005 + rng_f64(&rng) * 0.03);
        draw((f32)(-1.9 + rng_f64(&rng)), (f32)(-1 + rng_f64(&rng)), step);
        for (u32 i = n % 8; i < WIDTH * HEIGHT; i += 16) hash = mix(hash, turns[i]);
    }
    return (i64)hash;
}

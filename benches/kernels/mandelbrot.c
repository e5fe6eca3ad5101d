// Escape times of the Mandelbrot set: a loop of unknown length a pixel. One iteration: 40 x 40 pixels of a
// window that moves with the generator.
#include "kernel.h"

enum { SIDE = 40, LIMIT = 100 };

static u32 escape(f64 cx, f64 cy) {
    f64 x = 0, y = 0, xx = 0, yy = 0;
    u32 count = 0;
    while (count < LIMIT && xx + yy <= 4) {
        y = 2 * x * y + cy;
        x = xx - yy + cx;
        xx = x * x;
        yy = y * y;
        count++;
    }
    return count;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 21;
    for (u32 n = 0; n < (u32)iterations; n++) {
        f64 left = -2 + 0.25 * rng_f64(&rng), top = -1.25 + 0.25 * rng_f64(&rng), size = 2.25 + 0.5 * rng_f64(&rng);
        for (u32 i = 0; i < SIDE; i++) {
            u32 row = 0;
            for (u32 j = 0; j < SIDE; j++) row = row * 31 + escape(left + size * j / SIDE, top + size * i / SIDE);
            hash = mix(hash, row);
        }
    }
    return (i64)hash;
}

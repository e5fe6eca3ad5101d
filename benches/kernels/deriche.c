// Deriche's recursive smoothing filter (Deriche 1990) in f32: a second-order recurrence forwards and backwards,
// along rows and then along columns. One iteration: one image, made from the last one.
#include "kernel.h"

enum { W = 72, H = 64 };
static f32 image[H][W], forth[H][W], back[H][W], half[H][W];

// e^x for small |x| by its series, so that every engine computes the same coefficients.
static f32 small_exp(f32 x) {
    f32 sum = 1, term = 1;
    for (u32 i = 1; i < 14; i++) {
        term *= x / (f32)i;
        sum += term;
    }
    return sum;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 10;
    for (u32 i = 0; i < H; i++)
        for (u32 j = 0; j < W; j++) image[i][j] = (f32)rng_f64(&rng);
    for (u32 n = 0; n < (u32)iterations; n++) {
        f32 alpha = 0.5f + 0.5f * (f32)rng_f64(&rng);
        f32 e1 = small_exp(-alpha), e2 = e1 * e1;
        f32 k = (1 - e1) * (1 - e1) / (1 + 2 * alpha * e1 - e2);
        f32 a1 = k, a2 = k * e1 * (alpha - 1), a3 = k * e1 * (alpha + 1), a4 = -k * e2;
        f32 b1 = 2 * e1, b2 = -e2;
        for (u32 i = 0; i < H; i++) {
            f32 x1 = 0, y1 = 0, y2 = 0;
            for (u32 j = 0; j < W; j++) {
                forth[i][j] = a1 * image[i][j] + a2 * x1 + b1 * y1 + b2 * y2;
                x1 = image[i][j], y2 = y1, y1 = forth[i][j];
            }
        }
        for (u32 i = 0; i < H; i++) {
            f32 x1 = 0, x2 = 0, y1 = 0, y2 = 0;
            for (u32 j = W; j-- > 0;) {
                back[i][j] = a3 * x1 + a4 * x2 + b1 * y1 + b2 * y2;
                x2 = x1, x1 = image[i][j], y2 = y1, y1 = back[i][j];
            }
        }
        for (u32 i = 0; i < H; i++)
            for (u32 j = 0; j < W; j++) half[i][j] = forth[i][j] + back[i][j];
        for (u32 j = 0; j < W; j++) {
            f32 x1 = 0, y1 = 0, y2 = 0;
            for (u32 i = 0; i < H; i++) {
                forth[i][j] = a1 * half[i][j] + a2 * x1 + b1 * y1 + b2 * y2;
                x1 = half[i][j], y2 = y1, y1 = forth[i][j];
            }
        }
        for (u32 j = 0; j < W; j++) {
            f32 x1 = 0, x2 = 0, y1 = 0, y2 = 0;
            for (u32 i = H; i-- > 0;) {
                back[i][j] = a3 * x1 + a4 * x2 + b1 * y1 + b2 * y2;
                x2 = x1, x1 = half[i][j], y2 = y1, y1 = back[i][j];
            }
        }
        for (u32 i = 0; i < H; i++)
            for (u32 j = 0; j < W; j++) image[i][j] = 0.9f * (forth[i][j] + back[i][j]);
        for (u32 j = 0; j < W; j++) {
            image[n % H][j] = (f32)rng_f64(&rng);
            hash = mix_f32(hash, half[(n * 5) % H][j]);
        }
    }
    return (i64)hash;
}

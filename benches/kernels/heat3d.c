// The heat equation on a cube, explicit seven-point stencil, two grids in turn. One iteration: two time steps.
#include "kernel.h"

enum { N = 28 };
static f64 a[N][N][N], b[N][N][N];

static void step(f64 (*to)[N][N], f64 (*from)[N][N], f64 rate) {
    for (u32 i = 1; i < N - 1; i++)
        for (u32 j = 1; j < N - 1; j++)
            for (u32 k = 1; k < N - 1; k++) {
                f64 twice = 2 * from[i][j][k];
                to[i][j][k] = rate * (from[i + 1][j][k] - twice + from[i - 1][j][k]) +
                              rate * (from[i][j + 1][k] - twice + from[i][j - 1][k]) +
                              rate * (from[i][j][k + 1] - twice + from[i][j][k - 1]) + from[i][j][k];
            }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 15;
    rng_fill_f64(&rng, &a[0][0][0], N * N * N);
    copy_bytes(b, a, sizeof a);
    for (u32 n = 0; n < (u32)iterations; n++) {
        f64 rate = 0.05 + 0.1 * rng_f64(&rng);
        step(b, a, rate);
        step(a, b, rate);
        u32 i = 1 + n % (N - 2);
        a[i][i][i] += rng_f64(&rng);
        hash = mix_f64s(hash, &a[i][0][0], N * N, 5);
    }
    return (i64)hash;
}

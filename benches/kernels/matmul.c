// Dense matrix products, G = (A B)(C D) with rectangular shapes (the shape of gemm, 2mm and 3mm).
// The first product runs row by row (i, k, j), the second as dot products (i, j, k), the third in 4 x 4 tiles.
// One iteration: the three products, after one row of A and one column of D were renewed.
#include "kernel.h"

enum { NI = 48, NJ = 52, NK = 44, NL = 56, NM = 60 };
static f64 a[NI][NK], b[NK][NJ], c[NJ][NM], d[NM][NL], e[NI][NJ], f[NJ][NL], g[NI][NL];

static void by_rows(f64 alpha, f64 beta) {
    for (u32 i = 0; i < NI; i++) {
        for (u32 j = 0; j < NJ; j++) e[i][j] *= beta;
        for (u32 k = 0; k < NK; k++)
            for (u32 j = 0; j < NJ; j++) e[i][j] += alpha * a[i][k] * b[k][j];
    }
}

static void by_dots(void) {
    for (u32 i = 0; i < NJ; i++)
        for (u32 j = 0; j < NL; j++) {
            f64 sum = 0;
            for (u32 k = 0; k < NM; k++) sum += c[i][k] * d[k][j];
            f[i][j] = sum;
        }
}

static void by_tiles(void) {
    for (u32 i0 = 0; i0 < NI; i0 += 4)
        for (u32 j0 = 0; j0 < NL; j0 += 4) {
            f64 tile[4][4] = {{0}};
            for (u32 k = 0; k < NJ; k++)
                for (u32 i = 0; i < 4; i++)
                    for (u32 j = 0; j < 4; j++) tile[i][j] += e[i0 + i][k] * f[k][j0 + j];
            for (u32 i = 0; i < 4; i++)
                for (u32 j = 0; j < 4; j++) g[i0 + i][j0 + j] = tile[i][j];
        }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 1;
    rng_fill_f64(&rng, &a[0][0], NI * NK);
    rng_fill_f64(&rng, &b[0][0], NK * NJ);
    rng_fill_f64(&rng, &c[0][0], NJ * NM);
    rng_fill_f64(&rng, &d[0][0], NM * NL);
    fill_bytes(e, 0, sizeof e);
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 k = 0; k < NK; k++) a[n % NI][k] = rng_f64(&rng);
        for (u32 k = 0; k < NM; k++) d[k][n % NL] = rng_f64(&rng);
        by_rows(0.75, 0.25);
        by_dots();
        by_tiles();
        hash = mix_f64s(hash, &g[0][0], NI * NL, 3);
    }
    return (i64)hash;
}

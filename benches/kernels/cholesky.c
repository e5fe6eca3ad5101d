// Cholesky factorisation A = L L' of a symmetric positive definite matrix, then the two triangular solves.
// One iteration: a new diagonally dominant matrix, its factor, one solution.
#include "kernel.h"

enum { N = 72 };
static f64 a[N][N], x[N];

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 5;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < N; i++) {
            for (u32 j = 0; j < i; j++) a[i][j] = rng_f64(&rng) - 0.5;
            a[i][i] = N;
            x[i] = rng_f64(&rng);
        }
        for (u32 i = 0; i < N; i++) {
            for (u32 j = 0; j < i; j++) {
                for (u32 k = 0; k < j; k++) a[i][j] -= a[i][k] * a[j][k];
                a[i][j] /= a[j][j];
            }
            for (u32 k = 0; k < i; k++) a[i][i] -= a[i][k] * a[i][k];
            a[i][i] = __builtin_sqrt(a[i][i]);
        }
        for (u32 i = 0; i < N; i++) {
            for (u32 j = 0; j < i; j++) x[i] -= a[i][j] * x[j];
            x[i] /= a[i][i];
        }
        for (u32 i = N; i-- > 0;) {
            x[i] /= a[i][i];
            for (u32 j = 0; j < i; j++) x[j] -= a[i][j] * x[i];
        }
        hash = mix_f64s(hash, x, N, 1);
    }
    return (i64)hash;
}

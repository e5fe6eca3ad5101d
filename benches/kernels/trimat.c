// Products with symmetric and triangular matrices: rank-k and rank-2k updates of a lower triangle,
// symmetric times general, triangular times general (the shapes of syrk, syr2k, symm, trmm).
// One iteration: all four, chained.
#include "kernel.h"

enum { N = 48, M = 40 };
static f64 a[N][M], b[N][M], s[N][N], t[N][N], p[N][M];

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 2;
    rng_fill_f64(&rng, &a[0][0], N * M);
    rng_fill_f64(&rng, &b[0][0], N * M);
    rng_fill_f64(&rng, &t[0][0], N * N);
    fill_bytes(s, 0, sizeof s);
    for (u32 n = 0; n < (u32)iterations; n++) {
        f64 alpha = rng_f64(&rng), beta = 0.5 * rng_f64(&rng);
        for (u32 i = 0; i < N; i++) {                      // s = beta s + alpha a a'
            for (u32 j = 0; j <= i; j++) s[i][j] *= beta;
            for (u32 k = 0; k < M; k++)
                for (u32 j = 0; j <= i; j++) s[i][j] += alpha * a[i][k] * a[j][k];
        }
        for (u32 i = 0; i < N; i++)                        // s += a b' + b a'
            for (u32 k = 0; k < M; k++)
                for (u32 j = 0; j <= i; j++) s[i][j] += a[j][k] * b[i][k] + b[j][k] * a[i][k];
        for (u32 i = 0; i < N; i++)                        // p = s b, only the lower half of s is stored
            for (u32 j = 0; j < M; j++) {
                f64 sum = 0;
                for (u32 k = 0; k < i; k++) {
                    p[k][j] += alpha * b[i][j] * s[i][k];
                    sum += b[k][j] * s[i][k];
                }
                p[i][j] = alpha * (b[i][j] * s[i][i] + sum);
            }
        for (u32 i = 0; i < N; i++)                        // p = t' p, t unit lower triangular
            for (u32 j = 0; j < M; j++) {
                for (u32 k = i + 1; k < N; k++) p[i][j] += t[k][i] * p[k][j];
                p[i][j] *= 1.0 / 1024;
            }
        for (u32 k = 0; k < M; k++) {
            a[n % N][k] = rng_f64(&rng);
            b[(n + 7) % N][k] = rng_f64(&rng);
        }
        hash = mix_f64s(hash, &p[0][0], N * M, 3);
    }
    return (i64)hash;
}

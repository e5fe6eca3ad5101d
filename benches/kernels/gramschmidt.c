// QR factorisation by the modified Gram-Schmidt process: all inner loops run down columns of row-major arrays.
// One iteration: one matrix.
#include "kernel.h"

enum { M = 52, N = 48 };
static f64 a[M][N], q[M][N], r[N][N];

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 8;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < M; i++)
            for (u32 j = 0; j < N; j++) a[i][j] = rng_f64(&rng) + (i == j);
        for (u32 k = 0; k < N; k++) {
            f64 norm = 0;
            for (u32 i = 0; i < M; i++) norm += a[i][k] * a[i][k];
            r[k][k] = __builtin_sqrt(norm);
            for (u32 i = 0; i < M; i++) q[i][k] = a[i][k] / r[k][k];
            for (u32 j = k + 1; j < N; j++) {
                r[k][j] = 0;
                for (u32 i = 0; i < M; i++) r[k][j] += q[i][k] * a[i][j];
                for (u32 i = 0; i < M; i++) a[i][j] -= q[i][k] * r[k][j];
            }
        }
        for (u32 k = 0; k < N; k++) hash = mix_f64s(hash, &r[k][k], N - k, 3);
        hash = mix_f64s(hash, &q[0][0], M * N, 5);
    }
    return (i64)hash;
}

// Matrix times vector in every direction: A'(A x), A p with A' r in one pass, a rank-2 update followed by two
// products, and a weighted sum of two matrices (the shapes of atax, bicg, mvt, gemver, gesummv).
// One iteration: all of them once.
#include "kernel.h"

enum { N = 120, M = 132 };
static f64 a[N][M], q[N][N], x[M], y[M], z[N], r[N], s[M], w[N], u1[N], u2[N], v1[N], v2[N];

static void scale(f64 *v, u32 count) {
    f64 top = 1e-9;
    for (u32 i = 0; i < count; i++) {
        f64 size = v[i] < 0 ? -v[i] : v[i];
        if (size > top) top = size;
    }
    for (u32 i = 0; i < count; i++) v[i] /= top;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 3;
    rng_fill_f64(&rng, &a[0][0], N * M);
    rng_fill_f64(&rng, &q[0][0], N * N);
    rng_fill_f64(&rng, x, M);
    rng_fill_f64(&rng, r, N);
    fill_bytes(w, 0, sizeof w);
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < N; i++) {
            u1[i] = rng_f64(&rng) - 0.5;
            u2[i] = rng_f64(&rng) - 0.5;
            v1[i] = 0.01 * u2[i];
            v2[i] = 0.01 * r[i];
        }
        for (u32 j = 0; j < M; j++) y[j] = 0;
        for (u32 i = 0; i < N; i++) {                      // y = A' (A x)
            f64 sum = 0;
            for (u32 j = 0; j < M; j++) sum += a[i][j] * x[j];
            for (u32 j = 0; j < M; j++) y[j] += a[i][j] * sum;
        }
        scale(y, M);
        for (u32 j = 0; j < M; j++) s[j] = 0;
        for (u32 i = 0; i < N; i++) {                      // s = A' r, z = A y
            z[i] = 0;
            for (u32 j = 0; j < M; j++) {
                s[j] += r[i] * a[i][j];
                z[i] += a[i][j] * y[j];
            }
        }
        scale(s, M);
        scale(z, N);
        for (u32 i = 0; i < N; i++)                        // Q += u1 v1' + u2 v2'
            for (u32 j = 0; j < N; j++) q[i][j] = 0.999 * q[i][j] + u1[i] * v1[j] + u2[i] * v2[j];
        for (u32 i = 0; i < N; i++)                        // r += Q' z, down the columns
            for (u32 j = 0; j < N; j++) r[i] += 0.3 * q[j][i] * z[j];
        for (u32 i = 0; i < N; i++)                        // w += Q r
            for (u32 j = 0; j < N; j++) w[i] += q[i][j] * r[j];
        scale(r, N);
        scale(w, N);
        for (u32 i = 0; i < N; i++) {                      // z = 0.7 A s + 0.2 Q w
            f64 first = 0, second = 0;
            for (u32 j = 0; j < N; j++) {
                first += a[i][j] * s[j];
                second += q[i][j] * w[j];
            }
            z[i] = 0.7 * first + 0.2 * second;
        }
        for (u32 j = 0; j < M; j++) x[j] = s[j] + 0.1 * y[j];
        hash = mix_f64s(hash, z, N, 1);
    }
    return (i64)hash;
}

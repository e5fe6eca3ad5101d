// Power iteration on A' A for the infinite matrix A[i][j] = 1 / ((i + j)(i + j + 1) / 2 + i + 1), whose entries
// are computed when needed: integer arithmetic, conversion and division. One iteration: one power step.
#include "kernel.h"

enum { N = 96 };
static f64 u[N], v[N], t[N];

static f64 entry(u32 i, u32 j) { return 1.0 / (f64)((i + j) * (i + j + 1) / 2 + i + 1); }

static NOINLINE void times(f64 *to, const f64 *from) {
    for (u32 i = 0; i < N; i++) {
        f64 sum = 0;
        for (u32 j = 0; j < N; j++) sum += entry(i, j) * from[j];
        to[i] = sum;
    }
}

static NOINLINE void times_transposed(f64 *to, const f64 *from) {
    for (u32 i = 0; i < N; i++) {
        f64 sum = 0;
        for (u32 j = 0; j < N; j++) sum += entry(j, i) * from[j];
        to[i] = sum;
    }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 20;
    for (u32 i = 0; i < N; i++) u[i] = 0.5 + rng_f64(&rng);
    for (u32 n = 0; n < (u32)iterations; n++) {
        times(t, u);
        times_transposed(v, t);
        f64 uv = 0, vv = 0;
        for (u32 i = 0; i < N; i++) {
            uv += u[i] * v[i];
            vv += v[i] * v[i];
        }
        hash = mix_f64(hash, __builtin_sqrt(uv));
        f64 scale = 1 / __builtin_sqrt(vv);
        for (u32 i = 0; i < N; i++) u[i] = v[i] * scale + 0.001 * rng_f64(&rng);
    }
    return (i64)hash;
}

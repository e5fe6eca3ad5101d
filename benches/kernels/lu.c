// Gaussian elimination with partial pivoting, then forward and backward substitution (the shapes of lu, ludcmp).
// One iteration: a new matrix, its factors, two solutions.
#include "kernel.h"

enum { N = 64 };
static f64 a[N][N], x[N];
static u32 order[N];

static void factor(void) {
    for (u32 i = 0; i < N; i++) order[i] = i;
    for (u32 k = 0; k < N; k++) {
        u32 best = k;
        f64 top = -1;
        for (u32 i = k; i < N; i++) {
            f64 size = a[i][k] < 0 ? -a[i][k] : a[i][k];
            if (size > top) top = size, best = i;
        }
        if (best != k) {
            for (u32 j = 0; j < N; j++) {
                f64 keep = a[k][j];
                a[k][j] = a[best][j];
                a[best][j] = keep;
            }
            u32 keep = order[k];
            order[k] = order[best];
            order[best] = keep;
        }
        for (u32 i = k + 1; i < N; i++) {
            f64 part = a[i][k] /= a[k][k];
            for (u32 j = k + 1; j < N; j++) a[i][j] -= part * a[k][j];
        }
    }
}

static void solve(const f64 *right) {
    for (u32 i = 0; i < N; i++) {
        f64 sum = right[order[i]];
        for (u32 j = 0; j < i; j++) sum -= a[i][j] * x[j];
        x[i] = sum;
    }
    for (u32 i = N; i-- > 0;) {
        f64 sum = x[i];
        for (u32 j = i + 1; j < N; j++) sum -= a[i][j] * x[j];
        x[i] = sum / a[i][i];
    }
}

i64 run(i32 iterations) {
    static f64 right[2][N];
    Rng rng = rng_new((u32)iterations);
    u64 hash = 6;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < N; i++)
            for (u32 j = 0; j < N; j++) a[i][j] = rng_f64(&rng) - 0.5 + (i == j);
        rng_fill_f64(&rng, &right[0][0], 2 * N);
        factor();
        for (u32 k = 0; k < 2; k++) {
            solve(right[k]);
            hash = mix_f64s(hash, x, N, 1);
        }
    }
    return (i64)hash;
}

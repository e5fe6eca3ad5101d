// Levinson-Durbin recursion for a symmetric Toeplitz system, and a forward triangular solve (the shapes of
// durbin and trisolv: short loops whose length grows with the outer one, and a chain from step to step).
// One iteration: one system of each kind.
#include "kernel.h"

enum { N = 200 };
static f64 r[N], y[N], z[N], l[N][N], x[N], b[N];

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 7;
    for (u32 i = 0; i < N; i++) {
        for (u32 j = 0; j < i; j++) l[i][j] = (rng_f64(&rng) - 0.5) / N;
        l[i][i] = 1 + rng_f64(&rng);
    }
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < N; i++) r[i] = (rng_f64(&rng) - 0.5) / N;
        f64 alpha = -r[0], beta = 1;
        y[0] = -r[0];
        for (u32 k = 1; k < N; k++) {
            f64 sum = 0;
            beta *= 1 - alpha * alpha;
            for (u32 i = 0; i < k; i++) sum += r[k - i - 1] * y[i];
            alpha = -(r[k] + sum) / beta;
            for (u32 i = 0; i < k; i++) z[i] = y[i] + alpha * y[k - i - 1];
            for (u32 i = 0; i < k; i++) y[i] = z[i];
            y[k] = alpha;
        }
        for (u32 i = 0; i < N; i++) b[i] = y[i] + 1;
        for (u32 i = 0; i < N; i++) {
            x[i] = b[i];
            for (u32 j = 0; j < i; j++) x[i] -= l[i][j] * x[j];
            x[i] /= l[i][i];
        }
        hash = mix_f64s(hash, y, N, 2);
        hash = mix_f64s(hash, x, N, 2);
    }
    return (i64)hash;
}

// Alternating-direction implicit steps of the heat equation: tridiagonal solves (Thomas's algorithm) along
// rows, then along columns, with a division on the way down. One iteration: two time steps.
#include "kernel.h"

enum { N = 48 };
static f64 u[N][N], v[N][N], p[N][N], q[N][N];

// One half step: reads `from` across, writes `to` along; `from` and `to` are transposed to each other.
static void sweep(f64 (*from)[N], f64 (*to)[N], f64 explicit_rate, f64 implicit_rate) {
    f64 a = -implicit_rate, b = 1 + 2 * implicit_rate, c = a;
    for (u32 i = 1; i < N - 1; i++) {
        to[0][i] = 1;
        p[i][0] = 0;
        q[i][0] = to[0][i];
        for (u32 j = 1; j < N - 1; j++) {
            p[i][j] = -c / (a * p[i][j - 1] + b);
            q[i][j] = (explicit_rate * (from[j][i - 1] + from[j][i + 1]) + (1 - 2 * explicit_rate) * from[j][i] -
                       a * q[i][j - 1]) / (a * p[i][j - 1] + b);
        }
        to[N - 1][i] = 1;
        for (u32 j = N - 2; j >= 1; j--) to[j][i] = p[i][j] * to[j + 1][i] + q[i][j];
    }
}

static void flip(f64 (*m)[N]) {
    for (u32 i = 0; i < N; i++)
        for (u32 j = 0; j < i; j++) {
            f64 keep = m[i][j];
            m[i][j] = m[j][i];
            m[j][i] = keep;
        }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 13;
    rng_fill_f64(&rng, &u[0][0], N * N);
    fill_bytes(v, 0, sizeof v);
    for (u32 n = 0; n < (u32)iterations; n++) {
        f64 rate = 0.2 + 0.3 * rng_f64(&rng);
        for (u32 step = 0; step < 2; step++) {
            sweep(u, v, rate, rate);
            flip(v);
            sweep(v, u, rate, rate);
            flip(u);
        }
        u[1 + n % (N - 2)][1 + (n / 3) % (N - 2)] += rng_f64(&rng);
        hash = mix_f64s(hash, &u[n % N][0], N, 1);
    }
    return (i64)hash;
}

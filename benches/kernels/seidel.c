// Gauss-Seidel relaxation, nine points, in place: each point waits for its left neighbour.
// One iteration: two sweeps.
#include "kernel.h"

enum { N = 64 };
static f64 a[N][N];

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 17;
    rng_fill_f64(&rng, &a[0][0], N * N);
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 sweep = 0; sweep < 2; sweep++)
            for (u32 i = 1; i < N - 1; i++)
                for (u32 j = 1; j < N - 1; j++)
                    a[i][j] = (a[i - 1][j - 1] + a[i - 1][j] + a[i - 1][j + 1] + a[i][j - 1] + a[i][j] +
                               a[i][j + 1] + a[i + 1][j - 1] + a[i + 1][j] + a[i + 1][j + 1]) / 9;
        a[1 + n % (N - 2)][1 + (n / 3) % (N - 2)] += rng_f64(&rng);
        hash = mix_f64s(hash, a[n % N], N, 1);
    }
    return (i64)hash;
}

// Jacobi relaxation on a line (three points) and on a square (five points), two arrays in turn.
// One iteration: four steps of each.
#include "kernel.h"

enum { LINE = 2000, N = 72 };
static f64 line[2][LINE], square[2][N][N];

static void step_line(f64 *to, const f64 *from) {
    for (u32 i = 1; i < LINE - 1; i++) to[i] = 0.33333 * (from[i - 1] + from[i] + from[i + 1]);
}

static void step_square(f64 (*to)[N], f64 (*from)[N]) {
    for (u32 i = 1; i < N - 1; i++)
        for (u32 j = 1; j < N - 1; j++)
            to[i][j] = 0.2 * (from[i][j] + from[i][j - 1] + from[i][j + 1] + from[i + 1][j] + from[i - 1][j]);
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 16;
    rng_fill_f64(&rng, line[0], LINE);
    rng_fill_f64(&rng, &square[0][0][0], N * N);
    copy_bytes(line[1], line[0], sizeof line[0]);
    copy_bytes(square[1], square[0], sizeof square[0]);
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 step = 0; step < 4; step++) {
            step_line(line[(step + 1) & 1], line[step & 1]);
            step_square(square[(step + 1) & 1], square[step & 1]);
        }
        line[0][1 + n % (LINE - 2)] += rng_f64(&rng);
        square[0][1 + n % (N - 2)][1 + (n / 3) % (N - 2)] += rng_f64(&rng);
        hash = mix_f64s(hash, line[0], LINE, 37);
        hash = mix_f64s(hash, square[0][n % N], N, 1);
    }
    return (i64)hash;
}

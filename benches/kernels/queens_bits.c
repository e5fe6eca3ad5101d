// N queens counted with three words of bits (columns and both diagonals) on an explicit stack.
// One iteration: a 9 x 9 board from which four random squares were cut.
#include "kernel.h"

enum { N = 9 };

static NOINLINE u32 count(const u32 *open) {
    u32 free_in[N], columns[N], left[N], right[N];
    u32 row = 0, found = 0, all = (1u << N) - 1;
    columns[0] = left[0] = right[0] = 0;
    free_in[0] = open[0];
    for (;;) {
        if (free_in[row] == 0) {
            if (row-- == 0) return found;
            continue;
        }
        u32 queen = free_in[row] & -free_in[row];
        free_in[row] ^= queen;
        if (row == N - 1) {
            found++;
            continue;
        }
        columns[row + 1] = columns[row] | queen;
        left[row + 1] = (left[row] | queen) << 1;
        right[row + 1] = (right[row] | queen) >> 1;
        row++;
        free_in[row] = open[row] & all & ~(columns[row] | left[row] | right[row]);
    }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 35;
    for (u32 n = 0; n < (u32)iterations; n++) {
        u32 open[N];
        for (u32 i = 0; i < N; i++) open[i] = (1u << N) - 1;
        for (u32 i = 0; i < 4; i++) open[rng_below(&rng, N)] &= ~(1u << rng_below(&rng, N));
        hash = mix(hash, count(open));
    }
    return (i64)hash;
}

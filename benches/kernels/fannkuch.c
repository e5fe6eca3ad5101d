// Pancake flips over all permutations, in the order of a counting number system: short loops with
// unpredictable ends. One iteration: the 720 permutations of six from a random start inside nine.
#include "kernel.h"

enum { N = 9, TURNING = 6 };

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 57;
    for (u32 n = 0; n < (u32)iterations; n++) {
        u8 order[N], work[N], turn[TURNING + 1] = {0};
        for (u32 i = 0; i < N; i++) {
            u32 k = rng_below(&rng, i + 1);
            order[i] = order[k];
            order[k] = (u8)i;
        }
        u32 most = 0, sum = 0;
        for (u32 count = 0;; count++) {
            u32 flips = 0;
            for (u32 i = 0; i < N; i++) work[i] = order[i];
            for (u32 first = work[0]; first != 0; first = work[0], flips++)
                for (u32 i = 0, j = first; i < j; i++, j--) {
                    u8 keep = work[i];
                    work[i] = work[j];
                    work[j] = keep;
                }
            if (flips > most) most = flips;
            sum += count & 1 ? -flips : flips;
            u32 k = 1;                                     // rotate the first k + 1, carry when they came round
            for (; k < TURNING; k++) {
                u8 first = order[0];
                for (u32 i = 0; i < k; i++) order[i] = order[i + 1];
                order[k] = first;
                if (++turn[k] <= k) break;
                turn[k] = 0;
            }
            if (k == TURNING) break;
        }
        hash = mix(hash, (u64)most << 32 | sum);
    }
    return (i64)hash;
}

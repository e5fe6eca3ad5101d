// Ackermann's function: deep recursion with a tail call. One iteration: A(2, n) for n to 40, and A(3, 4).
#include "kernel.h"

static NOINLINE u32 ackermann(u32 m, u32 n) {
    if (m == 0) return n + 1;
    return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 42;
    for (u32 n = 0; n < (u32)iterations; n++) {
        hash = mix(hash, ackermann(2, 24 + rng_below(&rng, 16)));
        hash = mix(hash, ackermann(3, 3 + rng_below(&rng, 2)));
    }
    return (i64)hash;
}

// Fibonacci numbers by double recursion: the cost of a call and nothing else. One iteration: fib(18) to fib(21).
#include "kernel.h"

static NOINLINE u32 fib(u32 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 40;
    for (u32 n = 0; n < (u32)iterations; n++) hash = mix(hash, fib(18 + rng_below(&rng, 4)));
    return (i64)hash;
}

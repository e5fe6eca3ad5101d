// Takeuchi's function: four calls a level, three arguments, on integers and on doubles.
// One iteration: one of each with random small arguments.
#include "kernel.h"

static NOINLINE i32 tak(i32 x, i32 y, i32 z) {
    return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

static NOINLINE f64 ftak(f64 x, f64 y, f64 z) {
    return y >= x ? z : ftak(ftak(x - 1, y, z), ftak(y - 1, z, x), ftak(z - 1, x, y));
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 41;
    for (u32 n = 0; n < (u32)iterations; n++) {
        i32 z = (i32)rng_below(&rng, 3), y = z + 4 + (i32)rng_below(&rng, 2), x = y + 4 + (i32)rng_below(&rng, 2);
        hash = mix(hash, (u64)tak(x, y, z));
        hash = mix_f64(hash, ftak(x + 0.5, y + 0.5, z + 0.5));
    }
    return (i64)hash;
}

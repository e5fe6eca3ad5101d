// Maxwell's equations in two dimensions by finite differences in the time domain (Yee 1966): three staggered
// fields, updated in turn. One iteration: four time steps.
#include "kernel.h"

enum { NX = 72, NY = 64 };
static f64 ex[NX][NY], ey[NX][NY], hz[NX][NY];

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 14;
    rng_fill_f64(&rng, &ex[0][0], NX * NY);
    rng_fill_f64(&rng, &ey[0][0], NX * NY);
    rng_fill_f64(&rng, &hz[0][0], NX * NY);
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 step = 0; step < 4; step++) {
            f64 source = rng_f64(&rng) - 0.5;
            for (u32 j = 0; j < NY; j++) ey[0][j] = source;
            for (u32 i = 1; i < NX; i++)
                for (u32 j = 0; j < NY; j++) ey[i][j] -= 0.5 * (hz[i][j] - hz[i - 1][j]);
            for (u32 i = 0; i < NX; i++)
                for (u32 j = 1; j < NY; j++) ex[i][j] -= 0.5 * (hz[i][j] - hz[i][j - 1]);
            for (u32 i = 0; i < NX - 1; i++)
                for (u32 j = 0; j < NY - 1; j++)
                    hz[i][j] = 0.999 * (hz[i][j] - 0.7 * (ex[i][j + 1] - ex[i][j] + ey[i + 1][j] - ey[i][j]));
        }
        hash = mix_f64s(hash, &hz[n % NX][0], NY, 1);
    }
    return (i64)hash;
}

// Contraction of a 3-dimensional array with a matrix along its last axis, in place (the shape of doitgen),
// and the transposition of its first two axes. One iteration: both.
#include "kernel.h"

enum { R = 18, P = 24 };
static f64 t[R][R][P], c[P][P], row[P];

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 4;
    rng_fill_f64(&rng, &t[0][0][0], R * R * P);
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < P; i++) {                      // rows that sum to one keep the values bounded
            f64 sum = 0;
            for (u32 j = 0; j < P; j++) sum += c[i][j] = rng_f64(&rng);
            for (u32 j = 0; j < P; j++) c[i][j] /= sum;
        }
        for (u32 r = 0; r < R; r++)
            for (u32 q = 0; q < R; q++) {
                for (u32 p = 0; p < P; p++) {
                    f64 sum = 0;
                    for (u32 s = 0; s < P; s++) sum += t[r][q][s] * c[p][s];
                    row[p] = sum;
                }
                for (u32 p = 0; p < P; p++) t[r][q][p] = row[p];
            }
        for (u32 r = 0; r < R; r++)
            for (u32 q = 0; q < r; q++)
                for (u32 p = 0; p < P; p++) {
                    f64 keep = t[r][q][p];
                    t[r][q][p] = t[q][r][p];
                    t[q][r][p] = keep;
                }
        t[n % R][(n / R) % R][n % P] += 1;
        hash = mix_f64s(hash, &t[n % R][0][0], R * P, 1);
    }
    return (i64)hash;
}

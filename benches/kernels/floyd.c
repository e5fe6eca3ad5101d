// All shortest paths by Floyd and Warshall, on integers. One iteration: one random weighted graph.
#include "kernel.h"

enum { N = 64 };
static i32 distance[N][N];

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 11;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < N; i++)
            for (u32 j = 0; j < N; j++) {
                u32 weight = rng_u32(&rng) >> 16;
                distance[i][j] = i == j ? 0 : weight % 8 ? 1000000 : (i32)(weight % 997) + 1;
            }
        for (u32 k = 0; k < N; k++)
            for (u32 i = 0; i < N; i++)
                for (u32 j = 0; j < N; j++) {
                    i32 through = distance[i][k] + distance[k][j];
                    distance[i][j] = through < distance[i][j] ? through : distance[i][j];
                }
        for (u32 i = 0; i < N; i++)
            for (u32 j = i % 4; j < N; j += 4) hash = mix(hash, (u64)distance[i][j]);
    }
    return (i64)hash;
}

// Gravitating bodies, symplectic Euler steps over all pairs, with a softened distance.
// One iteration: 200 steps of 8 bodies.
#include "kernel.h"

enum { BODIES = 8 };
typedef struct { f64 x, y, z, vx, vy, vz, mass; } Body;
static Body body[BODIES];

static void advance(f64 dt) {
    for (u32 i = 0; i < BODIES; i++)
        for (u32 j = i + 1; j < BODIES; j++) {
            f64 dx = body[i].x - body[j].x, dy = body[i].y - body[j].y, dz = body[i].z - body[j].z;
            f64 square = dx * dx + dy * dy + dz * dz + 0.01;
            f64 pull = dt / (square * __builtin_sqrt(square));
            body[i].vx -= dx * body[j].mass * pull;
            body[i].vy -= dy * body[j].mass * pull;
            body[i].vz -= dz * body[j].mass * pull;
            body[j].vx += dx * body[i].mass * pull;
            body[j].vy += dy * body[i].mass * pull;
            body[j].vz += dz * body[i].mass * pull;
        }
    for (u32 i = 0; i < BODIES; i++) {
        body[i].x += dt * body[i].vx;
        body[i].y += dt * body[i].vy;
        body[i].z += dt * body[i].vz;
    }
}

static f64 energy(void) {
    f64 sum = 0;
    for (u32 i = 0; i < BODIES; i++) {
        Body *b = &body[i];
        sum += 0.5 * b->mass * (b->vx * b->vx + b->vy * b->vy + b->vz * b->vz);
        for (u32 j = i + 1; j < BODIES; j++) {
            f64 dx = b->x - body[j].x, dy = b->y - body[j].y, dz = b->z - body[j].z;
            sum -= b->mass * body[j].mass / __builtin_sqrt(dx * dx + dy * dy + dz * dz + 0.01);
        }
    }
    return sum;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 19;
    for (u32 i = 0; i < BODIES; i++) {
        Body b = {rng_f64(&rng) * 4 - 2, rng_f64(&rng) * 4 - 2, rng_f64(&rng) * 4 - 2,
                  rng_f64(&rng) - 0.5, rng_f64(&rng) - 0.5, rng_f64(&rng) - 0.5, rng_f64(&rng) + 0.1};
        body[i] = b;
    }
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 step = 0; step < 200; step++) advance(0.001);
        hash = mix_f64(hash, energy());
    }
    return (i64)mix_f64s(hash, &body[0].x, 7 * BODIES, 1);
}

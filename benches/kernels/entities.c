// A small world of structures in f32: entities of four kinds move, bounce, steer, age and are born again, and
// near pairs found through a grid of linked cells exchange momentum. One iteration: one tick of 600 entities.
#include "kernel.h"

enum { ENTITIES = 600, GRID = 16, NONE = 0xffff };
enum Kind { DRIFTER, SEEKER, SPINNER, BALLOON };
typedef struct { f32 x, y; } Vec;
typedef struct { Vec position, velocity; f32 radius, mass; u16 kind, age, target, next; u32 touched; } Entity;
static Entity entities[ENTITIES];
static u16 cell[GRID][GRID];

static Vec add(Vec a, Vec b) { return (Vec){a.x + b.x, a.y + b.y}; }
static Vec sub(Vec a, Vec b) { return (Vec){a.x - b.x, a.y - b.y}; }
static Vec times(Vec a, f32 k) { return (Vec){a.x * k, a.y * k}; }
static f32 dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y; }

static void spawn(Entity *e, Rng *rng) {
    *e = (Entity){.position = {(f32)rng_f64(rng) * 16, (f32)rng_f64(rng) * 16},
                  .velocity = {(f32)rng_f64(rng) - 0.5f, (f32)rng_f64(rng) - 0.5f},
                  .radius = 0.05f + 0.1f * (f32)rng_f64(rng),
                  .mass = 0.5f + (f32)rng_f64(rng),
                  .kind = (u16)rng_below(rng, 4),
                  .target = (u16)rng_below(rng, ENTITIES),
                  .next = NONE};
}

static NOINLINE void move(Entity *e, f32 dt) {
    switch (e->kind) {
    case SEEKER: {
        Vec to = sub(entities[e->target].position, e->position);
        f32 length = __builtin_sqrtf(dot(to, to)) + 0.01f;
        e->velocity = add(times(e->velocity, 0.98f), times(to, 0.05f / length));
        break;
    }
    case SPINNER: e->velocity = (Vec){e->velocity.x * 0.995f - e->velocity.y * 0.0998f,
                                      e->velocity.x * 0.0998f + e->velocity.y * 0.995f}; break;
    case BALLOON: e->velocity.y += 0.01f * (1.2f - e->mass); break;
    default: break;
    }
    e->position = add(e->position, times(e->velocity, dt));
    if (e->position.x < 0) e->position.x = -e->position.x, e->velocity.x = -e->velocity.x;
    if (e->position.y < 0) e->position.y = -e->position.y, e->velocity.y = -e->velocity.y;
    if (e->position.x > 16) e->position.x = 32 - e->position.x, e->velocity.x = -e->velocity.x;
    if (e->position.y > 16) e->position.y = 32 - e->position.y, e->velocity.y = -e->velocity.y;
    e->age++;
}

static void collide(Entity *a, Entity *b) {
    Vec apart = sub(b->position, a->position);
    f32 reach = a->radius + b->radius, square = dot(apart, apart);
    if (square >= reach * reach || square == 0) return;
    Vec normal = times(apart, 1 / __builtin_sqrtf(square));
    f32 approach = dot(sub(b->velocity, a->velocity), normal);
    a->touched++, b->touched++;
    if (approach >= 0) return;
    f32 impulse = -1.9f * approach / (1 / a->mass + 1 / b->mass);
    a->velocity = sub(a->velocity, times(normal, impulse / a->mass));
    b->velocity = add(b->velocity, times(normal, impulse / b->mass));
}

static u32 coordinate(f32 v) {
    i32 c = v >= 0 && v < 16 ? (i32)v : v < 0 ? 0 : 15;
    return (u32)c;
}

static NOINLINE void collide_all(void) {
    for (u32 i = 0; i < GRID; i++)
        for (u32 j = 0; j < GRID; j++) cell[i][j] = NONE;
    for (u32 i = 0; i < ENTITIES; i++) {
        u32 x = coordinate(entities[i].position.x), y = coordinate(entities[i].position.y);
        for (i32 dy = -1; dy <= 1; dy++)
            for (i32 dx = -1; dx <= 1; dx++) {
                u32 cx = x + (u32)dx, cy = y + (u32)dy;
                if (cx >= GRID || cy >= GRID) continue;
                for (u16 k = cell[cy][cx]; k != NONE; k = entities[k].next) collide(&entities[i], &entities[k]);
            }
        entities[i].next = cell[y][x];
        cell[y][x] = (u16)i;
    }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 48;
    for (u32 i = 0; i < ENTITIES; i++) spawn(&entities[i], &rng);
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < ENTITIES; i++) move(&entities[i], 0.05f);
        collide_all();
        for (u32 i = 0; i < ENTITIES; i++)
            if (entities[i].touched > 24 || entities[i].age > 900) spawn(&entities[i], &rng);
        for (u32 i = n % 8; i < ENTITIES; i += 40)
            hash = mix(mix_f32(mix_f32(hash, entities[i].position.x), entities[i].velocity.y), entities[i].touched);
    }
    return (i64)hash;
}

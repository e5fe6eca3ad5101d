// Calls with many and mixed arguments: eight integers, mixed widths and floats, structures by value and back,
// mutual recursion, and pointers to functions of several signatures. One iteration: 300 rounds of each.
#include "kernel.h"

typedef struct { f64 x, y, z; } Vec;
typedef struct { u64 quotient, remainder; } Division;

static NOINLINE u32 eight(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h) {
    return (a + 2 * b) ^ (c + 3 * d) ^ (e - f) ^ (g * h);
}

static NOINLINE u64 mixed(u32 a, f64 b, u64 c, f32 d, i32 e, f64 f, u64 g, f32 h) {
    f64 sum = b * d + f * h;
    return c + g * a + (u64)(i64)e + (u64)(i64)sum;
}

static NOINLINE u32 shift(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h, u32 left) {
    if (left == 0) return eight(a, b, c, d, e, f, g, h);
    return shift(b, c, d, e, f, g, h, a + left, left - 1) + a;
}

static NOINLINE Vec cross(Vec a, Vec b) {
    return (Vec){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static NOINLINE Division divide(u64 a, u64 b) { return (Division){a / b, a % b}; }

static u32 odd(u32 n);
static NOINLINE u32 even(u32 n) { return n == 0 ? 1 : odd(n - 1) ^ (n >> 3 & 1); }
static NOINLINE u32 odd(u32 n) { return n == 0 ? 0 : even(n - 1) ^ (n >> 2 & 1); }

static f64 lerp(f64 a, f64 b, f64 t) { return a + (b - a) * t; }
static f64 clamp(f64 a, f64 b, f64 t) { return t < a ? a : t > b ? b : t; }
static f64 wave(f64 a, f64 b, f64 t) { return a * t * (1 - t) - b; }
static u64 rotate(u64 a, u32 n) { return rotl64(a, n); }
static u64 spread(u64 a, u32 n) { return a * (2 * (u64)n + 1); }

i64 run(i32 iterations) {
    static f64 (*const blends[])(f64, f64, f64) = {lerp, clamp, wave};
    static u64 (*const turns[])(u64, u32) = {rotate, spread};
    Rng rng = rng_new((u32)iterations);
    u64 hash = 60;
    for (u32 n = 0; n < (u32)iterations; n++) {
        Vec v = {rng_f64(&rng), rng_f64(&rng), rng_f64(&rng)}, w = {0.5, rng_f64(&rng), 0.25};
        u64 word = rng_u64(&rng);
        f64 blend = rng_f64(&rng);
        u32 sum = 0;
        for (u32 i = 0; i < 300; i++) {
            u32 a = (u32)word, b = (u32)(word >> 32);
            sum += eight(a, b, i, sum, a ^ i, b ^ i, n, a & b);
            word += mixed(a, blend, word, 0.5f, (i32)b, v.x, sum, 1.5f);
            sum ^= shift(i, a, b, n, 1, 2, 3, sum, a & 7);
            v = cross(v, w);
            v.x += 1, v.y -= v.x * 0.25, v.z = clamp(-1, 1, v.z);
            v.x = clamp(-2, 2, v.x), v.y = clamp(-2, 2, v.y);
            Division d = divide(word, (u64)b << 8 | 3);
            word = turns[d.quotient & 1](word ^ d.remainder, i);
            sum += even(b & 15);
            blend = clamp(-4, 4, blends[a % 3](blend, v.y, v.z));
        }
        hash = mix_f64(mix(mix(hash, word), sum), blend);
    }
    return (i64)hash;
}

// What every kernel shares: short type names, a seeded generator, and the checksum.
//
// A kernel is one C file without a libc that exports `i64 run(i32 iterations)`. The work grows linearly
// with `iterations`, every input comes from a generator seeded with `iterations` (so nothing folds to a
// constant), and the result is a checksum that must be the same in every engine and in the native twin.
// Hence: no pointer value, no struct size and no NaN ever reaches the checksum, and floating point is
// plain IEEE arithmetic (the build says -ffp-contract=off).
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char i8;
typedef short i16;
typedef int i32;
typedef long long i64;
typedef float f32;
typedef double f64;
typedef __SIZE_TYPE__ usize;

#define NOINLINE __attribute__((noinline))
#define COUNT(array) ((u32)(sizeof(array) / sizeof((array)[0])))
#define NULL ((void *)0)

// With -mbulk-memory these become memory.copy and memory.fill; the native twin takes them from its libc.
#define copy_bytes(to, from, n) __builtin_memcpy((to), (from), (n))
#define fill_bytes(to, byte, n) __builtin_memset((to), (byte), (n))

// xorshift64* (Marsaglia 2003, Vigna 2014).
typedef struct { u64 state; } Rng;

static inline Rng rng_new(u32 seed) {
    u64 z = (seed + 1) * 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    return (Rng){(z ^ (z >> 27)) | 1};
}

static inline u64 rng_u64(Rng *rng) {
    u64 x = rng->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    rng->state = x;
    return x * 0x2545f4914f6cdd1dull;
}

static inline u32 rng_u32(Rng *rng) { return (u32)(rng_u64(rng) >> 32); }

// Uniform in 0 .. limit - 1.
static inline u32 rng_below(Rng *rng, u32 limit) { return (u32)(((u64)rng_u32(rng) * limit) >> 32); }

// Uniform in [0, 1).
static inline f64 rng_f64(Rng *rng) { return (f64)(i64)(rng_u64(rng) >> 11) * 0x1p-53; }

static inline u32 rotl32(u32 x, u32 n) { return (x << (n & 31)) | (x >> (-n & 31)); }
static inline u32 rotr32(u32 x, u32 n) { return (x >> (n & 31)) | (x << (-n & 31)); }
static inline u64 rotl64(u64 x, u32 n) { return (x << (n & 63)) | (x >> (-n & 63)); }

// The checksum: order matters, one multiplication a word.
static inline u64 mix(u64 hash, u64 word) { return (rotl64(hash, 23) ^ word) * 0x9fb21c651e98df25ull; }

static inline u64 mix_f64(u64 hash, f64 value) {
    u64 bits;
    copy_bytes(&bits, &value, 8);
    return mix(hash, bits);
}

static inline u64 mix_f64s(u64 hash, const f64 *values, u32 count, u32 stride) {
    for (u32 i = 0; i < count; i += stride) hash = mix_f64(hash, values[i]);
    return hash;
}

static inline u64 mix_f32(u64 hash, f32 value) {
    u32 bits;
    copy_bytes(&bits, &value, 4);
    return mix(hash, bits);
}

static inline void rng_fill_f64(Rng *rng, f64 *values, u32 count) {
    for (u32 i = 0; i < count; i++) values[i] = rng_f64(rng);
}

static inline void rng_fill_bytes(Rng *rng, u8 *bytes, u32 count) {
    for (u32 i = 0; i < count; i++) bytes[i] = (u8)(rng_u64(rng) >> 56);
}

// The one exported function of each kernel.
i64 run(i32 iterations);

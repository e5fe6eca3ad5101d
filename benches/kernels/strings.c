// Strings as programs use them: a growing builder, numbers to text and back, split, reverse, search, replace,
// upper case, comparison, all byte by byte. One iteration: a report of 120 lines built, edited and read again.
#include "kernel.h"

enum { ARENA = 1 << 17, LINES = 120 };
static u8 arena[ARENA];
static u32 arena_used;
typedef struct { u8 *bytes; u32 size, room; } Text;

static u8 *take(u32 size) {
    u8 *at = arena + arena_used;
    arena_used += (size + 7) & ~7u;
    return at;
}

static void grow(Text *t, u32 extra) {
    if (t->size + extra <= t->room) return;
    u32 room = t->room ? t->room * 2 : 16;
    while (room < t->size + extra) room *= 2;
    u8 *bytes = take(room);
    for (u32 i = 0; i < t->size; i++) bytes[i] = t->bytes[i];
    t->bytes = bytes;
    t->room = room;
}

static void add_char(Text *t, u32 c) {
    grow(t, 1);
    t->bytes[t->size++] = (u8)c;
}

static void add(Text *t, const char *s) {
    while (*s) add_char(t, (u8)*s++);
}

static void add_bytes(Text *t, const u8 *bytes, u32 size) {
    grow(t, size);
    for (u32 i = 0; i < size; i++) t->bytes[t->size++] = bytes[i];
}

static void add_number(Text *t, i32 value, u32 base) {
    u8 digits[34];
    u32 count = 0, rest = value < 0 ? -(u32)value : (u32)value;
    do digits[count++] = (u8)"0123456789abcdef"[rest % base];
    while (rest /= base);
    if (value < 0) digits[count++] = '-';
    while (count > 0) add_char(t, digits[--count]);
}

static i32 find(const u8 *hay, u32 hay_size, const u8 *needle, u32 size) {
    for (u32 i = 0; i + size <= hay_size; i++) {
        u32 k = 0;
        while (k < size && hay[i + k] == needle[k]) k++;
        if (k == size) return (i32)i;
    }
    return -1;
}

static Text replace(const Text *t, const char *from, u32 from_size, const char *to) {
    Text out = {NULL, 0, 0};
    for (u32 i = 0; i < t->size;) {
        if (i + from_size <= t->size && find(t->bytes + i, from_size, (const u8 *)from, from_size) == 0) {
            add(&out, to);
            i += from_size;
        } else {
            add_char(&out, t->bytes[i++]);
        }
    }
    return out;
}

static i32 compare(const u8 *a, u32 a_size, const u8 *b, u32 b_size) {
    for (u32 i = 0; i < a_size && i < b_size; i++)
        if (a[i] != b[i]) return (i32)a[i] - (i32)b[i];
    return (i32)a_size - (i32)b_size;
}

static i32 parse_number(const u8 *s, u32 size) {
    u32 i = 0, value = 0, negative = size > 0 && s[0] == '-';
    for (i = negative; i < size && s[i] - '0' < 10u; i++) value = value * 10 + (s[i] - '0');
    return (i32)(negative ? -value : value);
}

i64 run(i32 iterations) {
    static const char *names[] = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"};
    Rng rng = rng_new((u32)iterations);
    u64 hash = 46;
    for (u32 n = 0; n < (u32)iterations; n++) {
        arena_used = 0;
        Text report = {NULL, 0, 0};
        for (u32 i = 0; i < LINES; i++) {
            add(&report, names[rng_below(&rng, COUNT(names))]);
            add_char(&report, '=');
            add_number(&report, (i32)rng_u32(&rng) >> rng_below(&rng, 24), 10);
            add(&report, ", 0x");
            add_number(&report, (i32)(rng_u32(&rng) >> 8), 16);
            add_char(&report, '\n');
        }
        Text edited = replace(&report, "eta=", 4, "ETA :=");
        Text sorted = {NULL, 0, 0};
        const u8 *greatest = edited.bytes;
        u32 greatest_size = 0, start = 0, sum = 0;
        for (u32 i = 0; i < edited.size; i++) {
            if (edited.bytes[i] != '\n') continue;
            const u8 *line = edited.bytes + start;
            u32 size = i - start;
            i32 equals = find(line, size, (const u8 *)"=", 1);
            sum = sum * 3 + (u32)parse_number(line + equals + 1, size - (u32)equals - 1);
            if (compare(line, size, greatest, greatest_size) > 0) {
                greatest = line, greatest_size = size;
                add_bytes(&sorted, line, size);
            }
            for (u32 a = start, b = i; a + 1 < b; a++, b--) {
                u8 keep = edited.bytes[a];
                edited.bytes[a] = edited.bytes[b - 1];
                edited.bytes[b - 1] = keep;
            }
            start = i + 1;
        }
        for (u32 i = 0; i < edited.size; i++) {
            u32 c = edited.bytes[i];
            if (c - 'a' < 26) edited.bytes[i] = (u8)(c - 32);
        }
        hash = mix(hash, (u64)sum << 32 | edited.size);
        for (u32 i = 0; i < edited.size; i += 16) hash = mix(hash, edited.bytes[i]);
        for (u32 i = 0; i < sorted.size; i += 4) hash = mix(hash, sorted.bytes[i]);
    }
    return (i64)hash;
}

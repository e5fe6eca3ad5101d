// UTF-8 and UTF-16 (RFC 3629, RFC 2781): encode code points, validate strictly, transcode both ways, and find
// the damage when bytes were spoilt. One iteration: 3,000 code points of mixed scripts.
#include "kernel.h"

enum { POINTS = 3000 };
static u32 points[POINTS];
static u8 bytes[4 * POINTS + 4], again[4 * POINTS + 4];
static u16 units[2 * POINTS];

static u32 encode(u8 *out, u32 c) {
    if (c < 0x80) return out[0] = (u8)c, 1;
    if (c < 0x800) return out[0] = (u8)(0xc0 | c >> 6), out[1] = (u8)(0x80 | (c & 63)), 2;
    if (c < 0x10000) {
        out[0] = (u8)(0xe0 | c >> 12), out[1] = (u8)(0x80 | (c >> 6 & 63)), out[2] = (u8)(0x80 | (c & 63));
        return 3;
    }
    out[0] = (u8)(0xf0 | c >> 18), out[1] = (u8)(0x80 | (c >> 12 & 63));
    out[2] = (u8)(0x80 | (c >> 6 & 63)), out[3] = (u8)(0x80 | (c & 63));
    return 4;
}

// Reads one code point; answers its length, or 0 where the bytes are not well-formed.
static u32 decode(const u8 *p, u32 left, u32 *point) {
    u32 a = p[0];
    if (a < 0x80) return *point = a, 1;
    if (a < 0xc2 || a > 0xf4) return 0;
    u32 length = a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;
    if (left < length) return 0;
    u32 c = a & (0x7fu >> length);
    for (u32 i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        c = c << 6 | (p[i] & 63);
    }
    if ((length == 3 && (c < 0x800 || c - 0xd800 < 0x800)) || (length == 4 && (c < 0x10000 || c > 0x10ffff))) return 0;
    *point = c;
    return length;
}

static NOINLINE u32 to_units(u32 size) {
    u32 count = 0;
    for (u32 i = 0; i < size;) {
        u32 c = 0xfffd, length = decode(bytes + i, size - i, &c);
        i += length ? length : 1;
        if (c < 0x10000) {
            units[count++] = (u16)c;
        } else {
            units[count++] = (u16)(0xd800 + ((c - 0x10000) >> 10));
            units[count++] = (u16)(0xdc00 + (c & 0x3ff));
        }
        if (count + 2 > COUNT(units)) break;
    }
    return count;
}

static NOINLINE u32 from_units(u32 count) {
    u32 size = 0;
    for (u32 i = 0; i < count && size + 4 <= sizeof again; i++) {
        u32 c = units[i];
        if (c - 0xd800 < 0x400 && i + 1 < count && units[i + 1] - 0xdc00u < 0x400)
            c = 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00u);
        size += encode(again + size, c);
    }
    return size;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 37;
    for (u32 n = 0; n < (u32)iterations; n++) {
        u32 size = 0;
        for (u32 i = 0; i < POINTS; i++) {
            u32 r = rng_u32(&rng), script = r >> 28;
            u32 c = script < 8 ? 32 + r % 90 : script < 12 ? 0x80 + r % 0x700 : script < 15 ? 0x3000 + r % 0x5000 : 0x10000 + r % 0x9000;
            points[i] = c;
            size += encode(bytes + size, c);
        }
        u32 count = to_units(size), back = from_units(count), wrong = back != size;
        for (u32 i = 0; i < size; i++) wrong += bytes[i] != again[i];
        hash = mix(hash, (u64)size << 32 | (count + wrong));
        for (u32 i = 0; i < 8; i++) bytes[rng_below(&rng, size)] ^= 0x40;
        u32 bad = 0, point = 0;
        for (u32 i = 0; i < size;) {
            u32 length = decode(bytes + i, size - i, &point);
            bad = bad * 3 + (length ? point & 1 : i);
            i += length ? length : 1;
        }
        hash = mix(hash, bad);
    }
    return (i64)hash;
}

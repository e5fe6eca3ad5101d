// A mixed load after the manner of embedded benchmarks: list search and sort by two keys, small integer matrices,
// a state machine that classifies numbers in text, and a CRC over all results. One iteration: one round of each.
#include "kernel.h"

enum { ITEMS = 64, N = 12, TEXT = 400 };
typedef struct Item { struct Item *next; i16 rank, data; } Item;
static Item items[ITEMS];
static i16 left[N][N], right[N][N];
static i32 product[N][N];
static u8 text[TEXT + 1];

static u16 crc16(u16 crc, u32 value) {
    for (u32 i = 0; i < 16; i++) {
        u32 carry = (crc ^ value) & 1;
        crc >>= 1;
        value >>= 1;
        if (carry) crc ^= 0xa001;
    }
    return crc;
}

static i32 by_rank(const Item *a, const Item *b) { return a->rank - b->rank; }
static i32 by_data(const Item *a, const Item *b) { return (a->data & 0xff) - (b->data & 0xff); }

static Item *sort_list(Item *list, i32 (*compare)(const Item *, const Item *)) {
    for (u32 width = 1;; width *= 2) {
        Item *rest = list, *tail = NULL;
        u32 merges = 0;
        list = NULL;
        while (rest) {
            Item *a = rest, *b = rest;
            u32 a_left = 0, b_left = width;
            merges++;
            for (; a_left < width && b; a_left++) b = b->next;
            while (a_left > 0 || (b_left > 0 && b)) {
                Item *pick;
                if (a_left > 0 && (b_left == 0 || !b || compare(a, b) <= 0)) pick = a, a = a->next, a_left--;
                else pick = b, b = b->next, b_left--;
                if (tail) tail->next = pick;
                else list = pick;
                tail = pick;
            }
            rest = b;
        }
        if (tail) tail->next = NULL;
        if (merges <= 1) return list;
    }
}

static NOINLINE u16 lists(Rng *rng, u16 crc) {
    Item *list = NULL;
    for (u32 i = 0; i < ITEMS; i++) {
        u32 r = rng_u32(rng);
        items[i] = (Item){list, (i16)i, (i16)r};
        list = &items[i];
    }
    for (u32 k = 0; k < 16; k++) {                         // find by data, move the hit to the front
        u32 wanted = rng_below(rng, 256);
        Item **at = &list;
        while (*at && ((u32)(*at)->data & 0xff) != wanted) at = &(*at)->next;
        if (*at) {
            Item *hit = *at;
            *at = hit->next;
            hit->next = list;
            list = hit;
            crc = crc16(crc, (u16)hit->rank);
        }
    }
    list = sort_list(list, by_data);
    for (Item *i = list; i; i = i->next) crc = crc16(crc, (u16)i->rank);
    list = sort_list(list, by_rank);
    for (Item *i = list; i; i = i->next) crc = crc16(crc, (u16)i->data);
    return crc;
}

static NOINLINE u16 matrices(Rng *rng, u16 crc) {
    i16 offset = (i16)rng_below(rng, 100);
    for (u32 i = 0; i < N; i++)
        for (u32 j = 0; j < N; j++) left[i][j] = (i16)(rng_below(rng, 256)), right[i][j] = (i16)(left[i][j] + offset);
    for (u32 i = 0; i < N; i++)
        for (u32 j = 0; j < N; j++) {
            i32 sum = 0, bits = 0;
            for (u32 k = 0; k < N; k++) {
                i32 t = left[i][k] * right[k][j];
                sum += t;
                bits += (t >> 2 & 15) * (t >> 5 & 127);
            }
            product[i][j] = sum - bits;
        }
    i32 running = 0, last = 0;
    for (u32 i = 0; i < N; i++)
        for (u32 j = 0; j < N; j++) {
            running += product[i][j];
            if (running > 30000) last += 10, running = 0;
            else last += product[i][j] > last;
        }
    return crc16(crc, (u32)last);
}

enum State { START, SIGN, WHOLE, POINT, FRACTION, MARK, MARK_SIGN, POWER, BAD, STATES };

static enum State advance(enum State state, u32 c) {
    u32 digit = c - '0' < 10;
    switch (state) {
    case START: return digit ? WHOLE : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : BAD;
    case SIGN: return digit ? WHOLE : c == '.' ? POINT : BAD;
    case WHOLE: return digit ? WHOLE : c == '.' ? FRACTION : c == 'e' ? MARK : BAD;
    case POINT: return digit ? FRACTION : BAD;
    case FRACTION: return digit ? FRACTION : c == 'e' ? MARK : BAD;
    case MARK: return digit ? POWER : c == '+' || c == '-' ? MARK_SIGN : BAD;
    case MARK_SIGN: return digit ? POWER : BAD;
    case POWER: return digit ? POWER : BAD;
    default: return BAD;
    }
}

static NOINLINE u16 states(Rng *rng, u16 crc) {
    static const char *samples[] = {"5012", "-874", "+122", "35.54400", ".1234500", "-110.700", "5.500e+3", "-.123e-2",
                                    "T0.3e-1F", "-T.T++Tq", "1T3.4e4z", "34.0e-T^"};
    u32 size = 0, ends[STATES] = {0}, passed[STATES] = {0};
    while (size + 10 < TEXT) {
        for (const char *s = samples[rng_below(rng, COUNT(samples))]; *s; s++) text[size++] = (u8)*s;
        text[size++] = ',';
    }
    if (rng_below(rng, 4) == 0) text[rng_below(rng, size)] ^= 1;
    enum State state = START;
    for (u32 i = 0; i < size; i++) {
        if (text[i] == ',') {
            ends[state]++;
            state = START;
        } else {
            state = advance(state, text[i]);
            passed[state]++;
        }
    }
    for (u32 i = 0; i < STATES; i++) crc = crc16(crc16(crc, ends[i]), passed[i]);
    return crc;
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 52;
    u16 crc = 0xffff;
    for (u32 n = 0; n < (u32)iterations; n++) {
        crc = lists(&rng, crc);
        crc = matrices(&rng, crc);
        crc = states(&rng, crc);
        hash = mix(hash, crc);
    }
    return (i64)hash;
}

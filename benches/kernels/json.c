// A JSON reader (RFC 8259): text to a tape of nodes, with escapes, UTF-8 from \u, numbers with exponents; and
// a writer that makes the text. One iteration: about 6 KiB written, read and summed up.
#include "kernel.h"

enum { TEXT = 32768, NODES = 4096, DEPTH = 8 };
enum Kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
typedef struct { u32 kind, size; f64 number; } Node;       // size: bytes of a string, members of an array or object
static u8 text[TEXT], strings[TEXT];
static Node tape[NODES];
static u32 text_size, at, tape_size, strings_size;

static void put(const char *s) {
    while (*s) text[text_size++] = (u8)*s++;
}

static void put_number(u32 value) {
    u8 digits[10];
    u32 count = 0;
    do digits[count++] = (u8)('0' + value % 10);
    while (value /= 10);
    while (count > 0) text[text_size++] = digits[--count];
}

static void write_string(Rng *rng) {
    static const char *odd[] = {"\\n", "\\\"", "\\u00e9", "\\u20ac", "\\\\", "\xc3\xbc"};
    put("\"");
    for (u32 n = rng_below(rng, 14) + 1; n > 0; n--) {
        u32 r = rng_below(rng, 32);
        if (r < COUNT(odd)) put(odd[r]);
        else text[text_size++] = (u8)('a' + r - COUNT(odd));
    }
    put("\"");
}

static void write_value(Rng *rng, u32 depth) {
    u32 kind = rng_below(rng, depth < DEPTH && text_size < 5000 ? 9 : 5);
    if (depth < 3 && text_size < 5000) kind = 5 + kind % 4;
    if (kind < 3) {
        if (rng_below(rng, 2)) put("-");
        put_number(rng_u32(rng) >> rng_below(rng, 32));
        if (kind == 1) put("."), put_number(rng_below(rng, 100000));
        if (kind == 2) put("e-"), put_number(rng_below(rng, 9));
    } else if (kind == 3) {
        write_string(rng);
    } else if (kind == 4) {
        static const char *word[] = {"null", "false", "true"};
        put(word[rng_below(rng, 3)]);
    } else {
        u32 object = kind < 7;
        put(object ? "{" : "[");
        for (u32 n = rng_below(rng, 10), i = 0; i < n; i++) {
            if (i) put(", ");
            if (object) write_string(rng), put(": ");
            write_value(rng, depth + 1);
        }
        put(object ? "}" : "]");
    }
}

static void skip_space(void) {
    while (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r') at++;
}

static u32 hex4(u32 *value) {
    u32 v = 0;
    for (u32 i = 0; i < 4; i++) {
        u32 c = text[at++], low = c | 32;
        if (c - '0' < 10) v = v << 4 | (c - '0');
        else if (low - 'a' < 6) v = v << 4 | (low - 'a' + 10);
        else return 0;
    }
    *value = v;
    return 1;
}

static u32 read_string(Node *node) {
    u32 start = strings_size;
    for (at++;;) {
        u32 c = text[at++];
        if (c == '"') break;
        if (c < 32) return 0;
        if (c == '\\') {
            c = text[at++];
            switch (c) {
            case 'n': c = '\n'; break;
            case 't': c = '\t'; break;
            case 'r': c = '\r'; break;
            case 'b': c = '\b'; break;
            case 'f': c = '\f'; break;
            case '"': case '\\': case '/': break;
            case 'u':
                if (!hex4(&c)) return 0;
                if (c >= 0x800) {
                    strings[strings_size++] = (u8)(0xe0 | c >> 12);
                    strings[strings_size++] = (u8)(0x80 | (c >> 6 & 63));
                    c = 0x80 | (c & 63);
                } else if (c >= 0x80) {
                    strings[strings_size++] = (u8)(0xc0 | c >> 6);
                    c = 0x80 | (c & 63);
                }
                break;
            default: return 0;
            }
        }
        strings[strings_size++] = (u8)c;
    }
    node->size = strings_size - start;
    return 1;
}

static u32 read_number(Node *node) {
    f64 value = 0, scale = 1;
    u32 negative = text[at] == '-';
    at += negative;
    if (text[at] - '0' > 9u) return 0;
    while (text[at] - '0' <= 9u) value = value * 10 + (text[at++] - '0');
    if (text[at] == '.')
        for (at++; text[at] - '0' <= 9u; scale *= 10) value = value * 10 + (text[at++] - '0');
    if ((text[at] | 32) == 'e') {
        u32 down = text[++at] == '-', power = 0;
        at += down || text[at] == '+';
        while (text[at] - '0' <= 9u) power = power * 10 + (text[at++] - '0');
        for (; power > 0; power--) {
            if (down) scale *= 10;
            else value *= 10;
        }
    }
    node->number = (negative ? -value : value) / scale;
    return 1;
}

static u32 read_word(const char *word) {
    for (; *word; word++)
        if (text[at++] != (u8)*word) return 0;
    return 1;
}

static u32 read_value(void) {
    if (tape_size == NODES) return 0;
    Node *node = &tape[tape_size++];
    node->size = 0;
    node->number = 0;
    skip_space();
    switch (text[at]) {
    case 'n': node->kind = JSON_NULL; return read_word("null");
    case 'f': node->kind = JSON_FALSE; return read_word("false");
    case 't': node->kind = JSON_TRUE; return read_word("true");
    case '"': node->kind = JSON_STRING; return read_string(node);
    case '[': case '{': {
        u32 object = text[at] == '{', close = object ? '}' : ']';
        node->kind = object ? JSON_OBJECT : JSON_ARRAY;
        at++;
        skip_space();
        if (text[at] == close) return at++, 1;
        for (;; node->size++) {
            if (object) {
                if (!read_value() || tape[tape_size - 1].kind != JSON_STRING) return 0;
                skip_space();
                if (text[at++] != ':') return 0;
            }
            if (!read_value()) return 0;
            skip_space();
            u32 c = text[at++];
            if (c == close) return node->size++, 1;
            if (c != ',') return 0;
            skip_space();
        }
    }
    default: node->kind = JSON_NUMBER; return read_number(node);
    }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 32;
    for (u32 n = 0; n < (u32)iterations; n++) {
        text_size = 0;
        put("[");
        for (u32 i = 0; text_size < 5000; i++) {
            if (i) put(",\n");
            write_value(&rng, 0);
        }
        put("]");
        text[text_size] = 0;
        at = tape_size = strings_size = 0;
        u32 good = read_value();
        hash = mix(hash, (u64)good << 32 | tape_size);
        for (u32 i = 0; i < tape_size; i++) {
            u64 word = tape[i].kind << 16 | tape[i].size;
            hash = tape[i].kind == JSON_NUMBER ? mix_f64(hash, tape[i].number) : mix(hash, word);
        }
        for (u32 i = 0; i < strings_size; i += 8) hash = mix(hash, strings[i]);
    }
    return (i64)hash;
}

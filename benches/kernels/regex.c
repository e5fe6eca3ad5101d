// Regular expressions three ways on the same text: compiled to Thompson's NFA (Thompson 1968) and simulated
// with state sets, through a DFA built lazily from those sets, and by backtracking. The counts must agree.
// One iteration: each of six patterns, searched from every place of 600 bytes.
#include "kernel.h"

enum { CODE = 64, TEXT = 600, STATES = 48, SYMBOLS = 8 };
enum Op { CHAR, ANY, SPLIT, JUMP, ACCEPT };
typedef struct { u8 op, symbol; u16 x, y; } Inst;
static Inst code[CODE];
static u32 code_size;
static const char *pattern;
static u8 text[TEXT + 1];

// alternation := sequence ('|' sequence)*; sequence := (atom [*+?])*; atom := letter | '.' | '(' alternation ')'
static void alternation(void);

static u32 emit(u32 op, u32 symbol, u32 x, u32 y) {
    code[code_size] = (Inst){(u8)op, (u8)symbol, (u16)x, (u16)y};
    return code_size++;
}

// Opens a gap of one instruction at `where`; jumps to or past it move with their targets.
static void insert_at(u32 where) {
    for (u32 i = code_size; i > where; i--) code[i] = code[i - 1];
    code_size++;
    for (u32 i = where + 1; i < code_size; i++) {
        code[i].x += code[i].op >= SPLIT && code[i].x >= where;
        code[i].y += code[i].op >= SPLIT && code[i].y >= where;
    }
}

static void sequence(void) {
    while (*pattern && *pattern != '|' && *pattern != ')') {
        u32 start = code_size;
        if (*pattern == '(') {
            pattern++;
            alternation();
            pattern++;
        } else if (*pattern == '.') {
            pattern++;
            emit(ANY, 0, 0, 0);
        } else {
            emit(CHAR, (u32)*pattern++, 0, 0);
        }
        if (*pattern == '*') {
            insert_at(start);
            emit(JUMP, 0, start, 0);
            code[start] = (Inst){SPLIT, 0, (u16)(start + 1), (u16)code_size};
            pattern++;
        } else if (*pattern == '+') {
            u32 split = emit(SPLIT, 0, start, 0);
            code[split].y = (u16)code_size;
            pattern++;
        } else if (*pattern == '?') {
            insert_at(start);
            code[start] = (Inst){SPLIT, 0, (u16)(start + 1), (u16)code_size};
            pattern++;
        }
    }
}

static void alternation(void) {
    u32 start = code_size;
    sequence();
    while (*pattern == '|') {
        pattern++;
        insert_at(start);
        u32 jump = emit(JUMP, 0, 0, 0);
        code[start] = (Inst){SPLIT, 0, (u16)(start + 1), (u16)code_size};
        sequence();
        code[jump].x = (u16)code_size;
    }
}

static NOINLINE void compile(const char *source) {
    pattern = source;
    code_size = 0;
    alternation();
    emit(ACCEPT, 0, 0, 0);
}

// Adds `pc` and all it reaches without reading, as a set of bits.
static u64 closure(u64 set, u32 pc) {
    if (set >> pc & 1) return set;
    set |= 1ull << pc;
    if (code[pc].op == JUMP) return closure(set, code[pc].x);
    if (code[pc].op == SPLIT) return closure(closure(set, code[pc].x), code[pc].y);
    return set;
}

static u64 step(u64 set, u8 symbol) {
    u64 next = 0;
    for (u64 rest = set; rest; rest &= rest - 1) {
        u32 pc = (u32)__builtin_ctzll(rest);
        if (code[pc].op == ANY || (code[pc].op == CHAR && code[pc].symbol == symbol)) next = closure(next, pc + 1);
    }
    return next;
}

// Each matcher answers with 1 + the length of the longest match at `from`, or 0.
static NOINLINE u32 match_nfa(u32 from) {
    u64 set = closure(0, 0), accept = 1ull << (code_size - 1);
    u32 longest = 0;
    for (u32 i = from;; i++) {
        if (set & accept) longest = 1 + i - from;
        if (!set || !text[i]) return longest;
        set = step(set, text[i]);
    }
}

static u64 state_set[STATES];
static u8 state_next[STATES][SYMBOLS];                     // 0: not known yet; state 1 is the empty set
static u32 states;

static u32 state_of(u64 set) {
    for (u32 i = 1; i < states; i++)
        if (state_set[i] == set) return i;
    if (states == STATES) return 0;
    state_set[states] = set;
    for (u32 i = 0; i < SYMBOLS; i++) state_next[states][i] = 0;
    return states++;
}

static NOINLINE u32 match_dfa(u32 from, u32 start) {
    u64 accept = 1ull << (code_size - 1);
    u32 longest = 0, state = start;
    for (u32 i = from;; i++) {
        if (state_set[state] & accept) longest = 1 + i - from;
        if (state == 1 || !text[i]) return longest;
        u32 next = state_next[state][text[i] & (SYMBOLS - 1)];
        if (!next) {
            next = state_of(step(state_set[state], text[i]));
            if (!next) return match_nfa(from);
            state_next[state][text[i] & (SYMBOLS - 1)] = (u8)next;
        }
        state = next;
    }
}

static u32 farthest, fuel;

static void backtrack(u32 pc, u32 i) {
    for (;;) {
        if (fuel == 0) return;
        fuel--;
        switch (code[pc].op) {
        case CHAR:
            if (text[i] != code[pc].symbol) return;
            i++, pc++;
            break;
        case ANY:
            if (!text[i]) return;
            i++, pc++;
            break;
        case JUMP: pc = code[pc].x; break;
        case SPLIT:
            backtrack(code[pc].x, i);
            pc = code[pc].y;
            break;
        default:
            if (i + 1 > farthest) farthest = i + 1;
            return;
        }
    }
}

i64 run(i32 iterations) {
    static const char *patterns[] = {"ab*c", "(ab|ba)+c?", "a.c|b.d", "(a|b)?c(d|e)*f", "f(e|d.)+", "a(b|c|d(e|f))+a"};
    Rng rng = rng_new((u32)iterations);
    u64 hash = 33;
    for (u32 n = 0; n < (u32)iterations; n++) {
        for (u32 i = 0; i < TEXT; i++) text[i] = (u8)('a' + rng_below(&rng, 6));
        for (u32 k = 0; k < COUNT(patterns); k++) {
            compile(patterns[k]);
            states = 1;
            state_of(0);
            u32 start = state_of(closure(0, 0)), total = 0, wrong = 0;
            for (u32 i = 0; i < TEXT; i++) {
                u32 nfa = match_nfa(i), dfa = match_dfa(i, start);
                farthest = 0, fuel = 2000;
                backtrack(0, i);
                total = total * 5 + dfa;
                wrong += nfa != dfa || (farthest ? 1 + farthest - 1 - i : 0) != dfa;
            }
            hash = mix(hash, (u64)wrong << 32 | total);
        }
    }
    return (i64)hash;
}

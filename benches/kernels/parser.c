// A little language read and run: a scanner, a recursive-descent compiler with precedence climbing to stack code,
// and its evaluator. Programs are generated as text. One iteration: one program of 40 assignments.
#include "kernel.h"

enum { TEXT = 8192, CODE = 4096 };
static u8 text[TEXT];
static u32 text_size;

static void put(u32 c) { text[text_size++] = (u8)c; }

static void write_expression(Rng *rng, u32 depth) {
    static const char operators[] = "+-*/%<&|";
    u32 kind = depth == 0 ? rng_below(rng, 2) : rng_below(rng, 8);
    if (kind == 0) {
        u32 value = rng_below(rng, 1000);
        if (value > 99) put('0' + value / 100);
        put('0' + value / 10 % 10);
        put('0' + value % 10);
    } else if (kind == 1) {
        put('a' + rng_below(rng, 26));
    } else if (kind == 2) {
        put('(');
        write_expression(rng, depth - 1);
        put(')');
    } else if (kind == 3) {
        put('-');
        write_expression(rng, depth - 1);
    } else {
        write_expression(rng, depth - 1);
        put(' ');
        put((u8)operators[rng_below(rng, 8)]);
        put(' ');
        write_expression(rng, depth - 1);
    }
}

enum Token { END, NUMBER, NAME, SYMBOL };
static u32 at, token, token_value;

static void next_token(void) {
    while (text[at] == ' ' || text[at] == '\n') at++;
    u32 c = text[at];
    if (c - '0' < 10) {
        token = NUMBER;
        for (token_value = 0; text[at] - '0' < 10u; at++) token_value = token_value * 10 + (text[at] - '0');
    } else if (c - 'a' < 26) {
        token = NAME;
        token_value = c - 'a';
        at++;
    } else {
        token = c ? SYMBOL : END;
        token_value = c;
        at += c != 0;
    }
}

enum Op { PUSH, GET, SET, NEGATE, ADD, SUB, MUL, DIV, REM, LESS, AND, OR, STOP };
typedef struct { u32 op; i32 k; } Inst;
static Inst code[CODE];
static u32 code_size, errors;

static void emit(u32 op, u32 k) {
    if (code_size < CODE) code[code_size++] = (Inst){op, (i32)k};
    else errors++;
}

static u32 precedence(u32 symbol, u32 *op) {
    switch (symbol) {
    case '|': return *op = OR, 1;
    case '&': return *op = AND, 2;
    case '<': return *op = LESS, 3;
    case '+': return *op = ADD, 4;
    case '-': return *op = SUB, 4;
    case '*': return *op = MUL, 5;
    case '/': return *op = DIV, 5;
    case '%': return *op = REM, 5;
    default: return 0;
    }
}

static void expression(u32 least);

static void primary(void) {
    u32 kind = token, value = token_value;
    next_token();
    if (kind == NUMBER) {
        emit(PUSH, value);
    } else if (kind == NAME) {
        emit(GET, value);
    } else if (kind == SYMBOL && value == '(') {
        expression(1);
        errors += token != SYMBOL || token_value != ')';
        next_token();
    } else if (kind == SYMBOL && value == '-') {
        primary();
        emit(NEGATE, 0);
    } else {
        errors++;
    }
}

static void expression(u32 least) {
    primary();
    for (;;) {
        u32 op = 0, level = token == SYMBOL ? precedence(token_value, &op) : 0;
        if (level == 0 || level < least) return;
        next_token();
        expression(level + 1);
        emit(op, 0);
    }
}

static NOINLINE void compile(void) {
    at = code_size = 0;
    next_token();
    while (token == NAME) {
        u32 target = token_value;
        next_token();
        errors += token != SYMBOL || token_value != '=';
        next_token();
        expression(1);
        emit(SET, target);
        errors += token != SYMBOL || token_value != ';';
        next_token();
    }
    errors += token != END;
    emit(STOP, 0);
}

static u32 variables[26];

static NOINLINE void evaluate(void) {
    u32 stack[64], top = 0;
    for (const Inst *i = code;; i++) {
        u32 b = top > 0 ? stack[(top - 1) & 63] : 0, a = top > 1 ? stack[(top - 2) & 63] : 0, result = 0;
        switch (i->op) {
        case PUSH: stack[top++ & 63] = (u32)i->k; continue;
        case GET: stack[top++ & 63] = variables[i->k]; continue;
        case SET: variables[i->k] = b, top--; continue;
        case NEGATE: stack[(top - 1) & 63] = -b; continue;
        case ADD: result = a + b; break;
        case SUB: result = a - b; break;
        case MUL: result = a * b; break;
        case DIV: result = b ? a / b : a; break;
        case REM: result = b ? a % b : 0; break;
        case LESS: result = (i32)a < (i32)b; break;
        case AND: result = a & b; break;
        case OR: result = a | b; break;
        default: return;
        }
        top--;
        stack[(top - 1) & 63] = result;
    }
}

i64 run(i32 iterations) {
    Rng rng = rng_new((u32)iterations);
    u64 hash = 56;
    for (u32 n = 0; n < (u32)iterations; n++) {
        text_size = errors = 0;
        for (u32 i = 0; i < 40 && text_size < TEXT / 2; i++) {
            put('a' + rng_below(&rng, 26));
            put('=');
            write_expression(&rng, 5);
            put(';');
            put('\n');
        }
        text[text_size] = 0;
        for (u32 i = 0; i < 26; i++) variables[i] = rng_u32(&rng) >> 20;
        compile();
        for (u32 i = 0; i < 3; i++) evaluate();
        hash = mix(hash, (u64)errors << 32 | code_size);
        for (u32 i = 0; i < 26; i++) hash = mix(hash, variables[i]);
    }
    return (i64)hash;
}

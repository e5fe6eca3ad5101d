// See thread.h.
#include "thread.h"

__attribute__((import_module("wasi"), import_name("thread-spawn"))) int spawn(void *);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("fd_write"))) int fd_write(int, const void *, int, void *);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"))) _Noreturn void proc_exit(int);

extern char __heap_base;
static atomic_uintptr_t used;

// The first two fields are what start.s reads.
struct thread {
    void *stack, *tls;
    void (*f)(void *);
    void *arg;
    atomic_int ended;
};

enum { STACK = 64 << 10, WAIT_FOR_EVER = -1 };

static void wait_while(atomic_int *at, int value) { __builtin_wasm_memory_atomic_wait32((int *)at, value, WAIT_FOR_EVER); }
static void wake(atomic_int *at, unsigned count) { __builtin_wasm_memory_atomic_notify((int *)at, count); }

void *take(size_t bytes) {
    bytes = (bytes + 15) & ~(size_t)15;
    uintptr_t start = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
    uintptr_t at = start + atomic_fetch_add(&used, bytes), end = at + bytes;
    while (end > (uintptr_t)__builtin_wasm_memory_size(0) << 16)
        if (__builtin_wasm_memory_grow(0, 1) == (size_t)-1) return 0;
    return (void *)at;
}

thread *thread_create(void (*f)(void *), void *arg) {
    thread *t = take(sizeof *t);
    char *stack = take(STACK), *tls = take(__builtin_wasm_tls_size() + __builtin_wasm_tls_align());
    if (!t || !stack || !tls) return 0;
    uintptr_t align = __builtin_wasm_tls_align();
    tls += align ? -(uintptr_t)tls & (align - 1) : 0;
    *t = (thread){.stack = stack + STACK, .tls = tls, .f = f, .arg = arg};
    return spawn(t) > 0 ? t : 0;
}

void thread_begins(int id, thread *t) {
    (void)id;
    t->f(t->arg);
    atomic_store(&t->ended, 1);
    wake(&t->ended, -1);
}

void thread_join(thread *t) {
    while (!atomic_load(&t->ended)) wait_while(&t->ended, 0);
}

void mutex_lock(mutex *m) {
    int free = 0;
    if (atomic_compare_exchange_strong(&m->state, &free, 1)) return;
    while (atomic_exchange(&m->state, 2)) wait_while(&m->state, 2);
}

void mutex_unlock(mutex *m) {
    if (atomic_exchange(&m->state, 0) == 2) wake(&m->state, 1);
}

void condition_wait(condition *c, mutex *m) {
    int turn = atomic_load(&c->turn);
    mutex_unlock(m);
    wait_while(&c->turn, turn);
    mutex_lock(m);
}

static void condition_wake(condition *c, unsigned count) {
    atomic_fetch_add(&c->turn, 1);
    wake(&c->turn, count);
}
void condition_signal(condition *c) { condition_wake(c, 1); }
void condition_broadcast(condition *c) { condition_wake(c, -1); }

void barrier_init(barrier *b, int size) {
    b->size = size;
    atomic_store(&b->missing, size);
}

void barrier_wait(barrier *b) {
    int turn = atomic_load(&b->turn);
    if (atomic_fetch_sub(&b->missing, 1) > 1) {
        while (atomic_load(&b->turn) == turn) wait_while(&b->turn, turn);
        return;
    }
    atomic_store(&b->missing, b->size);
    atomic_fetch_add(&b->turn, 1);
    wake(&b->turn, -1);
}

void print(const char *text) {
    size_t length = 0, written;
    while (text[length]) length++;
    const struct { const char *at; size_t length; } piece = {text, length};
    fd_write(1, &piece, 1, &written);
}

void print_number(const char *before, int64_t number) {
    char text[64], *at = text + sizeof text - 1;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    *at = 0, *--at = '\n';
    do *--at = '0' + rest % 10;
    while (rest /= 10);
    if (number < 0) *--at = '-';
    size_t length = 0;
    while (before[length]) length++;
    while (length) *--at = before[--length];
    print(at);
}

void leave(int code) { proc_exit(code); }

// Threads for C without a libc: over wasi's thread-spawn and the wait and notify builtins of wasm. For tests and benchmarks.
#pragma once
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef struct thread thread;
// Runs f(arg) in a new thread; null if there is no memory or the host has none.
thread *thread_create(void (*f)(void *), void *arg);
// Waits for its end and frees it.
void thread_join(thread *t);

// 0 free, 1 taken, 2 taken and somebody may wait.
typedef struct { atomic_int state; } mutex;
void mutex_lock(mutex *m);
void mutex_unlock(mutex *m);

typedef struct { atomic_int turn; } condition;
// Gives the mutex up while it waits; may wake for no reason.
void condition_wait(condition *c, mutex *m);
void condition_signal(condition *c);
void condition_broadcast(condition *c);

typedef struct { atomic_int missing, turn; int size; } barrier;
void barrier_init(barrier *b, int size);
// All of its threads leave together.
void barrier_wait(barrier *b);

// From the end of the data on; never given back. Aligned to 16.
void *take(size_t bytes);
void print(const char *text);
void print_number(const char *before, int64_t number);
_Noreturn void leave(int code);

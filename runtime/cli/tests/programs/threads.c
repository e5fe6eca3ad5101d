// What programs with threads do: mutex, condition variable, thread-local storage, barrier, a pool whose workers steal. One line of answers each.
#include "thread.h"

enum { THREADS = 4 };

static void together(void (*f)(void *)) {
    thread *all[THREADS];
    for (intptr_t i = 0; i < THREADS; i++)
        if (!(all[i] = thread_create(f, (void *)i))) print("no thread\n"), leave(1);
    for (int i = 0; i < THREADS; i++) thread_join(all[i]);
}

// ---- a mutex: no increment is lost

static mutex lock;
static int64_t counter;

static void count(void *arg) {
    (void)arg;
    for (int i = 0; i < 20000; i++) {
        mutex_lock(&lock);
        counter++;
        mutex_unlock(&lock);
    }
}

// ---- a condition variable: a bounded queue; all that is put in comes out once

static condition not_full, not_empty;
static int queue[8], length, produced, consumed;
static int64_t sum;

static void trade(void *arg) {
    for (int i = 0; i < 5000; i++) {
        mutex_lock(&lock);
        if ((intptr_t)arg % 2) {
            while (length == 8) condition_wait(&not_full, &lock);
            queue[length++] = ++produced;
            condition_signal(&not_empty);
        } else {
            while (length == 0) condition_wait(&not_empty, &lock);
            sum += queue[--length], consumed++;
            condition_signal(&not_full);
        }
        mutex_unlock(&lock);
    }
}

// ---- thread-local storage: each thread has its own, as it was at first

static _Thread_local int own = 42;
static _Thread_local char buffer[100];
static atomic_int wrong;

static void use_own(void *arg) {
    for (int i = 0; i < 1000; i++) {
        if (own != 42 + i * ((int)(intptr_t)arg + 1) || buffer[99] != (char)(i ? (intptr_t)arg : 0)) wrong++;
        own += (int)(intptr_t)arg + 1;
        buffer[99] = (char)(intptr_t)arg;
    }
}

// ---- a barrier: no thread is a step ahead

static barrier line;
static atomic_int steps[THREADS];

static void march(void *arg) {
    for (int i = 1; i <= 2000; i++) {
        steps[(intptr_t)arg] = i;
        barrier_wait(&line);
        for (int k = 0; k < THREADS; k++)
            if (steps[k] != i) wrong++;
        barrier_wait(&line);
    }
}

// ---- a pool: numbers are split until they are small; who has nothing left steals the oldest of another

typedef struct { int from, to; } task;
typedef struct { mutex lock; task tasks[64]; int first, last; } deque;
static deque deques[THREADS];
static atomic_int open_tasks;
static atomic_llong total;

static int put(deque *d, task t) {
    mutex_lock(&d->lock);
    int fits = d->last - d->first < 64;
    if (fits) d->tasks[d->last++ % 64] = t;
    mutex_unlock(&d->lock);
    return fits;
}

static int get(deque *d, int newest, task *t) {
    mutex_lock(&d->lock);
    int some = d->last > d->first;
    if (some) *t = newest ? d->tasks[--d->last % 64] : d->tasks[d->first++ % 64];
    mutex_unlock(&d->lock);
    return some;
}

static void work(void *arg) {
    int self = (int)(intptr_t)arg;
    while (open_tasks) {
        task t;
        int found = get(&deques[self], 1, &t);
        for (int k = 1; !found && k < THREADS; k++) found = get(&deques[(self + k) % THREADS], 0, &t);
        if (!found) continue;
        while (t.to - t.from > 100) {
            int middle = t.from + (t.to - t.from) / 2;
            open_tasks++;
            if (!put(&deques[self], (task){middle, t.to})) {
                open_tasks--;
                break;
            }
            t.to = middle;
        }
        int64_t part = 0;
        for (int i = t.from; i < t.to; i++) part += (int64_t)i * i % 1000;
        total += part;
        open_tasks--;
    }
}

__attribute__((export_name("_start"))) void start(void) {
    together(count);
    print_number("mutex ", counter);
    together(trade);
    print_number("queue ", consumed), print_number("sum ", sum);
    own = 7;
    together(use_own);
    print_number("own ", own), print_number("wrong ", wrong);
    barrier_init(&line, THREADS);
    together(march);
    print_number("ahead ", wrong);
    open_tasks = 1, put(&deques[0], (task){0, 300000});
    together(work);
    print_number("pool ", total);
}

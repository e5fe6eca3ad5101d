// The peer wasmtime, driven through its C API in one process, so that nanoseconds can be measured.
//
//   wasmtime_capi --compile-only FILE.wasm      CPU time of a single-threaded compilation and peak memory
//   wasmtime_capi --calls DIR                   cost of calls and instances; DIR holds calls.wat and instance.wat
//   wasmtime_capi --wat2wasm IN.wat OUT.wasm    text to binary, for peers that read no text
// Before the command: --winch (baseline compiler), --opt-none. Every answer is one JSON object on a line.
//
// Build against the shared library in PyPI's `wasmtime` wheel (50.x), which brings no headers; the few functions needed are
// declared here by hand:
//   LIB=$(python3 -c 'import wasmtime, glob, os; print(glob.glob(os.path.dirname(wasmtime.__file__) + "/linux-*")[0])')
//   clang-22 -std=c17 -O2 -Wall -Wextra wasmtime_capi.c -o wasmtime_capi -L"$LIB" -l:_libwasmtime.so -Wl,-rpath,"$LIB"
#define _DEFAULT_SOURCE
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

// --- the C API, as far as it is used -------------------------------------------------------------------------------

typedef struct wasm_config wasm_config_t;
typedef struct wasm_engine wasm_engine_t;
typedef struct wasm_valtype wasm_valtype_t;
typedef struct wasm_functype wasm_functype_t;
typedef struct wasm_trap wasm_trap_t;
typedef struct wasmtime_error wasmtime_error_t;
typedef struct wasmtime_module wasmtime_module_t;
typedef struct wasmtime_store wasmtime_store_t;
typedef struct wasmtime_context wasmtime_context_t;
typedef struct wasmtime_caller wasmtime_caller_t;
typedef struct wasmtime_linker wasmtime_linker_t;
typedef struct wasmtime_instance_pre wasmtime_instance_pre_t;
typedef struct wasmtime_pooling wasmtime_pooling_t;
typedef struct { size_t size; uint8_t *data; } wasm_byte_vec_t;
typedef struct { size_t size; wasm_valtype_t **data; } wasm_valtype_vec_t;
typedef struct { uint64_t store; size_t index; } wasmtime_instance_t;
typedef struct { uint64_t store; void *private_; } wasmtime_func_t;
typedef struct { uint8_t kind; union { wasmtime_func_t func; uint64_t room[4]; } of; } wasmtime_extern_t;
typedef union { int32_t i32; int64_t i64; uint8_t v128[16]; } __attribute__((aligned(16))) wasmtime_val_raw_t;
typedef wasm_trap_t *(*unchecked_callback)(void *, wasmtime_caller_t *, wasmtime_val_raw_t *, size_t);
enum { EXTERN_FUNC = 0, VAL_I32 = 0, STRATEGY_CRANELIFT = 1, STRATEGY_WINCH = 2, OPT_NONE = 0, OPT_SPEED = 1 };

wasm_config_t *wasm_config_new(void);
void wasmtime_config_strategy_set(wasm_config_t *, uint8_t);
void wasmtime_config_cranelift_opt_level_set(wasm_config_t *, uint8_t);
void wasmtime_config_parallel_compilation_set(wasm_config_t *, bool);
wasmtime_pooling_t *wasmtime_pooling_allocation_config_new(void);
void wasmtime_pooling_allocation_config_delete(wasmtime_pooling_t *);
void wasmtime_pooling_allocation_config_total_memories_set(wasmtime_pooling_t *, uint32_t);
void wasmtime_pooling_allocation_strategy_set(wasm_config_t *, const wasmtime_pooling_t *);
wasm_engine_t *wasm_engine_new_with_config(wasm_config_t *);
void wasm_engine_delete(wasm_engine_t *);
void wasm_byte_vec_delete(wasm_byte_vec_t *);
wasm_valtype_t *wasm_valtype_new(uint8_t);
void wasm_valtype_vec_new(wasm_valtype_vec_t *, size_t, wasm_valtype_t *const *);
wasm_functype_t *wasm_functype_new(wasm_valtype_vec_t *, wasm_valtype_vec_t *);
void wasm_functype_delete(wasm_functype_t *);
void wasm_trap_message(const wasm_trap_t *, wasm_byte_vec_t *);
void wasmtime_error_message(const wasmtime_error_t *, wasm_byte_vec_t *);
wasmtime_error_t *wasmtime_wat2wasm(const char *, size_t, wasm_byte_vec_t *);
wasmtime_error_t *wasmtime_module_new(wasm_engine_t *, const uint8_t *, size_t, wasmtime_module_t **);
wasmtime_error_t *wasmtime_module_serialize(wasmtime_module_t *, wasm_byte_vec_t *);
void wasmtime_module_delete(wasmtime_module_t *);
wasmtime_store_t *wasmtime_store_new(wasm_engine_t *, void *, void (*)(void *));
wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *);
void wasmtime_store_delete(wasmtime_store_t *);
wasmtime_linker_t *wasmtime_linker_new(wasm_engine_t *);
void wasmtime_linker_delete(wasmtime_linker_t *);
wasmtime_error_t *wasmtime_linker_define_func_unchecked(wasmtime_linker_t *, const char *, size_t, const char *, size_t,
                                                        const wasm_functype_t *, unchecked_callback, void *, void (*)(void *));
wasmtime_error_t *wasmtime_linker_instantiate(const wasmtime_linker_t *, wasmtime_context_t *, const wasmtime_module_t *,
                                              wasmtime_instance_t *, wasm_trap_t **);
wasmtime_error_t *wasmtime_linker_instantiate_pre(const wasmtime_linker_t *, const wasmtime_module_t *,
                                                  wasmtime_instance_pre_t **);
wasmtime_error_t *wasmtime_instance_pre_instantiate(const wasmtime_instance_pre_t *, wasmtime_context_t *,
                                                    wasmtime_instance_t *, wasm_trap_t **);
void wasmtime_instance_pre_delete(wasmtime_instance_pre_t *);
bool wasmtime_instance_export_get(wasmtime_context_t *, const wasmtime_instance_t *, const char *, size_t, wasmtime_extern_t *);
wasmtime_error_t *wasmtime_func_call_unchecked(wasmtime_context_t *, const wasmtime_func_t *, wasmtime_val_raw_t *, size_t,
                                               wasm_trap_t **);

// --- helpers -------------------------------------------------------------------------------------------------------

static _Noreturn void fail(const char *what, const char *why, size_t size) {
    fprintf(stderr, "%s: %.*s\n", what, (int)size, why);
    exit(1);
}

static void check(const char *what, wasmtime_error_t *error, wasm_trap_t *trap) {
    wasm_byte_vec_t message;
    if (!error && !trap) return;
    if (error) wasmtime_error_message(error, &message);
    else wasm_trap_message(trap, &message);
    fail(what, (const char *)message.data, message.size);
}

static int64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static wasm_byte_vec_t read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path, "cannot be opened", 16);
    wasm_byte_vec_t bytes = {0, NULL};
    size_t room = 1 << 16;
    for (;;) {
        bytes.data = realloc(bytes.data, room);
        bytes.size += fread(bytes.data + bytes.size, 1, room - bytes.size, file);
        if (bytes.size < room) break;
        room *= 2;
    }
    fclose(file);
    return bytes;
}

// A module's bytes from binary or text.
static wasm_byte_vec_t read_module(const char *path) {
    wasm_byte_vec_t bytes = read_file(path), binary;
    if (bytes.size >= 4 && memcmp(bytes.data, "\0asm", 4) == 0) return bytes;
    check(path, wasmtime_wat2wasm((const char *)bytes.data, bytes.size, &binary), NULL);
    free(bytes.data);
    return binary;
}

static uint8_t strategy = STRATEGY_CRANELIFT, opt_level = OPT_SPEED;
enum Allocation { ON_DEMAND, POOLED };

static wasm_engine_t *new_engine(enum Allocation allocation) {
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_strategy_set(config, strategy);
    wasmtime_config_cranelift_opt_level_set(config, opt_level);
    wasmtime_config_parallel_compilation_set(config, false);
    if (allocation == POOLED) {
        wasmtime_pooling_t *pool = wasmtime_pooling_allocation_config_new();
        wasmtime_pooling_allocation_config_total_memories_set(pool, 16);
        wasmtime_pooling_allocation_strategy_set(config, pool);
        wasmtime_pooling_allocation_config_delete(pool);
    }
    return wasm_engine_new_with_config(config);
}

static uint64_t field(const uint8_t *at, size_t size) {
    uint64_t value = 0;
    memcpy(&value, at, size);
    return value;
}

// Bytes of machine code of the wasm functions alone (no trampolines, no padding): the sizes of the symbols named
// wasm[0]::function[...] in the ELF file that a serialized module is. 0 if there is no symbol table.
static uint64_t code_bytes(wasmtime_module_t *module) {
    wasm_byte_vec_t elf;
    uint64_t sum = 0;
    check("serialize", wasmtime_module_serialize(module, &elf), NULL);
    const uint8_t *file = elf.data;
    if (elf.size < 64 || memcmp(file, "\177ELF\2", 5) != 0) return 0;
    const uint8_t *sections = file + field(file + 40, 8);  // e_shoff; e_shnum at 60; section headers of 64 bytes
    for (uint64_t i = 0; i < field(file + 60, 2); i++) {
        const uint8_t *section = sections + 64 * i;
        if (field(section + 4, 4) != 2) continue;          // SHT_SYMTAB; sh_link names its strings, symbols of 24 bytes
        const uint8_t *symbols = file + field(section + 24, 8);
        const char *names = (const char *)file + field(sections + 64 * field(section + 40, 4) + 24, 8);
        for (uint64_t k = 0; k < field(section + 32, 8) / 24; k++)
            if (strstr(names + field(symbols + 24 * k, 4), "]::function[")) sum += field(symbols + 24 * k + 16, 8);
    }
    wasm_byte_vec_delete(&elf);
    return sum;
}

static wasmtime_func_t export(wasmtime_context_t *context, const wasmtime_instance_t *instance, const char *name) {
    wasmtime_extern_t item;
    if (!wasmtime_instance_export_get(context, instance, name, strlen(name), &item) || item.kind != EXTERN_FUNC)
        fail(name, "is not an exported function", 27);
    return item.of.func;
}

static const char *engine_name(void) {
    return strategy == STRATEGY_WINCH ? "wasmtime-winch" : opt_level == OPT_NONE ? "wasmtime-opt-none" : "wasmtime";
}

// --- the commands --------------------------------------------------------------------------------------------------

static void compile_only(const char *path) {
    wasm_byte_vec_t bytes = read_module(path);
    wasm_engine_t *engine = new_engine(ON_DEMAND);
    wasmtime_module_t *module;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    int64_t start = now(CLOCK_MONOTONIC), start_cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    check(path, wasmtime_module_new(engine, bytes.data, bytes.size, &module), NULL);
    int64_t cpu = now(CLOCK_PROCESS_CPUTIME_ID) - start_cpu, wall = now(CLOCK_MONOTONIC) - start;
    getrusage(RUSAGE_SELF, &after);
    printf("{\"engine\": \"%s\", \"file\": \"%s\", \"wasm_bytes\": %zu, \"compile_cpu_ns\": %lld, \"compile_ns\": %lld, "
           "\"code_bytes\": %llu, \"peak_rss_bytes\": %lld, \"rss_before_bytes\": %lld}\n",
           engine_name(), path, bytes.size, (long long)cpu, (long long)wall, (unsigned long long)code_bytes(module),
           after.ru_maxrss * 1024ll, before.ru_maxrss * 1024ll);
}

enum { REPEATS = 9 };

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *name, double *ns) {
    qsort(ns, REPEATS, sizeof *ns, by_value);
    printf("{\"engine\": \"%s\", \"name\": \"%s\", \"ns\": %.3f, \"ns_min\": %.3f}\n", engine_name(), name, ns[REPEATS / 2], ns[0]);
    fflush(stdout);
}

static wasm_trap_t *next(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *values, size_t count) {
    (void)env, (void)caller, (void)count;
    values[0].i32++;
    return NULL;
}

static void measure_instances(const char *path, enum Allocation allocation, const char *name, const char *touched) {
    enum { TURNS = 500 };
    wasm_byte_vec_t bytes = read_module(path);
    wasm_engine_t *engine = new_engine(allocation);
    wasmtime_module_t *module;
    check(path, wasmtime_module_new(engine, bytes.data, bytes.size, &module), NULL);
    wasmtime_linker_t *linker = wasmtime_linker_new(engine);
    wasmtime_instance_pre_t *ready;
    check(path, wasmtime_linker_instantiate_pre(linker, module, &ready), NULL);
    for (int touch = 0; touch < 2; touch++) {
        double ns[REPEATS];
        for (int k = 0; k < REPEATS; k++) {
            int64_t start = now(CLOCK_MONOTONIC);
            for (int i = 0; i < TURNS; i++) {
                wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
                wasmtime_context_t *context = wasmtime_store_context(store);
                wasmtime_instance_t instance;
                wasm_trap_t *trap = NULL;
                check(path, wasmtime_instance_pre_instantiate(ready, context, &instance, &trap), trap);
                if (touch) {
                    wasmtime_func_t function = export(context, &instance, "touch");
                    wasmtime_val_raw_t value;
                    check(path, wasmtime_func_call_unchecked(context, &function, &value, 1, &trap), trap);
                    if (value.i32 != 't' + 't') fail("touch", "wrong result", 12);
                }
                wasmtime_store_delete(store);
            }
            ns[k] = (double)(now(CLOCK_MONOTONIC) - start) / TURNS;
        }
        report(touch ? touched : name, ns);
    }
    wasmtime_instance_pre_delete(ready);
    wasmtime_linker_delete(linker);
    wasmtime_module_delete(module);
    wasm_engine_delete(engine);
}

static void calls(const char *directory) {
    // What is called with which argument, how many calls that makes, and what it answers.
    static const struct { const char *export, *name; int32_t argument; double turns; int32_t result; } loops[] = {
        {"host_loop", "wasm_host_wasm", 2000000, 2000000, 2000000},
        {"eight_loop", "direct_eight_arguments", 4000000, 4000000, -1},
        {"indirect_one_loop", "call_indirect_one_target", 4000000, 4000000, 4000000},
        {"indirect_four_loop", "call_indirect_four_targets", 4000000, 4000000, 16000000},
        {"fib", "fib_call", 30, 2692537, 832040},
    };
    char path[4096];
    snprintf(path, sizeof path, "%s/calls.wat", directory);
    wasm_byte_vec_t bytes = read_module(path);
    wasm_engine_t *engine = new_engine(ON_DEMAND);
    wasmtime_module_t *module;
    check(path, wasmtime_module_new(engine, bytes.data, bytes.size, &module), NULL);
    wasmtime_linker_t *linker = wasmtime_linker_new(engine);
    wasm_valtype_t *types[2] = {wasm_valtype_new(VAL_I32), wasm_valtype_new(VAL_I32)};
    wasm_valtype_vec_t parameters, results;
    wasm_valtype_vec_new(&parameters, 1, &types[0]);
    wasm_valtype_vec_new(&results, 1, &types[1]);
    wasm_functype_t *type = wasm_functype_new(&parameters, &results);
    check(path, wasmtime_linker_define_func_unchecked(linker, "host", 4, "next", 4, type, next, NULL, NULL), NULL);
    wasm_functype_delete(type);
    wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
    wasmtime_context_t *context = wasmtime_store_context(store);
    wasmtime_instance_t instance;
    wasm_trap_t *trap = NULL;
    check(path, wasmtime_linker_instantiate(linker, context, module, &instance, &trap), trap);
    double ns[REPEATS];
    for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++) {
        wasmtime_func_t function = export(context, &instance, loops[i].export);
        for (int k = 0; k < REPEATS; k++) {
            wasmtime_val_raw_t value = {.i32 = loops[i].argument};
            int64_t start = now(CLOCK_MONOTONIC);
            check(loops[i].export, wasmtime_func_call_unchecked(context, &function, &value, 1, &trap), trap);
            ns[k] = (double)(now(CLOCK_MONOTONIC) - start) / loops[i].turns;
            if (loops[i].result >= 0 && value.i32 != loops[i].result) fail(loops[i].export, "wrong result", 12);
        }
        report(loops[i].name, ns);
    }
    wasmtime_func_t identity = export(context, &instance, "identity");
    for (int k = 0; k < REPEATS; k++) {
        enum { TURNS = 1000000 };
        int64_t start = now(CLOCK_MONOTONIC);
        for (int32_t i = 0; i < TURNS; i++) {
            wasmtime_val_raw_t value = {.i32 = i};
            wasmtime_error_t *error = wasmtime_func_call_unchecked(context, &identity, &value, 1, &trap);
            if (error || trap || value.i32 != i) fail("identity", "failed", 6);
        }
        ns[k] = (double)(now(CLOCK_MONOTONIC) - start) / TURNS;
    }
    report("host_wasm_host", ns);
    wasmtime_store_delete(store);
    wasmtime_linker_delete(linker);
    wasmtime_module_delete(module);
    wasm_engine_delete(engine);

    snprintf(path, sizeof path, "%s/instance.wat", directory);
    measure_instances(path, ON_DEMAND, "instantiate_drop", "instantiate_touch_drop");
    measure_instances(path, POOLED, "instantiate_drop_pooled", "instantiate_touch_drop_pooled");
}

int main(int argc, char **argv) {
    while (argc > 1 && (strcmp(argv[1], "--winch") == 0 || strcmp(argv[1], "--opt-none") == 0)) {
        if (strcmp(argv[1], "--winch") == 0) strategy = STRATEGY_WINCH;
        else opt_level = OPT_NONE;
        argc--, argv++;
    }
    if (argc == 3 && strcmp(argv[1], "--compile-only") == 0) return compile_only(argv[2]), 0;
    if (argc == 3 && strcmp(argv[1], "--calls") == 0) return calls(argv[2]), 0;
    if (argc == 4 && strcmp(argv[1], "--wat2wasm") == 0) {
        wasm_byte_vec_t bytes = read_module(argv[2]);
        FILE *file = fopen(argv[3], "wb");
        if (!file || fwrite(bytes.data, 1, bytes.size, file) != bytes.size || fclose(file)) fail(argv[3], "not written", 11);
        return 0;
    }
    fprintf(stderr, "usage: %s [--winch | --opt-none] --compile-only FILE.wasm | --calls DIR | "
                    "--wat2wasm IN.wat OUT.wasm\n", argv[0]);
    return 2;
}

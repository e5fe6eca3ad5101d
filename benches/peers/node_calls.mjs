// The peer V8, in node 26 or later; the same commands and JSON lines as wasmtime_capi.c:
//
//   node FLAGS node_calls.mjs --compile-only FILE.wasm
//   node FLAGS node_calls.mjs --calls DIR         DIR holds calls.wasm and instance.wasm (wasmtime_capi --wat2wasm)
//
// FLAGS choose the tier:
//   --no-liftoff --no-wasm-lazy-compilation        the optimizing compiler alone, everything before the first call
//   (none)                                         as users have it: lazy, baseline first, then optimized with feedback
//                                                  (which inlines, also through call_indirect): the first runs are warm-up
//   --liftoff --no-wasm-tier-up --no-wasm-lazy-compilation       the baseline compiler alone
// For --compile-only add --single-threaded; for --calls --expose-gc, so that dropped instances are collected within the time.
// V8 tells nobody the size of its code: code_bytes is null.
import { readFileSync } from 'node:fs';

const now = () => process.hrtime.bigint();
const print = (object) => console.log(JSON.stringify(object));
const flags = process.execArgv.filter((flag) => /liftoff|tier|lazy|wasm/.test(flag)).map((flag) => flag.replace(/^--/, ''));
const engine = ['node', ...flags].join(' ');

function compileOnly(file) {
    const bytes = readFileSync(file);
    const rss_before_bytes = process.resourceUsage().maxRSS * 1024;
    const cpu = process.cpuUsage(), start = now();
    const module = new WebAssembly.Module(bytes);
    const compile_ns = Number(now() - start), { user, system } = process.cpuUsage(cpu);
    const peak_rss_bytes = process.resourceUsage().maxRSS * 1024;
    print({ engine, file, wasm_bytes: bytes.length, compile_cpu_ns: (user + system) * 1000, compile_ns, code_bytes: null,
            peak_rss_bytes, rss_before_bytes, exports: WebAssembly.Module.exports(module).length });
}

const REPEATS = 9;

// Calls `work` over and over; it answers the number of turns it made.
function measure(name, work) {
    const times = [];
    for (let k = 0; k < REPEATS; k++) {
        const start = now();
        const turns = work();
        times.push(Number(now() - start) / turns);
    }
    times.sort((a, b) => a - b);
    const round = (ns) => Math.round(ns * 1000) / 1000;
    print({ engine, name, ns: round(times[REPEATS >> 1]), ns_min: round(times[0]) });
}

function expect(name, got, wanted) {
    if (got !== wanted) throw new Error(`${name}: ${got} instead of ${wanted}`);
}

function calls(directory) {
    const module = new WebAssembly.Module(readFileSync(`${directory}/calls.wasm`));
    const { exports } = new WebAssembly.Instance(module, { host: { next: (x) => (x + 1) | 0 } });
    const loops = [
        ['host_loop', 'wasm_host_wasm', 2000000, 2000000, 2000000],
        ['eight_loop', 'direct_eight_arguments', 4000000, 4000000, null],
        ['indirect_one_loop', 'call_indirect_one_target', 4000000, 4000000, 4000000],
        ['indirect_four_loop', 'call_indirect_four_targets', 4000000, 4000000, 16000000],
        ['fib', 'fib_call', 30, 2692537, 832040],
    ];
    for (const [name, label, argument, turns, result] of loops)
        measure(label, () => {
            const got = exports[name](argument);
            if (result !== null) expect(name, got, result);
            return turns;
        });
    const { identity } = exports;
    measure('host_wasm_host', () => {
        let sum = 0;
        for (let i = 0; i < 1000000; i++) sum = (sum + identity(i)) | 0;
        expect('identity', sum, 1783293664);
        return 1000000;
    });
    const instance = new WebAssembly.Module(readFileSync(`${directory}/instance.wasm`));
    const collect = globalThis.gc ?? (() => {});
    for (const touch of [false, true])
        measure(touch ? 'instantiate_touch_drop' : 'instantiate_drop', () => {
            for (let i = 0; i < 500; i++) {
                const { exports } = new WebAssembly.Instance(instance);
                if (touch) expect('touch', exports.touch(), 232);
            }
            collect();
            return 500;
        });
}

const [first, second] = process.argv.slice(2);
if (first === '--compile-only' && second) compileOnly(second);
else if (first === '--calls' && second) calls(second);
else {
    console.error('usage: node FLAGS node_calls.mjs --compile-only FILE.wasm | --calls DIR');
    process.exit(2);
}

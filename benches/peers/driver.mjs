// The protocol of worker/mod.rs for engines with the WebAssembly JavaScript interface: node (V8), bun (JavaScriptCore).
// One line of JSON in, one out; times are of the call alone.
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

const now = () => process.hrtime.bigint();
const say = (object) => writeSync(1, JSON.stringify(object) + '\n');

// Runs `work` and says how long it took, all threads' CPU time too.
function timed(work) {
    const cpu = process.cpuUsage(), start = now();
    const result = work();
    const wall_ns = Number(now() - start), { user, system } = process.cpuUsage(cpu);
    return [result, { wall_ns, cpu_ns: (user + system) * 1000 }];
}

const peak = () => process.resourceUsage().maxRSS * 1024;

function* lines() {
    const chunk = Buffer.alloc(1 << 16);
    let rest = Buffer.alloc(0);
    for (;;) {
        for (let at; (at = rest.indexOf(10)) >= 0; rest = rest.subarray(at + 1)) yield rest.subarray(0, at).toString();
        let count;
        try {
            count = readSync(0, chunk, 0, chunk.length, null);
        } catch (error) {
            if (error.code === 'EAGAIN') { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); continue; }
            throw error;
        }
        if (count === 0) return;
        rest = Buffer.concat([rest, chunk.subarray(0, count)]);
    }
}

let module, instance, program, WASI;

// Bits of the result of a kernel; what a function answers, in words.
const bits = (value) => 'i64:0x' + BigInt.asUintN(64, value).toString(16);
const words = (value) => `text:${Object.is(value, -0) ? '-0' : value === null ? 'null' : value}`;

// Numbers of the type that the function wants: 64-bit integers are BigInts in JavaScript, and only trying tells.
function call(func, args) {
    const integers = args.map((text) => (/^-?(0x)?[0-9a-fA-F]+$/.test(text) ? BigInt(text.replace(/^-/, '')) * (text[0] === '-' ? -1n : 1n) : null));
    const most = 1 << args.length;
    for (let wide = 0; wide < most; wide++) {
        if (integers.some((value, at) => wide >> at & 1 && value === null)) continue;
        const values = args.map((text, at) => (wide >> at & 1 ? integers[at] : Number(integers[at] ?? text)));
        try {
            // The conversion of arguments fails before anything runs.
            func(...values);
            return values;
        } catch (error) {
            if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error;
        }
    }
    throw new Error('no type of arguments fits');
}

function start(world, sightglass) {
    const fds = [world.stdin ? openSync(world.stdin, 'r') : openSync('/dev/null', 'r'), openSync(world.stdout, 'w'), openSync(world.stderr, 'w')];
    try {
        const preopens = Object.fromEntries((world.dirs ?? []).map(([host, guest]) => [guest, host]));
        const wasi = new WASI({
            version: 'preview1', args: world.args, env: Object.fromEntries(world.env ?? []), preopens,
            stdin: fds[0], stdout: fds[1], stderr: fds[2], returnOnExit: true,
        });
        // bun gives programs its own streams whatever it is told, but its table can be corrected.
        fds.forEach((fd, of) => wasi.FD_MAP?.get(of) && (wasi.FD_MAP.get(of).real = fd));
        let cpu, begin, between;
        const bench = {
            start: () => { cpu = process.cpuUsage(); begin = now(); },
            end: () => {
                const wall_ns = Number(now() - begin), { user, system } = process.cpuUsage(cpu);
                between = { wall_ns, cpu_ns: (user + system) * 1000 };
            },
        };
        const imports = wasi.getImportObject?.() ?? { wasi_snapshot_preview1: wasi.wasiImport, wasi_unstable: wasi.wasiImport };
        const fresh = new WebAssembly.Instance(module, { ...imports, bench });
        const [exit, whole] = timed(() => wasi.start(fresh));
        if (sightglass && !between) throw new Error('the program never called bench.end');
        return { ...(sightglass ? between : whole), answer: { exit: exit ?? 0 } };
    } finally {
        fds.forEach((fd) => closeSync(fd));
    }
}

const actions = {
    compile({ module: path }) {
        const bytes = readFileSync(path);
        const [compiled, time] = timed(() => new WebAssembly.Module(bytes));
        module = compiled;
        return time;
    },
    async instantiate({ program: wanted }) {
        program = wanted;
        if (program.kind === 'wasi' || program.kind === 'sightglass') {
            WASI ??= (await import('node:wasi')).WASI;
            return {};
        }
        const [made, time] = timed(() => new WebAssembly.Instance(module, {}));
        instance = made;
        if (program.kind === 'invoke') {
            instance.exports._initialize?.();
            const func = instance.exports[program.name];
            if (typeof func !== 'function') throw new Error(`no exported function ${program.name}`);
            if (func.length !== program.args.length) throw new Error(`${program.name} takes ${func.length} arguments`);
            program.values = call(func, program.args);
            // The trial may have left traces.
            instance = new WebAssembly.Instance(module, {});
            instance.exports._initialize?.();
        }
        return time;
    },
    run({ iterations }) {
        switch (program.kind) {
            case 'kernel': {
                const { run } = instance.exports;
                const [value, time] = timed(() => run(iterations));
                return { ...time, answer: { values: [bits(value)] } };
            }
            case 'invoke': {
                const func = instance.exports[program.name], { values } = program;
                const [value, time] = timed(() => func(...values));
                const results = value === undefined ? [] : Array.isArray(value) ? value : [value];
                return { ...time, answer: { values: results.map(words) } };
            }
            default:
                return start(program, program.kind === 'sightglass');
        }
    },
};

// One tiny function: what starts up once is not part of any time.
new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 10, 6, 1, 4, 0, 32, 0, 11]));
say(process.versions.bun ? { engine: 'bun', version: process.versions.bun } : { engine: 'node', version: `${process.versions.node} (V8 ${process.versions.v8})` });
for (const line of lines()) {
    try {
        const request = JSON.parse(line);
        if (request.do === 'quit') break;
        say({ ...(await actions[request.do](request)), peak_rss_bytes: peak() });
    } catch (error) {
        say({ error: String(error).split('\n')[0] });
    }
}
process.exit(0);

// The machine code that V8's optimizing compiler makes of each function of a module: one line of hexadecimal a function.
// node --no-liftoff --no-wasm-lazy-compilation --perf-basic-prof v8.mjs MODULE
import fs from 'node:fs';

const module = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
const instance = new WebAssembly.Instance(module, {});
// The map for `perf` says where the code is: "start size name", in hexadecimal.
const map = `/tmp/perf-${process.pid}.map`;
const memory = fs.openSync('/proc/self/mem');
const found = [];
for (const line of fs.readFileSync(map, 'utf8').split('\n')) {
  const [start, size, ...name] = line.split(' ');
  const index = name.join(' ').match(/wasm-function\[(\d+)\]-\d+-turbofan$/);
  if (!index) continue;
  const code = Buffer.alloc(parseInt(size, 16));
  fs.readSync(memory, code, 0, code.length, BigInt(`0x${start}`));
  found[index[1]] = code.toString('hex');
}
fs.unlinkSync(map);
for (const code of found) console.log(code ?? '');
// Alive until here, so that its code is.
if (Object.keys(instance.exports).length === 0) console.error('no exports');

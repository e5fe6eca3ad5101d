// node --experimental-wasm-type-reflection modules.mjs WORKDIR: V8 compiles every module of WORKDIR/modules and
// instantiates it with stub imports of the declared types, by which it is known that this can be done.
// A start function may run into a stub, which is as good.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const stub = type => {
  if (type.parameters) return new WebAssembly.Function(type, () => { throw new Error('stub import called'); });
  if ('element' in type) return new WebAssembly.Table(type);
  if ('minimum' in type) return new WebAssembly.Memory(type);
  return new WebAssembly.Global(type, type.value === 'i64' ? 0n : type.value === 'externref' ? null : 0);
};

const folder = join(process.argv[2], 'modules');
const files = readdirSync(folder).map(name => [statSync(join(folder, name)).size, name]).sort((a, b) => b[0] - a[0]);
let failed = 0;
for (const [size, name] of files) {
  let end = 'instantiated';
  try {
    const module = await WebAssembly.compile(readFileSync(join(folder, name)));
    const imports = {};
    for (const { module: m, name: n, type } of WebAssembly.Module.imports(module)) (imports[m] ??= {})[n] = stub(type);
    await WebAssembly.instantiate(module, imports);
  } catch (e) {
    end = e.message === 'stub import called' ? 'started, met a stub' : `FAILED ${e}`;
  }
  failed += end.startsWith('FAILED');
  console.log(String(size).padStart(9), name, end);
}
console.log(`${files.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

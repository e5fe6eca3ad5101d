// A second engine for check.sh, V8 by node:wasi, with the argument style of `samite run`:
// `node run.mjs FILE [--dir HOST::GUEST] [--env K=V] [-- args…]`. By it a module at fault is told from an
// engine at fault. Wants node 26: node 20's WASI crashes at the end of xz.
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const preopens = {}, env = {};
const [file, ...rest] = process.argv.slice(2);
while (rest.length && rest[0] !== '--') {
  const [option, value] = rest.splice(0, 2);
  if (option === '--dir') {
    const [host, guest] = value.split('::');
    preopens[guest ?? host] = host;
  } else if (option === '--env') {
    env[value.slice(0, value.indexOf('='))] = value.slice(value.indexOf('=') + 1);
  } else throw new Error(`unknown option ${option}`);
}

const wasi = new WASI({ version: 'preview1', args: [file, ...rest.slice(1)], env, preopens, returnOnExit: true });
const { instance } = await WebAssembly.instantiate(await readFile(file), wasi.getImportObject());
process.exitCode = wasi.start(instance);

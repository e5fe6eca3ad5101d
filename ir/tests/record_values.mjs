// Records what foreign engines compute for every scalar operator of wasm on edge values: V8, which runs this, and wasmtime (its wheel from
// PyPI), which must agree. value_recorded.rs compares value_recorded.txt with ir/value in `cargo test`. Deterministic: the operands
// are those of value_edges.txt, in its order.
//
//   PYTHON=python-that-has-wasmtime node ir/tests/record_values.mjs         record (a minute or two); fails where the engines differ
//   node ir/tests/record_values.mjs --row i32.div_s 7                      print one row: that left operand with every right one
//
// Each operator is a module of one function (i64, i64) -> i64; operands and result go through wrap, extend and reinterpret
// inside it, because JavaScript numbers do not keep the bits of a NaN.
//
// Lines of the recording, after a head that names the engines:
//   one <op> <result>...            every edge value of the operand type
//   two <op> <operand> <hash>       one left operand with every right one: FNV-1a (64 bit) of the results, a space after each
// A result is hexadecimal, or `nan` (an arithmetic NaN: its bits are the engine's choice), or `trap:<why>`; V8 does not tell a
// truncation of NaN from one out of range, both are trap:unrepresentable.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = new URL('.', import.meta.url);
const edges = readEdges(readFileSync(new URL('value_edges.txt', here), 'utf8'));
const type = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

const names = (list) => list.trim().split(/\s+/);
const compareInt = names('eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u');
const compareFloat = names('eq ne lt gt le ge');
const unaryInt = names('clz ctz popcnt');
const binaryInt = names('add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr');
const unaryFloat = names('abs neg ceil floor trunc nearest sqrt');
const binaryFloat = names('add sub mul div min max copysign');
// In opcode order from 0xa7.
const conversions = names(`
  i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u i64.extend_i32_s i64.extend_i32_u
  i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s
  f32.convert_i64_u f32.demote_f64 f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32
  i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64`);
const saturating = names(`
  i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u
  i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u`);

// { name, code: opcode bytes, from: operand type, to: result type, count: operands }
function operators() {
  const ops = [];
  const row = (ty, list, first, count, to) =>
    list.forEach((name, k) => ops.push({ name: `${ty}.${name}`, code: [first + k], from: ty, to: to ?? ty, count }));
  row('i32', compareInt, 0x46, 2, 'i32');
  row('i64', compareInt, 0x51, 2, 'i32');
  row('f32', compareFloat, 0x5b, 2, 'i32');
  row('f64', compareFloat, 0x61, 2, 'i32');
  row('i32', unaryInt, 0x67, 1);
  row('i32', binaryInt, 0x6a, 2);
  row('i64', unaryInt, 0x79, 1);
  row('i64', binaryInt, 0x7c, 2);
  row('f32', unaryFloat, 0x8b, 1);
  row('f32', binaryFloat, 0x92, 2);
  row('f64', unaryFloat, 0x99, 1);
  row('f64', binaryFloat, 0xa0, 2);
  const convert = (name, code) => {
    const from = name.match(/_([if]\d\d)(_[su])?$/)[1];
    ops.push({ name, code, from, to: name.slice(0, 3), count: 1 });
  };
  conversions.forEach((name, k) => convert(name, [0xa7 + k]));
  row('i32', names('extend8_s extend16_s'), 0xc0, 1);
  row('i64', names('extend8_s extend16_s extend32_s'), 0xc2, 1);
  saturating.forEach((name, k) => convert(name, [0xfc, k]));
  return ops;
}

function moduleOf(op) {
  const section = (id, bytes) => [id, bytes.length, ...bytes];
  const wrap = 0xa7, extend = 0xad;
  const take = { i32: [wrap], i64: [], f32: [wrap, 0xbe], f64: [0xbf] }[op.from];
  const give = { i32: [extend], i64: [], f32: [0xbc, extend], f64: [0xbd] }[op.to];
  const operand = (k) => [0x20, k, ...take];
  const code = [...operand(0), ...(op.count === 2 ? operand(1) : []), ...op.code, ...give];
  const body = [0, ...code, 0x0b];
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 2, type.i64, type.i64, 1, type.i64]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
    ...section(10, [1, body.length, ...body]),
  ]);
}

// All pairs of operands; the second of an operator with one is 0.
function operands(op) {
  const list = edges[op.from];
  return op.count === 1 ? list.map((a) => [a, 0n]) : list.flatMap((a) => list.map((b) => [a, b]));
}

// What the engines' traps are called here.
const traps = {
  'divide by zero': 'zero',
  'remainder by zero': 'zero',
  'divide result unrepresentable': 'overflow',
  'float unrepresentable in integer range': 'unrepresentable',
  INTEGER_DIVISION_BY_ZERO: 'zero',
  INTEGER_OVERFLOW: 'overflow',
  BAD_CONVERSION_TO_INTEGER: 'unrepresentable',
};
const keepsBits = /\.(abs|neg|copysign|reinterpret_...)$/;

// `raw` is hexadecimal or an engine's name of a trap.
function judge(op, raw) {
  if (/^[0-9a-f]+$/.test(raw)) return !keepsBits.test(op.name) && isNan(op.to, BigInt('0x' + raw)) ? 'nan' : raw;
  const trap = traps[raw.replace(/^trap /, '')];
  if (!trap) throw new Error(`${op.name}: ${raw}`);
  // wasmtime's name for a truncation out of range is that of a quotient out of range.
  return 'trap:' + (op.name.includes('.trunc_') ? 'unrepresentable' : trap);
}

function v8(op, pairs) {
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(op))).exports;
  const result = ([a, b]) => {
    try {
      return BigInt.asUintN(64, f(a, b)).toString(16);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      return 'trap ' + error.message;
    }
  };
  return pairs.map((pair) => judge(op, result(pair)));
}

// { version, results: a list for each operator }
function wasmtime(ops) {
  const hex = (n) => n.toString(16);
  const input = ops.map((op) => ({ wasm: Buffer.from(moduleOf(op)).toString('hex'), operands: operands(op).map((pair) => pair.map(hex)) }));
  const script = fileURLToPath(new URL('record_values_wasmtime.py', here));
  const child = spawnSync(process.env.PYTHON ?? 'python3', [script], { input: JSON.stringify(input), maxBuffer: 1 << 30, encoding: 'utf8' });
  if (child.status !== 0) throw child.error ?? new Error(child.stderr);
  const { version, results } = JSON.parse(child.stdout);
  return { version, results: ops.map((op, k) => results[k].map((raw) => judge(op, raw))) };
}

function isNan(ty, bits) {
  if (ty === 'f32') return (bits & 0x7fffffffn) > 0x7f800000n;
  if (ty === 'f64') return (bits & 0x7fffffffffffffffn) > 0x7ff0000000000000n;
  return false;
}

function hash(texts) {
  let h = 0xcbf29ce484222325n;
  for (const text of texts) {
    for (const c of text + ' ') h = BigInt.asUintN(64, (h ^ BigInt(c.charCodeAt(0))) * 0x100000001b3n);
  }
  return h.toString(16).padStart(16, '0');
}

function readEdges(text) {
  const lists = { i32: [], i64: [], f32: [], f64: [] };
  for (const line of text.split('\n').filter((line) => line && !line.startsWith('#'))) {
    const [ty, ...values] = line.split(' ');
    lists[ty].push(...values.map((value) => BigInt('0x' + value)));
  }
  return lists;
}

function record() {
  const ops = operators();
  const other = wasmtime(ops);
  const lines = [`# Recorded by record_values.mjs; agreed on by V8 ${process.versions.v8} (node ${process.version}) and wasmtime ${other.version}`];
  ops.forEach((op, k) => {
    const pairs = operands(op);
    const results = v8(op, pairs);
    const at = results.findIndex((result, n) => result !== other.results[k][n]);
    if (at >= 0 || results.length !== other.results[k].length) {
      throw new Error(`${op.name} ${pairs[at]}: V8 ${results[at]}, wasmtime ${other.results[k][at]}`);
    }
    if (op.count === 1) {
      lines.push(`one ${op.name} ${results.join(' ')}`);
      return;
    }
    const list = edges[op.from];
    list.forEach((a, row) => {
      lines.push(`two ${op.name} ${a.toString(16)} ${hash(results.slice(row * list.length, (row + 1) * list.length))}`);
    });
  });
  writeFileSync(new URL('value_recorded.txt', here), lines.join('\n') + '\n');
}

function printRow(name, operand) {
  const op = operators().find((op) => op.name === name);
  if (!op) throw new Error(`no operator ${name}`);
  const a = BigInt('0x' + operand);
  const pairs = edges[op.from].map((b) => [a, b]);
  v8(op, pairs).forEach((result, k) => console.log(`${a.toString(16)} ${pairs[k][1].toString(16)} ${result}`));
}

const [, , flag, name, operand] = process.argv;
if (flag === '--row' && operand) printRow(name, operand);
else if (flag === undefined) record();
else throw new Error('usage: record_values.mjs [--row OPERATOR LEFT-OPERAND-IN-HEX]');

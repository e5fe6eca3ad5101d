"""Records what V8 and wasmtime compute for every vector operator: `PYTHON ir/tests/record_lanes.py` rewrites lanes_recorded.txt, which
value_lanes_recorded.rs compares with ir/value in `cargo test`. PYTHON has the package `wasmtime`; `node` is on the path.

    record_lanes.py                    record (a minute)
    record_lanes.py ENGINE OPERATOR    print that operator's operands and results, one line each

Operators, their modules and the lane values are those of lane_operators.txt; the operands are made of the values in the order that
value_lanes_recorded.rs does. A line of the recording is an engine, a hash of all results, and the operator.
NaN lanes that an operator computes count as the canonical one: their bits are the engine's choice. wasmtime runs relaxed operators
under its deterministic setting, V8 does not run them.
"""
import importlib.metadata
import json
import pathlib
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
LANE_BYTES = {"i8x16": 1, "i16x8": 2, "i32x4": 4, "i64x2": 8, "f32x4": 4, "f64x2": 8}
MASK = (1 << 64) - 1
# Reads lines {module, operands}, all hexadecimal, and answers each with the memory behind the run.
NODE = """
import { createInterface } from 'node:readline';
for await (const line of createInterface({ input: process.stdin })) {
  const { module, operands } = JSON.parse(line);
  const { m, f } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(module, 'hex'))).exports;
  const bytes = Buffer.from(operands, 'hex');
  new Uint8Array(m.buffer).set(bytes);
  f(bytes.length);
  console.log(Buffer.from(m.buffer, 0, bytes.length).toString('hex'));
}
"""


def read():
    lists, ops = {"none": [0]}, []
    for line in (HERE / "lane_operators.txt").read_text().splitlines():
        if line.startswith("list "):
            _, name, *values = line.split(" ")
            lists[name] = [int(value, 16) for value in values]
        elif line.startswith("op "):
            _, left, right, third, nan, module, name = line.split(" ", 6)
            ops.append({"left": left, "right": right, "third": third == "third", "nan": nan, "module": module, "name": name})
    return lists, ops


def operands(lists, op):
    left, right = lists[op["left"]], lists[op["right"]]

    def vector(name, values, start, step):
        size = LANE_BYTES.get(name)
        if size is None:
            return values[start].to_bytes(16, "little")
        return b"".join(values[(start + step * k) % len(values)].to_bytes(size, "little") for k in range(16 // size))

    out = bytearray()
    for i in range(len(left)):
        a = vector(op["left"], left, i, 5)
        for j in range(0, len(right), 16 // LANE_BYTES.get(op["right"], 16)):
            third = vector(op["left"], left, (i + j) % len(left), 3) if op["third"] else bytes(16)
            out += a + vector(op["right"], right, j, 1) + third + bytes(16)
    return bytes(out)


def results(op, memory):
    """The memory with NaNs of the results made canonical."""
    if op["nan"] == "exact":
        return memory
    memory = bytearray(memory)
    size = LANE_BYTES[op["nan"]]
    form, infinity, nan = ("<I", 0x7F800000, 0x7FC00000) if size == 4 else ("<Q", 0x7FF << 52, 0xFFF << 51)
    for row in range(0, len(memory), 64):
        for at in range(row + 48, row + 64, size):
            (bits,) = struct.unpack_from(form, memory, at)
            if bits & ((1 << (8 * size - 1)) - 1) > infinity:
                struct.pack_into(form, memory, at, nan)
    return bytes(memory)


def digest(memory):
    h = 0
    for row in range(48, len(memory), 64):
        for word in struct.unpack_from("<4I", memory, row):
            h = ((h ^ word) * 0x9E3779B97F4A7C15) & MASK
            h ^= h >> 32
    return h


class Wasmtime:
    def __init__(self):
        import wasmtime

        self.w = wasmtime
        config = wasmtime.Config()
        config.wasm_relaxed_simd = True
        config.wasm_relaxed_simd_deterministic = True
        self.engine = wasmtime.Engine(config)
        self.name = "wasmtime " + importlib.metadata.version("wasmtime")

    def run(self, op, data):
        store = self.w.Store(self.engine)
        instance = self.w.Instance(store, self.w.Module(self.engine, bytes.fromhex(op["module"])), [])
        exports = instance.exports(store)
        exports["m"].write(store, data, 0)
        exports["f"](store, len(data))
        return bytes(exports["m"].read(store, 0, len(data)))


class V8:
    def __init__(self):
        self.node = subprocess.Popen(
            ["node", "--input-type=module", "-e", NODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        version = subprocess.run(["node", "-p", "process.versions.v8"], capture_output=True, text=True, check=True)
        self.name = "V8 " + version.stdout.strip()

    def run(self, op, data):
        self.node.stdin.write(json.dumps({"module": op["module"], "operands": data.hex()}) + "\n")
        self.node.stdin.flush()
        return bytes.fromhex(self.node.stdout.readline())


def main():
    lists, ops = read()
    engines = {"wasmtime": Wasmtime, "v8": V8}
    if len(sys.argv) == 3:
        op = next(op for op in ops if op["name"] == sys.argv[2])
        memory = results(op, engines[sys.argv[1]]().run(op, operands(lists, op)))
        for row in range(0, len(memory), 64):
            print(*(memory[at : at + 16][::-1].hex() for at in range(row, row + 64, 16)))
        return
    if len(sys.argv) != 1:
        sys.exit("usage: record_lanes.py [ENGINE OPERATOR]")
    engines = {key: make() for key, make in engines.items()}
    lines = ["# Recorded by record_lanes.py: " + ", ".join(engine.name for engine in engines.values())]
    for op in ops:
        data = operands(lists, op)
        for key, engine in engines.items():
            if key == "v8" and "relaxed" in op["name"]:
                continue
            lines.append(f"{key} {digest(results(op, engine.run(op, data))):016x} {op['name']}")
    (HERE / "lanes_recorded.txt").write_text("\n".join(lines) + "\n")


main()

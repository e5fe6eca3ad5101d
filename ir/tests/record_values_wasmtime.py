"""What wasmtime computes, for record_values.mjs, which starts this and compares.

In, as JSON: [{"wasm": module in hex, "operands": [[a, b], ...] in hex}, ...]; the module exports f: (i64, i64) -> i64.
Out: {"version": ..., "results": [[bits in hex or trap code, ...], ...]}.
"""
import importlib.metadata
import json
import sys

import wasmtime


def result(store, f, a, b):
    try:
        return format(f(store, int(a, 16), int(b, 16)) % (1 << 64), "x")
    except wasmtime.Trap as trap:
        return "trap " + trap.trap_code.name


def results(engine, operator):
    store = wasmtime.Store(engine)
    module = wasmtime.Module(engine, bytes.fromhex(operator["wasm"]))
    f = wasmtime.Instance(store, module, []).exports(store)["f"]
    return [result(store, f, a, b) for a, b in operator["operands"]]


engine = wasmtime.Engine()
answer = [results(engine, operator) for operator in json.load(sys.stdin)]
json.dump({"version": importlib.metadata.version("wasmtime"), "results": answer}, sys.stdout)

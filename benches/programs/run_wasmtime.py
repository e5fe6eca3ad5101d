#!/usr/bin/env python3
"""A third engine for check.sh: PyPI `wasmtime`, with the argument style of `samite run`:
run_wasmtime.py FILE [--dir HOST::GUEST] [--env K=V] [-- args...]. It allows no feature beyond WebAssembly 2.0
without SIMD, so it also shows that the modules need none."""
import sys
from wasmtime import Config, Engine, ExitTrap, Linker, Module, Store, WasiConfig

file, *rest = sys.argv[1:]
dirs, env = [], []
while rest and rest[0] != "--":
    option, value, *rest = rest
    if option == "--dir":
        dirs.append(value.split("::"))
    elif option == "--env":
        env.append(value.split("=", 1))
    else:
        sys.exit(f"unknown option {option}")

config = Config()
config.cache = True
config.wasm_simd = config.wasm_relaxed_simd = False
config.wasm_threads = config.wasm_tail_call = config.wasm_exceptions = False
config.max_wasm_stack = 2 << 20
engine = Engine(config)
linker = Linker(engine)
linker.define_wasi()
wasi = WasiConfig()
wasi.argv, wasi.env = [file, *rest[1:]], env
wasi.inherit_stdin(), wasi.inherit_stdout(), wasi.inherit_stderr()
for host, guest in dirs:
    wasi.preopen_dir(host, guest)
store = Store(engine)
store.set_wasi(wasi)
instance = linker.instantiate(store, Module.from_file(engine, file))
try:
    instance.exports(store)["_start"](store)
except ExitTrap as exit:
    sys.exit(exit.code)

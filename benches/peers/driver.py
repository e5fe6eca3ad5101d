"""The protocol of worker/mod.rs for wasmtime's own package: one line of JSON in, one out; times are of the call alone."""
import json
import os
import resource
import sys
import time
from importlib.metadata import version

from wasmtime import Config, Engine, ExitTrap, Func, FuncType, Linker, Module, Store, WasiConfig

config = Config()
config.strategy = "cranelift"
config.cranelift_opt_level = "speed"
engine = Engine(config)
# One tiny function: what starts up once is not part of any time.
Module(engine, bytes([0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 10, 6, 1, 4, 0, 32, 0, 11]))
module = program = store = instance = None


def timed(work):
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    result = work()
    wall = time.perf_counter_ns() - wall
    return result, {"wall_ns": wall, "cpu_ns": time.process_time_ns() - cpu}


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def number(text, kind):
    if kind in ("f32", "f64"):
        return float(text)
    value, width = int(text, 0), 32 if kind == "i32" else 64
    return value - (1 << width) if value >= 1 << (width - 1) else value


def compile(request):
    global module
    with open(request["module"], "rb") as file:
        code = file.read()
    module, took = timed(lambda: Module(engine, code))
    return took


def instantiate(request):
    global program, store, instance
    program = request["program"]
    if program["kind"] in ("wasi", "sightglass"):
        return {}
    store = Store(engine)
    linker = Linker(engine)
    linker.define_wasi()
    store.set_wasi(WasiConfig())
    instance, took = timed(lambda: linker.instantiate(store, module))
    exports = instance.exports(store)
    if program["kind"] == "kernel":
        program["func"], program["values"] = exports["run"], []
    else:
        if "_initialize" in exports:
            exports["_initialize"](store)
        if program["name"] not in exports:
            raise ValueError(f"no exported function {program['name']}")
        func = program["func"] = exports[program["name"]]
        kinds = [str(kind) for kind in func.type(store).params]
        if len(kinds) != len(program["args"]):
            raise ValueError(f"{program['name']} takes {len(kinds)} arguments")
        program["values"] = [number(text, kind) for text, kind in zip(program["args"], kinds)]
    return took


def words(value):
    return "text:null" if value is None else f"text:{value!r}"


def run(request):
    if program["kind"] == "kernel":
        func, iterations = program["func"], request["iterations"]
        value, took = timed(lambda: func(store, iterations))
        return {**took, "answer": {"values": [f"i64:{value & (1 << 64) - 1:#x}"]}}
    if program["kind"] == "invoke":
        func, values = program["func"], program["values"]
        value, took = timed(lambda: func(store, *values))
        results = value if isinstance(value, list) else [] if not func.type(store).results else [value]
        return {**took, "answer": {"values": [words(value) for value in results]}}
    return start(program, program["kind"] == "sightglass")


def start(world, sightglass):
    wasi = WasiConfig()
    wasi.argv = world["args"]
    wasi.env = [tuple(pair) for pair in world.get("env", [])]
    for host, guest in world.get("dirs", []):
        wasi.preopen_dir(host, guest)
    if world.get("stdin"):
        wasi.stdin_file = world["stdin"]
    wasi.stdout_file, wasi.stderr_file = world["stdout"], world["stderr"]
    fresh = Store(engine)
    fresh.set_wasi(wasi)
    linker = Linker(engine)
    linker.define_wasi()
    marks = {}

    def begin():
        marks["cpu"], marks["wall"] = time.process_time_ns(), time.perf_counter_ns()

    def end():
        wall = time.perf_counter_ns() - marks["wall"]
        marks["took"] = {"wall_ns": wall, "cpu_ns": time.process_time_ns() - marks["cpu"]}

    for name, func in (("start", begin), ("end", end)):
        linker.define(fresh, "bench", name, Func(fresh, FuncType([], []), func))
    main = linker.instantiate(fresh, module).exports(fresh)["_start"]

    def body():
        try:
            main(fresh)
            return 0
        except ExitTrap as exit:
            return exit.code

    code, took = timed(body)
    if sightglass and "took" not in marks:
        raise ValueError("the program never called bench.end")
    # The streams are flushed when the store goes.
    fresh.close()
    return {**(marks["took"] if sightglass else took), "answer": {"exit": code}}


def say(thing):
    sys.stdout.write(json.dumps(thing) + "\n")
    sys.stdout.flush()


actions = {"compile": compile, "instantiate": instantiate, "run": run}
say({"engine": "wasmtime", "version": version("wasmtime")})
for line in sys.stdin:
    try:
        request = json.loads(line)
        if request["do"] == "quit":
            break
        say({**actions[request["do"]](request), "peak_rss_bytes": peak()})
    except Exception as error:
        text = str(error).strip()
        # Traps say what happened in the last line, under the frames.
        lines = [part.strip() for part in text.splitlines() if part.strip()]
        say({"error": next((part for part in lines if "trap" in part), lines[0] if lines else repr(error))})
# Freeing what was compiled takes long and helps nobody.
sys.stdout.flush()
os._exit(0)

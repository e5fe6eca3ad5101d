"""The machine code that Cranelift makes of each function of a module: python cranelift.py MODULE prints one line of hexadecimal a function."""
import struct
import sys

import wasmtime

config = wasmtime.Config()
config.cranelift_opt_level = "speed"
config.wasm_relaxed_simd = True
engine = wasmtime.Engine(config)
elf = bytes(wasmtime.Module(engine, open(sys.argv[1], "rb").read()).serialize())

# What a compiled module is: an ELF file with a symbol `wasm[0]::function[N]` for each function.
at, = struct.unpack_from("<Q", elf, 0x28)
size, count, names = struct.unpack_from("<HHH", elf, 0x3A)
sections = [struct.unpack_from("<IIQQQQIIQQ", elf, at + n * size) for n in range(count)]
SYMTAB = 2
found = {}
for section in sections:
    if section[1] != SYMTAB:
        continue
    start, length, strings = section[4], section[5], sections[section[6]][4]
    for n in range(start, start + length, 24):
        name, _, _, home, value, bytes_ = struct.unpack_from("<IBBHQQ", elf, n)
        text = elf[strings + name : elf.index(b"\0", strings + name)].decode()
        if text.startswith("wasm[0]::function["):
            code = sections[home][4] - sections[home][3] + value
            found[int(text[len("wasm[0]::function[") :].split("]")[0])] = elf[code : code + bytes_]
for index in sorted(found):
    print(found[index].hex())

#!/usr/bin/env python3
"""inputs.py WORKDIR: writes WORKDIR/inputs, the same bytes on every machine (integer arithmetic, no zlib, no clock).

What it makes: corpus.bin (50,000,000 bytes: C sources of the fetched crates, a published module, noise),
photo.ppm and photo.png (1200 x 900 x 3, shaded and noisy), shape.pbm (its threshold), tune.wav (20 s stereo,
44.1 kHz), random.cnf (3-SAT near the threshold), dump.json. The small texts of benches/programs/inputs are copied beside them."""
import os
import shutil
import struct
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = sys.argv[1]
OUT = os.path.join(WORK, "inputs")
CRATES = """brotlic-sys bzip2-sys liblzma-sys libsqlite3-sys libwebp-sys libz-sys lz4-sys mozjpeg-sys rquickjs-sys
zstd-sys""".split()
TEXT = (".c", ".h", ".rs", ".md", ".js", ".html")
MODULE = "npm/node_modules/@biomejs/wasm-nodejs/biome_wasm_bg.wasm"


def noise(seed):
    """xorshift64*: endless 32-bit numbers."""
    x = seed
    while True:
        x ^= x >> 12
        x = (x ^ x << 25) & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 27
        yield x * 0x2545F4914F6CDD1D >> 32 & 0xFFFFFFFF


def write(name, data):
    with open(os.path.join(OUT, name), "wb") as f:
        f.write(data)


def corpus():
    parts = []
    for crate in CRATES:
        paths = []
        for folder, _, files in os.walk(os.path.join(WORK, "src/vendor", crate)):
            paths += [os.path.join(folder, f) for f in files if f.endswith(TEXT)]
        for path in sorted(paths, key=os.fsencode):
            parts.append(open(path, "rb").read())
    text = b"".join(parts)[:38_000_000]
    module = open(os.path.join(WORK, MODULE), "rb").read()[: 48_000_000 - len(text)]
    random = noise(1)
    rest = 50_000_000 - len(text) - len(module)
    write("corpus.bin", text + module + b"".join(struct.pack("<I", next(random)) for _ in range(rest // 4 + 1))[:rest])


def photo():
    w, h, random = 1200, 900, noise(2)
    rows = []
    for y in range(h):
        row = bytearray()
        for x in range(w):
            n = next(random)
            sky = 200 - y * 120 // h
            r, g, b = sky - 40, sky - 10, sky + 50
            dx, dy = x - 400, y - 350
            d = dx * dx + dy * dy
            if d < 40_000:  # a lit ball
                light = (40_000 - d) // 320 + (-dx - dy) // 6
                r, g, b = 110 + light, 60 + light // 2, 40 + light // 4
            elif y > 600 + (x * 7919 >> 9) % 40:  # a field
                r, g, b = 60 + (x ^ y) % 24, 110 + (x * y >> 6) % 40, 40
            elif 700 < x < 1000 and 250 < y < 600:  # a house with windows
                lit = (x // 30 + y // 35) % 2
                r, g, b = (210, 190, 120) if lit else (120, 70, 60)
            for i, c in enumerate((r, g, b)):
                row.append(max(0, min(255, c + (n >> 8 * i) % 9 - 4)))
        rows.append(bytes(row))
    write("photo.ppm", b"P6\n%d %d\n255\n" % (w, h) + b"".join(rows))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    # stored deflate blocks, so that no zlib's choices are in the file
    raw = b"".join(b"\0" + row for row in rows)
    blocks = [raw[i : i + 65535] for i in range(0, len(raw), 65535)]
    body = b"\x78\x01" + b"".join(
        struct.pack("<BHH", i + 1 == len(blocks), len(b), len(b) ^ 0xFFFF) + b for i, b in enumerate(blocks)
    ) + struct.pack(">I", zlib.adler32(raw))
    head = struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0)
    write("photo.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
    bits = b"".join(
        bytes(sum((row[3 * (x + k)] < 120) << 7 - k for k in range(8)) for x in range(0, w, 8)) for row in rows
    )
    write("shape.pbm", b"P4\n%d %d\n" % (w, h) + bits)


def tune():
    rate, seconds, random = 44100, 20, noise(3)
    scale = [262, 294, 330, 349, 392, 440, 494, 523]

    def wave(t, hz):  # a parabola for each half period: close to a sine
        p = t * hz * 65536 // rate & 0xFFFF
        q = p & 0x7FFF
        v = q * (0x8000 - q) >> 14
        return v if p < 0x8000 else -v

    data = bytearray()
    for t in range(rate * seconds):
        beat = t * 4 // rate
        fade = rate // 4 - t % (rate // 4)
        note = wave(t, scale[beat * 5 % 8]) * fade // (rate // 4)
        bass = wave(t, scale[beat // 4 * 3 % 8] // 4)
        hiss = next(random) % 600 - 300
        data += struct.pack("<hh", (note + bass) // 3 + hiss, (note // 2 + bass) // 3 + hiss)
    write("tune.wav", struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 2, rate,
                                  rate * 4, 4, 16, b"data", len(data)) + data)


def cnf():
    n, m, random = 220, 940, noise(4)
    lines = ["p cnf %d %d" % (n, m)]
    for _ in range(m):
        names = []
        while len(names) < 3:
            v = next(random) % n + 1
            if v not in names:
                names.append(v)
        lines.append(" ".join(str(v if next(random) & 1 else -v) for v in names) + " 0")
    write("random.cnf", ("\n".join(lines) + "\n").encode())


def dump():
    random = noise(5)
    rows = []
    for i in range(20_000):
        a, b, c = next(random), next(random), next(random)
        rows.append('{"id":%d,"user":"u%d","tags":["t%d","t%d"],"amount":%d.%02d,"city":{"name":"c%d","zip":"%05d"},"ok":%s}'
                    % (i, a % 997, b % 13, b % 17, c % 9000, a % 100, c % 61, b % 100_000, "true" if a & 1 else "null"))
    write("dump.json", ("[" + ",\n".join(rows) + "]\n").encode())


os.makedirs(OUT, exist_ok=True)
shutil.copytree(os.path.join(HERE, "inputs"), OUT, dirs_exist_ok=True)
for make in (corpus, photo, tune, cnf, dump):
    make()

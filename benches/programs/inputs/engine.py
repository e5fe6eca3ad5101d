# A test program for Python: the same output by CPython 3.11 and RustPython.
import sys
import json
import re
from collections import Counter, defaultdict, deque, namedtuple
from functools import lru_cache, reduce
from itertools import accumulate, chain, groupby, islice, permutations

Point = namedtuple("Point", "x y")


class Matrix:
    def __init__(self, rows):
        self.rows = rows

    def __matmul__(self, other):
        columns = list(zip(*other.rows))
        return Matrix([[sum(a * b for a, b in zip(row, c)) for c in columns] for row in self.rows])

    def __getitem__(self, at):
        return self.rows[at[0]][at[1]]


# numbers
sieve = bytearray([1]) * 100_001
for i in range(2, 317):
    if sieve[i]:
        sieve[i * i :: i] = bytes(len(range(i * i, 100_001, i)))
print("primes", sum(sieve[2:]))
print("big", sum(map(int, str(2**521 - 1))), pow(7, 1000, 13), (3**200) // (2**150), -7 // 2, -7 % 3, divmod(-9, 4))
print("floats", 0.1 + 0.2, 1e23, 5e-324, 2**0.5, 10 / 3, round(2.675, 2), float("1e400"), "%.3f %08.2f %e" % (3.14159, 2.5, 12345.678))
power = Matrix([[1, 1], [1, 0]])
result = Matrix([[1, 0], [0, 1]])
for bit in bin(90)[2:]:
    result = result @ result
    if bit == "1":
        result = result @ power
print("matrix", result[0, 1])
print("complex", (1 + 2j) ** 3, abs(3 + 4j))


# objects and functions
@lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def numbers(n):
    received = []
    for i in range(n):
        received.append((yield i * i))
    return received


def outer():
    got = yield from numbers(3)
    yield got


g = outer()
print("fib", fib(150), "generator", [next(g), g.send("a"), g.send("b"), g.send("c")])
points = [Point(i * 7919 % 101, i * 104_729 % 97) for i in range(2000)]
print("points", min(points), max(points), sum(p.x for p in points), sorted(points)[1000], len(set(points)))
print("groups", {k: len(list(v)) for k, v in groupby(sorted(p.x % 5 for p in points))})
words = re.findall(r"[a-z_]{3,}", open(__file__).read())
print("words", sorted(Counter(words).items(), key=lambda kv: (-kv[1], kv[0]))[:5])
print("lists", [x for x in range(30) if x % 3 if x % 5][::-2], list(accumulate([1, 5, 2], max)), list(islice(chain("ab", "cd"), 1, 3)))
print("permutations", ["".join(p) for p in permutations("abc")], reduce(lambda a, b: a * b, range(1, 26)))
d = defaultdict(deque)
for i in range(10_000):
    d["k%d" % (i % 7)].appendleft(i)
print("deque", {k: (v[0], v.pop(), len(v)) for k, v in sorted(d.items())})


class Base:
    def __init_subclass__(cls, **kw):
        cls.tag = kw.get("tag", "none")

    @property
    def name(self):
        return f"{type(self).__name__}<{self.tag}>"


class Left(Base, tag="l"):
    def who(self):
        return ["left"]


class Right(Base, tag="r"):
    def who(self):
        return ["right"]


class Both(Left, Right):
    def who(self):
        return ["both"] + super().who()


print("classes", Both().name, Both().who(), [c.__name__ for c in Both.__mro__], isinstance(Both(), Base))

# errors, context managers, matching
log = []


class Guard:
    def __enter__(self):
        log.append("in")
        return self

    def __exit__(self, kind, value, trace):
        log.append(kind.__name__ if kind else None)
        return kind is KeyError


with Guard():
    {}["missing"]
try:
    with Guard():
        try:
            int("x1")
        except ValueError as e:
            raise RuntimeError("again") from e
        finally:
            log.append("finally")
except RuntimeError as e:
    log += [str(e), type(e.__cause__).__name__]


def deep(n):
    return 0 if n == 0 else deep(n - 1) + 1


log.append(deep(150))
for value in ({"op": "add", "args": [1, 2]}, (1, 2, 3), "text", 7):
    match value:
        case {"op": "add", "args": [a, b]}:
            log.append(a + b)
        case (first, *rest):
            log.append(rest)
        case str() as s if len(s) > 3:
            log.append(s.upper())
        case _:
            log.append("other")
print("flow", log)

# text
data = json.loads(json.dumps({"a": [1, 2.5, None, True], "é": "\u2028\n", "n": {"deep": [[]]}}, sort_keys=True))
print("json", data, json.dumps(data, separators=(",", ":"), sort_keys=True))
print("regexp", re.sub(r"(?P<y>\d+)-(\d+)-(\d+)", r"\3.\2.\g<y>", "2024-02-29 and 1999-12-31"), re.split(r"[-_ ]", "a-b_c d"))
print("strings", "ß".upper(), "Ünï".encode(), f"{3.14159:>10.2f}|{'ab':^6}|{255:#x}|{1234567:,}", "a,b,,c".split(","), "x".join("abc"))
print("bytes", bytes(range(5)).hex(), int.from_bytes(b"\x01\x02", "big"), bytearray(b"abc")[::-1], memoryview(b"hello")[1:3].tobytes())

# work for the collector
kept = {}
for i in range(60_000):
    node = {"i": i, "s": str(i)}
    node["self"] = node
    kept[i % 500] = node
print("kept", len(kept), sum(v["i"] for v in kept.values()), kept[499]["self"]["self"]["s"], sys.argv[1:])

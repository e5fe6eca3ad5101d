#!/bin/sh
# Makes the suite of WASI programs: wasi/NAME.wasm from NAME.c and wasi_main.c, wasi/NAME.out (what must be printed, by the native twin), and
# wasi.toml from suite.toml. Needs clang-22, lld-22, libclang-rt-22-dev-wasm32 and wasi-libc (Debian's packages); CLANG names another compiler.
set -eu
cd "$(dirname "$0")"
clang=${CLANG:-clang-22}
flags="-std=c17 -O3 -ffp-contract=off -fno-math-errno"
names="matmul cholesky lu durbin floyd nussinov fdtd2d heat3d fft nbody spectral mandelbrot sha256 chacha20 aes lz huffman quicksort heapsort
hashmap json regex sieve vm_switch shapes bintrees queens dijkstra sudoku rbtree"
native=$(mktemp -d)
trap 'rm -rf "$native"' EXIT
mkdir -p wasi
{
    cat <<'END'
# 30 WASI programs that print how long they took, and their native twins: `samite bench wasi.toml --peers native`. Made by wasi.sh: change that.

name = "wasi"

[defaults]
kind = "wasi"
module = "wasi/{name}.wasm"
expected_stdout = "wasi/{name}.out"
seconds = 'seconds ([\d.]+)'
END
    printf 'native = { sources = ["{name}.c", "wasi_main.c"], compiler = "clang-22", flags = ["%s", "-march=x86-64-v3"] }\n' "$(echo "$flags" | sed 's/ /", "/g')"
    for name in $names; do
        printf '\n[[bench]]\n'
        sed -n "/^name = \"$name\"\$/,/^\$/p" suite.toml | sed -n -e '/^name\|^group\|^about/p' -e 's/^iterations = \([0-9]*\)$/args = ["\1"]/p'
    done
} > wasi.toml
for name in $names; do
    $clang --target=wasm32-wasi -Wno-deprecated $flags -Wall -Wextra -Werror -fno-ident -mcpu=mvp -msign-ext -mnontrapping-fptoint -mbulk-memory \
        -mmutable-globals -mmultivalue -Wl,--strip-debug "$name.c" wasi_main.c -o "wasi/$name.wasm"
    chmod 644 "wasi/$name.wasm"
    $clang $flags -march=x86-64-v3 "$name.c" wasi_main.c -o "$native/$name" -lm
    count=$(sed -n "/^name = \"$name\"\$/,/^\$/s/^iterations = //p" suite.toml)
    "$native/$name" "$count" | sed 's/^seconds .*/seconds 0.0/' > "wasi/$name.out"
    grep -q "checksum $(sed -n "/^name = \"$name\"\$/,/^\$/s/^expected = \"\(.*\)\"/\1/p" suite.toml)" "wasi/$name.out" || { echo "$name: another checksum than in suite.toml" >&2; exit 1; }
done

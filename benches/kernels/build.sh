#!/bin/sh
# Builds the kernels: `build.sh` writes every NAME.wasm beside NAME.c; `build.sh native DIR` writes native
# twins DIR/NAME. Name kernels in ONLY="a b" to build just these. CLANG (clang-22) and CFLAGS may be overridden.
# The wasm uses WebAssembly 2.0 without SIMD, but for simd_NAME.c, written in vectors, and NAME.simd.wasm, NAME.c as the compiler
# vectorizes it. Natively, the one is the scalar model in its source and the other is NAME.c. The name section stays (profiles
# need it), debug information goes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
clang=${CLANG:-clang-22}
common="-std=c17 -O3 -Wall -Wextra -Werror -ffp-contract=off -fno-math-errno -fno-ident ${CFLAGS:-}"
names=${ONLY:-$(
    for f in *.c; do case $f in *_main.c) ;; *) echo "${f%.c}" ;; esac; done
    for f in *.simd.wasm; do [ ! -e "$f" ] || echo "${f%.wasm}"; done
)}

case "${1:-wasm}" in
wasm)
    for name in $names; do
        case "$name" in simd_* | *.simd) vectors=-msimd128 ;; *) vectors= ;; esac
        $clang --target=wasm32-unknown-unknown $common -mcpu=mvp $vectors -msign-ext -mnontrapping-fptoint -mbulk-memory \
            -mmutable-globals -mmultivalue -nostdlib -Wl,--no-entry -Wl,--export=run -Wl,--strip-debug \
            -Wl,--stack-first -Wl,-z,stack-size=65536 "${name%.simd}.c" -o "$name.wasm"
    done
    ;;
native)
    dir=${2:?usage: build.sh native DIR}
    mkdir -p "$dir"
    for name in $names; do
        $clang $common -march=${MARCH:-x86-64-v3} "${name%.simd}.c" native_main.c -o "$dir/$name"
    done
    ;;
*)
    echo "usage: build.sh [wasm | native DIR]" >&2
    exit 2
    ;;
esac

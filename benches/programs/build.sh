#!/usr/bin/env bash
# build.sh WORKDIR [PROGRAM...]: builds WORKDIR/wasm/PROGRAM.wasm from what fetch.sh brought, and WORKDIR/inputs.
# A module that is there already is not built again. Wants clang-22 and its wasm32 libraries, wasi-libc, tclsh,
# node; for the Rust programs rustc-web, libstd-rust-web-dev, rust-web-src and a nightly cargo.
# No SIMD, no threads, no exceptions: WebAssembly 2.0 less SIMD is the most any of them needs.
# NATIVE=1: instead WORKDIR/native/PROGRAM, of the same source, for those that Debian has in no or another version.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
cd "$1"
shift
only=" $* "
mkdir -p wasm native obj build
DEB=src/deb
CRATE=src/vendor
DEFS="-D_GNU_SOURCE -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS -D_WASI_EMULATED_GETPID -D_WASI_EMULATED_MMAN"
LIBS="-lwasi-emulated-mman -lwasi-emulated-signal -lwasi-emulated-process-clocks -lwasi-emulated-getpid -lm"
LINK="-Wl,--strip-all -Wl,-z,stack-size=8388608"
CLANG="--target=wasm32-wasi -Wno-deprecated -w -O2"
# wasi.h and include/: POSIX names WASI lacks, see there
OURS="-include $HERE/wasi.h -I$HERE/include"
cc() {
  if [ -n "${NATIVE:-}" ]; then clang-22 -w -O2 -D_GNU_SOURCE "$@" -lm -lpthread -ldl
  else clang-22 $CLANG $DEFS $OURS "$@" $LIBS $LINK; fi
}
cxx() { clang++-22 $CLANG $DEFS $OURS -fignore-exceptions "$@" "$HERE/cxx_none.c" $LIBS $LINK; }

# Runs one recipe below: make_NAME OUT, unless NAME.wasm is there or was not asked for.
build() {
  for name in "$@"; do
    case $only in "  " | *" $name "*) ;; *) continue ;; esac
    local out=wasm/$name.wasm
    [ -z "${NATIVE:-}" ] || out=native/$name
    [ -e "$out" ] && continue
    echo "build $out"
    "make_${name//-/_}" "$out.part"
    mv "$out.part" "$out"
  done
}

# SQLite's shell on its amalgamation (made by its own makefile, natively). No locks in WASI: the VFS without locks.
make_sqlite3() {
  mkdir -p build/sqlite
  (cd build/sqlite && "../../$DEB/sqlite3-3.40.1/configure" --disable-tcl && make -s sqlite3.c shell.c) > build/sqlite.log 2>&1
  cc -Ibuild/sqlite build/sqlite/{sqlite3,shell}.c -DSQLITE_THREADSAFE=0 -DSQLITE_TEMP_STORE=3 \
    -DSQLITE_OMIT_LOAD_EXTENSION '-DSQLITE_DEFAULT_UNIX_VFS="unix-none"' -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE \
    -DSQLITE_ENABLE_MATH_FUNCTIONS -DHAVE_READLINE=0 -o "$1"
}
make_qjs() {
  local q=$CRATE/rquickjs-sys/quickjs
  cc -DQUICKJS_NG_BUILD -I$q $q/{quickjs,quickjs-libc,qjs,libregexp,libunicode,dtoa}.c $q/gen/{repl,standalone}.c -o "$1"
}
make_zstd() {
  local z=$DEB/libzstd-1.5.4+dfsg2
  cc -I$z/lib -I$z/lib/common -DZSTD_DISABLE_ASM -DBACKTRACE_ENABLE=0 \
    $z/lib/{common,compress,decompress,dictBuilder}/*.c $z/programs/*.c -o "$1"
}
make_bzip2() {
  local b=$DEB/bzip2-1.0.8
  cc $b/{bzip2,blocksort,huffman,crctable,randtable,compress,decompress,bzlib}.c -o "$1"
}
# The one change of a source: xz wants two non-blocking ends of a pipe for its signal handler.
make_xz() {
  sed -i 's/for (unsigned i = 0; i < 2; ++i)/for (unsigned i = 0; i < 0; ++i)/' $DEB/xz-utils-5.4.1/src/xz/file_io.c
  mkdir -p build/xz
  (cd build/xz && "../../$DEB/xz-utils-5.4.1/configure" --host=wasm32-wasi CC="clang-22 $CLANG" CFLAGS="$DEFS $OURS" \
    LDFLAGS="$LIBS $LINK" AR=llvm-ar-22 RANLIB=llvm-ranlib-22 --disable-shared --disable-threads --disable-nls \
    --disable-sandbox --disable-scripts --disable-doc --disable-xzdec --disable-lzmadec --disable-lzmainfo \
    --disable-lzma-links && make -s) > build/xz.log 2>&1
  cp build/xz/src/xz/xz "$1"
}
make_brotli() {
  local b=$DEB/brotli-1.0.9/c
  cc -I$b/include $b/{common,dec,enc,tools}/*.c -o "$1"
}
make_lz4() {
  local b=$DEB/lz4-1.9.4
  cc -I$b/lib $b/lib/*.c $b/programs/{lz4cli,lz4io,bench,datagen}.c -o "$1"
}
webp() {
  local b=$DEB/libwebp-1.2.4
  cc -I$b -I$b/src $(ls $b/src/{dec,demux,dsp,enc,mux,utils}/*.c $b/sharpyuv/*.c | grep -vE 'sse|avx|neon|mips|msa') \
    $b/imageio/{image_dec,image_enc,imageio_util,metadata,jpegdec,pngdec,pnmdec,tiffdec,webpdec}.c \
    $b/examples/{example_util,$1}.c -o "$2"
}
make_cwebp() { webp cwebp "$1"; }
make_dwebp() { webp dwebp "$1"; }
# the three headers are those the crate's build.rs writes
mozjpeg() {
  local j=$CRATE/mozjpeg-sys/vendor tool=$1 out=$2 size=${NATIVE:+8}
  shift 2
  mkdir -p build/mozjpeg
  printf '#define %s\n' 'JVERSION "2.2.3"' 'JCOPYRIGHT "libjpeg-turbo, Mozilla"' 'JCOPYRIGHT_SHORT JCOPYRIGHT' > build/mozjpeg/jversion.h
  printf '#define %s\n' 'BUILD "0"' 'INLINE inline' HIDDEN THREAD_LOCAL "SIZEOF_SIZE_T ${size:-4}" 'HAVE_BUILTIN_CTZL 1' FALLTHROUGH \
    'PACKAGE_NAME "mozjpeg"' 'VERSION "2.2.3"' > build/mozjpeg/jconfigint.h
  printf '#define %s\n' 'JPEG_LIB_VERSION 62' 'LIBJPEG_TURBO_VERSION 0' 'BITS_IN_JSAMPLE 8' 'STDC_HEADERS 1' 'HAVE_STDLIB_H 1' \
    'C_ARITH_CODING_SUPPORTED 1' 'D_ARITH_CODING_SUPPORTED 1' 'HAVE_UNSIGNED_CHAR 1' 'HAVE_UNSIGNED_SHORT 1' 'MEM_SRCDST_SUPPORTED 1' > build/mozjpeg/jconfig.h
  cc -Ibuild/mozjpeg -I$j -DPPM_SUPPORTED -DBMP_SUPPORTED -DGIF_SUPPORTED -DTARGA_SUPPORTED \
    $(ls $j/j[cd]*.c $j/j{aricom,error,fdctflt,fdctfst,fdctint,idctflt,idctfst,idctint,idctred,memmgr,memnobs,quant1,quant2,utils,simd_none}.c |
      grep -vE 'tj\.c|jcstest|jccolext|jdcolext|jdcol565|jdmrgext|jdmrg565') \
    $j/{cdjpeg,rdcolmap,rdswitch,transupp}.c "${@/#/$j/}" "$j/$tool.c" -o "$out"
}
make_cjpeg() { mozjpeg cjpeg "$1" rdppm.c rdbmp.c rdgif.c rdtarga.c rdjpeg.c; }
make_djpeg() { mozjpeg djpeg "$1" wrppm.c wrbmp.c wrgif.c wrtarga.c; }
make_potrace() {
  local p=$DEB/potrace-1.16/src
  cc -I$p -I$p/include '-DPACKAGE="potrace"' '-DVERSION="1.16"' '-DPOTRACE="potrace"' '-DMKBITMAP="mkbitmap"' \
    -DHAVE_STDINT_H -DHAVE_INTTYPES_H -DHAVE_GETOPT_LONG -DHAVE_DECL_GETOPT_LONG \
    $p/{main,backend_{dxf,eps,geojson,pdf,pgm,svg,xfig},bbox,bitmap_io,curve,decompose,flate,greymap,lzw}.c \
    $p/{potracelib,progress_bar,render,trace,trans}.c -o "$1"
}
make_lame() {
  mkdir -p build/lame
  (cd build/lame && "../../$DEB/lame-3.100/configure" --host=arm-linux CC="clang-22 $CLANG" CFLAGS="$DEFS" \
    LDFLAGS="$LIBS $LINK" AR=llvm-ar-22 RANLIB=llvm-ranlib-22 --disable-shared --disable-decoder --disable-gtktest &&
    make -s CFLAGS="$DEFS $OURS") > build/lame.log 2>&1
  cp build/lame/frontend/lame "$1"
}
make_flac() {
  local f=$DEB/flac-1.4.2+ds
  cc -I$f/include -I$f/src/libFLAC/include -I$f -DHAVE_STDINT_H -DHAVE_INTTYPES_H -DHAVE_LROUND -DHAVE_FSEEKO \
    -DFLAC__HAS_OGG=0 -DFLAC__NO_ASM -DFLAC__NO_DLL -DNDEBUG '-DPACKAGE_VERSION="1.4.2"' \
    $(ls $f/src/flac/*.c $f/src/libFLAC/*.c $f/src/share/{getopt,grabbag,replaygain_analysis,replaygain_synthesis,utf8}/*.c |
      grep -vE 'intrin|ogg_|charset_test|makemap|iffscan') -o "$1"
}
# C++. Its exceptions are for the end of memory only: a throw is an abort (cxx_none.c).
make_minisat() {
  local m=$DEB/minisat2-2.2.1 z=$CRATE/libz-sys/src/zlib i
  for i in $z/*.c; do clang-22 $CLANG $DEFS $OURS -I$z -c "$i" -o "obj/z_$(basename "$i" .c).o"; done
  cxx -std=gnu++17 -Wno-reserved-user-defined-literal -D__STDC_LIMIT_MACROS -D__STDC_FORMAT_MACROS -I$m -I$z \
    $m/minisat/simp/{Main,SimpSolver}.cc $m/minisat/core/Solver.cc $m/minisat/utils/*.cc obj/z_*.o -o "$1"
}
# npm's Ruby is a reactor that wants 24 functions of JavaScript: merged with shims/ it is a command of WASI alone.
# _initialize is called by our _start; as an export it would tell a host that this is a reactor.
make_ruby() {
  local s=$HERE/shims
  node npm/node_modules/binaryen/bin/wasm-merge --enable-bulk-memory --enable-sign-ext --enable-multivalue \
    --enable-nontrapping-float-to-int --enable-mutable-globals --enable-reference-types \
    npm/node_modules/@ruby/3.4-wasm-wasi/dist/ruby+stdlib.wasm ruby "$s/ruby_js_host.wat" rb-js-abi-host \
    "$s/ruby_canonical_abi.wat" canonical_abi "$s/ruby_start.wat" start -o "$1"
  LC_ALL=C perl -0pi -e 's/\x0b_initialize\x00/\x0bXinitialize\x00/' "$1"
}

# Rust programs: `cargo install` with a std built for wasm32-wasip1 against Debian's wasi-libc.
cargo_install() {
  local out=$1 bin=$2 lib=/usr/lib/wasm32-wasi rt
  shift 2
  rt=$(clang-22 -print-resource-dir)/lib/wasi/libclang_rt.builtins-wasm32.a
  clang-22 --target=wasm32-wasi -Wno-deprecated -O2 -c "$HERE/rust_libc.c" -o obj/rust_libc.o
  RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$PWD/rust-target \
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
    CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_PROFILE_RELEASE_PANIC=abort CARGO_TARGET_WASM32_WASIP1_LINKER=wasm-ld-22 \
    CC_wasm32_wasip1=clang-22 CFLAGS_wasm32_wasip1="--target=wasm32-wasi -Wno-deprecated" AR_wasm32_wasip1=llvm-ar-22 \
    CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS="-C link-self-contained=no -L $lib -C link-arg=$lib/crt1-command.o \
      -C link-arg=-L$lib -C link-arg=-lc -C link-arg=$rt -C link-arg=$PWD/obj/rust_libc.o -C link-arg=-zstack-size=4194304" \
    cargo +nightly install --locked --root rust "$@" -Zbuild-std=std,panic_abort --target wasm32-wasip1
  cp "rust/bin/$bin.wasm" "$out"
}
make_hexyl() { cargo_install "$1" hexyl hexyl@0.17.0; }
make_rg() { cargo_install "$1" rg ripgrep@15.2.0; }
make_rhai() { cargo_install "$1" rhai-run rhai@1.27.0 --bin rhai-run; }
make_resvg() { cargo_install "$1" resvg resvg@0.49.0; }
make_oxipng() { cargo_install "$1" oxipng oxipng@10.2.1 --no-default-features --features binary,zopfli; }
make_wasm_tools() { cargo_install "$1" wasm-tools wasm-tools@1.263.0 --no-default-features --features validate,print,parse,dump,objdump,strip; }

if [ -n "${NATIVE:-}" ]; then
  build sqlite3 qjs cjpeg djpeg
  exit
fi
build sqlite3 qjs zstd bzip2 xz brotli lz4 cwebp dwebp cjpeg djpeg potrace lame flac minisat ruby
build hexyl rg rhai resvg oxipng wasm-tools
[ -e inputs/.done ] || { python3 "$HERE/inputs.py" . && touch inputs/.done; }
cp "$HERE"/inputs/* inputs/
ls wasm/*.wasm

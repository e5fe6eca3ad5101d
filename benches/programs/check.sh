#!/usr/bin/env bash
# check.sh RUNNER WORKDIR [PROGRAM...]: runs every program of WORKDIR/wasm under RUNNER and compares what it prints
# and writes with expected/sums.txt. RUNNER is a command line, `samite run` or one of run.mjs, run_wasmtime.py; it is
# called as RUNNER FILE --dir HOST::GUEST --env K=V -- args. BLESS=1 writes the sums instead (for a runner trusted).
# One line for each check: pass or FAIL, seconds, name; then the counts. Exit code 1 if any failed.
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
RUNNER=$1
WORK=$(cd "$2" && pwd)
shift 2
only=" $* "
IN=$WORK/inputs
OUT=$WORK/check
SUMS=$HERE/expected/sums.txt
mkdir -p "$OUT" "$HERE/expected"
pass=0 fail=0

# run PROGRAM args...: in the case's own folder (guest /w), the inputs beside it (guest /in).
run() {
  local program=$1
  shift
  $RUNNER "$WORK/wasm/$program.wasm" --dir "$PWD::/w" --dir "$IN::/in" --env HOME=/w -- "$@"
}
# check NAME: runs the function of that name in a new folder; what it leaves there, stdout included, is compared.
check() {
  for name in "$@"; do
    case $only in "  " | *" $name "*) ;; *) continue ;; esac
    rm -rf "${OUT:?}/$name"
    mkdir -p "$OUT/$name"
    local t0 t1 status got want why=
    t0=$(date +%s%N)
    (cd "$OUT/$name" && set -e && "$name" > out.txt 2> "$OUT/$name.err" < /dev/null)
    status=$?
    t1=$(date +%s%N)
    got=$(cd "$OUT/$name" && find . -type f | LC_ALL=C sort | sed 's,^\./,,' | while read -r f; do
      echo "$name/$f $(sha256sum < "$f" | cut -d' ' -f1)"; done)
    [ "$status" = 0 ] || why="exit $status: $(tail -n 1 "$OUT/$name.err" | cut -c1-200)"
    if [ -n "${BLESS:-}" ] && [ -z "$why" ]; then
      { grep -v "^$name/" "$SUMS" 2> /dev/null; echo "$got"; } | LC_ALL=C sort > "$SUMS.new"
      mv "$SUMS.new" "$SUMS"
      [ "$(wc -c < "$OUT/$name/out.txt")" -gt 20000 ] || [ ! -s "$OUT/$name/out.txt" ] || cp "$OUT/$name/out.txt" "$HERE/expected/$name.txt"
    fi
    want=$(grep "^$name/" "$SUMS" 2> /dev/null)
    [ -n "$why" ] || [ "$got" = "$want" ] ||
      why="differs: $(diff <(echo "$want") <(echo "$got") | awk '/^[<>]/ {print $2}' | sort -u | tr '\n' ' ')"
    if [ -z "$why" ]; then
      pass=$((pass + 1))
      printf 'pass %7.2f s  %s\n' "$(((t1 - t0) / 10000000))e-2" "$name"
      find "$OUT/$name" -type f -size +1M -delete
    else
      fail=$((fail + 1))
      printf 'FAIL %7.2f s  %s (%s)\n' "$(((t1 - t0) / 10000000))e-2" "$name" "$why"
    fi
  done
}
# A round trip: both files are hashed, so the compressed bytes must be the native tool's too.
bytes() { cp "$IN/corpus.bin" "$1"; }

sqlite3() { run sqlite3 /w/shop.db < "$IN/shop.sql"; }
sqlite3_reopen() { run sqlite3 /w/a.db < "$IN/shop.sql" > /dev/null; run sqlite3 /w/a.db 'pragma integrity_check; select count(*), sum(count) from item; select sum(length(body)) from note;'; run sqlite3 /w/a.db '.dump customer orders item note place' | sha256sum; }
qjs() { run qjs /in/engine.js; }
qjs_tests() {
  cp "$WORK"/src/vendor/rquickjs-sys/quickjs/tests/{assert,test_*}.js .
  for t in language closure loop bigint base64 queue_microtask for_of_line_numbers domexception; do
    run qjs --std "/w/test_$t.js"
    echo "$t ok"
  done
  rm ./*.js
}
ruby() { run ruby /in/engine.rb a b; }
rhai() { run rhai /in/engine.rhai; }
zstd() { bytes c; run zstd -q --single-thread -12 /w/c -o /w/c.zst; rm c; run zstd -q -d /w/c.zst -o /w/c; }
bzip2() { bytes c; run bzip2 -9 /w/c; run bzip2 -dk /w/c.bz2; }
xz() { bytes c; run xz -T1 -3 /w/c; run xz -dk /w/c.xz; }
brotli() { bytes c; run brotli -q 6 -w 24 /w/c -o /w/c.br; rm c; run brotli -d /w/c.br -o /w/c; }
lz4() { bytes c; run lz4 -q -9 /w/c /w/c.lz4; rm c; run lz4 -q -d /w/c.lz4 /w/c; }
webp() {
  run cwebp -quiet -q 80 -m 6 /in/photo.ppm -o /w/lossy.webp
  run cwebp -quiet -lossless -z 6 /in/photo.ppm -o /w/lossless.webp
  run dwebp -quiet -ppm /w/lossy.webp -o /w/lossy.ppm
  run dwebp -quiet -ppm /w/lossless.webp -o /w/lossless.ppm
  cmp lossless.ppm "$IN/photo.ppm"
}
mozjpeg() {
  run cjpeg -quality 85 -outfile /w/photo.jpg /in/photo.ppm
  run cjpeg -revert -quality 60 -sample 1x1 -outfile /w/base.jpg /in/photo.ppm
  run djpeg -outfile /w/photo.ppm /w/photo.jpg
  run djpeg -scale 3/8 -gif -outfile /w/base.gif /w/base.jpg
}
potrace() { run potrace -s -o /w/shape.svg /in/shape.pbm; run potrace -b pdf -o /w/shape.pdf -t 5 -a 1.2 --tight -c /in/shape.pbm; sed -i /Date/d shape.pdf; }
lame() { run lame --quiet -b 160 -q 3 /in/tune.wav /w/tune.mp3; }
flac() { run flac -s -8 -V /in/tune.wav -o /w/tune.flac; run flac -s -d /w/tune.flac -o /w/tune.wav; cmp tune.wav "$IN/tune.wav"; }
minisat() { run minisat -verb=0 /in/random.cnf /w/model > log || [ $? = 10 ] || [ $? = 20 ]; grep -v ^WARNING log; rm log; }  # 10: satisfiable
hexyl() { run hexyl --border ascii --color never -n 60000 /in/photo.png; }
rg() { run rg --sort path --no-heading -n -i '(\w+)_(next|prev)\s*=\s*(\w+)' /in/corpus.bin -a --max-count 3000 -o -r '$3:$1'; run rg -c --text --sort path 'fn|int' /in/shop.sql /in/engine.rb /in/dump.json; }
resvg() { run resvg /in/drawing.svg /w/drawing.png; run resvg -z 2 /in/drawing.svg /w/twice.png; }
oxipng() { run oxipng -q -o 3 --strip all --out /w/photo.png /in/photo.png; }
wasm_tools() {
  cp "$WORK/modules/esbuild-wasm-esbuild.wasm" m.wasm
  cp "$WORK/modules/resvg-resvg-wasm-index_bg.wasm" q.wasm
  run wasm-tools validate --features=-all,mutable-global,sign-extension,saturating-float-to-int,bulk-memory,multi-value,reference-types,floats /w/m.wasm
  run wasm-tools print /w/q.wasm -o /w/q.wat
  run wasm-tools parse /w/q.wat -o /w/again.wasm
  run wasm-tools objdump /w/m.wasm
  rm m.wasm q.wasm
}

check sqlite3 sqlite3_reopen qjs qjs_tests ruby rhai zstd bzip2 xz brotli lz4
check webp mozjpeg potrace lame flac minisat hexyl rg resvg oxipng wasm_tools
echo "$pass passed, $fail failed"
[ "$fail" = 0 ]

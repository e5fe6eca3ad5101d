#!/bin/sh
# Do perf, gdb and valgrind see wasm functions? Needs them installed, and `cargo build --release`; prints what each sees and fails at the
# first that does not see what it should.
#
#   benches/profile/tools.sh [SAMITE [perf|jitdump|gdb|callgrind ...]]
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
samite=${1:-$here/target/release/samite}
[ $# -gt 0 ] && shift
tests=${*:-perf jitdump gdb callgrind}
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cd "$room"
cat > work.wat <<'END'
(module $work
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
    (memory (export "memory") 1)
    (func $inner (param i32) (result i32)
        (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 0))
    (func $outer (export "run") (param i32) (result i32)
        (i32.add (call $inner (local.get 0)) (i32.const 7)))
    (func $waits (export "wait") (result i32)
        (i32.add (call $yield) (i32.const 1)))
    (func (export "trap") (param i32) (result i32) (i32.load (local.get 0))))
END
# What a test looks for in what a tool said.
sees() {
    if ! grep -q -e "$2" "$1"; then
        cat "$1"
        echo "not seen: $2" >&2
        exit 1
    fi
    grep -m 3 -e "$2" "$1"
}
for test in $tests; do
    echo "== $test"
    case $test in
    perf)
        perf record -q -e cpu-clock -o perf.data "$samite" run --no-cache --profile perfmap work.wat --invoke run 1000000000
        perf report -i perf.data --stdio > report.txt 2> errors.txt
        rm -f /tmp/perf-"$(perf script -i perf.data -F pid 2> /dev/null | head -1 | tr -d ' ')".map
        sees report.txt 'inner'
        ;;
    jitdump)
        perf record -q -e cpu-clock -k mono -o perf.data "$samite" run --no-cache --profile jitdump work.wat --invoke run 1000000000
        perf inject --jit -i perf.data -o jit.data
        perf report -i jit.data --stdio > report.txt 2> errors.txt
        sees report.txt 'jitted-.*inner'
        perf script -i jit.data -F ip,sym,srcline > script.txt 2> errors.txt
        sees script.txt 'work\.wasm:[0-9]'
        ;;
    gdb)
        # `inner` is the only symbol with that name; it is known once the module is compiled.
        cat > commands <<'END'
set pagination off
set confirm off
set breakpoint pending on
break waits
run
info symbol $pc
break sched_yield
continue
backtrace 40
END
        gdb -q -batch -nx -x commands --args "$samite" run --no-cache --profile gdb work.wat --invoke wait > gdb.txt 2>&1
        sees gdb.txt '^waits'
        sees gdb.txt '#0 .*sched_yield'
        sees gdb.txt '^#[0-9]* .* waits ()'
        ;;
    callgrind)
        # Instructions grow with the work, by nearly the same number each time (hash maps start at random): those of our code are counted.
        counts=
        for n in 1000000 2000000 3000000; do
            valgrind --tool=callgrind --callgrind-out-file=/dev/null "$samite" run --no-cache work.wat --invoke run $n > out.txt 2> errors.txt
            [ "$(cat out.txt)" = 7 ]
            counts="$counts $(sed -n 's/.*Collected : //p' errors.txt)"
        done
        echo "$counts" | awk '{
            a = $2 - $1; b = $3 - $2; print "instructions for a million rounds:", a, b
            exit !(a > 1900000 && a < 5100000 && (a - b) * (a - b) < 60000 * 60000)
        }'
        # A trap is a signal that valgrind delivers.
        ! valgrind --tool=none "$samite" run --no-cache work.wat --invoke trap -- -1 > out.txt 2> errors.txt
        sees errors.txt 'wasm trap: out of bounds memory access'
        ;;
    *)
        echo "no test $test" >&2
        exit 2
        ;;
    esac
done

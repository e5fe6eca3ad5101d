;; Makes a command of npm's ruby.wasm, which is a reactor: `ruby.wasm SCRIPT args…` loads the script.
;; Merged with it by `wasm-merge` (build.sh), so the memory is Ruby's; the text stays in passive segments.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "ruby" "memory" (memory 1))
  (import "ruby" "_initialize" (func $initialize))
  (import "ruby" "cabi_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (import "ruby" "ruby-init: func(args: list<string>) -> ()" (func $init (param i32 i32)))
  (import "ruby" "rb-eval-string-protect: func(str: string) -> tuple<handle<rb-abi-value>, s32>"
    (func $eval (param i32 i32) (result i32)))

  ;; "ruby" "-EUTF-8" "-e_=0" "--", each with its NUL: 5 + 8 + 6 + 3 bytes
  (data $flags "ruby\00-EUTF-8\00-e_=0\00--\00")
  ;; 185 bytes; an error leaves by state 1
  (data $load "begin; $0 = ARGV.shift; load $0; rescue SystemExit => e; raise unless e.success?; rescue Exception => e; $stderr.puts e.full_message(highlight: false); raise; ensure; $stdout.flush; end")

  (func $new (param $bytes i32) (result i32)
    (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (local.get $bytes)))
  (func $pair (param $at i32) (param $ptr i32) (param $len i32)
    (i32.store (local.get $at) (local.get $ptr))
    (i32.store offset=4 (local.get $at) (local.get $len)))

  (func (export "_start")
    (local $sizes i32) (local $argc i32) (local $argv i32) (local $text i32) (local $list i32)
    (local $i i32) (local $p i32) (local $q i32) (local $n i32)
    (call $initialize)
    ;; argv of WASI
    (local.set $sizes (call $new (i32.const 8)))
    (drop (call $args_sizes_get (local.get $sizes) (i32.add (local.get $sizes) (i32.const 4))))
    (local.set $argc (i32.load (local.get $sizes)))
    (local.set $argv (call $new (i32.mul (local.get $argc) (i32.const 4))))
    (drop (call $args_get (local.get $argv) (call $new (i32.load offset=4 (local.get $sizes)))))
    ;; the list: four of ours, then argv[1..]
    (local.set $text (call $new (i32.const 22)))
    (memory.init $flags (local.get $text) (i32.const 0) (i32.const 22))
    (local.set $list (call $new (i32.mul (i32.add (local.get $argc) (i32.const 3)) (i32.const 8))))
    (call $pair (local.get $list) (local.get $text) (i32.const 5))
    (call $pair (i32.add (local.get $list) (i32.const 8)) (i32.add (local.get $text) (i32.const 5)) (i32.const 8))
    (call $pair (i32.add (local.get $list) (i32.const 16)) (i32.add (local.get $text) (i32.const 13)) (i32.const 6))
    (call $pair (i32.add (local.get $list) (i32.const 24)) (i32.add (local.get $text) (i32.const 19)) (i32.const 3))
    (local.set $i (i32.const 1))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $argc)))
        (local.set $p (i32.load (i32.add (local.get $argv) (i32.mul (local.get $i) (i32.const 4)))))
        (local.set $q (local.get $p))
        (loop $scan
          (local.set $n (i32.load8_u (local.get $q)))
          (local.set $q (i32.add (local.get $q) (i32.const 1)))
          (br_if $scan (local.get $n)))
        (call $pair (i32.add (local.get $list) (i32.mul (i32.add (local.get $i) (i32.const 3)) (i32.const 8)))
          (local.get $p) (i32.sub (local.get $q) (local.get $p)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (call $init (local.get $list) (i32.add (local.get $argc) (i32.const 3)))
    (local.set $text (call $new (i32.const 185)))
    (memory.init $load (local.get $text) (i32.const 0) (i32.const 185))
    (call $proc_exit (i32.ne (i32.load offset=4 (call $eval (local.get $text) (i32.const 185))) (i32.const 0)))))

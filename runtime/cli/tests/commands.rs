//! The program as people use it: command lines in, output and exit codes out.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a command did.
struct Done {
    code: i32,
    out: String,
    err: String,
}

impl Done {
    /// Success, and nothing on standard error.
    fn ok(&self) -> &str {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        &self.out
    }
    /// Exactly one line on standard error, which is an error, and exit code 1.
    fn fails(&self, with: &str) {
        assert_eq!(self.code, 1, "{}{}", self.out, self.err);
        assert!(self.err.starts_with("error: ") && self.err.lines().count() == 1, "not one line: {}", self.err);
        assert!(self.err.contains(with), "{} does not say: {with}", self.err);
    }
}

/// A directory with files, and the program in it.
struct Room {
    dir: TempDir,
}

impl Room {
    fn new(files: &[(&str, &[u8])]) -> Room {
        let dir = tempfile::tempdir().expect("there is room for temporary files");
        for (name, bytes) in files {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        Room { dir }
    }
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
    fn run(&self, args: &[&str]) -> Done {
        samite(self.dir.path(), args)
    }
}

fn samite(dir: &Path, args: &[&str]) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_samite"));
    command.args(args).current_dir(dir).stdin(Stdio::null()).env("RUST_BACKTRACE", "0").env("HELD", "here");
    // What is compiled here is kept nowhere else.
    command.env("XDG_CACHE_HOME", dir.join("cache"));
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    Done { code: output.status.code().expect("it ends by itself"), out: text(output.stdout), err: text(output.stderr) }
}

const HELLO: &[u8] = br#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\0a")
    (func (export "_start")
        (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))"#;

/// Writes its arguments, or its environment, each ended by NUL as WASI hands them over; exits with the number of arguments.
const ECHO: &[u8] = br#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
    (memory (export "memory") 1)
    (func $write
        (i32.store (i32.const 0) (i32.const 1024))
        (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))
    (func (export "_start")
        (drop (call $args_sizes_get (i32.const 8) (i32.const 4)))
        (drop (call $args_get (i32.const 512) (i32.const 1024)))
        (call $write)
        (drop (call $environ_sizes_get (i32.const 12) (i32.const 4)))
        (drop (call $environ_get (i32.const 512) (i32.const 1024)))
        (call $write)
        (call $proc_exit (i32.load (i32.const 8)))))"#;

const MATH: &[u8] = br#"(module $math
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func $half (export "divide") (param i64 i64) (result i64) (i64.div_s (local.get 0) (local.get 1)))
    (func (export "pair") (param f64) (result f64 f32) (local.get 0) (f32.const 1.5))
    (func (export "forever") (loop (br 0)))
    (func $deep (export "deep") (call $deep))
    (func $nested (export "nested") (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (i32.sub (call $nested (i32.sub (local.get 0) (i32.const 1))) (i32.const 0)))
            (else (i32.const 0))))
    (memory (export "memory") 1)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;

#[test]
fn hello() {
    let room = Room::new(&[("hello.wat", HELLO)]);
    assert_eq!(room.run(&["run", "hello.wat"]).ok(), "hello\n");
    assert_eq!(room.run(&["parse", "hello.wat"]).ok(), "");
    assert_eq!(room.run(&["run", "hello.wasm"]).ok(), "hello\n");
    assert_eq!(room.run(&["run", "--engine", "reference", "hello.wasm"]).ok(), "hello\n");
}

#[test]
fn arguments_environment_and_exit_code() {
    let room = Room::new(&[("echo.wat", ECHO)]);
    let done = room.run(&["run", "echo.wat", "one", "--two"]);
    assert_eq!((done.code, done.out.as_str()), (3, "echo.wat\0one\0--two\0"));
    let done = room.run(&["run", "echo.wat", "--env", "A=b=c", "--env", "HELD", "--env", "NOT_HELD_HERE", "--", "-x"]);
    assert_eq!((done.code, done.out.as_str()), (2, "echo.wat\0-x\0A=b=c\0HELD=here\0"));
    // A flag of ours behind the first argument is the program's, and probably a mistake.
    let done = room.run(&["run", "echo.wat", "one", "--timeout=1s"]);
    assert_eq!((done.code, done.out.as_str()), (3, "echo.wat\0one\0--timeout=1s\0"));
    assert!(done.err.starts_with("warning: `--timeout=1s` is passed to the program"), "{}", done.err);
    assert_eq!(room.run(&["run", "echo.wat", "--", "one", "--timeout=1s"]).err, "");
    room.run(&["run", "echo.wat", "--env", "=x"]).fails("--env =x is not NAME=VALUE");
    assert_eq!(room.run(&["run", "echo.wat", "--timeout", "0s"]).code, 2);
    // Before the first argument, a flag is ours.
    let done = room.run(&["run", "echo.wat", "--two"]);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("'-- --two'"), "{}", done.err);
}

#[test]
fn invoke() {
    let room = Room::new(&[("math.wat", MATH)]);
    let invoke = |name: &str, args: &[&str]| room.run(&[&["run", "--invoke", name, "math.wat", "--"], args].concat());
    assert_eq!(invoke("add", &["2", "-3"]).ok(), "-1\n");
    assert_eq!(invoke("add", &["0xffffffff", "2"]).ok(), "1\n");
    assert_eq!(invoke("pair", &["-0.5"]).ok(), "-0.5\n1.5\n");
    invoke("add", &["2"]).fails("`add` is (i32 i32) -> (i32): it takes 2 arguments, not 1");
    invoke("add", &["2", "x"]).fails("argument `x` is not an i32");
    invoke("grow", &[]).fails("it takes 1 argument, not 0");
    invoke("sub", &[]).fails("math.wat: it has no export `sub` (it has `add`, `divide`");
    invoke("memory", &[]).fails("is a memory 1, not a function");
    room.run(&["run", "math.wat", "--invoke", "add", "1", "2", "--timeout", "1s"]).fails("`--timeout` stands behind arguments");
    let done = room.run(&["run", "math.wat"]);
    // As wasmtime: a module may do all it has to do while it is instantiated.
    assert_eq!((done.code, done.out.as_str()), (0, ""));
    assert!(done.err.starts_with("warning: math.wat has no `_start`"), "{}", done.err);
}

#[test]
fn traps() {
    let room = Room::new(&[("math.wat", MATH)]);
    let done = room.run(&["run", "--invoke", "divide", "math.wat", "1", "0"]);
    assert_eq!((done.code, done.out.as_str()), (134, ""));
    let lines: Vec<&str> = done.err.lines().collect();
    assert_eq!(lines[..2], ["error: math.wat: wasm trap: integer divide by zero", "wasm backtrace:"]);
    assert!(lines[2].contains("math!half"), "{}", done.err);
    let done = room.run(&["run", "--invoke", "deep", "math.wat"]);
    assert_eq!(done.code, 134);
    assert!(done.err.starts_with("error: math.wat: wasm trap: call stack exhausted\n"), "{}", done.err);
    // Recursion is told once.
    let lines: Vec<&str> = done.err.lines().collect();
    assert!(
        lines.len() == 4 && lines[3].starts_with("       ... ") && lines[3].ends_with(" more frames of the same function"),
        "{}",
        done.err
    );
}

/// Names as the source has them; a module without a name is called as its file.
#[test]
fn backtraces() {
    let module = br#"(module (func $_ZN3app4main17h0123456789abcdefE (export "_start") unreachable))"#;
    let room = Room::new(&[("app.wat", module)]);
    let done = room.run(&["run", "app.wat"]);
    assert!(done.code == 134 && done.err.ends_with(" - app!app::main\n"), "{}", done.err);
    // Lines of the source, of a module and of what it was compiled to.
    let mapped = br#"(module (func $f (export "_start") unreachable) (@custom "sourceMappingURL" "\0a./f.js.map"))"#;
    let room = Room::new(&[("f.wat", mapped), ("f.js.map", br#"{"version":3,"sources":["f.ts"],"mappings":"AAEA"}"#)]);
    room.run(&["compile", "f.wat"]).ok();
    for file in ["f.wat", "f.cwasm"] {
        let done = room.run(&["run", file]);
        assert!(done.code == 134 && done.err.ends_with("!f\n       at f.ts:3\n"), "{}", done.err);
    }
}

#[test]
fn limits() {
    let room = Room::new(&[("math.wat", MATH)]);
    let done = room.run(&["run", "--timeout", "50ms", "--invoke", "forever", "math.wat"]);
    assert_eq!((done.code, done.out.as_str()), (134, ""));
    assert!(done.err.starts_with("error: math.wat: wasm trap: interrupted after 50ms\n"), "{}", done.err);
    // A million frames take more stack than there is, unless they are given it.
    let done = room.run(&["run", "--invoke", "nested", "math.wat", "1000000"]);
    assert!(done.code == 134 && done.err.contains("call stack exhausted"), "{}", done.err);
    assert_eq!(room.run(&["run", "--max-wasm-stack", "512M", "--invoke", "nested", "math.wat", "1000000"]).ok(), "0\n");
    assert_eq!(room.run(&["run", "--invoke", "grow", "math.wat", "15"]).ok(), "1\n");
    assert_eq!(room.run(&["run", "--max-memory-size", "1M", "--invoke", "grow", "math.wat", "15"]).ok(), "1\n");
    assert_eq!(room.run(&["run", "--max-memory-size", "1M", "--invoke", "grow", "math.wat", "16"]).ok(), "-1\n");
}

/// A program that waits for the host notices nothing; its time is over nevertheless.
#[test]
fn a_sleeper_is_stopped() {
    let module = br#"(module
        (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 16) "\01\00\00\00\00\00\00\00\ff\ff\ff\ff\ff\ff\ff\0f")
        (func (export "_start") (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))"#;
    let room = Room::new(&[("sleep.wat", module)]);
    let done = room.run(&["run", "--timeout", "50ms", "sleep.wat"]);
    assert_eq!((done.code, done.err.as_str()), (134, "error: sleep.wat: stopped after 50ms in a call that does not return\n"));
}

#[test]
fn outputs_that_cannot_be_written() {
    let room = Room::new(&[("math.wat", MATH)]);
    room.run(&["parse", "math.wat", "-o", "no/such.wasm"]).fails("cannot write no/such.wasm: No such file or directory");
    room.run(&["parse", "math.wat", "-o", "."]).fails("cannot write .: Is a directory");
    room.run(&["compile", "math.wat", "-o", "/dev/full"]).fails("cannot write /dev/full: No space left on device");
    // Files may have 512 bytes: of a file that would be larger, nothing is left.
    for command in ["compile math.wat -o out", "compile math.wat --emit asm -o out", "print math.wat -o out"] {
        let shell = format!("trap '' XFSZ; ulimit -f 1; exec {} {command}", env!("CARGO_BIN_EXE_samite"));
        let output = Command::new("sh").args(["-c", &shell]).current_dir(room.dir.path()).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && error.starts_with("error: cannot write out: File too large"), "{command}: {error}");
        assert!(!room.path("out").exists(), "{command}");
    }
}

#[test]
fn unknown_imports() {
    let module = br#"(module (import "env" "f" (func $f (result i32))) (func (export "run") (result i32) (call $f)))"#;
    let room = Room::new(&[("m.wat", module)]);
    room.run(&["run", "--invoke", "run", "m.wat"])
        .fails("unknown import: `env::f` has not been defined; the module wants a func () -> (i32)");
    let wrong = Room::new(&[("m.wat", br#"(module (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32))))"#)]);
    wrong.run(&["run", "m.wat"]).fails("`wasi_snapshot_preview1::fd_close`: expected func (i64) -> (i32), found func (i32) -> (i32)");
    let done = room.run(&["run", "--unknown-imports", "trap", "--invoke", "run", "m.wat"]);
    assert_eq!(done.code, 1);
    assert!(done.err.starts_with("error: m.wat: unknown import: `env::f` has not been defined\nwasm backtrace:\n"), "{}", done.err);
    assert_eq!(room.run(&["run", "--unknown-imports", "default", "--invoke", "run", "m.wat"]).ok(), "0\n");
}

#[test]
fn directories() {
    // Opens `file` in the first directory given and exits with the error number.
    let module = br#"(module
        (import "wasi_snapshot_preview1" "path_open"
            (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "file")
        (func (export "_start")
            (call $proc_exit (call $path_open
                (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0)
                (i32.const 64)))))"#;
    let room = Room::new(&[("open.wat", module), ("file", b"")]);
    assert_eq!(room.run(&["run", "open.wat", "--dir", "."]).code, 0);
    assert_eq!(room.run(&["run", "open.wat", "--dir", ".::/guest"]).code, 0);
    assert_eq!(room.run(&["run", "open.wat"]).code, 8, "there is no descriptor 3: EBADF");
    room.run(&["run", "open.wat", "--dir", "nowhere"]).fails("cannot open the directory");
}

#[test]
fn bad_files() {
    let broken_text = b"(module\n  (func (i32.cnst 1)))";
    let room = Room::new(&[
        ("empty.wasm", b""),
        ("image.wasm", b"\x89PNG\r\n"),
        ("program.wasm", b"\x7fELF\x02\x01\x01\0"),
        ("notes.txt", b"To do: everything\n"),
        ("pages.wasm", b"\x1f\x8b\x08\0"),
        ("files.wasm", b"PK\x03\x04"),
        ("noise.wasm", b"\xf3\x01\x02\x03"),
        ("broken.wat", broken_text),
        ("short.wasm", b"\0asm\x01\0\0\0\x01\x05\x01"),
        ("invalid.wat", b"(module (func (result i32) (i64.const 1)))"),
        ("wide.wat", b"(module (memory i64 1))"),
        ("component.wasm", b"\0asm\x0d\0\x01\0"),
        ("latin.wat", b"(module (func $f\xe9))"),
        ("script.wast", b"(module) (assert_return (invoke \"f\"))"),
    ]);
    for command in ["run", "validate", "objdump", "print"] {
        room.run(&[command, "nowhere.wasm"]).fails("cannot read nowhere.wasm: No such file or directory");
        room.run(&[command, "."]).fails("cannot read .: Is a directory");
        room.run(&[command, "empty.wasm"]).fails("empty.wasm: not a WebAssembly module: the file is empty");
        let elf = if matches!(command, "run" | "objdump") { "or is an ELF file of another kind" } else { "it is an ELF file" };
        room.run(&[command, "program.wasm"]).fails(elf);
        room.run(&[command, "image.wasm"]).fails("it is an image");
        room.run(&[command, "notes.txt"]).fails("notes.txt: not a WebAssembly module: it looks like text");
        room.run(&[command, "pages.wasm"]).fails("it is compressed with gzip");
        room.run(&[command, "files.wasm"]).fails("it is a zip archive");
        room.run(&[command, "noise.wasm"]).fails("it starts with the bytes f3 01 02 03");
        // Reading it fails, whoever reads.
        room.run(&[command, "/proc/self/mem"]).fails("cannot read /proc/self/mem: Input/output error");
        room.run(&[command, "broken.wat"]).fails("broken.wat:2:10: unknown operator");
        room.run(&[command, "latin.wat"]).fails("latin.wat is text that is not UTF-8");
        room.run(&[command, "script.wast"]).fails("`samite spec` runs it");
        room.run(&[command, "short.wasm"]).fails("short.wasm");
    }
    for command in ["run", "validate", "objdump"] {
        room.run(&[command, "short.wasm"]).fails("malformed module");
        let form = "invalid.wat (offsets count in the binary form, as of `samite parse`): invalid module: type mismatch";
        room.run(&[command, "invalid.wat"]).fails(form);
        room.run(&[command, "wide.wat"]).fails("unsupported: memory64 at offset");
        room.run(&[command, "component.wasm"]).fails("it is a component; this engine runs core modules");
    }
    room.run(&["parse", "broken.wat"]).fails("broken.wat:2:10");
    // No module is that large.
    fs::File::create(room.path("large.wasm")).and_then(|file| file.set_len(1 << 40)).unwrap();
    room.run(&["validate", "large.wasm"]).fails("cannot read large.wasm: file too large");
    room.run(&["spec", "large.wasm"]).fails("cannot read large.wasm: file too large");
    room.run(&["validate", "--", "-"]).fails("-: not a WebAssembly module: the file is empty");
}

#[test]
fn parse_and_print() {
    let room = Room::new(&[("math.wat", MATH)]);
    assert_eq!(room.run(&["parse", "math.wat", "-o", "a.wasm"]).ok(), "");
    let text = room.run(&["print", "a.wasm"]);
    assert!(text.ok().contains("i32.add"));
    assert_eq!(room.run(&["print", "a.wasm", "-o", "again.wat"]).ok(), "");
    assert_eq!(room.run(&["parse", "again.wat", "-o", "b.wasm"]).ok(), "");
    assert_eq!(fs::read(room.path("a.wasm")).unwrap(), fs::read(room.path("b.wasm")).unwrap());
    assert_eq!(room.run(&["validate", "a.wasm", "again.wat"]).ok(), "");
    // What this engine cannot run it can print.
    let wide = Room::new(&[("wide.wat", b"(module (memory i64 1))")]);
    assert!(wide.run(&["print", "wide.wat"]).ok().contains("i64"));
}

#[test]
fn scripts() {
    let good = br#"(module $m (func (export "f") (param i32) (result i32) (i32.div_u (i32.const 6) (local.get 0))))
        (assert_return (invoke "f" (i32.const 2)) (i32.const 3))
        (assert_trap (invoke "f" (i32.const 0)) "integer divide by zero")
        (assert_invalid (module (func (result i32))) "type mismatch")
        (register "m" $m)
        (module (import "m" "f" (func $f (param i32) (result i32))) (func (export "g") (result i32) (call $f (i32.const 3))))
        (assert_return (invoke "g") (i32.const 2))"#;
    let bad = br#"(module (func (export "f") (result f32) (f32.const nan)))
        (assert_return (invoke "f") (f32.const nan:canonical))
        (assert_return (invoke "f") (f32.const 0))
        (assert_trap (invoke "f") "unreachable")"#;
    let room = Room::new(&[("good.wast", good), ("bad.wast", bad), ("broken.wast", b"(assert_return 1)"), ("other.txt", b"")]);
    let done = room.run(&["spec", "good.wast"]);
    assert_eq!(done.ok(), "good.wast: 4 passed, 0 failed\n4 passed, 0 failed\n");
    let done = room.run(&["spec", "--engine", "reference", "."]);
    assert_eq!((done.code, done.err.as_str()), (1, ""));
    assert_eq!(done.out.lines().last(), Some("5 passed, 3 failed"));
    assert!(done.out.contains("bad.wast:3: got f32 NaN (0x7fc00000), expected f32 0 (0x00000000)"), "{}", done.out);
    assert!(done.out.contains("bad.wast:4: no trap but f32 NaN"), "{}", done.out);
    assert!(done.out.contains("broken.wast:1:16: "), "{}", done.out);
    room.run(&["spec", "nowhere"]).fails("cannot read nowhere");
}

#[test]
fn a_kernel_is_measured() {
    let room = Room::new(&[]);
    let done = room.run(&["bench", "--quick", "--filter", "siphash", "--processes", "1", "--runs", "1", "--json", "out.json"]);
    let out = done.ok();
    assert!(out.contains("\nsiphash "), "{out}");
    let json: serde_json::Value = serde_json::from_slice(&fs::read(room.path("out.json")).unwrap()).unwrap();
    assert_eq!(json["benches"][0]["name"], "siphash");
    assert_eq!(json["cells"][0]["processes"][0]["runs"].as_array().unwrap().len(), 1);
    room.run(&["bench", "--filter", "no such kernel"]).fails("nothing in `kernels` has no such kernel in its name");
    room.run(&["bench", "nowhere"]).fails("no suite `nowhere`");
}

#[test]
fn forms_of_a_function() {
    let room = Room::new(&[("math.wat", MATH)]);
    let ssa = room.run(&["compile", "math.wat", "--emit", "ssa", "--function", "half", "--strategy", "passes=none"]);
    assert!(ssa.ok().starts_with("; half\nfunc 1 "), "{}", ssa.out);
    let asm = room.run(&["compile", "math.wat", "--emit", "asm", "--function", "1"]);
    assert!(asm.ok().starts_with("half: ") && asm.out.contains("idiv"), "{}", asm.out);
    let all = room.run(&["objdump", "math.wat"]);
    assert!(all.ok().starts_with("add: ") && all.out.contains("\ngrow: "), "{}", all.out);
    for form in ["mach", "regalloc", "stats"] {
        assert!(!room.run(&["compile", "math.wat", "--emit", form]).ok().is_empty());
    }
    room.run(&["objdump", "math.wat", "--function", "no"]).fails("no function `no` with a body");
    room.run(&["compile", "math.wat", "--emit", "ssa", "--after", "no"]).fails("no pass `no` ran");
    let done = room.run(&["objdump", "math.wat", "--strategy", "passes=x"]);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("known values are"), "{}", done.err);
}

#[test]
fn compiled_files() {
    let room = Room::new(&[("math.wat", MATH)]);
    assert_eq!(room.run(&["compile", "math.wat"]).ok(), "");
    assert_eq!(room.run(&["compile", "math.wat", "-o", "other.cwasm", "--strategy", "max"]).ok(), "");
    let file = fs::read(room.path("math.cwasm")).unwrap();
    assert_eq!(file, fs::read(room.path("other.cwasm")).unwrap());
    assert_eq!(room.run(&["objdump", "math.cwasm"]).ok(), room.run(&["objdump", "math.wat"]).ok());
    room.run(&["objdump", "math.cwasm", "--strategy", "baseline"]).fails("is compiled already, with passes=");
    assert_eq!(room.run(&["objdump", "math.cwasm", "--strategy", "max"]).ok(), room.run(&["objdump", "math.wat"]).ok());
    room.run(&["explore", "math.cwasm"]).fails("math.cwasm: not a WebAssembly module: it is an ELF file; if `samite compile` made it");
    let mut damaged = file.clone();
    damaged[file.len() / 2] ^= 4;
    fs::write(room.path("damaged.cwasm"), damaged).unwrap();
    room.run(&["objdump", "damaged.cwasm"]).fails("damaged.cwasm: not a usable compiled module: the file is damaged");
    fs::write(room.path("short.cwasm"), &file[..file.len() - 1]).unwrap();
    room.run(&["objdump", "short.cwasm"]).fails("the file is cut off or damaged");
}

#[test]
fn compiled_files_run() {
    let room = Room::new(&[("math.wat", MATH), ("hello.wat", HELLO)]);
    room.run(&["compile", "hello.wat", "-o", "hello"]).ok();
    assert_eq!(room.run(&["run", "hello"]).ok(), "hello\n");
    assert_eq!(room.run(&["run", "--engine", "reference", "hello"]).ok(), "hello\n");
    room.run(&["compile", "math.wat", "--strategy", "bounds=compare,nan=canonical"]).ok();
    assert_eq!(room.run(&["run", "math.cwasm", "--invoke", "add", "3", "4"]).ok(), "7\n");
    room.run(&["run", "math.cwasm", "--strategy", "max"]).fails("math.cwasm is compiled already, with passes=");
    let same = ["run", "math.cwasm", "--strategy", "bounds=compare,nan=canonical", "--invoke", "add", "3", "4"];
    assert_eq!(room.run(&same).ok(), "7\n");
    room.run(&["run", "math.cwasm", "--timeout", "1s", "--invoke", "forever"]).fails("compile it with --strategy interrupt=epoch");
    for interrupt in ["epoch", "page"] {
        room.run(&["compile", "math.wat", "--strategy", &format!("interrupt={interrupt}")]).ok();
        assert_eq!(room.run(&["run", "math.cwasm", "--timeout", "50ms", "--invoke", "forever"]).code, 134);
    }
}

#[test]
fn the_cache() {
    let room = Room::new(&[("hello.wat", HELLO), ("invalid.wat", b"(module (func (result i32) (i64.const 1)))")]);
    let entries = || fs::read_dir(room.path("cache/samite")).map_or(0, |entries| entries.count());
    assert_eq!(room.run(&["run", "--no-cache", "hello.wat"]).ok(), "hello\n");
    assert_eq!(room.run(&["run", "--engine", "reference", "hello.wat"]).ok(), "hello\n");
    room.run(&["run", "invalid.wat"]).fails("type mismatch");
    assert_eq!(entries(), 0);
    for _ in 0..2 {
        assert_eq!(room.run(&["run", "hello.wat"]).ok(), "hello\n");
        assert_eq!(entries(), 1);
    }
    assert_eq!(room.run(&["run", "--strategy", "baseline", "hello.wat"]).ok(), "hello\n");
    assert_eq!(entries(), 2);
    for entry in fs::read_dir(room.path("cache/samite")).unwrap() {
        fs::write(entry.unwrap().path(), "damaged").unwrap();
    }
    assert_eq!(room.run(&["run", "hello.wat"]).ok(), "hello\n");
}

#[test]
fn litmus_runs_and_judges() {
    let here = Path::new(".");
    let list = samite(here, &["litmus", "--list"]);
    assert!(list.ok().lines().count() > 500 && list.out.contains("IRIW+mixed-atomic32"), "{}", list.out);
    let one = samite(here, &["litmus", "MP+atomic32", "--list", "--details"]);
    let stale = "1:r0=1 1:r1=0";
    assert!(one.ok().contains("1: r0 = atomic y:32; r1 = atomic x:32") && !one.out.contains(stale), "{}", one.out);
    let weak = samite(here, &["litmus", "MP+plain32", "--list", "-d"]);
    assert!(weak.ok().lines().any(|line| line.contains(stale) && line.ends_with("relaxed")), "{}", weak.out);
    let run = samite(here, &["litmus", "sb+atomic", "+block", "--engine", "reference", "-n", "100"]);
    assert!(run.ok().ends_with(" passed, 0 failed\n"), "{}", run.out);
    assert!(run.out.lines().any(|line| line.starts_with("SB+atomic8 ") && line.contains("ok: 100 times")), "{}", run.out);
    let json = samite(here, &["litmus", "CoRR+plain8", "--engine", "reference", "-n", "50", "--json"]);
    let record: serde_json::Value = serde_json::from_str(json.ok()).unwrap();
    let seen: u64 = record["outcomes"].as_array().unwrap().iter().map(|o| o["seen"].as_u64().unwrap()).sum();
    assert_eq!((seen, &record["passed"]), (50, &serde_json::Value::Bool(true)));
    samite(here, &["litmus", "SC"]).fails("no test is named SC");
}

#[test]
fn every_command_has_an_example() {
    let command = samite_cli::command();
    for sub in command.get_subcommands() {
        let name = sub.get_name();
        let help = sub.get_after_help().unwrap_or_else(|| panic!("{name} has no example")).to_string();
        assert!(help.starts_with("Example") && help.contains(&format!("samite {name}")), "{name}: {help}");
    }
    // Every value of a strategy is in the long help of what compiles.
    for command in ["run", "compile", "objdump", "explore", "bench", "spec", "litmus"] {
        let help = samite(Path::new("."), &[command, "--help"]);
        for field in samite_codegen::driver::Strategy::fields() {
            for value in field.values() {
                let line = |line: &str| line.contains(value) && line.contains(&field.meaning(value)[..20]);
                assert!(help.ok().lines().any(line), "{command}: {}={value}", field.name);
            }
        }
    }
    let done = samite(Path::new("."), &["run", "--help"]);
    assert!(done.ok().contains("samite run app.wasm --dir ."));
    assert_eq!(samite(Path::new("."), &["fly"]).code, 2);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let room = Room::new(&[("math.wat", MATH)]);
    let shell = format!("{} print math.wat 2>&1 >/dev/full | cat", env!("CARGO_BIN_EXE_samite"));
    let output = Command::new("sh").args(["-c", &shell]).current_dir(room.dir.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("cannot write to standard output"));
    let shell = format!("{} print math.wat | true", env!("CARGO_BIN_EXE_samite"));
    let output = Command::new("sh").args(["-c", &shell]).current_dir(room.dir.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

//! Programs with threads, compiled from C over a thin runtime of ours (`programs/thread.h`), as `samite run` runs them.
use std::process::Command;

/// Numbers that do not depend on who was faster: increments under a mutex, items through a queue and their sum, wrong thread-local values, threads
/// ahead of a barrier, and the sum of i * i % 1000 for i < 300,000 by a pool.
const ANSWERS: &str = "mutex 80000\nqueue 10000\nsum 50005000\nown 7\nwrong 0\nahead 0\npool 138450000\n";

fn run(options: &[&str], file: &str) -> (String, String, Option<i32>) {
    let path = format!("{}/tests/programs/{file}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_samite")).arg("run").args(options).arg(path).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn threads() {
    let ways: [&[&str]; 5] = [
        &[],
        &["--no-cache", "--strategy", "passes=none,regalloc=spill-all"],
        &["--no-cache", "--strategy", "bounds=compare"],
        &["--timeout", "10m"],
        &["--engine", "reference"],
    ];
    for options in ways {
        assert_eq!(run(options, "threads.wasm"), (ANSWERS.to_string(), String::new(), Some(0)), "{options:?}");
    }
}

#[test]
fn threads_that_cannot_be_stopped() {
    let (out, error, code) = run(&["--no-cache", "--strategy", "interrupt=page"], "threads.wasm");
    assert_eq!((out.as_str(), code), ("", Some(1)));
    assert!(error.contains("interrupt=epoch"), "{error}");
}

/// A trap in any thread ends the program: with that trap and where it was, and not before long.
#[test]
fn a_trap_in_a_thread() {
    let text = r#"(module
        (import "env" "memory" (memory 1 1 shared))
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (func $bad unreachable)
        (func (export "wasi_thread_start") (param i32 i32) (call $bad))
        (func (export "_start") (drop (call $spawn (i32.const 0))) (loop $forever (br $forever))))"#;
    let file = tempfile::Builder::new().suffix(".wat").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    for options in [&["--no-cache"][..], &["--engine", "reference"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_samite")).arg("run").args(options).arg(file.path()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(134), "{error}");
        assert!(error.contains("wasm trap: unreachable") && error.contains("!bad\n"), "{error}");
    }
}

#[test]
fn time_ends_all_threads() {
    let text = r#"(module
        (import "env" "memory" (memory 1 1 shared))
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (func (export "wasi_thread_start") (param i32 i32) (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))
        (func (export "_start") (drop (call $spawn (i32.const 0))) (loop $forever (br $forever))))"#;
    let file = tempfile::Builder::new().suffix(".wat").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    for options in [&["--no-cache"][..], &["--engine", "reference"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_samite"))
            .arg("run")
            .args(options)
            .args(["--timeout", "50ms"])
            .arg(file.path())
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(134), "{error}");
        assert!(error.contains("interrupted after 50ms"), "{error}");
    }
}

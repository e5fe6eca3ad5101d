//! What `samite run --profile` leaves for other tools, read as they read it; and the table of samples.
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const PROGRAM: &str = r#"(module $work
    (func $inner (param i32) (result i32)
        (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 0))
    (func $outer (export "run") (param i32) (result i32)
        (i32.add (call $inner (local.get 0)) (i32.const 7))))"#;

/// Runs the program with a profiler; its process number and what it printed.
fn run(dir: &Path, profile: &str, count: &str) -> (u32, Output) {
    fs::write(dir.join("work.wat"), PROGRAM).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_samite"));
    command.args(["run", "work.wat", "--invoke", "run", "--profile", profile, "--", count]).current_dir(dir);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).env_remove("JITDUMPDIR");
    command.env("XDG_CACHE_HOME", dir.join("cache"));
    let child = command.spawn().expect("the program starts");
    let id = child.id();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"7\n");
    (id, output)
}

#[test]
fn a_map_for_perf() {
    let dir = tempfile::tempdir().unwrap();
    // The second run has the code from the cache.
    for _ in 0..2 {
        let (id, _) = run(dir.path(), "perfmap", "10");
        let path = format!("/tmp/perf-{id}.map");
        let map = fs::read_to_string(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let mut rows: Vec<(u64, u64, &str)> = Vec::new();
        for line in map.lines() {
            let mut words = line.splitn(3, ' ');
            let mut number = || u64::from_str_radix(words.next().unwrap(), 16).unwrap();
            rows.push((number(), number(), words.next().unwrap()));
        }
        rows.sort();
        assert!(rows.windows(2).all(|w| w[0].0 + w[0].1 <= w[1].0), "they do not overlap: {map}");
        for name in ["inner", "outer", "samite-exit", "samite-builtin-memory_grow"] {
            assert_eq!(rows.iter().filter(|r| r.2 == name && r.1 > 0).count(), 1, "{name}: {map}");
        }
    }
}

/// Reads a dump front to back.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }
    fn u32(&mut self) -> u32 {
        u32::from_ne_bytes(self.take(4).try_into().unwrap())
    }
    fn u64(&mut self) -> u64 {
        u64::from_ne_bytes(self.take(8).try_into().unwrap())
    }
    fn text(&mut self) -> &'a str {
        let end = self.0.iter().position(|b| *b == 0).unwrap();
        let text = str::from_utf8(self.take(end)).unwrap();
        self.take(1);
        text
    }
}

#[test]
fn a_dump_for_perf() {
    let dir = tempfile::tempdir().unwrap();
    let (id, _) = run(dir.path(), "jitdump", "10");
    let dump = fs::read(dir.path().join(format!("jit-{id}.dump"))).unwrap();
    let mut file = Reader(&dump);
    assert_eq!([file.u32(), file.u32(), file.u32(), file.u32(), file.u32(), file.u32()], [0x4a69_5444, 1, 40, 62, 0, id]);
    let started = file.u64();
    assert_eq!(file.u64(), 0);
    let (mut time, mut lines, mut functions) = (started, Vec::new(), Vec::new());
    while !file.0.is_empty() {
        let (kind, size, now) = (file.u32(), file.u32() as usize, file.u64());
        assert!(now >= time, "time goes on");
        time = now;
        let mut record = Reader(file.take(size - 16));
        match kind {
            0 => {
                let (process, _thread) = (record.u32(), record.u32());
                let (place, address, bytes, index) = (record.u64(), record.u64(), record.u64(), record.u64());
                let name = record.text();
                assert_eq!((process, place, index, record.0.len() as u64), (id, address, functions.len() as u64, bytes));
                functions.push((name, address, bytes));
            }
            2 => {
                let (address, count) = (record.u64(), record.u64());
                for _ in 0..count {
                    let (at, line, _discriminator, source) = (record.u64(), record.u32(), record.u32(), record.text());
                    lines.push((address, at, line, source));
                }
                assert!(record.0.is_empty());
            }
            other => panic!("record {other}"),
        }
    }
    let [inner, outer] = ["inner", "outer"].map(|name| *functions.iter().find(|f| f.0 == name).expect("it is there"));
    let module = wat::parse_str(PROGRAM).unwrap();
    for (name, address, bytes) in [inner, outer] {
        let rows: Vec<_> = lines.iter().filter(|l| l.0 == address).collect();
        assert!(rows.len() > 1 && rows[0].1 == address, "{name}: {rows:?}");
        assert!(rows.iter().all(|r| (address..address + bytes).contains(&r.1) && (r.2 as usize) < module.len() && r.3 == "work.wasm"));
    }
    // Lines are places in the module: those of the first function come first.
    let last = |f: (&str, u64, u64)| lines.iter().filter(|l| l.0 == f.1).map(|l| l.2).max();
    assert!(last(inner) < last(outer));
}

#[test]
fn a_table_of_samples() {
    let dir = tempfile::tempdir().unwrap();
    let (_, output) = run(dir.path(), "sample", "1000000000");
    let text = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains(" samples"), "{text}");
    assert!(lines[2].contains("inner (function 0 at 0x") && lines[2].ends_with(", work)"), "{text}");
    assert!(lines[3].contains("loop at 0x"), "{text}");
    let (_, output) = run(dir.path(), "sample:where.txt", "1000000000");
    assert_eq!(output.stderr, b"");
    assert!(fs::read_to_string(dir.path().join("where.txt")).unwrap().contains("inner (function 0"));
}

#[test]
fn the_interpreter_has_no_machine_code() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("work.wat"), PROGRAM).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_samite"));
    command.args(["run", "work.wat", "--invoke", "run", "--engine", "reference", "--profile", "gdb", "--", "10"]).current_dir(dir.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--profile is about machine code"));
}

//! Suites from directories and packages, without a network.
use samite_benches::suite::{Suite, Wanted, Work};
use std::fs;
use std::path::Path;

const MARKED: &str = r#"(module
    (import "bench" "start" (func $start)) (import "bench" "end" (func $end))
    (memory (export "memory") 1)
    (func (export "_start") (call $start) (call $end)))"#;

fn sightglass() -> tempfile::TempDir {
    let room = tempfile::tempdir().unwrap();
    let marked = wat::parse_str(MARKED).unwrap();
    for (path, bytes) in [
        ("one/benchmark.wasm", &marked[..]),
        ("one/benchmark.stdout.expected", b"one"),
        ("one/default.input", b"data"),
        ("many/many-a.wasm", &marked),
        ("many/many-b.wasm", &marked),
        ("many/many-a.stdout.expected", b"a"),
        ("many/default.stdout.expected", b"either"),
        ("old/benchmark.wasm", &marked),
        ("old/stderr.expected", b"old"),
        ("old/small.input", b"d"),
        ("old/plain.wasm", b"\0asm\x01\0\0\0"),
        ("some.suite", b"# two of them\nmany/many-b.wasm\n\n  one/benchmark.wasm\n"),
        ("bad.suite", b"one/benchmark.wasm\nnone.wasm\n"),
    ] {
        let path = room.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    room
}

fn load(path: &Path, small: bool) -> anyhow::Result<Suite> {
    Suite::load(path.to_str().unwrap(), &Wanted { small, ..Wanted::default() })
}

#[test]
fn a_directory_of_sightglass() {
    let room = sightglass();
    let suite = load(room.path(), false).unwrap();
    let names: Vec<&str> = suite.items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["many-a", "many-b", "old", "one"]);
    let expected = |name: &str| {
        let item = suite.items.iter().find(|item| item.name == name).unwrap();
        let Work::Sightglass(command) = &item.work else { panic!("{name}") };
        assert_eq!(command.dirs[0].1, ".");
        let text = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|b| String::from_utf8(b.clone()).unwrap());
        (text(&command.expected_stdout), text(&command.expected_stderr))
    };
    assert_eq!(expected("one"), (Some("one".into()), None));
    assert_eq!(expected("many-a"), (Some("a".into()), None));
    assert_eq!(expected("many-b"), (Some("either".into()), None));
    assert_eq!(expected("old"), (None, Some("old".into())));
}

#[test]
fn small_inputs_where_there_are_some() {
    let suite = load(sightglass().path(), true).unwrap();
    for item in &suite.items {
        let Work::Sightglass(command) = &item.work else { panic!() };
        let asked = command.env.iter().any(|(name, _)| name == "WASM_BENCH_USE_SMALL_WORKLOAD");
        assert_eq!(asked, item.name == "old", "{}", item.name);
        assert_eq!(command.expected_stderr, None);
    }
}

#[test]
fn lists_of_sightglass() {
    let room = sightglass();
    let suite = load(&room.path().join("some.suite"), false).unwrap();
    let names: Vec<&str> = suite.items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["many-b", "one"]);
    let error = format!("{:#}", load(&room.path().join("bad.suite"), false).unwrap_err());
    assert!(error.contains("bad.suite: line 2: cannot read ") && error.contains("none.wasm"), "{error}");
    let error = format!("{:#}", load(&room.path().join("old/../nothing-here"), false).unwrap_err());
    assert!(error.contains("no suite"), "{error}");
    fs::create_dir(room.path().join("empty")).unwrap();
    let error = format!("{:#}", load(&room.path().join("empty"), false).unwrap_err());
    assert!(error.contains("no suite.toml, and no module that imports"), "{error}");
}

//! The laboratory as people use it: suites, engines, what goes wrong. Nothing here asserts how long anything takes.
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

struct Room(TempDir);

struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Room {
    fn new(files: &[(&str, &str)]) -> Room {
        let room = Room(tempfile::tempdir().unwrap());
        for (name, text) in files {
            room.write(name, text.as_bytes());
        }
        room
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
    fn program(&self, name: &str, text: &str) {
        let path = self.write(name, text.as_bytes());
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fn wasm(&self, name: &str, text: &str) {
        self.write(name, &wat::parse_str(text).unwrap());
    }
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_samite"));
        command.arg("bench").args(args).current_dir(self.0.path()).stdin(Stdio::null());
        command.env("RUST_BACKTRACE", "0").env("XDG_CACHE_HOME", self.path("cache"));
        command
    }
    fn run(&self, args: &[&str]) -> Done {
        done(self.command(args))
    }
    /// Runs once, and reads what was measured.
    fn measure(&self, args: &[&str]) -> (Done, Value) {
        let mut all = args.to_vec();
        let at = all.iter().position(|arg| *arg == "--").unwrap_or(all.len());
        all.splice(at..at, ["--processes", "1", "--runs", "2", "--json", "out.json"]);
        let done = self.run(&all);
        let json = fs::read(self.path("out.json")).unwrap_or_else(|_| panic!("{}{}", done.out, done.err));
        fs::remove_file(self.path("out.json")).unwrap();
        (done, serde_json::from_slice(&json).unwrap())
    }
}

fn done(mut command: Command) -> Done {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

impl Done {
    #[track_caller]
    fn fails(&self, with: &str) {
        assert_eq!(self.code, Some(1), "{}{}", self.out, self.err);
        assert!(self.err.starts_with("error: ") && self.err.lines().count() == 1, "not one line: {}", self.err);
        assert!(self.err.contains(with), "{} does not say: {with}", self.err);
    }
}

/// Prints its argument count and `sum`, by way of `fd_write`; ends with 0.
const HELLO: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 8) "took 0.25 s\n")
    (func (export "_start")
        (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 12))
        (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)))))"#;

const FIB: &str = r#"(module (func $fib (export "fib") (param i32) (result i64)
    (if (result i64) (i32.lt_s (local.get 0) (i32.const 2))
        (then (i64.extend_i32_s (local.get 0)))
        (else (i64.add (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2))))))))"#;

/// A peer that answers right, as a script: every time is a nanosecond more than the last.
const PEER: &str = r#"#!/bin/sh
echo '{"engine":"fake","version":"1.0"}'
n=0
while read -r line; do
    n=$((n + 1))
    case $line in
    *'"do":"quit"'*) exit 0 ;;
    *'"do":"run"'*) echo '{"wall_ns":'$((1000 + n))',"answer":{"values":["text:55"]}}' ;;
    *) echo '{"wall_ns":'$n'}' ;;
    esac
done
"#;

fn peer(room: &Room, name: &str, script: &str) {
    room.program(&format!("peers/bin/{name}"), script);
    let toml = format!("name = \"{name}\"\nprograms = [\"{name}\"]\narguments = [\"--flag\"]\ninstall = \"nowhere\"\n");
    room.write(&format!("{name}.toml"), toml.as_bytes());
}

#[test]
fn a_matrix_of_strategies_on_a_kernel() {
    let room = Room::new(&[]);
    let args = ["--filter", "fib", "--quick", "--strategy", "regalloc=*", "--strategy", "reference", "--seed", "7"];
    let (done, json) = room.measure(&args);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{}", done.out);
    assert_eq!(json["format"], 2);
    assert_eq!((json["plan"]["seed"].as_u64(), json["plan"]["quick"].as_bool()), (Some(7), Some(true)));
    assert_eq!(json["benches"][0]["name"], "fib");
    assert_eq!(json["benches"][0]["wasm_sha256"].as_str().map(str::len), Some(64));
    let subjects = json["subjects"].as_array().unwrap();
    let cells = json["cells"].as_array().unwrap();
    assert_eq!((subjects.len(), cells.len()), (3, 3));
    assert_eq!(subjects[2]["kind"], "reference");
    for (subject, cell) in subjects.iter().zip(cells) {
        assert!(cell["error"].is_null(), "{cell}");
        let process = &cell["processes"][0];
        assert!(process["runs"].as_array().is_some_and(|runs| !runs.is_empty() && runs.len() <= 2), "{cell}");
        assert!(process["compile"]["wall_ns"].as_u64() > Some(0) && process["peak_rss_bytes"].as_u64() > Some(1 << 20), "{cell}");
        assert_eq!(cell["code"]["code_bytes"].as_u64() > Some(0), subject["kind"] == "strategy", "{cell}");
    }
}

#[test]
fn ablation_leaves_one_field_out_at_a_time() {
    let room = Room::new(&[("fib.wat", FIB)]);
    let (done, json) = room.measure(&["fib.wat", "--invoke", "fib", "--ablate", "--", "10"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let names: Vec<&str> = json["subjects"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert!(names.len() > 3);
    let differing = |name: &str| name.split(',').zip(names[0].split(',')).filter(|(a, b)| a != b).count();
    assert!(names[1..].iter().all(|name| differing(name) == 1), "{names:?}");
}

#[test]
fn commands_functions_and_their_mistakes() {
    let room = Room::new(&[("fib.wat", FIB), ("hello.wat", HELLO), ("trap.wat", "(module (func (export \"f\") unreachable))")]);
    let (done, json) = room.measure(&["fib.wat", "--invoke", "fib", "--strategy", "max", "--", "10"]);
    assert_eq!((done.code, json["benches"][0]["name"].as_str()), (Some(0), Some("fib")), "{}", done.err);
    let (done, _) = room.measure(&["hello.wat", "--strategy", "max", "--", "one"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    room.run(&["fib.wat"]).fails("name a function to call by --invoke (it has `fib`)");
    room.run(&["fib.wat", "--invoke", "fob"]).fails("fib.wat: there is no exported function `fob` (it has `fib`)");
    room.run(&["--invoke", "fib"]).fails("are for one module");
    room.run(&["fib.wat", "--invoke", "fib", "--strategy", "colour=*", "--", "5"]).fails("known fields are");
    // An error of one cell ends nothing, but is told in the end.
    let (done, json) = room.measure(&["trap.wat", "--invoke", "f", "--strategy", "max"]);
    assert_eq!(done.code, Some(1));
    assert!(json["cells"][0]["error"].as_str().unwrap().starts_with("wasm trap: unreachable"), "{json}");
    // Wrong arguments are found before anything is measured.
    room.run(&["fib.wat", "--invoke", "fib", "--", "10", "11"]).fails("fib.wat: `fib` takes 1 argument (i32), not 2");
    room.run(&["fib.wat", "--invoke", "fib", "--", "x"]).fails("fib.wat: argument `x` of `fib` is not an i32");
    room.run(&["fib.wat", "--invoke", "fib", "15"]).fails("no suite or file `15`; arguments come after `--`: `-- 15`");
    room.run(&["hello.wat", "one", "two"]).fails("no suite or file `one`; arguments come after `--`: `-- one two`");
    room.run(&["hello.wat", "--env", "=x"]).fails("--env =x is not NAME=VALUE");
    let compiled =
        Command::new(env!("CARGO_BIN_EXE_samite")).args(["compile", "fib.wat", "-o", "fib.elf"]).current_dir(room.0.path()).status();
    assert!(compiled.unwrap().success());
    room.run(&["fib.elf", "--invoke", "fib", "--", "15"]).fails("fib.elf is an ELF file; if `samite compile` made it, give the module");
    room.write("notes.md", b"mine\n");
    room.run(&["hello.wat", "--markdown", "notes.md"]).fails("notes.md has no line `<!-- measured -->`");
}

#[test]
fn a_suite_of_programs_that_tell_their_own_time() {
    let suite = r#"
        [defaults]
        kind = "wasi"
        module = "hello.wat"
        seconds = 'took ([\d.]+) s'
        [[bench]]
        name = "right"
        expected_stdout = "right.txt"
        [[bench]]
        name = "wrong"
        expected_stdout = "wrong.txt"
    "#;
    let room = Room::new(&[("suite.toml", suite), ("hello.wat", HELLO), ("right.txt", "took 9 s\n"), ("wrong.txt", "took 9 h\n")]);
    let (done, json) = room.measure(&[".", "--strategy", "max"]);
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("1 measurement failed"), "{}", done.err);
    let runs = json["cells"][0]["processes"][0]["runs"].as_array().unwrap();
    assert!(runs.iter().all(|run| run["wall_ns"] == 250_000_000), "{runs:?}");
    assert!(json["cells"][1]["error"].as_str().unwrap().starts_with("wrong standard output: line 1"), "{json}");
    room.write("suite.toml", b"[[bench]]\nname = \"a\"\nmodul = \"a\"\n");
    room.run(&["."]).fails("suite.toml: line 3: unknown field `modul`");
}

#[test]
fn a_folder_of_sightglass() {
    let marked = r#"(module
        (import "bench" "start" (func $start)) (import "bench" "end" (func $end))
        (import "wasi_snapshot_preview1" "path_open"
            (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 100) "default.input")
        (func (export "_start")
            (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 13) (i32.const 0)
                (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
            (i32.store (i32.const 0) (i32.const 200)) (i32.store (i32.const 4) (i32.const 100))
            (call $start)
            (drop (call $fd_read (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 4)))
            (call $end)
            (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))"#;
    let silent =
        r#"(module (import "bench" "start" (func)) (import "bench" "end" (func)) (memory (export "memory") 1) (func (export "_start")))"#;
    let room = Room::new(&[("all/echo/default.input", "the input\n"), ("all/echo/benchmark.stdout.expected", "the input\n")]);
    room.wasm("all/echo/benchmark.wasm", marked);
    room.wasm("all/mute/benchmark.wasm", silent);
    let (done, json) = room.measure(&["all", "--strategy", "max", "--strategy", "baseline"]);
    let names: Vec<&str> = json["benches"].as_array().unwrap().iter().map(|bench| bench["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["echo", "mute"]);
    assert!(json["cells"][0]["error"].is_null() && json["cells"][1]["error"].is_null(), "{json}");
    assert_eq!(json["cells"][2]["error"], "the program ended with 0 and never called `bench.end`");
    assert_eq!(done.code, Some(1));
    room.write("all/default.suite", b"# The default ones.\n\necho/benchmark.wasm\n");
    let (done, json) = room.measure(&["all/default.suite", "--strategy", "max"]);
    assert_eq!((done.code, json["benches"].as_array().map(Vec::len)), (Some(0), Some(1)), "{json}");
    room.write("all/echo/benchmark.stdout.expected", b"another\n");
    let (_, json) = room.measure(&["all/echo/benchmark.wasm", "--strategy", "max"]);
    assert_eq!(json["cells"][0]["error"], "wrong standard output: line 1 is `the input`, not `another`");
}

#[test]
fn a_peer_of_ones_own() {
    let room = Room::new(&[("fib.wat", FIB)]);
    peer(&room, "fake", PEER);
    let args = ["fib.wat", "--invoke", "fib", "--strategy", "max", "--peer", "fake.toml", "--peer-dir", "peers", "--", "10"];
    let (done, json) = room.measure(&args);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{}", done.out);
    let subject = &json["subjects"][1];
    assert_eq!((subject["name"].as_str(), subject["version"].as_str()), (Some("fake"), Some("fake 1.0")));
    assert_eq!((subject["kind"].as_str(), subject["command"].as_str()), (Some("peer"), Some("fake --flag")));
    let runs = json["cells"][1]["processes"][0]["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    room.run(&["--peers", "fake"]).fails("no peer `fake`: there are wasmtime");
    room.run(&["--peer", "fake.toml"]).fails("peer fake: no fake in the peer directories or on the PATH; to install it: nowhere");
}

#[test]
fn a_peer_that_is_a_command_line() {
    let room = Room::new(&[("fib.wat", FIB)]);
    room.program("bin/calc", "#!/bin/sh\n[ \"$1\" = --version ] && echo calc 2 && exit\necho \"[55]\"\n");
    room.write(
        "calc.toml",
        b"name = \"calc\"\nprograms = [\"calc\"]\nversion = [\"--version\"]\n[command]\ninvoke = [\"{function}\", \"{args}\"]\n",
    );
    let args = ["fib.wat", "--invoke", "fib", "--strategy", "max", "--peer", "calc.toml", "--peer-dir", "bin", "--", "10"];
    let (done, json) = room.measure(&args);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    assert_eq!((json["subjects"][1]["version"].as_str(), json["subjects"][1]["clock"].as_str()), (Some("calc 2"), Some("process")));
    let args = ["--filter", "fib", "--quick", "--strategy", "max", "--peer", "calc.toml", "--peer-dir", "bin"];
    let (_, json) = room.measure(&args);
    assert_eq!(json["cells"][1]["error"], "it has no command line for kernels");
}

#[test]
fn peers_that_go_wrong_are_errors_of_their_cells() {
    let room = Room::new(&[("fib.wat", FIB)]);
    peer(&room, "liar", &PEER.replace("text:55", "text:56"));
    peer(&room, "hangs", &PEER.replace("*'\"do\":\"run\"'*) ", "*'\"do\":\"run\"'*) while :; do sleep 1; done; "));
    peer(&room, "dies", &PEER.replace("*'\"do\":\"run\"'*) ", "*'\"do\":\"run\"'*) echo the error is here >&2; kill -SEGV $$; "));
    peer(&room, "babbles", &PEER.replace("*'\"do\":\"run\"'*) ", "*'\"do\":\"run\"'*) echo hello; "));
    let mut args = vec!["fib.wat", "--invoke", "fib", "--strategy", "max", "--peer-dir", "peers", "--timeout", "2s"];
    for file in ["liar.toml", "hangs.toml", "dies.toml", "babbles.toml"] {
        args.extend(["--peer", file]);
    }
    args.extend(["--", "10"]);
    let (done, json) = room.measure(&args);
    assert_eq!(done.code, Some(1));
    let errors: Vec<&str> = json["cells"].as_array().unwrap().iter().map(|cell| cell["error"].as_str().unwrap_or("")).collect();
    // Who answers first is what the others are compared with.
    assert!(errors[0].is_empty() ^ errors[1].is_empty(), "{errors:?}");
    assert!(errors[0].contains("compared with liar") || errors[1].contains("answers 56"), "{errors:?}");
    assert_eq!(errors[2], "no answer within 2s");
    assert_eq!(errors[3], "it ended by signal 11: the error is here");
    assert_eq!(errors[4], "not an answer: `hello`: expected value at line 1 column 1");
}

#[test]
fn every_form_of_report_and_a_stored_baseline() {
    let room = Room::new(&[("page.md", "# Page\n\n<!-- measured -->\n\nold\n"), ("bad.json", "{}")]);
    let common = ["--filter", "siphash", "--quick", "--processes", "5", "--runs", "3", "--seed", "1"];
    let with = |args: &[&str]| room.run(&[&common, args].concat());
    let files = ["--json", "a.json", "--csv", "a.csv", "--parquet", "a.parquet", "--html", "a.html", "--markdown", "page.md"];
    let first = with(&files);
    assert_eq!((first.code, first.err.as_str()), (Some(0), ""), "{}", first.out);
    assert!(first.out.contains("\nsiphash "), "{}", first.out);
    let text = |name: &str| fs::read_to_string(room.path(name)).unwrap();
    assert!(text("a.csv").lines().count() > 8 && text("a.html").contains("samite bench --filter siphash"));
    assert!(fs::read(room.path("a.parquet")).unwrap().starts_with(b"PAR1"));
    let page = text("page.md");
    assert!(page.starts_with("# Page\n\n<!-- measured -->\n\n`samite bench ") && !page.contains("old"), "{page}");
    let second = with(&["--against", "a.json"]);
    assert_eq!(second.code, Some(0), "{}", second.err);
    assert!(second.out.contains("compared with a.json: 2 run times"), "{}", second.out);
    // A baseline that was a thousand times faster.
    let mut then: Value = serde_json::from_str(&text("a.json")).unwrap();
    for run in then["cells"].as_array_mut().unwrap().iter_mut().flat_map(|cell| cell["processes"].as_array_mut().unwrap()) {
        for sample in run["runs"].as_array_mut().unwrap() {
            for clock in ["wall_ns", "cpu_ns"] {
                sample[clock] = (sample[clock].as_u64().unwrap() / 1000).into();
            }
        }
    }
    room.write("fast.json", then.to_string().as_bytes());
    with(&["--against", "fast.json", "--fail-if-slower"]).fails("slower than before: siphash");
    with(&["--against", "bad.json"]).fails("bad.json: ");
    // What has nothing in common is said before anything is measured, gate or no gate.
    for (name, from, to) in
        [("quick", "\"run(", "\"walk("), ("names", "\"name\":\"siphash\"", "\"name\":\"md5\""), ("subjects", "passes=", "pass=")]
    {
        let changed = serde_json::to_string(&serde_json::from_str::<Value>(&text("a.json")).unwrap()).unwrap().replace(from, to);
        room.write(&format!("{name}.json"), changed.as_bytes());
    }
    with(&["--against", "quick.json"]).fails("nothing to compare with in quick.json: the programs do other work now: `siphash` is `run(");
    with(&["--against", "names.json", "--fail-if-slower"]).fails("in names.json: it has none of the programs");
    with(&["--against", "subjects.json", "--fail-if-slower"]).fails("in subjects.json: it has none of the subjects: `pass=");
    let full = room.run(&["--filter", "siphash", "--against", "a.json", "--fail-if-slower"]);
    full.fails("it was measured with --quick, and this is measured without --quick");
    let wider = room.run(&["--filter", "siphash", "--filter", "fib", "--quick", "--strategy", "max", "--against", "a.json"]);
    assert!(
        wider.out.contains("not compared, as they are new: fib\n") && wider.out.contains("not measured now: passes=none"),
        "{}",
        wider.out
    );
    with(&["--against", "none.json"]).fails("cannot read none.json");
}

#[test]
fn reports_that_cannot_be_written_are_found_first() {
    let room = Room::new(&[("fib.wat", FIB)]);
    for form in ["--html", "--json", "--csv", "--parquet", "--markdown"] {
        let done = room.run(&["fib.wat", "--invoke", "fib", "--json", "first.json", form, "no/x", "--", "1000000"]);
        if form != "--json" {
            done.fails("cannot write no/x: No such file or directory");
        }
        assert!(!room.path("first.json").exists(), "{form}");
    }
    room.run(&["fib.wat", "--invoke", "fib", "--html", ".", "--", "1000000"]).fails("cannot write .: Is a directory");
}

#[test]
fn a_trap_is_told_in_one_line() {
    let oob = r#"(module (memory 1) (func $load (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "oob") (param i32) (result i32) (call $load (local.get 0))))"#;
    let room = Room::new(&[("oob.wat", oob)]);
    let (done, json) = room.measure(&["oob.wat", "--invoke", "oob", "--", "65536"]);
    assert_eq!(done.code, Some(1));
    let error = json["cells"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("wasm trap: out of bounds memory access in `load` at 0x"), "{error}");
    assert!(done.out.contains(&format!("    A: {error}\n")), "{}", done.out);
}

/// Is a process with this in its command line alive?
fn alive(mark: &str) -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.into_iter().any(|line| String::from_utf8_lossy(&line).contains(mark))
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    for _ in 0..600 {
        if is() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("never: {what}");
}

#[test]
fn nothing_is_left_after_a_signal() {
    for signal in ["-INT", "-KILL"] {
        let room = Room::new(&[("fib.wat", FIB)]);
        // A mark of this very test in the command line of the child.
        let mark = format!("samite-test-{}-{}", std::process::id(), room.0.path().file_name().unwrap().to_str().unwrap());
        room.program("peers/bin/slow", &PEER.replace("*'\"do\":\"run\"'*) ", "*'\"do\":\"run\"'*) while :; do :; done; "));
        room.write("slow.toml", format!("name = \"slow\"\nprograms = [\"slow\"]\narguments = [\"{mark}\"]\n").as_bytes());
        let mut command =
            room.command(&["fib.wat", "--invoke", "fib", "--peer", "slow.toml", "--peer-dir", "peers", "--json", "out.json", "--", "9"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until("the child runs", || alive(&mark));
        // Only the parent is told: a terminal would tell no one else either, because children have groups of their own.
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(!child.wait().unwrap().success());
        until("the child is gone", || !alive(&mark));
        assert!(!room.path("out.json").exists());
        let left: Vec<_> = fs::read_dir(room.0.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".tmp")), "{left:?}");
    }
}

#[test]
fn modules_of_packages() {
    let room = Room::new(&[]);
    let fib = wat::parse_str(FIB).unwrap();
    // A client that knows one package.
    room.write("package/dist/fib.wasm", &fib);
    let fake = "#!/bin/sh\n[ \"$1 $4\" = 'pack fib-wasm@1.x' ] || { echo \"npm error 404: $4\" >&2; exit 1; }\ntar -czf fib-wasm-1.2.0.tgz -C \"$FIXTURE\" package\n";
    room.program("bin/npm", fake);
    let suite = |sha: &str, package: &str, file: &str| {
        let text = format!(
            "[[bench]]\nname = \"fib\"\nkind = \"invoke\"\nfunction = \"fib\"\nargs = [\"10\"]\nexpected = \"55\"\npackage = \"{package}\"\nmodule = \"{file}\"\n{sha}\n"
        );
        room.write("suite.toml", text.as_bytes());
    };
    let path = format!("{}:{}", room.path("bin").display(), std::env::var("PATH").unwrap());
    let run = |room: &Room| {
        let mut command = room.command(&["suite.toml", "--strategy", "max", "--processes", "1", "--runs", "1"]);
        command.env("PATH", &path).env("FIXTURE", room.path(""));
        done(command)
    };
    suite("", "npm:fib-wasm@1.x", "dist/fib.wasm");
    let answer = run(&room);
    answer.fails("npm:fib-wasm@1.x needs the hash of dist/fib.wasm: sha256 = \"");
    let hash = answer.err.split('"').nth(1).unwrap().to_string();
    suite(&format!("sha256 = \"{hash}\""), "npm:fib-wasm@1.x", "dist/fib.wasm");
    let answer = run(&room);
    assert_eq!((answer.code, answer.err.as_str()), (Some(0), ""), "{}", answer.out);
    // It is kept: the client is not needed again.
    room.program("bin/npm", "#!/bin/sh\nexit 9\n");
    assert_eq!(run(&room).code, Some(0));
    suite("sha256 = \"00\"", "npm:fib-wasm@1.x", "dist/fib.wasm");
    run(&room).fails(&format!("has sha256 {hash}, not 00"));
    suite("sha256 = \"00\"", "npm:fib-wasm@1.x", "fib.wasm");
    run(&room).fails("npm:fib-wasm@1.x has no fib.wasm; its modules are dist/fib.wasm");
    room.program("bin/npm", fake);
    suite("sha256 = \"00\"", "npm:other@1", "fib.wasm");
    run(&room).fails("cannot fetch npm:other@1: npm failed: npm error 404: other@1");
}

#[test]
fn modules_of_crates() {
    let room = Room::new(&[]);
    // A directory instead of a registry; cargo itself is the real one.
    let cargo = "[source.crates-io]\nreplace-with = \"local\"\n[source.local]\ndirectory = \"vendor\"\n";
    room.write(".cargo/config.toml", cargo.replace("\"vendor\"", &format!("{:?}", room.path("vendor"))).as_bytes());
    room.write("vendor/fib/Cargo.toml", b"[package]\nname = \"fib\"\nversion = \"1.2.3\"\nedition = \"2021\"\n");
    room.write("vendor/fib/src/lib.rs", b"");
    room.write("vendor/fib/.cargo-checksum.json", b"{\"files\":{},\"package\":null}");
    room.write("vendor/fib/fib.wasm", &wat::parse_str(FIB).unwrap());
    let text = "[[bench]]\nname = \"fib\"\nkind = \"invoke\"\nfunction = \"fib\"\nargs = [\"10\"]\nexpected = \"56\"\npackage = \"crate:fib@1\"\nmodule = \"fib.wasm\"\nsha256 = \"HASH\"\n";
    let run = |hash: &str| {
        room.write("suite.toml", text.replace("HASH", hash).as_bytes());
        let mut command = room.command(&["suite.toml", "--strategy", "max", "--processes", "1", "--runs", "1"]);
        command.env("CARGO_HOME", room.path(".cargo"));
        done(command)
    };
    let answer = run("00");
    answer.fails("crate:fib@1 fib.wasm has sha256 ");
    let hash = answer.err.split(' ').find(|word| word.len() == 65).unwrap().trim_end_matches(',').to_string();
    let answer = run(&hash);
    assert!(answer.out.contains("wrong answer: 55, expected 56"), "{}{}", answer.out, answer.err);
}

#[test]
fn native_twins_of_programs() {
    let suite = "[[bench]]\nname = \"hello\"\nkind = \"wasi\"\nmodule = \"hello.wat\"\nnative = { build = \"cp twin.sh {out}\" }\n";
    let room = Room::new(&[("suite.toml", suite), ("hello.wat", HELLO)]);
    room.program("twin.sh", "#!/bin/sh\necho took 0.25 s\n");
    let (done, json) = room.measure(&[".", "--strategy", "max", "--peers", "native"]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    assert_eq!((json["subjects"][1]["kind"].as_str(), json["subjects"][1]["clock"].as_str()), (Some("native"), Some("process")));
    room.program("twin.sh", "#!/bin/sh\necho took 0.26 s\n");
    let (_, json) = room.measure(&[".", "--strategy", "max", "--peers", "native"]);
    let errors = format!("{}{}", json["cells"][0]["error"], json["cells"][1]["error"]);
    assert!(errors.contains("prints something else: line 1"), "{errors}");
    room.write("suite.toml", suite.replace("cp twin.sh", "no-such-compiler").as_bytes());
    room.run(&[".", "--peers", "native"]).fails("peer native: `hello`: the native twin does not build: ");
    room.write("suite.toml", suite.replace("native", "#").as_bytes());
    room.run(&[".", "--peers", "native"]).fails("has a native twin");
}

#[test]
fn the_protocol_of_our_own_worker() {
    let room = Room::new(&[]);
    room.wasm("fib.wasm", FIB);
    let lines = [
        r#"{"do":"compile","module":"fib.wasm","stats":true}"#,
        r#"{"do":"instantiate","program":{"kind":"invoke","name":"fib","args":["10"]}}"#,
        r#"{"do":"run"}"#,
        r#"{"do":"dance"}"#,
        r#"{"do":"compile","module":"none.wasm"}"#,
        r#"{"do":"quit"}"#,
    ];
    room.write("requests", lines.join("\n").as_bytes());
    let mut command = Command::new(env!("CARGO_BIN_EXE_samite"));
    command.args(["bench-worker", "serve"]).current_dir(room.0.path()).stdin(fs::File::open(room.path("requests")).unwrap());
    let done = done(command);
    let answers: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((done.code, answers.len()), (Some(0), 6), "{}{}", done.out, done.err);
    assert_eq!(answers[0]["engine"], "samite");
    assert!(answers[1]["wall_ns"].as_u64() > Some(0) && answers[1]["code"]["counts"]["functions"] == 1, "{}", answers[1]);
    assert_eq!(answers[3]["answer"]["values"][0], "i64:0x37");
    assert!(answers[4]["error"].as_str().unwrap().starts_with("no such request: unknown variant `dance`"), "{}", answers[4]);
    assert!(answers[5]["error"].as_str().unwrap().starts_with("cannot read none.wasm"), "{}", answers[5]);
}

#[test]
fn the_help_is_of_people() {
    let help = done({
        let mut command = Command::new(env!("CARGO_BIN_EXE_samite"));
        command.arg("--help");
        command
    });
    assert!(help.out.contains("bench ") && !help.out.contains("bench-worker"), "{}", help.out);
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/suite.md").exists());
}

#[test]
fn where_the_time_goes() {
    let room = Room::new(&[("fib.wat", FIB)]);
    let args =
        ["fib.wat", "--invoke", "fib", "--profile", "--strategy", "max", "--strategy", "reference", "--html", "out.html", "--", "24"];
    let (done, json) = room.measure(&args);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{}", done.out);
    // A sampler that the system lets starve may see little, but what it sees is there.
    let profile = &json["cells"][0]["profile"];
    assert!(profile["samples"].as_u64() > Some(0), "{json}");
    assert_eq!(profile["functions"][0]["name"], "fib");
    assert!(json["cells"][1].get("profile").is_none(), "the interpreter has no machine code");
    assert!(
        done.out.contains("where the time goes") && done.out.lines().any(|l| l.starts_with("  fib ") && l.contains('%')),
        "{}",
        done.out
    );
    assert!(fs::read_to_string(room.path("out.html")).unwrap().contains("<section id=\"profile\""));
    room.run(&["fib.wat", "--invoke", "fib", "--profile", "--strategy", "reference", "--", "1"]).fails("no subject is a strategy");
}

//! Files that were made to break the program: whatever they hold, each command says in one line what is wrong, or does its work. It neither
//! panics nor aborts, hangs (the test would not end) or takes gigabytes of memory (there are none to take).
//!
//! The mass of them goes to the functions that the commands are made of, the worst also to the program itself.
use rayon::prelude::*;
use samite::{Config, Engine, EngineKind, Extern, Linker, Module, Store, StoreLimits, StoreLimitsBuilder, Val};
use samite_cli::script::Script;
use samite_fuzz::monsters::MONSTERS;
use samite_ir::translate::{Translator, decode};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// Everything that a module can have, in few bytes.
const SMALL: &str = r#"(module
    (type (func (param i32) (result i32)))
    (import "" "f" (func (type 0)))
    (import "" "g" (global i32))
    (table 2 4 funcref)
    (memory 1 2)
    (global (mut i64) (i64.const 3))
    (export "r" (func 2)) (export "m" (memory 0))
    (start 1)
    (elem (i32.const 0) 2 0)
    (data (i32.const 8) "a")
    (data "b")
    (func (global.set 1 (i64.const 1)))
    (func (type 0) (local f64)
        (loop
            (br_if 1 (local.get 0) (i32.eqz (local.get 0)))
            (local.set 1 (f64.load offset=16 (local.get 0)))
            (br_table 0 0 (i32.load8_u (local.get 0))))
        (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 7))
        (call_indirect (type 0) (i32.const 4) (global.get 0))))"#;

/// Wasm code in it stops at the next function or loop: nothing runs for ever.
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut config = Config::new();
    config.engine(EngineKind::Compiled).strategy("interrupt=epoch".parse().unwrap()).max_table_elements(1 << 16);
    Engine::new(&config).unwrap()
});

/// What validate, print, compile, objdump and run do with the bytes of a module. Says how far they came.
fn module(bytes: &[u8]) -> Result<(), String> {
    let mut text = String::new();
    let _ = wasmprinter::Config::new().print(bytes, &mut wasmprinter::PrintFmtWrite(&mut text));
    let decoded = decode(bytes).map_err(|e| e.to_string())?;
    let mut translator = Translator::default();
    for (index, body) in (0..).zip(&decoded.info.bodies) {
        translator.validate(&decoded, index, &bytes[body.clone()]).map_err(|e| e.to_string())?;
    }
    let module = Module::from_binary(&ENGINE, bytes).map_err(|e| format!("{e:#}"))?;
    // Only what the machine cannot do may be wrong with a valid module from here on.
    let limits = StoreLimitsBuilder::new().memory_size(1 << 20).table_elements(1 << 16).build();
    let mut store = Store::new(&ENGINE, limits);
    store.limiter(|limits: &mut StoreLimits| limits);
    store.set_epoch_deadline(0);
    let mut linker = Linker::new(&ENGINE);
    linker.define_unknown_imports_as_default_values(&module).unwrap();
    let Ok(instance) = linker.instantiate(&mut store, &module) else { return Ok(()) };
    for export in module.exports() {
        let Some(Extern::Func(function)) = instance.get_export(&mut store, export.name()) else { continue };
        let ty = function.ty(&store);
        let values = |types: &[samite::ValType]| types.iter().map(|ty| Val::default_for_ty(*ty)).collect::<Vec<_>>();
        let _ = function.call(&mut store, &values(&ty.params), &mut values(&ty.results));
    }
    Ok(())
}

/// As `module`, for hostile bytes: a refusal is one line that says where. True if there was none.
fn survives(bytes: &[u8], what: impl Fn() -> String) -> bool {
    match catch_unwind(AssertUnwindSafe(|| module(bytes))) {
        Ok(Ok(())) => true,
        Ok(Err(message)) => {
            assert!(message.lines().count() == 1, "{}: not one line: {message}", what());
            assert!(message.contains(" at offset ") || message.starts_with("not a WebAssembly module"), "{}: {message}", what());
            false
        }
        Err(_) => panic!("{}: a panic", what()),
    }
}

#[test]
fn every_byte_of_a_small_module_changed_in_every_way() {
    let good = wat::parse_str(SMALL).unwrap();
    assert_eq!(module(&good), Ok(()));
    let accepted: usize = (0..good.len())
        .into_par_iter()
        .map(|at| {
            let mut bytes = good.clone();
            let change = |by: u8| {
                bytes[at] = good[at] ^ by;
                survives(&bytes, || format!("byte {at} changed by {by:#x}"))
            };
            (1..=255).map(change).filter(|ok| *ok).count()
        })
        .sum();
    assert!(accepted > good.len(), "only {accepted} changes leave a module: too few for a test of what comes after decoding");
}

#[test]
fn every_prefix_of_a_real_module() {
    let bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/kernels/parser.wasm")).unwrap();
    assert_eq!(module(&bytes), Ok(()));
    (0..bytes.len()).into_par_iter().for_each(|len| {
        survives(&bytes[..len], || format!("the first {len} bytes"));
    });
}

#[test]
fn random_bytes() {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (state >> 33) as u32
    };
    for round in 0..20_000 {
        let mut bytes = if round % 4 == 0 { Vec::new() } else { b"\0asm\x01\0\0\0".to_vec() };
        for _ in 0..next() % 40 {
            // Small numbers are more often something.
            bytes.push(if next() % 2 == 0 { next() % 16 } else { next() } as u8);
        }
        survives(&bytes, || format!("round {round}: {bytes:x?}"));
    }
}

/// A section of this kind and contents as the whole module.
fn section(id: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    bytes.push(id);
    number(&mut bytes, contents.len() as u32);
    bytes.extend(contents);
    bytes
}

/// An unsigned LEB128.
fn number(bytes: &mut Vec<u8>, mut n: u32) {
    while n >= 0x80 {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
}

/// Modules that claim what they do not have.
fn claims() -> Vec<(String, Vec<u8>)> {
    let most = [0xff, 0xff, 0xff, 0xff, 0x0f];
    let mut files = Vec::new();
    for id in 0..=13 {
        files.push((format!("section {id} of 2^32-1 bytes"), [&b"\0asm\x01\0\0\0"[..], &[id], &most].concat()));
        files.push((format!("section {id} with 2^32-1 items"), section(id, &most)));
        // With one item that begins well, and one whose length is beyond all.
        for start in [&[0x60][..], &[0x60, 0xff, 0xff, 0xff, 0xff, 0x0f], &[1, 0x61], &[0, 0x41, 0, 0x0b, 0xff, 0xff, 0xff, 0xff, 0x0f]] {
            files.push((format!("section {id}, 2^32-1 items, {start:x?}"), section(id, &[&most, start].concat())));
        }
    }
    let one = |id: u8, item: &[u8]| section(id, &[&[1], item].concat());
    let limits = [&[0x70, 1][..], &most, &most].concat();
    files.push(("a table of 2^32-1 elements".into(), one(4, &limits)));
    files.push(("a memory of 2^32-1 pages".into(), one(5, &[&[0][..], &most].concat())));
    files.push(("a memory of 2^16 pages".into(), one(5, &[0, 0x80, 0x80, 4])));
    files.push(("a type with 2^32-1 parameters".into(), one(1, &[&[0x60][..], &most].concat())));
    files.push(("an import with a name of 2^32-1 bytes".into(), one(2, &most)));
    // type () -> (); function 0; a body.
    let with_body = |body: &[u8]| {
        let mut bytes = section(1, &[1, 0x60, 0, 0]);
        bytes.extend(&section(3, &[1, 0])[8..]);
        let mut code = vec![1];
        number(&mut code, body.len() as u32);
        code.extend(body);
        bytes.extend(&section(10, &code)[8..]);
        bytes
    };
    files.push(("2^32-1 locals".into(), with_body(&[&[1][..], &most, &[0x7f, 0x0b]].concat())));
    files.push(("2^32-1 groups of locals".into(), with_body(&[&most[..], &[1, 0x7f, 0x0b]].concat())));
    files.push(("50,001 locals".into(), with_body(&[1, 0xd1, 0x86, 3, 0x7f, 0x0b])));
    files.push(("50,000 locals".into(), with_body(&[1, 0xd0, 0x86, 3, 0x7f, 0x0b])));
    files.push(("2^32-1 targets".into(), with_body(&[&[0, 0x41, 0, 0x0e][..], &most, &[0, 0x0b]].concat())));
    files.push(("local 2^32-1".into(), with_body(&[&[0, 0x20][..], &most, &[0x1a, 0x0b]].concat())));
    files.push(("blocks without end".into(), with_body(&[&[0][..], &[2, 0x40].repeat(100_000)].concat())));
    files.push(("100,000 operands".into(), with_body(&[&[0][..], &[0x41, 0].repeat(100_000), &[0x1a].repeat(100_000), &[0x0b]].concat())));
    files.push(("a constant of 100,000 sums".into(), {
        let sums = [&[0x7f, 0][..], &[0x41, 1].repeat(100_001), &[0x6a].repeat(100_000), &[0x0b]].concat();
        one(6, &sums)
    }));
    files.push(("nested components".into(), {
        let mut inner = b"\0asm\x0d\0\x01\0".to_vec();
        for _ in 0..2000 {
            let mut outer = b"\0asm\x0d\0\x01\0\x04".to_vec();
            number(&mut outer, inner.len() as u32);
            outer.extend(&inner);
            inner = outer;
        }
        inner
    }));
    files
}

#[test]
fn claims_of_what_is_not_there() {
    for (what, bytes) in claims() {
        let accepted = survives(&bytes, || what.clone());
        let good = ["50,000 locals", "100,000 operands", "a constant of 100,000 sums", "a memory of 2^16 pages"];
        assert!(accepted || !good.contains(&what.as_str()), "{what} is refused");
    }
}

/// Texts that are deep or long, and whether they are modules.
fn texts() -> Vec<(&'static str, String, bool)> {
    let many = |text: &str| text.repeat(100_000);
    vec![
        ("folded blocks", format!("(module (func {} {}))", many("(block "), many(")")), false),
        ("blocks", format!("(module (func {} {}))", many("block "), many("end ")), true),
        ("folded sums", format!("(module (func (result i32) {} (i32.const 1) {}))", many("(i32.add (i32.const 1) "), many(")")), false),
        ("conditions", format!("(module (func {} {}))", many("(if (i32.const 0) (then "), many("))")), false),
        ("parentheses", many("("), false),
        ("closed parentheses", many(")"), false),
        ("modules", many("(module "), false),
        ("components", many("(component "), false),
        ("comments", format!("(module {}{})", many("(; "), many(";) ")), true),
        ("open comments", many("(; "), false),
        ("an open string", format!("(module (data \"{}", many("a")), false),
        ("annotations", format!("(module {} {})", many("(@a "), many(")")), false),
        ("a long name", format!("(module (func ${}))", many("n")), true),
        ("locals", format!("(module (func (local {})))", "i32 ".repeat(50_000)), true),
        ("too many locals", format!("(module (func (local {})))", "i32 ".repeat(50_001)), false),
        ("a large number", format!("(module (memory {}))", many("9")), false),
        ("a large array", "(module (memory 1) (data (offset i32.const 0) (i32 4294967295)))".into(), false),
        ("a large alignment", "(module (memory 1) (func (drop (i32.load align=4294967296 (i32.const 0)))))".into(), false),
    ]
}

#[test]
fn deep_and_long_texts() {
    for (what, text, good) in texts() {
        // Some of the deep ones are refused for being deep, which is right too.
        let bytes = wat::parse_str(&text);
        assert!(bytes.is_ok() || !good, "{what}: {}", bytes.unwrap_err());
        if let Ok(bytes) = bytes {
            let accepted = survives(&bytes, || what.to_string());
            assert!(accepted || !good, "{what}");
        }
        if let Ok(script) = Script::parse("text", &format!("{text} (assert_return (invoke \"f\"))")) {
            assert!(!script.run(&ENGINE).failures.is_empty(), "{what}");
        }
    }
}

/// The program, with so many KiB of address space; its exit code and standard error.
fn samite(dir: &Path, kib: u64, args: &[&str]) -> (i32, String) {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -v {kib}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_samite")]).args(args);
    command.current_dir(dir).env("XDG_CACHE_HOME", dir.join("cache")).env("RUST_BACKTRACE", "0");
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or_else(|| panic!("{args:?} ends by {}: {error}", output.status)), error)
}

#[test]
fn the_program_itself() {
    let dir = tempfile::tempdir().unwrap();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| files.push((name.replace(' ', "-"), bytes));
    for (name, size) in [("nested blocks", 100_000), ("locals live in a loop", 50_000), ("if-diamonds", 50_000)] {
        let monster = MONSTERS.iter().find(|m| m.name == name).unwrap();
        add(&format!("{name}.wasm"), monster.module(monster.limit.min(size)));
    }
    let mut types = Vec::new();
    number(&mut types, 1_000_000);
    types.extend([0x60, 0, 0].repeat(1_000_000));
    add("types.wasm", section(1, &types));
    for what in ["section 1 with 2^32-1 items", "section 10 of 2^32-1 bytes", "2^32-1 locals", "50,000 locals", "nested components"] {
        add(&format!("{what}.wasm"), claims().into_iter().find(|(name, _)| name == what).unwrap().1);
    }
    for what in ["folded blocks", "blocks", "parentheses", "comments", "components"] {
        add(&format!("{what}.wat"), texts().into_iter().find(|(name, ..)| *name == what).unwrap().1.into_bytes());
    }
    for (name, bytes) in &files {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    files.par_iter().for_each(|(name, bytes)| {
        let file = name.as_str();
        // Running takes 8 GiB of address space for a memory with guards.
        let mut commands = vec![
            (2, vec!["validate", file]),
            (2, vec!["print", file, "-o", "/dev/null"]),
            (12, vec!["run", file, "--no-cache", "--invoke", "nothing"]),
        ];
        // What takes long to compile is compiled once, to be run.
        if bytes.len() < 100_000 {
            commands.push((3, vec!["compile", file, "-o", "/dev/null"]));
            commands.push((3, vec!["objdump", file]));
            commands.push((2, vec!["spec", file]));
        }
        if name.ends_with(".wat") {
            commands.push((2, vec!["parse", file, "-o", "/dev/null"]));
        }
        for (gib, args) in commands {
            let (code, error) = samite(dir.path(), gib << 20, &args);
            assert!(code == 0 && error.is_empty() || code == 1, "{args:?}: {code} {error}");
            assert!(error.lines().count() <= 1 && error.len() < 1000, "{args:?}: {error}");
        }
    });
}

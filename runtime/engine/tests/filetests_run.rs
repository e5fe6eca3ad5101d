//! `codegen/filetests/run/*.wat`: every function under every strategy and under the reference interpreter.
//!
//! The expectations are comments behind the module, done in order on one instance:
//! ```text
//! ;; run: add(1, 0xffffffff) == 0
//! ;; run: swap(1, 2.5) == 2.5, 1
//! ;; run: nothing()
//! ;; trap: div(1, 0): integer divide by zero
//! ```
//! Integers are decimal or hexadecimal of any sign, floats as Rust reads them, or `bits:0x7fc00000`, or, as results, `nan` for any quiet one.
use samite::{Config, Engine, EngineKind, Extern, Linker, Module, Store, Strategy, Trap, Val, ValType};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_file_under_every_strategy() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../codegen/filetests/run");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("the folder is there").map(|f| f.expect("readable").path()).collect();
    files.sort();
    assert!(files.len() >= 10, "{} files", files.len());
    let mut engines = vec![("reference".to_string(), Config::new().engine(EngineKind::Reference).clone())];
    engines.extend(Strategy::all().into_iter().map(|s| (s.to_string(), Config::new().strategy(s).clone())));
    let engines: Vec<(String, Engine)> =
        engines.into_iter().map(|(name, config)| (name, Engine::new(&config).expect("an engine"))).collect();
    let mut failures = Vec::new();
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let source = fs::read_to_string(file).expect("readable");
        let steps = match steps(&source) {
            Ok(steps) => steps,
            Err(why) => {
                failures.push(format!("{name}: {why}"));
                continue;
            }
        };
        for (strategy, engine) in &engines {
            if let Err(why) = run(engine, &source, &steps) {
                failures.push(format!("{name}, {strategy}: {why}"));
            }
        }
    }
    let shown = failures.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} failures:\n{shown}", failures.len());
}

struct Step {
    text: String,
    function: String,
    args: Vec<String>,
    expected: Expected,
}

enum Expected {
    Values(Vec<String>),
    Trap(String),
}

fn steps(source: &str) -> Result<Vec<Step>, String> {
    if !source.starts_with(";; station=run") {
        return Err("the first line must say station=run".into());
    }
    let mut steps = Vec::new();
    for line in source.lines() {
        let Some((kind, text)) = ["run", "trap"].iter().find_map(|k| Some((*k, line.strip_prefix(&format!(";; {k}: "))?))) else {
            continue;
        };
        let wrong = || format!("not a call with its outcome: {line}");
        let (function, rest) = text.split_once('(').ok_or_else(wrong)?;
        let (args, rest) = rest.split_once(')').ok_or_else(wrong)?;
        let list = |text: &str| text.split(',').map(|a| a.trim().to_string()).filter(|a| !a.is_empty()).collect();
        let expected = match (kind, rest.trim()) {
            ("run", "") => Expected::Values(Vec::new()),
            ("run", rest) => Expected::Values(list(rest.strip_prefix("==").ok_or_else(wrong)?)),
            (_, rest) => Expected::Trap(rest.strip_prefix(':').ok_or_else(wrong)?.trim().to_string()),
        };
        steps.push(Step { text: line.to_string(), function: function.to_string(), args: list(args), expected });
    }
    if steps.is_empty() { Err("nothing is run".into()) } else { Ok(steps) }
}

fn run(engine: &Engine, source: &str, steps: &[Step]) -> Result<(), String> {
    let module = Module::new(engine, source).map_err(|e| format!("{e:#}"))?;
    let mut store = Store::new(engine, ());
    let instance = Linker::new(engine).instantiate(&mut store, &module).map_err(|e| format!("{e:#}"))?;
    for step in steps {
        let fail = |why: String| format!("{}: {why}", step.text);
        let Some(Extern::Func(f)) = instance.get_export(&mut store, &step.function) else {
            return Err(fail("no such function".into()));
        };
        let ty = f.ty(&store);
        if ty.params.len() != step.args.len() {
            return Err(fail(format!("{} arguments for {}", step.args.len(), ty)));
        }
        let args: Option<Vec<Val>> = step.args.iter().zip(&ty.params).map(|(text, ty)| value(text, *ty)).collect();
        let args = args.ok_or_else(|| fail("an argument is no value of its type".into()))?;
        let mut results: Vec<Val> = ty.results.iter().map(|t| Val::default_for_ty(*t)).collect();
        let outcome = f.call(&mut store, &args, &mut results);
        match (&step.expected, outcome) {
            (Expected::Values(expected), Ok(())) => {
                let fits = expected.len() == results.len() && expected.iter().zip(&results).all(|(e, r)| matches(e, r));
                if !fits {
                    return Err(fail(format!("got {results:?}")));
                }
            }
            (Expected::Trap(expected), Err(e)) => match e.downcast_ref::<Trap>() {
                Some(trap) if trap.name() == expected => {}
                _ => return Err(fail(format!("got {e:#}"))),
            },
            (_, outcome) => return Err(fail(format!("got {:?}", outcome.map(|()| results)))),
        }
    }
    Ok(())
}

fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let number = match digits.strip_prefix("0x") {
        Some(hex) => i128::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some(if negative { -number } else { number })
}

fn bits(text: &str) -> Option<u64> {
    integer(text.strip_prefix("bits:")?)?.try_into().ok()
}

fn value(text: &str, ty: ValType) -> Option<Val> {
    let within = |bits: u32| integer(text).filter(|n| (-(1i128 << (bits - 1))..1i128 << bits).contains(n));
    Some(match ty {
        ValType::I32 => Val::I32(within(32)? as i32),
        ValType::I64 => Val::I64(within(64)? as i64),
        ValType::F32 => Val::F32(bits(text).map(|b| b as u32).or_else(|| Some(text.parse::<f32>().ok()?.to_bits()))?),
        ValType::F64 => Val::F64(bits(text).or_else(|| Some(text.parse::<f64>().ok()?.to_bits()))?),
        _ if text == "null" => Val::default_for_ty(ty),
        _ => return None,
    })
}

fn matches(expected: &str, result: &Val) -> bool {
    match (expected, result) {
        ("nan", Val::F32(b)) => f32::from_bits(*b).is_nan() && b >> 22 & 1 == 1,
        ("nan", Val::F64(b)) => f64::from_bits(*b).is_nan() && b >> 51 & 1 == 1,
        ("null", Val::FuncRef(f)) => f.is_none(),
        ("null", Val::ExternRef(e)) => e.is_none(),
        ("function", Val::FuncRef(f)) => f.is_some(),
        (text, Val::I32(n)) => matches!(value(text, ValType::I32), Some(Val::I32(e)) if e == *n),
        (text, Val::I64(n)) => matches!(value(text, ValType::I64), Some(Val::I64(e)) if e == *n),
        (text, Val::F32(b)) => matches!(value(text, ValType::F32), Some(Val::F32(e)) if e == *b),
        (text, Val::F64(b)) => matches!(value(text, ValType::F64), Some(Val::F64(e)) if e == *b),
        _ => false,
    }
}

//! Runs a module under the reference interpreter and under strategies, and compares what can be seen: results, kinds of traps, memories and
//! globals after every call.
//!
//! All runs have `nan=canonical`, so that bits may be compared, and each is compared with an interpreter that makes the same choice for relaxed
//! operators. What differs by right is the depth at which a stack is exhausted: from there on a run is not compared, and counted as cut short.
use samite::{Config, Engine, EngineKind, Extern, Linker, Module, Store, StoreLimits, StoreLimitsBuilder, Strategy, Trap, Val, ValType};
use samite_ir::value::Relaxed;

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All runs agreed on this many calls.
    Agree {
        calls: usize,
        cut_short: bool,
    },
    /// The engine refuses the module (under every strategy alike).
    Refused(String),
    Differ {
        strategy: Strategy,
        call: String,
        reference: String,
        compiled: String,
    },
}

/// One export's call, as text: comparable and readable.
type Trace = Vec<(String, String)>;

/// Compares the reference interpreter with each strategy on all exported functions, called with edge values.
pub fn compare(bytes: &[u8], strategies: &[Strategy]) -> Verdict {
    let canonical = |s: &Strategy| format!("{s},nan=canonical").parse::<Strategy>().expect("a strategy with a field set");
    let mut references: Vec<(Relaxed, Trace)> = Vec::new();
    for relaxed in Relaxed::ALL {
        match run(bytes, EngineKind::Reference, canonical(&Strategy { relaxed: *relaxed, ..Strategy::MAX })) {
            Ok(trace) => references.push((*relaxed, trace)),
            Err(e) => return Verdict::Refused(e),
        }
    }
    let reference = |relaxed: Relaxed| &references.iter().find(|r| r.0 == relaxed).expect("each choice has run").1;
    for s in strategies {
        let strategy = canonical(s);
        let reference = reference(strategy.relaxed);
        let compiled = match run(bytes, EngineKind::Compiled, strategy) {
            Ok(trace) => trace,
            Err(e) => vec![("compile".to_string(), e)],
        };
        for (i, (call, expected)) in reference.iter().enumerate() {
            let got = compiled.get(i).map_or("nothing", |c| c.1.as_str());
            let exhausted = |text: &str| text.contains(Trap::StackExhausted.name());
            if exhausted(expected) || exhausted(got) {
                break;
            }
            if got != expected {
                let (reference, compiled) = (expected.clone(), got.to_string());
                return Verdict::Differ { strategy, call: call.clone(), reference, compiled };
            }
        }
    }
    let reference = reference(Relaxed::Native);
    let cut_short = reference.iter().any(|c| c.1.contains(Trap::StackExhausted.name()));
    Verdict::Agree { calls: reference.len(), cut_short }
}

fn run(bytes: &[u8], kind: EngineKind, strategy: Strategy) -> Result<Trace, String> {
    let mut config = Config::new();
    config.engine(kind).strategy(strategy);
    let engine = Engine::new(&config).map_err(|e| e.to_string())?;
    let module = Module::new(&engine, bytes).map_err(|e| format!("{e:#}"))?;
    let limits = StoreLimitsBuilder::new().memory_size(1 << 24).table_elements(10_000).build();
    let mut store = Store::new(&engine, limits);
    store.limiter(|limits: &mut StoreLimits| limits);
    let mut trace = Trace::new();
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&module).map_err(|e| e.to_string())?;
    let instance = match linker.instantiate(&mut store, &module) {
        Ok(instance) => instance,
        Err(e) => return Ok(vec![("instantiate".to_string(), trap_name(&e))]),
    };
    let names: Vec<String> = module.exports().map(|e| e.name().to_string()).collect();
    for (i, name) in names.iter().enumerate() {
        let Some(Extern::Func(func)) = instance.get_export(&mut store, name) else { continue };
        let ty = func.ty(&store);
        for round in 0..3 {
            let args: Vec<Val> = ty.params.iter().enumerate().map(|(k, t)| argument(*t, i + k * 7 + round * 3)).collect();
            let mut results: Vec<Val> = ty.results.iter().map(|t| Val::default_for_ty(*t)).collect();
            let outcome = match func.call(&mut store, &args, &mut results) {
                Ok(()) => results.iter().map(show).collect::<Vec<_>>().join(" "),
                Err(e) => trap_name(&e),
            };
            let state = state(&mut store, &instance, &names);
            trace.push((format!("{name}({})", args.iter().map(show).collect::<Vec<_>>().join(", ")), format!("{outcome} {state}")));
        }
    }
    Ok(trace)
}

fn trap_name(e: &anyhow::Error) -> String {
    match e.downcast_ref::<Trap>() {
        Some(t) => t.name().to_string(),
        None => "error".to_string(),
    }
}

const INTS: [i64; 12] = [0, 1, -1, 2, 7, 255, 65_535, 65_536, i32::MAX as i64, i32::MIN as i64, i64::MAX, i64::MIN];
const FLOATS: [f64; 12] =
    [0.0, -0.0, 1.0, -1.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 2_147_483_648.0, -2_147_483_649.0, 1e300, 5e-324, 0.5];

/// Edge values, picked by number.
fn argument(ty: ValType, n: usize) -> Val {
    let n = n % 12;
    match ty {
        ValType::I32 => Val::I32(INTS[n] as i32),
        ValType::I64 => Val::I64(INTS[n]),
        ValType::F32 => Val::F32((FLOATS[n] as f32).to_bits()),
        ValType::F64 => Val::F64(FLOATS[n].to_bits()),
        ValType::V128 => Val::V128(vector(n).into()),
        other => Val::default_for_ty(other),
    }
}

/// Lanes of several widths with an edge value each.
fn vector(n: usize) -> u128 {
    let lanes = |width: u32, lane: fn(usize) -> u64| {
        (0..128 / width).fold(0, |all, k| {
            let x = lane((n + 5 * k as usize) % 12);
            all | u128::from(x) << (128 - width) >> (128 - width) << (k * width)
        })
    };
    match n % 5 {
        0 => lanes(64, |n| INTS[n] as u64),
        1 => lanes(32, |n| (FLOATS[n] as f32).to_bits().into()),
        2 => lanes(64, |n| FLOATS[n].to_bits()),
        3 => lanes(32, |n| INTS[n] as u64),
        _ => lanes(8, |n| INTS[n] as u64 ^ n as u64),
    }
}

fn show(v: &Val) -> String {
    match v {
        Val::I32(x) => format!("i32:{x}"),
        Val::I64(x) => format!("i64:{x}"),
        Val::F32(x) => format!("f32:{x:08x}"),
        Val::F64(x) => format!("f64:{x:016x}"),
        Val::FuncRef(f) => format!("funcref:{}", if f.is_some() { "some" } else { "null" }),
        Val::ExternRef(x) => format!("externref:{}", if x.is_some() { "some" } else { "null" }),
        Val::V128(x) => format!("v128:{x:?}"),
    }
}

/// Memories as lengths and hashes, globals, table sizes and which entries are null.
fn state(store: &mut Store<StoreLimits>, instance: &samite::Instance, names: &[String]) -> String {
    let mut out = Vec::new();
    for name in names {
        match instance.get_export(&mut *store, name) {
            Some(Extern::Memory(m)) => {
                let data = m.data(&*store);
                out.push(format!("memory {} {:016x}", data.len(), hash(data)));
            }
            Some(Extern::SharedMemory(m)) => {
                let mut data = vec![0; m.byte_len() as usize];
                m.read(0, &mut data).expect("no memory shrinks");
                out.push(format!("memory {} {:016x}", data.len(), hash(&data)));
            }
            Some(Extern::Global(g)) => out.push(show(&g.get(&mut *store))),
            Some(Extern::Table(t)) => {
                let size = t.size(&*store);
                let nulls = (0..size).filter(|i| t.get(&mut *store, *i).is_none_or(|r| r.is_null())).count();
                out.push(format!("table {size} {nulls}"));
            }
            _ => {}
        }
    }
    out.join(", ")
}

/// FNV-1a over 8 bytes at a time.
fn hash(data: &[u8]) -> u64 {
    data.chunks(8).fold(0xcbf2_9ce4_8422_2325, |h, c| {
        let mut word = [0; 8];
        word[..c.len()].copy_from_slice(c);
        (h ^ u64::from_le_bytes(word)).wrapping_mul(0x100_0000_01b3)
    })
}

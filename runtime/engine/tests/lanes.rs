//! Every vector operator through machine code, against `ir/value`: operands in registers, in memory, constant, or the same twice; on edges of lanes
//! against edges and on random ones; under a set of strategies in which every two choices meet. Each form gives back its operands as well, so
//! that what overwrites one is seen. (`ir/value` itself is judged by foreign engines: `ir/tests/value_lanes_recorded.rs`.)
//!
//! Cases, each an operator in a form, share a module. Each is a function; a `sweep` beside it calls it for records of operands that lie in memory.
#[path = "../../../codegen/tests/common/shuffles.rs"]
mod shuffles;

use samite::{Config, Engine, Extern, Func, Linker, Memory, Module, Store, Strategy, Val};
use samite_codegen::x64::cpu::Cpu;
use samite_codegen::x64::lanes::expand;
use samite_ir::ssa::{Op, text};
use samite_ir::translate::Nan;
use samite_ir::value::{
    self, Extension, LaneBinOp, LaneShiftOp, LaneTernOp, LaneTest, LaneUnOp, Relaxed, Shape, Type, canonical_nan_lanes, edges,
};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;

type Apply = Arc<dyn Fn(&[u128; 3]) -> u128 + Send + Sync>;

/// One operator; scalars are in the low bits.
#[derive(Clone)]
struct Operator {
    /// In the text format, with immediates.
    text: String,
    params: Vec<Type>,
    result: Type,
    shape: Shape,
    /// Its lanes may be NaNs of any bits.
    nans: bool,
    apply: Apply,
}

fn text_of(shape: Shape, name: &str) -> String {
    let narrow = shape.narrower().map_or(String::new(), |s| s.to_string());
    let wide = shape.wider().map_or(String::new(), |s| s.to_string());
    // The other shape stands before the last word.
    let within = |other: &str| {
        let (head, tail) = name.rsplit_once('_').expect("it ends in _s or _u");
        format!("{shape}.{head}_{other}_{tail}")
    };
    match name {
        "not" | "and" | "or" | "xor" | "andnot" | "bitselect" | "any_true" => format!("v128.{name}"),
        _ if name.starts_with("extend_") || name.starts_with("extadd_") || name.starts_with("extmul_") => within(&narrow),
        _ if name.starts_with("narrow_") => within(&wide),
        "convert_i32x4_s" | "convert_i32x4_u" if shape == Shape::F64x2 => format!("{shape}.{}", name.replace("convert", "convert_low")),
        _ => format!("{shape}.{name}"),
    }
}

fn operators(relaxed: Relaxed) -> Vec<Operator> {
    let mut all = Vec::new();
    let vectors = |n: usize| vec![Type::V128; n];
    let native = relaxed == Relaxed::Native;
    for &shape in Shape::ALL {
        let mut put = |text: String, params: Vec<Type>, result: Type, nans: bool, apply: Apply| {
            all.push(Operator { text, params, result, shape, nans, apply });
        };
        for &op in LaneUnOp::ALL.iter().filter(|op| op.exists(shape)) {
            let means = if native { op } else { op.deterministic() };
            let apply = Arc::new(move |x: &[u128; 3]| value::lane_unary(means, shape, x[0]));
            put(text_of(shape, op.name()), vectors(1), Type::V128, op.computes_nan(), apply);
        }
        for &op in LaneBinOp::ALL.iter().filter(|op| op.exists(shape) && **op != LaneBinOp::DotI8S) {
            let means = if native { op } else { op.deterministic() };
            let apply = Arc::new(move |x: &[u128; 3]| value::lane_binary(means, shape, x[0], x[1]));
            put(text_of(shape, op.name()), vectors(2), Type::V128, means.computes_nan(shape), apply);
        }
        for &op in LaneTernOp::ALL.iter().filter(|op| op.exists(shape) && **op != LaneTernOp::DotI8AddS) {
            let (means, at) = if native { (op, shape) } else { op.deterministic(shape) };
            let apply = Arc::new(move |x: &[u128; 3]| value::lane_ternary(means, at, x[0], x[1], x[2]));
            put(text_of(shape, op.name()), vectors(3), Type::V128, op.computes_nan(), apply);
        }
        for &op in LaneShiftOp::ALL.iter().filter(|op| op.exists(shape)) {
            let apply = Arc::new(move |x: &[u128; 3]| value::lane_shift(op, shape, x[0], x[1] as u64));
            put(text_of(shape, op.name()), vec![Type::V128, Type::I32], Type::V128, false, apply);
        }
        for &op in LaneTest::ALL.iter().filter(|op| op.exists(shape)) {
            let apply = Arc::new(move |x: &[u128; 3]| value::lane_test(op, shape, x[0]).into());
            put(text_of(shape, op.name()), vectors(1), Type::I32, false, apply);
        }
        let scalar = shape.scalar();
        put(format!("{shape}.splat"), vec![scalar], Type::V128, false, Arc::new(move |x| value::splat(shape, x[0] as u64)));
        let extensions: &[(Extension, &str)] = match shape {
            Shape::I8x16 | Shape::I16x8 => &[(Extension::Signed, "_s"), (Extension::Unsigned, "_u")],
            _ => &[(Extension::Unsigned, "")],
        };
        for k in 0..shape.lanes() as u8 {
            for &(extension, suffix) in extensions {
                let apply = Arc::new(move |x: &[u128; 3]| value::extract_lane(shape, extension, k, x[0]).into());
                put(format!("{shape}.extract_lane{suffix} {k}"), vectors(1), scalar, false, apply);
            }
            let apply = Arc::new(move |x: &[u128; 3]| value::replace_lane(shape, k, x[0], x[1] as u64));
            put(format!("{shape}.replace_lane {k}"), vec![Type::V128, scalar], Type::V128, false, apply);
        }
    }
    all
}

// ---- modules

/// Records of operands, 48 bytes each, and of what came back, 64 bytes each: the result, then the operands.
const IN: u32 = 0;
const OUT: u32 = 0x40_0000;
const MOST: usize = 1 << 16;

/// How a form takes its operands.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Form {
    Registers,
    /// This one from memory.
    Memory(usize),
    /// This one is a constant.
    Constant(usize, u128),
    /// All are the first.
    Same,
}

fn constant(ty: Type, bits: u128) -> String {
    match ty {
        Type::V128 => format!("(v128.const i64x2 {:#x} {:#x})", bits as u64, (bits >> 64) as u64),
        Type::I32 => format!("(i32.const {:#x})", bits as u32),
        Type::I64 => format!("(i64.const {:#x})", bits as u64),
        Type::F32 => format!("(f32.reinterpret_i32 (i32.const {:#x}))", bits as u32),
        _ => format!("(f64.reinterpret_i64 (i64.const {:#x}))", bits as u64),
    }
}

type Case<'a> = (&'a Operator, Form);

fn module(cases: &[Case]) -> String {
    let mut text = String::from("(module (memory (export \"m\") 256)\n");
    for (n, (o, form)) in cases.iter().enumerate() {
        let params: Vec<String> = o.params.iter().map(|ty| ty.to_string()).collect();
        let params = params.join(" ");
        let operands: Vec<String> = (0..o.params.len())
            .map(|k| match *form {
                Form::Memory(at) if at == k => format!("({}.load offset={} (local.get {}))", o.params[k], 16 * k, o.params.len()),
                Form::Constant(at, bits) if at == k => constant(o.params[k], bits),
                Form::Same => "(local.get 0)".into(),
                _ => format!("(local.get {k})"),
            })
            .collect();
        let again: Vec<String> = (0..o.params.len()).map(|k| format!("(local.get {k})")).collect();
        _ = writeln!(
            text,
            "(func $f{n} (param {params} i32) (result {} {params}) ({} {}) {})",
            o.result,
            o.text,
            operands.join(" "),
            again.join(" ")
        );
        let loads: Vec<String> =
            o.params.iter().enumerate().map(|(k, ty)| format!("({ty}.load offset={} (local.get $in))", 16 * k)).collect();
        let locals: Vec<String> = o.params.iter().enumerate().map(|(k, ty)| format!("(local $p{k} {ty})")).collect();
        let sets: String = (0..o.params.len()).rev().map(|k| format!("(local.set $p{k})")).collect();
        let stores: Vec<String> = o
            .params
            .iter()
            .enumerate()
            .map(|(k, ty)| format!("({ty}.store offset={} (local.get $out) (local.get $p{k}))", 16 * k + 16))
            .collect();
        _ = writeln!(
            text,
            "(func (export \"sweep{n}\") (param $count i32) (local $in i32) (local $out i32) (local $r {}) {}
                (local.set $out (i32.const {OUT}))
                (loop $next
                  (call $f{n} {} (local.get $in))
                  {sets} (local.set $r)
                  ({}.store (local.get $out) (local.get $r)) {}
                  (local.set $in (i32.add (local.get $in) (i32.const 48)))
                  (local.set $out (i32.add (local.get $out) (i32.const 64)))
                  (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))",
            o.result,
            locals.join(" "),
            loads.join(" "),
            o.result,
            stores.join(" "),
        );
    }
    text + ")"
}

/// The bits of a value of this type.
fn cut(ty: Type, bits: u128) -> u128 {
    if ty == Type::V128 { bits } else { bits & u128::MAX >> (128 - 8 * ty.bytes()) }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 ^ self.0 >> 29
    }
    fn vector(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next().rotate_left(32))
    }
}

/// Records: every pair of edges of each scalar type meets in a lane, at every distance of lanes; the third operand walks along.
fn edge_records() -> Vec<[u128; 3]> {
    let mut records = Vec::new();
    for shape in [Shape::I32x4, Shape::I64x2, Shape::F32x4, Shape::F64x2, Shape::I16x8] {
        let list: Vec<u64> = match shape {
            Shape::I16x8 => (0..34u64).flat_map(|n| [n.wrapping_sub(3), 0x7ffe + n / 12, 0x80 * n, 0x1234 * n]).collect(),
            _ => edges::edges(shape.scalar()),
        };
        let lanes = shape.lanes() as usize;
        let lane = |n: usize| u128::from(list[n % list.len()]) & u128::MAX >> (128 - 128 / lanes);
        let vector = |from: usize| (0..lanes).map(|k| lane(from + k) << (128 / lanes * k)).sum::<u128>();
        for shift in 0..list.len() {
            for from in (0..list.len()).step_by(lanes) {
                records.push([vector(from), vector(from + shift), vector(3 * from + 5 * shift)]);
            }
        }
    }
    // Bytes in pairs.
    for n in 0..4096u32 {
        let byte = |k: u32| u128::from((16 * n + k) / 256 % 256) << (8 * k);
        let other = |k: u32| u128::from((16 * n + k) % 256) << (8 * k);
        let vector = |f: &dyn Fn(u32) -> u128| (0..16).map(f).sum::<u128>();
        records.push([vector(&byte), vector(&other), vector(&other).rotate_left(n)]);
    }
    records.truncate(MOST);
    records
}

struct Machine {
    store: Store<()>,
    memory: Memory,
    sweeps: Vec<Func>,
}

fn machine(engine: &Engine, text: &str, count: usize) -> Machine {
    let module = Module::new(engine, text).unwrap_or_else(|e| panic!("{e:#}\n{text}"));
    let mut store = Store::new(engine, ());
    let instance = Linker::new(engine).instantiate(&mut store, &module).unwrap();
    let Some(Extern::Memory(memory)) = instance.get_export(&mut store, "m") else { panic!("a memory") };
    let sweeps = (0..count).map(|n| instance.get_func(&mut store, &format!("sweep{n}")).unwrap()).collect();
    Machine { store, memory, sweeps }
}

/// What a case gives for each record.
fn wanted((o, form): Case, records: &[[u128; 3]]) -> Vec<u128> {
    let want = |record: &[u128; 3]| {
        let mut x: [u128; 3] = std::array::from_fn(|k| o.params.get(k).map_or(0, |ty| cut(*ty, record[k])));
        match form {
            Form::Constant(k, bits) => x[k] = cut(o.params[k], bits),
            Form::Same => x = [x[0]; 3],
            _ => {}
        }
        let want = cut(o.result, (o.apply)(&x));
        if o.nans { canonical_nan_lanes(o.shape, want) } else { want }
    };
    records.iter().map(want).collect()
}

/// Runs every case over the records and compares; an error if an operand was lost or a result differs.
fn judge(cases: &[Case], wanted: &[Vec<u128>], strategy: &Strategy, records: &[[u128; 3]]) -> Result<(), String> {
    let engine = Engine::new(Config::new().strategy(*strategy)).unwrap();
    let mut m = machine(&engine, &module(cases), cases.len());
    let bytes: Vec<u8> = records.iter().flat_map(|r| r.iter().flat_map(|x| x.to_le_bytes())).collect();
    m.memory.write(&mut m.store, IN as usize, &bytes).unwrap();
    let mut out = vec![0u8; 64 * records.len()];
    for (n, (o, form)) in cases.iter().enumerate() {
        m.sweeps[n].call(&mut m.store, &[Val::I32(records.len() as i32)], &mut []).unwrap();
        m.memory.read(&m.store, OUT as usize, &mut out).unwrap();
        for ((record, want), got) in records.iter().zip(&wanted[n]).zip(out.chunks(64)) {
            let read = |at: usize| u128::from_le_bytes(got[16 * at..16 * at + 16].try_into().unwrap());
            for (k, ty) in o.params.iter().enumerate() {
                if cut(*ty, read(k + 1)) != cut(*ty, record[k]) {
                    return Err(format!("{} {form:?}, {strategy}: operand {k} of {record:x?} came back as {:x}", o.text, read(k + 1)));
                }
            }
            let mut got = cut(o.result, read(0));
            if o.nans && strategy.nan == Nan::Native {
                got = canonical_nan_lanes(o.shape, got);
            }
            if got != *want {
                return Err(format!("{} {form:?}, {strategy}: {record:x?} gave {got:x}, not {want:x}", o.text));
            }
        }
    }
    Ok(())
}

fn forms(o: &Operator, seed: u64) -> Vec<Form> {
    let mut r = Random(seed);
    let mut forms = vec![Form::Registers];
    forms.extend((0..o.params.len()).map(Form::Memory));
    for (k, ty) in o.params.iter().enumerate() {
        forms.push(Form::Constant(k, cut(*ty, r.vector())));
        if *ty == Type::V128 {
            // Words and doublewords of a mask; small lanes; the ends of ranges.
            let mask = |bits: u32, r: &mut Random| {
                (0..128 / bits).map(|n| (r.next() as u128 >> 7 & 1) * (u128::MAX >> (128 - bits)) << (n * bits)).sum()
            };
            let all = [0, u128::MAX, mask(32, &mut r), mask(16, &mut r), mask(8, &mut r), u128::MAX / 255 * 0x80, u128::MAX / 65535 * 3];
            forms.extend(all.map(|bits| Form::Constant(k, bits)));
        } else if *ty == Type::I32 {
            forms.extend((0..65).map(|n| Form::Constant(k, n)));
        }
    }
    if o.params.len() > 1 && o.params.iter().all(|ty| *ty == Type::V128) {
        forms.push(Form::Same);
    }
    forms
}

/// Every two choices meet, besides the whole strategies. Relaxed operators mean the same under all of these.
fn strategies(relaxed: Relaxed) -> Vec<Strategy> {
    let mut all = Strategy::covering();
    for text in ["max", "baseline", "cpu=avx2"] {
        let strategy: Strategy = text.parse().unwrap();
        if !all.contains(&strategy) {
            all.push(strategy);
        }
    }
    all.retain(|s| s.relaxed == relaxed);
    all
}

fn report(count: usize, failures: &[String]) {
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures[..failures.len().min(20)].join("\n"));
}

/// At least 2^20 random lanes for each operator, other ones under each strategy.
#[test]
fn random_lanes() {
    let mut failures = Vec::new();
    let mut lanes: HashMap<String, usize> = HashMap::new();
    let both = [Relaxed::Native, Relaxed::Deterministic];
    let count: usize = both.iter().map(|relaxed| strategies(*relaxed).len()).sum();
    let mut r = Random(7);
    for relaxed in both {
        for strategy in strategies(relaxed) {
            let records: Vec<_> = (0..MOST).map(|_| [r.vector(), r.vector(), r.vector()]).collect();
            for o in &operators(relaxed) {
                let each = (1 << 20) / (count * o.shape.lanes() as usize) + 1;
                let records = &records[..each];
                let cases = [(o, Form::Registers)];
                match judge(&cases, &[wanted(cases[0], records)], &strategy, records) {
                    Ok(()) => *lanes.entry(o.text.clone()).or_default() += each * o.shape.lanes() as usize,
                    Err(why) => failures.push(why),
                }
            }
        }
    }
    report(lanes.len(), &failures);
    let (least, most) = (lanes.values().min().unwrap(), lanes.values().max().unwrap());
    eprintln!("{} operators under {count} strategies, each on {least} to {most} random lanes", lanes.len());
    assert!(lanes.len() > 260 && *least >= 1_000_000);
}

fn run(strategies: &[Strategy], records: &[[u128; 3]], forms: impl Fn(&Operator, u64) -> Vec<Form>) {
    let all = operators(strategies[0].relaxed);
    assert!(all.len() > 260, "{} operators", all.len());
    let mut failures = Vec::new();
    let mut runs = 0;
    for (n, o) in all.iter().enumerate() {
        let cases: Vec<Case> = forms(o, n as u64).into_iter().map(|form| (o, form)).collect();
        let wanted: Vec<_> = cases.iter().map(|case| wanted(*case, records)).collect();
        for strategy in strategies {
            failures.extend(judge(&cases, &wanted, strategy, records).err());
            runs += cases.len();
        }
    }
    report(all.len(), &failures);
    eprintln!("{} operators, {runs} times in a form under a strategy, each on {} vectors", all.len(), records.len());
}

/// A part of the edges; and every byte in every place.
fn some_records() -> Vec<[u128; 3]> {
    let edges = edge_records();
    let mut some: Vec<_> = edges.iter().step_by(edges.len() / 500).copied().collect();
    some.extend((0..256u32).map(|n| {
        let vector = |by: u32| (0..16).map(|k| u128::from((n + by * k) % 256) << (8 * k)).sum::<u128>();
        [vector(17), vector(59), vector(101)]
    }));
    some
}

// `max` is for the CPU that this is; `cpu=avx2` for every one.
#[test]
fn edges() {
    run(&["max", "cpu=avx2", "baseline"].map(|s| s.parse().unwrap()), &edge_records(), |_, _| vec![Form::Registers]);
}
#[test]
fn all_forms() {
    run(&strategies(Relaxed::Native), &some_records(), forms);
}
#[test]
fn all_forms_deterministic() {
    run(&strategies(Relaxed::Deterministic), &some_records(), forms);
}

/// What an operator becomes, but for which values it reads.
fn instructions(line: &str, cpu: Cpu) -> String {
    let source = format!("func 0 (i64, v128, v128) -> (v128)\nb0(v0: i64, v1: v128, v2: v128):\n{line}\nreturn v9");
    let mut f = text::parse(&source).unwrap_or_else(|e| panic!("{e}\n{source}"));
    expand(&mut f, cpu);
    let name = |v: &samite_ir::ssa::Value| match f.ops[*v] {
        Op::Target1(op, _, imm, _) | Op::Target2(op, _, imm, ..) | Op::Target3(op, _, imm, ..) => format!("{op} {imm},"),
        _ => String::new(),
    };
    f.body.iter().map(name).collect()
}

/// Patterns of every kind on this CPU and on any, and under all strategies one of each sequence of instructions (with its immediates) that they
/// become: each byte of the result tells where it is from.
#[test]
fn shuffles_of_every_kind() {
    let patterns = shuffles::patterns();
    let operators: Vec<Operator> = patterns
        .iter()
        .map(|p| {
            let indices = u128::from_le_bytes(*p);
            let text = format!("i8x16.shuffle {}", p.map(|n| n.to_string()).join(" "));
            let apply = Arc::new(move |x: &[u128; 3]| value::shuffle(indices, x[0], x[1]));
            Operator { text, params: vec![Type::V128; 2], result: Type::V128, shape: Shape::I8x16, nans: false, apply }
        })
        .collect();
    let bytes = |from: u8| u128::from_le_bytes(std::array::from_fn(|k| from.wrapping_add(k as u8)));
    let records = [[bytes(1), bytes(17), 0], [bytes(0xe0), bytes(0xf0), 0]];
    let mut seen = HashSet::new();
    let mut distinct = Vec::new();
    for (o, p) in operators.iter().zip(&patterns) {
        let line = format!("v9: v128 = shuffle [{}] v1, v2", p.map(|n| n.to_string()).join(" "));
        // Both at once: a new sequence of either is a new pair.
        if [Cpu::Avx2, Cpu::Avx512].iter().filter(|cpu| seen.insert((**cpu == Cpu::Avx2, instructions(&line, **cpu)))).count() > 0 {
            distinct.push(o);
        }
    }
    let forms = [Form::Registers, Form::Memory(0), Form::Memory(1), Form::Same];
    let constants = [Form::Constant(0, 0), Form::Constant(1, 0), Form::Constant(1, bytes(0x70)), Form::Constant(0, bytes(0x90))];
    let mut runs = 0;
    let mut judge_all = |operators: &[&Operator], forms: &[Form], strategies: &[Strategy]| {
        for part in operators.chunks(64) {
            let cases: Vec<Case> = part.iter().flat_map(|o| forms.iter().map(|form| (*o, *form))).collect();
            let wanted: Vec<_> = cases.iter().map(|case| wanted(*case, &records)).collect();
            for strategy in strategies {
                judge(&cases, &wanted, strategy, &records).unwrap();
                runs += cases.len();
            }
        }
    };
    let best = ["max", "cpu=avx2"].map(|s| s.parse().unwrap());
    judge_all(&operators.iter().collect::<Vec<_>>(), &forms[..1], &best);
    let all: Vec<Strategy> = [Relaxed::Native, Relaxed::Deterministic].into_iter().flat_map(strategies).collect();
    let sample: Vec<&Operator> = distinct.iter().copied().collect();
    judge_all(&sample, &forms, &all);
    judge_all(&sample, &constants, &best);
    eprintln!("{} patterns, {} of them with a sequence of their own; {runs} functions run", patterns.len(), distinct.len());
    assert!(distinct.len() > 500, "{}", distinct.len());
}

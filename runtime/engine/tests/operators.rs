//! Every scalar operator × edge values × edge values through machine code, against `ir/value`, unfolded: the operands come as parameters or
//! from memory, one of them may be a constant, the result may only decide a branch. (`ir/value` itself is judged by
//! foreign engines: `ir/tests/value_recorded.rs`.)
//!
//! An operator is one module. Each form of it is a function; beside it a `sweep` calls it for pairs of operands that lie in memory and
//! stores the results there, so that the host compares thousands of results per call. Pairs that trap are called one by one.
use samite::{Config, Engine, Extern, Func, Linker, Memory, Module, Store, Strategy, Trap, Val};
use samite_ir::translate::{Interrupt, Nan};
use samite_ir::value::{self, BinOp, Bits, CmpOp, ConvOp, MemOp, Type, UnOp, edges};
use samite_opt::Bounds;
use std::fmt::Write;
use std::sync::Arc;

type Apply = Arc<dyn Fn(Bits, Bits) -> Result<Bits, Trap> + Send + Sync>;

/// One operator at one type.
#[derive(Clone)]
struct Operator {
    /// In the text format.
    name: String,
    params: Vec<Type>,
    result: Type,
    computes_nan: bool,
    apply: Apply,
}

fn operators() -> Vec<Operator> {
    let mut all = Vec::new();
    let types = |float: bool| if float { [Type::F32, Type::F64] } else { [Type::I32, Type::I64] };
    let name = |ty: Type, name: &str, float: bool| format!("{ty}.{}", if float { &name[1..] } else { name });
    for &op in UnOp::ALL {
        for ty in types(op.is_float()) {
            if op == UnOp::Extend32S && ty == Type::I32 {
                continue;
            }
            let apply = Arc::new(move |a, _| Ok(value::unary(op, ty, a)));
            let name = name(ty, op.name(), op.is_float());
            all.push(Operator { name, params: vec![ty], result: ty, computes_nan: op.computes_nan(), apply });
        }
    }
    for &op in BinOp::ALL.iter().filter(|op| !matches!(op, BinOp::MulHighS | BinOp::MulHighU)) {
        for ty in types(op.is_float()) {
            let apply = Arc::new(move |a, b| value::binary(op, ty, a, b));
            let name = name(ty, op.name(), op.is_float());
            all.push(Operator { name, params: vec![ty; 2], result: ty, computes_nan: op.computes_nan(), apply });
        }
    }
    for &op in CmpOp::ALL {
        for ty in types(op.is_float()) {
            let apply = Arc::new(move |a, b| Ok(value::compare(op, ty, a, b)));
            let name = name(ty, op.name(), op.is_float());
            all.push(Operator { name, params: vec![ty; 2], result: Type::I32, computes_nan: false, apply });
        }
    }
    for ty in types(false) {
        let apply = Arc::new(move |a, _| Ok(value::compare(CmpOp::Eq, ty, a, 0)));
        all.push(Operator { name: format!("{ty}.eqz"), params: vec![ty], result: Type::I32, computes_nan: false, apply });
    }
    for &op in ConvOp::ALL {
        let (from, to) = op.types();
        let apply = Arc::new(move |a, _| value::convert(op, a));
        all.push(Operator { name: op.name().into(), params: vec![from], result: to, computes_nan: op.computes_nan(), apply });
    }
    all
}

// ---- modules

/// Pairs of operands, 16 bytes each. The upper half of a 32-bit operand's 8 bytes is garbage.
const PAIRS: u32 = 0;
/// Results, 8 bytes each.
const OUT: u32 = 0x8_0000;
/// An operand that is worked on in memory.
const SCRATCH: u32 = 0x10_0000;

/// How a form takes an operand.
#[derive(Clone, Copy, PartialEq)]
enum Pass {
    Value,
    /// Its address.
    Pointer,
    /// An i32 as an i64 with garbage above.
    Wide,
    /// The address of a copy, where the result is to be left.
    Scratch,
}

/// What a form makes of the operator's result.
#[derive(Clone, Copy)]
enum Then {
    Same,
    /// These, if it is nonzero or zero.
    Choose(u64, u64),
    /// 1 if it is negative as i64, else 2.
    Sign,
    /// 1 if it is below the number 1, else 2.
    BelowOne,
}

struct Form {
    passes: Vec<Pass>,
    /// With `{0}` and `{1}` for the operands, `{op}` for the operator.
    body: &'static str,
    result: Type,
    then: Then,
}

fn forms(op: &Operator) -> Vec<Form> {
    use Pass::*;
    let same = |passes: &[Pass]| Form { passes: passes.to_vec(), body: "{op}", result: op.result, then: Then::Same };
    let mut forms = Vec::new();
    let kinds: &[&[Pass]] = match op.params.len() {
        1 => &[&[Value], &[Pointer]],
        _ => &[&[Value, Value], &[Value, Pointer], &[Pointer, Value], &[Pointer, Pointer]],
    };
    forms.extend(kinds.iter().map(|k| same(k)));
    if op.params[0] == Type::I32 {
        forms.push(same(&vec![Wide; op.params.len()]));
    }
    if op.params.len() == 2 && op.result == op.params[0] {
        forms.push(same(&[Scratch, Value]));
        forms.push(same(&[Scratch, Pointer]));
    }
    let values = || vec![Value; op.params.len()];
    let mut decide = |body, result, then| {
        forms.push(Form { passes: values(), body, result, then });
        if op.params.len() == 2 {
            forms.push(Form { passes: vec![Pointer, Value], body, result, then });
            forms.push(Form { passes: vec![Value, Pointer], body, result, then });
        }
    };
    match op.result {
        Type::I32 => {
            decide("(if (result i32) {op} (then (i32.const 11)) (else (i32.const 22)))", Type::I32, Then::Choose(11, 22));
            decide("(if (result i32) (i32.eqz {op}) (then (i32.const 11)) (else (i32.const 22)))", Type::I32, Then::Choose(22, 11));
            decide("(select (i64.const 11) (i64.const 22) {op})", Type::I64, Then::Choose(11, 22));
            decide("(i64.extend_i32_u (select (i32.const 11) (i32.const 22) (i32.eqz {op})))", Type::I64, Then::Choose(22, 11));
            let (one, two) = (1.0f64.to_bits(), 2.0f64.to_bits());
            decide("(select (f64.const 1) (f64.const 2) {op})", Type::F64, Then::Choose(one, two));
            decide("(i64.extend_i32_u {op})", Type::I64, Then::Same);
        }
        Type::I64 => {
            decide(
                "(if (result i32) (i64.ne {op} (i64.const 0)) (then (i32.const 11)) (else (i32.const 22)))",
                Type::I32,
                Then::Choose(11, 22),
            );
            decide("(i64.eqz {op})", Type::I32, Then::Choose(0, 1));
            decide("(if (result i32) (i64.lt_s {op} (i64.const 0)) (then (i32.const 1)) (else (i32.const 2)))", Type::I32, Then::Sign);
        }
        Type::F32 => {
            decide("(if (result i32) (f32.lt {op} (f32.const 1)) (then (i32.const 1)) (else (i32.const 2)))", Type::I32, Then::BelowOne)
        }
        _ => decide("(if (result i32) (f64.lt {op} (f64.const 1)) (then (i32.const 1)) (else (i32.const 2)))", Type::I32, Then::BelowOne),
    }
    forms
}

fn expected(op: &Operator, then: Then, r: Bits) -> Bits {
    match then {
        Then::Same => r,
        Then::Choose(yes, no) => {
            if r != 0 {
                yes
            } else {
                no
            }
        }
        Then::Sign => {
            if (r as i64) < 0 {
                1
            } else {
                2
            }
        }
        Then::BelowOne => {
            let below = match op.result {
                Type::F32 => f32::from_bits(r as u32) < 1.0,
                _ => f64::from_bits(r) < 1.0,
            };
            if below { 1 } else { 2 }
        }
    }
}

/// A parameter's type, and how the function reads it.
fn parameter(pass: Pass, ty: Type, n: usize) -> (String, String) {
    match pass {
        Pass::Value => (ty.to_string(), format!("(local.get {n})")),
        Pass::Pointer | Pass::Scratch => ("i32".into(), format!("({ty}.load (local.get {n}))")),
        Pass::Wide => ("i64".into(), format!("(i32.wrap_i64 (local.get {n}))")),
    }
}

/// What the sweep passes for operand `n` of the pair at `$p`.
fn argument(pass: Pass, ty: Type, n: usize) -> String {
    let at = 8 * n;
    match pass {
        Pass::Value => format!("({ty}.load offset={at} (local.get $p))"),
        Pass::Pointer => format!("(i32.add (local.get $p) (i32.const {at}))"),
        Pass::Wide => format!("(i64.load offset={at} (local.get $p))"),
        Pass::Scratch => format!("(i32.const {SCRATCH})"),
    }
}

/// The bits of a value on the stack, as i64.
fn as_i64(ty: Type, value: &str) -> String {
    match ty {
        Type::I32 => format!("(i64.extend_i32_u {value})"),
        Type::F32 => format!("(i64.extend_i32_u (i32.reinterpret_f32 {value}))"),
        Type::F64 => format!("(i64.reinterpret_f64 {value})"),
        _ => value.to_string(),
    }
}

/// A function that puts `value` of pairs `$i` up to `$end` into their places of the output.
fn sweep(out: &mut String, name: &str, extra: &str, before: &str, value: &str) {
    _ = writeln!(
        out,
        "(func (export \"{name}\") (param $i i32) (param $end i32) {extra} (local $p i32)
          (loop $next
            (if (i32.lt_u (local.get $i) (local.get $end))
              (then
                (local.set $p (i32.add (i32.const {PAIRS}) (i32.shl (local.get $i) (i32.const 4))))
                {before}
                (i64.store (i32.add (i32.const {OUT}) (i32.shl (local.get $i) (i32.const 3))) {value})
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br $next)))))"
    );
}

/// Module with `f0` and `sweep0` and so on for the forms.
fn module_of_forms(op: &Operator, forms: &[Form]) -> Vec<u8> {
    let mut text = String::from("(module (memory (export \"memory\") 32)\n");
    for (k, form) in forms.iter().enumerate() {
        let params = form.passes.iter().zip(&op.params).enumerate();
        let (types, operands): (Vec<String>, Vec<String>) = params.map(|(n, (pass, ty))| parameter(*pass, *ty, n)).unzip();
        let applied = format!("({} {})", op.name, operands.join(" "));
        let body = form.body.replace("{op}", &applied);
        let args: Vec<String> = form.passes.iter().zip(&op.params).enumerate().map(|(n, (pass, ty))| argument(*pass, *ty, n)).collect();
        let call = format!("(call $f{k} {})", args.join(" "));
        if form.passes[0] == Pass::Scratch {
            let ty = op.params[0];
            _ = writeln!(text, "(func $f{k} (param {}) ({ty}.store (local.get 0) {body}))", types.join(" "));
            let before = format!("({ty}.store (i32.const {SCRATCH}) ({ty}.load (local.get $p))) {call}");
            sweep(&mut text, &format!("sweep{k}"), "", &before, &as_i64(ty, &format!("({ty}.load (i32.const {SCRATCH}))")));
        } else {
            _ = writeln!(text, "(func $f{k} (param {}) (result {}) {body})", types.join(" "), form.result);
            sweep(&mut text, &format!("sweep{k}"), "", "", &as_i64(form.result, &call));
        }
    }
    text.push(')');
    wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// Where the constant is, and where the other operand comes from.
const CONSTANT_FORMS: [(&str, Pass, bool, bool); 5] = [
    // name, the other operand, is the constant on the right, does the result decide a branch
    ("right", Pass::Value, true, false),
    ("left", Pass::Value, false, false),
    ("right_of_memory", Pass::Pointer, true, false),
    ("right_in_branch", Pass::Value, true, true),
    ("right_of_memory_in_branch", Pass::Pointer, true, true),
];

fn literal(ty: Type, bits: Bits) -> String {
    let float = |negative: bool, fraction: u64, nan: bool, number: String| match nan {
        true => format!("{}nan:{fraction:#x}", if negative { "-" } else { "" }),
        false => number,
    };
    match ty {
        Type::I32 => format!("(i32.const {})", bits as u32 as i32),
        Type::I64 => format!("(i64.const {})", bits as i64),
        Type::F32 => {
            let x = f32::from_bits(bits as u32);
            format!("(f32.const {})", float(bits >> 31 != 0, bits & 0x7f_ffff, x.is_nan(), format!("{x:?}")))
        }
        _ => {
            let x = f64::from_bits(bits);
            format!("(f64.const {})", float(bits >> 63 != 0, bits & 0xf_ffff_ffff_ffff, x.is_nan(), format!("{x:?}")))
        }
    }
}

/// Module in which each constant has a function of its own, called through a table by a sweep per form.
fn module_of_constants(op: &Operator, constants: &[Bits]) -> Vec<u8> {
    let ty = op.params[0];
    let mut text = String::from("(module (memory (export \"memory\") 32)\n");
    for (k, (name, pass, right, branch)) in CONSTANT_FORMS.into_iter().enumerate() {
        let result = if branch { Type::I32 } else { op.result };
        let (param, operand) = parameter(pass, ty, 0);
        _ = writeln!(text, "(type $t{k} (func (param {param}) (result {result})))\n(table $t{k} funcref (elem");
        for c in 0..constants.len() {
            _ = write!(text, " ${name}{c}");
        }
        _ = writeln!(text, "))");
        for (c, bits) in constants.iter().enumerate() {
            let constant = literal(ty, *bits);
            let (a, b) = if right { (&operand, &constant) } else { (&constant, &operand) };
            let applied = format!("({} {a} {b})", op.name);
            let body = match branch {
                true => format!("(if (result i32) {} (then (i32.const 11)) (else (i32.const 22)))", truth(op.result, &applied)),
                false => applied,
            };
            _ = writeln!(text, "(func ${name}{c} (param {param}) (result {result}) {body})");
        }
        let call = format!("(call_indirect $t{k} (type $t{k}) {} (local.get $c))", argument(pass, ty, 0));
        sweep(&mut text, name, "(param $c i32)", "", &as_i64(result, &call));
    }
    text.push(')');
    wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// Is the value nonzero, as an i32?
fn truth(ty: Type, value: &str) -> String {
    match ty {
        Type::I32 => value.to_string(),
        _ => format!("({ty}.ne {value} ({ty}.const 0))"),
    }
}

fn is_nonzero(ty: Type, r: Bits) -> bool {
    match ty {
        Type::F32 => f32::from_bits(r as u32) != 0.0,
        Type::F64 => f64::from_bits(r) != 0.0,
        _ => r != 0,
    }
}

// ---- running

struct Running {
    store: Store<()>,
    memory: Memory,
    what: String,
    nan: Nan,
}

impl Running {
    fn start(engine: &Engine, module: &[u8], what: String, nan: Nan) -> (Running, impl Fn(&mut Running, &str) -> Func + use<>) {
        let module = Module::new(engine, module).unwrap_or_else(|e| panic!("{what}: {e:#}"));
        let mut store = Store::new(engine, ());
        let instance = Linker::new(engine).instantiate(&mut store, &module).unwrap_or_else(|e| panic!("{what}: {e:#}"));
        let Some(Extern::Memory(memory)) = instance.get_export(&mut store, "memory") else { panic!("no memory") };
        let find = move |running: &mut Running, name: &str| match instance.get_export(&mut running.store, name) {
            Some(Extern::Func(f)) => f,
            _ => panic!("no function {name}"),
        };
        (Running { store, memory, what, nan }, find)
    }

    fn write(&mut self, op: &Operator, pairs: &[(Bits, Bits)]) {
        assert!(16 * pairs.len() <= (OUT - PAIRS) as usize && 8 * pairs.len() <= (SCRATCH - OUT) as usize);
        let data = self.memory.data_mut(&mut self.store);
        for (i, (a, b)) in pairs.iter().enumerate() {
            let at = PAIRS as usize + 16 * i;
            let garbage = |ty: Type, bits: Bits| if ty.bytes() == 4 { bits | 0xdead_beef << 32 } else { bits };
            data[at..at + 8].copy_from_slice(&garbage(op.params[0], *a).to_le_bytes());
            data[at + 8..at + 16].copy_from_slice(&garbage(op.params[op.params.len() - 1], *b).to_le_bytes());
        }
    }

    /// Runs a sweep over pairs, of which those that trap are called alone. `fits` is given pair, expected and actual result.
    fn check(
        &mut self,
        op: &Operator,
        f: Func,
        extra: &[Val],
        pairs: &[(Bits, Bits)],
        form: &str,
        wanted: impl Fn(Bits, Bits) -> Result<Bits, Trap>,
        exact: bool,
    ) {
        let (good, bad): (Vec<_>, Vec<_>) = pairs.iter().copied().partition(|(a, b)| wanted(*a, *b).is_ok());
        self.write(op, &good);
        let mut args = vec![Val::I32(0), Val::I32(good.len() as i32)];
        args.extend_from_slice(extra);
        f.call(&mut self.store, &args, &mut []).unwrap_or_else(|e| panic!("{}, {}, {form}: {e:#}", self.what, op.name));
        let data = self.memory.data(&self.store);
        for (i, (a, b)) in good.iter().enumerate() {
            let at = OUT as usize + 8 * i;
            let got = Bits::from_le_bytes(data[at..at + 8].try_into().expect("eight bytes"));
            let want = wanted(*a, *b).expect("no trap");
            let fits = got == want || !exact && self.nan == Nan::Native && is_allowed_nan(op, *a, *b, want, got);
            assert!(fits, "{}, {}, {form}: of {a:#x} and {b:#x} gives {got:#x}, not {want:#x}", self.what, op.name);
        }
        // A trap takes longer than a result: some stand for many.
        let step = bad.len().div_ceil(40).max(1);
        let bad: Vec<_> = bad.into_iter().step_by(step).collect();
        self.write(op, &bad);
        for (i, (a, b)) in bad.iter().enumerate() {
            args[0] = Val::I32(i as i32);
            args[1] = Val::I32(i as i32 + 1);
            let outcome = f.call(&mut self.store, &args, &mut []);
            let trap = outcome.as_ref().err().and_then(|e| e.downcast_ref::<Trap>()).copied();
            let want = wanted(*a, *b).expect_err("a trap");
            assert!(trap == Some(want), "{}, {}, {form}: of {a:#x} and {b:#x} gives {outcome:?}, not {want:?}", self.what, op.name);
        }
    }
}

/// Which bits a computed NaN has, the specification leaves open: canonical with any sign, unless an operand is another NaN.
fn is_allowed_nan(op: &Operator, a: Bits, b: Bits, want: Bits, got: Bits) -> bool {
    let quiet = |ty: Type| if ty == Type::F32 { 1 << 22 } else { 1 << 51 };
    let is_canonical = |ty: Type, bits: Bits| {
        let sign = if ty == Type::F32 { 1 << 31 } else { 1 << 63 };
        value::canonical_nan(ty, bits) == bits & !sign
    };
    let odd = |ty: Type, bits: Bits| value::is_nan(ty, bits) && !is_canonical(ty, bits);
    op.computes_nan
        && value::is_nan(op.result, want)
        && value::is_nan(op.result, got)
        && got & quiet(op.result) != 0
        && (is_canonical(op.result, got) || odd(op.params[0], a) || op.params.len() == 2 && odd(op.params[1], b))
}

fn pairs(op: &Operator) -> Vec<(Bits, Bits)> {
    let first = edges::edges(op.params[0]);
    match op.params.get(1) {
        None => first.into_iter().map(|a| (a, 0)).collect(),
        Some(ty) => {
            let second = edges::edges(*ty);
            first.iter().flat_map(|a| second.iter().map(move |b| (*a, *b))).collect()
        }
    }
}

fn engine(strategy: Strategy) -> Engine {
    Engine::new(Config::new().strategy(strategy)).expect("an engine")
}

/// The result that a strategy promises.
fn result(op: &Operator, nan: Nan, a: Bits, b: Bits) -> Result<Bits, Trap> {
    let r = (op.apply)(a, b)?;
    Ok(if nan == Nan::Canonical && op.computes_nan { value::canonical_nan(op.result, r) } else { r })
}

fn check_forms(chosen: impl Fn(&Operator) -> bool) {
    let strategies = Strategy::all();
    let engines: Vec<(Strategy, Engine)> = strategies.into_iter().map(|s| (s, engine(s))).collect();
    let mut count = 0;
    for op in operators().iter().filter(|op| chosen(op)) {
        count += 1;
        let forms = forms(op);
        let module = module_of_forms(op, &forms);
        let pairs = pairs(op);
        // What NaN is wanted changes no other code.
        for (strategy, engine) in engines.iter().filter(|(s, _)| s.nan == Nan::Native || op.computes_nan) {
            let (mut running, find) = Running::start(engine, &module, strategy.to_string(), strategy.nan);
            for (k, form) in forms.iter().enumerate() {
                let f = find(&mut running, &format!("sweep{k}"));
                let wanted = |a, b| result(op, strategy.nan, a, b).map(|r| expected(op, form.then, r));
                let exact = !matches!(form.then, Then::Same);
                running.check(op, f, &[], &pairs, &format!("form {k}, {}", form.body), wanted, exact);
            }
        }
    }
    assert!(count > 0);
}

/// With the comparisons of i32, which have their type.
#[test]
fn integer_operators_of_two() {
    check_forms(|op| op.params.len() == 2 && op.params[0].is_int() && op.result == op.params[0]);
}

/// The test looks: a result that is wrong for one pair is noticed, and a trap that does not come.
#[test]
fn wrong_definitions_are_noticed() {
    let right = |name: &str| operators().into_iter().find(|op| op.name == name).expect("an operator");
    let broken: [(&str, Apply); 3] = [
        (
            "i32.add",
            Arc::new(|a, b| value::binary(BinOp::Add, Type::I32, a, b).map(|r| if (a, b) == (7, 0xffff_ffff) { r ^ 1 } else { r })),
        ),
        ("i64.div_s", Arc::new(|a, b| if b == 0 { Ok(0) } else { value::binary(BinOp::DivS, Type::I64, a, b) })),
        ("f64.min", Arc::new(|a, b| Ok(if a == 1 << 63 && b == 0 { 0 } else { value::binary(BinOp::FMin, Type::F64, a, b)? }))),
    ];
    for (name, apply) in broken {
        let op = Operator { apply, ..right(name) };
        let forms = forms(&op);
        let module = module_of_forms(&op, &forms);
        let look = std::panic::AssertUnwindSafe(|| {
            let (mut running, find) = Running::start(&engine(Strategy::MAX), &module, "max".into(), Nan::Native);
            let f = find(&mut running, "sweep0");
            running.check(&op, f, &[], &pairs(&op), "form 0", |a, b| result(&op, Nan::Native, a, b), false);
        });
        assert!(std::panic::catch_unwind(look).is_err(), "{name}");
    }
}

#[test]
fn float_operators_of_two() {
    check_forms(|op| op.params.len() == 2 && op.params[0].is_float() && op.result == op.params[0]);
}

#[test]
fn comparisons() {
    check_forms(|op| op.params.len() == 2 && op.result != op.params[0]);
}

#[test]
fn operators_of_one_and_conversions() {
    check_forms(|op| op.params.len() == 1);
}

// ---- constants

/// Strategies that treat constants differently.
fn constant_strategies() -> Vec<Strategy> {
    let keep = |s: &Strategy| {
        s.bounds == Bounds::Guard
            && s.interrupt == Interrupt::Off
            && (s.nan == Nan::Native || *s == Strategy { nan: Nan::Canonical, ..Strategy::MAX })
    };
    let list: Vec<_> = Strategy::all().into_iter().filter(keep).collect();
    assert!(list.len() >= 4);
    list
}

fn check_constants(chosen: impl Fn(&Operator) -> bool) {
    let engines: Vec<(Strategy, Engine)> = constant_strategies().into_iter().map(|s| (s, engine(s))).collect();
    for op in operators().iter().filter(|op| op.params.len() == 2 && chosen(op)) {
        let constants = edges::edges(op.params[0]);
        let pairs: Vec<(Bits, Bits)> = constants.iter().map(|a| (*a, 0)).collect();
        let module = module_of_constants(op, &constants);
        for (strategy, engine) in &engines {
            let (mut running, find) = Running::start(engine, &module, strategy.to_string(), strategy.nan);
            for (name, _, right, branch) in CONSTANT_FORMS {
                let f = find(&mut running, name);
                for (c, constant) in constants.iter().enumerate() {
                    // The pair's second is the constant, for the check of NaNs.
                    let both = |a: Bits| if right { (a, *constant) } else { (*constant, a) };
                    let wanted = |a: Bits, _: Bits| {
                        let (a, b) = both(a);
                        let r = result(op, strategy.nan, a, b)?;
                        Ok(match branch {
                            true => {
                                if is_nonzero(op.result, r) {
                                    11
                                } else {
                                    22
                                }
                            }
                            false => r,
                        })
                    };
                    let with_constant: Vec<_> = pairs.iter().map(|(a, _)| (*a, *constant)).collect();
                    running.check(op, f, &[Val::I32(c as i32)], &with_constant, &format!("{name}, {constant:#x}"), wanted, branch);
                }
            }
        }
    }
}

#[test]
fn integer_constants_of_32_bits() {
    check_constants(|op| op.params[0] == Type::I32);
}
#[test]
fn integer_constants_of_64_bits() {
    check_constants(|op| op.params[0] == Type::I64);
}
#[test]
fn float_constants() {
    check_constants(|op| op.params[0].is_float());
}

// ---- memory

/// Every load of every edge value, at an odd address too; every store of it, whole and wrapped, among bytes that must stay.
#[test]
fn loads_and_stores() {
    let names = |op: MemOp| {
        let ty = op.value_type();
        let width = op.width() * 8;
        if width == ty.bytes() * 8 {
            return (ty, format!("{ty}.load"), Some(format!("{ty}.store")));
        }
        let signed = op.name().ends_with("_s");
        let store = (!signed).then(|| format!("{ty}.store{width}"));
        (ty, format!("{ty}.load{width}_{}", if signed { 's' } else { 'u' }), store)
    };
    let ops: Vec<MemOp> = MemOp::ALL.iter().copied().filter(|op| !matches!(op.value_type(), Type::V128 | Type::V256 | Type::Ref)).collect();
    let mut text = String::from("(module (memory (export \"memory\") 32)\n");
    for (k, op) in ops.iter().enumerate() {
        let (ty, load, store) = names(*op);
        for offset in [0, 3] {
            _ = writeln!(text, "(func $load{k}_{offset} (param i32) (result {ty}) ({load} offset={offset} (local.get 0)))");
            let value = as_i64(ty, &format!("(call $load{k}_{offset} (i32.sub (local.get $p) (i32.const {offset})))"));
            sweep(&mut text, &format!("load{k}_{offset}"), "", "", &value);
        }
        if let Some(store) = store {
            _ = writeln!(text, "(func $store{k} (param i32 {ty}) ({store} offset=2 (local.get 0) (local.get 1)))");
            let around = |value: &str, call: &str| {
                format!(
                    "(i64.store (i32.const {SCRATCH}) (i64.const -1)) (i64.store offset=8 (i32.const {SCRATCH}) (i64.const -1)) (call ${call} (i32.const {SCRATCH}) {value})"
                )
            };
            let read = format!("(i64.load offset=2 (i32.const {SCRATCH}))");
            sweep(&mut text, &format!("store{k}"), "", &around(&format!("({ty}.load (local.get $p))"), &format!("store{k}")), &read);
            if ty == Type::I32 {
                _ = writeln!(text, "(func $wrapped{k} (param i32 i64) ({store} offset=2 (local.get 0) (i32.wrap_i64 (local.get 1))))");
                sweep(&mut text, &format!("wrapped{k}"), "", &around("(i64.load (local.get $p))", &format!("wrapped{k}")), &read);
            }
        }
    }
    // The pairs stand 16 bytes behind the start, so that an address before the first is one.
    text.push(')');
    let text = text.replace(
        &format!("(i32.add (i32.const {PAIRS}) (i32.shl (local.get $i) (i32.const 4)))"),
        "(i32.add (i32.const 16) (i32.shl (local.get $i) (i32.const 4)))",
    );
    let module = wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    for strategy in Strategy::all() {
        let engine = engine(strategy);
        let (mut running, find) = Running::start(&engine, &module, strategy.to_string(), strategy.nan);
        for (k, op) in ops.iter().enumerate() {
            let (ty, load, store) = names(*op);
            let values = edges::edges(ty);
            let garbage = |bits: Bits| if ty.bytes() == 4 { bits | 0xdead_beef << 32 } else { bits };
            let data = running.memory.data_mut(&mut running.store);
            for (i, bits) in values.iter().enumerate() {
                data[16 + 16 * i..][..8].copy_from_slice(&garbage(*bits).to_le_bytes());
            }
            let mask = u64::MAX >> (64 - 8 * op.width());
            let mut run = |name: String, wanted: &dyn Fn(Bits) -> Bits| {
                let f = find(&mut running, &name);
                let args = [Val::I32(0), Val::I32(values.len() as i32)];
                f.call(&mut running.store, &args, &mut []).unwrap_or_else(|e| panic!("{strategy}, {name}: {e:#}"));
                let data = running.memory.data(&running.store);
                for (i, bits) in values.iter().enumerate() {
                    let got = Bits::from_le_bytes(data[OUT as usize + 8 * i..][..8].try_into().expect("eight bytes"));
                    assert_eq!(got, wanted(*bits), "{strategy}, {name} ({load}) of {bits:#x}");
                }
            };
            for offset in [0, 3] {
                run(format!("load{k}_{offset}"), &|bits| value::loaded(*op, bits & mask));
            }
            if store.is_some() {
                run(format!("store{k}"), &|bits| bits & mask | !mask);
                if ty == Type::I32 {
                    run(format!("wrapped{k}"), &|bits| bits & mask | !mask);
                }
            }
        }
    }
}

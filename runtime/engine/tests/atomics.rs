//! Every atomic operator × edge values × edge values through machine code, under every strategy, and through the reference interpreter, against
//! `ir/value`: the old value read, unread, compared and tested, operands from outside and constant, addresses that trap.
//!
//! Functions take and give i64, whose upper half is garbage to an operator of 32 bits. Each acts on a word of 8 bytes, of which what an operator does not touch
//! must stay.
use samite::{Config, Engine, EngineKind, Linker, Module, Store, Strategy, Trap, TypedFunc};
use samite_ir::value::atomic::{cmpxchg, mask, rmw};
use samite_ir::value::{RmwOp, Type, edges};
use std::fmt::Write;

const UNSHARED: &str = "(memory 1 1)";
const SHARED: &str = "(memory 1 1 shared)";
const END: i32 = 1 << 16;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Load,
    Store,
    Rmw(RmwOp),
    CmpXchg,
}

/// An operator at a type and a width in bytes.
#[derive(Clone, Copy)]
struct Operator {
    kind: Kind,
    ty: &'static str,
    width: u32,
}

fn operators() -> Vec<Operator> {
    let kinds = [Kind::Load, Kind::Store, Kind::CmpXchg].into_iter().chain(RmwOp::ALL.iter().map(|op| Kind::Rmw(*op)));
    let widths = [("i32", 4), ("i32", 1), ("i32", 2), ("i64", 8), ("i64", 1), ("i64", 2), ("i64", 4)];
    kinds.flat_map(|kind| widths.map(|(ty, width)| Operator { kind, ty, width })).collect()
}

impl Operator {
    fn name(&self) -> String {
        let Operator { kind, ty, width } = *self;
        let whole = ty == "i32" && width == 4 || width == 8;
        let bits = if whole { String::new() } else { (8 * width).to_string() };
        let u = if whole { "" } else { "_u" };
        match kind {
            Kind::Load => format!("{ty}.atomic.load{bits}{u}"),
            Kind::Store => format!("{ty}.atomic.store{bits}"),
            Kind::Rmw(op) => format!("{ty}.atomic.rmw{bits}.{op}{u}"),
            Kind::CmpXchg => format!("{ty}.atomic.rmw{bits}.cmpxchg{u}"),
        }
    }
    /// The operator applied, as an expression of its type; `a` and `b` are i64.
    fn applied(&self, offset: &str, a: &str, b: &str) -> String {
        let operand = |x: &str| if self.ty == "i32" { format!("(i32.wrap_i64 {x})") } else { x.to_string() };
        let operands = match self.kind {
            Kind::Load => String::new(),
            Kind::Store | Kind::Rmw(_) => operand(a),
            Kind::CmpXchg => format!("{} {}", operand(a), operand(b)),
        };
        format!("({} {offset} (local.get 0) {operands})", self.name())
    }
    /// As i64; a store as 0.
    fn extended(&self, applied: &str) -> String {
        match (self.kind, self.ty) {
            (Kind::Store, _) => format!("{applied} (i64.const 0)"),
            (_, "i32") => format!("(i64.extend_i32_u {applied})"),
            _ => applied.to_string(),
        }
    }
    fn dropped(&self, applied: &str) -> String {
        if self.kind == Kind::Store { applied.to_string() } else { format!("(drop {applied})") }
    }
    /// What a word is then, and what the operator gives, from its place in the word.
    fn meaning(&self, word: u64, at: u32, a: u64, b: u64) -> (u64, u64) {
        let old = word >> (8 * at) & mask(self.width);
        let new = match self.kind {
            Kind::Load => old,
            Kind::Store => a & mask(self.width),
            Kind::Rmw(op) => rmw(op, self.width, old, a),
            Kind::CmpXchg => cmpxchg(self.width, old, a, b),
        };
        let result = if self.kind == Kind::Store { 0 } else { old };
        (word & !(mask(self.width) << (8 * at)) | new << (8 * at), result)
    }
}

type Apply = TypedFunc<(i32, i64, i64), i64>;

struct Running {
    store: Store<()>,
    instance: samite::Instance,
    set: TypedFunc<(i32, i64), ()>,
    get: TypedFunc<i32, i64>,
    what: String,
}

/// A function of the module, by name: address and two operands.
fn function(out: &mut String, name: &str, body: &str) {
    _ = writeln!(out, "(func (export \"{name}\") (param i32 i64 i64) (result i64) {body})");
}

impl Running {
    fn new(engine: &Engine, memory: &str, functions: &str, what: String) -> Running {
        let text = format!(
            "(module {memory}
               (func (export \"set\") (param i32 i64) (i64.store (local.get 0) (local.get 1)))
               (func (export \"get\") (param i32) (result i64) (i64.load (local.get 0)))
               {functions})"
        );
        let binary = wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let module = Module::new(engine, &binary).unwrap_or_else(|e| panic!("{what}: {e:#}"));
        let mut store = Store::new(engine, ());
        let instance = Linker::new(engine).instantiate(&mut store, &module).unwrap_or_else(|e| panic!("{what}: {e:#}"));
        let set = instance.get_typed_func(&mut store, "set").expect("it is there");
        let get = instance.get_typed_func(&mut store, "get").expect("it is there");
        Running { store, instance, set, get, what }
    }
    fn find(&mut self, name: &str) -> Apply {
        self.instance.get_typed_func(&mut self.store, name).unwrap_or_else(|e| panic!("{name}: {e:#}"))
    }
    /// Calls on a word that holds `word`; the operator's place in it and the result that is wanted are given.
    #[expect(clippy::too_many_arguments)]
    fn check(&mut self, name: &str, f: Apply, op: &Operator, at: u32, word: u64, a: u64, b: u64, wanted: impl Fn(u64) -> u64) {
        let (after, result) = op.meaning(word, at, a, b);
        self.set.call(&mut self.store, (64, word as i64)).expect("in bounds");
        let got = f.call(&mut self.store, (64 + at as i32, a as i64, b as i64));
        let got = got.unwrap_or_else(|e| panic!("{}: {name}: {e:#}", self.what)) as u64;
        let is = self.get.call(&mut self.store, 64).expect("in bounds") as u64;
        let want = wanted(result);
        assert!(
            (got, is) == (want, after),
            "{}: {name} of {word:#x} at {at} with {a:#x} and {b:#x}: {got:#x} and {is:#x}, not {want:#x} and {after:#x}",
            self.what
        );
    }
    fn check_trap(&mut self, name: &str, f: Apply, address: i64, trap: Trap) {
        let outcome = f.call(&mut self.store, (address as i32, -1, -1));
        let got = outcome.as_ref().err().and_then(|e| e.downcast_ref::<Trap>()).copied();
        assert_eq!(got, Some(trap), "{}: {name} at {address:#x}: {outcome:?}", self.what);
    }
}

/// Every way to run, by name.
fn ways() -> Vec<(String, Engine)> {
    let engine = |kind: EngineKind, s: Strategy| Engine::new(Config::new().engine(kind).strategy(s)).expect("an engine");
    // The other choices change no code of integers and memory.
    let max = Strategy::MAX;
    let concerns = |s: &Strategy| *s == Strategy { passes: s.passes, regalloc: s.regalloc, bounds: s.bounds, ..max };
    let compiled = Strategy::all().into_iter().filter(concerns);
    let mut all: Vec<_> = compiled.map(|s| (s.to_string(), engine(EngineKind::Compiled, s))).collect();
    all.push(("reference".into(), engine(EngineKind::Reference, max)));
    all
}

// ---- values

fn values(memory: &str) {
    let mut text = String::new();
    for op in operators() {
        let applied = op.applied("", "(local.get 1)", "(local.get 2)");
        function(&mut text, &op.name(), &op.extended(&applied));
        function(&mut text, &format!("{} unread", op.name()), &format!("{} (i64.const 7)", op.dropped(&applied)));
        if op.kind != Kind::Store {
            // Is the old value the operand, as an operator of the width sees it?
            let operand = if op.ty == "i32" { "(i32.wrap_i64 (local.get 1))" } else { "(local.get 1)" };
            let narrow = format!("({}.and {operand} ({}.const {}))", op.ty, op.ty, mask(op.width) as i64);
            let operand = if op.width == 8 || op.ty == "i32" && op.width == 4 { operand } else { &narrow };
            let equal = format!("({}.eq {applied} {operand})", op.ty);
            let chosen = format!("(if (result i64) {equal} (then (i64.const 11)) (else (i64.const 22)))");
            function(&mut text, &format!("{} equal", op.name()), &chosen);
            let bits = format!("({}.eqz ({}.and {operand} {applied}))", op.ty, op.ty);
            function(&mut text, &format!("{} bits", op.name()), &format!("(i64.extend_i32_u {bits})"));
        }
    }
    let edges = edges::edges(Type::I64);
    for (way, engine) in ways() {
        let mut running = Running::new(&engine, memory, &text, way);
        for op in operators() {
            let name = op.name();
            let (read, unread) = (running.find(&name), running.find(&format!("{name} unread")));
            let asking = (op.kind != Kind::Store).then(|| ["equal", "bits"].map(|form| running.find(&format!("{name} {form}"))));
            // The interpreter does one thing for all of them, slowly.
            let step = if running.what == "reference" { 5 } else { 1 };
            for (k, &word) in edges.iter().enumerate() {
                let at = k as u32 % (8 / op.width) * op.width;
                let word = word.rotate_left(8 * at) ^ if at == 0 { 0 } else { 0x5a };
                let old = word >> (8 * at) & mask(op.width);
                let exact = [old, old | !mask(op.width), old ^ 1, old ^ 1 << (8 * op.width - 1), old.wrapping_neg()];
                for &a in edges.iter().step_by(step).chain(&exact) {
                    let b = a.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17);
                    running.check(&name, read, &op, at, word, a, b, |r| r);
                    running.check(&name, unread, &op, at, word, a, b, |_| 7);
                    let Some([equal, bits]) = asking else { continue };
                    running.check(&name, equal, &op, at, word, a, b, |r| if r == a & mask(op.width) { 11 } else { 22 });
                    running.check(&name, bits, &op, at, word, a, b, |r| u64::from(r & a & mask(op.width) == 0));
                }
            }
        }
    }
}

#[test]
fn values_on_unshared_memory() {
    values(UNSHARED);
}

#[test]
fn values_on_shared_memory() {
    values(SHARED);
}

// ---- constant operands

const CONSTANTS: [i64; 14] = [0, 1, -1, 2, 0x20, 0x7f, 0x80, 0xff, -0x81, 0x8000, !0x4000, 0x7fff_ffff, i32::MIN as i64, 1 << 40 | 1];

/// What may become of an old value: the form's name, its body, and its result. `{op}` is the operator applied, `{ty}` its type, `{k}` the constant.
type Form = (&'static str, &'static str, fn(&Operator, u64, u64) -> u64);

const FORMS: [Form; 7] = [
    ("read", "{extended}", |_, old, _| old),
    ("unread", "(drop {op}) (i64.const 7)", |_, _, _| 7),
    ("equal", "(if (result i64) ({ty}.eq {op} ({ty}.const {masked})) (then (i64.const 11)) (else (i64.const 22)))", |op, old, k| {
        if old == k & mask(op.width) { 11 } else { 22 }
    }),
    ("not the opposite", "(i64.extend_i32_u ({ty}.ne ({ty}.const {opposite}) {op}))", |op, old, k| {
        u64::from(old != k.wrapping_neg() & mask(op.width))
    }),
    ("zero", "(select (i64.const 3) (i64.const 4) ({ty}.eqz {op}))", |_, old, _| if old == 0 { 3 } else { 4 }),
    (
        "bits",
        "(if (result i64) ({ty}.eqz ({ty}.and {op} ({ty}.const {masked}))) (then (i64.const 11)) (else (i64.const 22)))",
        |op, old, k| {
            if old & k & mask(op.width) == 0 { 11 } else { 22 }
        },
    ),
    ("other bits", "(select (i64.const 5) (i64.const 6) (i32.wrap_i64 (i64.and {extended} (i64.const {inverse}))))", |op, old, k| {
        if (old & !k & mask(op.width)) as u32 != 0 { 5 } else { 6 }
    }),
];

fn constants(memory: &str) {
    let mut text = String::new();
    let some: Vec<Operator> = operators().into_iter().filter(|op| !matches!(op.kind, Kind::Load | Kind::Store)).collect();
    for op in &some {
        for k in CONSTANTS {
            let masked = k as u64 & mask(op.width);
            let opposite = (k as u64).wrapping_neg() & mask(op.width);
            let inverse = !k as u64 & mask(op.width);
            let constant = format!("(i64.const {k})");
            let applied = op.applied("", &constant, "(local.get 2)");
            for (form, body, _) in FORMS {
                let body = body.replace("{extended}", &op.extended(&applied)).replace("{op}", &applied).replace("{ty}", op.ty);
                let body = body.replace("{masked}", &masked.to_string()).replace("{opposite}", &opposite.to_string());
                function(&mut text, &format!("{} {k} {form}", op.name()), &body.replace("{inverse}", &inverse.to_string()));
            }
        }
    }
    let edges = edges::edges(Type::I64);
    for (way, engine) in ways() {
        let mut running = Running::new(&engine, memory, &text, way);
        for op in &some {
            for k in CONSTANTS {
                let exact = [k as u64, (k as u64).wrapping_neg(), !k as u64];
                for (form, _, result) in FORMS {
                    let name = format!("{} {k} {form}", op.name());
                    let f = running.find(&name);
                    for (n, &word) in edges.iter().step_by(3).chain(&exact).enumerate() {
                        let at = n as u32 % (8 / op.width) * op.width;
                        let word = word.rotate_left(8 * at);
                        running.check(&name, f, op, at, word, k as u64, !word, |old| result(op, old, k as u64));
                    }
                }
            }
        }
    }
}

#[test]
fn constants_on_unshared_memory() {
    constants(UNSHARED);
}

#[test]
fn constants_on_shared_memory() {
    constants(SHARED);
}

// ---- traps

/// Alignment is asked for before bounds, of the sum of index and offset; nothing is written, whether the old value is read or not.
fn traps(memory: &str) {
    let mut text = String::new();
    let offsets = [0u32, 1, 7, 0x8000_0000, u32::MAX];
    for op in operators() {
        for offset in offsets {
            let applied = op.applied(&format!("offset={offset}"), "(local.get 1)", "(local.get 2)");
            function(&mut text, &format!("{} {offset}", op.name()), &op.extended(&applied));
            function(&mut text, &format!("{} {offset} unread", op.name()), &format!("{} (i64.const 0)", op.dropped(&applied)));
        }
    }
    for (way, engine) in ways() {
        let mut running = Running::new(&engine, memory, &text, way);
        for op in operators() {
            for offset in offsets {
                for suffix in ["", " unread"] {
                    let name = format!("{} {offset}{suffix}", op.name());
                    let f = running.find(&name);
                    for sum in [0i64, 1, 2, 3, 4, 5, 6, 7, 8, 12, 63, 64, 65].into_iter().chain((-9..12).map(|d| i64::from(END) + d)) {
                        let (index, end) = (sum - i64::from(offset), sum + i64::from(op.width));
                        let index = if index < 0 { continue } else { index };
                        match sum % i64::from(op.width) {
                            0 if end <= END.into() => {
                                running.set.call(&mut running.store, (sum as i32 & !7, 0)).expect("in bounds");
                                f.call(&mut running.store, (index as i32, 0, 0)).unwrap_or_else(|e| panic!("{name} at {index}: {e:#}"));
                            }
                            0 => running.check_trap(&name, f, index, Trap::MemoryOutOfBounds),
                            _ => running.check_trap(&name, f, index, Trap::UnalignedAtomic),
                        }
                    }
                    // Sums beyond 32 bits.
                    for index in [i64::from(u32::MAX), i64::from(u32::MAX) - 6, 1 << 31] {
                        let aligned = (index + i64::from(offset)) % i64::from(op.width) == 0;
                        running.check_trap(&name, f, index, if aligned { Trap::MemoryOutOfBounds } else { Trap::UnalignedAtomic });
                    }
                }
            }
        }
        for at in (0..END).step_by(8) {
            assert_eq!(running.get.call(&mut running.store, at).expect("in bounds"), 0, "{}: at {at}", running.what);
        }
    }
}

#[test]
fn traps_on_unshared_memory() {
    traps(UNSHARED);
}

#[test]
fn traps_on_shared_memory() {
    traps(SHARED);
}

/// Nobody waits in unshared memory: waiting traps there, notifying wakes nobody.
#[test]
fn waiting_on_unshared_memory() {
    let mut text = String::new();
    function(&mut text, "wait32", "(i64.extend_i32_u (memory.atomic.wait32 offset=4 (local.get 0) (i32.const 0) (i64.const 0)))");
    function(&mut text, "wait64", "(i64.extend_i32_u (memory.atomic.wait64 (local.get 0) (i64.const 0) (i64.const -1)))");
    function(&mut text, "notify", "(i64.extend_i32_u (memory.atomic.notify offset=4 (local.get 0) (i32.const -1)))");
    for (way, engine) in ways() {
        let mut running = Running::new(&engine, UNSHARED, &text, way);
        let [wait32, wait64, notify] = ["wait32", "wait64", "notify"].map(|name| running.find(name));
        running.check_trap("wait32", wait32, 2, Trap::UnalignedAtomic);
        running.check_trap("wait64", wait64, 4, Trap::UnalignedAtomic);
        for address in [0, 8, i64::from(END), 0xffff_fff8] {
            running.check_trap("wait32", wait32, address, Trap::ExpectedSharedMemory);
            running.check_trap("wait64", wait64, address, Trap::ExpectedSharedMemory);
        }
        running.check_trap("notify", notify, 1, Trap::UnalignedAtomic);
        running.check_trap("notify", notify, i64::from(END) - 4, Trap::MemoryOutOfBounds);
        running.check_trap("notify", notify, 0xffff_fffc, Trap::MemoryOutOfBounds);
        assert_eq!(notify.call(&mut running.store, (END - 8, 0, 0)).expect("in bounds"), 0, "{}", running.what);
    }
}

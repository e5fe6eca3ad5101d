//! Functions of one shape and any size: what compile time must not blow up on. Each is valid and ends when run.
//!
//! `cargo run --release -p samite-fuzz --example monsters` shows how the time of a compile grows with them.
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, Instruction as I, MemArg, MemArgTarget, MemorySection,
    MemoryType, Module, TypeSection, ValType,
};

/// A shape: its name, the largest size its measure goes to, and how its function is written for a size.
pub struct Monster {
    pub name: &'static str,
    /// Size at which the format or the specification's limits end the growth, if they do.
    pub limit: u32,
    write: fn(&mut Code, u32),
    /// Locals of the function, the parameter not among them, for a size.
    locals: fn(u32) -> u32,
    /// Functions in the module.
    functions: fn(u32) -> u32,
}

type Code = Function;

const EMPTY: BlockType = BlockType::Empty;

fn few(_: u32) -> u32 {
    4
}
fn one(_: u32) -> u32 {
    1
}

/// All shapes.
#[rustfmt::skip]
pub const MONSTERS: &[Monster] = &[
    Monster { name: "if-diamonds", limit: 400_000, write: diamonds, locals: few, functions: one },
    Monster { name: "nested blocks", limit: 400_000, write: |f, n| nested_blocks(f, n, 8), locals: few, functions: one },
    Monster { name: "nested blocks left far", limit: 400_000, write: |f, n| nested_blocks(f, n, n), locals: few, functions: one },
    Monster { name: "nested loops", limit: 200_000, write: nested_loops, locals: few, functions: one },
    Monster { name: "locals live in a loop", limit: 49_000, write: live_in_loop, locals: |n| n, functions: one },
    Monster { name: "br_table", limit: 400_000, write: br_table, locals: few, functions: one },
    Monster { name: "loads and stores", limit: 400_000, write: loads_and_stores, locals: few, functions: one },
    Monster { name: "calls with many live values", limit: 100_000, write: calls, locals: |_| 40, functions: one },
    Monster { name: "interpreter loop", limit: 100_000, write: interpreter, locals: few, functions: one },
    Monster { name: "straight line of long-lived values", limit: 100_000, write: pressure, locals: few, functions: one },
    Monster { name: "br_table entries of many arguments", limit: 100_000, write: entries_of_many_arguments, locals: |n| n / 4, functions: one },
    Monster { name: "constants with equal lower bits", limit: 400_000, write: alike_constants, locals: few, functions: one },
    Monster { name: "tiny functions", limit: 400_000, write: tiny, locals: few, functions: |n| n },
];

impl Monster {
    /// The module: exports `run: (i32) -> i32`, the last function; has a memory of one page.
    pub fn module(&self, size: u32) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], [ValType::I32]);
        let count = (self.functions)(size);
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for _ in 0..count {
            functions.function(0);
            let mut f = Function::new([((self.locals)(size), ValType::I32)]);
            (self.write)(&mut f, size);
            f.instruction(&I::End);
            code.function(&f);
        }
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut exports = ExportSection::new();
        exports.export("run", ExportKind::Func, count - 1);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
        module.finish()
    }
}

fn all(f: &mut Code, list: &[I]) {
    for i in list {
        f.instruction(i);
    }
}

/// local[to] = local[a] * 3 + local[b]
fn mix(f: &mut Code, to: u32, a: u32, b: u32) {
    all(f, &[I::LocalGet(a), I::I32Const(3), I::I32Mul, I::LocalGet(b), I::I32Add, I::LocalSet(to)]);
}

fn diamonds(f: &mut Code, n: u32) {
    for i in 0..n {
        all(f, &[I::LocalGet(0), I::I32Const(1 << (i % 31)), I::I32And, I::If(EMPTY)]);
        mix(f, 1 + i % 4, 1 + (i + 1) % 4, 0);
        f.instruction(&I::Else);
        mix(f, 1 + (i + 1) % 4, 1 + i % 4, 0);
        f.instruction(&I::End);
    }
    all(f, &[I::LocalGet(1), I::LocalGet(2), I::I32Xor, I::LocalGet(3), I::I32Xor, I::LocalGet(4), I::I32Xor]);
}

/// Each is left in the middle, and with it up to `far` others.
fn nested_blocks(f: &mut Code, n: u32, far: u32) {
    for _ in 0..n {
        f.instruction(&I::Block(EMPTY));
    }
    for i in 0..n {
        mix(f, 1 + i % 4, 1 + (i + 1) % 4, 0);
        all(f, &[I::LocalGet(0), I::I32Const(i as i32), I::I32Eq, I::BrIf((i * 7) % (n - i) % far), I::End]);
    }
    all(f, &[I::LocalGet(1), I::LocalGet(2), I::I32Xor]);
}

fn nested_loops(f: &mut Code, n: u32) {
    for i in 0..n {
        f.instruction(&I::Loop(EMPTY));
        mix(f, 1 + i % 2, 0, 1);
    }
    for i in 0..n {
        // The third local counts down, so that only few loops repeat.
        all(f, &[I::LocalGet(3), I::I32Const(1), I::I32Sub, I::LocalTee(3), I::I32Const(0), I::I32GtS, I::BrIf(0), I::End]);
        mix(f, 2, 1, i % 2);
    }
    all(f, &[I::LocalGet(1), I::LocalGet(2), I::I32Xor]);
}

fn live_in_loop(f: &mut Code, n: u32) {
    all(f, &[I::I32Const(3), I::LocalSet(0), I::Loop(EMPTY)]);
    for i in 1..=n {
        all(f, &[I::LocalGet(i), I::LocalGet(1 + i % n), I::I32Add, I::I32Const(i as i32), I::I32Xor, I::LocalSet(i)]);
    }
    all(f, &[I::LocalGet(0), I::I32Const(1), I::I32Sub, I::LocalTee(0), I::BrIf(0), I::End, I::I32Const(0)]);
    for i in 1..=n {
        all(f, &[I::LocalGet(i), I::I32Add]);
    }
}

fn br_table(f: &mut Code, n: u32) {
    const CASES: u32 = 50;
    for _ in 0..=CASES {
        f.instruction(&I::Block(EMPTY));
    }
    let targets: Vec<u32> = (0..n).map(|i| i.wrapping_mul(0x9e37_79b9) % CASES).collect();
    all(f, &[I::LocalGet(0), I::BrTable(targets.into(), CASES), I::End]);
    for i in 0..CASES {
        mix(f, 1 + i % 4, 1 + (i + 1) % 4, 0);
        f.instruction(&I::End);
    }
    f.instruction(&I::LocalGet(1));
}

fn at(offset: u32) -> MemArg {
    MemArg { offset: u64::from(offset), align: 2, target: MemArgTarget::Memory(0), ordering: None }
}

fn loads_and_stores(f: &mut Code, n: u32) {
    for i in 0..n {
        let (from, to) = (at(i * 4 % 60_000), at(i * 12 % 60_000));
        all(f, &[I::LocalGet(1), I::LocalGet(1), I::I32Load(from), I::LocalGet(0), I::I32Add, I::I32Store(to)]);
    }
    all(f, &[I::LocalGet(1), I::I32Load(at(0))]);
}

fn calls(f: &mut Code, n: u32) {
    // Returns at once when called by itself.
    all(f, &[I::LocalGet(0), I::I32Const(0), I::I32LtS, I::If(EMPTY), I::I32Const(1), I::Return, I::End]);
    for i in 0..n {
        all(f, &[I::LocalGet(1 + i % 40), I::I32Const(-1), I::Call(0), I::I32Add, I::LocalSet(1 + i % 40)]);
    }
    f.instruction(&I::I32Const(0));
    for i in 1..=40 {
        all(f, &[I::LocalGet(i), I::I32Add]);
    }
}

/// A loop around a `br_table` with a case for each of `n` operations, all of which go back to the loop.
fn interpreter(f: &mut Code, n: u32) {
    all(f, &[I::I32Const(50), I::LocalSet(4), I::Loop(EMPTY), I::Block(EMPTY)]);
    for _ in 0..n {
        f.instruction(&I::Block(EMPTY));
    }
    all(f, &[I::LocalGet(4), I::I32Const(1), I::I32Sub, I::LocalTee(4), I::I32Eqz, I::BrIf(n)]);
    let targets: Vec<u32> = (0..n).collect();
    all(f, &[I::LocalGet(0), I::I32Const(n as i32), I::I32RemU, I::BrTable(targets.into(), n)]);
    for i in 0..n {
        f.instruction(&I::End);
        mix(f, 1 + i % 3, 1 + (i + 1) % 3, 0);
        all(f, &[I::LocalGet(0), I::I32Const(7), I::I32Add, I::LocalSet(0), I::Br(n - i)]);
    }
    all(f, &[I::End, I::End, I::LocalGet(1)]);
}

/// `n` products, all made before any is used.
fn pressure(f: &mut Code, n: u32) {
    for i in 0..n {
        all(f, &[I::LocalGet(0), I::I32Const(i as i32 | 1), I::I32Mul]);
    }
    for _ in 1..n {
        f.instruction(&I::I32Sub);
    }
}

/// Assigns the locals from 1 to `n / 4`, all differently.
fn assign(f: &mut Code, n: u32) {
    for i in 1..=n / 4 {
        all(f, &[I::LocalGet(0), I::I32Const(i as i32), I::I32Xor, I::LocalSet(i)]);
    }
}
fn sum(f: &mut Code, n: u32) {
    f.instruction(&I::I32Const(0));
    for i in 1..=n / 4 {
        all(f, &[I::LocalGet(i), I::I32Add]);
    }
}

/// A table whose `n` entries lead to two places, at one of which a quarter as many locals differ.
fn entries_of_many_arguments(f: &mut Code, n: u32) {
    all(f, &[I::Block(EMPTY), I::Block(EMPTY)]);
    let targets: Vec<u32> = (0..n).map(|i| i % 2).collect();
    all(f, &[I::LocalGet(0), I::BrTable(targets.into(), 0), I::End]);
    assign(f, n);
    f.instruction(&I::End);
    sum(f, n);
}

/// Numbers that differ in their upper bits, as those of doubles do.
fn alike_constants(f: &mut Code, n: u32) {
    all(f, &[I::LocalGet(0), I::I64ExtendI32U]);
    for i in 0..n {
        all(f, &[I::I64Const(i64::from(i) << 45), I::I64Add, I::I64Const(7), I::I64Rotl]);
    }
    f.instruction(&I::I32WrapI64);
}

fn tiny(f: &mut Code, _: u32) {
    all(f, &[I::LocalGet(0), I::I32Const(5), I::I32Add]);
}

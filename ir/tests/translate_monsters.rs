//! Functions that nobody writes but generators and attackers do: translated, valid, and no more of them than grows with their size.
//! And modules that lie about their sizes: an error with an offset, at once.
use samite_ir::ssa::{Func, Op, verify};
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Error, ErrorKind, Options, Translator, decode};
use wasm_encoder::{BlockType, CodeSection, Function, FunctionSection, Instruction as I, MemArg, MemArgTarget};
use wasm_encoder::{MemorySection, MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType};

/// Number of locals in every monster, all i32; the first is the parameter.
const LOCALS: u32 = 50_000;
const EMPTY: BlockType = BlockType::Empty;

type Monster = fn(&mut Function, u32);

/// Name, smallest size that takes long enough to measure, generator.
const MONSTERS: &[(&str, u32, Monster)] = &[
    ("diamonds, read behind each", 10_000, diamonds_read),
    ("diamonds, read at the end", 10_000, diamonds_unread),
    ("nested blocks with branches out", 20_000, nested_blocks),
    ("nested blocks, all left at once", 20_000, nested_switch),
    ("nested loops", 5_000, nested_loops),
    ("loops in a row", 10_000, loops_in_a_row),
    ("locals live in a loop", 12_000, live_in_loop),
    ("br_table, one target", 100_000, table_of_one),
    ("br_table, many targets", 10_000, table_of_many),
    ("switch whose cases assign locals of their own", 10_000, cases_with_locals),
    ("else-if chain, read by each condition", 10_000, else_if_read),
    ("else-if chain, read at the end", 10_000, else_if_unread),
    ("loads and stores", 50_000, loads_and_stores),
    ("assignments", 100_000, assignments),
    ("dead code", 100_000, dead_code),
    ("operands", 100_000, operands),
];

#[test]
fn monsters_are_valid() {
    let mut translator = Translator::default();
    for (name, size, monster) in MONSTERS {
        let func = translate(&mut translator, &module(*monster, size / 5)).unwrap_or_else(|e| panic!("{name}: {e}"));
        verify::assert_valid(&func, name);
    }
}

/// Four times the size gives no more than five times the ops and parameters: what is made grows with what is read. (How the time grows:
/// `cargo run --release -p samite-fuzz --example monsters`.)
#[test]
fn monsters_make_linearly_much() {
    let mut translator = Translator::default();
    for (name, size, monster) in MONSTERS {
        let mut made = |size| translate(&mut translator, &module(*monster, size)).unwrap_or_else(|e| panic!("{name}: {e}")).ops.len();
        let (small, large) = (made(*size / 4), made(*size));
        assert!(large < 5 * small + 1000, "{name}: {small} ops, and {large} for four times the size");
    }
}

/// Jumps × locals would be 5 * 10^9 look-ups; nested loops × locals as many parameters; a call through a table is 17 ops.
#[test]
fn what_would_take_too_much_ends_in_an_error() {
    for (monster, size) in [(ways_and_locals as Monster, 100_000), (loops_and_locals, 100_000), (indirect_calls, 800_000)] {
        let error = translate(&mut Translator::default(), &module(monster, size)).expect_err("too much");
        assert_eq!(error.kind, ErrorKind::Limit, "{error}");
    }
}

#[test]
fn many_tiny_functions_with_many_locals() {
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    for _ in 0..20_000 {
        functions.function(0);
        code.function(Function::new([(LOCALS - 1, ValType::I32)]).instruction(&I::LocalGet(40_000)).instruction(&I::End));
    }
    let bytes = assemble(functions, code);
    let module = decode(&bytes).expect("valid");
    let layout = Layout::new(&module.info).expect("small");
    let mut translator = Translator::default();
    for (index, body) in (0..).zip(&module.info.bodies) {
        translator.translate(&module, &layout, index, &bytes[body.clone()], &Options::default()).expect("valid");
    }
}

/// An unbranched block is no block, a branch to one place is no switch, equal values need no parameter.
#[test]
fn blocks_are_only_where_branches_lead() {
    let blocks = |monster: Monster, size| {
        let func = translate(&mut Translator::default(), &module(monster, size)).expect("valid");
        let switches = func.ops.values().filter(|op| matches!(op, Op::Switch(..))).count();
        let params = func.blocks.values().map(|b| b.params.len(&func.pool)).sum::<usize>();
        (func.layout.len(), switches, params - 2)
    };
    assert_eq!(blocks(plain_nesting, 1000), (1, 0, 0));
    assert_eq!(blocks(table_of_one, 1000), (2, 0, 0));
    assert_eq!(blocks(diamonds_unread, 10), (1 + 3 * 10, 0, 1));
}

#[test]
fn lies_about_sizes() {
    const HEAD: &[u8] = b"\0asm\x01\0\0\0";
    const HUGE: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0x0f];
    let with = |parts: &[&[u8]]| [HEAD, &parts.concat()].concat();
    let mut lies: Vec<Vec<u8>> = (0..=13).map(|section| with(&[&[section], HUGE])).collect();
    // A section of six bytes that claims 2^32 - 1 items, in each kind of section.
    lies.extend((1..=11).map(|section| with(&[&[section, 6], HUGE, &[0]])));
    // A type with 2^32 - 1 parameters, an import with such a name.
    lies.push(with(&[&[1, 8, 1, 0x60], HUGE, &[0x7f]]));
    lies.push(with(&[&[2, 7, 1], HUGE, b"a"]));
    // A function with 2^32 - 1 locals, one with more than 50,000, one of 2^32 - 1 bytes, a br_table of 2^32 - 1 entries.
    let in_function = |body: &[u8]| {
        let size = body.len() as u8;
        with(&[&[1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, size + 2, 1, size], body])
    };
    lies.push(in_function(&[&[1], HUGE, &[0x7f, 0x0b]].concat()));
    lies.push(in_function(&[1, 0xd1, 0x86, 0x03, 0x7f, 0x0b]));
    lies.push(in_function(&[&[0x41, 0, 0x0e], HUGE, &[0, 0x0b]].concat()));
    lies.push(with(&[&[1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 8, 1], HUGE, &[0, 0x0b]]));
    for bytes in &lies {
        let error = translate(&mut Translator::default(), bytes).expect_err("it lies");
        assert!(error.offset <= bytes.len(), "{error}: {bytes:?}");
        assert!(!matches!(error.kind, ErrorKind::NotWasm | ErrorKind::Unsupported), "{error}: {bytes:?}");
    }
}

#[test]
fn cut_and_damaged_modules() {
    let whole = module(table_of_many, 20);
    for end in 0..whole.len() {
        match translate(&mut Translator::default(), &whole[..end]) {
            // Between sections, before any function.
            Ok(func) => assert!(func.layout.is_empty()),
            Err(error) => assert!(error.offset <= end, "{error}"),
        }
    }
    let mut translator = Translator::default();
    for at in 8..whole.len() {
        for flip in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << flip;
            match translate(&mut translator, &bytes) {
                Ok(func) => verify::assert_valid(&func, "translate"),
                Err(error) => assert!(error.offset <= bytes.len(), "{error}"),
            }
        }
    }
}

#[test]
fn a_million_types() {
    let mut types = TypeSection::new();
    for _ in 0..1_000_000 {
        types.ty().function([], []);
    }
    let bytes = Module::new().section(&types).clone().finish();
    assert_eq!(decode(&bytes).expect("that is allowed").info.types.len(), 1_000_000);
    let mut types = TypeSection::new();
    for _ in 0..1_000_001 {
        types.ty().function([], []);
    }
    let bytes = Module::new().section(&types).clone().finish();
    assert!(decode(&bytes).is_err());
}

// ---- monsters

fn diamonds_read(f: &mut Function, n: u32) {
    for _ in 0..n {
        f.instructions().local_get(0).if_(EMPTY).i32_const(1).local_set(1).else_().i32_const(2).local_set(1).end();
        f.instructions().local_get(1).local_set(0);
    }
}
fn diamonds_unread(f: &mut Function, n: u32) {
    for _ in 0..n {
        f.instructions().local_get(0).if_(EMPTY).i32_const(1).local_set(1).else_().i32_const(2).local_set(1).end();
    }
    f.instructions().local_get(1).local_set(0);
}
fn nested_blocks(f: &mut Function, n: u32) {
    for _ in 0..n {
        f.instructions().block(EMPTY);
    }
    f.instructions().i32_const(1).local_set(1);
    for _ in 0..n {
        f.instructions().local_get(0).br_if(0).i32_const(3).local_set(2).end();
    }
    f.instructions().local_get(1).local_get(2).i32_add().local_set(0);
}
fn nested_switch(f: &mut Function, n: u32) {
    for _ in 0..n {
        f.instructions().block(EMPTY);
    }
    f.instructions().i32_const(1).local_set(1);
    for k in 0..n {
        f.instructions().local_get(0).br_if(n - 1 - k).end();
    }
    f.instructions().local_get(1).local_set(0);
}
fn nested_loops(f: &mut Function, n: u32) {
    for _ in 0..n {
        f.instructions().loop_(EMPTY);
    }
    f.instructions().local_get(1).i32_const(1).i32_add().local_set(1);
    for _ in 0..n {
        f.instructions().local_get(1).br_if(0).end();
    }
}
fn loops_in_a_row(f: &mut Function, n: u32) {
    for k in 0..n {
        let (a, b) = (1 + k % 7, 1 + k % 5);
        f.instructions().loop_(EMPTY).local_get(a).local_get(b).i32_add().local_set(a).local_get(0).br_if(0).end();
    }
}
fn live_in_loop(f: &mut Function, n: u32) {
    f.instructions().loop_(EMPTY);
    for l in 1..n.min(LOCALS) {
        f.instructions().local_get(l).i32_const(1).i32_add().local_set(l);
    }
    f.instructions().local_get(1).br_if(0).end();
}
fn table_of_one(f: &mut Function, n: u32) {
    f.instructions().block(EMPTY).local_get(0).br_table(vec![0; n as usize], 0).end();
}
fn table_of_many(f: &mut Function, n: u32) {
    for _ in 0..n {
        f.instructions().block(EMPTY);
    }
    f.instructions().local_get(0).br_table((0..10 * n).map(|k| k % n).collect::<Vec<_>>(), 0);
    for _ in 0..n {
        f.instructions().end().local_get(1).i32_const(1).i32_add().local_set(1);
    }
}
fn cases_with_locals(f: &mut Function, n: u32) {
    f.instructions().loop_(EMPTY);
    for _ in 0..n {
        f.instructions().block(EMPTY);
    }
    f.instructions().local_get(0).br_table((0..n).collect::<Vec<_>>(), 0);
    for k in 0..n {
        let local = 1 + k % (LOCALS - 1);
        f.instructions().end().i32_const(1).local_tee(local).local_get(local).i32_add().local_set(0).br(n - 1 - k);
    }
    f.instructions().end();
}
fn else_if_read(f: &mut Function, n: u32) {
    for k in 0..n {
        f.instructions().local_get(1).i32_const(k as i32).i32_eq().if_(EMPTY).i32_const(1).local_set(1).else_();
    }
    for _ in 0..n {
        f.instructions().end();
    }
    f.instructions().local_get(1).local_set(0);
}
fn else_if_unread(f: &mut Function, n: u32) {
    for k in 0..n {
        f.instructions().local_get(0).i32_const(k as i32).i32_eq().if_(EMPTY).i32_const(1).local_set(1).else_();
    }
    f.instructions().local_get(1).local_set(2);
    for _ in 0..n {
        f.instructions().end();
    }
    f.instructions().local_get(1).local_set(0);
}
fn loads_and_stores(f: &mut Function, n: u32) {
    for k in 0..n {
        let at = MemArg { offset: u64::from(4 * k), align: 2, target: MemArgTarget::Memory(0), ordering: None };
        f.instructions().local_get(0).local_get(0).i32_load(at).i32_store(at);
    }
}
fn assignments(f: &mut Function, n: u32) {
    for k in 0..n {
        f.instructions().i32_const(0).local_set(k % LOCALS);
    }
}
fn dead_code(f: &mut Function, n: u32) {
    f.instructions().block(EMPTY).br(0);
    for _ in 0..n {
        f.instructions().block(EMPTY).local_get(1).local_set(2).br(0).end();
    }
    f.instructions().end();
}
fn operands(f: &mut Function, n: u32) {
    for _ in 0..n {
        f.instructions().local_get(0);
    }
    for _ in 0..n {
        f.instructions().local_set(1);
    }
}
fn plain_nesting(f: &mut Function, n: u32) {
    for _ in 0..n {
        f.instructions().block(EMPTY).loop_(EMPTY);
    }
    for _ in 0..2 * n {
        f.instructions().end();
    }
}
fn ways_and_locals(f: &mut Function, n: u32) {
    f.instructions().block(EMPTY);
    for l in 1..LOCALS {
        f.instructions().i32_const(1).local_set(l);
    }
    for _ in 0..n {
        f.instructions().local_get(0).br_if(0);
    }
    f.instructions().end();
    for l in 1..LOCALS {
        f.instructions().local_get(l).local_set(0);
    }
}
fn loops_and_locals(f: &mut Function, n: u32) {
    for _ in 0..n {
        f.instructions().loop_(EMPTY);
    }
    for l in 1..LOCALS {
        f.instructions().local_get(l).i32_const(1).i32_add().local_set(l);
    }
    for _ in 0..n {
        f.instructions().local_get(1).br_if(0).end();
    }
}
fn indirect_calls(f: &mut Function, n: u32) {
    for _ in 0..n {
        f.instructions().local_get(0).local_get(0).call_indirect(0, 0).drop();
    }
}

// ---- modules

fn module(monster: Monster, size: u32) -> Vec<u8> {
    let mut function = Function::new([(LOCALS - 1, ValType::I32)]);
    monster(&mut function, size);
    function.instruction(&I::LocalGet(0)).instruction(&I::End);
    assemble(FunctionSection::new().function(0).clone(), CodeSection::new().function(&function).clone())
}

fn assemble(functions: FunctionSection, code: CodeSection) -> Vec<u8> {
    let (mut types, mut memories) = (TypeSection::new(), MemorySection::new());
    types.ty().function([ValType::I32], [ValType::I32]);
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut tables = TableSection::new();
    let table = TableType { element_type: RefType::FUNCREF, minimum: 1, maximum: None, table64: false, shared: false };
    tables.table(table);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&tables).section(&memories).section(&code);
    module.finish()
}

/// Translates all functions; the last.
fn translate(translator: &mut Translator, bytes: &[u8]) -> Result<Func, Error> {
    let module = decode(bytes)?;
    let layout = Layout::new(&module.info).expect("small");
    let mut last = Func::default();
    for (index, body) in (0..).zip(&module.info.bodies) {
        last = translator.translate(&module, &layout, index, &bytes[body.clone()], &Options::default())?;
    }
    Ok(last)
}

//! What compiled code does with the instance record: memories, globals, tables, calls, interruption. Functions run in the SSA evaluator
//! over a flat store of bytes in which the test has laid out a context by `vmctx`.
use samite_ir::ssa::eval::{Access, Callee, End, Wide, World, eval};
use samite_ir::ssa::{Builtin, Func, Op, Region, verify};
use samite_ir::translate::vmctx::{self, GlobalPlace, Layout, func_entry, func_record, import, store_record};
use samite_ir::translate::{Decoded, Interrupt, Nan, Options, Translator, decode};
use samite_ir::value::Trap;
use std::collections::HashMap;

const CONTEXT: u64 = 0x10_000;
const MEMORY: u64 = 0x20_000;
const MEMORY_RECORD: u64 = 0x30_000;
const MEMORY_BYTES: u64 = 3 << 16;
/// Tables' records and entries.
const TABLES: [(u64, u64); 2] = [(0x31_000, 0x40_000), (0x32_000, 0x50_000)];
const TABLE_LENGTH: u64 = 8;
const STORE: u64 = 0x33_000;
const COUNTER: u64 = 0x34_000;
const GLOBAL: u64 = 0x35_000;
const FOREIGN_RECORD: u64 = 0x36_000;
const FOREIGN_CODE: u64 = 0xc0de;
const FOREIGN_CONTEXT: u64 = 0x60_000;
/// Canonical id of module type k.
const SIGNATURE: u64 = 100;

struct Instance {
    bytes: Vec<u8>,
    module: Decoded,
    layout: Layout,
    options: Options,
    world: Bytes,
}

/// Bytes that are 0 until written, and a log of what was called.
#[derive(Default)]
struct Bytes {
    bytes: HashMap<u64, u8>,
    calls: Vec<(Callee, Vec<u64>)>,
    results: Vec<u64>,
}

impl World for Bytes {
    fn load(&mut self, access: Access) -> Result<Wide, Trap> {
        in_bounds(&access)?;
        let byte = |k: u32| *self.bytes.get(&(access.addr + u64::from(k))).unwrap_or(&0);
        Ok(Wide::from_le_bytes((0..access.width).map(byte)))
    }
    fn store(&mut self, access: Access, value: Wide) -> Result<(), Trap> {
        assert_ne!(access.region, Region::CONSTANT);
        in_bounds(&access)?;
        self.put(access.addr, access.width, value);
        Ok(())
    }
    fn call(&mut self, callee: Callee, args: &[Wide]) -> Result<Vec<Wide>, Trap> {
        self.calls.push((callee, args.iter().map(|a| a.bits()).collect()));
        Ok(self.results.iter().map(|r| Wide::from(*r)).collect())
    }
}

fn in_bounds(access: &Access) -> Result<(), Trap> {
    let inside = access.addr >= MEMORY && access.addr + u64::from(access.width) <= MEMORY + MEMORY_BYTES;
    // The records lie where the memory would be if it had this much; regions tell them apart.
    if access.region == Region::memory(0) && !inside { Err(Trap::MemoryOutOfBounds) } else { Ok(()) }
}

impl Bytes {
    fn put(&mut self, addr: u64, width: u32, value: impl Into<Wide>) {
        for (k, byte) in (0..width).zip(value.into().to_le_bytes()) {
            self.bytes.insert(addr + u64::from(k), byte);
        }
    }
    fn put_u64(&mut self, addr: u64, value: u64) {
        self.put(addr, 8, value);
    }
    fn get_u64(&mut self, addr: u64) -> u64 {
        self.load(Access { region: Region::WORLD, addr, width: 8 }).expect("in bounds").bits()
    }
}

impl Instance {
    fn new(text: &str) -> Instance {
        let bytes = wat::parse_str(text).unwrap_or_else(|e| panic!("{e}"));
        let module = decode(&bytes).expect("valid");
        let layout = Layout::new(&module.info).expect("small");
        let mut world = Bytes::default();
        let mut field = |offset: u32, value: u64| world.put_u64(CONTEXT + u64::from(offset), value);
        field(vmctx::STORE, STORE);
        field(vmctx::EPOCH, COUNTER);
        if !module.info.memories.is_empty() {
            field(layout.memory_base(0), MEMORY);
            field(layout.memory_record(0), MEMORY_RECORD);
        }
        for k in 0..module.info.tables.len() {
            field(layout.table_record(k as u32), TABLES[k].0);
        }
        for k in 0..module.info.imported_functions {
            field(layout.imported_function(k) + import::CODE, FOREIGN_CODE);
            field(layout.imported_function(k) + import::CONTEXT, FOREIGN_CONTEXT);
            field(layout.imported_function(k) + import::RECORD, FOREIGN_RECORD);
        }
        for k in 0..module.info.globals.len() as u32 {
            if let GlobalPlace::AddressAt(offset) = layout.global(k) {
                field(offset, GLOBAL);
            }
        }
        for k in 0..module.info.types.len() as u32 {
            world.put(CONTEXT + u64::from(layout.signature(k)), 4, SIGNATURE + u64::from(k));
        }
        world.put_u64(MEMORY_RECORD + u64::from(vmctx::memory_record::LENGTH), MEMORY_BYTES);
        for (record, entries) in TABLES {
            world.put_u64(record + u64::from(vmctx::table_record::ENTRIES), entries);
            world.put_u64(record + u64::from(vmctx::table_record::LENGTH), TABLE_LENGTH);
        }
        world.put_u64(STORE + u64::from(store_record::DEADLINE), 5);
        put_record(&mut world, FOREIGN_RECORD, SIGNATURE);
        Instance { bytes, module, layout, options: Options::default(), world }
    }
    fn func(&self, index: u32) -> Func {
        let body = self.module.info.bodies[index as usize].clone();
        let mut translator = Translator::default();
        let func = translator.translate(&self.module, &self.layout, index, &self.bytes[body], &self.options);
        let func = func.expect("valid");
        verify::assert_valid(&func, "translate");
        func
    }
    fn run(&mut self, index: u32, args: &[u64]) -> End {
        let func = self.func(index);
        let args: Vec<Wide> = [CONTEXT].iter().chain(args).map(|a| Wide::from(*a)).collect();
        eval(&func, &args, &mut self.world, 1 << 20)
    }
    /// Runs a function with one result.
    fn get(&mut self, index: u32, args: &[u64]) -> u64 {
        match self.run(index, args) {
            End::Return(values) if values.len() == 1 => values[0].bits(),
            other => panic!("{other:?}\n{}", self.func(index)),
        }
    }
    fn trap(&mut self, index: u32, args: &[u64]) -> Trap {
        match self.run(index, args) {
            End::Trap(trap) => trap,
            other => panic!("{other:?}\n{}", self.func(index)),
        }
    }
    fn last_call(&mut self) -> (Callee, Vec<u64>) {
        self.world.calls.pop().expect("it called")
    }
}

fn put_record(world: &mut Bytes, at: u64, signature: u64) {
    world.put_u64(at + u64::from(func_record::CODE), FOREIGN_CODE);
    world.put_u64(at + u64::from(func_record::CONTEXT), FOREIGN_CONTEXT);
    world.put(at + u64::from(func_record::SIGNATURE), 4, signature);
}

#[test]
fn memory() {
    let mut i = Instance::new(
        "(module (memory 1)
           (func (param i32) (result i64) (i64.load16_s offset=2 (local.get 0)))
           (func (param i32 i64) (i64.store32 offset=4294967295 (local.get 0) (local.get 1)))
           (func (result i32) (memory.size))
           (func (param i32) (result i32) (memory.grow (local.get 0)))
           (func (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
           (func (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
           (func (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)) (data.drop $d))
           (data $d \"\"))",
    );
    i.world.put(MEMORY + 7, 2, 0xfffeu64);
    assert_eq!(i.get(0, &[5]), -2i64 as u64);
    assert_eq!(i.trap(0, &[MEMORY_BYTES - 3]), Trap::MemoryOutOfBounds);
    // index + offset is not taken modulo 2^32.
    assert_eq!(i.trap(1, &[1, 7]), Trap::MemoryOutOfBounds);
    assert_eq!(i.get(2, &[]), 3);
    i.world.results = vec![-1i64 as u64];
    assert_eq!(i.get(3, &[0xffff_ffff]), 0xffff_ffff);
    let (callee, args) = i.last_call();
    assert_eq!(callee, Callee::Builtin(Builtin::MemoryGrow));
    assert_eq!(args, [CONTEXT, 0, 0xffff_ffff]);
    for (index, builtin, expected) in [
        (4, Builtin::MemoryCopy, vec![0, 0, 1, 2, 3]),
        (5, Builtin::MemoryFill, vec![0, 1, 2, 3]),
        (6, Builtin::MemoryInit, vec![0, 0, 1, 2, 3]),
    ] {
        i.world.results = vec![1];
        assert_eq!(i.trap(index, &[1, 2, 3]), Trap::MemoryOutOfBounds);
        let (callee, args) = i.last_call();
        assert_eq!((callee, &args[1..]), (Callee::Builtin(builtin), &expected[..]));
    }
}

#[test]
fn globals() {
    let mut i = Instance::new(
        "(module (global $far (import \"\" \"g\") (mut i64)) (global $near (mut f32) (f32.const 1)) (global $k i32 (i32.const -1))
           (func (param i64) (global.set $far (local.get 0)))
           (func (result i64) (global.get $far))
           (func (param f32) (result f32) (global.set $near (local.get 0)) (global.get $near))
           (func (result i32) (global.get $k)))",
    );
    assert_eq!(i.run(0, &[77]), End::Return(vec![]));
    assert_eq!(i.world.get_u64(GLOBAL), 77);
    assert_eq!(i.get(1, &[]), 77);
    assert_eq!(i.get(2, &[0x3f80_0000]), 0x3f80_0000);
    // A constant needs no load.
    assert_eq!(i.get(3, &[]), 0xffff_ffff);
    assert!(!i.func(3).ops.values().any(|op| matches!(op, Op::Load { .. })));
}

#[test]
fn tables() {
    let mut i = Instance::new(
        "(module (import \"\" \"f\" (func $f)) (table $t 8 funcref) (table $x 8 externref)
           (func (param i32 funcref) (table.set $t (local.get 0) (local.get 1)))
           (func (param i32) (result funcref) (table.get $t (local.get 0)))
           (func (param i32 externref) (result externref)
             (table.set $x (local.get 0) (local.get 1)) (table.get $x (local.get 0)))
           (func (result i32) (table.size $x))
           (func (param externref i32) (result i32) (table.grow $x (local.get 0) (local.get 1)))
           (func (param i32 funcref i32) (table.fill $t (local.get 0) (local.get 1) (local.get 2)))
           (func (param i32 i32 i32) (table.copy $x $x (local.get 0) (local.get 1) (local.get 2)))
           (func (param i32 i32 i32) (table.init $t $e (local.get 0) (local.get 1) (local.get 2)) (elem.drop $e))
           (func $own (export \"own\"))
           (func (result funcref) (ref.func $own))
           (func (result funcref) (ref.func $f))
           (func (param funcref externref) (result i32)
             (i32.add (ref.is_null (local.get 0)) (i32.mul (i32.const 2) (ref.is_null (local.get 1)))))
           (elem $e func $f))",
    );
    let entry = |k: u64| TABLES[0].1 + k * u64::from(func_entry::SIZE);
    assert_eq!(i.run(0, &[7, FOREIGN_RECORD]), End::Return(vec![]));
    let fields = [func_entry::CODE, func_entry::CONTEXT, func_entry::SIGNATURE, func_entry::RECORD];
    let read = |i: &mut Instance, k| fields.map(|f| i.world.get_u64(entry(k) + u64::from(f)));
    assert_eq!(read(&mut i, 7), [FOREIGN_CODE, FOREIGN_CONTEXT, SIGNATURE, FOREIGN_RECORD]);
    assert_eq!(i.get(1, &[7]), FOREIGN_RECORD);
    assert_eq!(i.run(0, &[7, 0]), End::Return(vec![]));
    assert_eq!(read(&mut i, 7), [0, 0, 0, 0]);
    assert_eq!(i.get(1, &[7]), 0);
    assert_eq!(i.trap(0, &[8, 0]), Trap::TableOutOfBounds);
    assert_eq!(i.trap(1, &[0xffff_ffff]), Trap::TableOutOfBounds);
    assert_eq!(i.get(2, &[3, 99]), 99);
    assert_eq!(i.world.get_u64(TABLES[1].1 + 3 * u64::from(vmctx::EXTERN_ENTRY_SIZE)), 99);
    assert_eq!(i.get(3, &[]), TABLE_LENGTH);
    i.world.results = vec![8];
    assert_eq!(i.get(4, &[99, 2]), 8);
    assert_eq!(i.last_call(), (Callee::Builtin(Builtin::TableGrow), vec![CONTEXT, 1, 2, 99]));
    for (index, builtin, expected) in [
        (5, Builtin::TableFill, vec![0, 1, 2, 3]),
        (6, Builtin::TableCopy, vec![1, 1, 1, 2, 3]),
        (7, Builtin::TableInit, vec![0, 0, 1, 2, 3]),
    ] {
        i.world.results = vec![1];
        assert_eq!(i.trap(index, &[1, 2, 3]), Trap::TableOutOfBounds);
        let (callee, args) = i.last_call();
        assert_eq!((callee, &args[1..]), (Callee::Builtin(builtin), &expected[..]));
    }
    // $own is defined function 8; $f is imported.
    assert_eq!(i.get(9, &[]), CONTEXT + u64::from(i.layout.func_record(8)));
    assert_eq!(i.get(10, &[]), FOREIGN_RECORD);
    assert_eq!([[0, 0], [1, 0], [0, 1], [1, 1]].map(|args| i.get(11, &args)), [3, 2, 1, 0]);
}

#[test]
fn calls() {
    let mut i = Instance::new(
        "(module (import \"\" \"f\" (func $f (param i32) (result i32 i64))) (type $t (func (param i32) (result i32 i64)))
           (table 8 funcref)
           (func $g (param i32 i32) (result i64) (local i64)
             (call $f (local.get 1)) (local.set 2) (drop) (local.get 2))
           (func (param i32 i32) (result i64) (call $g (local.get 1) (local.get 0)))
           (func (param i32 i32) (result i32 i64)
             (call_indirect (type $t) (local.get 1) (local.get 0))))",
    );
    i.world.results = vec![4, 5];
    assert_eq!(i.get(0, &[1, 2]), 5);
    let pointer = Callee::Pointer { code: FOREIGN_CODE, caller: CONTEXT };
    assert_eq!(i.last_call(), (pointer, vec![FOREIGN_CONTEXT, 2]));
    i.world.results = vec![6];
    assert_eq!(i.get(1, &[1, 2]), 6);
    assert_eq!(i.last_call(), (Callee::Direct(0), vec![CONTEXT, 2, 1]));
    // Entry 1 has type 0, entry 2 another; the others are null.
    let entry = |k: u64| TABLES[0].1 + k * u64::from(func_entry::SIZE);
    put_record(&mut i.world, entry(1), SIGNATURE);
    put_record(&mut i.world, entry(2), SIGNATURE + 50);
    i.world.results = vec![7, 8];
    assert_eq!(i.run(2, &[1, 33]), End::Return(vec![Wide::from(7u64), Wide::from(8u64)]));
    assert_eq!(i.last_call(), (pointer, vec![FOREIGN_CONTEXT, 33]));
    assert_eq!(i.trap(2, &[2, 33]), Trap::IndirectCallTypeMismatch);
    assert_eq!(i.trap(2, &[3, 33]), Trap::UninitializedElement);
    assert_eq!(i.trap(2, &[TABLE_LENGTH, 33]), Trap::UndefinedElement);
}

#[test]
fn interruption() {
    let mut i = Instance::new("(module (func (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))");
    i.options.interrupt = Interrupt::Epoch;
    assert_eq!(i.run(0, &[10]), End::Return(vec![]));
    assert!(i.world.calls.is_empty());
    // Past the deadline, but the runtime says to go on: once at the entry and ten times in the loop.
    i.world.put_u64(COUNTER, 5);
    i.world.results = vec![0];
    assert_eq!(i.run(0, &[10]), End::Return(vec![]));
    assert_eq!(i.world.calls.len(), 11);
    i.world.results = vec![1];
    assert_eq!(i.trap(0, &[10]), Trap::Interrupted);
    i.options.interrupt = Interrupt::Page;
    let reads = i.func(0).ops.values().filter(|op| matches!(op, Op::Load { region: Region::EPOCH, .. })).count();
    assert_eq!(reads, 2);
}

#[test]
fn canonical_nans() {
    let mut i = Instance::new(
        "(module (func (param f32 f32) (result f32) (f32.add (local.get 0) (local.get 1)))
           (func (param f32) (result f32) (f32.neg (local.get 0)))
           (func (param f64) (result f32) (f32.demote_f64 (local.get 0))))",
    );
    i.options.nan = Nan::Canonical;
    assert_eq!(i.get(0, &[0x7f80_0001, 0x3f80_0000]), 0x7fc0_0000);
    assert_eq!(i.get(0, &[0x3f80_0000, 0x3f80_0000]), 0x4000_0000);
    assert_eq!(i.get(1, &[0x7f80_0001]), 0xff80_0001);
    assert_eq!(i.get(2, &[0xfff0_0000_0000_0001]), 0x7fc0_0000);
}

#[test]
fn shared_ops_dominate_their_uses() {
    // The first use of the memory's base is in one arm, the second in the other.
    let i = Instance::new(
        "(module (memory 1) (func (param i32) (result i32) (local i32)
           (if (result i32) (local.get 0) (then (i32.load (local.get 0))) (else (i32.load (local.get 1))))))",
    );
    let func = i.func(0);
    let bases = func.ops.values().filter(|op| matches!(op, Op::Load { region: Region::CONSTANT, .. })).count();
    assert_eq!(bases, 1);
}

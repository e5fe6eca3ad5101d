//! A store small enough to read in one go, so that the interpreter is judged without the runtime: vectors for memories and tables,
//! instantiation by the specification's steps, `Env` for one instance. A funcref is a function's number in the store plus one, an
//! externref a script's number plus one. It trusts its scripts: imports are looked up but their types are not compared.
use samite_ir::reference::{Callee, Env, Options, Prepared, Stop, Val, invoke};
use samite_ir::ssa::waited;
use samite_ir::translate::decode::decode;
use samite_ir::translate::module::{ConstOp, ElementItems, ExternKind, FuncType, ModuleInfo, SegmentMode};
use samite_ir::value::{BinOp, Bits, RmwOp, Trap, Type, atomic, binary};
use std::collections::HashMap;
use std::sync::Arc;

pub type Outcome<T> = Result<T, Stop<String>>;
pub type HostFunction = fn(&mut Store, &[Val]) -> Outcome<Vec<Val>>;

pub struct Module {
    pub info: ModuleInfo,
    bytes: Vec<u8>,
    prepared: Arc<Prepared>,
}

#[derive(Clone, Copy, Debug)]
pub enum Extern {
    Func(usize),
    Table(usize),
    Memory(usize),
    Global(usize),
}

struct Function {
    ty: FuncType,
    code: Code,
}

#[derive(Clone, Copy)]
enum Code {
    Wasm { instance: usize, defined: u32 },
    Host(HostFunction),
}

struct Table {
    entries: Vec<Bits>,
    max: u64,
}

struct Memory {
    bytes: Vec<u8>,
    max: u64,
}

/// Index spaces as numbers in the store.
#[derive(Default)]
struct Instance {
    module: Option<Arc<Module>>,
    functions: Vec<usize>,
    tables: Vec<usize>,
    memories: Vec<usize>,
    globals: Vec<usize>,
    data: Vec<Vec<u8>>,
    elements: Vec<Vec<Bits>>,
}

#[derive(Default)]
pub struct Store {
    functions: Vec<Function>,
    tables: Vec<Table>,
    memories: Vec<Memory>,
    globals: Vec<Val>,
    instances: Vec<Instance>,
    /// What imports find, by module and name.
    pub names: HashMap<(String, String), Extern>,
    pub options: Options,
    pub stack_used: u64,
    /// Nested `Env::call`s, which are nested Rust calls.
    nesting: u32,
    /// Polls until `Interrupted`; None is for ever.
    pub polls_left: Option<u64>,
}

const PAGE: u64 = 65536;

impl Store {
    pub fn host_function(&mut self, module: &str, name: &str, ty: FuncType, f: HostFunction) {
        self.functions.push(Function { ty, code: Code::Host(f) });
        self.names.insert((module.into(), name.into()), Extern::Func(self.functions.len() - 1));
    }
    pub fn global(&mut self, bits: Bits) -> Extern {
        self.globals.push(Val::from_bits(bits));
        Extern::Global(self.globals.len() - 1)
    }
    pub fn table(&mut self, min: u64, max: Option<u64>) -> Extern {
        self.tables.push(Table { entries: vec![0; min as usize], max: max.unwrap_or(1 << 24) });
        Extern::Table(self.tables.len() - 1)
    }
    pub fn memory(&mut self, min: u64, max: Option<u64>) -> Extern {
        self.memories.push(Memory { bytes: vec![0; (min * PAGE) as usize], max: max.unwrap_or(PAGE) });
        Extern::Memory(self.memories.len() - 1)
    }

    /// Validates and instantiates; panics on an invalid module or an unknown import. The instance stays when the start function or a
    /// segment traps, as the specification says.
    pub fn instantiate(&mut self, bytes: &[u8]) -> Outcome<usize> {
        wasmparser::Validator::new().validate_all(bytes).expect("scripts instantiate valid modules");
        let info = decode(bytes).expect("scripts instantiate modules that decode").info;
        let prepared = Arc::new(Prepared::new(info.bodies.len()));
        let module = Arc::new(Module { info, bytes: bytes.to_vec(), prepared });
        let info = &module.info;
        let this = self.instances.len();
        let mut own = Instance { module: Some(module.clone()), ..Instance::default() };
        for import in &info.imports {
            let key = (import.module.clone(), import.name.clone());
            match self.names.get(&key).unwrap_or_else(|| panic!("nobody exports {key:?}")) {
                Extern::Func(k) => own.functions.push(*k),
                Extern::Table(k) => own.tables.push(*k),
                Extern::Memory(k) => own.memories.push(*k),
                Extern::Global(k) => own.globals.push(*k),
            }
        }
        for defined in 0..info.bodies.len() as u32 {
            let ty = info.func_type(info.imported_functions + defined).clone();
            own.functions.push(self.functions.len());
            self.functions.push(Function { ty, code: Code::Wasm { instance: this, defined } });
        }
        self.instances.push(own);
        for memory in &info.memories[info.imported_memories as usize..] {
            let Extern::Memory(k) = self.memory(memory.min, memory.max) else { unreachable!() };
            self.instances[this].memories.push(k);
        }
        for init in &info.global_inits {
            let value = self.constant(this, init);
            self.globals.push(value);
            let k = self.globals.len() - 1;
            self.instances[this].globals.push(k);
        }
        for (table, init) in info.tables[info.imported_tables as usize..].iter().zip(&info.table_inits) {
            let Extern::Table(k) = self.table(table.min, table.max) else { unreachable!() };
            if let Some(init) = init {
                let value = self.constant(this, init);
                self.tables[k].entries.fill(value.bits());
            }
            self.instances[this].tables.push(k);
        }
        for element in &info.elements {
            let items = match &element.items {
                ElementItems::Functions(list) => list.iter().map(|f| self.funcref(this, *f)).collect(),
                ElementItems::Expressions(list) => list.iter().map(|e| self.constant(this, e).bits()).collect(),
            };
            self.instances[this].elements.push(items);
        }
        for data in &info.data {
            self.instances[this].data.push(module.bytes[data.bytes.clone()].to_vec());
        }
        for (k, element) in info.elements.iter().enumerate() {
            if let SegmentMode::Active { target, offset } = &element.mode {
                let to = self.constant(this, offset).bits() as usize;
                let items = self.instances[this].elements[k].clone();
                let table = self.instances[this].tables[*target as usize];
                let entries = self.tables[table].entries.get_mut(to..to + items.len());
                entries.ok_or(Trap::TableOutOfBounds)?.copy_from_slice(&items);
            }
            if element.mode != SegmentMode::Passive {
                self.instances[this].elements[k].clear();
            }
        }
        for (k, data) in info.data.iter().enumerate() {
            if let SegmentMode::Active { target, offset } = &data.mode {
                let to = self.constant(this, offset).bits();
                let bytes = std::mem::take(&mut self.instances[this].data[k]);
                self.view(this).memory_write(*target, to, &bytes)?;
            }
        }
        if let Some(start) = info.start {
            let f = self.instances[this].functions[start as usize];
            self.call(f, &[])?;
        }
        Ok(this)
    }

    pub fn export(&self, instance: usize, name: &str) -> Option<Extern> {
        let own = &self.instances[instance];
        let export = own.info().exports.iter().find(|e| e.name == name)?;
        let k = export.index as usize;
        Some(match export.kind {
            ExternKind::Func => Extern::Func(own.functions[k]),
            ExternKind::Table => Extern::Table(own.tables[k]),
            ExternKind::Memory => Extern::Memory(own.memories[k]),
            ExternKind::Global => Extern::Global(own.globals[k]),
        })
    }
    /// Makes an instance's exports what imports of `name` find.
    pub fn register(&mut self, name: &str, instance: usize) {
        let exports: Vec<String> = self.instances[instance].info().exports.iter().map(|e| e.name.clone()).collect();
        for export in exports {
            if let Some(found) = self.export(instance, &export) {
                self.names.insert((name.into(), export), found);
            }
        }
    }
    pub fn global_value(&self, global: usize) -> Val {
        self.globals[global]
    }

    /// Calls a function of the store by number.
    pub fn call(&mut self, function: usize, args: &[Val]) -> Outcome<Vec<Val>> {
        match self.functions[function].code {
            Code::Wasm { instance, defined } => invoke(&mut self.view(instance), defined, args),
            Code::Host(f) => f(self, args),
        }
    }
    pub fn call_export(&mut self, instance: usize, name: &str, args: &[Bits]) -> Outcome<Vec<Val>> {
        let Some(Extern::Func(f)) = self.export(instance, name) else { panic!("{name} is not an exported function") };
        let args: Vec<Val> = args.iter().map(|a| Val::from_bits(*a)).collect();
        self.call(f, &args)
    }

    fn view(&mut self, instance: usize) -> View<'_> {
        View { store: self, instance }
    }
    fn funcref(&self, instance: usize, function: u32) -> Bits {
        self.instances[instance].functions[function as usize] as u64 + 1
    }
    fn constant(&self, instance: usize, expr: &[ConstOp]) -> Val {
        let mut stack: Vec<Val> = Vec::new();
        for op in expr {
            let mut arithmetic = |op, ty| {
                let (b, a): (Val, Val) = (stack.pop().unwrap(), stack.pop().unwrap());
                binary(op, ty, a.bits(), b.bits()).unwrap()
            };
            let bits = match *op {
                ConstOp::V128(v) => {
                    stack.push(Val(v));
                    continue;
                }
                ConstOp::I32(v) => u64::from(v as u32),
                ConstOp::I64(v) => v as u64,
                ConstOp::F32(v) => u64::from(v),
                ConstOp::F64(v) => v,
                ConstOp::GlobalGet(k) => self.globals[self.instances[instance].globals[k as usize]].bits(),
                ConstOp::RefNull => 0,
                ConstOp::RefFunc(k) => self.funcref(instance, k),
                ConstOp::I32Add => arithmetic(BinOp::Add, Type::I32),
                ConstOp::I32Sub => arithmetic(BinOp::Sub, Type::I32),
                ConstOp::I32Mul => arithmetic(BinOp::Mul, Type::I32),
                ConstOp::I64Add => arithmetic(BinOp::Add, Type::I64),
                ConstOp::I64Sub => arithmetic(BinOp::Sub, Type::I64),
                ConstOp::I64Mul => arithmetic(BinOp::Mul, Type::I64),
            };
            stack.push(Val::from_bits(bits));
        }
        stack.pop().expect("a constant expression has a value")
    }
}

impl Instance {
    fn info(&self) -> &ModuleInfo {
        &self.module.as_ref().expect("set when instantiated").info
    }
}

/// One instance of the store.
struct View<'s> {
    store: &'s mut Store,
    instance: usize,
}

impl View<'_> {
    fn own(&self) -> &Instance {
        &self.store.instances[self.instance]
    }
    fn own_mut(&mut self) -> &mut Instance {
        &mut self.store.instances[self.instance]
    }
    fn module(&self) -> &Module {
        self.own().module.as_ref().expect("set when instantiated")
    }
    fn memory(&self, k: u32) -> &Memory {
        &self.store.memories[self.own().memories[k as usize]]
    }
    fn memory_mut(&mut self, k: u32) -> &mut Memory {
        let k = self.own().memories[k as usize];
        &mut self.store.memories[k]
    }
    fn table(&self, k: u32) -> &Table {
        &self.store.tables[self.own().tables[k as usize]]
    }
    fn table_mut(&mut self, k: u32) -> &mut Table {
        let k = self.own().tables[k as usize];
        &mut self.store.tables[k]
    }
}

/// The range as indices of something `length` long.
fn range(start: u64, count: usize, length: usize) -> Option<std::ops::Range<usize>> {
    let end = start.checked_add(count as u64)?;
    (end <= length as u64).then_some(start as usize..end as usize)
}

impl Env for View<'_> {
    type Error = String;

    fn info(&self) -> &ModuleInfo {
        &self.module().info
    }
    fn body(&self, defined: u32) -> &[u8] {
        &self.module().bytes[self.info().bodies[defined as usize].clone()]
    }
    fn prepared(&self) -> Arc<Prepared> {
        self.module().prepared.clone()
    }
    fn instance(&self) -> u64 {
        self.instance as u64
    }

    fn options(&self) -> Options {
        self.store.options
    }
    fn stack_used(&mut self) -> &mut u64 {
        &mut self.store.stack_used
    }
    fn poll(&mut self) -> Result<(), Trap> {
        match &mut self.store.polls_left {
            None => Ok(()),
            Some(0) => Err(Trap::Interrupted),
            Some(n) => {
                *n -= 1;
                Ok(())
            }
        }
    }

    fn memory_size(&self, memory: u32) -> u64 {
        self.memory(memory).bytes.len() as u64
    }
    fn memory_grow(&mut self, memory: u32, delta: u64) -> Option<u64> {
        let memory = self.memory_mut(memory);
        let old = memory.bytes.len() as u64 / PAGE;
        let new = old.checked_add(delta).filter(|new| *new <= memory.max)?;
        memory.bytes.resize((new * PAGE) as usize, 0);
        Some(old)
    }
    fn memory_read(&self, memory: u32, address: u64, buffer: &mut [u8]) -> Result<(), Trap> {
        let bytes = &self.memory(memory).bytes;
        let range = range(address, buffer.len(), bytes.len()).ok_or(Trap::MemoryOutOfBounds)?;
        buffer.copy_from_slice(&bytes[range]);
        Ok(())
    }
    fn memory_write(&mut self, memory: u32, address: u64, from: &[u8]) -> Result<(), Trap> {
        let bytes = &mut self.memory_mut(memory).bytes;
        let range = range(address, from.len(), bytes.len()).ok_or(Trap::MemoryOutOfBounds)?;
        bytes[range].copy_from_slice(from);
        Ok(())
    }

    // One thread: what is done is done at once.
    fn atomic_load(&mut self, memory: u32, address: u64, width: u32) -> Result<Bits, Trap> {
        let mut bytes = [0; 8];
        self.memory_read(memory, address, &mut bytes[..width as usize])?;
        Ok(Bits::from_le_bytes(bytes))
    }
    fn atomic_store(&mut self, memory: u32, address: u64, width: u32, value: Bits) -> Result<(), Trap> {
        self.memory_write(memory, address, &value.to_le_bytes()[..width as usize])
    }
    fn atomic_rmw(&mut self, memory: u32, address: u64, width: u32, op: RmwOp, operand: Bits) -> Result<Bits, Trap> {
        let old = self.atomic_load(memory, address, width)?;
        self.atomic_store(memory, address, width, atomic::rmw(op, width, old, operand))?;
        Ok(old)
    }
    fn atomic_cmpxchg(&mut self, memory: u32, address: u64, width: u32, expected: Bits, replacement: Bits) -> Result<Bits, Trap> {
        let old = self.atomic_load(memory, address, width)?;
        self.atomic_store(memory, address, width, atomic::cmpxchg(width, old, expected, replacement))?;
        Ok(old)
    }
    fn fence(&mut self) {}
    /// Nobody will notify: it is over at once.
    fn wait(&mut self, memory: u32, address: u64, width: u32, expected: Bits, _timeout: i64) -> Result<u32, Trap> {
        if !self.info().memories[memory as usize].shared {
            return Err(Trap::ExpectedSharedMemory);
        }
        let is = self.atomic_load(memory, address, width)?;
        Ok(if is == expected { waited::TIMED_OUT } else { waited::NOT_EQUAL } as u32)
    }
    fn notify(&mut self, memory: u32, address: u64, _count: u32) -> Result<u32, Trap> {
        self.atomic_load(memory, address, 4)?;
        Ok(0)
    }

    fn data(&self, segment: u32) -> &[u8] {
        &self.own().data[segment as usize]
    }
    fn data_drop(&mut self, segment: u32) {
        self.own_mut().data[segment as usize].clear();
    }

    fn table_size(&self, table: u32) -> u64 {
        self.table(table).entries.len() as u64
    }
    fn table_grow(&mut self, table: u32, delta: u64, init: Bits) -> Option<u64> {
        let table = self.table_mut(table);
        let old = table.entries.len() as u64;
        let new = old.checked_add(delta).filter(|new| *new <= table.max)?;
        table.entries.resize(new as usize, init);
        Some(old)
    }
    fn table_get(&self, table: u32, index: u64) -> Result<Bits, Trap> {
        self.table(table).entries.get(index as usize).copied().ok_or(Trap::TableOutOfBounds)
    }
    fn table_set(&mut self, table: u32, index: u64, value: Bits) -> Result<(), Trap> {
        *self.table_mut(table).entries.get_mut(index as usize).ok_or(Trap::TableOutOfBounds)? = value;
        Ok(())
    }
    fn element_count(&self, segment: u32) -> u64 {
        self.own().elements[segment as usize].len() as u64
    }
    fn element(&mut self, segment: u32, index: u64) -> Bits {
        self.own().elements[segment as usize][index as usize]
    }
    fn element_drop(&mut self, segment: u32) {
        self.own_mut().elements[segment as usize].clear();
    }

    fn global_get(&self, global: u32) -> Val {
        self.store.globals[self.own().globals[global as usize]]
    }
    fn global_set(&mut self, global: u32, value: Val) {
        let k = self.own().globals[global as usize];
        self.store.globals[k] = value;
    }

    fn ref_func(&mut self, function: u32) -> Bits {
        self.store.funcref(self.instance, function)
    }
    fn callee(&self, funcref: Bits, ty: u32) -> Option<Callee> {
        let function = &self.store.functions[funcref as usize - 1];
        (function.ty == self.info().types[ty as usize]).then_some(match function.code {
            Code::Wasm { instance, defined } if instance == self.instance => Callee::Defined(defined),
            _ => Callee::Other(funcref),
        })
    }
    fn call(&mut self, funcref: Bits, args: &[Val], results: &mut Vec<Val>) -> Outcome<()> {
        if self.store.nesting == 100 {
            return Err(Trap::StackExhausted.into());
        }
        self.store.nesting += 1;
        let outcome = self.store.call(funcref as usize - 1, args);
        self.store.nesting -= 1;
        results.extend(outcome?);
        Ok(())
    }
}

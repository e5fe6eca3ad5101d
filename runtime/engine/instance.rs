//! Instances: a module with its imports, its record for machine code, and what its exports are.
//!
//! Instantiation in the order of the specification: check imports; make memories, tables and globals; element segments, then data
//! segments, each checked when its turn comes; then the start function. An instance that fails on the way stays in its store, because
//! tables of others may hold its functions by then.
use crate::externals::{Export, Extern, Global, Memory, Table};
use crate::func::Func;
use crate::linker::{Definition, Linker};
use crate::memory::MemoryObject;
use crate::module::{Module, evaluate};
use crate::shared::SharedMemory;
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::typed::{TypedFunc, WasmParams, WasmResults};
use crate::vm::{ContextBlock, FuncRecord, Slot, StoreAccess, StoreId, Stored, TableObject};
use anyhow::{Context, anyhow, bail, ensure};
use samite_ir::translate::module::{ConstExpr, ElementItems, ExternKind, SegmentMode};
use samite_ir::translate::vmctx::{self, GlobalPlace, import};
use samite_ir::value::Trap;
use std::cell::Cell;

/// What the runtime knows of an instance. Written only while it is made, but for `Cell`s.
pub struct InstanceData {
    pub(crate) module: Module,
    pub(crate) context: ContextBlock,
    /// Of the imported functions.
    pub(crate) functions: Vec<Stored<FuncRecord>>,
    pub(crate) memories: Vec<Stored<MemoryObject>>,
    pub(crate) tables: Vec<Stored<TableObject>>,
    pub(crate) globals: Vec<Global>,
    dropped_elements: Vec<Cell<bool>>,
    dropped_data: Vec<Cell<bool>>,
}

impl InstanceData {
    /// The record of a function that is imported or may become a funcref.
    pub(crate) fn func_record(&self, store: StoreId, function: u32) -> Stored<FuncRecord> {
        match self.module.info().defined_function(function) {
            None => self.functions[function as usize],
            Some(defined) => self.context.func_record(store, self.module.layout().func_record(defined)),
        }
    }
    pub(crate) fn extern_of(&self, store: &StoreOpaque, kind: ExternKind, index: u32) -> Extern {
        match kind {
            ExternKind::Func => Extern::Func(Func::from_record(self.func_record(store.id(), index))),
            ExternKind::Table => Extern::Table(Table::from_object(self.tables[index as usize])),
            ExternKind::Memory => {
                let object = self.memories[index as usize];
                let memory = object.get(store);
                if memory.ty().shared {
                    Extern::SharedMemory(SharedMemory::of(store.engine(), memory.0.clone()))
                } else {
                    Extern::Memory(Memory::from_object(object))
                }
            }
            ExternKind::Global => Extern::Global(self.globals[index as usize]),
        }
    }
    fn evaluate(&self, store: &StoreOpaque, expr: &ConstExpr) -> Slot {
        evaluate(expr, |k| self.globals[k as usize].cell().get(store).value.get(), |k| self.func_record(store.id(), k).bits())
    }
    /// Number of items of an element segment; 0 once dropped.
    pub(crate) fn element_count(&self, segment: u32) -> u64 {
        if self.dropped_elements[segment as usize].get() {
            return 0;
        }
        match &self.module.info().elements[segment as usize].items {
            ElementItems::Functions(list) => list.len() as u64,
            ElementItems::Expressions(list) => list.len() as u64,
        }
    }
    /// Item of an element segment as wasm holds it. The globals it may name never change, so it need not be computed beforehand.
    pub(crate) fn element(&self, store: &StoreOpaque, segment: u32, index: u64) -> u64 {
        match &self.module.info().elements[segment as usize].items {
            ElementItems::Functions(list) => self.func_record(store.id(), list[index as usize]).bits(),
            ElementItems::Expressions(list) => self.evaluate(store, &list[index as usize]).low,
        }
    }
    pub(crate) fn drop_element(&self, segment: u32) {
        self.dropped_elements[segment as usize].set(true);
    }
    /// Bytes of a data segment; none once dropped.
    pub(crate) fn data(&self, segment: u32) -> &[u8] {
        if self.dropped_data[segment as usize].get() { &[] } else { self.module.data(segment) }
    }
    pub(crate) fn drop_data(&self, segment: u32) {
        self.dropped_data[segment as usize].set(true);
    }
    /// `table.init`: traps, with nothing written, if a range is out of bounds.
    pub(crate) fn init_table(&self, store: &StoreOpaque, table: u32, segment: u32, dst: u64, src: u64, len: u64) -> Result<(), Trap> {
        let table = self.tables[table as usize].get(store);
        table.check(dst, len)?;
        let inside = src.checked_add(len).is_some_and(|end| end <= self.element_count(segment));
        if !inside {
            return Err(Trap::TableOutOfBounds);
        }
        (0..len).for_each(|k| {
            table.set(dst + k, self.element(store, segment, src + k));
        });
        Ok(())
    }
}

impl Stored<InstanceData> {
    /// `memory.init`: traps, with nothing written, if a range is out of bounds.
    pub(crate) fn init_memory(self, store: &mut StoreOpaque, memory: u32, segment: u32, dst: u64, src: u64, len: u64) -> Result<(), Trap> {
        let data = self.get(store);
        let memory = data.memories[memory as usize];
        let module = data.module.clone();
        let bytes: &[u8] = if data.dropped_data[segment as usize].get() { &[] } else { module.data(segment) };
        memory.init(store, bytes, dst, src, len)
    }
}

/// An instance of a module in a store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instance {
    data: Stored<InstanceData>,
}

impl Instance {
    /// Instantiates a module with its imports in the order in which it declares them, and runs its start function.
    pub fn new(mut store: impl AsContextMut, module: &Module, imports: &[Extern]) -> anyhow::Result<Instance> {
        let mut store = store.as_context_mut();
        check_engine(module, store.opaque())?;
        let wanted = module.imports().len();
        ensure!(wanted == imports.len(), "expected {wanted} imports, got {}", imports.len());
        for (position, found) in imports.iter().enumerate() {
            module.check_import(store.opaque(), position, found)?;
        }
        Instance::make(store.access(), module, imports)
    }
    /// Precondition: the imports fit, and module and store are of one engine.
    fn make(mut store: StoreAccess<'_>, module: &Module, imports: &[Extern]) -> anyhow::Result<Instance> {
        store.allow_instance()?;
        let data = build(&mut store, module, imports)?;
        initialize(&mut store, data)?;
        if let Some(start) = module.info().start {
            let id = store.opaque().id();
            let info = module.info();
            let record = data.get(store.opaque());
            match info.defined_function(start) {
                Some(defined) if !info.escapes[start as usize] => crate::trap::call_defined(store, data, defined)?,
                _ => {
                    let func = Func::from_record(record.func_record(id, start));
                    let entry = func.entry(store.opaque())?;
                    crate::trap::call(store, func.record(), entry, &mut [])?;
                }
            }
        }
        Ok(Instance { data })
    }
    pub fn module(&self, store: impl AsContext) -> Module {
        self.data.get(store.as_context().opaque()).module.clone()
    }
    pub fn get_export(&self, mut store: impl AsContextMut, name: &str) -> Option<Extern> {
        let store = store.as_context_mut();
        let data = self.data.get(store.opaque());
        let (kind, index) = data.module.export(name)?;
        Some(data.extern_of(store.opaque(), kind, index))
    }
    /// All exports, in the module's order.
    pub fn exports(&self, mut store: impl AsContextMut) -> std::vec::IntoIter<Export> {
        let store = store.as_context_mut();
        let data = self.data.get(store.opaque());
        let exports = data.module.info().exports.iter();
        let exports: Vec<Export> = exports.map(|e| Export::new(e.name.clone(), data.extern_of(store.opaque(), e.kind, e.index))).collect();
        exports.into_iter()
    }
    pub fn get_func(&self, store: impl AsContextMut, name: &str) -> Option<Func> {
        self.get_export(store, name)?.into_func()
    }
    /// An exported function, its type checked.
    pub fn get_typed_func<Params: WasmParams, Results: WasmResults>(
        &self,
        mut store: impl AsContextMut,
        name: &str,
    ) -> anyhow::Result<TypedFunc<Params, Results>> {
        let store = store.as_context_mut();
        let data = self.data.get(store.opaque());
        let (kind, index) = data.module.export(name).ok_or_else(|| anyhow!("no export named `{name}`"))?;
        let found = data.extern_of(store.opaque(), kind, index);
        let Extern::Func(func) = found else { bail!("export `{name}` is a {}", found.extern_type(store.opaque())) };
        func.typed(store).with_context(|| format!("export `{name}`"))
    }
    pub fn get_memory(&self, store: impl AsContextMut, name: &str) -> Option<Memory> {
        self.get_export(store, name)?.into_memory()
    }
    pub fn get_shared_memory(&self, store: impl AsContextMut, name: &str) -> Option<SharedMemory> {
        self.get_export(store, name)?.into_shared_memory()
    }
    pub fn get_table(&self, store: impl AsContextMut, name: &str) -> Option<Table> {
        self.get_export(store, name)?.into_table()
    }
    pub fn get_global(&self, store: impl AsContextMut, name: &str) -> Option<Global> {
        self.get_export(store, name)?.into_global()
    }
}

fn check_engine(module: &Module, store: &StoreOpaque) -> anyhow::Result<()> {
    ensure!(crate::Engine::same(module.engine(), store.engine()), "the module and the store are of different engines");
    Ok(())
}

/// Makes the instance with its own memories, tables and globals, all filled with zeros and nulls but for the globals.
fn build(store: &mut StoreAccess<'_>, module: &Module, imports: &[Extern]) -> anyhow::Result<Stored<InstanceData>> {
    let info = module.info();
    let mut data = InstanceData {
        module: module.clone(),
        context: ContextBlock::new(module.layout().size()),
        functions: Vec::with_capacity(info.imported_functions as usize),
        memories: Vec::with_capacity(info.memories.len()),
        tables: Vec::with_capacity(info.tables.len()),
        globals: Vec::with_capacity(info.globals.len()),
        dropped_elements: vec![Cell::new(false); info.elements.len()],
        dropped_data: vec![Cell::new(false); info.data.len()],
    };
    for found in imports {
        match found {
            Extern::Func(f) => data.functions.push(f.record()),
            Extern::Global(g) => data.globals.push(*g),
            Extern::Table(t) => data.tables.push(t.object()),
            Extern::Memory(m) => data.memories.push(m.object()),
            Extern::SharedMemory(m) => data.memories.push(store.opaque_mut().shared_memory(m)),
        }
    }
    for (k, ty) in info.memories.iter().enumerate().skip(info.imported_memories as usize) {
        data.memories.push(store.new_memory(*ty, module.image(k as u32))?);
    }
    for ty in &info.tables[info.imported_tables as usize..] {
        data.tables.push(store.new_table(*ty)?);
    }
    let id = store.opaque().id();
    for (k, ty) in info.globals.iter().enumerate().skip(info.imported_globals as usize) {
        let GlobalPlace::At(offset) = module.layout().global(k as u32) else { unreachable!("a defined global is in the record") };
        data.globals.push(Global::from_cell(data.context.global(id, offset), *ty));
    }
    // The context knows its instance by address, so the instance takes its place in the store first.
    let data = store.opaque_mut().instances.keep(data);
    write_context(store, data);
    Ok(data)
}

/// Fills the instance record, and the initial values of globals.
fn write_context(store: &mut StoreAccess<'_>, instance: Stored<InstanceData>) {
    let record = store.record_ptr();
    let opaque = store.opaque();
    let id = opaque.id();
    let data = instance.get(opaque);
    let (module, layout, context) = (&data.module, data.module.layout(), &data.context);
    let info = module.info();
    context.set_pointer(vmctx::STORE, record.as_ptr());
    context.set_pointer(vmctx::EPOCH, opaque.engine().epoch());
    if let Some(machine) = opaque.engine().machine() {
        context.set_pointer(vmctx::BUILTINS, machine.builtins());
        context.set_pointer(vmctx::INTERRUPT_PAGE, machine.interrupt_page());
    }
    context.set_pointer(vmctx::INSTANCE, instance.as_ptr());
    for (k, memory) in data.memories.iter().enumerate() {
        context.set_pointer(layout.memory_base(k as u32), memory.get(opaque).base());
        context.set_pointer(layout.memory_record(k as u32), memory.get(opaque).record());
    }
    for (k, table) in data.tables.iter().enumerate() {
        context.set_pointer(layout.table_record(k as u32), table.as_ptr());
    }
    for (k, function) in data.functions.iter().enumerate() {
        let at = layout.imported_function(k as u32);
        let callee = function.get(opaque);
        context.set_pointer(at + import::CODE, callee.code);
        context.set_pointer(at + import::CONTEXT, callee.context);
        context.set_pointer(at + import::RECORD, function.as_ptr());
    }
    for (k, global) in data.globals.iter().enumerate().take(info.imported_globals as usize) {
        let GlobalPlace::AddressAt(offset) = layout.global(k as u32) else { unreachable!("an imported global is elsewhere") };
        context.set_pointer(offset, global.cell().as_ptr());
    }
    for (k, signature) in module.signatures().iter().enumerate() {
        context.set_u32(layout.signature(k as u32), *signature);
    }
    for function in info.imported_functions..info.functions.len() as u32 {
        if !info.escapes[function as usize] {
            continue;
        }
        let defined = function - info.imported_functions;
        let func = FuncRecord {
            code: module.code_of(defined),
            context: context.address().cast(),
            signature: module.signature(info.functions[function as usize]),
            padding: 0,
            function: u64::from(function) + 1,
        };
        context.set_func_record(layout.func_record(defined), func);
    }
    // In order: with extended constants a global may name an earlier one.
    for (expr, global) in info.global_inits.iter().zip(&data.globals[info.imported_globals as usize..]) {
        global.cell().get(opaque).value.set(data.evaluate(opaque, expr));
    }
    for ((expr, table), ty) in
        info.table_inits.iter().zip(&data.tables[info.imported_tables as usize..]).zip(&info.tables[info.imported_tables as usize..])
    {
        if let Some(expr) = expr {
            let value = data.evaluate(opaque, expr).low;
            table.get(opaque).fill(0, value, ty.min).expect("the table is as long as its minimum");
        }
    }
    debug_assert_eq!(instance.store_id(), id);
}

/// Writes the active segments.
fn initialize(store: &mut StoreAccess<'_>, instance: Stored<InstanceData>) -> anyhow::Result<()> {
    let module = instance.get(store.opaque()).module.clone();
    let info = module.info();
    for (segment, element) in info.elements.iter().enumerate() {
        let segment = segment as u32;
        let opaque = store.opaque();
        let data = instance.get(opaque);
        match &element.mode {
            SegmentMode::Passive => continue,
            SegmentMode::Declared => {}
            SegmentMode::Active { target, offset } => {
                // A 32-bit offset is unsigned.
                let dst = data.evaluate(opaque, offset).low;
                let len = data.element_count(segment);
                data.init_table(opaque, *target, segment, dst, 0, len).map_err(anyhow::Error::msg)?;
            }
        }
        data.drop_element(segment);
    }
    for (segment, declared) in info.data.iter().enumerate() {
        let segment = segment as u32;
        if let SegmentMode::Active { target, offset } = &declared.mode {
            let opaque = store.opaque_mut();
            let dst = instance.get(opaque).evaluate(opaque, offset).low;
            let (bytes, memory) = (module.data(segment), instance.get(opaque).memories[*target as usize]);
            let own = *target >= info.imported_memories;
            if !(own && memory.get(opaque).has_image()) {
                memory.init(opaque, bytes, dst, 0, bytes.len() as u64).map_err(anyhow::Error::msg)?;
            }
            instance.get(opaque).drop_data(segment);
        }
    }
    Ok(())
}

/// A module with its imports found and checked, to be instantiated often.
pub struct InstancePre<T: 'static> {
    module: Module,
    imports: Vec<Definition<T>>,
}

impl<T: 'static> Clone for InstancePre<T> {
    fn clone(&self) -> InstancePre<T> {
        InstancePre { module: self.module.clone(), imports: self.imports.clone() }
    }
}

impl<T: 'static> InstancePre<T> {
    /// Finds the imports of a module. Host functions are checked now, what belongs to a store when it is instantiated.
    pub(crate) fn new(linker: &Linker<T>, module: &Module) -> anyhow::Result<InstancePre<T>> {
        ensure!(crate::Engine::same(linker.engine(), module.engine()), "the module and the linker are of different engines");
        let mut imports = Vec::with_capacity(module.imports().len());
        for wanted in module.imports() {
            let found = linker.definition(wanted.module(), wanted.name()).ok_or_else(|| {
                anyhow!("unknown import: `{}::{}` has not been defined; the module wants a {}", wanted.module(), wanted.name(), wanted.ty())
            })?;
            if let Definition::Host(host) = found {
                let found = crate::ExternType::Func(host.definition.ty().clone());
                let (module, name, wanted) = (wanted.module(), wanted.name(), wanted.ty());
                ensure!(found == wanted, "incompatible import type for `{module}::{name}`: expected {wanted}, found {found}");
            }
            imports.push(found.clone());
        }
        Ok(InstancePre { module: module.clone(), imports })
    }
    pub fn module(&self) -> &Module {
        &self.module
    }
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> anyhow::Result<Instance> {
        let mut store = store.as_context_mut();
        check_engine(&self.module, store.opaque())?;
        let mut imports = Vec::with_capacity(self.imports.len());
        for (position, definition) in self.imports.iter().enumerate() {
            imports.push(match definition {
                Definition::Host(host) => Extern::Func(Func::from_record(host.record(&mut store))),
                Definition::Extern(found) => {
                    self.module.check_import(store.opaque(), position, found)?;
                    found.clone()
                }
            });
        }
        Instance::make(store.access(), &self.module, &imports)
    }
}

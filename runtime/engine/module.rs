//! Modules: decoded, validated, ready to be instantiated any number of times in stores of their engine.
use crate::code::{Announced, CodeObject, Profiler};
use crate::engine::Engine;
use crate::externals::{Extern, ExternType};
use crate::memory::WASM_PAGE;
use crate::memory::image::Image;
use crate::store::StoreOpaque;
use crate::vm::Slot;
use anyhow::Context;
use samite_codegen::driver::{Stats, compile_module_placed, listing};
use samite_ir::reference::Prepared;
use samite_ir::translate::Translator;
use samite_ir::translate::decode::{Decoded, decode};
use samite_ir::translate::module::{self as declared, Element, ExternKind, ModuleInfo, SegmentMode};
use samite_ir::translate::vmctx::Layout;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock, Weak};

/// A module that can be instantiated. A clone is the same module.
#[derive(Clone)]
pub struct Module {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    decoded: Decoded,
    bytes: Vec<u8>,
    layout: Layout,
    /// Engine-wide number of each type.
    signatures: Vec<u32>,
    /// Position among the exports, by name.
    exports: HashMap<String, usize>,
    prepared: Arc<Prepared>,
    /// None in reference mode.
    code: Option<CodeObject>,
    stats: Option<Stats>,
    /// Ends what a profiler or debugger knows of the code, when it is dropped.
    _announced: Option<Announced>,
    /// What the memories contain at first, by index; made when first asked for.
    images: OnceLock<Vec<Option<Arc<Image>>>>,
}

/// A module that may be gone.
#[derive(Clone)]
pub(crate) struct WeakModule(Weak<Inner>);

impl WeakModule {
    pub fn upgrade(&self) -> Option<Module> {
        Some(Module { inner: self.0.upgrade()? })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(code) = &self.code {
            self.engine.remove_module(code.start());
        }
    }
}

/// Something a module imports.
#[derive(Clone, Debug)]
pub struct ImportType<'m> {
    module: &'m str,
    name: &'m str,
    ty: ExternType,
}

impl<'m> ImportType<'m> {
    pub fn module(&self) -> &'m str {
        self.module
    }
    pub fn name(&self) -> &'m str {
        self.name
    }
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}

/// Something a module exports.
#[derive(Clone, Debug)]
pub struct ExportType<'m> {
    name: &'m str,
    ty: ExternType,
}

impl<'m> ExportType<'m> {
    pub fn name(&self) -> &'m str {
        self.name
    }
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}

impl Module {
    /// Compiles a module from the binary or the text format. The error says at which byte or line it is wrong.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> anyhow::Result<Module> {
        match wat::parse_bytes(bytes.as_ref())? {
            Cow::Borrowed(bytes) => Module::from_binary(engine, bytes),
            Cow::Owned(bytes) => Module::compile(engine, bytes),
        }
    }
    /// As `new`, from a file; errors name it.
    pub fn from_file(engine: &Engine, file: impl AsRef<Path>) -> anyhow::Result<Module> {
        let file = file.as_ref();
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Module::new(engine, bytes).with_context(|| format!("in {}", file.display()))
    }
    /// Compiles a module from the binary format only.
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> anyhow::Result<Module> {
        Module::compile(engine, bytes.to_vec())
    }
    /// Is this a valid module of the binary format?
    pub fn validate(_engine: &Engine, bytes: &[u8]) -> anyhow::Result<()> {
        validate_bodies(&decode(bytes)?, bytes)
    }
    fn compile(engine: &Engine, bytes: Vec<u8>) -> anyhow::Result<Module> {
        let decoded = decode(&bytes)?;
        let code = match engine.machine() {
            None => {
                validate_bodies(&decoded, &bytes)?;
                None
            }
            Some(machine) => {
                let strategy = engine.config().strategy;
                let (image, stats) = compile_module_placed(&decoded, &bytes, &strategy, engine.config().code_placement)?;
                Some((CodeObject::new(machine.registry(), image, strategy)?, stats))
            }
        };
        let (code, stats) = code.unzip();
        Module::assemble(engine, decoded, bytes, code, stats)
    }
    /// A module of its parts; `code` is what its bodies were compiled to.
    pub(crate) fn assemble(
        engine: &Engine,
        decoded: Decoded,
        bytes: Vec<u8>,
        code: Option<CodeObject>,
        stats: Option<Stats>,
    ) -> anyhow::Result<Module> {
        let info = &decoded.info;
        let layout = Layout::new(info).context("the module's instance record would pass 2 GiB")?;
        let announced = match (&code, engine.machine()) {
            (Some(code), Some(machine)) if machine.profiler() != Profiler::None => {
                let name = info.name.as_deref().unwrap_or("module");
                Some(machine.announce(name, code.start(), &code.image(), &listing::names(info))?)
            }
            _ => None,
        };
        let inner = Inner {
            engine: engine.clone(),
            stats,
            _announced: announced,
            signatures: info.types.iter().map(|ty| engine.signature(ty)).collect(),
            exports: info.exports.iter().enumerate().map(|(at, e)| (e.name.clone(), at)).collect(),
            prepared: Arc::new(Prepared::new(info.bodies.len())),
            layout,
            decoded,
            bytes,
            code,
            images: OnceLock::new(),
        };
        let module = Module { inner: Arc::new(inner) };
        if let Some(code) = module.code() {
            engine.add_module(code.start(), WeakModule(Arc::downgrade(&module.inner)));
        }
        Ok(module)
    }
    /// What the name section calls it.
    pub fn name(&self) -> Option<&str> {
        self.info().name.as_deref()
    }
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }
    /// The name of function `index`, imported ones first: from the name section, or else of an export.
    pub fn function_name(&self, index: u32) -> Option<&str> {
        self.info().function_name(index)
    }
    /// The module in the binary format.
    pub fn binary(&self) -> &[u8] {
        self.bytes()
    }
    /// What the compiler counted and how long its passes took; None if this process did not compile the module.
    pub fn compile_stats(&self) -> Option<&Stats> {
        self.inner.stats.as_ref()
    }
    pub fn imports(&self) -> impl ExactSizeIterator<Item = ImportType<'_>> {
        let imports = self.info().imports.iter();
        imports.map(|i| ImportType { module: &i.module, name: &i.name, ty: self.import_type(&i.ty) })
    }
    pub fn exports(&self) -> impl ExactSizeIterator<Item = ExportType<'_>> {
        let exports = self.info().exports.iter();
        exports.map(|e| ExportType { name: &e.name, ty: self.extern_type(e.kind, e.index) })
    }
    /// The type of an export.
    pub fn get_export(&self, name: &str) -> Option<ExternType> {
        let (kind, index) = self.export(name)?;
        Some(self.extern_type(kind, index))
    }
    fn import_type(&self, ty: &declared::ExternType) -> ExternType {
        match *ty {
            declared::ExternType::Func(ty) => ExternType::Func(self.info().types[ty as usize].clone()),
            declared::ExternType::Table(ty) => ExternType::Table(ty),
            declared::ExternType::Memory(ty) => ExternType::Memory(ty),
            declared::ExternType::Global(ty) => ExternType::Global(ty),
        }
    }
    fn extern_type(&self, kind: ExternKind, index: u32) -> ExternType {
        let (info, at) = (self.info(), index as usize);
        match kind {
            ExternKind::Func => ExternType::Func(info.func_type(index).clone()),
            ExternKind::Table => ExternType::Table(info.tables[at]),
            ExternKind::Memory => ExternType::Memory(info.memories[at]),
            ExternKind::Global => ExternType::Global(info.globals[at]),
        }
    }
    /// Fails, naming the import, if something cannot be what is imported at a position.
    pub(crate) fn check_import(&self, store: &StoreOpaque, position: usize, found: &Extern) -> anyhow::Result<()> {
        let import = &self.info().imports[position];
        let fits = found.check_import(store, &self.import_type(&import.ty));
        fits.with_context(|| format!("incompatible import type for `{}::{}`", import.module, import.name))
    }
    pub(crate) fn export(&self, name: &str) -> Option<(ExternKind, u32)> {
        let export = &self.info().exports[*self.inner.exports.get(name)?];
        Some((export.kind, export.index))
    }
    pub(crate) fn info(&self) -> &ModuleInfo {
        &self.inner.decoded.info
    }
    pub(crate) fn layout(&self) -> &Layout {
        &self.inner.layout
    }
    /// Engine-wide number of type `ty`.
    pub(crate) fn signature(&self, ty: u32) -> u32 {
        self.inner.signatures[ty as usize]
    }
    pub(crate) fn signatures(&self) -> &[u32] {
        &self.inner.signatures
    }
    pub(crate) fn prepared(&self) -> &Arc<Prepared> {
        &self.inner.prepared
    }
    pub(crate) fn data(&self, segment: u32) -> &[u8] {
        &self.inner.bytes[self.info().data[segment as usize].bytes.clone()]
    }
    /// What a memory that the module defines contains at first, if that can be known beforehand.
    pub(crate) fn image(&self, memory: u32) -> Option<&Arc<Image>> {
        let images = || (0..self.info().memories.len() as u32).map(|k| self.make_image(k).map(Arc::new)).collect();
        self.inner.images.get_or_init(images)[memory as usize].as_ref()
    }
    fn make_image(&self, memory: u32) -> Option<Image> {
        let info = self.info();
        // A segment of elements that traps comes before all data, and what it has put into a foreign table by then can look.
        let foreign = |e: &Element| matches!(e.mode, SegmentMode::Active { target, .. } if target < info.imported_tables);
        if memory < info.imported_memories || info.elements.iter().any(foreign) {
            return None;
        }
        let mut data = Vec::new();
        for (segment, declared) in info.data.iter().enumerate() {
            match &declared.mode {
                SegmentMode::Active { target, offset } if *target == memory => match offset[..] {
                    [declared::ConstOp::I32(at)] => data.push((at as u32 as usize, self.data(segment as u32))),
                    _ => return None,
                },
                _ => {}
            }
        }
        Image::new(usize::try_from(info.memories[memory as usize].min.checked_mul(WASM_PAGE)?).ok()?, &data)
    }
    pub(crate) fn body(&self, defined: u32) -> &[u8] {
        &self.inner.bytes[self.info().bodies[defined as usize].clone()]
    }
    /// Address of the code of defined function `defined`; null in reference mode.
    pub(crate) fn code_of(&self, defined: u32) -> *const u8 {
        self.code().map_or(std::ptr::null(), |code| code.function(defined))
    }
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.inner.bytes
    }
    /// None in reference mode.
    pub(crate) fn code(&self) -> Option<&CodeObject> {
        self.inner.code.as_ref()
    }
    /// Are the two one compilation?
    pub fn same(a: &Module, b: &Module) -> bool {
        Arc::ptr_eq(&a.inner, &b.inner)
    }
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module").field("name", &self.name()).finish_non_exhaustive()
    }
}

fn validate_bodies(decoded: &Decoded, bytes: &[u8]) -> anyhow::Result<()> {
    let mut translator = Translator::default();
    for (index, body) in decoded.info.bodies.iter().enumerate() {
        translator.validate(decoded, index as u32, &bytes[body.clone()])?;
    }
    Ok(())
}

/// Value of a constant expression; `global` and `func` say what its names mean.
pub(crate) fn evaluate(expr: &[declared::ConstOp], global: impl Fn(u32) -> Slot, func: impl Fn(u32) -> u64) -> Slot {
    use declared::ConstOp::*;
    let mut stack: Vec<Slot> = Vec::with_capacity(2);
    for op in expr {
        let mut binary = |f: fn(u64, u64) -> u64| {
            let b = stack.pop().expect("validated").low;
            let a = stack.pop().expect("validated").low;
            Slot::scalar(f(a, b))
        };
        let value = match *op {
            I32(v) => Slot::scalar(u64::from(v as u32)),
            I64(v) => Slot::scalar(v as u64),
            F32(v) => Slot::scalar(u64::from(v)),
            F64(v) => Slot::scalar(v),
            V128(v) => Slot::vector(v),
            GlobalGet(k) => global(k),
            RefNull => Slot::ZERO,
            RefFunc(k) => Slot::scalar(func(k)),
            I32Add => binary(|a, b| u64::from((a as u32).wrapping_add(b as u32))),
            I32Sub => binary(|a, b| u64::from((a as u32).wrapping_sub(b as u32))),
            I32Mul => binary(|a, b| u64::from((a as u32).wrapping_mul(b as u32))),
            I64Add => binary(u64::wrapping_add),
            I64Sub => binary(u64::wrapping_sub),
            I64Mul => binary(u64::wrapping_mul),
        };
        stack.push(value);
    }
    stack.pop().expect("validated")
}

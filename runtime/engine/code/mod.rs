//! Machine code: executable memory, where it is, and the pieces that are made once per engine or per signature.
//!
//! Code is written into memory that cannot be executed, which then can be executed and never written again (`CodeMemory`).
mod artifact;
mod gdb;
mod jitdump;
mod perfmap;
mod profiler;
mod registry;

use crate::sys::{Access, Reservation};
use crate::vm::{StoreRecord, builtins};
use anyhow::{Context, bail};
use parking_lot::RwLock;
use samite_codegen::driver::image::FunctionRow;
use samite_codegen::driver::{Image, Strategy};
use samite_codegen::mach::tables::TrapRow;
use samite_codegen::x64::cpu::{Cpu, has_feature};
use samite_codegen::x64::stubs::{self, Stub};
use samite_ir::ssa::Builtin;
use samite_ir::translate::module::FuncType;
use samite_ir::value::{Trap, Type};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use profiler::{Announced, Profiler};
pub use registry::{FrameKind, Registry, Rows};

/// Executable memory.
pub struct CodeMemory {
    mapping: Reservation,
    len: usize,
}

impl CodeMemory {
    /// Copies position-independent code to where it can run.
    pub fn publish(text: &[u8]) -> anyhow::Result<CodeMemory> {
        let mapping = Reservation::new(text.len().max(1)).context("cannot map memory for code")?;
        let all = 0..mapping.size();
        mapping.protect(all.clone(), Access::ReadWrite).context("cannot make memory for code")?;
        // SAFETY: the mapping is ours alone, writable, and as long as the text at least.
        unsafe { mapping.base().copy_from_nonoverlapping(text.as_ptr(), text.len()) };
        // x86-64 keeps instruction caches coherent; another target flushes here.
        mapping.protect(all, Access::ReadExecute).context("cannot make code executable")?;
        Ok(CodeMemory { mapping, len: text.len() })
    }
    /// Address of the code at an offset. Panics beyond its end.
    pub fn at(&self, offset: u32) -> *const u8 {
        assert!((offset as usize) < self.len, "offset {offset:#x} is outside the code");
        self.mapping.base().wrapping_add(offset as usize)
    }
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: written by `publish`, readable and never written again.
        unsafe { std::slice::from_raw_parts(self.mapping.base(), self.len) }
    }
    pub fn start(&self) -> usize {
        self.mapping.base().addr()
    }
    pub fn len(&self) -> usize {
        self.len
    }
}

/// Code with its tables, known to a registry as long as it lives.
pub struct CodeObject {
    // Order matters: out of the registry first, then unmapped.
    _registered: registry::Registered,
    memory: CodeMemory,
    image: Image,
    strategy: Strategy,
}

impl CodeObject {
    pub fn new(registry: &Arc<Registry>, image: Image, strategy: Strategy) -> anyhow::Result<CodeObject> {
        let memory = CodeMemory::publish(&image.text)?;
        // SAFETY: the tables and the code live in the object that owns the registration, and are not changed. (Moving the object moves neither
        // the mapping nor the tables, which are on the heap.)
        let registered = unsafe { registry.add(memory.start(), memory.len(), Rows::new(&image.traps, &image.functions, &image.by_place)) };
        let image = Image { text: Vec::new(), ..image };
        Ok(CodeObject { _registered: registered, memory, image, strategy })
    }
    /// Address of the code of a function, by its index among the defined ones.
    pub fn function(&self, defined: u32) -> *const u8 {
        self.memory.at(self.image.functions[defined as usize].start)
    }
    pub fn start(&self) -> usize {
        self.memory.start()
    }
    /// What it was compiled with.
    pub fn strategy(&self) -> &Strategy {
        &self.strategy
    }
    /// The whole image again, text included.
    pub fn image(&self) -> Image {
        Image { text: self.memory.bytes().to_vec(), ..self.image.clone() }
    }
    /// The function and the wasm offset of a program counter.
    pub fn locate(&self, pc: usize) -> Option<(u32, Option<u32>)> {
        let offset = u32::try_from(pc.checked_sub(self.start())?).ok()?;
        Some((self.image.function_at(offset)?, self.image.wasm_offset(offset)))
    }
}

/// What enters machine code of one signature.
#[derive(Clone, Copy, Debug)]
pub struct EntryStub {
    code: *const u8,
}

// SAFETY: an address of code, which nobody writes.
unsafe impl Send for EntryStub {}
// SAFETY: as above.
unsafe impl Sync for EntryStub {}

type EntryFn = unsafe extern "C" fn(code: *const u8, context: *mut u8, slots: *mut crate::vm::Slot, store: *const StoreRecord) -> u32;

impl EntryStub {
    /// The stub as a function: calls `code`, returns 0, or 1 if the call ended by a trap or the failure of a host function.
    pub fn function(self) -> EntryFn {
        // SAFETY: `Machine::stubs` made the stub, of this shape (`codegen/x64/stubs.rs`).
        unsafe { std::mem::transmute::<*const u8, EntryFn>(self.code) }
    }
}

/// The stubs of a signature.
#[derive(Clone, Copy)]
struct SignatureStubs {
    entry: *const u8,
    host: *const u8,
}

/// What an engine needs to run machine code.
pub struct Machine {
    registry: Arc<Registry>,
    /// Addresses by `Builtin`: where the instance records point.
    builtins: Box<[*const u8]>,
    exit: *const u8,
    stubs: RwLock<StubCache>,
    interrupt_page: Reservation,
    /// What the interruption page says, for code that is not compiled.
    interrupted: AtomicBool,
    profiler: Profiler,
    _common: StubCode,
}

// SAFETY: the addresses are of code that lives as long as the machine and is never written.
unsafe impl Send for Machine {}
// SAFETY: as above.
unsafe impl Sync for Machine {}

#[derive(Default)]
struct StubCache {
    /// At its number, which is small: numbers are given in order.
    by_signature: Vec<Option<SignatureStubs>>,
    code: Vec<StubCode>,
}

/// Stubs put together in one mapping.
struct StubCode {
    _registered: registry::Registered,
    _announced: Option<Announced>,
    memory: CodeMemory,
    _traps: Vec<TrapRow>,
    starts: Vec<u32>,
}

impl StubCode {
    fn new(registry: &Arc<Registry>, profiler: Profiler, stubs: &[Stub], names: &[String]) -> anyhow::Result<StubCode> {
        let (mut text, mut traps, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for stub in stubs {
            text.resize(usize::next_multiple_of(text.len(), 32), 0xcc);
            let start = text.len() as u32;
            starts.push(start);
            text.extend_from_slice(&stub.text);
            traps.extend(stub.traps.iter().map(|row| TrapRow { pc: row.pc + start, ..*row }));
        }
        let memory = CodeMemory::publish(&text)?;
        // SAFETY: as in `CodeObject::new`.
        let registered = unsafe { registry.add(memory.start(), memory.len(), Rows::new(&traps, &[], &[])) };
        let announced = match profiler {
            Profiler::None => None,
            _ => Some(profiler.announce("samite", memory.start(), &stub_image(text, stubs, &starts), names)?),
        };
        Ok(StubCode { _registered: registered, _announced: announced, memory, _traps: traps, starts })
    }
    fn start(&self, stub: usize) -> *const u8 {
        self.memory.at(self.starts[stub])
    }
}

/// Stubs as an image, for profilers.
fn stub_image(text: Vec<u8>, stubs: &[Stub], starts: &[u32]) -> Image {
    let row = |(stub, start): (&Stub, &u32)| FunctionRow { start: *start, code_end: start + stub.text.len() as u32, frameless: false };
    let mut image = Image { text, functions: stubs.iter().zip(starts).map(row).collect(), ..Image::default() };
    image.sort();
    image
}

impl Machine {
    /// Fails on a CPU that lacks what code compiled for `cpu` uses. Installs the signal handlers.
    pub fn new(profiler: Profiler, cpu: Cpu) -> anyhow::Result<Machine> {
        check_cpu(cpu)?;
        crate::trap::signals::install();
        let registry = Arc::new(Registry::new());
        let mut common: Vec<Stub> = Builtin::ALL.iter().map(|b| stubs::builtin(builtins::address(*b) as u64)).collect();
        common.push(stubs::exit());
        let mut names: Vec<String> = Builtin::ALL.iter().map(|b| format!("samite-builtin-{}", b.name())).collect();
        names.push("samite-exit".into());
        let common = StubCode::new(&registry, profiler, &common, &names)?;
        let interrupt_page = Reservation::new(crate::sys::PAGE).context("cannot map the interruption page")?;
        interrupt_page.protect(0..crate::sys::PAGE, Access::Read).context("cannot map the interruption page")?;
        Ok(Machine {
            registry,
            builtins: (0..Builtin::ALL.len()).map(|k| common.start(k)).collect(),
            exit: common.start(Builtin::ALL.len()),
            stubs: RwLock::default(),
            interrupt_page,
            interrupted: AtomicBool::new(false),
            profiler,
            _common: common,
        })
    }
    pub fn profiler(&self) -> Profiler {
        self.profiler
    }
    /// Tells the engine's profiler about the functions of a module.
    pub fn announce(&self, module: &str, start: usize, image: &Image, names: &[String]) -> anyhow::Result<Announced> {
        self.profiler.announce(module, start, image, names)
    }
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }
    /// Tells a new store's record where the engine's code is.
    pub fn attach(&self, record: &StoreRecord) {
        record.registry.set(Arc::as_ptr(&self.registry));
        record.exit_stub.set(self.exit.addr());
    }
    pub fn entry_stub(&self, signature: u32, ty: &FuncType) -> anyhow::Result<EntryStub> {
        Ok(EntryStub { code: self.stubs(signature, ty)?.entry })
    }
    pub fn host_stub(&self, signature: u32, ty: &FuncType) -> anyhow::Result<*const u8> {
        Ok(self.stubs(signature, ty)?.host)
    }
    fn stubs(&self, signature: u32, ty: &FuncType) -> anyhow::Result<SignatureStubs> {
        let at = signature as usize;
        let known = |cache: &StubCache| cache.by_signature.get(at).copied().flatten();
        if let Some(stubs) = known(&self.stubs.read()) {
            return Ok(stubs);
        }
        let mut cache = self.stubs.write();
        if let Some(stubs) = known(&cache) {
            return Ok(stubs);
        }
        anyhow::ensure!(ty.params.len().max(ty.results.len()) <= 1000, "a function has at most 1,000 parameters and 1,000 results");
        let types = |list: &[crate::ValType]| list.iter().map(|ty| ty.ssa()).collect::<Vec<Type>>();
        let (params, results) = (types(&ty.params), types(&ty.results));
        let names = ["entry", "host"].map(|kind| format!("samite-{kind}-{signature}"));
        let both = [stubs::entry(&params, &results), stubs::host(&params, &results)];
        let code = StubCode::new(&self.registry, self.profiler, &both, &names)?;
        let stubs = SignatureStubs { entry: code.start(0), host: code.start(1) };
        if cache.by_signature.len() <= at {
            cache.by_signature.resize(at + 1, None);
        }
        cache.by_signature[at] = Some(stubs);
        cache.code.push(code);
        Ok(stubs)
    }
    pub fn builtins(&self) -> *const *const u8 {
        self.builtins.as_ptr()
    }
    pub fn interrupt_page(&self) -> *const u8 {
        self.interrupt_page.base()
    }
    /// Makes the interruption page unreadable, or readable again.
    pub fn set_interrupt(&self, on: Interruption) -> anyhow::Result<()> {
        let access = match on {
            Interruption::Stop => Access::None,
            Interruption::Go => Access::Read,
        };
        self.interrupted.store(on == Interruption::Stop, Ordering::Relaxed);
        self.interrupt_page.protect(0..crate::sys::PAGE, access).context("cannot change the interruption page")
    }
    pub fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// What the interruption page says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interruption {
    Stop,
    Go,
}

fn check_cpu(cpu: Cpu) -> anyhow::Result<()> {
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    {
        let features: Vec<(&str, bool)> = cpu.features().iter().map(|name| (*name, has_feature(name))).collect();
        require(&features)
    }
    #[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
    bail!("the compiled engine runs on x86-64 Linux only; EngineKind::Reference (`--engine reference`) runs everywhere")
}

/// Fails with the names of the features that are not there.
fn require(features: &[(&str, bool)]) -> anyhow::Result<()> {
    let missing: Vec<&str> = features.iter().filter(|f| !f.1).map(|f| f.0).collect();
    if !missing.is_empty() {
        let (missing, advice) = (missing.join(", "), "EngineKind::Reference (`--engine reference`) runs everywhere");
        bail!("the compiled engine needs a CPU with {missing}, which this one lacks; {advice}");
    }
    Ok(())
}

/// The trap of a fault, as the signal handler asks.
pub fn trap_row(rows: &[TrapRow], offset: u32) -> Option<Trap> {
    rows.binary_search_by_key(&offset, |row| row.pc).ok().map(|at| rows[at].trap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poor_cpu_is_named() {
        require(&[("AVX2", true)]).unwrap();
        let error = require(&[("AVX2", false), ("BMI1", true), ("BMI2", false)]).unwrap_err();
        let expected = "the compiled engine needs a CPU with AVX2, BMI2, which this one lacks; \
            EngineKind::Reference (`--engine reference`) runs everywhere";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn code_is_never_writable_and_executable_at_once() {
        let code = CodeMemory::publish(&[0xc3; 5000]).unwrap();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let start = format!("{:x}-", code.start());
        let line = maps.lines().find(|line| line.starts_with(&start)).unwrap();
        assert!(line.contains(" r-xp "), "{line}");
        assert!(!maps.lines().any(|line| line.contains(" rwx")), "{maps}");
    }
}

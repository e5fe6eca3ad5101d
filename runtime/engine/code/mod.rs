//! Executable memory and where it is.
use samite_ir::translate::module::FuncType;

/// Ranges of machine code of an engine, for the signal handler and for backtraces.
pub struct Registry;

/// What enters machine code of one signature.
#[derive(Clone, Copy, Debug)]
pub struct EntryStub {
    _code: *const u8,
}

// SAFETY: an address of code, which nobody writes.
unsafe impl Send for EntryStub {}
// SAFETY: as above.
unsafe impl Sync for EntryStub {}

/// What an engine needs to run machine code.
pub struct Machine {
    _registry: Registry,
}

impl Machine {
    pub fn new() -> anyhow::Result<Machine> {
        anyhow::bail!("the compiled engine is under construction; use EngineKind::Reference")
    }
    pub fn attach(&self, _record: &crate::vm::StoreRecord) {}
    pub fn entry_stub(&self, _signature: u32, _ty: &FuncType) -> anyhow::Result<EntryStub> {
        anyhow::bail!("the compiled engine is under construction")
    }
    pub fn host_stub(&self, _signature: u32, _ty: &FuncType) -> anyhow::Result<*const u8> {
        anyhow::bail!("the compiled engine is under construction")
    }
    pub fn builtins(&self) -> *const u8 {
        std::ptr::null()
    }
    pub fn interrupt_page(&self) -> *const u8 {
        std::ptr::null()
    }
}

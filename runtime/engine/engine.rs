//! The engine: what modules and stores share. Cheap to clone, used from any thread.
use crate::code::{EntryStub, Interruption, Machine};
use crate::config::{Config, EngineKind};
use crate::memory::pool::Pool;
use crate::memory::wait::{Queues, WaitQueue};
use crate::memory::{GUARDED, WASM_PAGE};
use crate::module::{Module, WeakModule};
use crate::registry::Registry;
use parking_lot::Mutex;
use samite_codegen::driver::Strategy;
use samite_ir::translate::module::FuncType;
use samite_opt::Bounds;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Where modules are compiled and stores are made. A clone is the same engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    registry: Registry,
    pool: Arc<Pool>,
    epoch: AtomicU64,
    wait_queue: Arc<dyn WaitQueue>,
    /// Between `interrupt` and `resume`.
    stopping: AtomicBool,
    /// Compiled modules by the address of their code.
    modules: Mutex<BTreeMap<usize, WeakModule>>,
    /// None in reference mode.
    machine: Option<Machine>,
}

impl Default for Engine {
    /// An engine with the default configuration. Panics where `Engine::new` would fail.
    fn default() -> Engine {
        Engine::new(&Config::default()).expect("the default configuration does not work on this machine")
    }
}

impl Engine {
    /// Fails if the machine lacks what the configuration asks for.
    pub fn new(config: &Config) -> anyhow::Result<Engine> {
        let page = crate::sys::page_size();
        anyhow::ensure!(page == crate::sys::PAGE, "pages of {page} bytes are not supported");
        let machine = match config.engine {
            EngineKind::Reference => None,
            EngineKind::Compiled => Some(Machine::new(config.profiler, config.strategy.cpu)?),
        };
        let config = within_budget(config);
        let pool = Pool::new(config.memory_reservation_budget, config.max_shared_memory_bytes);
        let wait_queue = config.wait_queue.0.clone().unwrap_or_else(|| Arc::new(Queues::default()));
        let inner = Inner {
            config,
            registry: Registry::default(),
            pool,
            epoch: AtomicU64::new(0),
            wait_queue,
            stopping: AtomicBool::new(false),
            modules: Mutex::default(),
            machine,
        };
        Ok(Engine { inner: Arc::new(inner) })
    }
    /// What the engine was made with, but for what its budget of address space does not allow (`Config::memory_reservation_budget`).
    pub fn config(&self) -> &Config {
        &self.inner.config
    }
    /// How machine code is made: what artefacts of this engine say, and what those that it loads must agree with.
    pub fn strategy(&self) -> Strategy {
        self.inner.config.strategy
    }
    /// Do its stores look at their epoch deadlines while they run wasm code? If it is interpreted, or the strategy says `interrupt=epoch`.
    pub fn has_epochs(&self) -> bool {
        self.machine().is_none() || self.strategy().interrupt == samite_ir::translate::Interrupt::Epoch
    }
    /// Adds 1 to the counter that stores compare with their deadline (`Store::set_epoch_deadline`). May be called from any thread and from
    /// a signal handler. Threads that wait in a shared memory look at it every few milliseconds.
    pub fn increment_epoch(&self) {
        self.inner.epoch.fetch_add(1, Ordering::Relaxed);
    }
    /// Makes wasm code of the engine trap with `Trap::Interrupted`, until `resume`: what is interpreted or whose strategy says `interrupt=page`,
    /// at functions' entries, in loops, and while it fills or copies memory; and whoever waits in a shared memory. May be called from any
    /// thread.
    pub fn interrupt(&self) -> anyhow::Result<()> {
        self.inner.stopping.store(true, Ordering::SeqCst);
        let set = self.machine().map_or(Ok(()), |machine| machine.set_interrupt(Interruption::Stop));
        self.inner.wait_queue.recheck();
        set
    }
    /// Ends `interrupt`.
    pub fn resume(&self) -> anyhow::Result<()> {
        self.inner.stopping.store(false, Ordering::SeqCst);
        self.machine().map_or(Ok(()), |machine| machine.set_interrupt(Interruption::Go))
    }
    pub(crate) fn stopping(&self) -> bool {
        self.inner.stopping.load(Ordering::SeqCst)
    }
    pub(crate) fn wait_queue(&self) -> &dyn WaitQueue {
        &*self.inner.wait_queue
    }
    /// Are the two the same engine?
    pub fn same(a: &Engine, b: &Engine) -> bool {
        Arc::ptr_eq(&a.inner, &b.inner)
    }
    pub(crate) fn epoch(&self) -> &AtomicU64 {
        &self.inner.epoch
    }
    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.inner.pool
    }
    pub(crate) fn machine(&self) -> Option<&Machine> {
        self.inner.machine.as_ref()
    }
    pub(crate) fn add_module(&self, start: usize, module: WeakModule) {
        self.inner.modules.lock().insert(start, module);
    }
    pub(crate) fn remove_module(&self, start: usize) {
        self.inner.modules.lock().remove(&start);
    }
    /// The module whose code may contain `pc`: the last one that starts before.
    pub(crate) fn module_at(&self, pc: usize) -> Option<Module> {
        self.inner.modules.lock().range(..=pc).next_back()?.1.upgrade()
    }
    /// The number of a function type.
    pub(crate) fn signature(&self, ty: &FuncType) -> u32 {
        self.inner.registry.id(ty)
    }
    pub(crate) fn func_type(&self, signature: u32) -> Arc<FuncType> {
        self.inner.registry.get(signature)
    }
    /// What enters machine code of the signature; None in reference mode.
    pub(crate) fn entry_stub(&self, signature: u32) -> anyhow::Result<Option<EntryStub>> {
        self.machine().map(|m| m.entry_stub(signature, &self.func_type(signature))).transpose()
    }
    /// What leaves machine code for a host function of the signature; null in reference mode.
    pub(crate) fn host_stub(&self, signature: u32) -> anyhow::Result<*const u8> {
        match self.machine() {
            None => Ok(std::ptr::null()),
            Some(m) => m.host_stub(signature, &self.func_type(signature)),
        }
    }
}

/// The configuration with what its budget of address space allows: guards only if there is room for one memory with guards, and without them
/// memories that can reserve all they may become.
fn within_budget(config: &Config) -> Config {
    let mut config = config.clone();
    let budget = config.memory_reservation_budget;
    if budget < GUARDED as u64 {
        config.strategy.bounds = Bounds::Compare;
    }
    if config.bounds() == Bounds::Compare {
        let most = budget.saturating_sub(crate::sys::PAGE as u64) / WASM_PAGE * WASM_PAGE;
        config.max_memory_bytes = config.max_memory_bytes.min(most);
    }
    config
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("config", &self.inner.config).finish()
    }
}

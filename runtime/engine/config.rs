//! What an engine is made with.
use crate::code::Profiler;
use crate::memory::wait::WaitQueue;
use samite_codegen::driver::{Placement, Strategy};
use samite_opt::Bounds;
use std::fmt;
use std::sync::Arc;

/// What runs wasm code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum EngineKind {
    /// Machine code, as `Config::strategy` says. Needs an x86-64 CPU with AVX2, BMI1, BMI2, LZCNT and POPCNT.
    #[default]
    Compiled,
    /// The interpreter of `ir/reference`: slow, by the letter of the specification, no machine code at all.
    Reference,
}

impl EngineKind {
    pub const ALL: &'static [EngineKind] = &[EngineKind::Compiled, EngineKind::Reference];
}

/// The choices of an engine; each method sets one and gives the configuration back.
///
/// ```
/// let mut config = samite::Config::new();
/// config.engine(samite::EngineKind::Reference).max_wasm_stack(256 << 10);
/// let engine = samite::Engine::new(&config)?;
/// # Ok::<(), samite::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) engine: EngineKind,
    pub(crate) strategy: Strategy,
    pub(crate) max_wasm_stack: usize,
    pub(crate) host_stack_reserve: usize,
    pub(crate) max_memory_bytes: u64,
    pub(crate) max_table_elements: u64,
    pub(crate) memory_reservation_budget: u64,
    pub(crate) max_shared_memory_bytes: u64,
    pub(crate) wait_queue: OwnQueue,
    pub(crate) profiler: Profiler,
    pub(crate) code_placement: Placement,
}

/// A wait queue of the embedder.
#[derive(Clone)]
pub(crate) struct OwnQueue(pub(crate) Option<Arc<dyn WaitQueue>>);

impl fmt::Debug for OwnQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "the embedder's" } else { "the engine's" })
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            engine: EngineKind::default(),
            strategy: Strategy::default(),
            max_wasm_stack: 1 << 20,
            host_stack_reserve: 512 << 10,
            max_memory_bytes: 4 << 30,
            max_table_elements: 10_000_000,
            // A quarter of the user address space of x86-64: 4,096 guarded memories.
            memory_reservation_budget: 32 << 40,
            max_shared_memory_bytes: 64 << 30,
            wait_queue: OwnQueue(None),
            profiler: Profiler::None,
            code_placement: Placement::InOrder,
        }
    }
}

impl Config {
    pub fn new() -> Config {
        Config::default()
    }
    pub fn engine(&mut self, kind: EngineKind) -> &mut Config {
        self.engine = kind;
        self
    }
    /// How machine code is made; parsed from text by `str::parse`.
    pub fn strategy(&mut self, strategy: Strategy) -> &mut Config {
        self.strategy = strategy;
        self
    }
    /// Bytes of stack that wasm code and the host functions it calls may use, counted from the outermost call into the store; 1 MiB by
    /// default.
    pub fn max_wasm_stack(&mut self, bytes: usize) -> &mut Config {
        self.max_wasm_stack = bytes;
        self
    }
    /// Bytes of the thread's stack that must be left when a host function is called; 512 KiB by default. A host function that needs more
    /// is at fault itself.
    pub fn host_stack_reserve(&mut self, bytes: usize) -> &mut Config {
        self.host_stack_reserve = bytes;
        self
    }
    /// Bytes of stack that a thread of the host should have to run wasm code: what wasm may use, what its host functions need, and a bit.
    pub fn thread_stack(&self) -> usize {
        self.max_wasm_stack.saturating_add(self.host_stack_reserve).saturating_add(512 << 10)
    }
    /// The largest size of any memory in bytes, whatever its type says; 4 GiB by default.
    pub fn max_memory_bytes(&mut self, bytes: u64) -> &mut Config {
        self.max_memory_bytes = bytes;
        self
    }
    /// The largest size of any table, whatever its type says.
    pub fn max_table_elements(&mut self, elements: u64) -> &mut Config {
        self.max_table_elements = elements;
        self
    }
    /// Bytes of address space that all memories of the engine may reserve together; 32 TiB by default.
    ///
    /// With `bounds=guard` each reserves 8 GiB. A budget without room for one of these makes it `bounds=compare` (`Engine::strategy` tells),
    /// where a memory reserves what its type's maximum and `max_memory_bytes` let it become; that is then the budget at most.
    pub fn memory_reservation_budget(&mut self, bytes: u64) -> &mut Config {
        self.memory_reservation_budget = bytes;
        self
    }
    /// The most bytes that all shared memories of the engine may have together; 64 GiB by default. Stores' limiters are not asked about them
    /// but for what wasm code defines or grows.
    pub fn max_shared_memory_bytes(&mut self, bytes: u64) -> &mut Config {
        self.max_shared_memory_bytes = bytes;
        self
    }
    /// Where threads wait that execute `memory.atomic.wait32` and `wait64`, instead of the engine's own queue.
    pub fn wait_queue(&mut self, queue: Arc<dyn WaitQueue>) -> &mut Config {
        self.wait_queue = OwnQueue(Some(queue));
        self
    }
    /// Who else is told about machine code; nobody by default.
    pub fn profiler(&mut self, profiler: Profiler) -> &mut Config {
        self.profiler = profiler;
        self
    }
    /// Where the functions of modules compiled here are put; in their order by default. For measurements: processes with different seeds have
    /// the same code at different places. `Module::serialize` keeps the place.
    pub fn code_placement(&mut self, placement: Placement) -> &mut Config {
        self.code_placement = placement;
        self
    }
    pub(crate) fn bounds(&self) -> Bounds {
        match self.engine {
            EngineKind::Compiled => self.strategy.bounds,
            EngineKind::Reference => Bounds::Compare,
        }
    }
}

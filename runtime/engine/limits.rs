//! Limits of a store: what an embedder may refuse, and what happens when the interruption deadline has passed.

/// Decides about growth. Install one with `Store::limiter`. It must not panic: asked by compiled code, that ends the process.
pub trait ResourceLimiter {
    /// May a memory of `current` bytes (0 if it is being made) get `desired` bytes? `maximum` is the one its type states. On false, or an
    /// error, `memory.grow` gives -1 and the making of a memory fails.
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> anyhow::Result<bool>;
    /// As `memory_growing`, in elements.
    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> anyhow::Result<bool>;
    /// The most instances that a store may have.
    fn instances(&self) -> usize {
        10_000
    }
    /// The most tables that a store may have.
    fn tables(&self) -> usize {
        10_000
    }
    /// The most memories that a store may have.
    fn memories(&self) -> usize {
        10_000
    }
}

/// One question to a limiter.
#[derive(Clone, Copy, Debug)]
pub enum Growth {
    Memory {
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    },
    Table {
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    },
    /// The number there will be.
    Instances(usize),
    Tables(usize),
    Memories(usize),
}

impl Growth {
    pub fn ask(self, limiter: &mut dyn ResourceLimiter) -> anyhow::Result<bool> {
        match self {
            Growth::Memory { current, desired, maximum } => limiter.memory_growing(current, desired, maximum),
            Growth::Table { current, desired, maximum } => limiter.table_growing(current, desired, maximum),
            Growth::Instances(count) => Ok(count <= limiter.instances()),
            Growth::Tables(count) => Ok(count <= limiter.tables()),
            Growth::Memories(count) => Ok(count <= limiter.memories()),
        }
    }
    pub fn what(self) -> &'static str {
        match self {
            Growth::Memory { .. } => "memory size",
            Growth::Table { .. } => "table size",
            Growth::Instances(_) => "instances",
            Growth::Tables(_) => "tables",
            Growth::Memories(_) => "memories",
        }
    }
}

/// Fixed limits.
///
/// ```
/// use samite::*;
/// struct Host { limits: StoreLimits }
/// let engine = Engine::default();
/// let limits = StoreLimitsBuilder::new().memory_size(1 << 20).instances(1).build();
/// let mut store = Store::new(&engine, Host { limits });
/// store.limiter(|host| &mut host.limits);
/// assert!(Memory::new(&mut store, MemoryType { min: 17, max: None, shared: false }).is_err());
/// ```
#[derive(Clone, Debug)]
pub struct StoreLimits {
    memory_size: Option<usize>,
    table_elements: Option<usize>,
    instances: usize,
    tables: usize,
    memories: usize,
}

impl Default for StoreLimits {
    fn default() -> StoreLimits {
        StoreLimits { memory_size: None, table_elements: None, instances: 10_000, tables: 10_000, memories: 10_000 }
    }
}

impl ResourceLimiter for StoreLimits {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> anyhow::Result<bool> {
        Ok(self.memory_size.is_none_or(|limit| desired <= limit))
    }
    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> anyhow::Result<bool> {
        Ok(self.table_elements.is_none_or(|limit| desired <= limit))
    }
    fn instances(&self) -> usize {
        self.instances
    }
    fn tables(&self) -> usize {
        self.tables
    }
    fn memories(&self) -> usize {
        self.memories
    }
}

#[derive(Clone, Debug, Default)]
pub struct StoreLimitsBuilder(StoreLimits);

impl StoreLimitsBuilder {
    pub fn new() -> StoreLimitsBuilder {
        StoreLimitsBuilder::default()
    }
    /// Bytes that each memory may have.
    pub fn memory_size(mut self, bytes: usize) -> StoreLimitsBuilder {
        self.0.memory_size = Some(bytes);
        self
    }
    /// Elements that each table may have.
    pub fn table_elements(mut self, elements: usize) -> StoreLimitsBuilder {
        self.0.table_elements = Some(elements);
        self
    }
    pub fn instances(mut self, count: usize) -> StoreLimitsBuilder {
        self.0.instances = count;
        self
    }
    pub fn tables(mut self, count: usize) -> StoreLimitsBuilder {
        self.0.tables = count;
        self
    }
    pub fn memories(mut self, count: usize) -> StoreLimitsBuilder {
        self.0.memories = count;
        self
    }
    pub fn build(self) -> StoreLimits {
        self.0
    }
}

/// What a callback at the deadline decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UpdateDeadline {
    /// Trap with `Trap::Interrupted`.
    Interrupt,
    /// Go on, for so many ticks from now.
    Continue(u64),
}

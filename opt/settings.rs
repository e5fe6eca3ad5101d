//! What a pass is given besides the function: the module's part of it, shared by all functions, and scratch memory.
use crate::Options;
use crate::bounds::Checked;
use crate::counts::Counts;
use crate::licm;
use crate::params::Waits;
use crate::rotate;
use crate::writer::State;
use samite_ir::ssa::cfg::Cfg;
use samite_ir::ssa::dom::Dom;
use samite_ir::ssa::loops::Loops;
use samite_ir::ssa::{Edge, Value};
use samite_ir::translate::module::MemoryType;
use samite_ir::translate::vmctx::Layout;
use std::ops::Range;

#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    pub options: Options,
    /// Where the instance record has what checks compare with.
    pub layout: &'a Layout,
    /// The module's memories, imports first.
    pub memories: &'a [MemoryType],
}

/// Scratch memory, kept from one function to the next; one a thread. Says nothing about any function between passes.
#[derive(Default)]
pub struct Context {
    /// What passes counted since the caller cleared it.
    pub counts: Counts,
    pub(crate) cfg: Cfg,
    pub(crate) dom: Dom,
    pub(crate) loops: Loops,
    pub(crate) state: State,
    pub(crate) checked: Checked,
    /// What stands for a value, by value.
    pub(crate) map: Vec<Value>,
    pub(crate) edge_live: Vec<bool>,
    pub(crate) block_live: Vec<bool>,
    /// Bodies under construction, in the order of the walk.
    pub(crate) ranges: Vec<Range<u32>>,
    pub(crate) body: Vec<Value>,
    pub(crate) live: Vec<bool>,
    pub(crate) work: Vec<Value>,
    pub(crate) params: Waits,
    pub(crate) edges: Vec<Edge>,
    pub(crate) licm: licm::Scratch,
    pub(crate) rotate: rotate::Scratch,
}

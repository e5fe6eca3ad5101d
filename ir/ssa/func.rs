//! A function in SSA form: arenas and side tables, ids instead of pointers.
//!
//! `layout` is the order of the text. Translation leaves wasm order: every edge leads to a later block, or back to the header of a loop
//! around it. Passes keep it so (the verifier sees to it), and code is laid out and registers are allocated in that order.
//!
//! A block's body is a range of `body`; the ranges of the layout follow one another without gaps, and passes that insert or remove ops
//! leave them so.
use super::op::{Block, Builtin, CallSite, Edge, Op, Sig, Switch, Value, ValueList, VectorConst};
use crate::value::{Type, Wide};
use cranelift_entity::{ListPool, PrimaryMap, SecondaryMap};
use std::collections::HashMap;
use std::ops::{Index, Range};

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Signature {
    pub params: Vec<Type>,
    pub results: Vec<Type>,
}

#[derive(Clone, Debug, Default)]
pub struct BlockData {
    /// `Op::Param`s of this block, in order.
    pub params: ValueList,
    /// Its ops, the last one a terminator, as a range of `Func::body`.
    pub body: Range<u32>,
    /// How many loops it is in.
    pub loop_depth: u16,
    /// Ends in a trap or is reached only through such: laid out of line.
    pub cold: bool,
}

#[derive(Clone, Debug)]
pub struct EdgeData {
    pub from: Block,
    pub to: Block,
    /// One value per parameter of `to`.
    pub args: ValueList,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallTarget {
    /// Function defined in this module, by its index among the defined ones. Argument 0 is the own context.
    Direct(u32),
    /// Code address; argument 0 is the callee's context. `caller` is the own context, for host functions that ask who called.
    Pointer { code: Value, caller: Value },
    /// Function of the runtime. Argument 0 is the own context.
    Builtin(Builtin),
}

#[derive(Clone, Debug)]
pub struct CallData {
    pub target: CallTarget,
    /// Includes the context as first parameter.
    pub sig: Sig,
    pub args: ValueList,
}

#[derive(Clone, Debug)]
pub struct SwitchData {
    /// One edge per table entry; entries that lead to the same block with the same arguments may share an edge.
    pub edges: Vec<Edge>,
    pub default: Edge,
}

impl SwitchData {
    /// Calls `each` once for each edge: a table of many entries with one edge of many arguments is no product of both.
    pub fn for_each_edge(&self, each: impl FnMut(Edge)) {
        let entries = self.edges.iter().copied().chain([self.default]);
        // Edges of one switch are made together, so the common case is told apart by ascending ids.
        if entries.clone().is_sorted_by(|a, b| a < b) {
            return entries.for_each(each);
        }
        let mut edges: Vec<Edge> = entries.collect();
        edges.sort_unstable();
        edges.dedup();
        edges.into_iter().for_each(each);
    }
}

/// The constant vectors of a function, each once; a V128 has its upper half zero, so that one id may serve both widths.
#[derive(Clone, Debug, Default)]
pub struct Vectors {
    list: PrimaryMap<VectorConst, Wide>,
    ids: HashMap<Wide, VectorConst>,
}

impl Vectors {
    pub fn intern(&mut self, bits: impl Into<Wide>) -> VectorConst {
        let bits = bits.into();
        *self.ids.entry(bits).or_insert_with(|| self.list.push(bits))
    }
    pub fn get(&self, id: VectorConst) -> Option<Wide> {
        self.list.get(id).copied()
    }
}

impl Index<VectorConst> for Vectors {
    type Output = Wide;
    fn index(&self, id: VectorConst) -> &Wide {
        &self.list[id]
    }
}

#[derive(Clone, Debug, Default)]
pub struct Func {
    /// Index among the functions that the module defines.
    pub index: u32,
    pub signature: Signature,
    pub ops: PrimaryMap<Value, Op>,
    /// Byte offset in the module of the wasm operator that an op comes from.
    pub offsets: SecondaryMap<Value, u32>,
    pub pool: ListPool<Value>,
    pub blocks: PrimaryMap<Block, BlockData>,
    pub edges: PrimaryMap<Edge, EdgeData>,
    pub calls: PrimaryMap<CallSite, CallData>,
    pub switches: PrimaryMap<Switch, SwitchData>,
    pub signatures: PrimaryMap<Sig, Signature>,
    pub vectors: Vectors,
    pub layout: Vec<Block>,
    pub body: Vec<Value>,
}

impl Func {
    pub fn entry(&self) -> Block {
        self.layout[0]
    }
    /// The type of a value that has one. Panics for an op without result: verifiers see to it that none is used as operand.
    pub fn ty(&self, v: Value) -> Type {
        self.ops[v].result_type().unwrap_or_else(|| panic!("{v} has no result: {:?}", self.ops[v]))
    }
    pub fn params(&self, b: Block) -> &[Value] {
        self.blocks[b].params.as_slice(&self.pool)
    }
    /// The ops of a block, terminator last.
    pub fn body(&self, b: Block) -> &[Value] {
        let r = &self.blocks[b].body;
        &self.body[r.start as usize..r.end as usize]
    }
    pub fn terminator(&self, b: Block) -> Value {
        self.body[self.blocks[b].body.end as usize - 1]
    }
    pub fn args(&self, e: Edge) -> &[Value] {
        self.edges[e].args.as_slice(&self.pool)
    }
    pub fn call_args(&self, c: CallSite) -> &[Value] {
        self.calls[c].args.as_slice(&self.pool)
    }
    /// A new op in the arena, in no block yet.
    pub fn make(&mut self, op: Op, offset: u32) -> Value {
        let v = self.ops.push(op);
        self.offsets[v] = offset;
        v
    }
    pub fn make_block(&mut self) -> Block {
        self.blocks.push(BlockData::default())
    }
    pub fn add_param(&mut self, b: Block, ty: Type, offset: u32) -> Value {
        let n = self.blocks[b].params.len(&self.pool) as u32;
        let v = self.make(Op::Param(ty, b, n), offset);
        self.blocks[b].params.push(v, &mut self.pool);
        v
    }
    pub fn make_edge(&mut self, from: Block, to: Block, args: &[Value]) -> Edge {
        let args = ValueList::from_slice(args, &mut self.pool);
        self.edges.push(EdgeData { from, to, args })
    }
    pub fn make_list(&mut self, values: &[Value]) -> ValueList {
        ValueList::from_slice(values, &mut self.pool)
    }
    /// Calls `each` for every outgoing edge of a block, in the order of the terminator's text; a shared switch edge comes once an entry.
    pub fn for_each_successor(&self, b: Block, mut each: impl FnMut(Edge)) {
        match self.ops[self.terminator(b)] {
            Op::Jump(e) => each(e),
            Op::Branch(_, yes, no) => {
                each(yes);
                each(no);
            }
            Op::Switch(_, s) => {
                self.switches[s].edges.iter().copied().for_each(&mut each);
                each(self.switches[s].default);
            }
            _ => {}
        }
    }
    /// Like `for_each_successor`, but each edge comes once.
    pub fn for_each_distinct_successor(&self, b: Block, each: impl FnMut(Edge)) {
        match self.ops[self.terminator(b)] {
            Op::Switch(_, s) => self.switches[s].for_each_edge(each),
            _ => self.for_each_successor(b, each),
        }
    }
    /// Calls `each` for every value an op reads, edge arguments included, those of a shared edge once.
    pub fn for_each_operand(&self, v: Value, mut each: impl FnMut(Value)) {
        match self.ops[v] {
            Op::Param(..) | Op::Const(..) | Op::VConst(..) | Op::Fence | Op::Unreachable(_) => {}
            Op::Result(_, a, _) | Op::Unary(_, _, a) | Op::Convert(_, a) | Op::TrapIf(_, a) => each(a),
            Op::LaneUnary(_, _, a) | Op::LaneTest(_, _, a) | Op::Splat(_, a) | Op::ExtractLane(.., a) => each(a),
            Op::Target1(.., a) => each(a),
            Op::Load { addr, .. } | Op::AtomicLoad { addr, .. } => each(addr),
            Op::Binary(_, _, a, b) | Op::Compare(_, _, a, b) | Op::LaneBinary(_, _, a, b) | Op::LaneShift(_, _, a, b) => {
                each(a);
                each(b);
            }
            Op::ReplaceLane(_, _, a, b) | Op::Shuffle(_, a, b) | Op::Target2(.., a, b) => {
                each(a);
                each(b);
            }
            Op::Select(_, a, b, c) | Op::LaneTernary(_, _, a, b, c) | Op::Target3(.., a, b, c) => {
                each(a);
                each(b);
                each(c);
            }
            Op::HeapAddr { base, index, .. } => {
                each(base);
                each(index);
            }
            Op::Store { addr, value, .. } | Op::AtomicStore { addr, value, .. } | Op::Rmw { addr, value, .. } => {
                each(addr);
                each(value);
            }
            Op::CmpXchg { addr, expected, replacement, .. } => {
                each(addr);
                each(expected);
                each(replacement);
            }
            Op::Call(c) => {
                if let CallTarget::Pointer { code, caller } = self.calls[c].target {
                    each(code);
                    each(caller);
                }
                self.call_args(c).iter().copied().for_each(each);
            }
            Op::Jump(e) => self.args(e).iter().copied().for_each(each),
            Op::Branch(c, yes, no) => {
                each(c);
                self.args(yes).iter().copied().for_each(&mut each);
                self.args(no).iter().copied().for_each(each);
            }
            Op::Switch(i, s) => {
                each(i);
                self.switches[s].for_each_edge(|e| self.args(e).iter().copied().for_each(&mut each));
            }
            Op::Return(list) => list.as_slice(&self.pool).iter().copied().for_each(each),
        }
    }
    /// Replaces every value an op reads, edge arguments included, by what `to` says.
    pub fn map_operands(&mut self, v: Value, mut to: impl FnMut(Value) -> Value) {
        let Func { ops, pool, edges, calls, switches, .. } = self;
        let mut map_list = |list: ValueList, to: &mut dyn FnMut(Value) -> Value| {
            let mut list = list;
            for a in list.as_mut_slice(pool) {
                *a = to(*a);
            }
        };
        match &mut ops[v] {
            Op::Param(..) | Op::Const(..) | Op::VConst(..) | Op::Fence | Op::Unreachable(_) => {}
            Op::Result(_, a, _) | Op::Unary(_, _, a) | Op::Convert(_, a) | Op::TrapIf(_, a) => *a = to(*a),
            Op::LaneUnary(_, _, a) | Op::LaneTest(_, _, a) | Op::Splat(_, a) | Op::ExtractLane(.., a) => *a = to(*a),
            Op::Target1(.., a) => *a = to(*a),
            Op::Load { addr, .. } | Op::AtomicLoad { addr, .. } => *addr = to(*addr),
            Op::Binary(_, _, a, b) | Op::Compare(_, _, a, b) | Op::LaneBinary(_, _, a, b) | Op::LaneShift(_, _, a, b) => {
                *a = to(*a);
                *b = to(*b);
            }
            Op::ReplaceLane(_, _, a, b) | Op::Shuffle(_, a, b) | Op::Target2(.., a, b) => {
                *a = to(*a);
                *b = to(*b);
            }
            Op::Select(_, a, b, c) | Op::LaneTernary(_, _, a, b, c) | Op::Target3(.., a, b, c) => {
                *a = to(*a);
                *b = to(*b);
                *c = to(*c);
            }
            Op::HeapAddr { base, index, .. } => {
                *base = to(*base);
                *index = to(*index);
            }
            Op::Store { addr, value, .. } | Op::AtomicStore { addr, value, .. } | Op::Rmw { addr, value, .. } => {
                *addr = to(*addr);
                *value = to(*value);
            }
            Op::CmpXchg { addr, expected, replacement, .. } => {
                *addr = to(*addr);
                *expected = to(*expected);
                *replacement = to(*replacement);
            }
            Op::Call(c) => {
                let call = &mut calls[*c];
                if let CallTarget::Pointer { code, caller } = &mut call.target {
                    *code = to(*code);
                    *caller = to(*caller);
                }
                map_list(call.args, &mut to);
            }
            Op::Jump(e) => map_list(edges[*e].args, &mut to),
            Op::Branch(c, yes, no) => {
                *c = to(*c);
                map_list(edges[*yes].args, &mut to);
                map_list(edges[*no].args, &mut to);
            }
            Op::Switch(i, s) => {
                *i = to(*i);
                switches[*s].for_each_edge(|e| map_list(edges[e].args, &mut to));
            }
            Op::Return(list) => map_list(*list, &mut to),
        }
    }
    /// Replaces the layout and all bodies: `blocks` in their new order, each with its ops, terminator last.
    pub fn set_bodies(&mut self, blocks: impl IntoIterator<Item = (Block, Vec<Value>)>) {
        self.layout.clear();
        self.body.clear();
        for (b, ops) in blocks {
            let start = self.body.len() as u32;
            self.body.extend(ops);
            self.blocks[b].body = start..self.body.len() as u32;
            self.layout.push(b);
        }
    }
}

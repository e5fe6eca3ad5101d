//! A function under construction: blocks are filled one after another in the order of the text.
//!
//! Ops that the whole function shares (the memory's base, zeros of locals) are made on first use but belong at the start of the entry
//! block, so that they dominate every use; they wait in `prelude` until `finish`.
use crate::ssa::{Block, Edge, Func, Op, Value};
use crate::value::{Trap, Type};

pub(super) struct Build {
    pub func: Func,
    /// Module offset of the operator in translation.
    pub offset: u32,
    /// Where the body starts: the offset of what belongs to no operator.
    start: u32,
    /// The block being filled.
    block: Block,
    /// How many loops are around.
    loop_depth: u16,
    prelude: Vec<Value>,
    /// Constants 0 in the prelude, by type.
    zeros: [Option<Value>; Type::ALL.len()],
}

impl Build {
    pub fn new(func: Func, offset: u32) -> Build {
        let block = Block::from_u32(0);
        Build { func, offset, start: offset, block, loop_depth: 0, prelude: Vec::new(), zeros: Default::default() }
    }
    /// The own context: parameter 0 of the entry block.
    pub fn context(&self) -> Value {
        Value::from_u32(0)
    }
    pub fn op(&mut self, op: Op) -> Value {
        let v = self.func.make(op, self.offset);
        self.func.body.push(v);
        v
    }
    pub fn constant(&mut self, ty: Type, bits: u64) -> Value {
        self.op(Op::Const(ty, bits))
    }
    /// An op at the start of the function.
    pub fn prelude(&mut self, op: Op) -> Value {
        let v = self.func.make(op, self.start);
        self.prelude.push(v);
        v
    }
    /// The constant 0 (or null) at the start of the function.
    pub fn zero(&mut self, ty: Type) -> Value {
        if let Some(v) = self.zeros[ty as usize] {
            return v;
        }
        let zero = match ty {
            Type::V128 | Type::V256 => Op::VConst(ty, self.func.vectors.intern(0u128)),
            _ => Op::Const(ty, 0),
        };
        let v = self.prelude(zero);
        self.zeros[ty as usize] = Some(v);
        v
    }
    /// `b` is filled from here on; the block before it has its terminator.
    pub fn start(&mut self, b: Block) {
        let at = self.func.body.len() as u32;
        let data = &mut self.func.blocks[b];
        data.body = at..at;
        data.loop_depth = self.loop_depth;
        self.func.layout.push(b);
        self.block = b;
    }
    pub fn enter_loop(&mut self) {
        self.loop_depth = self.loop_depth.saturating_add(1);
    }
    pub fn leave_loop(&mut self) {
        self.loop_depth = self.loop_depth.saturating_sub(1);
    }
    pub fn terminate(&mut self, op: Op) {
        self.op(op);
        self.func.blocks[self.block].body.end = self.func.body.len() as u32;
    }
    /// Ends the block in a trap.
    pub fn terminate_in(&mut self, trap: Trap) {
        self.func.blocks[self.block].cold = true;
        self.terminate(Op::Unreachable(trap));
    }
    /// An edge from the block being filled.
    pub fn edge(&mut self, to: Block, args: &[Value]) -> Edge {
        self.func.make_edge(self.block, to, args)
    }
    /// Ends the block in a branch without arguments to two blocks that nothing else leads to yet.
    pub fn branch(&mut self, condition: Value, yes: Block, no: Block) {
        let (yes, no) = (self.edge(yes, &[]), self.edge(no, &[]));
        self.terminate(Op::Branch(condition, yes, no));
    }
    pub fn finish(self) -> Func {
        let Build { mut func, prelude, .. } = self;
        if !prelude.is_empty() {
            let more = prelude.len() as u32;
            func.body.splice(0..0, prelude);
            for &b in &func.layout {
                let body = &mut func.blocks[b].body;
                *body = body.start + more..body.end + more;
            }
            let entry = func.entry();
            func.blocks[entry].body.start = 0;
        }
        func
    }
}

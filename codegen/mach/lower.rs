//! SSA to machine steps, backward: an op is lowered after all its uses, so it is known whether anybody wants its value in a register, or
//! whether every use folded it away. The target says how (`Target::lower`); this file keeps the books.
//!
//! Blocks keep the order of the layout. Critical edges, and edges with arguments out of a block with several ways out, get a block of
//! their own right behind their source. Precondition: a verified function.
use super::code::{Code, PoolConst, Target};
use super::flow::{self, BlockFlow, Class, EdgeFlow, Flow, Operand, RegSet, Role, Step, StepKind, VReg, VRegData, Want};
use cranelift_entity::EntityRef;
use samite_ir::ssa::effects::effects;
use samite_ir::ssa::{Block, Edge, Func, Op, Region, Value};
use samite_ir::value::{ConvOp, TargetOp, Trap, Type, Wide};

/// Class of the registers that hold a type.
pub fn class_of(ty: Type) -> Class {
    match ty {
        Type::I32 | Type::I64 | Type::Ref => Class::Int,
        Type::F32 | Type::F64 | Type::V128 | Type::V256 => Class::Vec,
    }
}

const NONE: u32 = u32::MAX;
/// Ops between one that synchronizes and the one that does it instead.
const MOST_BETWEEN: usize = 8;

pub struct Lower<'a, T: Target> {
    pub f: &'a Func,
    pub code: Code<T>,
    /// By value: uses by live ops.
    uses: Vec<u32>,
    /// By value: its register, or NONE while nobody wants it.
    regs: Vec<u32>,
    /// By value: it is a load that the op which uses it does itself.
    folded: Vec<bool>,
    /// By value: how many ops with side effects come before it in the layout (`effect_color`).
    colors: Vec<u32>,
    /// By value: layout position of its block.
    homes: Vec<u32>,
    /// By layout position: loops around the block.
    depths: Vec<u16>,
    /// Steps of the op being lowered, in forward order.
    pending: Vec<Pending<T>>,
    offset: u32,
    /// Layout position of the block being lowered.
    home: u32,
    color: u32,
    /// By edge, for those that leave the block being lowered: which of its ways out.
    succs: Vec<u32>,
    /// Where results that registers do not hold are to be stored, if a `return` asked for it.
    result_pointer: Option<VReg>,
    /// Positions in the function's body of the op being lowered, and of the first of its block.
    place: usize,
    block_start: usize,
}

struct Pending<T: Target> {
    op: T::Op,
    step: Step,
    trap: Option<Trap>,
    offset: u32,
}

/// Lowers a whole function.
pub fn lower<T: Target>(f: &Func) -> Code<T> {
    let plan = Plan::new(f);
    let n = f.ops.len();
    let mut cx = Lower::<T> {
        f,
        code: Code {
            flow: Flow::default(),
            ops: Vec::with_capacity(f.body.len()),
            offsets: Vec::with_capacity(f.body.len()),
            traps: Vec::with_capacity(f.body.len()),
            jump_tables: Vec::new(),
            pool: Vec::new(),
            has_calls: false,
            incoming: 0,
            incoming_at: Vec::new(),
            result_area: 0,
        },
        uses: vec![0; n],
        regs: vec![NONE; n],
        folded: vec![false; n],
        colors: vec![0; n],
        homes: vec![NONE; n],
        depths: plan.layout.iter().map(|b| f.blocks[*b].loop_depth).collect(),
        pending: Vec::new(),
        offset: 0,
        home: 0,
        color: 0,
        succs: vec![0; f.edges.len()],
        result_pointer: None,
        place: 0,
        block_start: 0,
    };
    cx.survey(&plan);
    cx.want_loop_params(&plan);
    let mut ranges = vec![0..0; plan.block_count as usize];
    for _ in 0..plan.block_count {
        cx.code.flow.blocks.push(BlockFlow::default());
    }
    for (position, &b) in plan.layout.iter().enumerate().rev() {
        for e in plan.splittable(f, position).rev() {
            if let Some(block) = plan.own_block(e) {
                let start = cx.code.ops.len() as u32;
                cx.edge_block(&plan, e, block);
                ranges[block as usize] = start..cx.code.ops.len() as u32;
            }
        }
        let start = cx.code.ops.len() as u32;
        cx.block(&plan, b, position);
        ranges[plan.block[position] as usize] = start..cx.code.ops.len() as u32;
    }
    cx.finish(ranges)
}

/// Which flow block is what.
struct Plan {
    block_count: u32,
    /// The blocks in the order of the layout, without what no path reaches; positions below are in it.
    layout: Vec<Block>,
    /// By layout position.
    block: Vec<u32>,
    /// By SSA block: its layout position.
    position: Vec<u32>,
    /// By edge: the flow block made for it, or NONE.
    split: Vec<u32>,
    /// Outgoing edges of all blocks, each once, in layout order, with an index.
    edges: Vec<Edge>,
    edge_start: Vec<u32>,
}

impl Plan {
    fn new(f: &Func) -> Plan {
        let mut position = vec![NONE; f.blocks.len()];
        let layout = reached(f);
        for (p, b) in layout.iter().enumerate() {
            position[b.index()] = p as u32;
        }
        let mut preds = vec![0u32; f.blocks.len()];
        let mut edges = Vec::new();
        let mut edge_start = vec![0];
        let mut seen = vec![false; f.edges.len()];
        for &b in &layout {
            f.for_each_successor(b, |e| {
                if !std::mem::replace(&mut seen[e.index()], true) {
                    edges.push(e);
                    preds[f.edges[e].to.index()] += 1;
                }
            });
            edge_start.push(edges.len() as u32);
        }
        let split = vec![NONE; f.edges.len()];
        let mut plan = Plan { block_count: 0, block: Vec::with_capacity(layout.len()), layout, position, split, edges, edge_start };
        for p in 0..plan.layout.len() {
            plan.block.push(plan.block_count);
            plan.block_count += 1;
            let mut split = Vec::new();
            if plan.edges_of(p).len() > 1 {
                let must = |e: &Edge| preds[f.edges[*e].to.index()] > 1 || !f.edges[*e].args.is_empty();
                split.extend(plan.splittable(f, p).filter(must));
            }
            for e in split {
                plan.split[e.index()] = plan.block_count;
                plan.block_count += 1;
            }
        }
        plan
    }
    /// The ways out of a block, in the order that blocks made for them stand in: what leads to the next block falls into it.
    fn splittable(&self, f: &Func, position: usize) -> impl DoubleEndedIterator<Item = Edge> {
        let next = self.layout.get(position + 1).copied();
        let falls = move |e: &Edge| Some(f.edges[*e].to) == next;
        let edges = self.edges_of(position).iter().copied();
        edges.clone().filter(move |e| !falls(e)).chain(edges.filter(falls))
    }
    fn edges_of(&self, position: usize) -> &[Edge] {
        &self.edges[self.edge_start[position] as usize..self.edge_start[position + 1] as usize]
    }
    fn own_block(&self, e: Edge) -> Option<u32> {
        Some(self.split[e.index()]).filter(|b| *b != NONE)
    }
    fn flow_block(&self, b: Block) -> flow::Block {
        flow::Block::new(self.block[self.position[b.index()] as usize] as usize)
    }
}

/// The layout without what no path reaches: every block has a way in from an earlier one.
fn reached(f: &Func) -> Vec<Block> {
    let mut led_to = vec![false; f.blocks.len()];
    led_to[f.entry().index()] = true;
    let mut layout = f.layout.clone();
    layout.retain(|b| {
        if led_to[b.index()] {
            f.for_each_successor(*b, |e| led_to[f.edges[e].to.index()] = true);
        }
        led_to[b.index()]
    });
    layout
}

/// Does the op end a stretch in which a load may be delayed? Loads among themselves may not be told apart: all trap alike.
fn is_barrier(f: &Func, v: Value) -> bool {
    match f.ops[v] {
        Op::Store { .. } | Op::TrapIf(..) | Op::Call(_) => true,
        Op::AtomicLoad { .. } | Op::AtomicStore { .. } | Op::Rmw { .. } | Op::CmpXchg { .. } | Op::Fence => true,
        Op::Load { region, .. } => region == Region::EPOCH,
        Op::Binary(op, ..) => op.may_trap(),
        Op::Convert(op, _) => op.may_trap(),
        _ => false,
    }
}

impl<'a, T: Target> Lower<'a, T> {
    // ---- what the target asks

    /// Is its value needed in a register?
    pub fn is_wanted(&self, v: Value) -> bool {
        self.regs[v.index()] != NONE
    }
    pub fn uses(&self, v: Value) -> u32 {
        self.uses[v.index()]
    }
    /// The register of a value, which is wanted from now on. An i32 has its upper half zero, so its zero extension is itself; a vector's lowest
    /// lane as a scalar is the vector, of which no more is read.
    pub fn reg(&mut self, mut v: Value) -> VReg {
        while let Op::Convert(ConvOp::ExtendI32U, a) | Op::Target1(TargetOp::LowF32 | TargetOp::LowF64, _, _, a) = self.f.ops[v] {
            v = a;
        }
        self.own_reg(v)
    }
    /// The register of a value alone, of its own size: what blocks are given.
    pub fn own_reg(&mut self, mut v: Value) -> VReg {
        while let Op::Convert(ConvOp::ExtendI32U, a) = self.f.ops[v] {
            v = a;
        }
        if self.regs[v.index()] == NONE {
            let ty = self.f.ty(v);
            self.regs[v.index()] = self.new_reg(ty).index() as u32;
        }
        VReg::new(self.regs[v.index()] as usize)
    }
    /// A register for a value of this type that no op of the function names.
    pub fn new_reg(&mut self, ty: Type) -> VReg {
        let bytes = ty.bytes() as u8;
        self.code.flow.vregs.push(VRegData { class: class_of(ty), bytes, remat: false, is_ref: ty == Type::Ref })
    }
    /// Marks a register whose defining step has no inputs, so that it may be repeated instead of reloaded. Not so null: it may be what a block is
    /// given as a reference, and shares its place then, which is reported.
    pub fn set_remat(&mut self, r: VReg) {
        let data = &mut self.code.flow.vregs[r];
        data.remat = !data.is_ref;
    }
    /// The integer constant that a value is.
    pub fn int_const(&self, v: Value) -> Option<u64> {
        match self.f.ops[v] {
            Op::Const(ty, bits) if !ty.is_float() => Some(bits),
            Op::Convert(ConvOp::ExtendI32U, a) => self.int_const(a),
            _ => None,
        }
    }
    /// May a load be done here, at the op being lowered, instead of at its own place? Its only use must be here, in the same block, with no
    /// side effect in between. A load of a constant field may cross anything.
    pub fn can_fold_load(&self, v: Value) -> bool {
        let Op::Load { region, .. } = self.f.ops[v] else { return false };
        self.uses[v.index()] == 1
            && !self.is_wanted(v)
            && self.homes[v.index()] == self.home
            && (self.colors[v.index()] == self.color || region == Region::CONSTANT)
    }
    /// Notes that an op is done by the one being lowered.
    pub fn set_folded(&mut self, v: Value) {
        self.folded[v.index()] = true;
    }
    /// A load that nobody folded must trap where it stands, wanted or not: all its uses may be dead.
    pub fn is_folded(&self, v: Value) -> bool {
        self.folded[v.index()]
    }
    /// May an op that synchronizes be done at the op being lowered, its only use? Nothing may stand in between that touches memory or may trap.
    pub fn can_fold_effect(&self, v: Value) -> bool {
        let between = self.preceding().iter().rev().take(MOST_BETWEEN);
        self.uses[v.index()] == 1
            && !self.is_wanted(v)
            && self.homes[v.index()] == self.home
            && between.take_while(|b| **b == v || effects(self.f, **b).is_pure()).any(|b| *b == v)
    }
    /// May a pure op be computed at the op being lowered instead, without being computed twice?
    pub fn can_fold_pure(&self, v: Value) -> bool {
        self.uses[v.index()] == 1 && !self.is_wanted(v) && self.homes[v.index()] == self.home
    }
    /// Is the op in the block being lowered?
    pub fn is_near(&self, v: Value) -> bool {
        self.homes[v.index()] == self.home
    }
    /// Is the op in fewer loops than the one being lowered?
    pub fn is_outside(&self, v: Value) -> bool {
        self.depths[self.homes[v.index()] as usize] < self.depths[self.home as usize]
    }
    /// Index of a constant in the pool. Small pools are searched; a big one just grows.
    pub fn pool(&mut self, bytes: u8, bits: impl Into<Wide>) -> u32 {
        let c = PoolConst { bytes, bits: bits.into() };
        let recent = self.code.pool.iter().rev().take(64).position(|k| *k == c);
        match recent {
            Some(back) => (self.code.pool.len() - 1 - back) as u32,
            None => {
                self.code.pool.push(c);
                self.code.pool.len() as u32 - 1
            }
        }
    }
    /// The next step of the op being lowered, in forward order.
    pub fn emit(&mut self, op: T::Op, operands: &[Operand], clobbers: RegSet, kind: StepKind, trap: Option<Trap>) {
        let start = self.code.flow.operands.len() as u32;
        self.code.flow.operands.extend_from_slice(operands);
        let step = Step { operands: start..start + operands.len() as u32, clobbers, kind };
        self.pending.push(Pending { op, step, trap, offset: self.offset });
    }
    /// Number, among this block's ways out, of each entry of a switch; the default last.
    pub fn switch_targets(&mut self, edges: &[Edge], default: Edge) -> u32 {
        let table = edges.iter().chain([&default]).map(|e| self.way_out(*e)).collect();
        self.code.jump_tables.push(table);
        self.code.jump_tables.len() as u32 - 1
    }
    /// Holds the address of the caller's result area; `lower_entry` defines it if it is asked for.
    pub fn result_pointer(&mut self) -> VReg {
        let r = self.result_pointer;
        r.unwrap_or_else(|| {
            let r = self.new_reg(Type::I64);
            self.result_pointer = Some(r);
            r
        })
    }
    pub fn wanted_result_pointer(&self) -> Option<VReg> {
        self.result_pointer
    }
    /// The ops of the block before the one being lowered.
    pub fn preceding(&self) -> &'a [Value] {
        &self.f.body[self.block_start..self.place]
    }
    /// The ops right behind the one being lowered.
    pub fn following(&self) -> &'a [Value] {
        &self.f.body[self.place + 1..]
    }
    fn way_out(&self, e: Edge) -> u32 {
        // `succs[e]` is filled for the block being lowered.
        self.succs[e.index()]
    }

    // ---- the walk

    fn survey(&mut self, plan: &Plan) {
        let f = self.f;
        let mut color = 0;
        for (position, &b) in plan.layout.iter().enumerate() {
            for &v in f.params(b) {
                self.homes[v.index()] = position as u32;
            }
            for &v in f.body(b) {
                self.homes[v.index()] = position as u32;
                self.colors[v.index()] = color;
                if is_barrier(f, v) {
                    color += 1;
                }
                let uses = &mut self.uses;
                f.for_each_operand(v, |a| uses[a.index()] += 1);
            }
        }
    }

    /// Parameters whose block comes before one of its sources are wanted before their uses are seen.
    fn want_loop_params(&mut self, plan: &Plan) {
        for position in 0..plan.layout.len() {
            for &e in plan.edges_of(position) {
                let to = self.f.edges[e].to;
                if plan.position[to.index()] as usize <= position {
                    for i in 0..self.f.params(to).len() {
                        self.reg(self.f.params(to)[i]);
                    }
                }
            }
        }
    }

    fn block(&mut self, plan: &Plan, b: Block, position: usize) {
        let f = self.f;
        self.home = position as u32;
        let flow_block = flow::Block::new(plan.block[position] as usize);
        let data = &f.blocks[b];
        let succs_start = self.code.flow.succs.len() as u32;
        let out = plan.edges_of(position);
        let lone = out.len() == 1;
        for (i, &e) in out.iter().enumerate() {
            self.succs[e.index()] = i as u32;
            let target = match plan.own_block(e) {
                Some(own) => flow::Block::new(own as usize),
                None => plan.flow_block(f.edges[e].to),
            };
            self.edge(flow_block, target, if lone { Some(e) } else { None });
        }
        self.block_start = data.body.start as usize;
        for place in data.body.clone().rev() {
            self.place = place as usize;
            let v = f.body[self.place];
            self.offset = f.offsets[v];
            self.color = self.colors[v.index()];
            T::lower(self, v);
            self.flush();
        }
        if position == 0 {
            T::lower_entry(self);
            self.flush();
        }
        let params_start = self.code.flow.block_params.len() as u32;
        if position > 0 {
            for &v in f.params(b) {
                if self.is_wanted(v) {
                    let r = self.reg(v);
                    self.code.flow.block_params.push(r);
                }
            }
        }
        self.code.flow.blocks[flow_block] = BlockFlow {
            steps: 0..0,
            params: params_start..self.code.flow.block_params.len() as u32,
            succs: succs_start..self.code.flow.succs.len() as u32,
            preds: 0..0,
            loop_depth: data.loop_depth,
            cold: data.cold,
        };
    }

    /// A block that only jumps, carrying the arguments of an edge.
    fn edge_block(&mut self, plan: &Plan, e: Edge, own: u32) {
        let f = self.f;
        let (from, to) = (f.edges[e].from, f.edges[e].to);
        self.offset = f.offsets[f.terminator(from)];
        let block = flow::Block::new(own as usize);
        let succs_start = self.code.flow.succs.len() as u32;
        self.edge(block, plan.flow_block(to), Some(e));
        self.emit(T::jump(), &[], RegSet::EMPTY, StepKind::Plain, None);
        self.flush();
        self.code.flow.blocks[block] = BlockFlow {
            steps: 0..0,
            params: 0..0,
            succs: succs_start..self.code.flow.succs.len() as u32,
            preds: 0..0,
            loop_depth: f.blocks[from].loop_depth.min(f.blocks[to].loop_depth),
            cold: f.blocks[from].cold || f.blocks[to].cold,
        };
    }

    /// A flow edge with the arguments of an SSA edge, those that anybody wants.
    fn edge(&mut self, from: flow::Block, to: flow::Block, args: Option<Edge>) {
        let start = self.code.flow.edge_args.len() as u32;
        if let Some(e) = args {
            let params = self.f.params(self.f.edges[e].to);
            for (i, &p) in params.iter().enumerate() {
                if self.is_wanted(p) {
                    let r = self.own_reg(self.f.args(e)[i]);
                    self.code.flow.edge_args.push(r);
                }
            }
        }
        let args = start..self.code.flow.edge_args.len() as u32;
        self.code.flow.succs.push(self.code.flow.edges.len() as u32);
        self.code.flow.edges.push(EdgeFlow { from, to, args });
    }

    fn flush(&mut self) {
        while let Some(p) = self.pending.pop() {
            self.code.ops.push(p.op);
            self.code.flow.steps.push(p.step);
            self.code.offsets.push(p.offset);
            self.code.traps.push(p.trap);
        }
    }

    /// Turns everything the right way round and fills in predecessors.
    fn finish(self, ranges: Vec<std::ops::Range<u32>>) -> Code<T> {
        let mut code = self.code;
        let total = code.ops.len() as u32;
        code.ops.reverse();
        code.flow.steps.reverse();
        code.offsets.reverse();
        code.traps.reverse();
        for (i, r) in ranges.into_iter().enumerate() {
            code.flow.blocks[flow::Block::new(i)].steps = total - r.end..total - r.start;
        }
        let flow = &mut code.flow;
        let mut counts = vec![0u32; flow.blocks.len() + 1];
        for e in &flow.edges {
            counts[e.to.index() + 1] += 1;
        }
        for i in 1..counts.len() {
            counts[i] += counts[i - 1];
        }
        for (b, data) in flow.blocks.iter_mut() {
            data.preds = counts[b.index()]..counts[b.index() + 1];
        }
        flow.preds = vec![0; flow.edges.len()];
        for (i, e) in flow.edges.iter().enumerate() {
            let at = &mut counts[e.to.index()];
            flow.preds[*at as usize] = i as u32;
            *at += 1;
        }
        code
    }
}

/// Operands by role, for the lists that `Lower::emit` takes.
pub fn use_(reg: VReg) -> Operand {
    Operand { reg, role: Role::Use, want: Want::Reg }
}
pub fn use_any(reg: VReg) -> Operand {
    Operand { reg, role: Role::Use, want: Want::RegOrSlot }
}
pub fn use_late(reg: VReg) -> Operand {
    Operand { reg, role: Role::UseLate, want: Want::Reg }
}
pub fn use_fixed(reg: VReg, p: flow::PReg) -> Operand {
    Operand { reg, role: Role::Use, want: Want::Fixed(p) }
}
pub fn def(reg: VReg) -> Operand {
    Operand { reg, role: Role::Def, want: Want::Reg }
}
pub fn def_same(reg: VReg, n: u8) -> Operand {
    Operand { reg, role: Role::Def, want: Want::SameAs(n) }
}
pub fn def_incoming(reg: VReg) -> Operand {
    Operand { reg, role: Role::Def, want: Want::Incoming }
}
pub fn def_fixed(reg: VReg, p: flow::PReg) -> Operand {
    Operand { reg, role: Role::Def, want: Want::Fixed(p) }
}

//! Random functions: structured control flow with loops that end, all scalar operators, memory, globals and calls. Values are
//! related on purpose (masks, small sums, the same operands again), or rules would hardly ever apply.
use super::{Random, Sharing};
use cranelift_entity::EntityRef;
use samite_ir::ssa::{Block, Builtin, CallData, CallTarget, Func, Op, Region, Sig, Signature, SwitchData, Value};
use samite_ir::translate::vmctx::Layout;
use samite_ir::value::{
    BinOp, CmpOp, ConvOp, Extension, LaneBinOp, LaneShiftOp, LaneTernOp, LaneTest, LaneUnOp, MemOp, RmwOp, Shape, Trap, Type, UnOp, Wide,
    splat,
};

const TYPES: [Type; 5] = [Type::I32, Type::I64, Type::F32, Type::F64, Type::V128];

/// A function of (context, i32, i32, i64, f32, f64) -> (i32, i64, f64).
pub fn generate(seed: u64, sharing: Sharing, layout: &Layout) -> Func {
    let mut f = Func::default();
    f.signature = Signature {
        params: vec![Type::I64, Type::I32, Type::I32, Type::I64, Type::F32, Type::F64],
        results: vec![Type::I32, Type::I64, Type::F64],
    };
    f.signatures.push(Signature { params: vec![Type::I64, Type::I32, Type::I64], results: vec![Type::I32, Type::I64] });
    let (params, results) = Builtin::MemoryGrow.signature();
    f.signatures.push(Signature { params: params.into(), results: results.into() });
    let mut random = Random(seed);
    let budget = 10 + random.below(60);
    let entry = f.make_block();
    let mut g = Generator {
        f,
        random,
        bodies: vec![(entry, Vec::new())],
        values: Vec::new(),
        labels: Vec::new(),
        depth: 0,
        budget: budget as i32,
        sharing,
        context: Value::new(0),
        base: Value::new(0),
    };
    for ty in g.f.signature.params.clone() {
        let v = g.f.add_param(entry, ty, 0);
        g.values.push(v);
    }
    g.context = g.values.remove(0);
    g.base = g.op(Op::Load { op: MemOp::I64, proven: true, region: Region::CONSTANT, addr: g.context, disp: layout.memory_base(0) as i32 });
    g.values.pop();
    if g.statements(3) {
        g.leave();
    }
    let Generator { mut f, bodies, .. } = g;
    f.set_bodies(bodies);
    f
}

pub fn inputs(random: &mut Random, count: usize) -> Vec<Vec<Wide>> {
    let edge = |random: &mut Random, ty: Type| {
        if random.one_in(3) {
            let n = random.next() >> random.below(64);
            return Wide::from(if ty.bytes() == 4 { n & 0xffff_ffff } else { n });
        }
        Wide::from(random.pick(&samite_ir::value::edges::edges(ty)))
    };
    let types = [Type::I32, Type::I32, Type::I64, Type::F32, Type::F64];
    (0..count)
        .map(|_| {
            let mut args = vec![Wide::from(super::CONTEXT)];
            args.extend(types.iter().map(|ty| edge(random, *ty)));
            args
        })
        .collect()
}

struct Generator {
    f: Func,
    random: Random,
    bodies: Vec<(Block, Vec<Value>)>,
    /// Values that dominate the end of the current block.
    values: Vec<Value>,
    /// Enclosing joins that a branch may leave to.
    labels: Vec<Block>,
    depth: u16,
    budget: i32,
    sharing: Sharing,
    context: Value,
    base: Value,
}

impl Generator {
    fn push(&mut self, op: Op) -> Value {
        let v = self.f.make(op, self.f.ops.len() as u32);
        self.bodies.last_mut().unwrap().1.push(v);
        v
    }
    fn op(&mut self, op: Op) -> Value {
        let v = self.push(op);
        self.values.push(v);
        v
    }
    fn block(&mut self) -> Block {
        let b = self.f.make_block();
        self.f.blocks[b].loop_depth = self.depth;
        b
    }
    fn start(&mut self, b: Block) {
        self.bodies.push((b, Vec::new()));
    }
    fn current(&self) -> Block {
        self.bodies.last().unwrap().0
    }

    fn constant(&mut self, ty: Type) -> Value {
        if ty == Type::V128 {
            let shape = self.random.pick(Shape::ALL);
            let mut lane = || self.random.pick(&samite_ir::value::edges::edges(shape.scalar()));
            let bits = match lane() % 5 {
                0 => 0,
                1 => u128::MAX,
                2 => splat(shape, lane()),
                _ => (0..4).fold(0, |v, _| v << 32 | u128::from(lane() as u32)),
            };
            let id = self.f.vectors.intern(bits);
            return self.op(Op::VConst(ty, id));
        }
        let bits = match self.random.below(4) {
            0 if ty.is_int() => self.random.next() % 40,
            1 if ty.is_int() => (1 << self.random.below(64)) - (self.random.next() % 2),
            _ => self.random.pick(&samite_ir::value::edges::edges(ty)),
        };
        self.op(Op::Const(ty, if ty.bytes() == 4 { bits & 0xffff_ffff } else { bits }))
    }
    /// Some value of a type; recent ones more often.
    fn value(&mut self, ty: Type) -> Value {
        if self.random.one_in(4) {
            return self.constant(ty);
        }
        let from = if self.random.one_in(2) { self.values.len().saturating_sub(6) } else { 0 };
        let fit: Vec<Value> = self.values[from..].iter().copied().filter(|v| self.f.ty(*v) == ty).collect();
        if fit.is_empty() { self.constant(ty) } else { self.random.pick(&fit) }
    }

    /// Statements up to the end of the block's part. False if control does not reach the end.
    fn statements(&mut self, nesting: u32) -> bool {
        for _ in 0..1 + self.random.below(8) {
            self.budget -= 1;
            if self.budget < 0 {
                return true;
            }
            let on = match self.random.below(20) {
                0..=1 if nesting > 0 => self.if_else(nesting - 1),
                2 if nesting > 0 => self.repeat(nesting - 1),
                3 if nesting > 0 => self.switch(nesting - 1),
                4 => self.break_if(),
                5 => {
                    self.call();
                    true
                }
                6 => {
                    let c = self.value(Type::I32);
                    if self.random.one_in(3) {
                        let trap = self.random.pick(Trap::ALL);
                        self.push(Op::TrapIf(trap, c));
                    }
                    true
                }
                7 if self.random.one_in(8) => {
                    self.leave();
                    return false;
                }
                8..=11 => {
                    self.memory();
                    true
                }
                _ => {
                    self.compute();
                    true
                }
            };
            if !on {
                return false;
            }
        }
        true
    }

    /// Return, trap, or leave to a label.
    fn leave(&mut self) {
        let from = self.current();
        match self.random.below(8) {
            0 => {
                let trap = self.random.pick(Trap::ALL);
                self.push(Op::Unreachable(trap));
            }
            1..=3 if !self.labels.is_empty() => {
                let to = self.random.pick(&self.labels.clone());
                let e = self.edge(from, to);
                self.push(Op::Jump(e));
            }
            _ => {
                let values = self.f.signature.results.clone();
                let values: Vec<_> = values.into_iter().map(|ty| self.value(ty)).collect();
                let list = self.f.make_list(&values);
                self.push(Op::Return(list));
            }
        }
    }

    /// An edge with arguments for the parameters of its target.
    fn edge(&mut self, from: Block, to: Block) -> samite_ir::ssa::Edge {
        let types: Vec<_> = self.f.params(to).iter().map(|p| self.f.ty(*p)).collect();
        let args: Vec<_> = types.into_iter().map(|ty| self.value(ty)).collect();
        self.f.make_edge(from, to, &args)
    }

    fn join(&mut self) -> Block {
        let b = self.block();
        for _ in 0..self.random.below(3) {
            let ty = self.random.pick(&TYPES);
            self.f.add_param(b, ty, 0);
        }
        b
    }

    fn go_on_in(&mut self, b: Block, known: usize) {
        self.values.truncate(known);
        self.values.extend(self.f.params(b).to_vec());
        self.start(b);
    }

    /// Runs `arm` in a block of its own; at its end it goes on to `join`. Did it?
    fn arm(&mut self, b: Block, known: usize, join: Block, nesting: u32) -> bool {
        self.values.truncate(known);
        self.start(b);
        let empty = self.random.one_in(4);
        if !empty && !self.statements(nesting) {
            return false;
        }
        let from = self.current();
        let e = self.edge(from, join);
        self.push(Op::Jump(e));
        true
    }

    fn if_else(&mut self, nesting: u32) -> bool {
        let c = self.value(Type::I32);
        let (yes, no, join) = (self.block(), self.block(), self.join());
        let from = self.current();
        let edges = [self.f.make_edge(from, yes, &[]), self.f.make_edge(from, no, &[])];
        self.push(Op::Branch(c, edges[0], edges[1]));
        let known = self.values.len();
        self.labels.push(join);
        self.arm(yes, known, join, nesting);
        self.arm(no, known, join, nesting);
        self.labels.pop();
        // Perhaps unreachable: then too it has to be right.
        self.go_on_in(join, known);
        true
    }

    fn switch(&mut self, nesting: u32) -> bool {
        let i = self.value(Type::I32);
        let join = self.join();
        let from = self.current();
        let arms: Vec<_> = (0..1 + self.random.below(4)).map(|_| self.block()).collect();
        let mut edges: Vec<_> = arms.iter().map(|b| self.f.make_edge(from, *b, &[])).collect();
        if self.random.one_in(2) {
            edges.push(edges[0]);
        }
        let default = if self.random.one_in(2) { self.edge(from, join) } else { edges[0] };
        // Values for the edges may have been made here, behind which the terminator comes.
        let s = self.f.switches.push(SwitchData { edges, default });
        self.push(Op::Switch(i, s));
        let known = self.values.len();
        self.labels.push(join);
        for b in arms {
            self.arm(b, known, join, nesting);
        }
        self.labels.pop();
        self.go_on_in(join, known);
        true
    }

    /// A loop of a few rounds.
    fn repeat(&mut self, nesting: u32) -> bool {
        let rounds = 1 + self.random.next() % 4;
        let rounds = self.op(Op::Const(Type::I32, rounds));
        self.depth += 1;
        let header = self.block();
        let count = self.f.add_param(header, Type::I32, 0);
        let extra = self.random.below(4);
        for _ in 0..extra {
            let ty = self.random.pick(&TYPES);
            self.f.add_param(header, ty, 0);
        }
        let from = self.current();
        let e = self.edge(from, header);
        let mut args = self.f.args(e).to_vec();
        args[0] = rounds;
        self.f.edges[e].args = self.f.make_list(&args);
        self.push(Op::Jump(e));
        let known = self.values.len();
        self.go_on_in(header, known);
        self.values.retain(|v| *v != count || known % 2 == 0);
        let on = self.statements(nesting);
        if on {
            let one = self.op(Op::Const(Type::I32, 1));
            let left = self.op(Op::Binary(BinOp::Sub, Type::I32, count, one));
            let from = self.current();
            let back = self.edge(from, header);
            let mut args = self.f.args(back).to_vec();
            args[0] = left;
            // Often a parameter that does not change.
            for n in 1..args.len() {
                if self.random.one_in(2) {
                    args[n] = self.f.params(header)[n];
                }
            }
            self.f.edges[back].args = self.f.make_list(&args);
            self.depth -= 1;
            let exit = self.block();
            self.depth += 1;
            let out = self.f.make_edge(from, exit, &[]);
            self.push(Op::Branch(left, back, out));
            self.depth -= 1;
            self.start(exit);
        } else {
            self.depth -= 1;
        }
        on
    }

    fn break_if(&mut self) -> bool {
        if self.labels.is_empty() {
            return true;
        }
        let c = self.value(Type::I32);
        let to = self.random.pick(&self.labels.clone());
        let from = self.current();
        let out = self.edge(from, to);
        let on = self.block();
        let stay = self.f.make_edge(from, on, &[]);
        let (yes, no) = if self.random.one_in(2) { (out, stay) } else { (stay, out) };
        self.push(Op::Branch(c, yes, no));
        self.start(on);
        true
    }

    fn call(&mut self) {
        if self.random.one_in(3) {
            let args = [self.context, self.constant(Type::I32), self.constant(Type::I64)];
            let args = self.f.make_list(&args);
            let c = self.f.calls.push(CallData { target: CallTarget::Builtin(Builtin::MemoryGrow), sig: Sig::new(1), args });
            let call = self.push(Op::Call(c));
            self.op(Op::Result(Type::I64, call, 0));
            if self.sharing == Sharing::Shared {
                // As translation has it.
                self.push(Op::Fence);
            }
            return;
        }
        let args = [self.context, self.value(Type::I32), self.value(Type::I64)];
        let args = self.f.make_list(&args);
        let target = if self.random.one_in(2) {
            CallTarget::Direct(1)
        } else {
            CallTarget::Pointer { code: self.value(Type::I64), caller: self.context }
        };
        let c = self.f.calls.push(CallData { target, sig: Sig::new(0), args });
        let call = self.push(Op::Call(c));
        self.op(Op::Result(Type::I32, call, 0));
        self.op(Op::Result(Type::I64, call, 1));
    }

    /// An index that is mostly in bounds, often one that was used before with another constant.
    fn index(&mut self) -> Value {
        let x = self.value(Type::I32);
        if self.random.one_in(8) {
            return x;
        }
        let used: Vec<Value> =
            self.values.iter().copied().filter(|v| matches!(self.f.ops[*v], Op::Binary(BinOp::And, Type::I32, ..))).collect();
        let masked = if !used.is_empty() && !self.random.one_in(4) {
            self.random.pick(&used)
        } else {
            let mask = self.random.pick(&[0xff, 0xfff0, 7]);
            let mask = self.op(Op::Const(Type::I32, mask));
            self.op(Op::Binary(BinOp::And, Type::I32, x, mask))
        };
        if self.random.one_in(2) {
            return masked;
        }
        let c = self.random.pick(&[1, 4, 8, 12, 0xffff_fff8]);
        let c = self.op(Op::Const(Type::I32, c));
        self.op(Op::Binary(BinOp::Add, Type::I32, masked, c))
    }

    fn atomic(&mut self) {
        const OPS: [MemOp; 7] = [MemOp::I32, MemOp::I32x8U, MemOp::I32x16U, MemOp::I64, MemOp::I64x8U, MemOp::I64x16U, MemOp::I64x32U];
        let how = self.random.pick(&OPS);
        let ty = how.value_type();
        let proven = false;
        if self.random.one_in(6) {
            self.push(Op::Fence);
            return;
        }
        let (index, offset) = (self.index(), self.random.pick(&[0, 0, 4, 8, 0xfffc]));
        let addr = self.op(Op::HeapAddr { mem: 0, size: how.width() as u8, base: self.base, index, offset });
        let value = self.value(ty);
        match self.random.below(4) {
            0 => _ = self.op(Op::AtomicLoad { op: how, proven, addr }),
            1 => _ = self.push(Op::AtomicStore { op: how, proven, addr, value }),
            2 => {
                let op = self.random.pick(RmwOp::ALL);
                self.op(Op::Rmw { op, how, proven, addr, value });
            }
            _ => {
                let replacement = self.value(ty);
                self.op(Op::CmpXchg { how, proven, addr, expected: value, replacement });
            }
        }
    }

    fn memory(&mut self) {
        if self.sharing == Sharing::Shared && self.random.one_in(4) {
            return self.atomic();
        }
        const OPS: [MemOp; 15] = [
            MemOp::I32,
            MemOp::I32x8S,
            MemOp::I32x8U,
            MemOp::I32x16S,
            MemOp::I32x16U,
            MemOp::I64,
            MemOp::I64x8S,
            MemOp::I64x16U,
            MemOp::I64x32S,
            MemOp::I64x32U,
            MemOp::F32,
            MemOp::F64,
            MemOp::V128,
            MemOp::V128x32Zero,
            MemOp::V128x64Zero,
        ];
        let op = self.random.pick(&OPS);
        let (region, addr, disp) = match self.random.below(6) {
            0 | 5 => (Region::global(1), self.context, 4096 + 4 * self.random.below(3) as i32),
            1 => (Region::CONSTANT, self.context, 2048 + 8 * self.random.below(3) as i32),
            _ => {
                let used: Vec<Value> = self.values.iter().copied().filter(|v| matches!(self.f.ops[*v], Op::HeapAddr { .. })).collect();
                let known = used.into_iter().filter(|v| match self.f.ops[*v] {
                    Op::HeapAddr { size, .. } => u32::from(size) >= op.width(),
                    _ => false,
                });
                let known: Vec<_> = known.collect();
                let addr = if !known.is_empty() && !self.random.one_in(3) {
                    self.random.pick(&known)
                } else {
                    let index = self.index();
                    let offset = self.random.pick(&[0, 0, 4, 8, 100, 0xfffc, u32::MAX]);
                    let size = op.width() as u8;
                    self.op(Op::HeapAddr { mem: 0, size, base: self.base, index, offset })
                };
                (Region::memory(0), addr, 0)
            }
        };
        let part = matches!(op, MemOp::V128x32Zero | MemOp::V128x64Zero);
        if region != Region::CONSTANT && !part && self.random.one_in(2) {
            let op = match op {
                MemOp::I32x8S => MemOp::I32x8U,
                MemOp::I32x16S => MemOp::I32x16U,
                MemOp::I64x8S => MemOp::I64x8U,
                MemOp::I64x32S => MemOp::I64x32U,
                op => op,
            };
            let value = self.value(op.value_type());
            self.push(Op::Store { op, proven: false, region, addr, disp, value });
        } else {
            self.op(Op::Load { op, proven: false, region, addr, disp });
        }
    }

    fn compute_lanes(&mut self) {
        let shape = self.random.pick(Shape::ALL);
        let lane = self.random.below(shape.lanes() as usize) as u8;
        let scalar = shape.scalar();
        let extension = match shape {
            Shape::I8x16 | Shape::I16x8 => self.random.pick(Extension::ALL),
            _ => Extension::Unsigned,
        };
        let [a, b] = [self.value(Type::V128), self.value(Type::V128)];
        let op = match self.random.below(16) {
            0 => Op::Splat(shape, self.value(scalar)),
            1 | 2 => Op::ExtractLane(shape, extension, lane, a),
            3 => Op::ReplaceLane(shape, lane, a, self.value(scalar)),
            4 | 5 => {
                // Whole words mostly, of one vector or both.
                let of = self.random.pick(&[4, 8]);
                let words: Vec<u32> = (0..4).map(|_| 4 * self.random.below(of) as u32).collect();
                let indices = std::array::from_fn(|k| (words[k / 4] + k as u32 % 4) as u8);
                let id = self.f.vectors.intern(u128::from_le_bytes(indices));
                Op::Shuffle(id, a, b)
            }
            6 => {
                let ops: Vec<_> = LaneTest::ALL.iter().copied().filter(|op| op.exists(shape)).collect();
                if ops.is_empty() {
                    return;
                }
                Op::LaneTest(self.random.pick(&ops), shape, a)
            }
            7 | 8 => {
                if shape.is_float() {
                    return;
                }
                Op::LaneShift(self.random.pick(LaneShiftOp::ALL), shape, a, self.value(Type::I32))
            }
            9 | 10 => {
                let ops: Vec<_> = LaneUnOp::ALL.iter().copied().filter(|op| op.exists(shape)).collect();
                Op::LaneUnary(self.random.pick(&ops), shape, a)
            }
            11 => Op::LaneTernary(LaneTernOp::Bitselect, Shape::I8x16, a, b, self.value(Type::V128)),
            12 => {
                let ops = [LaneBinOp::And, LaneBinOp::Or, LaneBinOp::Xor, LaneBinOp::Andnot, LaneBinOp::Swizzle];
                Op::LaneBinary(self.random.pick(&ops), Shape::I8x16, a, b)
            }
            _ => {
                let ops: Vec<_> = LaneBinOp::ALL.iter().copied().filter(|op| op.exists(shape)).collect();
                Op::LaneBinary(self.random.pick(&ops), shape, a, b)
            }
        };
        self.op(op);
    }

    fn compute(&mut self) {
        use UnOp::*;
        if self.random.one_in(4) {
            return self.compute_lanes();
        }
        let ty = self.random.pick(&[Type::I32, Type::I32, Type::I32, Type::I64, Type::I64, Type::F32, Type::F64]);
        let op = match self.random.below(12) {
            0 | 1 if ty.is_int() => {
                let op = self.random.pick(&[Clz, Ctz, Popcnt, Extend8S, Extend16S, Extend32S]);
                let op = if ty == Type::I32 && op == Extend32S { Extend8S } else { op };
                Op::Unary(op, ty, self.value(ty))
            }
            0 => {
                let op = self.random.pick(&[FAbs, FNeg, FSqrt, FCeil, FFloor, FTrunc, FNearest]);
                Op::Unary(op, ty, self.value(ty))
            }
            1..=3 => {
                let ops: Vec<CmpOp> = CmpOp::ALL.iter().copied().filter(|o| o.is_float() == ty.is_float()).collect();
                let op = self.random.pick(&ops);
                Op::Compare(op, ty, self.value(ty), self.value(ty))
            }
            4 => {
                let ops: Vec<ConvOp> = ConvOp::ALL.iter().copied().filter(|o| o.types().0 == ty).collect();
                let op = self.random.pick(&ops);
                if op.may_trap() && self.random.one_in(2) {
                    return;
                }
                Op::Convert(op, self.value(ty))
            }
            5 => Op::Select(ty, self.value(Type::I32), self.value(ty), self.value(ty)),
            _ => {
                let ops: Vec<BinOp> = BinOp::ALL.iter().copied().filter(|o| o.is_float() == ty.is_float()).collect();
                let op = self.random.pick(&ops);
                let a = self.value(ty);
                // Divisions by a variable mostly trap or do not interest.
                let b = if op.may_trap() || self.random.one_in(3) { self.constant(ty) } else { self.value(ty) };
                Op::Binary(op, ty, a, b)
            }
        };
        self.op(op);
    }
}

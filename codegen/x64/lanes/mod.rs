//! Vector operators of wasm to instructions of x86-64, on the SSA form.
//!
//! Done there, and before the last value numbering, masks, counts of shifts and constants are values like others: shared, and moved
//! out of loops. Every operator becomes the shortest sequence known for AVX2, or for AVX-512 if the strategy says so; where the operands say
//! more (a constant, a mask of whole lanes, a count from outside of the loop), a shorter one. Operators over scalars are left alone.
//!
//! ```text
//! int     arithmetic and comparisons of integers, bits       float   arithmetic and comparisons of floats, conversions
//! shift   shifts                                             lane    lanes in and out, tests
//! shuffle shuffles: a search over one and two instructions   join    bit operators of three operands, rotations
//! ```
//! Precondition: a valid function. To add an operator: its arm in the file of its subject; `tests/lanes.rs` compares every operator at every
//! shape with its meaning, on paper and on the machine.
mod float;
mod int;
mod join;
mod lane;
mod shift;
mod shuffle;

use super::cpu::Cpu;
use cranelift_entity::SecondaryMap;
use samite_ir::ssa::{Func, Op, Value};
use samite_ir::value::{self, BinOp, LaneBinOp, LaneTernOp, LaneTest, LaneUnOp, Shape, TargetOp, Type};

/// Were there any?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expanded {
    None,
    Some,
}

/// Replaces every vector operator, by instructions of a set (`Cpu::set`).
pub fn expand(f: &mut Func, cpu: Cpu) -> Expanded {
    if !f.body.iter().any(|v| is_lane_op(&f.ops[*v])) {
        return Expanded::None;
    }
    let count = f.ops.len();
    let negated = negated(f);
    let mut x = Expander {
        wide: cpu == Cpu::Avx512,
        negated,
        body: Vec::with_capacity(2 * f.body.len()),
        f,
        map: SecondaryMap::new(),
        depths: SecondaryMap::new(),
        offset: 0,
        depth: 0,
    };
    x.map.resize(count);
    for at in 0..x.f.layout.len() {
        let b = x.f.layout[at];
        x.depth = x.f.blocks[b].loop_depth;
        for n in 0..x.f.params(b).len() {
            let p = x.f.params(b)[n];
            x.depths[p] = x.depth;
        }
        let range = x.f.blocks[b].body.clone();
        let start = x.body.len() as u32;
        for place in range {
            let v = x.f.body[place as usize];
            let map = &x.map;
            x.f.map_operands(v, |a| map.get(a).copied().flatten().unwrap_or(a));
            x.offset = x.f.offsets[v];
            match x.f.ops[v] {
                op if is_lane_op(&op) => {
                    let is_negated = x.negated[v];
                    let instead = x.lane_op(op, is_negated);
                    x.map[v] = Some(instead);
                }
                _ => {
                    x.depths[v] = x.depth;
                    x.body.push(v);
                }
            }
        }
        x.f.blocks[b].body = start..x.body.len() as u32;
    }
    let Expander { body, depths, .. } = x;
    f.body = body;
    join::join(f, &depths, cpu);
    Expanded::Some
}

fn is_lane_op(op: &Op) -> bool {
    match op {
        Op::LaneUnary(..) | Op::LaneBinary(..) | Op::LaneTernary(..) | Op::LaneShift(..) | Op::LaneTest(..) => true,
        Op::Splat(..) | Op::ExtractLane(..) | Op::ReplaceLane(..) | Op::Shuffle(..) | Op::Select(Type::V128, ..) => true,
        _ => false,
    }
}

/// Masks that nobody reads but what takes their complement as well.
fn negated(f: &Func) -> SecondaryMap<Value, bool> {
    let mut negated = SecondaryMap::new();
    let is_order = |op: Op| matches!(op, Op::LaneBinary(LaneBinOp::GtU | LaneBinOp::LtU, ..));
    for &v in &f.body {
        negated[v] |= is_order(f.ops[v]);
        let free = match f.ops[v] {
            Op::LaneTernary(LaneTernOp::Bitselect, _, a, b, mask) if mask != a && mask != b => Some(mask),
            Op::LaneBinary(LaneBinOp::Andnot, _, a, mask) if mask != a => Some(mask),
            Op::LaneUnary(LaneUnOp::Not, _, mask) | Op::LaneTest(LaneTest::AllTrue, _, mask) => Some(mask),
            _ => None,
        };
        f.for_each_operand(v, |a| {
            if free != Some(a) {
                negated[a] = false;
            }
        });
    }
    negated
}

struct Expander<'a> {
    f: &'a mut Func,
    /// With AVX-512.
    wide: bool,
    /// Orders whose complement serves as well.
    negated: SecondaryMap<Value, bool>,
    /// The new bodies of the blocks so far.
    body: Vec<Value>,
    /// What stands for a vector operator.
    map: SecondaryMap<Value, Option<Value>>,
    /// Loops around the definition.
    depths: SecondaryMap<Value, u16>,
    /// Wasm offset of the operator being expanded.
    offset: u32,
    /// Loops around it.
    depth: u16,
}

impl Expander<'_> {
    fn lane_op(&mut self, op: Op, is_negated: bool) -> Value {
        match op {
            Op::LaneUnary(op, shape, a) if is_float(op, shape) => self.float_unary(op, shape, a),
            Op::LaneUnary(op, shape, a) => self.int_unary(op, shape, a),
            Op::LaneBinary(op, shape, a, b) if shape.is_float() => self.float_binary(op, shape, a, b),
            Op::LaneBinary(op @ (LaneBinOp::GtU | LaneBinOp::LtU), shape, a, b) if is_negated => {
                let op = if op == LaneBinOp::GtU { LaneBinOp::LeU } else { LaneBinOp::GeU };
                let order = self.int_binary(op, shape, a, b);
                self.not(order)
            }
            Op::LaneBinary(op, shape, a, b) => self.int_binary(op, shape, a, b),
            Op::LaneTernary(op, shape, a, b, c) => self.ternary(op, shape, a, b, c),
            Op::LaneShift(op, shape, a, n) => self.shift(op, shape, a, n),
            Op::LaneTest(op, shape, a) => self.test(op, shape, a),
            Op::Splat(shape, a) => self.splat(shape, a),
            Op::ExtractLane(shape, extension, k, a) => self.extract_lane(shape, extension, k, a),
            Op::ReplaceLane(shape, k, a, x) => self.replace_lane(shape, k, a, x),
            Op::Shuffle(indices, a, b) => {
                let indices = self.f.vectors[indices].low.to_le_bytes();
                self.shuffle(indices, a, b)
            }
            Op::Select(_, c, yes, no) => self.select(c, yes, no),
            _ => unreachable!("{op:?} is no vector operator"),
        }
    }

    /// By a mask: a jump over a move is shorter, but costs four times as much where conditions cannot be foretold (`papers/simd.md`); and
    /// the mask of a condition from outside of a loop is made there.
    fn select(&mut self, c: Value, yes: Value, no: Value) -> Value {
        if matches!(self.f.ops[c], Op::Compare(..)) {
            let zero = self.int(0);
            let ones = self.op(Op::Binary(BinOp::Sub, Type::I32, zero, c));
            let mask = self.splat(Shape::I32x4, ones);
            return self.choose(yes, no, mask);
        }
        let all = self.splat(Shape::I32x4, c);
        let zero = self.zero();
        let mask = self.t2(TargetOp::Pcmpeqd, all, zero);
        self.choose(no, yes, mask)
    }
    /// Of `yes` where the mask, of whole bytes, is ones, of `no` elsewhere.
    fn choose(&mut self, yes: Value, no: Value, mask: Value) -> Value {
        if self.wide { self.bitselect(yes, no, mask) } else { self.t3(TargetOp::Pblendvb, no, yes, mask) }
    }

    fn ternary(&mut self, op: LaneTernOp, shape: Shape, a: Value, b: Value, c: Value) -> Value {
        use LaneTernOp::*;
        use TargetOp::*;
        let is_f32 = shape == Shape::F32x4;
        match op {
            Bitselect => self.bitselect(a, b, c),
            RelaxedLaneselect => {
                let blend = match shape {
                    Shape::I8x16 | Shape::I16x8 => Pblendvb,
                    Shape::I32x4 => Blendvps,
                    _ => Blendvpd,
                };
                self.t3(blend, b, a, c)
            }
            RelaxedMadd => self.t3(if is_f32 { Vfmaddps } else { Vfmaddpd }, a, b, c),
            RelaxedNmadd => self.t3(if is_f32 { Vfnmaddps } else { Vfnmaddpd }, a, b, c),
            RelaxedDotAddS | DotI8AddS => {
                let sums = if op == RelaxedDotAddS { self.t2(Pmaddubsw, b, a) } else { self.dot_i8(a, b) };
                let one = self.splat_constant(Shape::I16x8, 1);
                let pairs = self.t2(Pmaddwd, sums, one);
                self.t2(Paddd, pairs, c)
            }
        }
    }

    // ---- making ops

    fn op(&mut self, op: Op) -> Value {
        let v = self.f.make(op, self.offset);
        self.depths[v] = self.depth;
        self.body.push(v);
        v
    }
    fn t1(&mut self, op: TargetOp, a: Value) -> Value {
        self.op(Op::Target1(op, Type::V128, 0, a))
    }
    fn t1i(&mut self, op: TargetOp, imm: u8, a: Value) -> Value {
        self.op(Op::Target1(op, Type::V128, imm, a))
    }
    fn t2(&mut self, op: TargetOp, a: Value, b: Value) -> Value {
        self.op(Op::Target2(op, Type::V128, 0, a, b))
    }
    fn t2i(&mut self, op: TargetOp, imm: u8, a: Value, b: Value) -> Value {
        self.op(Op::Target2(op, Type::V128, imm, a, b))
    }
    fn t3(&mut self, op: TargetOp, a: Value, b: Value, c: Value) -> Value {
        self.t3i(op, 0, a, b, c)
    }
    fn t3i(&mut self, op: TargetOp, imm: u8, a: Value, b: Value, c: Value) -> Value {
        self.op(Op::Target3(op, Type::V128, imm, a, b, c))
    }
    fn int(&mut self, n: u32) -> Value {
        self.op(Op::Const(Type::I32, n.into()))
    }
    fn constant(&mut self, bits: u128) -> Value {
        let id = self.f.vectors.intern(bits);
        self.op(Op::VConst(Type::V128, id))
    }
    fn zero(&mut self) -> Value {
        self.constant(0)
    }
    fn ones(&mut self) -> Value {
        self.constant(u128::MAX)
    }
    /// The same in every lane.
    fn splat_constant(&mut self, shape: Shape, lane: u64) -> Value {
        self.constant(value::splat(shape, lane))
    }

    // ---- what operands are

    fn constant_of(&self, v: Value) -> Option<u128> {
        match self.f.ops[v] {
            Op::VConst(Type::V128, id) => Some(self.f.vectors[id].low),
            _ => None,
        }
    }
    fn scalar_of(&self, v: Value) -> Option<u64> {
        match self.f.ops[v] {
            Op::Const(_, bits) => Some(bits),
            _ => None,
        }
    }
    /// Is it made outside of a loop that this is in? Then what depends on it alone will be, too.
    fn is_invariant(&self, v: Value) -> bool {
        self.depths[v] < self.depth
    }
    /// `x`, if `v` is its complement.
    fn complement_of(&self, v: Value) -> Option<Value> {
        match self.f.ops[v] {
            Op::Target2(TargetOp::Pxor, _, _, x, ones) if self.constant_of(ones) == Some(u128::MAX) => Some(x),
            _ => None,
        }
    }
    /// Is every byte all ones or all zeros? Looks a few operators deep.
    fn is_byte_mask(&self, v: Value) -> bool {
        self.is_mask(v, 1, 4)
    }
    /// Is every lane of so many bytes all ones or all zeros?
    fn is_mask(&self, v: Value, bytes: u32, deep: u32) -> bool {
        use TargetOp::*;
        let wide = |n: u32| n >= bytes;
        match self.f.ops[v] {
            _ if deep == 0 => false,
            Op::VConst(Type::V128, id) => {
                let bits = self.f.vectors[id].low;
                let width = 8 * bytes;
                let ones = u128::MAX >> (128 - width);
                (0..128 / width).all(|k| [0, ones].contains(&(bits >> (k * width) & ones)))
            }
            Op::Target2(Pcmpeqb | Pcmpgtb, ..) => wide(1),
            Op::Target2(Pcmpeqw | Pcmpgtw, ..) | Op::Target1(PsrawImm, _, 15.., _) => wide(2),
            Op::Target2(Pcmpeqd | Pcmpgtd | Cmpps, ..) | Op::Target1(PsradImm, _, 31.., _) => wide(4),
            Op::Target2(Pcmpeqq | Pcmpgtq | Cmppd, ..) => wide(8),
            Op::Target2(Pand | Por | Pxor | Pandn, _, _, a, b) => self.is_mask(a, bytes, deep - 1) && self.is_mask(b, bytes, deep - 1),
            _ => false,
        }
    }
}

fn is_float(op: value::LaneUnOp, shape: Shape) -> bool {
    use value::LaneUnOp::*;
    shape.is_float()
        || matches!(op, TruncSatF32S | TruncSatF32U | TruncSatF64SZero | TruncSatF64UZero)
        || matches!(op, RelaxedTruncF32S | RelaxedTruncF32U | RelaxedTruncF64SZero | RelaxedTruncF64UZero)
}

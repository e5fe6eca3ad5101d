//! A function body to SSA: the vector operators.
//!
//! Loads that do more than load become a load of exactly the bytes read and an operator on them, which selection folds together
//! again: `load8x8_s` is `extend_low_s` of a load of eight bytes, `load8_splat` a splat of a scalar load, `load8_lane` a
//! `replace_lane`, `store8_lane` a scalar store of an extracted lane.
use super::body::Body;
use super::options::Nan;
use super::vectors::{VectorLoad, VectorOp};
use crate::ssa::{Op, Value};
use crate::value::{Extension, LaneBinOp, LaneTernOp, MemOp, Shape, Type};

impl Body<'_> {
    pub(super) fn vector(&mut self, op: VectorOp) {
        match op.relaxed(self.options.relaxed) {
            VectorOp::Const(bits) => {
                let v = self.vector_constant(bits);
                self.push(v);
            }
            VectorOp::Unary(op, shape) => {
                let a = self.pop();
                let v = self.build.op(Op::LaneUnary(op, shape, a));
                self.push_lanes(v, shape, op.computes_nan());
            }
            VectorOp::Binary(op, shape) => {
                let (b, a) = (self.pop(), self.pop());
                let v = self.build.op(Op::LaneBinary(op, shape, a, b));
                self.push_lanes(v, shape, op.computes_nan(shape));
            }
            VectorOp::Ternary(op, shape) => {
                let (c, b, a) = (self.pop(), self.pop(), self.pop());
                let v = self.build.op(Op::LaneTernary(op, shape, a, b, c));
                self.push_lanes(v, shape, op.computes_nan());
            }
            VectorOp::Shift(op, shape) => {
                let (count, a) = (self.pop(), self.pop());
                self.push_op(Op::LaneShift(op, shape, a, count));
            }
            VectorOp::Test(op, shape) => {
                let a = self.pop();
                self.push_op(Op::LaneTest(op, shape, a));
            }
            VectorOp::Splat(shape) => {
                let a = self.pop();
                self.push_op(Op::Splat(shape, a));
            }
            VectorOp::ExtractLane(shape, extension, lane) => {
                let a = self.pop();
                self.push_op(Op::ExtractLane(shape, extension, lane, a));
            }
            VectorOp::ReplaceLane(shape, lane) => {
                let (x, a) = (self.pop(), self.pop());
                self.push_op(Op::ReplaceLane(shape, lane, a, x));
            }
            VectorOp::Shuffle(indices) => {
                let (b, a) = (self.pop(), self.pop());
                let indices = self.build.func.vectors.intern(indices);
                self.push_op(Op::Shuffle(indices, a, b));
            }
            VectorOp::Load(how, at) => match how {
                VectorLoad::Whole => self.load(MemOp::V128, &at),
                VectorLoad::Zero(shape) => self.load(if shape.lane_bytes() == 4 { MemOp::V128x32Zero } else { MemOp::V128x64Zero }, &at),
                VectorLoad::Extend(op, shape) => {
                    self.load(MemOp::V128x64Zero, &at);
                    let a = self.pop();
                    self.push_op(Op::LaneUnary(op, shape, a));
                }
                VectorLoad::Splat(shape) => {
                    self.load(lane_mem_op(shape), &at);
                    let a = self.pop();
                    self.push_op(Op::Splat(shape, a));
                }
            },
            VectorOp::Store(at) => self.store(MemOp::V128, &at),
            VectorOp::LoadLane(shape, lane, at) => {
                let a = self.pop();
                self.load(lane_mem_op(shape), &at);
                let x = self.pop();
                self.push_op(Op::ReplaceLane(shape, lane, a, x));
            }
            VectorOp::StoreLane(shape, lane, at) => {
                let a = self.pop();
                let x = self.build.op(Op::ExtractLane(shape, Extension::Unsigned, lane, a));
                self.push(x);
                self.store(lane_mem_op(shape), &at);
            }
        }
    }

    pub(super) fn vector_constant(&mut self, bits: u128) -> Value {
        let id = self.build.func.vectors.intern(bits);
        self.build.op(Op::VConst(Type::V128, id))
    }

    /// The result of an operator. If it computed NaNs, which?
    fn push_lanes(&mut self, v: Value, shape: Shape, computes_nan: bool) {
        let v = match self.options.nan {
            Nan::Canonical if computes_nan => {
                let nan = if shape == Shape::F32x4 { 0x7fc0_0000 } else { 0x7ff8_0000_0000_0000 };
                let nan = self.vector_constant(crate::value::splat(shape, nan));
                let is_number = self.build.op(Op::LaneBinary(LaneBinOp::Eq, shape, v, v));
                self.build.op(Op::LaneTernary(LaneTernOp::Bitselect, Shape::I8x16, v, nan, is_number))
            }
            Nan::Canonical | Nan::Native => v,
        };
        self.push(v);
    }
}

/// How memory holds a lane: as the scalar that splat takes. 64 bits are an integer, whatever the lane is.
fn lane_mem_op(shape: Shape) -> MemOp {
    match shape {
        Shape::I8x16 => MemOp::I32x8U,
        Shape::I16x8 => MemOp::I32x16U,
        Shape::I32x4 => MemOp::I32,
        Shape::I64x2 => MemOp::I64,
        Shape::F32x4 => MemOp::F32,
        Shape::F64x2 => MemOp::F64,
    }
}

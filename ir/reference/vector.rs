//! Executes the vector operators (specification 4.4.3 and 4.4.7), on the operand stack of `run.rs`.
use super::env::{Env, Val};
use super::run::{Machine, effective};
use crate::translate::vectors::{VectorLoad, VectorOp};
use crate::value::{self, Bits, Extension, Shape, Trap};
use wasmparser::{MemArg, MemArgTarget};

impl Machine<'_> {
    pub(super) fn vector<E: Env>(&mut self, env: &mut E, op: VectorOp) -> Result<(), Trap> {
        match op {
            VectorOp::Const(bits) => self.push_vector(bits),
            VectorOp::Unary(op, shape) => {
                let a = self.pop_vector();
                self.push_lanes(value::lane_unary(op, shape, a), shape, op.computes_nan());
            }
            VectorOp::Binary(op, shape) => {
                let (b, a) = (self.pop_vector(), self.pop_vector());
                self.push_lanes(value::lane_binary(op, shape, a, b), shape, op.computes_nan(shape));
            }
            VectorOp::Ternary(op, shape) => {
                let (c, b, a) = (self.pop_vector(), self.pop_vector(), self.pop_vector());
                self.push_lanes(value::lane_ternary(op, shape, a, b, c), shape, op.computes_nan());
            }
            VectorOp::Shift(op, shape) => {
                let (count, a) = (self.pop(), self.pop_vector());
                self.push_vector(value::lane_shift(op, shape, a, count));
            }
            VectorOp::Test(op, shape) => {
                let a = self.pop_vector();
                self.push(value::lane_test(op, shape, a));
            }
            VectorOp::Splat(shape) => {
                let a = self.pop();
                self.push_vector(value::splat(shape, a));
            }
            VectorOp::ExtractLane(shape, extension, lane) => {
                let a = self.pop_vector();
                self.push(value::extract_lane(shape, extension, lane, a));
            }
            VectorOp::ReplaceLane(shape, lane) => {
                let (x, a) = (self.pop(), self.pop_vector());
                self.push_vector(value::replace_lane(shape, lane, a, x));
            }
            VectorOp::Shuffle(indices) => {
                let (b, a) = (self.pop_vector(), self.pop_vector());
                self.push_vector(value::shuffle(indices, a, b));
            }
            VectorOp::Load(how, at) => {
                let raw = self.load(env, at, how.width())?;
                self.push_vector(match how {
                    VectorLoad::Whole | VectorLoad::Zero(_) => raw,
                    VectorLoad::Extend(op, shape) => value::lane_unary(op, shape, raw),
                    VectorLoad::Splat(shape) => value::splat(shape, raw as Bits),
                });
            }
            VectorOp::Store(at) => {
                let a = self.pop_vector();
                self.store(env, at, &a.to_le_bytes())?;
            }
            VectorOp::LoadLane(shape, lane, at) => {
                let a = self.pop_vector();
                let x = self.load(env, at, shape.lane_bytes())?;
                self.push_vector(value::replace_lane(shape, lane, a, x as Bits));
            }
            VectorOp::StoreLane(shape, lane, at) => {
                let a = self.pop_vector();
                let x = value::extract_lane(shape, Extension::Unsigned, lane, a);
                self.store(env, at, &x.to_le_bytes()[..shape.lane_bytes() as usize])?;
            }
        }
        Ok(())
    }

    /// So many bytes at an index that is popped, zeros above.
    fn load<E: Env>(&mut self, env: &mut E, at: MemArg, width: u32) -> Result<u128, Trap> {
        let address = effective(self.pop(), at.offset)?;
        let mut bytes = [0; 16];
        env.memory_read(memory(at), address, &mut bytes[..width as usize])?;
        Ok(u128::from_le_bytes(bytes))
    }
    fn store<E: Env>(&mut self, env: &mut E, at: MemArg, bytes: &[u8]) -> Result<(), Trap> {
        let address = effective(self.pop(), at.offset)?;
        env.memory_write(memory(at), address, bytes)
    }
    /// The result of an operator; `computes_nan` says whether `nan=canonical` concerns it.
    fn push_lanes(&mut self, bits: u128, shape: Shape, computes_nan: bool) {
        let canonical = self.options.canonical_nans && computes_nan;
        self.push_vector(if canonical { value::canonical_nan_lanes(shape, bits) } else { bits });
    }
    fn push_vector(&mut self, bits: u128) {
        self.values.push(Val(bits));
    }
    fn pop_vector(&mut self) -> u128 {
        self.pop_val().0
    }
}

fn memory(at: MemArg) -> u32 {
    let MemArgTarget::Memory(memory) = at.target else { unreachable!("vectors are not loaded from arrays") };
    memory
}

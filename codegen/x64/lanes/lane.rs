//! Lanes in and out, and tests of all lanes.
use super::Expander;
use super::int::equal;
use Shape::{F32x4, F64x2, I8x16, I16x8, I32x4, I64x2};
use TargetOp::*;
use samite_ir::ssa::{Op, Value};
use samite_ir::value::{Extension, LaneTest, Shape, TargetOp, Type, UnOp};

impl Expander<'_> {
    pub fn splat(&mut self, shape: Shape, x: Value) -> Value {
        if self.wide && !matches!(self.f.ops[x], Op::Load { .. }) {
            let broadcast = match shape {
                I8x16 => PbroadcastbI32,
                I16x8 => PbroadcastwI32,
                I32x4 => PbroadcastdI32,
                I64x2 => PbroadcastqI64,
                F32x4 => Vbroadcastss,
                F64x2 => Vbroadcastsd,
            };
            return self.t1(broadcast, x);
        }
        let vector = match shape {
            F32x4 => return self.t1(Vbroadcastss, x),
            F64x2 => return self.t1(Vbroadcastsd, x),
            I64x2 => self.t1(MovqIn, x),
            _ => self.t1(MovdIn, x),
        };
        let broadcast = match shape {
            I8x16 => Vpbroadcastb,
            I16x8 => Vpbroadcastw,
            I32x4 => Vpbroadcastd,
            _ => Vpbroadcastq,
        };
        self.t1(broadcast, vector)
    }

    pub fn extract_lane(&mut self, shape: Shape, extension: Extension, k: u8, a: Value) -> Value {
        let signed = |x: &mut Self, op: UnOp, lane: Value| match extension {
            Extension::Signed => x.op(Op::Unary(op, Type::I32, lane)),
            Extension::Unsigned => lane,
        };
        match (shape, k) {
            (I8x16, 0) if extension == Extension::Signed => {
                let low = self.t1(MovdOut, a);
                signed(self, UnOp::Extend8S, low)
            }
            (I8x16, _) => {
                let lane = self.t1i(Pextrb, k, a);
                signed(self, UnOp::Extend8S, lane)
            }
            (I16x8, 0) if extension == Extension::Signed => {
                let low = self.t1(MovdOut, a);
                signed(self, UnOp::Extend16S, low)
            }
            (I16x8, _) => {
                let lane = self.t1i(Pextrw, k, a);
                signed(self, UnOp::Extend16S, lane)
            }
            (I32x4, 0) => self.t1(MovdOut, a),
            (I32x4, _) => self.t1i(Pextrd, k, a),
            (I64x2, 0) => self.t1(MovqOut, a),
            (I64x2, _) => self.t1i(Pextrq, k, a),
            (F32x4, _) => {
                let low = match k {
                    0 => a,
                    1 => self.t1(Movshdup, a),
                    2 => self.t2(Movhlps, a, a),
                    _ => self.t2i(Shufps, 0xff, a, a),
                };
                self.t1(LowF32, low)
            }
            (F64x2, 0) => self.t1(LowF64, a),
            (F64x2, _) => {
                let low = self.t2(Unpckhpd, a, a);
                self.t1(LowF64, low)
            }
        }
    }

    pub fn replace_lane(&mut self, shape: Shape, k: u8, a: Value, x: Value) -> Value {
        match (shape, k) {
            (I8x16, _) => self.t2i(Pinsrb, k, a, x),
            (I16x8, _) => self.t2i(Pinsrw, k, a, x),
            (I32x4, _) => self.t2i(Pinsrd, k, a, x),
            (I64x2, _) => self.t2i(Pinsrq, k, a, x),
            (F32x4, 0) if !matches!(self.f.ops[x], Op::Load { .. }) => self.t2(MovssF32, a, x),
            (F32x4, _) => self.t2i(InsertpsF32, k << 4, a, x),
            (F64x2, 0) => self.t2(MovsdF64, a, x),
            (F64x2, _) => self.t2(UnpcklpdF64, a, x),
        }
    }

    pub fn test(&mut self, op: LaneTest, shape: Shape, a: Value) -> Value {
        match op {
            LaneTest::AnyTrue => match self.f.ops[a] {
                Op::Target2(Pand, _, _, x, y) => self.t2(PtestNz, x, y),
                Op::Target2(Pandn, _, _, x, y) => self.t2(PtestNc, x, y),
                Op::Target2(Pxor, _, _, x, ones) if self.constant_of(ones) == Some(u128::MAX) => self.t2(PtestNc, x, ones),
                _ => self.t2(PtestNz, a, a),
            },
            LaneTest::AllTrue => self.all_true(shape, a),
            LaneTest::Bitmask => match shape {
                I8x16 => self.t1(Pmovmskb, a),
                // Saturation keeps the sign.
                I16x8 if self.wide => {
                    let bytes = self.t1(Pmovswb, a);
                    self.t1(Pmovmskb, bytes)
                }
                I16x8 => {
                    let zero = self.zero();
                    let bytes = self.t2(Packsswb, a, zero);
                    self.t1(Pmovmskb, bytes)
                }
                I32x4 => self.t1(Movmskps, a),
                _ => self.t1(Movmskpd, a),
            },
        }
    }

    /// No lane is zero.
    fn all_true(&mut self, shape: Shape, a: Value) -> Value {
        if let Op::Target2(op, _, _, x, y) = self.f.ops[a]
            && op == equal(shape)
        {
            // All lanes are equal if no bit differs.
            let differ = if self.constant_of(y) == Some(0) { x } else { self.t2(Pxor, x, y) };
            return self.t2(PtestZ, differ, differ);
        }
        if self.is_mask(a, shape.lane_bytes(), 4) {
            if let Some(x) = self.complement_of(a) {
                return self.t2(PtestZ, x, x);
            }
            let ones = self.ones();
            return self.t2(PtestC, a, ones);
        }
        let zero = self.zero();
        let none = self.t2(equal(shape), a, zero);
        self.t2(PtestZ, none, none)
    }
}

//! Floats. A `min` or `max` of x86 gives its second operand where one is a NaN, and of two zeros: most below uses it.
use super::Expander;
use TargetOp::*;
use samite_ir::ssa::{Op, Value};
use samite_ir::value::{self, LaneBinOp, LaneUnOp, Shape, TargetOp};

/// Predicates of `cmpps` and `cmppd`.
const EQ: u8 = 0;
const LT: u8 = 1;
const LE: u8 = 2;
const UNORDERED: u8 = 3;
const NE: u8 = 4;
const ORDERED: u8 = 7;
const GE: u8 = 13;
const GT: u8 = 14;

const F32: Shape = Shape::F32x4;
const F64: Shape = Shape::F64x2;

/// The code for lanes of 32 or of 64 bits.
fn of(shape: Shape, ps: TargetOp, pd: TargetOp) -> TargetOp {
    if shape == F32 { ps } else { pd }
}

impl Expander<'_> {
    fn f32s(&mut self, x: f32) -> Value {
        self.splat_constant(F32, x.to_bits().into())
    }
    fn f64s(&mut self, x: f64) -> Value {
        self.splat_constant(F64, x.to_bits())
    }

    pub fn float_unary(&mut self, op: LaneUnOp, shape: Shape, a: Value) -> Value {
        use LaneUnOp::*;
        let sign = if shape == F32 { 1 << 31 } else { 1 << 63 };
        let round = of(shape, Roundps, Roundpd);
        match op {
            Abs => {
                let mask = self.splat_constant(shape, sign - 1);
                self.t2(Andps, a, mask)
            }
            Neg => {
                let mask = self.splat_constant(shape, sign);
                self.t2(Xorps, a, mask)
            }
            Sqrt => self.t1(of(shape, Sqrtps, Sqrtpd), a),
            // Bit 3: without the exception for what is not exact.
            Nearest => self.t1i(round, 8, a),
            Floor => self.t1i(round, 9, a),
            Ceil => self.t1i(round, 10, a),
            Trunc => self.t1i(round, 11, a),
            ConvertS => self.t1(of(shape, Cvtdq2ps, Cvtdq2pd), a),
            ConvertU if self.wide => self.t1(of(shape, Cvtudq2ps, Cvtudq2pd), a),
            ConvertU if shape == F64 => {
                // Below the exponent of 2^52 an integer is the fraction.
                let exponent = self.splat_constant(Shape::I32x4, 0x4330_0000);
                let biased = self.t2(Unpcklps, a, exponent);
                let bias = self.f64s(4_503_599_627_370_496.0);
                self.t2(Subpd, biased, bias)
            }
            ConvertU => {
                // LLVM's: the halves as fractions below 2^23 and 2^39, both exact; their sum rounds once.
                let low_exponent = self.splat_constant(Shape::I32x4, 0x4b00_0000);
                let low = self.t2i(Pblendw, 0xaa, a, low_exponent);
                let high = self.t1i(PsrldImm, 16, a);
                let high_exponent = self.splat_constant(Shape::I32x4, 0x5300_0000);
                let high = self.t2i(Pblendw, 0xaa, high, high_exponent);
                let bias = self.splat_constant(Shape::I32x4, 0x5300_0080);
                let high = self.t2(Subps, high, bias);
                self.t2(Addps, low, high)
            }
            DemoteZero => self.t1(Cvtpd2ps, a),
            PromoteLow => self.t1(Cvtps2pd, a),
            RelaxedTruncF32S => self.t1(Cvttps2dq, a),
            RelaxedTruncF64SZero => self.t1(Cvttpd2dq, a),
            TruncSatF32S => {
                let limit = self.f32s(2_147_483_648.0);
                let over = self.t2i(Cmpps, GE, a, limit);
                let number = self.t2i(Cmpps, ORDERED, a, a);
                let t = self.t1(Cvttps2dq, a);
                // The least number becomes the greatest.
                let t = self.t2(Pxor, t, over);
                self.t2(Pand, t, number)
            }
            // What is too great is 2^32 - 1 already; the second operand of a maximum is what a NaN gives.
            TruncSatF32U | RelaxedTruncF32U if self.wide => {
                let zero = self.zero();
                let x = self.t2(Maxps, a, zero);
                self.t1(Cvttps2udq, x)
            }
            TruncSatF64UZero | RelaxedTruncF64UZero if self.wide => {
                let zero = self.zero();
                let x = self.t2(Maxpd, a, zero);
                self.t1(Cvttpd2udq, x)
            }
            TruncSatF32U | RelaxedTruncF32U => {
                let zero = self.zero();
                let x = self.t2(Maxps, a, zero);
                let limit = self.f32s(2_147_483_648.0);
                // What is above 2^31, which is added again as an integer.
                let above = self.t2(Subps, x, limit);
                let over = self.t2i(Cmpps, GE, above, limit);
                let above = self.t1(Cvttps2dq, above);
                let above = self.t2(Pxor, above, over);
                let above = self.t2(Pmaxsd, above, zero);
                let t = self.t1(Cvttps2dq, x);
                self.t2(Paddd, t, above)
            }
            TruncSatF64SZero => {
                let number = self.t2i(Cmppd, ORDERED, a, a);
                let most = self.f64s(2_147_483_647.0);
                let limit = self.t2(Andps, number, most);
                let x = self.t2(Minpd, a, limit);
                self.t1(Cvttpd2dq, x)
            }
            TruncSatF64UZero | RelaxedTruncF64UZero => {
                let zero = self.zero();
                let x = self.t2(Maxpd, a, zero);
                let most = self.f64s(4_294_967_295.0);
                let x = self.t2(Minpd, x, most);
                let x = self.t1i(Roundpd, 11, x);
                let bias = self.f64s(4_503_599_627_370_496.0);
                let x = self.t2(Addpd, x, bias);
                self.t2i(Shufps, 0x88, x, zero)
            }
            _ => unreachable!("{shape}.{op} is of integers"),
        }
    }

    pub fn float_binary(&mut self, op: LaneBinOp, shape: Shape, a: Value, b: Value) -> Value {
        use LaneBinOp::*;
        let min = of(shape, Minps, Minpd);
        let max = of(shape, Maxps, Maxpd);
        let compare = of(shape, Cmpps, Cmppd);
        match op {
            Add => self.t2(of(shape, Addps, Addpd), a, b),
            Sub => self.t2(of(shape, Subps, Subpd), a, b),
            Mul => self.t2(of(shape, Mulps, Mulpd), a, b),
            Div => self.t2(of(shape, Divps, Divpd), a, b),
            Min | Max if self.bound(shape, a).is_some() => self.bounded(op, shape, b, a),
            Min | Max if self.bound(shape, b).is_some() => self.bounded(op, shape, a, b),
            Min | Max => self.either(op, shape, a, b),
            Pmin => self.t2(min, b, a),
            Pmax => self.t2(max, b, a),
            RelaxedMin => self.t2(min, a, b),
            RelaxedMax => self.t2(max, a, b),
            Eq => self.t2i(compare, EQ, a, b),
            Ne => self.t2i(compare, NE, a, b),
            Lt => self.t2i(compare, LT, a, b),
            Gt => self.t2i(compare, GT, a, b),
            Le => self.t2i(compare, LE, a, b),
            Ge => self.t2i(compare, GE, a, b),
            _ => unreachable!("{shape}.{op} is of integers"),
        }
    }

    /// Both ways around and joined, zeros of two signs are the right one, as `range` has them; a sum makes the quiet NaN.
    fn either(&mut self, op: LaneBinOp, shape: Shape, a: Value, b: Value) -> Value {
        if self.wide {
            let picked = self.t2i(of(shape, Rangeps, Rangepd), if op == LaneBinOp::Min { 4 } else { 5 }, a, b);
            let sum = self.t2(of(shape, Addps, Addpd), a, b);
            let unordered = self.t2i(of(shape, Cmpps, Cmppd), UNORDERED, a, b);
            return self.t3(of(shape, Blendvps, Blendvpd), picked, sum, unordered);
        }
        let (pick, join) = if op == LaneBinOp::Min { (of(shape, Minps, Minpd), Orps) } else { (of(shape, Maxps, Maxpd), Andps) };
        let one = self.t2(pick, a, b);
        let other = self.t2(pick, b, a);
        let both = self.t2(join, one, other);
        let sum = self.t2(of(shape, Addps, Addpd), a, b);
        let unordered = self.t2i(of(shape, Cmpps, Cmppd), UNORDERED, a, b);
        self.t3(of(shape, Blendvps, Blendvpd), both, sum, unordered)
    }

    /// A constant without NaNs.
    fn bound(&self, shape: Shape, v: Value) -> Option<u128> {
        self.constant_of(v).filter(|c| value::lane_binary(LaneBinOp::Ne, shape, *c, *c) == 0)
    }

    /// A minimum or maximum with a constant without NaNs: the other operand, as the second, is what a NaN gives. It may be
    /// signalling still, and a zero of the wrong sign; adding a zero makes it quiet, and adding the right one settles the sign.
    fn bounded(&mut self, op: LaneBinOp, shape: Shape, x: Value, c: Value) -> Value {
        let pick = if op == LaneBinOp::Min { of(shape, Minps, Minpd) } else { of(shape, Maxps, Maxpd) };
        let picked = self.t2(pick, c, x);
        let bits = self.constant_of(c).expect("a bound is a constant");
        let sign = value::splat(shape, if shape == F32 { 1 << 31 } else { 1 << 63 });
        // The bound's lanes that are a zero which must win over the other one: of a minimum the negative, of a maximum the positive.
        let integers = if shape == F32 { Shape::I32x4 } else { Shape::I64x2 };
        let fix = value::lane_binary(LaneBinOp::Eq, integers, bits, if op == LaneBinOp::Min { sign } else { 0 });
        if fix == 0 && self.is_quiet(x) {
            return picked;
        }
        if op == LaneBinOp::Min && fix != 0 {
            // Nothing that is added makes a positive zero negative.
            return self.either(op, shape, x, c);
        }
        // -0 changes no number, +0 makes a negative zero positive.
        let zero = self.constant(sign & !fix);
        self.t2(of(shape, Addps, Addpd), picked, zero)
    }

    /// Is no lane a signalling NaN?
    fn is_quiet(&self, v: Value) -> bool {
        match self.f.ops[v] {
            Op::Target1(op, ..) => matches!(op, Sqrtps | Sqrtpd | Roundps | Roundpd | Cvtdq2ps | Cvtdq2pd | Cvtps2pd | Cvtpd2ps),
            Op::Target2(op, ..) => matches!(op, Addps | Addpd | Subps | Subpd | Mulps | Mulpd | Divps | Divpd),
            Op::Target3(op, ..) => matches!(op, Vfmaddps | Vfmaddpd | Vfnmaddps | Vfnmaddpd),
            _ => false,
        }
    }
}

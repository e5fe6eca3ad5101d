//! Integers: arithmetic, comparisons, and bits.
use super::Expander;
use Shape::{I8x16, I16x8, I32x4, I64x2};
use TargetOp::*;
use samite_ir::ssa::{Op, Value};
use samite_ir::value::{self, LaneBinOp, LaneUnOp, Shape, TargetOp};

/// The operator by the width of lanes.
fn by_width(shape: Shape, ops: [TargetOp; 4]) -> TargetOp {
    ops[shape.lane_bytes().trailing_zeros() as usize]
}
fn add(shape: Shape) -> TargetOp {
    by_width(shape, [Paddb, Paddw, Paddd, Paddq])
}
fn sub(shape: Shape) -> TargetOp {
    by_width(shape, [Psubb, Psubw, Psubd, Psubq])
}
pub fn equal(shape: Shape) -> TargetOp {
    by_width(shape, [Pcmpeqb, Pcmpeqw, Pcmpeqd, Pcmpeqq])
}
fn greater(shape: Shape) -> TargetOp {
    by_width(shape, [Pcmpgtb, Pcmpgtw, Pcmpgtd, Pcmpgtq])
}
fn min_s(shape: Shape) -> TargetOp {
    by_width(shape, [Pminsb, Pminsw, Pminsd, Pminsd])
}
fn max_s(shape: Shape) -> TargetOp {
    by_width(shape, [Pmaxsb, Pmaxsw, Pmaxsd, Pmaxsd])
}
fn min_u(shape: Shape) -> TargetOp {
    by_width(shape, [Pminub, Pminuw, Pminud, Pminud])
}
fn max_u(shape: Shape) -> TargetOp {
    by_width(shape, [Pmaxub, Pmaxuw, Pmaxud, Pmaxud])
}

impl Expander<'_> {
    pub fn int_unary(&mut self, op: LaneUnOp, shape: Shape, a: Value) -> Value {
        use LaneUnOp::*;
        match op {
            Not => self.not(a),
            Neg => {
                let zero = self.zero();
                self.t2(sub(shape), zero, a)
            }
            Abs if shape == I64x2 && self.wide => self.t1(Pabsq, a),
            Popcnt if self.wide => self.t1(Popcntb, a),
            Abs if shape == I64x2 => {
                let zero = self.zero();
                let negated = self.t2(Psubq, zero, a);
                self.t3(Blendvpd, a, negated, a)
            }
            Abs => self.t1(by_width(shape, [Pabsb, Pabsw, Pabsd, Pabsd]), a),
            Popcnt => {
                let nibble = self.splat_constant(I8x16, 0x0f);
                let counts = self.constant(0x0403_0302_0302_0201_0302_0201_0201_0100);
                let low = self.t2(Pand, a, nibble);
                let high = self.t1i(PsrlwImm, 4, a);
                let high = self.t2(Pand, high, nibble);
                let low = self.t2(Pshufb, counts, low);
                let high = self.t2(Pshufb, counts, high);
                self.t2(Paddb, low, high)
            }
            ExtendLowS => self.t1(by_width(shape, [Pmovsxbw, Pmovsxbw, Pmovsxwd, Pmovsxdq]), a),
            ExtendLowU => self.t1(by_width(shape, [Pmovzxbw, Pmovzxbw, Pmovzxwd, Pmovzxdq]), a),
            ExtendHighS => match shape {
                I16x8 => {
                    let twice = self.t2(Punpckhbw, a, a);
                    self.t1i(PsrawImm, 8, twice)
                }
                I32x4 => {
                    let twice = self.t2(Punpckhwd, a, a);
                    self.t1i(PsradImm, 16, twice)
                }
                _ => {
                    let high = self.t1i(Pshufd, 0xee, a);
                    self.t1(Pmovsxdq, high)
                }
            },
            ExtendHighU => {
                let zero = self.zero();
                self.t2(by_width(shape, [Punpckhbw, Punpckhbw, Punpckhwd, Punpckhdq]), a, zero)
            }
            ExtaddPairwiseS if shape == I16x8 => {
                let ones = self.splat_constant(I8x16, 1);
                self.t2(Pmaddubsw, ones, a)
            }
            ExtaddPairwiseU if shape == I16x8 => {
                let ones = self.splat_constant(I8x16, 1);
                self.t2(Pmaddubsw, a, ones)
            }
            ExtaddPairwiseS => {
                let ones = self.splat_constant(I16x8, 1);
                self.t2(Pmaddwd, a, ones)
            }
            ExtaddPairwiseU => {
                let odd = self.t1i(PsrldImm, 16, a);
                // Its upper halves are the zeros that the others want.
                let even = self.t2i(Pblendw, 0xaa, a, odd);
                self.t2(Paddd, odd, even)
            }
            _ => unreachable!("{shape}.{op} is of floats"),
        }
    }

    pub fn int_binary(&mut self, op: LaneBinOp, shape: Shape, a: Value, b: Value) -> Value {
        use LaneBinOp::*;
        let one = |ops: [TargetOp; 4]| by_width(shape, ops);
        let simple = match op {
            Add => add(shape),
            Sub => sub(shape),
            Mul if shape != I64x2 => one([Pmullw, Pmullw, Pmulld, Pmulld]),
            AddSatS => one([Paddsb, Paddsw, Paddsw, Paddsw]),
            AddSatU => one([Paddusb, Paddusw, Paddusw, Paddusw]),
            SubSatS => one([Psubsb, Psubsw, Psubsw, Psubsw]),
            SubSatU => one([Psubusb, Psubusw, Psubusw, Psubusw]),
            MinS => min_s(shape),
            MinU => min_u(shape),
            MaxS => max_s(shape),
            MaxU => max_u(shape),
            AvgrU => one([Pavgb, Pavgw, Pavgw, Pavgw]),
            RelaxedQ15mulrS => Pmulhrsw,
            DotS => Pmaddwd,
            NarrowS => one([Packsswb, Packssdw, Packssdw, Packssdw]),
            NarrowU => one([Packuswb, Packusdw, Packusdw, Packusdw]),
            And => Pand,
            Or => Por,
            Xor => Pxor,
            Eq => equal(shape),
            GtS => greater(shape),
            RelaxedSwizzle => Pshufb,
            _ => return self.several(op, shape, a, b),
        };
        self.t2(simple, a, b)
    }

    fn several(&mut self, op: LaneBinOp, shape: Shape, a: Value, b: Value) -> Value {
        use LaneBinOp::*;
        match op {
            Mul => self.multiply_64(a, b),
            Andnot => match self.complement_of(b) {
                Some(b) => self.t2(Pand, a, b),
                None => self.t2(Pandn, b, a),
            },
            // The second operand's bytes are the unsigned ones.
            RelaxedDotS => self.t2(Pmaddubsw, b, a),
            DotI8S => self.dot_i8(a, b),
            Q15mulrSatS => {
                let product = self.t2(Pmulhrsw, a, b);
                let least = self.splat_constant(I16x8, 0x8000);
                // -1 times -1 is the only overflow: not if one operand is known to have no -1.
                let has_none = |v| self.constant_of(v).is_some_and(|c| value::lane_binary(Eq, I16x8, c, value::splat(I16x8, 0x8000)) == 0);
                if has_none(a) || has_none(b) {
                    return product;
                }
                let overflow = self.t2(Pcmpeqw, product, least);
                self.t2(Pxor, product, overflow)
            }
            // Indices of a nibble each.
            Swizzle if matches!(self.f.ops[b], Op::Target2(Pand, _, _, _, m) if self.constant_of(m).is_some_and(|m| m & u128::MAX / 255 * 0xf0 == 0)) => {
                self.t2(Pshufb, a, b)
            }
            Swizzle => {
                // From 16 on the sum has its upper bit set.
                let bias = self.splat_constant(I8x16, 0x70);
                let indices = self.t2(Paddusb, b, bias);
                self.t2(Pshufb, a, indices)
            }
            ExtmulLowS | ExtmulHighS | ExtmulLowU | ExtmulHighU => self.extended_product(op, shape, a, b),
            Ne => {
                let same = self.t2(equal(shape), a, b);
                self.not(same)
            }
            LtS => self.t2(greater(shape), b, a),
            GeS | LeS if shape == I64x2 => {
                let (a, b) = if op == GeS { (b, a) } else { (a, b) };
                let greater = self.t2(Pcmpgtq, a, b);
                self.not(greater)
            }
            GeS | LeS | GeU | LeU => {
                // The greater (the less) of the two is the first.
                let pick = match op {
                    GeS => max_s(shape),
                    LeS => min_s(shape),
                    GeU => max_u(shape),
                    _ => min_u(shape),
                };
                let picked = self.t2(pick, a, b);
                self.t2(equal(shape), picked, a)
            }
            GtU | LtU => self.unsigned_order(op, shape, a, b),
            _ => unreachable!("{shape}.{op} is of floats, or one instruction"),
        }
    }

    pub fn not(&mut self, a: Value) -> Value {
        if let Some(x) = self.complement_of(a) {
            return x;
        }
        let ones = self.ones();
        self.t2(Pxor, a, ones)
    }

    /// Signed order, with the upper bits flipped; less (more) than a constant is at most (at least) its neighbour.
    fn unsigned_order(&mut self, op: LaneBinOp, shape: Shape, a: Value, b: Value) -> Value {
        use LaneBinOp::{GeU, GtU, LtU, Sub};
        let (less, more) = if op == LtU { (a, b) } else { (b, a) };
        let one = value::splat(shape, 1);
        if let Some(c) = self.constant_of(more)
            && value::lane_binary(GeU, shape, c, one) == u128::MAX
        {
            let most = self.constant(value::lane_binary(Sub, shape, c, one));
            let picked = self.t2(min_u(shape), less, most);
            return self.t2(equal(shape), picked, less);
        }
        if let Some(c) = self.constant_of(less)
            && value::lane_binary(LaneBinOp::Eq, shape, c, u128::MAX) == 0
        {
            let least = self.constant(value::lane_binary(LaneBinOp::Add, shape, c, one));
            let picked = self.t2(max_u(shape), more, least);
            return self.t2(equal(shape), picked, more);
        }
        debug_assert!(matches!(op, GtU | LtU));
        let bit = 1 << (8 * shape.lane_bytes() - 1);
        let flip = |x: &mut Self, v: Value| match x.constant_of(v) {
            Some(c) => x.constant(c ^ value::splat(shape, bit)),
            None => {
                let bit = x.splat_constant(shape, bit);
                x.t2(Pxor, v, bit)
            }
        };
        let (less, more) = (flip(self, less), flip(self, more));
        self.t2(greater(shape), more, less)
    }

    /// `low * low + ((low * high + high * low) << 32)`.
    fn multiply_64(&mut self, a: Value, b: Value) -> Value {
        // Both fit in 32 bits: what was extended is in the low halves.
        match (self.f.ops[a], self.f.ops[b]) {
            (Op::Target1(Pmovsxdq, ..), Op::Target1(Pmovsxdq, ..)) => return self.t2(Pmuldq, a, b),
            (Op::Target1(Pmovzxdq, ..), Op::Target1(Pmovzxdq, ..)) => return self.t2(Pmuludq, a, b),
            _ => {}
        }
        if self.wide {
            return self.t2(Pmullq, a, b);
        }
        let swapped = self.t1i(Pshufd, 0xb1, b);
        let cross = self.t2(Pmulld, swapped, a);
        let upper = self.t1i(PsrlqImm, 32, cross);
        let sum = self.t2(Paddd, upper, cross);
        let high = self.t1i(PsllqImm, 32, sum);
        let low = self.t2(Pmuludq, a, b);
        self.t2(Paddq, low, high)
    }

    /// Products of the low or high lanes at twice the width.
    fn extended_product(&mut self, op: LaneBinOp, shape: Shape, a: Value, b: Value) -> Value {
        use LaneBinOp::{ExtmulHighS, ExtmulLowS, ExtmulLowU};
        let is_low = matches!(op, ExtmulLowS | ExtmulLowU);
        let is_signed = matches!(op, ExtmulLowS | ExtmulHighS);
        match shape {
            I16x8 if is_low => {
                let extend = if is_signed { Pmovsxbw } else { Pmovzxbw };
                let (x, y) = (self.t1(extend, a), self.t1(extend, b));
                self.t2(Pmullw, x, y)
            }
            I16x8 => {
                // Bytes in upper halves are 2^8 times as much; the product's upper half is without them.
                let zero = self.zero();
                let (x, y) = (self.t2(Punpckhbw, zero, a), self.t2(Punpckhbw, zero, b));
                self.t2(if is_signed { Pmulhw } else { Pmulhuw }, x, y)
            }
            I32x4 => {
                let low = self.t2(Pmullw, a, b);
                let high = self.t2(if is_signed { Pmulhw } else { Pmulhuw }, a, b);
                self.t2(if is_low { Punpcklwd } else { Punpckhwd }, low, high)
            }
            _ => {
                let lanes = if is_low { 0x50 } else { 0xfa };
                let (x, y) = (self.t1i(Pshufd, lanes, a), self.t1i(Pshufd, lanes, b));
                self.t2(if is_signed { Pmuldq } else { Pmuludq }, x, y)
            }
        }
    }

    /// Sums of two signed products; odd bytes and even ones apart, since a sum may be 2^15.
    pub fn dot_i8(&mut self, a: Value, b: Value) -> Value {
        let mut part = |even: bool| {
            let mut signed = |v: Value| {
                let up = if even { self.t1i(PsllwImm, 8, v) } else { v };
                self.t1i(PsrawImm, 8, up)
            };
            let (x, y) = (signed(a), signed(b));
            self.t2(Pmullw, x, y)
        };
        let (even, odd) = (part(true), part(false));
        self.t2(Paddw, even, odd)
    }

    /// Of `a` where the mask is ones, else of `b`.
    pub fn bitselect(&mut self, a: Value, b: Value, mask: Value) -> Value {
        if let Some(c) = self.constant_of(mask) {
            let lanes = |bits: u32| {
                let ones = u128::MAX >> (128 - bits);
                let lane = |k: u32| c >> (k * bits) & ones;
                let whole = (0..128 / bits).all(|k| [0, ones].contains(&lane(k)));
                whole.then(|| (0..128 / bits).filter(|k| lane(*k) != 0).map(|k| 1 << k).sum::<u8>())
            };
            if let Some(imm) = lanes(32) {
                return self.t2i(Pblendd, imm, b, a);
            }
            if let Some(imm) = lanes(16) {
                return self.t2i(Pblendw, imm, b, a);
            }
        }
        if self.wide {
            // Of the first where it is ones the second, else the third.
            return match self.complement_of(mask) {
                Some(mask) => self.t3i(Pternlog, 0xca, mask, b, a),
                None => self.t3i(Pternlog, 0xca, mask, a, b),
            };
        }
        if self.is_byte_mask(mask) {
            let blend = match self.f.ops[mask] {
                Op::Target2(Cmpps, ..) => Blendvps,
                Op::Target2(Cmppd, ..) => Blendvpd,
                _ => Pblendvb,
            };
            return match self.complement_of(mask) {
                Some(mask) => self.t3(Pblendvb, a, b, mask),
                None => self.t3(blend, b, a, mask),
            };
        }
        let ones = self.t2(Pand, a, mask);
        let zeros = self.t2(Pandn, mask, b);
        self.t2(Por, ones, zeros)
    }
}

//! Shifts. There are none of bytes (but products with matrices of bits, with GFNI), and no arithmetic one of 64 bits; a right shift keeps its sign if the sign's place, after a logical
//! shift, is flipped and subtracted. Counts in registers are taken as they are, so what wasm takes modulo the width is masked.
use super::Expander;
use LaneShiftOp::{Shl, ShrS, ShrU};
use Shape::{I8x16, I16x8, I32x4, I64x2};
use TargetOp::*;
use samite_ir::ssa::{Op, Value};
use samite_ir::value::{BinOp, LaneShiftOp, Shape, TargetOp, Type};

/// The matrix of `gf2p8affineqb` that leaves bytes as they are: the row that makes bit 7 is the lowest byte.
const IDENTITY: u64 = 0x0102_0408_1020_4080;

impl Expander<'_> {
    pub fn shift(&mut self, op: LaneShiftOp, shape: Shape, a: Value, n: Value) -> Value {
        let width = 8 * shape.lane_bytes();
        if let Some(n) = self.scalar_of(n) {
            return match (n as u32 % width) as u8 {
                0 => a,
                n => self.shift_by_constant(op, shape, a, n),
            };
        }
        if self.wide && shape == I8x16 {
            return self.shift_bytes_by(op, a, n);
        }
        let mask = self.int(width - 1);
        let masked = self.op(Op::Binary(BinOp::And, Type::I32, n, mask));
        let is_invariant = self.is_invariant(n);
        let count = self.t1(MovdIn, masked);
        let simple = match (op, shape) {
            (Shl, I16x8) => Psllw,
            (Shl, I32x4) => Pslld,
            (Shl, I64x2) => Psllq,
            (ShrU, I16x8) => Psrlw,
            (ShrU, I32x4) => Psrld,
            (ShrU, I64x2) => Psrlq,
            (ShrS, I16x8) => Psraw,
            (ShrS, I32x4) => Psrad,
            (ShrS, I64x2) if self.wide => Psraq,
            (ShrS, I64x2) => {
                let sign = self.splat_constant(I64x2, 1 << 63);
                let sign = self.t2(Psrlq, sign, count);
                let shifted = self.t2(Psrlq, a, count);
                return self.signed_from(Psubq, shifted, sign);
            }
            (ShrS, _) if !is_invariant => {
                // Odd bytes and even ones as words.
                let odd = self.t2(Psraw, a, count);
                let even = self.t1i(PsllwImm, 8, a);
                let even = self.t2(Psraw, even, count);
                let even = self.t1i(PsrlwImm, 8, even);
                let upper = self.splat_constant(I16x8, 0xff00);
                return self.t3(Pblendvb, even, odd, upper);
            }
            _ => {
                // The bits of a byte that stay, in the lowest byte and from there in all.
                let by = if op == Shl { Psllw } else { Psrlw };
                let all = self.constant(0xff);
                let stay = self.t2(by, all, count);
                let stay = self.t1(Vpbroadcastb, stay);
                let shifted = self.t2(by, a, count);
                let shifted = self.t2(Pand, shifted, stay);
                if op != ShrS {
                    return shifted;
                }
                let sign = self.splat_constant(I8x16, 0x80);
                let sign = self.t2(Psrlw, sign, count);
                return self.signed_from(Psubb, shifted, sign);
            }
        };
        self.t2(simple, a, count)
    }

    /// By a matrix whose rows are as many bytes away from their places.
    fn shift_bytes_by(&mut self, op: LaneShiftOp, a: Value, n: Value) -> Value {
        let identity = self.splat_constant(I64x2, IDENTITY);
        let rows = if op == ShrS {
            // The sign's row, which is the first byte, again where there is no other.
            let mask = self.int(7);
            let n = self.op(Op::Binary(BinOp::And, Type::I32, n, mask));
            let n = self.t1(PbroadcastbI32, n);
            let places = self.splat_constant(I64x2, 0x0706_0504_0302_0100);
            let places = self.t2(Psubusb, places, n);
            self.t2(Pshufb, identity, places)
        } else {
            let (three, mask) = (self.int(3), self.int(0x38));
            let bits = self.op(Op::Binary(BinOp::Shl, Type::I32, n, three));
            let bits = self.op(Op::Binary(BinOp::And, Type::I32, bits, mask));
            let count = self.t1(MovdIn, bits);
            self.t2(if op == Shl { Psrlq } else { Psllq }, identity, count)
        };
        self.t2(Gf2p8affineqb, a, rows)
    }

    /// What was shifted logically, where `sign` is the sign's place now.
    fn signed_from(&mut self, sub: TargetOp, shifted: Value, sign: Value) -> Value {
        let flipped = self.t2(Pxor, shifted, sign);
        self.t2(sub, flipped, sign)
    }

    fn shift_by_constant(&mut self, op: LaneShiftOp, shape: Shape, a: Value, n: u8) -> Value {
        let simple = match (op, shape) {
            (Shl, I16x8) => PsllwImm,
            (Shl, I32x4) => PslldImm,
            (Shl, I64x2) => PsllqImm,
            (ShrU, I16x8) => PsrlwImm,
            (ShrU, I32x4) => PsrldImm,
            (ShrU, I64x2) => PsrlqImm,
            (ShrS, I16x8) => PsrawImm,
            (ShrS, I32x4) => PsradImm,
            (ShrS, I64x2) => return self.signed_64(a, n),
            _ => return self.shift_bytes(op, a, n),
        };
        self.t1i(simple, n, a)
    }

    fn signed_64(&mut self, a: Value, n: u8) -> Value {
        match n {
            63 => {
                let zero = self.zero();
                self.t2(Pcmpgtq, zero, a)
            }
            _ if self.wide => self.t1i(PsraqImm, n, a),
            // Lower halves from a shift of 64 bits, upper ones from one of 32.
            ..32 => {
                let low = self.t1i(PsrlqImm, n, a);
                let high = self.t1i(PsradImm, n, a);
                self.t2i(Pblendd, 0b1010, low, high)
            }
            32 => {
                let low = self.t1i(Pshufd, 0xf5, a);
                let high = self.t1i(PsradImm, 31, a);
                self.t2i(Pblendd, 0b1010, low, high)
            }
            _ => {
                let shifted = self.t1i(PsrlqImm, n, a);
                let sign = self.splat_constant(I64x2, 1 << (63 - n));
                self.signed_from(Psubq, shifted, sign)
            }
        }
    }

    fn shift_bytes(&mut self, op: LaneShiftOp, a: Value, n: u8) -> Value {
        match op {
            Shl if n == 1 => self.t2(Paddb, a, a),
            _ if self.wide && (op, n) != (ShrS, 7) => {
                let rows = match op {
                    Shl => IDENTITY >> (8 * n),
                    ShrU => IDENTITY << (8 * n),
                    ShrS => IDENTITY << (8 * n) | u64::MAX / 255 * 0x80 >> (64 - 8 * n),
                };
                let rows = self.splat_constant(I64x2, rows);
                self.t2(Gf2p8affineqb, a, rows)
            }
            Shl => {
                let shifted = self.t1i(PsllwImm, n, a);
                let stay = self.splat_constant(I8x16, u64::from(0xffu8 << n));
                self.t2(Pand, shifted, stay)
            }
            ShrS if n == 7 => {
                let zero = self.zero();
                self.t2(Pcmpgtb, zero, a)
            }
            _ => {
                let shifted = self.t1i(PsrlwImm, n, a);
                let stay = self.splat_constant(I8x16, u64::from(0xffu8 >> n));
                let shifted = self.t2(Pand, shifted, stay);
                if op == ShrU {
                    return shifted;
                }
                let sign = self.splat_constant(I8x16, u64::from(0x80u8 >> n));
                self.signed_from(Psubb, shifted, sign)
            }
        }
    }
}

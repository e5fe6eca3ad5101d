//! Division by a constant without a division.
//!
//! Source: Granlund and Montgomery, "Division by Invariant Integers using Multiplication" (1994); Robison, "N-bit unsigned
//! division via N-bit multiply-add" (2005), for the form that rounds the multiplier down.
//!
//! With `m = floor(2^k / d) + 1` the product `n * m / 2^k` is `n / d` plus an error of `n * e / (d * 2^k)`, where
//! `e = m * d - 2^k`. The floor is right for all n below N if the error is less than `1 / d`: `e * N <= 2^k`. Where no
//! multiplier that fits is near enough from above, `m = floor(2^k / d)` and `(n + 1) * m` is near enough from below:
//! `(2^k - m * d) * N <= 2^k`. One of the two always is, for a d that is no power of two.
use crate::fold::Rewrite;
use crate::range::{max, upper_bound};
use crate::writer::{Outcome, Writer};
use samite_ir::ssa::{Op, Value};
use samite_ir::value::{BinOp, CmpOp, ConvOp, Trap, Type};

/// A division of `n`, not a constant, by `d`, not zero.
pub fn by_constant(w: &mut Writer, op: BinOp, ty: Type, n: Value, d: u64) -> Option<Rewrite> {
    let quotient = match op {
        BinOp::DivU | BinOp::RemU => unsigned(w, op, ty, n, d),
        _ => signed(w, op, ty, n, d),
    };
    let q = match quotient {
        Quotient::Done(rewrite) => return Some(rewrite),
        Quotient::Is(q) => q,
    };
    if matches!(op, BinOp::DivU | BinOp::DivS) {
        return Some(Rewrite::Value(q));
    }
    let product = w.binary_const(BinOp::Mul, ty, q, d);
    Some(Rewrite::Op(Op::Binary(BinOp::Sub, ty, n, product)))
}

enum Quotient {
    /// The operator itself, quotient or remainder, is this.
    Done(Rewrite),
    Is(Value),
}

fn done_op(op: BinOp, ty: Type, a: Value, b: Value) -> Quotient {
    Quotient::Done(Rewrite::Op(Op::Binary(op, ty, a, b)))
}
fn done_const(w: &mut Writer, op: BinOp, ty: Type, a: Value, b: u64) -> Quotient {
    let b = w.constant(ty, b);
    done_op(op, ty, a, b)
}

// ---- unsigned

fn unsigned(w: &mut Writer, op: BinOp, ty: Type, n: Value, d: u64) -> Quotient {
    let div = op == BinOp::DivU;
    if d.is_power_of_two() {
        return match div {
            true => done_const(w, BinOp::ShrU, ty, n, u64::from(d.trailing_zeros())),
            false => done_const(w, BinOp::And, ty, n, d - 1),
        };
    }
    let most = upper_bound(w.f, n);
    if most < d {
        return Quotient::Done(if div { Rewrite::Op(Op::Const(ty, 0)) } else { Rewrite::Value(n) });
    }
    if d > max(ty) >> 1 {
        // 1 or 0.
        let d = w.constant(ty, d);
        let q = w.emit(Op::Compare(CmpOp::GeU, ty, n, d));
        return Quotient::Is(if ty == Type::I64 { w.emit(Op::Convert(ConvOp::ExtendI32U, q)) } else { q });
    }
    Quotient::Is(match ty {
        Type::I32 => {
            let wide = w.emit(Op::Convert(ConvOp::ExtendI32U, n));
            let q = below_33_bits(w, wide, u64::from(most as u32), d);
            w.emit(Op::Convert(ConvOp::WrapI64, q))
        }
        _ if most <= max(Type::I32) => below_33_bits(w, n, most, d),
        _ => all_64_bits(w, n, d),
    })
}

/// `n / d` by one multiplication of 64 bits, for an I64 `n` of at most `most`, less than 2^32; `d` no power of two, below 2^32.
fn below_33_bits(w: &mut Writer, n: Value, most: u64, d: u64) -> Value {
    let m = |k: u32| (1u64 << k) / d + 1;
    let error = |k: u32| u128::from(m(k) * d - (1 << k)) * u128::from(most + 1);
    // The product fits, as `m` is below 2^32.
    let exponents = (32..64).take_while(|k| (1u64 << k) / d < u64::from(u32::MAX));
    let mut last = 32;
    for k in exponents {
        if error(k) <= 1 << k {
            let product = w.binary_const(BinOp::Mul, Type::I64, n, m(k));
            return w.binary_const(BinOp::ShrU, Type::I64, product, u64::from(k));
        }
        last = k;
    }
    let down = (1u64 << last) / d;
    debug_assert!(u128::from((1u64 << last) - down * d) * u128::from(most + 1) <= 1 << last);
    let next = w.binary_const(BinOp::Add, Type::I64, n, 1);
    let product = w.binary_const(BinOp::Mul, Type::I64, next, down);
    w.binary_const(BinOp::ShrU, Type::I64, product, u64::from(last))
}

/// `n / d` for any n of 64 bits; `d` no power of two, below 2^63.
fn all_64_bits(w: &mut Writer, n: Value, d: u64) -> Value {
    let ty = Type::I64;
    let (n, d, bits) = match magic_64(d, 64) {
        Some((m, shift)) => {
            let high = w.binary_const(BinOp::MulHighU, ty, n, m);
            return w.binary_const(BinOp::ShrU, ty, high, u64::from(shift));
        }
        // The even part first: what is left is smaller, and a smaller multiplier will do.
        None if d % 2 == 0 => {
            let zeros = d.trailing_zeros();
            (w.binary_const(BinOp::ShrU, ty, n, u64::from(zeros)), d >> zeros, 64 - zeros)
        }
        None => (n, d, 64),
    };
    if let Some((m, shift)) = magic_64(d, bits) {
        let high = w.binary_const(BinOp::MulHighU, ty, n, m);
        return w.binary_const(BinOp::ShrU, ty, high, u64::from(shift));
    }
    // The multiplier has 65 bits, 2^64 + m: high + n, which may carry, halved as ((n - high) / 2 + high).
    let shift = 64 - (d - 1).leading_zeros();
    let m = ((1u128 << (64 + shift)) / u128::from(d) + 1) as u64;
    let high = w.binary_const(BinOp::MulHighU, ty, n, m);
    let rest = w.binary(BinOp::Sub, ty, n, high);
    let half = w.binary_const(BinOp::ShrU, ty, rest, 1);
    let sum = w.binary(BinOp::Add, ty, half, high);
    w.binary_const(BinOp::ShrU, ty, sum, u64::from(shift - 1))
}

/// `(m, s)` with `n / d = (n * m) >> (64 + s)` for all n below `2^bits`, if an `m` of 64 bits does.
fn magic_64(d: u64, bits: u32) -> Option<(u64, u32)> {
    let wide = u128::from(d);
    for s in 0..64 {
        let m = u64::try_from((1u128 << (64 + s)) / wide + 1).ok()?;
        let e = u128::from(m) * wide - (1u128 << (64 + s));
        // e * 2^bits <= 2^(64 + s), and e is at most d.
        if e <= 1u128 << (64 + s - bits) {
            return Some((m, s));
        }
    }
    None
}

// ---- signed

fn signed(w: &mut Writer, op: BinOp, ty: Type, n: Value, d: u64) -> Quotient {
    use BinOp::*;
    let div = op == DivS;
    let width = 8 * ty.bytes();
    let sign = 1u64 << (width - 1);
    let negative = d & sign != 0;
    if !negative && upper_bound(w.f, n) < sign {
        let d = w.constant(ty, d);
        return done_op(if div { DivU } else { RemU }, ty, n, d);
    }
    let size = if negative { d.wrapping_neg() & max(ty) } else { d };
    if size == 1 {
        return Quotient::Done(match (div, negative) {
            (false, _) => Rewrite::Op(Op::Const(ty, 0)),
            (true, false) => Rewrite::Value(n),
            (true, true) => {
                let least = w.constant(ty, sign);
                let overflow = w.emit(Op::Compare(CmpOp::Eq, ty, n, least));
                let zero = w.constant(ty, 0);
                return match w.write(Op::TrapIf(Trap::IntegerOverflow, overflow), None) {
                    Outcome::Trap(trap) => Quotient::Done(Rewrite::Trap(trap)),
                    _ => done_op(Sub, ty, zero, n),
                };
            }
        });
    }
    if size.is_power_of_two() {
        // 2^k - 1 is added to negative numbers, so that the shift rounds towards zero.
        let k = size.trailing_zeros();
        let sign_bits = w.binary_const(ShrS, ty, n, u64::from(width - 1));
        let bias = w.binary_const(ShrU, ty, sign_bits, u64::from(width - k));
        let biased = w.binary(Add, ty, n, bias);
        if !div {
            let low = w.binary_const(And, ty, biased, size - 1);
            return done_op(Sub, ty, low, bias);
        }
        if !negative {
            return done_const(w, ShrS, ty, biased, u64::from(k));
        }
        let q = w.binary_const(ShrS, ty, biased, u64::from(k));
        let zero = w.constant(ty, 0);
        return done_op(Sub, ty, zero, q);
    }
    let (floor, n_sign) = if ty == Type::I32 { signed_32(w, n, size) } else { signed_64(w, n, size) };
    // The floor of a negative quotient is one too small.
    Quotient::Is(if negative { w.binary(Sub, ty, n_sign, floor) } else { w.binary(Sub, ty, floor, n_sign) })
}

/// The floor of `n / d` but that exact quotients of negative n come one too small, and n's sign as 0 or -1; `d` no power of two.
fn signed_32(w: &mut Writer, n: Value, d: u64) -> (Value, Value) {
    // e is at most d, so 2^31 * e <= 2^k; and m is below 2^32, so the product fits.
    let k = 31 + (64 - (d - 1).leading_zeros());
    let m = (1u64 << k) / d + 1;
    let wide = w.emit(Op::Convert(ConvOp::ExtendI32S, n));
    let product = w.binary_const(BinOp::Mul, Type::I64, wide, m);
    let floor = w.binary_const(BinOp::ShrS, Type::I64, product, u64::from(k));
    (w.emit(Op::Convert(ConvOp::WrapI64, floor)), w.binary_const(BinOp::ShrS, Type::I32, n, 31))
}

fn signed_64(w: &mut Writer, n: Value, d: u64) -> (Value, Value) {
    let ty = Type::I64;
    // Always found: at the bit length of d, where m is still below 2^64.
    let (m, shift) = magic_64(d, 63).expect("a multiplier for numbers of 63 bits");
    let mut high = w.binary_const(BinOp::MulHighS, ty, n, m);
    if m >> 63 != 0 {
        // As a signed number m is 2^64 too small.
        high = w.binary(BinOp::Add, ty, high, n);
    }
    let floor = w.binary_const(BinOp::ShrS, ty, high, u64::from(shift));
    (floor, w.binary_const(BinOp::ShrS, ty, n, 63))
}

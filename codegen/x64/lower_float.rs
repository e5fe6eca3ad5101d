//! Instruction selection for floating point and conversions.
//!
//! Min and max are six instructions without a branch: `vminsd` gives its second operand for zeros of both signs and for NaN, so it is
//! done both ways and joined, and a sum makes the quiet NaN. Integers that become floats break the dependency of the result register
//! first. Unsigned 64-bit conversions take two signed ones and pick.
use super::address::Ops;
use super::lower::{Cx, DU, DUM, DUU, args, by_type, fold_load, inst, inst_imm, inst_mem, int_mem, is_foldable, narrow, plain};
use super::op::{Arg, Cond, Inst, Mem, Op, Test};
use crate::mach::flow::{RegSet, StepKind, VReg};
use crate::mach::lower::{def, def_same, use_, use_any};
use iced_x86::{Code, ConditionCode};
use samite_ir::ssa::{Op as Ssa, Value};
use samite_ir::value::{BinOp, ConvOp, MemOp, Trap, Type, UnOp};
use smallvec::smallvec;

fn float_mem(ty: Type) -> MemOp {
    if ty == Type::F32 { MemOp::F32 } else { MemOp::F64 }
}

/// A 16-byte pool constant with the same bits in every lane of the type.
fn splat(cx: &mut Cx, ty: Type, bits: u64) -> Mem {
    let wide = match ty {
        Type::F32 => (bits & 0xffff_ffff) | bits << 32,
        _ => bits,
    };
    Mem::pool(cx.pool(16, u128::from(wide) | u128::from(wide) << 64))
}

/// A scalar constant in memory.
fn scalar(cx: &mut Cx, ty: Type, bits: u64) -> Mem {
    Mem::pool(cx.pool(ty.bytes() as u8, u128::from(bits)))
}

const fn sign(ty: Type) -> u64 {
    if let Type::F32 = ty { 1 << 31 } else { 1 << 63 }
}

/// New register = code(a, b).
fn rrr(cx: &mut Cx, ty: Type, code: Code, a: VReg, b: VReg) -> VReg {
    let d = cx.new_reg(ty);
    plain(cx, inst(code, DUU), &smallvec![def(d), use_(a), use_(b)]);
    d
}
fn rrm(cx: &mut Cx, ty: Type, code: Code, a: VReg, mem: Mem) -> VReg {
    let d = cx.new_reg(ty);
    plain(cx, inst_mem(code, DUM, mem), &smallvec![def(d), use_(a)]);
    d
}
fn rr(cx: &mut Cx, ty: Type, code: Code, a: VReg) -> VReg {
    let d = cx.new_reg(ty);
    plain(cx, inst(code, DU), &smallvec![def(d), use_(a)]);
    d
}

pub fn unary(cx: &mut Cx, v: Value, op: UnOp, ty: Type, a: Value) {
    use Code::*;
    let d = cx.reg(v);
    let round = match op {
        UnOp::FNearest => 8,
        UnOp::FFloor => 9,
        UnOp::FCeil => 10,
        UnOp::FTrunc => 11,
        UnOp::FAbs | UnOp::FNeg => {
            let a = cx.reg(a);
            let (code, mask) = match op {
                UnOp::FAbs => (by_type(ty, VEX_Vandps_xmm_xmm_xmmm128, VEX_Vandpd_xmm_xmm_xmmm128), !sign(ty)),
                _ => (by_type(ty, VEX_Vxorps_xmm_xmm_xmmm128, VEX_Vxorpd_xmm_xmm_xmmm128), sign(ty)),
            };
            let mem = splat(cx, ty, mask);
            return plain(cx, inst_mem(code, DUM, mem), &smallvec![def(d), use_(a)]);
        }
        _ => {
            // The source is both operands: no dependency on the old result register.
            let a = cx.reg(a);
            let code = by_type(ty, VEX_Vsqrtss_xmm_xmm_xmmm32, VEX_Vsqrtsd_xmm_xmm_xmmm64);
            return plain(cx, inst(code, args([Arg::O(0), Arg::O(1), Arg::O(1)])), &smallvec![def(d), use_(a)]);
        }
    };
    let a = cx.reg(a);
    let code = by_type(ty, VEX_Vroundss_xmm_xmm_xmmm32_imm8, VEX_Vroundsd_xmm_xmm_xmmm64_imm8);
    let i = inst_imm(code, args([Arg::O(0), Arg::O(1), Arg::O(1), Arg::I]), round);
    plain(cx, i, &smallvec![def(d), use_(a)]);
}

pub fn binary(cx: &mut Cx, v: Value, op: BinOp, ty: Type, a: Value, b: Value) {
    use Code::*;
    let code = match op {
        BinOp::FAdd => by_type(ty, VEX_Vaddss_xmm_xmm_xmmm32, VEX_Vaddsd_xmm_xmm_xmmm64),
        BinOp::FSub => by_type(ty, VEX_Vsubss_xmm_xmm_xmmm32, VEX_Vsubsd_xmm_xmm_xmmm64),
        BinOp::FMul => by_type(ty, VEX_Vmulss_xmm_xmm_xmmm32, VEX_Vmulsd_xmm_xmm_xmmm64),
        BinOp::FDiv => by_type(ty, VEX_Vdivss_xmm_xmm_xmmm32, VEX_Vdivsd_xmm_xmm_xmmm64),
        BinOp::FMin | BinOp::FMax => return min_max(cx, v, op, ty, a, b),
        _ => return copysign(cx, v, ty, a, b),
    };
    let d = cx.reg(v);
    let commutes = matches!(op, BinOp::FAdd | BinOp::FMul);
    let swap = commutes && (is_foldable(cx, a, float_mem(ty)) || lone_const(cx, a).is_some());
    let (a, b) = if swap { (b, a) } else { (a, b) };
    let a = cx.reg(a);
    let mut ops: Ops = smallvec![def(d), use_(a)];
    if let Some(bits) = lone_const(cx, b) {
        let mem = scalar(cx, ty, bits);
        return plain(cx, inst_mem(code, DUM, mem), &ops);
    }
    if is_foldable(cx, b, float_mem(ty)) {
        let (mem, trap) = fold_load(cx, &mut ops, b);
        return cx.emit(inst_mem(code, DUM, mem), &ops, RegSet::EMPTY, StepKind::Plain, trap);
    }
    let b = cx.reg(b);
    ops.push(use_any(b));
    plain(cx, inst(code, DUU), &ops);
}

/// A constant with no other use is read from the pool where it is needed.
fn lone_const(cx: &Cx, v: Value) -> Option<u64> {
    match cx.f.ops[v] {
        Ssa::Const(_, bits) if cx.uses(v) == 1 && !cx.is_wanted(v) => Some(bits),
        _ => None,
    }
}

fn min_max(cx: &mut Cx, v: Value, op: BinOp, ty: Type, a: Value, b: Value) {
    use Code::*;
    let d = cx.reg(v);
    let (a, b) = (cx.reg(a), cx.reg(b));
    let (pick, join) = match op {
        BinOp::FMin => (
            by_type(ty, VEX_Vminss_xmm_xmm_xmmm32, VEX_Vminsd_xmm_xmm_xmmm64),
            by_type(ty, VEX_Vorps_xmm_xmm_xmmm128, VEX_Vorpd_xmm_xmm_xmmm128),
        ),
        _ => (
            by_type(ty, VEX_Vmaxss_xmm_xmm_xmmm32, VEX_Vmaxsd_xmm_xmm_xmmm64),
            by_type(ty, VEX_Vandps_xmm_xmm_xmmm128, VEX_Vandpd_xmm_xmm_xmmm128),
        ),
    };
    let one = rrr(cx, ty, pick, a, b);
    let other = rrr(cx, ty, pick, b, a);
    let both = rrr(cx, ty, join, one, other);
    let sum = rrr(cx, ty, by_type(ty, VEX_Vaddss_xmm_xmm_xmmm32, VEX_Vaddsd_xmm_xmm_xmmm64), a, b);
    let unordered = compare(cx, ty, a, b, 3);
    let blend = by_type(ty, VEX_Vblendvps_xmm_xmm_xmmm128_xmm, VEX_Vblendvpd_xmm_xmm_xmmm128_xmm);
    let i = inst(blend, [Arg::O(0), Arg::O(1), Arg::O(2), Arg::O(3)]);
    plain(cx, i, &smallvec![def(d), use_(both), use_(sum), use_(unordered)]);
}

/// A mask of ones where the predicate (0 equal, 3 unordered, 7 ordered, 13 greater or equal) holds.
fn compare(cx: &mut Cx, ty: Type, a: VReg, b: VReg, predicate: i32) -> VReg {
    let code = by_type(ty, Code::VEX_Vcmpss_xmm_xmm_xmmm32_imm8, Code::VEX_Vcmpsd_xmm_xmm_xmmm64_imm8);
    let d = cx.new_reg(ty);
    let i = inst_imm(code, [Arg::O(0), Arg::O(1), Arg::O(2), Arg::I], predicate);
    plain(cx, i, &smallvec![def(d), use_(a), use_(b)]);
    d
}

fn compare_mem(cx: &mut Cx, ty: Type, a: VReg, mem: Mem, predicate: i32) -> VReg {
    let code = by_type(ty, Code::VEX_Vcmpss_xmm_xmm_xmmm32_imm8, Code::VEX_Vcmpsd_xmm_xmm_xmmm64_imm8);
    let d = cx.new_reg(ty);
    let i = Inst { code, args: [Arg::O(0), Arg::O(1), Arg::M, Arg::I], mem, imm: predicate };
    plain(cx, Op::Inst(i), &smallvec![def(d), use_(a)]);
    d
}

fn copysign(cx: &mut Cx, v: Value, ty: Type, a: Value, b: Value) {
    use Code::*;
    let d = cx.reg(v);
    let (a, b) = (cx.reg(a), cx.reg(b));
    let and = by_type(ty, VEX_Vandps_xmm_xmm_xmmm128, VEX_Vandpd_xmm_xmm_xmmm128);
    let (magnitude, bit) = (splat(cx, ty, !sign(ty)), splat(cx, ty, sign(ty)));
    let a = rrm(cx, ty, and, a, magnitude);
    let b = rrm(cx, ty, and, b, bit);
    let or = by_type(ty, VEX_Vorps_xmm_xmm_xmmm128, VEX_Vorpd_xmm_xmm_xmmm128);
    plain(cx, inst(or, DUU), &smallvec![def(d), use_(a), use_(b)]);
}

/// Conversions that cannot trap.
pub fn convert(cx: &mut Cx, v: Value, op: ConvOp, a: Value) {
    use Code::*;
    use ConvOp::*;
    let (_, to) = op.types();
    let d = cx.reg(v);
    let simple = match op {
        WrapI64 => Some(Mov_r32_rm32),
        ExtendI32S => Some(Movsxd_r64_rm32),
        ReinterpretF32I32 => Some(VEX_Vmovd_rm32_xmm),
        ReinterpretF64I64 => Some(VEX_Vmovq_rm64_xmm),
        ReinterpretI32F32 => Some(VEX_Vmovd_xmm_rm32),
        ReinterpretI64F64 => Some(VEX_Vmovq_xmm_rm64),
        _ => None,
    };
    if let Some(code) = simple {
        if op == ExtendI32S && is_foldable(cx, a, MemOp::I32) {
            let mut ops: Ops = smallvec![def(d)];
            let (mem, trap) = fold_load(cx, &mut ops, a);
            return cx.emit(inst_mem(code, super::lower::DM, mem), &ops, RegSet::EMPTY, StepKind::Plain, trap);
        }
        let a = if op == ExtendI32S { narrow(cx, a) } else { cx.reg(a) };
        let source = if matches!(op, ReinterpretF32I32 | ReinterpretF64I64) { use_(a) } else { use_any(a) };
        return plain(cx, inst(code, DU), &smallvec![def(d), source]);
    }
    match op {
        DemoteF64 | PromoteF32 => {
            let a = cx.reg(a);
            let code = if op == DemoteF64 { VEX_Vcvtsd2ss_xmm_xmm_xmmm64 } else { VEX_Vcvtss2sd_xmm_xmm_xmmm32 };
            plain(cx, inst(code, args([Arg::O(0), Arg::O(1), Arg::O(1)])), &smallvec![def(d), use_(a)]);
        }
        ConvertI32SF32 | ConvertI32SF64 | ConvertI64SF32 | ConvertI64SF64 => {
            let from = op.types().0;
            from_signed(cx, d, to, from, a);
        }
        // Zero-extended, it is a signed 64-bit number.
        ConvertI32UF32 | ConvertI32UF64 => from_signed(cx, d, to, Type::I64, a),
        ConvertI64UF32 | ConvertI64UF64 => from_unsigned(cx, d, to, a),
        _ => saturate(cx, d, op, a),
    }
}

fn convert_code(to: Type, from: Type) -> Code {
    use Code::*;
    match from {
        Type::I32 => by_type(to, VEX_Vcvtsi2ss_xmm_xmm_rm32, VEX_Vcvtsi2sd_xmm_xmm_rm32),
        _ => by_type(to, VEX_Vcvtsi2ss_xmm_xmm_rm64, VEX_Vcvtsi2sd_xmm_xmm_rm64),
    }
}

fn from_signed(cx: &mut Cx, d: VReg, to: Type, from: Type, a: Value) {
    let code = convert_code(to, from);
    let mut ops: Ops = smallvec![def(d)];
    // A load folds only at the width that the instruction reads.
    if cx.f.ty(a) == from && is_foldable(cx, a, int_mem(from)) {
        let (mem, trap) = fold_load(cx, &mut ops, a);
        let i = Inst { code, args: args([Arg::O(0), Arg::O(0), Arg::M]), mem, imm: 0 };
        return cx.emit(Op::Convert(i), &ops, RegSet::EMPTY, StepKind::Plain, trap);
    }
    let a = cx.reg(a);
    convert_reg(cx, d, code, a);
}

fn convert_reg(cx: &mut Cx, d: VReg, code: Code, a: VReg) {
    let i = Inst { code, args: args([Arg::O(0), Arg::O(0), Arg::O(1)]), mem: Mem::NONE, imm: 0 };
    plain(cx, Op::Convert(i), &smallvec![def(d), use_any(a)]);
}

/// A number from 2^63 up is halved, keeping the lost bit for the rounding, converted and doubled.
fn from_unsigned(cx: &mut Cx, d: VReg, to: Type, a: Value) {
    use Code::*;
    let a = cx.reg(a);
    let half = cx.new_reg(Type::I64);
    plain(cx, inst_imm(Shr_rm64_imm8, super::lower::D2I, 1), &smallvec![def_same(half, 1), use_(a)]);
    let bit = cx.new_reg(Type::I64);
    plain(cx, inst_imm(And_rm32_imm8, super::lower::D2I, 1), &smallvec![def_same(bit, 1), use_(a)]);
    let odd = cx.new_reg(Type::I64);
    plain(cx, inst(Or_r64_rm64, super::lower::D2U), &smallvec![def_same(odd, 1), use_(half), use_(bit)]);
    let negative = |n: u8| Test {
        inst: Inst { code: Test_rm64_r64, args: args([Arg::O(n), Arg::O(n)]), mem: Mem::NONE, imm: 0 },
        cond: Cond::One(ConditionCode::s),
    };
    let picked = cx.new_reg(Type::I64);
    let pick = Op::Move { test: negative(3), wide: true };
    plain(cx, pick, &smallvec![def_same(picked, 1), use_(a), use_(odd), use_(a)]);
    let once = cx.new_reg(to);
    convert_reg(cx, once, convert_code(to, Type::I64), picked);
    let twice = rrr(cx, to, by_type(to, VEX_Vaddss_xmm_xmm_xmmm32, VEX_Vaddsd_xmm_xmm_xmmm64), once, once);
    let ops = smallvec![def_same(d, 1), use_(once), crate::mach::lower::use_late(twice), use_(a)];
    plain(cx, Op::MoveVec(negative(3)), &ops);
}

/// The source as f64: exact for f32, and it holds every bound of 32-bit integers.
fn as_f64(cx: &mut Cx, op: ConvOp, a: Value) -> VReg {
    let a = cx.reg(a);
    match op.types().0 {
        Type::F32 => {
            let d = cx.new_reg(Type::F64);
            let i = inst(Code::VEX_Vcvtss2sd_xmm_xmm_xmmm32, args([Arg::O(0), Arg::O(1), Arg::O(1)]));
            plain(cx, i, &smallvec![def(d), use_(a)]);
            d
        }
        _ => a,
    }
}

const MIN_SD: Code = Code::VEX_Vminsd_xmm_xmm_xmmm64;
const MAX_SD: Code = Code::VEX_Vmaxsd_xmm_xmm_xmmm64;
const TO_I64: Code = Code::VEX_Vcvttsd2si_r64_xmmm64;
const TO_I32: Code = Code::VEX_Vcvttsd2si_r32_xmmm64;
const TWO_63: f64 = 9_223_372_036_854_775_808.0;

fn saturate(cx: &mut Cx, d: VReg, op: ConvOp, a: Value) {
    use Code::*;
    use ConvOp::*;
    let x = as_f64(cx, op, a);
    let f64_mem = |cx: &mut Cx, value: f64| scalar(cx, Type::F64, value.to_bits());
    match op {
        TruncSatF32I32S | TruncSatF64I32S | TruncSatF32I64S | TruncSatF64I64S => {
            // NaN becomes zero.
            let ordered = compare(cx, Type::F64, x, x, 7);
            let x = rrr(cx, Type::F64, VEX_Vandpd_xmm_xmm_xmmm128, x, ordered);
            if op.types().1 == Type::I32 {
                let (low, high) = (f64_mem(cx, f64::from(i32::MIN)), f64_mem(cx, f64::from(i32::MAX)));
                let x = rrm(cx, Type::F64, MAX_SD, x, low);
                let x = rrm(cx, Type::F64, MIN_SD, x, high);
                return plain(cx, inst(TO_I32, DU), &smallvec![def(d), use_(x)]);
            }
            // Out of range gives the least number; its complement is the greatest.
            let limit = f64_mem(cx, TWO_63);
            let over = compare_mem(cx, Type::F64, x, limit, 13);
            let over = rr(cx, Type::I64, VEX_Vmovq_rm64_xmm, over);
            let i = rr(cx, Type::I64, TO_I64, x);
            plain(cx, inst(Xor_r64_rm64, super::lower::D2U), &smallvec![def_same(d, 1), use_(i), use_(over)]);
        }
        TruncSatF32I32U | TruncSatF64I32U => {
            // `max` gives its second operand, zero, for NaN.
            let zero = f64_mem(cx, 0.0);
            let high = f64_mem(cx, f64::from(u32::MAX));
            let x = rrm(cx, Type::F64, MAX_SD, x, zero);
            let x = rrm(cx, Type::F64, MIN_SD, x, high);
            let i = rr(cx, Type::I64, TO_I64, x);
            plain(cx, inst(Mov_r32_rm32, DU), &smallvec![def(d), use_(i)]);
        }
        _ => {
            let zero = f64_mem(cx, 0.0);
            let x = rrm(cx, Type::F64, MAX_SD, x, zero);
            let limit = f64_mem(cx, 2.0 * TWO_63);
            let over = compare_mem(cx, Type::F64, x, limit, 13);
            let over = rr(cx, Type::I64, VEX_Vmovq_rm64_xmm, over);
            let i = cx.new_reg(Type::I64);
            unsigned_64(cx, i, x);
            plain(cx, inst(Or_r64_rm64, super::lower::D2U), &smallvec![def_same(d, 1), use_(i), use_(over)]);
        }
    }
}

/// An f64 in [0, 2^64) to an integer: directly, or less 2^63 if the direct way gives the least number.
fn unsigned_64(cx: &mut Cx, d: VReg, x: VReg) {
    use Code::*;
    let direct = rr(cx, Type::I64, TO_I64, x);
    let offset = scalar(cx, Type::F64, (-TWO_63).to_bits());
    let less = rrm(cx, Type::F64, VEX_Vaddsd_xmm_xmm_xmmm64, x, offset);
    let less = rr(cx, Type::I64, TO_I64, less);
    let mask = cx.new_reg(Type::I64);
    plain(cx, inst_imm(Sar_rm64_imm8, super::lower::D2I, 63), &smallvec![def_same(mask, 1), use_(direct)]);
    let less_if = cx.new_reg(Type::I64);
    plain(cx, inst(And_r64_rm64, super::lower::D2U), &smallvec![def_same(less_if, 1), use_(less), use_(mask)]);
    plain(cx, inst(Or_r64_rm64, super::lower::D2U), &smallvec![def_same(d, 1), use_(direct), use_(less_if)]);
}

/// Conversions that trap: NaN first, then the range, then the conversion. The bounds are those of the specification: the truncated value must
/// be representable.
pub fn truncate(cx: &mut Cx, v: Value, op: ConvOp, a: Value) {
    use ConvOp::*;
    let x = as_f64(cx, op, a);
    // Exclusive bounds in f64, except the lower one of signed 64 bits, where no f64 lies between the bound and the one below it.
    let (low, low_inclusive, high) = match op {
        TruncF32I32S | TruncF64I32S => (-2_147_483_649.0, false, 2_147_483_648.0),
        TruncF32I32U | TruncF64I32U => (-1.0, false, 4_294_967_296.0),
        TruncF32I64S | TruncF64I64S => (-TWO_63, true, TWO_63),
        _ => (-1.0, false, 2.0 * TWO_63),
    };
    let ucomis = |mem: Mem, second: Arg, cc| Test {
        inst: Inst { code: Code::VEX_Vucomisd_xmm_xmmm64, args: args([Arg::O(0), second]), mem, imm: 0 },
        cond: Cond::One(cc),
    };
    let nan = ucomis(Mem::NONE, Arg::O(0), ConditionCode::p);
    plain(cx, Op::TrapIf(nan, Trap::InvalidConversionToInteger), &smallvec![use_(x)]);
    let low = scalar(cx, Type::F64, f64::to_bits(low));
    let below = if low_inclusive { ConditionCode::b } else { ConditionCode::be };
    plain(cx, Op::TrapIf(ucomis(low, Arg::M, below), Trap::IntegerOverflow), &smallvec![use_(x)]);
    let high = scalar(cx, Type::F64, f64::to_bits(high));
    plain(cx, Op::TrapIf(ucomis(high, Arg::M, ConditionCode::ae), Trap::IntegerOverflow), &smallvec![use_(x)]);
    if !cx.is_wanted(v) {
        return;
    }
    let d = cx.reg(v);
    match op {
        TruncF32I32S | TruncF64I32S => plain(cx, inst(TO_I32, DU), &smallvec![def(d), use_(x)]),
        TruncF32I32U | TruncF64I32U => {
            let i = rr(cx, Type::I64, TO_I64, x);
            plain(cx, inst(Code::Mov_r32_rm32, DU), &smallvec![def(d), use_(i)]);
        }
        TruncF32I64S | TruncF64I64S => plain(cx, inst(TO_I64, DU), &smallvec![def(d), use_(x)]),
        _ => unsigned_64(cx, d, x),
    }
}

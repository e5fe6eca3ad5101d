//! The vector operators of wasm by name: closed enums, named as the text format does without the shape, which is given beside the
//! operator and is the one in front of wasm's name: of the result, `i16x8.extend_low_i8x16_s` is `ExtendLowS` at `I16x8`.
//! (Comparisons of floats give masks, and still are named by the floats.) What only moves bits (`v128.and`, ...) is at `I8x16`.
//!
//! Which operator exists at which shape: `exists`, one function an enum, asked by verifier, tests and tables.
//! What a relaxed operator computes is open; here each has one meaning, `native`: what the x86-64 lowering has at its best.
//! `relaxed=deterministic` is another operator, `deterministic()`: chosen where wasm is read, so that no one behind asks.
use super::Type;
use super::ops::named_enum;
use std::fmt;

named_enum! {
    /// How 128 bits are divided into lanes; lane 0 is the lowest.
    pub enum Shape {
        I8x16 = "i8x16", I16x8 = "i16x8", I32x4 = "i32x4", I64x2 = "i64x2", F32x4 = "f32x4", F64x2 = "f64x2",
    }
}
use Shape::{F32x4, F64x2, I8x16, I16x8, I32x4, I64x2};

impl Shape {
    /// Bytes of a lane.
    pub const fn lane_bytes(self) -> u32 {
        match self {
            I8x16 => 1,
            I16x8 => 2,
            I32x4 | F32x4 => 4,
            I64x2 | F64x2 => 8,
        }
    }
    pub const fn lanes(self) -> u32 {
        16 / self.lane_bytes()
    }
    pub const fn is_float(self) -> bool {
        matches!(self, F32x4 | F64x2)
    }
    /// The scalar type of a lane outside of a vector.
    pub const fn scalar(self) -> Type {
        match self {
            I8x16 | I16x8 | I32x4 => Type::I32,
            I64x2 => Type::I64,
            F32x4 => Type::F32,
            F64x2 => Type::F64,
        }
    }
    /// The integer shape with lanes half as wide, if there is one.
    pub const fn narrower(self) -> Option<Shape> {
        match self {
            I16x8 => Some(I8x16),
            I32x4 => Some(I16x8),
            I64x2 => Some(I32x4),
            I8x16 | F32x4 | F64x2 => None,
        }
    }
    /// The integer shape with lanes twice as wide, if there is one.
    pub const fn wider(self) -> Option<Shape> {
        match self {
            I8x16 => Some(I16x8),
            I16x8 => Some(I32x4),
            I32x4 => Some(I64x2),
            I64x2 | F32x4 | F64x2 => None,
        }
    }
}

named_enum! {
    /// Which choice of the specification the relaxed operators make, for the life of a process.
    pub enum Relaxed {
        /// What the processor is quickest at.
        Native = "native",
        /// That of the deterministic profile: the same bits on every machine.
        Deterministic = "deterministic",
    }
}

named_enum! {
    /// How a lane of 8 or 16 bits becomes an i32. Wider lanes are whole and use `Unsigned`.
    pub enum Extension { Signed = "s", Unsigned = "u" }
}

named_enum! {
    /// One vector, result a vector.
    pub enum LaneUnOp {
        Not = "not", Abs = "abs", Neg = "neg", Popcnt = "popcnt",
        ExtendLowS = "extend_low_s", ExtendHighS = "extend_high_s", ExtendLowU = "extend_low_u", ExtendHighU = "extend_high_u",
        ExtaddPairwiseS = "extadd_pairwise_s", ExtaddPairwiseU = "extadd_pairwise_u",
        Sqrt = "sqrt", Ceil = "ceil", Floor = "floor", Trunc = "trunc", Nearest = "nearest",
        TruncSatF32S = "trunc_sat_f32x4_s", TruncSatF32U = "trunc_sat_f32x4_u",
        TruncSatF64SZero = "trunc_sat_f64x2_s_zero", TruncSatF64UZero = "trunc_sat_f64x2_u_zero",
        /// At `F64x2` from the low two lanes.
        ConvertS = "convert_i32x4_s", ConvertU = "convert_i32x4_u",
        DemoteZero = "demote_f64x2_zero", PromoteLow = "promote_low_f32x4",
        /// What does not fit, or is no number, is -2^31.
        RelaxedTruncF32S = "relaxed_trunc_f32x4_s", RelaxedTruncF64SZero = "relaxed_trunc_f64x2_s_zero",
        /// Saturates: no short sequence stays within what the specification allows.
        RelaxedTruncF32U = "relaxed_trunc_f32x4_u", RelaxedTruncF64UZero = "relaxed_trunc_f64x2_u_zero",
    }
}

impl LaneUnOp {
    pub const fn exists(self, shape: Shape) -> bool {
        use LaneUnOp::*;
        match self {
            Not | Popcnt => matches!(shape, I8x16),
            Abs | Neg => true,
            ExtendLowS | ExtendHighS | ExtendLowU | ExtendHighU => matches!(shape, I16x8 | I32x4 | I64x2),
            ExtaddPairwiseS | ExtaddPairwiseU => matches!(shape, I16x8 | I32x4),
            Sqrt | Ceil | Floor | Trunc | Nearest | ConvertS | ConvertU => shape.is_float(),
            TruncSatF32S | TruncSatF32U | TruncSatF64SZero | TruncSatF64UZero => matches!(shape, I32x4),
            RelaxedTruncF32S | RelaxedTruncF32U | RelaxedTruncF64SZero | RelaxedTruncF64UZero => matches!(shape, I32x4),
            DemoteZero => matches!(shape, F32x4),
            PromoteLow => matches!(shape, F64x2),
        }
    }
    /// May a lane of the result be a NaN whose bits the specification leaves open?
    pub const fn computes_nan(self) -> bool {
        use LaneUnOp::*;
        matches!(self, Sqrt | Ceil | Floor | Trunc | Nearest | DemoteZero | PromoteLow)
    }
    pub const fn deterministic(self) -> LaneUnOp {
        use LaneUnOp::*;
        match self {
            RelaxedTruncF32S => TruncSatF32S,
            RelaxedTruncF32U => TruncSatF32U,
            RelaxedTruncF64SZero => TruncSatF64SZero,
            RelaxedTruncF64UZero => TruncSatF64UZero,
            _ => self,
        }
    }
}

named_enum! {
    /// Two vectors, result a vector.
    pub enum LaneBinOp {
        Add = "add", Sub = "sub", Mul = "mul", Div = "div", Min = "min", Max = "max",
        /// `b < a ? b : a` and `a < b ? b : a`, as bit patterns.
        Pmin = "pmin", Pmax = "pmax",
        AddSatS = "add_sat_s", AddSatU = "add_sat_u", SubSatS = "sub_sat_s", SubSatU = "sub_sat_u",
        MinS = "min_s", MinU = "min_u", MaxS = "max_s", MaxU = "max_u", AvgrU = "avgr_u", Q15mulrSatS = "q15mulr_sat_s",
        DotS = "dot_i16x8_s",
        ExtmulLowS = "extmul_low_s", ExtmulHighS = "extmul_high_s", ExtmulLowU = "extmul_low_u", ExtmulHighU = "extmul_high_u",
        NarrowS = "narrow_s", NarrowU = "narrow_u", Swizzle = "swizzle",
        /// `Andnot` complements its second operand.
        And = "and", Or = "or", Xor = "xor", Andnot = "andnot",
        /// Lanes of ones or zeros. `Lt` to `Ge` compare floats.
        Eq = "eq", Ne = "ne", LtS = "lt_s", LtU = "lt_u", GtS = "gt_s", GtU = "gt_u", LeS = "le_s", LeU = "le_u",
        GeS = "ge_s", GeU = "ge_u", Lt = "lt", Gt = "gt", Le = "le", Ge = "ge",
        /// Indices from 128 on give 0, others count modulo 16.
        RelaxedSwizzle = "relaxed_swizzle",
        /// `a < b ? a : b` and `a > b ? a : b`, as bit patterns.
        RelaxedMin = "relaxed_min", RelaxedMax = "relaxed_max",
        /// -1 times -1 is -1.
        RelaxedQ15mulrS = "relaxed_q15mulr_s",
        /// The second operand is unsigned, sums saturate.
        RelaxedDotS = "relaxed_dot_i8x16_i7x16_s",
        /// Both operands signed, sums wrap; not a wasm operator: the deterministic `RelaxedDotS`.
        DotI8S = "dot_i8x16_s",
    }
}

impl LaneBinOp {
    pub const fn exists(self, shape: Shape) -> bool {
        use LaneBinOp::*;
        let int = !shape.is_float();
        match self {
            Add | Sub | Eq | Ne => true,
            Mul => !matches!(shape, I8x16),
            Div | Min | Max | Pmin | Pmax | RelaxedMin | RelaxedMax | Lt | Gt | Le | Ge => !int,
            AddSatS | AddSatU | SubSatS | SubSatU | AvgrU | NarrowS | NarrowU => matches!(shape, I8x16 | I16x8),
            MinS | MinU | MaxS | MaxU => matches!(shape, I8x16 | I16x8 | I32x4),
            LtU | GtU | LeU | GeU => matches!(shape, I8x16 | I16x8 | I32x4),
            LtS | GtS | LeS | GeS => int,
            ExtmulLowS | ExtmulHighS | ExtmulLowU | ExtmulHighU => matches!(shape, I16x8 | I32x4 | I64x2),
            DotS => matches!(shape, I32x4),
            Q15mulrSatS | RelaxedQ15mulrS | RelaxedDotS | DotI8S => matches!(shape, I16x8),
            Swizzle | RelaxedSwizzle | And | Or | Xor | Andnot => matches!(shape, I8x16),
        }
    }
    /// May a lane of the result be a NaN whose bits the specification leaves open?
    pub const fn computes_nan(self, shape: Shape) -> bool {
        use LaneBinOp::*;
        shape.is_float() && matches!(self, Add | Sub | Mul | Div | Min | Max)
    }
    /// Of floats none are: the NaN that comes out is the first that went in.
    pub const fn is_commutative(self, shape: Shape) -> bool {
        use LaneBinOp::*;
        match self {
            Add | Mul => !shape.is_float(),
            AddSatS | AddSatU | MinS | MinU | MaxS | MaxU | AvgrU | Q15mulrSatS | RelaxedQ15mulrS | DotS | DotI8S => true,
            ExtmulLowS | ExtmulHighS | ExtmulLowU | ExtmulHighU | And | Or | Xor | Eq | Ne => true,
            _ => false,
        }
    }
    pub const fn is_comparison(self) -> bool {
        use LaneBinOp::*;
        matches!(self, Eq | Ne | LtS | LtU | GtS | GtU | LeS | LeU | GeS | GeU | Lt | Gt | Le | Ge)
    }
    /// The comparison with its operands exchanged; any other operator is itself.
    pub const fn swapped(self) -> LaneBinOp {
        use LaneBinOp::*;
        match self {
            LtS => GtS,
            LtU => GtU,
            GtS => LtS,
            GtU => LtU,
            LeS => GeS,
            LeU => GeU,
            GeS => LeS,
            GeU => LeU,
            Lt => Gt,
            Gt => Lt,
            Le => Ge,
            Ge => Le,
            _ => self,
        }
    }
    /// The comparison whose lanes are the complement. Ordered comparisons of floats have none: NaN makes both false.
    pub const fn negated(self) -> Option<LaneBinOp> {
        use LaneBinOp::*;
        Some(match self {
            Eq => Ne,
            Ne => Eq,
            LtS => GeS,
            LtU => GeU,
            GtS => LeS,
            GtU => LeU,
            LeS => GtS,
            LeU => GtU,
            GeS => LtS,
            GeU => LtU,
            _ => return None,
        })
    }
    pub const fn deterministic(self) -> LaneBinOp {
        use LaneBinOp::*;
        match self {
            RelaxedSwizzle => Swizzle,
            RelaxedMin => Min,
            RelaxedMax => Max,
            RelaxedQ15mulrS => Q15mulrSatS,
            RelaxedDotS => DotI8S,
            _ => self,
        }
    }
}

named_enum! {
    /// Three vectors, result a vector.
    pub enum LaneTernOp {
        /// Of `a` where the bit of the third is one, else of `b`.
        Bitselect = "bitselect",
        /// `a * b + c` and `-(a * b) + c`, rounded once: native and deterministic.
        RelaxedMadd = "relaxed_madd", RelaxedNmadd = "relaxed_nmadd",
        /// Whole lanes by the upper bit of the third's; `Bitselect` at `I16x8`.
        RelaxedLaneselect = "relaxed_laneselect",
        /// `RelaxedDotS`, its pairs added, and `c`.
        RelaxedDotAddS = "relaxed_dot_i8x16_i7x16_add_s",
        /// The same with `DotI8S`; not a wasm operator.
        DotI8AddS = "dot_i8x16_add_s",
    }
}

impl LaneTernOp {
    pub const fn exists(self, shape: Shape) -> bool {
        use LaneTernOp::*;
        match self {
            Bitselect => matches!(shape, I8x16),
            RelaxedMadd | RelaxedNmadd => shape.is_float(),
            RelaxedLaneselect => !shape.is_float(),
            RelaxedDotAddS | DotI8AddS => matches!(shape, I32x4),
        }
    }
    /// May a lane of the result be a NaN whose bits the specification leaves open?
    pub const fn computes_nan(self) -> bool {
        matches!(self, LaneTernOp::RelaxedMadd | LaneTernOp::RelaxedNmadd)
    }
    /// With the shape at which it is.
    pub const fn deterministic(self, shape: Shape) -> (LaneTernOp, Shape) {
        use LaneTernOp::*;
        match self {
            RelaxedLaneselect => (Bitselect, I8x16),
            RelaxedDotAddS => (DotI8AddS, shape),
            _ => (self, shape),
        }
    }
}

named_enum! {
    /// A vector and an i32, the count, taken modulo the lane's width.
    pub enum LaneShiftOp { Shl = "shl", ShrS = "shr_s", ShrU = "shr_u" }
}

impl LaneShiftOp {
    pub const fn exists(self, shape: Shape) -> bool {
        !shape.is_float()
    }
}

named_enum! {
    /// One vector, result an i32.
    pub enum LaneTest {
        /// 1 if any bit is one.
        AnyTrue = "any_true",
        /// 1 if no lane is zero.
        AllTrue = "all_true",
        /// The upper bits of the lanes, that of lane 0 lowest.
        Bitmask = "bitmask",
    }
}

impl LaneTest {
    pub const fn exists(self, shape: Shape) -> bool {
        match self {
            LaneTest::AnyTrue => matches!(shape, I8x16),
            LaneTest::AllTrue | LaneTest::Bitmask => !shape.is_float(),
        }
    }
}

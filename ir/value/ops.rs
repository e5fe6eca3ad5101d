//! The scalar operators by name: closed enums, one row an operator, with the text name used by every printer.
//! An operator is named by what it does; the type it works at is given beside it (`Type`), except for conversions,
//! which name both. No memory, no control: those are ops of the SSA form.

use std::fmt;

/// Declares a field-less enum with `ALL`, `name` and `from_name`, so that tables, parsers and tests agree.
macro_rules! named_enum {
    ($(#[$m:meta])* pub enum $N:ident { $($(#[$vm:meta])* $V:ident = $s:literal),* $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum $N { $($(#[$vm])* $V),* }
        impl $N {
            pub const ALL: &'static [$N] = &[$($N::$V),*];
            /// The operator's name in every text form.
            pub const fn name(self) -> &'static str { match self { $($N::$V => $s),* } }
            pub fn from_name(name: &str) -> Option<$N> { match name { $($s => Some($N::$V),)* _ => None } }
        }
        impl fmt::Display for $N { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.name()) } }
    };
}
pub(crate) use named_enum;

named_enum! {
    /// The type of a value. Lane shapes belong to operations; `V256` is never live across a call.
    pub enum Type {
        I32 = "i32", I64 = "i64", F32 = "f32", F64 = "f64", V128 = "v128", V256 = "v256",
        /// A reference that the store may free (externref, later exnref and GC references): a handle, null is 0.
        /// A funcref is an `I64`: the address of its record, which lives as long as the store; null is 0.
        Ref = "ref",
    }
}

impl Type {
    /// Size in bytes in a register, a spill slot or memory.
    pub const fn bytes(self) -> u32 {
        match self {
            Type::I32 | Type::F32 => 4,
            Type::I64 | Type::F64 | Type::Ref => 8,
            Type::V128 => 16,
            Type::V256 => 32,
        }
    }
    pub const fn is_int(self) -> bool {
        matches!(self, Type::I32 | Type::I64)
    }
    pub const fn is_float(self) -> bool {
        matches!(self, Type::F32 | Type::F64)
    }
}

named_enum! {
    /// One operand, result of the same type.
    pub enum UnOp {
        Clz = "clz", Ctz = "ctz", Popcnt = "popcnt",
        Extend8S = "extend8_s", Extend16S = "extend16_s", Extend32S = "extend32_s",
        FAbs = "fabs", FNeg = "fneg", FSqrt = "fsqrt", FCeil = "fceil", FFloor = "ffloor", FTrunc = "ftrunc",
        FNearest = "fnearest",
    }
}

impl UnOp {
    pub const fn is_float(self) -> bool {
        use UnOp::*;
        matches!(self, FAbs | FNeg | FSqrt | FCeil | FFloor | FTrunc | FNearest)
    }
    /// May the result be a NaN whose bits the specification leaves open? False for bit operations.
    pub const fn computes_nan(self) -> bool {
        use UnOp::*;
        matches!(self, FSqrt | FCeil | FFloor | FTrunc | FNearest)
    }
}

named_enum! {
    /// Two operands of one type, result of the same type. The four divisions trap.
    pub enum BinOp {
        Add = "add", Sub = "sub", Mul = "mul", DivS = "div_s", DivU = "div_u", RemS = "rem_s", RemU = "rem_u",
        And = "and", Or = "or", Xor = "xor", Shl = "shl", ShrS = "shr_s", ShrU = "shr_u", Rotl = "rotl", Rotr = "rotr",
        /// The upper half of the full product; not a wasm operator, made by division by constants.
        MulHighS = "mulhigh_s", MulHighU = "mulhigh_u",
        FAdd = "fadd", FSub = "fsub", FMul = "fmul", FDiv = "fdiv", FMin = "fmin", FMax = "fmax",
        FCopysign = "fcopysign",
    }
}

impl BinOp {
    pub const fn is_float(self) -> bool {
        use BinOp::*;
        matches!(self, FAdd | FSub | FMul | FDiv | FMin | FMax | FCopysign)
    }
    /// May the result be a NaN whose bits the specification leaves open? False for bit operations.
    pub const fn computes_nan(self) -> bool {
        self.is_float() && !matches!(self, BinOp::FCopysign)
    }
    pub const fn is_commutative(self) -> bool {
        use BinOp::*;
        matches!(self, Add | Mul | And | Or | Xor | MulHighS | MulHighU)
    }
    pub const fn may_trap(self) -> bool {
        use BinOp::*;
        matches!(self, DivS | DivU | RemS | RemU)
    }
}

named_enum! {
    /// Two operands of one type, result i32: 1 or 0.
    pub enum CmpOp {
        Eq = "eq", Ne = "ne", LtS = "lt_s", LtU = "lt_u", GtS = "gt_s", GtU = "gt_u", LeS = "le_s", LeU = "le_u",
        GeS = "ge_s", GeU = "ge_u",
        FEq = "feq", FNe = "fne", FLt = "flt", FGt = "fgt", FLe = "fle", FGe = "fge",
    }
}

impl CmpOp {
    pub const fn is_float(self) -> bool {
        use CmpOp::*;
        matches!(self, FEq | FNe | FLt | FGt | FLe | FGe)
    }
    /// The comparison with its operands exchanged.
    pub const fn swapped(self) -> CmpOp {
        use CmpOp::*;
        match self {
            LtS => GtS,
            LtU => GtU,
            GtS => LtS,
            GtU => LtU,
            LeS => GeS,
            LeU => GeU,
            GeS => LeS,
            GeU => LeU,
            FLt => FGt,
            FGt => FLt,
            FLe => FGe,
            FGe => FLe,
            Eq | Ne | FEq | FNe => self,
        }
    }
    /// The comparison whose result is the opposite. Ordered float comparisons have none: NaN makes both false.
    pub const fn negated(self) -> Option<CmpOp> {
        use CmpOp::*;
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
            FEq => FNe,
            FNe => FEq,
            FLt | FGt | FLe | FGe => return None,
        })
    }
}

named_enum! {
    /// One operand, result of another type. `Trunc*` trap, `TruncSat*` do not.
    pub enum ConvOp {
        WrapI64 = "i32.wrap_i64", ExtendI32S = "i64.extend_i32_s", ExtendI32U = "i64.extend_i32_u",
        TruncF32I32S = "i32.trunc_f32_s", TruncF32I32U = "i32.trunc_f32_u",
        TruncF64I32S = "i32.trunc_f64_s", TruncF64I32U = "i32.trunc_f64_u",
        TruncF32I64S = "i64.trunc_f32_s", TruncF32I64U = "i64.trunc_f32_u",
        TruncF64I64S = "i64.trunc_f64_s", TruncF64I64U = "i64.trunc_f64_u",
        TruncSatF32I32S = "i32.trunc_sat_f32_s", TruncSatF32I32U = "i32.trunc_sat_f32_u",
        TruncSatF64I32S = "i32.trunc_sat_f64_s", TruncSatF64I32U = "i32.trunc_sat_f64_u",
        TruncSatF32I64S = "i64.trunc_sat_f32_s", TruncSatF32I64U = "i64.trunc_sat_f32_u",
        TruncSatF64I64S = "i64.trunc_sat_f64_s", TruncSatF64I64U = "i64.trunc_sat_f64_u",
        ConvertI32SF32 = "f32.convert_i32_s", ConvertI32UF32 = "f32.convert_i32_u",
        ConvertI64SF32 = "f32.convert_i64_s", ConvertI64UF32 = "f32.convert_i64_u",
        ConvertI32SF64 = "f64.convert_i32_s", ConvertI32UF64 = "f64.convert_i32_u",
        ConvertI64SF64 = "f64.convert_i64_s", ConvertI64UF64 = "f64.convert_i64_u",
        DemoteF64 = "f32.demote_f64", PromoteF32 = "f64.promote_f32",
        ReinterpretF32I32 = "i32.reinterpret_f32", ReinterpretF64I64 = "i64.reinterpret_f64",
        ReinterpretI32F32 = "f32.reinterpret_i32", ReinterpretI64F64 = "f64.reinterpret_i64",
    }
}

impl ConvOp {
    /// (operand type, result type)
    pub const fn types(self) -> (Type, Type) {
        use ConvOp::*;
        use Type::*;
        match self {
            WrapI64 => (I64, I32),
            ExtendI32S | ExtendI32U => (I32, I64),
            TruncF32I32S | TruncF32I32U | TruncSatF32I32S | TruncSatF32I32U | ReinterpretF32I32 => (F32, I32),
            TruncF64I32S | TruncF64I32U | TruncSatF64I32S | TruncSatF64I32U => (F64, I32),
            TruncF32I64S | TruncF32I64U | TruncSatF32I64S | TruncSatF32I64U => (F32, I64),
            TruncF64I64S | TruncF64I64U | TruncSatF64I64S | TruncSatF64I64U | ReinterpretF64I64 => (F64, I64),
            ConvertI32SF32 | ConvertI32UF32 | ReinterpretI32F32 => (I32, F32),
            ConvertI64SF32 | ConvertI64UF32 => (I64, F32),
            ConvertI32SF64 | ConvertI32UF64 => (I32, F64),
            ConvertI64SF64 | ConvertI64UF64 | ReinterpretI64F64 => (I64, F64),
            DemoteF64 => (F64, F32),
            PromoteF32 => (F32, F64),
        }
    }
    /// May the result be a NaN whose bits the specification leaves open? False for bit operations.
    pub const fn computes_nan(self) -> bool {
        matches!(self, ConvOp::DemoteF64 | ConvOp::PromoteF32)
    }
    pub const fn may_trap(self) -> bool {
        use ConvOp::*;
        matches!(
            self,
            TruncF32I32S | TruncF32I32U | TruncF64I32S | TruncF64I32U | TruncF32I64S | TruncF32I64U | TruncF64I64S | TruncF64I64U
        )
    }
}

named_enum! {
    /// How memory is read or written: value type, width and, for loads, extension. A store uses the `U` form.
    pub enum MemOp {
        I32 = "i32", I32x8S = "i32.8_s", I32x8U = "i32.8_u", I32x16S = "i32.16_s", I32x16U = "i32.16_u",
        I64 = "i64", I64x8S = "i64.8_s", I64x8U = "i64.8_u", I64x16S = "i64.16_s", I64x16U = "i64.16_u",
        I64x32S = "i64.32_s", I64x32U = "i64.32_u",
        F32 = "f32", F64 = "f64", V128 = "v128", V256 = "v256", Ref = "ref",
        /// Loads of 4 and 8 bytes; the rest of the vector is zero. Stores write a whole vector, or a scalar.
        V128x32Zero = "v128.32_zero", V128x64Zero = "v128.64_zero",
    }
}

impl MemOp {
    /// The type of the value loaded or stored.
    pub const fn value_type(self) -> Type {
        use MemOp::*;
        match self {
            I32 | I32x8S | I32x8U | I32x16S | I32x16U => Type::I32,
            I64 | I64x8S | I64x8U | I64x16S | I64x16U | I64x32S | I64x32U => Type::I64,
            F32 => Type::F32,
            F64 => Type::F64,
            V128 | V128x32Zero | V128x64Zero => Type::V128,
            V256 => Type::V256,
            Ref => Type::Ref,
        }
    }
    /// Bytes of memory touched.
    pub const fn width(self) -> u32 {
        use MemOp::*;
        match self {
            I32x8S | I32x8U | I64x8S | I64x8U => 1,
            I32x16S | I32x16U | I64x16S | I64x16U => 2,
            I32 | I64x32S | I64x32U | F32 | V128x32Zero => 4,
            I64 | F64 | Ref | V128x64Zero => 8,
            V128 => 16,
            V256 => 32,
        }
    }
}

named_enum! {
    /// What an atomic read-modify-write makes of memory: `atomic::rmw` says how.
    pub enum RmwOp { Add = "add", Sub = "sub", And = "and", Or = "or", Xor = "xor", Xchg = "xchg" }
}

named_enum! {
    /// Why execution stopped. The names are those of the official scripts.
    pub enum Trap {
        Unreachable = "unreachable",
        MemoryOutOfBounds = "out of bounds memory access",
        TableOutOfBounds = "out of bounds table access",
        UndefinedElement = "undefined element",
        UninitializedElement = "uninitialized element",
        IndirectCallTypeMismatch = "indirect call type mismatch",
        IntegerOverflow = "integer overflow",
        IntegerDivideByZero = "integer divide by zero",
        InvalidConversionToInteger = "invalid conversion to integer",
        StackExhausted = "call stack exhausted",
        Interrupted = "interrupted",
        UnalignedAtomic = "unaligned atomic",
        ExpectedSharedMemory = "expected shared memory",
    }
}

impl std::error::Error for Trap {}

impl Trap {
    /// The byte used in trap tables.
    pub const fn code(self) -> u8 {
        self as u8
    }
    pub fn from_code(code: u8) -> Option<Trap> {
        Trap::ALL.get(code as usize).copied()
    }
}

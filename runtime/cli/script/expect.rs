//! What a script says that a result looks like.
use super::read::reference;
use samite::{Val, ValType};
use std::fmt;
use wast::WastRet;
use wast::core::{NanPattern, V128Pattern, WastRetCore};
use wast::token::{F32, F64};

/// What one result must be.
#[derive(Clone, Debug)]
pub enum Expected {
    I32(i32),
    I64(i64),
    F32(NanPattern<F32>),
    F64(NanPattern<F64>),
    V128(V128Pattern),
    /// A null, of the type if one is stated.
    Null(Option<ValType>),
    /// A reference to a host value, of the number if one is stated.
    Extern(Option<u32>),
    /// Any function.
    Func,
    Either(Vec<Expected>),
    /// Something that no value of this engine can be.
    Unsupported,
}

impl Expected {
    pub fn new(result: WastRet<'_>) -> Expected {
        match result {
            WastRet::Core(result) => Expected::core(result),
            _ => Expected::Unsupported,
        }
    }
    fn core(result: WastRetCore<'_>) -> Expected {
        match result {
            WastRetCore::I32(v) => Expected::I32(v),
            WastRetCore::I64(v) => Expected::I64(v),
            WastRetCore::F32(v) => Expected::F32(v),
            WastRetCore::F64(v) => Expected::F64(v),
            WastRetCore::V128(v) => Expected::V128(v),
            WastRetCore::RefNull(None) => Expected::Null(None),
            WastRetCore::RefNull(Some(heap)) => match reference(&heap) {
                Some(ty) => Expected::Null(Some(ty)),
                None => Expected::Unsupported,
            },
            WastRetCore::RefExtern(v) => Expected::Extern(v),
            WastRetCore::RefFunc(_) => Expected::Func,
            WastRetCore::Either(choices) => Expected::Either(choices.into_iter().map(Expected::core).collect()),
            _ => Expected::Unsupported,
        }
    }
    pub fn fits(&self, value: &Val) -> bool {
        match (self, value) {
            (Expected::I32(e), Val::I32(v)) => e == v,
            (Expected::I64(e), Val::I64(v)) => e == v,
            (Expected::F32(e), Val::F32(v)) => fits_f32(e, *v),
            (Expected::F64(e), Val::F64(v)) => fits_f64(e, *v),
            (Expected::V128(e), Val::V128(v)) => fits_v128(e, v.as_u128().to_le_bytes()),
            (Expected::Null(ty), Val::FuncRef(None) | Val::ExternRef(None)) => ty.is_none_or(|ty| ty == value.ty()),
            (Expected::Extern(number), Val::ExternRef(Some(host))) => {
                number.is_none_or(|number| host.data().downcast_ref::<u32>() == Some(&number))
            }
            (Expected::Func, Val::FuncRef(Some(_))) => true,
            (Expected::Either(choices), _) => choices.iter().any(|choice| choice.fits(value)),
            _ => false,
        }
    }
}

fn fits_f32(expected: &NanPattern<F32>, bits: u32) -> bool {
    match expected {
        NanPattern::Value(v) => bits == v.bits,
        NanPattern::CanonicalNan => bits & 0x7fff_ffff == 0x7fc0_0000,
        // Quiet: exponent and the top bit of the fraction all ones.
        NanPattern::ArithmeticNan => bits & 0x7fc0_0000 == 0x7fc0_0000,
    }
}

fn fits_f64(expected: &NanPattern<F64>, bits: u64) -> bool {
    match expected {
        NanPattern::Value(v) => bits == v.bits,
        NanPattern::CanonicalNan => bits & (u64::MAX >> 1) == 0x7ff8 << 48,
        NanPattern::ArithmeticNan => bits & (0x7ff8 << 48) == 0x7ff8 << 48,
    }
}

fn fits_v128(expected: &V128Pattern, bytes: [u8; 16]) -> bool {
    fn lanes<const N: usize>(bytes: &[u8; 16]) -> impl Iterator<Item = [u8; N]> {
        bytes.chunks_exact(N).map(|lane| lane.try_into().expect("chunks of that size"))
    }
    match expected {
        V128Pattern::I8x16(e) => lanes(&bytes).map(i8::from_le_bytes).eq(*e),
        V128Pattern::I16x8(e) => lanes(&bytes).map(i16::from_le_bytes).eq(*e),
        V128Pattern::I32x4(e) => lanes(&bytes).map(i32::from_le_bytes).eq(*e),
        V128Pattern::I64x2(e) => lanes(&bytes).map(i64::from_le_bytes).eq(*e),
        V128Pattern::F32x4(e) => e.iter().zip(lanes(&bytes)).all(|(e, lane)| fits_f32(e, u32::from_le_bytes(lane))),
        V128Pattern::F64x2(e) => e.iter().zip(lanes(&bytes)).all(|(e, lane)| fits_f64(e, u64::from_le_bytes(lane))),
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::I32(v) => write!(f, "i32 {v}"),
            Expected::I64(v) => write!(f, "i64 {v}"),
            Expected::F32(NanPattern::Value(v)) => write!(f, "{}", Shown(&Val::F32(v.bits))),
            Expected::F64(NanPattern::Value(v)) => write!(f, "{}", Shown(&Val::F64(v.bits))),
            Expected::F32(NanPattern::CanonicalNan) => f.write_str("f32 nan:canonical"),
            Expected::F64(NanPattern::CanonicalNan) => f.write_str("f64 nan:canonical"),
            Expected::F32(NanPattern::ArithmeticNan) => f.write_str("f32 nan:arithmetic"),
            Expected::F64(NanPattern::ArithmeticNan) => f.write_str("f64 nan:arithmetic"),
            Expected::V128(v) => write!(f, "{v:?}"),
            Expected::Null(None) => f.write_str("null"),
            Expected::Null(Some(ty)) => write!(f, "null {ty}"),
            Expected::Extern(None) => f.write_str("an externref"),
            Expected::Extern(Some(number)) => write!(f, "externref {number}"),
            Expected::Func => f.write_str("a function"),
            Expected::Either(choices) => {
                for (n, choice) in choices.iter().enumerate() {
                    write!(f, "{}{choice}", if n == 0 { "" } else { " or " })?;
                }
                Ok(())
            }
            Expected::Unsupported => f.write_str("a value of a type that this engine does not have"),
        }
    }
}

/// A value for people: floats also as bits, because NaNs and zeros differ there.
pub struct Shown<'v>(pub &'v Val);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Val::I32(v) => write!(f, "i32 {v}"),
            Val::I64(v) => write!(f, "i64 {v}"),
            Val::F32(bits) => write!(f, "f32 {} ({bits:#010x})", f32::from_bits(*bits)),
            Val::F64(bits) => write!(f, "f64 {} ({bits:#018x})", f64::from_bits(*bits)),
            Val::V128(v) => write!(f, "v128 {:#034x}", v.as_u128()),
            Val::FuncRef(None) => f.write_str("null funcref"),
            Val::FuncRef(Some(_)) => f.write_str("a function"),
            Val::ExternRef(None) => f.write_str("null externref"),
            Val::ExternRef(Some(host)) => match host.data().downcast_ref::<u32>() {
                Some(number) => write!(f, "externref {number}"),
                None => f.write_str("an externref"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use samite::{ExternRef, V128};

    #[test]
    fn nan_patterns() {
        let canonical = Expected::F32(NanPattern::CanonicalNan);
        let arithmetic = Expected::F32(NanPattern::ArithmeticNan);
        for (bits, is_canonical, is_arithmetic) in [
            (0x7fc0_0000, true, true),
            (0xffc0_0000, true, true),
            (0x7fc0_0001, false, true),
            (0x7fa0_0000, false, false),
            (0x7f80_0000, false, false),
            (0x3f80_0000, false, false),
        ] {
            assert_eq!(canonical.fits(&Val::F32(bits)), is_canonical, "{bits:#x}");
            assert_eq!(arithmetic.fits(&Val::F32(bits)), is_arithmetic, "{bits:#x}");
        }
        let canonical = Expected::F64(NanPattern::CanonicalNan);
        let arithmetic = Expected::F64(NanPattern::ArithmeticNan);
        for (bits, is_canonical, is_arithmetic) in [
            (0x7ff8_0000_0000_0000, true, true),
            (0xfff8_0000_0000_0000, true, true),
            (0x7ff8_0000_0000_0001, false, true),
            (0x7ff4_0000_0000_0000, false, false),
            (0x7ff0_0000_0000_0000, false, false),
        ] {
            assert_eq!(canonical.fits(&Val::F64(bits)), is_canonical, "{bits:#x}");
            assert_eq!(arithmetic.fits(&Val::F64(bits)), is_arithmetic, "{bits:#x}");
        }
    }

    #[test]
    fn zeros_differ() {
        let zero = Expected::F64(NanPattern::Value(F64 { bits: 0 }));
        assert!(zero.fits(&Val::F64(0)));
        assert!(!zero.fits(&Val::F64(1 << 63)));
    }

    #[test]
    fn references() {
        assert!(Expected::Null(None).fits(&Val::ExternRef(None)));
        assert!(!Expected::Null(Some(ValType::FuncRef)).fits(&Val::ExternRef(None)));
        assert!(Expected::Extern(Some(3)).fits(&Val::from(ExternRef::new(3u32))));
        assert!(!Expected::Extern(Some(3)).fits(&Val::from(ExternRef::new(4u32))));
        assert!(!Expected::Extern(None).fits(&Val::ExternRef(None)));
    }

    #[test]
    fn lanes() {
        let value = Val::V128(V128::from(0x0001_0002_0003_0004_0005_0006_0007_0008));
        assert!(Expected::V128(V128Pattern::I16x8([8, 7, 6, 5, 4, 3, 2, 1])).fits(&value));
        assert!(!Expected::V128(V128Pattern::I16x8([1, 2, 3, 4, 5, 6, 7, 8])).fits(&value));
        let value = Val::V128(V128::from(0x7fc0_0000_ffc0_0001_0000_0000_3f80_0000));
        use NanPattern::*;
        let pattern = [Value(F32 { bits: 0x3f80_0000 }), Value(F32 { bits: 0 }), ArithmeticNan, CanonicalNan];
        assert!(Expected::V128(V128Pattern::F32x4(pattern)).fits(&value));
    }
}

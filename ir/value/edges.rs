//! Edge values of each scalar type: what tests of every room feed to operators, alone and in pairs.
//!
//! The order is fixed and lists only grow at the end of their part: `tests/value_recorded.txt` was recorded over them.
use super::{Bits, Type};

/// The edge values of a scalar type, each once. Empty for vectors and references.
pub fn edges(ty: Type) -> Vec<Bits> {
    let list = match ty {
        Type::I32 => int_edges(32),
        Type::I64 => int_edges(64),
        Type::F32 => f32_edges(),
        Type::F64 => f64_edges(),
        Type::V128 | Type::V256 | Type::Ref => Vec::new(),
    };
    let mut once = Vec::with_capacity(list.len());
    for a in list {
        if !once.contains(&a) {
            once.push(a);
        }
    }
    once
}

/// Small numbers, powers of two and their neighbours with both signs, and patterns without symmetry.
fn int_edges(bits: u32) -> Vec<Bits> {
    let mask = u64::MAX >> (64 - bits);
    let mut list = vec![0, 1, u64::MAX, 2, 3, 5, 6, 7, 10, 31, 33, 63, 65, 100, 1000];
    let exponents = [1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 16, 23, 24, 25, 30, 31, 32, 33, 52, 53, 54, 62, 63];
    for exponent in exponents.into_iter().filter(|e| *e < bits) {
        let power = 1u64 << exponent;
        list.extend([power, power - 1, power + 1]);
        if exponent % 8 >= 7 || exponent >= bits - 2 {
            list.extend([power.wrapping_neg(), power.wrapping_neg() - 1, power.wrapping_neg() + 1]);
        }
    }
    list.extend([
        0x5555_5555_5555_5555,
        0xaaaa_aaaa_aaaa_aaaa,
        0x00ff_00ff_00ff_00ff,
        0x0123_4567_89ab_cdef,
        0xfedc_ba98_7654_3210,
        0x8000_0001_8000_0001,
        0x7fff_ffff_7fff_ffff,
        0xdead_beef_cafe_f00d,
    ]);
    list.into_iter().map(|a| a & mask).collect()
}

fn f32_edges() -> Vec<Bits> {
    let numbers = [
        0.0,
        1.0,
        2.0,
        3.0,
        10.0,
        0.1,
        // halves and their neighbours, for rounding to an integer
        0.25,
        0.5,
        0.5f32.next_down(),
        0.5f32.next_up(),
        0.9,
        1.0f32.next_down(),
        1.0f32.next_up(),
        1.5,
        2.5,
        3.5,
        8388607.5,
        8388608.0,
        8388609.0,
        16777215.0,
        16777216.0,
        // the ends of the integer types
        127.0,
        255.5,
        32768.0,
        2147483648.0f32.next_down(),
        2147483648.0,
        2147483648.0f32.next_up(),
        4294967296.0f32.next_down(),
        4294967296.0,
        4294967296.0f32.next_up(),
        9223372036854775808.0f32.next_down(),
        9223372036854775808.0,
        9223372036854775808.0f32.next_up(),
        18446744073709551616.0f32.next_down(),
        18446744073709551616.0,
        18446744073709551616.0f32.next_up(),
        // the ends of the format
        f32::from_bits(1),
        f32::from_bits(2),
        f32::from_bits(0x7f_ffff),
        f32::MIN_POSITIVE,
        f32::MIN_POSITIVE.next_up(),
        1e-38,
        1e38,
        f32::MAX.next_down(),
        f32::MAX,
        f32::INFINITY,
        std::f32::consts::PI,
    ];
    // canonical, quiet with payload, signalling with the least, a middle and the greatest payload
    let nans = [0x7fc0_0000, 0x7fc1_2345, 0x7f80_0001, 0x7fa0_0000, 0x7fbf_ffff, 0x7fff_ffff];
    let patterns = numbers.into_iter().map(f32::to_bits).chain(nans);
    patterns.flat_map(|a| [u64::from(a), u64::from(a | 1 << 31)]).collect()
}

fn f64_edges() -> Vec<Bits> {
    let numbers = [
        0.0,
        1.0,
        2.0,
        3.0,
        10.0,
        0.1,
        // halves and their neighbours, for rounding to an integer
        0.25,
        0.5,
        0.5f64.next_down(),
        0.5f64.next_up(),
        0.9,
        1.0f64.next_down(),
        1.0f64.next_up(),
        1.5,
        2.5,
        3.5,
        4503599627370495.5,
        4503599627370496.0,
        4503599627370497.0,
        9007199254740991.0,
        9007199254740992.0,
        // the ends of the integer types; the i32 ones can be passed by less than one
        127.0,
        255.5,
        32768.0,
        2147483647.0,
        2147483648.0f64.next_down(),
        2147483648.0,
        2147483648.0f64.next_up(),
        2147483649.0f64.next_down(),
        2147483649.0,
        4294967295.0,
        4294967296.0f64.next_down(),
        4294967296.0,
        4294967296.0f64.next_up(),
        9223372036854775808.0f64.next_down(),
        9223372036854775808.0,
        9223372036854775808.0f64.next_up(),
        18446744073709551616.0f64.next_down(),
        18446744073709551616.0,
        18446744073709551616.0f64.next_up(),
        // the ends of the format, and those of f32 for demotion: ties at its precision, its least numbers and its greatest
        f64::from_bits(1),
        f64::from_bits(2),
        f64::from_bits(0xf_ffff_ffff_ffff),
        f64::MIN_POSITIVE,
        f64::MIN_POSITIVE.next_up(),
        f64::MAX.next_down(),
        f64::MAX,
        f64::INFINITY,
        1.0 + 1.0 / 16777216.0,
        (1.0 + 1.0 / 16777216.0f64).next_up(),
        1.0 + 3.0 / 16777216.0,
        f64::from_bits(0x36a0_0000_0000_0000),
        f64::from_bits(0x3690_0000_0000_0000),
        f64::from_bits(0x3690_0000_0000_0001),
        f64::from_bits(0x380f_ffff_c000_0000),
        f64::from_bits(0x380f_ffff_e000_0000),
        f64::from_bits(0x3810_0000_0000_0000),
        f64::from_bits(0x47ef_ffff_e000_0000),
        f64::from_bits(0x47ef_ffff_efff_ffff),
        f64::from_bits(0x47ef_ffff_f000_0000),
        1e-300,
        1e300,
        std::f64::consts::PI,
    ];
    // canonical, quiet with payload, signalling with the least, middle and the greatest payload, and one that f32 cannot hold
    let nans = [
        0x7ff8_0000_0000_0000,
        0x7ff8_1234_5678_9abc,
        0x7ff0_0000_0000_0001,
        0x7ff4_0000_0000_0000,
        0x7ff0_0000_1fff_ffff,
        0x7ff7_ffff_ffff_ffff,
        0x7fff_ffff_ffff_ffff,
    ];
    numbers.into_iter().map(f64::to_bits).chain(nans).flat_map(|a| [a, a | 1 << 63]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_patterns_of_their_type_and_small_enough_to_pair() {
        for ty in [Type::I32, Type::I64, Type::F32, Type::F64] {
            let list = edges(ty);
            assert!((50..160).contains(&list.len()), "{ty}: {}", list.len());
            assert!(list.iter().all(|a| ty.bytes() == 8 || a >> 32 == 0));
        }
    }
}

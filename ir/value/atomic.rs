//! Atomic read-modify-write (threads proposal): what memory holds afterwards. Each gives back
//! the old value, zero-extended; that they happen at once is for those who touch memory.
use super::{Bits, RmwOp};

/// All ones in the lowest `width` bytes (1, 2, 4 or 8).
pub const fn mask(width: u32) -> Bits {
    u64::MAX >> (64 - 8 * width)
}

/// What `width` bytes that hold `old` hold after the operator with `operand`, of which only so many bytes count.
pub const fn rmw(op: RmwOp, width: u32, old: Bits, operand: Bits) -> Bits {
    let new = match op {
        RmwOp::Add => old.wrapping_add(operand),
        RmwOp::Sub => old.wrapping_sub(operand),
        RmwOp::And => old & operand,
        RmwOp::Or => old | operand,
        RmwOp::Xor => old ^ operand,
        RmwOp::Xchg => operand,
    };
    new & mask(width)
}

/// What `width` bytes that hold `old` hold after a compare-exchange. `expected` is wrapped to the width before it is compared, as the proposal's text
/// says: a wide one matches by its low bytes.
pub const fn cmpxchg(width: u32, old: Bits, expected: Bits, replacement: Bits) -> Bits {
    if old == expected & mask(width) { replacement & mask(width) } else { old }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;
    use crate::value::edges::edges;

    #[test]
    fn operators_agree_with_bytes() {
        for width in [1, 2, 4, 8] {
            for old in edges(Type::I64).into_iter().map(|x| x & mask(width)) {
                for operand in edges(Type::I64) {
                    for &op in RmwOp::ALL {
                        let new = rmw(op, width, old, operand);
                        let mut carry = u16::from(op == RmwOp::Sub);
                        for k in 0..8 {
                            let byte = |x: u64| x.to_le_bytes()[k];
                            let (a, b) = (byte(old), byte(operand));
                            let add = |b: u8, carry: &mut u16| {
                                let sum = u16::from(a) + u16::from(b) + *carry;
                                *carry = sum >> 8;
                                sum as u8
                            };
                            let want = match op {
                                RmwOp::Add => add(b, &mut carry),
                                RmwOp::Sub => add(!b, &mut carry),
                                RmwOp::And => a & b,
                                RmwOp::Or => a | b,
                                RmwOp::Xor => a ^ b,
                                RmwOp::Xchg => b,
                            };
                            assert_eq!(byte(new), if k < width as usize { want } else { 0 }, "{op} {width} {old:#x} {operand:#x}");
                        }
                    }
                    let same = old.to_le_bytes()[..width as usize] == operand.to_le_bytes()[..width as usize];
                    assert_eq!(
                        cmpxchg(width, old, operand, u64::MAX),
                        if same { mask(width) } else { old },
                        "{width} {old:#x} {operand:#x}"
                    );
                }
            }
        }
    }
}

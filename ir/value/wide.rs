//! A value of any type, up to 256 bits.
use super::Bits;
use std::fmt;

/// A scalar as its `Bits`, a V128 in the lower half, a V256; bits above the type's are zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Wide {
    pub low: u128,
    pub high: u128,
}

impl Wide {
    pub const ZERO: Wide = Wide { low: 0, high: 0 };

    /// A scalar; of a vector, its low 64 bits.
    pub const fn bits(self) -> Bits {
        self.low as u64
    }
    pub const fn and(self, other: Wide) -> Wide {
        Wide { low: self.low & other.low, high: self.high & other.high }
    }
    pub const fn not(self) -> Wide {
        Wide { low: !self.low, high: !self.high }
    }
    /// The low `bytes` bytes.
    pub const fn truncated(self, bytes: u32) -> Wide {
        match bytes {
            0 => Wide::ZERO,
            1..=16 => Wide { low: self.low & u128::MAX >> (128 - 8 * bytes), high: 0 },
            _ => Wide { low: self.low, high: self.high & u128::MAX >> (256 - 8 * bytes) },
        }
    }
    /// Byte 0 lowest.
    pub fn to_le_bytes(self) -> [u8; 32] {
        let (low, high) = (self.low.to_le_bytes(), self.high.to_le_bytes());
        std::array::from_fn(|k| if k < 16 { low[k] } else { high[k - 16] })
    }
    /// Up to 32 bytes, byte 0 lowest; the rest is zero.
    pub fn from_le_bytes(bytes: impl IntoIterator<Item = u8>) -> Wide {
        let mut bytes = bytes.into_iter().fuse();
        let mut half = || (0..16).fold(0, |v, k| v | u128::from(bytes.next().unwrap_or(0)) << (8 * k));
        Wide { low: half(), high: half() }
    }
    /// Lane `k` of so many bits, counted through both halves.
    pub const fn lane(self, bits: u32, k: u32) -> u64 {
        let at = k * bits;
        let half = if at < 128 { self.low } else { self.high };
        (half >> (at % 128)) as u64 & (u64::MAX >> (64 - bits))
    }
    /// The 256 bits whose lane `k` is the low bits of `f(k)`.
    pub fn from_lanes(bits: u32, f: impl Fn(u32) -> u64) -> Wide {
        let each = 128 / bits;
        let half = |from: u32| (0..each).fold(0, |v, k| v | u128::from(f(from + k) & u64::MAX >> (64 - bits)) << (k * bits));
        Wide { low: half(0), high: half(each) }
    }
}

impl From<u32> for Wide {
    fn from(bits: u32) -> Wide {
        Wide { low: bits.into(), high: 0 }
    }
}
impl From<u64> for Wide {
    fn from(bits: u64) -> Wide {
        Wide { low: bits.into(), high: 0 }
    }
}
impl From<u128> for Wide {
    fn from(low: u128) -> Wide {
        Wide { low, high: 0 }
    }
}

impl fmt::LowerHex for Wide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.high == 0 { fmt::LowerHex::fmt(&self.low, f) } else { write!(f, "{:#x}{:032x}", self.high, self.low) }
    }
}
impl fmt::Debug for Wide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#x}")
    }
}

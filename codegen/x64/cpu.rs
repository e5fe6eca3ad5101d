//! Which processors the code is for: a field of the strategy, `cpu=avx2|avx512|native`.
//!
//! Two sets of instructions, not a switch for each: `avx2` is what this engine needs anyway, `avx512` has what processors with VBMI,
//! BITALG and GFNI (Intel since Ice Lake, AMD since Zen 4) have together, on vectors of 128 and 256 bits and without masks. What an artefact
//! needs is `features` of its strategy. To add a set: its value, features and use in `lanes`, with the rows of `target_table.rs`.

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cpu {
    /// AVX2, FMA, BMI: the floor.
    Avx2,
    /// With AVX-512 and GFNI.
    Avx512,
    /// The best of these that the processor has on which the compiler runs.
    Native,
}

impl Cpu {
    pub const ALL: [Cpu; 3] = [Cpu::Avx2, Cpu::Avx512, Cpu::Native];
    /// Those that run wherever this engine does, which is what is tested.
    pub const ANYWHERE: [Cpu; 2] = [Cpu::Avx2, Cpu::Native];

    pub const fn name(self) -> &'static str {
        match self {
            Cpu::Avx2 => "avx2",
            Cpu::Avx512 => "avx512",
            Cpu::Native => "native",
        }
    }
    /// The set of instructions: never `Native`.
    pub fn set(self) -> Cpu {
        match self {
            Cpu::Native if ALL_FEATURES.iter().all(|name| has_feature(name)) => Cpu::Avx512,
            Cpu::Native => Cpu::Avx2,
            named => named,
        }
    }
    /// What the code needs beyond the first x86-64, by the names of `is_x86_feature_detected!`.
    pub fn features(self) -> &'static [&'static str] {
        if self.set() == Cpu::Avx512 { ALL_FEATURES } else { &ALL_FEATURES[..FLOOR] }
    }
}

/// The first of these are needed anyway.
const FLOOR: usize = 8;
const ALL_FEATURES: &[&str] = &[
    "sse4.1",
    "popcnt",
    "avx",
    "avx2",
    "bmi1",
    "bmi2",
    "lzcnt",
    "fma", // and for AVX-512:
    "gfni",
    "avx512f",
    "avx512bw",
    "avx512dq",
    "avx512vl",
    "avx512vbmi",
    "avx512bitalg",
];

/// Does this processor have a feature, by its name in `is_x86_feature_detected!`? No, for one that this list does not know.
#[cfg(target_arch = "x86_64")]
pub fn has_feature(name: &str) -> bool {
    use std::arch::is_x86_feature_detected as has;
    match name {
        "sse4.1" => has!("sse4.1"),
        "popcnt" => has!("popcnt"),
        "avx" => has!("avx"),
        "avx2" => has!("avx2"),
        "bmi1" => has!("bmi1"),
        "bmi2" => has!("bmi2"),
        "lzcnt" => has!("lzcnt"),
        "fma" => has!("fma"),
        "gfni" => has!("gfni"),
        "avx512f" => has!("avx512f"),
        "avx512bw" => has!("avx512bw"),
        "avx512dq" => has!("avx512dq"),
        "avx512vl" => has!("avx512vl"),
        "avx512vbmi" => has!("avx512vbmi"),
        "avx512bitalg" => has!("avx512bitalg"),
        _ => false,
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub fn has_feature(_: &str) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        assert_eq!(Cpu::Avx2.features().last(), Some(&"fma"));
        assert!(Cpu::Avx512.features().contains(&"avx2") && Cpu::Avx512.features().contains(&"avx512vbmi"));
        assert_ne!(Cpu::Native.set(), Cpu::Native);
        assert!(Cpu::Native.features().iter().all(|f| has_feature(f)) || !has_feature("avx2"));
        assert!(!has_feature("avx1024"));
    }
}

//! A strategy: every choice that changes the code, printable and parsable: `passes=basic,regalloc=linear,bounds=guard,interrupt=off,nan=native,relaxed=native`.
//! Each field is a closed enum owned by the crate that reads it; a field exists only while it has two values that matter.
use crate::regalloc::How;
use samite_ir::translate::{Interrupt, Nan};
use samite_ir::value::Relaxed;
use samite_opt::{Bounds, Passes};
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Strategy {
    pub passes: Passes,
    pub regalloc: How,
    pub bounds: Bounds,
    pub interrupt: Interrupt,
    pub nan: Nan,
    pub relaxed: Relaxed,
}

impl Strategy {
    /// The default: the fastest code.
    pub const MAX: Strategy = Strategy {
        passes: Passes::Basic,
        regalloc: How::Linear,
        bounds: Bounds::Guard,
        interrupt: Interrupt::Off,
        nan: Nan::Native,
        relaxed: Relaxed::Native,
    };
    /// The simplest of everything: what the others are compared with.
    pub const BASELINE: Strategy = Strategy { passes: Passes::None, regalloc: How::SpillAll, ..Strategy::MAX };

    /// Every combination, but of `relaxed`: that chooses among operators, of which each has its own tests.
    pub fn all() -> Vec<Strategy> {
        let mut all = Vec::new();
        for &passes in Passes::ALL {
            for &regalloc in How::ALL.iter() {
                for &bounds in Bounds::ALL {
                    for &interrupt in Interrupt::ALL {
                        for &nan in Nan::ALL {
                            all.push(Strategy { passes, regalloc, bounds, interrupt, nan, ..Strategy::MAX });
                        }
                    }
                }
            }
        }
        all
    }

    /// A small set in which every pair of values of two fields occurs: what tests run when the full product would take too long.
    pub fn covering() -> Vec<Strategy> {
        let mut chosen = Vec::new();
        let mut missing: Vec<[(usize, String); 2]> = Vec::new();
        let all = Strategy::all();
        for s in &all {
            for pair in s.pairs() {
                if !missing.contains(&pair) {
                    missing.push(pair);
                }
            }
        }
        while !missing.is_empty() {
            let gain = |s: &Strategy| s.pairs().iter().filter(|p| missing.contains(p)).count();
            let best = *all.iter().max_by_key(|s| gain(s)).expect("there are strategies");
            let pairs = best.pairs();
            missing.retain(|p| !pairs.contains(p));
            chosen.push(best);
        }
        chosen
    }

    fn values(&self) -> [(&'static str, &'static str); 6] {
        [
            ("passes", self.passes.name()),
            ("regalloc", self.regalloc.name()),
            ("bounds", self.bounds.name()),
            ("interrupt", self.interrupt.name()),
            ("nan", self.nan.name()),
            ("relaxed", self.relaxed.name()),
        ]
    }

    fn pairs(&self) -> Vec<[(usize, String); 2]> {
        let values = self.values();
        let name = |i: usize| (i, values[i].1.to_string());
        (0..values.len()).flat_map(|i| (0..i).map(move |j| [name(j), name(i)])).collect()
    }
}

impl Default for Strategy {
    fn default() -> Strategy {
        Strategy::MAX
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (field, value)) in self.values().into_iter().enumerate() {
            write!(f, "{}{field}={value}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// Fields that are not named keep the default. `max` and `baseline` name whole strategies and may be followed by fields.
impl FromStr for Strategy {
    type Err = String;
    fn from_str(text: &str) -> Result<Strategy, String> {
        let mut s = Strategy::MAX;
        for (i, part) in text.split(',').map(str::trim).filter(|p| !p.is_empty()).enumerate() {
            match (i, part) {
                (0, "max") => s = Strategy::MAX,
                (0, "baseline") => s = Strategy::BASELINE,
                _ => s.set(part)?,
            }
        }
        Ok(s)
    }
}

impl Strategy {
    fn set(&mut self, part: &str) -> Result<(), String> {
        let (field, value) = part.split_once('=').ok_or_else(|| format!("strategy `{part}` is not FIELD=VALUE, max or baseline"))?;
        fn pick<T: Copy>(field: &str, value: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Result<T, String> {
            all.iter().copied().find(|t| name(*t) == value).ok_or_else(|| {
                let names: Vec<_> = all.iter().map(|t| name(*t)).collect();
                format!("strategy {field}={value}: known values are {}", names.join(", "))
            })
        }
        match field {
            "passes" => self.passes = pick(field, value, Passes::ALL, Passes::name)?,
            "regalloc" => self.regalloc = pick(field, value, &How::ALL, How::name)?,
            "bounds" => self.bounds = pick(field, value, Bounds::ALL, Bounds::name)?,
            "interrupt" => self.interrupt = pick(field, value, Interrupt::ALL, Interrupt::name)?,
            "nan" => self.nan = pick(field, value, Nan::ALL, Nan::name)?,
            "relaxed" => self.relaxed = pick(field, value, Relaxed::ALL, Relaxed::name)?,
            _ => {
                let names: Vec<_> = self.values().iter().map(|v| v.0).collect();
                return Err(format!("strategy field `{field}`: known fields are {}", names.join(", ")));
            }
        }
        Ok(())
    }
}

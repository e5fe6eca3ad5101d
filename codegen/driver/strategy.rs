//! A strategy: every choice that changes the code, printable and parsable: `passes=basic,regalloc=linear,bounds=guard,interrupt=off,nan=native,relaxed=native,cpu=native`.
//! Each field is a closed enum owned by the crate that reads it; a field exists only while it has two values that matter.
use crate::regalloc::How;
use crate::x64::cpu::Cpu;
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
    pub cpu: Cpu,
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
        cpu: Cpu::Native,
    };
    /// The simplest of everything: what the others are compared with.
    pub const BASELINE: Strategy = Strategy { passes: Passes::None, regalloc: How::SpillAll, cpu: Cpu::Avx2, ..Strategy::MAX };

    /// All fields, in the order in which they are printed. What expands, prints, parses or compares strategies goes over this table only.
    pub fn fields() -> &'static [Field] {
        FIELDS
    }

    /// Every combination.
    pub fn all() -> Vec<Strategy> {
        let mut all = vec![Strategy::MAX];
        for field in FIELDS {
            all = all.iter().flat_map(|s| field.values().map(|value| s.with(field, value))).collect();
        }
        all
    }

    /// The default, and the default with one field at a time at its simplest value.
    pub fn ablations() -> Vec<Strategy> {
        let ablated = FIELDS.iter().map(|field| Strategy::MAX.with(field, field.simplest)).filter(|s| *s != Strategy::MAX);
        std::iter::once(Strategy::MAX).chain(ablated).collect()
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

    /// All strategies that a text stands for: as `FromStr`, but a field may have several values, or `*` for all of them
    /// (`regalloc=*,bounds=guard,compare`). In the order of the values, the first field slowest, each once.
    pub fn matrix(text: &str) -> Result<Vec<Strategy>, String> {
        let mut parts: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut all = vec![Strategy::MAX];
        for (i, part) in text.split(',').map(str::trim).filter(|p| !p.is_empty()).enumerate() {
            match (part.split_once('='), parts.last_mut()) {
                (Some((field, value)), _) => parts.push((field, vec![value])),
                (None, Some((_, values))) => values.push(part),
                (None, None) if i == 0 => all = vec![part.parse()?],
                (None, None) => return Err(format!("strategy `{part}` is not FIELD=VALUE")),
            }
        }
        for (field, values) in parts {
            let known = FIELDS.iter().find(|known| known.name == field);
            let values = match (&values[..], known) {
                (["*"], Some(known)) => known.values().collect(),
                _ => values,
            };
            let mut product = Vec::new();
            for s in all {
                for value in &values {
                    let mut s = s;
                    s.set(&format!("{field}={value}"))?;
                    if !product.contains(&s) {
                        product.push(s);
                    }
                }
            }
            all = product;
        }
        Ok(all)
    }

    fn with(mut self, field: &Field, value: &str) -> Strategy {
        assert!((field.set)(&mut self, value), "{}={value} is of the table", field.name);
        self
    }

    fn pairs(&self) -> Vec<[(usize, String); 2]> {
        let name = |i: usize| (i, (FIELDS[i].get)(self).to_string());
        (0..FIELDS.len()).flat_map(|i| (0..i).map(move |j| [name(j), name(i)])).collect()
    }
}

impl Default for Strategy {
    fn default() -> Strategy {
        Strategy::MAX
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, field) in FIELDS.iter().enumerate() {
            write!(f, "{}{}={}", if i == 0 { "" } else { "," }, field.name, (field.get)(self))?;
        }
        Ok(())
    }
}

/// Fields that are not named keep the default. `max` and `baseline` name whole strategies and may be followed by fields.
impl FromStr for Strategy {
    type Err = String;
    fn from_str(text: &str) -> Result<Strategy, String> {
        Strategy::MAX.but(text)
    }
}

impl Strategy {
    /// With the fields that a text names; a whole strategy's name sets all.
    pub fn but(self, text: &str) -> Result<Strategy, String> {
        let mut s = self;
        for (i, part) in text.split(',').map(str::trim).filter(|p| !p.is_empty()).enumerate() {
            match (i, part) {
                (0, "max") => s = Strategy::MAX,
                (0, "baseline") => s = Strategy::BASELINE,
                _ => s.set(part)?,
            }
        }
        Ok(s)
    }
    fn set(&mut self, part: &str) -> Result<(), String> {
        let (field, value) = part.split_once('=').ok_or_else(|| format!("strategy `{part}` is not FIELD=VALUE, max or baseline"))?;
        let Some(known) = FIELDS.iter().find(|known| known.name == field) else {
            let names: Vec<_> = FIELDS.iter().map(|f| f.name).collect();
            return Err(format!("strategy field `{field}`: known fields are {}", names.join(", ")));
        };
        if !(known.set)(self, value) {
            let names = (known.names)();
            return Err(format!("strategy {field}={value}: known values are {}", names.join(", ")));
        }
        Ok(())
    }
}

/// A field of a strategy by name.
pub struct Field {
    pub name: &'static str,
    /// What it is when the choice is switched off: the value with the least machinery behind it.
    pub simplest: &'static str,
    all: fn() -> Vec<&'static str>,
    meaning: fn(&Strategy) -> &'static str,
    /// Those, and values that not every machine can run.
    names: fn() -> Vec<&'static str>,
    get: fn(&Strategy) -> &'static str,
    set: fn(&mut Strategy, &str) -> bool,
}

impl Field {
    /// The names of all its values that every machine can run.
    pub fn values(&self) -> impl Iterator<Item = &'static str> {
        (self.all)().into_iter()
    }
    /// What one of its values means, in a line.
    pub fn meaning(&self, value: &str) -> &'static str {
        (self.meaning)(&Strategy::MAX.with(self, value))
    }
    pub fn is_default(&self, value: &str) -> bool {
        self.of(&Strategy::MAX) == value
    }
    /// Its value in a strategy.
    pub fn of(&self, strategy: &Strategy) -> &'static str {
        (self.get)(strategy)
    }
}

/// A line of the table below.
macro_rules! field {
    ($name:ident: $ty:ident = $simplest:ident, $($value:ident => $meaning:literal),+) => {
        field!($name: $ty = $simplest, $ty::ALL, $($value => $meaning),+)
    };
    ($name:ident: $ty:ident = $simplest:ident, $all:expr, $($value:ident => $meaning:literal),+) => {
        Field {
            name: stringify!($name),
            simplest: $ty::$simplest.name(),
            all: || $all.iter().map(|value| value.name()).collect(),
            names: || $ty::ALL.iter().map(|value| value.name()).collect(),
            meaning: |strategy| match strategy.$name {
                $($ty::$value => $meaning),+
            },
            get: |strategy| strategy.$name.name(),
            set: |strategy, text| {
                let value = $ty::ALL.iter().copied().find(|value| value.name() == text);
                value.map(|value| strategy.$name = value).is_some()
            },
        }
    };
}

const FIELDS: &[Field] = &[
    field!(passes: Passes = None, None => "code as the module has it", Basic => "all optimizing passes"),
    field!(regalloc: How = SpillAll, SpillAll => "every value has a slot on the stack", Linear => "linear scan: values stay in registers"),
    field!(bounds: Bounds = Compare,
        Guard => "accesses out of bounds fault: the pages behind a memory do",
        Compare => "each access compares with the memory's length"),
    field!(interrupt: Interrupt = Off,
        Off => "a running program cannot be stopped",
        Epoch => "loops and functions compare a counter, as --timeout needs",
        Page => "loops and functions read a page that is taken away to stop them"),
    field!(nan: Nan = Native, Native => "NaNs as the processor makes them", Canonical => "the same bits of NaNs on every machine"),
    field!(relaxed: Relaxed = Native,
        Native => "relaxed vector operators as the processor is quickest",
        Deterministic => "relaxed vector operators give the same bits on every machine"),
    field!(cpu: Cpu = Avx2, Cpu::ANYWHERE,
        Avx2 => "instructions of every CPU with AVX2",
        Avx512 => "AVX-512 and GFNI forms of vector operators",
        Native => "the best of what the compiling CPU has"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_all_fields() {
        let mut product = 1;
        for field in Strategy::fields() {
            let values: Vec<_> = field.values().collect();
            assert!(values.contains(&field.simplest), "{}", field.name);
            assert!(values.len() > 1, "{} has no choice", field.name);
            product *= values.len();
        }
        let all = Strategy::all();
        assert_eq!(all.len(), product);
        for (i, s) in all.iter().enumerate() {
            assert_eq!(s.to_string().parse(), Ok(*s));
            assert!(!all[..i].contains(s), "{s} twice");
        }
        // Printing says all there is.
        assert!(all.contains(&Strategy::MAX) && all.contains(&Strategy::BASELINE));
        let printed = format!("{:?}", Strategy::MAX);
        assert_eq!(printed.matches(": ").count(), Strategy::fields().len(), "{printed}");
    }

    /// The page has the table, and nothing that is not of it.
    #[test]
    fn the_page_has_all_values() {
        let mut rows = String::new();
        for field in FIELDS {
            for value in field.values() {
                let default = if field.is_default(value) { " (default)" } else { "" };
                rows += &format!("| `{}` | `{value}`{default} | {} |\n", field.name, field.meaning(value));
            }
        }
        let page = include_str!("../strategy.md");
        let table = page.split_once("|---|---|---|\n").and_then(|(_, rest)| rest.split("\n\n").next()).unwrap();
        assert_eq!(table.trim_end(), rows.trim_end(), "codegen/strategy.md");
        assert!(page.contains(&format!("`{}`", Strategy::MAX)) && page.contains(&format!("`{}`", Strategy::BASELINE)), "{page}");
    }

    #[test]
    fn matrices() {
        let of = |text: &str| Strategy::matrix(text).map(|all| all.iter().map(|s| s.to_string()).collect::<Vec<_>>());
        assert_eq!(of("max").unwrap(), [Strategy::MAX.to_string()]);
        assert_eq!(of("").unwrap(), [Strategy::MAX.to_string()]);
        let product = of("baseline,regalloc=linear,spill-all,bounds=*").unwrap();
        assert_eq!(product.len(), 4);
        assert!(product.iter().all(|s| s.contains("passes=none")) && product[1].contains("regalloc=linear,bounds=compare"), "{product:?}");
        assert_eq!(of("bounds=guard,guard").unwrap().len(), 1);
        assert_eq!(of("interrupt=*").unwrap().len(), Interrupt::ALL.len());
        assert!(of("cpu=avx512").unwrap()[0].contains(",cpu=avx512"));
        assert_eq!(of("cpu=*").unwrap().len(), 2);
        assert!(of("regalloc=*,x").unwrap_err().contains("known values are"));
        assert!(of("colour=*").unwrap_err().contains("known fields are"));
        assert!(of("fast").unwrap_err().contains("is not FIELD=VALUE"));
    }

    #[test]
    fn ablations_differ_in_one_field() {
        let all = Strategy::ablations();
        assert_eq!(all[0], Strategy::MAX);
        assert!(all.len() > 3);
        let changed = |s: &Strategy| FIELDS.iter().filter(|f| (f.get)(s) != (f.get)(&Strategy::MAX)).count();
        assert!(all[1..].iter().all(|s| changed(s) == 1));
    }
}

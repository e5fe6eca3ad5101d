//! Flags that several commands have, and the values they take.
use anyhow::bail;
use clap::ValueEnum;
use samite::{Config, Engine, EngineKind};
use samite_codegen::driver::Strategy;
use std::fmt;
use std::time::Duration;

/// What runs wasm code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Runner {
    /// Machine code
    Compiled,
    /// The reference interpreter: slow, and by the letter of the specification
    Reference,
}

/// What runs the code, and how the code is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Configuration {
    Compiled(Strategy),
    Reference,
}

impl Configuration {
    /// Sets the engine and the strategy; the rest stays.
    pub fn apply(self, config: &mut Config) {
        match self {
            Configuration::Compiled(strategy) => config.engine(EngineKind::Compiled).strategy(strategy),
            Configuration::Reference => config.engine(EngineKind::Reference),
        };
    }
    pub fn engine(self) -> anyhow::Result<Engine> {
        let mut config = Config::new();
        self.apply(&mut config);
        Engine::new(&config)
    }
    /// None for the reference interpreter.
    pub fn strategy(self) -> Option<Strategy> {
        match self {
            Configuration::Compiled(strategy) => Some(strategy),
            Configuration::Reference => None,
        }
    }
}

impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Configuration::Compiled(strategy) => strategy.fmt(f),
            Configuration::Reference => f.write_str("reference"),
        }
    }
}

/// One engine.
#[derive(Clone, Debug, clap::Args)]
pub struct EngineArgs {
    /// What runs the code
    #[arg(long, value_enum, default_value_t = Runner::Compiled)]
    engine: Runner,
    /// How to compile: `max`, `baseline`, or FIELD=VALUE,...
    #[arg(long, long_help = strategies())]
    strategy: Option<Strategy>,
}

impl EngineArgs {
    /// What the command line says of how to compile.
    pub fn strategy(&self) -> Option<Strategy> {
        self.strategy
    }
    pub fn configuration(&self) -> anyhow::Result<Configuration> {
        match (self.engine, self.strategy) {
            (Runner::Compiled, strategy) => Ok(Configuration::Compiled(strategy.unwrap_or_default())),
            (Runner::Reference, None) => Ok(Configuration::Reference),
            (Runner::Reference, Some(_)) => bail!("--strategy says how to compile; --engine reference does not compile"),
        }
    }
}

/// Engines to be compared.
#[derive(Clone, Debug, clap::Args)]
pub struct EnginesArgs {
    /// What runs the code
    #[arg(long, value_enum, default_value_t = Runner::Compiled)]
    engine: Runner,
    /// How to compile: `max`, `baseline`, FIELD=VALUE,... ; FIELD=VALUE,VALUE or FIELD=* for several, and the product of several such
    /// fields; `all` for every combination, `covering` for a few that have every pair of values, or `reference` for the interpreter; may
    /// be given several times
    #[arg(long, value_name = "STRATEGY", long_help = many_strategies())]
    strategy: Vec<String>,
}

impl EnginesArgs {
    /// In the order given, each once; `default` if none is given.
    pub fn configurations(&self, default: &[Strategy]) -> anyhow::Result<Vec<Configuration>> {
        let mut all = Vec::new();
        match (self.engine, self.strategy.is_empty()) {
            (Runner::Reference, true) => all.push(Configuration::Reference),
            (Runner::Reference, false) => bail!("--engine reference does not compile; to compare with it, add --strategy reference"),
            (Runner::Compiled, true) => all.extend(default.iter().map(|s| Configuration::Compiled(*s))),
            (Runner::Compiled, false) => {}
        }
        for word in &self.strategy {
            match word.as_str() {
                "all" => all.extend(Strategy::all().into_iter().map(Configuration::Compiled)),
                "covering" => all.extend(Strategy::covering().into_iter().map(Configuration::Compiled)),
                "reference" => all.push(Configuration::Reference),
                text => all.extend(Strategy::matrix(text).map_err(anyhow::Error::msg)?.into_iter().map(Configuration::Compiled)),
            }
        }
        let mut unique: Vec<Configuration> = Vec::with_capacity(all.len());
        for configuration in all {
            if !unique.contains(&configuration) {
                unique.push(configuration);
            }
        }
        Ok(unique)
    }
}

/// Limits of what a module may use.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// Largest size of a memory, such as 512M
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub max_memory_size: Option<u64>,
    /// Most elements of a table
    #[arg(long, value_name = "COUNT", value_parser = size)]
    pub max_table_elements: Option<u64>,
    /// Stack of the program, such as 8M [default: 1M]
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub max_wasm_stack: Option<u64>,
}

impl LimitArgs {
    pub fn apply(&self, config: &mut Config) {
        if let Some(bytes) = self.max_memory_size {
            config.max_memory_bytes(bytes);
        }
        if let Some(count) = self.max_table_elements {
            config.max_table_elements(count);
        }
        if let Some(bytes) = self.max_wasm_stack {
            config.max_wasm_stack(usize::try_from(bytes).unwrap_or(usize::MAX));
        }
    }
}

/// A count with an optional factor: 64K, 8MiB, 1G.
pub fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err("expected a number, or one with K, M or G".into()),
    };
    let number: u64 = digits.parse().map_err(|_| "expected a number, or one with K, M or G".to_string())?;
    number.checked_mul(factor).ok_or_else(|| "the number is too large".into())
}

/// A time: 5s, 250ms, 2m, or seconds without a unit.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "" | "s" => 1.0,
        "ms" => 1e-3,
        "us" => 1e-6,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err("expected a time such as 5s, 250ms or 2m".into()),
    };
    let number: f64 = digits.parse().map_err(|_| "expected a time such as 5s, 250ms or 2m".to_string())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| "the time is negative or too long".into())
}

/// A time after which something is stopped.
pub fn timeout(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("nothing ends in no time".into()),
        time => Ok(time),
    }
}

/// What `--help` says of --strategy: the fields and values that there are.
pub fn strategies() -> String {
    format!("How to compile: `max`, `baseline`, or FIELD=VALUE,...; fields that are not named keep their default\n\n{}", values())
}

/// The same, where several are compared.
pub fn many_strategies() -> String {
    format!(
        "How to compile: `max`, `baseline`, FIELD=VALUE,... ; FIELD=VALUE,VALUE or FIELD=* for several, and the product of several such \
         fields; `all` for every combination, `covering` for a few that have every pair of values, or `reference` for the interpreter; may be given \
         several times\n\n{}",
        values()
    )
}

/// A line for each value (codegen/strategy.md is the same as a page), the default with a star.
fn values() -> String {
    let mut text = String::new();
    for field in Strategy::fields() {
        for (n, value) in field.values().enumerate() {
            let (name, star) = (if n == 0 { field.name } else { "" }, if field.is_default(value) { "*" } else { " " });
            text += &format!("{name:<10}{star} {value:<14}{}\n", field.meaning(value));
        }
    }
    let baseline = Strategy::fields().iter().filter(|field| field.of(&Strategy::BASELINE) != field.of(&Strategy::MAX));
    let baseline: Vec<String> = baseline.map(|field| format!("{}={}", field.name, field.of(&Strategy::BASELINE))).collect();
    text + &format!("\n* is the default, all of them `max`; `baseline` is {}", baseline.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(size("17"), Ok(17));
        assert_eq!(size("64K"), Ok(64 << 10));
        assert_eq!(size("8MiB"), Ok(8 << 20));
        assert_eq!(size("4g"), Ok(4 << 30));
        for wrong in ["", "K", "-1", "1.5M", "8X", "99999999999G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lists_of_strategies() {
        let of = |words: &[&str]| {
            let strategy = words.iter().map(|w| w.to_string()).collect();
            EnginesArgs { engine: Runner::Compiled, strategy }.configurations(&[Strategy::MAX, Strategy::BASELINE])
        };
        let (max, baseline) = (Configuration::Compiled(Strategy::MAX), Configuration::Compiled(Strategy::BASELINE));
        assert_eq!(of(&[]).unwrap(), [max, baseline]);
        assert_eq!(of(&["baseline", "reference", "max", "baseline"]).unwrap(), [baseline, Configuration::Reference, max]);
        assert_eq!(of(&["all"]).unwrap().len(), Strategy::all().len());
        assert_eq!(of(&["all", "covering", "max"]).unwrap().len(), Strategy::all().len());
        assert!(of(&["passes=x"]).unwrap_err().to_string().contains("known values are"));
    }

    #[test]
    fn durations() {
        assert_eq!(duration("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "s", "-1s", "1y", "1e300"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert!(timeout("0s").is_err() && timeout("1ms").is_ok());
    }
}

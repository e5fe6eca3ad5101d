//! Flags that several commands have, and the values they take.
use clap::ValueEnum;
use samite::{Config, EngineKind};
use std::time::Duration;

/// What runs wasm code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Runner {
    /// Machine code
    Compiled,
    /// The reference interpreter: slow, and by the letter of the specification
    Reference,
}

impl Runner {
    pub fn kind(self) -> EngineKind {
        match self {
            Runner::Compiled => EngineKind::Compiled,
            Runner::Reference => EngineKind::Reference,
        }
    }
}

/// Which engine.
#[derive(Clone, Debug, clap::Args)]
pub struct EngineArgs {
    /// What runs the code
    #[arg(long, value_enum, default_value_t = Runner::Reference)]
    pub engine: Runner,
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
    fn durations() {
        assert_eq!(duration("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "s", "-1s", "1y", "1e300"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}

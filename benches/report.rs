//! What was measured, for people (a table) and for programs (JSON).
use crate::measure::{Measured, Row};
use crate::stats::geometric_mean;
use serde::Serialize;
use std::fmt::Write;

/// All that was measured, and on what.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Of this crate.
    pub version: &'static str,
    pub machine: Machine,
    pub suite: String,
    pub strategies: Vec<String>,
    pub rows: Vec<Row>,
    /// In the order of `strategies`.
    pub summary: Vec<Summary>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    pub os: &'static str,
    pub arch: &'static str,
    /// As the system calls it; empty if it does not say.
    pub cpu: String,
    pub cores: usize,
}

impl Machine {
    pub fn this() -> Machine {
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Machine {
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            cpu: name.map(|(_, name)| name.to_string()).unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, |n| n.get()),
        }
    }
}

/// A strategy over all kernels that worked under it and under the first one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Kernels that failed.
    pub failed: usize,
    /// Geometric means of the ratios to the first strategy: run time, compile time, bytes of code, spills (of kernels that have some
    /// under both). None if there is nothing to divide.
    pub run: Option<f64>,
    pub compile: Option<f64>,
    pub code: Option<f64>,
    pub spills: Option<f64>,
    pub total_run_ms: f64,
    pub total_compile_ms: f64,
    pub total_code_bytes: Option<u64>,
    pub total_spills: Option<u64>,
}

impl Report {
    pub fn new(suite: String, strategies: Vec<String>, rows: Vec<Row>) -> Report {
        let summary = (0..strategies.len()).map(|k| summarize(&rows, k)).collect();
        Report { version: env!("CARGO_PKG_VERSION"), machine: Machine::this(), suite, strategies, rows, summary }
    }
    pub fn failed(&self) -> usize {
        self.summary.iter().map(|s| s.failed).sum()
    }
}

fn summarize(rows: &[Row], strategy: usize) -> Summary {
    let ratios = |of: &dyn Fn(&Measured) -> Option<f64>| {
        let pairs = rows.iter().filter_map(|row| Some((of(&row.measured[0])?, of(&row.measured[strategy])?)));
        geometric_mean(pairs.filter(|(a, b)| *a > 0.0 && *b > 0.0).map(|(first, this)| this / first))
    };
    let measured = || rows.iter().map(|row| &row.measured[strategy]);
    let total = |of: &dyn Fn(&Measured) -> Option<u64>| measured().filter_map(of).reduce(|sum, n| sum + n);
    Summary {
        failed: measured().filter(|m| m.error.is_some()).count(),
        run: ratios(&|m| m.run_ms()),
        compile: ratios(&|m| m.compile_ms()),
        code: ratios(&|m| m.code_bytes.map(|n| n as f64)),
        spills: ratios(&|m| m.spills.map(|n| n as f64)),
        total_run_ms: measured().filter_map(|m| m.run_ms()).sum(),
        total_compile_ms: measured().filter_map(|m| m.compile_ms()).sum(),
        total_code_bytes: total(&|m| m.code_bytes),
        total_spills: total(&|m| m.spills),
    }
}

/// Strategies are called A, B, C ... in tables.
pub fn letter(strategy: usize) -> String {
    char::from_u32('A' as u32 + strategy as u32).filter(char::is_ascii_uppercase).map_or(format!("#{strategy}"), String::from)
}

const NAME: usize = 14;

/// Columns of the table: title, width, and what stands there.
fn columns(strategies: usize) -> Vec<(&'static str, usize, Cell)> {
    let mut columns = Vec::new();
    let all = 0..strategies;
    columns.extend(all.clone().map(|k| ("run ms", 10, Cell::Run(k))));
    columns.extend(all.clone().skip(1).map(|k| ("run", 8, Cell::Ratio(k))));
    columns.extend(all.clone().map(|k| ("compile ms", 11, Cell::Compile(k))));
    columns.extend(all.clone().map(|k| ("code bytes", 11, Cell::Code(k))));
    columns.extend(all.map(|k| ("spills", 8, Cell::Spills(k))));
    columns
}

#[derive(Clone, Copy)]
enum Cell {
    Run(usize),
    Ratio(usize),
    Compile(usize),
    Code(usize),
    Spills(usize),
}

impl Cell {
    fn label(self) -> String {
        match self {
            Cell::Run(k) | Cell::Compile(k) | Cell::Code(k) | Cell::Spills(k) => letter(k),
            Cell::Ratio(k) => format!("{}/A", letter(k)),
        }
    }
    fn text(self, row: &[Measured]) -> String {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
        match self {
            Cell::Run(k) if row[k].error.is_some() => "failed".into(),
            Cell::Run(k) => or_dash(row[k].run_ms().map(|ms| format!("{ms:.2}"))),
            Cell::Ratio(k) => or_dash(row[k].run_ms().zip(row[0].run_ms()).map(|(this, first)| format!("{:.2}", this / first))),
            Cell::Compile(k) => or_dash(row[k].compile_ms().map(|ms| format!("{ms:.2}"))),
            Cell::Code(k) => or_dash(row[k].code_bytes.map(thousands)),
            Cell::Spills(k) => or_dash(row[k].spills.map(thousands)),
        }
    }
}

/// The two lines above the table.
pub fn header(strategies: usize) -> String {
    let columns = columns(strategies);
    let mut titles = format!("{:NAME$}", "");
    let mut labels = format!("{:NAME$}", "kernel");
    let mut before = "";
    for (title, width, cell) in &columns {
        let shown = if *title == before { "" } else { *title };
        before = title;
        let _ = write!(titles, "{shown:>width$}");
        let _ = write!(labels, "{:>width$}", cell.label());
    }
    format!("{}\n{labels}", titles.trim_end())
}

/// A line of the table, and a line for each failure.
pub fn row(row: &Row) -> String {
    let mut line = format!("{:NAME$}", row.kernel);
    for (_, width, cell) in columns(row.measured.len()) {
        let _ = write!(line, "{:>width$}", cell.text(&row.measured));
    }
    for (k, measured) in row.measured.iter().enumerate() {
        if let Some(error) = &measured.error {
            let _ = write!(line, "\n    {}: {error}", letter(k));
        }
    }
    line
}

/// What stands below the table: a line for each strategy.
pub fn summary(report: &Report) -> String {
    let mut text = String::new();
    let count = report.rows.len();
    let kernels = if count == 1 { "1 kernel".to_string() } else { format!("{count} kernels") };
    let _ = writeln!(text, "geometric means over {kernels}, relative to A (less is better), and totals");
    let _ = writeln!(
        text,
        "{:4}{:>8}{:>9}{:>8}{:>8}{:>12}{:>12}{:>13}{:>9}  strategy",
        "", "run", "compile", "code", "spills", "run ms", "compile ms", "code bytes", "spills"
    );
    for (k, s) in report.summary.iter().enumerate() {
        let ratio = |r: Option<f64>| r.map_or("-".into(), |r| format!("{r:.3}"));
        let number = |n: Option<u64>| n.map_or("-".into(), thousands);
        let _ = write!(
            text,
            "{:4}{:>8}{:>9}{:>8}{:>8}{:>12.1}{:>12.1}{:>13}{:>9}  {}",
            letter(k),
            ratio(s.run),
            ratio(s.compile),
            ratio(s.code),
            ratio(s.spills),
            s.total_run_ms,
            s.total_compile_ms,
            number(s.total_code_bytes),
            number(s.total_spills),
            report.strategies[k],
        );
        if s.failed > 0 {
            let _ = write!(text, " ({} FAILED)", s.failed);
        }
        text.push('\n');
    }
    text
}

/// 1234567 as 1,234,567.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(run_ms: u64, code: u64) -> Measured {
        Measured { error: None, run_ns: vec![run_ms * 1_000_000], compile_ns: vec![500_000], code_bytes: Some(code), spills: Some(0) }
    }

    fn example() -> Report {
        let rows = [("one", 10, 20), ("two", 10, 80)].map(|(kernel, a, b)| Row {
            kernel: kernel.into(),
            group: "g".into(),
            iterations: 1,
            wasm_bytes: 8,
            measured: vec![measured(a, 1000), measured(b, 4000)],
        });
        Report::new("example".into(), vec!["first".into(), "second".into()], rows.to_vec())
    }

    #[test]
    fn means_are_relative_to_the_first() {
        let report = example();
        let second = &report.summary[1];
        assert!((second.run.unwrap() - 4.0).abs() < 1e-9);
        assert!((second.code.unwrap() - 4.0).abs() < 1e-9);
        assert_eq!(second.spills, None);
        assert_eq!(second.total_code_bytes, Some(8000));
        assert_eq!(report.summary[0].run, Some(1.0));
    }

    #[test]
    fn a_failure_is_shown_and_not_averaged() {
        let mut report = example();
        report.rows[0].measured[1].error = Some("wrong answer".into());
        let report = Report::new(report.suite, report.strategies, report.rows);
        assert_eq!(report.failed(), 1);
        assert!((report.summary[1].run.unwrap() - 8.0).abs() < 1e-9);
        assert!(row(&report.rows[0]).contains("failed") && row(&report.rows[0]).ends_with("B: wrong answer"));
        assert!(summary(&report).contains("(1 FAILED)"));
    }

    #[test]
    fn columns_line_up() {
        let report = example();
        let head = header(2);
        let labels = head.lines().last().unwrap();
        assert_eq!(labels.len(), row(&report.rows[0]).len(), "\n{labels}\n{}", row(&report.rows[0]));
    }

    #[test]
    fn digits_in_threes() {
        assert_eq!([0, 999, 1000, 1234567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}

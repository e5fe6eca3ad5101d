//! Numbers as people read them, and what they mean in a sentence.
use crate::analysis::{Analysis, Quantity};
use crate::stats::{Judged, Verdict};
use samite_codegen::driver::Strategy;

/// Subjects are called A, B, C ... in tables.
pub fn letter(subject: usize) -> String {
    char::from_u32('A' as u32 + subject as u32).filter(char::is_ascii_uppercase).map_or(format!("#{subject}"), String::from)
}

/// What to call a subject: a strategy by its name if it has one, or by the fields in which it is not the first one: of `a=1,b=2` and `a=1,b=3`,
/// `b=3`. The first one, and what is no such list, has all.
pub fn short(analysis: &Analysis, subject: usize) -> String {
    let subjects = &analysis.experiment.subjects;
    let name = &subjects[subject].name;
    named(name).map_or_else(|| different_fields(&subjects[0].name, name), str::to_string)
}

/// The same, with all fields in parentheses behind a name that stands for them.
pub fn whole(analysis: &Analysis, subject: usize) -> String {
    let subjects = &analysis.experiment.subjects;
    let name = &subjects[subject].name;
    let fields = different_fields(&subjects[0].name, name);
    match named(name) {
        Some(short) if fields == *name => format!("{short} ({name})"),
        Some(short) => format!("{short} (A with {fields})"),
        None if fields == *name => fields,
        None => format!("A with {fields}"),
    }
}

/// Strategies that have a name.
fn named(strategy: &str) -> Option<&'static str> {
    let names = [(Strategy::MAX, "max"), (Strategy::BASELINE, "baseline")];
    names.into_iter().find(|(known, _)| known.to_string() == strategy).map(|(_, name)| name)
}

fn different_fields(first: &str, name: &str) -> String {
    let fields: Vec<&str> = name.split(',').collect();
    let others: Vec<&str> = first.split(',').collect();
    if name == first || fields.len() < 2 || !fields.iter().chain(&others).all(|f| f.contains('=')) {
        return name.to_string();
    }
    fields.into_iter().filter(|f| !others.contains(f)).collect::<Vec<_>>().join(",")
}

pub fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Faster => "▼",
        Verdict::Slower => "▲",
        Verdict::CannotTell => "~",
    }
}

pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Faster => "faster",
        Verdict::Slower => "slower",
        Verdict::CannotTell => "cannot tell",
    }
}

/// Three digits that matter.
pub fn ratio(ratio: f64) -> String {
    match ratio {
        r if r < 9.9995 => format!("{r:.3}"),
        r if r < 99.95 => format!("{r:.1}"),
        r => format!("{r:.0}"),
    }
}

/// How many times faster or slower.
pub fn direction(ratio: f64) -> (String, &'static str) {
    let (factor, word) = if ratio < 1.0 { (1.0 / ratio, "faster") } else { (ratio, "slower") };
    (factor_text(factor), word)
}

/// How many times less or more, of a count.
pub fn less_or_more(ratio: f64) -> String {
    let (factor, word) = if ratio < 1.0 { (1.0 / ratio, "less") } else { (ratio, "more") };
    match factor_text(factor) {
        same if same == "1.00x" => "same".into(),
        factor => format!("{factor} {word}"),
    }
}

fn factor_text(factor: f64) -> String {
    match factor {
        f if f < 9.995 => format!("{f:.2}x"),
        f if f < 99.95 => format!("{f:.1}x"),
        f => format!("{f:.0}x"),
    }
}

/// Text as lines of no more than `width` columns, broken at blanks and behind commas; all but the first start with `indent`.
pub fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for piece in text.split_inclusive([' ', ',']) {
        let last = lines.last_mut().expect("there is one");
        if last.trim().is_empty() || last.chars().count() + piece.trim_end().chars().count() <= width {
            last.push_str(piece);
        } else {
            lines.push(format!("{indent}{piece}"));
        }
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// `±1.2%`; `±?` of more than 100 %, where the digits say nothing.
pub fn uncertainty(judged: &Judged) -> String {
    match judged.uncertainty() {
        u if u < 1.0 => format!("±{}", percent(u)),
        _ => "±?".into(),
    }
}

/// Of a part of 1.
pub fn percent(part: f64) -> String {
    match part * 100.0 {
        p if !p.is_finite() || p >= 1000.0 => "?".to_string(),
        p if p < 9.95 => format!("{p:.1}%"),
        p => format!("{p:.0}%"),
    }
}

/// A time with the unit that suits it.
pub fn time(ns: f64) -> String {
    let (value, unit) = match ns {
        n if n < 1e3 => (n, "ns"),
        n if n < 1e6 => (n / 1e3, "µs"),
        n if n < 1e9 => (n / 1e6, "ms"),
        n => (n / 1e9, "s"),
    };
    match value {
        v if v < 10.0 => format!("{v:.2} {unit}"),
        v if v < 100.0 => format!("{v:.1} {unit}"),
        v => format!("{v:.0} {unit}"),
    }
}

/// 1234567 as 1,234,567.
pub fn thousands(n: u64) -> String {
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

pub fn many(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// How often it was measured: `5 processes of 5 runs`.
pub fn plan(analysis: &Analysis) -> String {
    let plan = &analysis.experiment.plan;
    let (processes, runs) = (many_processes(plan.processes as usize), many(plan.samples as usize, "run"));
    let each = if plan.processes == 1 { "" } else { " each" };
    let mut text = format!("{processes} of {runs}{each}, {}", analysis.clock.name());
    if plan.quick {
        text.push_str(", small amounts of work");
    }
    if let Some(core) = plan.pinned {
        text.push_str(&format!(", pinned to core {core}"));
    }
    text
}

fn many_processes(n: usize) -> String {
    if n == 1 { "1 process".into() } else { format!("{n} processes") }
}

/// A subject over the suite, in a sentence or two. `this` and `first` are what it and the baseline are called.
pub fn sentence(analysis: &Analysis, subject: usize, this: &str, first: &str) -> String {
    let summary = &analysis.summaries[subject];
    let Some(run) = summary.means.get(&Quantity::Run) else {
        return format!("{this} has nothing to compare with {first}.");
    };
    let (factor, word) = direction(run.judged.ratio);
    let sure = uncertainty(&run.judged);
    let mut text = match run.judged.verdict {
        Verdict::CannotTell => format!(
            "Whether {this} is faster than {first} cannot be told from these runs, as {}: {factor} {word} ({sure})",
            why_not(analysis, &run.judged)
        ),
        Verdict::Faster | Verdict::Slower => format!("{this} is {factor} {word} than {first} ({sure})"),
    };
    if run.benches > 1 {
        let parts = [(summary.faster, "faster"), (summary.slower, "slower"), (summary.cannot_tell, "cannot tell")];
        let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).collect();
        let counts = match parts[..] {
            [(_, what)] if summary.cannot_tell == 0 => format!("all {what}"),
            _ => parts.iter().map(|(n, what)| format!("{n} {what}")).collect::<Vec<_>>().join(", "),
        };
        text.push_str(&format!(" over {} programs: {counts}", run.benches));
    }
    text.push('.');
    if let Some(compile) = summary.means.get(&Quantity::Compile) {
        let (factor, word) = direction(compile.judged.ratio);
        text.push_str(&match compile.judged.verdict {
            Verdict::CannotTell => " Whether it compiles faster cannot be told.".to_string(),
            Verdict::Faster | Verdict::Slower => format!(" It compiles {factor} {word} ({}).", uncertainty(&compile.judged)),
        });
    }
    if summary.failed > 0 {
        text.push_str(&format!(" {} FAILED.", summary.failed));
    }
    text
}

/// Why a comparison has no verdict.
fn why_not(analysis: &Analysis, judged: &Judged) -> String {
    let ends = |ratio: f64| {
        let (factor, word) = direction(ratio);
        format!("{factor} {word}")
    };
    match () {
        () if analysis.experiment.plan.processes == 1 => "one process of each says nothing of the next".into(),
        () if judged.low == 0.0 || judged.uncertainty() >= 1.0 => "its processes scatter too much".into(),
        () if judged.low < 1.0 && judged.high > 1.0 => format!("they allow for {} to {}", ends(judged.low), ends(judged.high)),
        () => "among so many comparisons one like this comes by chance".into(),
    }
}

/// What this experiment could have seen.
pub fn sight(analysis: &Analysis) -> Option<String> {
    if analysis.experiment.subjects.len() < 2 {
        return None;
    }
    let more = "more processes (`--processes`, `--thorough`) show smaller ones";
    match analysis.detectable() {
        _ if analysis.experiment.plan.processes == 1 => {
            Some("One process of each says nothing of the next one: no verdicts on single programs.".to_string())
        }
        Some(part) if part < 10.0 => {
            Some(format!("In a single program these runs show differences of about {} and more; {more}.", percent(part)))
        }
        Some(_) => Some(format!("In a single program this noise hides any difference; {more}.")),
        // Nothing was compared.
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_threes() {
        assert_eq!([0, 999, 1000, 1234567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn what_is_different() {
        assert_eq!(different_fields("a=1,b=2", "a=1,b=3"), "b=3");
        assert_eq!(different_fields("a=1,b=2", "a=1,b=2"), "a=1,b=2");
        assert_eq!(different_fields("a=1,b=2", "node"), "node");
        assert_eq!(different_fields("node", "a=1,b=2"), "a=1,b=2");
    }

    #[test]
    fn lines_are_broken() {
        assert_eq!(wrap("  A  a=1,b=2,c=3 (x y)", 13, "     "), "  A  a=1,b=2,\n     c=3 (x\n     y)\n");
        assert_eq!(wrap("longer than that", 3, ""), "longer\nthan\nthat\n");
    }

    #[test]
    fn times_more_or_less() {
        assert_eq!([0.5, 1.0, 12.345].map(direction), [("2.00x".into(), "faster"), ("1.00x".into(), "slower"), ("12.3x".into(), "slower")]);
        assert_eq!([0.5, 1.001, 1.5].map(less_or_more), ["2.00x less", "same", "1.50x more"]);
    }

    #[test]
    fn three_digits() {
        assert_eq!([0.4123, 1.0, 9.99, 12.345, 1234.5].map(ratio), ["0.412", "1.000", "9.990", "12.3", "1234"]);
        assert_eq!([999.0, 12_345.0, 40.04e6, 1.5e9].map(time), ["999 ns", "12.3 µs", "40.0 ms", "1.50 s"]);
        assert_eq!([0.0123, 0.25, f64::INFINITY].map(percent), ["1.2%", "25%", "?"]);
    }
}

//! The checked-in list of what official scripts do not pass yet, and why.
//!
//! A line is `FILE COUNT REASON`: so many commands of the file fail, each for the feature `REASON`, or each for a line number named in
//! `superseded LINE`: assertions of an early version of the specification that a later one takes back. Whatever fails without being
//! listed is a failure, and so is a line that says more than what fails: the list only shrinks.
use super::{Failure, Outcome};
use std::collections::BTreeMap;
use std::fmt;

const SUPERSEDED: &str = "superseded";

/// Expected failures by file and reason.
#[derive(Clone, Debug, Default)]
pub struct Later {
    files: BTreeMap<String, BTreeMap<String, usize>>,
}

/// What is left of an outcome when the list is taken off.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    pub passed: usize,
    /// Failures as listed, for a feature.
    pub later: usize,
    /// Failures as listed, of assertions that a later version takes back.
    pub superseded: usize,
    /// One line each: failures that are not listed, and list entries without failures.
    pub wrong: Vec<String>,
}

impl Later {
    pub fn parse(text: &str) -> Result<Later, String> {
        let mut later = Later::default();
        for (n, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = || format!("line {}: expected `FILE COUNT REASON`, found `{line}`", n + 1);
            let mut parts = line.splitn(3, ' ');
            let (file, count, reason) = (parts.next(), parts.next(), parts.next());
            let (Some(file), Some(Ok(count)), Some(reason)) = (file, count.map(str::parse), reason) else { return Err(wrong()) };
            let reasons = later.files.entry(file.to_string()).or_default();
            if count == 0 || reasons.insert(reason.to_string(), count).is_some() {
                return Err(wrong());
            }
        }
        Ok(later)
    }
    /// Files of the list that are not among `files`.
    pub fn unknown<'a>(&'a self, files: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.files.keys().map(String::as_str).filter(|file| !files.contains(file))
    }
    /// Takes the listed failures off.
    pub fn judge(&self, file: &str, outcome: &Outcome) -> Judged {
        let nothing = BTreeMap::new();
        let listed = self.files.get(file).unwrap_or(&nothing);
        let mut found: BTreeMap<String, Vec<&Failure>> = BTreeMap::new();
        for failure in &outcome.failures {
            let superseded = format!("{SUPERSEDED} {}", failure.line);
            let reason = if listed.contains_key(&superseded) { superseded } else { failure.feature.clone().unwrap_or_default() };
            found.entry(reason).or_default().push(failure);
        }
        let mut judged = Judged { passed: outcome.passed, ..Judged::default() };
        for (reason, failures) in &found {
            match listed.get(reason) {
                Some(count) if *count == failures.len() && reason.starts_with(SUPERSEDED) => judged.superseded += count,
                Some(count) if *count == failures.len() => judged.later += count,
                Some(count) => judged.wrong.push(format!(
                    "{file}: listed are {count} failures for {reason}, there are {}; the list says what fails, neither more nor less",
                    failures.len()
                )),
                None => judged.wrong.extend(failures.iter().map(|failure| format!("{file}:{failure}"))),
            }
        }
        for (reason, count) in listed.iter().filter(|(reason, _)| !found.contains_key(*reason)) {
            judged.wrong.push(format!("{file}: listed are {count} failures for {reason}, there are none: take the line off the list"));
        }
        judged
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(failures: &[(usize, Option<&str>)]) -> Outcome {
        let failures =
            failures.iter().map(|(line, feature)| Failure { line: *line, message: "no".into(), feature: feature.map(str::to_string) });
        Outcome { passed: 7, failures: failures.collect() }
    }

    #[test]
    fn the_list_only_shrinks() {
        let later = Later::parse("# why\na.wast 2 SIMD\n\na.wast 1 superseded 9\n").unwrap();
        let judged = later.judge("a.wast", &outcome(&[(1, Some("SIMD")), (2, Some("SIMD")), (9, None)]));
        assert_eq!((judged.passed, judged.later, judged.superseded), (7, 2, 1));
        assert!(judged.wrong.is_empty(), "{judged:?}");
        for failures in [
            &[(1, Some("SIMD")), (9, None)][..],
            &[(9, None)],
            &[(1, Some("SIMD")), (2, Some("SIMD")), (3, Some("SIMD")), (9, None)],
            &[(1, Some("SIMD")), (2, Some("SIMD"))],
            &[(1, Some("SIMD")), (2, Some("SIMD")), (8, None), (9, None)],
            &[(1, Some("SIMD")), (2, Some("SIMD")), (8, Some("threads")), (9, None)],
        ] {
            assert_eq!(later.judge("a.wast", &outcome(failures)).wrong.len(), 1, "{failures:?}");
        }
        assert_eq!(later.judge("b.wast", &outcome(&[(3, Some("SIMD"))])).wrong, ["b.wast:3: no"]);
    }

    #[test]
    fn bad_lists_are_refused() {
        for text in ["a.wast", "a.wast x SIMD", "a.wast 0 SIMD", "a.wast 1 SIMD\na.wast 2 SIMD"] {
            assert!(Later::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn unknown_files_are_found() {
        let later = Later::parse("a.wast 2 SIMD\nb.wast 1 SIMD").unwrap();
        assert_eq!(later.unknown(&["a.wast"]).collect::<Vec<_>>(), ["b.wast"]);
    }
}

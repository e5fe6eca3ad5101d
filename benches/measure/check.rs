//! What a program did, and whether that was right.
use crate::suite::{Command, Item, Load, Work};
use crate::worker::{Answer, is_value};
use std::borrow::Cow;

/// All that can be seen of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub answer: Answer,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Why an outcome is wrong; None if it is right, as far as the suite tells.
pub fn wrong(item: &Item, load: Option<Load>, outcome: &Outcome) -> Option<String> {
    match (&item.work, load) {
        (Work::Kernel { .. }, Some(Load { iterations, expected })) => {
            let right = matches!(&outcome.answer.values[..], [value] if is_value(&format!("{expected:#x}"), value));
            let shown = outcome.answer.values.join(" ");
            (!right).then(|| format!("wrong answer: run({iterations}) = {shown}, expected i64:{expected:#x}"))
        }
        (Work::Kernel { .. }, None) => None,
        (Work::Invoke { expected, .. }, _) => {
            let expected = expected.as_ref()?;
            let values = &outcome.answer.values;
            let right = values.len() == expected.len() && expected.iter().zip(values).all(|(expected, value)| is_value(expected, value));
            let hexadecimal = expected.iter().any(|text| text.starts_with("0x"));
            let shown: Vec<String> = values.iter().map(|value| if hexadecimal { value.clone() } else { decimal(value) }).collect();
            (!right).then(|| format!("wrong answer: {}, expected {}", shown.join(" "), expected.join(" ")))
        }
        (Work::Wasi(command) | Work::Sightglass(command), _) => {
            if outcome.answer.exit != command.exit {
                let said = String::from_utf8_lossy(&outcome.stderr).lines().next().map(|line| format!(": {line}")).unwrap_or_default();
                return Some(format!("exit code {} instead of {}{said}", outcome.answer.exit, command.exit));
            }
            let streams = [
                ("standard output", &command.expected_stdout, &outcome.stdout),
                ("standard error", &command.expected_stderr, &outcome.stderr),
            ];
            streams.into_iter().find_map(|(name, expected, found)| {
                let difference = differs(&timeless(command, expected.as_ref()?), &timeless(command, found))?;
                Some(format!("wrong {name}: {difference}"))
            })
        }
    }
}

/// Why two subjects do not agree; None if they do. What says how long it took may differ.
pub fn disagree(item: &Item, first: &Outcome, second: &Outcome) -> Option<String> {
    match &item.work {
        Work::Kernel { .. } => None,
        Work::Invoke { .. } => {
            let same = |(a, b): (&String, &String)| a == b || is_value(number(a), b) || is_value(number(b), a);
            let (a, b) = (&first.answer.values, &second.answer.values);
            let agree = a.len() == b.len() && a.iter().zip(b).all(same);
            let shown = |values: &[String]| values.iter().map(|value| decimal(value)).collect::<Vec<_>>().join(" ");
            (!agree).then(|| format!("answers {}, not {}", shown(b), shown(a)))
        }
        Work::Wasi(command) | Work::Sightglass(command) => {
            let difference = differs(&timeless(command, &first.stdout), &timeless(command, &second.stdout))?;
            Some(format!("prints something else: {difference}"))
        }
    }
}

/// A value as people write it: `i32:0xffffffff` is -1, `f64:0x3ff8000000000000` 1.5, `text:42` 42.
fn decimal(value: &str) -> String {
    let Some((ty, shown)) = value.split_once(':') else { return value.to_string() };
    let bits = || u64::from_str_radix(shown.strip_prefix("0x")?, 16).ok();
    match (ty, bits()) {
        ("i32", Some(bits)) => (bits as u32 as i32).to_string(),
        ("i64", Some(bits)) => (bits as i64).to_string(),
        ("f32", Some(bits)) => f32::from_bits(bits as u32).to_string(),
        ("f64", Some(bits)) => f64::from_bits(bits).to_string(),
        ("text", _) => shown.to_string(),
        _ => value.to_string(),
    }
}

/// A value without its type.
fn number(value: &str) -> &str {
    value.split_once(':').map_or(value, |(_, number)| number)
}

/// How many nanoseconds the program says that it took.
pub fn own_time(command: &Command, stdout: &[u8]) -> Option<Result<u64, String>> {
    let regex = command.seconds.as_ref()?;
    let text = String::from_utf8_lossy(stdout);
    let found = regex.captures_iter(&text).filter_map(|captures| captures.get(1)).last();
    Some(match found.map(|found| (found.as_str(), found.as_str().parse::<f64>())) {
        None => Err(format!("prints no time that `{}` finds", regex.as_str())),
        Some((_, Ok(seconds))) if seconds.is_finite() && seconds >= 0.0 => Ok((seconds * 1e9).round() as u64),
        Some((text, _)) => Err(format!("prints `{text}`, which is no number of seconds")),
    })
}

/// An output without the times that it tells.
fn timeless<'o>(command: &Command, output: &'o [u8]) -> Cow<'o, [u8]> {
    let Some(regex) = &command.seconds else { return Cow::Borrowed(output) };
    let text = String::from_utf8_lossy(output);
    let mut kept = String::new();
    let mut at = 0;
    for found in regex.captures_iter(&text).filter_map(|captures| captures.get(1)) {
        kept.push_str(&text[at..found.start()]);
        at = found.end();
    }
    kept.push_str(&text[at..]);
    Cow::Owned(kept.into_bytes())
}

/// The first line that differs.
fn differs(expected: &[u8], found: &[u8]) -> Option<String> {
    let lines = |bytes: &[u8]| -> Vec<String> { String::from_utf8_lossy(bytes).lines().map(str::to_string).collect() };
    if expected == found {
        return None;
    }
    let (expected, found) = (lines(expected), lines(found));
    let shown =
        |line: Option<&String>| line.map_or("nothing".to_string(), |line| format!("`{}`", line.chars().take(60).collect::<String>()));
    let at = (0..expected.len().max(found.len())).find(|&n| expected.get(n) != found.get(n))?;
    Some(format!("line {} is {}, not {}", at + 1, shown(found.get(at)), shown(expected.get(at))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_lite::Regex;

    fn command(expected: &str, seconds: Option<&str>) -> Item {
        let seconds = seconds.map(|pattern| Regex::new(pattern).unwrap());
        let command = Command { expected_stdout: Some(expected.into()), seconds, ..Command::default() };
        Item { name: "x".into(), group: String::new(), about: String::new(), wasm: (&[][..]).into(), work: Work::Wasi(command), twin: None }
    }

    fn printed(stdout: &str) -> Outcome {
        Outcome { stdout: stdout.into(), ..Outcome::default() }
    }

    #[test]
    fn output_is_compared_by_lines() {
        let item = command("a\nb\n", None);
        assert_eq!(wrong(&item, None, &printed("a\r\nb")), None);
        assert_eq!(wrong(&item, None, &printed("a\nc\n")).unwrap(), "wrong standard output: line 2 is `c`, not `b`");
        assert_eq!(wrong(&item, None, &printed("a\n")).unwrap(), "wrong standard output: line 2 is nothing, not `b`");
        let failed = Outcome { answer: Answer { exit: 3, ..Answer::default() }, stderr: b"no\nmore".to_vec(), ..printed("a\nb\n") };
        assert_eq!(wrong(&item, None, &failed).unwrap(), "exit code 3 instead of 0: no");
    }

    #[test]
    fn a_program_tells_its_own_time() {
        let item = command("took 0.5 s\nsum 7\n", Some(r"took ([\d.]+) s"));
        assert_eq!(wrong(&item, None, &printed("took 1.25 s\nsum 7\n")), None);
        assert!(wrong(&item, None, &printed("took 1.25 s\nsum 8\n")).is_some());
        assert_eq!(disagree(&item, &printed("took 1 s\nx"), &printed("took 2 s\nx")), None);
        let Work::Wasi(command) = &item.work else { unreachable!() };
        assert_eq!(own_time(command, b"took 1.25 s\n"), Some(Ok(1_250_000_000)));
        assert!(own_time(command, b"nothing").unwrap().is_err());
        assert!(own_time(command, b"took 1.2.3 s").unwrap().is_err());
    }

    #[test]
    fn answers_are_shown_in_the_base_that_was_asked_for() {
        let wrong_of = |expected: &str, value: &str| {
            let work = Work::Invoke { function: "f".into(), args: Vec::new(), expected: Some(vec![expected.into()]) };
            let outcome = Outcome { answer: Answer { values: vec![value.into()], exit: 0 }, ..Outcome::default() };
            wrong(&Item { work, ..command("", None) }, None, &outcome).unwrap()
        };
        assert_eq!(wrong_of("56", "i64:0x37"), "wrong answer: 55, expected 56");
        assert_eq!(wrong_of("1", "i32:0xffffffff"), "wrong answer: -1, expected 1");
        assert_eq!(wrong_of("1", "f64:0x3ff8000000000000"), "wrong answer: 1.5, expected 1");
        assert_eq!(wrong_of("0x38", "i64:0x37"), "wrong answer: i64:0x37, expected 0x38");
    }

    #[test]
    fn values_agree_across_types() {
        let invoke = Work::Invoke { function: "f".into(), args: Vec::new(), expected: None };
        let item = Item { work: invoke, ..command("", None) };
        let of = |value: &str| Outcome { answer: Answer { values: vec![value.into()], exit: 0 }, ..Outcome::default() };
        assert_eq!(disagree(&item, &of("i32:0xffffffff"), &of("text:-1")), None);
        assert_eq!(disagree(&item, &of("i64:0x5"), &of("i64:0x5")), None);
        assert_eq!(disagree(&item, &of("i64:0x5"), &of("text:6")).unwrap(), "answers 6, not 5");
    }
}

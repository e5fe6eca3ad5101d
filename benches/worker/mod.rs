//! Children that run programs, and how one talks to them: a line of JSON in, a line of JSON out.
//!
//! ```text
//! child                                       parent
//! {"engine":"node","version":"26.10.0"}   ->
//!                                         <-  {"do":"compile","module":PATH}
//! {"wall_ns":N,"cpu_ns":N}                ->
//!                                         <-  {"do":"instantiate","program":PROGRAM}
//! {"wall_ns":N}                           ->
//!                                         <-  {"do":"run","iterations":N}
//! {"wall_ns":N,"answer":{"values":["i64:0x2a"]}}  ->
//!                                         <-  {"do":"quit"}
//! ```
//! `{"do":"profile","iterations":N}` is a question to our own engine alone: it runs for a second and answers where the time went.
//! Whatever goes wrong is `{"error":"one line"}`; the child goes on. A child ends at the end of its input, so that none outlives its parent.
//! All times are of the call alone. Before its first answer a child has compiled a module of one tiny function: what starts
//! up once is not part of any time.
//! What a program writes goes to the files that its `World` names; the parent reads them.
//!
//! - `engine` our own engine behind the protocol; `command` a peer that is only a command line;
//! - `serve` the child's end; `client` the parent's; `launch` what a child is started through.
pub mod client;
pub mod command;
pub mod engine;
pub mod launch;
pub mod serve;

use crate::profile::Profile;
use crate::record::{CodeStats, Sample};
use samite::{Trap, WasmBacktrace};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The first line of a child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub engine: String,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Request {
    Compile {
        module: PathBuf,
        /// Is the child to say what it knows about its code?
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stats: bool,
    },
    Instantiate {
        program: Program,
    },
    /// Runs the program; of a kernel, with this argument. What writes files or ends gets a fresh instance, which is not part of the time.
    Run {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iterations: Option<i32>,
    },
    /// Runs the program for a while, and says where the time goes; no time of this counts.
    Profile {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iterations: Option<i32>,
    },
    Quit,
}

/// What a run is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Program {
    /// The export `run: (i32) -> i64`.
    Kernel {
        /// A small argument, whose whole process is taken off that of a run where only whole processes can be timed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check: Option<i32>,
    },
    /// An exported function.
    Invoke { name: String, args: Vec<String> },
    /// `_start` of a WASI command.
    Wasi(World),
    /// The same, of which the time between its calls of `bench.start` and `bench.end` counts.
    Sightglass(World),
}

/// What a WASI program sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct World {
    /// With the program's name in front.
    pub args: Vec<String>,
    #[serde(default)]
    pub env: Vec<(String, String)>,
    /// Where a directory is, and what the program calls it.
    #[serde(default)]
    pub dirs: Vec<(PathBuf, String)>,
    #[serde(default)]
    pub stdin: Option<PathBuf>,
    /// Written anew by each run.
    pub stdout: PathBuf,
    pub stderr: PathBuf,
}

/// What a child answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// None where nothing was timed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_ns: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ns: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<u64>,
    /// Of the child so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeStats>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
}

/// What a program answered, besides its output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Results as type and bits, `i64:0x2a`, or as the words of a peer, `text:42`.
    #[serde(default)]
    pub values: Vec<String>,
    #[serde(default)]
    pub exit: i32,
}

impl Reply {
    pub fn timed(sample: Sample) -> Reply {
        let Sample { wall_ns, cpu_ns, cycles, instructions } = sample;
        Reply { wall_ns: Some(wall_ns), cpu_ns, cycles, instructions, ..Reply::default() }
    }
    pub fn sample(&self) -> Option<Sample> {
        let Reply { cpu_ns, cycles, instructions, .. } = *self;
        Some(Sample { wall_ns: self.wall_ns?, cpu_ns, cycles, instructions })
    }
}

/// Is a value what was expected? Numbers are decimal or, after `0x`, the bits; the type is that of the value.
pub fn is_value(expected: &str, value: &str) -> bool {
    let (ty, shown) = value.split_once(':').unwrap_or(("text", value));
    let expected_number = integer(expected);
    if ty == "text" {
        let same_number = integer(shown).zip(expected_number).is_some_and(|(a, b)| a as u64 == b as u64);
        let same_float = || shown.parse::<f64>().ok().zip(expected.parse::<f64>().ok()).is_some_and(|(a, b)| a == b);
        return same_number || shown == expected || same_float();
    }
    let Some(bits) = integer(shown) else { return false };
    match ty {
        "i32" => expected_number.is_some_and(|n| n as u32 == bits as u32 && (i128::from(i32::MIN)..1 << 32).contains(&n)),
        "i64" => expected_number.is_some_and(|n| n as u64 == bits as u64 && (i128::from(i64::MIN)..1 << 64).contains(&n)),
        "f32" if !expected.starts_with("0x") => expected.parse::<f32>().is_ok_and(|f| f.to_bits() == bits as u32),
        "f64" if !expected.starts_with("0x") => expected.parse::<f64>().is_ok_and(|f| f.to_bits() == bits as u64),
        _ => expected_number == Some(bits),
    }
}

pub fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let value = match digits.strip_prefix("0x") {
        Some(digits) => i128::from(u64::from_str_radix(digits, 16).ok()?),
        None => digits.parse::<u64>().ok()?.into(),
    };
    Some(if negative { -value } else { value })
}

/// The causes of an error in one line, outermost first; of a backtrace the innermost function.
pub fn one_line(error: &anyhow::Error) -> String {
    let backtrace = error.downcast_ref::<WasmBacktrace>();
    let hidden = backtrace.map(|b| b.to_string());
    let texts = error.chain().map(|cause| cause.to_string()).filter(|text| Some(text) != hidden.as_ref());
    let causes: Vec<String> = texts.map(|text| text.lines().next().unwrap_or_default().to_string()).collect();
    let trap = if error.is::<Trap>() { "wasm trap: " } else { "" };
    let place = backtrace.and_then(|b| b.frames().first()).map(|frame| {
        let function = frame.func_name().map_or(format!("function {}", frame.func_index()), |name| format!("`{name}`"));
        format!(" in {function}{}", frame.module_offset().map_or(String::new(), |at| format!(" at {at:#x}")))
    });
    format!("{trap}{}{}", causes.join(": "), place.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_the_head_comment_says() {
        let request = |text: &str| serde_json::from_str::<Request>(text).unwrap();
        assert_eq!(request(r#"{"do":"compile","module":"a.wasm"}"#), Request::Compile { module: "a.wasm".into(), stats: false });
        assert_eq!(request(r#"{"do":"run"}"#), Request::Run { iterations: None });
        let kernel = request(r#"{"do":"instantiate","program":{"kind":"kernel"}}"#);
        assert_eq!(kernel, Request::Instantiate { program: Program::Kernel { check: None } });
        assert_eq!(serde_json::to_string(&Request::Run { iterations: Some(7) }).unwrap(), r#"{"do":"run","iterations":7}"#);
        let reply: Reply = serde_json::from_str(r#"{"wall_ns":5,"answer":{"values":["i64:0x2a"]}}"#).unwrap();
        assert_eq!(reply.sample().unwrap().wall_ns, 5);
        assert_eq!(reply.answer.unwrap().values, ["i64:0x2a"]);
    }

    #[test]
    fn worlds_travel_whole() {
        let world = World { args: vec!["a".into()], env: vec![("K".into(), "V".into())], ..World::default() };
        let line = serde_json::to_string(&Program::Wasi(world.clone())).unwrap();
        assert!(line.starts_with(r#"{"kind":"wasi","args":["a"]"#), "{line}");
        assert_eq!(serde_json::from_str::<Program>(&line).unwrap(), Program::Wasi(world));
    }

    #[test]
    fn values() {
        for (expected, value) in [
            ("42", "i32:0x2a"),
            ("-1", "i32:0xffffffff"),
            ("4294967295", "i32:0xffffffff"),
            ("0x2a", "i64:0x2a"),
            ("-1", "i64:0xffffffffffffffff"),
            ("1.5", "f64:0x3ff8000000000000"),
            ("0x3fc00000", "f32:0x3fc00000"),
            ("1.5", "f32:0x3fc00000"),
            ("0xffffffffffffffff", "text:-1"),
            ("1.50", "text:1.5"),
            ("null", "text:null"),
        ] {
            assert!(is_value(expected, value), "{expected} {value}");
        }
        for (expected, value) in [("42", "i32:0x2b"), ("1", "f64:0x1"), ("x", "i32:0x0"), ("4294967296", "i32:0x0"), ("2", "text:1")] {
            assert!(!is_value(expected, value), "{expected} {value}");
        }
    }
}

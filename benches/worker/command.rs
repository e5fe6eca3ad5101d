//! A peer that is only a command line, behind the protocol: each run is a process of it, and the time that of the process.
//!
//! Of a kernel, the time of a run with little work is taken off, so that starting and compiling cancel. Where the peer can compile to a
//! file, that is done once, and timed as compiling.
use super::serve::Serve;
use super::{Answer, Program, Reply, Request, World};
use crate::record::Sample;
use anyhow::{Context, bail, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The command lines of a peer. `{module}` is the module, `{compiled}` what `precompile` made of it, `{iterations}`, `{function}`, `{args}`
/// and `{directory}` (the first of the program's) what is to be run. A list in the list is repeated for each directory (`{host}`,
/// `{guest}`) or variable (`{variable}`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    #[serde(default)]
    pub precompile: Option<Vec<Piece>>,
    #[serde(default)]
    pub kernel: Option<Vec<Piece>>,
    #[serde(default)]
    pub invoke: Option<Vec<Piece>>,
    #[serde(default)]
    pub wasi: Option<Vec<Piece>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Piece {
    One(String),
    Each(Vec<String>),
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Piece::One(text) => f.write_str(text),
            Piece::Each(texts) => write!(f, "[{}]...", texts.join(" ")),
        }
    }
}

/// What `samite bench-worker command` is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commander {
    pub program: PathBuf,
    pub lines: Lines,
    #[serde(default)]
    pub env: Vec<(String, String)>,
    /// This very program, through which processes are started.
    pub launcher: PathBuf,
    /// Native programs see the system as it is: they are given the directory and the variables by starting in them.
    #[serde(default)]
    pub native: bool,
}

/// The child.
pub struct Server {
    commander: Commander,
    module: Option<PathBuf>,
    compiled: Option<PathBuf>,
    program: Option<Program>,
}

/// What one process did.
struct Done {
    sample: Sample,
    exit: i32,
    stdout: Vec<u8>,
    stderr: String,
}

impl Server {
    pub fn new(commander: Commander) -> Server {
        Server { commander, module: None, compiled: None, program: None }
    }

    fn compile(&mut self, module: &Path) -> anyhow::Result<Reply> {
        self.module = Some(module.to_path_buf());
        self.compiled = None;
        let Some(line) = self.commander.lines.precompile.clone() else { return Ok(Reply::default()) };
        let compiled = module.with_extension(format!("{}.compiled", std::process::id()));
        self.compiled = Some(compiled);
        let done = self.process(&line, None, None, None)?;
        ensure!(done.exit == 0, "{}", done.why());
        let bytes = self.compiled.as_ref().and_then(|file| file.metadata().ok()).map(|m| m.len());
        ensure!(bytes.is_some(), "it wrote no compiled module");
        Ok(Reply::timed(done.sample))
    }

    fn run(&mut self, iterations: Option<i32>) -> anyhow::Result<Reply> {
        let program = self.program.clone().context("nothing is instantiated")?;
        let lines = self.commander.lines.clone();
        let line = |of: Option<Vec<Piece>>, what: &str| of.with_context(|| format!("it has no command line for {what}"));
        let (done, answer) = match &program {
            Program::Kernel { check } => {
                let line = line(lines.kernel, "kernels")?;
                let mut done = self.number(&line, &program, Some(iterations.context("a kernel needs its iterations")?))?;
                let values = done.values();
                if let Some(check) = check.filter(|check| Some(*check) != iterations) {
                    let small = self.number(&line, &program, Some(check))?;
                    done.sample.wall_ns = done.sample.wall_ns.saturating_sub(small.sample.wall_ns);
                    done.sample.cpu_ns = done.sample.cpu_ns.zip(small.sample.cpu_ns).map(|(full, small)| full.saturating_sub(small));
                }
                (done, Answer { values, exit: 0 })
            }
            Program::Invoke { .. } => {
                let done = self.number(&line(lines.invoke, "functions")?, &program, None)?;
                let values = done.values();
                (done, Answer { values, exit: 0 })
            }
            Program::Wasi(world) => {
                let done = self.process(&line(lines.wasi, "WASI programs")?, Some(&program), None, Some(world))?;
                let exit = done.exit;
                (done, Answer { values: Vec::new(), exit })
            }
            Program::Sightglass(_) => bail!("a command line cannot time between `bench.start` and `bench.end`"),
        };
        let peak = getrusage(UsageWho::RUSAGE_CHILDREN).ok().map(|usage| (usage.max_rss() as u64) << 10);
        Ok(Reply { peak_rss_bytes: peak, answer: Some(answer), ..Reply::timed(done.sample) })
    }

    /// Runs what prints a number.
    fn number(&self, line: &[Piece], program: &Program, iterations: Option<i32>) -> anyhow::Result<Done> {
        let done = self.process(line, Some(program), iterations, None)?;
        ensure!(done.exit == 0, "{}", done.why());
        Ok(done)
    }

    fn process(&self, line: &[Piece], program: Option<&Program>, iterations: Option<i32>, world: Option<&World>) -> anyhow::Result<Done> {
        let mut command = Command::new(&self.commander.launcher);
        command.args(["bench-worker", "--parent", &std::process::id().to_string(), "exec", "--"]).arg(&self.commander.program);
        command.args(self.expand(line, program, iterations)?);
        command.envs(self.commander.env.iter().cloned()).stdin(Stdio::null());
        if let Some(world) = world {
            let create = |file: &Path| File::create(file).with_context(|| format!("cannot write {}", file.display()));
            command.stdout(create(&world.stdout)?).stderr(create(&world.stderr)?);
            if let Some(file) = &world.stdin {
                command.stdin(File::open(file).with_context(|| format!("cannot read {}", file.display()))?);
            }
            if self.commander.native {
                command.envs(world.env.iter().cloned());
                if let Some((directory, _)) = world.dirs.first() {
                    command.current_dir(directory);
                }
            }
        } else {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        let cpu = children_cpu_ns();
        let start = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {}", self.commander.program.display()))?;
        let output = child.wait_with_output()?;
        let wall = start.elapsed();
        let sample = Sample {
            wall_ns: wall.as_nanos() as u64,
            cpu_ns: cpu.zip(children_cpu_ns()).map(|(before, after)| after - before),
            ..Sample::default()
        };
        let stderr = match world {
            Some(world) => std::fs::read(&world.stderr).unwrap_or_default(),
            None => output.stderr,
        };
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        let Some(exit) = output.status.code() else { bail!("{}: {}", output.status, stderr.lines().next().unwrap_or_default()) };
        Ok(Done { sample, exit, stdout: output.stdout, stderr })
    }

    fn expand(&self, line: &[Piece], program: Option<&Program>, iterations: Option<i32>) -> anyhow::Result<Vec<String>> {
        let world = match program {
            Some(Program::Wasi(world) | Program::Sightglass(world)) => Some(world),
            _ => None,
        };
        let module = self.module.as_ref().context("nothing is compiled")?.display().to_string();
        let compiled = self.compiled.as_ref().map_or(module.clone(), |file| file.display().to_string());
        let function = if let Some(Program::Invoke { name, .. }) = program { name.as_str() } else { "run" };
        let directory = world.and_then(|world| world.dirs.first()).map_or(".".into(), |(host, _)| host.display().to_string());
        let iterations = iterations.map(|n| n.to_string()).unwrap_or_default();
        let fill = |text: &str| {
            text.replace("{module}", &module)
                .replace("{compiled}", &compiled)
                .replace("{iterations}", &iterations)
                .replace("{function}", function)
                .replace("{directory}", &directory)
        };
        let args: Vec<String> = match program {
            Some(Program::Invoke { args, .. }) => args.clone(),
            _ => world.map_or(Vec::new(), |world| world.args.iter().skip(1).cloned().collect()),
        };
        let mut all = Vec::new();
        for piece in line {
            match piece {
                Piece::One(text) if text == "{args}" => all.extend(args.iter().cloned()),
                Piece::One(text) => all.push(fill(text)),
                Piece::Each(texts) => {
                    let Some(world) = world else { continue };
                    if texts.iter().any(|text| text.contains("{variable}")) {
                        for (name, value) in &world.env {
                            all.extend(texts.iter().map(|text| fill(text).replace("{variable}", &format!("{name}={value}"))));
                        }
                    } else {
                        for (host, guest) in &world.dirs {
                            let host = host.display().to_string();
                            all.extend(texts.iter().map(|text| fill(text).replace("{host}", &host).replace("{guest}", guest)));
                        }
                    }
                }
            }
        }
        Ok(all)
    }
}

impl Done {
    /// What was printed last.
    fn values(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.stdout);
        let word = text.split_whitespace().last().unwrap_or_default().trim_matches(['[', ']']);
        vec![format!("text:{word}")]
    }
    fn why(&self) -> String {
        let lines: Vec<&str> = self.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        format!("exit code {}: {}", self.exit, lines.first().unwrap_or(&"nothing on standard error"))
    }
}

impl Serve for Server {
    fn answer(&mut self, request: &Request) -> anyhow::Result<Reply> {
        match request {
            Request::Compile { module, .. } => self.compile(module),
            Request::Instantiate { program } => {
                self.program = Some(program.clone());
                Ok(Reply::default())
            }
            Request::Run { iterations } => self.run(*iterations),
            Request::Profile { .. } => bail!("what it does inside cannot be seen"),
            Request::Quit => Ok(Reply::default()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(file) = &self.compiled {
            // It is in a temporary directory.
            let _ = std::fs::remove_file(file);
        }
    }
}

/// CPU nanoseconds of all children that have ended.
fn children_cpu_ns() -> Option<u64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    Some((usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as u64 * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Server {
        let commander =
            Commander { program: "p".into(), lines: Lines::default(), env: Vec::new(), launcher: "samite".into(), native: false };
        let mut server = Server::new(commander);
        server.module = Some("m.wasm".into());
        server
    }

    #[test]
    fn lines_expand() {
        let toml = r#"wasi = ["run", ["--dir", "{host}::{guest}"], ["--env", "{variable}"], "{compiled}", "--", "{args}"]"#;
        let lines: Lines = toml::from_str(toml).unwrap();
        let world = World {
            args: ["prog", "a", "b"].map(String::from).into(),
            env: vec![("K".into(), "V".into())],
            dirs: vec![("/x".into(), ".".into()), ("/y".into(), "y".into())],
            ..World::default()
        };
        let all = server().expand(&lines.wasi.unwrap(), Some(&Program::Wasi(world)), None).unwrap();
        assert_eq!(all.join(" "), "run --dir /x::. --dir /y::y --env K=V m.wasm -- a b");
        let kernel = ["--invoke", "{function}", "{module}", "{iterations}"].map(|s| Piece::One(s.into()));
        let all = server().expand(&kernel, Some(&Program::Kernel { check: None }), Some(-3)).unwrap();
        assert_eq!(all.join(" "), "--invoke run m.wasm -3");
    }

    #[test]
    fn the_last_word_is_the_value() {
        let done = |text: &str| Done { sample: Sample::default(), exit: 0, stdout: text.into(), stderr: String::new() }.values();
        assert_eq!(done("result:\n[-7]\n"), ["text:-7"]);
        assert_eq!(done(""), ["text:"]);
    }
}

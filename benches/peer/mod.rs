//! Peers: other engines, each one TOML file. Built in are those of `peers/`; `--peer FILE.toml` adds a user's own.
//!
//! ```toml
//! name = "node"
//! about = "V8, the optimizing compiler alone"
//! install = "npm install node"                  # told to those who lack it
//! programs = ["node"]                           # any of these, in the peer directories or on the PATH
//! version = ["--version"]                       # how a command line tells its version; a driver says it itself
//! driver = "node.mjs"                           # beside this file: speaks the protocol of `worker`
//! arguments = ["--no-liftoff", "{driver}"]
//! ```
//! A peer without a driver has `[command]` with the lines of `worker::command` instead.
pub mod find;

use crate::places;
use crate::subject::{Engine, Subject};
use crate::suite::package::hex;
use crate::worker::client::Child;
use crate::worker::command::Lines;
use crate::worker::launch::Launch;
use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// How long a peer may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    pub name: String,
    #[serde(default)]
    pub about: String,
    #[serde(default)]
    pub install: String,
    pub programs: Vec<String>,
    #[serde(default)]
    pub version: Vec<String>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    driver: Option<String>,
    #[serde(default)]
    arguments: Vec<String>,
    command: Option<Lines>,
    /// Where the driver is.
    #[serde(skip)]
    folder: Option<PathBuf>,
}

/// The peers of this directory, and their drivers.
const FILES: &[(&str, &str)] = &[
    ("wasmtime", include_str!("../peers/wasmtime.toml")),
    ("node", include_str!("../peers/node.toml")),
    ("bun", include_str!("../peers/bun.toml")),
    ("wasmer", include_str!("../peers/wasmer.toml")),
    ("wasmi", include_str!("../peers/wasmi.toml")),
];
const DRIVERS: &[(&str, &str)] = &[("driver.mjs", include_str!("../peers/driver.mjs")), ("driver.py", include_str!("../peers/driver.py"))];

impl Peer {
    /// Names of those that are built in, without native twins.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FILES.iter().map(|(name, _)| *name)
    }

    pub fn built_in(name: &str) -> anyhow::Result<Peer> {
        let found = FILES.iter().find(|(known, _)| *known == name);
        let names: Vec<&str> = Peer::names().chain(["native"]).collect();
        let (_, text) = found.with_context(|| format!("no peer `{name}`: there are {}; --peer FILE.toml adds one", names.join(", ")))?;
        Peer::parse(text, None).with_context(|| format!("in peers/{name}.toml"))
    }

    pub fn load(path: &Path) -> anyhow::Result<Peer> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let folder = std::path::absolute(path)?.parent().map(Path::to_path_buf);
        Peer::parse(&text, folder).with_context(|| path.display().to_string())
    }

    fn parse(text: &str, folder: Option<PathBuf>) -> anyhow::Result<Peer> {
        let peer: Peer = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            anyhow::anyhow!("line {line}: {}", error.message())
        })?;
        let ways = usize::from(peer.command.is_some()) + usize::from(peer.driver.is_some() || !peer.arguments.is_empty());
        ensure!(ways == 1, "a peer has either `arguments` of a program that speaks our protocol, or `[command]`");
        ensure!(!peer.programs.is_empty(), "`programs` names none");
        Ok(Peer { folder, ..peer })
    }

    /// Its command line, without places of this machine.
    pub fn command(&self) -> String {
        let words = match &self.command {
            None => self.arguments.iter().map(|word| word.replace("{driver}", self.driver.as_deref().unwrap_or_default())).collect(),
            Some(lines) => {
                let line = lines.kernel.as_ref().or(lines.wasi.as_ref()).map_or(&[][..], Vec::as_slice);
                line.iter().map(|piece| format!("{piece}")).collect::<Vec<_>>()
            }
        };
        let env = self.env.iter().map(|(name, value)| format!("{name}={value} ")).collect::<String>();
        format!("{env}{} {}", self.programs[0], words.join(" "))
    }

    /// Looks for it. `samite` is this program.
    pub fn find(&self, directories: &[PathBuf], samite: &Path) -> anyhow::Result<Subject> {
        let missing = |why: String| {
            let install = if self.install.is_empty() { String::new() } else { format!("; to install it: {}", self.install) };
            anyhow::anyhow!("peer {}: {why}{install}", self.name)
        };
        let candidates = find::candidates(&self.programs, directories);
        let mut why = None;
        for program in candidates {
            match self.subject(&program, samite) {
                Ok(subject) => return Ok(subject),
                // The first one is the one that is most likely meant.
                Err(error) => _ = why.get_or_insert(crate::worker::one_line(&error)),
            }
        }
        let why = why.unwrap_or_else(|| format!("no {} in the peer directories or on the PATH", self.programs.join(" or ")));
        Err(missing(why))
    }

    /// What it is, asked of the program itself.
    fn subject(&self, program: &Path, samite: &Path) -> anyhow::Result<Subject> {
        if let Some(lines) = &self.command {
            let output = Command::new(program).args(&self.version).stdin(Stdio::null()).output();
            let output = output.with_context(|| format!("cannot start {}", program.display()))?;
            ensure!(output.status.success(), "{} {} fails", self.programs[0], self.version.join(" "));
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let version = text.lines().next().unwrap_or_default().trim().to_string();
            let engine = Engine::Command { program: program.into(), lines: lines.clone(), env: self.env.clone() };
            return Ok(Subject::peer(self, version, engine));
        }
        let driver = match &self.driver {
            Some(driver) => self.driver_file(driver)?.into_os_string(),
            None => OsString::new(),
        };
        let fill = |word: &String| if word == "{driver}" { driver.clone() } else { OsString::from(word) };
        let args: Vec<OsString> = self.arguments.iter().map(fill).collect();
        let mut full: Vec<OsString> =
            ["bench-worker", "--parent", &std::process::id().to_string(), "exec", "--"].map(OsString::from).into();
        full.push(program.into());
        full.extend(args.iter().cloned());
        let launch = Launch { program: samite.into(), args: full, env: self.env.clone().into_iter().collect() };
        let child = Child::spawn(&launch, PATIENCE, &Arc::default())
            .with_context(|| program.file_name().unwrap_or_default().to_string_lossy().into_owned())?;
        let version = format!("{} {}", child.hello.engine, child.hello.version);
        Ok(Subject::peer(self, version, Engine::Driver { program: program.into(), args, env: self.env.clone() }))
    }

    /// The driver as a file.
    fn driver_file(&self, driver: &str) -> anyhow::Result<PathBuf> {
        if let Some(folder) = &self.folder {
            let file = folder.join(driver);
            ensure!(file.exists(), "no driver {}", file.display());
            return Ok(file);
        }
        let Some((_, text)) = DRIVERS.iter().find(|(name, _)| *name == driver) else { bail!("no driver `{driver}`") };
        let folder = places::cache()?.join("drivers").join(&hex(text.as_bytes())[..16]);
        let file = folder.join(driver);
        if !file.exists() {
            fs::create_dir_all(&folder)?;
            let mut temporary = tempfile::NamedTempFile::new_in(&folder)?;
            std::io::Write::write_all(&mut temporary, text.as_bytes())?;
            temporary.persist(&file)?;
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_are_built_in_are_whole() {
        for name in Peer::names() {
            let peer = Peer::built_in(name).unwrap();
            assert_eq!(peer.name, name);
            assert!(!peer.install.is_empty() && !peer.about.is_empty(), "{name}");
            assert!(peer.driver.iter().all(|driver| peer.driver_file(driver).is_ok()));
            assert!(!peer.command().contains("{driver}"));
        }
        let error = Peer::built_in("jit").unwrap_err().to_string();
        assert!(error.starts_with("no peer `jit`: there are wasmtime,") && error.contains("native"), "{error}");
    }

    #[test]
    fn files_are_checked() {
        let error = |text: &str| format!("{:#}", Peer::parse(text, None).unwrap_err());
        assert!(error("name = \"x\"\nprogram = []\n").starts_with("line 2: unknown field `program`"));
        assert!(error("name = \"x\"\nprograms = [\"x\"]\n").contains("has either"));
        assert!(error("name = \"x\"\nprograms = []\n[command]\n").contains("names none"));
    }

    #[test]
    fn what_is_missing_says_how_to_get_it() {
        let text = "name = \"x\"\nprograms = [\"no-such-engine\"]\ninstall = \"get x\"\n[command]\nkernel = []\n";
        let error = Peer::parse(text, None).unwrap().find(&[], Path::new("samite")).unwrap_err().to_string();
        assert_eq!(error, "peer x: no no-such-engine in the peer directories or on the PATH; to install it: get x");
    }
}

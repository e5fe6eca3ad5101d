//! Native twins: the same program compiled for this machine, by the suite's own command, once for each state of its sources.
use super::embedded::Folder;
use super::package::hex;
use crate::places;
use anyhow::{Context, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How a twin is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// A command of the shell, run in the suite's folder. It makes `{out}`, which is `NAME` in `{out_dir}`.
    pub build: String,
    pub folder: Folder,
}

/// What a twin depends on, by ending. Headers of the system are not seen.
const SOURCES: [&str; 9] = ["c", "h", "cc", "cpp", "hpp", "inc", "rs", "s", "sh"];

impl Twin {
    /// The program, built if it is not there yet.
    pub fn program(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = match &self.folder {
            Folder::Disk(folder) => folder.clone(),
            Folder::Kernels => kernels()?,
        };
        let out_dir = places::cache()?.join("native").join(self.key(&folder)?);
        let out = out_dir.join(name);
        if out.exists() {
            return Ok(out);
        }
        let parent = out_dir.parent().expect("it was joined");
        fs::create_dir_all(&out_dir)?;
        let room = tempfile::tempdir_in(parent)?;
        let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', "'\\''"));
        let line = self.build.replace("{out}", &quoted(&room.path().join(name))).replace("{out_dir}", &quoted(room.path()));
        let output = Command::new("sh").args(["-c", &line]).current_dir(&folder).output().context("cannot start sh")?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let telling = text.lines().find(|line| line.contains("error") || line.contains("not found")).or(text.lines().next());
        ensure!(output.status.success(), "the native twin does not build: {}", telling.unwrap_or_default().trim());
        let made = room.path().join(name);
        ensure!(made.exists(), "`{}` made no {name}", self.build);
        fs::rename(made, &out)?;
        Ok(out)
    }

    /// The compiler, as far as the command shows it.
    pub fn compiler(&self) -> String {
        match self.folder {
            Folder::Kernels => std::env::var("CLANG").unwrap_or_else(|_| "clang-22".into()),
            Folder::Disk(_) => self.build.split_whitespace().next().unwrap_or_default().into(),
        }
    }

    /// Identifies the command and all that it may read in the folder.
    fn key(&self, folder: &Path) -> anyhow::Result<String> {
        let mut files: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|e| SOURCES.iter().any(|source| e == *source)));
        files.sort();
        // Variables that commands of this kind take.
        let variables = ["CC", "CLANG", "CFLAGS", "MARCH"].map(|name| std::env::var(name).unwrap_or_default());
        let mut text = format!("{}\n{}\n{variables:?}\n", self.build, folder.display()).into_bytes();
        for file in files {
            text.extend(file.display().to_string().bytes());
            text.extend(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
        }
        Ok(hex(&text)[..32].to_string())
    }
}

/// The kernels' sources as files.
fn kernels() -> anyhow::Result<PathBuf> {
    let all: Vec<u8> = Folder::sources().flat_map(|(name, bytes)| name.bytes().chain(bytes.iter().copied())).collect();
    let folder = places::cache()?.join(format!("kernels-{}", &hex(&all)[..16]));
    if !folder.exists() {
        let room = tempfile::tempdir_in(folder.parent().expect("it was joined"))?;
        for (name, bytes) in Folder::sources() {
            fs::write(room.path().join(name), bytes)?;
        }
        if let Err(error) = fs::rename(room.path(), &folder) {
            ensure!(folder.exists(), "cannot make {}: {error}", folder.display());
        }
    }
    Ok(folder)
}

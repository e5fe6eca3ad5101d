//! Where the laboratory keeps what is worth keeping between runs.
use anyhow::Context;
use std::path::PathBuf;

/// Of packages and native twins: in the user's cache directory.
pub fn cache() -> anyhow::Result<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let folder = base.context("there is no cache directory: neither XDG_CACHE_HOME nor HOME is set")?.join("samite").join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

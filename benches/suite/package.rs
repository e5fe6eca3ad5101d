//! Modules inside published packages: fetched by the ordinary client into the user's cache directory, and known by their hash.
//!
//! `npm:NAME@VERSION` by `npm pack`, `crate:NAME@VERSION` by cargo and a manifest that is thrown away. Where they come from is what the
//! client is set up for. The hash is of the file and must be given: a version can be a range, a registry can be another one.
use crate::places;
use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of a package.
pub fn file(package: &str, file: &str, sha256: Option<&str>) -> anyhow::Result<Vec<u8>> {
    let usage = || format!("package `{package}` is not npm:NAME@VERSION or crate:NAME@VERSION");
    let (client, rest) = package.split_once(':').with_context(usage)?;
    // Names of npm may start with an @.
    let (name, version) = rest.rsplit_once('@').filter(|(name, _)| !name.is_empty()).with_context(usage)?;
    ensure!(!version.is_empty() && !name.contains("..") && !name.starts_with('-'), "{}", usage());
    let unpacked = places::cache()?.join("packages").join(client).join(format!("{}@{version}", name.replace('/', "+")));
    if !unpacked.exists() {
        let parent = unpacked.parent().expect("it was joined");
        fs::create_dir_all(parent)?;
        let room = tempfile::tempdir_in(parent)?;
        let found = match client {
            "npm" => npm(room.path(), name, version),
            "crate" => cargo(room.path(), name, version),
            _ => bail!("{}", usage()),
        };
        let found = found.with_context(|| format!("cannot fetch {package}"))?;
        // Whole or not at all. Another run may have been faster.
        if let Err(error) = fs::rename(&found, &unpacked) {
            ensure!(unpacked.exists(), "cannot keep {package}: {error}");
        }
    }
    let path = unpacked.join(file);
    let bytes = fs::read(&path).with_context(|| format!("{package} has no {file}{}", modules(&unpacked)))?;
    match sha256 {
        Some(wanted) => check(&format!("{package} {file}"), &bytes, wanted)?,
        None => bail!("{package} needs the hash of {file}: sha256 = \"{}\"", hex(&bytes)),
    }
    Ok(bytes)
}

/// Fails unless the hash is that of the bytes.
pub fn check(what: &str, bytes: &[u8], wanted: &str) -> anyhow::Result<()> {
    let found = hex(bytes);
    ensure!(found.eq_ignore_ascii_case(wanted), "{what} has sha256 {found}, not {wanted}");
    Ok(())
}

/// SHA-256 in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The names of a package's modules, as the end of a message.
fn modules(folder: &Path) -> String {
    fn walk(folder: &Path, prefix: &str, names: &mut Vec<String>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(ty) if ty.is_dir() => walk(&entry.path(), &format!("{name}/"), names),
                _ if name.ends_with(".wasm") => names.push(name),
                _ => {}
            }
        }
    }
    let mut names = Vec::new();
    walk(folder, "", &mut names);
    names.sort();
    names.truncate(20);
    if names.is_empty() { " and no module at all".into() } else { format!("; its modules are {}", names.join(", ")) }
}

/// The folder of an npm package.
fn npm(room: &Path, name: &str, version: &str) -> anyhow::Result<PathBuf> {
    let spec = format!("{name}@{version}");
    run(Command::new("npm").args(["pack", "--silent", "--ignore-scripts", &spec]).current_dir(room), "npm")?;
    let is_archive = |path: &PathBuf| path.extension().is_some_and(|e| e == "tgz");
    let archive = fs::read_dir(room)?.flatten().map(|entry| entry.path()).find(is_archive).context("npm wrote no archive")?;
    run(Command::new("tar").arg("-xzf").arg(&archive).current_dir(room), "tar")?;
    // All archives of npm hold one folder, most often called so.
    let package = room.join("package");
    if package.is_dir() {
        return Ok(package);
    }
    let is_folder = |path: &PathBuf| path.is_dir();
    fs::read_dir(room)?.flatten().map(|entry| entry.path()).find(is_folder).context("the archive is empty")
}

/// The folder of a crate.
fn cargo(room: &Path, name: &str, version: &str) -> anyhow::Result<PathBuf> {
    let manifest = room.join("Cargo.toml");
    let text = format!(
        "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[lib]\npath = \"lib.rs\"\n\n[workspace]\n\n\
         [dependencies]\nwanted = {{ package = \"{name}\", version = \"{version}\", default-features = false }}\n"
    );
    fs::write(&manifest, text)?;
    fs::write(room.join("lib.rs"), "")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = run(Command::new(cargo).args(["metadata", "--format-version", "1", "--manifest-path"]).arg(&manifest), "cargo")?;
    let metadata: serde_json::Value = serde_json::from_slice(&out).context("cargo says something else than before")?;
    let packages = metadata["packages"].as_array().context("cargo names no packages")?;
    let found = packages.iter().find(|package| package["name"] == name).context("cargo does not name it")?;
    let folder = Path::new(found["manifest_path"].as_str().unwrap_or_default()).parent().context("cargo does not say where it is")?;
    // The client's own store stays as it is.
    let copy = room.join("copy");
    run(Command::new("cp").arg("-R").arg(folder).arg(&copy), "cp")?;
    Ok(copy)
}

fn run(command: &mut Command, name: &str) -> anyhow::Result<Vec<u8>> {
    let output = command.output().with_context(|| format!("{name} cannot be started; is it installed?"))?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let telling = text.lines().find(|line| line.contains("error") || line.contains("ERR")).or(text.lines().next());
    ensure!(output.status.success(), "{name} failed: {}", telling.unwrap_or_default().trim());
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for wrong in ["esbuild-wasm", "npm:esbuild-wasm", "pip:x@1", "npm:@1", "crate:x@", "npm:../x@1"] {
            let error = format!("{:#}", file(wrong, "a.wasm", None).unwrap_err());
            assert!(error.contains("is not npm:NAME@VERSION or crate:NAME@VERSION"), "{error}");
        }
    }

    #[test]
    fn hashes() {
        assert_eq!(hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(check("x", b"abc", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD").is_ok());
        assert!(check("x", b"abd", "00").unwrap_err().to_string().starts_with("x has sha256 "));
    }
}

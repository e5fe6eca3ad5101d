//! Modules compiled beforehand: `codegen/driver/artifact.rs` says what is in the file.
//!
//! The file's numbers are checked, its code cannot be. Whoever can write the file can make the process do anything, as with a shared
//! library: so bytes from anywhere are an `unsafe` matter of the caller, and files are part of the environment that a program trusts.
use super::CodeObject;
use crate::engine::Engine;
use crate::module::Module;
use anyhow::{Context, ensure};
use samite_codegen::driver::{Strategy, artifact, listing};
use samite_codegen::x64::cpu::has_feature;
use samite_opt::Bounds;
use std::path::Path;

impl Module {
    /// The compiled module as the bytes of a file, for `deserialize` and `from_trusted_file` of the same version of Samite, and for `objdump`,
    /// `gdb` and `perf`.
    pub fn serialize(&self) -> anyhow::Result<Vec<u8>> {
        let code = self.code().context("a module of the reference engine has no code to write")?;
        Ok(artifact::write(&code.image(), self.bytes(), code.strategy(), &listing::names(self.info()), &[]))
    }

    /// A module of what `serialize` or `samite compile` wrote. Fails if it was compiled for another version, CPU or way of checking bounds
    /// or interrupting than the engine's.
    ///
    /// # Safety
    /// The bytes are those that `serialize` or `samite compile` gave.
    pub unsafe fn deserialize(engine: &Engine, bytes: &[u8]) -> anyhow::Result<Module> {
        load(engine, bytes)
    }

    /// As `deserialize`, from a file that nobody could write who may not run programs as this user: its code is run.
    pub fn from_trusted_file(engine: &Engine, file: impl AsRef<Path>) -> anyhow::Result<Module> {
        let file = file.as_ref();
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        load(engine, &bytes).with_context(|| format!("in {}", file.display()))
    }
}

fn load(engine: &Engine, bytes: &[u8]) -> anyhow::Result<Module> {
    let machine = engine.machine().context("the reference engine runs no machine code")?;
    let artifact = artifact::read(bytes)?;
    let header = &artifact.header;
    let missing: Vec<&str> = header.cpu_features.iter().map(String::as_str).filter(|f| !has_feature(f)).collect();
    let advice = "compile it with --strategy cpu=avx2 for any CPU that this engine runs on";
    ensure!(missing.is_empty(), "the module was compiled for CPUs with {}, which this one lacks; {advice}", missing.join(", "));
    let (theirs, ours) = (&header.strategy, &engine.config().strategy);
    let agrees =
        |a: &Strategy, b: &Strategy| (a.bounds == Bounds::Compare || a.bounds == b.bounds, a.interrupt == b.interrupt, a.nan == b.nan);
    ensure!(
        agrees(theirs, ours) == (true, true, true),
        "the module was compiled with {theirs}, which the engine's {ours} does not agree with"
    );
    let enough = header.memory_reach <= crate::memory::GUARDED as u64;
    ensure!(theirs.bounds == Bounds::Compare || enough, "the module expects larger guards than the engine makes");
    let decoded = artifact.decode()?;
    let module = artifact.module.to_vec();
    let code = CodeObject::new(machine.registry(), artifact.image, artifact.header.strategy)?;
    Module::assemble(engine, decoded, module, Some(code), None)
}

//! Compiled modules of earlier runs, in the user's cache directory.
//!
//! An entry is what `samite compile` writes, named by a hash of everything its code depends on: the module, the strategy, what the CPU can
//! do, and this very build of samite. Entries appear whole (a temporary file is renamed), so programs that start at once do not disturb each
//! other; a damaged or foreign one is found by its checksum and replaced. The hash only finds the entry: that it is of this module is
//! checked by comparing, because a hash can be met on purpose.
//!
//! Loading an entry runs its code, so the directory must be the user's alone. Whatever is wrong with the cache, the program runs without it.
use anyhow::{Context, ensure};
use samite::{Engine, Module};
use samite_codegen::driver::{Strategy, artifact};
use std::fs::{self, DirBuilder, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// When entries take more than this, the oldest go.
const MOST_BYTES: u64 = 1 << 30;

pub struct Cache {
    directory: PathBuf,
    /// Identifies this build.
    build: u64,
}

impl Cache {
    /// None if there is no place for it that belongs to this user alone.
    pub fn open() -> Option<Cache> {
        let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
        Cache::at(base.join("samite")).ok()
    }
    fn at(directory: PathBuf) -> anyhow::Result<Cache> {
        DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
        ensure!(is_private(&fs::symlink_metadata(&directory)?), "others can write to {}", directory.display());
        let program = fs::metadata(std::env::current_exe()?)?;
        let mut hasher = DefaultHasher::new();
        (program.len(), program.mtime(), program.mtime_nsec(), program.ino()).hash(&mut hasher);
        Ok(Cache { directory, build: hasher.finish() })
    }
    /// The module, from the cache or compiled and put there.
    pub fn module(&self, engine: &Engine, bytes: &[u8]) -> anyhow::Result<Module> {
        let file = self.file(&engine.strategy(), bytes);
        if let Some(module) = self.find(engine, bytes, &file) {
            return Ok(module);
        }
        let module = Module::from_binary(engine, bytes)?;
        // The module is there; without an entry the next run compiles again.
        let _ = self.keep(&module, &file);
        Ok(module)
    }
    fn file(&self, strategy: &Strategy, bytes: &[u8]) -> PathBuf {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, self.build, env!("CARGO_PKG_VERSION"), strategy.to_string(), strategy.cpu.features(), bytes).hash(&mut hasher);
            hasher.finish()
        };
        self.directory.join(format!("{:016x}{:016x}.cwasm", half(0), half(1)))
    }
    fn find(&self, engine: &Engine, bytes: &[u8], file: &Path) -> Option<Module> {
        let found = is_private(&fs::symlink_metadata(file).ok()?).then(|| load(engine, bytes, file).ok())?;
        match &found {
            // It was of use: it is young again.
            Some(_) => drop(fs::File::open(file).and_then(|f| f.set_modified(SystemTime::now()))),
            None => drop(fs::remove_file(file)),
        }
        found
    }
    fn keep(&self, module: &Module, file: &Path) -> anyhow::Result<()> {
        let mut temporary = tempfile::NamedTempFile::new_in(&self.directory)?;
        temporary.write_all(&module.serialize()?)?;
        temporary.persist(file)?;
        self.shrink(MOST_BYTES)
    }
    /// Removes the oldest entries, and what writers left that were killed, until a quarter of the room is free.
    fn shrink(&self, most: u64) -> anyhow::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            // Another process may have removed it meanwhile.
            if let Ok(metadata) = entry.metadata() {
                entries.push((metadata.modified()?, metadata.len(), entry.path()));
            }
        }
        let mut total: u64 = entries.iter().map(|e| e.1).sum();
        if total <= most {
            return Ok(());
        }
        entries.sort();
        for (_, size, path) in entries {
            if total <= most / 4 * 3 {
                break;
            }
            total -= size;
            let _ = fs::remove_file(path);
        }
        Ok(())
    }
}

/// Is it this user's, and can nobody else write to it?
fn is_private(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o022 == 0 && !metadata.is_symlink()
}

fn load(engine: &Engine, bytes: &[u8], file: &Path) -> anyhow::Result<Module> {
    let entry = fs::read(file)?;
    let artifact = artifact::read(&entry).context("the entry is damaged")?;
    ensure!(artifact.module == bytes && artifact.header.strategy == engine.strategy(), "the entry is of another module");
    Module::from_trusted_file(engine, file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Configuration;
    use std::os::unix::fs::PermissionsExt;

    fn parts(dir: &Path) -> (Cache, Engine, Vec<u8>) {
        let engine = Configuration::Compiled(Strategy::MAX).engine().unwrap();
        let module = crate::input::text_to_binary(Path::new("m"), b"(module (func (export \"f\") (result i32) (i32.const 7)))").unwrap();
        (Cache::at(dir.join("samite")).unwrap(), engine, module)
    }

    fn entries(cache: &Cache) -> Vec<PathBuf> {
        fs::read_dir(&cache.directory).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    #[test]
    fn an_entry_is_made_found_and_replaced_when_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, engine, module) = parts(dir.path());
        let file = cache.file(&Strategy::MAX, &module);
        assert!(cache.find(&engine, &module, &file).is_none());
        cache.module(&engine, &module).unwrap();
        assert_eq!(entries(&cache), std::slice::from_ref(&file));
        let good = fs::read(&file).unwrap();
        assert!(cache.find(&engine, &module, &file).is_some());
        let damages: [fn(&mut Vec<u8>); 3] = [|f| f.truncate(100), |f| f[200] ^= 1, |f| f.clear()];
        for damage in damages {
            let mut bad = good.clone();
            damage(&mut bad);
            fs::write(&file, bad).unwrap();
            assert!(cache.find(&engine, &module, &file).is_none());
            assert!(!file.exists());
            cache.module(&engine, &module).unwrap();
            assert_eq!(fs::read(&file).unwrap(), good);
        }
    }

    #[test]
    fn an_entry_serves_what_it_was_made_for() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, engine, module) = parts(dir.path());
        let other = crate::input::text_to_binary(Path::new("m"), b"(module)").unwrap();
        let file = cache.file(&Strategy::MAX, &module);
        assert_ne!(file, cache.file(&Strategy::MAX, &other));
        assert_ne!(file, cache.file(&Strategy::BASELINE, &module));
        // Even if the hash were the same.
        cache.module(&engine, &module).unwrap();
        assert!(cache.find(&engine, &other, &file).is_none());
    }

    #[test]
    fn what_others_can_write_is_not_trusted() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, engine, module) = parts(dir.path());
        cache.module(&engine, &module).unwrap();
        let file = cache.file(&Strategy::MAX, &module);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(cache.find(&engine, &module, &file).is_none());
        fs::set_permissions(&cache.directory, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Cache::at(cache.directory.clone()).is_err());
    }

    #[test]
    fn old_entries_make_room() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, ..) = parts(dir.path());
        for n in 0..8 {
            let path = cache.directory.join(format!("{n}.cwasm"));
            fs::write(&path, [0; 100]).unwrap();
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1000 + n);
            fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        }
        cache.shrink(800).unwrap();
        assert_eq!(entries(&cache).len(), 8);
        cache.shrink(500).unwrap();
        let mut left = entries(&cache);
        left.sort();
        let names: Vec<_> = left.iter().map(|p| p.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["5.cwasm", "6.cwasm", "7.cwasm"]);
    }

    #[test]
    fn many_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, engine, module) = parts(dir.path());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..10).for_each(|_| drop(cache.module(&engine, &module).unwrap())));
            }
        });
        assert_eq!(entries(&cache).len(), 1);
    }
}

//! `/tmp/perf-PID.map`: a line per function, "START SIZE name" with numbers in hexadecimal (jit-interface.txt in perf's documentation).
use anyhow::Context;
use parking_lot::Mutex;
use samite_codegen::driver::Image;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// The process's file, open from the first use on.
static FILE: Mutex<Option<File>> = Mutex::new(None);

fn open() -> anyhow::Result<File> {
    let path = PathBuf::from(format!("/tmp/perf-{}.map", std::process::id()));
    let mut options = File::options();
    // Everybody may write to /tmp: what stands there under the name, from an earlier process of the number, is emptied, but not followed.
    options.write(true).create(true).truncate(true).custom_flags(libc::O_NOFOLLOW);
    options.open(&path).with_context(|| format!("cannot write {}", path.display()))
}

pub fn announce(start: usize, image: &Image, names: &[String]) -> anyhow::Result<()> {
    let mut text = String::new();
    for (f, name) in image.functions.iter().zip(names) {
        let _ = writeln!(text, "{:x} {:x} {name}", start + f.start as usize, f.code_end - f.start);
    }
    let mut file = FILE.lock();
    let file = match &mut *file {
        Some(file) => file,
        none => none.insert(open()?),
    };
    file.write_all(text.as_bytes()).context("cannot write the map for perf")
}

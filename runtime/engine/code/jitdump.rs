//! `jit-PID.dump`: functions with names, bytes and lines, and when each appeared (jitdump-specification.txt in perf's
//! documentation).
//!
//! A header, then records: id, size, time, and what the id says. `perf record` learns of the file from a mapping of it that may be executed. A
//! function's lines come before the function itself. A line number is the byte offset of the operator in the wasm module.
use crate::sys;
use anyhow::Context;
use parking_lot::Mutex;
use samite_codegen::driver::Image;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

const MAGIC: u32 = 0x4a69_5444;
const VERSION: u32 = 1;
/// EM_X86_64.
const MACHINE: u32 = 62;
const HEADER_BYTES: u32 = 40;

/// Record ids.
const LOAD: u32 = 0;
const DEBUG_INFO: u32 = 2;

struct Dump {
    file: File,
    /// Functions written; each has a number.
    count: u64,
}

/// The process's file, open from the first use on.
static DUMP: Mutex<Option<Dump>> = Mutex::new(None);

fn open() -> anyhow::Result<Dump> {
    let directory = std::env::var_os("JITDUMPDIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let path = directory.join(format!("jit-{}.dump", std::process::id()));
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(true).custom_flags(libc::O_NOFOLLOW);
    let mut file = options.open(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut header = Vec::with_capacity(HEADER_BYTES as usize);
    for word in [MAGIC, VERSION, HEADER_BYTES, MACHINE, 0, std::process::id()] {
        header.extend(word.to_ne_bytes());
    }
    header.extend(sys::monotonic_ns().to_ne_bytes());
    header.extend(0u64.to_ne_bytes());
    file.write_all(&header).with_context(|| format!("cannot write {}", path.display()))?;
    // Stays mapped as long as the process lives.
    sys::map_executable(&file).with_context(|| format!("cannot map {} as code, so that perf would not see it", path.display()))?;
    Ok(Dump { file, count: 0 })
}

pub fn announce(module: &str, start: usize, image: &Image, names: &[String]) -> anyhow::Result<()> {
    let mut dump = DUMP.lock();
    let dump = match &mut *dump {
        Some(dump) => dump,
        none => none.insert(open()?),
    };
    // A C string.
    let source = format!("{}.wasm\0", module.replace('\0', "_"));
    let mut out = Vec::new();
    for (f, name) in image.functions.iter().zip(names) {
        let address = (start + f.start as usize) as u64;
        let first = image.lines.partition_point(|r| r.pc < f.start);
        let rows = image.lines[first..].iter().take_while(|r| r.pc < f.code_end);
        let mut lines = Vec::new();
        let mut count = 0u64;
        for row in rows {
            lines.extend(((start + row.pc as usize) as u64).to_ne_bytes());
            lines.extend(row.offset.to_ne_bytes());
            // No discriminator.
            lines.extend(0u32.to_ne_bytes());
            lines.extend(source.as_bytes());
            count += 1;
        }
        if count > 0 {
            record(&mut out, DEBUG_INFO, &[&address.to_ne_bytes(), &count.to_ne_bytes(), &lines]);
        }
        let code = &image.text[f.start as usize..f.code_end as usize];
        let ids = [std::process::id().to_ne_bytes(), sys::thread_id().to_ne_bytes()].concat();
        let numbers = [address, address, code.len() as u64, dump.count].map(u64::to_ne_bytes).concat();
        record(&mut out, LOAD, &[&ids, &numbers, name.as_bytes(), b"\0", code]);
        dump.count += 1;
    }
    dump.file.write_all(&out).context("cannot write the dump for perf")
}

fn record(out: &mut Vec<u8>, id: u32, parts: &[&[u8]]) {
    let size = 16 + parts.iter().map(|p| p.len()).sum::<usize>();
    out.extend(id.to_ne_bytes());
    out.extend((size as u32).to_ne_bytes());
    out.extend(sys::monotonic_ns().to_ne_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

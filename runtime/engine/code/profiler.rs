//! Who else is told about machine code: `perf`, by a map of names or by a dump that also has bytes and lines, and `gdb`.
use super::{gdb, jitdump, perfmap};
use samite_codegen::driver::Image;

/// A tool that is to see wasm functions by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profiler {
    #[default]
    None,
    /// `/tmp/perf-PID.map`, which `perf report` finds by itself.
    PerfMap,
    /// `jit-PID.dump`, in `$JITDUMPDIR` or else the current directory: `perf record -k mono`, then `perf inject --jit` makes an ELF file of each
    /// function, with its bytes and with byte offsets in the wasm module as line numbers.
    JitDump,
    /// gdb's interface for compilers: breakpoints, `backtrace` and `info symbol` know the functions.
    Gdb,
}

impl Profiler {
    pub const ALL: &'static [Profiler] = &[Profiler::None, Profiler::PerfMap, Profiler::JitDump, Profiler::Gdb];

    /// Tells about the functions of an image whose text is at `start`; `names` by function.
    pub(super) fn announce(self, module: &str, start: usize, image: &Image, names: &[String]) -> anyhow::Result<Announced> {
        let mut announced = Announced { _gdb: None };
        match self {
            Profiler::None => {}
            Profiler::PerfMap => perfmap::announce(start, image, names)?,
            Profiler::JitDump => jitdump::announce(module, start, image, names)?,
            Profiler::Gdb => announced._gdb = Some(gdb::announce(start, image, names)),
        }
        Ok(announced)
    }
}

/// Code that a tool knows. Dropped before the code is unmapped; files for `perf` keep it, since they are read when the process is over.
pub struct Announced {
    _gdb: Option<gdb::Registered>,
}

//! Standard streams: the host's, nothing, or buffers in memory for tests and embedders.

use crate::descriptors::{Descriptor, Entry};
use crate::types::{Errno, FileType, fdflags, rights};
use parking_lot::Mutex;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

/// Where a program's standard input comes from.
#[derive(Clone)]
pub enum Stdin {
    /// Always at its end.
    Null,
    /// The host's, read without Rust's buffer: an embedder that reads `std::io::stdin()` as well gets other bytes.
    Inherit,
    /// These bytes, then the end.
    Buffer(InputBuffer),
}

/// Where a program's output goes.
#[derive(Clone)]
pub enum Stdout {
    /// Accepts and forgets.
    Null,
    /// The host's standard output, flushed after each write so that it mixes with the embedder's own.
    InheritOut,
    /// The host's standard error.
    InheritErr,
    /// Into memory.
    Buffer(OutputBuffer),
}

/// Bytes to be read; clones share the position.
#[derive(Clone)]
pub struct InputBuffer(Arc<Mutex<(Vec<u8>, usize)>>);

impl InputBuffer {
    pub fn new(bytes: impl Into<Vec<u8>>) -> InputBuffer {
        InputBuffer(Arc::new(Mutex::new((bytes.into(), 0))))
    }

    fn read(&self, buf: &mut [u8]) -> usize {
        let (bytes, position) = &mut *self.0.lock();
        let got = buf.len().min(bytes.len() - *position);
        buf[..got].copy_from_slice(&bytes[*position..*position + got]);
        *position += got;
        got
    }

    fn remaining(&self) -> usize {
        let (bytes, position) = &*self.0.lock();
        bytes.len() - position
    }
}

/// Written bytes, at most `limit`; clones share them.
#[derive(Clone)]
pub struct OutputBuffer {
    bytes: Arc<Mutex<Vec<u8>>>,
    limit: usize,
}

impl OutputBuffer {
    /// Takes at most `limit` bytes; a write beyond is cut, one at the limit answers `NoSpc`.
    pub fn new(limit: usize) -> OutputBuffer {
        OutputBuffer { bytes: Arc::default(), limit }
    }

    /// What has been written so far.
    pub fn contents(&self) -> Vec<u8> {
        self.bytes.lock().clone()
    }

    fn write(&self, buf: &[u8]) -> Result<usize, Errno> {
        let mut bytes = self.bytes.lock();
        let took = buf.len().min(self.limit - bytes.len());
        if took == 0 && !buf.is_empty() {
            return Err(Errno::NoSpc);
        }
        bytes.extend_from_slice(&buf[..took]);
        Ok(took)
    }
}

/// Descriptor 0.
pub(crate) struct Input {
    source: Stdin,
    pub(crate) flags: AtomicU16,
}

/// Descriptors 1 and 2.
pub(crate) struct Output {
    sink: Stdout,
    pub(crate) flags: AtomicU16,
}

/// What `poll_oneoff` has to do for a stream.
pub(crate) enum Readiness {
    /// Ready now, with so many bytes.
    Now(u64),
    /// Ask the host about this descriptor.
    Ask(rustix::fd::BorrowedFd<'static>),
}

impl Stdin {
    pub(crate) fn entry(self) -> Entry {
        let input = Input { source: self, flags: AtomicU16::new(0) };
        let base = rights::STREAM & !rights::FD_WRITE;
        Entry { base, inheriting: base, preopened: None, descriptor: Arc::new(Descriptor::Input(input)) }
    }
}

impl Stdout {
    pub(crate) fn entry(self) -> Entry {
        let output = Output { sink: self, flags: AtomicU16::new(0) };
        let base = rights::STREAM & !rights::FD_READ;
        Entry { base, inheriting: base, preopened: None, descriptor: Arc::new(Descriptor::Output(output)) }
    }
}

impl Input {
    /// Reads at most `buf.len()` bytes; 0 at the end. `Again` when the guest chose `nonblock` and nothing is there.
    pub(crate) fn read(&self, buf: &mut [u8]) -> Result<usize, Errno> {
        match &self.source {
            Stdin::Null => Ok(0),
            Stdin::Buffer(bytes) => Ok(bytes.read(buf)),
            Stdin::Inherit => {
                let fd = rustix::stdio::stdin();
                // The host's descriptor is shared with other processes, so its own O_NONBLOCK is left alone.
                if self.flags.load(Ordering::Relaxed) & fdflags::NONBLOCK != 0 {
                    use rustix::event::{PollFd, PollFlags, Timespec, poll};
                    let mut fds = [PollFd::new(&fd, PollFlags::IN)];
                    if poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? == 0 {
                        return Err(Errno::Again);
                    }
                }
                Ok(rustix::io::retry_on_intr(|| rustix::io::read(fd, &mut *buf))?)
            }
        }
    }

    pub(crate) fn file_type(&self) -> FileType {
        terminal_type(matches!(self.source, Stdin::Inherit) && std::io::stdin().is_terminal())
    }

    pub(crate) fn readiness(&self) -> Readiness {
        match &self.source {
            Stdin::Null => Readiness::Now(0),
            Stdin::Buffer(bytes) => Readiness::Now(bytes.remaining() as u64),
            Stdin::Inherit => Readiness::Ask(rustix::stdio::stdin()),
        }
    }
}

impl Output {
    /// Writes at most `buf.len()` bytes.
    pub(crate) fn write(&self, buf: &[u8]) -> Result<usize, Errno> {
        match &self.sink {
            Stdout::Null => Ok(buf.len()),
            Stdout::Buffer(bytes) => bytes.write(buf),
            Stdout::InheritOut => {
                let mut out = std::io::stdout().lock();
                out.write_all(buf)?;
                out.flush()?;
                Ok(buf.len())
            }
            Stdout::InheritErr => {
                std::io::stderr().lock().write_all(buf)?;
                Ok(buf.len())
            }
        }
    }

    pub(crate) fn file_type(&self) -> FileType {
        terminal_type(match self.sink {
            Stdout::InheritOut => std::io::stdout().is_terminal(),
            Stdout::InheritErr => std::io::stderr().is_terminal(),
            Stdout::Null | Stdout::Buffer(_) => false,
        })
    }

    pub(crate) fn readiness(&self) -> Readiness {
        match &self.sink {
            Stdout::Null | Stdout::Buffer(_) => Readiness::Now(1),
            Stdout::InheritOut => Readiness::Ask(rustix::stdio::stdout()),
            Stdout::InheritErr => Readiness::Ask(rustix::stdio::stderr()),
        }
    }
}

/// As wasmtime: a terminal is a character device, anything else unknown, and the guest learns no more about the host's files.
fn terminal_type(terminal: bool) -> FileType {
    if terminal { FileType::CharacterDevice } else { FileType::Unknown }
}

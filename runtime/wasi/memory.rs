//! The guest's memory as WASI sees it: bytes copied in and out, never borrowed.
//!
//! Copying is the contract because the same functions must serve shared memories, of which no `&mut [u8]` may exist. Every
//! access is checked and answers `Fault`; the pointer is not required to be aligned. Host buffers are bounded by `CHUNK`
//! whatever lengths the guest names.

use crate::types::{Errno, IOVEC};

/// Linear memory (32-bit addresses) of the calling instance.
pub trait GuestMemory {
    /// Current length in bytes.
    fn size(&self) -> u64;

    /// Copies `buf.len()` bytes starting at `ptr` into `buf`. `Fault` when any of them lies outside.
    fn read(&self, ptr: u32, buf: &mut [u8]) -> Result<(), Errno>;

    /// Copies `bytes` to `ptr`. `Fault` (and nothing written) when any of them would lie outside.
    fn write(&mut self, ptr: u32, bytes: &[u8]) -> Result<(), Errno>;
}

/// The most that one transfer holds on the host side, in bytes.
pub const CHUNK: usize = 64 * 1024;

/// The most scatter/gather vectors in one call, as Linux's `IOV_MAX`; more is `Inval`.
pub const MAX_IOVECS: u32 = 1024;

/// Plain bytes are a memory: for tests and for hosts without an engine.
impl GuestMemory for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, ptr: u32, buf: &mut [u8]) -> Result<(), Errno> {
        check(self, ptr, buf.len() as u64)?;
        buf.copy_from_slice(&self[ptr as usize..ptr as usize + buf.len()]);
        Ok(())
    }

    fn write(&mut self, ptr: u32, bytes: &[u8]) -> Result<(), Errno> {
        check(self, ptr, bytes.len() as u64)?;
        self[ptr as usize..ptr as usize + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
}

/// `Fault` unless `len` bytes from `ptr` lie inside. A memory only grows, so the answer stays true.
pub fn check(memory: &dyn GuestMemory, ptr: u32, len: u64) -> Result<(), Errno> {
    match u64::from(ptr).checked_add(len) {
        Some(end) if end <= memory.size() => Ok(()),
        _ => Err(Errno::Fault),
    }
}

/// Writes a little-endian 16-bit number.
pub fn write_u16(memory: &mut dyn GuestMemory, ptr: u32, value: u16) -> Result<(), Errno> {
    memory.write(ptr, &value.to_le_bytes())
}

/// Writes a little-endian 32-bit number.
pub fn write_u32(memory: &mut dyn GuestMemory, ptr: u32, value: u32) -> Result<(), Errno> {
    memory.write(ptr, &value.to_le_bytes())
}

/// Writes a little-endian 64-bit number.
pub fn write_u64(memory: &mut dyn GuestMemory, ptr: u32, value: u64) -> Result<(), Errno> {
    memory.write(ptr, &value.to_le_bytes())
}

/// Whether a transfer goes on after its first host call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// One host call: for streams, where asking for more could block although something has arrived.
    Once,
    /// Until all is moved or a host call falls short: for files and for writing.
    Whole,
}

/// The buffers of a scatter/gather call, checked, and how far they are used.
pub(crate) struct Buffers {
    vectors: Vec<(u32, u32)>,
    next: usize,
    total: u32,
}

impl Buffers {
    /// Reads the array of vectors. `Inval` for more than `MAX_IOVECS` or a sum over 32 bits, `Fault` for any byte outside:
    /// known before a byte is taken from the host, so that a bad pointer loses no data.
    pub(crate) fn new(memory: &dyn GuestMemory, ptr: u32, count: u32) -> Result<Buffers, Errno> {
        if count > MAX_IOVECS {
            return Err(Errno::Inval);
        }
        let mut bytes = vec![0; count as usize * IOVEC.size];
        memory.read(ptr, &mut bytes)?;
        let mut total = 0u32;
        let mut vectors = Vec::with_capacity(count as usize);
        for record in bytes.chunks_exact(IOVEC.size) {
            let [buf, len] = IOVEC.decode(record);
            check(memory, buf as u32, len)?;
            total = total.checked_add(len as u32).ok_or(Errno::Inval)?;
            vectors.push((buf as u32, len as u32));
        }
        Ok(Buffers { vectors, next: 0, total })
    }

    /// Total length in bytes.
    pub(crate) fn total(&self) -> u32 {
        self.total
    }

    /// Fills the guest's buffers from `host(buffer, bytes so far)`, which returns how much it read; gives the bytes read.
    /// An error after the first bytes ends the transfer quietly, as in POSIX.
    pub(crate) fn fill(
        mut self,
        memory: &mut dyn GuestMemory,
        transfer: Transfer,
        mut host: impl FnMut(&mut [u8], u32) -> Result<usize, Errno>,
    ) -> Result<u32, Errno> {
        let mut buffer = vec![0; (self.total as usize).min(CHUNK)];
        let mut done = 0;
        while done < self.total {
            let want = ((self.total - done) as usize).min(CHUNK);
            let got = match host(&mut buffer[..want], done) {
                Ok(got) => got.min(want),
                Err(_) if done > 0 => break,
                Err(error) => return Err(error),
            };
            let mut rest = &buffer[..got];
            while !rest.is_empty() {
                let (ptr, len) = self.take(rest.len());
                memory.write(ptr, &rest[..len])?;
                rest = &rest[len..];
            }
            done += got as u32;
            if got < want || transfer == Transfer::Once {
                break;
            }
        }
        Ok(done)
    }

    /// Drains the guest's buffers into `host(bytes, bytes so far)`, which returns how much it took; gives the bytes written.
    pub(crate) fn drain(
        mut self,
        memory: &dyn GuestMemory,
        mut host: impl FnMut(&[u8], u32) -> Result<usize, Errno>,
    ) -> Result<u32, Errno> {
        let mut buffer = vec![0; (self.total as usize).min(CHUNK)];
        let mut done = 0;
        while done < self.total {
            let have = ((self.total - done) as usize).min(CHUNK);
            let mut rest = &mut buffer[..have];
            while !rest.is_empty() {
                let (ptr, len) = self.take(rest.len());
                memory.read(ptr, &mut rest[..len])?;
                rest = &mut rest[len..];
            }
            match host(&buffer[..have], done) {
                Ok(took) => {
                    done += took.min(have) as u32;
                    if took < have {
                        break;
                    }
                }
                Err(_) if done > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// The next piece of guest memory, at most `most` bytes and not empty; the caller never takes more than `total`.
    fn take(&mut self, most: usize) -> (u32, usize) {
        while self.vectors[self.next].1 == 0 {
            self.next += 1;
        }
        let (ptr, len) = &mut self.vectors[self.next];
        let taken = (*len as usize).min(most);
        let from = *ptr;
        // A vector that ends at the last byte of a 4 GiB memory wraps here, with nothing left of it.
        *ptr = ptr.wrapping_add(taken as u32);
        *len -= taken as u32;
        (from, taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(list: &[(u32, u32)]) -> Vec<u8> {
        let mut memory = vec![0u8; 256];
        for (i, (ptr, len)) in list.iter().enumerate() {
            memory.write(i as u32 * 8, &IOVEC.encode([u64::from(*ptr), u64::from(*len)])[..8]).unwrap();
        }
        memory
    }

    #[test]
    fn scatter_in_order_and_short() {
        let mut memory = vectors(&[(100, 3), (0, 0), (110, 4)]);
        let buffers = Buffers::new(&memory, 0, 3).unwrap();
        assert_eq!(buffers.total(), 7);
        let got = buffers.fill(&mut memory, Transfer::Whole, |b, _| {
            b[..5].copy_from_slice(b"abcde");
            Ok(5)
        });
        assert_eq!(got, Ok(5));
        assert_eq!(&memory[100..104], b"abc\0");
        assert_eq!(&memory[110..114], b"de\0\0");
    }

    #[test]
    fn gather_in_chunks() {
        let mut memory = vec![7u8; 3 * CHUNK];
        memory.write(0, &IOVEC.encode([8, 2 * CHUNK as u64 + 5])[..8]).unwrap();
        let mut sizes = Vec::new();
        let done = Buffers::new(&memory, 0, 1).unwrap().drain(&memory, |b, done| {
            sizes.push((b.len(), done));
            Ok(b.len())
        });
        assert_eq!(done, Ok(2 * CHUNK as u32 + 5));
        assert_eq!(sizes, [(CHUNK, 0), (CHUNK, CHUNK as u32), (5, 2 * CHUNK as u32)]);
    }

    #[test]
    fn errors_of_the_vectors() {
        let memory = vectors(&[(100, 3), (250, 7)]);
        assert_eq!(Buffers::new(&memory, 0, 2).err(), Some(Errno::Fault));
        assert_eq!(Buffers::new(&memory, 0, MAX_IOVECS + 1).err(), Some(Errno::Inval));
        assert_eq!(Buffers::new(&memory, u32::MAX, 1).err(), Some(Errno::Fault));
        assert_eq!(check(&memory, u32::MAX, u64::MAX).err(), Some(Errno::Fault));
    }
}

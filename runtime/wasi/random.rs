//! Random bytes: the operating system's, or a seeded sequence for runs that must repeat exactly.

use crate::ctx::WasiCtx;
use crate::memory::{CHUNK, GuestMemory, check};
use crate::types::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

/// A source of random bytes.
pub trait Random: Send {
    /// Fills `buf`.
    fn fill(&mut self, buf: &mut [u8]) -> Result<(), Errno>;
}

/// The operating system's generator (`getrandom`).
pub struct HostRandom;

impl Random for HostRandom {
    fn fill(&mut self, buf: &mut [u8]) -> Result<(), Errno> {
        let mut done = 0;
        while done < buf.len() {
            match getrandom(&mut buf[done..], GetRandomFlags::empty()) {
                Ok(got) => done += got,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// splitmix64 (Steele, Lea, Flood 2014): repeatable, not for secrets.
pub struct SeededRandom(pub u64);

impl Random for SeededRandom {
    fn fill(&mut self, buf: &mut [u8]) -> Result<(), Errno> {
        for piece in buf.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            piece.copy_from_slice(&z.to_le_bytes()[..piece.len()]);
        }
        Ok(())
    }
}

impl WasiCtx {
    /// `random_get`: fills `len` bytes at `ptr`.
    pub fn random_get(&self, memory: &mut dyn GuestMemory, ptr: u32, len: u32) -> Result<(), Errno> {
        check(memory, ptr, len.into())?;
        let mut buffer = vec![0; (len as usize).min(CHUNK)];
        let mut random = self.random();
        let mut done = 0;
        while done < len {
            let piece = &mut buffer[..((len - done) as usize).min(CHUNK)];
            random.fill(piece)?;
            memory.write(ptr + done, piece)?;
            done += piece.len() as u32;
        }
        Ok(())
    }
}

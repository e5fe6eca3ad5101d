//! What a memory contains at first, as a file in memory: instances map its pages copy-on-write instead of copying them, and get them back
//! as they were by dropping their copies. So instantiation costs nothing for data that nobody touches.
use crate::sys::{self, PAGE};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// An image holds a file descriptor, of which a process has few; beyond this number data is copied.
const MOST: usize = 256;
static COUNT: AtomicUsize = AtomicUsize::new(0);

pub struct Image {
    file: File,
    range: Range<usize>,
}

impl Image {
    /// An image of data that is written, in this order, at offsets of a memory whose first `length` bytes exist. None if there is no data,
    /// if it lies beyond the length, if it is too scattered to be worth a file, or if the system has none to give.
    pub fn new(length: usize, data: &[(usize, &[u8])]) -> Option<Image> {
        let ends = || data.iter().filter(|(_, bytes)| !bytes.is_empty()).map(|(at, bytes)| (*at, at.saturating_add(bytes.len())));
        if data.iter().any(|(at, bytes)| at.saturating_add(bytes.len()) > length) {
            return None;
        }
        let start = ends().map(|(start, _)| start).min()? / PAGE * PAGE;
        let end = ends().map(|(_, end)| end).max()?.next_multiple_of(PAGE);
        let total: usize = data.iter().map(|(_, bytes)| bytes.len()).sum();
        if end - start > 4 * total + (256 << 10) {
            return None;
        }
        let mut contents = vec![0; end - start];
        for (at, bytes) in data.iter().filter(|(_, bytes)| !bytes.is_empty()) {
            contents[at - start..][..bytes.len()].copy_from_slice(bytes);
        }
        if COUNT.fetch_add(1, Relaxed) >= MOST {
            COUNT.fetch_sub(1, Relaxed);
            return None;
        }
        match sys::sealed_file(&contents) {
            Ok(file) => Some(Image { file, range: start..end }),
            Err(_) => {
                COUNT.fetch_sub(1, Relaxed);
                None
            }
        }
    }
    /// Where in the memory its pages are.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }
    /// Maps the pages into a reservation. What was there is gone, and copies of pages are private to the reservation.
    pub fn map(&self, reservation: &sys::Reservation) -> io::Result<()> {
        reservation.map_private(self.range(), &self.file)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        COUNT.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_data_that_fits_and_is_dense() {
        let range = |length, data: &[(usize, &[u8])]| Image::new(length, data).map(|image| image.range());
        assert_eq!(range(65536, &[]), None);
        assert_eq!(range(65536, &[(5, b"")]), None);
        assert_eq!(range(65536, &[(5, b"abc")]), Some(0..4096));
        assert_eq!(range(65536, &[(4096, b"abc"), (9000, b"")]), Some(4096..8192));
        assert_eq!(range(65536, &[(65535, b"a"), (65530, b"abc")]), Some(61440..65536));
        assert_eq!(range(65536, &[(65535, b"ab")]), None);
        assert_eq!(range(65536, &[(0, b"a"), (65537, b"")]), None);
        assert_eq!(range(1 << 30, &[(0, b"a"), (1 << 29, b"a")]), None);
    }
}

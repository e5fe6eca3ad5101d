//! The suite that is in the binary, so that it can measure anywhere: modules, C sources of the native twins, and their list.
//!
//! `EMBEDDED` is the index; a test compares it with the directory and with `kernels/suite.toml`.
use super::{Suite, file};
use std::borrow::Cow;

/// A file of the suite.
pub type File = (&'static str, &'static [u8]);

macro_rules! embedded {
    ($($name:ident)*; vectorized $($vectorized:ident)*) => {
        const MODULES: &[File] = &[
            $((concat!(stringify!($name), ".wasm"), include_bytes!(concat!("../kernels/", stringify!($name), ".wasm"))),)*
            $((concat!(stringify!($vectorized), ".simd.wasm"), include_bytes!(concat!("../kernels/", stringify!($vectorized), ".simd.wasm"))),)*
        ];
        const SOURCES: &[File] = &[$((concat!(stringify!($name), ".c"), include_bytes!(concat!("../kernels/", stringify!($name), ".c")))),*];
    };
}
embedded! {
    matmul trimat matvec tensor cholesky lu durbin gramschmidt correlation deriche floyd nussinov adi fdtd2d heat3d jacobi seidel
    fft nbody spectral mandelbrot siphash xxhash crc32 sha256 chacha20 aes lz huffman quicksort radixsort heapsort hashmap json
    regex bits queens_bits base64 utf8 bignum sieve fib tak ackermann shapes vm_switch vm_calls strings alloc entities linkedlist
    bintrees queens mix exprtree rbtree sortcb parser fannkuch dijkstra sudoku manyargs
    simd_blend simd_blur simd_histogram simd_transpose simd_matmul simd_dot8 simd_dot16 simd_fft simd_fir simd_saxpy simd_scan
    simd_prefix simd_popcount simd_mandelbrot simd_base64 simd_hex simd_utf8 simd_memchr simd_search simd_chacha simd_adler;
    vectorized
    floyd jacobi correlation matmul mix trimat tensor deriche fft base64 aes sieve heat3d nbody matvec huffman strings sudoku
    alloc fdtd2d entities heapsort lz sha256
}

/// What builds the twins, beside the sources.
const TOOLS: &[File] = &[
    ("build.sh", include_bytes!("../kernels/build.sh")),
    ("kernel.h", include_bytes!("../kernels/kernel.h")),
    ("native_main.c", include_bytes!("../kernels/native_main.c")),
];

/// Where a suite's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Folder {
    Disk(std::path::PathBuf),
    Kernels,
}

impl Folder {
    /// The kernels' sources and what builds them.
    pub fn sources() -> impl Iterator<Item = &'static File> {
        SOURCES.iter().chain(TOOLS)
    }
    pub(super) fn read(&self, name: &str) -> anyhow::Result<Cow<'static, [u8]>> {
        match self {
            Folder::Disk(folder) => Ok(super::read_module(&folder.join(name))?.into()),
            Folder::Kernels => {
                let found = MODULES.iter().find(|(file, _)| *file == name);
                found.map(|(_, bytes)| Cow::Borrowed(*bytes)).ok_or_else(|| anyhow::anyhow!("it is not in the index of embedded.rs"))
            }
        }
    }
}

pub fn kernels() -> Suite {
    file::parse("kernels", include_str!("../kernels/suite.toml"), &Folder::Kernels).expect("the embedded suite is tested")
}

/// The kernels in vectors: those written so, and those the C compiler vectorized.
pub fn simd() -> Suite {
    let mut suite = Suite { name: "simd".into(), ..kernels() };
    suite.items.retain(|item| matches!(item.group.as_str(), "simd" | "autosimd"));
    suite
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{Wanted, Work};
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn index_directory_and_list_agree() {
        let listed: BTreeSet<String> = kernels().items.iter().map(|k| k.name.clone()).collect();
        let indexed: BTreeSet<String> = MODULES.iter().map(|(name, _)| name.trim_end_matches(".wasm").to_string()).collect();
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels");
        let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        let modules = files.filter(|path| path.extension().is_some_and(|e| e == "wasm"));
        let found: BTreeSet<String> = modules.map(|path| path.file_stem().unwrap().to_str().unwrap().to_string()).collect();
        assert_eq!(listed, indexed);
        assert_eq!(listed, found);
        assert_eq!(kernels().items.len(), MODULES.len());
    }

    #[test]
    fn a_directory_is_the_same_suite() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels");
        let (a, b) = (kernels(), Suite::load(directory.to_str().unwrap(), &Wanted::default()).unwrap());
        assert_eq!(a.items.len(), b.items.len());
        for (a, b) in a.items.iter().zip(&b.items) {
            let (Work::Kernel { full: x, check: y }, Work::Kernel { full: z, check: w }) = (&a.work, &b.work) else { panic!("{}", a.name) };
            assert_eq!((&a.name, &a.wasm, x, y), (&b.name, &b.wasm, z, w));
        }
    }
}

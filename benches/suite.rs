//! Suites: programs with inputs and right answers, loaded from the binary itself or from a directory.
//!
//! A suite is a directory with a `suite.toml` and the modules that it names; `kernels/suite.toml` shows all fields. Each kernel exports
//! `run: (i32) -> i64`, work in proportion to its argument, and imports nothing.
//! The kernels are in the binary, so that it can measure anywhere: `EMBEDDED` is their index.
use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use std::borrow::Cow;
use std::path::Path;

/// The kernels' modules by name. A test compares it with the directory and with `suite.toml`.
macro_rules! embedded {
    ($($name:ident)*) => {
        const EMBEDDED: &[(&str, &[u8])] = &[$((stringify!($name), include_bytes!(concat!("kernels/", stringify!($name), ".wasm")))),*];
    };
}
embedded! {
    matmul trimat matvec tensor cholesky lu durbin gramschmidt correlation deriche floyd nussinov adi fdtd2d heat3d jacobi seidel
    fft nbody spectral mandelbrot siphash xxhash crc32 sha256 chacha20 aes lz huffman quicksort radixsort heapsort hashmap json
    regex bits queens_bits base64 utf8 bignum sieve fib tak ackermann shapes vm_switch vm_calls strings alloc entities linkedlist
    bintrees queens mix exprtree rbtree sortcb parser fannkuch dijkstra sudoku manyargs
}

#[derive(Clone, Debug)]
pub struct Suite {
    pub name: String,
    pub kernels: Vec<Kernel>,
}

/// A program to measure.
#[derive(Clone, Debug)]
pub struct Kernel {
    pub name: String,
    pub group: String,
    pub about: String,
    /// The module.
    pub wasm: Cow<'static, [u8]>,
    /// What is timed: some 40 ms of a native program.
    pub full: Work,
    /// What is checked in tests: below 2 ms of a native program.
    pub check: Work,
}

/// `run(iterations)` answers `expected`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Work {
    pub iterations: i32,
    pub expected: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteFile {
    kernel: Vec<KernelEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KernelEntry {
    name: String,
    group: String,
    file: String,
    about: String,
    iterations: i32,
    /// Hexadecimal: the numbers of TOML end at 63 bits.
    expected: String,
    check_iterations: i32,
    check_expected: String,
}

impl Suite {
    /// The suites that are in the binary.
    pub const EMBEDDED: &'static [&'static str] = &["kernels"];

    /// The kernels, from the binary itself.
    pub fn kernels() -> Suite {
        let module = |entry: &KernelEntry| {
            let found = EMBEDDED.iter().find(|(name, _)| *name == entry.name);
            found.map(|(_, wasm)| Cow::Borrowed(*wasm)).context("it is not in the index of suite.rs")
        };
        Suite::parse("kernels", include_str!("kernels/suite.toml"), module).expect("the embedded suite is tested")
    }
    /// An embedded suite by name, or a directory.
    pub fn load(name: &str) -> anyhow::Result<Suite> {
        if name == "kernels" {
            return Ok(Suite::kernels());
        }
        let directory = Path::new(name);
        let list = directory.join("suite.toml");
        if !list.exists() {
            bail!("no suite `{name}`: neither one of {} nor a directory with a suite.toml", Suite::EMBEDDED.join(", "));
        }
        let text = std::fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
        let module = |entry: &KernelEntry| {
            let file = directory.join(&entry.file);
            std::fs::read(&file).map(Cow::Owned).with_context(|| format!("cannot read {}", file.display()))
        };
        Suite::parse(name, &text, module).with_context(|| format!("in {}", list.display()))
    }
    fn parse(name: &str, text: &str, module: impl Fn(&KernelEntry) -> anyhow::Result<Cow<'static, [u8]>>) -> anyhow::Result<Suite> {
        let file: SuiteFile = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            anyhow::anyhow!("line {line}: {}", error.message())
        })?;
        let mut kernels: Vec<Kernel> = Vec::with_capacity(file.kernel.len());
        for entry in file.kernel {
            let kernel = (|| {
                ensure!(kernels.iter().all(|other| other.name != entry.name), "there are two of this name");
                Ok(Kernel {
                    wasm: module(&entry)?,
                    full: Work { iterations: entry.iterations, expected: checksum(&entry.expected)? },
                    check: Work { iterations: entry.check_iterations, expected: checksum(&entry.check_expected)? },
                    name: entry.name.clone(),
                    group: entry.group.clone(),
                    about: entry.about.clone(),
                })
            })();
            kernels.push(kernel.with_context(|| format!("kernel `{}`", entry.name))?);
        }
        Ok(Suite { name: name.to_string(), kernels })
    }
    /// Keeps the kernels whose name or group contains one of the words; all if there are none. Fails if nothing is left.
    pub fn filter(mut self, words: &[String]) -> anyhow::Result<Suite> {
        let wanted = |k: &Kernel| words.is_empty() || words.iter().any(|word| k.name.contains(word) || k.group == *word);
        self.kernels.retain(wanted);
        ensure!(!self.kernels.is_empty(), "no kernel of `{}` has {} in its name", self.name, words.join(" or "));
        Ok(self)
    }
}

fn checksum(text: &str) -> anyhow::Result<u64> {
    let digits = text.strip_prefix("0x").with_context(|| format!("checksum `{text}` does not start with 0x"))?;
    u64::from_str_radix(digits, 16).with_context(|| format!("checksum `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn index_directory_and_list_agree() {
        let kernels = Suite::kernels().kernels;
        let listed: BTreeSet<String> = kernels.iter().map(|k| k.name.clone()).collect();
        let indexed: BTreeSet<String> = EMBEDDED.iter().map(|(name, _)| name.to_string()).collect();
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels");
        let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        let modules = files.filter(|path| path.extension().is_some_and(|e| e == "wasm"));
        let found: BTreeSet<String> = modules.map(|path| path.file_stem().unwrap().to_str().unwrap().to_string()).collect();
        assert_eq!(listed, indexed);
        assert_eq!(listed, found);
        assert_eq!(kernels.len(), EMBEDDED.len());
    }

    #[test]
    fn a_directory_is_the_same_suite() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels");
        let (a, b) = (Suite::kernels(), Suite::load(directory.to_str().unwrap()).unwrap());
        assert_eq!(a.kernels.len(), b.kernels.len());
        for (a, b) in a.kernels.iter().zip(&b.kernels) {
            assert_eq!((&a.name, &a.wasm, a.full, a.check), (&b.name, &b.wasm, b.full, b.check));
        }
    }

    #[test]
    fn errors_name_the_place() {
        let none = |_: &KernelEntry| Ok(Cow::Borrowed(&[][..]));
        let error = Suite::parse("x", "[[kernel]]\nname = \"a\"\ncolour = 1\n", none).unwrap_err().to_string();
        assert!(error.starts_with("line 3: "), "{error}");
        let error = format!("{:#}", Suite::load("nowhere").unwrap_err());
        assert_eq!(error, "no suite `nowhere`: neither one of kernels nor a directory with a suite.toml");
    }

    #[test]
    fn filters() {
        let names = |words: &[&str]| -> Vec<String> {
            let words: Vec<String> = words.iter().map(|w| w.to_string()).collect();
            Suite::kernels().filter(&words).unwrap().kernels.into_iter().map(|k| k.name).collect()
        };
        assert_eq!(names(&["sha256"]), ["sha256"]);
        assert_eq!(names(&["vm_"]), ["vm_switch", "vm_calls"]);
        assert_eq!(names(&[]).len(), EMBEDDED.len());
        assert!(Suite::kernels().filter(&["nothing".into()]).is_err());
    }
}

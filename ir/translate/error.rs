//! Why a module is refused: one line, with the byte where the reason is.
use std::fmt;
use wasmparser::WasmFeatures;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ErrorKind {
    /// Not a core WebAssembly module at all; the message says what it looks like.
    NotWasm,
    /// Breaks the binary grammar.
    Malformed,
    /// Well formed, but breaks a validation rule.
    Invalid,
    /// May be a valid module of a proposal that this engine does not have; the message is the feature's name.
    Unsupported,
    /// Correct, but beyond a limit of this engine.
    Limit,
}

/// A refused module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    pub kind: ErrorKind,
    /// Byte offset in the module.
    pub offset: usize,
    pub message: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error { kind, offset, message } = self;
        match kind {
            ErrorKind::NotWasm => write!(f, "not a WebAssembly module: {message}"),
            ErrorKind::Malformed => write!(f, "malformed module: {message} at offset {offset}"),
            ErrorKind::Invalid => write!(f, "invalid module: {message} at offset {offset}"),
            ErrorKind::Unsupported => write!(f, "unsupported: {message} at offset {offset}"),
            ErrorKind::Limit => write!(f, "beyond a limit: {message} at offset {offset}"),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    pub fn new(kind: ErrorKind, offset: usize, message: impl Into<String>) -> Error {
        Error { kind, offset, message: message.into() }
    }
    /// What validation refused turned out to break the grammar.
    pub(super) fn malformed(self) -> Error {
        if self.kind == ErrorKind::Invalid { Error { kind: ErrorKind::Malformed, ..self } } else { self }
    }
}

/// What `wasmparser` refuses. It does not tell malformed from invalid; `decode` finds out by reading again without validation.
impl From<wasmparser::Error> for Error {
    fn from(e: wasmparser::Error) -> Error {
        let offset = e.offset() as usize;
        if let Some(name) = e.missing_wasm_feature().and_then(feature_name) {
            return Error::new(ErrorKind::Unsupported, offset, name);
        }
        // Several lines would break "one clear line"; the first says what is wrong.
        let message = e.message().lines().next().unwrap_or_default();
        Error::new(ErrorKind::Invalid, offset, message)
    }
}

/// What people call the features that this engine does not have.
pub(super) const UNSUPPORTED: &[(WasmFeatures, &str)] = &[
    (WasmFeatures::SHARED_EVERYTHING_THREADS, "shared-everything threads"),
    (WasmFeatures::ACQUIRE_RELEASE_ATOMICS, "acquire-release atomics"),
    (WasmFeatures::EXCEPTIONS, "exceptions"),
    (WasmFeatures::LEGACY_EXCEPTIONS, "legacy exceptions"),
    (WasmFeatures::TAIL_CALL, "tail calls"),
    (WasmFeatures::MEMORY64, "memory64"),
    (WasmFeatures::MULTI_MEMORY, "multiple memories"),
    (WasmFeatures::MEMORY_CONTROL, "memory control"),
    (WasmFeatures::CUSTOM_PAGE_SIZES, "custom page sizes"),
    (WasmFeatures::WIDE_ARITHMETIC, "wide arithmetic"),
    (WasmFeatures::FUNCTION_REFERENCES, "typed function references"),
    (WasmFeatures::GC, "garbage collection"),
    (WasmFeatures::CUSTOM_DESCRIPTORS, "custom descriptors"),
    (WasmFeatures::MULTIBYTE_ARRAY_ACCESS, "multibyte array access"),
    (WasmFeatures::STACK_SWITCHING, "stack switching"),
    (WasmFeatures::COMPACT_IMPORTS, "compact imports"),
    (WasmFeatures::COMPONENT_MODEL, "components"),
];

fn feature_name(missing: WasmFeatures) -> Option<&'static str> {
    UNSUPPORTED.iter().find(|(feature, _)| missing.intersects(*feature)).map(|(_, name)| *name)
}

/// An error for bytes that do not start like a core module, or None if they do.
pub(super) fn not_wasm(bytes: &[u8]) -> Option<Error> {
    let text = bytes.trim_ascii_start();
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let says = |message: &str| Some(Error::new(ErrorKind::NotWasm, 0, message));
    if starts(b"\0asm") {
        return match bytes.get(4..8) {
            None => Some(Error::new(ErrorKind::Malformed, bytes.len(), "the file ends within its first eight bytes")),
            Some([1, 0, 0, 0]) => None,
            Some([_, _, 1, 0]) => says("it is a component; this engine runs core modules"),
            Some(version) => {
                let version = u32::from_le_bytes([version[0], version[1], version[2], version[3]]);
                Some(Error::new(ErrorKind::Malformed, 4, format!("version {version} of the binary format; known is 1")))
            }
        };
    }
    match text {
        [] if bytes.is_empty() => says("the file is empty"),
        [] => says("the file is blank"),
        [b'(', ..] | [b';', b';', ..] => {
            says("it looks like WebAssembly text (.wat); translate it to the binary format, or give it a name that ends in .wat")
        }
        _ if starts(b"\x7fELF") => says("it is an ELF file (a native program or library)"),
        _ if starts(b"MZ") => says("it is a Windows program (PE)"),
        _ if starts(&[0xcf, 0xfa, 0xed, 0xfe]) || starts(&[0xca, 0xfe, 0xba, 0xbe]) => says("it is a Mach-O program or a Java class"),
        _ if starts(b"BC\xc0\xde") => says("it is LLVM bitcode; link it with wasm-ld"),
        _ if starts(b"!<arch>") => says("it is an archive of object files (.a); link it first"),
        _ if starts(&[0x1f, 0x8b]) => says("it is compressed with gzip; unpack it first"),
        _ if starts(b"BZh") => says("it is compressed with bzip2; unpack it first"),
        _ if starts(&[0xfd, b'7', b'z', b'X', b'Z']) => says("it is compressed with xz; unpack it first"),
        _ if starts(&[0x28, 0xb5, 0x2f, 0xfd]) => says("it is compressed with zstd; unpack it first"),
        _ if starts(b"PK\x03\x04") => says("it is a zip archive; unpack it first"),
        _ if bytes.get(257..262) == Some(b"ustar") => says("it is a tar archive; unpack it first"),
        _ if starts(b"\x89PNG") || starts(b"\xff\xd8\xff") || starts(b"GIF8") => says("it is an image (PNG, JPEG or GIF)"),
        _ if starts(b"%PDF") => says("it is a PDF document"),
        [b'<', ..] => says("it looks like HTML or XML; was the download an error page?"),
        [b'{', ..] => says("it looks like JSON"),
        _ if starts(b"version https://git-lfs") => says("it is a Git LFS pointer; fetch the file itself"),
        _ if starts(b"#!") => says("it is a script"),
        _ if starts(b"msa\0") => says("its bytes are in the wrong order"),
        _ if b"\0asm".starts_with(bytes) => {
            Some(Error::new(ErrorKind::Malformed, bytes.len(), "the file ends within its first eight bytes"))
        }
        _ if is_text(&bytes[..bytes.len().min(256)]) => {
            says("it looks like text, but not like WebAssembly text (.wat), which starts with `(`")
        }
        _ => {
            let head: Vec<String> = bytes.iter().take(4).map(|b| format!("{b:02x}")).collect();
            says(&format!("it starts with the bytes {} instead of 00 61 73 6d", head.join(" ")))
        }
    }
}

/// Printable ASCII and white space only.
fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r'))
}

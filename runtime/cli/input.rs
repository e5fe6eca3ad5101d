//! Files to modules. Whatever a file holds, the answer is a module or one line that says what is wrong and where.
use anyhow::{Context, bail};
use samite_codegen::driver::artifact;
use samite_ir::translate::{Error, Translator, decode};
use samite_wasi::{SPAWN, THREADS_MODULE};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use wasmparser::{Parser, Payload};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};

/// What a file may have; no module is larger, and some files have no end.
const MOST_BYTES: u64 = 1 << 30;

/// All bytes of a file; `-` is standard input.
pub fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let result = if file == Path::new("-") {
        std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(file).and_then(|open| match open.metadata()?.len() {
            0..=MOST_BYTES => open.take(MOST_BYTES + 1).read_to_end(&mut bytes),
            _ => Err(std::io::ErrorKind::FileTooLarge.into()),
        })
    };
    let result = result.and_then(|len| if len as u64 > MOST_BYTES { Err(std::io::ErrorKind::FileTooLarge.into()) } else { Ok(()) });
    result.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(bytes)
}

/// A module in the binary format, translated from text if the file holds text. It need not be valid, but it is not something else.
pub fn read_module(file: &Path) -> anyhow::Result<Vec<u8>> {
    to_module(file, read(file)?)
}

/// As `read_module`, of what was read.
pub fn to_module(file: &Path, bytes: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    match kind(file, &bytes) {
        Kind::Binary if artifact::is_artifact(&bytes) => {
            bail!(
                "{}: not a WebAssembly module: it is an ELF file; if `samite compile` made it, give the module it was made from",
                file.display()
            )
        }
        Kind::Binary => Ok(bytes),
        Kind::Text => text_to_binary(file, &bytes),
        Kind::Script => bail!("{} is a script of several commands; `samite spec` runs it", file.display()),
    }
}

/// What decoding is to be tried on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Or something unknown: the decoder says what it looks like.
    Binary,
    Text,
    Script,
}

pub fn kind(file: &Path, bytes: &[u8]) -> Kind {
    if bytes.starts_with(b"\0asm") {
        return Kind::Binary;
    }
    let extension = file.extension().unwrap_or_default();
    let start = bytes.trim_ascii_start();
    // A comment may come first. An empty file is empty, not a module without fields, unless its name says text.
    let like_text = start.starts_with(b"(") || start.starts_with(b";;");
    match () {
        () if extension == "wast" => Kind::Script,
        () if extension == "wat" || like_text => Kind::Text,
        () => Kind::Binary,
    }
}

/// With the file's name in front of an error. Offsets are of the binary form, which is said where the file is a text.
pub fn located<T>(file: &Path, result: Result<T, impl Into<anyhow::Error>>) -> anyhow::Result<T> {
    result.map_err(|error| {
        let error = error.into();
        let text = file.extension().is_some_and(|e| e == "wat") && one_line(&error).contains(" at offset ");
        let form = if text { " (offsets count in the binary form, as of `samite parse`)" } else { "" };
        error.context(format!("{}{form}", file.display()))
    })
}

/// Is this a module that the engine has everything for?
pub fn validate(module: &[u8]) -> Result<(), Error> {
    let decoded = decode(module)?;
    let mut translator = Translator::default();
    for (index, body) in (0..).zip(&decoded.info.bodies) {
        translator.validate(&decoded, index, &module[body.clone()])?;
    }
    Ok(())
}

/// Does the module import what starts threads (`Threads::wanted`, before there is an engine)? False for what is no module.
pub fn starts_threads(module: &[u8]) -> bool {
    let imports = Parser::new(0).parse_all(module).find_map(|payload| match payload {
        Ok(Payload::ImportSection(imports)) => Some(imports),
        _ => None,
    });
    let spawns = |import: &wasmparser::Import<'_>| import.module == THREADS_MODULE && import.name == SPAWN;
    imports.is_some_and(|imports| imports.into_imports().flatten().any(|import| spawns(&import)))
}

/// Fails, saying what the bytes look like, unless they start like a module.
pub fn check_is_wasm(bytes: &[u8]) -> Result<(), Error> {
    if bytes.starts_with(b"\0asm") { Ok(()) } else { decode(bytes).map(|_| ()) }
}

/// Translates the text format.
pub fn text_to_binary(file: &Path, bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let text = str::from_utf8(bytes).ok().with_context(|| format!("{} is text that is not UTF-8", file.display()))?;
    encode(text).map_err(|e| anyhow::Error::msg(text_error(&file.display().to_string(), text, &e)))
}

fn encode(text: &str) -> Result<Vec<u8>, wast::Error> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    parser::parse::<wast::Wat<'_>>(&buffer)?.encode()
}

/// `file:line:column: message`
pub fn text_error(file: &str, text: &str, error: &wast::Error) -> String {
    let (line, column) = error.span().linecol_in(text);
    let message = error.message();
    format!("{file}:{}:{}: {}", line + 1, column + 1, message.lines().next().unwrap_or_default())
}

/// The causes of an error in one line, outermost first; of each its first line.
pub fn one_line(error: &anyhow::Error) -> String {
    one_line_without(error, None)
}

/// The same, but for a cause with this text.
pub fn one_line_without(error: &anyhow::Error, without: Option<&str>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for text in error.chain().map(|cause| cause.to_string()).filter(|text| without != Some(text)) {
        let first = text.lines().next().unwrap_or_default().trim_end_matches(':').to_string();
        // Some errors repeat their cause.
        if !parts.last().is_some_and(|last| last.ends_with(&first)) {
            parts.push(first);
        }
    }
    parts.join(": ")
}

/// Fails, as `write` would later, if a file cannot be written. Nothing is changed, and what was not there is not there then.
pub fn check_writable(file: &Path) -> anyhow::Result<()> {
    if file == Path::new("-") {
        return Ok(());
    }
    let create = || fs::File::options().write(true).create_new(true).open(file).and_then(|_| fs::remove_file(file));
    let result = match fs::symlink_metadata(file) {
        // Opening a pipe would wait for its reader.
        Ok(metadata) if metadata.is_file() || metadata.is_dir() => fs::File::options().append(true).open(file).map(drop),
        Ok(_) => Ok(()),
        Err(_) => create(),
    };
    result.with_context(|| format!("cannot write {}", file.display()))
}

/// Writes an output file, or standard output for `-`. Part of a file would be mistaken for the whole: on failure there is none.
pub fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if file == Path::new("-") {
        let mut out = std::io::stdout().lock();
        return out.write_all(bytes).and_then(|()| out.flush()).context("cannot write to standard output");
    }
    let cannot = || format!("cannot write {}", file.display());
    let mut open = fs::File::create(file).with_context(cannot)?;
    open.write_all(bytes)
        .inspect_err(|_| {
            // Not a device or a pipe.
            if open.metadata().is_ok_and(|m| m.is_file()) {
                let _ = fs::remove_file(file);
            }
        })
        .with_context(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let of = |name: &str, bytes: &[u8]| kind(Path::new(name), bytes);
        assert_eq!(of("a.wat", b"\0asm\x01\0\0\0"), Kind::Binary);
        assert_eq!(of("a", b"  (module)"), Kind::Text);
        assert_eq!(of("a", b";; why\n(module)"), Kind::Text);
        assert_eq!(of("a.wat", b""), Kind::Text);
        assert_eq!(of("a.wast", b"(module)"), Kind::Script);
        assert_eq!(of("a.wasm", b""), Kind::Binary);
    }

    #[test]
    fn what_can_be_written() {
        let room = tempfile::tempdir().unwrap();
        let path = |name: &str| room.path().join(name);
        fs::write(path("old"), "old").unwrap();
        for good in ["old", "new"] {
            check_writable(&path(good)).unwrap();
        }
        assert!(fs::read(path("old")).unwrap() == b"old" && !path("new").exists());
        let error = |name: &str| format!("{:#}", check_writable(&path(name)).unwrap_err());
        assert!(error("no/such").ends_with("No such file or directory (os error 2)") && error(".").contains("Is a directory"));
        check_writable(Path::new("-")).unwrap();
        check_writable(Path::new("/dev/full")).unwrap();
    }

    #[test]
    fn text_errors_are_one_line() {
        let error = text_to_binary(Path::new("x.wat"), b"(module\n  (func (result i32) i32.cnst 1))").unwrap_err();
        assert_eq!(error.to_string(), "x.wat:2:22: unknown operator or unexpected token");
    }

    #[test]
    fn causes_in_one_line() {
        let error = anyhow::anyhow!("inner\nmore").context("outer");
        assert_eq!(one_line(&error), "outer: inner");
    }
}

//! A backtrace for people: names as they are written in the source, source lines where the module has them, recursion in one line.
use samite::{FrameInfo, WasmBacktrace};
use samite_codegen::driver::lines::Lines;
use std::fmt::Write;
use std::path::Path;

/// So many frames are printed, the innermost ones.
const MOST: usize = 50;

/// The frames, innermost first. `file`: what to call a module without a name.
pub fn text(backtrace: &WasmBacktrace, file: &Path, lines: Option<&Lines>) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let frames = backtrace.frames();
    let same = |a: &FrameInfo, b: &FrameInfo| a.func_index() == b.func_index() && samite::Module::same(a.module(), b.module());
    let mut text = String::from("wasm backtrace:\n");
    let (mut at, mut printed) = (0, 0);
    while let Some(frame) = frames.get(at) {
        if printed == MOST {
            let _ = writeln!(text, "       ... {} more frames", frames.len() - at);
            break;
        }
        let offset = frame.module_offset().map_or(String::new(), |offset| format!("{offset:#8x} - "));
        let module = frame.module().name().unwrap_or(if stem == "-" { "<stdin>" } else { &stem });
        let function = frame.func_name().map_or(format!("<wasm function {}>", frame.func_index()), demangled);
        let _ = writeln!(text, "  {at:>3}: {offset}{module}!{function}");
        let place = frame.module_offset().and_then(|offset| Some((lines?, lines?.at(u32::try_from(offset).ok()?)?)));
        if let Some((lines, (file, line))) = place {
            let _ = writeln!(text, "       at {}:{line}", lines.files[file as usize]);
        }
        printed += 1;
        // Two are not worth a line of their own.
        let alike = frames[at..].iter().take_while(|other| same(frame, other)).count();
        if alike > 3 {
            let _ = writeln!(text, "       ... {} more frames of the same function", alike - 1);
            at += alike;
        } else {
            at += 1;
        }
    }
    text
}

/// A function's name as its source has it: of Rust without the hash, of C++ with its parameters.
fn demangled(name: &str) -> String {
    if let Ok(rust) = rustc_demangle::try_demangle(name) {
        return format!("{rust:#}");
    }
    let cpp = name.starts_with("_Z").then(|| cpp_demangle::Symbol::new(name).ok()?.demangle().ok()).flatten();
    cpp.unwrap_or_else(|| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rust_and_cpp() {
        assert_eq!(demangled("_ZN4core9panicking9panic_fmt17h0123456789abcdefE"), "core::panicking::panic_fmt");
        assert_eq!(demangled("_RNvC6_123foo3bar"), "123foo::bar");
        assert_eq!(demangled("_ZN3foo3barEi"), "foo::bar(int)");
        for plain in ["main", "_Zebra", "fib"] {
            assert_eq!(demangled(plain), plain);
        }
    }
}

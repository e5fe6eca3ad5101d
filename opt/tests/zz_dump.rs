use samite_ir::translate::vmctx::Layout;
use samite_ir::translate::{Options as TranslateOptions, Translator, decode};
use samite_opt::*;
#[test]
fn dump() {
    let path = std::env::var("DUMP").unwrap();
    let index: u32 = std::env::var("FUNC").unwrap().parse().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let module = decode(&bytes).unwrap();
    let layout = Layout::new(&module.info).unwrap();
    let mut f = Translator::default()
        .translate(&module, &layout, index, &bytes[module.info.bodies[index as usize].clone()], &TranslateOptions::default())
        .unwrap();
    if std::env::var("BEFORE").is_ok() {
        println!("{f}");
    }
    let b = if std::env::var("COMPARE").is_ok() { Bounds::Compare } else { Bounds::Guard };
    run(
        &mut f,
        &Settings { options: Options { passes: Passes::Basic, bounds: b }, layout: &layout, memories: &module.info.memories },
        &mut Context::default(),
    );
    println!("{f}");
}

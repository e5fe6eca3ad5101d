//! Every bug that was found, as a module; each under every strategy.
use samite::Strategy;
use samite_fuzz::{Verdict, compare};
use std::path::Path;

#[test]
fn no_bug_comes_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("the folder of regressions").map(|f| f.expect("an entry").path()).collect();
    files.sort();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "wat")) {
        let bytes = wat::parse_file(file).unwrap_or_else(|e| panic!("{e}"));
        match compare(&bytes, &Strategy::all()) {
            Verdict::Agree { calls, .. } if calls > 0 => {}
            other => panic!("{}: {other:#?}", file.display()),
        }
    }
}

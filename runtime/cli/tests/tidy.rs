//! The house is kept as it says it is. Read as text: nothing here knows what the code does.
//!
//! - crates depend only on what stands before them; nothing but the named rooms is at the top; one program is built;
//! - source files are at most 1,200 lines and open with what they do; both targets have the same files;
//! - `unsafe` is only where it is allowed, and each use says what it rests on;
//! - nothing is left to do, switched off, or only there for one machine;
//! - paths named in comments and pages exist; every page in `papers/` names a file that names it back;
//! - every value of a strategy's field is in the header of a golden test.
use samite_codegen::driver::Strategy;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// Files that are not built or found, by path from the root with `/`.
fn files() -> BTreeMap<String, PathBuf> {
    fn walk(folder: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) {
        for entry in fs::read_dir(folder).expect("readable") {
            let entry = entry.expect("readable");
            let name = entry.file_name().into_string().expect("names are UTF-8");
            let path = format!("{prefix}{name}");
            // A folder, or in a second work tree a file.
            if name == ".git" {
                continue;
            }
            if entry.file_type().expect("readable").is_dir() {
                if !["target", "findings"].contains(&name.as_str()) {
                    walk(&entry.path(), &format!("{path}/"), files);
                }
            } else {
                files.insert(path, entry.path());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(&root(), "", &mut all);
    all
}

fn sources() -> Vec<(String, String)> {
    let rust = files().into_iter().filter(|(path, _)| path.ends_with(".rs"));
    rust.map(|(path, file)| (path, fs::read_to_string(file).expect("sources are text"))).collect()
}

#[track_caller]
fn report(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

// ---- crates

/// In dependency order.
const CRATES: [(&str, &str); 10] = [
    ("ir", "samite-ir"),
    ("opt", "samite-opt"),
    ("codegen", "samite-codegen"),
    ("runtime/engine", "samite"),
    ("runtime/wasi", "samite-wasi"),
    ("runtime/capi", "samite-capi"),
    ("runtime/js", "samite-js"),
    ("benches", "samite-benches"),
    ("fuzz", "samite-fuzz"),
    ("runtime/cli", "samite-cli"),
];

#[test]
fn crates_depend_on_what_stands_before_them() {
    let mut faults = Vec::new();
    for (path, file) in files().iter().filter(|(path, _)| path.ends_with("/Cargo.toml")) {
        let folder = path.trim_end_matches("/Cargo.toml");
        let text = fs::read_to_string(file).expect("text");
        if folder == "fuzz/targets" {
            continue;
        }
        let Some(rank) = CRATES.iter().position(|c| c.0 == folder) else {
            faults.push(format!("{path}: an unknown crate"));
            continue;
        };
        let mut section = "";
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') {
                section = line;
                continue;
            }
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            let Some(other) = CRATES.iter().position(|c| c.1 == name) else { continue };
            if section.contains("dependencies") && other >= rank {
                faults.push(format!("{path}: {section} has {name}, which does not stand before it"));
            }
        }
        for needed in ["edition.workspace = true", "license.workspace = true", "publish.workspace = true"] {
            if !text.contains(needed) {
                faults.push(format!("{path}: no `{needed}`"));
            }
        }
    }
    report(faults);
}

#[test]
fn one_program_is_built() {
    let mut programs = Vec::new();
    for (path, file) in files().iter().filter(|(path, _)| path.ends_with("Cargo.toml")) {
        let text = fs::read_to_string(file).expect("text");
        let bins = text.lines().filter(|l| l.trim() == "[[bin]]").count();
        let hidden = path.strip_suffix("Cargo.toml").is_some_and(|folder| {
            !folder.starts_with("fuzz/targets")
                && files().keys().any(|f| *f == format!("{folder}src/main.rs") || f.starts_with(&format!("{folder}src/bin/")))
        });
        programs.extend((0..bins + usize::from(hidden)).map(|_| path.clone()));
    }
    programs.retain(|p| !p.starts_with("fuzz/targets"));
    assert_eq!(programs, ["runtime/cli/Cargo.toml"]);
}

#[test]
fn nothing_else_is_at_the_top() {
    const ROOMS: [&str; 7] = ["ir", "opt", "codegen", "runtime", "benches", "fuzz", "papers"];
    const FILES: [&str; 5] = ["Cargo.toml", "Cargo.lock", "README.md", "LICENSE", "rustfmt.toml"];
    let tops: BTreeSet<String> = files().into_keys().map(|path| path.split('/').next().unwrap_or_default().to_string()).collect();
    let other = |top: &String| !ROOMS.contains(&top.as_str()) && !FILES.contains(&top.as_str()) && !top.starts_with('.');
    report(tops.into_iter().filter(other).collect());
}

// ---- source files

const MOST_LINES: usize = 1200;

#[test]
fn files_are_short_and_open_with_what_they_do() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > MOST_LINES {
            faults.push(format!("{path}: {lines} lines; split it by meaning"));
        }
        if !text.starts_with("//!") && !text.starts_with("#!") {
            faults.push(format!("{path}: does not open with what it does (`//!`)"));
        }
        if text.contains('\r') || text.contains('\t') {
            faults.push(format!("{path}: tabs or carriage returns"));
        }
    }
    report(faults);
}

#[test]
fn both_targets_have_the_same_files() {
    let of = |target: &str| -> BTreeSet<String> {
        let prefix = format!("codegen/{target}/");
        files().keys().filter_map(|f| f.strip_prefix(&prefix)).map(str::to_string).collect()
    };
    let (x64, aarch64) = (of("x64"), of("aarch64"));
    if !aarch64.is_empty() {
        report(x64.symmetric_difference(&aarch64).cloned().collect());
    }
}

/// The code of a line, without comments and the contents of strings. Strings over several lines end with their first.
fn code_of(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => _ = chars.next(),
            '"' => quoted = !quoted,
            '/' if !quoted && chars.peek() == Some(&'/') => break,
            c if !quoted => out.push(c),
            _ => {}
        }
    }
    out
}

fn has_word(code: &str, word: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word)
}

/// Where code may be unsafe: what touches address space, machine code, signals, and records that machine code shares.
const UNSAFE: [&str; 8] = [
    "runtime/engine/code/",
    "runtime/engine/memory/",
    "runtime/engine/trap/",
    "runtime/engine/unwind/",
    "runtime/engine/vm/",
    "runtime/engine/sys/",
    "runtime/engine/tests/",
    "runtime/capi/",
];

#[test]
fn unsafe_code_is_where_it_may_be_and_says_why() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (n, line) in lines.iter().enumerate() {
            if !has_word(&code_of(line), "unsafe") {
                continue;
            }
            let place = format!("{path}:{}", n + 1);
            if !UNSAFE.iter().any(|folder| path.starts_with(folder)) {
                faults.push(format!("{place}: unsafe outside of the folders for it"));
            }
            // The reason stands behind it, above it or the statement that it is part of, or, of a function, at the start of its body. The type of
            // a pointer asserts nothing.
            let is_comment = |l: &&str| l.trim().starts_with("//");
            let code = code_of(line);
            let is_item = code.contains("unsafe fn") || code.contains("unsafe extern");
            let above = lines[..n].iter().rev().take(6).take_while(|l| !l.trim().is_empty() && l.trim() != "}").any(is_comment);
            let below = is_item && lines[n + 1..].iter().take(2).any(is_comment);
            let reason = line.contains("//") || above || below || code.trim_start().starts_with("type ");
            if !reason && !path.contains("/tests/") {
                faults.push(format!("{place}: unsafe without the invariant it rests on: {}", line.trim()));
            }
        }
    }
    // Everywhere else the compiler refuses it.
    for (folder, _) in CRATES {
        let head = root().join(folder).join("lib.rs");
        if let Ok(text) = fs::read_to_string(&head) {
            let strict = text.contains("#![forbid(unsafe_code)]")
                || UNSAFE.iter().any(|u| u.starts_with(folder)) && text.contains("#![deny(unsafe_code)]");
            if !strict {
                faults.push(format!("{folder}/lib.rs does not forbid unsafe code"));
            }
        }
    }
    report(faults);
}

#[test]
fn nothing_is_left_to_do_or_switched_off() {
    // Helpers of several test binaries, of which each uses its part; and whole files, of which their own tests use a part.
    let is_shared = |path: &str| path.ends_with("tests/common/mod.rs") || path == "runtime/engine/tests/models.rs";
    let mut faults = Vec::new();
    for (path, text) in sources() {
        for (n, line) in text.lines().enumerate() {
            let code = code_of(line);
            let spoken = line.split_once("//").map_or("", |(_, comment)| comment);
            let macros = ["todo", "unimplemented", "dbg"].iter().find(|m| code.contains(&format!("{m}!(")) && has_word(&code, m));
            let marks = ["TODO", "FIXME", "XXX", "HACK"].iter().find(|m| has_word(spoken, m));
            let attribute = code.trim_start();
            let off = attribute.starts_with("#[ignore").then_some("#[ignore]");
            let hidden =
                (attribute.starts_with("#") && attribute.contains("allow(") && has_word(attribute, "dead_code") && !is_shared(&path))
                    .then_some("allow(dead_code)");
            for what in [macros.copied(), marks.copied(), off, hidden].into_iter().flatten() {
                faults.push(format!("{path}:{}: {what}", n + 1));
            }
        }
    }
    report(faults);
}

#[test]
fn nothing_names_one_machine() {
    // Put together here, so that this file does not have them.
    let roots = ["work", "root", "home", "Users"].map(|name| format!("/{name}/"));
    let mut faults = Vec::new();
    for (path, file) in files() {
        let bytes = fs::read(&file).expect("readable");
        for name in &roots {
            let mut rest = &bytes[..];
            while let Some(at) = rest.windows(name.len()).position(|w| w == name.as_bytes()) {
                // A path starts there: not the middle of one, or of an address.
                let before = if at == 0 { b' ' } else { rest[at - 1] };
                if !before.is_ascii_alphanumeric() && !b"_.-)*>}".contains(&before) {
                    let text = String::from_utf8_lossy(&rest[at..rest.len().min(at + 40)]).into_owned();
                    faults.push(format!("{path}: {text:?}"));
                    break;
                }
                rest = &rest[at + name.len()..];
            }
        }
    }
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file");
    let known = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    faults.extend(lock.lines().filter(|l| l.starts_with("source = ") && *l != known).map(|l| format!("Cargo.lock: {l}")));
    report(faults);
}

// ---- names of files

/// Words of a comment or page that say where something is: `opt/fold.rs`, `mach/{flow,buffer}`, `fuzz/regressions/*.wat`.
fn paths_in(text: &str) -> Vec<String> {
    let is_path = |c: char| c.is_alphanumeric() || "_-./{},*".contains(c);
    let words = text.split(|c: char| !is_path(c)).map(|w| w.trim_matches(['.', ',', '-', '*']));
    let named = words.filter(|w| (w.contains('/') || w.ends_with(".md")) && !w.starts_with('/') && !w.contains("//"));
    let with_ending = |w: &&str| {
        let end = w.rsplit('/').next().unwrap_or_default();
        end.rsplit_once('.')
            .is_some_and(|(name, ending)| !name.is_empty() && ["rs", "md", "toml", "wat", "txt", "sh", "c", "h"].contains(&ending))
    };
    let in_room = |w: &&str| CRATES.iter().any(|(folder, _)| w.starts_with(&format!("{folder}/"))) || w.starts_with("papers/");
    named.filter(|w| with_ending(w) || in_room(w)).flat_map(expand).collect()
}

/// `mach/{flow,buffer}` is two paths; what stands for many, by `*` or in capitals, is its folder.
fn expand(word: &str) -> Vec<String> {
    let expanded = match (word.find('{'), word.find('}')) {
        (Some(open), Some(close)) if open < close => {
            word[open + 1..close].split(',').map(|part| format!("{}{part}{}", &word[..open], &word[close + 1..])).collect()
        }
        _ => vec![word.to_string()],
    };
    let stands_for_many = |part: &str| {
        let name = part.split('.').next().unwrap_or_default();
        part.contains('*') || name.len() > 1 && name != "README" && name.chars().all(|c| c.is_ascii_uppercase())
    };
    let folder = |w: String| w.split('/').take_while(|part| !stands_for_many(part)).collect::<Vec<_>>().join("/");
    expanded.into_iter().map(folder).collect()
}

/// A file may be named from the root, from its crate, or from a folder around the one who names it.
fn exists(all: &BTreeMap<String, PathBuf>, named: &str, by: &str) -> bool {
    let named = named.trim_end_matches('/');
    let mut folders: Vec<&str> = vec![""];
    folders.extend(by.match_indices('/').map(|(at, _)| &by[..=at]));
    folders.extend(CRATES.iter().map(|c| c.0));
    folders.into_iter().any(|folder| {
        let path = if folder.is_empty() { named.to_string() } else { format!("{}/{named}", folder.trim_end_matches('/')) };
        let inside = format!("{path}/");
        // Modules are named with and without their ending.
        all.contains_key(&path)
            || all.contains_key(&format!("{path}.rs"))
            || all.range(inside.clone()..).next().is_some_and(|(p, _)| p.starts_with(&inside))
    })
}

/// Quoted words of a comment that start with a folder of the tree: `mach/verify` is one, `and/or` is none.
fn quoted_in(text: &str, all: &BTreeMap<String, PathBuf>) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2).filter(|q| q.contains('/') && !q.contains(|c: char| " ()=:<>$".contains(c)));
    let in_folder = quoted.filter(|q| {
        let first = q.split('/').next().unwrap_or_default();
        !first.is_empty() && all.keys().any(|path| path.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(|f| f == first)))
    });
    in_folder.flat_map(expand).collect()
}

#[test]
fn paths_that_are_named_exist() {
    let all = files();
    let mut faults = Vec::new();
    let mut seen = 0;
    for (path, text) in sources() {
        for (n, line) in text.lines().enumerate() {
            let Some(at) = line.find("//").filter(|at| *at == 0 || !line[..*at].ends_with([':', '"'])) else { continue };
            let mut named_here = paths_in(&line[at..]);
            named_here.extend(quoted_in(&line[at..], &all));
            named_here.sort();
            named_here.dedup();
            for named in named_here {
                seen += 1;
                if !exists(&all, &named, &path) {
                    faults.push(format!("{path}:{}: {named}", n + 1));
                }
            }
        }
    }
    for (path, file) in all.iter().filter(|(path, _)| path.ends_with(".md")) {
        let text = fs::read_to_string(file).expect("pages are text");
        for quoted in text.split('`').skip(1).step_by(2).filter(|q| !q.contains(' ') && !q.contains('\n')) {
            for named in paths_in(quoted) {
                if !exists(&all, &named, path) {
                    faults.push(format!("{path}: {named}"));
                }
            }
        }
    }
    report(faults);
    assert!(seen > 30, "{seen} names: the test does not see them");
}

#[test]
fn pages_and_files_name_each_other() {
    let all = files();
    let mut faults = Vec::new();
    for (page, file) in all.iter().filter(|(path, _)| path.starts_with("papers/") && path.ends_with(".md")) {
        let text = fs::read_to_string(file).expect("pages are text");
        let named = paths_in(&text);
        let back = named.iter().filter_map(|n| all.get(n)).any(|f| fs::read_to_string(f).is_ok_and(|text| text.contains(page.as_str())));
        if !back {
            faults.push(format!("{page}: names no file that names it back; it names {named:?}"));
        }
    }
    for (path, text) in sources() {
        for named in text.lines().filter(|l| l.trim_start().starts_with("//")).flat_map(paths_in) {
            if named.starts_with("papers/") && named.ends_with(".md") && !all.contains_key(&named) {
                faults.push(format!("{path}: {named} is not written"));
            }
        }
    }
    report(faults);
}

// ---- golden tests

#[test]
fn every_value_of_a_strategy_has_a_golden_test() {
    let fields = |text: &str| -> Vec<String> { text.split(',').map(str::to_string).collect() };
    let mut missing: BTreeSet<String> = Strategy::all().iter().flat_map(|s| fields(&s.to_string())).collect();
    assert!(missing.len() > 8);
    for (_, file) in files().iter().filter(|(path, _)| path.starts_with("codegen/filetests/")) {
        let text = fs::read_to_string(file).expect("golden tests are text");
        let header = text.lines().next().unwrap_or_default();
        let strategy = header.split_whitespace().find_map(|w| w.strip_prefix("strategy=")).unwrap_or_default();
        for field in fields(strategy) {
            missing.remove(&field);
        }
    }
    report(missing.into_iter().map(|value| format!("no file in codegen/filetests names {value}")).collect());
}

//! The page of `samite explore`: its data is whole and says what the compiler made. That it works in a browser is checked by
//! `runtime/cli/tests/explore.mjs`, a named command.
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const SOURCE: &str = r#"(module
  (memory 1)
  (func $twice (param i32) (result i32) (i32.add (local.get 0) (local.get 0)))
  (func $sum (export "sum") (param $p i32) (param $n i32) (result i32) (local $s i32)
    (loop $again
      (local.set $s (i32.add (local.get $s) (i32.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (call $twice (local.get $s)))
  (func (export "</script><b>") (result i32) (i32.const 1)))"#;

/// Where the operators of `$sum` and `$twice` come from, by hand: two lines of a file that the map brings along.
const MAP: &str = r#"{"version":3,"sources":["src/sum.c"],"sourcesContent":["int twice(int a) { return a + a; }\nint sum();"],"names":[],"mappings":"MAPS"}"#;

struct Room(TempDir);

impl Room {
    fn new() -> Room {
        let room = Room(tempfile::tempdir().expect("there is room for temporary files"));
        fs::write(room.0.path().join("m.wat"), SOURCE).unwrap();
        room
    }
    fn path(&self) -> &Path {
        self.0.path()
    }
    fn run(&self, args: &[&str]) -> (bool, String, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_samite")).args(args).current_dir(self.path()).output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        (done.status.success(), text(done.stdout), text(done.stderr))
    }
    fn page(&self, args: &[&str]) -> Page {
        let mut all = vec!["explore", "-o", "page.html"];
        all.extend(args);
        let (good, out, err) = self.run(&all);
        assert!(good && out.is_empty() && err.is_empty(), "{out}{err}");
        Page(fs::read_to_string(self.path().join("page.html")).unwrap())
    }
}

struct Page(String);

impl Page {
    /// The parts that are data, by id.
    fn parts(&self) -> Vec<(&str, Value)> {
        let parts = self.0.split(r#"<script type="application/json" id=""#).skip(1);
        parts
            .map(|part| {
                let (id, rest) = part.split_once("\">").expect("an id ends");
                let (json, _) = rest.split_once("</script>").expect("a script ends");
                (id, serde_json::from_str(json).unwrap_or_else(|e| panic!("{id}: {e}")))
            })
            .collect()
    }
    fn part(&self, id: &str) -> Value {
        self.parts().into_iter().find(|p| p.0 == id).unwrap_or_else(|| panic!("no {id}")).1
    }
}

fn numbers(list: &Value) -> Vec<i64> {
    let mut sum = 0;
    let list = list.as_array().expect("a list").iter().map(|n| n.as_i64().expect("numbers"));
    list.map(|n| {
        sum += n;
        sum
    })
    .collect()
}

/// The lines of a station as the page puts them together: offset (0 for none), id, text.
fn lines(function: &Value, station: &Value) -> Vec<(i64, i64, String)> {
    let texts: Vec<&str> = function["t"].as_str().expect("texts").split('\n').collect();
    let at = function["at"].as_i64().expect("a number");
    let offsets = numbers(&station["o"]).into_iter().map(|o| if o == 0 { 0 } else { o - 1 + at });
    let rest = numbers(&station["i"]).into_iter().zip(numbers(&station["t"]));
    offsets.zip(rest).map(|(o, (i, t))| (o, i, texts[t as usize].to_string())).collect()
}

#[test]
fn the_page_is_whole_and_needs_nothing_else() {
    let room = Room::new();
    let page = room.page(&["m.wat", "--strategy", "max", "--strategy", "baseline"]);
    // No address of anything, but for what a style sheet or script may say of itself.
    for outside in ["src=", "href=", "http:", "https:", "@import", "url("] {
        assert!(!page.0.contains(outside), "{outside}");
    }
    assert!(!page.0.contains("<b>\"") && !page.0.contains("{{"));
    let module = page.part("module");
    assert_eq!(module["strategies"].as_array().unwrap().len(), 2);
    let functions = module["functions"].as_array().unwrap();
    assert_eq!(functions.iter().map(|f| f[1].as_str().unwrap()).collect::<Vec<_>>(), ["twice", "sum", "</script><b>"]);
    assert_eq!(page.parts().len(), 4);
    for (id, function) in page.parts().into_iter().filter(|p| p.0 != "module") {
        for compiled in function["s"].as_array().unwrap() {
            let names: Vec<&str> = compiled["n"].as_array().unwrap().iter().map(|n| n["n"].as_str().unwrap()).collect();
            assert_eq!((names[0], &names[names.len() - 3..]), ("ssa:translate", &["mach", "regalloc", "asm"][..]), "{id}");
            assert_eq!(compiled["r"].as_array().unwrap().len() % 4, 0);
            let wat: Vec<i64> = lines(&function, &function["w"][0]).into_iter().map(|l| l.0).collect();
            for station in compiled["n"].as_array().unwrap() {
                let lines = lines(&function, station);
                assert!(!lines.is_empty());
                for (offset, _, text) in lines {
                    assert!(
                        offset == 0 || wat.contains(&offset),
                        "{id} {}: {text} comes from {offset:#x}, which wat has not",
                        station["n"]
                    );
                }
            }
            let asm = &compiled["n"].as_array().unwrap()[names.len() - 1];
            let hex: usize = asm["x"].as_str().unwrap().split(' ').map(|b| b.len() / 2).sum();
            assert!(hex as i64 >= compiled["y"].as_i64().unwrap(), "all bytes of code are there");
        }
    }
}

/// What the page has is what the commands print.
#[test]
fn the_page_and_the_commands_say_the_same() {
    let room = Room::new();
    let function = room.page(&["m.wat", "--function", "sum"]).part("f1");
    for (name, args) in [
        ("ssa:translate", &["compile", "m.wat", "--emit", "ssa", "--after", "translate", "--function", "sum"][..]),
        ("ssa:licm", &["compile", "m.wat", "--emit", "ssa", "--function", "sum"]),
        ("mach", &["compile", "m.wat", "--emit", "mach", "--function", "sum"]),
        ("regalloc", &["compile", "m.wat", "--emit", "regalloc", "--function", "sum"]),
        ("asm", &["compile", "m.wat", "--emit", "asm", "--function", "sum"]),
        ("asm", &["objdump", "m.wat", "--function", "sum"]),
        ("wat", &["print", "m.wat"]),
    ] {
        let (_, printed, _) = room.run(args);
        let stations = function["s"][0]["n"].as_array().unwrap().iter().chain(function["w"].as_array().unwrap());
        let station = stations.into_iter().find(|s| s["n"] == name).unwrap_or_else(|| panic!("no {name}"));
        let mut rest = printed.as_str();
        for (_, _, text) in lines(&function, station) {
            // Notes stand in a column of their own in print.
            for part in text.split(" ; ").map(str::trim) {
                let at = rest.find(part).unwrap_or_else(|| panic!("{args:?} does not print {text:?} where it should:\n{printed}"));
                rest = &rest[at + part.len()..];
            }
        }
    }
}

#[test]
fn a_source_map_gives_source_lines() {
    let room = Room::new();
    room.run(&["parse", "m.wat", "-o", "m.wasm"]);
    let mut module = fs::read(room.path().join("m.wasm")).unwrap();
    // A custom section with the map's name; the numbers of the mapping are in base 64, five bits a digit.
    let section = [&[16][..], b"sourceMappingURL", &[5], b"m.map"].concat();
    module.extend([&[0, section.len() as u8][..], &section].concat());
    fs::write(room.path().join("m.wasm"), module).unwrap();
    let (_, printed, _) = room.run(&["print", "--offsets", "m.wasm"]);
    let offset = |what: &str| {
        let line = printed.lines().find(|l| l.contains(what)).unwrap_or_else(|| panic!("no {what} in {printed}"));
        i64::from_str_radix(line["(;@".len()..].split([' ', ';']).next().unwrap(), 16).unwrap()
    };
    let (twice, sum) = (offset(")  (func $twice"), offset(")  (func $sum"));
    let maps = format!("{}AAA,{}ACA", number(twice), number(sum - twice));
    fs::write(room.path().join("m.map"), MAP.replace("MAPS", &maps)).unwrap();
    let page = room.page(&["m.wasm"]);
    for (id, text, at) in [("f0", "sum.c:1  int twice(int a) { return a + a; }", twice), ("f1", "sum.c:2  int sum();", sum)] {
        let function = page.part(id);
        assert_eq!(function["w"][0]["n"], "source");
        let lines = lines(&function, &function["w"][0]);
        assert_eq!(lines, [(at, 0, text.to_string())]);
    }
    // Nothing outside of the module's folder is read.
    let module = fs::read(room.path().join("m.wasm")).unwrap();
    let elsewhere: Vec<u8> = [&module[..module.len() - 6], &[5], b"../mm"].concat();
    fs::write(room.path().join("m.wasm"), elsewhere).unwrap();
    assert_eq!(room.page(&["m.wasm"]).part("f0")["w"][0]["n"], "wat");
}

/// A positive number as source maps write it.
fn number(n: i64) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert!(n >= 0);
    let mut rest = n << 1;
    let mut out = String::new();
    loop {
        let digit = rest & 31;
        rest >>= 5;
        out.push(DIGITS[(digit | if rest > 0 { 32 } else { 0 }) as usize] as char);
        if rest == 0 {
            return out;
        }
    }
}

#[test]
fn which_functions_are_shown() {
    let room = Room::new();
    let ids = |args: &[&str]| room.page(args).parts().iter().map(|p| p.0.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&["m.wat"]), ["f0", "f1", "f2", "module"]);
    assert_eq!(ids(&["m.wat", "--function", "2", "--function", "sum"]), ["f1", "f2", "module"]);
    // One that is larger than all that may be shown, and others that still fit.
    let large = format!("(module (func (drop (i32.const 1)) {}) {})", "(drop (i32.const 1))".repeat(80_000), "(func)".repeat(3));
    fs::write(room.path().join("large.wat"), large).unwrap();
    let shown = ids(&["large.wat"]);
    assert!(shown.contains(&"f0".to_string()) && shown.len() < 6, "{shown:?}");
    let (good, _, err) = room.run(&["explore", "m.wat", "--function", "none"]);
    assert!(!good && err.contains("no function `none` with a body"), "{err}");
    fs::write(room.path().join("empty.wat"), "(module)").unwrap();
    let (good, _, err) = room.run(&["explore", "empty.wat"]);
    assert!(!good && err.contains("empty.wat has no functions with bodies"), "{err}");
}

/// The data of a small function in full. `BLESS=1` rewrites it.
#[test]
fn the_data_of_a_small_function() {
    let room = Room::new();
    // The strategy that changes least: what passes and allocators do is for other tests.
    let function = room.page(&["m.wat", "--function", "sum", "--strategy", "baseline"]).part("f1");
    let mut out = String::new();
    for station in function["w"].as_array().unwrap().iter().chain(function["s"][0]["n"].as_array().unwrap()) {
        out += &format!("{}\n", station["n"].as_str().unwrap());
        for (offset, id, text) in lines(&function, station) {
            const KINDS: [&str; 7] = ["-", "block", "op", "edit", "step", "edge", "data"];
            out += &format!("{offset:6x}  {:<9} {text}\n", format!("{} {}", KINDS[(id & 7) as usize], id >> 3));
        }
    }
    for (name, key) in [("blocks", "b"), ("loops", "l"), ("stretches", "r"), ("slots", "m"), ("steps", "k"), ("bytes", "y")] {
        out += &format!("{name} {}\n", function["s"][0][key]);
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explore.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &out).unwrap();
    }
    assert_eq!(out, fs::read_to_string(&file).unwrap_or_default(), "BLESS=1 rewrites {}", file.display());
}

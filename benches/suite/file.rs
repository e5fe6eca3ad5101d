//! Suite files: TOML, a table `[[bench]]` for each program, and `[defaults]` for what they share (`suite.md` lists the fields).
//!
//! Errors name the line. In texts, `{name}` is the name of the bench.
use super::embedded::Folder;
use super::{Command, Item, Load, Shape, Suite, Twin, Work, package};
use anyhow::{Context, bail, ensure};
use regex_lite::Regex;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteFile {
    name: Option<String>,
    #[serde(default)]
    defaults: Entry,
    bench: Vec<Spanned<Entry>>,
}

/// Every field may be among the defaults.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    group: Option<String>,
    about: Option<String>,
    kind: Option<Kind>,
    module: Option<String>,
    package: Option<String>,
    sha256: Option<String>,
    iterations: Option<i32>,
    expected: Option<OneOrMany>,
    check_iterations: Option<i32>,
    check_expected: Option<String>,
    function: Option<String>,
    args: Option<Vec<Word>>,
    env: Option<BTreeMap<String, String>>,
    dirs: Option<Vec<String>>,
    stdin: Option<String>,
    exit: Option<i32>,
    expected_stdout: Option<String>,
    expected_stderr: Option<String>,
    seconds: Option<String>,
    native: Option<Native>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    Kernel,
    Invoke,
    Wasi,
    Sightglass,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Kernel => "kernel",
            Kind::Invoke => "invoke",
            Kind::Wasi => "wasi",
            Kind::Sightglass => "sightglass",
        }
    }
}

/// A text, or a number as one.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Integer(i64),
    Float(f64),
}

impl Word {
    fn text(self) -> String {
        match self {
            Word::Text(text) => text,
            Word::Integer(number) => number.to_string(),
            Word::Float(number) => number.to_string(),
        }
    }
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Word),
    Many(Vec<Word>),
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Native {
    build: Option<String>,
    sources: Option<Vec<String>>,
    #[serde(default)]
    flags: Vec<String>,
    compiler: Option<String>,
}

impl Entry {
    fn or(self, defaults: &Entry) -> Entry {
        macro_rules! each {
            ($($field:ident)*) => { Entry { $($field: self.$field.or_else(|| defaults.$field.clone())),* } };
        }
        each! {
            name group about kind module package sha256 iterations expected check_iterations check_expected function args env dirs
            stdin exit expected_stdout expected_stderr seconds native
        }
    }
    /// Takes away the fields that a kind has not, and says which it had of them.
    fn keep(&mut self, kind: Kind) -> Vec<&'static str> {
        let mut taken = Vec::new();
        macro_rules! only {
            ($($field:ident: $($of:ident)|+;)*) => {
                $(if !matches!(kind, $(Kind::$of)|+) && self.$field.take().is_some() {
                    taken.push(stringify!($field));
                })*
            };
        }
        only! {
            iterations: Kernel; check_iterations: Kernel; check_expected: Kernel; expected: Kernel | Invoke; function: Invoke;
            args: Invoke | Wasi | Sightglass; env: Wasi | Sightglass; dirs: Wasi | Sightglass; stdin: Wasi | Sightglass;
            exit: Wasi | Sightglass; expected_stdout: Wasi | Sightglass; expected_stderr: Wasi | Sightglass; seconds: Wasi;
        }
        taken
    }
    /// With defaults, as far as they are for its kind. A field of another kind is a mistake in a bench, not in what several kinds share.
    fn with(mut self, defaults: &Entry) -> anyhow::Result<Entry> {
        let kind = self.kind.or(defaults.kind).unwrap_or_default();
        if let [field, ..] = self.keep(kind)[..] {
            let name = self.name.as_deref().unwrap_or("?");
            bail!("bench `{name}`: it has the field `{field}`, which the kind `{}` has not", kind.name());
        }
        let mut defaults = defaults.clone();
        defaults.keep(kind);
        Ok(self.or(&defaults))
    }
}

pub fn load(path: &Path, word: &str) -> anyhow::Result<Suite> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let folder = std::path::absolute(path)?.parent().map(Path::to_path_buf).unwrap_or_default();
    parse(word, &text, &Folder::Disk(folder)).with_context(|| path.display().to_string())
}

pub fn parse(name: &str, text: &str, folder: &Folder) -> anyhow::Result<Suite> {
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    let file: SuiteFile = toml::from_str(text).map_err(|error| match error.span() {
        Some(span) => anyhow::anyhow!("line {}: {}", line(span.start), error.message()),
        None => anyhow::anyhow!("{}", error.message()),
    })?;
    let mut items = Vec::with_capacity(file.bench.len());
    let mut names = BTreeSet::new();
    for entry in file.bench {
        let at = line(entry.span().start);
        let entry = entry.into_inner().with(&file.defaults);
        let item = entry.and_then(|entry| item(entry, folder)).with_context(|| format!("line {at}"))?;
        ensure!(names.insert(item.name.clone()), "line {at}: there are two of the name `{}`", item.name);
        items.push(item);
    }
    Ok(Suite { name: file.name.unwrap_or_else(|| name.to_string()), items })
}

fn item(entry: Entry, folder: &Folder) -> anyhow::Result<Item> {
    let name = entry.name.clone().context("a bench needs a `name`")?;
    let fill = |text: String| text.replace("{name}", &name);
    let of = |what: Option<String>| what.map(&fill);
    let context = || format!("bench `{name}`");
    let wasm = module(&entry, &name, folder).with_context(context)?;
    let kind = entry.kind.unwrap_or_default();
    let args: Vec<String> = entry.args.clone().unwrap_or_default().into_iter().map(Word::text).map(&fill).collect();
    let work = (|| {
        Ok(match kind {
            Kind::Kernel => {
                let load = |iterations: Option<i32>, expected: Option<String>, which: &str| -> anyhow::Result<Load> {
                    let iterations = iterations.with_context(|| format!("a kernel needs `{which}iterations`"))?;
                    let expected = expected.with_context(|| format!("a kernel needs `{which}expected`"))?;
                    Ok(Load { iterations, expected: checksum(&expected)? })
                };
                let expected = match entry.expected.clone() {
                    Some(OneOrMany::Many(_)) => bail!("a kernel has one `expected`"),
                    Some(OneOrMany::One(word)) => Some(word.text()),
                    None => None,
                };
                let full = load(entry.iterations, expected, "")?;
                Work::Kernel { full, check: load(entry.check_iterations, entry.check_expected.clone(), "check_")? }
            }
            Kind::Invoke => {
                let function = entry.function.clone().context("an invocation needs its `function`")?;
                Shape::of(&wasm)?.check(&function, &args)?;
                let expected = entry.expected.clone().map(|expected| match expected {
                    OneOrMany::One(word) => vec![word.text()],
                    OneOrMany::Many(all) => all.into_iter().map(Word::text).collect(),
                });
                Work::Invoke { function, args, expected }
            }
            Kind::Wasi => Work::Wasi(command(&entry, args, folder, &fill)?),
            Kind::Sightglass => Work::Sightglass(command(&entry, args, folder, &fill)?),
        })
    })();
    let twin = entry.native.map(|native| twin(native, folder, &fill)).transpose().with_context(context)?;
    Ok(Item {
        work: work.with_context(context)?,
        group: of(entry.group).unwrap_or_default(),
        about: of(entry.about).unwrap_or_default(),
        wasm,
        twin,
        name,
    })
}

fn module(entry: &Entry, name: &str, folder: &Folder) -> anyhow::Result<Cow<'static, [u8]>> {
    let file = entry.module.clone().context("a bench needs a `module`")?.replace("{name}", name);
    let sha256 = entry.sha256.as_deref();
    let bytes = match &entry.package {
        Some(package) => super::to_module(Path::new(&file), package::file(package, &file, sha256)?)?.into(),
        None => {
            let bytes = folder.read(&file)?;
            if let Some(wanted) = sha256 {
                package::check(&file, &bytes, wanted)?;
            }
            bytes
        }
    };
    Ok(bytes)
}

fn command(entry: &Entry, args: Vec<String>, folder: &Folder, fill: &dyn Fn(String) -> String) -> anyhow::Result<Command> {
    let Folder::Disk(folder) = folder else { bail!("the embedded suite has kernels only") };
    let read = |file: &Option<String>| {
        let Some(file) = file else { return Ok(None) };
        let path = folder.join(fill(file.clone()));
        std::fs::read(&path).map(Some).with_context(|| format!("cannot read {}", path.display()))
    };
    let dir = |spec: String| {
        let (host, guest) = spec.split_once("::").unwrap_or((&spec, &spec));
        let host = folder.join(host);
        ensure!(host.is_dir(), "no directory {}", host.display());
        Ok((host, guest.to_string()))
    };
    let seconds = entry.seconds.as_ref().map(|pattern| {
        let regex = Regex::new(pattern).with_context(|| format!("`seconds`: `{pattern}`"))?;
        ensure!(regex.captures_len() == 2, "`seconds` needs one group in parentheses, the number");
        Ok(regex)
    });
    let stdin = entry.stdin.clone().map(|file| folder.join(fill(file)));
    if let Some(file) = &stdin {
        ensure!(file.is_file(), "cannot read {}", file.display());
    }
    Ok(Command {
        args,
        env: entry.env.clone().unwrap_or_default().into_iter().collect(),
        dirs: entry.dirs.clone().unwrap_or_default().into_iter().map(fill).map(dir).collect::<anyhow::Result<_>>()?,
        stdin,
        exit: entry.exit.unwrap_or(0),
        expected_stdout: read(&entry.expected_stdout)?,
        expected_stderr: read(&entry.expected_stderr)?,
        seconds: seconds.transpose()?,
    })
}

fn twin(native: Native, folder: &Folder, fill: &dyn Fn(String) -> String) -> anyhow::Result<Twin> {
    let build = match (native.build, native.sources) {
        (Some(line), None) => {
            ensure!(native.flags.is_empty() && native.compiler.is_none(), "`flags` and `compiler` go with `sources`");
            line
        }
        (None, Some(sources)) => {
            let compiler = native.compiler.unwrap_or_else(|| "cc".into());
            format!("{compiler} {} {} -o {{out}} -lm", native.flags.join(" "), sources.join(" "))
        }
        _ => bail!("`native` needs `build` (a command that makes {{out}}) or `sources`"),
    };
    ensure!(build.contains("{out}") || build.contains("{out_dir}"), "`build` must make {{out}}, or {{name}} in {{out_dir}}");
    Ok(Twin { build: fill(build), folder: folder.clone() })
}

fn checksum(text: &str) -> anyhow::Result<u64> {
    let digits = text.strip_prefix("0x").with_context(|| format!("checksum `{text}` does not start with 0x"))?;
    u64::from_str_radix(digits, 16).with_context(|| format!("checksum `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> anyhow::Result<Suite> {
        let room = tempfile::tempdir().unwrap();
        std::fs::write(room.path().join("a.wasm"), b"\0asm\x01\0\0\0").unwrap();
        std::fs::write(room.path().join("out.txt"), b"hello").unwrap();
        parse("x", text, &Folder::Disk(room.path().to_path_buf()))
    }

    #[test]
    fn errors_name_the_line() {
        for (text, wanted) in [
            ("[[bench]]\nname = \"a\"\ncolour = 1\n", "line 3: unknown field `colour`"),
            ("[[bench]]\nmodule = \"a.wasm\"\n", "line 1: a bench needs a `name`"),
            ("\n[[bench]]\nname = \"a\"\n", "line 2: bench `a`: a bench needs a `module`"),
            ("[[bench]]\nname = \"a\"\nmodule = \"b.wasm\"\n", "line 1: bench `a`: cannot read "),
            ("[[bench]]\nname = \"a\"\nmodule = \"a.wasm\"\n", "line 1: bench `a`: a kernel needs `iterations`"),
            (
                "[[bench]]\nname = \"a\"\nmodule = \"a.wasm\"\niterations = 1\nexpected = \"5\"\n",
                "bench `a`: checksum `5` does not start with 0x",
            ),
            ("[[bench]]\nname = \"a\"\nmodule = \"a.wasm\"\nkind = \"wasm\"\n", "line 4: unknown variant `wasm`"),
            (
                "[[bench]]\nname = \"a\"\nmodule = \"a.wasm\"\nexit = 3\n",
                "line 1: bench `a`: it has the field `exit`, which the kind `kernel` has not",
            ),
            ("[[bench]]\nname = \"a\"\nmodule = \"a.wasm\"\nkind = \"wasi\"\nseconds = \"x\"\n", "needs one group"),
            ("[[bench]]\nname = \"a\"\nmodule = \"a.wasm\"\nkind = \"wasi\"\nsha256 = \"00\"\n", "a.wasm has sha256 93a44bbb"),
            (
                "[defaults]\nkind = \"wasi\"\nmodule = \"a.wasm\"\n[[bench]]\nname = \"a\"\n[[bench]]\nname = \"a\"\n",
                "line 6: there are two",
            ),
            ("[[bench]]\nname = \"a\"\nmodule = \"a.wasm\"\nkind = \"wasi\"\nnative = {}\n", "`native` needs `build`"),
        ] {
            let error = format!("{:#}", parsed(text).unwrap_err());
            assert!(error.contains(wanted), "{error}\nis not: {wanted}");
        }
    }

    /// Defaults are for several kinds; each takes what it has. Numbers are arguments and results as texts are.
    #[test]
    fn defaults_of_other_kinds_and_numbers() {
        let text = r#"
            [defaults]
            module = "f.wasm"
            exit = 3
            function = "f"
            [[bench]]
            name = "program"
            kind = "wasi"
            args = ["--size", 7]
            [[bench]]
            name = "function"
            kind = "invoke"
            args = [25, -1.5, "0x2a"]
            expected = 75025
        "#;
        let room = tempfile::tempdir().unwrap();
        let module = wat::parse_str("(module (func (export \"f\") (param i32 f64 i64) (result i64) i64.const 75025))").unwrap();
        std::fs::write(room.path().join("f.wasm"), module).unwrap();
        let parsed = |text: &str| parse("x", text, &Folder::Disk(room.path().to_path_buf()));
        let suite = parsed(text).unwrap();
        let Work::Wasi(command) = &suite.items[0].work else { panic!() };
        assert_eq!((command.exit, &command.args[..]), (3, &["--size".to_string(), "7".into()][..]));
        let Work::Invoke { args, expected, .. } = &suite.items[1].work else { panic!() };
        assert_eq!((args.join(" ").as_str(), expected.as_deref()), ("25 -1.5 0x2a", Some(&["75025".to_string()][..])));
        let error = |text: &str| format!("{:#}", parsed(text).unwrap_err());
        let wrong = error(&text.replace("25, -1.5", "\"x\", -1.5"));
        assert_eq!(wrong, "line 10: bench `function`: argument `x` of `f` is not an i32");
        assert!(error(&text.replace("25, -1.5, ", "")).ends_with("`f` takes 3 arguments (i32 f64 i64), not 1"));
    }

    #[test]
    fn defaults_are_shared() {
        let text = r#"
            name = "programs"
            [defaults]
            kind = "wasi"
            module = "{name}.wasm"
            expected_stdout = "out.txt"
            args = ["-o", "{name}"]
            seconds = 'took (\d+\.\d+) s'
            native = { sources = ["{name}.c"], flags = ["-O3"] }
            [[bench]]
            name = "a"
            [[bench]]
            name = "b"
            module = "a.wasm"
            args = []
            exit = 3
        "#;
        let suite = parsed(text).unwrap();
        assert_eq!(suite.name, "programs");
        let commands: Vec<&Command> = suite.items.iter().map(|item| if let Work::Wasi(c) = &item.work { c } else { panic!() }).collect();
        assert_eq!(commands[0].args, ["-o", "a"]);
        assert_eq!((commands[1].args.len(), commands[1].exit), (0, 3));
        assert_eq!(commands[1].expected_stdout.as_deref(), Some(&b"hello"[..]));
        assert_eq!(suite.items[1].twin.as_ref().unwrap().build, "cc -O3 b.c -o {out} -lm");
    }
}

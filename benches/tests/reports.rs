//! Every form of report, of one small experiment: what is there is right, and what is written can be read back.
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use samite_benches::analysis::{Analysis, Clock, Quantity};
use samite_benches::profile::{Function, Host, Loop, Profile};
use samite_benches::record::{
    Bench, Cell, Clock as Of, CodeStats, Experiment, FORMAT, Machine, Plan, Process, Sample, Subject, SubjectKind,
};
use samite_benches::report::{csv, html, json, markdown, parquet as columns, table, table::Page};
use samite_benches::stats::Verdict;
use samite_benches::{Against, Partners};

/// Three programs under four subjects in six rounds. B takes half of A's time, C the same, D (a peer that compiles nothing) a tenth more; under
/// C the second program fails. Noise is a sequence that repeats, below 0.2 %.
fn example() -> Experiment {
    let names = [("regalloc=a", 1.0), ("regalloc=b", 0.5), ("regalloc=c", 1.0), ("node, \"v8\"", 1.1)];
    let subject = |(name, _): &(&str, f64)| Subject {
        name: name.to_string(),
        kind: if name.starts_with("node") { SubjectKind::Peer } else { SubjectKind::Strategy },
        version: "0.1.0".into(),
        command: format!("run {name} <file>"),
        clock: if name.starts_with("node") { Of::Process } else { Of::Call },
    };
    let benches = [("alpha", "loops", 40e6), ("beta", "loops", 10e6), ("gamma|x", "calls", 2e3)];
    let bench = |(name, group, _): &(&str, &str, f64)| Bench {
        name: name.to_string(),
        group: group.to_string(),
        about: "an <example>".into(),
        wasm_bytes: 1234,
        wasm_sha256: "ab".repeat(32),
        work: "run(100)".into(),
    };
    let mut cells = Vec::new();
    let mut step = 0u32;
    let mut noise = move || {
        step = (step * 5 + 3) % 17;
        1.0 + f64::from(step) * 1e-4
    };
    for (_, _, ns) in &benches {
        for (k, (_, factor)) in names.iter().enumerate() {
            let mut sample = |ns: f64| Sample { wall_ns: (ns * noise()) as u64, ..Sample::default() };
            let mut process = |round: u32| Process {
                round,
                compile: (k < 3).then(|| sample(1e6 * (k + 1) as f64)),
                instantiate: Some(Sample { cpu_ns: Some(7), cycles: Some(u64::MAX), ..sample(2e4) }),
                runs: [3.0, 1.0, 1.0, 1.0].map(|first| sample(ns * factor * first)).to_vec(),
                warmup: 1,
                peak_rss_bytes: None,
            };
            let code = (k < 3).then(|| CodeStats {
                code_bytes: 1000 * (3 - k as u64),
                counts: [("spills".to_string(), 4 - k as u64), ("moves".to_string(), 0)].into(),
                passes: vec![("fold".into(), 17)],
            });
            let hot = Loop { offset: 0x30, depth: 1, samples: 60, own: 60 };
            let f = Function { module: "m".into(), index: 3, name: "<hot>".into(), offset: 0x21, samples: 80, loops: vec![hot] };
            let host = Host { what: "env::log".into(), caller: "<hot>".into(), samples: 20 };
            let profile = (k < 2).then(|| Profile { samples: 100, functions: vec![f], host: vec![host], ..Profile::default() });
            cells.push(Cell { error: None, code, processes: (0..6).map(&mut process).collect(), profile });
        }
    }
    cells[4 + 2].error = Some("wrong answer: <1>".into());
    cells[4 + 2].processes.truncate(1);
    Experiment {
        format: FORMAT,
        version: "0.1.0".into(),
        started: 1_800_000_000,
        machine: Machine {
            os: "linux".into(),
            cpu: "An & B".into(),
            cores: 2,
            facts: [("governor".into(), "none".into())].into(),
            ..Machine::default()
        },
        plan: Plan {
            processes: 6,
            samples: 4,
            patience_ms: 500,
            seed: 1,
            pinned: Some(1),
            randomized: true,
            quick: false,
            with_compile: false,
        },
        suite: "example".into(),
        subjects: names.iter().map(subject).collect(),
        benches: benches.iter().map(bench).collect(),
        cells,
    }
}

#[test]
fn analysis() {
    let experiment = example();
    let analysis = Analysis::new(&experiment);
    let run = |b, k| analysis.entry(b, k).run().unwrap().judged;
    assert!(run(0, 0).is_none(), "nothing is compared with itself");
    let (b, c, d) = (run(0, 1).unwrap(), run(0, 2).unwrap(), run(0, 3).unwrap());
    assert_eq!([b, c, d].map(|j| j.verdict), [Verdict::Faster, Verdict::CannotTell, Verdict::Slower]);
    assert!((b.ratio - 0.5).abs() < 1e-3 && b.low < b.ratio && b.ratio < b.high && b.detectable < 0.01);
    // Warm-up counts for nothing: the first runs took three times as long.
    assert!((analysis.entry(0, 0).run().unwrap().ns / 40e6 - 1.0).abs() < 0.01);
    // What failed has no times, in sums and means neither.
    assert!(analysis.entry(1, 2).times.is_empty() && analysis.entry(1, 2).failed.is_some());
    let means: Vec<_> =
        analysis.summaries.iter().map(|s| s.means.get(&Quantity::Run).map(|m| (m.benches, (m.judged.ratio * 100.0).round()))).collect();
    assert_eq!(means, [None, Some((3, 50.0)), Some((2, 100.0)), Some((3, 110.0))]);
    assert!((analysis.summaries[1].total_ns[&Quantity::Run] / 20e6 - 1.0).abs() < 0.01, "sums are of programs that all have");
    assert_eq!(analysis.groups, ["loops", "calls"]);
    assert_eq!(analysis.summaries[2].groups.iter().map(|g| g.map(|m| m.benches)).collect::<Vec<_>>(), [Some(1), Some(1)]);
    // Counts: 2000 of 3000 bytes; a count of 0 has no ratio.
    assert!((analysis.summaries[1].counts["code_bytes"] - 2.0 / 3.0).abs() < 1e-9 && !analysis.summaries[1].counts.contains_key("moves"));
    assert_eq!(analysis.count_names(), ["code_bytes", "moves", "spills"]);
    // B runs faster but compiles slower; C is beaten by both; D compiles nothing.
    assert_eq!(analysis.summaries.iter().map(|s| s.pareto).collect::<Vec<_>>(), [Some(true), Some(true), Some(false), None]);
    assert_eq!((analysis.summaries[1].faster, analysis.summaries[2].failed, analysis.failed()), (3, 1, 1));
}

#[test]
fn runs_of_ours_are_judged_by_cpu_time() {
    let mut experiment = example();
    assert_eq!(Analysis::new(&experiment).clock, Clock::Wall, "D is a peer");
    experiment.subjects[3].kind = SubjectKind::Reference;
    let with_cpu = |experiment: &mut Experiment, factor: f64| {
        let runs = experiment.cells.iter_mut().flat_map(|c| &mut c.processes).flat_map(|p| &mut p.runs);
        runs.for_each(|s| s.cpu_ns = Some((s.wall_ns as f64 * factor) as u64));
    };
    assert_eq!(Analysis::new(&experiment).clock, Clock::Wall, "no CPU time was taken");
    with_cpu(&mut experiment, 0.5);
    let analysis = Analysis::new(&experiment);
    assert_eq!(analysis.clock, Clock::Cpu);
    assert!((analysis.entry(0, 0).run().unwrap().ns / 20e6 - 1.0).abs() < 0.01);
    assert!((analysis.entry(0, 0).times[&Quantity::Compile].ns / 1e6 - 1.0).abs() < 0.01, "compiling is judged by wall time");
    with_cpu(&mut experiment, 1.9);
    assert_eq!(Analysis::new(&experiment).clock, Clock::Wall, "there are two threads");
}

#[test]
fn the_same_experiment_says_the_same() {
    let experiment = example();
    let of = || terminal(&experiment, 100);
    assert_eq!(of(), of());
}

fn terminal(experiment: &Experiment, width: usize) -> String {
    table::table(&Analysis::new(experiment), Page { width, details: false })
}

#[test]
fn the_table() {
    let text = terminal(&example(), 100);
    let line = |start: &str| text.lines().find(|l| l.starts_with(start)).unwrap_or_else(|| panic!("no `{start}` in\n{text}"));
    assert!(
        text.starts_with("example: 3 programs, 6 processes of 4 runs each, wall time, pinned to core 1\n\n  A  regalloc=a\n"),
        "{text}"
    );
    assert!(text.contains("\n  B  regalloc=b\n") && text.contains("\n  D  node, \"v8\", whole processes timed\n"), "{text}");
    assert!(
        line("alpha").starts_with("alpha    40.0 ms   2.00x faster  ±0.0%   1.00x ") && line("alpha").contains("1.10x slower "),
        "{text}"
    );
    assert!(line("beta").contains("FAILED") && text.contains("\n    C: wrong answer: <1>\n"), "{text}");
    assert!(line("  A").contains("regalloc=a") && text.contains("\n  B   2.00x faster  ±0.0%   2.00x slower"), "{text}");
    assert!(
        line("B is").starts_with("B is 2.00x faster than A (±0.0%) over 3 programs: all faster. It compiles 2.00x slower (±"),
        "{text}"
    );
    assert!(
        text.contains("\nWhether C is faster than A cannot be told from these runs, as they allow for 1.00x ")
            && text.contains("FAILED.\n"),
        "{text}"
    );
    assert!(
        text.contains("\n  <hot>                       80%  32.0 ms   80%  16.0 ms\n    loop at 0x30              60%  24.0 ms"),
        "{text}"
    );
    // Columns line up: words stand below words.
    let places = |start: &str, word: &str| line(start).split_once(word).unwrap().0.chars().count();
    assert_eq!([places("alpha", "faster"), places("alpha", "slower ")], [places("gamma", "faster"), places("gamma", "slower ")]);
}

/// However many subjects there are: no line is wider than the terminal, and every program and subject is there.
#[test]
fn the_table_fits() {
    for (width, subjects) in [80, 100, 160].into_iter().flat_map(|width| [1, 2, 3, 4, 9, 40].map(|subjects| (width, subjects))) {
        let mut experiment = example();
        let (all, first) = (experiment.subjects.clone(), experiment.cells.clone());
        experiment.subjects =
            (0..subjects).map(|k| Subject { name: format!("regalloc=x{k},{}", "bounds=guard,".repeat(9)), ..all[k % 4].clone() }).collect();
        experiment.cells = (0..3).flat_map(|b| (0..subjects).map(move |k| b * 4 + k % 4)).map(|at| first[at].clone()).collect();
        let analysis = Analysis::new(&experiment);
        let text = terminal(&experiment, width);
        let marks = text.lines().any(|l| l.starts_with("alpha ") && l.contains(['▼', '▲', '~']));
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!marks || words.contains("▼ faster than A, ▲ slower"), "{text}");
        for details in [false, true] {
            let text = table::table(&analysis, Page { width, details });
            let widest = text.lines().max_by_key(|l| l.chars().count()).unwrap();
            assert!(widest.chars().count() <= width, "{width} columns, {subjects} subjects: {widest}");
            let of = |start: &str| text.lines().filter(|l| l.starts_with(start)).count();
            assert!(of("alpha ") >= 1 && of("gamma|x ") == of("alpha "), "{text}");
            assert_eq!(text.contains("\n  fold"), details, "{text}");
        }
        assert!(terminal(&experiment, 100).contains("compile time"));
    }
}

#[test]
fn subjects_have_their_short_names() {
    let mut experiment = example();
    experiment.subjects[0].name = samite_codegen::driver::Strategy::MAX.to_string();
    experiment.subjects[1].name = samite_codegen::driver::Strategy::BASELINE.to_string();
    let text = terminal(&experiment, 140);
    assert!(
        text.contains("  A  max (passes=basic,") && text.contains("  B  baseline (A with passes=none,regalloc=spill-all,cpu=avx2)\n"),
        "{text}"
    );
    let page = html::page(&Analysis::new(&experiment), "");
    assert!(page.contains("<code>max</code> <span class=\"tag\">compared with</span>") && page.contains("<code>baseline</code>"));
}

#[test]
fn a_single_process_gives_no_verdict() {
    let mut experiment = example();
    experiment.cells.iter_mut().for_each(|c| c.processes.truncate(1));
    experiment.plan.processes = 1;
    let analysis = Analysis::new(&experiment);
    assert_eq!(analysis.entry(0, 1).run().unwrap().judged.unwrap().verdict, Verdict::CannotTell);
    assert!(terminal(&experiment, 100).contains("±?") && terminal(&experiment, 100).contains("One process of each says nothing"));
    assert!(html::page(&analysis, "").contains("cannot tell"));
    // Of more processes that is not said, whatever they show.
    experiment.plan.processes = 3;
    assert!(!terminal(&experiment, 100).contains("One process of each"));
}

#[test]
fn against_another_experiment() {
    let (then, mut now) = (example(), example());
    let same = Against::new(&then, &now).unwrap();
    assert_eq!((same.changes.len(), same.slower().count(), same.broken.len()), (11, 0, 0));
    assert!(table::against(&same, "base.json", 100).contains("no program is faster or slower for sure"));
    // B's first program takes a fifth more, the second one fails, the third is another module.
    now.cells[1].processes.iter_mut().flat_map(|p| &mut p.runs).for_each(|s| s.wall_ns += s.wall_ns / 5);
    now.cells[4 + 1].error = Some("trap".into());
    now.benches[2].wasm_sha256 = "cd".repeat(32);
    let found = Against::new(&then, &now).unwrap();
    let slower: Vec<_> = found.slower().map(|c| (c.bench.as_str(), c.subject.as_str(), (c.judged.ratio * 10.0).round())).collect();
    assert_eq!(slower, [("alpha", "regalloc=b", 12.0)]);
    assert_eq!(found.partners.other_modules, ["gamma|x"]);
    assert_eq!(found.broken, [("beta".to_string(), "regalloc=b".to_string(), "trap".to_string())]);
    let text = table::against(&found, "base.json", 100);
    assert!(
        text.contains("1.20x slower") && text.contains("beta worked and fails now under regalloc=b: trap") && text.contains("gamma|x"),
        "{text}"
    );
}

/// Times of other amounts of work say nothing of each other, and nothing compared is no success.
#[test]
fn what_is_not_comparable_is_not_compared() {
    let then = example();
    let find = |change: &dyn Fn(&mut Experiment, &mut Experiment)| {
        let (mut then, mut now) = (then.clone(), then.clone());
        change(&mut then, &mut now);
        Partners::find(&then, &now.plan, &now.subjects, &now.benches).map_err(|error| error.to_string())
    };
    let all = find(&|_, _| {}).unwrap();
    assert_eq!((all.benches.len(), all.subjects.len(), all.left_out().len()), (3, 4, 0));
    let quick = |now: &mut Experiment| {
        now.plan.quick = true;
        now.benches.iter_mut().for_each(|b| b.work = "run(1)".into());
    };
    let error = find(&|_, now| quick(now)).unwrap_err();
    assert_eq!(error, "it was measured without --quick, and this is measured with --quick: other amounts of work");
    let old = |then: &mut Experiment| then.benches.iter_mut().for_each(|b| b.work.clear());
    assert!(
        find(&|then, now| (old(then), quick(now)).1).unwrap_err().contains("other amounts of work"),
        "older files do not say what it was"
    );
    assert_eq!(find(&|then, _| old(then)).unwrap(), all);
    // What a run of a command does is the same with --quick.
    assert_eq!(find(&|then, _| then.plan.quick = true).unwrap(), all);
    let one = find(&|_, now| now.benches[1].work = "run(7)".into()).unwrap();
    assert_eq!(one.benches, [(0, 0), (2, 2)]);
    assert_eq!(one.left_out(), ["not compared, as they do other work now: beta"]);
    let work = find(&|_, now| now.benches.iter_mut().for_each(|b| b.work = "fib(30)".into())).unwrap_err();
    assert_eq!(work, "the programs do other work now: `alpha` is `fib(30)`, and was `run(100)`");
    assert!(
        find(&|_, now| now.plan.with_compile = true).unwrap_err().contains("measured without --with-compile, and this is measured with")
    );
    let renamed = find(&|_, now| now.benches.iter_mut().for_each(|b| b.name += "2")).unwrap_err();
    assert_eq!(renamed, "it has none of the programs that are to be measured");
    let renamed = find(&|_, now| now.subjects.iter_mut().for_each(|s| s.name += "2")).unwrap_err();
    assert!(renamed.starts_with("it has none of the subjects: `regalloc=a`, "), "{renamed}");
    let some = find(&|_, now| (now.subjects[1].name = "new".into(), now.benches[0].name = "also".into()).0).unwrap();
    assert_eq!(
        some.left_out(),
        ["not compared, as they are new: new, also", "not compared, as they were not measured now: regalloc=b, alpha"]
    );
}

/// The mean over one program is that program's line, and what all programs are surely, they are together.
#[test]
fn a_summary_says_what_its_programs_say() {
    for programs in 1..=3 {
        let mut experiment = example();
        experiment.cells[4 + 2].error = None;
        experiment.benches.truncate(programs);
        experiment.cells.truncate(4 * programs);
        let analysis = Analysis::new(&experiment);
        for (k, verdict) in [(1, Verdict::Faster), (3, Verdict::Slower)] {
            let each: Vec<_> = (0..programs).map(|b| analysis.entry(b, k).run().unwrap().judged.unwrap()).collect();
            let mean = analysis.summaries[k].means[&Quantity::Run].judged;
            assert!(each.iter().all(|j| j.verdict == verdict) && mean.verdict == verdict, "{programs}: {mean:?}");
            if programs == 1 {
                assert_eq!((mean.ratio, mean.low, mean.high), (each[0].ratio, each[0].low, each[0].high));
                let chances =
                    |q: Quantity| (analysis.entry(0, k).times.get(&q).and_then(|t| t.judged), analysis.summaries[k].means.get(&q));
                for (one, mean) in Quantity::ALL.map(chances) {
                    assert_eq!(one.map(|j| (j.adjusted, j.verdict)), mean.map(|m| (m.judged.adjusted, m.judged.verdict)));
                }
            }
        }
    }
}

#[test]
fn json_is_read_back() {
    let experiment = example();
    assert_eq!(json::read(&json::write(&experiment)).unwrap(), experiment);
    let error = |text: &str| format!("{:#}", json::read(text).unwrap_err());
    assert!(error("{").starts_with("not JSON: "));
    assert_eq!(error("{}"), "not results of `samite bench --json`: there is no `format`");
    assert_eq!(error("{\"format\": 1}"), "results of format 1; this version reads 2");
    assert!(error("{\"format\": 2}").contains("missing field"));
    let mut short = experiment;
    short.cells.pop();
    assert_eq!(error(&json::write(&short)), "11 cells, for 3 by 4");
}

/// Every name in the JSON, and every column of the table, has a line in results.md, and every line there is of something that exists.
#[test]
fn all_fields_are_described() {
    fn names(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    found.push(name.clone());
                    // Their names are data.
                    if !["facts", "counts"].contains(&name.as_str()) {
                        names(value, found);
                    }
                }
            }
            serde_json::Value::Array(values) => values.iter().for_each(|v| names(v, found)),
            _ => {}
        }
    }
    let experiment = example();
    let mut found: Vec<String> = csv::write(&experiment).lines().next().unwrap().split(',').map(String::from).collect();
    names(&serde_json::to_value(&experiment).unwrap(), &mut found);
    let page = include_str!("../results.md");
    let rows = page.lines().filter(|l| l.starts_with("| `"));
    let described: Vec<String> = rows.flat_map(|l| l.split('`').skip(1).step_by(2).map(String::from)).collect();
    let missing: Vec<&String> = found.iter().filter(|name| !described.contains(name)).collect();
    assert!(missing.is_empty(), "not in results.md: {missing:?}");
    let first =
        page.lines().filter(|l| l.starts_with("| `")).flat_map(|l| l.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2));
    let extra: Vec<&str> = first.filter(|name| !found.iter().any(|f| f == name)).collect();
    assert!(extra.is_empty(), "only in results.md: {extra:?}");
}

#[test]
fn csv_has_every_sample() {
    let text = csv::write(&example());
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("suite,bench,group,subject,"));
    // Eleven cells of six processes and one of one; four runs and an instantiation each, and a compilation where there is one.
    assert_eq!(lines.len() - 1, (11 * 6 + 1) * 5 + (8 * 6 + 1));
    assert!(lines[1].starts_with("example,alpha,loops,regalloc=a,strategy,call,0,compile,0,0,0,1000"), "{}", lines[1]);
    assert!(lines.iter().any(|l| l.contains(",\"node, \"\"v8\"\"\",peer,process,5,run,0,1,0,")), "{}", lines[20]);
}

#[test]
fn parquet_is_the_same_table() {
    let experiment = example();
    let reader = SerializedFileReader::new(bytes::Bytes::from(columns::write(&experiment).unwrap())).unwrap();
    let fields = reader.metadata().file_metadata().schema().get_fields().iter().map(|f| f.name().to_string()).collect::<Vec<_>>();
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Bool(flag) => u8::from(*flag).to_string(),
        Field::Str(text) if text.contains(',') => format!("\"{}\"", text.replace('"', "\"\"")),
        Field::Str(text) => text.clone(),
        Field::ULong(number) => number.to_string(),
        other => panic!("{other:?}"),
    };
    let line = |row: parquet::record::Row| row.get_column_iter().map(|(_, field)| text(field)).collect::<Vec<_>>().join(",");
    let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| line(row.unwrap())).collect();
    let expected = csv::write(&experiment);
    assert_eq!(fields.join(","), expected.lines().next().unwrap());
    assert!(rows.iter().map(String::as_str).eq(expected.lines().skip(1)));
    assert!(rows.iter().any(|r| r.contains(&u64::MAX.to_string())), "all 64 bits");
}

#[test]
fn markdown_is_a_matrix() {
    let experiment = example();
    let text = markdown::matrix(&Analysis::new(&experiment), "samite bench");
    let tables: Vec<&str> = text.lines().filter(|l| l.starts_with('|')).collect();
    assert_eq!(tables.len(), 2 + 4 + 2 + 3, "{text}");
    let bars = |l: &&str| l.replace("\\|", "").matches('|').count();
    assert!(tables[..6].iter().all(|l| bars(l) == 11) && tables[6..].iter().all(|l| bars(l) == 6), "{text}");
    assert!(text.contains("| alpha | 40.0 ms | 0.500 ▼ |") && text.contains("failed") && text.contains("gamma\\|x"), "{text}");
}

/// What a browser would object to is `report/html/page.mjs`'s; this is what can be said without one.
#[test]
fn the_page_is_closed_and_alone() {
    let experiment = example();
    let page = html::page(&Analysis::new(&experiment), "samite bench --html <file>");
    for (open, close) in [
        ("<table", "</table>"),
        ("<section", "</section>"),
        ("<svg", "</svg>"),
        ("<tr", "</tr>"),
        ("<figure", "</figure>"),
        ("<div", "</div>"),
    ] {
        assert_eq!(page.matches(open).count(), page.matches(close).count(), "{open}");
    }
    assert!(
        !page.contains("http:") && !page.contains("https:") && !page.contains("@import") && !page.contains(" src="),
        "nothing from elsewhere"
    );
    assert!(!page.contains("an <example>") && page.contains("an &lt;example&gt;") && page.contains("wrong answer: &lt;1&gt;"));
    assert!(!page.contains("NaN") && !page.contains("inf%"), "numbers are numbers");
    for id in ["summary", "ratios", "tradeoff", "heat", "size", "counts", "passes", "profile", "samples", "numbers", "record"] {
        assert!(page.contains(&format!("<section id=\"{id}\"")) && page.contains(&format!("href=\"#{id}\"")), "{id}");
    }
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(ids.len(), unique.len(), "an id is given once");
    // A sample is a line in a strip, warm-up or not.
    assert_eq!(page.matches("<line class=\"w\"").count(), 11 * 6);
}

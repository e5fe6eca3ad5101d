//! Traces: the stations of a function say the same things of the same wasm operators, in the lines that the text forms print.
#[path = "common/kernels.rs"]
mod kernels;

use kernels::kernels;
use samite_codegen::driver::trace::{Form, Line, Of, Station, Trace, trace};
use samite_codegen::driver::{Observer, Strategy, Worker, compile_function, compile_module, layout, listing};
use samite_codegen::mach::code::Code;
use samite_codegen::mach::flow::Allocation;
use samite_codegen::mach::text;
use samite_codegen::x64::X64;
use samite_ir::ssa::Func;
use samite_ir::translate::decode::{Decoded, decode};
use std::collections::{HashMap, HashSet};

const SOURCE: &str = r#"(module
  (memory 1)
  (func $callee (param i32) (result i32) (local.get 0))
  (func $sum (param $p i32) (param $n i32) (result i64) (local $s i64)
    (if (i32.eqz (local.get $n)) (then (return (i64.const 7))))
    (loop $again
      (local.set $s (i64.add (local.get $s) (i64.extend_i32_u (call $callee (i32.load (local.get $p))))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.div_u (local.get $s) (i64.extend_i32_u (local.get $p)))))"#;

struct Sample {
    decoded: Decoded,
    bytes: Vec<u8>,
    names: Vec<String>,
}

fn sample() -> Sample {
    let bytes = wat::parse_str(SOURCE).expect("the source is text");
    let decoded = decode(&bytes).expect("the source is valid");
    let names = listing::names(&decoded.info);
    Sample { decoded, bytes, names }
}

impl Sample {
    fn trace(&self, index: u32, strategy: &Strategy) -> Trace {
        trace(&mut Worker::default(), &self.decoded, &self.bytes, index, strategy, &self.names).expect("it compiles")
    }
}

fn station(trace: &Trace, form: Form) -> &Station {
    trace.stations.iter().rev().find(|s| s.form == form).expect("every form is there")
}

/// What the commands print.
#[derive(Default)]
struct Printed {
    ssa: Vec<(String, String)>,
    mach: String,
    regalloc: String,
}

impl Observer for Printed {
    fn ssa(&mut self, pass: &str, func: &Func) {
        self.ssa.push((format!("ssa:{pass}"), func.to_string()));
    }
    fn mach(&mut self, code: &Code<X64>) {
        self.mach = text::print(code, None);
    }
    fn allocated(&mut self, code: &Code<X64>, allocation: &Allocation) {
        self.regalloc = text::print(code, Some(allocation));
    }
}

/// Each line of the text form, without its column of offsets, is a line of the station, and there are no others.
#[track_caller]
fn same_lines(station: &Station, printed: &str) {
    let printed: Vec<&str> = printed.lines().filter(|l| !l.trim().is_empty()).collect();
    assert_eq!(station.lines.len(), printed.len(), "{}", station.name);
    for (line, text) in station.lines.iter().zip(printed) {
        assert!(text.ends_with(&line.text), "{}: {text:?} is not {:?}", station.name, line.text);
        let column = text.strip_suffix(&line.text).expect("it ends so").trim().trim_start_matches('@');
        if let Ok(offset) = u32::from_str_radix(column, 16) {
            assert_eq!(line.offset, Some(offset), "{text}");
        } else {
            assert_eq!(column, "");
        }
    }
}

#[test]
fn stations_have_the_lines_that_are_printed() {
    let sample = sample();
    let (image, _) = compile_module(&sample.decoded, &sample.bytes, &Strategy::MAX).expect("it compiles");
    for index in 0..2 {
        let trace = sample.trace(index, &Strategy::MAX);
        let mut printed = Printed::default();
        let layout = layout(&sample.decoded).expect("a small module");
        compile_function(&mut Worker::default(), &sample.decoded, &sample.bytes, &layout, index, &Strategy::MAX, &mut printed)
            .expect("it compiles");
        let ssa: Vec<&Station> = trace.stations.iter().filter(|s| s.form == Form::Ssa).collect();
        assert_eq!(ssa.len(), printed.ssa.len());
        for (station, (name, text)) in ssa.into_iter().zip(&printed.ssa) {
            assert_eq!(station.name, *name);
            same_lines(station, text);
        }
        same_lines(station(&trace, Form::Mach), &printed.mach);
        same_lines(station(&trace, Form::Regalloc), &printed.regalloc);
        // The instructions of the whole module's listing, where they are in the function.
        let listed = listing::lines(&image, index, &sample.names);
        let start = image.functions[index as usize].start;
        let code: Vec<&Line> = station(&trace, Form::Asm).lines.iter().filter(|l| l.code.is_some()).collect();
        assert_eq!(code.len(), listed.len());
        for (line, listed) in code.into_iter().zip(&listed) {
            assert_eq!(line.text, listed.noted());
            assert_eq!(line.offset, listed.wasm);
            let code = line.code.as_ref().expect("filtered so");
            assert_eq!(code.at + start, listed.place.start);
            assert_eq!(code.bytes.len(), 2 * listed.place.len());
        }
    }
}

/// Of every function of the kernels, under strategies in which every two values meet.
#[test]
fn lines_of_all_stations_lead_to_operators_of_the_body() {
    for module in kernels() {
        let decoded = decode(&module.bytes).expect("kernels are valid");
        let names = listing::names(&decoded.info);
        let mut worker = Worker::default();
        for strategy in Strategy::covering() {
            for index in 0..decoded.info.bodies.len() as u32 {
                let trace = trace(&mut worker, &decoded, &module.bytes, index, &strategy, &names).expect("kernels compile");
                let body = decoded.info.bodies[index as usize].clone();
                let mut operators: HashSet<u32> = HashSet::from([body.start as u32]);
                let reader = wasmparser::FunctionBody::new(wasmparser::BinaryReader::new(&module.bytes[body.clone()], body.start as u64));
                let reader = reader.get_operators_reader().expect("kernels are valid");
                operators.extend(reader.into_iter_with_offsets().map(|o| o.expect("kernels are valid").1 as u32));
                for station in &trace.stations {
                    for line in &station.lines {
                        assert!(line.offset.is_none_or(|o| operators.contains(&o)), "{} f{index} {}: {line:?}", module.name, station.name);
                    }
                }
                check(&trace, &format!("{} f{index} {strategy}", module.name));
            }
        }
    }
}

/// Numbers lead where they say, costs add up, and stretches are what the allocation says.
fn check(trace: &Trace, what: &str) {
    let mach: Vec<Of> = station(trace, Form::Mach).lines.iter().map(|l| l.of).filter(|o| matches!(o, Of::Step(_))).collect();
    assert_eq!(mach, (0..trace.steps).map(Of::Step).collect::<Vec<_>>(), "{what}");
    let allocated: HashMap<Of, Option<u32>> = station(trace, Form::Regalloc).lines.iter().map(|l| (l.of, l.offset)).collect();
    let code: Vec<&Line> = station(trace, Form::Asm).lines.iter().filter(|l| l.code.is_some()).collect();
    for line in &code {
        if let Of::Step(_) | Of::Edit(_) = line.of {
            let offset = allocated.get(&line.of).unwrap_or_else(|| panic!("{what}: {line:?} was emitted for nothing"));
            // Edits and steps that change no offset keep the last one, which may be another block's.
            assert!(offset.is_some(), "{what}: {line:?}");
        }
    }
    let instructions = code.iter().filter(|l| l.of != Of::Data).count() as u32;
    assert_eq!(trace.blocks.iter().map(|b| b.costs.instructions).sum::<u32>(), instructions, "{what}");
    assert_eq!(trace.blocks.iter().map(|b| b.costs.bytes).sum::<u32>(), trace.code_bytes, "{what}");
    let edits = station(trace, Form::Regalloc).lines.iter().filter(|l| matches!(l.of, Of::Edit(_))).count() as u32;
    let counted = |c: samite_codegen::driver::trace::Costs| c.spills + c.reloads + c.moves + c.remats;
    assert_eq!(trace.blocks.iter().map(|b| counted(b.costs)).sum::<u32>(), edits, "{what}");
    for s in &trace.stretches {
        assert!(s.from <= s.to && s.to < trace.steps && s.place < 32 + trace.slots.len() as u32, "{what}: {s:?}");
    }
    // A place that a step reads is where the stretches have the value.
    let mut places: HashMap<(String, String), Vec<(u32, u32)>> = HashMap::new();
    for s in &trace.stretches {
        let place = match s.place {
            n @ 0..16 => format!("r{n}"),
            n @ 16..32 => format!("x{}", n - 16),
            n => format!("slot{}", n - 32),
        };
        places.entry((format!("%{}", s.value), place)).or_default().push((s.from, s.to));
    }
    for line in &station(trace, Form::Regalloc).lines {
        let Of::Step(step) = line.of else { continue };
        // `[%3]=r1`, `[late %3~]=slot2`; what is written is there from the next step on.
        for part in line.text.split('[').skip(1) {
            let Some((operand, rest)) = part.split_once("]=") else { continue };
            if operand.starts_with("def ") || operand.starts_with("early ") {
                continue;
            }
            let value: String = operand.trim_start_matches("late ").chars().take_while(|c| *c == '%' || c.is_ascii_digit()).collect();
            let place: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
            let found = places.get(&(value.clone(), place.clone())).is_some_and(|l| l.iter().any(|(a, b)| (*a..=*b).contains(&step)));
            assert!(found, "{what}: step {step} reads {value} in {place}, which no stretch has: {}", line.text);
        }
    }
}

#[test]
fn calls_are_named_though_they_are_not_linked() {
    let trace = sample().trace(1, &Strategy::MAX);
    assert!(station(&trace, Form::Asm).lines.iter().any(|l| l.text == "call     callee"), "{:?}", station(&trace, Form::Asm));
    assert_eq!(trace.loops.len(), 1);
    assert_eq!(trace.blocks.iter().map(|b| b.costs.calls).sum::<u32>(), 1);
}

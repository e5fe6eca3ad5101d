//! Random valid flows for every allocator, judged by the checker: structured control flow with loops, breaks, switches, returns and throwing calls; fixed
//! registers, ties, early outputs and late inputs, clobbers, safepoints, constants; register files from tiny to x86-64's (`generate.rs`). Then answers that
//! were right are broken on purpose, to see that the checker objects.
use super::check::check;
use super::generate::{Generator, taste};
use super::random::Random;
use super::{Context, How, run};
use crate::mach::flow::*;
use crate::mach::verify::verify;
use cranelift_entity::EntityRef;

/// `None` if the flow cannot be allocated by anybody (a step that asks for too much).
fn random_flow(seed: u64) -> Option<(RegFile, Flow)> {
    let (file, taste) = taste(seed);
    let flow = Generator::generate(seed, &file, taste);
    match verify(&flow, &file) {
        Ok(()) => Some((file, flow)),
        Err(errors) => {
            let excuses = ["not enough registers", "two inputs in one place", "a reference that is read after the safepoint"];
            assert!(errors.iter().all(|e| excuses.iter().any(|x| e.contains(x))), "seed {seed}: {errors:?}");
            None
        }
    }
}

pub fn dump(flow: &Flow, a: Option<&Allocation>) -> String {
    use std::fmt::Write;
    let mut s = String::new();
    let mut edits = a.map_or(&[][..], |a| &a.edits[..]);
    for (b, block) in &flow.blocks {
        let preds: Vec<_> = flow.preds(b).iter().map(|&e| flow.edges[e as usize].from).collect();
        writeln!(s, "{b}({:?}) depth {} cold {} from {preds:?}", flow.params(b), block.loop_depth, block.cold).expect("text");
        for step in block.steps.clone() {
            while let Some(((at, e), rest)) = edits.split_first()
                && *at == step
            {
                writeln!(s, "        {e:?}").expect("text");
                edits = rest;
            }
            let st = &flow.steps[step as usize];
            write!(s, "  {step}: {:?}", st.kind).expect("text");
            for (n, o) in flow.operands(step).iter().enumerate() {
                write!(s, "  {} {:?} {:?}", o.reg, o.role, o.want).expect("text");
                if let Some(a) = a {
                    write!(s, "={:?}", a.locs[st.operands.start as usize + n]).expect("text");
                }
            }
            if !st.clobbers.is_empty() {
                write!(s, "  clobbers {:?}", st.clobbers).expect("text");
            }
            if let Some(a) = a
                && let Some((_, slots)) = a.safepoints.iter().find(|x| x.0 == step)
            {
                write!(s, "  report {slots:?}").expect("text");
            }
            writeln!(s).expect("text");
        }
        for &e in flow.succs(b) {
            writeln!(s, "    to {}({:?})", flow.edges[e as usize].to, flow.args(e)).expect("text");
        }
    }
    s
}

fn judge(seeds: std::ops::Range<u64>) -> (usize, usize) {
    let mut context = Context::default();
    let (mut tried, mut steps) = (0, 0);
    for seed in seeds {
        let Some((file, flow)) = random_flow(seed) else { continue };
        tried += 1;
        steps += flow.steps.len();
        for how in How::ALL {
            let a = run(how, &flow, &file, &mut context);
            if let Err(errors) = check(&flow, &file, &a) {
                panic!("{} on seed {seed}:\n{}\n{}", how.name(), errors.join("\n"), dump(&flow, Some(&a)));
            }
        }
    }
    (tried, steps)
}

/// `SAMITE_FLOWS=6000..500000 cargo test -p samite-codegen --release every_allocator` takes other seeds, and minutes.
#[test]
fn every_allocator_is_right() {
    let seeds = match std::env::var("SAMITE_FLOWS") {
        Ok(text) => {
            let (from, to) = text.split_once("..").expect("SAMITE_FLOWS=FROM..TO");
            from.parse().expect("a number")..to.parse().expect("a number")
        }
        Err(_) => 0..6000,
    };
    let count = (seeds.end - seeds.start) as usize;
    let (tried, steps) = judge(seeds);
    assert!(tried * 2 > count && steps > 16 * count, "{tried} flows, {steps} steps");
}

#[test]
fn names() {
    for how in How::ALL {
        assert_eq!(How::from_name(how.name()), Some(how));
    }
    assert_eq!(How::from_name("none"), None);
}

/// Runs an allocated flow along one random path with a number for every value. An error is where an operand does not get its number.
fn simulate(flow: &Flow, file: &RegFile, a: &Allocation, seed: u64, steps: usize) -> Result<(), String> {
    use std::collections::HashMap;
    let mut r = Random::new(seed);
    let mut values: HashMap<VReg, u64> = HashMap::new();
    let mut places: HashMap<Loc, u64> = HashMap::new();
    // References have odd numbers.
    let is_ref = |n: &u64| n % 2 == 1;
    let mut fresh = 1_000_000;
    let mut b = Block::from_u32(0);
    let mut count = 0;
    loop {
        for step in flow.blocks[b].steps.clone() {
            count += 1;
            let first = a.edits.partition_point(|e| e.0 < step);
            for (_, e) in a.edits[first..].iter().take_while(|e| e.0 == step) {
                match *e {
                    Edit::Move { from, to, .. } => {
                        match places.get(&from).copied() {
                            Some(n) => places.insert(to, n),
                            None => places.remove(&to),
                        };
                    }
                    Edit::Remat { value, to } => {
                        places.insert(Loc::Reg(to), u64::from(value.as_u32()) * 2);
                    }
                }
            }
            for s in file.scratch {
                places.remove(&Loc::Reg(s));
            }
            let s = &flow.steps[step as usize];
            let locs = &a.locs[s.operands.start as usize..s.operands.end as usize];
            let reads = |places: &HashMap<Loc, u64>, values: &HashMap<VReg, u64>, role| {
                for (o, l) in flow.operands(step).iter().zip(locs).filter(|(o, _)| o.role == role) {
                    if places.get(l) != values.get(&o.reg) {
                        return Err(format!("step {step} does not find {} in {l:?}", o.reg));
                    }
                }
                Ok(())
            };
            reads(&places, &values, Role::Use)?;
            let mut writes = |places: &mut HashMap<Loc, u64>, values: &mut HashMap<VReg, u64>, role, spoil| {
                for (o, &l) in flow.operands(step).iter().zip(locs).filter(|(o, _)| o.role == role) {
                    if spoil {
                        places.remove(&l);
                        continue;
                    }
                    fresh += 1;
                    let data = &flow.vregs[o.reg];
                    let n = if data.remat { u64::from(o.reg.as_u32()) * 2 } else { fresh * 2 + u64::from(data.is_ref) };
                    values.insert(o.reg, n);
                    places.insert(l, n);
                }
            };
            writes(&mut places, &mut values, Role::DefEarly, false);
            for c in s.clobbers.iter() {
                places.remove(&Loc::Reg(c));
            }
            if s.kind == StepKind::Safepoint {
                let report = a.safepoints.iter().find(|x| x.0 == step).map_or(&[][..], |x| &x.1[..]);
                for slot in report {
                    if !places.get(&Loc::Slot(*slot)).is_some_and(is_ref) {
                        return Err(format!("step {step} reports {slot}, which has no reference"));
                    }
                }
                let born_here: Vec<u64> = flow.operands(step).iter().filter(|o| o.role == Role::DefEarly).map(|o| values[&o.reg]).collect();
                places.retain(|l, n| !is_ref(n) || born_here.contains(n) || matches!(l, Loc::Slot(s) if report.contains(s)));
            }
            // A late input is read until the outputs are written; spoiling them shows an overlap.
            writes(&mut places, &mut values, Role::Def, true);
            reads(&places, &values, Role::UseLate)?;
            writes(&mut places, &mut values, Role::Def, false);
        }
        let succs = flow.succs(b);
        if succs.is_empty() || count > steps {
            return Ok(());
        }
        let e = succs[r.below(succs.len())];
        let to = flow.edges[e as usize].to;
        let bring: Vec<u64> = flow.args(e).iter().map(|v| values[v]).collect();
        for (&p, n) in flow.params(to).iter().zip(bring) {
            values.insert(p, n);
        }
        b = to;
    }
}

/// Changes one thing. `None` if there is nothing of that kind.
fn corrupt(a: &mut Allocation, flow: &Flow, file: &RegFile, kind: usize, r: &mut Random) -> Option<&'static str> {
    let some = |r: &mut Random, n: usize| (n > 0).then(|| r.below(n));
    Some(match kind {
        0 => {
            let n = some(r, a.edits.len())?;
            a.edits.remove(n);
            "an edit dropped"
        }
        1 => {
            let n = some(r, a.locs.len())?;
            let Loc::Reg(q) = a.locs[n] else { return None };
            let other = r.pick(&file.order[q.class() as usize]);
            if other == q {
                return None;
            }
            a.locs[n] = Loc::Reg(other);
            "another register for an operand"
        }
        2 => {
            let n = some(r, a.edits.len())?;
            let slots = a.slots.len();
            let Edit::Move { from, to, .. } = &mut a.edits[n].1 else { return None };
            let ((Loc::Slot(s), _) | (_, Loc::Slot(s))) = (from, to) else { return None };
            *s = Slot::new((s.index() + 1 + r.below(slots)) % slots);
            "another slot for a move"
        }
        3 => {
            let n = some(r, a.edits.len())?;
            let Edit::Move { to: Loc::Reg(q), .. } = &mut a.edits[n].1 else { return None };
            let other = r.pick(&file.order[q.class() as usize]);
            if other == *q {
                return None;
            }
            *q = other;
            "another register for a move"
        }
        4 => {
            let n = some(r, a.edits.len().saturating_sub(1))?;
            let (x, y) = (a.edits[n], a.edits[n + 1]);
            if x.0 != y.0 {
                return None;
            }
            (a.edits[n], a.edits[n + 1]) = (y, x);
            "two edits swapped"
        }
        5 => {
            let n = some(r, a.safepoints.len())?;
            let report = &mut a.safepoints[n].1;
            let m = some(r, report.len())?;
            report.remove(m);
            "a reference not reported"
        }
        6 => {
            let n = some(r, a.safepoints.len())?;
            let slots = a.slots.len();
            a.safepoints[n].1.push(Slot::new(r.below(slots)));
            "something else reported"
        }
        7 => {
            let n = some(r, a.edits.len())?;
            let step = a.edits[n].0;
            if a.edits.get(n + 1).is_some_and(|e| e.0 == step) || step as usize + 1 >= flow.steps.len() {
                return None;
            }
            a.edits[n].0 = step + 1;
            "an edit made later"
        }
        8 => {
            if a.saved.is_empty() {
                return None;
            }
            let q = a.saved.iter().next()?;
            a.saved = a.saved.without(q);
            "a register not saved"
        }
        9 => {
            let n = some(r, a.slots.len())?;
            a.slots[Slot::new(n)] = 8;
            "a slot made smaller"
        }
        10 => {
            let n = some(r, a.edits.len())?;
            let Edit::Move { bytes, .. } = &mut a.edits[n].1 else { return None };
            if *bytes <= 8 {
                return None;
            }
            *bytes = 8;
            "fewer bytes moved"
        }
        _ => {
            let n = some(r, a.slots.len())?;
            let m = some(r, a.slots.len())?;
            let (n, m) = (Slot::new(n), Slot::new(m));
            for (_, e) in &mut a.edits {
                if let Edit::Move { from, to, .. } = e {
                    for l in [from, to] {
                        if *l == Loc::Slot(n) {
                            *l = Loc::Slot(m);
                        }
                    }
                }
            }
            "two slots made one"
        }
    })
}

const CORRUPTIONS: usize = 12;

/// The checker and a run with numbers agree: what is accepted runs right, what runs wrong is rejected. And most corruptions are found.
#[test]
fn the_checker_objects() {
    let mut context = Context::default();
    let mut counts = vec![("", 0, 0); CORRUPTIONS];
    for seed in 0..1500 {
        let Some((file, flow)) = random_flow(seed) else { continue };
        for how in How::ALL {
            let right = run(how, &flow, &file, &mut context);
            for path in 0..2 {
                if let Err(e) = simulate(&flow, &file, &right, seed * 2 + path, 2000) {
                    panic!("{} on seed {seed}: {e}\n{}", how.name(), dump(&flow, Some(&right)));
                }
            }
            let mut r = Random::new(seed);
            for (kind, counter) in counts.iter_mut().enumerate() {
                let mut wrong = right.clone();
                let Some(what) = corrupt(&mut wrong, &flow, &file, kind, &mut r) else { continue };
                let objects = check(&flow, &file, &wrong).is_err();
                *counter = (what, counter.1 + 1, counter.2 + usize::from(objects));
                for path in 0..2 {
                    if let Err(e) = simulate(&flow, &file, &wrong, seed * 2 + path, 500) {
                        assert!(
                            objects,
                            "{} on seed {seed}, {what}: {e}, but the checker says it is right\n{}",
                            how.name(),
                            dump(&flow, Some(&wrong))
                        );
                    }
                }
            }
        }
    }
    println!("{counts:?}");
    for (what, tried, found) in counts {
        // Many stores are of values that nobody reads, and many pairs of edits may stand in either order.
        assert!(tried > 20 && found * 6 > tried, "{what}: {found} of {tried} found");
    }
}

//! The judge of every allocator: a symbolic run of the allocated function that knows places (registers and slots), not numbers.
//!
//! The question is the one that regalloc2's checker asks: is there, on every path, the right virtual register in the place where an operand reads
//! it? That one computes forwards, for every place of every block, the set of values it may hold. This one asks backwards, only for what is read,
//! so that its cost follows the reads and not places times blocks:
//! 1. One forward walk through each block on its own. Each place holds, so far, what it held on entry to the block, or a value, or garbage. A read of
//!    garbage or of another value is an error at once; a read of what was there on entry becomes a *demand* (block, place, value).
//! 2. A demand is passed on to the end of every predecessor. Parameters turn into the edge's arguments there. It is met by the value's
//!    definition, fails on another value or garbage, or becomes a demand on that block's entry. No demand is passed on twice.
//!
//! What it objects to:
//! - an operand that reads a place without its value, or with fewer bytes than the value has; a demand that reaches the function's entry;
//! - a stale value: one that is read, after its definition has run again in a loop, from a place filled before;
//! - a reference that is read after a safepoint from a place that the safepoint did not report; a reported slot without a reference;
//! - what the caller brings in memory not left there;
//! - a place of the wrong class, a slot where a register is wanted, `Fixed` and `SameAs` not obeyed, registers outside `RegFile::order`;
//! - outputs that share a place with an input that is still read (`DefEarly` with anything but its `SameAs`; `UseLate` with any output), or with each other;
//!   a `UseLate` or `DefEarly` in a clobbered register;
//! - reads of a scratch register that was filled before an earlier step;
//! - edits before a landing (the first step of a block, if it reads nothing) that write a fixed register it brings: arguments of the function, results
//!   of a call that ended the block before, what was thrown: they arrive with the edge;
//! - callee-saved registers written but not in `saved`;
//! - edits out of order, between slots, across classes, or wider than a slot; slots of odd sizes.
//!
//! The flow itself is assumed to keep its promises (`mach/verify.rs`).
use crate::mach::flow::{Allocation, Block, Class, Edit, Flow, Loc, PReg, RegFile, Role, Slot, StepKind, VReg, Want};
use cranelift_entity::{EntityRef, SecondaryMap};
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

/// Enough to see what went wrong; a broken allocator produces thousands.
const MOST_ERRORS: usize = 20;

/// `Err` lists what is wrong, in no particular order, at most twenty lines.
pub fn check(flow: &Flow, file: &RegFile, a: &Allocation) -> Result<(), Vec<String>> {
    let mut checker = Checker::new(flow, file, a);
    checker.shape();
    if checker.errors.is_empty() {
        for b in flow.blocks.keys() {
            checker.walk(b);
        }
        checker.meet_demands();
    }
    if checker.errors.is_empty() { Ok(()) } else { Err(checker.errors) }
}

/// A register's index, or 32 more than a slot's.
type Place = u32;

fn place(l: Loc) -> Place {
    match l {
        Loc::Reg(r) => r.index() as u32,
        Loc::Slot(s) => (PReg::COUNT + s.index()) as u32,
    }
}

fn place_name(p: Place) -> String {
    let l = match p.checked_sub(PReg::COUNT as u32) {
        None => Loc::Reg(PReg::from_index(p as usize)),
        Some(s) => Loc::Slot(Slot::from_u32(s)),
    };
    format!("{l:?}")
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum What {
    /// What that place held on entry to the block.
    Entry(Place),
    Value(VReg),
    Garbage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Content {
    what: What,
    /// How many of its bytes the moves have copied.
    bytes: u8,
    /// A reference here is good if this is the number of safepoints passed in this block.
    fresh: u32,
}

/// What is asked of a place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Asked {
    Value(VReg),
    /// Some reference: the collector reads it.
    Reference,
}

#[derive(Clone, Copy, Debug)]
struct Demand {
    block: Block,
    place: Place,
    asked: Asked,
    /// The step that reads, for messages.
    reader: u32,
}

/// Multiplies and mixes: keys are small integers.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 29
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.write_u32(b.into());
        }
    }
    fn write_u32(&mut self, n: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(n)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_u64(&mut self, n: u64) {
        self.write_u32(n as u32);
    }
}

struct Checker<'a> {
    flow: &'a Flow,
    file: &'a RegFile,
    a: &'a Allocation,
    errors: Vec<String>,
    /// Where each value is defined, and as which parameter.
    home: SecondaryMap<VReg, Option<(Block, Option<u32>)>>,
    /// By place, for the block being walked: valid if the number is that block's.
    now: Vec<(u32, Content)>,
    touched: Vec<Place>,
    safepoints: u32,
    next_edit: usize,
    next_report: usize,
    /// What the touched places hold at the end of each block, sorted by place.
    ends: Vec<(Place, Content)>,
    end_of: Vec<Range<usize>>,
    safepoints_of: Vec<u32>,
    demands: Vec<Demand>,
    seen: HashSet<(u32, u32, u32), BuildHasherDefault<Mix>>,
}

impl<'a> Checker<'a> {
    fn new(flow: &'a Flow, file: &'a RegFile, a: &'a Allocation) -> Self {
        let mut home = SecondaryMap::new();
        for (b, block) in &flow.blocks {
            for (n, &v) in flow.params(b).iter().enumerate() {
                home[v] = Some((b, Some(n as u32)));
            }
            for step in block.steps.clone() {
                for o in flow.operands(step).iter().filter(|o| o.role.is_def()) {
                    home[o.reg] = Some((b, None));
                }
            }
        }
        let nothing = Content { what: What::Garbage, bytes: 0, fresh: 0 };
        Checker {
            flow,
            file,
            a,
            errors: Vec::new(),
            home,
            now: vec![(u32::MAX, nothing); PReg::COUNT + a.slots.len()],
            touched: Vec::new(),
            safepoints: 0,
            next_edit: 0,
            next_report: 0,
            ends: Vec::new(),
            end_of: Vec::with_capacity(flow.blocks.len()),
            safepoints_of: Vec::with_capacity(flow.blocks.len()),
            demands: Vec::new(),
            seen: HashSet::default(),
        }
    }

    fn error(&mut self, message: impl FnOnce() -> String) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(message());
        }
    }

    /// What can be said without a walk. Nothing later indexes out of bounds if this finds nothing.
    fn shape(&mut self) {
        let (flow, a) = (self.flow, self.a);
        if a.locs.len() != flow.operands.len() {
            self.error(|| format!("{} places for {} operands", a.locs.len(), flow.operands.len()));
        }
        for (s, &bytes) in &a.slots {
            if ![8, 16, 32].contains(&bytes) {
                self.error(|| format!("{s} has {bytes} bytes"));
            }
        }
        if !a.slots.values().copied().take(flow.incoming.len()).eq(flow.incoming_slots().values().copied()) {
            self.error(|| "the first slots are not those of what the caller brings".into());
        }
        let slots = a.slots.len();
        let known = |l: Loc| !matches!(l, Loc::Slot(s) if s.index() >= slots);
        for &l in &a.locs {
            if !known(l) {
                self.error(|| format!("there is no {l:?}"));
            }
        }
        if !a.edits.is_sorted_by_key(|e| e.0) {
            self.error(|| "edits are not sorted by step".into());
        }
        for &(step, edit) in &a.edits {
            if step as usize >= flow.steps.len() {
                self.error(|| format!("{edit:?} before step {step}, which does not exist"));
            }
            if let Edit::Move { from, to, .. } = edit
                && !(known(from) && known(to))
            {
                self.error(|| format!("step {step}: {edit:?} of a slot that does not exist"));
            }
        }
        if !a.safepoints.is_sorted_by(|x, y| x.0 < y.0) {
            self.error(|| "safepoints are not sorted by step".into());
        }
        for (step, report) in &a.safepoints {
            if flow.steps.get(*step as usize).is_none_or(|s| s.kind != StepKind::Safepoint) {
                self.error(|| format!("step {step} is no safepoint but reports {report:?}"));
            }
            for &s in report {
                if s.index() >= slots {
                    self.error(|| format!("step {step} reports {s}, which does not exist"));
                }
            }
        }
        if !a.saved.minus(self.file.callee_saved).is_empty() {
            self.error(|| format!("saved {:?} are not callee-saved", a.saved.minus(self.file.callee_saved)));
        }
    }

    fn content(&self, b: Block, p: Place) -> Content {
        let (stamp, c) = self.now[p as usize];
        if stamp == b.as_u32() { c } else { Content { what: What::Entry(p), bytes: 32, fresh: 0 } }
    }

    fn set(&mut self, b: Block, p: Place, c: Content) {
        if self.now[p as usize].0 != b.as_u32() {
            self.touched.push(p);
        }
        self.now[p as usize] = (b.as_u32(), c);
    }

    fn spoil(&mut self, b: Block, r: PReg) {
        self.set(b, place(Loc::Reg(r)), Content { what: What::Garbage, bytes: 0, fresh: 0 });
    }

    /// A register is about to be written.
    fn writes(&mut self, step: u32, r: PReg) {
        if self.file.callee_saved.has(r) && !self.a.saved.has(r) {
            self.error(|| format!("step {step}: writes {r:?}, which is callee-saved, and does not say so"));
        }
    }

    fn in_order(&self, r: PReg) -> bool {
        self.file.order[r.class() as usize].contains(&r)
    }

    fn walk(&mut self, b: Block) {
        let flow = self.flow;
        self.touched.clear();
        self.safepoints = 0;
        self.landing(b);
        for step in flow.blocks[b].steps.clone() {
            while let Some(&(at, edit)) = self.a.edits.get(self.next_edit)
                && at == step
            {
                self.edit(b, step, edit);
                self.next_edit += 1;
            }
            for r in self.file.scratch {
                self.spoil(b, r);
            }
            self.step(b, step);
        }
        self.touched.sort_unstable();
        let start = self.ends.len();
        for &p in &self.touched {
            self.ends.push((p, self.now[p as usize].1));
        }
        self.end_of.push(start..self.ends.len());
        self.safepoints_of.push(self.safepoints);
    }

    fn landing(&mut self, b: Block) {
        let first = self.flow.blocks[b].steps.start;
        let operands = self.flow.operands(first);
        if operands.iter().any(|o| !o.role.is_def()) {
            return;
        }
        for &(_, edit) in self.a.edits[self.next_edit..].iter().take_while(|e| e.0 == first) {
            let to = match edit {
                Edit::Move { to, .. } => to,
                Edit::Remat { to, .. } => Loc::Reg(to),
            };
            if operands.iter().any(|o| matches!(o.want, Want::Fixed(r) if Loc::Reg(r) == to)) {
                self.error(|| format!("step {first}: {edit:?} overwrites what arrives there"));
            }
        }
    }

    fn edit(&mut self, b: Block, step: u32, edit: Edit) {
        match edit {
            Edit::Move { from, to, bytes } => {
                if ![4, 8, 16, 32].contains(&bytes) {
                    self.error(|| format!("step {step}: {edit:?} of an odd size"));
                }
                match (from, to) {
                    (Loc::Slot(_), Loc::Slot(_)) => self.error(|| format!("step {step}: {edit:?} between slots")),
                    (Loc::Reg(x), Loc::Reg(y)) if x.class() != y.class() => self.error(|| format!("step {step}: {edit:?} across classes")),
                    _ => {}
                }
                let copied = bytes.max(8);
                for l in [from, to] {
                    match l {
                        Loc::Slot(s) if self.a.slots[s] < copied => {
                            self.error(|| format!("step {step}: {edit:?}, but {s} has {} bytes", self.a.slots[s]));
                        }
                        Loc::Reg(r) if r.class() == Class::Int && copied > 8 => self.error(|| format!("step {step}: {edit:?} is too wide")),
                        _ => {}
                    }
                }
                if let Loc::Reg(r) = to {
                    self.target(step, r);
                }
                let c = self.content(b, place(from));
                self.set(b, place(to), Content { bytes: c.bytes.min(copied), ..c });
            }
            Edit::Remat { value, to } => {
                let data = &self.flow.vregs[value];
                if !data.remat || data.class != to.class() {
                    self.error(|| format!("step {step}: {edit:?} cannot be"));
                }
                self.target(step, to);
                self.set(b, place(Loc::Reg(to)), Content { what: What::Value(value), bytes: 32, fresh: self.safepoints });
            }
        }
    }

    /// `r` is written by an edit.
    fn target(&mut self, step: u32, r: PReg) {
        if !self.in_order(r) && !self.file.scratch.contains(&r) {
            self.error(|| format!("step {step}: an edit writes {r:?}, which is reserved"));
        }
        self.writes(step, r);
    }

    fn step(&mut self, b: Block, step: u32) {
        let flow = self.flow;
        let s = &flow.steps[step as usize];
        let operands = flow.operands(step);
        let locs = &self.a.locs[s.operands.start as usize..s.operands.end as usize];
        for (n, (o, &l)) in operands.iter().zip(locs).enumerate() {
            let class = flow.vregs[o.reg].class;
            match l {
                Loc::Slot(_) if !matches!(o.want, Want::RegOrSlot | Want::Incoming) => {
                    self.error(|| format!("step {step}: {} must be in a register, is in {l:?}", o.reg))
                }
                Loc::Slot(_) => {}
                Loc::Reg(r) => {
                    if r.class() != class {
                        self.error(|| format!("step {step}: {} is in {r:?}, of the wrong class", o.reg));
                    }
                    if matches!(o.want, Want::Reg | Want::RegOrSlot) && !self.in_order(r) {
                        self.error(|| format!("step {step}: {} is in {r:?}, which is reserved", o.reg));
                    }
                }
            }
            match o.want {
                Want::Fixed(r) if l != Loc::Reg(r) => self.error(|| format!("step {step}: {} must be in {r:?}, is in {l:?}", o.reg)),
                Want::Incoming if !self.flow.incoming.iter().zip(self.a.slots.keys()).any(|(&v, s)| v == o.reg && l == Loc::Slot(s)) => {
                    self.error(|| format!("step {step}: {} is where the caller left it, not in {l:?}", o.reg));
                }
                Want::SameAs(with) if l != locs[with as usize] => {
                    self.error(|| format!("step {step}: {} must be in {:?}, is in {l:?}", o.reg, locs[with as usize]));
                }
                _ => {}
            }
            let clobbered = matches!(l, Loc::Reg(r) if s.clobbers.has(r));
            if clobbered && matches!(o.role, Role::UseLate | Role::DefEarly) {
                self.error(|| format!("step {step}: {} is in {l:?}, which is clobbered", o.reg));
            }
            if o.role.is_def() {
                for (m, (other, &k)) in operands.iter().zip(locs).enumerate() {
                    if k != l || m == n {
                        continue;
                    }
                    let tied = o.want == Want::SameAs(m as u8);
                    let overlap = other.role.is_def() || other.role == Role::UseLate || o.role == Role::DefEarly && !tied;
                    if overlap {
                        self.error(|| format!("step {step}: {} and {} overlap in {l:?}", o.reg, other.reg));
                    }
                }
            } else {
                self.read(b, step, place(l), Asked::Value(o.reg));
            }
        }
        for r in s.clobbers.iter() {
            self.writes(step, r);
            self.spoil(b, r);
        }
        if s.kind == StepKind::Safepoint {
            self.safepoint(b, step);
        }
        for (o, &l) in operands.iter().zip(locs).filter(|(o, _)| o.role.is_def()) {
            if let Loc::Reg(r) = l {
                self.writes(step, r);
            }
            self.set(b, place(l), Content { what: What::Value(o.reg), bytes: 32, fresh: self.safepoints });
        }
    }

    fn safepoint(&mut self, b: Block, step: u32) {
        let mut report: &[Slot] = &[];
        if let Some((at, slots)) = self.a.safepoints.get(self.next_report)
            && *at == step
        {
            report = slots;
            self.next_report += 1;
        }
        for &s in report {
            self.read(b, step, place(Loc::Slot(s)), Asked::Reference);
            let c = self.content(b, place(Loc::Slot(s)));
            self.set(b, place(Loc::Slot(s)), Content { fresh: self.safepoints + 1, ..c });
        }
        self.safepoints += 1;
    }

    fn read(&mut self, b: Block, step: u32, p: Place, asked: Asked) {
        let c = self.content(b, p);
        self.meet(b, p, c, self.safepoints, Demand { block: b, place: p, asked, reader: step });
    }

    /// `c` is what is in the place of a demand, after `safepoints` of its block; `here` says where.
    fn meet(&mut self, b: Block, p: Place, c: Content, safepoints: u32, d: Demand) {
        let wants_reference = match d.asked {
            Asked::Value(v) => self.flow.vregs[v].is_ref,
            Asked::Reference => true,
        };
        let fault = match (d.asked, c.what) {
            _ if wants_reference && c.what != What::Garbage && c.fresh != safepoints => {
                "a reference that a safepoint did not report".into()
            }
            (Asked::Value(v), _) if c.what != What::Garbage && c.bytes < self.flow.vregs[v].bytes => format!("only {} bytes", c.bytes),
            (Asked::Value(v), What::Value(x)) if x == v => return,
            (Asked::Reference, What::Value(x)) if self.flow.vregs[x].is_ref => return,
            (_, What::Value(x)) => format!("{x}"),
            (_, What::Garbage) => "garbage".into(),
            (_, What::Entry(from)) => return self.demand(Demand { block: b, place: from, ..d }),
        };
        let (place, from) = (place_name(p), place_name(d.place));
        self.error(|| format!("step {}: reads {:?} from {from}, but in {b} there is {fault} in {place}", d.reader, d.asked));
    }

    fn demand(&mut self, d: Demand) {
        if let Asked::Value(v) = d.asked
            && self.home[v] == Some((d.block, None))
            && !self.flow.vregs[v].remat
        {
            self.error(|| format!("step {}: reads in {} what {v} was before it was defined in {}", d.reader, place_name(d.place), d.block));
            return;
        }
        let key = match d.asked {
            Asked::Value(v) => v.as_u32(),
            Asked::Reference => u32::MAX,
        };
        if self.seen.insert((d.block.as_u32(), d.place, key)) {
            self.demands.push(d);
        }
    }

    fn meet_demands(&mut self) {
        let flow = self.flow;
        while let Some(d) = self.demands.pop() {
            if d.block.as_u32() == 0 {
                self.error(|| format!("step {}: reads {:?} from {}, where nothing was put", d.reader, d.asked, place_name(d.place)));
            }
            let parameter = match d.asked {
                Asked::Value(v) => self.home[v].and_then(|(b, n)| n.filter(|_| b == d.block)),
                Asked::Reference => None,
            };
            for &e in flow.preds(d.block) {
                let from = flow.edges[e as usize].from;
                let asked = parameter.map_or(d.asked, |n| Asked::Value(flow.args(e)[n as usize]));
                let ends = &self.ends[self.end_of[from.index()].clone()];
                let c = match ends.binary_search_by_key(&d.place, |&(p, _)| p) {
                    Ok(n) => ends[n].1,
                    Err(_) => Content { what: What::Entry(d.place), bytes: 32, fresh: 0 },
                };
                self.meet(from, d.place, c, self.safepoints_of[from.index()], Demand { asked, ..d });
            }
        }
    }
}

//! The tests: shapes of reads and writes from the literature, and what is made of each.
//!
//! Names are those of Alglave, Maranget, Tautschnig, *Herding Cats* (TOPLAS 2014) and of the tests that come with it. A shape says who reads and
//! writes what; a variant says by which instructions. To add a shape: a row of `SHAPES`. To add a variant: a value of `Variant`, its name, and how
//! it turns a read and a write into actions.
use super::interleave::turns;
use super::model::{Action, Change, Order, Outcome, Patience, Program, Span};
use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Of a location.
    Read(usize),
    /// To a location; never 0, which is there before.
    Write(usize, u64),
}

/// Threads of reads and writes, which start together over zeroes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    pub name: &'static str,
    /// What it asks.
    pub about: &'static str,
    pub threads: &'static [&'static [Step]],
    /// Locations whose last value is a part of the outcome.
    pub finals: &'static [usize],
}

const X: usize = 0;
const Y: usize = 1;
const Z: usize = 2;

const fn r(location: usize) -> Step {
    Step::Read(location)
}
const fn w(location: usize, value: u64) -> Step {
    Step::Write(location, value)
}
const fn shape(name: &'static str, about: &'static str, threads: &'static [&'static [Step]], finals: &'static [usize]) -> Shape {
    Shape { name, about, threads, finals }
}

pub const SHAPES: [Shape; 20] = [
    shape("SB", "store buffering: both read before they write", &[&[w(X, 1), r(Y)], &[w(Y, 1), r(X)]], &[]),
    shape("LB", "load buffering: both read what the other writes later", &[&[r(X), w(Y, 1)], &[r(Y), w(X, 1)]], &[]),
    shape("MP", "message passing: the flag without the message", &[&[w(X, 1), w(Y, 1)], &[r(Y), r(X)]], &[]),
    shape("IRIW", "two readers see two writes in different orders", &[&[w(X, 1)], &[w(Y, 1)], &[r(X), r(Y)], &[r(Y), r(X)]], &[]),
    shape("CoRR", "the second read is of an older value than the first", &[&[w(X, 1)], &[r(X), r(X)]], &[]),
    shape("CoWW", "the first of two writes stays, or is read after the second", &[&[w(X, 1), w(X, 2)], &[r(X), r(X)]], &[X]),
    shape("CoWR", "a read does not see the write before it", &[&[w(X, 1), r(X)], &[w(X, 2)]], &[X]),
    shape("CoRW", "what is read comes after the write that follows the read", &[&[r(X), w(X, 1)], &[w(X, 2)]], &[X]),
    shape(
        "CoIRIW",
        "two readers see two writes of one location in different orders",
        &[&[w(X, 1)], &[w(X, 2)], &[r(X), r(X)], &[r(X), r(X)]],
        &[],
    ),
    shape("2+2W", "of two pairs of writes the first of each stays", &[&[w(X, 1), w(Y, 2)], &[w(Y, 1), w(X, 2)]], &[X, Y]),
    shape("R", "a write that comes second, and a read after it that is too early", &[&[w(X, 1), w(Y, 1)], &[w(Y, 2), r(X)]], &[Y]),
    shape("S", "a write after the flag loses to the one before the flag", &[&[w(X, 2), w(Y, 1)], &[r(Y), w(X, 1)]], &[X]),
    shape("WRC", "a message is seen, passed on, and not seen by the next", &[&[w(X, 1)], &[r(X), w(Y, 1)], &[r(Y), r(X)]], &[]),
    shape("RWC", "what one has read is not there for one who has written", &[&[w(X, 1)], &[r(X), r(Y)], &[w(Y, 1), r(X)]], &[]),
    shape("WWC", "a write after what was read loses to it", &[&[w(X, 2)], &[r(X), w(Y, 1)], &[r(Y), w(X, 1)]], &[X]),
    shape("ISA2", "message passing through a thread between", &[&[w(X, 1), w(Y, 1)], &[r(Y), w(Z, 1)], &[r(Z), r(X)]], &[]),
    shape(
        "Z6",
        "message passing where the thread between writes over the flag",
        &[&[w(X, 1), w(Y, 1)], &[w(Y, 2), w(Z, 1)], &[r(Z), r(X)]],
        &[Y],
    ),
    shape("W+RWC", "RWC, and what was read is a flag", &[&[w(X, 1), w(Y, 1)], &[r(Y), r(Z)], &[w(Z, 1), r(X)]], &[]),
    shape("3SB", "store buffering around three", &[&[w(X, 1), r(Y)], &[w(Y, 1), r(Z)], &[w(Z, 1), r(X)]], &[]),
    shape("3LB", "load buffering around three", &[&[r(X), w(Y, 1)], &[r(Y), w(Z, 1)], &[r(Z), w(X, 1)]], &[]),
];

/// Bits of an access.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Width {
    B8,
    B16,
    B32,
    B64,
}

impl Width {
    pub const ALL: [Width; 4] = [Width::B8, Width::B16, Width::B32, Width::B64];
    pub fn bytes(self) -> u32 {
        1 << self as u32
    }
    fn half(self) -> Width {
        Width::ALL[(self as usize).saturating_sub(1)]
    }
}

/// By which instructions a shape reads and writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Variant {
    Plain(Width),
    Atomic(Width),
    /// The first location plain, the others atomic: data and flags.
    Flag,
    /// Even threads access a location whole, odd ones in halves.
    Mixed(Order, Width),
    /// Writes are additions whose result is dropped, reads add 0.
    Add(Width),
    /// Writes are exchanges whose results count.
    Exchange(Width),
    /// Writes are compare-exchanges of what the thread expects there, reads replace 0 by 0.
    CompareExchange(Width),
    /// Plain, with a fence between any two.
    Fence,
    /// Each write is atomic and notifies; each read waits for no time, and says if there was 0.
    Notify(Width),
    /// A read that a thread starts with waits until another one notifies; all else is plain.
    Block,
    /// While another thread grows the memory.
    Grow(Order),
    /// The first location is the length of the memory, which is grown once and read by `memory.size`; the others are atomic.
    Length,
}

impl Variant {
    pub fn all() -> Vec<Variant> {
        let each = |make: fn(Width) -> Variant| Width::ALL.map(make);
        let halved = [Width::B64, Width::B32, Width::B16];
        let mut all = Vec::new();
        all.extend(each(Variant::Plain));
        all.extend(each(Variant::Atomic));
        all.push(Variant::Flag);
        all.extend(halved.map(|width| Variant::Mixed(Order::Plain, width)));
        all.extend(halved.map(|width| Variant::Mixed(Order::Atomic, width)));
        all.extend(each(Variant::Add));
        all.extend(each(Variant::Exchange));
        all.extend(each(Variant::CompareExchange));
        all.extend([Variant::Fence, Variant::Notify(Width::B32), Variant::Notify(Width::B64), Variant::Block]);
        all.extend([Variant::Grow(Order::Plain), Variant::Grow(Order::Atomic), Variant::Length]);
        all
    }

    /// Bytes of a location, and of the unit by which it is told what was read.
    fn sizes(self) -> (u32, u32) {
        match self {
            // What may tear is told by halves.
            Variant::Plain(Width::B64) => (8, 4),
            Variant::Mixed(_, width) => (width.bytes(), width.half().bytes()),
            Variant::Plain(width) | Variant::Atomic(width) | Variant::Add(width) => (width.bytes(), width.bytes()),
            Variant::Exchange(width) | Variant::CompareExchange(width) | Variant::Notify(width) => (width.bytes(), width.bytes()),
            Variant::Flag | Variant::Fence | Variant::Block | Variant::Grow(_) | Variant::Length => (4, 4),
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, width) = match self {
            Variant::Plain(width) => ("plain", Some(width)),
            Variant::Atomic(width) => ("atomic", Some(width)),
            Variant::Flag => ("flag", None),
            Variant::Mixed(Order::Plain, width) => ("mixed", Some(width)),
            Variant::Mixed(Order::Atomic, width) => ("mixed-atomic", Some(width)),
            Variant::Add(width) => ("add", Some(width)),
            Variant::Exchange(width) => ("xchg", Some(width)),
            Variant::CompareExchange(width) => ("cmpxchg", Some(width)),
            Variant::Fence => ("fence", None),
            Variant::Notify(width) => ("notify", Some(width)),
            Variant::Block => ("block", None),
            Variant::Grow(Order::Plain) => ("grow", None),
            Variant::Grow(Order::Atomic) => ("grow-atomic", None),
            Variant::Length => ("length", None),
        };
        match width {
            Some(width) => write!(f, "{name}{}", 8 * width.bytes()),
            None => f.write_str(name),
        }
    }
}

/// A shape made of certain instructions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Test {
    pub shape: Shape,
    pub variant: Variant,
    pub program: Program,
}

impl Test {
    /// Every shape in every variant that it has, by shape.
    pub fn all() -> Vec<Test> {
        let variants = Variant::all();
        SHAPES.iter().flat_map(|shape| variants.iter().filter_map(|variant| Test::new(*shape, *variant))).collect()
    }

    /// None if the shape does not have the variant: nothing can block, or all might block for ever; there is no flag beside the data; what would be
    /// the length is written more than once, or told at the end.
    pub fn new(shape: Shape, variant: Variant) -> Option<Test> {
        let program = Maker::new(shape, variant).program();
        let waits = program.threads.iter().flatten().any(|a| matches!(a, Action::Wait { patience: Patience::Endless, .. }));
        let has = match variant {
            Variant::Block => waits && !turns(&program).deadlocks,
            Variant::Flag => program.locations.len() > 1,
            Variant::Length => {
                let steps = shape.threads.iter().flat_map(|steps| steps.iter());
                steps.filter(|s| matches!(s, Step::Write(X, _))).count() == 1 && !shape.finals.contains(&X)
            }
            _ => true,
        };
        has.then_some(Test { shape, variant, program })
    }

    /// Such as `SB+plain32`.
    pub fn name(&self) -> String {
        format!("{}+{}", self.shape.name, self.variant)
    }

    /// Whether a word of a command line means it: `SB+plain32`, `SB` for all its variants, `+plain32` or `+plain` for those of all shapes.
    pub fn is_named(&self, word: &str) -> bool {
        let is_variant = |word: &str| {
            let variant = self.variant.to_string();
            let kind = variant.trim_end_matches(|c: char| c.is_ascii_digit());
            word.eq_ignore_ascii_case(&variant) || word.eq_ignore_ascii_case(kind)
        };
        match word.strip_prefix(self.shape.name).or_else(|| word.strip_prefix(&self.shape.name.to_ascii_lowercase())) {
            Some("") => true,
            Some(rest) => rest.strip_prefix('+').is_some_and(is_variant),
            None => word.strip_prefix('+').is_some_and(is_variant),
        }
    }

    /// The thread and the number in it of a register.
    pub fn register(&self, register: usize) -> (usize, usize) {
        let of_thread = |actions: &[Action]| actions.iter().filter_map(Action::into).collect::<Vec<_>>();
        let find = |(t, actions): (usize, &Vec<Action>)| Some((t, of_thread(actions).iter().position(|r| *r == register)?));
        self.program.threads.iter().enumerate().find_map(find).expect("every register is some action's")
    }

    /// `0:r0=1 1:r0=0 x=2`.
    pub fn describe(&self, outcome: &Outcome) -> String {
        let (registers, finals) = outcome.split_at(self.program.registers);
        let registers = registers.iter().enumerate().map(|(k, value)| {
            let (t, k) = self.register(k);
            format!("{t}:r{k}={}", number(*value))
        });
        let finals = self.program.finals.iter().zip(finals).map(|(l, value)| format!("{}={}", ["x", "y", "z"][*l], number(*value)));
        registers.chain(finals).collect::<Vec<_>>().join(" ")
    }

    /// The threads side by side, as text.
    pub fn listing(&self) -> String {
        let line = |action: &Action| self.instruction(action);
        let threads = self.program.threads.iter().enumerate();
        threads.map(|(t, actions)| format!("{t}: {}\n", actions.iter().map(line).collect::<Vec<_>>().join("; "))).collect()
    }

    fn instruction(&self, action: &Action) -> String {
        let place = |at: Span| {
            let l = self.program.locations.iter().position(|l| l.has(at.first)).expect("a place in a location");
            if self.program.length == Some(l) {
                return "length".to_string();
            }
            let offset = (at.first - self.program.locations[l].first) as u32 * self.program.cell_bytes;
            let bits = 8 * at.cells as u32 * self.program.cell_bytes;
            format!("{}{}:{bits}", ["x", "y", "z"][l], if offset > 0 { format!("+{offset}") } else { String::new() })
        };
        let result = |into: Option<usize>| into.map_or(String::new(), |r| format!("r{} = ", self.register(r).1));
        match *action {
            Action::Load { at, order: Order::Plain, into } => format!("{}{}", result(Some(into)), place(at)),
            Action::Load { at, order: Order::Atomic, into } => format!("{}atomic {}", result(Some(into)), place(at)),
            Action::Store { at, order: Order::Plain, value } => format!("{} = {}", place(at), number(value)),
            Action::Store { at, order: Order::Atomic, value } => format!("atomic {} = {}", place(at), number(value)),
            Action::Change { at, change: Change::Add, value, into } => format!("{}add {} {}", result(into), place(at), number(value)),
            Action::Change { at, change: Change::Exchange, value, into } => format!("{}xchg {} {}", result(into), place(at), number(value)),
            Action::CompareExchange { at, expected, replacement, into } => {
                format!("{}cmpxchg {} {} -> {}", result(into), place(at), number(expected), number(replacement))
            }
            Action::Fence => "fence".to_string(),
            Action::Wait { at, expected, patience: Patience::None, into } => {
                format!("{}wait {} while {} for 0 ns", result(Some(into)), place(at), number(expected))
            }
            Action::Wait { at, expected, patience: Patience::Endless, into } => {
                format!("{}wait {} while {}", result(Some(into)), place(at), number(expected))
            }
            Action::Notify { at, count, into } => format!("{}notify {} {count}", result(into), place(at)),
        }
    }
}

/// Values of several cells are told in hexadecimal.
fn number(value: u64) -> String {
    if value < 16 { value.to_string() } else { format!("{value:#x}") }
}

/// Makes a program of a shape.
struct Maker {
    shape: Shape,
    variant: Variant,
    cells: usize,
    cell_bytes: u32,
    registers: usize,
}

impl Maker {
    fn new(shape: Shape, variant: Variant) -> Maker {
        let (bytes, cell_bytes) = variant.sizes();
        Maker { shape, variant, cells: (bytes / cell_bytes) as usize, cell_bytes, registers: 0 }
    }

    fn program(mut self) -> Program {
        let steps = self.shape.threads.iter().flat_map(|steps| steps.iter());
        let locations = 1 + steps.map(|s| s.location()).max().unwrap_or(0);
        let threads = self.shape.threads.iter().enumerate().map(|(t, steps)| self.thread(t, steps)).collect();
        let locations = (0..locations).map(|l| self.location(l)).collect();
        let finals = self.shape.finals.to_vec();
        let length = (self.variant == Variant::Length).then_some(X);
        Program { cell_bytes: self.cell_bytes, locations, threads, registers: self.registers, finals, length }
    }

    fn location(&self, l: usize) -> Span {
        Span { first: l * self.cells, cells: self.cells }
    }

    /// The value with itself in every cell, so that one sees where each comes from.
    fn spread(&self, value: u64, at: Span) -> u64 {
        (0..at.cells).fold(0, |all, k| all | value << (8 * self.cell_bytes * k as u32))
    }

    fn register(&mut self) -> usize {
        self.registers += 1;
        self.registers - 1
    }

    fn thread(&mut self, t: usize, steps: &[Step]) -> Vec<Action> {
        let mut actions = Vec::new();
        for (n, step) in steps.iter().enumerate() {
            if n > 0 && self.variant == Variant::Fence {
                actions.push(Action::Fence);
            }
            let at = self.location(step.location());
            let halves = matches!(self.variant, Variant::Mixed(..)) && t % 2 == 1;
            let parts = if halves { vec![Span { cells: 1, ..at }, Span { first: at.first + 1, cells: 1 }] } else { vec![at] };
            for at in parts {
                match *step {
                    Step::Read(l) => self.read(l, at, n == 0, &mut actions),
                    Step::Write(l, value) => {
                        // What this thread has written there before, or what was there.
                        let mine = |s: &&Step| matches!(s, Step::Write(m, _) if *m == l);
                        let old = steps[..n].iter().rev().find(mine).map_or(0, |s| s.value());
                        self.write(l, at, self.spread(value, at), self.spread(old, at), &mut actions);
                    }
                }
            }
        }
        actions
    }

    fn read(&mut self, l: usize, at: Span, first: bool, actions: &mut Vec<Action>) {
        let into = self.register();
        let load = |order| Action::Load { at, order, into };
        actions.push(match self.variant {
            Variant::Plain(_) | Variant::Fence => load(Order::Plain),
            Variant::Atomic(_) | Variant::Exchange(_) => load(Order::Atomic),
            Variant::Mixed(order, _) | Variant::Grow(order) => load(order),
            Variant::Flag | Variant::Length => load(if l == X { Order::Plain } else { Order::Atomic }),
            Variant::Add(_) => Action::Change { at, change: Change::Add, value: 0, into: Some(into) },
            Variant::CompareExchange(_) => Action::CompareExchange { at, expected: 0, replacement: 0, into: Some(into) },
            Variant::Notify(_) => Action::Wait { at, expected: 0, patience: Patience::None, into },
            Variant::Block if first => Action::Wait { at, expected: 0, patience: Patience::Endless, into },
            Variant::Block => load(Order::Plain),
        });
    }

    fn write(&mut self, l: usize, at: Span, value: u64, old: u64, actions: &mut Vec<Action>) {
        let store = |order| Action::Store { at, order, value };
        let waiting = self.shape.threads.iter().filter(|steps| steps.first() == Some(&Step::Read(l))).count();
        match self.variant {
            Variant::Plain(_) | Variant::Fence => actions.push(store(Order::Plain)),
            Variant::Atomic(_) => actions.push(store(Order::Atomic)),
            Variant::Mixed(order, _) | Variant::Grow(order) => actions.push(store(order)),
            Variant::Flag => actions.push(store(if l == X { Order::Plain } else { Order::Atomic })),
            Variant::Add(_) => actions.push(Action::Change { at, change: Change::Add, value, into: None }),
            Variant::Length if l == X => actions.push(Action::Change { at, change: Change::Add, value: 1, into: None }),
            Variant::Length => actions.push(store(Order::Atomic)),
            Variant::Exchange(_) => {
                let into = Some(self.register());
                actions.push(Action::Change { at, change: Change::Exchange, value, into });
            }
            Variant::CompareExchange(_) => {
                let into = Some(self.register());
                actions.push(Action::CompareExchange { at, expected: old, replacement: value, into });
            }
            Variant::Notify(_) => actions.extend([store(Order::Atomic), Action::Notify { at, count: 1, into: None }]),
            Variant::Block if waiting > 0 => {
                let into = Some(self.register());
                actions.extend([store(Order::Atomic), Action::Notify { at, count: waiting as u32, into }]);
            }
            Variant::Block => actions.push(store(Order::Plain)),
        }
    }
}

impl Step {
    fn location(self) -> usize {
        match self {
            Step::Read(l) | Step::Write(l, _) => l,
        }
    }
    fn value(self) -> u64 {
        match self {
            Step::Read(_) => 0,
            Step::Write(_, value) => value,
        }
    }
}

//! What the WebAssembly memory model allows a small program to do: every outcome of every candidate execution that the axioms accept.
//!
//! The axioms are those of the threads proposal's core specification ("Relaxed Memory Model", after Watt, Rossberg, Pichon-Pharabod, *Weakening
//! WebAssembly*, OOPSLA 2019, with the sequentially-consistent rule as repaired in Watt et al., *Repairing and Mechanising the JavaScript Relaxed
//! Memory Model*, PLDI 2020). papers/litmus.md says them in words; here each stands where it is tested:
//!
//! - happens-before (`hb`) is program order, what the setup does before all and the last reads after all, the order that a queue of waiters or the
//!   fences are in, and *synchronizes-with*: an atomic read that takes a byte of an atomic write of the same range comes after that write;
//! - a read takes each byte from a write that is not `hb`-after it, and that no other write of the byte separates from it in `hb`;
//! - a read that does not tear takes bytes from at most one of the writes of its own range that do not tear;
//! - there is a total order `tot` around `hb` in which no atomic access comes between where a rule about it and a read forbids it (`is_ordered`).
//!
//! Two simplifications lose nothing. *Cells*: memory is cut where accesses start and end, and a cell is one unit; written values have their
//! differences in the first byte of a cell, so other bytes can always come from where the first one does. *Setup*: memory is zeroed by stores that
//! happen before the threads, as the runner does it, so no rule for initial values is needed.
//!
//! One rule is ours: the specification gives `atomic.fence` an event but no rule, so by the letter a fence does nothing. Here fences are in one
//! total order that is part of `hb`, which is what its text promises for operations on a queue, and what a fence instruction gives on every target.
use std::collections::BTreeSet;

/// Cells that an access touches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    pub first: usize,
    pub cells: usize,
}

impl Span {
    pub fn has(self, cell: usize) -> bool {
        (self.first..self.first + self.cells).contains(&cell)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Plain,
    Atomic,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Exchange,
    Add,
}

/// Whether a wait ends by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// Timeout 0.
    None,
    /// No timeout.
    Endless,
}

/// What one instruction does. `into` is the register that gets its result; what has none drops it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    Load { at: Span, order: Order, into: usize },
    Store { at: Span, order: Order, value: u64 },
    Change { at: Span, change: Change, value: u64, into: Option<usize> },
    CompareExchange { at: Span, expected: u64, replacement: u64, into: Option<usize> },
    Fence,
    Wait { at: Span, expected: u64, patience: Patience, into: usize },
    Notify { at: Span, count: u32, into: Option<usize> },
}

impl Action {
    pub fn into(&self) -> Option<usize> {
        match *self {
            Action::Load { into, .. } | Action::Wait { into, .. } => Some(into),
            Action::Change { into, .. } | Action::CompareExchange { into, .. } | Action::Notify { into, .. } => into,
            Action::Store { .. } | Action::Fence => None,
        }
    }
    pub fn at(&self) -> Option<Span> {
        match *self {
            Action::Load { at, .. } | Action::Store { at, .. } | Action::Change { at, .. } => Some(at),
            Action::CompareExchange { at, .. } | Action::Wait { at, .. } | Action::Notify { at, .. } => Some(at),
            Action::Fence => None,
        }
    }
}

/// Threads that start together over zeroed memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    pub cell_bytes: u32,
    /// Consecutive, from cell 0.
    pub locations: Vec<Span>,
    pub threads: Vec<Vec<Action>>,
    /// Registers are numbered through all threads.
    pub registers: usize,
    /// Locations that are read when all threads have ended.
    pub finals: Vec<usize>,
    /// The location that is not in memory but its length: it is changed by growing by a page, and what is read is whether it has grown. The
    /// specification reads and writes it as it does memory. It is written once.
    pub length: Option<usize>,
}

/// Registers in their order, then the locations read at the end.
pub type Outcome = Vec<u64>;

impl Program {
    /// Every outcome that the axioms accept.
    pub fn allowed(&self) -> BTreeSet<Outcome> {
        let mut all = BTreeSet::new();
        let choices: Vec<(usize, Vec<Vec<Event>>)> =
            self.threads.iter().enumerate().flat_map(|(t, actions)| actions.iter().map(move |a| (t, self.events_of(a)))).collect();
        let mut picks = vec![0; choices.len()];
        loop {
            let events = choices.iter().zip(&picks).flat_map(|((t, ways), pick)| ways[*pick].iter().map(move |e| (Some(*t), e.clone())));
            Execution::new(self, events.collect()).run(&mut all);
            let Some(k) = picks.iter().zip(&choices).position(|(pick, (_, ways))| pick + 1 < ways.len()) else { break };
            picks[..k].fill(0);
            picks[k] += 1;
        }
        all
    }

    /// Bits of one cell of a value.
    pub fn cell(&self, value: u64, k: usize) -> u64 {
        let bits = 8 * self.cell_bytes;
        (value >> (bits * k as u32)) & (u64::MAX >> (64 - bits))
    }

    /// A value within the width of an access.
    pub fn wrap(&self, value: u64, at: Span) -> u64 {
        value & (u64::MAX >> (64 - 8 * self.cell_bytes * at.cells as u32))
    }

    /// The ways in which an instruction can go, each the events it leaves.
    fn events_of(&self, action: &Action) -> Vec<Vec<Event>> {
        let read = |at, into: Option<usize>| Event {
            reads: Some(at),
            atomic: true,
            tears: false,
            result: into.map(|r| (r, Value::Read)),
            ..Event::default()
        };
        let tears = |at: Span, order| order == Order::Plain && at.cells as u32 * self.cell_bytes > 4;
        match *action {
            Action::Load { at, order, into } => {
                vec![vec![Event { atomic: order == Order::Atomic, tears: tears(at, order), ..read(at, Some(into)) }]]
            }
            Action::Store { at, order, value } => {
                let writes = Some((at, Written::Value(value)));
                vec![vec![Event { writes, atomic: order == Order::Atomic, tears: tears(at, order), ..Event::default() }]]
            }
            Action::Change { at, change, value, into } => {
                let written = match change {
                    Change::Exchange => Written::Value(value),
                    Change::Add => Written::Sum(value),
                };
                vec![vec![Event { writes: Some((at, written)), ..read(at, into) }]]
            }
            Action::CompareExchange { at, expected, replacement, into } => {
                let (writes, condition) = (Some((at, Written::Value(replacement))), Some(Condition::Is(expected)));
                let fails = Event { condition: Some(Condition::IsNot(expected)), ..read(at, into) };
                vec![vec![Event { writes, condition, ..read(at, into) }], vec![fails]]
            }
            Action::Fence => vec![vec![Event { fence: true, ..Event::default() }]],
            Action::Wait { at, expected, patience, into } => {
                let unequal =
                    Event { condition: Some(Condition::IsNot(expected)), result: Some((into, Value::Number(NOT_EQUAL))), ..read(at, None) };
                let begins = Event { condition: Some(Condition::Is(expected)), queue: Some((at.first, Queue::Wait)), ..read(at, None) };
                let ends =
                    |how, number| Event { queue: Some((at.first, how)), result: Some((into, Value::Number(number))), ..Event::default() };
                let mut ways = vec![vec![unequal], vec![begins.clone(), ends(Queue::Woken, WOKEN)]];
                if patience == Patience::None {
                    ways.push(vec![begins, ends(Queue::TimedOut, TIMED_OUT)]);
                }
                ways
            }
            Action::Notify { at, count, into } => {
                let waits = self.threads.iter().flatten().filter(|a| matches!(a, Action::Wait { .. }) && a.at() == Some(at)).count();
                let way = |woken: u32| {
                    let queue = Some((at.first, Queue::Notify { woken: woken as usize, all: woken < count }));
                    vec![Event { queue, result: into.map(|r| (r, Value::Number(woken.into()))), ..Event::default() }]
                };
                (0..=count.min(waits as u32)).map(way).collect()
            }
        }
    }
}

/// Results of a wait.
pub const WOKEN: u64 = 0;
pub const NOT_EQUAL: u64 = 1;
pub const TIMED_OUT: u64 = 2;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Written {
    Value(u64),
    /// What the event reads and this.
    Sum(u64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Value {
    Read,
    Number(u64),
}

/// Of what an event reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Condition {
    Is(u64),
    IsNot(u64),
}

/// A change of the queue of waiters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Queue {
    Wait,
    /// Ends the wait before it in its thread.
    Woken,
    TimedOut,
    Notify {
        woken: usize,
        /// It leaves nobody.
        all: bool,
    },
}

/// Reads, writes, or changes a queue, at one time.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
struct Event {
    reads: Option<Span>,
    writes: Option<(Span, Written)>,
    atomic: bool,
    tears: bool,
    fence: bool,
    /// By the cell where its location starts.
    queue: Option<(usize, Queue)>,
    condition: Option<Condition>,
    /// Index in the outcome.
    result: Option<(usize, Value)>,
}

impl Event {
    fn span(&self) -> Option<Span> {
        self.reads.or(self.writes.map(|w| w.0))
    }
    /// Whether one may synchronize with the other.
    fn syncs(&self, other: &Event) -> bool {
        self.atomic && other.atomic && self.span().is_some() && self.span() == other.span()
    }
    fn writes_cell(&self, cell: usize) -> bool {
        self.writes.is_some_and(|w| w.0.has(cell))
    }
}

const MOST: usize = 32;

/// A strict partial order, closed: row `b` has the bits of all before it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Before([u32; MOST]);

impl Before {
    fn has(&self, a: usize, b: usize) -> bool {
        self.0[b] >> a & 1 == 1
    }
    /// False if that makes a cycle.
    #[must_use]
    fn add(&mut self, a: usize, b: usize) -> bool {
        if a == b || self.has(b, a) {
            return false;
        }
        if !self.has(a, b) {
            let earlier = self.0[a] | 1 << a;
            for (c, row) in self.0.iter_mut().enumerate() {
                if c == b || *row >> b & 1 == 1 {
                    *row |= earlier;
                }
            }
        }
        true
    }
}

/// A group while it is put in order.
#[derive(Clone, Default, Debug)]
struct Line {
    left: Vec<usize>,
    last: Option<usize>,
    /// Waits in the queue, the oldest first.
    waiting: Vec<usize>,
    /// Waits that were notified: their ends come next.
    waking: Vec<usize>,
}

/// The events of one way through the program; what is chosen for them is searched depth first.
struct Execution<'a> {
    program: &'a Program,
    events: Vec<Event>,
    /// The order that is there before anything is read.
    order: Before,
    /// Sets of events that are in a total order: fences, and the events of each queue.
    groups: Vec<Vec<usize>>,
    /// The wait that an event ends.
    ends: Vec<Option<usize>>,
    /// (event, index of the cell in its access), in the order in which sources are chosen.
    reads: Vec<(usize, usize)>,
}

impl<'a> Execution<'a> {
    fn new(program: &'a Program, between: Vec<(Option<usize>, Event)>) -> Execution<'a> {
        let wide = |at: &Span| at.cells as u32 * program.cell_bytes > 4;
        let setup =
            program.locations.iter().map(|at| Event { writes: Some((*at, Written::Value(0))), tears: wide(at), ..Event::default() });
        let last = program.finals.iter().enumerate().map(|(k, l)| {
            let at = program.locations[*l];
            Event { reads: Some(at), tears: wide(&at), result: Some((program.registers + k, Value::Read)), ..Event::default() }
        });
        let (setups, middle) = (program.locations.len(), between.len());
        let (threads, inner): (Vec<_>, Vec<_>) = between.into_iter().unzip();
        let events: Vec<Event> = setup.chain(inner).chain(last).collect();
        assert!(events.len() <= MOST, "a program of {} events", events.len());
        let mut order = Before([0; MOST]);
        let mut ends = vec![None; events.len()];
        for b in 0..events.len() {
            for a in 0..b {
                let in_thread = |e: usize| (setups..setups + middle).contains(&e).then(|| threads[e - setups]);
                let apart = match (in_thread(a), in_thread(b)) {
                    (Some(s), Some(t)) => s != t,
                    (None, None) => (a < setups) == (b < setups),
                    _ => false,
                };
                if !apart {
                    order.0[b] |= 1 << a;
                    if matches!(events[b].queue, Some((_, Queue::Woken | Queue::TimedOut))) && a + 1 == b {
                        ends[b] = Some(a);
                    }
                }
            }
        }
        let mut groups = vec![(0..events.len()).filter(|e| events[*e].fence).collect::<Vec<_>>()];
        let queues: BTreeSet<usize> = events.iter().filter_map(|e| e.queue.map(|q| q.0)).collect();
        groups.extend(queues.into_iter().map(|at| (0..events.len()).filter(|e| events[*e].queue.is_some_and(|q| q.0 == at)).collect()));
        groups.retain(|group| group.len() > 1 || group.iter().any(|e| events[*e].queue.is_some()));
        let reads = (0..events.len()).flat_map(|e| (0..events[e].reads.map_or(0, |at| at.cells)).map(move |k| (e, k))).collect();
        Execution { program, events, order, groups, ends, reads }
    }

    fn run(&self, all: &mut BTreeSet<Outcome>) {
        self.order_groups(0, &self.order, all);
    }

    fn order_groups(&self, k: usize, hb: &Before, all: &mut BTreeSet<Outcome>) {
        match self.groups.get(k) {
            Some(group) => self.order_group(k, &Line { left: group.clone(), ..Line::default() }, hb, all),
            None => self.choose(0, &mut Vec::new(), hb, all),
        }
    }

    /// All orders of what is left of group `k`.
    fn order_group(&self, k: usize, line: &Line, hb: &Before, all: &mut BTreeSet<Outcome>) {
        if line.left.is_empty() {
            return self.order_groups(k + 1, hb, all);
        }
        for (at, e) in line.left.iter().enumerate() {
            let mut hb = hb.clone();
            if line.left.iter().any(|other| hb.has(*other, *e)) || line.last.is_some_and(|last| !hb.add(last, *e)) {
                continue;
            }
            let mut line = line.clone();
            line.left.remove(at);
            line.last = Some(*e);
            if self.events[*e].queue.is_none_or(|(_, change)| self.step(*e, change, &mut line)) {
                self.order_group(k, &line, &hb, all);
            }
        }
    }

    /// A change of a queue; false if it cannot be the next.
    fn step(&self, e: usize, change: Queue, line: &mut Line) -> bool {
        if !line.waking.is_empty() {
            return change == Queue::Woken && Some(line.waking.remove(0)) == self.ends[e];
        }
        match change {
            Queue::Wait => line.waiting.push(e),
            Queue::Woken => return false,
            Queue::TimedOut => {
                let Some(at) = line.waiting.iter().position(|w| Some(*w) == self.ends[e]) else { return false };
                line.waiting.remove(at);
            }
            Queue::Notify { woken, all } => {
                if woken > line.waiting.len() || all && woken < line.waiting.len() {
                    return false;
                }
                line.waking.extend(line.waiting.drain(..woken));
            }
        }
        true
    }

    /// Chooses where cell `n` of what is read comes from. `from[i]` is the source of `reads[i]`.
    fn choose(&self, n: usize, from: &mut Vec<usize>, hb: &Before, all: &mut BTreeSet<Outcome>) {
        let Some((r, k)) = self.reads.get(n).copied() else {
            return self.judge(from, hb, all);
        };
        let cell = self.cell(r, k);
        for w in 0..self.events.len() {
            if w == r || !self.events[w].writes_cell(cell) {
                continue;
            }
            let mut hb = hb.clone();
            if self.events[w].syncs(&self.events[r]) && !hb.add(w, r) {
                continue;
            }
            from.push(w);
            if self.sees(r, w, cell, &hb) && self.is_whole(r, k, from) {
                self.choose(n + 1, from, &hb, all);
            }
            from.pop();
        }
    }

    fn cell(&self, r: usize, k: usize) -> usize {
        self.events[r].reads.expect("it reads").first + k
    }

    /// Whether happens-before lets a read take this cell from a write.
    fn sees(&self, r: usize, w: usize, cell: usize, hb: &Before) -> bool {
        let hidden = |other: usize| self.events[other].writes_cell(cell) && hb.has(w, other) && hb.has(other, r);
        !hb.has(r, w) && !(0..self.events.len()).any(hidden)
    }

    /// Whether a read tears only if it may, as far as its cells up to `k` are chosen: the last of `from`.
    fn is_whole(&self, r: usize, k: usize, from: &[usize]) -> bool {
        let read = &self.events[r];
        let of_one = |w: &usize| !self.events[*w].tears && self.events[*w].span() == read.span();
        let mut whole = from[from.len() - k - 1..].iter().filter(|w| of_one(w));
        read.tears || whole.next().is_none_or(|first| whole.all(|w| w == first))
    }

    fn judge(&self, from: &[usize], hb: &Before, all: &mut BTreeSet<Outcome>) {
        // Later choices have made happens-before larger.
        let consistent = self.reads.iter().zip(from).all(|((r, k), w)| self.sees(*r, *w, self.cell(*r, *k), hb));
        if !consistent {
            return;
        }
        let values = Values { execution: self, from };
        let mut outcome = vec![0; self.program.registers + self.program.finals.len()];
        for (e, event) in self.events.iter().enumerate() {
            let holds = match event.condition {
                Some(Condition::Is(x)) => values.read(e, 0) == x,
                Some(Condition::IsNot(x)) => values.read(e, 0) != x,
                None => true,
            };
            if !holds {
                return;
            }
            match event.result {
                Some((r, Value::Read)) => outcome[r] = values.read(e, 0),
                Some((r, Value::Number(x))) => outcome[r] = x,
                None => {}
            }
        }
        if !all.contains(&outcome) && self.is_ordered(from, hb) {
            all.insert(outcome);
        }
    }

    /// Whether a total order around `hb` keeps atomic accesses sequentially consistent. For a read R of W with W hb R, and any other write X: not
    /// W tot X tot R where all are atomic and of one range; not W hb X tot R where X and R are; not W tot X hb R where W and X are.
    fn is_ordered(&self, from: &[usize], hb: &Before) -> bool {
        let mut tot = hb.clone();
        let mut either = Vec::new();
        for ((r, _), w) in self.reads.iter().zip(from) {
            if !hb.has(*w, *r) {
                continue;
            }
            let [read, write] = [*r, *w].map(|e| &self.events[e]);
            for x in (0..self.events.len()).filter(|x| x != r && x != w && self.events[*x].writes.is_some()) {
                let other = &self.events[x];
                if hb.has(*w, x) && other.syncs(read) && !tot.add(*r, x) || hb.has(x, *r) && write.syncs(other) && !tot.add(x, *w) {
                    return false;
                }
                if write.syncs(read) && other.syncs(read) {
                    either.push([(x, *w), (*r, x)]);
                }
            }
        }
        satisfies(&tot, &either)
    }
}

/// Whether an order can be had that has one pair of each two.
fn satisfies(tot: &Before, either: &[[(usize, usize); 2]]) -> bool {
    let Some((pairs, rest)) = either.split_first() else { return true };
    pairs.iter().any(|(a, b)| {
        let mut tot = tot.clone();
        tot.add(*a, *b) && satisfies(&tot, rest)
    })
}

/// What is read and written, once it is chosen who reads from whom.
struct Values<'a> {
    execution: &'a Execution<'a>,
    from: &'a [usize],
}

impl Values<'_> {
    fn read(&self, r: usize, depth: usize) -> u64 {
        let program = self.execution.program;
        let sources = self.execution.reads.iter().zip(self.from).filter(|((e, _), _)| *e == r);
        sources.fold(0, |value, ((_, k), w)| {
            let (at, _) = self.execution.events[*w].writes.expect("it writes");
            let byte = program.cell(self.written(*w, depth), self.execution.cell(r, *k) - at.first);
            value | byte << (8 * program.cell_bytes * *k as u32)
        })
    }
    fn written(&self, w: usize, depth: usize) -> u64 {
        // A sum of what comes from itself could be anything. No test has one: sums of one range synchronize, and those in a cycle cannot.
        assert!(depth < MOST, "a value out of thin air");
        match self.execution.events[w].writes.expect("it writes") {
            (_, Written::Value(x)) => x,
            (at, Written::Sum(x)) => self.execution.program.wrap(self.read(w, depth + 1) + x, at),
        }
    }
}

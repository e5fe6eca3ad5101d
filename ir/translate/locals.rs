//! Which value a local has: SSA construction for structured control flow, in pruned form, on demand.
//! The page on it is `papers/ssa-construction.md`.
//!
//! Nothing happens at a join until a local is read behind it. Each local has the sorted list of its assignments (the first pass
//! finds them), and constructs form trees, so the *latest event* of local v before a place p is found by search:
//!
//! - `s`, the last assignment before p, by binary search in v's list (or the function's start);
//! - the outermost construct around `s` that ended before p. If it ended in a join, the event is the join: v may differ on the ways
//!   into it. If it is the then-arm of an `if` and p is beyond its `else`, v is again what it was at the `if`;
//! - the innermost loop around p and around the next assignment after p, if it began after all that: its header.
//!
//! Values follow from events: an assignment's is known. At a join, v is looked up at every way in; if all agree that is the value, else
//! the join's block gets a parameter. At a loop header v gets a parameter at once, before anything else is looked up, so cycles end;
//! the arguments follow when the loop has ended. So parameters exist only where a local is read after the ways joined. What was
//! found is noted per (event, local).
//!
//! Cost: a constant for reads with no event since the last, else a logarithm (binary search, jump pointers on the trees) per way into a
//! join. A hostile body could ask for (jumps into a join) x (locals assigned) look-ups; `Locals::budget` ends that in an error.
//! No recursion: joins being resolved are on a stack of our own, loops that lack arguments in a queue.
use super::build::Build;
use super::scan::Scan;
use crate::ssa::{Block, Edge, Value};
use crate::value::Type;
use cranelift_entity::SecondaryMap;
use std::hash::{BuildHasher, RandomState};

/// A place in the text where a local can be looked up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// Module offset of an operator: the local's value just before it.
    pub at: u32,
    /// The innermost loop around it.
    pub within: LoopId,
}

/// Index in `Locals::loops`; 0 is none.
pub(super) type LoopId = u32;
/// Index in `Locals::scopes`; 0 is the whole function.
pub(super) type ScopeId = u32;

/// What locals are worth at each place of one function. Reused from function to function.
#[derive(Default)]
pub(super) struct Locals {
    /// State per local; stale where `stamp` is old, so that 50,000 unused ones cost nothing.
    table: Vec<Local>,
    stamp: u32,
    /// Number of parameters, which are the first locals.
    params: u32,
    /// Assignments grouped by local, in the order of the text: where, in which scope, what.
    assigned_at: Vec<u32>,
    assigned_in: Vec<ScopeId>,
    assigned: Vec<Value>,
    scopes: Vec<Scope>,
    loops: Vec<Loop>,
    /// Local parameters of loop headers, one list per loop through `next`.
    loop_params: Vec<LoopParam>,
    /// Place of each edge into a join or loop header, and the next such edge.
    edges: SecondaryMap<Edge, Way>,
    notes: Notes,
    /// Joins being resolved, innermost last, and the values found so far on their ways.
    joins: Vec<Join>,
    values: Vec<Value>,
    /// Then-arms passed by the look-up under way; they get its result as a note.
    passed: Vec<ScopeId>,
    /// Ended loops with parameters that lack arguments.
    unfilled: Vec<LoopId>,
    /// Position of the last event of any local; what was read since is still right.
    last_event: u32,
    /// Steps that are still allowed; 0 if there were too many.
    budget: u64,
}

#[derive(Clone, Copy)]
struct Local {
    stamp: u32,
    /// Its part of `assigned*`.
    first: u32,
    count: u32,
    /// How many of its assignments the second pass has gone by.
    passed: u32,
    /// Its value as of position `known`, if `known` is not 0.
    value: Value,
    known: u32,
}

/// A construct whose end is an event for what is assigned in it.
struct Scope {
    kind: ScopeKind,
    /// Its start, with the loop around it.
    start: Place,
    /// Where it ends: the position of the event.
    end: u32,
    /// Links to scopes around it: the next, and one that skips many.
    parent: ScopeId,
    jump: ScopeId,
    depth: u32,
    ways: Ways,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScopeKind {
    /// Ends in a join at the start of the block.
    Join(Block),
    /// The then-arm of an `if` that has an `else`.
    Then,
}

struct Loop {
    header: Block,
    start: Place,
    end: u32,
    jump: LoopId,
    depth: u32,
    ways: Ways,
    /// List in `loop_params`: all of it, and the first that has no arguments yet.
    last: Option<u32>,
    unfilled: Option<u32>,
    ended: bool,
}

struct LoopParam {
    local: u32,
    next: Option<u32>,
}

/// The edges into a block, in the order they were made.
#[derive(Clone, Copy, Default)]
struct Ways {
    first: Option<Edge>,
    last: Option<Edge>,
    count: u32,
}

#[derive(Clone, Copy, Default)]
struct Way {
    place: Place,
    next: Option<Edge>,
}

struct Join {
    scope: ScopeId,
    /// The way to look at next.
    way: Option<Edge>,
    /// Where its values start in `values`.
    values: usize,
}

enum Found {
    Value(Value),
    /// The ways into this join must be looked at first.
    Unresolved(ScopeId),
}

/// Stands where no value is known yet; never read.
fn no_value() -> Value {
    Value::from_u32(0)
}
/// What a body may ask of look-ups before it is refused, in steps of a few ten nanoseconds: compilers' output needs about 0.1 a byte and
/// 2 in the worst function seen, so nobody meets this but who looks for it.
const BUDGET_BASE: u64 = 1 << 24;
const BUDGET_PER_BYTE: u64 = 16;
/// Steps that a parameter and an argument count for, because of the memory they take.
const PARAM_STEPS: u64 = 32;
const ARGUMENT_STEPS: u64 = 3;

/// After the end of the text.
const NEVER: u32 = u32::MAX;

impl Locals {
    /// Prepares for a function with `params` parameters.
    pub fn start(&mut self, scan: &Scan, params: u32, body_bytes: usize) {
        let total = params as usize + scan.locals.last().map_or(0, |l| l.0 as usize);
        if self.table.len() < total {
            let blank = Local { stamp: 0, first: 0, count: 0, passed: 0, value: no_value(), known: 0 };
            self.table.resize(total, blank);
        }
        self.stamp = self.stamp.checked_add(1).unwrap_or_else(|| {
            self.table.iter_mut().for_each(|l| l.stamp = 0);
            1
        });
        self.params = params;
        self.group_assignments(scan);
        self.scopes.clear();
        self.scopes.push(Scope {
            kind: ScopeKind::Then,
            start: Place::default(),
            end: NEVER,
            parent: 0,
            jump: 0,
            depth: 0,
            ways: Ways::default(),
        });
        self.loops.clear();
        self.loops.push(Loop {
            header: Block::from_u32(0),
            start: Place::default(),
            end: NEVER,
            jump: 0,
            depth: 0,
            ways: Ways::default(),
            last: None,
            unfilled: None,
            ended: false,
        });
        self.loop_params.clear();
        self.edges.clear();
        self.notes.clear();
        self.joins.clear();
        self.values.clear();
        self.passed.clear();
        self.unfilled.clear();
        self.last_event = 1;
        self.budget = BUDGET_BASE + BUDGET_PER_BYTE * body_bytes as u64;
    }

    /// Sorts the assignments by local: a counting sort over those that are assigned at all.
    fn group_assignments(&mut self, scan: &Scan) {
        let count = scan.assignments.len();
        for a in &scan.assignments {
            let l = &mut self.table[a.local as usize];
            if l.stamp != self.stamp {
                *l = Local { stamp: self.stamp, first: NEVER, count: 0, passed: 0, value: no_value(), known: 0 };
            }
            l.count += 1;
        }
        self.assigned_at.clear();
        self.assigned_at.resize(count, 0);
        self.assigned_in.clear();
        self.assigned_in.resize(count, 0);
        self.assigned.clear();
        self.assigned.resize(count, no_value());
        let mut next = 0;
        for a in &scan.assignments {
            let l = &mut self.table[a.local as usize];
            if l.first == NEVER {
                l.first = next;
                next += l.count;
                // How many have been put in place; the second pass starts from 0 again.
                l.passed = 0;
            }
            self.assigned_at[(l.first + l.passed) as usize] = a.at;
            l.passed += 1;
        }
        for a in &scan.assignments {
            self.table[a.local as usize].passed = 0;
        }
    }

    /// Did look-ups go beyond what a sensible function needs? Values are meaningless from then on.
    pub fn exhausted(&self) -> bool {
        self.budget == 0
    }

    /// The local's value before the operator at `place`, which is where the second pass is.
    #[inline]
    pub fn get(&mut self, build: &mut Build, scan: &Scan, local: u32, place: Place) -> Value {
        let l = &self.table[local as usize];
        if l.stamp == self.stamp && l.known >= self.last_event {
            return l.value;
        }
        self.get_slow(build, scan, local, place)
    }

    fn get_slow(&mut self, build: &mut Build, scan: &Scan, local: u32, place: Place) -> Value {
        if self.table[local as usize].stamp != self.stamp {
            // Never assigned: the same everywhere.
            let value = self.initial(build, scan, local);
            let stamp = self.stamp;
            self.table[local as usize] = Local { stamp, first: 0, count: 0, passed: 0, value, known: NEVER };
            return value;
        }
        let value = self.look_up(build, scan, local, place);
        self.fill_loops(build, scan);
        let l = &mut self.table[local as usize];
        l.value = value;
        l.known = place.at;
        value
    }

    /// The next assignment of `local` in the text, which is at `at`.
    #[inline]
    pub fn set(&mut self, local: u32, value: Value, at: u32, scope: ScopeId) {
        let l = &mut self.table[local as usize];
        let i = (l.first + l.passed) as usize;
        debug_assert_eq!(self.assigned_at[i], at, "both passes see the same assignments");
        l.passed += 1;
        l.value = value;
        l.known = at;
        self.assigned[i] = value;
        self.assigned_in[i] = scope;
    }

    /// Opens a scope that will end in a join at the start of `block`.
    pub fn open_join(&mut self, parent: ScopeId, block: Block, start: Place, end: u32) -> ScopeId {
        self.open_scope(ScopeKind::Join(block), parent, start, end)
    }
    /// Opens the then-arm of an `if` with an `else` at `end`.
    pub fn open_then(&mut self, parent: ScopeId, start: Place, end: u32) -> ScopeId {
        self.open_scope(ScopeKind::Then, parent, start, end)
    }
    fn open_scope(&mut self, kind: ScopeKind, parent: ScopeId, start: Place, end: u32) -> ScopeId {
        let up = &self.scopes[parent as usize];
        let jump = &self.scopes[up.jump as usize];
        let skips = up.depth - jump.depth == jump.depth - self.scopes[jump.jump as usize].depth;
        let (jump, depth) = (if skips { jump.jump } else { parent }, up.depth + 1);
        self.scopes.push(Scope { kind, start, end, parent, jump, depth, ways: Ways::default() });
        self.scopes.len() as ScopeId - 1
    }
    /// Opens a loop; `start.within` is the loop around it.
    pub fn open_loop(&mut self, header: Block, start: Place, end: u32) -> LoopId {
        let up = &self.loops[start.within as usize];
        let jump = &self.loops[up.jump as usize];
        let skips = up.depth - jump.depth == jump.depth - self.loops[jump.jump as usize].depth;
        let (jump, depth) = (if skips { jump.jump } else { start.within }, up.depth + 1);
        let ways = Ways::default();
        self.loops.push(Loop { header, start, end, jump, depth, ways, last: None, unfilled: None, ended: false });
        self.loops.len() as LoopId - 1
    }
    /// The loop around a loop.
    pub fn around(&self, l: LoopId) -> LoopId {
        self.loops[l as usize].start.within
    }
    /// `e` leads from `place` to the join that ends `scope`.
    pub fn add_way(&mut self, scope: ScopeId, e: Edge, place: Place) {
        add_way(&mut self.edges, &mut self.scopes[scope as usize].ways, e, place);
    }
    /// `e` leads from `place` to the header of the loop.
    pub fn add_loop_way(&mut self, l: LoopId, e: Edge, place: Place) {
        add_way(&mut self.edges, &mut self.loops[l as usize].ways, e, place);
    }
    /// How many ways lead into the join so far, and the first of them.
    pub fn ways(&self, scope: ScopeId) -> (u32, Option<Edge>) {
        let ways = &self.scopes[scope as usize].ways;
        (ways.count, ways.first)
    }
    /// Something may have changed locals at `at`: a join, an `else`, a loop header.
    pub fn event(&mut self, at: u32) {
        self.last_event = at + 1;
    }
    /// All edges into the loop's header are known.
    pub fn end_loop(&mut self, build: &mut Build, scan: &Scan, l: LoopId) {
        self.loops[l as usize].ended = true;
        if self.loops[l as usize].unfilled.is_some() {
            self.unfilled.push(l);
            self.fill_loops(build, scan);
        }
    }

    /// The local's value at `place`, resolving the joins on the way there.
    fn look_up(&mut self, build: &mut Build, scan: &Scan, local: u32, place: Place) -> Value {
        let mut unresolved = match self.find(build, scan, local, place) {
            Found::Value(v) => return v,
            Found::Unresolved(scope) => Some(scope),
        };
        loop {
            if let Some(scope) = unresolved.take() {
                let way = self.scopes[scope as usize].ways.first;
                self.joins.push(Join { scope, way, values: self.values.len() });
            }
            let join = self.joins.last().expect("left when the first join is resolved");
            if let Some(e) = join.way {
                let way = self.edges[e];
                match self.find(build, scan, local, way.place) {
                    Found::Value(v) => {
                        self.values.push(v);
                        self.joins.last_mut().expect("as above").way = way.next;
                    }
                    Found::Unresolved(scope) => unresolved = Some(scope),
                }
                continue;
            }
            let Join { scope, values, .. } = self.joins.pop().expect("as above");
            let value = self.join(build, scan, local, scope, values);
            self.values.truncate(values);
            self.notes.insert(scope, local, value);
            if self.joins.is_empty() {
                // The place itself may be behind then-arms, which `find` passes again, now to the end.
                match self.find(build, scan, local, place) {
                    Found::Value(v) => return v,
                    Found::Unresolved(scope) => unresolved = Some(scope),
                }
            }
        }
    }

    /// The value of a join whose ways' values are `self.values[from..]`.
    fn join(&mut self, build: &mut Build, scan: &Scan, local: u32, scope: ScopeId, from: usize) -> Value {
        let first = self.values[from];
        if self.values[from..].iter().all(|v| *v == first) {
            return first;
        }
        let ScopeKind::Join(block) = self.scopes[scope as usize].kind else { unreachable!("only joins are resolved") };
        let ty = self.ty(build, scan, local);
        let param = build.func.add_param(block, ty, self.scopes[scope as usize].end);
        self.spend(PARAM_STEPS + ARGUMENT_STEPS * (self.values.len() - from) as u64);
        let mut way = self.scopes[scope as usize].ways.first;
        for &arg in &self.values[from..] {
            let e = way.expect("one value a way");
            build.func.edges[e].args.push(arg, &mut build.func.pool);
            way = self.edges[e].next;
        }
        param
    }

    /// The latest event of `local` before `place`, and its value if that is known.
    fn find(&mut self, build: &mut Build, scan: &Scan, local: u32, place: Place) -> Found {
        self.passed.clear();
        let mut place = place;
        let value = loop {
            self.spend(1);
            if self.exhausted() {
                return Found::Value(no_value());
            }
            let l = self.table[local as usize];
            let before = l.passed_before(&self.assigned_at, place.at);
            let next = if before < l.count { self.assigned_at[(l.first + before) as usize] } else { NEVER };
            let last = before.checked_sub(1).map(|i| (l.first + i) as usize);
            let ended = last.and_then(|i| self.outermost_ended(self.assigned_in[i], place.at));
            let event = match (last, ended) {
                (_, Some(scope)) => self.scopes[scope as usize].end,
                (Some(i), None) => self.assigned_at[i],
                (None, None) => 0,
            };
            if let Some(around) = self.innermost_loop(place.within, next, event) {
                break self.loop_param(build, scan, local, around);
            }
            let Some(scope) = ended else {
                break match last {
                    Some(i) => self.assigned[i],
                    None => self.initial(build, scan, local),
                };
            };
            if let Some(v) = self.notes.get(scope, local) {
                break v;
            }
            let s = &self.scopes[scope as usize];
            match s.kind {
                ScopeKind::Join(_) => return Found::Unresolved(scope),
                ScopeKind::Then => {
                    place = s.start;
                    self.passed.push(scope);
                }
            }
        };
        while let Some(scope) = self.passed.pop() {
            self.notes.insert(scope, local, value);
        }
        Found::Value(value)
    }

    /// The outermost scope around and including `scope` that ended before `at`.
    fn outermost_ended(&self, scope: ScopeId, at: u32) -> Option<ScopeId> {
        let ended = |s: ScopeId| self.scopes[s as usize].end < at;
        if !ended(scope) {
            return None;
        }
        let mut scope = scope;
        loop {
            let s = &self.scopes[scope as usize];
            // The root never ends, and ends are later further out.
            if ended(s.jump) {
                scope = s.jump;
            } else if ended(s.parent) {
                scope = s.parent;
            } else {
                return Some(scope);
            }
        }
    }

    /// The innermost loop around and including `within` that ends after `next`, if it starts after `event`.
    fn innermost_loop(&self, within: LoopId, next: u32, event: u32) -> Option<LoopId> {
        if next == NEVER {
            return None;
        }
        let mut l = within;
        loop {
            let data = &self.loops[l as usize];
            if data.start.at <= event {
                return None;
            }
            if data.end > next {
                return Some(l);
            }
            l = if self.loops[data.jump as usize].end <= next { data.jump } else { data.start.within };
        }
    }

    /// The parameter for `local` of a loop's header.
    fn loop_param(&mut self, build: &mut Build, scan: &Scan, local: u32, id: LoopId) -> Value {
        let note = id | LOOP_NOTE;
        if let Some(v) = self.notes.get(note, local) {
            return v;
        }
        let ty = self.ty(build, scan, local);
        self.spend(PARAM_STEPS);
        let l = &mut self.loops[id as usize];
        let param = build.func.add_param(l.header, ty, l.start.at);
        let index = self.loop_params.len() as u32;
        self.loop_params.push(LoopParam { local, next: None });
        if let Some(last) = l.last.replace(index) {
            self.loop_params[last as usize].next = Some(index);
        }
        if l.unfilled.is_none() {
            l.unfilled = Some(index);
            if l.ended {
                self.unfilled.push(id);
            }
        }
        self.notes.insert(note, local, param);
        param
    }

    /// Gives the edges into ended loops the arguments they lack. That may lead to further parameters, here and elsewhere.
    fn fill_loops(&mut self, build: &mut Build, scan: &Scan) {
        while let Some(id) = self.unfilled.pop() {
            while let Some(index) = self.loops[id as usize].unfilled {
                let LoopParam { local, .. } = self.loop_params[index as usize];
                let mut way = self.loops[id as usize].ways.first;
                while let Some(e) = way {
                    let Way { place, next } = self.edges[e];
                    let arg = self.look_up(build, scan, local, place);
                    build.func.edges[e].args.push(arg, &mut build.func.pool);
                    self.spend(ARGUMENT_STEPS);
                    way = next;
                }
                // Read again: the look-ups may have added one.
                self.loops[id as usize].unfilled = self.loop_params[index as usize].next;
                if self.exhausted() {
                    return;
                }
            }
        }
    }

    fn spend(&mut self, steps: u64) {
        self.budget = self.budget.saturating_sub(steps);
    }

    /// The local's value at the start of the function.
    fn initial(&self, build: &mut Build, scan: &Scan, local: u32) -> Value {
        if local < self.params {
            // The entry block's parameters are the first values; the context is 0.
            Value::from_u32(local + 1)
        } else {
            let ty = self.ty(build, scan, local);
            build.zero(ty)
        }
    }

    fn ty(&self, build: &Build, scan: &Scan, local: u32) -> Type {
        match local.checked_sub(self.params) {
            None => build.func.ty(Value::from_u32(local + 1)),
            Some(declared) => {
                let run = scan.locals.partition_point(|(end, _)| *end <= declared);
                super::body::ssa_type(scan.locals[run].1)
            }
        }
    }
}

impl Local {
    /// How many of its assignments that the second pass has gone by are before `at`.
    fn passed_before(&self, assigned_at: &[u32], at: u32) -> u32 {
        let mine = &assigned_at[self.first as usize..(self.first + self.passed) as usize];
        match mine.last() {
            Some(last) if *last >= at => mine.partition_point(|x| *x < at) as u32,
            _ => self.passed,
        }
    }
}

fn add_way(edges: &mut SecondaryMap<Edge, Way>, ways: &mut Ways, e: Edge, place: Place) {
    edges[e] = Way { place, next: None };
    match ways.last.replace(e) {
        Some(last) => edges[last].next = Some(e),
        None => ways.first = Some(e),
    }
    ways.count += 1;
}

/// Tells a loop's notes from a scope's.
const LOOP_NOTE: u32 = 1 << 31;

/// (event, local) -> value: a hash table that is emptied by raising its stamp and starts small for every function.
/// Bodies choose the keys, so the hash has a factor that they cannot know; nothing that comes out depends on it.
struct Notes {
    slots: Vec<Note>,
    /// The slots in use are the first `1 << bits`.
    bits: u32,
    used: usize,
    stamp: u32,
    factor: u64,
}

impl Default for Notes {
    fn default() -> Notes {
        let factor = RandomState::new().hash_one(0) | 1;
        Notes { slots: Vec::new(), bits: Notes::START_BITS, used: 0, stamp: 0, factor }
    }
}

#[derive(Clone, Copy)]
struct Note {
    stamp: u32,
    event: u32,
    local: u32,
    value: Value,
}

impl Notes {
    const START_BITS: u32 = 6;

    fn clear(&mut self) {
        self.bits = Self::START_BITS;
        self.used = 0;
        self.raise_stamp();
        self.ensure_slots();
    }
    fn get(&self, event: u32, local: u32) -> Option<Value> {
        let slot = &self.slots[self.slot(event, local)];
        (slot.stamp == self.stamp).then_some(slot.value)
    }
    fn insert(&mut self, event: u32, local: u32, value: Value) {
        if 2 * self.used >= self.size() {
            self.grow();
        }
        let at = self.slot(event, local);
        self.used += usize::from(self.slots[at].stamp != self.stamp);
        self.slots[at] = Note { stamp: self.stamp, event, local, value };
    }
    /// Where the key is, or the free slot where it would go.
    fn slot(&self, event: u32, local: u32) -> usize {
        let key = u64::from(event) << 32 | u64::from(local);
        let mut at = (key.wrapping_mul(self.factor) >> (64 - self.bits)) as usize;
        loop {
            let slot = &self.slots[at];
            if slot.stamp != self.stamp || (slot.event == event && slot.local == local) {
                return at;
            }
            at = (at + 1) & (self.size() - 1);
        }
    }
    fn grow(&mut self) {
        let old = self.stamp;
        let notes: Vec<Note> = self.slots[..self.size()].iter().filter(|n| n.stamp == old).copied().collect();
        self.bits += 1;
        self.raise_stamp();
        self.ensure_slots();
        for n in notes {
            let at = self.slot(n.event, n.local);
            self.slots[at] = Note { stamp: self.stamp, ..n };
        }
    }
    fn size(&self) -> usize {
        1 << self.bits
    }
    fn ensure_slots(&mut self) {
        if self.slots.len() < self.size() {
            self.slots.resize(self.size(), Note { stamp: 0, event: 0, local: 0, value: no_value() });
        }
    }
    fn raise_stamp(&mut self) {
        self.stamp = self.stamp.checked_add(1).unwrap_or_else(|| {
            self.slots.iter_mut().for_each(|n| n.stamp = 0);
            1
        });
    }
}

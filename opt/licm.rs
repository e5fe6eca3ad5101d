//! Moves pure ops whose operands do not change in a loop in front of it: loop-invariant code motion (Aho, Sethi, Ullman, "Compilers", 1986, 10.7),
//! for what cannot trap and reads no memory.
//!
//! Linear in one walk: an op climbs out of the loops around it from the innermost on, one after the other, and every step uses up some of the
//! room that the loop has for values that live all through it. What a loop reads from outside and what it carries is counted first;
//! so neither a deep nest nor a long body costs more than its size, and a loop that fills the registers keeps its ops.
//!
//! Only what is worth a register goes (`is_worth`): vectors, floating point, conversions, products and wide constants. Narrow constants become
//! immediates, address arithmetic and comparisons are folded by the instructions that use them; such ops go where one that is worth it needs
//! them in front of the loop. What does not run in every turn stays: it may be rare.
//!
//! What it is worth is in `papers/hoisting.md`.
//!
//! The ops land at the end of the block that leads to the loop, if all it does then is enter it, or else in a new block right before the header.
//! Precondition: no dead ops; they would take room.
use crate::{Context, Settings};
use cranelift_entity::packed_option::PackedOption;
use cranelift_entity::{EntityRef, SecondaryMap};
use samite_ir::ssa::cfg::Cfg;
use samite_ir::ssa::dom::Dom;
use samite_ir::ssa::effects::effects;
use samite_ir::ssa::loops::{Loop, Loops};
use samite_ir::ssa::{Block, Edge, EdgeData, Func, Op, Value, ValueList};
use samite_ir::value::{BinOp, ConvOp, Type};
use std::ops::Range;

/// Registers that a loop may hold all through it, general and vector ones; the rest is for what comes and goes in its body. With calls
/// that is what survives them. Not measured beyond the suites: a register more or less makes no difference there.
const ROOM: [i32; 2] = [8, 10];
const ROOM_WITH_CALLS: [i32; 2] = [3, 0];
/// Ops that go with one that is worth it.
const MOST_FOLLOWERS: usize = 6;
/// Edges back to a header that are looked at, and blocks on the way up from them.
const MOST_LATCHES: usize = 4;
const MOST_CLIMB: usize = 64;

pub fn run(f: &mut Func, _settings: &Settings<'_>, context: &mut Context) {
    let in_loops = f.layout.iter().filter(|b| f.blocks[**b].loop_depth > 0 && !f.blocks[**b].cold);
    if !in_loops.flat_map(|b| f.body(*b)).any(|v| is_worth(f, *v)) {
        return;
    }
    let Context { cfg, dom, loops, licm, body, .. } = context;
    cfg.compute(f);
    dom.compute(f, cfg);
    loops.compute(f, cfg, dom);
    let mut motion = Motion { cfg, dom, loops, s: licm };
    motion.candidates(f);
    if motion.s.candidates.is_empty() {
        return;
    }
    motion.room(f);
    // A vector that few ops read may be their operand in memory: it gets what room is left.
    for spare in [false, true] {
        for at in 0..motion.s.candidates.len() {
            let (v, b) = motion.s.candidates[at];
            if spare == (matches!(f.ops[v], Op::VConst(..)) && motion.s.seen[v.index()].2 <= 2) {
                motion.climb(f, v, b);
            }
        }
    }
    motion.rebuild(f, body);
}

/// Scratch memory.
#[derive(Default)]
pub struct Scratch {
    /// By value: where it stands, as in `Motion::place_in`; 0 for values outside of all loops.
    place: Vec<u32>,
    /// By value: the loop that was last seen to read it, and its last reader.
    seen: Vec<(PackedOption<Loop>, PackedOption<Value>, u32)>,
    /// By loop.
    facts: Vec<LoopFacts>,
    /// Ops that can leave the innermost loop around them and are worth it, with their blocks.
    candidates: Vec<(Value, Block)>,
    closure: Vec<Value>,
    /// What leaves which header's loop, at last.
    hoisted: Vec<(u32, Value)>,
}

#[derive(Clone, Copy)]
struct LoopFacts {
    /// Registers for more values, general and vector.
    room: [i32; 2],
    calls: bool,
    /// It has a call, if only in a cold block: no V256 may live across it.
    calls_at_all: bool,
    /// No loop is in it.
    is_innermost: bool,
    /// What dominates it runs in every turn.
    spine: Block,
}

struct Motion<'a> {
    cfg: &'a Cfg,
    dom: &'a Dom,
    loops: &'a Loops,
    s: &'a mut Scratch,
}

impl Motion<'_> {
    /// Places are ordered as blocks are in reverse postorder: one in a block, and one right before it.
    fn place_in(&self, b: Block) -> u32 {
        2 * self.cfg.number(b) + 1
    }
    fn place_before(&self, l: Loop) -> u32 {
        2 * self.cfg.number(self.loops.loops[l].header)
    }
    /// Is a value that dominates some block of the loop defined in the loop? Then the header dominates it.
    fn is_inside(&self, v: Value, l: Loop) -> bool {
        self.s.place[v.index()] > self.place_before(l)
    }

    // ---- what may go

    /// Fills in places and finds candidates.
    fn candidates(&mut self, f: &Func) {
        self.s.place.clear();
        self.s.place.resize(f.ops.len(), 0);
        self.s.candidates.clear();
        for &b in self.cfg.postorder().iter().rev() {
            let Some(l) = self.loops.innermost(b) else { continue };
            let place = self.place_in(b);
            for &v in f.params(b) {
                self.s.place[v.index()] = place;
            }
            for &v in f.body(b) {
                self.s.place[v.index()] = place;
                if !f.blocks[b].cold && is_worth(f, v) && self.close(f, v, l) {
                    self.s.candidates.push((v, b));
                }
            }
        }
    }

    /// Collects an op and what it needs from inside of the loop. False if that cannot leave, or is too much.
    fn close(&mut self, f: &Func, v: Value, l: Loop) -> bool {
        let mut closure = std::mem::take(&mut self.s.closure);
        closure.clear();
        closure.push(v);
        let mut possible = true;
        let mut at = 0;
        while possible && at < closure.len() {
            f.for_each_operand(closure[at], |a| {
                if possible && self.is_inside(a, l) && !closure.contains(&a) {
                    possible = closure.len() <= MOST_FOLLOWERS && is_movable(f, a);
                    closure.push(a);
                }
            });
            at += 1;
        }
        self.s.closure = closure;
        possible
    }

    // ---- how much may go

    /// Finds the room of each loop, and what runs in every turn.
    fn room(&mut self, f: &Func) {
        let Motion { cfg, dom, loops, .. } = *self;
        let s = &mut *self.s;
        s.facts.clear();
        s.facts.extend(loops.loops.values().map(|l| LoopFacts {
            room: ROOM,
            calls: false,
            calls_at_all: false,
            is_innermost: true,
            spine: spine(f, cfg, dom, l.header),
        }));
        s.seen.clear();
        s.seen.resize(f.ops.len(), (None.into(), None.into(), 0));
        for &b in cfg.postorder() {
            let Some(l) = loops.innermost(b) else { continue };
            let facts = &mut s.facts[l.index()];
            facts.calls_at_all |= f.body(b).iter().any(|v| matches!(f.ops[*v], Op::Call(_)));
            if f.blocks[b].cold {
                continue;
            }
            let before = 2 * cfg.number(loops.loops[l].header);
            if loops.loops[l].header == b {
                f.params(b).iter().for_each(|p| facts.room[class(f.ty(*p))] -= 1);
            }
            for &v in f.body(b) {
                facts.calls |= matches!(f.ops[v], Op::Call(_));
                f.for_each_operand(v, |a| {
                    let (last, user, uses) = &mut s.seen[a.index()];
                    *uses += 1;
                    *user = v.into();
                    if s.place[a.index()] <= before && *last != l.into() && !matches!(f.ops[a], Op::Const(..)) {
                        *last = l.into();
                        facts.room[class(f.ty(a))] -= 1;
                    }
                });
            }
        }
        // Loops come after those in them.
        for (l, data) in &loops.loops {
            let LoopFacts { room, calls, calls_at_all, .. } = s.facts[l.index()];
            if let Some(parent) = data.parent.expand() {
                let parent = &mut s.facts[parent.index()];
                parent.calls |= calls;
                parent.calls_at_all |= calls_at_all;
                parent.is_innermost = false;
                (0..2).for_each(|c| parent.room[c] = parent.room[c].min(room[c]));
            }
            if calls {
                (0..2).for_each(|c| s.facts[l.index()].room[c] += ROOM_WITH_CALLS[c] - ROOM[c]);
            }
        }
    }

    // ---- going

    /// Moves an op of block `b` out of loops as far as it may go.
    fn climb(&mut self, f: &Func, v: Value, mut b: Block) {
        let is_constant = matches!(f.ops[v], Op::Const(..) | Op::VConst(..));
        if is_constant && self.folds(f, v) {
            return;
        }
        let mut next = self.loops.innermost(b);
        while let Some(l) = next {
            let facts = self.s.facts[l.index()];
            if self.is_inside(v, l) {
                // A constant is one cheap instruction: that outer loops repeat it is better than that it takes a register in all that is in them.
                if is_constant && !facts.is_innermost || !self.dom.dominates(b, facts.spine) || !self.close(f, v, l) {
                    return;
                }
                let mut room = facts.room;
                for &v in &self.s.closure {
                    room[class(f.ty(v))] -= i32::from(!is_immediate(f, v));
                }
                if facts.calls_at_all && self.s.closure.iter().any(|v| f.ty(*v) == Type::V256) {
                    return;
                }
                if room.iter().zip(facts.room).any(|(left, before)| *left < 0 && *left < before) {
                    return;
                }
                self.s.facts[l.index()].room = room;
                let place = self.place_before(l);
                for &v in &self.s.closure {
                    self.s.place[v.index()] = place;
                }
            }
            // It stands in front of the loop now.
            b = self.loops.loops[l].header;
            next = self.loops.loops[l].parent.expand();
        }
    }

    /// A constant that its only reader takes from memory: that costs nothing in a loop.
    fn folds(&self, f: &Func, v: Value) -> bool {
        let (_, user, uses) = self.s.seen[v.index()];
        if !matches!(f.ops[v], Op::Const(ty, _) if ty.is_float()) {
            return false;
        }
        let reads = |user: Value| match f.ops[user] {
            Op::Binary(op, ..) => matches!(op, BinOp::FAdd | BinOp::FSub | BinOp::FMul | BinOp::FDiv),
            Op::Compare(..) => true,
            _ => false,
        };
        uses == 1 && user.expand().is_some_and(reads)
    }

    // ---- the new text

    fn rebuild(&mut self, f: &mut Func, body: &mut Vec<Value>) {
        let Motion { cfg, dom, loops, .. } = *self;
        let s = &mut *self.s;
        // In reverse postorder what defines an operand comes first, and sorting by header keeps that.
        s.hoisted.clear();
        for &b in cfg.postorder().iter().rev().filter(|b| loops.innermost(**b).is_some()) {
            let here = 2 * cfg.number(b) + 1;
            s.hoisted.extend(f.body(b).iter().map(|v| (s.place[v.index()], *v)).filter(|h| h.0 != here));
        }
        s.hoisted.sort_by_key(|h| h.0);
        let mut lands: SecondaryMap<Block, Range<usize>> = SecondaryMap::with_default(0..0);
        let mut inserted: SecondaryMap<Block, Option<(Block, Value)>> = SecondaryMap::new();
        let mut start = 0;
        for group in s.hoisted.chunk_by(|a, b| a.0 == b.0) {
            let header = cfg.postorder()[cfg.postorder().len() - 1 - group[0].0 as usize / 2];
            let to = lone_entry(f, cfg, dom, header).unwrap_or_else(|| {
                let (b, jump) = insert_before(f, cfg, dom, header);
                f.blocks[b].loop_depth = loops.depth(header) - 1;
                inserted[header] = Some((b, jump));
                b
            });
            lands[to] = start..start + group.len();
            start += group.len();
        }

        body.clear();
        let old = std::mem::take(&mut f.layout);
        let add = |f: &mut Func, b: Block, start: u32, terminator: Value, body: &mut Vec<Value>| {
            body.extend(s.hoisted[lands[b].clone()].iter().map(|h| h.1));
            body.push(terminator);
            f.blocks[b].body = start..body.len() as u32;
            f.layout.push(b);
        };
        for &b in &old {
            if let Some((new, jump)) = inserted[b] {
                add(f, new, body.len() as u32, jump, body);
            }
            let start = body.len() as u32;
            let (&last, ops) = f.body(b).split_last().expect("a terminator");
            match loops.innermost(b) {
                None => body.extend_from_slice(ops),
                Some(_) => body.extend(ops.iter().filter(|v| s.place[v.index()] == 2 * cfg.number(b) + 1)),
            }
            add(f, b, start, last, body);
        }
        std::mem::swap(&mut f.body, body);
    }
}

/// The block that does nothing behind its ops but enter the loop, if that is the only way in.
fn lone_entry(f: &Func, cfg: &Cfg, dom: &Dom, header: Block) -> Option<Block> {
    let mut sources = cfg.preds(header).iter().map(|e| f.edges[*e].from).filter(|from| !dom.dominates(header, *from));
    let from = sources.next().filter(|_| sources.next().is_none())?;
    matches!(f.ops[f.terminator(from)], Op::Jump(_)).then_some(from)
}

/// A new block that all ways into the loop lead through, and the jump it ends in.
fn insert_before(f: &mut Func, cfg: &Cfg, dom: &Dom, header: Block) -> (Block, Value) {
    let offset = f.offsets[f.terminator(header)];
    let b = f.make_block();
    f.blocks[b].cold = f.blocks[header].cold;
    let outside = |f: &Func, e: &Edge| !dom.dominates(header, f.edges[*e].from);
    let ways: Vec<Edge> = cfg.preds(header).iter().copied().filter(|e| outside(f, e)).collect();
    let args = match ways[..] {
        // Its arguments may stand in the new block as they are.
        [e] => std::mem::replace(&mut f.edges[e].args, ValueList::new()),
        _ => {
            let types: Vec<Type> = f.params(header).iter().map(|p| f.ty(*p)).collect();
            let params: Vec<Value> = types.into_iter().map(|ty| f.add_param(b, ty, offset)).collect();
            f.make_list(&params)
        }
    };
    for e in ways {
        f.edges[e].to = b;
    }
    let edge = f.edges.push(EdgeData { from: b, to: header, args });
    (b, f.make(Op::Jump(edge), offset))
}

/// A block that every turn of the loop passes: the deepest that dominates all edges back, or if that is far to seek, the header.
fn spine(f: &Func, cfg: &Cfg, dom: &Dom, header: Block) -> Block {
    let mut latches = [header; MOST_LATCHES];
    let mut count = 0;
    for &e in cfg.preds(header).iter().filter(|e| dom.dominates(header, f.edges[**e].from)) {
        if count == MOST_LATCHES {
            return header;
        }
        latches[count] = f.edges[e].from;
        count += 1;
    }
    let mut b = latches[0];
    for _ in 0..MOST_CLIMB {
        if latches[..count].iter().all(|latch| dom.dominates(b, *latch)) {
            return b;
        }
        b = dom.idom(cfg, b).expect("the header dominates all");
    }
    header
}

/// 0 for general registers, 1 for those of vectors and floats.
fn class(ty: Type) -> usize {
    match ty {
        Type::I32 | Type::I64 | Type::Ref => 0,
        Type::F32 | Type::F64 | Type::V128 | Type::V256 => 1,
    }
}

/// Its value is a function of its operands' values, wherever it is computed.
fn is_movable(f: &Func, v: Value) -> bool {
    match f.ops[v] {
        // Results belong to a call, and fields of the instance record are operands of the instructions that read them.
        Op::Param(..) | Op::Result(..) | Op::Load { .. } => false,
        _ => effects(f, v).is_pure(),
    }
}

/// A constant that instructions hold themselves.
fn is_immediate(f: &Func, v: Value) -> bool {
    match f.ops[v] {
        Op::Const(ty, bits) => !ty.is_float() && (ty == Type::I32 || i32::try_from(bits as i64).is_ok()),
        _ => false,
    }
}

/// Does an op cost more in every turn of a loop than its value costs that is kept all through it? Order of text is order of trial.
fn is_worth(f: &Func, v: Value) -> bool {
    match f.ops[v] {
        Op::Const(..) => !is_immediate(f, v),
        Op::VConst(..) | Op::Splat(..) | Op::ExtractLane(..) => true,
        Op::LaneUnary(..) | Op::LaneBinary(..) | Op::LaneTernary(..) | Op::LaneShift(..) => true,
        Op::ReplaceLane(..) | Op::Shuffle(..) => true,
        // What tests vectors is folded into branches.
        Op::Target1(..) | Op::Target2(..) | Op::Target3(..) => class(f.ty(v)) == 1,
        // A reinterpretation moves from one kind of register to the other; a wrap or an extension is an operand's.
        Op::Convert(ConvOp::WrapI64 | ConvOp::ExtendI32S | ConvOp::ExtendI32U, _) => false,
        Op::Convert(op, _) => !op.may_trap(),
        Op::Unary(op, ..) => op.is_float(),
        Op::Binary(BinOp::Mul | BinOp::MulHighS | BinOp::MulHighU, ..) => true,
        Op::Binary(op, ..) => op.is_float() || op.may_trap() && effects(f, v).is_pure(),
        Op::Select(ty, ..) => class(ty) == 1,
        _ => false,
    }
}

//! Spells out bounds checks where a fault would not catch the access: `bounds=compare`, and memories with 64-bit indices always.
//!
//! Before an access through a `HeapAddr` comes `TrapIf(index + offset + size > length)`, in 64 bits without wrapping; the
//! access becomes `proven` and the address a sum. Memories never shrink, so a check holds for all that it dominates: one is left out if the same
//! index was checked to the same end or beyond, or if the end is below the memory's minimum. The length is loaded at every check
//! (gvn shares it as far as nothing may grow the memory); where it is kept never changes and is loaded once, at the entry.
//! Precondition: displacements of unproven accesses through a `HeapAddr` are not negative (verifier).
use crate::{Bounds, Context, Settings};
use cranelift_entity::EntityRef;
use samite_ir::ssa::{Func, Op, Region, Value};
use samite_ir::translate::vmctx::memory_record;
use samite_ir::value::{BinOp, CmpOp, ConvOp, MemOp, Trap, Type};

/// The count of accesses that need a check: what is not in the code afterwards was found needless.
pub const ASKED: &str = "checks_asked";

const PAGE: u64 = 1 << 16;

pub fn run(f: &mut Func, settings: &Settings<'_>, context: &mut Context) {
    let Context { cfg, dom, map, ranges, body, checked, counts, .. } = context;
    cfg.compute(f);
    dom.compute(f, cfg);
    map.clear();
    map.extend(f.ops.keys());
    ranges.clear();
    ranges.resize(f.blocks.len(), 0..0);
    body.clear();
    checked.clear(f.ops.len());
    let mut spell = Spell { f, settings, wide: map, body, checked, heap_addrs: Vec::new(), records: Vec::new(), offset: 0, asked: 0 };
    for &b in dom.preorder() {
        spell.checked.leave(dom.subtree(b).0);
        spell.checked.scopes.push((dom.subtree(b).1, spell.checked.log.len()));
        let start = spell.body.len() as u32;
        for at in spell.f.blocks[b].body.clone() {
            spell.op(spell.f.body[at as usize]);
        }
        ranges[b.index()] = start..spell.body.len() as u32;
    }
    spell.checked.leave(u32::MAX);
    let Spell { heap_addrs, records, asked, .. } = spell;
    counts.add(ASKED, asked);
    for (v, sum) in heap_addrs {
        f.ops[v] = sum;
    }
    f.layout.retain(|b| cfg.is_reachable(*b));
    f.body.clear();
    for &b in &f.layout {
        let r = &ranges[b.index()];
        let start = f.body.len() as u32;
        if start == 0 {
            f.body.extend(records.iter().map(|(_, record)| *record));
        }
        f.body.extend_from_slice(&body[r.start as usize..r.end as usize]);
        f.blocks[b].body = start..f.body.len() as u32;
    }
}

/// Is there an address whose bounds are found by a compare though the options wish otherwise?
pub fn compares_some(f: &Func, settings: &Settings<'_>) -> bool {
    !settings.memories.is_empty() && f.ops.values().any(|op| matches!(op, Op::HeapAddr { index, .. } if compares(f, settings, *index)))
}

fn compares(f: &Func, settings: &Settings<'_>, index: Value) -> bool {
    settings.options.bounds == Bounds::Compare || f.ty(index) == Type::I64
}

struct Spell<'a> {
    f: &'a mut Func,
    settings: &'a Settings<'a>,
    /// The index of a heap address as I64, by heap address.
    wide: &'a mut [Value],
    body: &'a mut Vec<Value>,
    checked: &'a mut Checked,
    /// Heap addresses and the sums they become, when all accesses have been seen.
    heap_addrs: Vec<(Value, Op)>,
    /// Addresses of the records of memories, which the entry loads.
    records: Vec<(u8, Value)>,
    offset: u32,
    /// Accesses that need a check, if nothing else makes it.
    asked: u64,
}

impl Spell<'_> {
    fn op(&mut self, v: Value) {
        self.offset = self.f.offsets[v];
        match self.f.ops[v] {
            Op::HeapAddr { base, index, offset, .. } if compares(self.f, self.settings, index) => {
                self.sum(v, base, index, offset);
            }
            Op::Load { op, proven: false, addr, disp, .. } | Op::Store { op, proven: false, addr, disp, .. } => {
                self.access(v, op, addr, disp);
            }
            Op::AtomicLoad { op, proven: false, addr } | Op::AtomicStore { op, proven: false, addr, .. } => self.access(v, op, addr, 0),
            Op::Rmw { how, proven: false, addr, .. } | Op::CmpXchg { how, proven: false, addr, .. } => self.access(v, how, addr, 0),
            _ => {}
        }
        self.body.push(v);
    }

    fn sum(&mut self, v: Value, base: Value, index: Value, offset: u32) {
        let wide = match self.f.ty(index) {
            Type::I32 => self.emit(Op::Convert(ConvOp::ExtendI32U, index)),
            _ => index,
        };
        self.wide[v.index()] = wide;
        let sum = Op::Binary(BinOp::Add, Type::I64, base, wide);
        let sum = if offset == 0 {
            sum
        } else {
            let start = self.emit(sum);
            let offset = self.constant(u64::from(offset));
            Op::Binary(BinOp::Add, Type::I64, start, offset)
        };
        self.heap_addrs.push((v, sum));
    }

    fn access(&mut self, v: Value, op: MemOp, addr: Value, disp: i32) {
        let Op::HeapAddr { mem, index, offset, .. } = self.f.ops[addr] else { return };
        if !compares(self.f, self.settings, index) {
            return;
        }
        let disp = u64::try_from(disp).unwrap_or_else(|_| panic!("bounds: {v} has a negative displacement in\n{}", self.f));
        self.asked += 1;
        // Less than 2^34.
        let end = u64::from(offset) + disp + u64::from(op.width());
        let least = self.settings.memories.get(usize::from(mem)).map_or(0, |m| m.min.saturating_mul(PAGE));
        let inside = match self.f.ops[index] {
            Op::Const(_, at) => at.checked_add(end).is_some_and(|end| end <= least),
            _ => false,
        };
        if !inside && !self.checked.covers(index, mem, end) {
            self.check(mem, self.wide[addr.index()], self.f.ty(index), end);
            self.checked.cover(index, mem, end);
        }
        match &mut self.f.ops[v] {
            Op::Load { proven, .. } | Op::Store { proven, .. } => *proven = true,
            Op::AtomicLoad { proven, .. } | Op::AtomicStore { proven, .. } => *proven = true,
            Op::Rmw { proven, .. } | Op::CmpXchg { proven, .. } => *proven = true,
            _ => {}
        }
    }

    /// Traps if `wide + end` is beyond the length of the memory.
    fn check(&mut self, mem: u8, wide: Value, index: Type, end: u64) {
        let record = self.record(mem);
        // A length that was read before another thread grew the memory refuses too much once this thread may know of that.
        let shared = self.settings.memories.get(usize::from(mem)).is_some_and(|m| m.shared);
        let region = if shared { Region::SHARED_LENGTH } else { Region::RUNTIME };
        let length = Op::Load { op: MemOp::I64, proven: true, region, addr: record, disp: memory_record::LENGTH as i32 };
        let length = self.emit(length);
        let size = self.constant(end);
        let sum = self.emit(Op::Binary(BinOp::Add, Type::I64, wide, size));
        let mut outside = self.emit(Op::Compare(CmpOp::GtU, Type::I64, sum, length));
        if index == Type::I64 {
            let wrapped = self.emit(Op::Compare(CmpOp::LtU, Type::I64, sum, size));
            outside = self.emit(Op::Binary(BinOp::Or, Type::I32, outside, wrapped));
        }
        self.emit(Op::TrapIf(Trap::MemoryOutOfBounds, outside));
    }

    fn record(&mut self, mem: u8) -> Value {
        if let Some((_, record)) = self.records.iter().find(|(of, _)| *of == mem) {
            return *record;
        }
        let context = self.f.params(self.f.entry())[0];
        let disp = self.settings.layout.memory_record(u32::from(mem)) as i32;
        let load = Op::Load { op: MemOp::I64, proven: true, region: Region::CONSTANT, addr: context, disp };
        let record = self.f.make(load, self.offset);
        self.records.push((mem, record));
        record
    }
    fn constant(&mut self, bits: u64) -> Value {
        self.emit(Op::Const(Type::I64, bits))
    }
    fn emit(&mut self, op: Op) -> Value {
        let v = self.f.make(op, self.offset);
        self.body.push(v);
        v
    }
}

/// Checks in scope, by index: the memory, and how far beyond the index.
#[derive(Default)]
pub struct Checked {
    of: Vec<(u8, u64)>,
    /// Each with what was known before.
    log: Vec<(Value, (u8, u64))>,
    /// Preorder number behind a block's subtree, and the length of the log at its start.
    scopes: Vec<(u32, usize)>,
}

impl Checked {
    fn clear(&mut self, values: usize) {
        self.of.clear();
        self.of.resize(values, (0, 0));
    }
    fn covers(&self, index: Value, mem: u8, end: u64) -> bool {
        let (checked, to) = self.of[index.index()];
        checked == mem && end <= to
    }
    fn cover(&mut self, index: Value, mem: u8, end: u64) {
        let before = std::mem::replace(&mut self.of[index.index()], (mem, end));
        self.log.push((index, before));
    }
    fn leave(&mut self, number: u32) {
        while let Some(&(end, mark)) = self.scopes.last()
            && end <= number
        {
            self.scopes.pop();
            for (index, before) in self.log.drain(mark..).rev() {
                self.of[index.index()] = before;
            }
        }
    }
}

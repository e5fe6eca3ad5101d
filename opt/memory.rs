//! What memory is known to hold: the last few bytes loaded or stored, so that a load of the same bytes is a value already there.
//!
//! A fact is an access and its value. It holds until something may write its bytes: an access of an overlapping region, unless
//! both are at known distances of one address. The window is bounded, so that every access costs constant time; loads are
//! mostly repeated near by. Facts hold within extended basic blocks only.
use cranelift_entity::packed_option::PackedOption;
use samite_ir::ssa::{Func, Op, Region, Value};
use samite_ir::value::{BinOp, MemOp, Type};

/// Facts kept; a guess, not measured.
const WINDOW: usize = 16;

/// Bytes of memory, at a distance of something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Access {
    how: MemOp,
    region: Region,
    root: Value,
    /// Index that `root` is the base for.
    index: PackedOption<Value>,
    /// Added to the index modulo 2^32.
    wrapped: u32,
    /// Added to the address.
    distance: i64,
}

impl Access {
    pub fn new(f: &Func, how: MemOp, region: Region, addr: Value, disp: i32) -> Access {
        let distance = i64::from(disp);
        let Op::HeapAddr { base, index, offset, .. } = f.ops[addr] else {
            return Access { how, region, root: addr, index: None.into(), wrapped: 0, distance };
        };
        let distance = distance + i64::from(offset);
        if let Op::Binary(BinOp::Add, Type::I32, x, c) = f.ops[index]
            && let Op::Const(_, c) = f.ops[c]
        {
            return Access { how, region, root: base, index: x.into(), wrapped: c as u32, distance };
        }
        Access { how, region, root: base, index: index.into(), wrapped: 0, distance }
    }
    /// Do two accesses touch the same bytes, all of them?
    fn is_same(&self, other: &Access) -> bool {
        (self.root, self.index, self.wrapped) == (other.root, other.index, other.wrapped)
            && (self.distance, self.region) == (other.distance, other.region)
            && self.how.width() == other.how.width()
    }
    /// Do two accesses have no byte in common, whatever the root and the index are?
    fn is_apart(&self, other: &Access) -> bool {
        if (self.root, self.index) != (other.root, other.index) {
            return false;
        }
        // How far `other` begins behind `self`: one number, or, where a sum may wrap, one of two.
        let behind = other.distance - self.distance;
        let shift = i64::from(other.wrapped.wrapping_sub(self.wrapped));
        let apart = |behind: i64| behind >= i64::from(self.how.width()) || behind <= -i64::from(other.how.width());
        apart(behind + shift) && (shift == 0 || apart(behind + shift - (1 << 32)))
    }
}

#[derive(Clone, Copy, Debug)]
struct Fact {
    access: Access,
    /// What was loaded or stored, as `access.how` says.
    value: Value,
}

#[derive(Default)]
pub struct Facts {
    /// At most `WINDOW`.
    facts: Vec<Fact>,
    /// The next one to give way.
    oldest: usize,
    saved: Vec<Fact>,
}

/// Facts put aside.
#[derive(Clone, Copy, Debug)]
pub struct Saved {
    start: usize,
    end: usize,
}

impl Facts {
    pub fn clear(&mut self) {
        self.facts.clear();
    }
    /// The value that the bytes of a load were loaded or stored with, and how that was done; it has the load's type.
    pub fn find(&self, load: &Access) -> Option<(MemOp, Value)> {
        let fact = self.facts.iter().find(|fact| fact.access.is_same(load) && fact.access.how.value_type() == load.how.value_type())?;
        Some((fact.access.how, fact.value))
    }
    /// From here on, the bytes hold this.
    pub fn learn(&mut self, access: Access, value: Value) {
        let fact = Fact { access, value };
        if self.facts.len() < WINDOW {
            self.facts.push(fact);
        } else {
            self.oldest = (self.oldest + 1) % WINDOW;
            self.facts[self.oldest] = fact;
        }
    }
    /// Something writes a region: these bytes, or no one knows which.
    pub fn forget(&mut self, region: Region, bytes: Option<&Access>) {
        self.facts.retain(|fact| !region.overlaps(fact.access.region) || bytes.is_some_and(|bytes| bytes.is_apart(&fact.access)));
    }
    /// Puts a copy aside, in a stack of its own.
    pub fn save(&mut self) -> Saved {
        let start = self.saved.len();
        self.saved.extend(&self.facts);
        Saved { start, end: self.saved.len() }
    }
    pub fn restore(&mut self, saved: Saved) {
        self.facts.clear();
        self.facts.extend(&self.saved[saved.start..saved.end]);
    }
    /// Drops a copy, and all that were put aside after it.
    pub fn drop_saved(&mut self, saved: Saved) {
        self.saved.truncate(saved.start);
    }
}

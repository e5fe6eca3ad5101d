//! The stack frame: from the frame pointer down, saved registers, spill slots, the area for results of calls.
//!
//! ```text
//! [rbp + 16 ..]  stack arguments          pushed by the caller, popped by `ret n`; slots of values that nobody had to store
//! [rbp + 8]      return address
//! [rbp]          caller's rbp
//! [rbp - 8 ..]   saved callee-saved registers, in the order of their numbers
//!                spill slots
//!                result area
//! [rsp ..]       arguments of the call being made, only around it
//! ```
//! A function that calls nothing and keeps nothing in memory has no frame; then its arguments are at `[rsp + 8 ..]`.
use crate::mach::code::Code;
use crate::mach::flow::{Allocation, PReg, RegSet, Slot};
use cranelift_entity::SecondaryMap;

use super::X64;

/// A frame up to this size needs no stack check in a function that calls nothing: the limit keeps that much in hand.
pub const UNCHECKED: u32 = 4096;

#[derive(Clone, Debug)]
pub struct Frame {
    pub frameless: bool,
    pub saved: RegSet,
    /// Bytes below rbp, saved registers included.
    pub size: u32,
    /// Displacement from rbp, or rsp in a frameless function, of each slot.
    slots: SecondaryMap<Slot, i32>,
    /// Displacement from rbp of the result area.
    pub results: i32,
    pub has_check: bool,
}

impl Frame {
    pub fn new(code: &Code<X64>, allocation: &Allocation) -> Frame {
        let saved = allocation.saved;
        let mut size = saved.len() * 8;
        let mut slots = SecondaryMap::new();
        for (slot, bytes) in allocation.slots.iter().skip(code.incoming_at.len()) {
            size += u32::from(*bytes);
            slots[slot] = -(size as i32);
        }
        size += code.result_area.next_multiple_of(8);
        let results = -(size as i32);
        // Calls find the stack 16-aligned where no stack arguments are in the way.
        let size = size.next_multiple_of(16);
        let frameless = !code.has_calls && size == 0;
        for ((slot, _), at) in allocation.slots.iter().zip(&code.incoming_at) {
            slots[slot] = (at + if frameless { 8 } else { 16 }) as i32;
        }
        Frame { frameless, saved, size, slots, results, has_check: code.has_calls || size > UNCHECKED }
    }
    pub fn slot(&self, slot: Slot) -> i32 {
        self.slots[slot]
    }
    /// Where a saved register is, from rbp.
    pub fn saved_at(&self, r: PReg) -> i32 {
        let before = RegSet(self.saved.0 & ((1 << r.index()) - 1)).len();
        -8 * (before as i32 + 1)
    }
}

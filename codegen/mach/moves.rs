//! Parallel moves put in sequence: all sources are read before any target is written, as edge arguments and calls need it.
//!
//! A location is written by at most one move and may be read by many. A move is emitted as soon as nobody still reads its target; what
//! is left over then is simple cycles (each place read once and written once), and each is broken by keeping one of its values aside.
//! Every move is looked at a constant number of times (May 1989, "The parallel assignment problem redefined", has the same order).
//!
//! The machine has one scratch register per class and no move from slot to slot, so slots need care:
//! - slot to slot goes through a scratch register: the general one up to 8 bytes, the vector one above.
//! - a cycle without slot-to-slot moves keeps its value in the scratch register of the class of the register it touches.
//! - a cycle with them needs two places, one to keep a value and one to ferry the others: the vector scratch register keeps a value (loads and
//!   stores of any class and size go through it), the general one ferries. That works with at most one value wider than 8 bytes, which is the
//!   one to be kept. With more of them a spare slot keeps the value and the vector scratch register ferries.
use super::flow::{Class, Edit, Loc, PReg, Slot};
use cranelift_entity::{EntityRef, PrimaryMap};

/// One of a set of simultaneous assignments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Move {
    pub from: Loc,
    pub to: Loc,
    /// Bytes of the value: 4, 8, 16 or 32.
    pub bytes: u8,
}

/// Buffers that outlive a set of moves. One per function: the spare slot belongs to the function's frame.
#[derive(Debug, Default)]
pub struct Resolver {
    /// By location index: what the pending moves do with it. Cleared by walking the moves again, never as a whole.
    places: Vec<Place>,
    ready: Vec<u32>,
    done: Vec<bool>,
    cycle: Vec<u32>,
    spare: Option<Slot>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// One more than the index of the move that writes here; 0 for none.
    writer: u32,
    /// How many pending moves read from here.
    readers: u32,
}

fn index(l: Loc) -> usize {
    match l {
        Loc::Reg(r) => r.index(),
        Loc::Slot(s) => PReg::COUNT + s.index(),
    }
}

fn between_slots(m: &Move) -> bool {
    matches!((m.from, m.to), (Loc::Slot(_), Loc::Slot(_)))
}

impl Resolver {
    /// To be called once per function.
    pub fn start(&mut self) {
        self.spare = None;
    }

    /// Appends to `out` a sequence with the effect of `moves` done at once. No two moves write the same place; none reads or writes a scratch
    /// register; registers at both ends of a move have the same class. `scratch` is by class. A spare slot is added to `slots` if needed.
    pub fn resolve(&mut self, moves: &[Move], scratch: [PReg; 2], slots: &mut PrimaryMap<Slot, u8>, out: &mut Vec<Edit>) {
        if let [m] = moves {
            if m.from != m.to {
                ferry(*m, scratch, out);
            }
            return;
        }
        self.ready.clear();
        self.done.clear();
        self.done.resize(moves.len(), false);
        for (n, m) in moves.iter().enumerate() {
            let top = index(m.from).max(index(m.to));
            if top >= self.places.len() {
                self.places.resize(top + 1, Place::default());
            }
            if m.from == m.to {
                self.done[n] = true;
                continue;
            }
            let place = &mut self.places[index(m.to)];
            debug_assert!(place.writer == 0, "two parallel moves write {:?}", m.to);
            place.writer = n as u32 + 1;
            self.places[index(m.from)].readers += 1;
        }
        for (n, m) in moves.iter().enumerate().rev() {
            if !self.done[n] && self.places[index(m.to)].readers == 0 {
                self.ready.push(n as u32);
            }
        }
        while let Some(n) = self.ready.pop() {
            let m = moves[n as usize];
            ferry(m, scratch, out);
            self.done[n as usize] = true;
            let from = &mut self.places[index(m.from)];
            from.readers -= 1;
            if from.readers == 0 && from.writer != 0 {
                self.ready.push(from.writer - 1);
            }
        }
        for n in 0..moves.len() {
            if !self.done[n] {
                self.break_cycle(n, moves, scratch, slots, out);
            }
        }
        for m in moves {
            self.places[index(m.to)] = Place::default();
            self.places[index(m.from)] = Place::default();
        }
    }

    fn break_cycle(&mut self, first: usize, moves: &[Move], scratch: [PReg; 2], slots: &mut PrimaryMap<Slot, u8>, out: &mut Vec<Edit>) {
        // In order of emission: each move writes the place that the one before it has read.
        self.cycle.clear();
        let mut n = first;
        loop {
            self.cycle.push(n as u32);
            self.done[n] = true;
            n = self.places[index(moves[n].from)].writer as usize - 1;
            if n == first {
                break;
            }
        }
        let cycle = || self.cycle.iter().map(|&n| moves[n as usize]);
        let wide = cycle().filter(|m| between_slots(m) && m.bytes > 8).count();
        // The move whose value is kept aside, by its place in the cycle, and where.
        let (kept, aside) = if let Some(any) = cycle().position(|m| between_slots(&m)) {
            if wide <= 1 {
                (cycle().position(|m| between_slots(&m) && m.bytes > 8).unwrap_or(any), Loc::Reg(scratch[Class::Vec as usize]))
            } else {
                let slot = *self.spare.get_or_insert_with(|| slots.push(32));
                (any, Loc::Slot(slot))
            }
        } else {
            let m = moves[first];
            let ((Loc::Reg(r), _) | (_, Loc::Reg(r))) = (m.from, m.to) else { unreachable!("one end is a register") };
            (0, Loc::Reg(scratch[r.class() as usize]))
        };
        let m = moves[self.cycle[kept] as usize];
        ferry(Move { to: aside, ..m }, scratch, out);
        for &n in self.cycle[kept + 1..].iter().chain(&self.cycle[..kept]) {
            ferry(moves[n as usize], scratch, out);
        }
        ferry(Move { from: aside, ..m }, scratch, out);
    }
}

/// One move, through a scratch register if it is from slot to slot.
fn ferry(m: Move, scratch: [PReg; 2], out: &mut Vec<Edit>) {
    if between_slots(&m) {
        let class = if m.bytes <= 8 { Class::Int } else { Class::Vec };
        let through = Loc::Reg(scratch[class as usize]);
        out.push(Edit::Move { from: m.from, to: through, bytes: m.bytes });
        out.push(Edit::Move { from: through, to: m.to, bytes: m.bytes });
    } else {
        out.push(Edit::Move { from: m.from, to: m.to, bytes: m.bytes });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regalloc::random::Random;
    use std::collections::HashMap;

    const SCRATCH: [PReg; 2] = [PReg::new(Class::Int, 11), PReg::new(Class::Vec, 15)];

    /// Runs the sequence over named values and compares with simultaneous assignment.
    fn judge(moves: &[Move], resolver: &mut Resolver) {
        let mut slots = PrimaryMap::new();
        slots.resize_for_tests(12);
        let mut out = Vec::new();
        resolver.start();
        resolver.resolve(moves, SCRATCH, &mut slots, &mut out);
        let mut held: HashMap<Loc, (Loc, u8)> = HashMap::new();
        for edit in &out {
            let Edit::Move { from, to, bytes } = *edit else { panic!("{edit:?}") };
            assert!(!matches!((from, to), (Loc::Slot(_), Loc::Slot(_))), "slot to slot in {out:?}");
            if let (Loc::Reg(a), Loc::Reg(b)) = (from, to) {
                assert_eq!(a.class(), b.class(), "{out:?}");
            }
            if let (Loc::Reg(r), _) | (_, Loc::Reg(r)) = (from, to) {
                assert!(bytes <= 8 || r.class() == Class::Vec, "{bytes} bytes through {r:?} in {out:?}");
            }
            let (value, full) = *held.get(&from).unwrap_or(&(from, 32));
            held.insert(to, (value, full.min(bytes)));
        }
        for m in moves {
            let (value, bytes) = *held.get(&m.to).unwrap_or(&(m.to, 32));
            assert_eq!(value, m.from, "{m:?} of {moves:?}\n{out:?}");
            assert!(bytes >= m.bytes);
        }
        let written: Vec<Loc> = moves.iter().map(|m| m.to).collect();
        for (&l, &(value, _)) in &held {
            let ours = matches!(l, Loc::Reg(r) if SCRATCH.contains(&r)) || matches!(l, Loc::Slot(s) if s.index() >= 12);
            assert!(written.contains(&l) || ours || value == l, "{l:?} was overwritten");
        }
        assert!(out.len() <= 2 * moves.len() + moves.len() / 2 * 2 + 2);
    }

    trait Resize {
        fn resize_for_tests(&mut self, n: usize);
    }
    impl Resize for PrimaryMap<Slot, u8> {
        fn resize_for_tests(&mut self, n: usize) {
            while self.len() < n {
                self.push(32);
            }
        }
    }

    #[test]
    fn random_moves_are_simultaneous() {
        let mut resolver = Resolver::default();
        for seed in 0..20_000 {
            let mut r = Random::new(seed);
            let classes = 1 + r.below(2);
            let regs = 1 + r.below(5);
            let slots = r.below(8);
            let widths = r.below(3);
            // A slot holds values of either class; a register those of its class.
            let mut places = Vec::new();
            for class in &Class::ALL[..classes] {
                places.extend((0..regs).map(|n| Loc::Reg(PReg::new(*class, n as u8))));
            }
            places.extend((0..slots).map(|n| Loc::Slot(Slot::from_u32(n as u32))));
            let mut targets = places.clone();
            r.shuffle(&mut targets);
            targets.truncate(1 + r.below(places.len()));
            let permute = r.below(2) == 0;
            let mut sources = targets.clone();
            sources.rotate_left(1);
            let mut moves = Vec::new();
            for (n, &to) in targets.iter().enumerate() {
                let from = if permute { sources[n] } else { places[r.below(places.len())] };
                if let (Loc::Reg(a), Loc::Reg(b)) = (from, to)
                    && a.class() != b.class()
                {
                    continue;
                }
                let general = [from, to].iter().any(|l| matches!(l, Loc::Reg(r) if r.class() == Class::Int));
                let bytes = if general || widths == 0 { [4, 8][r.below(2)] } else { [4, 8, 16, 32][r.below(2 + widths)] };
                moves.push(Move { from, to, bytes });
            }
            judge(&moves, &mut resolver);
        }
    }

    #[test]
    fn a_cycle_of_wide_slots_uses_the_spare_slot_once() {
        let s = |n| Loc::Slot(Slot::from_u32(n));
        let moves = [(0, 1), (1, 2), (2, 0)].map(|(a, b)| Move { from: s(a), to: s(b), bytes: 16 });
        let mut resolver = Resolver::default();
        judge(&moves, &mut resolver);
        let mut slots = PrimaryMap::new();
        slots.resize_for_tests(12);
        resolver.start();
        let mut out = Vec::new();
        resolver.resolve(&moves, SCRATCH, &mut slots, &mut out);
        resolver.resolve(&moves, SCRATCH, &mut slots, &mut out);
        assert_eq!(slots.len(), 13);
    }

    #[test]
    fn fifty_thousand_moves() {
        let moves: Vec<Move> = (0..50_000u32)
            .map(|n| Move { from: Loc::Slot(Slot::from_u32((n + 1) % 50_000)), to: Loc::Slot(Slot::from_u32(n)), bytes: 8 })
            .collect();
        let mut slots = PrimaryMap::new();
        slots.resize_for_tests(50_000);
        let mut out = Vec::new();
        Resolver::default().resolve(&moves, SCRATCH, &mut slots, &mut out);
        assert_eq!(out.len(), 100_000);
    }
}

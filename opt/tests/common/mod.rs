//! What the tests of this room share: a world to run functions in, and random functions.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod generate;
pub mod terms;
pub mod trace;

use samite_ir::ssa::effects::{MayTrap, effects};
use samite_ir::ssa::eval::{Access, Callee, End, Wide, World, eval};
use samite_ir::ssa::{Builtin, Func, Op, Region, Value};
use samite_ir::translate::module::{MemoryType, ModuleInfo};
use samite_ir::translate::vmctx::{Layout, memory_record};
use samite_ir::value::Trap;
use samite_opt::{Bounds, Context, Options, Settings, run_observed};
use std::collections::BTreeMap;
use trace::{Touch, Trace};

pub const CONTEXT: u64 = 0x10_0000;
const RECORD: u64 = 0x20_0000;
const BASE: u64 = 0x7000_0000_0000;
const MEMORY: u64 = 0x1_0000;

/// A module with one memory of one page.
pub fn module() -> ModuleInfo {
    module_with(Sharing::Alone)
}

/// Is its memory for several threads?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sharing {
    Alone,
    Shared,
}

pub fn module_with(sharing: Sharing) -> ModuleInfo {
    ModuleInfo { memories: vec![MemoryType { min: 1, max: Some(8), shared: sharing == Sharing::Shared }], ..ModuleInfo::default() }
}

#[derive(Clone, Copy, Debug)]
pub struct Random(pub u64);
impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

pub fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// One memory, and bytes elsewhere, which start out arbitrary; calls change both and are written down. Other threads change the memory, and its length,
/// whenever this one synchronizes with them.
#[derive(Clone, Debug)]
pub struct Machine {
    layout: Layout,
    /// Length of the memory in bytes.
    length: u64,
    /// Bytes that are not what they started as, by address; the memory's from `BASE` on.
    changed: BTreeMap<u64, u8>,
    calls: Vec<(Callee, Vec<Wide>, u64)>,
    trace: Trace,
}

/// What a byte starts as; beyond the memory's first page it is zero.
fn initial(addr: u64) -> u8 {
    if addr >= BASE + MEMORY { 0 } else { mix(addr / 3) as u8 }
}

impl Machine {
    pub fn new(layout: &Layout) -> Machine {
        Machine { layout: layout.clone(), length: MEMORY, changed: BTreeMap::new(), calls: Vec::new(), trace: Trace::default() }
    }
    fn fixed(&self, access: Access) -> Option<u64> {
        let context = |offset: u32| CONTEXT + u64::from(offset);
        match access {
            Access { region: Region::CONSTANT, addr, width: 8 } if addr == context(self.layout.memory_base(0)) => Some(BASE),
            Access { region: Region::CONSTANT, addr, width: 8 } if addr == context(self.layout.memory_record(0)) => Some(RECORD),
            Access { region: Region::RUNTIME | Region::SHARED_LENGTH, addr, width: 8 }
                if addr == RECORD + u64::from(memory_record::LENGTH) =>
            {
                Some(self.length)
            }
            _ => None,
        }
    }
    /// Traps if an access to the memory is out of bounds.
    fn check(&self, access: Access) -> Result<(), Trap> {
        if !Region::ANY_MEMORY.contains(access.region) {
            return Ok(());
        }
        let end = access.addr.wrapping_sub(BASE).checked_add(u64::from(access.width));
        if end.is_some_and(|end| end <= self.length) { Ok(()) } else { Err(Trap::MemoryOutOfBounds) }
    }
    fn get(&self, addr: u64) -> u8 {
        self.changed.get(&addr).copied().unwrap_or(initial(addr))
    }
    fn set(&mut self, addr: u64, byte: u8) {
        if byte == initial(addr) {
            self.changed.remove(&addr)
        } else {
            self.changed.insert(addr, byte)
        };
    }
    /// Writes down an access to the memory.
    fn note(&mut self, access: Access, written: Option<Wide>) {
        let touch = Touch::new(access, written);
        match access.region {
            Region::ANY_MEMORY => self.trace.atomic(touch),
            region if region == Region::memory(0) => self.trace.plain(touch),
            _ => {}
        }
    }
    fn digest(&self) -> u64 {
        self.changed.iter().fold(self.length, |d, (a, b)| mix(d ^ a ^ u64::from(*b) << 56))
    }
}

impl World for Machine {
    fn load(&mut self, access: Access) -> Result<Wide, Trap> {
        if let Some(fixed) = self.fixed(access) {
            return Ok(Wide::from(fixed));
        }
        self.check(access)?;
        self.note(access, None);
        Ok(Wide::from_le_bytes((0..u64::from(access.width)).map(|k| self.get(access.addr + k))))
    }
    fn store(&mut self, access: Access, value: Wide) -> Result<(), Trap> {
        assert_ne!(access.region, Region::CONSTANT);
        self.check(access)?;
        self.note(access, Some(value));
        for (k, byte) in (0..u64::from(access.width)).zip(value.to_le_bytes()) {
            self.set(access.addr + k, byte);
        }
        Ok(())
    }
    fn synchronize(&mut self, access: Option<Access>) {
        // What traps does not happen.
        if access.is_some_and(|access| self.check(access).is_err()) {
            return;
        }
        let n = mix(self.digest());
        self.trace.synchronize();
        (0..8).for_each(|k| self.set(BASE + (n >> (8 * k) & 0xff), mix(n ^ k) as u8));
        if n.is_multiple_of(5) && self.length < 4 * MEMORY {
            self.length += MEMORY;
        }
    }
    fn call(&mut self, callee: Callee, args: &[Wide]) -> Result<Vec<Wide>, Trap> {
        self.trace.synchronize();
        let digest = self.digest();
        self.calls.push((callee, args.to_vec(), digest));
        let n = mix(digest ^ self.calls.len() as u64 ^ args.iter().fold(0, |d, a| mix(d ^ a.bits())));
        if n.is_multiple_of(31) {
            return Err(Trap::StackExhausted);
        }
        match callee {
            Callee::Builtin(Builtin::MemoryGrow) => {
                let old = self.length;
                if old < 4 * MEMORY {
                    self.length += MEMORY;
                }
                Ok(vec![Wide::from(old / MEMORY)])
            }
            _ => {
                self.set(BASE + n % 256, (n >> 8) as u8);
                self.set(CONTEXT + 4096 + n % 64, (n >> 16) as u8);
                // As `generate` declares them: (i64, i32, i64) -> (i32, i64).
                Ok(vec![Wide::from(n as u32), Wide::from(mix(n))])
            }
        }
    }
}

/// Everything that the outside can see of a run.
pub fn observe(f: &Func, args: &[Wide], layout: &Layout, steps: u64) -> (End, Machine) {
    let mut machine = Machine::new(layout);
    let end = eval(f, args, &mut machine, steps);
    (end, machine)
}

fn is_check(f: &Func, v: Value) -> bool {
    matches!(f.ops[v], Op::TrapIf(..) | Op::Unreachable(_))
}

/// Runs the pipeline and, after every pass, verifies the function and compares runs on these arguments with those of before.
pub fn check_passes(f: &Func, sharing: Sharing, options: Options, inputs: &[Vec<Wide>], context: &mut Context) -> Func {
    const STEPS: u64 = 3_000;
    let module = module_with(sharing);
    let layout = Layout::new(&module).expect("a small module");
    let settings = Settings { options, layout: &layout, memories: &module.memories };
    let mut expected: Vec<_> = inputs.iter().map(|args| observe(f, args, &layout, STEPS)).collect();
    let mut after = f.clone();
    let mut before = f.to_string();
    run_observed(&mut after, &settings, context, |pass, now| {
        if let Err(errors) = samite_ir::ssa::verify::verify(now) {
            let list: Vec<_> = errors.iter().map(|e| e.to_string()).collect();
            panic!("{options}: invalid after {}:\n{}\nbefore:\n{before}\nafter:\n{now}", pass.name, list.join("\n"));
        }
        for (args, (end, machine)) in inputs.iter().zip(&mut expected) {
            if *end == End::OutOfSteps {
                continue;
            }
            let (new_end, new_machine) = observe(now, args, &layout, 20 * STEPS);
            let what = if new_end != *end {
                format!("{end:?} became {new_end:?}")
            } else if new_machine.calls != machine.calls {
                format!("calls {:?} became {:?}", machine.calls, new_machine.calls)
            } else if (&new_machine.changed, new_machine.length) != (&machine.changed, machine.length) {
                "memory differs".to_string()
            } else if sharing == Sharing::Shared
                && let Err(why) = new_machine.trace.may_replace(&machine.trace)
            {
                why
            } else {
                // What a pass left out no later one may bring back.
                machine.trace = new_machine.trace;
                continue;
            };
            panic!("{options}: wrong after {} for {args:x?}: {what}\nbefore:\n{before}\nafter:\n{now}", pass.name);
        }
        before = now.to_string();
    });
    if options.bounds == Bounds::Compare {
        let faults =
            after.body.iter().find(|v| effects(&after, **v).traps == MayTrap::Only(Trap::MemoryOutOfBounds) && !is_check(&after, **v));
        assert_eq!(faults, None, "{options}: an access without a check\n{after}");
    }
    after
}

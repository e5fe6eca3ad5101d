//! Atomic operators on the operand stack: pops, alignment and wrapping here, what happens at once in the `Env`.
use super::env::{Env, Stop};
use super::run::{Machine, effective};
use crate::translate::atomics::AtomicOp;
use crate::value::{Bits, Trap, atomic};
use wasmparser::{MemArg, MemArgTarget};

impl Machine<'_> {
    pub(super) fn atomic<E: Env>(&mut self, env: &mut E, op: AtomicOp) -> Result<(), Stop<E::Error>> {
        match op {
            AtomicOp::Load(how, at) => {
                let (memory, address) = self.aligned(how.width(), &at)?;
                self.push(env.atomic_load(memory, address, how.width())?);
            }
            AtomicOp::Store(how, at) => {
                let value = self.pop_wrapped(how.width());
                let (memory, address) = self.aligned(how.width(), &at)?;
                env.atomic_store(memory, address, how.width(), value)?;
            }
            AtomicOp::Rmw(op, how, at) => {
                let operand = self.pop_wrapped(how.width());
                let (memory, address) = self.aligned(how.width(), &at)?;
                self.push(env.atomic_rmw(memory, address, how.width(), op, operand)?);
            }
            AtomicOp::CmpXchg(how, at) => {
                let (replacement, expected) = (self.pop_wrapped(how.width()), self.pop_wrapped(how.width()));
                let (memory, address) = self.aligned(how.width(), &at)?;
                self.push(env.atomic_cmpxchg(memory, address, how.width(), expected, replacement)?);
            }
            AtomicOp::Wait(how, at) => {
                let (timeout, expected) = (self.pop() as i64, self.pop());
                let (memory, address) = self.aligned(how.width(), &at)?;
                self.push(env.wait(memory, address, how.width(), expected, timeout)?.into());
            }
            AtomicOp::Notify(at) => {
                let count = self.pop() as u32;
                let (memory, address) = self.aligned(4, &at)?;
                self.push(env.notify(memory, address, count)?.into());
            }
            AtomicOp::Fence => env.fence(),
        }
        Ok(())
    }

    fn pop_wrapped(&mut self, width: u32) -> Bits {
        self.pop() & atomic::mask(width)
    }

    /// Pops the index: memory and effective address, a multiple of the width.
    fn aligned(&mut self, width: u32, at: &MemArg) -> Result<(u32, u64), Trap> {
        let MemArgTarget::Memory(memory) = at.target else { unreachable!("validated: no GC arrays") };
        let address = effective(self.pop(), at.offset)?;
        if address % u64::from(width) != 0 { Err(Trap::UnalignedAtomic) } else { Ok((memory, address)) }
    }
}

//! Calls under the reference interpreter: its `Env` over a store and one of the store's instances.
//!
//! No machine code runs, and nothing but the store is shared with the compiled engine: the same memories, tables, globals and host
//! functions. Wasm calls inside an instance do not recurse in Rust; calls between instances do, and check the native stack.
use crate::instance::InstanceData;
use crate::memory::wait::Waited;
use crate::memory::{MemoryObject, words};
use crate::trap::{FrameInfo, WasmBacktrace, stack};
use crate::vm::host::call_host;
use crate::vm::{FuncRecord, Slot, StoreAccess, Stored};
use anyhow::anyhow;
use samite_ir::reference::{self, Callee, Cause, Env, Frame, Options, Prepared, Stop, Val};
use samite_ir::ssa::waited;
use samite_ir::translate::Nan;
use samite_ir::translate::module::ModuleInfo;
use samite_ir::value::{Bits, RmwOp, Trap, atomic};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

/// Calls the function of a record, of wasm or of the host.
pub fn call(store: &mut StoreAccess<'_>, func: Stored<FuncRecord>, slots: &mut [Slot]) -> anyhow::Result<()> {
    let record = *func.get(store.opaque());
    let Some(function) = record.function.checked_sub(1) else {
        return call_host(store, func, None, slots);
    };
    let instance = crate::vm::host::instance_of_func(store.opaque(), func).expect("a wasm function has an instance");
    let defined = function as u32 - instance.get(store.opaque()).module.info().imported_functions;
    call_defined(store, instance, defined, slots)
}

/// Calls a function that an instance defines.
pub fn call_defined(store: &mut StoreAccess<'_>, instance: Stored<InstanceData>, defined: u32, slots: &mut [Slot]) -> anyhow::Result<()> {
    let module = instance.get(store.opaque()).module.clone();
    let ty = module.info().func_type(module.info().imported_functions + defined);
    let args: Vec<Val> = slots.iter().take(ty.params.len()).map(|slot| Val(slot.as_vector())).collect();
    let outcome = reference::invoke(&mut Instance::enter(store, instance), defined, &args);
    match outcome {
        Ok(results) => {
            for (slot, value) in slots.iter_mut().zip(results) {
                *slot = Slot::vector(value.0);
            }
            Ok(())
        }
        Err(stop) => Err(error(store, stop)),
    }
}

fn error(store: &mut StoreAccess<'_>, stop: Stop<anyhow::Error>) -> anyhow::Error {
    let frames = stop.backtrace.iter().map(|frame| frame_info(store, frame)).collect();
    let error = match stop.cause {
        // What the deadline's callback failed with.
        Cause::Trap(_) if store.opaque().pending.is_some() => store.opaque_mut().take_pending(),
        Cause::Trap(trap) => anyhow::Error::new(trap),
        Cause::Host(error) => error,
        Cause::Unsupported(name) => anyhow!("the reference interpreter does not know `{name}` yet"),
    };
    WasmBacktrace::attach(error, frames)
}

fn frame_info(store: &StoreAccess<'_>, frame: &Frame) -> FrameInfo {
    let instance: Stored<InstanceData> = Stored::from_bits(store.opaque().id(), frame.instance).expect("frames name their instance");
    FrameInfo::new(instance.get(store.opaque()).module.clone(), frame.function, Some(frame.offset))
}

/// An instance as its own code sees it.
struct Instance<'a> {
    store: StoreAccess<'a>,
    instance: Stored<InstanceData>,
    module: crate::Module,
    /// What the store's `stack_used` and stack limits are to be again at the end, whatever the end: a panic of a host function passes through
    /// here.
    outer: (u64, stack::OuterReference),
}

impl Drop for Instance<'_> {
    fn drop(&mut self) {
        self.store.opaque_mut().stack_used = self.outer.0;
        self.outer.1.leave(self.store.record());
    }
}

impl<'a> Instance<'a> {
    fn enter(store: &'a mut StoreAccess<'_>, instance: Stored<InstanceData>) -> Instance<'a> {
        let module = instance.get(store.opaque()).module.clone();
        let outer = (store.opaque().stack_used, stack::enter_reference(store.record()));
        Instance { store: store.reborrow(), instance, module, outer }
    }
    fn data(&self) -> &InstanceData {
        self.instance.get(self.store.opaque())
    }
    fn memory(&self, memory: u32) -> Stored<MemoryObject> {
        self.data().memories[memory as usize]
    }
    /// Replaces what is in memory by `change` of it, at once; gives what was there.
    fn update(&mut self, memory: u32, address: u64, width: u32, change: impl Fn(Bits) -> Bits) -> Result<Bits, Trap> {
        let memory = self.memory(memory);
        let object = memory.get(self.store.opaque());
        if object.ty().shared {
            let at = object.place(address, width)?;
            return Ok(words::update(object.words(), at, width, change));
        }
        let mut bytes = [0; 8];
        memory.read(self.store.opaque(), address, &mut bytes[..width as usize])?;
        let old = Bits::from_le_bytes(bytes);
        memory.write(self.store.opaque_mut(), address, &change(old).to_le_bytes()[..width as usize])?;
        Ok(old)
    }
}

impl Env for Instance<'_> {
    type Error = anyhow::Error;

    fn info(&self) -> &ModuleInfo {
        self.module.info()
    }
    fn body(&self, defined: u32) -> &[u8] {
        self.module.body(defined)
    }
    fn prepared(&self) -> Arc<Prepared> {
        self.module.prepared().clone()
    }
    fn instance(&self) -> u64 {
        self.instance.bits()
    }

    fn options(&self) -> Options {
        // Values of 16 bytes; frames of compiled code hold most of theirs in fewer.
        let config = self.store.opaque().engine().config();
        let canonical_nans = config.strategy.nan == Nan::Canonical;
        Options { canonical_nans, relaxed: config.strategy.relaxed, max_stack: config.max_wasm_stack as u64 }
    }
    fn stack_used(&mut self) -> &mut u64 {
        &mut self.store.opaque_mut().stack_used
    }
    fn poll(&mut self) -> Result<(), Trap> {
        if self.store.interrupted() || self.store.opaque().engine().stopping() { Err(Trap::Interrupted) } else { Ok(()) }
    }

    fn memory_size(&self, memory: u32) -> u64 {
        self.data().memories[memory as usize].get(self.store.opaque()).length()
    }
    fn memory_grow(&mut self, memory: u32, delta: u64) -> Option<u64> {
        let memory = self.data().memories[memory as usize];
        self.store.grow_memory(memory, delta)
    }
    fn memory_read(&self, memory: u32, address: u64, buffer: &mut [u8]) -> Result<(), Trap> {
        self.data().memories[memory as usize].read(self.store.opaque(), address, buffer)
    }
    fn memory_write(&mut self, memory: u32, address: u64, bytes: &[u8]) -> Result<(), Trap> {
        let memory = Instance::data(self).memories[memory as usize];
        memory.write(self.store.opaque_mut(), address, bytes)
    }

    fn atomic_load(&mut self, memory: u32, address: u64, width: u32) -> Result<Bits, Trap> {
        let memory = self.memory(memory);
        let object = memory.get(self.store.opaque());
        if object.ty().shared {
            return Ok(words::load(object.words(), object.place(address, width)?, width));
        }
        let mut bytes = [0; 8];
        memory.read(self.store.opaque(), address, &mut bytes[..width as usize])?;
        Ok(Bits::from_le_bytes(bytes))
    }
    fn atomic_store(&mut self, memory: u32, address: u64, width: u32, value: Bits) -> Result<(), Trap> {
        self.update(memory, address, width, |_| value).map(|_| ())
    }
    fn atomic_rmw(&mut self, memory: u32, address: u64, width: u32, op: RmwOp, operand: Bits) -> Result<Bits, Trap> {
        self.update(memory, address, width, |old| atomic::rmw(op, width, old, operand))
    }
    fn atomic_cmpxchg(&mut self, memory: u32, address: u64, width: u32, expected: Bits, replacement: Bits) -> Result<Bits, Trap> {
        self.update(memory, address, width, |old| atomic::cmpxchg(width, old, expected, replacement))
    }
    fn fence(&mut self) {
        std::sync::atomic::fence(SeqCst);
    }
    fn wait(&mut self, memory: u32, address: u64, width: u32, expected: Bits, timeout: i64) -> Result<u32, Trap> {
        let memory = self.memory(memory);
        match self.store.wait(memory, address, width, expected, timeout)? {
            Waited::Notified => Ok(waited::WOKEN as u32),
            Waited::Mismatch => Ok(waited::NOT_EQUAL as u32),
            Waited::TimedOut => Ok(waited::TIMED_OUT as u32),
            Waited::Interrupted => Err(Trap::Interrupted),
        }
    }
    fn notify(&mut self, memory: u32, address: u64, count: u32) -> Result<u32, Trap> {
        self.store.notify(self.memory(memory), address, count)
    }

    fn data(&self, segment: u32) -> &[u8] {
        Instance::data(self).data(segment)
    }
    fn data_drop(&mut self, segment: u32) {
        Instance::data(self).drop_data(segment);
    }

    fn table_size(&self, table: u32) -> u64 {
        Instance::data(self).tables[table as usize].get(self.store.opaque()).len()
    }
    fn table_grow(&mut self, table: u32, delta: u64, init: Bits) -> Option<u64> {
        let table = Instance::data(self).tables[table as usize];
        self.store.grow_table(table, delta, init)
    }
    fn table_get(&self, table: u32, index: u64) -> Result<Bits, Trap> {
        let table = Instance::data(self).tables[table as usize].get(self.store.opaque());
        table.get(index).ok_or(Trap::TableOutOfBounds)
    }
    fn table_set(&mut self, table: u32, index: u64, value: Bits) -> Result<(), Trap> {
        let table = Instance::data(self).tables[table as usize].get(self.store.opaque());
        if table.set(index, value) { Ok(()) } else { Err(Trap::TableOutOfBounds) }
    }
    fn element_count(&self, segment: u32) -> u64 {
        Instance::data(self).element_count(segment)
    }
    fn element(&mut self, segment: u32, index: u64) -> Bits {
        Instance::data(self).element(self.store.opaque(), segment, index)
    }
    fn element_drop(&mut self, segment: u32) {
        Instance::data(self).drop_element(segment);
    }

    fn global_get(&self, global: u32) -> Val {
        let slot = Instance::data(self).globals[global as usize].cell().get(self.store.opaque()).value.get();
        Val(slot.as_vector())
    }
    fn global_set(&mut self, global: u32, value: Val) {
        let cell = Instance::data(self).globals[global as usize].cell().get(self.store.opaque());
        cell.value.set(Slot::vector(value.0));
    }

    fn ref_func(&mut self, function: u32) -> Bits {
        Instance::data(self).func_record(self.store.opaque().id(), function).bits()
    }
    fn callee(&self, funcref: Bits, ty: u32) -> Option<Callee> {
        let opaque = self.store.opaque();
        let func: Stored<FuncRecord> = Stored::from_bits(opaque.id(), funcref)?;
        let record = func.get(opaque);
        if record.signature != self.module.signature(ty) {
            return None;
        }
        let own = crate::vm::host::instance_of_func(opaque, func) == Some(self.instance);
        Some(match record.function.checked_sub(1) {
            Some(function) if own => Callee::Defined(function as u32 - self.module.info().imported_functions),
            _ => Callee::Other(funcref),
        })
    }
    fn call(&mut self, funcref: Bits, args: &[Val], results: &mut Vec<Val>) -> Result<(), Stop<anyhow::Error>> {
        stack::check(self.store.record())?;
        let opaque = self.store.opaque();
        let func: Stored<FuncRecord> = Stored::from_bits(opaque.id(), funcref).expect("a call of null is a trap of the interpreter");
        let record = func.get(opaque);
        if let Some(function) = record.function.checked_sub(1) {
            let instance = crate::vm::host::instance_of_func(opaque, func).expect("a wasm function has an instance");
            let mut env = Instance::enter(&mut self.store, instance);
            let defined = function as u32 - env.module.info().imported_functions;
            results.extend(reference::invoke(&mut env, defined, args)?);
            return Ok(());
        }
        let ty = opaque.engine().func_type(record.signature);
        let mut slots = vec![Slot::ZERO; ty.params.len().max(ty.results.len())];
        for (slot, arg) in slots.iter_mut().zip(args) {
            *slot = Slot::vector(arg.0);
        }
        call_host(&mut self.store, func, Some(self.instance), &mut slots).map_err(|error| Stop::from(Cause::Host(error)))?;
        results.extend(slots.iter().take(ty.results.len()).map(|slot| Val(slot.as_vector())));
        Ok(())
    }
}

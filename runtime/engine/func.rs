//! Functions: handles of them, host functions made of closures, and who called.
use crate::code::EntryStub;
use crate::engine::Engine;
use crate::externals::Extern;
use crate::store::{AsContext, AsContextMut, StoreContext, StoreContextMut, StoreOpaque};
use crate::typed::{TypedFunc, WasmParams, WasmResults, WasmRet, WasmTy};
use crate::values::Val;
use crate::vm::host::{HostCaller, HostFunc};
use crate::vm::{FuncRecord, Slot, Stored};
use anyhow::{Context, ensure};
use samite_ir::translate::module::{FuncType, ValType};

/// A function of a store: of wasm, or of the host.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Func {
    record: Stored<FuncRecord>,
}

impl Func {
    pub(crate) fn from_record(record: Stored<FuncRecord>) -> Func {
        Func { record }
    }
    pub(crate) fn record(self) -> Stored<FuncRecord> {
        self.record
    }
    pub(crate) fn to_bits(self, store: &StoreOpaque) -> anyhow::Result<u64> {
        ensure!(self.record.belongs_to(store), "a function of another store cannot be passed into this one");
        Ok(self.record.bits())
    }
    /// A host function of a closure whose parameter and result types are wasm's (`WasmTy`), with an optional `Caller` in front.
    pub fn wrap<T: 'static, Params, Results>(mut store: impl AsContextMut<Data = T>, func: impl IntoFunc<T, Params, Results>) -> Func {
        let mut store = store.as_context_mut();
        let host = func.into_func(store.engine()).expect("stubs of host functions need some executable memory");
        Func::from_record(host.record(&mut store))
    }
    /// A host function of any type, over values whose types are checked at run time. The results come in as zeros and nulls.
    pub fn new<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> anyhow::Result<()> + Send + Sync + 'static,
    ) -> Func {
        let mut store = store.as_context_mut();
        let host = untyped(store.engine(), ty, func).expect("stubs of host functions need some executable memory");
        Func::from_record(host.record(&mut store))
    }
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        let store = store.as_context();
        (*store.engine().func_type(self.signature(store.opaque()))).clone()
    }
    pub(crate) fn signature(self, store: &StoreOpaque) -> u32 {
        self.record.get(store).signature
    }
    /// What enters its machine code, if it has some.
    pub(crate) fn entry(self, store: &StoreOpaque) -> anyhow::Result<Option<EntryStub>> {
        let record = self.record.get(store);
        // A host function is called without detour through machine code.
        if record.function == 0 { Ok(None) } else { store.engine().entry_stub(record.signature) }
    }
    /// Calls it with values whose types are checked now. `results` must be as long as the function has results.
    ///
    /// Fails with a `Trap` (`error.downcast_ref::<Trap>()`), with what a host function failed with, or because the values do not fit; a trap
    /// comes with a `WasmBacktrace`. A panic of a host function goes on in the caller.
    pub fn call(&self, mut store: impl AsContextMut, params: &[Val], results: &mut [Val]) -> anyhow::Result<()> {
        let mut store = store.as_context_mut();
        let ty = store.engine().func_type(self.signature(store.opaque()));
        let (given, wanted) = (params.len(), ty.params.len());
        ensure!(given == wanted, "expected {wanted} arguments, got {given}");
        ensure!(results.len() == ty.results.len(), "expected room for {} results, got {}", ty.results.len(), results.len());
        let count = params.len().max(results.len());
        let (mut few, mut many) = ([Slot::ZERO; 16], Vec::new());
        let slots = if count <= few.len() {
            &mut few[..count]
        } else {
            many.resize(count, Slot::ZERO);
            &mut many[..]
        };
        for ((slot, value), ty) in slots.iter_mut().zip(params).zip(&ty.params) {
            value.expect(*ty, "an argument")?;
            *slot = value.to_slot(store.opaque_mut())?;
        }
        let entry = self.entry(store.opaque())?;
        crate::trap::call(store.access(), self.record, entry, slots)?;
        for ((result, slot), ty) in results.iter_mut().zip(&*slots).zip(&ty.results) {
            *result = Val::from_slot(*ty, *slot, store.opaque());
        }
        Ok(())
    }
    /// The same function with its type checked once, now, for fast calls.
    pub fn typed<Params: WasmParams, Results: WasmResults>(&self, store: impl AsContext) -> anyhow::Result<TypedFunc<Params, Results>> {
        let store = store.as_context();
        let ty = store.engine().func_type(self.signature(store.opaque()));
        let (mut params, mut results) = (Vec::new(), Vec::new());
        Params::types(&mut params);
        Results::types(&mut results);
        let asked = FuncType { params, results };
        ensure!(asked == *ty, "type mismatch: the function is {ty}, asked for {asked}");
        Ok(TypedFunc::new(*self, self.entry(store.opaque())?))
    }
}

/// A host function over `Val`s.
pub(crate) fn untyped<T: 'static>(
    engine: &Engine,
    ty: FuncType,
    func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> anyhow::Result<()> + Send + Sync + 'static,
) -> anyhow::Result<HostFunc<T>> {
    let shape = ty.clone();
    HostFunc::new(engine, ty, move |mut caller: Caller<'_, T>, slots: &mut [Slot]| {
        let store = caller.host.store.opaque();
        // One allocation for both.
        let mut values = Vec::with_capacity(shape.params.len() + shape.results.len());
        values.extend(shape.params.iter().zip(&*slots).map(|(ty, slot)| Val::from_slot(*ty, *slot, store)));
        values.extend(shape.results.iter().map(|ty| Val::default_for_ty(*ty)));
        let (params, results) = values.split_at_mut(shape.params.len());
        func(caller.reborrow(), params, results)?;
        for ((value, ty), slot) in results.iter().zip(&shape.results).zip(slots) {
            value.expect(*ty, "a result of a host function")?;
            *slot = value.to_slot(caller.host.store.opaque_mut()).context("result of a host function")?;
        }
        Ok(())
    })
}

impl<T: 'static, F> crate::vm::HostFunction<T> for F
where
    F: Fn(Caller<'_, T>, &mut [Slot]) -> anyhow::Result<()> + Send + Sync + 'static,
{
    #[inline]
    fn call(&self, caller: Caller<'_, T>, slots: &mut [Slot]) -> anyhow::Result<()> {
        self(caller, slots)
    }
}

/// What a host function knows about its call: the store, and the instance that called.
pub struct Caller<'a, T: 'static> {
    pub(crate) host: HostCaller<'a, T>,
}

impl<'a, T: 'static> Caller<'a, T> {
    pub(crate) fn new(host: HostCaller<'a, T>) -> Caller<'a, T> {
        Caller { host }
    }
    pub(crate) fn reborrow(&mut self) -> Caller<'_, T> {
        Caller { host: self.host.reborrow() }
    }
    pub fn data(&self) -> &T {
        self.host.store.data()
    }
    pub fn data_mut(&mut self) -> &mut T {
        self.host.store.data_mut()
    }
    pub fn engine(&self) -> &Engine {
        self.host.store.engine()
    }
    /// An export of the instance that called; None if it has no such export or the host called.
    pub fn get_export(&mut self, name: &str) -> Option<Extern> {
        let instance = self.host.instance()?;
        let store = self.host.store.opaque();
        let data = instance.get(store);
        let (kind, index) = data.module.export(name)?;
        Some(data.extern_of(store, kind, index))
    }
}

impl<T: 'static> AsContext for Caller<'_, T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        self.host.store.shared()
    }
}
impl<T: 'static> AsContextMut for Caller<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        self.host.store.reborrow()
    }
}

impl<'a, T: 'static> From<&'a Caller<'_, T>> for StoreContext<'a, T> {
    fn from(caller: &'a Caller<'_, T>) -> StoreContext<'a, T> {
        caller.host.store.shared()
    }
}
impl<'a, T: 'static> From<&'a mut Caller<'_, T>> for StoreContext<'a, T> {
    fn from(caller: &'a mut Caller<'_, T>) -> StoreContext<'a, T> {
        caller.host.store.shared()
    }
}
impl<'a, T: 'static> From<&'a mut Caller<'_, T>> for StoreContextMut<'a, T> {
    fn from(caller: &'a mut Caller<'_, T>) -> StoreContextMut<'a, T> {
        caller.host.store.reborrow()
    }
}

/// Closures that can be host functions for stores of `T`: up to 16 parameters of types that are `WasmTy`, with an optional `Caller<'_, T>`
/// in front, and a result that is `WasmRet`: nothing, one value, a tuple, or a `Result` of those.
pub trait IntoFunc<T, Params, Results>: Send + Sync + 'static {
    #[doc(hidden)]
    fn into_func(self, engine: &Engine) -> anyhow::Result<HostFunc<T>>;
}

macro_rules! into_func {
    ($($A:ident)*) => {
        #[allow(non_snake_case)]
        impl<T: 'static, F, $($A: WasmTy,)* R: WasmRet> IntoFunc<T, ($($A,)*), R> for F
        where
            F: Fn($($A),*) -> R + Send + Sync + 'static,
        {
            fn into_func(self, engine: &Engine) -> anyhow::Result<HostFunc<T>> {
                let closure = move |_: Caller<'_, T> $(, $A: $A)*| self($($A),*);
                IntoFunc::<T, (Caller<'_, T>, $($A,)*), R>::into_func(closure, engine)
            }
        }

        #[allow(non_snake_case, unused)]
        impl<T: 'static, F, $($A: WasmTy,)* R: WasmRet> IntoFunc<T, (Caller<'_, T>, $($A,)*), R> for F
        where
            F: Fn(Caller<'_, T> $(, $A)*) -> R + Send + Sync + 'static,
        {
            fn into_func(self, engine: &Engine) -> anyhow::Result<HostFunc<T>> {
                let params: Vec<ValType> = vec![$($A::TYPE),*];
                let mut results = Vec::new();
                R::types(&mut results);
                HostFunc::new(engine, FuncType { params, results }, move |mut caller: Caller<'_, T>, slots: &mut [Slot]| {
                    let mut next = slots.iter();
                    let store = caller.host.store.opaque();
                    $(let $A = $A::from_slot(*next.next().expect("a slot for each parameter"), store);)*
                    let result = self(caller.reborrow() $(, $A)*);
                    result.store(caller.host.store.opaque_mut(), slots)
                })
            }
        }
    };
}

into_func!();
into_func!(A1);
into_func!(A1 A2);
into_func!(A1 A2 A3);
into_func!(A1 A2 A3 A4);
into_func!(A1 A2 A3 A4 A5);
into_func!(A1 A2 A3 A4 A5 A6);
into_func!(A1 A2 A3 A4 A5 A6 A7);
into_func!(A1 A2 A3 A4 A5 A6 A7 A8);
into_func!(A1 A2 A3 A4 A5 A6 A7 A8 A9);
into_func!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10);
into_func!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11);
into_func!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12);
into_func!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13);
into_func!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14);
into_func!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15);
into_func!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16);

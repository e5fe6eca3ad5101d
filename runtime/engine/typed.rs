//! Typed calls: which Rust types are wasm's, and the fast way in.
use crate::code::EntryStub;
use crate::func::Func;
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::values::{ExternRef, Ref, V128};
use crate::vm::{Slot, Stored};
use samite_ir::translate::module::{FuncType, ValType};
use std::marker::PhantomData;

/// Rust types that are wasm types: `i32 u32 i64 u64 f32 f64 V128 Option<Func> Option<ExternRef>`.
pub trait WasmTy: Send + Sized + 'static {
    #[doc(hidden)]
    const TYPE: ValType;
    #[doc(hidden)]
    fn to_slot(self, store: &mut StoreOpaque) -> anyhow::Result<Slot>;
    #[doc(hidden)]
    fn from_slot(slot: Slot, store: &StoreOpaque) -> Self;
}

macro_rules! scalar {
    ($($rust:ty, $wasm:ident, $to:expr, $from:expr;)*) => {$(
        impl WasmTy for $rust {
            const TYPE: ValType = ValType::$wasm;
            #[inline]
            fn to_slot(self, _: &mut StoreOpaque) -> anyhow::Result<Slot> {
                let to: fn($rust) -> Slot = $to;
                Ok(to(self))
            }
            #[inline]
            fn from_slot(slot: Slot, _: &StoreOpaque) -> $rust {
                let from: fn(Slot) -> $rust = $from;
                from(slot)
            }
        }
    )*};
}
scalar! {
    i32, I32, |v| Slot::scalar(u64::from(v as u32)), |s| s.low as i32;
    u32, I32, |v| Slot::scalar(u64::from(v)), |s| s.low as u32;
    i64, I64, |v| Slot::scalar(v as u64), |s| s.low as i64;
    u64, I64, |v| Slot::scalar(v), |s| s.low;
    f32, F32, |v| Slot::scalar(u64::from(v.to_bits())), |s| f32::from_bits(s.low as u32);
    f64, F64, |v| Slot::scalar(v.to_bits()), |s| f64::from_bits(s.low);
    V128, V128, |v| Slot::vector(v.as_u128()), |s| V128::from(s.as_vector());
}

impl WasmTy for Option<Func> {
    const TYPE: ValType = ValType::FuncRef;
    fn to_slot(self, store: &mut StoreOpaque) -> anyhow::Result<Slot> {
        self.map_or(Ok(0), |f| f.to_bits(store)).map(Slot::scalar)
    }
    fn from_slot(slot: Slot, store: &StoreOpaque) -> Option<Func> {
        Stored::from_bits(store.id(), slot.low).map(Func::from_record)
    }
}

impl WasmTy for Option<ExternRef> {
    const TYPE: ValType = ValType::ExternRef;
    fn to_slot(self, store: &mut StoreOpaque) -> anyhow::Result<Slot> {
        Ref::Extern(self).to_bits(store).map(Slot::scalar)
    }
    fn from_slot(slot: Slot, store: &StoreOpaque) -> Option<ExternRef> {
        store.externs.get(slot.low)
    }
}

/// Parameters of a typed function: nothing, one value, or a tuple of up to 16.
pub trait WasmParams: Send {
    #[doc(hidden)]
    const COUNT: usize;
    #[doc(hidden)]
    fn types(types: &mut Vec<ValType>);
    #[doc(hidden)]
    fn store(self, store: &mut StoreOpaque, slots: &mut [Slot]) -> anyhow::Result<()>;
}

/// Results of a typed function: nothing, one value, or a tuple of up to 16.
pub trait WasmResults: WasmParams {
    #[doc(hidden)]
    fn load(store: &StoreOpaque, slots: &[Slot]) -> Self;
}

/// What a host closure may return: nothing, one value, a tuple of up to 16, or a `Result` of those with `samite::Error`.
pub trait WasmRet {
    #[doc(hidden)]
    fn types(types: &mut Vec<ValType>);
    #[doc(hidden)]
    fn store(self, store: &mut StoreOpaque, slots: &mut [Slot]) -> anyhow::Result<()>;
}

impl<A: WasmTy> WasmParams for A {
    const COUNT: usize = 1;
    fn types(types: &mut Vec<ValType>) {
        types.push(A::TYPE);
    }
    #[inline]
    fn store(self, store: &mut StoreOpaque, slots: &mut [Slot]) -> anyhow::Result<()> {
        slots[0] = self.to_slot(store)?;
        Ok(())
    }
}
impl<A: WasmTy> WasmResults for A {
    #[inline]
    fn load(store: &StoreOpaque, slots: &[Slot]) -> A {
        A::from_slot(slots[0], store)
    }
}
impl<A: WasmTy> WasmRet for A {
    fn types(types: &mut Vec<ValType>) {
        types.push(A::TYPE);
    }
    #[inline]
    fn store(self, store: &mut StoreOpaque, slots: &mut [Slot]) -> anyhow::Result<()> {
        slots[0] = self.to_slot(store)?;
        Ok(())
    }
}
impl<R: WasmRet> WasmRet for anyhow::Result<R> {
    fn types(types: &mut Vec<ValType>) {
        R::types(types);
    }
    #[inline]
    fn store(self, store: &mut StoreOpaque, slots: &mut [Slot]) -> anyhow::Result<()> {
        self?.store(store, slots)
    }
}

macro_rules! tuple {
    ($($n:tt $A:ident)*) => {
        #[allow(unused_variables, clippy::unused_unit)]
        impl<$($A: WasmTy),*> WasmParams for ($($A,)*) {
            const COUNT: usize = [$($n),*].len();
            fn types(types: &mut Vec<ValType>) {
                types.extend([$($A::TYPE),*]);
            }
            #[inline]
            fn store(self, store: &mut StoreOpaque, slots: &mut [Slot]) -> anyhow::Result<()> {
                $(slots[$n] = self.$n.to_slot(store)?;)*
                Ok(())
            }
        }
        #[allow(unused_variables, clippy::unused_unit)]
        impl<$($A: WasmTy),*> WasmResults for ($($A,)*) {
            #[inline]
            fn load(store: &StoreOpaque, slots: &[Slot]) -> Self {
                ($($A::from_slot(slots[$n], store),)*)
            }
        }
        impl<$($A: WasmTy),*> WasmRet for ($($A,)*) {
            fn types(types: &mut Vec<ValType>) {
                <Self as WasmParams>::types(types);
            }
            #[inline]
            fn store(self, store: &mut StoreOpaque, slots: &mut [Slot]) -> anyhow::Result<()> {
                WasmParams::store(self, store, slots)
            }
        }
    };
}
impl WasmParams for () {
    const COUNT: usize = 0;
    fn types(_: &mut Vec<ValType>) {}
    #[inline]
    fn store(self, _: &mut StoreOpaque, _: &mut [Slot]) -> anyhow::Result<()> {
        Ok(())
    }
}
impl WasmResults for () {
    #[inline]
    fn load(_: &StoreOpaque, _: &[Slot]) {}
}
impl WasmRet for () {
    fn types(_: &mut Vec<ValType>) {}
    #[inline]
    fn store(self, _: &mut StoreOpaque, _: &mut [Slot]) -> anyhow::Result<()> {
        Ok(())
    }
}
tuple!(0 A);
tuple!(0 A 1 B);
tuple!(0 A 1 B 2 C);
tuple!(0 A 1 B 2 C 3 D);
tuple!(0 A 1 B 2 C 3 D 4 E);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F 6 G);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J 10 K);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J 10 K 11 L);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J 10 K 11 L 12 M);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J 10 K 11 L 12 M 13 N);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J 10 K 11 L 12 M 13 N 14 O);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J 10 K 11 L 12 M 13 N 14 O 15 P);

/// A function whose type was checked once, with what a call needs found beforehand.
pub struct TypedFunc<Params, Results> {
    func: Func,
    entry: Option<EntryStub>,
    types: PhantomData<fn(Params) -> Results>,
}

impl<Params, Results> Clone for TypedFunc<Params, Results> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Params, Results> Copy for TypedFunc<Params, Results> {}

impl<Params, Results> std::fmt::Debug for TypedFunc<Params, Results> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TypedFunc").field(&self.func).finish()
    }
}

impl<Params: WasmParams, Results: WasmResults> TypedFunc<Params, Results> {
    /// The caller has checked the type.
    pub(crate) fn new(func: Func, entry: Option<EntryStub>) -> Self {
        TypedFunc { func, entry, types: PhantomData }
    }
    pub fn func(&self) -> &Func {
        &self.func
    }
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        self.func.ty(store)
    }
    /// Calls it; fails as `Func::call` does, but for types that do not fit.
    #[inline]
    pub fn call(&self, store: impl AsContextMut, params: Params) -> anyhow::Result<Results> {
        // The smallest array that is large enough; the branches are decided when the function is instantiated.
        match const { if Params::COUNT > Results::COUNT { Params::COUNT } else { Results::COUNT } } {
            0..=2 => self.call_in(store, params, &mut [Slot::ZERO; 2]),
            3..=4 => self.call_in(store, params, &mut [Slot::ZERO; 4]),
            5..=8 => self.call_in(store, params, &mut [Slot::ZERO; 8]),
            _ => self.call_in(store, params, &mut [Slot::ZERO; 16]),
        }
    }
    #[inline]
    fn call_in(&self, mut store: impl AsContextMut, params: Params, slots: &mut [Slot]) -> anyhow::Result<Results> {
        let mut store = store.as_context_mut();
        self.func.record().check(store.opaque());
        params.store(store.opaque_mut(), slots)?;
        crate::trap::call(store.access(), self.func.record(), self.entry, slots)?;
        Ok(Results::load(store.opaque(), slots))
    }
}

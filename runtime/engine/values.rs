//! Values that cross between the host and wasm.
use crate::func::Func;
use crate::store::StoreOpaque;
use crate::vm::{Slot, Stored};
use anyhow::ensure;
use samite_ir::translate::module::ValType;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A vector of 128 bits, byte 0 lowest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct V128(u128);

impl V128 {
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}
impl From<u128> for V128 {
    fn from(bits: u128) -> V128 {
        V128(bits)
    }
}
impl From<V128> for u128 {
    fn from(v: V128) -> u128 {
        v.0
    }
}
impl fmt::Debug for V128 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "V128({:#034x})", self.0)
    }
}

/// A host value that wasm can hold and pass around but not look into. Clones are the same reference.
#[derive(Clone)]
pub struct ExternRef(Arc<dyn Any + Send + Sync>);

impl ExternRef {
    pub fn new<T: Any + Send + Sync>(value: T) -> ExternRef {
        ExternRef(Arc::new(value))
    }
    /// The host value.
    pub fn data(&self) -> &(dyn Any + Send + Sync) {
        &*self.0
    }
    /// Do the two refer to the same host value?
    pub fn ptr_eq(a: &ExternRef, b: &ExternRef) -> bool {
        a.address() == b.address()
    }
    fn address(&self) -> usize {
        Arc::as_ptr(&self.0).cast::<()>().addr()
    }
}
impl fmt::Debug for ExternRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternRef({:#x})", self.address())
    }
}

/// The host values that a store's wasm code may hold, by handle: index + 1, so that 0 is null.
///
/// A handle is freed with the store. A sweep in between would mark what is in tables, globals and frames (the stack maps of safepoints,
/// `Flow` of codegen) and drop the rest: it belongs here, called from the safepoints.
#[derive(Default)]
pub struct ExternHandles {
    values: Vec<ExternRef>,
    /// Handle by address: a value passed in twice has one handle, so that loops do not grow the table.
    handles: std::collections::HashMap<usize, u64>,
}

impl ExternHandles {
    pub fn handle(&mut self, value: &ExternRef) -> u64 {
        *self.handles.entry(value.address()).or_insert_with(|| {
            self.values.push(value.clone());
            self.values.len() as u64
        })
    }
    pub fn get(&self, handle: u64) -> Option<ExternRef> {
        let index = (handle as usize).checked_sub(1)?;
        Some(self.values[index].clone())
    }
}

/// A reference, null or not.
#[derive(Clone, Debug)]
pub enum Ref {
    Func(Option<Func>),
    Extern(Option<ExternRef>),
}

impl Ref {
    pub fn ty(&self) -> ValType {
        match self {
            Ref::Func(_) => ValType::FuncRef,
            Ref::Extern(_) => ValType::ExternRef,
        }
    }
    pub fn is_null(&self) -> bool {
        matches!(self, Ref::Func(None) | Ref::Extern(None))
    }
    /// The null of a reference type; None for other types.
    pub fn null(ty: ValType) -> Option<Ref> {
        match ty {
            ValType::FuncRef => Some(Ref::Func(None)),
            ValType::ExternRef => Some(Ref::Extern(None)),
            _ => None,
        }
    }
    pub fn as_func(&self) -> Option<&Func> {
        match self {
            Ref::Func(f) => f.as_ref(),
            Ref::Extern(_) => None,
        }
    }
    pub fn as_extern(&self) -> Option<&ExternRef> {
        match self {
            Ref::Extern(e) => e.as_ref(),
            Ref::Func(_) => None,
        }
    }
    /// As wasm holds it. Fails for a function of another store.
    pub(crate) fn to_bits(&self, store: &mut StoreOpaque) -> anyhow::Result<u64> {
        Ok(match self {
            Ref::Func(None) | Ref::Extern(None) => 0,
            Ref::Func(Some(f)) => f.to_bits(store)?,
            Ref::Extern(Some(e)) => store.externs.handle(e),
        })
    }
    /// The inverse, for a reference type.
    pub(crate) fn from_bits(ty: ValType, bits: u64, store: &StoreOpaque) -> Ref {
        match ty {
            ValType::ExternRef => Ref::Extern(store.externs.get(bits)),
            _ => Ref::Func(Stored::from_bits(store.id(), bits).map(Func::from_record)),
        }
    }
}

impl From<Func> for Ref {
    fn from(f: Func) -> Ref {
        Ref::Func(Some(f))
    }
}
impl From<ExternRef> for Ref {
    fn from(e: ExternRef) -> Ref {
        Ref::Extern(Some(e))
    }
}

/// A value of any type. Floats as bit patterns, so that NaNs keep theirs.
#[derive(Clone, Debug)]
pub enum Val {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128(V128),
    FuncRef(Option<Func>),
    ExternRef(Option<ExternRef>),
}

impl Val {
    pub fn ty(&self) -> ValType {
        match self {
            Val::I32(_) => ValType::I32,
            Val::I64(_) => ValType::I64,
            Val::F32(_) => ValType::F32,
            Val::F64(_) => ValType::F64,
            Val::V128(_) => ValType::V128,
            Val::FuncRef(_) => ValType::FuncRef,
            Val::ExternRef(_) => ValType::ExternRef,
        }
    }
    /// Zero or null.
    pub fn default_for_ty(ty: ValType) -> Val {
        match ty {
            ValType::I32 => Val::I32(0),
            ValType::I64 => Val::I64(0),
            ValType::F32 => Val::F32(0),
            ValType::F64 => Val::F64(0),
            ValType::V128 => Val::V128(V128(0)),
            ValType::FuncRef => Val::FuncRef(None),
            ValType::ExternRef => Val::ExternRef(None),
        }
    }
    pub fn i32(&self) -> Option<i32> {
        if let Val::I32(v) = self { Some(*v) } else { None }
    }
    pub fn i64(&self) -> Option<i64> {
        if let Val::I64(v) = self { Some(*v) } else { None }
    }
    pub fn f32(&self) -> Option<f32> {
        if let Val::F32(v) = self { Some(f32::from_bits(*v)) } else { None }
    }
    pub fn f64(&self) -> Option<f64> {
        if let Val::F64(v) = self { Some(f64::from_bits(*v)) } else { None }
    }
    pub fn v128(&self) -> Option<V128> {
        if let Val::V128(v) = self { Some(*v) } else { None }
    }
    /// The reference, if it is of a reference type.
    pub fn as_ref(&self) -> Option<Ref> {
        match self {
            Val::FuncRef(f) => Some(Ref::Func(*f)),
            Val::ExternRef(e) => Some(Ref::Extern(e.clone())),
            _ => None,
        }
    }
    /// Panics unless it is an i32; likewise its siblings.
    pub fn unwrap_i32(&self) -> i32 {
        self.i32().expect("expected i32")
    }
    pub fn unwrap_i64(&self) -> i64 {
        self.i64().expect("expected i64")
    }
    pub fn unwrap_f32(&self) -> f32 {
        self.f32().expect("expected f32")
    }
    pub fn unwrap_f64(&self) -> f64 {
        self.f64().expect("expected f64")
    }
    pub fn unwrap_v128(&self) -> V128 {
        self.v128().expect("expected v128")
    }
    /// As machine code holds it. Fails for a function of another store.
    pub(crate) fn to_slot(&self, store: &mut StoreOpaque) -> anyhow::Result<Slot> {
        Ok(match self {
            Val::I32(v) => Slot::scalar(u64::from(*v as u32)),
            Val::I64(v) => Slot::scalar(*v as u64),
            Val::F32(v) => Slot::scalar(u64::from(*v)),
            Val::F64(v) => Slot::scalar(*v),
            Val::V128(v) => Slot::vector(v.0),
            Val::FuncRef(None) | Val::ExternRef(None) => Slot::ZERO,
            Val::FuncRef(Some(f)) => Slot::scalar(f.to_bits(store)?),
            Val::ExternRef(Some(e)) => Slot::scalar(store.externs.handle(e)),
        })
    }
    pub(crate) fn from_slot(ty: ValType, slot: Slot, store: &StoreOpaque) -> Val {
        match ty {
            ValType::I32 => Val::I32(slot.low as i32),
            ValType::I64 => Val::I64(slot.low as i64),
            ValType::F32 => Val::F32(slot.low as u32),
            ValType::F64 => Val::F64(slot.low),
            ValType::V128 => Val::V128(V128(slot.as_vector())),
            ValType::FuncRef | ValType::ExternRef => Ref::from_bits(ty, slot.low, store).into(),
        }
    }
    /// Fails, naming `what`, unless it is of type `ty`.
    pub(crate) fn expect(&self, ty: ValType, what: &str) -> anyhow::Result<()> {
        ensure!(self.ty() == ty, "type mismatch: {what} is {}, expected {ty}", self.ty());
        Ok(())
    }
}

impl From<Ref> for Val {
    fn from(r: Ref) -> Val {
        match r {
            Ref::Func(f) => Val::FuncRef(f),
            Ref::Extern(e) => Val::ExternRef(e),
        }
    }
}
impl From<i32> for Val {
    fn from(v: i32) -> Val {
        Val::I32(v)
    }
}
impl From<i64> for Val {
    fn from(v: i64) -> Val {
        Val::I64(v)
    }
}
impl From<f32> for Val {
    fn from(v: f32) -> Val {
        Val::F32(v.to_bits())
    }
}
impl From<f64> for Val {
    fn from(v: f64) -> Val {
        Val::F64(v.to_bits())
    }
}
impl From<V128> for Val {
    fn from(v: V128) -> Val {
        Val::V128(v)
    }
}
impl From<Func> for Val {
    fn from(f: Func) -> Val {
        Val::FuncRef(Some(f))
    }
}
impl From<ExternRef> for Val {
    fn from(e: ExternRef) -> Val {
        Val::ExternRef(Some(e))
    }
}

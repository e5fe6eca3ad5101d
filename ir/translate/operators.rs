//! A function body to SSA: the operators without control flow, and calls.
use super::atomics::atomic_op;
use super::body::{Body, load_constant, load_i64};
use super::module::{ConstOp, ValType};
use super::options::Nan;
use super::vectors::vector_op;
use super::vmctx::{self, GlobalPlace, func_entry, func_record, import, memory_record, table_record};
use crate::ssa::{Builtin, CallData, CallTarget, Op, Region, Sig, Signature, Value};
use crate::value::Type::{F32, F64, I32, I64, Ref};
use crate::value::{BinOp, CmpOp, ConvOp, MemOp, Trap, Type, UnOp};
use wasmparser::{MemArg, MemArgTarget, Operator};

/// Pages of a memory are 64 KiB.
const PAGE_SHIFT: u64 = 16;

impl Body<'_> {
    /// Translates an operator of validated, reachable code. Control flow is in `body.rs`.
    pub fn operator(&mut self, op: &Operator<'_>) {
        use Operator as O;
        match *op {
            O::LocalGet { local_index } => {
                let place = self.place();
                let v = self.state.locals.get(&mut self.build, self.scan, local_index, place);
                self.push(v);
            }
            O::LocalSet { local_index } => {
                let v = self.pop();
                self.state.locals.set(local_index, v, self.at, self.scope);
            }
            O::LocalTee { local_index } => {
                let v = *self.state.stack.last().expect("validated");
                self.state.locals.set(local_index, v, self.at, self.scope);
            }
            O::I32Const { value } => self.constant(I32, u64::from(value as u32)),
            O::I64Const { value } => self.constant(I64, value as u64),
            O::F32Const { value } => self.constant(F32, u64::from(value.bits())),
            O::F64Const { value } => self.constant(F64, value.bits()),
            O::Nop => {}
            O::Drop => drop(self.pop()),
            O::Select | O::TypedSelect { .. } => {
                let (condition, no, yes) = (self.pop(), self.pop(), self.pop());
                let ty = self.build.func.ty(yes);
                self.push_op(Op::Select(ty, condition, yes, no));
            }

            O::I32Load { memarg } => self.load(MemOp::I32, &memarg),
            O::I64Load { memarg } => self.load(MemOp::I64, &memarg),
            O::F32Load { memarg } => self.load(MemOp::F32, &memarg),
            O::F64Load { memarg } => self.load(MemOp::F64, &memarg),
            O::I32Load8S { memarg } => self.load(MemOp::I32x8S, &memarg),
            O::I32Load8U { memarg } => self.load(MemOp::I32x8U, &memarg),
            O::I32Load16S { memarg } => self.load(MemOp::I32x16S, &memarg),
            O::I32Load16U { memarg } => self.load(MemOp::I32x16U, &memarg),
            O::I64Load8S { memarg } => self.load(MemOp::I64x8S, &memarg),
            O::I64Load8U { memarg } => self.load(MemOp::I64x8U, &memarg),
            O::I64Load16S { memarg } => self.load(MemOp::I64x16S, &memarg),
            O::I64Load16U { memarg } => self.load(MemOp::I64x16U, &memarg),
            O::I64Load32S { memarg } => self.load(MemOp::I64x32S, &memarg),
            O::I64Load32U { memarg } => self.load(MemOp::I64x32U, &memarg),
            O::I32Store { memarg } => self.store(MemOp::I32, &memarg),
            O::I64Store { memarg } => self.store(MemOp::I64, &memarg),
            O::F32Store { memarg } => self.store(MemOp::F32, &memarg),
            O::F64Store { memarg } => self.store(MemOp::F64, &memarg),
            O::I32Store8 { memarg } => self.store(MemOp::I32x8U, &memarg),
            O::I32Store16 { memarg } => self.store(MemOp::I32x16U, &memarg),
            O::I64Store8 { memarg } => self.store(MemOp::I64x8U, &memarg),
            O::I64Store16 { memarg } => self.store(MemOp::I64x16U, &memarg),
            O::I64Store32 { memarg } => self.store(MemOp::I64x32U, &memarg),

            O::I32Eqz => self.eqz(I32),
            O::I32Eq => self.compare(CmpOp::Eq, I32),
            O::I32Ne => self.compare(CmpOp::Ne, I32),
            O::I32LtS => self.compare(CmpOp::LtS, I32),
            O::I32LtU => self.compare(CmpOp::LtU, I32),
            O::I32GtS => self.compare(CmpOp::GtS, I32),
            O::I32GtU => self.compare(CmpOp::GtU, I32),
            O::I32LeS => self.compare(CmpOp::LeS, I32),
            O::I32LeU => self.compare(CmpOp::LeU, I32),
            O::I32GeS => self.compare(CmpOp::GeS, I32),
            O::I32GeU => self.compare(CmpOp::GeU, I32),
            O::I64Eqz => self.eqz(I64),
            O::I64Eq => self.compare(CmpOp::Eq, I64),
            O::I64Ne => self.compare(CmpOp::Ne, I64),
            O::I64LtS => self.compare(CmpOp::LtS, I64),
            O::I64LtU => self.compare(CmpOp::LtU, I64),
            O::I64GtS => self.compare(CmpOp::GtS, I64),
            O::I64GtU => self.compare(CmpOp::GtU, I64),
            O::I64LeS => self.compare(CmpOp::LeS, I64),
            O::I64LeU => self.compare(CmpOp::LeU, I64),
            O::I64GeS => self.compare(CmpOp::GeS, I64),
            O::I64GeU => self.compare(CmpOp::GeU, I64),
            O::F32Eq => self.compare(CmpOp::FEq, F32),
            O::F32Ne => self.compare(CmpOp::FNe, F32),
            O::F32Lt => self.compare(CmpOp::FLt, F32),
            O::F32Gt => self.compare(CmpOp::FGt, F32),
            O::F32Le => self.compare(CmpOp::FLe, F32),
            O::F32Ge => self.compare(CmpOp::FGe, F32),
            O::F64Eq => self.compare(CmpOp::FEq, F64),
            O::F64Ne => self.compare(CmpOp::FNe, F64),
            O::F64Lt => self.compare(CmpOp::FLt, F64),
            O::F64Gt => self.compare(CmpOp::FGt, F64),
            O::F64Le => self.compare(CmpOp::FLe, F64),
            O::F64Ge => self.compare(CmpOp::FGe, F64),

            O::I32Clz => self.unary(UnOp::Clz, I32),
            O::I32Ctz => self.unary(UnOp::Ctz, I32),
            O::I32Popcnt => self.unary(UnOp::Popcnt, I32),
            O::I32Extend8S => self.unary(UnOp::Extend8S, I32),
            O::I32Extend16S => self.unary(UnOp::Extend16S, I32),
            O::I64Clz => self.unary(UnOp::Clz, I64),
            O::I64Ctz => self.unary(UnOp::Ctz, I64),
            O::I64Popcnt => self.unary(UnOp::Popcnt, I64),
            O::I64Extend8S => self.unary(UnOp::Extend8S, I64),
            O::I64Extend16S => self.unary(UnOp::Extend16S, I64),
            O::I64Extend32S => self.unary(UnOp::Extend32S, I64),
            O::F32Abs => self.unary(UnOp::FAbs, F32),
            O::F32Neg => self.unary(UnOp::FNeg, F32),
            O::F64Abs => self.unary(UnOp::FAbs, F64),
            O::F64Neg => self.unary(UnOp::FNeg, F64),
            O::F32Sqrt => self.float_unary(UnOp::FSqrt, F32),
            O::F32Ceil => self.float_unary(UnOp::FCeil, F32),
            O::F32Floor => self.float_unary(UnOp::FFloor, F32),
            O::F32Trunc => self.float_unary(UnOp::FTrunc, F32),
            O::F32Nearest => self.float_unary(UnOp::FNearest, F32),
            O::F64Sqrt => self.float_unary(UnOp::FSqrt, F64),
            O::F64Ceil => self.float_unary(UnOp::FCeil, F64),
            O::F64Floor => self.float_unary(UnOp::FFloor, F64),
            O::F64Trunc => self.float_unary(UnOp::FTrunc, F64),
            O::F64Nearest => self.float_unary(UnOp::FNearest, F64),

            O::I32Add => self.binary(BinOp::Add, I32),
            O::I32Sub => self.binary(BinOp::Sub, I32),
            O::I32Mul => self.binary(BinOp::Mul, I32),
            O::I32DivS => self.binary(BinOp::DivS, I32),
            O::I32DivU => self.binary(BinOp::DivU, I32),
            O::I32RemS => self.binary(BinOp::RemS, I32),
            O::I32RemU => self.binary(BinOp::RemU, I32),
            O::I32And => self.binary(BinOp::And, I32),
            O::I32Or => self.binary(BinOp::Or, I32),
            O::I32Xor => self.binary(BinOp::Xor, I32),
            O::I32Shl => self.binary(BinOp::Shl, I32),
            O::I32ShrS => self.binary(BinOp::ShrS, I32),
            O::I32ShrU => self.binary(BinOp::ShrU, I32),
            O::I32Rotl => self.binary(BinOp::Rotl, I32),
            O::I32Rotr => self.binary(BinOp::Rotr, I32),
            O::I64Add => self.binary(BinOp::Add, I64),
            O::I64Sub => self.binary(BinOp::Sub, I64),
            O::I64Mul => self.binary(BinOp::Mul, I64),
            O::I64DivS => self.binary(BinOp::DivS, I64),
            O::I64DivU => self.binary(BinOp::DivU, I64),
            O::I64RemS => self.binary(BinOp::RemS, I64),
            O::I64RemU => self.binary(BinOp::RemU, I64),
            O::I64And => self.binary(BinOp::And, I64),
            O::I64Or => self.binary(BinOp::Or, I64),
            O::I64Xor => self.binary(BinOp::Xor, I64),
            O::I64Shl => self.binary(BinOp::Shl, I64),
            O::I64ShrS => self.binary(BinOp::ShrS, I64),
            O::I64ShrU => self.binary(BinOp::ShrU, I64),
            O::I64Rotl => self.binary(BinOp::Rotl, I64),
            O::I64Rotr => self.binary(BinOp::Rotr, I64),
            O::F32Add => self.float_binary(BinOp::FAdd, F32),
            O::F32Sub => self.float_binary(BinOp::FSub, F32),
            O::F32Mul => self.float_binary(BinOp::FMul, F32),
            O::F32Div => self.float_binary(BinOp::FDiv, F32),
            O::F32Min => self.float_binary(BinOp::FMin, F32),
            O::F32Max => self.float_binary(BinOp::FMax, F32),
            O::F32Copysign => self.binary(BinOp::FCopysign, F32),
            O::F64Add => self.float_binary(BinOp::FAdd, F64),
            O::F64Sub => self.float_binary(BinOp::FSub, F64),
            O::F64Mul => self.float_binary(BinOp::FMul, F64),
            O::F64Div => self.float_binary(BinOp::FDiv, F64),
            O::F64Min => self.float_binary(BinOp::FMin, F64),
            O::F64Max => self.float_binary(BinOp::FMax, F64),
            O::F64Copysign => self.binary(BinOp::FCopysign, F64),

            O::I32WrapI64 => self.convert(ConvOp::WrapI64),
            O::I64ExtendI32S => self.convert(ConvOp::ExtendI32S),
            O::I64ExtendI32U => self.convert(ConvOp::ExtendI32U),
            O::I32TruncF32S => self.convert(ConvOp::TruncF32I32S),
            O::I32TruncF32U => self.convert(ConvOp::TruncF32I32U),
            O::I32TruncF64S => self.convert(ConvOp::TruncF64I32S),
            O::I32TruncF64U => self.convert(ConvOp::TruncF64I32U),
            O::I64TruncF32S => self.convert(ConvOp::TruncF32I64S),
            O::I64TruncF32U => self.convert(ConvOp::TruncF32I64U),
            O::I64TruncF64S => self.convert(ConvOp::TruncF64I64S),
            O::I64TruncF64U => self.convert(ConvOp::TruncF64I64U),
            O::I32TruncSatF32S => self.convert(ConvOp::TruncSatF32I32S),
            O::I32TruncSatF32U => self.convert(ConvOp::TruncSatF32I32U),
            O::I32TruncSatF64S => self.convert(ConvOp::TruncSatF64I32S),
            O::I32TruncSatF64U => self.convert(ConvOp::TruncSatF64I32U),
            O::I64TruncSatF32S => self.convert(ConvOp::TruncSatF32I64S),
            O::I64TruncSatF32U => self.convert(ConvOp::TruncSatF32I64U),
            O::I64TruncSatF64S => self.convert(ConvOp::TruncSatF64I64S),
            O::I64TruncSatF64U => self.convert(ConvOp::TruncSatF64I64U),
            O::F32ConvertI32S => self.convert(ConvOp::ConvertI32SF32),
            O::F32ConvertI32U => self.convert(ConvOp::ConvertI32UF32),
            O::F32ConvertI64S => self.convert(ConvOp::ConvertI64SF32),
            O::F32ConvertI64U => self.convert(ConvOp::ConvertI64UF32),
            O::F64ConvertI32S => self.convert(ConvOp::ConvertI32SF64),
            O::F64ConvertI32U => self.convert(ConvOp::ConvertI32UF64),
            O::F64ConvertI64S => self.convert(ConvOp::ConvertI64SF64),
            O::F64ConvertI64U => self.convert(ConvOp::ConvertI64UF64),
            O::F32DemoteF64 => {
                self.convert(ConvOp::DemoteF64);
                self.canonicalize(F32);
            }
            O::F64PromoteF32 => {
                self.convert(ConvOp::PromoteF32);
                self.canonicalize(F64);
            }
            O::I32ReinterpretF32 => self.convert(ConvOp::ReinterpretF32I32),
            O::I64ReinterpretF64 => self.convert(ConvOp::ReinterpretF64I64),
            O::F32ReinterpretI32 => self.convert(ConvOp::ReinterpretI32F32),
            O::F64ReinterpretI64 => self.convert(ConvOp::ReinterpretI64F64),

            O::GlobalGet { global_index } => self.global_get(global_index),
            O::GlobalSet { global_index } => {
                let value = self.pop();
                let (addr, disp) = self.global_place(global_index);
                let (op, region) = (self.global_mem_op(global_index), self.global_region(global_index));
                self.build.op(Op::Store { op, proven: true, region, addr, disp, value });
            }
            O::MemorySize { mem } => {
                let bytes = if self.module.memories[mem as usize].shared { self.shared_length(mem) } else { self.memory_length(mem) };
                let shift = self.build.constant(I64, PAGE_SHIFT);
                let pages = self.build.op(Op::Binary(BinOp::ShrU, I64, bytes, shift));
                self.push_op(Op::Convert(ConvOp::WrapI64, pages));
            }
            O::MemoryGrow { mem } => {
                let delta = self.pop_extended();
                let memory = self.index(mem);
                let previous = self.builtin(Builtin::MemoryGrow, &[memory, delta]).expect("it has a result");
                if self.module.memories[mem as usize].shared {
                    self.build.op(Op::Fence);
                }
                self.push_op(Op::Convert(ConvOp::WrapI64, previous));
            }
            O::MemoryCopy { dst_mem, src_mem } => {
                let (len, src, dst) = (self.pop_extended(), self.pop_extended(), self.pop_extended());
                let (to, from) = (self.index(dst_mem), self.index(src_mem));
                self.builtin(Builtin::MemoryCopy, &[to, from, dst, src, len]);
            }
            O::MemoryFill { mem } => {
                let (len, byte, dst) = (self.pop_extended(), self.pop(), self.pop_extended());
                let memory = self.index(mem);
                self.builtin(Builtin::MemoryFill, &[memory, dst, byte, len]);
            }
            O::MemoryInit { data_index, mem } => {
                let (len, src, dst) = (self.pop(), self.pop(), self.pop_extended());
                let (memory, segment) = (self.index(mem), self.index(data_index));
                self.builtin(Builtin::MemoryInit, &[memory, segment, dst, src, len]);
            }
            O::DataDrop { data_index } => {
                let segment = self.index(data_index);
                self.builtin(Builtin::DataDrop, &[segment]);
            }
            O::TableGet { table } => self.table_get(table),
            O::TableSet { table } => self.table_set(table),
            O::TableSize { table } => {
                let length = self.table_length(table);
                self.push_op(Op::Convert(ConvOp::WrapI64, length));
            }
            O::TableGrow { table } => {
                let (delta, init) = (self.pop_extended(), self.pop());
                let table = self.index(table);
                let previous = self.builtin(Builtin::TableGrow, &[table, delta, init]).expect("it has a result");
                self.push_op(Op::Convert(ConvOp::WrapI64, previous));
            }
            O::TableFill { table } => {
                let (len, value, dst) = (self.pop_extended(), self.pop(), self.pop_extended());
                let table = self.index(table);
                self.builtin(Builtin::TableFill, &[table, dst, value, len]);
            }
            O::TableCopy { dst_table, src_table } => {
                let (len, src, dst) = (self.pop_extended(), self.pop_extended(), self.pop_extended());
                let (to, from) = (self.index(dst_table), self.index(src_table));
                self.builtin(Builtin::TableCopy, &[to, from, dst, src, len]);
            }
            O::TableInit { elem_index, table } => {
                let (len, src, dst) = (self.pop(), self.pop(), self.pop_extended());
                let (table, segment) = (self.index(table), self.index(elem_index));
                self.builtin(Builtin::TableInit, &[table, segment, dst, src, len]);
            }
            O::ElemDrop { elem_index } => {
                let segment = self.index(elem_index);
                self.builtin(Builtin::ElemDrop, &[segment]);
            }
            O::RefNull { hty } => {
                let func = matches!(hty, wasmparser::HeapType::FUNC);
                self.constant(if func { I64 } else { Ref }, 0);
            }
            O::RefIsNull => {
                let v = self.pop();
                let is_null = self.is_null(v);
                self.push(is_null);
            }
            O::RefFunc { function_index } => {
                let v = self.func_ref(function_index);
                self.push(v);
            }
            O::Call { function_index } => self.call(function_index),
            O::CallIndirect { type_index, table_index } => self.call_indirect(type_index, table_index),
            ref other => match (vector_op(other), atomic_op(other)) {
                (Some(op), _) => self.vector(op),
                (_, Some(op)) => self.atomic(op),
                _ => unreachable!("translate: {other:?} passed validation"),
            },
        }
    }

    /// Calls a function of the runtime; the context is put before `args`. Traps if it fails. The result if it has one that is not
    /// about failing.
    pub fn builtin(&mut self, builtin: Builtin, args: &[Value]) -> Option<Value> {
        let (params, results) = builtin.signature();
        let refs = args.iter().any(|a| self.build.func.ty(*a) == Ref);
        let sig = match self.state.cache.builtin_sigs[builtin as usize] {
            Some(sig) if !refs => sig,
            _ => {
                let mut params = params.to_vec();
                if refs {
                    // A handle travels where the builtin takes any 64 bits.
                    let types = args.iter().map(|a| self.build.func.ty(*a));
                    params.splice(1.., types);
                }
                let sig = self.build.func.signatures.push(Signature { params, results: results.to_vec() });
                if !refs {
                    self.state.cache.builtin_sigs[builtin as usize] = Some(sig);
                }
                sig
            }
        };
        self.state.scratch.clear();
        self.state.scratch.push(self.build.context());
        self.state.scratch.extend_from_slice(args);
        let call = self.emit_call(CallTarget::Builtin(builtin), sig);
        let result = results.first().map(|ty| self.build.op(Op::Result(*ty, call, 0)))?;
        match builtin.trap() {
            Some(trap) => {
                self.build.op(Op::TrapIf(trap, result));
                None
            }
            None => Some(result),
        }
    }

    pub(super) fn push(&mut self, v: Value) {
        self.state.stack.push(v);
    }
    pub(super) fn push_op(&mut self, op: Op) {
        let v = self.build.op(op);
        self.push(v);
    }
    pub(super) fn constant(&mut self, ty: Type, bits: u64) {
        self.push_op(Op::Const(ty, bits));
    }
    fn unary(&mut self, op: UnOp, ty: Type) {
        let a = self.pop();
        self.push_op(Op::Unary(op, ty, a));
    }
    fn binary(&mut self, op: BinOp, ty: Type) {
        let (b, a) = (self.pop(), self.pop());
        self.push_op(Op::Binary(op, ty, a, b));
    }
    fn compare(&mut self, op: CmpOp, ty: Type) {
        let (b, a) = (self.pop(), self.pop());
        self.push_op(Op::Compare(op, ty, a, b));
    }
    fn eqz(&mut self, ty: Type) {
        let a = self.pop();
        let zero = self.build.constant(ty, 0);
        self.push_op(Op::Compare(CmpOp::Eq, ty, a, zero));
    }
    fn convert(&mut self, op: ConvOp) {
        let a = self.pop();
        self.push_op(Op::Convert(op, a));
    }
    fn float_unary(&mut self, op: UnOp, ty: Type) {
        self.unary(op, ty);
        self.canonicalize(ty);
    }
    fn float_binary(&mut self, op: BinOp, ty: Type) {
        self.binary(op, ty);
        self.canonicalize(ty);
    }
    /// The top of the stack comes from arithmetic: if it is a NaN, which?
    fn canonicalize(&mut self, ty: Type) {
        match self.options.nan {
            Nan::Native => {}
            Nan::Canonical => {
                let v = self.pop();
                let bits = if ty == F32 { 0x7fc0_0000 } else { 0x7ff8_0000_0000_0000 };
                let nan = self.build.constant(ty, bits);
                let is_nan = self.build.op(Op::Compare(CmpOp::FNe, ty, v, v));
                self.push_op(Op::Select(ty, is_nan, nan, v));
            }
        }
    }
    /// Pops an i32 that counts or addresses; as i64.
    pub(super) fn pop_extended(&mut self) -> Value {
        let v = self.pop();
        self.build.op(Op::Convert(ConvOp::ExtendI32U, v))
    }
    /// An index of the module as a builtin's argument.
    pub(super) fn index(&mut self, index: u32) -> Value {
        self.build.constant(I32, u64::from(index))
    }

    // ---- memories

    pub(super) fn load(&mut self, op: MemOp, memarg: &MemArg) {
        let (addr, region) = self.heap_address(op, memarg);
        self.push_op(Op::Load { op, proven: false, region, addr, disp: 0 });
    }
    pub(super) fn store(&mut self, op: MemOp, memarg: &MemArg) {
        let value = self.pop();
        let (addr, region) = self.heap_address(op, memarg);
        self.build.op(Op::Store { op, proven: false, region, addr, disp: 0, value });
    }
    /// Pops the index of an access: its native address and what it touches.
    pub(super) fn heap_address(&mut self, op: MemOp, memarg: &MemArg) -> (Value, Region) {
        let MemArgTarget::Memory(memory) = memarg.target else { unreachable!("validated: no GC arrays") };
        let index = self.pop();
        let base = match self.state.cache.memory_base {
            Some((last, base)) if last == memory => base,
            _ => self.build.prelude(load_constant(self.build.context(), self.layout.memory_base(memory))),
        };
        self.state.cache.memory_base = Some((memory, base));
        let (size, offset) = (op.width() as u8, memarg.offset as u32);
        let addr = self.build.op(Op::HeapAddr { mem: memory as u8, size, base, index, offset });
        (addr, self.memory_region(memory))
    }
    fn memory_region(&self, memory: u32) -> Region {
        // Two imported memories may be the same one.
        let shared = memory < self.module.imported_memories && self.module.imported_memories > 1;
        if shared { Region::ANY_MEMORY } else { Region::memory(memory) }
    }
    /// Current length in bytes.
    fn memory_length(&mut self, memory: u32) -> Value {
        let record = self.build.op(load_constant(self.build.context(), self.layout.memory_record(memory)));
        self.build.op(load_i64(Region::RUNTIME, record, memory_record::LENGTH))
    }

    // ---- globals

    fn global_get(&mut self, global: u32) {
        if let Some((ty, bits)) = self.known_global(global) {
            if ty == Type::V128 {
                let v = self.vector_constant(bits);
                return self.push(v);
            }
            return self.constant(ty, bits as u64);
        }
        let (addr, disp) = self.global_place(global);
        let (op, region) = (self.global_mem_op(global), self.global_region(global));
        self.push_op(Op::Load { op, proven: true, region, addr, disp });
    }
    /// The value of an immutable global that is initialized by a constant.
    fn known_global(&self, global: u32) -> Option<(Type, u128)> {
        let ty = self.module.globals[global as usize];
        let defined = global.checked_sub(self.module.imported_globals)?;
        if ty.mutable {
            return None;
        }
        let bits = match self.module.global_inits[defined as usize][..] {
            [ConstOp::I32(x)] => u128::from(x as u32),
            [ConstOp::I64(x)] => u128::from(x as u64),
            [ConstOp::F32(x)] => u128::from(x),
            [ConstOp::F64(x)] => u128::from(x),
            [ConstOp::V128(x)] => x,
            [ConstOp::RefNull] => 0,
            _ => return None,
        };
        Some((ty.value.ssa(), bits))
    }
    /// Address and displacement of a global.
    fn global_place(&mut self, global: u32) -> (Value, i32) {
        let context = self.build.context();
        match self.layout.global(global) {
            GlobalPlace::At(offset) => (context, offset as i32),
            GlobalPlace::AddressAt(offset) => (self.build.op(load_constant(context, offset)), 0),
        }
    }
    fn global_mem_op(&self, global: u32) -> MemOp {
        mem_op(self.module.globals[global as usize].value.ssa())
    }
    fn global_region(&self, global: u32) -> Region {
        match self.module.globals[global as usize].mutable {
            false => Region::CONSTANT,
            // Two imported globals may be the same one.
            true if global < self.module.imported_globals => Region::ANY_GLOBAL,
            true => Region::global(global),
        }
    }

    // ---- tables and references

    fn table_get(&mut self, table: u32) {
        let index = self.pop();
        let entry = self.table_entry(table, index, Trap::TableOutOfBounds);
        let (op, disp) = match self.module.tables[table as usize].element {
            ValType::ExternRef => (MemOp::Ref, 0),
            _ => (MemOp::I64, func_entry::RECORD as i32),
        };
        self.push_op(Op::Load { op, proven: true, region: self.table_region(table), addr: entry, disp });
    }
    fn table_set(&mut self, table: u32) {
        let (value, index) = (self.pop(), self.pop());
        let addr = self.table_entry(table, index, Trap::TableOutOfBounds);
        let region = self.table_region(table);
        let store = |op, offset: u32, value| Op::Store { op, proven: true, region, addr, disp: offset as i32, value };
        if self.module.tables[table as usize].element == ValType::ExternRef {
            self.build.op(store(MemOp::Ref, 0, value));
            return;
        }
        // The entry is a copy of the function's record, of zeros for null.
        let null_record = self.context_address(vmctx::NULL_RECORD);
        let is_null = self.is_null(value);
        let record = self.build.op(Op::Select(I64, is_null, null_record, value));
        let code = self.build.op(load_constant(record, func_record::CODE));
        let context = self.build.op(load_constant(record, func_record::CONTEXT));
        let signature = load_i32(Region::CONSTANT, record, func_record::SIGNATURE);
        let signature = self.build.op(signature);
        self.build.op(store(MemOp::I64, func_entry::CODE, code));
        self.build.op(store(MemOp::I64, func_entry::CONTEXT, context));
        self.build.op(store(MemOp::I32, func_entry::SIGNATURE, signature));
        self.build.op(store(MemOp::I64, func_entry::RECORD, value));
    }
    /// Address of an entry; traps if the i32 `index` is beyond the table's length.
    fn table_entry(&mut self, table: u32, index: Value, beyond: Trap) -> Value {
        let index = self.build.op(Op::Convert(ConvOp::ExtendI32U, index));
        let record = self.table_record(table);
        let length = self.build.op(load_i64(Region::RUNTIME, record, table_record::LENGTH));
        let out = self.build.op(Op::Compare(CmpOp::GeU, I64, index, length));
        self.build.op(Op::TrapIf(beyond, out));
        let entries = self.build.op(load_i64(Region::RUNTIME, record, table_record::ENTRIES));
        let size = match self.module.tables[table as usize].element {
            ValType::ExternRef => vmctx::EXTERN_ENTRY_SIZE,
            _ => func_entry::SIZE,
        };
        let shift = self.build.constant(I64, u64::from(size.trailing_zeros()));
        let offset = self.build.op(Op::Binary(BinOp::Shl, I64, index, shift));
        self.build.op(Op::Binary(BinOp::Add, I64, entries, offset))
    }
    fn table_record(&mut self, table: u32) -> Value {
        self.build.op(load_constant(self.build.context(), self.layout.table_record(table)))
    }
    fn table_length(&mut self, table: u32) -> Value {
        let record = self.table_record(table);
        self.build.op(load_i64(Region::RUNTIME, record, table_record::LENGTH))
    }
    fn table_region(&self, table: u32) -> Region {
        // Two imported tables may be the same one.
        let shared = table < self.module.imported_tables && self.module.imported_tables > 1;
        if shared { Region::ANY_TABLE } else { Region::table(table) }
    }
    fn is_null(&mut self, v: Value) -> Value {
        let ty = self.build.func.ty(v);
        let null = self.build.constant(ty, 0);
        self.build.op(Op::Compare(CmpOp::Eq, ty, v, null))
    }
    fn func_ref(&mut self, function: u32) -> Value {
        match self.module.defined_function(function) {
            Some(defined) => self.context_address(self.layout.func_record(defined)),
            None => {
                let offset = self.layout.imported_function(function) + import::RECORD;
                self.build.op(load_constant(self.build.context(), offset))
            }
        }
    }
    /// Address of a field of the context.
    fn context_address(&mut self, offset: u32) -> Value {
        let offset = self.build.constant(I64, u64::from(offset));
        self.build.op(Op::Binary(BinOp::Add, I64, self.build.context(), offset))
    }

    // ---- calls

    fn call(&mut self, function: u32) {
        let ty = self.module.functions[function as usize];
        let context = self.build.context();
        match self.module.defined_function(function) {
            Some(defined) => self.call_wasm(CallTarget::Direct(defined), context, ty),
            None => {
                let record = self.layout.imported_function(function);
                let code = self.build.op(load_constant(context, record + import::CODE));
                let callee = self.build.op(load_constant(context, record + import::CONTEXT));
                self.call_wasm(CallTarget::Pointer { code, caller: context }, callee, ty);
            }
        }
    }
    fn call_indirect(&mut self, ty: u32, table: u32) {
        let index = self.pop();
        let context = self.build.context();
        let entry = self.table_entry(table, index, Trap::UndefinedElement);
        let region = self.table_region(table);
        let actual = self.build.op(load_i32(region, entry, func_entry::SIGNATURE));
        let wanted = self.build.op(load_i32(Region::CONSTANT, context, self.layout.signature(ty)));
        let differs = self.build.op(Op::Compare(CmpOp::Ne, I32, actual, wanted));
        let (wrong, right) = (self.build.func.make_block(), self.build.func.make_block());
        self.build.branch(differs, wrong, right);
        self.build.start(wrong);
        // No function's signature is 0: that is a null entry.
        let zero = self.build.constant(I32, 0);
        let is_null = self.build.op(Op::Compare(CmpOp::Eq, I32, actual, zero));
        self.build.op(Op::TrapIf(Trap::UninitializedElement, is_null));
        self.build.terminate_in(Trap::IndirectCallTypeMismatch);
        self.build.start(right);
        let code = self.build.op(load_i64(region, entry, func_entry::CODE));
        let callee = self.build.op(load_i64(region, entry, func_entry::CONTEXT));
        self.call_wasm(CallTarget::Pointer { code, caller: context }, callee, ty);
    }
    /// Calls a function of module type `ty` in the context `callee`, with operands from the stack.
    fn call_wasm(&mut self, target: CallTarget, callee: Value, ty: u32) {
        let module = self.module;
        let data = &module.types[ty as usize];
        let sig = self.sig(ty);
        let from = self.state.stack.len() - data.params.len();
        self.state.scratch.clear();
        self.state.scratch.push(callee);
        self.state.scratch.extend(self.state.stack.drain(from..));
        let call = self.emit_call(target, sig);
        for (n, ty) in (0..).zip(&data.results) {
            self.push_op(Op::Result(ty.ssa(), call, n));
        }
    }
    /// A call with the arguments in `scratch`.
    fn emit_call(&mut self, target: CallTarget, sig: Sig) -> Value {
        let args = self.build.func.make_list(&self.state.scratch);
        let site = self.build.func.calls.push(CallData { target, sig, args });
        self.build.op(Op::Call(site))
    }
}

/// How a whole value of a type is kept in memory.
fn mem_op(ty: Type) -> MemOp {
    match ty {
        Type::I32 => MemOp::I32,
        Type::I64 => MemOp::I64,
        Type::F32 => MemOp::F32,
        Type::F64 => MemOp::F64,
        Type::V128 => MemOp::V128,
        Type::Ref => MemOp::Ref,
        Type::V256 => unreachable!("no wasm value is that wide"),
    }
}

fn load_i32(region: Region, base: Value, offset: u32) -> Op {
    Op::Load { op: MemOp::I32, proven: true, region, addr: base, disp: offset as i32 }
}

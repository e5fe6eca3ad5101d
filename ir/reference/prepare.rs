//! A body's bytes -> a list of instructions, one for each operator, so that execution neither decodes twice nor searches for the
//! end of a block. Operators that differ only in what they compute become one instruction that carries `ir/value`'s name for it.
//! Everything else keeps the structure of the specification: blocks are entered and left at run time with labels.
//!
//! Precondition: the body is valid (wasmparser's validator accepted it); a body that does not decode is a panic.
use super::env::Env;
use crate::translate::atomics::{AtomicOp, atomic_op};
use crate::translate::module::ModuleInfo;
use crate::translate::vectors::{VectorOp, vector_op};
use crate::value::{BinOp, Bits, CmpOp, ConvOp, MemOp, Relaxed, Type, UnOp};
use std::sync::OnceLock;
use wasmparser::{BinaryReader, BinaryReaderError, BlockType, FunctionBody, MemArg, MemArgTarget, Operator as W};

/// The prepared bodies of one module's defined functions; each is made when first called.
#[derive(Debug, Default)]
pub struct Prepared {
    functions: Box<[OnceLock<Function>]>,
}

impl Prepared {
    /// For a module that defines `functions` functions.
    pub fn new(functions: usize) -> Prepared {
        Prepared { functions: (0..functions).map(|_| OnceLock::new()).collect() }
    }
    /// A defined function, by its index among them; `env` must be an instance of the module this was made for.
    pub(super) fn function<E: Env>(&self, env: &E, defined: u32) -> &Function {
        self.functions[defined as usize].get_or_init(|| {
            let info = env.info();
            prepare(info, env.body(defined), defined, env.options().relaxed)
                .unwrap_or_else(|error| panic!("ir/reference: function {} was not validated: {error}", info.imported_functions + defined))
        })
    }
}

#[derive(Debug)]
pub(super) struct Function {
    /// Index in the module's function index space.
    pub index: u32,
    pub params: usize,
    pub results: usize,
    /// Without the parameters. All start as zero or null, which is 0.
    pub locals: usize,
    /// Runs from 0; its last is the `End` of the function.
    pub code: Vec<Instr>,
    /// Byte offset in the module of each instruction.
    pub offsets: Vec<u32>,
}

/// Positions are indices into `Function::code`; `Bits` stand for any scalar or reference.
#[derive(Debug)]
pub(super) enum Instr {
    Unreachable,
    Nop,
    /// `end` is the position after its `End`.
    Block {
        params: usize,
        results: usize,
        end: usize,
    },
    Loop {
        params: usize,
    },
    /// `otherwise` is the position after its `Else`, or of its `End` if it has none.
    If {
        params: usize,
        results: usize,
        otherwise: usize,
        end: usize,
    },
    /// Reached from above, that is at the end of the first arm: goes to the `End` at this position.
    Else {
        end: usize,
    },
    End,
    Br(u32),
    BrIf(u32),
    /// The last one is the default.
    BrTable(Box<[u32]>),
    Return,
    /// A function defined in this module, by its index among those.
    Call(u32),
    CallImport {
        function: u32,
        params: usize,
    },
    CallIndirect {
        table: u32,
        ty: u32,
        params: usize,
    },
    Drop,
    Select,
    LocalGet(usize),
    LocalSet(usize),
    LocalTee(usize),
    GlobalGet(u32),
    GlobalSet(u32),
    Load {
        op: MemOp,
        memory: u32,
        offset: u64,
    },
    Store {
        op: MemOp,
        memory: u32,
        offset: u64,
    },
    MemorySize(u32),
    MemoryGrow(u32),
    MemoryInit {
        memory: u32,
        segment: u32,
    },
    MemoryCopy {
        to: u32,
        from: u32,
    },
    MemoryFill(u32),
    DataDrop(u32),
    Const(Bits),
    /// As `Options::relaxed` has it.
    Vector(VectorOp),
    Atomic(AtomicOp),
    /// Of either integer type, and `ref.is_null`: all are 64 bits here.
    IsZero,
    Compare(CmpOp, Type),
    Unary(UnOp, Type),
    Binary(BinOp, Type),
    Convert(ConvOp),
    RefFunc(u32),
    TableGet(u32),
    TableSet(u32),
    TableSize(u32),
    TableGrow(u32),
    TableInit {
        table: u32,
        segment: u32,
    },
    TableCopy {
        to: u32,
        from: u32,
    },
    TableFill(u32),
    ElementDrop(u32),
    /// An operator of a later version, by name: stops execution where it is reached.
    Unsupported(Box<str>),
}

fn prepare(info: &ModuleInfo, body: &[u8], defined: u32, relaxed: Relaxed) -> Result<Function, BinaryReaderError> {
    let index = info.imported_functions + defined;
    let ty = info.func_type(index);
    let reader = BinaryReader::new(body, info.bodies[defined as usize].start as u64);
    let body = FunctionBody::new(reader);
    let mut locals = 0;
    for group in body.get_locals_reader()? {
        locals += group?.0 as usize;
    }
    let mut code = Vec::new();
    let mut offsets = Vec::new();
    // Positions of the blocks that are open, and of the `Else` of each if it has one.
    let mut open: Vec<(usize, Option<usize>)> = Vec::new();
    for operator in body.get_operators_reader()?.into_iter_with_offsets() {
        let (operator, offset) = operator?;
        let here = code.len();
        match operator {
            W::Block { .. } | W::Loop { .. } | W::If { .. } => open.push((here, None)),
            W::Else => {
                if let Some(block) = open.last_mut() {
                    block.1 = Some(here);
                }
            }
            W::End => {
                if let Some((start, middle)) = open.pop() {
                    close(&mut code, start, middle, here);
                }
            }
            _ => {}
        }
        code.push(match (vector_op(&operator), atomic_op(&operator)) {
            (Some(op), _) => Instr::Vector(op.relaxed(relaxed)),
            (_, Some(op)) => Instr::Atomic(op),
            _ => instr(info, operator)?,
        });
        offsets.push(offset as u32);
    }
    Ok(Function { index, params: ty.params.len(), results: ty.results.len(), locals, code, offsets })
}

/// The block at `start`, with its `Else` at `middle`, ends at `at`: fills in what it left open.
fn close(code: &mut [Instr], start: usize, middle: Option<usize>, at: usize) {
    match &mut code[start] {
        Instr::Block { end, .. } => *end = at + 1,
        Instr::If { otherwise, end, .. } => {
            *otherwise = middle.map_or(at, |middle| middle + 1);
            *end = at + 1;
        }
        _ => {}
    }
    if let Some(middle) = middle {
        code[middle] = Instr::Else { end: at };
    }
}

/// The instruction of one operator that is not a vector operator. Ends of blocks are left 0 for `close`.
fn instr(info: &ModuleInfo, operator: W<'_>) -> Result<Instr, BinaryReaderError> {
    use Instr::*;
    let params_of = |ty: u32| info.types[ty as usize].params.len();
    let block = |ty: BlockType| match ty {
        BlockType::Empty => (0, 0),
        BlockType::Type(_) => (0, 1),
        BlockType::FuncType(ty) => (params_of(ty), info.types[ty as usize].results.len()),
    };
    let access = |op: MemOp, at: MemArg, make: fn(MemOp, u32, u64) -> Instr| match at.target {
        MemArgTarget::Memory(memory) => make(op, memory, at.offset),
        MemArgTarget::Array(_) => Unsupported("access to an array".into()),
    };
    let load = |op, at| access(op, at, |op, memory, offset| Load { op, memory, offset });
    let store = |op, at| access(op, at, |op, memory, offset| Store { op, memory, offset });
    Ok(match operator {
        // control
        W::Unreachable => Unreachable,
        W::Nop => Nop,
        W::Block { blockty } => {
            let (params, results) = block(blockty);
            Block { params, results, end: 0 }
        }
        W::Loop { blockty } => Loop { params: block(blockty).0 },
        W::If { blockty } => {
            let (params, results) = block(blockty);
            If { params, results, otherwise: 0, end: 0 }
        }
        W::Else => Else { end: 0 },
        W::End => End,
        W::Br { relative_depth } => Br(relative_depth),
        W::BrIf { relative_depth } => BrIf(relative_depth),
        W::BrTable { targets } => {
            let mut depths = targets.targets().collect::<Result<Vec<u32>, _>>()?;
            depths.push(targets.default());
            BrTable(depths.into())
        }
        W::Return => Return,
        W::Call { function_index } => {
            let params = info.func_type(function_index).params.len();
            let import = CallImport { function: function_index, params };
            info.defined_function(function_index).map_or(import, Call)
        }
        W::CallIndirect { type_index, table_index } => CallIndirect { table: table_index, ty: type_index, params: params_of(type_index) },
        // operands and variables
        W::Drop => Drop,
        W::Select | W::TypedSelect { .. } => Select,
        W::LocalGet { local_index } => LocalGet(local_index as usize),
        W::LocalSet { local_index } => LocalSet(local_index as usize),
        W::LocalTee { local_index } => LocalTee(local_index as usize),
        W::GlobalGet { global_index } => GlobalGet(global_index),
        W::GlobalSet { global_index } => GlobalSet(global_index),
        W::I32Const { value } => Const(u64::from(value as u32)),
        W::I64Const { value } => Const(value as u64),
        W::F32Const { value } => Const(u64::from(value.bits())),
        W::F64Const { value } => Const(value.bits()),
        // references and tables
        W::RefNull { .. } => Const(0),
        W::RefIsNull => IsZero,
        W::RefFunc { function_index } => RefFunc(function_index),
        W::TableGet { table } => TableGet(table),
        W::TableSet { table } => TableSet(table),
        W::TableSize { table } => TableSize(table),
        W::TableGrow { table } => TableGrow(table),
        W::TableInit { elem_index, table } => TableInit { table, segment: elem_index },
        W::TableCopy { dst_table, src_table } => TableCopy { to: dst_table, from: src_table },
        W::TableFill { table } => TableFill(table),
        W::ElemDrop { elem_index } => ElementDrop(elem_index),
        // memories
        W::I32Load { memarg } => load(MemOp::I32, memarg),
        W::I64Load { memarg } => load(MemOp::I64, memarg),
        W::F32Load { memarg } => load(MemOp::F32, memarg),
        W::F64Load { memarg } => load(MemOp::F64, memarg),
        W::I32Load8S { memarg } => load(MemOp::I32x8S, memarg),
        W::I32Load8U { memarg } => load(MemOp::I32x8U, memarg),
        W::I32Load16S { memarg } => load(MemOp::I32x16S, memarg),
        W::I32Load16U { memarg } => load(MemOp::I32x16U, memarg),
        W::I64Load8S { memarg } => load(MemOp::I64x8S, memarg),
        W::I64Load8U { memarg } => load(MemOp::I64x8U, memarg),
        W::I64Load16S { memarg } => load(MemOp::I64x16S, memarg),
        W::I64Load16U { memarg } => load(MemOp::I64x16U, memarg),
        W::I64Load32S { memarg } => load(MemOp::I64x32S, memarg),
        W::I64Load32U { memarg } => load(MemOp::I64x32U, memarg),
        W::I32Store { memarg } => store(MemOp::I32, memarg),
        W::I64Store { memarg } => store(MemOp::I64, memarg),
        W::F32Store { memarg } => store(MemOp::F32, memarg),
        W::F64Store { memarg } => store(MemOp::F64, memarg),
        W::I32Store8 { memarg } => store(MemOp::I32x8U, memarg),
        W::I32Store16 { memarg } => store(MemOp::I32x16U, memarg),
        W::I64Store8 { memarg } => store(MemOp::I64x8U, memarg),
        W::I64Store16 { memarg } => store(MemOp::I64x16U, memarg),
        W::I64Store32 { memarg } => store(MemOp::I64x32U, memarg),
        W::MemorySize { mem } => MemorySize(mem),
        W::MemoryGrow { mem } => MemoryGrow(mem),
        W::MemoryInit { data_index, mem } => MemoryInit { memory: mem, segment: data_index },
        W::MemoryCopy { dst_mem, src_mem } => MemoryCopy { to: dst_mem, from: src_mem },
        W::MemoryFill { mem } => MemoryFill(mem),
        W::DataDrop { data_index } => DataDrop(data_index),
        W::I32Eqz | W::I64Eqz => IsZero,
        // i32: comparisons, counting and arithmetic
        W::I32Eq => Compare(CmpOp::Eq, Type::I32),
        W::I32Ne => Compare(CmpOp::Ne, Type::I32),
        W::I32LtS => Compare(CmpOp::LtS, Type::I32),
        W::I32LtU => Compare(CmpOp::LtU, Type::I32),
        W::I32GtS => Compare(CmpOp::GtS, Type::I32),
        W::I32GtU => Compare(CmpOp::GtU, Type::I32),
        W::I32LeS => Compare(CmpOp::LeS, Type::I32),
        W::I32LeU => Compare(CmpOp::LeU, Type::I32),
        W::I32GeS => Compare(CmpOp::GeS, Type::I32),
        W::I32GeU => Compare(CmpOp::GeU, Type::I32),
        W::I32Clz => Unary(UnOp::Clz, Type::I32),
        W::I32Ctz => Unary(UnOp::Ctz, Type::I32),
        W::I32Popcnt => Unary(UnOp::Popcnt, Type::I32),
        W::I32Extend8S => Unary(UnOp::Extend8S, Type::I32),
        W::I32Extend16S => Unary(UnOp::Extend16S, Type::I32),
        W::I32Add => Binary(BinOp::Add, Type::I32),
        W::I32Sub => Binary(BinOp::Sub, Type::I32),
        W::I32Mul => Binary(BinOp::Mul, Type::I32),
        W::I32DivS => Binary(BinOp::DivS, Type::I32),
        W::I32DivU => Binary(BinOp::DivU, Type::I32),
        W::I32RemS => Binary(BinOp::RemS, Type::I32),
        W::I32RemU => Binary(BinOp::RemU, Type::I32),
        W::I32And => Binary(BinOp::And, Type::I32),
        W::I32Or => Binary(BinOp::Or, Type::I32),
        W::I32Xor => Binary(BinOp::Xor, Type::I32),
        W::I32Shl => Binary(BinOp::Shl, Type::I32),
        W::I32ShrS => Binary(BinOp::ShrS, Type::I32),
        W::I32ShrU => Binary(BinOp::ShrU, Type::I32),
        W::I32Rotl => Binary(BinOp::Rotl, Type::I32),
        W::I32Rotr => Binary(BinOp::Rotr, Type::I32),
        // i64: comparisons, counting and arithmetic
        W::I64Eq => Compare(CmpOp::Eq, Type::I64),
        W::I64Ne => Compare(CmpOp::Ne, Type::I64),
        W::I64LtS => Compare(CmpOp::LtS, Type::I64),
        W::I64LtU => Compare(CmpOp::LtU, Type::I64),
        W::I64GtS => Compare(CmpOp::GtS, Type::I64),
        W::I64GtU => Compare(CmpOp::GtU, Type::I64),
        W::I64LeS => Compare(CmpOp::LeS, Type::I64),
        W::I64LeU => Compare(CmpOp::LeU, Type::I64),
        W::I64GeS => Compare(CmpOp::GeS, Type::I64),
        W::I64GeU => Compare(CmpOp::GeU, Type::I64),
        W::I64Clz => Unary(UnOp::Clz, Type::I64),
        W::I64Ctz => Unary(UnOp::Ctz, Type::I64),
        W::I64Popcnt => Unary(UnOp::Popcnt, Type::I64),
        W::I64Extend8S => Unary(UnOp::Extend8S, Type::I64),
        W::I64Extend16S => Unary(UnOp::Extend16S, Type::I64),
        W::I64Extend32S => Unary(UnOp::Extend32S, Type::I64),
        W::I64Add => Binary(BinOp::Add, Type::I64),
        W::I64Sub => Binary(BinOp::Sub, Type::I64),
        W::I64Mul => Binary(BinOp::Mul, Type::I64),
        W::I64DivS => Binary(BinOp::DivS, Type::I64),
        W::I64DivU => Binary(BinOp::DivU, Type::I64),
        W::I64RemS => Binary(BinOp::RemS, Type::I64),
        W::I64RemU => Binary(BinOp::RemU, Type::I64),
        W::I64And => Binary(BinOp::And, Type::I64),
        W::I64Or => Binary(BinOp::Or, Type::I64),
        W::I64Xor => Binary(BinOp::Xor, Type::I64),
        W::I64Shl => Binary(BinOp::Shl, Type::I64),
        W::I64ShrS => Binary(BinOp::ShrS, Type::I64),
        W::I64ShrU => Binary(BinOp::ShrU, Type::I64),
        W::I64Rotl => Binary(BinOp::Rotl, Type::I64),
        W::I64Rotr => Binary(BinOp::Rotr, Type::I64),
        // f32: comparisons and arithmetic
        W::F32Eq => Compare(CmpOp::FEq, Type::F32),
        W::F32Ne => Compare(CmpOp::FNe, Type::F32),
        W::F32Lt => Compare(CmpOp::FLt, Type::F32),
        W::F32Gt => Compare(CmpOp::FGt, Type::F32),
        W::F32Le => Compare(CmpOp::FLe, Type::F32),
        W::F32Ge => Compare(CmpOp::FGe, Type::F32),
        W::F32Abs => Unary(UnOp::FAbs, Type::F32),
        W::F32Neg => Unary(UnOp::FNeg, Type::F32),
        W::F32Ceil => Unary(UnOp::FCeil, Type::F32),
        W::F32Floor => Unary(UnOp::FFloor, Type::F32),
        W::F32Trunc => Unary(UnOp::FTrunc, Type::F32),
        W::F32Nearest => Unary(UnOp::FNearest, Type::F32),
        W::F32Sqrt => Unary(UnOp::FSqrt, Type::F32),
        W::F32Add => Binary(BinOp::FAdd, Type::F32),
        W::F32Sub => Binary(BinOp::FSub, Type::F32),
        W::F32Mul => Binary(BinOp::FMul, Type::F32),
        W::F32Div => Binary(BinOp::FDiv, Type::F32),
        W::F32Min => Binary(BinOp::FMin, Type::F32),
        W::F32Max => Binary(BinOp::FMax, Type::F32),
        W::F32Copysign => Binary(BinOp::FCopysign, Type::F32),
        // f64: comparisons and arithmetic
        W::F64Eq => Compare(CmpOp::FEq, Type::F64),
        W::F64Ne => Compare(CmpOp::FNe, Type::F64),
        W::F64Lt => Compare(CmpOp::FLt, Type::F64),
        W::F64Gt => Compare(CmpOp::FGt, Type::F64),
        W::F64Le => Compare(CmpOp::FLe, Type::F64),
        W::F64Ge => Compare(CmpOp::FGe, Type::F64),
        W::F64Abs => Unary(UnOp::FAbs, Type::F64),
        W::F64Neg => Unary(UnOp::FNeg, Type::F64),
        W::F64Ceil => Unary(UnOp::FCeil, Type::F64),
        W::F64Floor => Unary(UnOp::FFloor, Type::F64),
        W::F64Trunc => Unary(UnOp::FTrunc, Type::F64),
        W::F64Nearest => Unary(UnOp::FNearest, Type::F64),
        W::F64Sqrt => Unary(UnOp::FSqrt, Type::F64),
        W::F64Add => Binary(BinOp::FAdd, Type::F64),
        W::F64Sub => Binary(BinOp::FSub, Type::F64),
        W::F64Mul => Binary(BinOp::FMul, Type::F64),
        W::F64Div => Binary(BinOp::FDiv, Type::F64),
        W::F64Min => Binary(BinOp::FMin, Type::F64),
        W::F64Max => Binary(BinOp::FMax, Type::F64),
        W::F64Copysign => Binary(BinOp::FCopysign, Type::F64),
        // conversions
        W::I32WrapI64 => Convert(ConvOp::WrapI64),
        W::I64ExtendI32S => Convert(ConvOp::ExtendI32S),
        W::I64ExtendI32U => Convert(ConvOp::ExtendI32U),
        W::I32TruncF32S => Convert(ConvOp::TruncF32I32S),
        W::I32TruncF32U => Convert(ConvOp::TruncF32I32U),
        W::I32TruncF64S => Convert(ConvOp::TruncF64I32S),
        W::I32TruncF64U => Convert(ConvOp::TruncF64I32U),
        W::I64TruncF32S => Convert(ConvOp::TruncF32I64S),
        W::I64TruncF32U => Convert(ConvOp::TruncF32I64U),
        W::I64TruncF64S => Convert(ConvOp::TruncF64I64S),
        W::I64TruncF64U => Convert(ConvOp::TruncF64I64U),
        W::I32TruncSatF32S => Convert(ConvOp::TruncSatF32I32S),
        W::I32TruncSatF32U => Convert(ConvOp::TruncSatF32I32U),
        W::I32TruncSatF64S => Convert(ConvOp::TruncSatF64I32S),
        W::I32TruncSatF64U => Convert(ConvOp::TruncSatF64I32U),
        W::I64TruncSatF32S => Convert(ConvOp::TruncSatF32I64S),
        W::I64TruncSatF32U => Convert(ConvOp::TruncSatF32I64U),
        W::I64TruncSatF64S => Convert(ConvOp::TruncSatF64I64S),
        W::I64TruncSatF64U => Convert(ConvOp::TruncSatF64I64U),
        W::F32ConvertI32S => Convert(ConvOp::ConvertI32SF32),
        W::F32ConvertI32U => Convert(ConvOp::ConvertI32UF32),
        W::F32ConvertI64S => Convert(ConvOp::ConvertI64SF32),
        W::F32ConvertI64U => Convert(ConvOp::ConvertI64UF32),
        W::F64ConvertI32S => Convert(ConvOp::ConvertI32SF64),
        W::F64ConvertI32U => Convert(ConvOp::ConvertI32UF64),
        W::F64ConvertI64S => Convert(ConvOp::ConvertI64SF64),
        W::F64ConvertI64U => Convert(ConvOp::ConvertI64UF64),
        W::F32DemoteF64 => Convert(ConvOp::DemoteF64),
        W::F64PromoteF32 => Convert(ConvOp::PromoteF32),
        W::I32ReinterpretF32 => Convert(ConvOp::ReinterpretF32I32),
        W::I64ReinterpretF64 => Convert(ConvOp::ReinterpretF64I64),
        W::F32ReinterpretI32 => Convert(ConvOp::ReinterpretI32F32),
        W::F64ReinterpretI64 => Convert(ConvOp::ReinterpretI64F64),
        other => {
            let text = format!("{other:?}");
            Unsupported(text.split_whitespace().next().unwrap_or_default().into())
        }
    })
}

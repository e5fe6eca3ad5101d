//! What a module declares, in the form that translation, instantiation and tools share.
//! Index spaces hold imports first, as the specification says.
use crate::value::Type;
use std::fmt;
use std::ops::Range;

/// The type of a value as wasm sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValType {
    I32,
    I64,
    F32,
    F64,
    V128,
    FuncRef,
    ExternRef,
}

impl ValType {
    /// Its type in SSA form and machine code: a funcref is the address of its record.
    pub const fn ssa(self) -> Type {
        match self {
            ValType::I32 => Type::I32,
            ValType::I64 | ValType::FuncRef => Type::I64,
            ValType::F32 => Type::F32,
            ValType::F64 => Type::F64,
            ValType::V128 => Type::V128,
            ValType::ExternRef => Type::Ref,
        }
    }
    pub const fn is_ref(self) -> bool {
        matches!(self, ValType::FuncRef | ValType::ExternRef)
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ValType::I32 => "i32",
            ValType::I64 => "i64",
            ValType::F32 => "f32",
            ValType::F64 => "f64",
            ValType::V128 => "v128",
            ValType::FuncRef => "funcref",
            ValType::ExternRef => "externref",
        })
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct FuncType {
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |types: &[ValType]| types.iter().map(|t| t.to_string()).collect::<Vec<_>>().join(" ");
        write!(f, "({}) -> ({})", list(&self.params), list(&self.results))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TableType {
    pub element: ValType,
    pub min: u64,
    pub max: Option<u64>,
}

/// Limits in pages of 64 KiB.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryType {
    pub min: u64,
    pub max: Option<u64>,
    /// Used by several threads at once; it has a maximum.
    pub shared: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GlobalType {
    pub value: ValType,
    pub mutable: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExternType {
    /// Index of the type.
    Func(u32),
    Table(TableType),
    Memory(MemoryType),
    Global(GlobalType),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    pub module: String,
    pub name: String,
    pub ty: ExternType,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExternKind {
    Func,
    Table,
    Memory,
    Global,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Export {
    pub name: String,
    pub kind: ExternKind,
    pub index: u32,
}

/// One operator of a constant expression, in stack order. Floats as bit patterns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConstOp {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128(u128),
    GlobalGet(u32),
    RefNull,
    RefFunc(u32),
    I32Add,
    I32Sub,
    I32Mul,
    I64Add,
    I64Sub,
    I64Mul,
}

pub type ConstExpr = Vec<ConstOp>;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SegmentMode {
    Passive,
    /// Table or memory, and where in it.
    Active {
        target: u32,
        offset: ConstExpr,
    },
    /// Element segments only: dropped at once.
    Declared,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ElementItems {
    Functions(Vec<u32>),
    Expressions(Vec<ConstExpr>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Element {
    pub ty: ValType,
    pub mode: SegmentMode,
    pub items: ElementItems,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Data {
    pub mode: SegmentMode,
    /// Where its bytes are in the module.
    pub bytes: Range<usize>,
}

/// A decoded and validated module but for its function bodies.
#[derive(Clone, Debug, Default)]
pub struct ModuleInfo {
    pub name: Option<String>,
    pub types: Vec<FuncType>,
    pub imports: Vec<Import>,
    /// Type index of every function; the imported ones first.
    pub functions: Vec<u32>,
    pub tables: Vec<TableType>,
    /// Initial element of each defined table.
    pub table_inits: Vec<Option<ConstExpr>>,
    pub memories: Vec<MemoryType>,
    pub globals: Vec<GlobalType>,
    /// Initial value of each defined global.
    pub global_inits: Vec<ConstExpr>,
    pub exports: Vec<Export>,
    pub start: Option<u32>,
    pub elements: Vec<Element>,
    pub data: Vec<Data>,
    /// Where each defined function's body is in the module (locals and code, without the size field).
    pub bodies: Vec<Range<usize>>,
    pub imported_functions: u32,
    pub imported_tables: u32,
    pub imported_memories: u32,
    pub imported_globals: u32,
    /// For each function, whether it may become a funcref: exported, in an element segment or global, or named by `ref.func`.
    pub escapes: Vec<bool>,
    /// Function names of the name section, by function index; sorted.
    pub function_names: Vec<(u32, String)>,
}

impl ModuleInfo {
    pub fn func_type(&self, function: u32) -> &FuncType {
        &self.types[self.functions[function as usize] as usize]
    }
    /// Index among the defined functions, or None for an import.
    pub fn defined_function(&self, function: u32) -> Option<u32> {
        function.checked_sub(self.imported_functions)
    }
    /// The name that the name section gives, or else an export does.
    pub fn function_name(&self, function: u32) -> Option<&str> {
        if let Ok(at) = self.function_names.binary_search_by_key(&function, |n| n.0) {
            return Some(&self.function_names[at].1);
        }
        let export = self.exports.iter().find(|e| e.kind == ExternKind::Func && e.index == function);
        export.map(|e| e.name.as_str())
    }
}

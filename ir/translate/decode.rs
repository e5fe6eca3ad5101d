//! Bytes to `ModuleInfo`: every section is decoded and validated but the function bodies, which `Translator` validates
//! as it translates them, so that workers do it in parallel.
//!
//! `wasmparser` validates section by section (`Validator::payload`) and this file copies out what the rest of the house
//! needs. Nothing here is sized by a count that the module merely claims: vectors grow as items are really read.
//! Source: WebAssembly core specification 2.0, chapter 5, and the extended-const and threads proposals.
use super::error::{Error, ErrorKind, Result, UNSUPPORTED, not_wasm};
use super::module::{
    ConstExpr, ConstOp, Data, Element, ElementItems, Export, ExternKind, ExternType, FuncType, GlobalType, Import, MemoryType, ModuleInfo,
    SegmentMode, TableType, ValType,
};
use std::ops::Range;
use wasmparser::{
    DataKind, ElementKind, ExternalKind, FuncToValidate, Name, NameSectionReader, Operator, Parser, Payload, ValidPayload, Validator,
    ValidatorResources, WasmFeatures,
};

/// A module whose sections are valid; its bodies are still to be validated.
pub struct Decoded {
    pub info: ModuleInfo,
    /// What body validation asks about the module; None if it has no bodies.
    resources: Option<ValidatorResources>,
}

// Workers share it.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Decoded>();
};

/// What this engine accepts.
pub(super) const FEATURES: WasmFeatures =
    WasmFeatures::WASM2.union(WasmFeatures::RELAXED_SIMD).union(WasmFeatures::EXTENDED_CONST).union(WasmFeatures::THREADS);

/// Offsets of operators are kept in 32 bits.
const MAX_MODULE_BYTES: usize = 1 << 30;

/// Decodes a module and validates all of it but its function bodies. The error has the offset of the first fault found.
pub fn decode(bytes: &[u8]) -> Result<Decoded> {
    if let Some(error) = not_wasm(bytes) {
        return Err(error);
    }
    if bytes.len() > MAX_MODULE_BYTES {
        return Err(Error::new(ErrorKind::Limit, MAX_MODULE_BYTES, format!("a module of {} bytes", bytes.len())));
    }
    decode_sections(bytes).map_err(|error| second_opinion(bytes, error))
}

impl Decoded {
    /// The validator's view of defined function `index`.
    pub(super) fn to_validate(&self, index: u32) -> FuncToValidate<&ValidatorResources> {
        let function = self.info.imported_functions + index;
        FuncToValidate {
            resources: self.resources.as_ref().expect("a module with a defined function has a code section"),
            index: function,
            ty: self.info.functions[function as usize],
            features: FEATURES,
        }
    }
}

fn decode_sections(bytes: &[u8]) -> Result<Decoded> {
    let mut validator = Validator::new_with_features(FEATURES);
    let mut parser = Parser::new(0);
    parser.set_features(FEATURES);
    let mut module = ModuleInfo::default();
    let mut resources = None;
    for payload in parser.parse_all(bytes) {
        let payload = payload?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
            module.bodies.push(as_usize(body.range()));
            resources.get_or_insert(function.resources);
            continue;
        }
        match payload {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    let ty = ty?;
                    let list = |types: &[wasmparser::ValType]| -> Result<Vec<ValType>> { types.iter().map(|t| value_type(*t)).collect() };
                    module.types.push(FuncType { params: list(ty.params())?, results: list(ty.results())? });
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    add_import(&mut module, import?)?;
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    module.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let table = table?;
                    module.tables.push(table_type(table.ty)?);
                    module.table_inits.push(match table.init {
                        wasmparser::TableInit::RefNull => None,
                        wasmparser::TableInit::Expr(e) => Some(const_expr(&e)?),
                    });
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    module.memories.push(memory_type(memory?));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    module.globals.push(global_type(global.ty)?);
                    module.global_inits.push(const_expr(&global.init_expr)?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    let name = export.name.to_string();
                    module.exports.push(Export { name, kind: extern_kind(export.kind)?, index: export.index });
                }
            }
            Payload::StartSection { func, .. } => module.start = Some(func),
            Payload::ElementSection(section) => {
                for element in section {
                    module.elements.push(element_segment(element?)?);
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    module.data.push(data_segment(data?)?);
                }
            }
            Payload::CustomSection(section) if section.name() == "name" => {
                if let wasmparser::KnownCustom::Name(names) = section.as_known() {
                    add_names(&mut module, names);
                }
            }
            _ => {}
        }
    }
    finish_names(&mut module);
    module.escapes = escapes(&module);
    Ok(Decoded { info: module, resources })
}

/// `error` again, now that there is time to find out what kind it is.
fn second_opinion(bytes: &[u8], error: Error) -> Error {
    if error.kind != ErrorKind::Invalid {
        return error;
    }
    let valid_with = |more: WasmFeatures| Validator::new_with_features(FEATURES.union(more)).validate_all(bytes).is_ok();
    if valid_with(WasmFeatures::all()) {
        let one = UNSUPPORTED.iter().find(|(feature, _)| valid_with(*feature));
        let name = one.map_or("proposals beyond WebAssembly 2.0", |(_, name)| *name);
        return Error::new(ErrorKind::Unsupported, error.offset, name);
    }
    match read_through(bytes) {
        Ok(()) => error,
        Err(_) => error.malformed(),
    }
}

/// Reads all sections without validating: fails for what the grammar does not allow.
fn read_through(bytes: &[u8]) -> Result<()> {
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::TypeSection(s) => s.into_iter().try_for_each(|x| x.map(drop))?,
            Payload::ImportSection(s) => s.into_imports().try_for_each(|x| x.map(drop))?,
            Payload::FunctionSection(s) => s.into_iter().try_for_each(|x| x.map(drop))?,
            Payload::TableSection(s) => s.into_iter().try_for_each(|x| x.map(drop))?,
            Payload::MemorySection(s) => s.into_iter().try_for_each(|x| x.map(drop))?,
            Payload::GlobalSection(s) => s.into_iter().try_for_each(|x| x.map(drop))?,
            Payload::ExportSection(s) => s.into_iter().try_for_each(|x| x.map(drop))?,
            Payload::ElementSection(s) => s.into_iter().try_for_each(|x| x.map(drop))?,
            Payload::DataSection(s) => s.into_iter().try_for_each(|x| x.map(drop))?,
            _ => {}
        }
    }
    Ok(())
}

fn add_import(module: &mut ModuleInfo, import: wasmparser::Import<'_>) -> Result<()> {
    let ty = match import.ty {
        wasmparser::TypeRef::Func(ty) => {
            module.functions.push(ty);
            module.imported_functions += 1;
            ExternType::Func(ty)
        }
        wasmparser::TypeRef::Table(ty) => {
            module.tables.push(table_type(ty)?);
            module.imported_tables += 1;
            ExternType::Table(table_type(ty)?)
        }
        wasmparser::TypeRef::Memory(ty) => {
            module.memories.push(memory_type(ty));
            module.imported_memories += 1;
            ExternType::Memory(memory_type(ty))
        }
        wasmparser::TypeRef::Global(ty) => {
            module.globals.push(global_type(ty)?);
            module.imported_globals += 1;
            ExternType::Global(global_type(ty)?)
        }
        wasmparser::TypeRef::Tag(_) => return Err(beyond("exceptions")),
        wasmparser::TypeRef::FuncExact(_) => return Err(beyond("custom descriptors")),
    };
    module.imports.push(Import { module: import.module.to_string(), name: import.name.to_string(), ty });
    Ok(())
}

fn element_segment(element: wasmparser::Element<'_>) -> Result<Element> {
    let mode = match &element.kind {
        ElementKind::Passive => SegmentMode::Passive,
        ElementKind::Declared => SegmentMode::Declared,
        ElementKind::Active { table_index, offset_expr } => {
            SegmentMode::Active { target: table_index.unwrap_or(0), offset: const_expr(offset_expr)? }
        }
    };
    let (ty, items) = match element.items {
        wasmparser::ElementItems::Functions(items) => {
            (ValType::FuncRef, ElementItems::Functions(items.into_iter().collect::<wasmparser::Result<_>>()?))
        }
        wasmparser::ElementItems::Expressions(ty, items) => {
            let items = items.into_iter().map(|e| const_expr(&e?)).collect::<Result<_>>()?;
            (value_type(ty.into())?, ElementItems::Expressions(items))
        }
    };
    Ok(Element { ty, mode, items })
}

fn data_segment(data: wasmparser::Data<'_>) -> Result<Data> {
    let mode = match &data.kind {
        DataKind::Passive => SegmentMode::Passive,
        DataKind::Active { memory_index, offset_expr } => SegmentMode::Active { target: *memory_index, offset: const_expr(offset_expr)? },
    };
    // The bytes are the last part of the segment.
    let end = data.range.end as usize;
    Ok(Data { mode, bytes: end - data.data.len()..end })
}

fn const_expr(e: &wasmparser::ConstExpr<'_>) -> Result<ConstExpr> {
    let mut ops = Vec::new();
    for op in e.get_operators_reader() {
        ops.push(match op? {
            Operator::I32Const { value } => ConstOp::I32(value),
            Operator::I64Const { value } => ConstOp::I64(value),
            Operator::F32Const { value } => ConstOp::F32(value.bits()),
            Operator::F64Const { value } => ConstOp::F64(value.bits()),
            Operator::V128Const { value } => ConstOp::V128(u128::from_le_bytes(*value.bytes())),
            Operator::GlobalGet { global_index } => ConstOp::GlobalGet(global_index),
            Operator::RefNull { .. } => ConstOp::RefNull,
            Operator::RefFunc { function_index } => ConstOp::RefFunc(function_index),
            Operator::I32Add => ConstOp::I32Add,
            Operator::I32Sub => ConstOp::I32Sub,
            Operator::I32Mul => ConstOp::I32Mul,
            Operator::I64Add => ConstOp::I64Add,
            Operator::I64Sub => ConstOp::I64Sub,
            Operator::I64Mul => ConstOp::I64Mul,
            Operator::End => break,
            _ => return Err(beyond("this constant expression")),
        });
    }
    Ok(ops)
}

/// Which functions can become funcrefs. Bodies name only functions that are declared so by a section (validation sees to it).
fn escapes(module: &ModuleInfo) -> Vec<bool> {
    let mut escapes = vec![false; module.functions.len()];
    for export in &module.exports {
        if export.kind == ExternKind::Func {
            escapes[export.index as usize] = true;
        }
    }
    let mut mark = |e: &ConstExpr| {
        for op in e {
            if let ConstOp::RefFunc(f) = op {
                escapes[*f as usize] = true;
            }
        }
    };
    module.global_inits.iter().for_each(&mut mark);
    module.table_inits.iter().flatten().for_each(&mut mark);
    for element in &module.elements {
        if let ElementItems::Expressions(items) = &element.items {
            items.iter().for_each(&mut mark);
        }
    }
    for element in &module.elements {
        if let ElementItems::Functions(items) = &element.items {
            items.iter().for_each(|f| escapes[*f as usize] = true);
        }
    }
    escapes
}

/// Names are for people: what cannot be read of the section is left out, it never makes a module wrong.
fn add_names(module: &mut ModuleInfo, names: NameSectionReader<'_>) {
    for name in names {
        match name {
            Ok(Name::Module { name, .. }) => module.name = Some(name.to_string()),
            Ok(Name::Function(map)) => {
                for naming in map {
                    let Ok(naming) = naming else { break };
                    module.function_names.push((naming.index, naming.name.to_string()));
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
}

fn finish_names(module: &mut ModuleInfo) {
    let functions = module.functions.len();
    module.function_names.retain(|(index, _)| (*index as usize) < functions);
    module.function_names.sort_by_key(|(index, _)| *index);
    module.function_names.dedup_by_key(|(index, _)| *index);
}

fn value_type(ty: wasmparser::ValType) -> Result<ValType> {
    Ok(match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        wasmparser::ValType::FUNCREF => ValType::FuncRef,
        wasmparser::ValType::EXTERNREF => ValType::ExternRef,
        wasmparser::ValType::Ref(_) => return Err(beyond("typed function references")),
    })
}

fn table_type(ty: wasmparser::TableType) -> Result<TableType> {
    Ok(TableType { element: value_type(ty.element_type.into())?, min: ty.initial, max: ty.maximum })
}

fn memory_type(ty: wasmparser::MemoryType) -> MemoryType {
    MemoryType { min: ty.initial, max: ty.maximum, shared: ty.shared }
}

fn global_type(ty: wasmparser::GlobalType) -> Result<GlobalType> {
    Ok(GlobalType { value: value_type(ty.content_type)?, mutable: ty.mutable })
}

fn extern_kind(kind: ExternalKind) -> Result<ExternKind> {
    Ok(match kind {
        ExternalKind::Func => ExternKind::Func,
        ExternalKind::Table => ExternKind::Table,
        ExternalKind::Memory => ExternKind::Memory,
        ExternalKind::Global => ExternKind::Global,
        ExternalKind::Tag => return Err(beyond("exceptions")),
        ExternalKind::FuncExact => return Err(beyond("custom descriptors")),
    })
}

/// For what validation with `FEATURES` has refused already; kept as an error so that no input can panic.
fn beyond(feature: &str) -> Error {
    Error::new(ErrorKind::Unsupported, 0, feature)
}

fn as_usize(range: Range<u64>) -> Range<usize> {
    range.start as usize..range.end as usize
}

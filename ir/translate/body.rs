//! A function body to SSA: control flow. The other operators are in `operators.rs`, the values of locals in `locals.rs`.
//!
//! Two passes over the bytes. The first validates and notes where constructs end and locals are assigned (`scan.rs`). The second, here,
//! translates in the order of the text. A block is made only where a branch leads; a construct that is merely fallen out of
//! leaves no trace. Code that no path reaches is skipped.
//! Constructs may nest 100,000 deep: nothing recurses.
use super::build::Build;
use super::decode::{Decoded, FEATURES};
use super::error::{Error, ErrorKind, Result};
use super::locals::{Locals, LoopId, Place, ScopeId};
use super::module::{ModuleInfo, ValType};
use super::options::{Interrupt, Options};
use super::scan::{Construct, ConstructKind, Scan};
use super::vmctx::{self, Layout};
use crate::ssa::{Block, Builtin, Edge, Func, Op, Region, Sig, Signature, SwitchData, Value};
use crate::value::{CmpOp, MemOp, Trap, Type};
use wasmparser::{BinaryReader, BlockType, BrTable, FuncValidatorAllocations, Operator, OperatorsReader, OperatorsReaderAllocations};

/// Some operators become twenty ops; the largest body of sensible operators that validation allows stays below half of this.
const MAX_OPS: usize = 8 << 20;

/// Translates function bodies one after another. A worker has one and keeps it: its allocations are reused.
#[derive(Default)]
pub struct Translator {
    validator: FuncValidatorAllocations,
    reader: OperatorsReaderAllocations,
    scan: Scan,
    state: State,
}

impl Translator {
    /// Validates and translates the defined function `index`. `body` is what `ModuleInfo::bodies[index]` delimits in the
    /// module; `layout` is that of the same module.
    pub fn translate(&mut self, module: &Decoded, layout: &Layout, index: u32, body: &[u8], options: &Options) -> Result<Func> {
        let start = module.info.bodies[index as usize].start;
        self.scan(module, index, body, start)?;
        let code = &body[self.scan.code - start..];
        let reader = BinaryReader::new_features(code, self.scan.code as u64, FEATURES);
        let mut reader = OperatorsReader::new_with_allocs(reader, std::mem::take(&mut self.reader));
        let ty = module.info.func_type(module.info.imported_functions + index);
        self.state.start(module.info.types.len());
        self.state.locals.start(&self.scan, ty.params.len() as u32, body.len());
        let mut body = Body {
            module: &module.info,
            layout,
            options,
            build: entry(index, &ty.params, &ty.results, &self.scan, start as u32),
            scan: &self.scan,
            state: &mut self.state,
            at: start as u32,
            within: 0,
            scope: 0,
            next_construct: 0,
            reachable: true,
            dead: 0,
            switches: 0,
        };
        body.open_function();
        while !reader.eof() {
            let at = reader.original_position();
            let op = reader.read()?;
            body.translate(&op, at as u32)?;
            let limit = if body.state.locals.exhausted() {
                "joins too many values of locals"
            } else if body.build.func.ops.len() > MAX_OPS {
                "is too large"
            } else {
                continue;
            };
            return Err(Error::new(ErrorKind::Limit, start, format!("function {index} {limit}")));
        }
        let func = body.build.finish();
        self.reader = reader.into_allocations();
        Ok(func)
    }

    /// Validates the defined function `index` and no more.
    pub fn validate(&mut self, module: &Decoded, index: u32, body: &[u8]) -> Result<()> {
        self.scan(module, index, body, module.info.bodies[index as usize].start)
    }

    fn scan(&mut self, module: &Decoded, index: u32, body: &[u8], start: usize) -> Result<()> {
        let mut validator = module.to_validate(index).into_validator(std::mem::take(&mut self.validator));
        let result = self.scan.run(&mut validator, body, start);
        self.validator = validator.into_allocations();
        result.map_err(|error| if reads(body, start) { error } else { error.malformed() })
    }
}

/// Can the body be read, valid or not?
fn reads(body: &[u8], start: usize) -> bool {
    let body = wasmparser::FunctionBody::new(BinaryReader::new(body, start as u64));
    let read = || -> wasmparser::Result<()> {
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            reader.read()?;
        }
        reader.finish()
    };
    read().is_ok()
}

/// The function with its entry block and parameters, the context first.
fn entry(index: u32, params: &[ValType], results: &[ValType], scan: &Scan, start: u32) -> Build {
    let signature = signature(params, results);
    let mut func = Func { index, ..Func::default() };
    let operators = scan.operators as usize;
    func.ops.reserve(operators + params.len() + 8);
    func.offsets.resize(operators + params.len() + 8);
    func.body.reserve(operators);
    let block = func.make_block();
    for &ty in &signature.params {
        func.add_param(block, ty, start);
    }
    func.signature = signature;
    let mut build = Build::new(func, start);
    build.start(block);
    build
}

/// A wasm function type as compiled code has it: the context is the first parameter.
pub(super) fn signature(params: &[ValType], results: &[ValType]) -> Signature {
    Signature {
        params: std::iter::once(Type::I64).chain(params.iter().map(|t| t.ssa())).collect(),
        results: results.iter().map(|t| t.ssa()).collect(),
    }
}

pub(super) fn ssa_type(ty: wasmparser::ValType) -> Type {
    value_type(ty).ssa()
}

/// Of a validated type.
pub(super) fn value_type(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        wasmparser::ValType::Ref(r) if r.is_func_ref() => ValType::FuncRef,
        wasmparser::ValType::Ref(_) => ValType::ExternRef,
    }
}

/// What is reused from function to function by the second pass.
#[derive(Default)]
pub(super) struct State {
    pub locals: Locals,
    /// The operand stack.
    pub stack: Vec<Value>,
    frames: Vec<Frame>,
    /// Parameters of open `if`s, for their `else`.
    saved: Vec<Value>,
    pub scratch: Vec<Value>,
    /// This function's `Sig` of each module type, where the stamp is this function's.
    sigs: Vec<(u32, Sig)>,
    stamp: u32,
    pub cache: Cache,
}

/// Values at the start of the function that several operators share.
#[derive(Default)]
pub(super) struct Cache {
    /// Of the memory that was used last.
    pub memory_base: Option<(u32, Value)>,
    pub builtin_sigs: [Option<Sig>; Builtin::ALL.len()],
    counter: Option<Value>,
    store: Option<Value>,
    interrupt_page: Option<Value>,
}

/// An open construct.
struct Frame {
    kind: ConstructKind,
    label: Label,
    ty: BlockType,
    /// Height of the operand stack below its parameters.
    height: usize,
    params: usize,
    results: usize,
    /// The scope around it.
    scope: ScopeId,
    /// Of an `if` before its `else`: where that goes.
    else_block: Option<Block>,
    /// Height of `State::saved` below its parameters.
    saved: usize,
    /// The last `br_table` that led here, and its edge.
    switch: (u32, Option<Edge>),
}

/// Where a branch to a construct goes.
#[derive(Clone, Copy)]
enum Label {
    /// No branch leads there.
    Untargeted,
    End(Block, ScopeId),
    Header(Block, LoopId),
}

/// The function in translation.
pub(super) struct Body<'a> {
    pub module: &'a ModuleInfo,
    pub layout: &'a Layout,
    pub options: &'a Options,
    pub scan: &'a Scan,
    pub state: &'a mut State,
    pub build: Build,
    /// Module offset of the operator.
    pub at: u32,
    /// The innermost loop.
    within: LoopId,
    pub scope: ScopeId,
    /// The next of `Scan::constructs` to open.
    next_construct: usize,
    reachable: bool,
    /// How many constructs have been opened since the code became unreachable.
    dead: u32,
    /// Number of the last `br_table`.
    switches: u32,
}

impl State {
    fn start(&mut self, types: usize) {
        self.stack.clear();
        self.frames.clear();
        self.saved.clear();
        self.stamp = self.stamp.checked_add(1).unwrap_or_else(|| {
            self.sigs.clear();
            1
        });
        if self.sigs.len() < types {
            self.sigs.resize(types, (0, Sig::from_u32(0)));
        }
        self.cache = Cache::default();
    }
}

impl<'a> Body<'a> {
    fn translate(&mut self, op: &Operator<'_>, at: u32) -> Result<()> {
        self.at = at;
        self.build.offset = at;
        if !self.reachable {
            match op {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => self.dead += 1,
                Operator::Else if self.dead == 0 => self.open_else(),
                Operator::End if self.dead == 0 => self.end(),
                Operator::End => self.dead -= 1,
                _ => {}
            }
            return Ok(());
        }
        match op {
            Operator::Block { blockty } => self.open_block(*blockty),
            Operator::Loop { blockty } => self.open_loop(*blockty),
            Operator::If { blockty } => self.open_if(*blockty),
            Operator::Else => self.open_else(),
            Operator::End => self.end(),
            Operator::Br { relative_depth } => self.br(*relative_depth),
            Operator::BrIf { relative_depth } => self.br_if(*relative_depth),
            Operator::BrTable { targets } => self.br_table(targets)?,
            Operator::Return => self.return_(),
            Operator::Unreachable => {
                self.build.terminate_in(Trap::Unreachable);
                self.reachable = false;
            }
            _ => self.operator(op),
        }
        Ok(())
    }

    fn open_function(&mut self) {
        let construct = self.construct(ConstructKind::Function);
        let ty = BlockType::Empty;
        let results = self.build.func.signature.results.len();
        let label = self.end_label(&construct);
        self.push_frame(Frame { results, ..Frame::new(&construct, label, ty, 0, 0, 0) });
        if let Label::End(_, scope) = label {
            self.scope = scope;
        }
        self.check_interrupt();
    }

    fn open_block(&mut self, ty: BlockType) {
        let construct = self.construct(ConstructKind::Block);
        let label = self.end_label(&construct);
        self.open(&construct, label, ty);
        if let Label::End(_, scope) = label {
            self.scope = scope;
        }
    }

    fn open_loop(&mut self, ty: BlockType) {
        let construct = self.construct(ConstructKind::Loop);
        if !construct.targeted {
            // It does not loop.
            return self.open(&construct, Label::Untargeted, ty);
        }
        let header = self.build.func.make_block();
        let (params, _) = self.block_types(ty);
        let height = self.state.stack.len() - params.len();
        let e = self.build.edge(header, &self.state.stack[height..]);
        self.build.terminate(Op::Jump(e));
        let place = self.place();
        let id = self.state.locals.open_loop(header, place, construct.end);
        self.state.locals.add_loop_way(id, e, place);
        self.open(&construct, Label::Header(header, id), ty);
        self.within = id;
        self.build.enter_loop();
        self.build.start(header);
        self.state.stack.truncate(height);
        for ty in params {
            let v = self.build.func.add_param(header, ty.ssa(), self.at);
            self.state.stack.push(v);
        }
        self.state.locals.event(self.at);
        self.check_interrupt();
    }

    fn open_if(&mut self, ty: BlockType) {
        let condition = self.pop();
        let construct = self.construct(ConstructKind::If);
        let label = self.end_label(&construct);
        let then = self.build.func.make_block();
        let yes = self.build.edge(then, &[]);
        self.open(&construct, label, ty);
        let frame = self.state.frames.last_mut().expect("just opened");
        let params = frame.height..frame.height + frame.params;
        let no = match (construct.else_at, label) {
            (Some(_), _) => {
                let block = self.build.func.make_block();
                frame.else_block = Some(block);
                self.state.saved.extend_from_slice(&self.state.stack[params]);
                self.build.edge(block, &[])
            }
            (None, Label::End(end, scope)) => {
                // Without `else` the results are the parameters.
                let e = self.build.edge(end, &self.state.stack[params]);
                let place = self.place();
                self.state.locals.add_way(scope, e, place);
                e
            }
            (None, _) => unreachable!("an `if` without `else` has a branch to its end"),
        };
        self.build.terminate(Op::Branch(condition, yes, no));
        self.build.start(then);
        if let Label::End(_, scope) = label {
            self.scope = scope;
        }
        if let Some(end) = construct.else_at {
            let place = self.place();
            self.scope = self.state.locals.open_then(self.scope, place, end);
        }
    }

    fn open_else(&mut self) {
        let frame = self.state.frames.last_mut().expect("`else` is in an `if`");
        let (label, height, results) = (frame.label, frame.height, frame.results);
        let block = frame.else_block.take().expect("the scan saw this `else`");
        self.scope = frame.scope;
        let saved = frame.saved;
        if let Label::End(end, scope) = label {
            if self.reachable {
                self.jump_to_end(end, scope, results);
            }
            self.scope = scope;
        }
        self.state.stack.truncate(height);
        self.state.stack.extend(self.state.saved.drain(saved..));
        self.build.start(block);
        self.reachable = true;
        self.state.locals.event(self.at);
    }

    fn end(&mut self) {
        let frame = self.state.frames.pop().expect("`end` ends a construct");
        self.scope = frame.scope;
        match frame.label {
            Label::Untargeted => {
                if !self.reachable {
                    self.state.stack.truncate(frame.height);
                }
            }
            Label::Header(_, id) => {
                self.within = self.state.locals.around(id);
                self.build.leave_loop();
                self.state.locals.end_loop(&mut self.build, self.scan, id);
                if !self.reachable {
                    self.state.stack.truncate(frame.height);
                }
            }
            Label::End(block, scope) => {
                if self.reachable {
                    self.jump_to_end(block, scope, frame.results);
                }
                self.state.stack.truncate(frame.height);
                self.build.start(block);
                self.reachable = true;
                self.take_results(block, scope, &frame);
                self.state.locals.event(self.at);
            }
        }
        if frame.kind == ConstructKind::Function && self.reachable {
            self.return_();
        }
    }

    /// Falls out of a construct to its end block.
    fn jump_to_end(&mut self, block: Block, scope: ScopeId, results: usize) {
        let from = self.state.stack.len() - results;
        let e = self.build.edge(block, &self.state.stack[from..]);
        self.build.terminate(Op::Jump(e));
        let place = self.place();
        self.state.locals.add_way(scope, e, place);
    }

    /// Pushes a construct's results at the start of its end block.
    fn take_results(&mut self, block: Block, scope: ScopeId, frame: &Frame) {
        if let (1, Some(e)) = self.state.locals.ways(scope) {
            // No parameters where only one way leads in.
            let func = &mut self.build.func;
            self.state.stack.extend_from_slice(func.edges[e].args.as_slice(&func.pool));
            func.edges[e].args.clear(&mut func.pool);
            return;
        }
        let results = match frame.kind {
            ConstructKind::Function => &self.module.func_type(self.module.imported_functions + self.build.func.index).results,
            _ => self.block_types(frame.ty).1,
        };
        for ty in results {
            let v = self.build.func.add_param(block, ty.ssa(), self.at);
            self.state.stack.push(v);
        }
    }

    fn br(&mut self, depth: u32) {
        let frame = self.frame_at(depth);
        if self.state.frames[frame].kind == ConstructKind::Function {
            return self.return_();
        }
        let e = self.edge_to(frame);
        self.build.terminate(Op::Jump(e));
        self.reachable = false;
    }

    fn br_if(&mut self, depth: u32) {
        let condition = self.pop();
        let yes = self.edge_to(self.frame_at(depth));
        let next = self.build.func.make_block();
        let no = self.build.edge(next, &[]);
        self.build.terminate(Op::Branch(condition, yes, no));
        self.build.start(next);
    }

    fn br_table(&mut self, targets: &BrTable<'_>) -> Result<()> {
        let index = self.pop();
        let mut all_default = true;
        for depth in targets.targets() {
            all_default &= depth? == targets.default();
        }
        if all_default {
            // Not `br`, which returns from the function: the scan took a table for a branch to its end, which so has a way in.
            let e = self.edge_to(self.frame_at(targets.default()));
            self.build.terminate(Op::Jump(e));
            self.reachable = false;
            return Ok(());
        }
        self.switches += 1;
        let mut edges = Vec::with_capacity(targets.len() as usize);
        for depth in targets.targets() {
            edges.push(self.switch_edge(depth?));
        }
        let default = self.switch_edge(targets.default());
        let switch = self.build.func.switches.push(SwitchData { edges, default });
        self.build.terminate(Op::Switch(index, switch));
        self.reachable = false;
        Ok(())
    }

    /// The one edge of this `br_table` to a label.
    fn switch_edge(&mut self, depth: u32) -> Edge {
        let frame = self.frame_at(depth);
        if let (number, Some(e)) = self.state.frames[frame].switch
            && number == self.switches
        {
            return e;
        }
        let e = self.edge_to(frame);
        self.state.frames[frame].switch = (self.switches, Some(e));
        e
    }

    fn return_(&mut self) {
        let from = self.state.stack.len() - self.build.func.signature.results.len();
        let values = self.build.func.make_list(&self.state.stack[from..]);
        self.build.terminate(Op::Return(values));
        self.reachable = false;
    }

    /// An edge to the label of `frames[frame]`, with the operands that it takes.
    fn edge_to(&mut self, frame: usize) -> Edge {
        let place = self.place();
        let Frame { label, params, results, .. } = self.state.frames[frame];
        let height = self.state.stack.len();
        match label {
            Label::End(block, scope) => {
                let e = self.build.edge(block, &self.state.stack[height - results..]);
                self.state.locals.add_way(scope, e, place);
                e
            }
            Label::Header(block, id) => {
                let e = self.build.edge(block, &self.state.stack[height - params..]);
                self.state.locals.add_loop_way(id, e, place);
                e
            }
            Label::Untargeted => unreachable!("the scan saw this branch"),
        }
    }

    fn frame_at(&self, depth: u32) -> usize {
        self.state.frames.len() - 1 - depth as usize
    }

    fn construct(&mut self, kind: ConstructKind) -> Construct {
        let construct = self.scan.constructs[self.next_construct];
        assert!(construct.kind == kind, "translate: both passes see the same constructs");
        self.next_construct += 1;
        construct
    }

    /// The label at the end of a construct, with the scope that it closes.
    fn end_label(&mut self, construct: &Construct) -> Label {
        if !construct.targeted {
            return Label::Untargeted;
        }
        let block = self.build.func.make_block();
        let place = self.place();
        Label::End(block, self.state.locals.open_join(self.scope, block, place, construct.end))
    }

    fn open(&mut self, construct: &Construct, label: Label, ty: BlockType) {
        let (params, results) = self.block_types(ty);
        let height = self.state.stack.len() - params.len();
        self.push_frame(Frame::new(construct, label, ty, height, params.len(), results.len()));
    }

    fn push_frame(&mut self, frame: Frame) {
        self.state.frames.push(Frame { scope: self.scope, saved: self.state.saved.len(), ..frame });
    }

    /// Parameters and results of a block type.
    fn block_types(&self, ty: BlockType) -> (&'a [ValType], &'a [ValType]) {
        match ty {
            BlockType::Empty => (&[], &[]),
            BlockType::FuncType(index) => {
                let ty = &self.module.types[index as usize];
                (&ty.params, &ty.results)
            }
            BlockType::Type(ty) => match value_type(ty) {
                ValType::I32 => (&[], &[ValType::I32]),
                ValType::I64 => (&[], &[ValType::I64]),
                ValType::F32 => (&[], &[ValType::F32]),
                ValType::F64 => (&[], &[ValType::F64]),
                ValType::V128 => (&[], &[ValType::V128]),
                ValType::FuncRef => (&[], &[ValType::FuncRef]),
                ValType::ExternRef => (&[], &[ValType::ExternRef]),
            },
        }
    }

    /// Here and now, as `Locals` looks at it.
    pub fn place(&self) -> Place {
        Place { at: self.at, within: self.within }
    }

    pub fn pop(&mut self) -> Value {
        self.state.stack.pop().expect("validated: the stack has an operand")
    }

    /// At a function's entry or a loop's header: has someone asked this code to stop?
    fn check_interrupt(&mut self) {
        let context = self.build.context();
        match self.options.interrupt {
            Interrupt::Off => {}
            Interrupt::Page => {
                let page = match self.state.cache.interrupt_page {
                    Some(v) => v,
                    None => self.build.prelude(load_constant(context, vmctx::INTERRUPT_PAGE)),
                };
                self.state.cache.interrupt_page = Some(page);
                self.build.op(Op::Load { op: MemOp::I32, proven: false, region: Region::EPOCH, addr: page, disp: 0 });
            }
            Interrupt::Epoch => {
                let counter = match self.state.cache.counter {
                    Some(v) => v,
                    None => self.build.prelude(load_constant(context, vmctx::EPOCH)),
                };
                self.state.cache.counter = Some(counter);
                let store = match self.state.cache.store {
                    Some(v) => v,
                    None => self.build.prelude(load_constant(context, vmctx::STORE)),
                };
                self.state.cache.store = Some(store);
                let now = self.build.op(load_i64(Region::EPOCH, counter, 0));
                let deadline = self.build.op(load_i64(Region::RUNTIME, store, vmctx::store_record::DEADLINE));
                let late = self.build.op(Op::Compare(CmpOp::GeU, Type::I64, now, deadline));
                let stop = self.build.func.make_block();
                let go_on = self.build.func.make_block();
                self.build.branch(late, stop, go_on);
                self.build.start(stop);
                self.build.func.blocks[stop].cold = true;
                self.builtin(Builtin::Interrupt, &[]);
                let e = self.build.edge(go_on, &[]);
                self.build.terminate(Op::Jump(e));
                self.build.start(go_on);
            }
        }
    }

    /// This function's `Sig` for a type of the module.
    pub fn sig(&mut self, ty: u32) -> Sig {
        let (stamp, sig) = self.state.sigs[ty as usize];
        if stamp == self.state.stamp {
            return sig;
        }
        let ty_data = &self.module.types[ty as usize];
        let sig = self.build.func.signatures.push(signature(&ty_data.params, &ty_data.results));
        self.state.sigs[ty as usize] = (self.state.stamp, sig);
        sig
    }
}

impl Frame {
    fn new(construct: &Construct, label: Label, ty: BlockType, height: usize, params: usize, results: usize) -> Frame {
        Frame { kind: construct.kind, label, ty, height, params, results, scope: 0, else_block: None, saved: 0, switch: (0, None) }
    }
}

/// Loads an I64 at `base + offset` that never changes after instantiation.
pub(super) fn load_constant(base: Value, offset: u32) -> Op {
    load_i64(Region::CONSTANT, base, offset)
}

pub(super) fn load_i64(region: Region, base: Value, offset: u32) -> Op {
    Op::Load { op: MemOp::I64, proven: true, region, addr: base, disp: offset as i32 }
}

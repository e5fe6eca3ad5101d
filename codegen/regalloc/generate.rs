//! Flows for tests: a builder that puts one together block by block, and a generator of random structured programs in SSA form.
use super::random::Random;
use crate::mach::flow::*;
use cranelift_entity::EntityRef;

/// The x86-64 register file as the target will have it.
pub fn x64() -> RegFile {
    let int = |n| PReg::new(Class::Int, n);
    let vec = |n| PReg::new(Class::Vec, n);
    let saved = [3, 12, 13, 14, 15].map(int);
    RegFile {
        order: [[0, 1, 2, 6, 7, 8, 9, 10].map(int).into_iter().chain(saved).collect(), (0..15).map(vec).collect()],
        callee_saved: RegSet::of(&saved),
        scratch: [int(11), vec(15)],
    }
}

/// `n` general registers, of which the last `saved` are callee-saved, and `m` vector registers.
pub fn small(n: u8, saved: u8, m: u8) -> RegFile {
    let order: Vec<PReg> = (0..n).map(|k| PReg::new(Class::Int, k)).collect();
    RegFile {
        callee_saved: RegSet::of(&order[(n - saved) as usize..]),
        order: [order, (0..m).map(|k| PReg::new(Class::Vec, k)).collect()],
        scratch: [PReg::new(Class::Int, 15), PReg::new(Class::Vec, 15)],
    }
}

/// Puts a flow together block by block, in order.
#[derive(Default)]
pub struct Builder {
    pub flow: Flow,
    /// By edge: its target is set later for forward edges.
    succs: Vec<Vec<u32>>,
    params: Vec<Vec<VReg>>,
}

impl Builder {
    pub fn vreg(&mut self, class: Class, bytes: u8) -> VReg {
        self.flow.vregs.push(VRegData { class, bytes, remat: false, is_ref: false })
    }

    pub fn block(&mut self, loop_depth: u16, cold: bool) -> Block {
        let at = self.flow.steps.len() as u32;
        self.succs.push(Vec::new());
        self.params.push(Vec::new());
        self.flow.blocks.push(BlockFlow { steps: at..at, loop_depth, cold, ..BlockFlow::default() })
    }

    pub fn param(&mut self, b: Block, v: VReg) {
        self.params[b.index()].push(v);
    }

    pub fn step(&mut self, kind: StepKind, clobbers: RegSet, operands: &[Operand]) -> u32 {
        let start = self.flow.operands.len() as u32;
        self.flow.operands.extend_from_slice(operands);
        let s = self.flow.steps.len() as u32;
        self.flow.steps.push(Step { operands: start..start + operands.len() as u32, clobbers, kind });
        let b = self.flow.blocks.last().expect("a block").0;
        self.flow.blocks[b].steps.end = s + 1;
        s
    }

    /// An edge from the block being built. Its target may be changed as long as it is a placeholder.
    pub fn edge(&mut self, to: Block, args: &[VReg]) -> u32 {
        let from = self.flow.blocks.last().expect("a block").0;
        let e = self.flow.edges.len() as u32;
        self.flow.edges.push(EdgeFlow { from, to, args: 0..0 });
        self.succs[from.index()].push(e);
        self.set_args(e, to, args);
        e
    }

    pub fn set_args(&mut self, e: u32, to: Block, args: &[VReg]) {
        let start = self.flow.edge_args.len() as u32;
        self.flow.edge_args.extend_from_slice(args);
        let edge = &mut self.flow.edges[e as usize];
        edge.to = to;
        edge.args = start..start + args.len() as u32;
    }

    pub fn jump(&mut self, to: Block, args: &[VReg]) {
        self.step(StepKind::Plain, RegSet::EMPTY, &[]);
        self.edge(to, args);
    }

    pub fn finish(mut self) -> Flow {
        let mut preds = vec![Vec::new(); self.flow.blocks.len()];
        for (e, edge) in self.flow.edges.iter().enumerate() {
            preds[edge.to.index()].push(e as u32);
        }
        for (b, block) in &mut self.flow.blocks {
            for (list, all, range) in [
                (&self.succs[b.index()], &mut self.flow.succs, &mut block.succs),
                (&preds[b.index()], &mut self.flow.preds, &mut block.preds),
            ] {
                let start = all.len() as u32;
                all.extend(list);
                *range = start..all.len() as u32;
            }
            let start = self.flow.block_params.len() as u32;
            self.flow.block_params.extend(&self.params[b.index()]);
            block.params = start..self.flow.block_params.len() as u32;
        }
        self.flow
    }
}

pub fn operand(reg: VReg, role: Role, want: Want) -> Operand {
    Operand { reg, role, want }
}

/// The values of the program's variables, as far as they have one.
type Variables = Vec<Option<VReg>>;

struct Label {
    /// Edges that jump there, with the variables they bring.
    incoming: Vec<(u32, Variables)>,
}

/// What the generator does how often.
#[derive(Clone, Debug)]
pub struct Taste {
    pub variables: usize,
    pub statements: usize,
    pub nesting: usize,
    pub calls: usize,
    pub odd: usize,
    pub refs: bool,
}

pub struct Generator<'a> {
    r: Random,
    b: Builder,
    file: &'a RegFile,
    taste: Taste,
    now: Variables,
    classes: Vec<(Class, u8, bool)>,
    labels: Vec<Label>,
    /// Loops around: the header, and the variables that it has parameters for.
    headers: Vec<(Block, Vec<usize>)>,
    depth: u16,
    cold: bool,
    budget: usize,
}

const PLACEHOLDER: u32 = 0;

impl<'a> Generator<'a> {
    pub fn generate(seed: u64, file: &'a RegFile, taste: Taste) -> Flow {
        let mut r = Random::new(seed);
        let classes = (0..taste.variables)
            .map(|_| match r.below(8) {
                0..4 => (Class::Int, r.pick(&[4, 8]), false),
                4 if taste.refs => (Class::Int, 8, true),
                4 => (Class::Int, 8, false),
                _ => (Class::Vec, r.pick(&[4, 8, 16, 32]), false),
            })
            .collect();
        let budget = taste.statements;
        let now = vec![None; taste.variables];
        let mut g = Generator {
            r,
            b: Builder::default(),
            file,
            taste,
            now,
            classes,
            labels: Vec::new(),
            headers: Vec::new(),
            depth: 0,
            cold: false,
            budget,
        };
        g.b.block(0, false);
        g.arguments();
        if g.body(0) {
            g.leave();
        }
        g.b.finish()
    }

    fn arguments(&mut self) {
        let mut operands = Vec::new();
        let mut taken = RegSet::EMPTY;
        for n in 0..self.taste.variables {
            let regs: Vec<PReg> = self.file.order[self.classes[n].0 as usize].iter().copied().filter(|&r| !taken.has(r)).collect();
            if !regs.is_empty() && self.r.chance(40) {
                let r = self.r.pick(&regs);
                taken = taken.with(r);
                let v = self.define(n);
                operands.push(operand(v, Role::Def, Want::Fixed(r)));
            }
        }
        for n in 0..self.taste.variables {
            if self.now[n].is_none() && !self.classes[n].2 && self.r.chance(15) {
                let v = self.define(n);
                self.b.flow.incoming.push(v);
                operands.push(operand(v, Role::Def, Want::Incoming));
            }
        }
        self.b.step(StepKind::Plain, RegSet::EMPTY, &operands);
        for n in 0..self.taste.variables {
            if self.now[n].is_none() && self.r.chance(70) {
                self.constant(n);
            }
        }
    }

    fn define(&mut self, n: usize) -> VReg {
        let (class, bytes, is_ref) = self.classes[n];
        let v = self.b.vreg(class, bytes);
        self.b.flow.vregs[v].is_ref = is_ref;
        self.now[n] = Some(v);
        v
    }

    fn constant(&mut self, n: usize) {
        let v = self.define(n);
        let remat = self.r.chance(50) && !self.classes[n].2;
        self.b.flow.vregs[v].remat = remat;
        self.b.step(StepKind::Plain, RegSet::EMPTY, &[operand(v, Role::Def, Want::Reg)]);
    }

    /// A variable that has a value.
    fn some(&mut self, class: Option<Class>) -> Option<VReg> {
        for _ in 0..8 {
            let n = self.r.below(self.now.len());
            if class.is_none_or(|c| c == self.classes[n].0)
                && let Some(v) = self.now[n]
            {
                return Some(v);
            }
        }
        None
    }

    fn variable(&mut self, class: Option<Class>) -> Option<usize> {
        (0..8).map(|_| self.r.below(self.now.len())).find(|&n| class.is_none_or(|c| c == self.classes[n].0))
    }

    fn body(&mut self, nesting: usize) -> bool {
        let n = 1 + self.r.below(8);
        for _ in 0..n {
            if self.budget == 0 {
                return true;
            }
            self.budget -= 1;
            let deep = nesting < self.taste.nesting;
            let falls = match self.r.below(20) {
                0..3 if deep => self.branch(nesting),
                3..5 if deep => self.repeat(nesting),
                5 if deep => self.switch(nesting),
                6 if deep => self.block(nesting),
                7 if !self.labels.is_empty() => self.break_if(),
                8 if !self.headers.is_empty() && self.r.chance(30) => self.continue_if(),
                8 if self.r.chance(self.taste.calls) => self.invoke(),
                8 if nesting > 0 && self.r.chance(20) => {
                    self.leave();
                    false
                }
                9 | 10 if self.r.chance(self.taste.calls) => self.call(),
                11 => {
                    if let Some(n) = self.variable(None) {
                        self.constant(n);
                    }
                    true
                }
                12 => self.copy(),
                13 | 14 if self.r.chance(self.taste.odd) => self.odd(),
                _ => self.plain(),
            };
            if !falls {
                return false;
            }
        }
        true
    }

    fn start(&mut self) -> Block {
        self.b.block(self.depth, self.cold)
    }

    /// A block that jumps on, so that no edge is critical.
    fn split(&mut self, label: usize) {
        self.start();
        if self.r.chance(30) {
            self.plain();
        }
        self.jump(label);
    }

    fn jump(&mut self, label: usize) {
        self.b.step(StepKind::Plain, RegSet::EMPTY, &[]);
        let e = self.b.edge(Block::from_u32(PLACEHOLDER), &[]);
        self.labels[label].incoming.push((e, self.now.clone()));
    }

    fn open(&mut self) -> usize {
        self.labels.push(Label { incoming: Vec::new() });
        self.labels.len() - 1
    }

    /// Starts the block where everybody who jumped to the innermost label arrives. False if nobody did.
    fn close(&mut self) -> bool {
        let incoming = self.labels.pop().expect("a label").incoming;
        if incoming.is_empty() {
            return false;
        }
        let b = self.start();
        let mut args = vec![Vec::new(); incoming.len()];
        for n in 0..self.now.len() {
            let values: Vec<Option<VReg>> = incoming.iter().map(|i| i.1[n]).collect();
            if values.iter().all(|v| *v == values[0]) && !self.r.chance(3) {
                self.now[n] = values[0];
            } else if values.iter().all(Option::is_some) && self.r.chance(80) {
                let v = self.define(n);
                self.b.param(b, v);
                for (a, v) in args.iter_mut().zip(values) {
                    a.extend(v);
                }
            } else {
                self.now[n] = None;
            }
        }
        for ((e, _), a) in incoming.iter().zip(args) {
            self.b.set_args(*e, b, &a);
        }
        true
    }

    fn condition(&mut self, ways: usize) -> Vec<u32> {
        let mut operands: Vec<Operand> = Vec::new();
        for _ in 0..1 + self.r.below(2) {
            if let Some(v) = self.some(None) {
                let want = if self.r.chance(30) { Want::RegOrSlot } else { Want::Reg };
                operands.push(operand(v, Role::Use, want));
            }
        }
        self.b.step(StepKind::Plain, RegSet::EMPTY, &operands);
        (0..ways).map(|_| self.b.edge(Block::from_u32(PLACEHOLDER), &[])).collect()
    }

    fn arrive(&mut self, e: u32) {
        let b = self.start();
        self.b.set_args(e, b, &[]);
    }

    fn branch(&mut self, nesting: usize) -> bool {
        let label = self.open();
        let ways = self.condition(2);
        let (before, cold) = (self.now.clone(), self.cold);
        for e in ways {
            self.now = before.clone();
            self.cold = cold || self.r.chance(20);
            self.arrive(e);
            if (self.r.chance(20)) || self.body(nesting + 1) {
                self.jump(label);
            }
            self.cold = cold;
        }
        self.close()
    }

    fn switch(&mut self, nesting: usize) -> bool {
        let label = self.open();
        let n = 3 + self.r.below(4);
        let ways = self.condition(n);
        let before = self.now.clone();
        for e in ways {
            self.now = before.clone();
            self.arrive(e);
            if self.r.chance(60) || self.body(nesting + 1) {
                self.jump(label);
            }
        }
        self.close()
    }

    fn block(&mut self, nesting: usize) -> bool {
        let label = self.open();
        if self.body(nesting + 1) {
            self.jump(label);
        }
        self.close()
    }

    fn break_if(&mut self) -> bool {
        let label = self.r.below(self.labels.len());
        let ways = self.condition(2);
        let b = self.b.flow.blocks.next_key();
        self.b.set_args(ways[0], b, &[]);
        let before = self.now.clone();
        self.split(label);
        self.now = before;
        self.arrive(ways[1]);
        true
    }

    /// Back to the head of a loop around, perhaps not the innermost.
    fn continue_if(&mut self) -> bool {
        let n = self.r.below(self.headers.len());
        let (header, changed) = self.headers[n].clone();
        let args: Vec<VReg> = changed.iter().filter_map(|&n| self.now[n]).collect();
        if args.len() == changed.len() {
            let ways = self.condition(2);
            self.arrive(ways[0]);
            self.b.jump(header, &args);
            self.arrive(ways[1]);
        }
        true
    }

    fn repeat(&mut self, nesting: usize) -> bool {
        self.b.step(StepKind::Plain, RegSet::EMPTY, &[]);
        let enter = self.b.edge(Block::from_u32(PLACEHOLDER), &[]);
        self.depth += 1;
        let header = self.start();
        let mut first = Vec::new();
        let mut changed = Vec::new();
        for n in 0..self.now.len() {
            if let Some(v) = self.now[n]
                && self.r.chance(40)
            {
                first.push(v);
                changed.push(n);
                let p = self.define(n);
                self.b.param(header, p);
            }
        }
        self.b.set_args(enter, header, &first);
        let outside = self.open();
        self.headers.push((header, changed.clone()));
        let mut falls = self.body(nesting + 1);
        self.headers.pop();
        if falls && self.r.chance(90) && changed.iter().all(|&n| self.now[n].is_some()) {
            let again = |g: &mut Self, changed: &[usize]| {
                let args: Vec<VReg> = changed.iter().map(|&n| g.now[n].expect("checked")).collect();
                g.b.jump(header, &args);
            };
            if self.r.chance(10) {
                again(self, &changed);
                falls = false;
            } else {
                let ways = self.condition(2);
                let before = self.now.clone();
                self.arrive(ways[0]);
                if self.r.chance(30) {
                    self.plain();
                }
                if changed.iter().all(|&n| self.now[n].is_some()) {
                    again(self, &changed);
                }
                self.now = before;
                self.depth -= 1;
                self.arrive(ways[1]);
                self.depth += 1;
            }
        }
        self.depth -= 1;
        if falls {
            self.jump(outside);
        }
        self.close()
    }

    fn leave(&mut self) {
        let mut operands = Vec::new();
        for class in Class::ALL {
            let r = self.file.order[class as usize][0];
            if let Some(v) = self.some(Some(class)) {
                operands.push(operand(v, Role::Use, Want::Fixed(r)));
            }
        }
        self.b.step(StepKind::Plain, RegSet::EMPTY, &operands);
    }

    fn copy(&mut self) -> bool {
        if let Some(v) = self.some(None) {
            let class = self.b.flow.vregs[v].class;
            if let Some(n) = self.variable(Some(class)) {
                let d = self.define(n);
                self.b.step(StepKind::Plain, RegSet::EMPTY, &[operand(d, Role::Def, Want::Reg), operand(v, Role::Use, Want::Reg)]);
            }
        }
        true
    }

    fn plain(&mut self) -> bool {
        let mut operands = Vec::new();
        for _ in 0..self.r.below(4) {
            if let Some(v) = self.some(None) {
                let role = if self.r.chance(15) { Role::UseLate } else { Role::Use };
                let want = if self.r.chance(30) { Want::RegOrSlot } else { Want::Reg };
                operands.push(operand(v, role, want));
            }
        }
        let ties: Vec<usize> = (0..operands.len()).filter(|&n| operands[n].role == Role::Use && operands[n].want == Want::Reg).collect();
        if self.r.chance(85) {
            let role = if self.r.chance(15) { Role::DefEarly } else { Role::Def };
            let tie = if ties.is_empty() || self.r.chance(40) { None } else { Some(self.r.pick(&ties)) };
            let class = tie.map(|n| self.b.flow.vregs[operands[n].reg].class);
            if let Some(n) = self.variable(class) {
                let d = self.define(n);
                operands.push(operand(d, role, tie.map_or(Want::Reg, |n| Want::SameAs(n as u8))));
            }
        }
        if self.r.chance(10)
            && let Some(n) = self.variable(None)
        {
            let d = self.define(n);
            operands.push(operand(d, Role::Def, Want::Reg));
        }
        self.b.step(StepKind::Plain, RegSet::EMPTY, &operands);
        true
    }

    /// Inputs in fixed registers, at most three of a class.
    fn inputs(&mut self, most: usize, taken: &mut RegSet) -> Vec<Operand> {
        let mut operands = Vec::new();
        for _ in 0..self.r.below(most + 1) {
            if let Some(v) = self.some(None) {
                let order = &self.file.order[self.b.flow.vregs[v].class as usize];
                let r = self.r.pick(order);
                if !taken.has(r) {
                    *taken = taken.with(r);
                    operands.push(operand(v, Role::Use, Want::Fixed(r)));
                }
            }
        }
        operands
    }

    fn outputs(&mut self, most: usize, forbidden: RegSet) -> Vec<Operand> {
        let mut operands = Vec::new();
        let mut taken = forbidden;
        for _ in 0..self.r.below(most + 1) {
            if let Some(n) = self.variable(None) {
                let order = &self.file.order[self.classes[n].0 as usize];
                let r = self.r.pick(order);
                if !taken.has(r) {
                    taken = taken.with(r);
                    let d = self.define(n);
                    operands.push(operand(d, Role::Def, Want::Fixed(r)));
                }
            }
        }
        operands
    }

    fn clobbers(&self) -> RegSet {
        RegSet::of(&self.file.order.concat()).minus(self.file.callee_saved)
    }

    fn call(&mut self) -> bool {
        let mut taken = RegSet::EMPTY;
        let mut operands = self.inputs(5, &mut taken);
        // The address of an indirect call, if a register is left for it.
        if taken.len() < 3
            && self.r.chance(30)
            && let Some(v) = self.some(Some(Class::Int))
        {
            operands.push(operand(v, Role::Use, if self.r.chance(50) { Want::RegOrSlot } else { Want::Reg }));
        }
        operands.extend(self.outputs(2, RegSet::EMPTY));
        let kind = if self.r.chance(70) { StepKind::Safepoint } else { StepKind::Plain };
        self.b.step(kind, self.clobbers(), &operands);
        true
    }

    /// A terminator that calls; results and what was thrown arrive in fixed registers.
    fn invoke(&mut self) -> bool {
        let mut taken = RegSet::EMPTY;
        let operands = self.inputs(4, &mut taken);
        self.b.step(StepKind::Safepoint, self.clobbers(), &operands);
        let ways = [(); 2].map(|()| self.b.edge(Block::from_u32(PLACEHOLDER), &[]));
        let before = self.now.clone();
        let after = self.open();
        self.arrive(ways[0]);
        let results = self.outputs(2, self.file.callee_saved);
        self.b.step(StepKind::Plain, RegSet::EMPTY, &results);
        self.jump(after);
        self.now = before;
        let cold = std::mem::replace(&mut self.cold, true);
        self.arrive(ways[1]);
        let thrown = self.outputs(2, self.file.callee_saved);
        self.b.step(StepKind::Plain, RegSet::EMPTY, &thrown);
        if self.r.chance(50) {
            self.jump(after);
        } else {
            self.leave();
        }
        self.cold = cold;
        self.close()
    }

    /// Everything at once. It may ask for more registers than there are.
    fn odd(&mut self) -> bool {
        let mut taken = RegSet::EMPTY;
        let mut operands = self.inputs(2, &mut taken);
        for o in &mut operands {
            if self.r.chance(30) {
                o.role = Role::UseLate;
            }
        }
        let late = RegSet::of(
            &operands
                .iter()
                .filter_map(|o| if let (Role::UseLate, Want::Fixed(r)) = (o.role, o.want) { Some(r) } else { None })
                .collect::<Vec<_>>(),
        );
        if self.r.chance(50)
            && let Some(v) = self.some(None)
        {
            operands.push(operand(
                v,
                if self.r.chance(30) { Role::UseLate } else { Role::Use },
                if self.r.chance(30) { Want::RegOrSlot } else { Want::Reg },
            ));
        }
        let mut clobbers = RegSet::EMPTY;
        for r in self.file.order.concat() {
            if self.r.chance(25) && !late.has(r) {
                clobbers = clobbers.with(r);
            }
        }
        let mut outputs = self.outputs(1, late);
        let out = RegSet::of(&outputs.iter().filter_map(|o| if let Want::Fixed(r) = o.want { Some(r) } else { None }).collect::<Vec<_>>());
        if self.r.chance(30)
            && let Some(n) = self.variable(None)
        {
            let tie = (0..operands.len()).find(|&m| {
                operands[m].role == Role::Use
                    && self.b.flow.vregs[operands[m].reg].class == self.classes[n].0
                    && match operands[m].want {
                        Want::Reg => true,
                        Want::Fixed(r) => !out.has(r) && !clobbers.has(r),
                        _ => false,
                    }
            });
            let d = self.define(n);
            let role = if self.r.chance(20) { Role::DefEarly } else { Role::Def };
            outputs.push(operand(d, role, tie.map_or(Want::Reg, |m| Want::SameAs(m as u8))));
        }
        operands.extend(outputs);
        self.b.step(StepKind::Plain, clobbers, &operands);
        true
    }
}

/// A taste for each seed, from tame to wild.
pub fn taste(seed: u64) -> (RegFile, Taste) {
    let mut r = Random::new(seed ^ 0x5eed);
    let file = match r.below(4) {
        0 => x64(),
        1 => small(8, 2, 7),
        2 => small(7, 3, 6),
        _ => small(10, 4, 8),
    };
    let taste = Taste {
        variables: {
            let most = r.pick(&[6, 20, 60]);
            2 + r.below(most)
        },
        statements: {
            let most = r.pick(&[12, 60, 300]);
            3 + r.below(most)
        },
        nesting: r.below(6),
        calls: r.pick(&[0, 30, 100]),
        odd: r.pick(&[0, 50, 100]),
        refs: r.chance(50),
    };
    (file, taste)
}

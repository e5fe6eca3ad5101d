//! What a flow promises to allocators, as a program. It finds:
//! - tables that do not fit together: blocks without steps or with gaps between them, edges that their ends do not list, ranges out of bounds;
//! - an entry block with parameters or predecessors; a block that no earlier block leads to (order is reverse post-order);
//! - an edge into the range of a loop that does not go to its header;
//! - critical edges; arguments on an edge that is not its block's sole way out, or other than one per parameter of the same class, size (4 bytes are
//!   as good as 8) and kind;
//! - a terminator that defines something; one with a sole way out that has operands or clobbers (moves for the edge are made before it);
//! - values with two definitions, or read where the definition does not dominate;
//! - operands: `RegOrSlot` on an output; `SameAs` on an input, or of other than a `Use` of the same class in a register, or two of one; a fixed
//!   register of the wrong class or outside `RegFile::order`, wanted by two inputs of different values or two outputs, or by an early output and an input,
//!   or by a late input and an output, or clobbered under a `UseLate` or `DefEarly`; `Incoming` other than as the flow lists it;
//! - a reference that is a `UseLate` of a safepoint; a `remat` definition of the wrong shape;
//! - a step for which there are not enough registers.
use super::dominators::Dominators;
use super::flow::{Block, Class, Flow, Operand, PReg, RegFile, RegSet, Role, StepKind, VReg, Want};
use super::loops::Loops;
use cranelift_entity::{EntityRef, SecondaryMap};

/// Enough to see what is wrong.
const MOST_ERRORS: usize = 20;

/// `Err` lists broken promises, at most twenty.
pub fn verify(flow: &Flow, file: &RegFile) -> Result<(), Vec<String>> {
    let mut v = Verifier { flow, file, errors: Vec::new(), home: SecondaryMap::new(), dominators: Dominators::default() };
    v.tables();
    if v.errors.is_empty() {
        v.graph();
        v.definitions();
        for b in flow.blocks.keys() {
            for step in flow.blocks[b].steps.clone() {
                v.step(b, step);
            }
        }
    }
    v.errors.truncate(MOST_ERRORS);
    if v.errors.is_empty() { Ok(()) } else { Err(v.errors) }
}

struct Verifier<'a> {
    flow: &'a Flow,
    file: &'a RegFile,
    errors: Vec<String>,
    /// Block and step of each definition; parameters come before all steps.
    home: SecondaryMap<VReg, Option<(Block, Option<u32>)>>,
    dominators: Dominators,
}

impl Verifier<'_> {
    fn error(&mut self, message: String) {
        self.errors.push(message);
    }

    fn tables(&mut self) {
        let flow = self.flow;
        let fits = |r: &std::ops::Range<u32>, len: usize| r.start <= r.end && r.end as usize <= len;
        let mut next = 0;
        if flow.blocks.is_empty() {
            self.error("no blocks".into());
        }
        for (b, block) in &flow.blocks {
            if block.steps.start != next || block.steps.is_empty() || !fits(&block.steps, flow.steps.len()) {
                self.error(format!("{b} has steps {:?}, expected some from {next}", block.steps));
            }
            next = block.steps.end;
            if !fits(&block.params, flow.block_params.len())
                || !fits(&block.succs, flow.succs.len())
                || !fits(&block.preds, flow.preds.len())
            {
                self.error(format!("{b}: a range is out of bounds"));
            }
        }
        if next as usize != flow.steps.len() {
            self.error(format!("{} steps, but blocks have {next}", flow.steps.len()));
        }
        for (n, s) in flow.steps.iter().enumerate() {
            if !fits(&s.operands, flow.operands.len()) || s.operands.len() > 255 {
                self.error(format!("step {n}: operands {:?}", s.operands));
            }
        }
        for (n, e) in flow.edges.iter().enumerate() {
            if !flow.blocks.is_valid(e.from) || !flow.blocks.is_valid(e.to) || !fits(&e.args, flow.edge_args.len()) {
                self.error(format!("edge {n}: {e:?}"));
            }
        }
        let known = |v: &VReg| flow.vregs.is_valid(*v);
        if !flow.operands.iter().map(|o| &o.reg).chain(&flow.block_params).chain(&flow.edge_args).all(known) {
            self.error("an unknown virtual register".into());
        }
        if !flow.succs.iter().chain(&flow.preds).all(|&e| (e as usize) < flow.edges.len()) {
            self.error("an unknown edge".into());
        }
        if !self.errors.is_empty() {
            return;
        }
        let mut listed = vec![(0, 0); flow.edges.len()];
        for b in flow.blocks.keys() {
            for &e in flow.succs(b) {
                listed[e as usize].0 += u32::from(flow.edges[e as usize].from == b);
            }
            for &e in flow.preds(b) {
                listed[e as usize].1 += u32::from(flow.edges[e as usize].to == b);
            }
        }
        if flow.succs.len() != flow.edges.len() || flow.preds.len() != flow.edges.len() || listed.iter().any(|&l| l != (1, 1)) {
            self.error("an edge is not listed exactly once by each of its ends".into());
        }
    }

    fn graph(&mut self) {
        let flow = self.flow;
        let entry = Block::new(0);
        if !flow.params(entry).is_empty() || !flow.preds(entry).is_empty() {
            self.error(format!("{entry} has parameters or predecessors"));
        }
        let mut loops = Loops::default();
        loops.build(flow);
        for (b, block) in &flow.blocks {
            let from = |&e: &u32| flow.edges[e as usize].from;
            if b != entry && !flow.preds(b).iter().map(from).any(|p| p < b) {
                self.error(format!("no earlier block leads to {b}"));
            }
            if let Some(n) = loops.innermost(b) {
                let l = loops.all[n as usize];
                if b != l.header && flow.preds(b).iter().map(from).any(|p| !l.has(p)) {
                    self.error(format!("{b} is in the loop {} to {}, and entered from outside", l.header, l.last));
                }
            }
            let succs = flow.succs(b);
            for &e in succs {
                let edge = &flow.edges[e as usize];
                let params = flow.params(edge.to);
                if succs.len() > 1 && flow.preds(edge.to).len() > 1 {
                    self.error(format!("the edge from {b} to {} is critical", edge.to));
                }
                if succs.len() > 1 && !edge.args.is_empty() {
                    self.error(format!("the edge from {b} to {} has arguments but is not the only one", edge.to));
                }
                if params.len() != edge.args.len()
                    || !flow.args(e).iter().zip(params).all(|(&a, &p)| {
                        flow.vregs[a].class == flow.vregs[p].class
                            && flow.vregs[a].bytes.max(8) == flow.vregs[p].bytes.max(8)
                            && flow.vregs[a].is_ref == flow.vregs[p].is_ref
                    })
                {
                    self.error(format!("the arguments from {b} do not fit the parameters of {}", edge.to));
                }
            }
            let last = &flow.steps[block.steps.end as usize - 1];
            let operands = flow.operands(block.steps.end - 1);
            if operands.iter().any(|o| o.role.is_def()) {
                self.error(format!("the terminator of {b} defines something"));
            }
            if succs.len() == 1 && (!operands.is_empty() || !last.clobbers.is_empty()) {
                self.error(format!("the terminator of {b} has one way out, and operands or clobbers"));
            }
        }
        self.dominators.build(flow);
    }

    fn definitions(&mut self) {
        let flow = self.flow;
        for (b, block) in &flow.blocks {
            let params = flow.params(b).iter().map(|&p| (p, None));
            let outputs =
                block.steps.clone().flat_map(|s| flow.operands(s).iter().filter(|o| o.role.is_def()).map(move |o| (o.reg, Some(s))));
            for (v, step) in params.chain(outputs) {
                if self.home[v].is_some() {
                    self.errors.push(format!("{v} is defined twice, the second time in {b}"));
                }
                self.home[v] = Some((b, step));
            }
        }
        // Is each read dominated? Trees are numbered so that the question is one comparison.
        let (first, last) = self.tree();
        for (b, block) in &flow.blocks {
            let inputs = block.steps.clone().flat_map(|s| flow.operands(s).iter().filter(|o| !o.role.is_def()).map(move |o| (o.reg, s)));
            let args = flow.succs(b).iter().flat_map(|&e| flow.args(e).iter().map(|&v| (v, block.steps.end)));
            for (v, step) in inputs.chain(args) {
                let fine = match self.home[v] {
                    None => false,
                    Some((home, at)) if home == b => at.is_none_or(|at| at < step),
                    Some((home, _)) => first[home.index()] < first[b.index()] && first[b.index()] <= last[home.index()],
                };
                if !fine {
                    self.errors.push(format!("step {step} in {b} reads {v}, which is not defined on every way there"));
                }
            }
        }
    }

    /// Numbers of each block and of its last descendant in the dominator tree, in preorder.
    fn tree(&self) -> (Vec<u32>, Vec<u32>) {
        let n = self.flow.blocks.len();
        let mut size = vec![1u32; n];
        for b in (1..n).rev() {
            size[self.dominators.parent(Block::new(b)).index()] += size[b];
        }
        // Parents come before children in block order, so each takes the next free numbers of its parent.
        let mut first = vec![0u32; n];
        let mut next = vec![1u32; n];
        for b in 1..n {
            let p = self.dominators.parent(Block::new(b)).index();
            first[b] = next[p];
            next[p] += size[b];
            next[b] = first[b] + 1;
        }
        let last = (0..n).map(|b| first[b] + size[b] - 1).collect();
        (first, last)
    }

    fn step(&mut self, b: Block, step: u32) {
        let flow = self.flow;
        let s = &flow.steps[step as usize];
        let operands = flow.operands(step);
        let mut faults: Vec<&str> = Vec::new();
        for (n, o) in operands.iter().enumerate() {
            let data = &flow.vregs[o.reg];
            match o.want {
                Want::Reg => {}
                Want::RegOrSlot => {
                    if o.role.is_def() {
                        faults.push("an output that may be a slot");
                    }
                }
                Want::SameAs(with) => {
                    let source = operands.get(with as usize);
                    let fits = |i: &Operand| {
                        i.role == Role::Use && flow.vregs[i.reg].class == data.class && matches!(i.want, Want::Reg | Want::Fixed(_))
                    };
                    if !o.role.is_def() || !source.is_some_and(fits) {
                        faults.push("SameAs of a wrong operand");
                    }
                    if operands[..n].iter().any(|d| d.want == o.want) {
                        faults.push("two outputs in one place");
                    }
                }
                Want::Incoming => {
                    if step != 0 || o.role != Role::Def || data.is_ref || data.remat {
                        faults.push("a value that cannot come from the caller's memory");
                    }
                }
                Want::Fixed(r) => self.fixed(n, *o, r, operands, s.clobbers, &mut faults),
            }
            if s.kind == StepKind::Safepoint && o.role == Role::UseLate && data.is_ref {
                faults.push("a reference that is read after the safepoint");
            }
            if data.remat
                && o.role.is_def()
                && (operands.len() != 1
                    || o.want != Want::Reg
                    || o.role != Role::Def
                    || s.kind != StepKind::Plain
                    || !s.clobbers.is_empty())
            {
                faults.push("a remat value with a complicated definition");
            }
            if data.remat && data.is_ref {
                faults.push("a remat value that is a reference");
            }
            if ![4, 8, 16, 32].contains(&data.bytes)
                || data.class == Class::Int && data.bytes > 8
                || data.is_ref && (data.class != Class::Int || data.bytes != 8)
            {
                faults.push("a value of an odd size");
            }
        }
        let incoming = || operands.iter().filter(|o| o.want == Want::Incoming).map(|o| o.reg);
        if step == 0 && !incoming().eq(flow.incoming.iter().copied()) {
            faults.push("not what the caller brings in memory");
        }
        self.room(operands, s.clobbers, &mut faults);
        for f in faults {
            self.error(format!("step {step} in {b}: {f}"));
        }
    }

    fn fixed(&self, n: usize, o: Operand, r: PReg, operands: &[Operand], clobbers: RegSet, faults: &mut Vec<&str>) {
        if r.class() != self.flow.vregs[o.reg].class || !self.file.order[r.class() as usize].contains(&r) {
            faults.push("a fixed register that cannot be used");
        }
        if clobbers.has(r) && matches!(o.role, Role::UseLate | Role::DefEarly) {
            faults.push("a fixed register that is clobbered");
        }
        // The register of another operand, as far as it is fixed, directly or by being tied.
        let register = |d: &Operand| match d.want {
            Want::Fixed(q) => Some(q),
            Want::SameAs(with) => operands.get(with as usize).and_then(|i| if let Want::Fixed(q) = i.want { Some(q) } else { None }),
            _ => None,
        };
        for (m, d) in operands.iter().enumerate() {
            if m == n || register(d) != Some(r) {
                continue;
            }
            let tied = d.want == Want::SameAs(n as u8) || o.want == Want::SameAs(m as u8);
            match (o.role.is_def(), d.role.is_def()) {
                (true, true) => faults.push("two outputs in one place"),
                (false, false) if o.reg != d.reg => faults.push("two inputs in one place"),
                (false, true) if o.role == Role::UseLate || d.role == Role::DefEarly && !tied => {
                    faults.push("an output in the place of an input that is still read")
                }
                _ => {}
            }
        }
    }

    /// Are there registers enough, whatever else is fixed? Counted on the safe side: every operand in a register of its own.
    fn room(&self, operands: &[Operand], clobbers: RegSet, faults: &mut Vec<&str>) {
        for class in Class::ALL {
            let order = RegSet::of(&self.file.order[class as usize]);
            let mine = |o: &&Operand| self.flow.vregs[o.reg].class == class;
            let (mut early, mut late) = (RegSet::EMPTY, RegSet::EMPTY);
            for o in operands.iter().filter(mine) {
                if let Want::Fixed(r) = o.want {
                    early = if o.role == Role::Def { early } else { early.with(r) };
                    late = if o.role == Role::Use { late } else { late.with(r) };
                }
            }
            let is_tied = |n: usize| operands.iter().any(|d| d.want == Want::SameAs(n as u8));
            let loose = |role: Role| {
                operands
                    .iter()
                    .enumerate()
                    .filter(|(n, o)| mine(o) && o.role == role && matches!(o.want, Want::Reg) && !is_tied(*n))
                    .count() as u32
            };
            let tied =
                operands.iter().enumerate().filter(|(n, o)| mine(o) && is_tied(*n) && !matches!(o.want, Want::Fixed(_))).count() as u32;
            let through = tied + loose(Role::UseLate) + loose(Role::DefEarly);
            let both = order.minus(early).minus(late);
            let room = |set: RegSet, n: u32| set.len() >= n;
            if !room(both.minus(clobbers), through)
                || !room(order.minus(early), through + loose(Role::Use))
                || !room(order.minus(late), through + loose(Role::Def))
            {
                faults.push("not enough registers");
            }
        }
    }
}

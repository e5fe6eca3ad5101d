//! Predecessors, dominators and loops, against their definitions on random graphs, and on graphs as deep as any module's.
use crate::ssa::cfg::Cfg;
use crate::ssa::dom::Dom;
use crate::ssa::loops::Loops;
use crate::ssa::verify::assert_valid;
use crate::ssa::{Block, Func, Op, SwitchData};
use crate::value::{Trap, Type};
use cranelift_entity::EntityRef;

/// A function of empty blocks with these successors: none is a trap, one a jump, two a branch, more a switch.
fn graph(successors: &[Vec<usize>]) -> Func {
    let mut f = Func::default();
    for _ in successors {
        f.make_block();
    }
    let entry = Block::new(0);
    let cond = f.add_param(entry, Type::I32, 0);
    f.signature.params.push(Type::I32);
    for (b, to) in successors.iter().enumerate() {
        let b = Block::new(b);
        let mut edges: Vec<_> = to.iter().map(|to| f.make_edge(b, Block::new(*to), &[])).collect();
        let op = match edges[..] {
            [] => Op::Unreachable(Trap::Unreachable),
            [e] => Op::Jump(e),
            [yes, no] => Op::Branch(cond, yes, no),
            _ => {
                let default = edges.pop().unwrap();
                // Entries may share an edge, in any order.
                edges.push(edges[0]);
                Op::Switch(cond, f.switches.push(SwitchData { edges, default }))
            }
        };
        let v = f.make(op, 0);
        f.layout.push(b);
        f.blocks[b].body = b.as_u32()..b.as_u32() + 1;
        f.blocks[b].loop_depth = u16::MAX;
        f.body.push(v);
    }
    f
}

struct Random(u64);
impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

/// Blocks reachable from the entry without passing `without`.
fn reachable(f: &Func, without: Option<Block>) -> Vec<bool> {
    let mut seen = vec![false; f.blocks.len()];
    let mut work = vec![f.entry()];
    while let Some(b) = work.pop() {
        if Some(b) == without || std::mem::replace(&mut seen[b.index()], true) {
            continue;
        }
        f.for_each_successor(b, |e| work.push(f.edges[e].to));
    }
    seen
}

#[test]
fn random_graphs() {
    let mut random = Random(7);
    for round in 0..3000 {
        let n = 1 + random.below(12);
        let backward = round % 3 != 0;
        let successors: Vec<Vec<usize>> = (0..n)
            .map(|b| {
                let count = random.below(4);
                let any = |random: &mut Random| if backward { 1 + random.below(n) } else { b + 1 + random.below(n) };
                (0..count).map(|_| any(&mut random)).filter(|to| *to < n).collect()
            })
            .collect();
        let f = graph(&successors);
        let cfg = Cfg::new(&f);
        let dom = Dom::new(&f, &cfg);
        let loops = Loops::new(&f, &cfg, &dom);
        let alive = reachable(&f, None);
        let mut dominates = vec![vec![false; n]; n];
        for (a, row) in dominates.iter_mut().enumerate() {
            let without = reachable(&f, Some(Block::new(a)));
            for b in 0..n {
                row[b] = alive[a] && alive[b] && !without[b];
                assert_eq!(dom.dominates(Block::new(a), Block::new(b)), row[b], "b{a} b{b}\n{f}");
            }
        }
        for b in 0..n {
            let block = Block::new(b);
            assert_eq!(cfg.is_reachable(block), alive[b]);
            if !alive[b] {
                continue;
            }
            let mut expected = Vec::new();
            for from in f.layout.iter().filter(|from| alive[from.index()]) {
                f.for_each_distinct_successor(*from, |e| expected.extend((f.edges[e].to == block).then_some(e)));
            }
            let mut preds = cfg.preds(block).to_vec();
            preds.sort();
            expected.sort();
            assert_eq!(preds, expected, "preds of b{b}\n{f}");
            let idom = (0..n).filter(|a| *a != b && dominates[*a][b]).max_by_key(|a| dominates.iter().filter(|r| r[*a]).count());
            assert_eq!(dom.idom(&cfg, block).map(|b| b.index()), idom, "idom of b{b}\n{f}");
            // Parents first, and sources of forward edges in a reducible graph.
            let at = dom.subtree(block).0;
            assert_eq!(dom.preorder()[at as usize], block);
            if !dom.is_irreducible() {
                for e in cfg.preds(block) {
                    let from = f.edges[*e].from;
                    assert!(dom.dominates(block, from) || dom.subtree(from).0 < at, "{e} into b{b}\n{f}");
                }
            }
            // A natural loop: its header and what reaches the header's back edges without passing it.
            let is_header = cfg.preds(block).iter().any(|e| dom.dominates(block, f.edges[*e].from));
            assert_eq!(loops.is_header(block), is_header, "header b{b}\n{f}");
        }
        let in_loop = |header: usize| {
            let mut body = vec![false; n];
            body[header] = true;
            let back = cfg.preds(Block::new(header)).iter().map(|e| f.edges[*e].from);
            let mut work: Vec<_> = back.filter(|from| dominates[header][from.index()]).collect();
            while let Some(b) = work.pop() {
                if !std::mem::replace(&mut body[b.index()], true) {
                    work.extend(cfg.preds(b).iter().map(|e| f.edges[*e].from));
                }
            }
            body
        };
        if !dom.is_irreducible() {
            let bodies: Vec<_> = (0..n).filter(|b| alive[*b] && loops.is_header(Block::new(*b))).map(|h| (h, in_loop(h))).collect();
            for b in (0..n).filter(|b| alive[*b]) {
                let block = Block::new(b);
                assert_eq!(loops.depth(block) as usize, bodies.iter().filter(|(_, l)| l[b]).count(), "depth of b{b}\n{f}");
                for l in loops.loops.keys() {
                    let body = &bodies.iter().find(|(h, _)| *h == loops.loops[l].header.index()).unwrap().1;
                    assert_eq!(loops.contains(l, block), body[b]);
                }
            }
        }
    }
}

/// 100,000 blocks: a chain that leaves to one label at every step, nested loops, and a wide switch behind a long chain.
#[test]
fn deep_graphs() {
    let n = 100_000;
    let chain: Vec<Vec<usize>> = (0..n).map(|b| if b + 2 < n { vec![b + 1, n - 1] } else { vec![] }).collect();
    let loops_in_loops: Vec<Vec<usize>> = (0..n).map(|b| if b < n / 2 { vec![b + 1] } else { vec![n - b, (b + 1).min(n - 1)] }).collect();
    let mut switches: Vec<Vec<usize>> = (0..n).map(|b| if b < n / 2 { vec![b + 1] } else { vec![] }).collect();
    switches[0] = (n / 2 + 1..n).chain([1]).collect();
    switches[n / 2] = (n / 2 + 1..n).collect();
    for successors in [chain, loops_in_loops, switches] {
        let f = graph(&successors);
        assert_valid(&f, "generation");
        let cfg = Cfg::new(&f);
        let dom = Dom::new(&f, &cfg);
        assert!(dom.dominates(f.entry(), Block::new(n / 2)));
    }
}

//! Shuffles by constant indices: a search over one and two instructions, then two `pshufb` and an `or`.
//!
//! A *pattern* is what each byte of a vector is: byte 0 to 15 of `a`, 16 to 31 of `b`, or zero. What an instruction makes of
//! patterns is what its meaning makes of their bytes (`TargetOp::eval`), so nothing about instructions is said again here: `one_source`
//! and `two_sources` guess instructions from what is wanted, and are believed if the meaning says so. In order of cost:
//! 1. one instruction without a constant; 2. two without; 3. one `pshufb`; 4. an instruction on both, then `pshufb`; 5. one `pshufb`, then a
//! blend or the like; 6. `pblendvb`; 7. `permi2b`, or three. Zeros come from a second vector that is the constant zero.
use super::Expander;
use TargetOp::*;
use samite_ir::ssa::Value;
use samite_ir::value::{TargetOp, Type, Wide};
use std::sync::LazyLock;

type Pattern = [u8; 16];
/// The byte is zero.
const ZERO: u8 = 0x80;

/// An instruction with its immediate, and whether its sources change places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Pick {
    op: TargetOp,
    imm: u8,
    swapped: bool,
}

const fn pick(op: TargetOp, imm: u8) -> Pick {
    Pick { op, imm, swapped: false }
}

impl Pick {
    /// What it makes of two patterns. Instructions with one source take the first.
    fn of(self, a: Pattern, b: Pattern) -> Pattern {
        let (a, b) = if self.swapped { (b, a) } else { (a, b) };
        let args = [a, b].map(|p| Wide::from(u128::from_le_bytes(p)));
        self.op.eval(Type::V128, [args[0], args[1], Wide::ZERO], self.imm).low.to_le_bytes()
    }
}

/// Patterns as `Pick::of` sees them: bytes count from 1, so that 0 is zero.
fn shown(p: Pattern) -> Pattern {
    p.map(|n| if n == ZERO { 0 } else { n + 1 })
}

const A: Pattern = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const B: Pattern = [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31];

/// Lane numbers of lanes of so many bytes, if the pattern moves them whole; a lane of zeros is `ZERO`.
fn lanes<const N: usize>(p: Pattern) -> Option<[u8; N]> {
    let size = 16 / N as u8;
    let mut out = [0; N];
    for (k, lane) in out.iter_mut().enumerate() {
        let at = &p[k * usize::from(size)..][..usize::from(size)];
        *lane = match at[0] {
            ZERO if at.iter().all(|n| *n == ZERO) => ZERO,
            first if first != ZERO && first % size == 0 && at.iter().enumerate().all(|(n, x)| *x == first + n as u8) => first / size,
            _ => return None,
        };
    }
    Some(out)
}

fn two_bits(lanes: &[u8]) -> u8 {
    lanes.iter().enumerate().map(|(k, n)| (n & 3) << (2 * k)).sum()
}

/// The instruction without a constant that makes a pattern of one vector (bytes below 16 and zeros), if there is one.
fn one_source(p: Pattern) -> Option<Pick> {
    let mut guesses: Vec<Pick> = Vec::with_capacity(24);
    if let Some(l) = lanes::<4>(p).filter(|l| !l.contains(&ZERO)) {
        guesses.extend([pick(Movddup, 0), pick(Pshufd, two_bits(&l))]);
    }
    if let Some(l) = lanes::<8>(p).filter(|l| !l.contains(&ZERO)) {
        guesses.extend([pick(Pshuflw, two_bits(&l[..4])), pick(Pshufhw, two_bits(&l[4..])), pick(Vpbroadcastw, 0)]);
    }
    guesses.extend([pick(Vpbroadcastb, 0), pick(Movq, 0)]);
    guesses.extend([Punpcklbw, Punpckhbw, Punpcklwd, Punpckhwd].map(|op| pick(op, 0)));
    guesses.extend([Pmovzxbw, Pmovzxbd, Pmovzxbq, Pmovzxwd, Pmovzxwq, Pmovzxdq].map(|op| pick(op, 0)));
    // By bytes: around, out of the left end, out of the right end.
    if p[0] < 16 {
        guesses.extend([pick(Palignr, p[0]), pick(Psrldq, p[0])]);
    }
    let zeros = p.iter().take_while(|n| **n == ZERO).count() as u8;
    guesses.extend([pick(Pslldq, zeros), pick(PsrlqImm, 8 * (p[0] & 7)), pick(PsllqImm, 8 * (zeros & 7))]);
    guesses.extend([pick(PsrldImm, 8 * (p[0] & 3)), pick(PslldImm, 8 * (zeros & 3)), pick(PsrlwImm, 8), pick(PsllwImm, 8)]);
    guesses.into_iter().find(|g| g.of(shown(A), shown(A)) == shown(p))
}

/// The instruction that makes a pattern of two vectors. `zeros`: the second is zero, and its bytes are.
fn two_sources(p: Pattern, zeros: bool) -> Option<Pick> {
    let b = if zeros { [ZERO; 16] } else { B };
    candidates(p).into_iter().find(|g| g.of(shown(A), shown(b)) == shown(p))
}

/// Guesses for a pattern of two vectors.
fn candidates(p: Pattern) -> Vec<Pick> {
    let mut out: Vec<Pick> = Vec::with_capacity(48);
    let is_b = |n: u8| n >= 16;
    if let Some(l) = lanes::<4>(p) {
        let imm = l.iter().enumerate().map(|(k, n)| u8::from(is_b(*n << 2)) << k).sum();
        out.push(pick(Pblendd, imm));
        out.push(pick(Shufps, two_bits(&l)));
        // One lane of the other, and zeros.
        for to in 0..4u8 {
            let zeroed: u8 = l.iter().enumerate().map(|(k, n)| u8::from(*n == ZERO) << k).sum();
            out.push(pick(Insertps, (l[usize::from(to)] & 3) << 6 | to << 4 | zeroed));
        }
    }
    if let Some(l) = lanes::<8>(p) {
        out.push(pick(Pblendw, l.iter().enumerate().map(|(k, n)| u8::from(is_b(*n << 1)) << k).sum()));
    }
    out.extend(UNPACKS.map(|op| pick(op, 0)));
    // The sources of `palignr` stand in the other order: the second one is the lower.
    out.extend([pick(Palignr, p[0] & 15), pick(Packuswb, 0)]);
    let other: Vec<Pick> = out.iter().map(|g| Pick { swapped: true, ..*g }).collect();
    out.extend(other);
    if let Some(l) = lanes::<4>(p) {
        // Blends and insertions count lanes of the second source; with sources exchanged that is the first.
        let imm = l.iter().enumerate().map(|(k, n)| u8::from(!is_b(*n << 2)) << k).sum();
        out.push(Pick { op: Pblendd, imm, swapped: true });
    }
    out
}

/// What `p` asks of a vector that has the bytes `has`: where each is. None if one is missing.
fn within(p: Pattern, has: Pattern) -> Option<Pattern> {
    let mut out = [0; 16];
    for (k, n) in p.into_iter().enumerate() {
        out[k] = if n == ZERO {
            ZERO
        } else if has[k] == n {
            // In place, if it is there more than once.
            k as u8
        } else {
            has.iter().position(|h| *h == n)? as u8
        };
    }
    Some(out)
}

const UNPACKS: [TargetOp; 8] = [Punpcklqdq, Punpckhqdq, Punpckldq, Punpckhdq, Punpcklwd, Punpckhwd, Punpcklbw, Punpckhbw];

/// An instruction with what it makes of both vectors, none of it zero.
fn with_pattern(g: Pick) -> (Pick, Pattern) {
    (g, g.of(shown(A), shown(B)).map(|n| n - 1))
}

/// Instructions on both vectors worth a try as the first of two, whatever is wanted.
static FIRST_STEPS: LazyLock<Vec<(Pick, Pattern)>> = LazyLock::new(|| {
    let windows = (1..16).flat_map(|imm| [false, true].map(|swapped| Pick { op: Palignr, imm, swapped }));
    UNPACKS.into_iter().map(|op| pick(op, 0)).chain(windows).map(with_pattern).collect()
});

/// Blends and `shufps` that have all that is wanted, as the first of two.
fn first_steps_for(p: Pattern) -> Vec<(Pick, Pattern)> {
    let mut list = Vec::new();
    for (op, size, ones) in [(Pblendd, 4u8, 4), (Pblendw, 2, 8)] {
        // A lane is from the vector of which a byte at its place is wanted.
        let mut imm = 0u8;
        let mut clash = false;
        for lane in 0..ones {
            let from = |base: u8| p.iter().any(|n| *n != ZERO && n & 16 == base && (n & 15) / size == lane);
            clash |= from(0) && from(16);
            imm |= u8::from(from(16)) << lane;
        }
        if !clash {
            list.push(pick(op, imm));
        }
    }
    // Two dwords of each.
    let of = |base: u8| {
        let mut l: Vec<u8> = p.iter().filter(|n| **n != ZERO && **n & 16 == base).map(|n| (n & 15) / 4).collect();
        l.sort_unstable();
        l.dedup();
        l
    };
    let (x, y) = (of(0), of(16));
    if (1..=2).contains(&x.len()) && (1..=2).contains(&y.len()) {
        let last = |l: &[u8]| l[l.len() - 1];
        list.push(pick(Shufps, two_bits(&[x[0], last(&x), y[0], last(&y)])));
    }
    list.into_iter().map(with_pattern).collect()
}

impl Expander<'_> {
    /// Bytes of `a` (0 to 15) and `b` (16 to 31).
    pub fn shuffle(&mut self, indices: Pattern, a: Value, b: Value) -> Value {
        if a == b || indices.iter().all(|n| *n < 16) {
            return self.one(indices.map(|n| n & 15), a);
        }
        if indices.iter().all(|n| *n >= 16) {
            return self.one(indices.map(|n| n & 15), b);
        }
        match (self.constant_of(a), self.constant_of(b)) {
            (_, Some(0)) => self.with_zeros(indices.map(|n| if n >= 16 { ZERO } else { n }), a, b),
            (Some(0), _) => self.with_zeros(indices.map(|n| if n < 16 { ZERO } else { n & 15 }), b, a),
            (_, Some(c)) => self.with_constant(indices, a, b, c),
            (Some(c), _) => self.with_constant(indices.map(|n| n ^ 16), b, a, c),
            _ => self.both(indices, a, b),
        }
    }

    fn step(&mut self, g: Pick, a: Value, b: Value) -> Value {
        let (a, b) = if g.swapped { (b, a) } else { (a, b) };
        match g.op.row().operands.len() {
            1 => self.t1i(g.op, g.imm, a),
            _ => self.t2i(g.op, g.imm, a, b),
        }
    }

    fn pshufb(&mut self, p: Pattern, a: Value) -> Value {
        let order = self.constant(u128::from_le_bytes(p));
        self.t2(Pshufb, a, order)
    }

    /// A pattern of one vector, with zeros.
    fn one(&mut self, p: Pattern, a: Value) -> Value {
        if p == A {
            return a;
        }
        match one_source(p) {
            Some(g) => self.step(g, a, a),
            None => self.pshufb(p, a),
        }
    }

    fn with_zeros(&mut self, p: Pattern, a: Value, zero: Value) -> Value {
        if let Some(g) = one_source(p) {
            return self.step(g, a, a);
        }
        match two_sources(p, true) {
            Some(g) => self.step(g, a, zero),
            None => self.pshufb(p, a),
        }
    }

    /// The second vector is a constant: its bytes come in place by themselves.
    fn with_constant(&mut self, p: Pattern, a: Value, b: Value, c: u128) -> Value {
        if let Some(g) = two_sources(p, false) {
            return self.step(g, a, b);
        }
        let bytes = c.to_le_bytes();
        let placed = p.map(|n| if n >= 16 { bytes[usize::from(n & 15)] } else { 0 });
        let rest = p.map(|n| if n >= 16 { ZERO } else { n });
        let placed = self.constant(u128::from_le_bytes(placed));
        let rest = self.one(rest, a);
        self.t2(Por, rest, placed)
    }

    fn both(&mut self, p: Pattern, a: Value, b: Value) -> Value {
        if let Some(g) = two_sources(p, false) {
            return self.step(g, a, b);
        }
        let mut steps = FIRST_STEPS.clone();
        steps.extend(first_steps_for(p));
        // Then one without a constant.
        for (g, has) in &steps {
            if let Some(second) = within(p, *has).and_then(one_source) {
                let v = self.step(*g, a, b);
                return self.step(second, v, v);
            }
        }
        if let Some(v) = self.one_then_both(p, a, b, Order::Cheap) {
            return v;
        }
        for (g, has) in &steps {
            if let Some(second) = within(p, *has) {
                let v = self.step(*g, a, b);
                return self.pshufb(second, v);
            }
        }
        if let Some(v) = self.one_then_both(p, a, b, Order::Any) {
            return v;
        }
        // Every byte in its place already, from one or the other.
        if p.iter().enumerate().all(|(k, n)| usize::from(n & 15) == k) {
            let mask = self.constant(u128::from_le_bytes(p.map(|n| if n >= 16 { 0xff } else { 0 })));
            return self.t3(Pblendvb, a, b, mask);
        }
        if self.wide && !p.contains(&ZERO) {
            let order = self.constant(u128::from_le_bytes(p));
            return self.t3(Permi2b, order, a, b);
        }
        let [x, y] = [(0, a), (16, b)].map(|(base, v)| self.pshufb(p.map(|n| if n & 16 == base { n & 15 } else { ZERO }), v));
        self.t2(Por, x, y)
    }

    /// One vector is put in order first, then both go together: the other one is taken as it is by a blend or an interleaving.
    fn one_then_both(&mut self, p: Pattern, a: Value, b: Value, order: Order) -> Option<Value> {
        for moved in [16u8, 0] {
            // Blends take what stays from its place.
            let joins = JOINS.iter().filter_map(|(g, takes)| Some((*g, needed(p, moved, takes)?)));
            for (g, need) in joins.chain(blend_after(p, moved)) {
                let first = one_source(need);
                if first.is_none() && order == Order::Cheap {
                    continue;
                }
                let (still, other) = if moved == 16 { (a, b) } else { (b, a) };
                let put = match first {
                    Some(first) => self.step(first, other, other),
                    None => self.pshufb(need, other),
                };
                let (a, b) = if moved == 16 { (still, put) } else { (put, still) };
                return Some(self.step(g, a, b));
            }
        }
        None
    }
}

/// May the first instruction need a constant?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    Cheap,
    Any,
}

/// Interleavings, with the pattern each makes.
static JOINS: LazyLock<Vec<(Pick, Pattern)>> = LazyLock::new(|| {
    let both = UNPACKS.into_iter().flat_map(|op| [false, true].map(|swapped| Pick { op, imm: 0, swapped }));
    both.map(with_pattern).collect()
});

/// What the vector whose bytes start at `moved` must hold, so that an instruction which takes bytes as `takes` says makes `p`; None if the other
/// one would have to move, too.
fn needed(p: Pattern, moved: u8, takes: &Pattern) -> Option<Pattern> {
    let mut need = [0xffu8; 16];
    for (want, take) in p.into_iter().zip(takes) {
        if take & 16 == moved {
            if want & 16 != moved {
                return None;
            }
            need[usize::from(take & 15)] = want & 15;
        } else if want != *take {
            return None;
        }
    }
    Some(settled(need))
}

/// Bytes that nobody asked for (0xff) in a way that helps: with their neighbours, as whole lanes.
fn settled(need: Pattern) -> Pattern {
    let mut out = need;
    for k in 0..16usize {
        if need[k] != 0xff {
            continue;
        }
        // As the known neighbours in the dword go.
        let known = (k & !3..(k & !3) + 4).find(|n| need[*n] != 0xff);
        out[k] = match known {
            Some(n) => (i16::from(need[n]) + k as i16 - n as i16).rem_euclid(16) as u8,
            None => k as u8,
        };
    }
    out
}

/// A blend of whole words or dwords whose other vector has its bytes in place, and what the moved one must hold.
fn blend_after(p: Pattern, moved: u8) -> Option<(Pick, Pattern)> {
    let mut need = [0xffu8; 16];
    for (k, n) in p.into_iter().enumerate() {
        if n & 16 == moved {
            need[k] = n & 15;
        } else if usize::from(n & 15) != k {
            return None;
        }
    }
    for (op, size) in [(Pblendd, 4usize), (Pblendw, 2)] {
        let mixed = p.chunks(size).any(|lane| lane.iter().any(|n| n & 16 != lane[0] & 16));
        if !mixed {
            let imm = p.chunks(size).enumerate().map(|(k, lane)| u8::from(lane[0] >= 16) << k).sum();
            return Some((pick(op, imm), settled(need)));
        }
    }
    None
}

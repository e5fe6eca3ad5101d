//! Labels, branches and padding of random code, against a model that keeps everything and counts anew each time.
use samite_codegen::mach::buffer::{BranchForm, Buffer, Label};
use samite_codegen::x64::encode::Jump;

/// A branch that writes what it is, so that it can be read back: 0xb5 or 0xb1, its number, the distance.
#[derive(Clone, Copy)]
struct Form(u16);

const SHORT: u32 = 4;
const LONG: u32 = 7;

impl BranchForm for Form {
    fn size(self, long: bool) -> u32 {
        if long { LONG } else { SHORT }
    }
    fn write(self, long: bool, distance: i32, out: &mut Vec<u8>) {
        out.push(if long { 0xb1 } else { 0xb5 });
        out.extend(self.0.to_le_bytes());
        if long { out.extend(distance.to_le_bytes()) } else { out.push(i8::try_from(distance).expect("a short distance") as u8) }
    }
    fn pad(count: u32, out: &mut Vec<u8>) {
        out.extend((0..count).map(|_| 0xaa));
    }
}

#[derive(Clone, Copy, Debug)]
enum Item {
    /// So many bytes, each 0x11.
    Raw(u32),
    Bind(usize),
    Branch(usize),
    Align {
        to: u32,
        most: u32,
    },
}

/// xorshift64* (Marsaglia, Vigna).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % n
    }
}

/// Items with every label bound once. Distances gather around what a short branch reaches.
fn random_items(seed: u64) -> (Vec<Item>, usize) {
    let mut r = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let labels = 1 + r.below(12) as usize;
    let count = 2 + r.below(60);
    let big = [2, 10, 40, 130][r.below(4) as usize];
    let mut items: Vec<Item> = (0..count)
        .map(|_| match r.below(10) {
            0..4 => Item::Raw(r.below(big) as u32),
            4..9 => Item::Branch(r.below(labels as u64) as usize),
            _ => {
                let to = 1 << r.below(6);
                Item::Align { to, most: r.below(u64::from(to)) as u32 }
            }
        })
        .collect();
    for label in 0..labels {
        let at = r.below(items.len() as u64 + 1) as usize;
        items.insert(at, Item::Bind(label));
    }
    (items, labels)
}

/// Positions of items when branch `i` is long if `long[i]`, and padding is `pad` of (place, to, most).
fn places(items: &[Item], long: &[bool], pad: impl Fn(u32, u32, u32) -> u32) -> Vec<u32> {
    let (mut at, mut branch) = (0, 0);
    let mut places = Vec::new();
    for item in items {
        places.push(at);
        at += match *item {
            Item::Raw(n) => n,
            Item::Bind(_) => 0,
            Item::Branch(_) => {
                branch += 1;
                if long[branch - 1] { LONG } else { SHORT }
            }
            Item::Align { to, most } => pad(at, to, most),
        };
    }
    places.push(at);
    places
}

fn exact(at: u32, to: u32, most: u32) -> u32 {
    let pad = at.next_multiple_of(to) - at;
    if pad <= most { pad } else { 0 }
}

/// Item index at which each label is bound.
fn bound_at(items: &[Item], labels: usize) -> Vec<usize> {
    let at = |label| items.iter().position(|i| matches!(i, Item::Bind(l) if *l == label)).expect("every label is bound");
    (0..labels).map(at).collect()
}

/// The least set of long branches, found by making one long at a time.
fn naive(items: &[Item], labels: usize) -> Vec<bool> {
    let bound = bound_at(items, labels);
    let mut long = vec![false; items.len()];
    'again: loop {
        // While branches are settled, padding counts as its most.
        let places = places(items, &long, |_, _, most| most);
        let mut branch = 0;
        for (i, item) in items.iter().enumerate() {
            let Item::Branch(label) = *item else { continue };
            let distance = i64::from(places[bound[label]]) - i64::from(places[i + 1]);
            if !long[branch] && i8::try_from(distance).is_err() {
                long[branch] = true;
                continue 'again;
            }
            branch += 1;
        }
        return long;
    }
}

#[test]
fn random_code_settles_like_the_model() {
    let (mut short_branches, mut long_branches) = (0, 0);
    for seed in 0..4000 {
        let (items, labels) = random_items(seed);
        let mut buffer = Buffer::<Form>::default();
        let names: Vec<Label> = (0..labels).map(|_| buffer.label()).collect();
        let mut raw = Vec::new();
        let mut positions = Vec::new();
        let mut number = 0;
        for item in &items {
            positions.push(buffer.pos(raw.len()));
            match *item {
                Item::Raw(n) => raw.resize(raw.len() + n as usize, 0x11),
                Item::Bind(l) => buffer.bind(names[l], raw.len()),
                Item::Branch(l) => {
                    buffer.branch(raw.len(), Form(number), names[l]);
                    number += 1;
                }
                Item::Align { to, most } => buffer.align(raw.len(), to, most),
            }
        }
        positions.push(buffer.pos(raw.len()));
        let settled = buffer.finish(&raw);

        let long = naive(&items, labels);
        let bound = bound_at(&items, labels);
        let places = places(&items, &long, exact);
        let mut expected = Vec::new();
        let mut branch = 0;
        for (i, item) in items.iter().enumerate() {
            match *item {
                Item::Raw(n) => expected.extend((0..n).map(|_| 0x11)),
                Item::Bind(_) => {}
                Item::Branch(l) => {
                    let distance = places[bound[l]] as i32 - places[i + 1] as i32;
                    Form(branch as u16).write(long[branch], distance, &mut expected);
                    *(if long[branch] { &mut long_branches } else { &mut short_branches }) += 1;
                    branch += 1;
                }
                Item::Align { .. } => Form::pad(places[i + 1] - places[i], &mut expected),
            }
        }
        assert_eq!(settled.bytes, expected, "seed {seed}: {items:?}");
        for (i, pos) in positions.iter().enumerate() {
            assert_eq!(settled.at(*pos), places[i], "seed {seed}, item {i}");
        }
        for (l, name) in names.iter().enumerate() {
            assert_eq!(settled.label(*name), places[bound[l]]);
        }
    }
    assert!(short_branches > 10_000 && long_branches > 10_000, "{short_branches} short, {long_branches} long");
}

/// A chain in which each branch that grows makes one before it grow: it ends early, and correct.
#[test]
fn a_hostile_chain_settles_in_few_rounds() {
    let n = 2000;
    let mut buffer = Buffer::<Form>::default();
    let labels: Vec<Label> = (0..n + 40).map(|_| buffer.label()).collect();
    // Branch i leads over just so many that all are short, until the last is long.
    for (i, label) in labels.iter().enumerate() {
        buffer.bind(*label, 0);
        if i < n {
            buffer.branch(0, Form(i as u16), labels[i + 32]);
        }
    }
    let raw = vec![0x11; 1000];
    let end = buffer.label();
    buffer.branch(0, Form(n as u16), end);
    buffer.bind(end, raw.len());
    let settled = buffer.finish(&raw);
    let mut at = 0;
    for (i, to) in (0..n).map(|i| (i, settled.label(labels[i + 32]))).chain([(n, settled.label(end))]) {
        let long = settled.bytes[at] == 0xb1;
        assert_eq!(settled.bytes[at + 1..at + 3], (i as u16).to_le_bytes());
        let size = if long { LONG } else { SHORT } as usize;
        let distance = match long {
            true => i32::from_le_bytes(settled.bytes[at + 3..at + 7].try_into().expect("four bytes")),
            false => i32::from(settled.bytes[at + 3] as i8),
        };
        at += size;
        assert_eq!(at as i32 + distance, to as i32, "branch {i}");
    }
    assert_eq!(settled.bytes.len(), at + raw.len());
}

#[test]
#[should_panic(expected = "is bound twice")]
fn a_label_is_bound_once() {
    let mut buffer = Buffer::<Form>::default();
    let label = buffer.label();
    buffer.bind(label, 0);
    buffer.bind(label, 0);
}

#[test]
#[should_panic(expected = "is not bound")]
fn a_branch_leads_somewhere() {
    let mut buffer = Buffer::<Form>::default();
    let label = buffer.label();
    buffer.branch(0, Form(0), label);
    buffer.finish(&[]);
}

/// The padding of x86-64 is no-operations, of any length.
#[test]
fn padding_does_nothing() {
    for count in 0..64 {
        let mut out = Vec::new();
        Jump::pad(count, &mut out);
        assert_eq!(out.len(), count as usize);
        let list: Vec<_> = iced_x86::Decoder::new(64, &out, iced_x86::DecoderOptions::NONE).iter().collect();
        assert!(list.iter().all(|i| i.mnemonic() == iced_x86::Mnemonic::Nop), "{count} bytes");
        assert!(list.len() as u32 <= count.div_ceil(9), "{count} bytes in {} instructions", list.len());
    }
}

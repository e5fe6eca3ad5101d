//! Bytes, labels and branches of one function.
//!
//! Branches are kept aside while code is emitted and put in at the end, each in its short form if its target allows. A place in the code is
//! therefore a `Pos`: bytes emitted so far, and branches so far. Sizes only grow while they are settled, so that ends. Padding before a loop is
//! kept aside too; while branches are settled it counts as its largest size, so what fits then fits in the end.
use cranelift_entity::{PrimaryMap, entity_impl};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(u32);
entity_impl!(Label, "L");

/// A place in code whose branches are not yet put in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pos {
    pub raw: u32,
    items: u32,
}

/// How a target writes a branch: sizes in bytes of the short form (8-bit distance) and the long one (32-bit), and the bytes, given the
/// distance from the branch's end.
pub trait BranchForm: Copy {
    fn size(self, long: bool) -> u32;
    fn write(self, long: bool, distance: i32, out: &mut Vec<u8>);
    /// `count` bytes that do nothing.
    fn pad(count: u32, out: &mut Vec<u8>);
}

/// What is put in at the end.
#[derive(Clone, Copy, Debug)]
enum Item<B> {
    Branch(B, Label),
    /// Padding to a multiple of this power of two, if it takes no more than so many bytes.
    Align {
        to: u32,
        most: u32,
    },
}

#[derive(Clone, Debug)]
pub struct Buffer<B: BranchForm> {
    labels: PrimaryMap<Label, Option<Pos>>,
    items: Vec<(u32, Item<B>)>,
}

impl<B: BranchForm> Default for Buffer<B> {
    fn default() -> Self {
        Buffer { labels: PrimaryMap::new(), items: Vec::new() }
    }
}

impl<B: BranchForm> Buffer<B> {
    pub fn label(&mut self) -> Label {
        self.labels.push(None)
    }
    /// The place after `raw` bytes and all branches so far.
    pub fn pos(&self, raw: usize) -> Pos {
        Pos { raw: raw as u32, items: self.items.len() as u32 }
    }
    pub fn bind(&mut self, label: Label, raw: usize) {
        let pos = self.pos(raw);
        assert!(self.labels[label].replace(pos).is_none(), "{label} is bound twice");
    }
    pub fn branch(&mut self, raw: usize, form: B, to: Label) {
        self.items.push((raw as u32, Item::Branch(form, to)));
    }
    pub fn align(&mut self, raw: usize, to: u32, most: u32) {
        assert!(to.is_power_of_two());
        self.items.push((raw as u32, Item::Align { to, most }));
    }
    /// Puts branches and padding into `raw` and settles all places.
    pub fn finish(self, raw: &[u8]) -> Settled {
        let n = self.items.len();
        let mut long = vec![false; n];
        // before[i]: bytes of the first i items.
        let mut before = vec![0u32; n + 1];
        let target = |to: Label| self.labels[to].unwrap_or_else(|| panic!("{to} is not bound"));
        let distance = |before: &[u32], i: usize, at: u32, to: Label| {
            let to = target(to);
            i64::from(to.raw + before[to.items as usize]) - i64::from(at + before[i + 1])
        };
        for round in 0.. {
            for (i, (_, item)) in self.items.iter().enumerate() {
                before[i + 1] = before[i]
                    + match *item {
                        Item::Branch(form, _) => form.size(long[i]),
                        Item::Align { most, .. } => most,
                    };
            }
            let mut grew = false;
            for (i, &(at, item)) in self.items.iter().enumerate() {
                let Item::Branch(_, to) = item else { continue };
                // Few rounds settle real code; a hostile chain gets long branches instead of one round each.
                if !long[i] && (round > 8 || i8::try_from(distance(&before, i, at, to)).is_err()) {
                    long[i] = true;
                    grew = true;
                }
            }
            if !grew {
                break;
            }
        }
        let mut pads = vec![0u32; n];
        for (i, &(at, item)) in self.items.iter().enumerate() {
            before[i + 1] = before[i]
                + match item {
                    Item::Branch(form, _) => form.size(long[i]),
                    Item::Align { to, most } => {
                        let pad = (at + before[i]).wrapping_neg() & (to - 1);
                        pads[i] = if pad <= most { pad } else { 0 };
                        pads[i]
                    }
                };
        }
        let mut bytes = Vec::with_capacity(raw.len() + before[n] as usize + 64);
        let mut done = 0;
        for (i, &(at, item)) in self.items.iter().enumerate() {
            bytes.extend_from_slice(&raw[done..at as usize]);
            done = at as usize;
            match item {
                Item::Align { .. } => B::pad(pads[i], &mut bytes),
                Item::Branch(form, to) => {
                    let distance = distance(&before, i, at, to);
                    let distance = i32::try_from(distance).expect("a function's code is under 2 GiB");
                    form.write(long[i], distance, &mut bytes);
                }
            }
        }
        bytes.extend_from_slice(&raw[done..]);
        Settled { bytes, before, labels: self.labels }
    }
}

/// The code with its branches, and where each place came to be.
#[derive(Clone, Debug)]
pub struct Settled {
    pub bytes: Vec<u8>,
    before: Vec<u32>,
    labels: PrimaryMap<Label, Option<Pos>>,
}

impl Settled {
    pub fn at(&self, pos: Pos) -> u32 {
        pos.raw + self.before[pos.items as usize]
    }
    pub fn label(&self, label: Label) -> u32 {
        self.at(self.labels[label].expect("bound labels only"))
    }
}

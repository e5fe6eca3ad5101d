//! Bytes, labels and branches of one function.
//!
//! Branches are kept aside while code is emitted and put in at the end, each in its short form if its target allows. A place in the code is
//! therefore a `Pos`: bytes emitted so far, and branches so far. Sizes only grow while they are settled, so that ends.
use cranelift_entity::{PrimaryMap, entity_impl};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(u32);
entity_impl!(Label, "L");

/// A place in code whose branches are not yet put in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pos {
    pub raw: u32,
    branches: u32,
}

/// How a target writes a branch: sizes in bytes of the short form (8-bit distance) and the long one (32-bit), and the bytes, given the
/// distance from the branch's end.
pub trait BranchForm: Copy {
    fn size(self, long: bool) -> u32;
    fn write(self, long: bool, distance: i32, out: &mut Vec<u8>);
}

#[derive(Clone, Debug)]
pub struct Buffer<B: BranchForm> {
    labels: PrimaryMap<Label, Option<Pos>>,
    branches: Vec<(u32, B, Label)>,
}

impl<B: BranchForm> Default for Buffer<B> {
    fn default() -> Self {
        Buffer { labels: PrimaryMap::new(), branches: Vec::new() }
    }
}

impl<B: BranchForm> Buffer<B> {
    pub fn label(&mut self) -> Label {
        self.labels.push(None)
    }
    /// The place after `raw` bytes and all branches so far.
    pub fn pos(&self, raw: usize) -> Pos {
        Pos { raw: raw as u32, branches: self.branches.len() as u32 }
    }
    pub fn bind(&mut self, label: Label, raw: usize) {
        let pos = self.pos(raw);
        assert!(self.labels[label].replace(pos).is_none(), "{label} is bound twice");
    }
    pub fn branch(&mut self, raw: usize, form: B, to: Label) {
        self.branches.push((raw as u32, form, to));
    }
    /// Puts the branches into `raw` and settles all places.
    pub fn finish(self, raw: &[u8]) -> Settled {
        let n = self.branches.len();
        let mut long = vec![false; n];
        // before[i]: bytes of the first i branches.
        let mut before = vec![0u32; n + 1];
        let target = |to: Label| self.labels[to].unwrap_or_else(|| panic!("{to} is not bound"));
        for round in 0.. {
            for i in 0..n {
                before[i + 1] = before[i] + self.branches[i].1.size(long[i]);
            }
            let mut grew = false;
            for (i, &(at, _, to)) in self.branches.iter().enumerate() {
                let to = target(to);
                let distance = i64::from(to.raw + before[to.branches as usize]) - i64::from(at + before[i + 1]);
                // Few rounds settle real code; a hostile chain gets long branches instead of one round each.
                if !long[i] && (i8::try_from(distance).is_err() || round > 8) {
                    long[i] = true;
                    grew = true;
                }
            }
            if !grew {
                break;
            }
        }
        let mut bytes = Vec::with_capacity(raw.len() + before[n] as usize + 64);
        let mut done = 0;
        for (i, &(at, form, to)) in self.branches.iter().enumerate() {
            bytes.extend_from_slice(&raw[done..at as usize]);
            done = at as usize;
            let to = target(to);
            let distance = i64::from(to.raw + before[to.branches as usize]) - i64::from(at + before[i + 1]);
            let distance = i32::try_from(distance).expect("a function's code is under 2 GiB");
            form.write(long[i], distance, &mut bytes);
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
        pos.raw + self.before[pos.branches as usize]
    }
    pub fn label(&self, label: Label) -> u32 {
        self.at(self.labels[label].expect("bound labels only"))
    }
}

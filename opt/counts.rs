//! Counts by name: what passes say about what they did, summed over functions by whoever runs them.

/// Names in the order in which they were first counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(Vec<(&'static str, u64)>);

impl Counts {
    pub fn add(&mut self, name: &'static str, count: u64) {
        match self.0.iter_mut().find(|c| c.0 == name) {
            Some((_, sum)) => *sum += count,
            None => self.0.push((name, count)),
        }
    }
    /// 0 for what was never counted.
    pub fn get(&self, name: &str) -> u64 {
        self.0.iter().find(|c| c.0 == name).map_or(0, |c| c.1)
    }
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.0.iter().copied()
    }
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

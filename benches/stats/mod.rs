//! Statistics: pure functions on numbers, the same answer every time. Nothing here knows what was measured.
//!
//! ```text
//! describe      median, mean, quantiles                 distribution  Student's t
//! compare       two sides' processes -> Evidence        random        numbers from a seed
//! family        all comparisons of a report -> Judged   suite         many benches in one number
//! ```
//! papers/statistics.md says what was chosen on which data, and what it can see.
pub mod compare;
pub mod describe;
pub mod distribution;
pub mod family;
pub mod random;
pub mod suite;

pub use compare::{Evidence, Pairing, compare};
pub use family::{Judged, Verdict, judge, judge_apart, share_errors};

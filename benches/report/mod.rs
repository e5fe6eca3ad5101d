//! What was measured, in every form: for people on a terminal (`table`), on a page (`html`), in a paper (`markdown`), and for programs
//! (`json`, `csv`, `parquet`: raw samples only; `results.md` describes them).
//!
//! Reports take an `Analysis` and compute nothing but words. To add a form: a file here, a flag in `samite bench`.
pub mod csv;
pub mod html;
pub mod json;
pub mod markdown;
pub mod parquet;
pub mod samples;
pub mod table;
pub mod words;

//! An experiment as it is, in JSON: what `--json` writes and `--against` reads. `results.md` describes each field.
use crate::record::{Experiment, FORMAT};
use anyhow::{Context, bail, ensure};

pub fn write(experiment: &Experiment) -> String {
    serde_json::to_string(experiment).expect("names and numbers only") + "\n"
}

/// Errors name the line, or the format that it has.
pub fn read(text: &str) -> anyhow::Result<Experiment> {
    let value: serde_json::Value = serde_json::from_str(text).context("not JSON")?;
    match value.get("format").and_then(|f| f.as_u64()) {
        Some(format) if format == u64::from(FORMAT) => {}
        Some(format) => bail!("results of format {format}; this version reads {FORMAT}"),
        None => bail!("not results of `samite bench --json`: there is no `format`"),
    }
    let experiment: Experiment = serde_json::from_str(text).context("not results of this format")?;
    let Experiment { subjects, benches, cells, .. } = &experiment;
    ensure!(!subjects.is_empty(), "results without subjects");
    ensure!(cells.len() == subjects.len() * benches.len(), "{} cells, for {} by {}", cells.len(), benches.len(), subjects.len());
    Ok(experiment)
}

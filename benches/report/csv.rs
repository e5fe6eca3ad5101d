//! Every timing in a line of its own (RFC 4180, but lines end with a line feed). What is unknown is empty.
use super::samples::{COLUMNS, Value, rows};
use crate::record::Experiment;

pub fn write(experiment: &Experiment) -> String {
    let mut text = COLUMNS.map(|c| c.name).join(",") + "\n";
    for row in rows(experiment) {
        for (at, column) in COLUMNS.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            match column.value {
                Value::Text(of) => text += &quoted(of(&row)),
                Value::Number(of) => text += &of(&row).map(|n| n.to_string()).unwrap_or_default(),
                Value::Flag(of) => text += if of(&row) { "1" } else { "0" },
            }
        }
        text.push('\n');
    }
    text
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}

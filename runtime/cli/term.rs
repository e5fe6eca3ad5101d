//! What people see: colour and progress on a terminal, plain text in a pipe or a file.
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colour {
    Red,
    Green,
    Yellow,
}

/// The text for standard output: coloured if that is a terminal which wants colours (https://no-color.org).
pub fn paint(text: &str, colour: Colour) -> String {
    coloured(text, colour, io::stdout().is_terminal())
}

fn coloured(text: &str, colour: Colour, terminal: bool) -> String {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) && std::env::var_os("TERM").is_none_or(|t| t != "dumb");
    let code = match colour {
        Colour::Red => 31,
        Colour::Green => 32,
        Colour::Yellow => 33,
    };
    if terminal && wanted { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
}

/// Columns of the terminal that standard output is.
pub fn width() -> Option<usize> {
    let out = io::stdout();
    let size = out.is_terminal().then(|| rustix::termios::tcgetwinsize(&out).ok())??;
    // What does not know its size says 0, and less than this holds no table.
    (size.ws_col >= 40).then_some(size.ws_col.into())
}

/// A line on standard error that says why the program fails.
pub fn error(message: &str) {
    say("error", Colour::Red, message);
}

/// A line on standard error about something that works but deserves a word.
pub fn warning(message: &str) {
    say("warning", Colour::Yellow, message);
}

fn say(kind: &str, colour: Colour, message: &str) {
    let mut out = io::stderr().lock();
    let kind = coloured(kind, colour, out.is_terminal());
    // Nobody is left to tell if this fails.
    let _ = writeln!(out, "{kind}: {message}");
}

/// A bar on standard error; nothing at all if that is not a terminal.
pub fn progress(length: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {wide_msg}").expect("the template is constant");
    let bar = ProgressBar::new(length).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_codes_in_a_pipe() {
        assert_eq!(coloured("x", Colour::Red, false), "x");
        assert!(coloured("x", Colour::Red, true).contains('x'));
    }
}

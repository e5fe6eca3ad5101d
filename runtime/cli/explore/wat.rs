//! The text of some of a module's functions, by line, with the byte offset of each.
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use wasmprinter::Print;

pub struct Line {
    /// Byte offset in the module. The function's head stands where its body begins.
    pub offset: u32,
    pub text: String,
}

/// For each body, in the order given, its lines. The whole module is printed, and what is not wanted is dropped as it comes.
pub fn functions(module: &[u8], bodies: &[Range<usize>]) -> anyhow::Result<Vec<Vec<Line>>> {
    let wanted = bodies.iter().enumerate().map(|(n, b)| (b.start as u64, (b.end as u64, n))).collect();
    let mut filter = Filter { wanted, into: None, functions: bodies.iter().map(|_| Vec::new()).collect() };
    wasmprinter::Config::new().print(module, &mut filter)?;
    for line in filter.functions.iter_mut().flatten() {
        line.text.truncate(line.text.trim_end().len());
        // Functions are nested in their module.
        line.text = line.text.strip_prefix("  ").unwrap_or(&line.text).to_string();
    }
    Ok(filter.functions)
}

struct Filter {
    /// By start of a body: its end, and which it is.
    wanted: BTreeMap<u64, (u64, usize)>,
    into: Option<usize>,
    functions: Vec<Vec<Line>>,
}

impl Print for Filter {
    fn write_str(&mut self, s: &str) -> io::Result<()> {
        if let Some(line) = self.into.and_then(|n| self.functions[n].last_mut()) {
            line.text.push_str(s);
        }
        Ok(())
    }
    fn newline(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn start_line(&mut self, offset: Option<u64>) {
        let of = |o: u64| self.wanted.range(..=o).next_back().filter(|(_, (end, _))| o < *end).map(|(_, (_, n))| (o, *n));
        let found = offset.and_then(of);
        self.into = found.map(|f| f.1);
        if let Some((offset, n)) = found {
            self.functions[n].push(Line { offset: offset as u32, text: String::new() });
        }
    }
}

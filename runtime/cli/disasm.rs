//! Machine code for people: by function, each instruction with its offset in the code, the wasm operator it comes from, the trap that a
//! fault in it means, and the function that it calls.
use anyhow::Context;
use capstone::arch::x86::{ArchMode, ArchSyntax};
use capstone::prelude::*;
use samite_codegen::driver::Image;
use samite_ir::translate::module::ModuleInfo;
use std::fmt::Write;

/// Disassembles functions of one module.
pub struct Disassembler<'m> {
    capstone: Capstone,
    info: &'m ModuleInfo,
    image: &'m Image,
    /// Print the bytes of instructions too.
    bytes: bool,
}

/// Whether the bytes of instructions are printed beside them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bytes {
    Shown,
    Hidden,
}

impl<'m> Disassembler<'m> {
    pub fn new(info: &'m ModuleInfo, image: &'m Image, bytes: Bytes) -> anyhow::Result<Disassembler<'m>> {
        let capstone = Capstone::new().x86().mode(ArchMode::Mode64).syntax(ArchSyntax::Intel).build();
        let capstone = capstone.map_err(|e| anyhow::anyhow!("the disassembler does not start: {e}"))?;
        Ok(Disassembler { capstone, info, image, bytes: bytes == Bytes::Shown })
    }
    /// The text of defined function `defined`.
    pub fn function(&self, defined: u32) -> anyhow::Result<String> {
        let row = self.image.functions[defined as usize];
        let end = self.image.functions.get(defined as usize + 1).map_or(self.image.text.len(), |next| next.start as usize);
        let (start, code_end) = (row.start as usize, row.code_end as usize);
        let mut out = format!("{}: {} bytes of code\n", title(self.info, defined), code_end - start);
        let code = &self.image.text[start..code_end];
        let instructions = self.capstone.disasm_all(code, u64::from(row.start)).context("the disassembler fails")?;
        let mut line = self.image.lines.partition_point(|line| line.pc < row.start);
        let mut known = start;
        for instruction in instructions.iter() {
            let at = instruction.address() as u32;
            let mut offset = String::new();
            while let Some(row) = self.image.lines.get(line).filter(|row| row.pc <= at) {
                offset = format!("@{:x}", row.offset);
                line += 1;
            }
            let (mnemonic, operands) = (instruction.mnemonic().unwrap_or("?"), instruction.op_str().unwrap_or_default());
            let _ = write!(out, "{offset:<9}{at:>8x}  ");
            if self.bytes {
                let bytes: Vec<String> = instruction.bytes().iter().map(|b| format!("{b:02x}")).collect();
                let _ = write!(out, "{:<33}", bytes.join(" "));
            }
            let mut text = format!("{mnemonic:<8} {operands}").trim_end().to_string();
            let notes = [self.image.trap_at(at).map(|row| row.trap.name().to_string()), self.target(operands)];
            for note in notes.into_iter().flatten() {
                text = format!("{text:<48} ; {note}");
            }
            let _ = writeln!(out, "{text}");
            known = at as usize + instruction.bytes().len();
        }
        // Nothing that the disassembler cannot read is left out.
        self.data(&mut out, known, code_end, "unknown");
        self.data(&mut out, code_end, end, "constant");
        Ok(out)
    }
    /// The function at whose entry a direct call or jump arrives.
    fn target(&self, operands: &str) -> Option<String> {
        let to = u32::from_str_radix(operands.strip_prefix("0x")?, 16).ok()?;
        let defined = self.image.functions.binary_search_by_key(&to, |row| row.start).ok()?;
        Some(title(self.info, defined as u32))
    }
    fn data(&self, out: &mut String, start: usize, end: usize, what: &str) {
        let mut bytes = &self.image.text[start..end];
        // What fills the space up to the next function.
        while let [rest @ .., 0xcc] = bytes {
            bytes = rest;
        }
        for (n, row) in bytes.chunks(16).enumerate() {
            let text: Vec<String> = row.iter().map(|b| format!("{b:02x}")).collect();
            let _ = writeln!(out, "{:<9}{:>8x}  {what:<8} {}", "", start + 16 * n, text.join(" "));
        }
    }
}

/// `function 3 "fib"`, in the module's index space.
pub fn title(info: &ModuleInfo, defined: u32) -> String {
    let index = info.imported_functions + defined;
    match info.function_name(index) {
        Some(name) => format!("function {index} {name:?}"),
        None => format!("function {index}"),
    }
}

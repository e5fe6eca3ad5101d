//! Where wasm code was when it trapped or when a host function failed.
use crate::module::Module;
use std::fmt;

/// One wasm function on the stack.
#[derive(Clone, Debug)]
pub struct FrameInfo {
    module: Module,
    function: u32,
    offset: Option<u32>,
}

impl FrameInfo {
    pub(crate) fn new(module: Module, function: u32, offset: Option<u32>) -> FrameInfo {
        FrameInfo { module, function, offset }
    }
    pub fn module(&self) -> &Module {
        &self.module
    }
    /// Index in the module's function index space.
    pub fn func_index(&self) -> u32 {
        self.function
    }
    /// From the name section, or else of an export.
    pub fn func_name(&self) -> Option<&str> {
        self.module.info().function_name(self.function)
    }
    /// Byte offset, in the module, of the operator that trapped or called.
    pub fn module_offset(&self) -> Option<usize> {
        self.offset.map(|offset| offset as usize)
    }
    /// Byte offset in the function's body.
    pub fn func_offset(&self) -> Option<usize> {
        let info = self.module.info();
        let body = &info.bodies[info.defined_function(self.function)? as usize];
        self.module_offset()?.checked_sub(body.start)
    }
}

/// The wasm frames of a failure, innermost first. Attached to errors: `error.downcast_ref::<WasmBacktrace>()`.
#[derive(Clone, Debug)]
pub struct WasmBacktrace {
    frames: Vec<FrameInfo>,
}

impl WasmBacktrace {
    pub fn frames(&self) -> &[FrameInfo] {
        &self.frames
    }
    /// Puts frames under an error; under those of an activation further in if it has some.
    pub(crate) fn attach(mut error: anyhow::Error, frames: Vec<FrameInfo>) -> anyhow::Error {
        if let Some(inner) = error.downcast_mut::<WasmBacktrace>() {
            inner.frames.extend(frames);
            return error;
        }
        error.context(WasmBacktrace { frames })
    }
}

impl fmt::Display for WasmBacktrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error while executing at wasm backtrace:")?;
        for (n, frame) in self.frames.iter().enumerate() {
            write!(f, "\n  {n:>3}: ")?;
            if let Some(offset) = frame.module_offset() {
                write!(f, "{offset:#8x} - ")?;
            }
            write!(f, "{}!", frame.module.name().unwrap_or("<unknown>"))?;
            match frame.func_name() {
                Some(name) => write!(f, "{name}")?,
                None => write!(f, "<wasm function {}>", frame.function)?,
            }
        }
        Ok(())
    }
}

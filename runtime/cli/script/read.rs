//! Scripts as text to commands.
use super::expect::Expected;
use samite::ValType;
use std::fmt;
use wast::core::{AbstractHeapType, HeapType, WastArgCore};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::token::Id;
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke};

/// A script: a name for messages, and what to do in order.
#[derive(Debug)]
pub struct Script {
    pub name: String,
    pub(super) commands: Vec<Command>,
}

/// Why a text is no script. Line and column count from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScriptError {
    pub name: String,
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ScriptError { name, line, column, message } = self;
        write!(f, "{name}:{line}:{column}: {message}")
    }
}
impl std::error::Error for ScriptError {}

#[derive(Debug)]
pub struct Command {
    pub line: usize,
    pub what: What,
}

/// The bytes of a module, or why its text is not one.
pub type Source = Result<Vec<u8>, String>;

#[derive(Debug)]
pub enum What {
    /// Instantiates a module and makes it the current instance.
    Module {
        name: Option<String>,
        module: Source,
    },
    /// Keeps a module without instantiating it.
    Definition {
        name: Option<String>,
        module: Source,
    },
    /// Instantiates a kept module; the latest if unnamed.
    Instance {
        name: Option<String>,
        definition: Option<String>,
    },
    /// Makes an instance's exports importable.
    Register {
        name: String,
        instance: Option<String>,
    },
    Invoke(Action),
    AssertReturn {
        action: Action,
        results: Vec<Expected>,
    },
    AssertTrap {
        action: Action,
        message: String,
    },
    AssertExhaustion {
        action: Action,
        message: String,
    },
    AssertException {
        action: Action,
    },
    AssertInvalid {
        module: Source,
        message: String,
    },
    AssertMalformed {
        module: Source,
        message: String,
    },
    AssertUnlinkable {
        module: Source,
        message: String,
    },
    /// Starts a thread that runs commands in a store of its own. Of the world outside it knows the instance `shared`, and of that the shared
    /// memories only.
    Thread {
        name: String,
        shared: Option<String>,
        commands: Vec<Command>,
    },
    /// Waits for the end of a thread.
    Wait {
        thread: String,
    },
    /// A command that belongs to a feature that the engine does not have.
    Unsupported {
        feature: &'static str,
    },
}

/// Something that gives values. An instance without name is the current one.
#[derive(Debug)]
pub enum Action {
    Call { instance: Option<String>, function: String, arguments: Vec<Argument> },
    Get { instance: Option<String>, global: String },
    Instantiate(Source),
}

#[derive(Clone, Debug)]
pub enum Argument {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128([u8; 16]),
    Null(ValType),
    /// A reference to the host value of this number.
    Extern(u32),
    /// A value of a feature that the engine does not have.
    Unsupported {
        feature: &'static str,
    },
}

impl Script {
    pub fn parse(name: &str, text: &str) -> Result<Script, ScriptError> {
        let fail = |error: wast::Error| {
            let (line, column) = error.span().linecol_in(text);
            let message = error.message().lines().next().unwrap_or_default().to_string();
            ScriptError { name: name.to_string(), line: line + 1, column: column + 1, message }
        };
        let mut lexer = Lexer::new(text);
        // The scripts test identifiers and strings with all of Unicode.
        lexer.allow_confusing_unicode(true);
        let buffer = ParseBuffer::new_with_lexer(lexer).map_err(fail)?;
        let script: Wast<'_> = parser::parse(&buffer).map_err(fail)?;
        Ok(Script { name: name.to_string(), commands: commands(script.directives, &LineStarts::new(text)) })
    }
}

/// Line numbers by binary search: `Span::linecol_in` reads the text from its start each time.
struct LineStarts(Vec<usize>);

impl LineStarts {
    fn new(text: &str) -> LineStarts {
        LineStarts(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }
    fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }
}

fn commands(directives: Vec<WastDirective<'_>>, lines: &LineStarts) -> Vec<Command> {
    let command = |directive: WastDirective<'_>| Command { line: lines.line(directive.span().offset()), what: what(directive, lines) };
    directives.into_iter().map(command).collect()
}

fn what(directive: WastDirective<'_>, lines: &LineStarts) -> What {
    match directive {
        WastDirective::Module(module) => What::Module { name: module.name().map(owned), module: encode(module) },
        WastDirective::ModuleDefinition(module) => What::Definition { name: module.name().map(owned), module: encode(module) },
        WastDirective::ModuleInstance { instance, module, .. } => {
            What::Instance { name: instance.map(owned), definition: module.map(owned) }
        }
        WastDirective::Register { name, module, .. } => What::Register { name: name.to_string(), instance: module.map(owned) },
        WastDirective::Invoke(invoke) => What::Invoke(call(invoke)),
        WastDirective::AssertReturn { exec, results, .. } => {
            What::AssertReturn { action: action(exec), results: results.into_iter().map(Expected::new).collect() }
        }
        WastDirective::AssertTrap { exec, message, .. } => What::AssertTrap { action: action(exec), message: message.to_string() },
        WastDirective::AssertExhaustion { call: invoke, message, .. } => {
            What::AssertExhaustion { action: call(invoke), message: message.to_string() }
        }
        WastDirective::AssertException { exec, .. } => What::AssertException { action: action(exec) },
        WastDirective::AssertInvalid { module, message, .. } => {
            What::AssertInvalid { module: encode(module), message: message.to_string() }
        }
        WastDirective::AssertMalformed { module, message, .. } => {
            What::AssertMalformed { module: encode(module), message: message.to_string() }
        }
        WastDirective::AssertUnlinkable { module, message, .. } => {
            What::AssertUnlinkable { module: encode(QuoteWat::Wat(module)), message: message.to_string() }
        }
        WastDirective::AssertInvalidCustom { .. } | WastDirective::AssertMalformedCustom { .. } => {
            What::Unsupported { feature: "custom sections with a meaning" }
        }
        WastDirective::AssertSuspension { .. } => What::Unsupported { feature: "stack switching" },
        WastDirective::Thread(thread) => {
            What::Thread { name: owned(thread.name), shared: thread.shared_module.map(owned), commands: commands(thread.directives, lines) }
        }
        WastDirective::Wait { thread, .. } => What::Wait { thread: owned(thread) },
    }
}

fn owned(id: Id<'_>) -> String {
    id.name().to_string()
}

fn encode(mut module: QuoteWat<'_>) -> Source {
    module.encode().map_err(|error| error.message().lines().next().unwrap_or_default().to_string())
}

fn action(exec: WastExecute<'_>) -> Action {
    match exec {
        WastExecute::Invoke(invoke) => call(invoke),
        WastExecute::Wat(module) => Action::Instantiate(encode(QuoteWat::Wat(module))),
        WastExecute::Get { module, global, .. } => Action::Get { instance: module.map(owned), global: global.to_string() },
    }
}

fn call(invoke: WastInvoke<'_>) -> Action {
    Action::Call {
        instance: invoke.module.map(owned),
        function: invoke.name.to_string(),
        arguments: invoke.args.iter().map(argument).collect(),
    }
}

fn argument(argument: &WastArg<'_>) -> Argument {
    let WastArg::Core(argument) = argument else { return Argument::Unsupported { feature: "components" } };
    match argument {
        WastArgCore::I32(v) => Argument::I32(*v),
        WastArgCore::I64(v) => Argument::I64(*v),
        WastArgCore::F32(v) => Argument::F32(v.bits),
        WastArgCore::F64(v) => Argument::F64(v.bits),
        WastArgCore::V128(v) => Argument::V128(v.to_le_bytes()),
        WastArgCore::RefExtern(v) => Argument::Extern(*v),
        WastArgCore::RefNull(heap) => match reference(heap) {
            Some(ty) => Argument::Null(ty),
            None => Argument::Unsupported { feature: "garbage collection" },
        },
        WastArgCore::RefHost(_) => Argument::Unsupported { feature: "garbage collection" },
    }
}

/// The type of a null of a heap type; None if the engine does not have it.
pub fn reference(heap: &HeapType<'_>) -> Option<ValType> {
    match heap {
        HeapType::Abstract { ty: AbstractHeapType::Func, .. } => Some(ValType::FuncRef),
        HeapType::Abstract { ty: AbstractHeapType::Extern, .. } => Some(ValType::ExternRef),
        _ => None,
    }
}

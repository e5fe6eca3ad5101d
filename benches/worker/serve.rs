//! The child's end: requests from standard input, answers to standard output, until the input ends.
use super::{Hello, Reply, Request, one_line};
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What runs programs.
pub trait Serve {
    fn answer(&mut self, request: &Request) -> anyhow::Result<Reply>;
}

impl Serve for super::engine::Session {
    fn answer(&mut self, request: &Request) -> anyhow::Result<Reply> {
        match request {
            Request::Compile { module, stats } => {
                let bytes = super::engine::read(module)?;
                let mut reply = self.compile(&bytes)?;
                if *stats {
                    reply.code = self.code();
                }
                Ok(reply)
            }
            Request::Instantiate { program } => self.instantiate(program),
            Request::Run { iterations } => self.run(*iterations),
            Request::Profile { iterations } => self.profile(*iterations),
            Request::Quit => Ok(Reply::default()),
        }
    }
}

/// Serves until the end of the input or `quit`.
pub fn serve(hello: &Hello, server: &mut dyn Serve, input: impl BufRead, mut output: impl Write) -> anyhow::Result<()> {
    let mut say = |line: String| -> std::io::Result<()> {
        output.write_all((line + "\n").as_bytes())?;
        output.flush()
    };
    say(serde_json::to_string(hello)?)?;
    for line in input.lines() {
        let reply = match serde_json::from_str::<Request>(&line?) {
            Ok(Request::Quit) => return Ok(()),
            // A panic is a bug of the compiler: an answer like any other.
            Ok(request) => catch_unwind(AssertUnwindSafe(|| server.answer(&request))).unwrap_or_else(|panic| {
                let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
                Err(anyhow::anyhow!("panic: {}", text.unwrap_or_default()))
            }),
            Err(error) => Err(anyhow::anyhow!("no such request: {error}")),
        };
        let reply = reply.unwrap_or_else(|error| Reply { error: Some(one_line(&error)), ..Reply::default() });
        say(serde_json::to_string(&reply)?)?;
    }
    Ok(())
}

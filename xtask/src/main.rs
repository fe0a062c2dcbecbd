//! The project's own commands: `cargo xtask <command>`.

mod codegen;
mod root;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// What a command answers: nothing, or why it stopped.
type Outcome = Result<(), Box<dyn Error>>;

const USAGE: &str = "\
usage: cargo xtask <command>

  codegen [--check]     write crates/api/src/generated from model/ (--check: only say whether it is fresh)
  model SERVICE_JSON    reduce botocore's service-2.json of cognito-idp to model/cognito-idp.json
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when standard error itself is closed.
            let _ = writeln!(io::stderr(), "xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let Some((command, rest)) = arguments.split_first() else {
        return Err(USAGE.into());
    };
    match command.as_str() {
        "codegen" => codegen::run(rest),
        "model" => codegen::reduce::run(rest),
        other => Err(format!("no command {other:?}\n{USAGE}").into()),
    }
}

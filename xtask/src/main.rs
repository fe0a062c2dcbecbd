//! The project's own commands: `cargo xtask <command>`.

mod attack;
mod bench;
mod codegen;
mod cold_start;
mod console;
mod demo;
mod dist;
mod docs;
mod functions;
mod fuzz;
mod install;
mod pages;
mod passwords;
mod root;
mod system;
mod test;
mod tidy;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// What a command answers: nothing or a value, or why it stopped.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A command: its name and arguments, what it does, and the code that does it.
struct Command {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "demo",
        arguments: "[--port PORT]",
        about: "build the server, start it with a pool, a user and a mailbox, and say how to sign in",
        run: demo::run,
    },
    Command {
        name: "test",
        arguments: "[PART…]",
        about: "run all tests, or these parts; `cargo xtask test --list` names them",
        run: test::run,
    },
    Command {
        name: "tidy",
        arguments: "",
        about: "check the house rules",
        run: tidy::run,
    },
    Command {
        name: "codegen",
        arguments: "[--check|--check-drift [FILE]]",
        about: "write what is generated from model/ and the server's code, check it, or compare model/ with a newer botocore",
        run: codegen::run,
    },
    Command {
        name: "pages",
        arguments: "[--check]",
        about: "build the pages and put them into the program, or check those that are there",
        run: pages::run,
    },
    Command {
        name: "bench",
        arguments: "sign-in|cold-start [ROUNDS]",
        about: "measure the server's CPU time per sign-in, or the start of the functions beside one in Node.js",
        run: bench::run,
    },
    Command {
        name: "fuzz",
        arguments: "[TARGET…] [--seconds N]",
        about: "run the fuzz targets, each for a minute or as long as you say; --write puts the figures into docs/reference/fuzz.md",
        run: fuzz::run,
    },
    Command {
        name: "attack",
        arguments: "[ID…|timing] [--seed N] [--write]",
        about: "attack a release build of the server; --write puts the figures into docs/reference/attacks.md",
        run: attack::run,
    },
    Command {
        name: "fault",
        arguments: "[ID…|NAME…] [--seed N] [--kills N] [--write]",
        about: "let things go wrong around a release build of the server; --write puts the figures into docs/reference/faults.md",
        run: attack::faults,
    },
    Command {
        name: "dist",
        arguments: "[arm64] [x86_64]",
        about: "make the program's tarball, and the functions' zips with the SAM template for AWS, in target/dist",
        run: dist::run,
    },
    Command {
        name: "docs",
        arguments: "",
        about: "make the documents a site with a search, in target/docs/book, and follow its links",
        run: docs::run,
    },
    Command {
        name: "model",
        arguments: "WHEEL|SERVICE_JSON",
        about: "reduce botocore's description of cognito-idp to model/cognito-idp.json",
        run: codegen::reduce::run,
    },
    Command {
        name: "passwords",
        arguments: "DJANGO_WHEEL FREQUENCY_LISTS_JS",
        about: "make the set of common passwords from two public lists",
        run: passwords::run,
    },
    Command {
        name: "help",
        arguments: "",
        about: "say this",
        run: help,
    },
];

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
    let Some((name, rest)) = arguments.split_first() else {
        return help(&[]);
    };
    let name = match name.as_str() {
        "--help" | "-h" => "help",
        name => name,
    };
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(rest),
        None => Err(format!("no command {name:?}\n{}", usage()).into()),
    }
}

fn help(_: &[String]) -> Outcome {
    console::say(usage().trim_end())
}

fn usage() -> String {
    let mut text = "usage: cargo xtask <command>\n\n".to_owned();
    for command in COMMANDS {
        let call = format!("{} {}", command.name, command.arguments);
        text.push_str(&format!("  {call:<24} {}\n", command.about));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_does_not_exist_is_answered_with_those_that_do() {
        let error = dispatch(&["demmo".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("no command \"demmo\"\nusage: cargo xtask <command>\n"));
        assert!(error.contains("\n  demo [--port PORT]       build the server"));
    }
}

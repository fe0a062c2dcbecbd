//! Which command the arguments name, and how it ended.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use super::check::{self, ConfigCommand};
use super::serve;
use poolhouse_commands::{Environment, QuickstartArgs, ServeArgs};
use poolhouse_text::with_causes;

/// A self-hosted, Amazon Cognito compatible user pool.
#[derive(Parser)]
#[command(name = "poolhouse", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    ///
    /// It runs until Ctrl-C or SIGTERM, then ends requests that are under way and stops the functions. When it can be
    /// used, it says so on standard output: "Poolhouse is ready at http://127.0.0.1:9229". The log goes to standard
    /// error: lines on a terminal, JSON otherwise. POOLHOUSE_LOG is error, warn, info (the default), debug or trace.
    Serve(ServeArgs),
    /// Run a server on this machine to try a sign-in: with a pool, an app client, a user, a mailbox and the page.
    ///
    /// It says where to sign in, as whom, and with which access key the AWS CLI works. All of it is kept in the data
    /// directory: the next run has the same. Only this machine can reach it. Ctrl-C stops it.
    Quickstart(QuickstartArgs),
    /// Look at the configuration without starting a server.
    #[command(subcommand)]
    Config(ConfigCommand),
    #[command(flatten)]
    Other(poolhouse_commands::Command),
}

/// The command line as data, from which docs/reference/cli.md is written.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command that the arguments name.
pub fn main(arguments: impl IntoIterator<Item = OsString>, environment: &Environment) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are "errors" too; clap knows where each is written and which code it ends with.
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let done = match cli.command {
        Command::Serve(arguments) => serve::run(arguments, environment).map(|()| ExitCode::SUCCESS),
        Command::Quickstart(arguments) => {
            serve::quickstart(arguments, environment).map(|()| ExitCode::SUCCESS)
        }
        Command::Config(command) => check::run(command, environment),
        Command::Other(other) => poolhouse_commands::run(other, environment, command()),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            // With stderr gone there is nobody left to tell.
            let said = with_causes(&error);
            let _ = writeln!(io::stderr(), "poolhouse: {}.", said.trim_end_matches('.'));
            ExitCode::FAILURE
        }
    }
}

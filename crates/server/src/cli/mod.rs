//! The command line: `poolhouse serve`, `keys`, `mail`, and the operator's `attach`, `detach`, `rollback`, `doctor`.

mod configure;
mod data;
mod files;
mod keys;
mod logging;
mod mail;
mod operator;
mod serve;
mod sockets;

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use poolhouse_outbound::aws::Credentials;

use poolhouse_pool::base::error::with_causes;

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
    Serve(ServeArgs),
    /// Make, list and delete access keys for the operations that AWS signs.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Show the code mail, or send one to see whether it arrives.
    #[command(subcommand)]
    Mail(mail::MailCommand),
    #[command(flatten)]
    Operator(poolhouse_operator::Command),
}

#[derive(Args, Default)]
struct ServeArgs {
    /// Where to listen [default: 127.0.0.1:9229]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The directory of the database and its key [default: ./poolhouse-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The SMTP server that sends mail: smtp://user:password@host:587 or smtps://…
    #[arg(long, value_name = "URL")]
    smtp: Option<String>,
    /// Whom mail comes from: no-reply@example.com or "App <no-reply@example.com>"
    #[arg(long, value_name = "ADDR")]
    mail_from: Option<String>,
    /// Keep mail in a local inbox at /inbox, for this machine only
    #[arg(long)]
    inbox: bool,
    /// The base of the tokens' issuer, without a slash at its end [default: http://ADDRESS:PORT]
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The configuration file [default: poolhouse.toml in the current directory, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Make an access key. Its secret is shown this once.
    Create {
        #[command(flatten)]
        at: KeysArgs,
    },
    /// List access keys, without their secrets.
    List {
        #[command(flatten)]
        at: KeysArgs,
    },
    /// Delete an access key. Requests signed with it are refused at once.
    Delete {
        /// The access key's id
        id: String,
        #[command(flatten)]
        at: KeysArgs,
    },
}

#[derive(Args)]
struct KeysArgs {
    /// The directory of the database and its key
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    data: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Where the data lies unless told otherwise.
const DEFAULT_DATA: &str = "poolhouse-data";

/// What the binary knows of the environment.
pub struct Environment {
    /// `POOLHOUSE_LOG`: `error`, `warn`, `info`, `debug` or `trace`.
    pub log: Option<String>,
    /// `PATH`, on which the interpreters of functions are looked for.
    pub path: OsString,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, for functions on Lambda.
    pub credentials: Option<Credentials>,
    /// Every variable by its name, for the operator's tools, which look for AWS's own.
    pub variables: poolhouse_operator::Env,
}

/// Why a command could not do what it was asked. Each says what to do.
#[derive(Debug)]
struct CliError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl CliError {
    fn new(message: impl Into<String>) -> CliError {
        CliError {
            message: message.into(),
            source: None,
        }
    }

    fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> CliError {
        self.source = Some(cause.into());
        self
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for CliError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|cause| cause as &(dyn Error + 'static))
    }
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
        Command::Serve(arguments) => serve::run(arguments, environment),
        Command::Keys(command) => keys::run(command),
        Command::Mail(command) => mail::run(command, environment),
        Command::Operator(command) => return operator::run(&command, environment),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With stderr gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "poolhouse: {}.", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// Writes to the standard output, where scripts read.
fn print(text: &str) -> Result<(), CliError> {
    let written = writeln!(io::stdout(), "{text}");
    written.map_err(|error| CliError::new("the standard output cannot be written to").caused_by(error))
}

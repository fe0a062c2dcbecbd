//! Which command the arguments name, and how it ended.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use super::{
    DoorArgs, Environment, InitArgs, KeysCommand, ManArgs, QuickstartArgs, ServeArgs, backup, copy, door,
    init, keys, mail, manual, operator, people, pool, restore, serve,
};
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
    /// Write a poolhouse.toml in which every setting stands with what it does, switched off.
    Init(InitArgs),
    /// Make, list and delete access keys for the operations that AWS signs; rotate the server's own keys.
    ///
    /// Nothing ships with an access key. One works as soon as it is made, also on a server that runs, and may call every such
    /// operation on every pool. The database holds its secret sealed.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Show, shut or open a pool's door: whether every sign-in needs a confirm code.
    ///
    /// A DefineAuthChallenge function whose name ends in 2faDefine shuts it, and nothing but this command opens it, for the
    /// pool or for one app client. It works beside a running server, on the same database.
    Door(DoorArgs),
    /// Show or change what a pool asks of passwords, resets and changes of addresses beyond what Amazon Cognito asks.
    ///
    /// A pool that the API creates asks for nothing of it. It works beside a running server, on the same database.
    #[command(subcommand)]
    Pool(pool::PoolCommand),
    /// Show the mails, send one to see whether it arrives, find out why one did not.
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Write a backup of the database, sealed. It works beside a running server.
    ///
    /// What is in it is one state of the database, on SQLite and on PostgreSQL. master.key is not: keep a copy of it elsewhere.
    Backup(backup::BackupArgs),
    /// Put a database back from a backup, into an empty one, while no server runs.
    ///
    /// Sessions, codes, refresh tokens and remembered browsers of before end, for nobody knows which of them were used or revoked since
    /// the backup; what counts against somebody stays counted. With --in-place the same for a database that its own tools have put back.
    Restore(restore::RestoreArgs),
    /// Copy a database to another, from SQLite to PostgreSQL or back, while no server runs, and check that both have the same rows.
    ///
    /// A copy that was interrupted goes on where the two differ: run it again.
    Copy(copy::CopyArgs),
    /// Print the completions of this command line for a shell.
    ///
    /// Bash looks for them in /usr/share/bash-completion/completions/poolhouse, zsh in a folder of fpath as _poolhouse.
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for every command.
    ///
    /// Piped into man -l - it can be read at once.
    Man(ManArgs),
    #[command(flatten)]
    Operator(poolhouse_operator::Command),
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
        Command::Serve(arguments) => serve::run(arguments, environment),
        Command::Quickstart(arguments) => serve::quickstart(arguments, environment),
        Command::Init(arguments) => init::run(&arguments.file),
        Command::Keys(command) => keys::run(command),
        Command::Door(arguments) => door::run(&arguments),
        Command::Pool(command) => pool::run(&command),
        Command::Mail(command) => mail::run(command, environment),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Copy(arguments) => copy::run(&arguments),
        Command::Completions { shell } => manual::completions(shell, command()),
        Command::Man(arguments) => manual::pages(arguments.into.as_deref(), command()),
        Command::Operator(command) => match people::run(&command) {
            Some(done) => done,
            None => return operator::run(&command, environment),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With stderr gone there is nobody left to tell.
            let said = with_causes(&error);
            let _ = writeln!(io::stderr(), "poolhouse: {}.", said.trim_end_matches('.'));
            ExitCode::FAILURE
        }
    }
}

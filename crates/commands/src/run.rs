//! Which command it is, and how it ended.

use std::process::ExitCode;

use clap::Subcommand;

use crate::args::{DoorArgs, InitArgs, KeysArgs, KeysCommand, ManArgs};
use crate::environment::Environment;
use crate::error::CliError;
use crate::{
    audit, backup, clock, copy, door, init, keys, mail, manual, nodes, operator, people, pool, restore, why,
};

/// Every command but those that serve.
#[derive(Subcommand)]
pub enum Command {
    /// Write a poolhouse.toml in which every setting stands with what it does, switched off.
    Init(InitArgs),
    /// Make, list and delete access keys for the operations that AWS signs; rotate the server's own keys.
    ///
    /// Nothing ships with an access key. One works as soon as it is made, also on a server that runs, and may do what it was made
    /// for: everything, or some operations on some pools. The database holds its secret sealed.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Show the servers that share a PostgreSQL database: which run, of which version, with which keys, and how right their clocks are.
    ///
    /// Each says so every 20 seconds. One that was killed is shown for an hour as silent; one that was stopped is not shown.
    Nodes(KeysArgs),
    /// Show how late it is known to be, and whether this machine's clock is behind that.
    ///
    /// Codes, sessions and tokens end by what is known: a clock that is set back makes nothing good again. On PostgreSQL the
    /// database's clock is known; elsewhere a server notes the time every ten seconds.
    Clock(clock::ClockArgs),
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
    /// Read the audit log: who did what to whom, from where, and how it ended.
    ///
    /// It works beside a running server, on the same database. Attempts on names that nobody has, and what was refused without
    /// being counted against somebody, are numbers by the minute.
    Audit(audit::AuditArgs),
    /// Say why somebody cannot sign in: the recent sign-ins of a user, step by step, and what was done to the account.
    ///
    /// It reads the audit log, beside a running server.
    Why(why::WhyArgs),
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
    /// Those for pools that exist already.
    #[command(flatten)]
    Operator(poolhouse_operator::Command),
}

/// Runs a command. `program` is the whole command line, for those that tell of it.
///
/// # Errors
/// When it could not do what it was asked.
pub fn run(
    command: Command,
    environment: &Environment,
    program: clap::Command,
) -> Result<ExitCode, CliError> {
    match command {
        Command::Init(arguments) => init::run(&arguments.file),
        Command::Keys(command) => keys::run(command),
        Command::Nodes(at) => nodes::run(&at),
        Command::Clock(arguments) => clock::run(&arguments),
        Command::Door(arguments) => door::run(&arguments),
        Command::Pool(command) => pool::run(&command),
        Command::Mail(command) => mail::run(command, environment),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Why(arguments) => why::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Copy(arguments) => copy::run(&arguments),
        Command::Completions { shell } => manual::completions(shell, program),
        Command::Man(arguments) => manual::pages(arguments.into.as_deref(), program),
        Command::Operator(command) => match people::run(&command) {
            Some(done) => done,
            None => return Ok(operator::run(&command, environment)),
        },
    }?;
    Ok(ExitCode::SUCCESS)
}

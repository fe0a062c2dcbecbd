//! The command line: `poolhouse serve`, `quickstart`, `init`, `keys`, `door`, `pool`, `mail`, `backup`, `restore`, `copy`, `completions`, `man`, and the operator's `attach`, `detach`, `rollback`, `doctor`.

mod aws;
mod backup;
mod configure;
mod copy;
mod data;
mod door;
mod engine;
mod files;
mod init;
mod key_status;
mod keys;
mod logging;
mod mail;
mod manual;
mod moment;
mod operator;
mod own_name;
mod people;
mod pool;
mod quickstart;
mod restore;
mod rotate;
mod rotations;
mod run;
mod serve;
mod signals;
mod sockets;

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::config;
pub use run::{command, main};

#[derive(Args, Default)]
struct ServeArgs {
    /// Where to listen [default: 127.0.0.1:9229]
    ///
    /// An address or a name of this machine, such as localhost:9229. Port 0 takes a free one. The server speaks HTTP: put
    /// a TLS proxy in front of it before others use it.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = address)]
    listen: Option<SocketAddr>,
    /// The directory of the database and its key [default: ./poolhouse-data]
    ///
    /// It holds poolhouse.db and master.key, made at the first start with rights for its owner only. Without the key the
    /// database cannot be read.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The PostgreSQL database that holds everything but the key: postgres://user:password@host/database, or @FILE
    ///
    /// Any number of servers may share it, each with a copy of the same master.key in its own data directory. A password on a
    /// command line can be seen by others on the machine: put the URL into a file.
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// The SMTP server that sends mail: smtp://user:password@host:587 or smtps://…
    ///
    /// A password on a command line can be seen by others on the machine: the configuration file is the better place.
    #[arg(long, value_name = "URL")]
    smtp: Option<String>,
    /// Whom mail comes from: no-reply@example.com or "App <no-reply@example.com>"
    ///
    /// Needed with --smtp.
    #[arg(long, value_name = "ADDR")]
    mail_from: Option<String>,
    /// Keep mail in a local inbox at /inbox, for this machine only
    ///
    /// Mail is kept in place of being sent where no mail server is given, and taken by SMTP on loopback. Only with a
    /// loopback address: the inbox shows sign-in codes.
    #[arg(long)]
    inbox: bool,
    /// The base of the tokens' issuer, without a slash at its end [default: http://ADDRESS:PORT]
    ///
    /// With https://id.example.com the issuer of a pool is https://id.example.com/us-east-1_AbCd12345.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The configuration file [default: poolhouse.toml in the current directory, if it is there]
    ///
    /// Options win over it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Args)]
struct QuickstartArgs {
    /// Where to listen: an address of this machine that no other can reach [default: 127.0.0.1:9229]
    ///
    /// A name such as localhost:9229 is as good. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = address)]
    listen: Option<SocketAddr>,
    /// The directory of the database and its key [default: ./poolhouse-data]
    ///
    /// Pool, user, password and access key are kept there, for its owner only, and are the same in the next run.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration file [default: poolhouse.toml in the current directory, if it is there]
    ///
    /// Mail stays in the local inbox, whatever relays it names.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Args)]
struct InitArgs {
    /// The file to write; one that is there is left as it is
    #[arg(value_name = "FILE", default_value = CONFIG)]
    file: PathBuf,
}

#[derive(Args)]
struct ManArgs {
    /// Write a page for every command into this directory
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
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
    /// Replace the key that seals the database, the one that makes confirm codes, or those that sign tokens.
    ///
    /// Nobody is signed out, and a server that runs goes on: it takes up a new master or code key within a second, seals the
    /// database again beside its other work, and lets go of the key before when nothing needs it. A new signing key is
    /// published two hours before it signs. Back up master.key afterwards: copies from before do not open what is written from now on.
    Rotate(RotateArgs),
    /// Make a pair of keys for backups: FILE opens those that are sealed for FILE.pub.
    ///
    /// A machine that makes backups needs FILE.pub alone, and so cannot read them.
    Backup {
        /// The file of the private key; one that is there is left as it is
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Show which keys are in use, and how far rotations are.
    Status {
        #[command(flatten)]
        at: KeysArgs,
    },
}

#[derive(Args)]
struct RotateArgs {
    /// Which keys
    #[arg(required = true, value_enum)]
    keys: Vec<Rotated>,
    /// The keys of before are in somebody else's hands: they are good for nothing from now on
    ///
    /// Refresh tokens end with the master key, and tokens that the old signing keys signed are refused at once; verifiers that keep the
    /// key set refuse new ones until they fetch it again. Everybody signs in again.
    #[arg(long)]
    leaked: bool,
    /// Sign with keys of this length from now on: 2048 or 3072 [default: 2048]
    #[arg(long, value_name = "BITS", value_parser = ["2048", "3072"])]
    bits: Option<String>,
    /// Only this user pool's signing keys
    #[arg(long, value_name = "ID")]
    user_pool_id: Option<String>,
    #[command(flatten)]
    at: KeysArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rotated {
    /// Seals and authenticates the database
    Master,
    /// Makes confirm codes
    Code,
    /// Sign access and ID tokens
    Signing,
}

#[derive(Args)]
struct KeysArgs {
    /// The directory of the database and its key
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    data: PathBuf,
    /// The PostgreSQL database, if the server has one: postgres://user:password@host/database, or @FILE
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Args)]
struct DoorArgs {
    /// The user pool's id
    #[arg(long, value_name = "ID")]
    user_pool_id: String,
    /// Only this app client
    #[arg(long, value_name = "ID", requires = "state")]
    client_id: Option<String>,
    /// What it is to be; without it, the door is shown
    #[arg(value_enum)]
    state: Option<DoorState>,
    #[command(flatten)]
    at: KeysArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DoorState {
    /// Sign-ins without a confirm code are allowed
    Open,
    /// Every sign-in needs password and confirm code
    Shut,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    Text,
    /// For programs
    Json,
}

/// The configuration file that is read unasked.
const CONFIG: &str = "poolhouse.toml";

/// Where the data lies unless told otherwise.
const DEFAULT_DATA: &str = "poolhouse-data";

/// How the names of this program's own variables begin.
pub const OWN_VARIABLES: &str = "POOLHOUSE_";

/// What the binary knows of the environment.
pub struct Environment {
    /// `POOLHOUSE_LOG`: `error`, `warn`, `info`, `debug` or `trace`.
    pub log: Option<String>,
    /// `PATH`, on which the interpreters of functions are looked for.
    pub path: OsString,
    /// The names of all variables that begin as this program's own do.
    pub own: Vec<String>,
    /// Every variable by its name: those of AWS's tools are looked for by the server's calls and the operator's commands.
    pub variables: poolhouse_credentials::Env,
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

/// An address with its port, by name or number, as an option takes it.
fn address(text: &str) -> Result<SocketAddr, String> {
    config::address(text).map_err(|error| error.to_string())
}

/// Runs a command that does one thing and ends.
fn once(work: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::new("no threads can be started").caused_by(error))?;
    runtime.block_on(work)
}

/// Writes to the standard output, where scripts read.
fn print(text: &str) -> Result<(), CliError> {
    let written = writeln!(io::stdout(), "{text}");
    written.map_err(|error| CliError::new("the standard output cannot be written to").caused_by(error))
}

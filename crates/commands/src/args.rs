//! What commands are told: options that several share, and those of the commands that need no file of their own for them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::policy::PolicyArgs;

/// What a server is told.
#[derive(Args, Default)]
pub struct ServeArgs {
    /// Where to listen [default: 127.0.0.1:9229]
    ///
    /// An address or a name of this machine, such as localhost:9229. Port 0 takes a free one. Before others use it, give it a
    /// certificate in the configuration file, under tls, or put a TLS proxy in front of it.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = address)]
    pub(crate) listen: Option<SocketAddr>,
    /// The directory of the database and its key [default: ./poolhouse-data]
    ///
    /// It holds poolhouse.db and master.key, made at the first start with rights for its owner only. Without the key the
    /// database cannot be read.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The PostgreSQL database that holds everything but the key: postgres://user:password@host/database, or @FILE
    ///
    /// Any number of servers may share it, each with a copy of the same master.key in its own data directory. A password on a
    /// command line can be seen by others on the machine: put the URL into a file.
    #[arg(long, value_name = "URL")]
    pub(crate) store: Option<String>,
    /// The SMTP server that sends mail: smtp://user:password@host:587 or smtps://…
    ///
    /// A password on a command line can be seen by others on the machine: the configuration file is the better place.
    #[arg(long, value_name = "URL")]
    pub(crate) smtp: Option<String>,
    /// Whom mail comes from: no-reply@example.com or "App <no-reply@example.com>"
    ///
    /// Needed with --smtp.
    #[arg(long, value_name = "ADDR")]
    pub(crate) mail_from: Option<String>,
    /// Keep mail in a local inbox at /inbox, for this machine only
    ///
    /// Mail is kept in place of being sent where no mail server is given, and taken by SMTP on loopback. Only with a
    /// loopback address: the inbox shows sign-in codes.
    #[arg(long)]
    pub(crate) inbox: bool,
    /// The base of the tokens' issuer, without a slash at its end [default: http://ADDRESS:PORT]
    ///
    /// With https://id.example.com the issuer of a pool is https://id.example.com/us-east-1_AbCd12345.
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// The configuration file [default: poolhouse.toml in the current directory, if it is there]
    ///
    /// Options win over it.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl ServeArgs {
    /// The configuration file, if one is named.
    pub fn named(&self) -> Option<PathBuf> {
        self.config.clone()
    }
}

/// What a server on this machine is told, to try a sign-in.
#[derive(Args)]
pub struct QuickstartArgs {
    /// Where to listen: an address of this machine that no other can reach [default: 127.0.0.1:9229]
    ///
    /// A name such as localhost:9229 is as good. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = address)]
    pub(crate) listen: Option<SocketAddr>,
    /// The directory of the database and its key [default: ./poolhouse-data]
    ///
    /// Pool, user, password and access key are kept there, for its owner only, and are the same in the next run.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The configuration file [default: poolhouse.toml in the current directory, if it is there]
    ///
    /// Mail stays in the local inbox, whatever relays it names.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Args)]
pub struct InitArgs {
    /// The file to write; one that is there is left as it is
    #[arg(value_name = "FILE", default_value = CONFIG)]
    pub(crate) file: PathBuf,
}

#[derive(Args)]
pub struct ManArgs {
    /// Write a page for every command into this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum KeysCommand {
    /// Make an access key. Its secret is shown this once.
    ///
    /// It may do everything, or what --pool, --operations and --read-only leave of it together.
    Create {
        #[command(flatten)]
        policy: PolicyArgs,
        #[command(flatten)]
        at: KeysArgs,
    },
    /// List access keys with what they may do, without their secrets.
    List {
        #[command(flatten)]
        at: KeysArgs,
    },
    /// Let an access key do what the options say, in place of what it could before. It holds from the next request on.
    Allow(AllowArgs),
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
pub struct AllowArgs {
    /// The access key's id
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Keep nothing from the key: every operation that AWS signs, on every pool
    #[arg(long, conflicts_with_all = ["pools", "operations", "read_only"])]
    pub(crate) everything: bool,
    #[command(flatten)]
    pub(crate) at: KeysArgs,
}

#[derive(Args)]
pub struct RotateArgs {
    /// Which keys
    #[arg(required = true, value_enum)]
    pub(crate) keys: Vec<Rotated>,
    /// The keys of before are in somebody else's hands: they are good for nothing from now on
    ///
    /// Refresh tokens end with the master key, and tokens that the old signing keys signed are refused at once; verifiers that keep the
    /// key set refuse new ones until they fetch it again. Everybody signs in again.
    #[arg(long)]
    pub(crate) leaked: bool,
    /// Sign with keys of this length from now on: 2048 or 3072 [default: 2048]
    #[arg(long, value_name = "BITS", value_parser = ["2048", "3072"])]
    pub(crate) bits: Option<String>,
    /// Only this user pool's signing keys
    #[arg(long, value_name = "ID")]
    pub(crate) user_pool_id: Option<String>,
    #[command(flatten)]
    pub(crate) at: KeysArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Rotated {
    /// Seals and authenticates the database
    Master,
    /// Makes confirm codes
    Code,
    /// Sign access and ID tokens
    Signing,
}

#[derive(Args)]
pub struct KeysArgs {
    /// The directory of the database and its key
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    pub(crate) data: PathBuf,
    /// The PostgreSQL database, if the server has one: postgres://user:password@host/database, or @FILE
    #[arg(long, value_name = "URL")]
    pub(crate) store: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

#[derive(Args)]
pub struct DoorArgs {
    /// The user pool's id
    #[arg(long, value_name = "ID")]
    pub(crate) user_pool_id: String,
    /// Only this app client
    #[arg(long, value_name = "ID", requires = "state")]
    pub(crate) client_id: Option<String>,
    /// What it is to be; without it, the door is shown
    #[arg(value_enum)]
    pub(crate) state: Option<DoorState>,
    #[command(flatten)]
    pub(crate) at: KeysArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DoorState {
    /// Sign-ins without a confirm code are allowed
    Open,
    /// Every sign-in needs password and confirm code
    Shut,
}

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Text,
    /// For programs
    Json,
}

/// The configuration file that is read unasked.
pub const CONFIG: &str = "poolhouse.toml";

/// Where the data lies unless told otherwise.
pub const DEFAULT_DATA: &str = "poolhouse-data";

/// An address with its port, by name or number, as an option takes it.
fn address(text: &str) -> Result<SocketAddr, String> {
    poolhouse_config::address(text).map_err(|error| error.to_string())
}

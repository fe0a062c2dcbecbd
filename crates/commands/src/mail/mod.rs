//! `poolhouse mail`: how mails look, whether they arrive, and why one did not.

mod page;
mod preview;
mod queue;
mod run;
mod trial;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::KeysArgs;

pub(super) use run::run;

#[derive(Subcommand)]
pub enum MailCommand {
    /// Show every mail in every language on a page of this machine; reload it after each change of a template.
    ///
    /// It runs until Ctrl-C.
    Preview(PreviewArgs),
    /// Send a mail with a made-up code through every relay.
    ///
    /// It says for each carrier of the configuration, or for the one of --smtp, whether it took the mail and in which
    /// time, and ends with 1 if one did not.
    Test(TestArgs),
    /// Show the mails that wait, and what was tried with each.
    ///
    /// It works beside a running server, on the same database. A mail that is not there any more was taken, refused or
    /// given up: the server's log says which, under the mail's name.
    Queue(QueueArgs),
    /// Let mail to an address leave again that was refused, bounced or complained of.
    ///
    /// It works beside a running server, on the same database.
    Allow(AllowArgs),
}

#[derive(Args)]
pub struct QueueArgs {
    /// Only mails to this address
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    #[command(flatten)]
    at: KeysArgs,
}

#[derive(Args)]
pub struct AllowArgs {
    /// The address
    #[arg(value_name = "ADDRESS")]
    address: String,
    #[command(flatten)]
    at: KeysArgs,
}

#[derive(Args)]
pub struct PreviewArgs {
    /// Where to show it, an address of this machine
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9230")]
    listen: SocketAddr,
    /// The configuration file [default: poolhouse.toml in the current directory, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Args)]
pub struct TestArgs {
    /// Whom to send it to
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// The language of the mail
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
    /// Which mail: code, notice or invitation
    #[arg(long, value_name = "KIND", default_value = "code")]
    kind: String,
    /// The one SMTP server to try, in place of those of the configuration file
    #[arg(long, value_name = "URL")]
    smtp: Option<String>,
    /// Whom the mail comes from
    #[arg(long, value_name = "ADDR")]
    mail_from: Option<String>,
    /// The configuration file [default: poolhouse.toml in the current directory, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

//! `poolhouse mail`: how the code mail looks, and whether it arrives.

mod page;
mod preview;
mod run;
mod trial;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) use run::run;

#[derive(Subcommand)]
pub(super) enum MailCommand {
    /// Show the code mail in every language on a page of this machine; reload it after each change of a template.
    ///
    /// It runs until Ctrl-C.
    Preview(PreviewArgs),
    /// Send a code mail with a made-up code through every relay.
    ///
    /// It says for each carrier of the configuration, or for the one of --smtp, whether it took the mail and in which
    /// time, and ends with 1 if one did not.
    Test(TestArgs),
}

#[derive(Args)]
pub(super) struct PreviewArgs {
    /// Where to show it, an address of this machine
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9230")]
    listen: SocketAddr,
    /// The configuration file [default: poolhouse.toml in the current directory, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct TestArgs {
    /// Whom to send it to
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// The language of the mail
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
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

//! `poolhouse backup`: works beside a running server, on the same database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use poolhouse_backup::{Opening, Sealing, Summary};
use poolhouse_crypto::OsEntropy;
use poolhouse_crypto::recipient::{Identity, Recipient};
use poolhouse_text::hex;
use serde_json::json;
use zeroize::Zeroizing;

use crate::args::{KeysArgs, Output};
use crate::data;
use crate::error::CliError;
use crate::output::{once, print};
use poolhouse_pool::base::clock::{Clock, SystemClock};

/// What the file of a private key begins with, and that of its public half.
const PRIVATE: &str = "poolhouse-backup-key 1 ";
const PUBLIC: &str = "poolhouse-backup-recipient 1 ";
/// Characters of the shortest passphrase.
const SHORTEST: usize = 12;

#[derive(Args)]
pub struct BackupArgs {
    /// The file to write; one that is there is left as it is
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    sealing: SealingArgs,
    #[command(flatten)]
    at: KeysArgs,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct SealingArgs {
    /// Seal it for the owner of this public key, FILE.pub of `poolhouse keys backup FILE`
    #[arg(long, value_name = "FILE")]
    recipient: Option<PathBuf>,
    /// Seal it under the passphrase in this file, of 12 characters or more; - reads it from standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

pub(super) fn run(arguments: &BackupArgs) -> Result<(), CliError> {
    once(back_up(arguments))
}

async fn back_up(arguments: &BackupArgs) -> Result<(), CliError> {
    let BackupArgs { file, sealing, at } = arguments;
    let sealing = match (&sealing.recipient, &sealing.passphrase_file) {
        (Some(recipient), _) => Sealing::Recipient(recipient_in(recipient)?),
        (None, Some(words)) => Sealing::Passphrase(passphrase_in(words)?),
        (None, None) => return Err(CliError::new("give --recipient or --passphrase-file")),
    };
    let data = data::existing(&at.data, at.store.as_deref()).await?;
    let store = data.engine.store();
    let written = match create(file) {
        Ok(mut out) => {
            let created = SystemClock.now().0;
            match poolhouse_backup::write(&*store, &sealing, &OsEntropy, created, &mut out).await {
                Ok(summary) => finish(out, file).map(|()| summary),
                Err(error) => Err(CliError::new("the backup was not made").caused_by(error)),
            }
            // Half a backup opens as none.
            .inspect_err(|_| drop(fs::remove_file(file)))
        }
        Err(error) => Err(error),
    };
    data.engine.close().await;
    print(&said(&written?, file, at.output))
}

fn said(summary: &Summary, file: &Path, output: Output) -> String {
    let file = file.display();
    match output {
        Output::Json => json!({
            "File": file.to_string(),
            "Rows": summary.rows,
            "Digest": summary.hex(),
        })
        .to_string(),
        Output::Text => format!(
            "{} rows are in {file}.\nmaster.key is not: without it they cannot be read. Keep a copy of it elsewhere.",
            summary.rows
        ),
    }
}

/// A new file that only its owner may read.
fn create(file: &Path) -> Result<BufWriter<File>, CliError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let made = options.open(file);
    made.map(BufWriter::new).map_err(|error| {
        CliError::new(format!("the file {} cannot be made", file.display())).caused_by(error)
    })
}

/// Has a file and its name on disk.
fn finish(out: BufWriter<File>, file: &Path) -> Result<(), CliError> {
    let synced = || -> io::Result<()> {
        out.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    synced().map_err(|error| {
        CliError::new(format!("the file {} cannot be written", file.display())).caused_by(error)
    })
}

/// `poolhouse keys backup`: a pair of keys, the private one in `file`, the public one beside it.
pub(super) fn make_key(file: &Path) -> Result<(), CliError> {
    let identity = Identity::random(&OsEntropy);
    let public = file.with_added_extension("pub");
    let mut text = Zeroizing::new(String::with_capacity(128));
    text.push_str(PRIVATE);
    hex::encode_into(&mut text, &**identity.bytes());
    text.push('\n');
    let recipient = format!("{PUBLIC}{}\n", hex::encode(&identity.recipient().0));
    for (path, text) in [(file, text.as_str()), (&public, &recipient)] {
        let mut out = create(path)?;
        out.write_all(text.as_bytes()).map_err(|error| {
            CliError::new(format!("the file {} cannot be written", path.display())).caused_by(error)
        })?;
        finish(out, path)?;
    }
    print(&format!(
        "Backups that are sealed for {public} open with {file} alone. Take {file} off this machine and keep it safe: without it they \
         are worth nothing.",
        public = public.display(),
        file = file.display()
    ))
}

/// What a backup is opened with.
pub(super) fn opening(key: Option<&Path>, words: Option<&Path>) -> Result<Opening, CliError> {
    match (key, words) {
        (Some(key), None) => {
            let bytes = key_in(key, PRIVATE, "the private key of a backup")?;
            Ok(Opening::Identity(Identity::from_bytes(bytes)))
        }
        (None, Some(words)) => Ok(Opening::Passphrase(passphrase_in(words)?)),
        _ => Err(CliError::new("give --key or --passphrase-file")),
    }
}

fn recipient_in(file: &Path) -> Result<Recipient, CliError> {
    let bytes = key_in(file, PUBLIC, "the public key of a backup's recipient")?;
    Ok(Recipient(*bytes))
}

fn key_in(file: &Path, prefix: &str, what: &str) -> Result<Zeroizing<[u8; 32]>, CliError> {
    let text = read(file)?;
    let mut bytes = Zeroizing::new([0; 32]);
    let digits = text.trim_end().strip_prefix(prefix);
    let found = digits.and_then(|digits| hex::decode_into(digits, &mut *bytes));
    match found {
        Some(()) => Ok(bytes),
        None => Err(CliError::new(format!(
            "the file {} is not {what}. Make a pair: poolhouse keys backup FILE",
            file.display()
        ))),
    }
}

/// The words in a file, or on the standard input, without the line's end.
fn passphrase_in(file: &Path) -> Result<Zeroizing<String>, CliError> {
    let text = if file == Path::new("-") {
        let mut line = Zeroizing::new(String::new());
        let read = io::stdin().read_line(&mut line);
        read.map_err(|error| CliError::new("the standard input cannot be read").caused_by(error))?;
        line
    } else {
        read(file)?
    };
    let words = text.trim_end_matches(['\r', '\n']);
    if words.chars().count() < SHORTEST {
        return Err(CliError::new(format!(
            "a passphrase has {SHORTEST} characters or more: whoever has the backup may try as many as he likes"
        )));
    }
    Ok(Zeroizing::new(words.to_owned()))
}

fn read(file: &Path) -> Result<Zeroizing<String>, CliError> {
    let text = fs::read_to_string(file).map(Zeroizing::new);
    text.map_err(|error| {
        CliError::new(format!("the file {} cannot be read", file.display())).caused_by(error)
    })
}

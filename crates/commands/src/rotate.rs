//! `poolhouse keys rotate`: works beside a running server, on the same data directory.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use poolhouse_crypto::jwt::KeyBits;
use poolhouse_crypto::{Entropy, OsEntropy};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::args::{Output, RotateArgs, Rotated};
use crate::data::{self, Data};
use crate::error::CliError;
use crate::key_change::KeyFile;
use crate::key_file::KeyFileError;
use crate::moment::date;
use crate::noted::noting;
use crate::output::print;
use poolhouse_pool::base::key_ring::{Refused, RootKey};
use poolhouse_pool::keyring::KeySource;
use poolhouse_pool::keyring::signing::{self, Begins, FreshKeys};

pub(super) async fn run(arguments: &RotateArgs) -> Result<(), CliError> {
    let (directory, store) = (&arguments.at.data, arguments.at.store.as_deref());
    // Whether this is a data directory whose key and database belong together; a command holds the keys no longer than it must.
    let data = data::existing(directory, store).await?;
    let is_shared = data.engine.is_shared();
    data.engine.close().await;
    drop(data);
    let mut said = Vec::new();
    for (rotated, root) in [(Rotated::Master, RootKey::Master), (Rotated::Code, RootKey::Code)] {
        if arguments.keys.contains(&rotated) {
            said.push(announce(directory, root, arguments.leaked, is_shared)?);
        }
    }
    if arguments.keys.contains(&Rotated::Signing) {
        let data = data::existing(directory, store).await?;
        let rotated = sign_anew(arguments, &data).await;
        data.engine.close().await;
        said.extend(rotated?);
    }
    match arguments.at.output {
        Output::Json => print(&Value::from_iter(said.into_iter().map(|done| done.json)).to_string()),
        Output::Text => said.iter().try_for_each(|done| print(&done.text)),
    }
}

/// What was done, for people and for programs.
struct Done {
    text: String,
    json: Value,
}

/// Why a key was not announced.
enum NotAnnounced {
    File(KeyFileError),
    Refused(Refused),
}

impl From<KeyFileError> for NotAnnounced {
    fn from(error: KeyFileError) -> NotAnnounced {
        NotAnnounced::File(error)
    }
}

impl From<NotAnnounced> for CliError {
    fn from(error: NotAnnounced) -> CliError {
        match error {
            NotAnnounced::File(error) => CliError::new("the key was not rotated").caused_by(error),
            NotAnnounced::Refused(refused) => CliError::new("the key was not rotated").caused_by(refused),
        }
    }
}

/// Writes a new key beside the one in use. The server puts it to use, on a shared database once every server has it.
fn announce(directory: &Path, root: RootKey, leaked: bool, is_shared: bool) -> Result<Done, CliError> {
    let mut key = Zeroizing::new([0; 32]);
    OsEntropy.fill(&mut *key);
    let changed = KeyFile::new(directory).change_with(|ring| {
        ring.announce(root, key.clone()).map_err(NotAnnounced::Refused)?;
        ring.ends_refresh_tokens |= leaked && root == RootKey::Master;
        Ok::<_, NotAnnounced>(())
    })?;
    let ring = changed.ok_or_else(|| {
        CliError::new(
            "another command works with the keys at this moment, so nothing was changed. Run this again",
        )
    })?;
    let epoch = ring.chain(root).next.as_ref().map(|next| next.epoch);
    let name = root.name();
    let path = directory.join("master.key");
    let taken_up = if is_shared {
        "It is put to use once every server on this database has it: copy that file to the data directory of each other one, with its mode \
         of 0600"
    } else {
        "A server that runs takes it up within a second, otherwise the next one does"
    };
    Ok(Done {
        text: format!(
            "{} key {} is in {path}. {taken_up}; see: poolhouse keys status\nBack up {path} now.",
            capitalized(name),
            Number(epoch),
            path = path.display()
        ),
        json: json!({ "Key": name, "Epoch": epoch }),
    })
}

struct Number(Option<u8>);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |number| fmt::Display::fmt(&number, f))
    }
}

fn capitalized(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

/// Gives pools new signing keys.
async fn sign_anew(arguments: &RotateArgs, data: &Data) -> Result<Vec<Done>, CliError> {
    let platform = data.platform()?;
    let failed = |error| CliError::new("signing keys were not rotated").caused_by(error);
    let pools = match &arguments.user_pool_id {
        Some(pool) => vec![pool.clone()],
        None => signing::pool_ids(&platform).await.map_err(failed)?,
    };
    let bits = match arguments.bits.as_deref() {
        Some("3072") => KeyBits::Rsa3072,
        _ => KeyBits::Rsa2048,
    };
    let begins = if arguments.leaked {
        Begins::AtOnce
    } else {
        Begins::Announced
    };
    let source: Arc<dyn KeySource> = Arc::new(FreshKeys);
    let mut said = Vec::new();
    for pool in pools {
        let platform = noting(&platform, "keys rotate signing", Some(&pool));
        let rotated = signing::rotate(&platform, &source, bits, begins, &pool)
            .await
            .map_err(failed)?;
        let rotated = rotated.ok_or_else(|| CliError::new(format!("there is no user pool {pool}")))?;
        let (from, text) = match rotated {
            signing::Rotated::SignsFrom(from) => {
                (from, format!("{pool}: the new keys sign from {} on.", date(from)))
            }
            signing::Rotated::Waits(from) => (
                from,
                format!(
                    "{pool}: nothing changed, for new keys wait already. They sign from {} on.",
                    date(from)
                ),
            ),
        };
        let json = json!({ "Key": "signing", "UserPoolId": pool, "SignsFrom": date(from) });
        said.push(Done { text, json });
    }
    Ok(said)
}

//! For whom a backup is sealed, and how it is opened.

use poolhouse_crypto::recipient::{Identity, Recipient};
use poolhouse_crypto::{Entropy, derive_key, passphrase, sha256};
use poolhouse_text::hex;
use zeroize::Zeroizing;

use crate::BackupError;
use crate::head::SealedFor;

/// What a new backup is sealed with.
pub enum Sealing {
    /// Words.
    Passphrase(Zeroizing<String>),
    /// A public key, whose owner alone can read it.
    Recipient(Recipient),
}

/// What a backup is opened with.
pub enum Opening {
    /// The words that it was sealed with.
    Passphrase(Zeroizing<String>),
    /// The private key of its recipient.
    Identity(Identity),
}

type Key = Zeroizing<[u8; 32]>;

impl Sealing {
    /// What the head says, and a secret for this backup alone.
    pub(crate) fn begin(&self, entropy: &dyn Entropy) -> Result<(SealedFor, Key), BackupError> {
        match self {
            Sealing::Passphrase(words) => {
                let mut salt = [0; 16];
                entropy.fill(&mut salt);
                let rounds = passphrase::ROUNDS;
                let key = passphrase::key(words, &salt, rounds);
                Ok((SealedFor::Passphrase { salt, rounds }, key))
            }
            Sealing::Recipient(to) => {
                let sealed = to.seal(entropy);
                let (key, ephemeral) = sealed.map_err(|_| BackupError::Recipient)?;
                Ok((SealedFor::Recipient { to: *to, ephemeral }, key))
            }
        }
    }
}

impl Opening {
    /// The secret of a backup whose head says this.
    pub(crate) fn open(&self, sealed_for: &SealedFor) -> Result<Key, BackupError> {
        match (self, sealed_for) {
            (Opening::Passphrase(words), SealedFor::Passphrase { salt, rounds }) => {
                Ok(passphrase::key(words, salt, *rounds))
            }
            (Opening::Identity(identity), SealedFor::Recipient { ephemeral, .. }) => {
                identity.open(*ephemeral).map_err(|_| BackupError::Sealed)
            }
            (_, SealedFor::Passphrase { .. }) => Err(BackupError::Otherwise(
                "under a passphrase: give --passphrase-file",
            )),
            (_, SealedFor::Recipient { .. }) => Err(BackupError::Otherwise(
                "for a recipient: give --key with its private key",
            )),
        }
    }
}

/// The key of the pieces: of the secret and of all that stands before them.
pub(crate) fn piece_key(secret: &Key, head: &[u8]) -> Key {
    let label = format!("poolhouse.v1.backup.{}", hex::encode(&sha256(&[head])));
    Zeroizing::new(derive_key(&**secret, &label))
}

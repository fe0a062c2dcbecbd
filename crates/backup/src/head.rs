//! The readable beginning of a backup.

use std::io::{Read, Write};
use std::num::NonZeroU32;

use poolhouse_crypto::recipient::Recipient;
use poolhouse_text::hex;
use serde_json::{Value, json};

use crate::BackupError;

const MAGIC: &[u8] = b"poolhouse-backup 1\n";
/// What the magic of every version begins with.
const ANY_MAGIC: &[u8] = b"poolhouse-backup ";
/// No head is longer.
const LONGEST: usize = 4096;
/// More rounds than anybody would wait for: a file that asks for them is not to keep its reader busy for ever.
const MOST_ROUNDS: u32 = 100_000_000;

/// For whom a backup is sealed, as its head says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedFor {
    /// Whoever knows the words.
    Passphrase {
        /// What they are salted with.
        salt: [u8; 16],
        /// How often they are hashed.
        rounds: NonZeroU32,
    },
    /// The owner of a private key.
    Recipient {
        /// Its public half.
        to: Recipient,
        /// The public key of this backup.
        ephemeral: Recipient,
    },
}

pub(crate) struct Head {
    /// When the backup was made, in milliseconds since 1970.
    pub created: i64,
    pub sealed_for: SealedFor,
}

impl Head {
    /// The head as it stands in the file, which the pieces' key depends on.
    pub fn bytes(&self) -> Vec<u8> {
        let sealed_for = match self.sealed_for {
            SealedFor::Passphrase { salt, rounds } => {
                json!({ "passphrase": { "salt": hex::encode(&salt), "rounds": rounds.get() } })
            }
            SealedFor::Recipient { to, ephemeral } => {
                json!({ "recipient": { "to": hex::encode(&to.0), "ephemeral": hex::encode(&ephemeral.0) } })
            }
        };
        let head = json!({ "created": self.created, "sealedFor": sealed_for }).to_string();
        let length = u32::try_from(head.len()).unwrap_or(u32::MAX);
        [MAGIC, &length.to_be_bytes(), head.as_bytes()].concat()
    }

    pub fn write(&self, out: &mut impl Write) -> Result<Vec<u8>, BackupError> {
        let bytes = self.bytes();
        out.write_all(&bytes)?;
        Ok(bytes)
    }

    /// Reads a head, and returns its bytes, too.
    pub fn read(input: &mut impl Read) -> Result<(Head, Vec<u8>), BackupError> {
        let mut magic = [0; MAGIC.len()];
        match input.read_exact(&mut magic) {
            Ok(()) if magic == *MAGIC => {}
            Ok(()) if magic.starts_with(ANY_MAGIC) => return Err(BackupError::Later),
            Ok(()) => return Err(BackupError::Foreign),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(BackupError::Foreign);
            }
            Err(error) => return Err(error.into()),
        }
        let mut length = [0; 4];
        input.read_exact(&mut length)?;
        let count = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if count > LONGEST {
            return Err(BackupError::Foreign);
        }
        let mut text = vec![0; count];
        input.read_exact(&mut text)?;
        let head = serde_json::from_slice(&text).ok();
        let head = head.as_ref().and_then(Head::parse).ok_or(BackupError::Foreign)?;
        Ok((head, [MAGIC, &length, &text].concat()))
    }

    fn parse(value: &Value) -> Option<Head> {
        let sealed_for = value.get("sealedFor")?;
        let sealed_for = match (sealed_for.get("passphrase"), sealed_for.get("recipient")) {
            (Some(words), None) => SealedFor::Passphrase {
                salt: bytes(words.get("salt")?)?,
                rounds: u32::try_from(words.get("rounds")?.as_u64()?)
                    .ok()
                    .filter(|rounds| *rounds <= MOST_ROUNDS)
                    .and_then(NonZeroU32::new)?,
            },
            (None, Some(keys)) => SealedFor::Recipient {
                to: Recipient(bytes(keys.get("to")?)?),
                ephemeral: Recipient(bytes(keys.get("ephemeral")?)?),
            },
            _ => return None,
        };
        Some(Head {
            created: value.get("created")?.as_i64()?,
            sealed_for,
        })
    }
}

fn bytes<const N: usize>(digits: &Value) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_into(digits.as_str()?, &mut bytes)?;
    Some(bytes)
}

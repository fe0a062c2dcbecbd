//! One round of a sign-in: what a challenge must remember until its answer comes, as a signed text.
//!
//! The text travels as `challengeMetadata` (read by Define and Create in later rounds) and as a private challenge
//! parameter (read by Verify). It holds neither the code nor a hash of it: Verify makes the code again from the key.
//! In session-only mode there is no key to make it from, so the text carries one for this sign-in; it is as secret as
//! the session that the platform seals it in, and no more.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::code::{Alphabet, Code, CodeFormat};
use crate::event::Caller;
use crate::keys::{Keys, MAC_BYTES, OtpKey, Purpose, same};
use crate::outcome::LastResult;
use crate::time::Moment;

/// What the text starts with. Another layout gets another one.
const VERSION: &str = "r1";

/// The key id of a text whose key is inside it.
const OWN_KEY_ID: &str = "session";

const SEED_BYTES: usize = 32;
const FIELD_BYTES: usize = 22 + NONCE_BYTES;

/// Bytes that make a code differ from the code of any other sign-in.
pub(crate) const NONCE_BYTES: usize = 12;

/// What a challenge remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Round {
    /// 1 for the first challenge of a sign-in.
    pub(crate) number: u8,
    /// Answers that were evaluated before this challenge was made.
    pub(crate) attempts: u8,
    /// What this challenge says about the round before it.
    pub(crate) result: LastResult,
    /// Mails of this sign-in so far.
    pub(crate) mails: u8,
    pub(crate) format: CodeFormat,
    pub(crate) issued: Moment,
    pub(crate) expires: Moment,
    /// When the last mail of this sign-in went out, or would have if the user had not had too many.
    pub(crate) mailed_at: Moment,
    /// The number of the ledger that this sign-in knows to exist.
    pub(crate) ledger_number: u32,
    pub(crate) nonce: [u8; NONCE_BYTES],
    pub(crate) signer: Signer,
}

/// The key of one sign-in: every round of it is signed with the key of its first, whatever key is current by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signer {
    /// One of the operator's keys.
    Keyed(OtpKey),
    /// A key that exists in the text alone.
    SessionOnly(Seed),
}

/// Randomness that a key of one sign-in is made of. `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Seed([u8; SEED_BYTES]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(_)")
    }
}

impl Signer {
    /// The key for a sign-in that starts now.
    pub(crate) fn of_new_sign_in(keys: Option<&Keys>, entropy: &[u8; SEED_BYTES]) -> Self {
        match keys {
            Some(keys) => Self::Keyed(keys.current.clone()),
            None => Self::SessionOnly(Seed(*entropy)),
        }
    }

    pub(crate) fn key(&self) -> OtpKey {
        match self {
            Self::Keyed(key) => key.clone(),
            Self::SessionOnly(seed) => OtpKey::of_one_sign_in(&seed.0),
        }
    }
}

impl Round {
    /// The code of this round. All rounds with the same nonce have the same one.
    pub(crate) fn code(&self, caller: &Caller<'_>) -> Code {
        let issued = self.issued.to_bytes();
        let own: [&[u8]; 2] = [&self.nonce, &issued];
        Code::derive(
            &self.signer.key(),
            self.format,
            &[&caller.binding()[..], &own].concat(),
        )
    }

    /// The signed text of this round, of no use for another pool, client or user.
    pub(crate) fn seal(&self, caller: &Caller<'_>) -> String {
        let mut payload = self.fields();
        let id = match &self.signer {
            Signer::Keyed(key) => key.id(),
            Signer::SessionOnly(seed) => {
                payload.extend_from_slice(&seed.0);
                OWN_KEY_ID.to_owned()
            }
        };
        let mac = mac(&self.signer.key(), caller, &payload);
        format!(
            "{VERSION}.{id}.{}.{}",
            BASE64.encode(&payload),
            BASE64.encode(mac)
        )
    }

    /// The round of a text that was sealed for this caller, with one of these keys or, without keys, with its own.
    pub(crate) fn open(text: &str, keys: Option<&Keys>, caller: &Caller<'_>) -> Option<Self> {
        let mut parts = text.split('.');
        let (version, id, payload, signature) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != VERSION || parts.next().is_some() {
            return None;
        }
        let payload = BASE64.decode(payload).ok()?;
        let (fields, rest) = payload.split_first_chunk::<FIELD_BYTES>()?;
        let signer = match keys {
            Some(keys) if rest.is_empty() => Signer::Keyed(keys.find(id)?.clone()),
            None if id == OWN_KEY_ID => Signer::SessionOnly(Seed(rest.try_into().ok()?)),
            _ => return None,
        };
        let genuine = same(
            &mac(&signer.key(), caller, &payload),
            &BASE64.decode(signature).ok()?,
        );
        genuine.then(|| Self::from_fields(fields, signer)).flatten()
    }

    fn fields(&self) -> Vec<u8> {
        let result = LastResult::ALL
            .iter()
            .position(|result| *result == self.result)
            .unwrap_or_default();
        let alphabet = u8::from(self.format.alphabet == Alphabet::Letters);
        [
            &[
                self.number,
                self.attempts,
                result as u8,
                self.mails,
                self.format.length,
                alphabet,
            ][..],
            &self.issued.to_bytes(),
            &self.expires.to_bytes(),
            &self.mailed_at.to_bytes(),
            &self.ledger_number.to_be_bytes(),
            &self.nonce,
        ]
        .concat()
    }

    fn from_fields(fields: &[u8; FIELD_BYTES], signer: Signer) -> Option<Self> {
        let (&[number, attempts, result, mails, length, alphabet], rest) = fields.split_first_chunk()?;
        let (issued, rest) = rest.split_first_chunk()?;
        let (expires, rest) = rest.split_first_chunk()?;
        let (mailed_at, rest) = rest.split_first_chunk()?;
        let (ledger_number, rest) = rest.split_first_chunk()?;
        let alphabet = if alphabet == 0 {
            Alphabet::Digits
        } else {
            Alphabet::Letters
        };
        Some(Self {
            number,
            attempts,
            result: *LastResult::ALL.get(usize::from(result))?,
            mails,
            format: CodeFormat { length, alphabet },
            issued: Moment::from_bytes(*issued),
            expires: Moment::from_bytes(*expires),
            mailed_at: Moment::from_bytes(*mailed_at),
            ledger_number: u32::from_be_bytes(*ledger_number),
            nonce: rest.try_into().ok()?,
            signer,
        })
    }
}

fn mac(key: &OtpKey, caller: &Caller<'_>, payload: &[u8]) -> [u8; MAC_BYTES] {
    key.keyed_short(Purpose::Round, &[&caller.binding()[..], &[payload]].concat())
}

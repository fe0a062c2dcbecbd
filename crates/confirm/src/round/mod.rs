//! One round of a sign-in: what a challenge must remember until its answer comes, as a signed text.
//!
//! The text travels as `challengeMetadata` (read by Define and Create in later rounds) and as a private challenge
//! parameter (read by Verify). It holds neither the code nor a hash of it: Verify makes the code again from the key.
//! In session-only mode there is no key to make it from, so the text carries one for this sign-in; it is as secret as
//! the session that the platform seals it in, and no more.

mod layout;
mod state;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::event::Caller;
use crate::keys::{Keys, MAC_BYTES, OtpKey, Purpose, same};

use state::Seed;
pub(crate) use state::{Issued, NONCE_BYTES, Round, SIGN_IN_BYTES, Signer};

/// What the text starts with. Another layout gets another one; that of the one before is still read.
const VERSION: &str = "r2";
const VERSION_BEFORE: &str = "r1";

/// The key id of a text whose key is inside it.
const OWN_KEY_ID: &str = "session";

/// Reads the fields of a round in one of the layouts.
type Layout = fn(&[u8], Signer) -> Option<Round>;

impl Round {
    /// The signed text of this round, of no use for another pool, client or user.
    pub(crate) fn seal(&self, caller: &Caller<'_>) -> String {
        let mut payload = layout::write(self);
        let id = match &self.signer {
            Signer::Keyed(key) => key.id(),
            Signer::SessionOnly(seed) => {
                payload.extend_from_slice(&seed.0);
                OWN_KEY_ID.to_owned()
            }
        };
        let mac = mac(&self.signer.key(), Purpose::Round2, caller, &payload);
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
        let (purpose, read): (Purpose, Layout) = match version {
            VERSION => (Purpose::Round2, layout::read),
            VERSION_BEFORE => (Purpose::Round, layout::read_before),
            _ => return None,
        };
        if parts.next().is_some() {
            return None;
        }
        let payload = BASE64.decode(payload).ok()?;
        let (fields, signer) = match keys {
            Some(keys) => (&payload[..], Signer::Keyed(keys.find(id)?.clone())),
            None if id == OWN_KEY_ID => {
                let (fields, seed) = payload.split_last_chunk()?;
                (fields, Signer::SessionOnly(Seed(*seed)))
            }
            None => return None,
        };
        let genuine = same(
            &mac(&signer.key(), purpose, caller, &payload),
            &BASE64.decode(signature).ok()?,
        );
        genuine.then(|| read(fields, signer)).flatten()
    }
}

fn mac(key: &OtpKey, purpose: Purpose, caller: &Caller<'_>, payload: &[u8]) -> [u8; MAC_BYTES] {
    key.keyed_short(purpose, &[&caller.binding()[..], &[payload]].concat())
}

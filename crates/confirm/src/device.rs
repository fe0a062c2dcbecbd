//! Trusted devices: signing in without a code where one was typed before.
//!
//! Every challenge hands the client a signed token of its own. It is worth nothing until the client sends it along with
//! a right code: then its id enters the ledger. Sent with the password answer of a later sign-in, it stands for the code
//! while its days last and its id is in the ledger. No token is ever given to two clients, even where the platform makes
//! their events look alike: each is drawn from the randomness of its own call.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::Value;

use crate::event::Caller;
use crate::facts::Facts;
use crate::keys::{Keys, MAC_BYTES, OtpKey, Purpose, same};
use crate::time::Moment;

const VERSION: &str = "d1";

/// Bytes of a device's id.
pub(crate) const DEVICE_BYTES: usize = 6;

/// The name of the token in public parameters and in `clientMetadata`.
pub(crate) const DEVICE_TOKEN: &str = "deviceToken";

/// A token that was signed for this caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeviceToken {
    pub(crate) id: [u8; DEVICE_BYTES],
    issued: Moment,
}

impl DeviceToken {
    /// A token that no other call makes.
    pub(crate) fn new(keys: &Keys, facts: &Facts<'_>) -> Self {
        let id = keys.current.keyed_short(Purpose::DeviceId, &[facts.entropy]);
        Self {
            id,
            issued: Moment::from_epoch_s(facts.now),
        }
    }

    pub(crate) fn seal(&self, keys: &Keys, caller: &Caller<'_>) -> String {
        let payload = [&self.id[..], &self.issued.to_bytes()].concat();
        let mac = mac(&keys.current, caller, &payload);
        format!(
            "{VERSION}.{}.{}.{}",
            keys.current.id(),
            BASE64.encode(&payload),
            BASE64.encode(mac)
        )
    }

    /// The token that the client sent with this request, if it was signed for this pool, client and user.
    pub(crate) fn sent(keys: &Keys, caller: &Caller<'_>) -> Option<Self> {
        let text = caller.client_metadata(DEVICE_TOKEN).and_then(Value::as_str)?;
        let mut parts = text.split('.');
        let (version, id, payload, signature) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != VERSION || parts.next().is_some() {
            return None;
        }
        let payload = BASE64.decode(payload).ok()?;
        let expected = mac(keys.find(id)?, caller, &payload);
        if !same(&expected, &BASE64.decode(signature).ok()?) {
            return None;
        }
        let (id, issued) = payload.split_first_chunk()?;
        Some(Self {
            id: *id,
            issued: Moment::from_bytes(issued.try_into().ok()?),
        })
    }

    /// Whether its days last, and it was made after the last event that ends all trust.
    pub(crate) fn is_alive(&self, days: u16, facts: &Facts<'_>) -> bool {
        let now = Moment::from_epoch_s(facts.now);
        let ends = self.issued.plus(u32::from(days) * 86_400);
        let revoked = facts.trust_from.is_some_and(|from| self.issued.epoch_s() <= from);
        now < ends && !revoked
    }
}

fn mac(key: &OtpKey, caller: &Caller<'_>, payload: &[u8]) -> [u8; MAC_BYTES] {
    key.keyed_short(Purpose::Device, &[&caller.binding()[..], &[payload]].concat())
}

//! Place tokens and trusted devices.
//!
//! Every challenge hands the client a signed token. It is worth nothing until a right code is typed in the sign-in that it
//! was made for: then its id enters the ledger, and the client keeps it. Sent with the password answer of a later
//! sign-in, it says "this browser has been this person's before", which gives that sign-in counters of its own. Where
//! devices may be trusted and the person asked for it, it also stands for the code while its days last.
//!
//! No token is ever given to two clients, even where the platform makes their events look alike: each is made of the
//! instance of its sign-in, which every delivery draws anew.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::Value;

use crate::event::Caller;
use crate::facts::Facts;
use crate::keys::{Keys, MAC_BYTES, OtpKey, Purpose, same};
use crate::settings::Settings;
use crate::time::Moment;

const VERSION: &str = "d1";

/// The name of a device.
pub(crate) type DeviceId = [u8; 6];

/// The name of the token in public parameters and in `clientMetadata`.
pub(crate) const DEVICE_TOKEN: &str = "deviceToken";

/// What `clientMetadata` has beside a code if the person wants the device to stand for the code from then on.
pub(crate) const REMEMBER_DEVICE: &str = "rememberDevice";

/// A token that was signed for this caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeviceToken {
    pub(crate) id: DeviceId,
    pub(crate) issued: Moment,
}

impl DeviceToken {
    /// The id of the token that a sign-in hands out, made of what no other sign-in has.
    pub(crate) fn id_of(keys: &Keys, instance: &[u8]) -> DeviceId {
        keys.current.keyed_short(Purpose::DeviceId, &[instance])
    }

    /// The token as text. It is always the same for one sign-in, so a caller may keep a hash of it.
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

    /// The token that may stand for the code, if devices can be trusted and the user exists.
    pub(crate) fn trusted_one(settings: &Settings, caller: &Caller<'_>) -> Option<Self> {
        let keys = settings.trusted_device_keys().filter(|_| !caller.unknown)?;
        Self::sent(keys, caller)
    }

    /// Whether its days last, and it was made after the last event that ends all trust.
    pub(crate) fn is_alive(&self, days: u16, facts: &Facts<'_>) -> bool {
        let now = Moment::from_epoch_s(facts.now);
        let ends = self.issued.plus(u32::from(days) * 86_400);
        let revoked = facts.trust_from.is_some_and(|from| self.issued.epoch_s() <= from);
        now < ends && !revoked
    }
}

/// Whether the request asks that its device stand for the code from now on.
pub(crate) fn wants_trust(caller: &Caller<'_>) -> bool {
    caller.client_metadata(REMEMBER_DEVICE).and_then(Value::as_str) == Some("true")
}

fn mac(key: &OtpKey, caller: &Caller<'_>, payload: &[u8]) -> [u8; MAC_BYTES] {
    key.keyed_short(Purpose::Device, &[&caller.binding()[..], &[payload]].concat())
}

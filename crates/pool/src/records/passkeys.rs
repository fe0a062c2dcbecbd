//! The passkeys of a user, and the one that is being registered.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_crypto::webauthn::PublicKey;
use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::key::Key;
use crate::base::clock::Millis;

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its id, base64url.
    pub id: String,
    /// Its public key.
    pub key: PublicKey,
    /// How often its authenticator says to have signed, or 0 where it does not count.
    pub counter: u32,
    /// The relying party that it was made for.
    pub rp_id: String,
    /// `platform` or `cross-platform`, where the browser said so.
    pub attachment: Option<String>,
    /// How the browser reaches it: `internal`, `usb`, `hybrid`, …
    pub transports: Vec<String>,
    /// When it was registered.
    pub created: Millis,
}

/// All passkeys of a user, in the order in which they were registered. One row, so that how many there are, and how often each
/// has signed, is exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passkeys(pub Vec<Passkey>);

impl Passkeys {
    /// Where they lie.
    pub fn key(pool_id: &str, sub: &str) -> Key<Passkeys> {
        Key::of_user(pool_id, sub, "passkeys")
    }

    /// The one with this id.
    pub fn find(&self, id: &str) -> Option<&Passkey> {
        self.0.iter().find(|passkey| passkey.id == id)
    }
}

/// A registration that waits for what an authenticator makes of it. There is one for each user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRegistration {
    /// The app client that began it.
    pub client_id: String,
    /// The challenge, base64url, sealed under the row's key.
    pub sealed: String,
    /// When it comes too late.
    pub expires: Millis,
}

impl PasskeyRegistration {
    /// Where it lies.
    pub fn key(pool_id: &str, sub: &str) -> Key<PasskeyRegistration> {
        Key::of_user(pool_id, sub, "passkey-registration")
    }
}

impl Document for PasskeyRegistration {
    fn to_document(&self) -> Value {
        json!({ "client": self.client_id, "challenge": self.sealed, "expires": self.expires.0 })
    }

    fn from_document(document: &Value) -> Option<PasskeyRegistration> {
        Some(PasskeyRegistration {
            client_id: text(document, "client")?,
            sealed: text(document, "challenge")?,
            expires: Millis(integer(document, "expires")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.expires.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}

impl Document for Passkeys {
    fn to_document(&self) -> Value {
        let passkeys: Vec<Value> = self.0.iter().map(written).collect();
        json!({ "passkeys": passkeys })
    }

    fn from_document(document: &Value) -> Option<Passkeys> {
        let passkeys = document.get("passkeys")?.as_array()?.iter();
        passkeys.map(read).collect::<Option<_>>().map(Passkeys)
    }
}

fn written(passkey: &Passkey) -> Value {
    let key = match &passkey.key {
        PublicKey::Es256(point) => json!({ "es256": URL_SAFE_NO_PAD.encode(point) }),
        PublicKey::Rs256 { modulus, exponent } => json!({
            "modulus": URL_SAFE_NO_PAD.encode(modulus),
            "exponent": URL_SAFE_NO_PAD.encode(exponent),
        }),
    };
    json!({
        "id": passkey.id,
        "key": key,
        "counter": passkey.counter,
        "rpId": passkey.rp_id,
        "attachment": passkey.attachment,
        "transports": passkey.transports,
        "created": passkey.created.0,
    })
}

fn read(document: &Value) -> Option<Passkey> {
    let key = document.get("key")?;
    let bytes = |member: &str| URL_SAFE_NO_PAD.decode(key.get(member)?.as_str()?).ok();
    let key = match bytes("es256") {
        Some(point) => PublicKey::Es256(point),
        None => PublicKey::Rs256 {
            modulus: bytes("modulus")?,
            exponent: bytes("exponent")?,
        },
    };
    let transports = document.get("transports")?.as_array()?.iter();
    Some(Passkey {
        id: text(document, "id")?,
        key,
        counter: u32::try_from(integer(document, "counter")?).ok()?,
        rp_id: text(document, "rpId")?,
        attachment: text(document, "attachment"),
        transports: transports
            .map(|transport| transport.as_str().map(str::to_owned))
            .collect::<Option<_>>()?,
        created: Millis(integer(document, "created")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_of_passkeys_is_read_again_and_nothing_else_is() {
        let passkey = Passkey {
            id: "aWQ".to_owned(),
            key: PublicKey::Es256(vec![4; 65]),
            counter: 7,
            rp_id: "example.com".to_owned(),
            attachment: Some("platform".to_owned()),
            transports: vec!["internal".to_owned()],
            created: Millis(5),
        };
        let rsa = Passkey {
            id: "b3RoZXI".to_owned(),
            key: PublicKey::Rs256 {
                modulus: vec![1; 256],
                exponent: vec![1, 0, 1],
            },
            attachment: None,
            ..passkey.clone()
        };
        let both = Passkeys(vec![passkey.clone(), rsa]);
        assert_eq!(both.find("aWQ"), Some(&passkey));
        assert_eq!(Passkeys::from_document(&both.to_document()), Some(both));
        for other in [json!({}), json!({ "passkeys": [{ "id": "aWQ" }] })] {
            assert_eq!(Passkeys::from_document(&other), None, "{other}");
        }
    }
}

//! An authenticator in software, with one passkey. It shares no code with the server.

use std::cell::Cell;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

/// Somebody was there.
pub const PRESENT: u8 = 1;
/// It is known who.
pub const VERIFIED: u8 = 4;

/// An authenticator with one credential.
pub struct Authenticator {
    pair: EcdsaKeyPair,
    id: Vec<u8>,
    /// How often it has signed.
    pub counter: Cell<u32>,
    /// Whether it says that it knows who is there.
    pub flags: Cell<u8>,
    /// The page that it is asked by.
    pub origin: String,
    /// The relying party that it is told.
    pub rp_id: String,
}

impl Authenticator {
    /// One with a credential of this id, asked by a page of this origin for this relying party.
    ///
    /// # Panics
    /// If no key can be made.
    pub fn at(origin: &str, rp_id: &str, id: &[u8]) -> Authenticator {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key can be made");
        Authenticator {
            pair,
            id: id.to_vec(),
            counter: Cell::new(0),
            flags: Cell::new(PRESENT | VERIFIED),
            origin: origin.to_owned(),
            rp_id: rp_id.to_owned(),
        }
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        let data =
            json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false });
        data.to_string().into_bytes()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        self.counter.set(self.counter.get() + 1);
        let rp = digest(&SHA256, self.rp_id.as_bytes());
        [
            rp.as_ref(),
            &[self.flags.get() | more],
            &self.counter.get().to_be_bytes(),
        ]
        .concat()
    }

    /// `RegistrationResponseJSON` for these options.
    ///
    /// # Panics
    /// If the id is too long.
    pub fn make(&self, options: &Value) -> Value {
        let point = self.pair.public_key().as_ref();
        let length = u16::try_from(self.id.len()).expect("ids are short").to_be_bytes();
        let mut data = self.data(64);
        data.extend([&[0; 16][..], &length, &self.id].concat());
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..]);
        let length = u16::try_from(data.len()).expect("ids are short").to_be_bytes();
        let mut object = [
            &[0xa3][..],
            b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x59",
            &length,
        ]
        .concat();
        object.extend(data);
        json!({
            "id": BASE64.encode(&self.id),
            "rawId": BASE64.encode(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64.encode(self.client_data("webauthn.create", &options["challenge"])),
                "attestationObject": BASE64.encode(object),
                "transports": ["internal", "hybrid"],
            },
        })
    }

    /// `AuthenticationResponseJSON` for these options.
    ///
    /// # Panics
    /// If the key does not sign.
    pub fn sign(&self, options: &Value, sub: &str) -> Value {
        let client_data = self.client_data("webauthn.get", &options["challenge"]);
        let data = self.data(0);
        let message = [&data[..], digest(&SHA256, &client_data).as_ref()].concat();
        let signature = self
            .pair
            .sign(&SystemRandom::new(), &message)
            .expect("the key signs");
        json!({
            "id": BASE64.encode(&self.id),
            "rawId": BASE64.encode(&self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64.encode(client_data),
                "authenticatorData": BASE64.encode(data),
                "signature": BASE64.encode(signature.as_ref()),
                "userHandle": BASE64.encode(sub),
            },
        })
    }
}

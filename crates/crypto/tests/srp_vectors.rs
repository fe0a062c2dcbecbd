//! The exchange against recorded ones: pycognito and amazon-cognito-identity-js, run with fixed randomness, agreed on
//! every number of these.

#![cfg(test)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_crypto::srp::{self, Challenge, Salt, Verifier};
use poolhouse_crypto::{Entropy, secret_hash};
use serde_json::Value;

/// Gives out the b of a vector.
struct Fixed([u8; 32]);

impl Entropy for Fixed {
    fn fill(&self, out: &mut [u8]) {
        out.copy_from_slice(&self.0);
    }
}

impl Fixed {
    fn b_of(vector: &Value) -> Self {
        let digits = format!("{:0>64}", text(vector, "b"));
        Self(std::array::from_fn(|i| {
            u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap()
        }))
    }
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name]
        .as_str()
        .unwrap_or_else(|| panic!("the vector has no {name}"))
}

fn assert_exchange(pool: &str, user: &str, password: &str, vector: &Value) {
    let salt = Salt::from_hex(text(vector, "salt")).unwrap();
    assert_eq!(salt.to_hex(), text(vector, "salt"));

    let verifier = srp::verifier(pool, user, password, &salt);
    assert_eq!(*verifier.v_hex(), text(vector, "v"));
    assert!(srp::check_password(pool, user, password, &verifier));
    assert!(!srp::check_password(pool, user, "another", &verifier));

    let stored = Verifier::from_bytes(&verifier.to_bytes()).unwrap();
    let challenge = srp::challenge(&stored, &Fixed::b_of(vector));
    assert_eq!(challenge.public_b_hex(), text(vector, "B"));

    let challenge = Challenge::from_bytes(&challenge.to_bytes()).unwrap();
    let public_a = srp::parse_a(text(vector, "A")).unwrap();
    let block = STANDARD.decode(text(vector, "secret_block")).unwrap();
    let signature = srp::expected_signature(
        pool,
        user,
        &stored,
        &challenge,
        &public_a,
        &block,
        text(vector, "timestamp"),
    );
    assert_eq!(STANDARD.encode(signature.unwrap()), text(vector, "signature"));
}

#[test]
fn password_exchanges_equal_those_of_the_clients() {
    let file: Value = serde_json::from_str(include_str!("vectors/srp.json")).unwrap();
    let pool = text(&file, "pool").split_once('_').unwrap().1;
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 8);
    for vector in vectors {
        assert_exchange(pool, text(&file, "sub"), text(&file, "password"), vector);
    }
}

#[test]
fn a_device_exchange_equals_that_of_the_clients() {
    let vector: Value = serde_json::from_str(include_str!("vectors/device.json")).unwrap();
    assert_exchange(
        text(&vector, "group"),
        text(&vector, "key"),
        text(&vector, "password"),
        &vector,
    );
}

#[test]
fn a_device_verifier_is_read_with_its_sign_bytes() {
    let vector: Value = serde_json::from_str(include_str!("vectors/device.json")).unwrap();
    let [salt, v] = ["salt_b64", "verifier_b64"].map(|name| STANDARD.decode(text(&vector, name)).unwrap());
    assert_eq!(salt[0], 0);
    let verifier = Verifier::from_unsigned(&salt, &v).unwrap();
    assert_eq!(verifier.salt().to_hex(), text(&vector, "salt"));
    assert_eq!(*verifier.v_hex(), text(&vector, "v"));
}

#[test]
fn a_secret_hash_equals_that_of_the_clients() {
    let hash = secret_hash(
        "topsecretclientsecret0123456789ab",
        "vector.user",
        "1example23456789vectors0ab",
    );
    assert_eq!(hash, "hOt4L13hSeGAA5NOFowj6iQ45IUopu0FNk0Bznm9z1M=");
}

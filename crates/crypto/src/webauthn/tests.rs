use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

use super::*;

fn bytes(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).unwrap();
    [&[kind << 5 | 24, length], bytes].concat()
}

/// An attestation object with this key, as authenticators write it: `{"fmt": "none", "attStmt": {}, "authData": …}`.
fn attestation(flags: u8, id: &[u8], key: &[u8]) -> Vec<u8> {
    let id_length = u16::try_from(id.len()).unwrap().to_be_bytes();
    let data = [
        &sha256(&[b"example.com"])[..],
        &[flags],
        &7_u32.to_be_bytes(),
        &[0; 16],
        &id_length,
        id,
        key,
    ]
    .concat();
    [
        &[0xa3][..],
        b"\x63fmt\x64none\x67attStmt\xa0\x68authData",
        &bytes(2, &data),
    ]
    .concat()
}

fn es256(point: &[u8], curve: u8) -> Vec<u8> {
    let (x, y) = (&point[1..33], &point[33..]);
    [
        &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, curve, 0x21][..],
        &bytes(2, x),
        &[0x22],
        &bytes(2, y),
    ]
    .concat()
}

#[test]
fn a_credential_is_read_and_its_signatures_and_no_others_verify() {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap();
    let point = pair.public_key().as_ref();
    let made = read_attestation(&attestation(0x45, b"an id", &es256(point, 1))).unwrap();
    assert_eq!(made.id, b"an id");
    assert!(made.said.user_present && made.said.user_verified);
    assert_eq!(made.said.counter, 7);
    assert!(made.said.is_for("example.com") && !made.said.is_for("example.org"));
    let data = [&sha256(&[b"example.com"])[..], &[1], &8_u32.to_be_bytes()].concat();
    let said = read_assertion(&data).unwrap();
    assert!(said.user_present && !said.user_verified && said.counter == 8);
    let message = signed(&data, b"{}");
    let signature = pair.sign(&random, &message).unwrap();
    assert!(made.key.verifies(&message, signature.as_ref()));
    assert!(!made.key.verifies(&signed(&data, b"{ }"), signature.as_ref()));
    assert!(!made.key.verifies(&message, b"none"));
}

#[test]
fn what_is_cut_off_or_of_another_kind_is_refused() {
    let key = es256(&[4; 65], 1);
    let whole = attestation(0x41, b"an id", &key);
    assert!(read_attestation(&whole).is_ok());
    for end in 0..whole.len() {
        assert_eq!(
            read_attestation(&whole[..end]),
            Err(BadPasskey::Malformed),
            "{end}"
        );
    }
    let without = attestation(0x01, b"an id", &key);
    assert_eq!(read_attestation(&without), Err(BadPasskey::Malformed));
    let nameless = attestation(0x41, b"", &key);
    assert_eq!(read_attestation(&nameless), Err(BadPasskey::Malformed));
    let other_curve = attestation(0x41, b"an id", &es256(&[4; 65], 2));
    assert_eq!(read_attestation(&other_curve), Err(BadPasskey::Unsupported));
    // An Ed25519 key.
    let okp = [
        &[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21][..],
        &bytes(2, &[1; 32]),
    ]
    .concat();
    let other_kind = attestation(0x41, b"an id", &okp);
    assert_eq!(read_attestation(&other_kind), Err(BadPasskey::Unsupported));
    assert_eq!(read_assertion(&[0; 36]), Err(BadPasskey::Malformed));
}

#[test]
fn an_rsa_key_has_a_size_that_can_be_verified() {
    let of = |modulus: &[u8], exponent: &[u8]| {
        let long = |bytes: &[u8]| {
            let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
            [&[0x59][..], &length, bytes].concat()
        };
        let cose = [
            &[0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20][..],
            &long(modulus),
            &[0x21],
            &long(exponent),
        ]
        .concat();
        PublicKey::of_cose(&cbor::read(&cose).unwrap()).map(|_| ())
    };
    let exponent = [1, 0, 1];
    assert_eq!(of(&[0xc5; 256], &exponent), Ok(()));
    assert_eq!(of(&[0xc5; 1024], &exponent), Ok(()));
    for (modulus, exponent) in [
        (&[0xc5; 255][..], &exponent[..]),
        (&[0xc5; 1025], &exponent),
        (&[0; 256], &exponent),
        (&[0xc5; 256], &[]),
        (&[0xc5; 256], &[1; 5]),
    ] {
        assert_eq!(of(modulus, exponent), Err(BadPasskey::Unsupported));
    }
}

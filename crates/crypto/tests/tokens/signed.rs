//! What our keys sign and publish.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use num_bigint::BigUint;
use poolhouse_crypto::jwt::{BadToken, KeyError, SigningKey, VerifyingKey, verify};
use poolhouse_crypto::sha256;

use super::{claims, key, other_key, verified};

#[test]
fn a_token_comes_back_with_its_claims_in_order() {
    let token = key().sign(&claims()).unwrap();
    assert_eq!(verified(&token).unwrap().to_string(), claims().to_string());
}

#[test]
fn the_header_is_the_one_amazon_writes() {
    let token = key().sign(&claims()).unwrap();
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    assert_eq!(
        String::from_utf8(header).unwrap(),
        format!(r#"{{"kid":"{}","alg":"RS256"}}"#, key().kid())
    );
    assert_eq!(key().kid().len(), 44);
    assert_eq!(STANDARD.decode(key().kid()).unwrap().len(), 32);
}

#[test]
fn the_published_key_names_its_members_in_order() {
    let jwk = key().jwk();
    let names: Vec<&String> = jwk.as_object().unwrap().keys().collect();
    assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(
        [&jwk["alg"], &jwk["e"], &jwk["kty"], &jwk["use"]],
        ["RS256", "AQAB", "RSA", "sig"]
    );
    assert_eq!(jwk["kid"], key().kid());
}

/// RFC 8017, section 8.2.2, by hand: what a verifier in any language does with the published key.
#[test]
fn the_published_key_verifies_the_token_by_the_book() {
    let token = key().sign(&claims()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let jwk = key().jwk();
    let [n, e, signature] = [jwk["n"].as_str().unwrap(), jwk["e"].as_str().unwrap(), signature]
        .map(|part| BigUint::from_bytes_be(&URL_SAFE_NO_PAD.decode(part).unwrap()));
    let digest_info = [
        &[
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
            0, 0x04, 0x20,
        ],
        &sha256(&[message.as_bytes()])[..],
    ]
    .concat();
    let padding = vec![0xff; 256 - 3 - digest_info.len()];
    let encoded = [&[0, 1], &padding[..], &[0], &digest_info].concat();
    assert_eq!(signature.modpow(&e, &n), BigUint::from_bytes_be(&encoded));
}

#[test]
fn a_key_comes_back_from_its_bytes() {
    let again = SigningKey::from_pkcs8(&key().to_pkcs8().unwrap()).unwrap();
    assert_eq!(again.kid(), key().kid());
    assert!(verified(&again.sign(&claims()).unwrap()).is_ok());
}

#[test]
fn an_invalid_key_is_refused() {
    let pkcs8 = key().to_pkcs8().unwrap();
    for bytes in [&[][..], b"not a key", &pkcs8[1..], &pkcs8[..pkcs8.len() - 1]] {
        assert_eq!(SigningKey::from_pkcs8(bytes).err(), Some(KeyError::Rejected));
    }
    for bytes in [&[][..], b"not a key", &[0x30, 0], &[0x30, 0x80, 0, 0]] {
        assert_eq!(VerifyingKey::from_rsa_der(bytes).err(), Some(KeyError::Rejected));
    }
}

#[test]
fn every_key_of_the_pool_verifies_its_own_tokens() {
    let keys = [key().verifying_key(), other_key().verifying_key()];
    for signer in [key(), other_key()] {
        assert!(verify(keys, &signer.sign(&claims()).unwrap()).is_ok());
    }
    assert_eq!(
        verified(&other_key().sign(&claims()).unwrap()),
        Err(BadToken::UnknownKey)
    );
    assert_eq!(
        verify([], &key().sign(&claims()).unwrap()),
        Err(BadToken::UnknownKey)
    );
}

#[test]
fn debug_output_shows_no_key() {
    assert_eq!(
        format!("{:?}", key()),
        format!("SigningKey {{ kid: {:?}, .. }}", key().kid())
    );
}

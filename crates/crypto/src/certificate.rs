//! Self-signed certificates: by what SAML providers know who asks them.

use crate::jwt::{KeyError, SigningKey};

/// `SEQUENCE`
const SEQUENCE: u8 = 0x30;
/// Of `SEQUENCE { sha256WithRSAEncryption, NULL }`, RFC 4055.
const SHA256_WITH_RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00";
/// Of `SEQUENCE { rsaEncryption, NULL }`, RFC 3279.
const RSA_ENCRYPTION: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
/// The object identifier of `commonName`.
const COMMON_NAME: &[u8] = b"\x06\x03\x55\x04\x03";
/// `keyUsage`, critical, before its bits.
const KEY_USAGE: &[u8] = b"\x06\x03\x55\x1d\x0f\x01\x01\xff\x04\x04";

/// What a certificate's key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// It signs: `digitalSignature`.
    Signing,
    /// Others encrypt keys for it: `keyEncipherment`.
    Encryption,
}

impl Usage {
    /// The `BIT STRING` of it.
    fn bits(self) -> &'static [u8] {
        match self {
            Usage::Signing => &[0x03, 0x02, 0x07, 0x80],
            Usage::Encryption => &[0x03, 0x02, 0x05, 0x20],
        }
    }
}

/// A certificate (X.509 version 3, DER) of a key for a common name, signed by the key itself. `serial` must be random. It counts
/// from one second of UTC to another, each written as fourteen digits, `20260102030405`.
///
/// # Errors
/// [`KeyError`] if AWS-LC finds the signature it made to be wrong.
pub fn self_signed(
    key: &SigningKey,
    common_name: &str,
    serial: [u8; 16],
    [from, until]: [&str; 2],
    usage: Usage,
) -> Result<Vec<u8>, KeyError> {
    let algorithm = element(SEQUENCE, &[SHA256_WITH_RSA]);
    let name = name(common_name);
    let public = key.public_key_der();
    let unused_bits: &[u8] = &[0];
    let to_be_signed = element(
        SEQUENCE,
        &[
            // Version 3.
            &element(0xa0, &[&element(0x02, &[&[2]])]),
            &element(0x02, &[&positive(serial)]),
            &algorithm,
            &name,
            &element(SEQUENCE, &[&time(from), &time(until)]),
            &name,
            &element(
                SEQUENCE,
                &[
                    &element(SEQUENCE, &[RSA_ENCRYPTION]),
                    &element(0x03, &[unused_bits, public]),
                ],
            ),
            &extension(usage),
        ],
    );
    let signature = key.sign_bytes(&to_be_signed)?;
    Ok(element(
        SEQUENCE,
        &[
            &to_be_signed,
            &algorithm,
            &element(0x03, &[unused_bits, &signature]),
        ],
    ))
}

/// The extensions of a certificate: what its key is for, and nothing else.
fn extension(usage: Usage) -> Vec<u8> {
    let usage = element(SEQUENCE, &[KEY_USAGE, usage.bits()]);
    element(0xa3, &[&element(SEQUENCE, &[&usage])])
}

/// A name that is nothing but a common name, UTF-8.
fn name(common_name: &str) -> Vec<u8> {
    let attribute = element(
        SEQUENCE,
        &[COMMON_NAME, &element(0x0c, &[common_name.as_bytes()])],
    );
    element(SEQUENCE, &[&element(0x31, &[&attribute])])
}

/// A serial number as an integer that is positive and in its shortest form.
fn positive(mut serial: [u8; 16]) -> [u8; 16] {
    serial[0] = serial[0] & 0x3f | 0x40;
    serial
}

/// `UTCTime` through 2049, `GeneralizedTime` from then on, as RFC 5280 has it.
fn time(digits: &str) -> Vec<u8> {
    match digits.get(2..) {
        Some(short) if digits < "20500101000000" => element(0x17, &[short.as_bytes(), b"Z"]),
        _ => element(0x18, &[digits.as_bytes(), b"Z"]),
    }
}

/// An element with this tag and these contents.
fn element(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|part| part.len()).sum();
    let mut der = vec![tag];
    let [.., high, low] = length.to_be_bytes();
    match length {
        0..=0x7f => der.push(low),
        0x80..=0xff => der.extend([0x81, low]),
        _ => der.extend([0x82, high, low]),
    }
    for part in contents {
        der.extend_from_slice(part);
    }
    der
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;
    use crate::jwt::KeyBits;

    #[test]
    fn lengths_and_times_are_in_their_shortest_form() {
        assert_eq!(element(4, &[b"ab"]), b"\x04\x02ab");
        for (length, head) in [
            (127, vec![4, 127]),
            (128, vec![4, 0x81, 128]),
            (300, vec![4, 0x82, 1, 44]),
        ] {
            assert_eq!(element(4, &[&vec![0; length]])[..head.len()], head);
        }
        assert_eq!(time("20491231235959"), b"\x17\x0d491231235959Z");
        assert_eq!(time("20500101000000"), b"\x18\x0f20500101000000Z");
        assert_eq!(positive([0xff; 16])[0], 0x7f);
        assert_eq!(positive([0; 16])[0], 0x40);
    }

    #[test]
    fn a_certificate_is_signed_by_the_key_that_it_is_about() {
        let key = SigningKey::generate(KeyBits::Rsa2048).unwrap();
        let times = ["20260102030405", "20360102030405"];
        let der = self_signed(&key, "pool", [7; 16], times, Usage::Signing).unwrap();
        // SEQUENCE { to be signed, algorithm, BIT STRING }, each with two bytes of length but the algorithm.
        let length = |at: usize| usize::from(der[at]) << 8 | usize::from(der[at + 1]);
        assert_eq!((der[0], der[1], length(2) + 4), (0x30, 0x82, der.len()));
        let signed = &der[4..4 + 4 + length(6)];
        let signature = &der[der.len() - 256..];
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key_der());
        assert!(public.verify(signed, signature).is_ok());
        let holds = |part: &[u8]| der.windows(part.len()).any(|window| window == part);
        assert!(holds(key.public_key_der()) && holds(b"260102030405Z") && holds(b"\x0c\x04pool"));
        assert!(holds(b"\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02\x07\x80"));
        let other = self_signed(&key, "pool", [7; 16], times, Usage::Encryption).unwrap();
        assert!(other.windows(4).any(|window| window == b"\x03\x02\x05\x20"));
    }
}

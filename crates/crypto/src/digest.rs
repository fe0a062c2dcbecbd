//! Hashes, MACs and what is made of them directly.

use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// SHA-256 of the parts, one after another.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    first_32(context.finish().as_ref())
}

/// HMAC-SHA-256 of the parts, one after another.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    first_32(context.sign().as_ref())
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// The value of `SECRET_HASH`: standard base64 of HMAC-SHA-256 over user name and client id, under the client's secret.
/// The user name is the one sent in the same request.
pub fn secret_hash(client_secret: &str, username: &str, client_id: &str) -> String {
    STANDARD.encode(hmac_sha256(
        client_secret.as_bytes(),
        &[username.as_bytes(), client_id.as_bytes()],
    ))
}

/// A key for one purpose, from a master key: HKDF-SHA-256 without salt, the label as info. Different labels give
/// independent keys.
pub fn derive_key(master: &[u8], label: &str) -> [u8; 32] {
    hkdf(&[], master, label.as_bytes())
}

/// HKDF-SHA-256 (RFC 5869) for `L` bytes of output.
pub(crate) fn hkdf<const L: usize>(salt: &[u8], secret: &[u8], info: &[u8]) -> [u8; L] {
    const { assert!(L <= 255 * 32, "HKDF-SHA-256 gives at most 255 blocks") };
    let pseudorandom_key = Zeroizing::new(hmac_sha256(salt, &[secret]));
    let mut out = [0; L];
    let mut previous = Zeroizing::new(Vec::new());
    for (chunk, counter) in out.chunks_mut(32).zip(1..=u8::MAX) {
        let block = Zeroizing::new(hmac_sha256(&*pseudorandom_key, &[&previous, info, &[counter]]));
        chunk.copy_from_slice(&block[..chunk.len()]);
        *previous = block.to_vec();
    }
    out
}

fn first_32(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use poolhouse_text::hex::{decode, encode};

    #[test]
    fn sha_256_equals_the_published_example() {
        // FIPS 180-4 example "abc", in one part and in three.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(encode(&sha256(&[b"abc"])), expected);
        assert_eq!(encode(&sha256(&[b"a", b"", b"bc"])), expected);
    }

    #[test]
    fn hmac_equals_the_published_example() {
        // RFC 4231, test case 2.
        assert_eq!(
            encode(&hmac_sha256(b"Jefe", &[b"what do ya want ", b"for nothing?"])),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn hkdf_equals_the_published_examples() {
        // RFC 5869, test cases 1 and 3: with salt and info, and without either.
        let secret = [0x0b; 22];
        let [salt, info] =
            ["000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9"].map(|text| decode(text).unwrap());
        assert_eq!(
            encode(&hkdf::<42>(&salt, &secret, &info)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        );
        assert_eq!(
            encode(&hkdf::<42>(&[], &secret, &[])),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        );
    }

    #[test]
    fn keys_for_different_purposes_differ() {
        let key = derive_key(b"master", "sessions");
        assert_eq!(key, derive_key(b"master", "sessions"));
        assert_ne!(key, derive_key(b"master", "session"));
        assert_ne!(key, derive_key(b"Master", "sessions"));
    }

    #[test]
    fn equality_wants_the_same_length() {
        assert!(constant_time_eq(b"", b""));
        assert!(constant_time_eq(b"same", b"same"));
        assert!(!constant_time_eq(b"same", b"samE"));
        assert!(!constant_time_eq(b"same", b"sam"));
        assert!(!constant_time_eq(b"", b"s"));
    }
}

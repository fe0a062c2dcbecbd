//! What authenticators write. The first byte of the input says what the rest is: an `attestationObject` (`a`), or what an
//! authenticator says with a signature.

use poolhouse_crypto::webauthn::{BadPasskey, read_assertion, read_attestation};

use crate::input::Input;

/// Bytes before what may follow in an authenticator's data.
const SAID: usize = 37;

/// An object is read whole or not at all; what is read of it lies in it, within the limits; its key has signed nothing that nobody
/// signed. What is said with a signature is read wherever there are bytes enough, and is what they say.
pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let kind = input.byte();
    let bytes = input.rest();
    if kind == b'a' {
        attestation(bytes);
    } else {
        assertion(bytes);
    }
}

fn attestation(bytes: &[u8]) {
    let Ok(made) = read_attestation(bytes) else {
        return;
    };
    assert!((1..=1023).contains(&made.id.len()));
    assert!(bytes.windows(made.id.len()).any(|part| part == made.id));
    assert!(!made.key.verifies(b"nobody has signed this", &[]));
    let cut = bytes.split_last().map(|(_, before)| read_attestation(before));
    assert_eq!(cut, Some(Err(BadPasskey::Malformed)));
    let longer = [bytes, &[0]].concat();
    assert_eq!(read_attestation(&longer), Err(BadPasskey::Malformed));
}

fn assertion(bytes: &[u8]) {
    match read_assertion(bytes) {
        Ok(said) => {
            assert_eq!(said.rp_id_hash[..], bytes[..32]);
            assert_eq!(said.user_present, bytes[32] & 1 != 0);
            assert_eq!(said.user_verified, bytes[32] & 4 != 0);
            assert_eq!(said.counter.to_be_bytes()[..], bytes[33..SAID]);
        }
        Err(_) => assert!(bytes.len() < SAID),
    }
}

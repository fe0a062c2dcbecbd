//! Codes that authenticate what the pool hands out and gets back, where nothing in it is a secret.

use poolhouse_crypto::{constant_time_eq, hmac_sha256};

/// Bytes of a code.
pub const CODE_BYTES: usize = 32;

/// Makes and checks the codes of one purpose.
pub struct Authenticator {
    key: [u8; 32],
}

impl Authenticator {
    /// The epoch of the key that codes are made with, always 1 so far. It stands beside every code: a key must be kept for
    /// checking as long as the longest-lived thing lasts whose code was made with it.
    pub const EPOCH: u8 = 1;

    /// Codes under this key.
    pub fn new(key: [u8; 32]) -> Authenticator {
        Authenticator { key }
    }

    /// The code of these parts. Where one part ends must follow from the parts themselves.
    pub fn code(&self, parts: &[&[u8]]) -> [u8; CODE_BYTES] {
        hmac_sha256(&self.key, parts)
    }

    /// Whether the code was made for these parts with the key of this epoch.
    pub fn is_code(&self, epoch: u8, parts: &[&[u8]], code: &[u8]) -> bool {
        epoch == Self::EPOCH && constant_time_eq(&self.code(parts), code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_for_its_parts_key_and_epoch_alone() {
        let authenticator = Authenticator::new([7; 32]);
        let code = authenticator.code(&[b"a", b"b"]);
        let (epoch, parts) = (Authenticator::EPOCH, [&b"a"[..], b"b"]);
        assert!(authenticator.is_code(epoch, &parts, &code));
        assert!(!authenticator.is_code(epoch + 1, &parts, &code));
        assert!(!authenticator.is_code(epoch, &[b"a", b"c"], &code));
        assert!(!authenticator.is_code(epoch, &parts, &code[..16]));
        assert!(!Authenticator::new([8; 32]).is_code(epoch, &parts, &code));
    }
}

//! Codes that authenticate what the pool hands out and gets back, where nothing in it is a secret.

use poolhouse_crypto::{constant_time_eq, hmac_sha256};

/// Bytes of a code.
pub const CODE_BYTES: usize = 32;

/// Makes the codes of one purpose with the key of one epoch, and checks those of others, too. The epoch stands beside
/// every code: a key is kept for checking as long as the longest-lived thing lasts whose code was made with it.
pub struct Authenticator {
    epoch: u8,
    key: [u8; 32],
    others: Vec<(u8, [u8; 32])>,
}

impl Authenticator {
    /// Codes under the key of this epoch.
    pub fn new(epoch: u8, key: [u8; 32]) -> Authenticator {
        Authenticator {
            epoch,
            key,
            others: Vec::new(),
        }
    }

    /// Also checks codes that were made with the key of another epoch.
    #[must_use]
    pub fn with(mut self, epoch: u8, key: [u8; 32]) -> Authenticator {
        self.others.push((epoch, key));
        self
    }

    /// The epoch of the key that codes are made with.
    pub fn epoch(&self) -> u8 {
        self.epoch
    }

    /// The code of these parts. Where one part ends must follow from the parts themselves.
    pub fn code(&self, parts: &[&[u8]]) -> [u8; CODE_BYTES] {
        hmac_sha256(&self.key, parts)
    }

    /// Whether the code was made for these parts with the key of this epoch.
    pub fn is_code(&self, epoch: u8, parts: &[&[u8]], code: &[u8]) -> bool {
        let key = match self.others.iter().find(|(other, _)| *other == epoch) {
            _ if epoch == self.epoch => &self.key,
            Some((_, key)) => key,
            None => return false,
        };
        constant_time_eq(&hmac_sha256(key, parts), code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_for_its_parts_key_and_epoch_alone() {
        let authenticator = Authenticator::new(1, [7; 32]);
        let code = authenticator.code(&[b"a", b"b"]);
        let parts = [&b"a"[..], b"b"];
        assert!(authenticator.is_code(1, &parts, &code));
        assert!(!authenticator.is_code(2, &parts, &code));
        assert!(!authenticator.is_code(1, &[b"a", b"c"], &code));
        assert!(!authenticator.is_code(1, &parts, &code[..16]));
        assert!(!Authenticator::new(1, [8; 32]).is_code(1, &parts, &code));
        let rotated = Authenticator::new(2, [8; 32]);
        assert!(!rotated.is_code(1, &parts, &code));
        assert!(rotated.with(1, [7; 32]).is_code(1, &parts, &code));
    }
}

//! Authenticated encryption of what leaves this process and must come back unread and unchanged: secrets in the
//! database, state in the hands of a client.
//!
//! A sealed text is unpadded base64url of
//!
//! | bytes | |
//! |---|---|
//! | 1 | version, 2 |
//! | 1 | the epoch of the key |
//! | 12 | nonce, random |
//! | n | the content, encrypted with AES-256-GCM |
//! | 16 | tag; it also covers the first two bytes and the caller's context |
//!
//! Version 1, which is opened and no longer made, had a byte derived from the key in place of the epoch.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::fatal::out_of_memory;
use crate::{Entropy, derive_key};

const VERSION: u8 = 2;
/// The version before keys had epochs.
const UNNUMBERED: u8 = 1;
const HEADER_LEN: usize = 2;

/// Seals with the key of one epoch; opens with that and with those of other epochs that it was given.
///
/// One key is good for 2³² seals (random 96-bit nonces, NIST SP 800-38D section 8.3). At a thousand a second that is
/// seven weeks, so give every purpose its own key ([`derive_key`]) and rotate.
pub struct Sealer {
    header: [u8; HEADER_LEN],
    current: LessSafeKey,
    others: Vec<([u8; HEADER_LEN], LessSafeKey)>,
}

impl Sealer {
    /// Seals with the key of this epoch.
    pub fn new(epoch: u8, key: [u8; 32]) -> Self {
        Self {
            header: [VERSION, epoch],
            current: aead(&Zeroizing::new(key)),
            others: Vec::new(),
        }
    }

    /// Also opens what the key of another epoch sealed.
    #[must_use]
    pub fn with(mut self, epoch: u8, key: [u8; 32]) -> Self {
        self.others.push(([VERSION, epoch], aead(&Zeroizing::new(key))));
        self
    }

    /// Also opens what a key sealed when there was one for every purpose, and none had an epoch.
    #[must_use]
    pub fn with_unnumbered(mut self, key: [u8; 32]) -> Self {
        let key = Zeroizing::new(key);
        let [id, ..] = derive_key(&*key, "key id");
        self.others.push(([UNNUMBERED, id], aead(&key)));
        self
    }

    /// Seals `plain`. It opens with the same `context` only: name there what the content belongs to, so that nothing
    /// sealed for one place can be put in another. The context itself is neither secret nor part of the result.
    pub fn seal(&self, context: &str, plain: &[u8], entropy: &dyn Entropy) -> String {
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce);
        let mut content = plain.to_vec();
        let tag = self.current.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            associated_data(self.header, context),
            &mut content,
        );
        // AES-GCM refuses only contents beyond 64 GiB.
        let Ok(tag) = tag else { out_of_memory() };
        URL_SAFE_NO_PAD.encode([&self.header[..], &nonce, &content, tag.as_ref()].concat())
    }

    /// Opens what [`Sealer::seal`] made.
    ///
    /// # Errors
    /// [`Unsealable`] if the text was not sealed by any of the keys, or not for this context, or was changed. The
    /// cases are not told apart.
    pub fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, Unsealable> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Unsealable)?;
        let (header, rest) = bytes.split_first_chunk::<HEADER_LEN>().ok_or(Unsealable)?;
        let (nonce, content) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Unsealable)?;
        let key = match self.others.iter().find(|(other, _)| other == header) {
            _ if *header == self.header => &self.current,
            Some((_, key)) => key,
            None => return Err(Unsealable),
        };
        let mut content = Zeroizing::new(content.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        key.open_in_place(nonce, associated_data(*header, context), &mut content)
            .map(|plain| plain.to_vec())
            .map_err(|_| Unsealable)
    }

    /// Whether the text says that it was sealed with the key that seals now.
    pub fn is_current(&self, sealed: &str) -> bool {
        // Four characters hold the header and a byte more.
        let head = sealed.get(..4).and_then(|head| URL_SAFE_NO_PAD.decode(head).ok());
        head.is_some_and(|head| head.starts_with(&self.header))
    }
}

fn aead(key: &Zeroizing<[u8; 32]>) -> LessSafeKey {
    // AES-256 takes any 32 bytes.
    let Ok(unbound) = UnboundKey::new(&AES_256_GCM, &**key) else {
        out_of_memory()
    };
    LessSafeKey::new(unbound)
}

fn associated_data(header: [u8; HEADER_LEN], context: &str) -> Aad<Vec<u8>> {
    Aad::from([&header[..], context.as_bytes()].concat())
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

/// The text was not sealed here, or not for this, or is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsealable;

impl fmt::Display for Unsealable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sealed text cannot be opened")
    }
}

impl std::error::Error for Unsealable {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::Seeded;

    const OLD: [u8; 32] = [1; 32];
    const NEW: [u8; 32] = [2; 32];

    proptest! {
        #[test]
        fn what_was_sealed_opens(context: String, plain: Vec<u8>, key: [u8; 32], seed: u32) {
            let sealer = Sealer::new(1, key);
            let sealed = sealer.seal(&context, &plain, &Seeded::new(seed));
            prop_assert_eq!(sealer.open(&context, &sealed), Ok(plain));
        }

        #[test]
        fn what_was_not_sealed_does_not_open(text in "[A-Za-z0-9_-]{0,80}") {
            prop_assert_eq!(Sealer::new(2, NEW).open("", &text), Err(Unsealable));
        }
    }

    #[test]
    fn a_sealed_text_with_any_bit_changed_does_not_open() {
        let sealer = Sealer::new(2, NEW);
        let sealed = URL_SAFE_NO_PAD
            .decode(sealer.seal("user/1", b"secret", &Seeded::new(1)))
            .unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                sealer.open("user/1", &URL_SAFE_NO_PAD.encode(changed)),
                Err(Unsealable),
                "bit {bit}"
            );
        }
        for length in 0..sealed.len() {
            assert_eq!(
                sealer.open("user/1", &URL_SAFE_NO_PAD.encode(&sealed[..length])),
                Err(Unsealable)
            );
        }
    }

    #[test]
    fn a_sealed_text_has_one_spelling() {
        let sealer = Sealer::new(2, NEW);
        let sealed = sealer.seal("", b"12", &Seeded::new(2));
        for changed in [format!("{sealed}="), format!("{sealed}\n"), format!(" {sealed}")] {
            assert_eq!(sealer.open("", &changed), Err(Unsealable));
        }
    }

    #[test]
    fn a_sealed_text_opens_for_its_own_context_only() {
        let sealer = Sealer::new(2, NEW);
        let sealed = sealer.seal("user/1", b"secret", &Seeded::new(3));
        for context in ["user/2", "user/", "user/11", "", "USER/1"] {
            assert_eq!(sealer.open(context, &sealed), Err(Unsealable), "{context}");
        }
    }

    #[test]
    fn a_rotated_key_opens_but_does_not_seal() {
        let entropy = Seeded::new(4);
        let (old, new) = (Sealer::new(1, OLD), Sealer::new(2, NEW).with(1, OLD));
        let (before, now) = (
            old.seal("c", b"from before", &entropy),
            new.seal("c", b"from now", &entropy),
        );
        assert_eq!(new.open("c", &before), Ok(b"from before".to_vec()));
        assert_eq!(old.open("c", &now), Err(Unsealable));
        assert_eq!(Sealer::new(2, NEW).open("c", &before), Err(Unsealable));
        assert!(new.is_current(&now) && !new.is_current(&before));
        assert!(!new.is_current("") && !new.is_current("Ag") && !new.is_current("é"));
    }

    #[test]
    fn what_a_key_without_an_epoch_sealed_opens_and_is_not_current() {
        // Made by the version before: key [1; 32], context "c", nonce of zeros.
        let sealed = "AdEAAAAAAAAAAAAAAADZR_exVVlm2fwL95ZAkPcvT3nRGiw5tmWZyp0";
        let sealer = Sealer::new(1, NEW).with_unnumbered(OLD);
        assert_eq!(sealer.open("c", sealed), Ok(b"from before".to_vec()));
        assert!(!sealer.is_current(sealed));
        assert_eq!(Sealer::new(1, OLD).open("c", sealed), Err(Unsealable));
    }

    #[test]
    fn the_same_content_is_sealed_differently_each_time() {
        let (sealer, entropy) = (Sealer::new(2, NEW), Seeded::new(6));
        assert_ne!(
            sealer.seal("c", b"same", &entropy),
            sealer.seal("c", b"same", &entropy)
        );
    }

    #[test]
    fn debug_output_shows_no_key() {
        assert_eq!(format!("{:?}", Sealer::new(2, NEW)), "Sealer(..)");
    }
}

//! Authenticated encryption of what leaves this process and must come back unread and unchanged: secrets in the
//! database, state in the hands of a client.
//!
//! A sealed text is unpadded base64url of
//!
//! | bytes | |
//! |---|---|
//! | 1 | version, always 1 |
//! | 1 | which key: a byte derived from it |
//! | 12 | nonce, random |
//! | n | the content, encrypted with AES-256-GCM |
//! | 16 | tag; it also covers the first two bytes and the caller's context |

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::fatal::out_of_memory;
use crate::{Entropy, derive_key, hmac_sha256};

const VERSION: u8 = 1;
const HEADER_LEN: usize = 2;

/// Seals with one key; opens with that and with the ones before it.
///
/// One key is good for 2³² seals (random 96-bit nonces, NIST SP 800-38D section 8.3). At a thousand a second that is
/// seven weeks, so give every purpose its own key ([`derive_key`]) and rotate.
pub struct Sealer {
    current: Key,
    previous: Vec<Key>,
}

struct Key {
    id: u8,
    aead: LessSafeKey,
    mac: Zeroizing<[u8; 32]>,
}

impl Sealer {
    /// Seals with this key.
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            current: Key::new(key),
            previous: Vec::new(),
        }
    }

    /// Also opens what an earlier key sealed.
    #[must_use]
    pub fn with_previous(mut self, key: [u8; 32]) -> Self {
        self.previous.push(Key::new(key));
        self
    }

    /// Seals `plain`. It opens with the same `context` only: name there what the content belongs to, so that nothing
    /// sealed for one place can be put in another. The context itself is neither secret nor part of the result.
    pub fn seal(&self, context: &str, plain: &[u8], entropy: &dyn Entropy) -> String {
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce);
        let header = [VERSION, self.current.id];
        let mut content = plain.to_vec();
        let tag = self.current.aead.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            associated_data(header, context),
            &mut content,
        );
        // AES-GCM refuses only contents beyond 64 GiB.
        let Ok(tag) = tag else { out_of_memory() };
        URL_SAFE_NO_PAD.encode([&header[..], &nonce, &content, tag.as_ref()].concat())
    }

    /// A keyed digest, for names that tell nothing to somebody without the key and are always the same for somebody with
    /// it. The key before this one makes others.
    pub fn mac(&self, context: &str, plain: &[u8]) -> [u8; 32] {
        hmac_sha256(&*self.current.mac, &[context.as_bytes(), &[0], plain])
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
        let [version, id] = *header;
        if version != VERSION {
            return Err(Unsealable);
        }
        // Two keys may share an id; then both are tried.
        let keys = std::iter::once(&self.current)
            .chain(&self.previous)
            .filter(|key| key.id == id);
        for key in keys {
            let mut content = Zeroizing::new(content.to_vec());
            let nonce = Nonce::assume_unique_for_key(*nonce);
            if let Ok(plain) = key
                .aead
                .open_in_place(nonce, associated_data(*header, context), &mut content)
            {
                return Ok(plain.to_vec());
            }
        }
        Err(Unsealable)
    }
}

impl Key {
    fn new(key: [u8; 32]) -> Self {
        let key = Zeroizing::new(key);
        let [id, ..] = derive_key(&*key, "key id");
        // AES-256 takes any 32 bytes.
        let Ok(unbound) = UnboundKey::new(&AES_256_GCM, &*key) else {
            out_of_memory()
        };
        Self {
            id,
            aead: LessSafeKey::new(unbound),
            mac: Zeroizing::new(derive_key(&*key, "mac")),
        }
    }
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
            let sealer = Sealer::new(key);
            let sealed = sealer.seal(&context, &plain, &Seeded::new(seed));
            prop_assert_eq!(sealer.open(&context, &sealed), Ok(plain));
        }

        #[test]
        fn what_was_not_sealed_does_not_open(text in "[A-Za-z0-9_-]{0,80}") {
            prop_assert_eq!(Sealer::new(NEW).open("", &text), Err(Unsealable));
        }
    }

    #[test]
    fn a_sealed_text_with_any_bit_changed_does_not_open() {
        let sealer = Sealer::new(NEW);
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
        let sealer = Sealer::new(NEW);
        let sealed = sealer.seal("", b"12", &Seeded::new(2));
        for changed in [format!("{sealed}="), format!("{sealed}\n"), format!(" {sealed}")] {
            assert_eq!(sealer.open("", &changed), Err(Unsealable));
        }
    }

    #[test]
    fn a_sealed_text_opens_for_its_own_context_only() {
        let sealer = Sealer::new(NEW);
        let sealed = sealer.seal("user/1", b"secret", &Seeded::new(3));
        for context in ["user/2", "user/", "user/11", "", "USER/1"] {
            assert_eq!(sealer.open(context, &sealed), Err(Unsealable), "{context}");
        }
    }

    #[test]
    fn a_rotated_key_opens_but_does_not_seal() {
        let entropy = Seeded::new(4);
        let (old, new) = (Sealer::new(OLD), Sealer::new(NEW).with_previous(OLD));
        assert_eq!(
            new.open("c", &old.seal("c", b"from before", &entropy)),
            Ok(b"from before".to_vec())
        );
        assert_eq!(
            old.open("c", &new.seal("c", b"from now", &entropy)),
            Err(Unsealable)
        );
        assert_eq!(
            Sealer::new(NEW).open("c", &old.seal("c", b"from before", &entropy)),
            Err(Unsealable)
        );
    }

    #[test]
    fn keys_that_share_an_id_are_both_tried() {
        let id = Key::new(NEW).id;
        let twin = (0..=u8::MAX)
            .flat_map(|a| (0..=u8::MAX).map(move |b| [a, b]))
            .map(|[a, b]| std::array::from_fn(|i| if i % 2 == 0 { a } else { b }))
            .find(|&key| key != NEW && Key::new(key).id == id)
            .unwrap();
        let sealed = Sealer::new(twin).seal("c", b"by the twin", &Seeded::new(5));
        assert_eq!(
            Sealer::new(NEW).with_previous(twin).open("c", &sealed),
            Ok(b"by the twin".to_vec())
        );
    }

    #[test]
    fn the_same_content_is_sealed_differently_each_time() {
        let (sealer, entropy) = (Sealer::new(NEW), Seeded::new(6));
        assert_ne!(
            sealer.seal("c", b"same", &entropy),
            sealer.seal("c", b"same", &entropy)
        );
    }

    #[test]
    fn debug_output_shows_no_key() {
        assert_eq!(format!("{:?}", Sealer::new(NEW)), "Sealer(..)");
    }
}

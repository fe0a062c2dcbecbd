//! Sealing for somebody who is not here: the key of a text is agreed on with the recipient's public key (X25519), so a machine that
//! makes backups cannot read them.

use std::fmt;

use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
use zeroize::Zeroizing;

use crate::Entropy;
use crate::digest::hkdf;
use crate::fatal::out_of_memory;
use crate::seal::Unsealable;

/// Under which the key of a text is derived from what was agreed on.
const LABEL: &[u8] = b"poolhouse.v1.recipient";

/// A public key, which seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient(pub [u8; 32]);

/// A private key, which opens. Wiped when dropped.
#[derive(Clone)]
pub struct Identity(Zeroizing<[u8; 32]>);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(..)")
    }
}

impl Identity {
    /// A new one.
    pub fn random(entropy: &dyn Entropy) -> Identity {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut *bytes);
        Identity(bytes)
    }

    /// The one of these bytes.
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Identity {
        Identity(bytes)
    }

    /// The bytes, for its file.
    pub fn bytes(&self) -> &Zeroizing<[u8; 32]> {
        &self.0
    }

    /// Its public half.
    pub fn recipient(&self) -> Recipient {
        let public = self.key().compute_public_key();
        let bytes = public.ok().and_then(|public| public.as_ref().try_into().ok());
        // X25519 has a public key of 32 bytes for every private one.
        let Some(bytes) = bytes else { out_of_memory() };
        Recipient(bytes)
    }

    /// The key of a text that was sealed for this identity with the `ephemeral` public key.
    ///
    /// # Errors
    /// [`Unsealable`] for a public key that is none.
    pub fn open(&self, ephemeral: Recipient) -> Result<Zeroizing<[u8; 32]>, Unsealable> {
        self.agreed(ephemeral, ephemeral, self.recipient())
    }

    /// What both sides compute: over their secret and both public keys.
    fn agreed(
        &self,
        with: Recipient,
        ephemeral: Recipient,
        recipient: Recipient,
    ) -> Result<Zeroizing<[u8; 32]>, Unsealable> {
        let public = UnparsedPublicKey::new(&X25519, with.0);
        let context = [LABEL, &ephemeral.0, &recipient.0].concat();
        agree(&self.key(), public, Unsealable, |secret| {
            Ok(Zeroizing::new(hkdf(&[], secret, &context)))
        })
    }

    fn key(&self) -> PrivateKey {
        // X25519 takes any 32 bytes.
        match PrivateKey::from_private_key(&X25519, &*self.0) {
            Ok(key) => key,
            Err(_) => out_of_memory(),
        }
    }
}

impl Recipient {
    /// The key for a new text, and the public key that its reader needs.
    ///
    /// # Errors
    /// [`Unsealable`] for a public key that is none.
    pub fn seal(self, entropy: &dyn Entropy) -> Result<(Zeroizing<[u8; 32]>, Recipient), Unsealable> {
        let once = Identity::random(entropy);
        let ephemeral = once.recipient();
        Ok((once.agreed(self, ephemeral, self)?, ephemeral))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Seeded;

    #[test]
    fn only_the_recipient_comes_to_the_same_key() {
        let entropy = Seeded::new(1);
        let (identity, other) = (Identity::random(&entropy), Identity::random(&entropy));
        let (key, ephemeral) = identity.recipient().seal(&entropy).unwrap();
        assert_eq!(*identity.open(ephemeral).unwrap(), *key);
        assert_ne!(*other.open(ephemeral).unwrap(), *key);
        assert_ne!(*identity.recipient().seal(&entropy).unwrap().0, *key);
        assert_eq!(format!("{identity:?}"), "Identity(..)");
    }

    #[test]
    fn a_public_key_that_agrees_on_nothing_is_refused() {
        let entropy = Seeded::new(2);
        assert_eq!(Recipient([0; 32]).seal(&entropy).map(|_| ()), Err(Unsealable));
        assert!(Identity::random(&entropy).open(Recipient([0; 32])).is_err());
    }

    /// Bob's in RFC 7748, section 6.1.
    #[test]
    fn public_keys_are_those_of_the_standard() {
        let private = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
        let public = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
        let mut bytes = Zeroizing::new([0; 32]);
        poolhouse_text::hex::decode_into(private, &mut *bytes).unwrap();
        let identity = Identity::from_bytes(bytes);
        assert_eq!(poolhouse_text::hex::encode(&identity.recipient().0), public);
    }
}
